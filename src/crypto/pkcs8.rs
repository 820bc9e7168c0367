//! Private keys in files, as `openssl genpkey -algorithm ed25519` writes them (PKCS#8 in PEM, RFC 8410): those of witnesses.
//! The keys of the metadata are in no file.

use base64ct::{Base64, Encoding};
use zeroize::Zeroizing;

use super::software::SoftwareKey;
use super::{KeyAlgorithm, KeyError};
use crate::advice::{Advice, Exit};

/// The largest file that is read, in bytes.
pub const LIMIT: usize = 8192;

const BEGIN: &[u8] = b"-----BEGIN ";
const DASHES: &[u8] = b"-----";
const PLAIN: &[u8] = b"PRIVATE KEY";
const ENCRYPTED: &[u8] = b"ENCRYPTED PRIVATE KEY";
const END: &[u8] = b"-----END PRIVATE KEY-----";

/// What stands before the 32 bytes of the key: version 0, the algorithm Ed25519, and two octet strings.
const SHELL: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// Why a file is no private key that can be used. No variant has anything of the key.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// Not PEM, or damaged.
    #[error("this is no private key in PEM (PKCS#8)")]
    Form,
    /// It wants a passphrase.
    #[error("the private key is encrypted")]
    Encrypted,
    /// Of another algorithm, or in another form.
    #[error("the private key is not an Ed25519 key as openssl writes them")]
    Other,
    /// The key is none.
    #[error(transparent)]
    Key(#[from] KeyError),
}

impl Advice for KeyFileError {
    fn next_step(&self) -> String {
        match self {
            KeyFileError::Encrypted => {
                "Decrypt it for this one use with `openssl pkey -in FILE -out PLAIN`, into memory (/dev/shm), and remove it afterwards."
            }
            _ => "Make a key for witnessing with `openssl genpkey -algorithm ed25519 -out witness.pem`.",
        }
        .to_owned()
    }
    fn exit(&self) -> Exit {
        Exit::No
    }
}

/// Reads the bytes of a file.
pub fn read(pem: &[u8]) -> Result<SoftwareKey, KeyFileError> {
    let rest = pem.trim_ascii().strip_prefix(BEGIN).ok_or(KeyFileError::Form)?;
    if rest.starts_with(ENCRYPTED) {
        return Err(KeyFileError::Encrypted);
    }
    let Some(rest) = rest.strip_prefix(PLAIN).and_then(|rest| rest.strip_prefix(DASHES)) else {
        return Err(KeyFileError::Other);
    };
    let body = rest.strip_suffix(END).ok_or(KeyFileError::Form)?;
    // Allocated once: growing it would leave copies behind.
    let mut base64 = Zeroizing::new(Vec::with_capacity(body.len()));
    base64.extend(body.iter().filter(|byte| !byte.is_ascii_whitespace()));
    let mut der = Zeroizing::new(vec![0; body.len()]);
    let der = Base64::decode(base64.as_slice(), der.as_mut_slice()).map_err(|_| KeyFileError::Form)?;
    let key = match der.strip_prefix(&SHELL) {
        Some(key) => <&[u8; 32]>::try_from(key).map_err(|_| KeyFileError::Form)?,
        // A sequence, and so a key of another kind.
        None if der.first() == Some(&0x30) => return Err(KeyFileError::Other),
        None => return Err(KeyFileError::Form),
    };
    Ok(SoftwareKey::from_seed(KeyAlgorithm::Ed25519, key)?)
}
