//! What can go wrong with a file, and what to do then.

use std::io;
use std::path::{Path, PathBuf};

use crate::advice::{Advice, Exit};
use crate::host::display::visible;

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

pub(super) fn failed(act: &'static str, path: &Path) -> impl FnOnce(io::Error) -> FileError {
    let path = path.to_owned();
    move |error| match error.kind() {
        io::ErrorKind::NotFound => FileError::Missing(path),
        io::ErrorKind::AlreadyExists => FileError::Exists(path),
        _ => FileError::System { act, path, cause: error },
    }
}
