//! Durable files: the one door to the file system. What is read is here; writing and the rest have a file each.
#![expect(clippy::disallowed_methods, reason = "this file is the door to the file system")]

mod durable;
mod error;
mod lock;
mod scratch;
mod secret;

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use error::failed;

pub use durable::{
    append, create, create_folder, create_or_same, create_tree, folder, remove_if_there, replace,
    require_writable,
};
pub use error::FileError;
pub use lock::{Lock, lock};
pub use scratch::{Scratch, temporary_folder};
pub use secret::{read_secret, secret_from_descriptor};

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

/// The path of what is there, without links and `..`.
pub fn real(path: &Path) -> Result<PathBuf, FileError> {
    fs::canonicalize(path).map_err(failed("find", path))
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
