//! `SHA256SUMS`: the digest of every file, as coreutils writes and checks it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::crypto::digest::Sha256Digest;
use crate::host::files::{self, FileError};

/// Digests by the bytes of a path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sums(pub BTreeMap<Vec<u8>, Sha256Digest>);

impl Sums {
    /// Those of every file below a folder but of one.
    pub fn of(folder: &Path, but: &str) -> Result<Sums, FileError> {
        let mut sums = BTreeMap::new();
        for (name, path) in files::below(folder)?.into_iter().filter(|(name, _)| name != but.as_bytes()) {
            sums.insert(name, digest(&path)?);
        }
        Ok(Sums(sums))
    }

    /// One line a file, sorted by name. A name that would break its line is escaped, and the line says so with a backslash.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut text = Vec::new();
        for (name, digest) in &self.0 {
            let mut escaped = Vec::new();
            for byte in name {
                match byte {
                    b'\\' => escaped.extend(b"\\\\"),
                    b'\n' => escaped.extend(b"\\n"),
                    b'\r' => escaped.extend(b"\\r"),
                    other => escaped.push(*other),
                }
            }
            if escaped != *name {
                text.push(b'\\');
            }
            text.extend(digest.to_hex().into_bytes());
            text.extend(b"  ");
            text.extend(escaped);
            text.push(b'\n');
        }
        text
    }

    /// Reads what [`Sums::to_bytes`] wrote; `None` for anything else.
    pub fn parse(text: &[u8]) -> Option<Sums> {
        let mut sums = BTreeMap::new();
        for line in text.split_inclusive(|byte| *byte == b'\n') {
            let line = line.strip_suffix(b"\n")?;
            let (escaped, line) = line.strip_prefix(b"\\").map_or((false, line), |rest| (true, rest));
            let (digest, name) = line.split_at_checked(64)?;
            let digest = Sha256Digest::parse_hex(std::str::from_utf8(digest).ok()?)?;
            let name = name.strip_prefix(b"  ")?;
            sums.insert(if escaped { unescaped(name)? } else { name.to_vec() }, digest);
        }
        let sums = Sums(sums);
        (sums.to_bytes() == text).then_some(sums)
    }

    /// The names that two lists do not have alike.
    pub fn differing(&self, other: &Sums) -> Vec<String> {
        let names: BTreeSet<&Vec<u8>> = self.0.keys().chain(other.0.keys()).collect();
        let differing = names.into_iter().filter(|name| self.0.get(*name) != other.0.get(*name));
        differing.map(|name| String::from_utf8_lossy(name).into_owned()).collect()
    }
}

pub(super) fn unescaped(name: &[u8]) -> Option<Vec<u8>> {
    let (mut plain, mut bytes) = (Vec::new(), name.iter());
    while let Some(byte) = bytes.next() {
        plain.push(match byte {
            b'\\' => match bytes.next()? {
                b'\\' => b'\\',
                b'n' => b'\n',
                b'r' => b'\r',
                _ => return None,
            },
            other => *other,
        });
    }
    Some(plain)
}

fn digest(path: &Path) -> Result<Sha256Digest, FileError> {
    let (mut file, _) = files::open(path)?;
    let failed = |cause| FileError::System { act: "read", path: path.to_owned(), cause };
    Sha256Digest::of_reader(&mut file).map_err(failed)
}
