//! Digests and signature verification: the only place that names a cryptographic backend.
//!
//! One file a scheme. Callers hold a [`PublicKey`] and hand over whole messages; hashing, padding and the
//! framing that a scheme asks for happen here.

use std::fmt;

pub mod base64;
pub mod certificate;
pub mod digest;
pub mod ecdsa;
mod ed25519;
mod error;
pub mod hex;
mod key;
mod ml_dsa;
pub mod pkcs8;
mod rsa;
pub mod software;
mod spki;
pub mod tlog;

pub use error::{KeyError, SignatureError};
pub use key::{PublicKey, Weakness};

/// A signature scheme as TUF metadata names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scheme {
    /// `ed25519` (RFC 8032).
    Ed25519,
    /// `ecdsa-sha2-nistp256`.
    EcdsaSha2Nistp256,
    /// `ecdsa-sha2-nistp384`.
    EcdsaSha2Nistp384,
    /// `rsassa-pss-sha256`.
    RsassaPssSha256,
    /// `rsa-pkcs1v15-sha256`.
    RsaPkcs1v15Sha256,
    /// `ml-dsa-44/1` (TAP 21).
    MlDsa44,
    /// `ml-dsa-65/1` (TAP 21).
    MlDsa65,
    /// `ml-dsa-87/1` (TAP 21).
    MlDsa87,
}

impl Scheme {
    /// Every scheme this crate verifies.
    pub const ALL: [Scheme; 8] = [
        Scheme::Ed25519,
        Scheme::EcdsaSha2Nistp256,
        Scheme::EcdsaSha2Nistp384,
        Scheme::RsassaPssSha256,
        Scheme::RsaPkcs1v15Sha256,
        Scheme::MlDsa44,
        Scheme::MlDsa65,
        Scheme::MlDsa87,
    ];

    /// The name in a key object's `scheme` field.
    pub fn name(self) -> &'static str {
        match self {
            Scheme::Ed25519 => "ed25519",
            Scheme::EcdsaSha2Nistp256 => "ecdsa-sha2-nistp256",
            Scheme::EcdsaSha2Nistp384 => "ecdsa-sha2-nistp384",
            Scheme::RsassaPssSha256 => "rsassa-pss-sha256",
            Scheme::RsaPkcs1v15Sha256 => "rsa-pkcs1v15-sha256",
            Scheme::MlDsa44 => "ml-dsa-44/1",
            Scheme::MlDsa65 => "ml-dsa-65/1",
            Scheme::MlDsa87 => "ml-dsa-87/1",
        }
    }

    /// The scheme of that exact name; `None` for names this crate cannot verify.
    pub fn from_name(name: &str) -> Option<Scheme> {
        Scheme::ALL.into_iter().find(|scheme| scheme.name() == name)
    }

    /// The one kind of key that can make signatures of this scheme.
    pub fn algorithm(self) -> KeyAlgorithm {
        match self {
            Scheme::Ed25519 => KeyAlgorithm::Ed25519,
            Scheme::EcdsaSha2Nistp256 => KeyAlgorithm::P256,
            Scheme::EcdsaSha2Nistp384 => KeyAlgorithm::P384,
            Scheme::RsassaPssSha256 | Scheme::RsaPkcs1v15Sha256 => KeyAlgorithm::Rsa,
            Scheme::MlDsa44 => KeyAlgorithm::MlDsa44,
            Scheme::MlDsa65 => KeyAlgorithm::MlDsa65,
            Scheme::MlDsa87 => KeyAlgorithm::MlDsa87,
        }
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A key's algorithm and size class, without the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyAlgorithm {
    /// Edwards curve 25519.
    Ed25519,
    /// NIST P-256.
    P256,
    /// NIST P-384.
    P384,
    /// RSA, any modulus.
    Rsa,
    /// ML-DSA-44 (FIPS 204).
    MlDsa44,
    /// ML-DSA-65 (FIPS 204).
    MlDsa65,
    /// ML-DSA-87 (FIPS 204).
    MlDsa87,
}

impl KeyAlgorithm {
    /// The name people use, e.g. `P-256`.
    pub fn name(self) -> &'static str {
        match self {
            KeyAlgorithm::Ed25519 => "Ed25519",
            KeyAlgorithm::P256 => "P-256",
            KeyAlgorithm::P384 => "P-384",
            KeyAlgorithm::Rsa => "RSA",
            KeyAlgorithm::MlDsa44 => "ML-DSA-44",
            KeyAlgorithm::MlDsa65 => "ML-DSA-65",
            KeyAlgorithm::MlDsa87 => "ML-DSA-87",
        }
    }
}

impl fmt::Display for KeyAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
