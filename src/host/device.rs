//! Block devices: where the kernel lists them, and the bytes that are on them. Read only.
#![expect(clippy::disallowed_methods, reason = "this file is the door to block devices")]

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt as _, FileTypeExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{Advice, OFlags, fadvise, major, minor};

use super::files::FileError;

/// Where a link leads, as it says. What the kernel lists below `/sys/block` are links.
pub fn link(path: &Path) -> Option<PathBuf> {
    fs::read_link(path).ok()
}

/// A block device, or a file with an image of one, open to be read.
#[derive(Debug)]
pub struct Device {
    file: File,
    path: PathBuf,
}

impl Device {
    /// Opens what is a block device or a plain file.
    pub fn open(path: &Path) -> Result<Device, FileError> {
        Device::open_with(path, OFlags::empty())
    }

    /// Opens a block device that nothing is mounted from and that nobody else claims; that it is in use is
    /// [`io::ErrorKind::ResourceBusy`].
    pub fn claim(path: &Path) -> Result<Device, FileError> {
        Device::open_with(path, OFlags::EXCL)
    }

    fn open_with(path: &Path, flags: OFlags) -> Result<Device, FileError> {
        let failed = |cause| FileError::System { act: "open", path: path.to_owned(), cause };
        let flags = (OFlags::NONBLOCK | flags).bits().cast_signed();
        let file = OpenOptions::new().read(true).custom_flags(flags).open(path).map_err(failed)?;
        let kind = file.metadata().map_err(failed)?.file_type();
        if !kind.is_block_device() && !kind.is_file() {
            return Err(FileError::NotAFile(path.to_owned()));
        }
        Ok(Device { file, path: path.to_owned() })
    }

    /// Up to `length` bytes at an offset: fewer where the device ends.
    pub fn read_at(&self, offset: u64, length: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        let mut filled = 0;
        while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            let at = offset.saturating_add(u64::try_from(filled).unwrap_or(u64::MAX));
            match self.file.read_at(rest, at) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        bytes.truncate(filled);
        Ok(bytes)
    }

    /// The kernel's number of a block device; `None` for a file.
    pub fn number(&self) -> Option<(u32, u32)> {
        let metadata = self.file.metadata().ok()?;
        let number = metadata.rdev();
        metadata.file_type().is_block_device().then(|| (major(number), minor(number)))
    }

    /// Writes out what memory still holds for the device, and drops it, so that what is read next comes from the device.
    pub fn forget(&self) -> Result<(), FileError> {
        let failed = |cause| FileError::System { act: "sync", path: self.path.clone(), cause };
        self.file.sync_all().map_err(failed)?;
        fadvise(&self.file, 0, None, Advice::DontNeed).map_err(|error| failed(error.into()))
    }
}
