//! Writing, so that at any instant a name holds either nothing or a whole file.
//!
//! A new file is written under a temporary name, synced, read back, renamed without overwriting, and its folder synced. Temporary
//! names begin with a dot and end in `.partial`; nothing ever reads them, and the next writer of the same name removes them.
#![expect(clippy::disallowed_methods, reason = "this file is a part of the door to the file system")]

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};

use super::error::{FileError, failed};
use super::{NONBLOCK, exists, is_folder, read, read_if_there};

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
