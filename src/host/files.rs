//! Durable files: the one door to the file system.
//!
//! A new file is written under a temporary name, synced, read back, renamed without overwriting, and its folder synced;
//! so at any instant a name holds either nothing or a whole file. Temporary names begin with a dot and end in
//! `.partial`; nothing ever reads them, and the next writer of the same name removes them.
#![expect(clippy::disallowed_methods, reason = "this file is the door to the file system")]

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, FlockOperation, OFlags, RenameFlags, flock, renameat_with};
use zeroize::{Zeroize as _, Zeroizing};

use super::display::visible;
use super::secret::Secret;
use crate::advice::{Advice, Exit};

/// What can go wrong with a file.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// Not there.
    #[error("{} does not exist", show(.0))]
    Missing(PathBuf),
    /// There already; nothing is overwritten.
    #[error("{} exists already, and nothing is overwritten", show(.0))]
    Exists(PathBuf),
    /// Larger than what is read at all.
    #[error("{} has more than {limit} bytes", show(.path))]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The limit in bytes.
        limit: usize,
    },
    /// More in a folder than is looked at.
    #[error("{} has more than {limit} entries", show(.path))]
    TooMany {
        /// The folder.
        path: PathBuf,
        /// How many are looked at.
        limit: usize,
    },
    /// On a medium: a link, or a way out of it.
    #[error("{} is a link, or leads out of its medium", show(.0))]
    Link(PathBuf),
    /// A pipe, device or folder where a file is expected; reading it could wait forever.
    #[error("{} is not a plain file", show(.0))]
    NotAFile(PathBuf),
    /// A file where a folder is expected.
    #[error("{} is not a folder", show(.0))]
    NotAFolder(PathBuf),
    /// A name that would leave its folder.
    #[error("{} does not stay in its folder", show(.0))]
    NotAName(PathBuf),
    /// Another process works in the directory.
    #[error("another tuf-ceremony works in {} at this moment", show(.0))]
    Locked(PathBuf),
    /// What was read back differs from what was written.
    #[error("{} reads back differently from what was written", show(.0))]
    ReadBack(PathBuf),
    /// A file descriptor that cannot be read.
    #[error("file descriptor {0} cannot be read")]
    Descriptor(u32),
    /// The system refused.
    #[error("cannot {act} {}: {cause}", show(.path))]
    System {
        /// The verb.
        act: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's answer. Part of the message, and for that reason not also the error's `source()`.
        cause: io::Error,
    },
}

impl Advice for FileError {
    fn next_step(&self) -> String {
        match self {
            FileError::Missing(_) => "Check the name; it counts from the folder that you are in.".to_owned(),
            FileError::Exists(_) => "Choose another name, or move the old file away yourself.".to_owned(),
            FileError::TooMany { .. } => "Check that this is the right folder.".to_owned(),
            FileError::NotAFile(_) | FileError::Link(_) => "Move it away, and put the file there that was meant.".to_owned(),
            FileError::NotAFolder(_) => "Name the folder that the file is in.".to_owned(),
            FileError::NotAName(_) => "Nothing was written. Correct the name in ceremony.toml.".to_owned(),
            FileError::TooLarge { .. } => "Check that this is the right file.".to_owned(),
            FileError::Locked(_) => "Wait until the other command has ended, and run this one again.".to_owned(),
            FileError::ReadBack(_) => "Do not trust this disk or stick: use another one and run the command again.".to_owned(),
            FileError::Descriptor(_) => "Give the number of a descriptor that is open for reading: 3, with `3<file` behind the command.".to_owned(),
            FileError::System { .. } => {
                "Check space, permissions and the medium, and run the command again; nothing was half-written.".to_owned()
            }
        }
    }
    fn exit(&self) -> Exit {
        Exit::Machine
    }
}

fn show(path: &Path) -> String {
    visible(&path.to_string_lossy())
}

fn failed(act: &'static str, path: &Path) -> impl FnOnce(io::Error) -> FileError {
    let path = path.to_owned();
    move |error| match error.kind() {
        io::ErrorKind::NotFound => FileError::Missing(path),
        io::ErrorKind::AlreadyExists => FileError::Exists(path),
        _ => FileError::System { act, path, cause: error },
    }
}

/// Opening a pipe that nobody writes to must not wait.
const NONBLOCK: i32 = OFlags::NONBLOCK.bits().cast_signed();

/// Whether this is a folder, or a link to one.
pub fn is_folder(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.is_dir())
}

/// Whether this is a plain file, and no link.
pub fn is_plain(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file())
}

/// Opens a file to be read, and says how many bytes it has.
pub fn open(path: &Path) -> Result<(File, u64), FileError> {
    let mut options = OpenOptions::new();
    let options = options.read(true).custom_flags(NONBLOCK);
    let file = options.open(path).map_err(failed("open", path))?;
    let metadata = file.metadata().map_err(failed("read", path))?;
    if !metadata.is_file() {
        return Err(FileError::NotAFile(path.to_owned()));
    }
    Ok((file, metadata.len()))
}

/// Reads a whole file of at most `limit` bytes.
pub fn read(path: &Path, limit: usize) -> Result<Vec<u8>, FileError> {
    let (file, _) = open(path)?;
    let mut bytes = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    file.take(most).read_to_end(&mut bytes).map_err(failed("read", path))?;
    if bytes.len() > limit {
        return Err(FileError::TooLarge { path: path.to_owned(), limit });
    }
    Ok(bytes)
}

/// Reads what a file begins with, up to `most` bytes.
pub fn beginning(path: &Path, most: usize) -> Result<Vec<u8>, FileError> {
    let (file, _) = open(path)?;
    let mut bytes = Vec::new();
    let most = u64::try_from(most).unwrap_or(u64::MAX);
    file.take(most).read_to_end(&mut bytes).map_err(failed("read", path))?;
    Ok(bytes)
}

/// Like [`read`], and `None` if the file does not exist.
pub fn read_if_there(path: &Path, limit: usize) -> Result<Option<Vec<u8>>, FileError> {
    match read(path, limit) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(FileError::Missing(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// A path that means the same from every folder.
pub fn absolute(path: &Path) -> Result<PathBuf, FileError> {
    std::path::absolute(path).map_err(failed("find", path))
}

/// Goes into a folder: from now on, relative paths are meant from there.
pub fn enter(folder: &Path) -> Result<(), FileError> {
    std::env::set_current_dir(folder).map_err(failed("enter", folder))
}

/// Whether anything has this name, a dangling link included.
pub fn exists(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// The names in a folder, sorted, without those that begin with a dot; none if the folder does not exist.
pub fn list(folder: &Path) -> Result<Vec<String>, FileError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed("list", folder)(error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let name = entry.map_err(failed("list", folder))?.file_name();
        if let Some(name) = name.to_str().filter(|name| !name.starts_with('.')) {
            names.push(name.to_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// Like [`list`], and nothing for what is not a folder.
pub fn list_if_folder(path: &Path) -> Result<Vec<String>, FileError> {
    if is_folder(path) { list(path) } else { Ok(Vec::new()) }
}

/// Every plain file below a folder, by the bytes of its path there, sorted; without what begins with a dot. Anything else but
/// folders is refused: it could not be read back as it is.
pub fn below(folder: &Path) -> Result<BTreeMap<Vec<u8>, PathBuf>, FileError> {
    let mut found = BTreeMap::new();
    let mut folders = vec![(folder.to_owned(), Vec::new())];
    while let Some((folder, prefix)) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(failed("list", &folder))? {
            let entry = entry.map_err(failed("list", &folder))?;
            let (path, name) = (entry.path(), entry.file_name());
            if name.as_bytes().starts_with(b".") {
                continue;
            }
            let name = [&prefix, name.as_bytes()].concat();
            let kind = entry.file_type().map_err(failed("read", &path))?;
            if kind.is_dir() {
                folders.push((path, [&name, &b"/"[..]].concat()));
            } else if kind.is_file() {
                found.insert(name, path);
            } else {
                return Err(FileError::NotAFile(path));
            }
        }
    }
    Ok(found)
}

/// Reads a file with a secret in it, of at most `limit` bytes.
pub fn read_secret(path: &Path, limit: usize) -> Result<Zeroizing<Vec<u8>>, FileError> {
    let (file, _) = open(path)?;
    // With room for all of it: growing would leave copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(limit.saturating_add(64)));
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    file.take(most).read_to_end(&mut bytes).map_err(failed("read", path))?;
    if bytes.len() > limit {
        return Err(FileError::TooLarge { path: path.to_owned(), limit });
    }
    Ok(bytes)
}

/// Creates a file that must not exist yet.
pub fn create(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let partial = write_partial(path, bytes)?;
    if let Err(error) = renameat_with(CWD, &partial, CWD, path, RenameFlags::NOREPLACE) {
        // The name is taken, so no later writer of it comes to remove this.
        let _ = fs::remove_file(&partial);
        return Err(failed("create", path)(error.into()));
    }
    sync_parent(path)
}

/// Creates a file, or accepts that it is there already with the same bytes.
pub fn create_or_same(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    match read_if_there(path, bytes.len()) {
        Ok(Some(found)) if found == bytes => sync_parent(path),
        Ok(Some(_)) | Err(FileError::TooLarge { .. }) => Err(FileError::Exists(path.to_owned())),
        Ok(None) => create(path, bytes),
        Err(error) => Err(error),
    }
}

/// Writes a file that may be replaced (drafts and indexes, never signatures or releases).
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let partial = write_partial(path, bytes)?;
    fs::rename(&partial, path).map_err(failed("replace", path))?;
    sync_parent(path)
}

fn write_partial(path: &Path, bytes: &[u8]) -> Result<PathBuf, FileError> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let partial = path.with_file_name(format!(".{name}.partial"));
    match fs::remove_file(&partial) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(failed("remove", &partial)(error));
        }
        _ => {}
    }
    let options = OpenOptions::new().write(true).create_new(true).mode(0o644).clone();
    let mut file = options.open(&partial).map_err(failed("create", &partial))?;
    file.write_all(bytes).map_err(failed("write", path))?;
    file.sync_all().map_err(failed("sync", path))?;
    if read(&partial, bytes.len())? != bytes {
        return Err(FileError::ReadBack(path.to_owned()));
    }
    Ok(partial)
}

/// Removes a file that may be replaced (never one of a ceremony), if it is there.
pub fn remove_if_there(path: &Path) -> Result<(), FileError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed("remove", path)(error)),
        _ => sync_parent(path),
    }
}

/// Creates a folder and its missing parents; it may exist already.
pub fn folder(path: &Path) -> Result<(), FileError> {
    if is_folder(path) {
        return Ok(());
    }
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        folder(parent)?;
    }
    match fs::create_dir(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(failed("create", path)(error)),
        _ => sync_parent(path),
    }
}

/// Makes a new, empty folder for temporary things, that nobody else may look into, and which stays until somebody removes it.
pub fn temporary_folder(prefix: &str) -> Result<PathBuf, FileError> {
    Ok(private_folder(prefix)?.keep())
}

fn private_folder(prefix: &str) -> Result<tempfile::TempDir, FileError> {
    let place = std::env::temp_dir();
    // Without this, what the umask leaves is for everybody.
    let own = fs::Permissions::from_mode(0o700);
    let made = tempfile::Builder::new().prefix(prefix).permissions(own).tempdir_in(&place);
    made.map_err(failed("create", &place))
}

/// A new, empty folder that nobody else may look into, and that goes away with this value.
pub struct Scratch(tempfile::TempDir);

impl Scratch {
    /// Makes the folder.
    pub fn new(prefix: &str) -> Result<Scratch, FileError> {
        private_folder(prefix).map(Scratch)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file that must not exist yet, and the folders that it is in. Nothing is synced: it does not outlive this value.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), FileError> {
        let path = self.path().join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(failed("create", parent))?;
        }
        let mut options = OpenOptions::new();
        let mut file = options.write(true).create_new(true).open(&path).map_err(failed("create", &path))?;
        file.write_all(bytes).map_err(failed("write", &path))
    }
}

/// Whether a name stays in the folder it is joined to: one component, as it is, and neither `.` nor `..`.
fn is_plain_name(name: &str) -> bool {
    Path::new(name).file_name().is_some_and(|plain| plain == name)
}

/// Creates a whole folder of files at once: it is there with all of them, or not at all.
pub fn create_folder(path: &Path, files: &[(String, Vec<u8>)]) -> Result<(), FileError> {
    create_whole(path, files, &is_plain_name)
}

/// Like [`create_folder`], with files in folders within it: their names are paths with `/`.
pub fn create_tree(path: &Path, files: &[(String, Vec<u8>)]) -> Result<(), FileError> {
    create_whole(path, files, &|name| name.split('/').all(is_plain_name))
}

fn create_whole(
    path: &Path,
    files: &[(String, Vec<u8>)],
    fits: &dyn Fn(&str) -> bool,
) -> Result<(), FileError> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let partial = path.with_file_name(format!(".{name}.partial"));
    // Before anything is written.
    if let Some((name, _)) = files.iter().find(|(name, _)| !fits(name)) {
        return Err(FileError::NotAName(partial.join(name)));
    }
    match fs::remove_dir_all(&partial) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(failed("remove", &partial)(error));
        }
        _ => {}
    }
    folder(&partial)?;
    for (name, bytes) in files {
        let file = partial.join(name);
        folder(file.parent().unwrap_or(&partial))?;
        create(&file, bytes)?;
    }
    renameat_with(CWD, &partial, CWD, path, RenameFlags::NOREPLACE)
        .map_err(|error| failed("create", path)(error.into()))?;
    sync_parent(path)
}

/// Writes bytes at `length`, where the file ends afterwards, and syncs. Creates the file if needed.
///
/// What the file has beyond `length` is written over and only then cut, so that a process that dies in between leaves
/// a rest behind by which its death is noticed.
pub fn append(path: &Path, length: u64, bytes: &[u8]) -> Result<(), FileError> {
    let created = !exists(path);
    let mut options = OpenOptions::new();
    let mut file = options
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o644)
        .open(path)
        .map_err(failed("open", path))?;
    file.seek(SeekFrom::Start(length)).map_err(failed("write", path))?;
    file.write_all(bytes).map_err(failed("write", path))?;
    let end = file.stream_position().map_err(failed("write", path))?;
    if file.metadata().map_err(failed("read", path))?.len() > end {
        file.set_len(end).map_err(failed("cut", path))?;
    }
    file.sync_all().map_err(failed("sync", path))?;
    if created { sync_parent(path) } else { Ok(()) }
}

/// Sees to it that a file, if it is there, can be written; it stays as it is.
pub fn require_writable(path: &Path) -> Result<(), FileError> {
    match OpenOptions::new().write(true).custom_flags(NONBLOCK).open(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed("write", path)(error)),
        _ => Ok(()),
    }
}

fn sync_parent(path: &Path) -> Result<(), FileError> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = File::open(parent).map_err(failed("open", parent))?;
    folder.sync_all().map_err(failed("sync", parent))
}

/// An exclusive claim on a folder or a file, held until dropped. The system drops it too when the process dies.
pub struct Lock(#[expect(dead_code, reason = "held for its effect")] File);

/// Claims a folder or a plain file, or says that another process has it.
pub fn lock(path: &Path) -> Result<Lock, FileError> {
    let file = File::open(path).map_err(failed("open", path))?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(Lock(file)),
        Err(rustix::io::Errno::WOULDBLOCK) => Err(FileError::Locked(path.to_owned())),
        Err(error) => Err(failed("lock", path)(error.into())),
    }
}

/// Reads a secret from an open file descriptor: up to the first line end, at most 1,024 bytes.
pub fn secret_from_descriptor(descriptor: u32) -> Result<Secret, FileError> {
    let refused = |_| FileError::Descriptor(descriptor);
    let mut file = File::open(format!("/proc/self/fd/{descriptor}")).map_err(refused)?;
    // One buffer, filled in place: growing it would leave copies behind.
    let mut buffer = [0_u8; 1024];
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match file.read(rest).map_err(refused)? {
            0 => break,
            count => filled += count,
        }
        if buffer.iter().take(filled).any(|byte| *byte == b'\n') {
            break;
        }
    }
    let line = buffer.iter().take(filled).take_while(|byte| !b"\r\n".contains(byte));
    let mut secret = Vec::with_capacity(1024);
    secret.extend(line);
    buffer.zeroize();
    Ok(Secret::new(secret))
}
