//! A claim by which two processes keep out of each other's way.
#![expect(clippy::disallowed_methods, reason = "this file is a part of the door to the file system")]

use std::fs::File;
use std::path::Path;

use rustix::fs::{FlockOperation, flock};

use super::error::{FileError, failed};

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
