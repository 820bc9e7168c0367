//! Mounting, with the options that a foreign medium must have.
//!
//! A medium is mounted nowhere: the mount exists only behind an open descriptor (fsopen(2), fsmount(2); Linux 5.2). No other
//! process has a path to it, and when this one ends, however it ends, the mount is gone.
//!
//! Kernels without exFAT have it as a program (exfat-fuse), which needs a folder to mount on, and loses it at once. It is the only
//! program that is ever started here: as root, by its full path, without an environment, and only where the kernel says that it
//! cannot.
#![expect(clippy::disallowed_methods, reason = "this file is the door to mounting")]

use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::fs::CWD;
use rustix::io::Errno;
use rustix::mount::{
    FsMountFlags, FsOpenFlags, MountAttrFlags, MountFlags, OpenTreeFlags, UnmountFlags, fsconfig_create,
    fsconfig_set_flag, fsconfig_set_string, fsmount, fsopen, mount_remount, open_tree, unmount,
};

use super::files::{self, FileError};

/// How the folders begin that a helper mounts in.
const PREFIX: &str = "tuf-ceremony-medium-";
/// The folder in such a one that it mounts on.
const POINT: &str = "medium";
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

/// An option of a file system's own: its name, and its value if it has one.
pub type FsOption = (&'static str, Option<&'static str>);

/// Mounts a device: nosuid, nodev and noexec, and read-only to be read. Gives the root folder of the medium; closing that, and
/// all that was opened beneath it, unmounts.
pub fn mount(device: &Path, kind: &str, options: &[FsOption], access: Access) -> Result<OwnedFd, MountError> {
    let opened = fsopen(kind, FsOpenFlags::FSOPEN_CLOEXEC)?;
    fsconfig_set_string(&opened, "source", device)?;
    for (name, value) in options {
        match value {
            Some(value) => fsconfig_set_string(&opened, *name, *value)?,
            None => fsconfig_set_flag(&opened, *name)?,
        }
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

/// Mounts a device with exFAT by the program for it; [`MountError::Unknown`] where there is none.
///
/// It needs a path for as long as it starts, in a folder that nobody else may enter. Then only the open descriptor holds the
/// mount, as in [`mount`]: that it ends up behind a path again, or outlives this process, cannot happen.
pub fn mount_by_helper(device: &Path, access: Access) -> Result<OwnedFd, MountError> {
    let helper = HELPERS.iter().find(|helper| files::is_plain(Path::new(helper)));
    let helper = helper.ok_or(MountError::Unknown)?;
    let point = Point::new().map_err(|error| MountError::System(io::Error::other(error.to_string())))?;
    let rights = if access == Access::Read { "ro" } else { "rw" };
    let mut command = Command::new(helper);
    // It lets everybody in, whom the rights on the files do not keep out.
    command.arg("-o").arg(format!("{rights},nosuid,nodev,noexec,umask=077")).arg(device).arg(&point.at);
    command.env_clear().stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    match command.status() {
        Ok(status) if status.success() => {}
        Ok(status) => {
            return Err(MountError::System(io::Error::other(format!("{helper} ends with {status}"))));
        }
        Err(error) => return Err(MountError::System(error)),
    }
    // The program passes on what it likes of the options: it has been seen to forget noexec.
    let mut flags = MountFlags::BIND | MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
    flags.set(MountFlags::RDONLY, access == Access::Read);
    mount_remount(&point.at, flags, "")?;
    let clone = OpenTreeFlags::OPEN_TREE_CLONE | OpenTreeFlags::OPEN_TREE_CLOEXEC;
    let root = open_tree(CWD, &point.at, clone)?;
    unmount(&point.at, UnmountFlags::NOFOLLOW)?;
    Ok(root)
}

/// Takes away what a process left that was killed while it mounted by a helper. Gives where something was mounted still.
pub fn clear_left() -> Vec<PathBuf> {
    let place = std::env::temp_dir();
    let names = files::list(&place).unwrap_or_default().into_iter().filter(|name| name.starts_with(PREFIX));
    let mut cleared = Vec::new();
    for folder in names.map(|name| place.join(name)).filter(|folder| is_own(folder)) {
        // Whoever still works with it holds it.
        let Ok(lock) = files::lock(&folder) else { continue };
        let point = Point { at: folder.join(POINT), folder, _lock: lock };
        if unmount(&point.at, UnmountFlags::NOFOLLOW).is_ok() {
            cleared.push(point.at.clone());
        }
    }
    cleared
}

/// A folder to mount on, in one that nobody else may enter. Both go away with this value, as far as they are empty.
struct Point {
    folder: PathBuf,
    at: PathBuf,
    _lock: files::Lock,
}

impl Point {
    fn new() -> Result<Point, FileError> {
        let folder = files::temporary_folder(PREFIX)?;
        let point = Point { at: folder.join(POINT), _lock: files::lock(&folder)?, folder };
        files::folder(&point.at)?;
        Ok(point)
    }
}

impl Drop for Point {
    fn drop(&mut self) {
        // Already done, unless an error came first.
        let _ = unmount(&self.at, UnmountFlags::NOFOLLOW);
        let _ = fs::remove_dir(&self.at);
        let _ = fs::remove_dir(&self.folder);
    }
}

/// Whether this is a folder of this user's, that nobody else may enter.
fn is_own(folder: &Path) -> bool {
    let (Ok(found), Ok(own)) = (fs::symlink_metadata(folder), fs::metadata("/proc/self")) else {
        return false;
    };
    found.is_dir() && found.uid() == own.uid() && found.mode().trailing_zeros() >= 6
}
