//! Files on a foreign medium: nothing is opened but beneath its root folder, with openat2(2).
//!
//! No symbolic link is followed, no `..`, no way to another file system. What is no plain file is never opened to be read:
//! looking at a pipe or a device must not touch it.
#![expect(clippy::disallowed_methods, reason = "this file is the door to media")]

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{
    Advice, AtFlags, CWD, Dir, FileType, Mode, OFlags, RenameFlags, ResolveFlags, StatVfsMountFlags,
    StatxAttributes, StatxFlags, fadvise, fstat, fstatvfs, mkdirat, openat, openat2, renameat, renameat_with,
    statx, syncfs, unlinkat,
};
use rustix::io::Errno;

use super::files::FileError;

/// The most parts of a path that is still looked at.
pub const DEEPEST: usize = 16;
/// What the memory and the offset of a read past the page cache are a multiple of. No device has larger blocks.
const BLOCK: usize = 4096;
/// How much is read at once past the page cache.
const CHUNK: usize = 256 * BLOCK;

/// The folder that is the root of a medium.
#[derive(Debug)]
pub struct Beneath {
    root: OwnedFd,
    /// What the root is called in messages.
    name: PathBuf,
}

/// With which options something is mounted, as the kernel says of the open folder itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Nothing can be written.
    pub read_only: bool,
    /// No program gains rights.
    pub no_suid: bool,
    /// Device files are none.
    pub no_dev: bool,
    /// No program can be started.
    pub no_exec: bool,
}

/// What lies on a medium.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its path beneath the root, in bytes as they are.
    pub name: Vec<u8>,
    /// What it is.
    pub kind: Kind,
}

/// Kinds of things on a medium.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A plain file.
    File,
    /// A folder.
    Folder,
    /// A folder that is too deep to be looked into.
    Deep,
    /// A link, a pipe, a device, a socket.
    Other,
}

/// How it was seen to that a file was read from the medium, and not from memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Past {
    /// Read past the page cache (O_DIRECT).
    Direct,
    /// The file system has no such reads: the pages of the file were dropped first (posix_fadvise).
    Dropped,
}

impl Beneath {
    /// Of a root folder that is open.
    pub fn of(root: OwnedFd, name: &Path) -> Beneath {
        Beneath { root, name: name.to_owned() }
    }

    /// Of a folder with a path.
    pub fn open(path: &Path) -> Result<Beneath, FileError> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        match openat(CWD, path, flags, Mode::empty()) {
            Ok(root) => Ok(Beneath::of(root, path)),
            Err(Errno::NOTDIR) => Err(FileError::NotAFolder(path.to_owned())),
            Err(Errno::NOENT) => Err(FileError::Missing(path.to_owned())),
            Err(error) => Err(FileError::System { act: "open", path: path.to_owned(), cause: error.into() }),
        }
    }

    /// The same folder under another name in messages.
    pub fn called(self, name: &str) -> Beneath {
        Beneath { root: self.root, name: PathBuf::from(name) }
    }

    /// The options of the mount.
    pub fn options(&self) -> Result<Options, FileError> {
        let flags = fstatvfs(&self.root).map_err(self.failed("look at", ""))?.f_flag;
        Ok(Options {
            read_only: flags.contains(StatVfsMountFlags::RDONLY),
            no_suid: flags.contains(StatVfsMountFlags::NOSUID),
            no_dev: flags.contains(StatVfsMountFlags::NODEV),
            no_exec: flags.contains(StatVfsMountFlags::NOEXEC),
        })
    }

    /// Whether the folder is the root of a mount, and the number of the device behind it.
    pub fn mounted(&self) -> Result<Option<(u32, u32)>, FileError> {
        let looked = statx(&self.root, "", AtFlags::EMPTY_PATH, StatxFlags::BASIC_STATS);
        let stat = looked.map_err(self.failed("look at", ""))?;
        let is_root = stat.stx_attributes.contains(StatxAttributes::MOUNT_ROOT);
        Ok(is_root.then_some((stat.stx_dev_major, stat.stx_dev_minor)))
    }

    /// The number of the mount that the folder is on, as `/proc/self/mountinfo` has it.
    pub fn mount_id(&self) -> Result<Option<u64>, FileError> {
        // statx(2) has said it only since Linux 5.8.
        let path = format!("/proc/self/fdinfo/{}", self.root.as_raw_fd());
        let told = fs::read_to_string(path).map_err(|cause| self.system("look at", "", cause))?;
        Ok(told.lines().find_map(|line| line.strip_prefix("mnt_id:")).and_then(|id| id.trim().parse().ok()))
    }

    /// Bytes that are free, and the size of the blocks in which files take them.
    pub fn free(&self) -> Result<(u64, u64), FileError> {
        let stat = fstatvfs(&self.root).map_err(self.failed("look at", ""))?;
        Ok((stat.f_bavail.saturating_mul(stat.f_frsize), stat.f_frsize.max(1)))
    }

    /// Everything below a folder (`""` for all), sorted; at most `most`. Links are listed and not followed.
    pub fn entries(&self, folder: &str, most: usize) -> Result<Vec<Entry>, FileError> {
        let mut found = Vec::new();
        self.walk(folder.as_bytes(), most, DEEPEST - 1, &mut found)?;
        found.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(found)
    }

    /// What lies in a folder itself (`""` for the root), sorted; at most `most`.
    pub fn list(&self, folder: &str, most: usize) -> Result<Vec<Entry>, FileError> {
        let mut found = Vec::new();
        self.walk(folder.as_bytes(), most, 0, &mut found)?;
        for entry in found.iter_mut().filter(|entry| entry.kind == Kind::Deep) {
            entry.kind = Kind::Folder;
        }
        found.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(found)
    }

    fn walk(&self, folder: &[u8], most: usize, deep: usize, found: &mut Vec<Entry>) -> Result<(), FileError> {
        let opened = self.open_folder(folder)?;
        let mut folders = Vec::new();
        for entry in Dir::read_from(&opened).map_err(self.failed("list", folder))? {
            let entry = entry.map_err(self.failed("list", folder))?;
            let own = entry.file_name().to_bytes();
            if [&b"."[..], b".."].contains(&own) {
                continue;
            }
            let name = if folder.is_empty() { own.to_vec() } else { [folder, b"/", own].concat() };
            let kind = match entry.file_type() {
                FileType::RegularFile => Kind::File,
                FileType::Directory => Kind::Folder,
                FileType::Unknown => self.kind(&name)?,
                _ => Kind::Other,
            };
            let kind = if kind == Kind::Folder && deep == 0 { Kind::Deep } else { kind };
            if kind == Kind::Folder {
                folders.push(name.clone());
            }
            found.push(Entry { name, kind });
            if found.len() > most {
                return Err(FileError::TooMany { path: self.shown(folder), limit: most });
            }
        }
        for folder in folders {
            self.walk(&folder, most, deep.saturating_sub(1), found)?;
        }
        Ok(())
    }

    fn kind(&self, name: &[u8]) -> Result<Kind, FileError> {
        let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
        let opened = openat2(&self.root, name, flags, Mode::empty(), resolve);
        let stat = opened.and_then(fstat).map_err(self.failed("look at", name))?;
        Ok(match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => Kind::File,
            FileType::Directory => Kind::Folder,
            _ => Kind::Other,
        })
    }

    fn open_folder(&self, folder: &[u8]) -> Result<OwnedFd, FileError> {
        let here = if folder.is_empty() { &b"."[..] } else { folder };
        self.openat2(here, OFlags::RDONLY | OFlags::DIRECTORY, Mode::empty(), "open")
    }

    fn openat2(
        &self,
        name: &[u8],
        flags: OFlags,
        mode: Mode,
        act: &'static str,
    ) -> Result<OwnedFd, FileError> {
        let resolve = ResolveFlags::BENEATH
            | ResolveFlags::NO_SYMLINKS
            | ResolveFlags::NO_MAGICLINKS
            | ResolveFlags::NO_XDEV;
        let opened = openat2(&self.root, name, flags | OFlags::NOFOLLOW | OFlags::CLOEXEC, mode, resolve);
        opened.map_err(self.failed(act, name))
    }

    /// How many bytes a plain file has; it is looked at and not opened.
    pub fn length(&self, name: &str) -> Result<u64, FileError> {
        let opened = self.openat2(name.as_bytes(), OFlags::PATH, Mode::empty(), "look at")?;
        let stat = fstat(&opened).map_err(self.failed("look at", name))?;
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => Ok(u64::try_from(stat.st_size).unwrap_or_default()),
            // A link that is itself what was named can be looked at, for nothing follows it.
            FileType::Symlink => Err(FileError::Link(self.shown(name))),
            _ => Err(FileError::NotAFile(self.shown(name))),
        }
    }

    /// Whether anything has this name.
    pub fn has(&self, name: &str) -> Result<bool, FileError> {
        match self.openat2(name.as_bytes(), OFlags::PATH, Mode::empty(), "look at") {
            Ok(_) | Err(FileError::Link(_)) => Ok(true),
            Err(FileError::Missing(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Reads a plain file of at most `limit` bytes.
    pub fn read(&self, name: &str, limit: usize) -> Result<Vec<u8>, FileError> {
        let file = self.open_plain(name, OFlags::empty())?;
        let mut reader = |at, bytes: &mut [u8]| file.read_at(bytes, at);
        self.read_all(name, limit, &mut reader)
    }

    /// Reads a plain file of at most `limit` bytes from the medium itself.
    pub fn read_past_cache(&self, name: &str, limit: usize) -> Result<(Vec<u8>, Past), FileError> {
        let (file, past) = match self.open_plain(name, OFlags::DIRECT) {
            Ok(file) => (file, Past::Direct),
            Err(FileError::System { cause, .. }) if cause.kind() == io::ErrorKind::InvalidInput => {
                let file = self.open_plain(name, OFlags::empty())?;
                fadvise(&file, 0, None, Advice::DontNeed).map_err(self.failed("read", name))?;
                (file, Past::Dropped)
            }
            Err(error) => return Err(error),
        };
        let mut reader = |at, bytes: &mut [u8]| file.read_at(bytes, at);
        Ok((self.read_all(name, limit, &mut reader)?, past))
    }

    /// Reads to the end, at places and into memory of whole blocks, as reads past the page cache must.
    fn read_all(
        &self,
        name: &str,
        limit: usize,
        read: &mut dyn FnMut(u64, &mut [u8]) -> io::Result<usize>,
    ) -> Result<Vec<u8>, FileError> {
        let mut memory = vec![0_u8; CHUNK + BLOCK];
        let skip = memory.as_ptr().align_offset(BLOCK);
        let mut bytes = Vec::new();
        loop {
            let at = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
            let chunk = memory.get_mut(skip..).and_then(|rest| rest.get_mut(..CHUNK)).unwrap_or_default();
            let count = match read(at, chunk) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(cause) => {
                    return Err(FileError::System { act: "read", path: self.shown(name), cause });
                }
                Ok(count) => count,
            };
            bytes.extend_from_slice(chunk.get(..count).unwrap_or_default());
            if bytes.len() > limit {
                return Err(FileError::TooLarge { path: self.shown(name), limit });
            }
            // Only at its end a file gives less than whole blocks.
            if count % BLOCK != 0 || count == 0 {
                return Ok(bytes);
            }
        }
    }

    fn open_plain(&self, name: &str, flags: OFlags) -> Result<File, FileError> {
        // A pipe or a device must not be opened to find out that it is one.
        self.length(name)?;
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | flags;
        let file = File::from(self.openat2(name.as_bytes(), flags, Mode::empty(), "open")?);
        let kind = file.metadata().map_err(|cause| self.system("look at", name, cause))?;
        if kind.is_file() { Ok(file) } else { Err(FileError::NotAFile(self.shown(name))) }
    }

    /// Creates a folder that must not exist yet.
    pub fn create_folder(&self, name: &str) -> Result<(), FileError> {
        let parent = self.parent(name)?;
        mkdirat(&parent, last(name), Mode::from_raw_mode(0o755)).map_err(self.failed("create", name))
    }

    /// Creates a file that must not exist yet, and syncs it.
    pub fn create(&self, name: &str, bytes: &[u8]) -> Result<(), FileError> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL;
        let mode = Mode::from_raw_mode(0o644);
        let mut file = File::from(self.openat2(name.as_bytes(), flags, mode, "create")?);
        file.write_all(bytes).map_err(|cause| self.system("write", name, cause))?;
        file.sync_all().map_err(|cause| self.system("sync", name, cause))
    }

    /// Renames within the root folder; nothing is overwritten.
    pub fn rename(&self, from: &str, to: &str) -> Result<(), FileError> {
        match renameat_with(&self.root, from, &self.root, to, RenameFlags::NOREPLACE) {
            // FUSE file systems of older libraries cannot promise it. Nobody else is on a medium that this program mounted.
            Err(Errno::INVAL | Errno::NOSYS) if !self.has(to)? => {
                renameat(&self.root, from, &self.root, to).map_err(self.failed("rename", to))
            }
            other => other.map_err(self.failed("rename", to)),
        }
    }

    /// Removes a folder of this program's own that was not finished, with all that is in it, if it is there. Nothing is removed
    /// where there are more than `most` entries.
    pub fn remove(&self, folder: &str, most: usize) -> Result<(), FileError> {
        if !self.has(folder)? {
            return Ok(());
        }
        let entries = self.entries(folder, most)?;
        for entry in entries.iter().rev() {
            self.unlink(&entry.name, entry.kind)?;
        }
        self.unlink(folder.as_bytes(), Kind::Folder)
    }

    fn unlink(&self, name: &[u8], kind: Kind) -> Result<(), FileError> {
        let own = name.rsplit(|byte| *byte == b'/').next().unwrap_or(name);
        let parent = name.strip_suffix(own).and_then(|rest| rest.strip_suffix(b"/")).unwrap_or_default();
        let parent = self.open_folder(parent)?;
        let is_folder = matches!(kind, Kind::Folder | Kind::Deep);
        let flags = if is_folder { AtFlags::REMOVEDIR } else { AtFlags::empty() };
        unlinkat(&parent, own, flags).map_err(self.failed("remove", name))
    }

    /// Writes out everything that memory still holds for the file system.
    pub fn sync(&self) -> Result<(), FileError> {
        let folder = self.open_folder(b"")?;
        syncfs(&folder).map_err(self.failed("sync", ""))?;
        rustix::fs::fsync(&folder).map_err(self.failed("sync", ""))
    }

    fn parent(&self, name: &str) -> Result<OwnedFd, FileError> {
        self.open_folder(name.rsplit_once('/').map_or("", |(parent, _)| parent).as_bytes())
    }

    fn shown(&self, name: impl AsRef<[u8]>) -> PathBuf {
        match name.as_ref() {
            b"" => self.name.clone(),
            name => self.name.join(std::ffi::OsStr::from_bytes(name)),
        }
    }

    fn system(&self, act: &'static str, name: &str, cause: io::Error) -> FileError {
        FileError::System { act, path: self.shown(name), cause }
    }

    fn failed(&self, act: &'static str, name: impl AsRef<[u8]>) -> impl FnOnce(Errno) -> FileError {
        let path = self.shown(name);
        move |errno| match errno {
            Errno::LOOP | Errno::XDEV => FileError::Link(path),
            Errno::NOENT => FileError::Missing(path),
            Errno::EXIST => FileError::Exists(path),
            Errno::NOTDIR => FileError::NotAFolder(path),
            other => FileError::System { act, path, cause: other.into() },
        }
    }
}

/// The last part of a path.
fn last(name: &str) -> &str {
    name.rsplit_once('/').map_or(name, |(_, last)| last)
}
