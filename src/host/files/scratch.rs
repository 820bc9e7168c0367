//! Folders for temporary things, which nobody else may look into.
#![expect(clippy::disallowed_methods, reason = "this file is a part of the door to the file system")]

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::error::{FileError, failed};

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
