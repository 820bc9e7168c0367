//! SHA-256, by which payloads, files and keys are named, and SHA-512, which `targets.json` may list.

use std::fmt;
use std::io::{self, Read};

use sha2::digest::Output;
use sha2::{Digest, Sha256, Sha384, Sha512};

use super::hex;

/// A SHA-256 digest. It is displayed, also in `Debug`, as 64 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sha256Digest(pub [u8; 32]);

impl Sha256Digest {
    /// The digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Sha256Digest {
        Sha256Digest(Sha256::digest(bytes).into())
    }

    /// The digest of all that a reader gives.
    pub fn of_reader(from: &mut dyn Read) -> io::Result<Sha256Digest> {
        Ok(Sha256Digest(all::<Sha256>(from)?.into()))
    }

    /// Reads exactly 64 lower-case hex digits. Upper case is refused, so that a digest has one spelling.
    pub fn parse_hex(text: &str) -> Option<Sha256Digest> {
        if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return None;
        }
        hex::decode(text)?.try_into().ok().map(Sha256Digest)
    }

    /// 64 lower-case hex digits.
    pub fn to_hex(self) -> String {
        hex::encode(&self.0)
    }

    /// The digits in sixteen groups of four, as they are read aloud and compared.
    pub fn groups(self) -> Vec<String> {
        self.0.chunks(2).map(hex::encode).collect()
    }
}

impl fmt::Display for Sha256Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.to_hex())
    }
}

impl fmt::Debug for Sha256Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The digest of all that a reader gives.
fn all<D: Digest>(from: &mut dyn Read) -> io::Result<Output<D>> {
    let (mut digest, mut buffer) = (D::new(), vec![0; 1 << 16]);
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return Ok(digest.finalize()),
            Ok(count) => digest.update(buffer.get(..count).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// The digest of all that a reader gives, by the name that metadata has for the algorithm; `None` if there is no such here.
pub fn of_reader(algorithm: &str, from: &mut dyn Read) -> io::Result<Option<Vec<u8>>> {
    Ok(match algorithm {
        "sha256" => Some(all::<Sha256>(from)?.to_vec()),
        "sha384" => Some(all::<Sha384>(from)?.to_vec()),
        "sha512" => Some(all::<Sha512>(from)?.to_vec()),
        _ => None,
    })
}

/// The SHA-512 digest of `bytes`.
pub fn sha512(bytes: &[u8]) -> [u8; 64] {
    Sha512::digest(bytes).into()
}

/// The SHA-384 digest of `bytes`, which P-384 tokens are given to sign.
pub fn sha384(bytes: &[u8]) -> [u8; 48] {
    Sha384::digest(bytes).into()
}
