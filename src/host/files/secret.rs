//! Reading secrets: into one buffer with room for all of it, since growing would leave copies behind.
#![expect(clippy::disallowed_methods, reason = "this file is a part of the door to the file system")]

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use zeroize::{Zeroize as _, Zeroizing};

use super::error::{FileError, failed};
use super::open;
use crate::host::secret::Secret;

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
