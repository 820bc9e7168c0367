//! SHA-256, by which payloads, files and keys are named, and SHA-512, which `targets.json` may list.

use std::fmt;

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

/// The SHA-512 digest of `bytes`.
pub fn sha512(bytes: &[u8]) -> [u8; 64] {
    Sha512::digest(bytes).into()
}

/// The SHA-384 digest of `bytes`, which P-384 tokens are given to sign.
pub fn sha384(bytes: &[u8]) -> [u8; 48] {
    Sha384::digest(bytes).into()
}
