//! Mounting, with the options that a foreign medium must have.
//!
//! A medium is mounted nowhere: the mount exists only behind an open descriptor (fsopen(2), fsmount(2); Linux 5.2). No other
//! process has a path to it, and when this one ends, however it ends, the mount is gone.
//!
//! Kernels without exFAT have it as a program (exfat-fuse), which needs a folder to mount on. It is the only program that is
//! ever started here: as root, by its full path, without an environment, and only where the kernel says that it cannot.
#![expect(clippy::disallowed_methods, reason = "this file is the door to mounting")]

use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::io::Errno;
use rustix::mount::{
    FsMountFlags, FsOpenFlags, MountAttrFlags, MountFlags, UnmountFlags, fsconfig_create, fsconfig_set_flag,
    fsconfig_set_string, fsmount, fsopen, mount_remount, unmount,
};

use super::files;

/// Where exfat-fuse is, by the names that it has in different packages.
const HELPERS: [&str; 4] =
    ["/usr/sbin/mount.exfat-fuse", "/sbin/mount.exfat-fuse", "/usr/sbin/mount.exfat", "/sbin/mount.exfat"];

/// What a medium is mounted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// To be read; nothing is written, not even by the file system's own housekeeping.
    Read,
    /// To be written.
    Write,
}

/// Why a medium is not mounted.
#[derive(Debug)]
pub enum MountError {
    /// Only root may.
    NotAllowed,
    /// The kernel does not know the file system.
    Unknown,
    /// It is mounted already, or somebody has claimed it.
    Busy,
    /// Anything else, such as a damaged file system.
    System(io::Error),
}

impl From<Errno> for MountError {
    fn from(errno: Errno) -> MountError {
        match errno {
            Errno::PERM | Errno::ACCESS => MountError::NotAllowed,
            Errno::NODEV => MountError::Unknown,
            Errno::BUSY => MountError::Busy,
            other => MountError::System(other.into()),
        }
    }
}

/// Mounts a device: nosuid, nodev and noexec, and read-only to be read. `options` are flags of the file system's own. Gives
/// the root folder of the medium; closing that, and all that was opened beneath it, unmounts.
pub fn mount(device: &Path, kind: &str, options: &[&str], access: Access) -> Result<OwnedFd, MountError> {
    let opened = fsopen(kind, FsOpenFlags::FSOPEN_CLOEXEC)?;
    fsconfig_set_string(&opened, "source", device)?;
    for option in options {
        fsconfig_set_flag(&opened, *option)?;
    }
    let mut attributes = MountAttrFlags::MOUNT_ATTR_NOSUID
        | MountAttrFlags::MOUNT_ATTR_NODEV
        | MountAttrFlags::MOUNT_ATTR_NOEXEC
        | MountAttrFlags::MOUNT_ATTR_NOSYMFOLLOW;
    if access == Access::Read {
        fsconfig_set_flag(&opened, "ro")?;
        attributes |= MountAttrFlags::MOUNT_ATTR_RDONLY;
    }
    fsconfig_create(&opened)?;
    Ok(fsmount(&opened, FsMountFlags::FSMOUNT_CLOEXEC, attributes)?)
}

/// A folder on which exfat-fuse has mounted a device, until it is unmounted or dropped.
#[derive(Debug)]
pub struct Helped(PathBuf);

impl Helped {
    /// Mounts a device with exFAT by the program for it; [`MountError::Unknown`] where there is none.
    pub fn mount(device: &Path, access: Access) -> Result<Helped, MountError> {
        let helper = HELPERS.iter().find(|helper| files::is_plain(Path::new(helper)));
        let helper = helper.ok_or(MountError::Unknown)?;
        let folder = files::temporary_folder("tuf-ceremony-medium-")
            .map_err(|error| MountError::System(io::Error::other(error.to_string())))?;
        let rights = if access == Access::Read { "ro" } else { "rw" };
        let mut command = Command::new(helper);
        command.arg("-o").arg(format!("{rights},nosuid,nodev,noexec")).arg(device).arg(&folder);
        command.env_clear().stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let helped = Helped(folder);
        match command.status() {
            Ok(status) if status.success() => {
                // The program passes on what it likes of the options: it has been seen to forget noexec.
                let mut flags =
                    MountFlags::BIND | MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
                flags.set(MountFlags::RDONLY, access == Access::Read);
                mount_remount(helped.folder(), flags, "")?;
                Ok(helped)
            }
            Ok(status) => Err(MountError::System(io::Error::other(format!("{helper} ends with {status}")))),
            Err(error) => Err(MountError::System(error)),
        }
    }

    /// Where it is mounted.
    pub fn folder(&self) -> &Path {
        &self.0
    }

    /// Unmounts it, once nothing on it is open; the program has written out everything then.
    pub fn unmount(&self) -> Result<(), MountError> {
        Ok(unmount(&self.0, UnmountFlags::NOFOLLOW)?)
    }
}

impl Drop for Helped {
    fn drop(&mut self) {
        // Already done, unless an error came first. Only an empty folder is removed.
        let _ = self.unmount();
        let _ = fs::remove_dir(&self.0);
    }
}
