//! Where a client gets files from, and where it keeps those that it trusts.

use crate::crypto::hex;

/// What came when a file was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// The file.
    Bytes(Vec<u8>),
    /// There is no such file.
    Missing,
    /// It is longer than was asked for.
    TooLarge,
}

/// The repository.
pub trait Source {
    /// Why nothing can be said of a file: the disk or the network failed.
    type Error;
    /// A metadata file of at most `limit` bytes, by its published name, e.g. `2.snapshot.json`.
    fn metadata(&mut self, name: &str, limit: usize) -> Result<Fetched, Self::Error>;
}

/// The client's own copies of what it trusts, by role, e.g. `root`.
pub trait Store {
    /// Why a copy could not be read or written.
    type Error;
    /// The copy of a role, if there is one.
    fn load(&mut self, role: &str) -> Result<Option<Vec<u8>>, Self::Error>;
    /// Keeps a copy of a role, in place of the one before.
    fn save(&mut self, role: &str, bytes: &[u8]) -> Result<(), Self::Error>;
    /// Has no copy of a role any more.
    fn forget(&mut self, role: &str) -> Result<(), Self::Error>;
}

/// Why an update or a search ended before it was complete.
#[derive(Debug)]
pub enum Stop<E> {
    /// The client refuses what it was given; the last row says what.
    Refused,
    /// A file could not be read.
    Failed(E),
}

impl<E> From<E> for Stop<E> {
    fn from(error: E) -> Stop<E> {
        Stop::Failed(error)
    }
}

/// A role's name as part of a file name: everything but letters, digits, `_`, `.`, `-` and `~` percent-encoded (RFC 3986
/// section 2.3), as python-tuf does, so that a name can not leave its folder.
pub fn file_stem(role: &str) -> String {
    let mut stem = String::new();
    for byte in role.bytes() {
        if byte.is_ascii_alphanumeric() || b"_.-~".contains(&byte) {
            stem.push(char::from(byte));
        } else {
            stem.push('%');
            stem.push_str(&hex::encode(&[byte]).to_ascii_uppercase());
        }
    }
    stem
}
