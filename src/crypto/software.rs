//! Signing in software: for rehearsal tokens, for the record's own short-lived keys, and for witnesses. The keys of the
//! metadata live on devices.

use p256::ecdsa::signature::Signer;
use sha2::{Digest, Sha256, Sha384};
use zeroize::Zeroizing;

use super::{KeyAlgorithm, KeyError, PublicKey};

/// Separates these seeds from any other use of the same bytes.
const DOMAIN: &[u8] = b"tuf-ceremony software key v1\0";

/// A private key in memory. It cannot be printed, cloned or serialised, and is wiped when dropped.
pub struct SoftwareKey {
    private: Private,
    public: PublicKey,
}

/// Boxed, so that moving a key afterwards copies nothing. Each of the three wipes itself when dropped.
enum Private {
    Ed25519(Box<ed25519_dalek::SigningKey>),
    P256(Box<p256::ecdsa::SigningKey>),
    P384(Box<p384::ecdsa::SigningKey>),
}

impl SoftwareKey {
    /// Derives a key from a seed, always the same one. An Ed25519 seed is the private key (RFC 8032 section 5.1.5);
    /// for P-256 and P-384 the seed is hashed with a counter until a valid scalar appears.
    ///
    /// # Errors
    /// `NoSoftwareKey` for RSA and ML-DSA.
    pub fn from_seed(algorithm: KeyAlgorithm, seed: &[u8; 32]) -> Result<SoftwareKey, KeyError> {
        let (private, public) = match algorithm {
            KeyAlgorithm::Ed25519 => {
                let key = Box::new(ed25519_dalek::SigningKey::from_bytes(seed));
                let public = PublicKey::from_ed25519(key.verifying_key().as_bytes())?;
                (Private::Ed25519(key), public)
            }
            KeyAlgorithm::P256 => {
                let key = Box::new(first_valid(|counter| {
                    p256::ecdsa::SigningKey::from_slice(&candidate::<Sha256>(algorithm, seed, counter)).ok()
                }));
                let point = key.verifying_key().to_sec1_point(false);
                (Private::P256(key), PublicKey::from_ec_point(algorithm, point.as_bytes())?)
            }
            KeyAlgorithm::P384 => {
                let key = Box::new(first_valid(|counter| {
                    p384::ecdsa::SigningKey::from_slice(&candidate::<Sha384>(algorithm, seed, counter)).ok()
                }));
                let point = key.verifying_key().to_sec1_point(false);
                (Private::P384(key), PublicKey::from_ec_point(algorithm, point.as_bytes())?)
            }
            _ => return Err(KeyError::NoSoftwareKey { algorithm }),
        };
        Ok(SoftwareKey { private, public })
    }

    /// The public half.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// Signs a whole message with the scheme of the key's algorithm. ECDSA is deterministic (RFC 6979) and comes as
    /// minimal DER.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        match &self.private {
            Private::Ed25519(key) => key.sign(message).to_bytes().to_vec(),
            Private::P256(key) => {
                let signature: p256::ecdsa::Signature = key.sign(message);
                signature.to_der().as_bytes().to_vec()
            }
            Private::P384(key) => {
                let signature: p384::ecdsa::Signature = key.sign(message);
                signature.to_der().as_bytes().to_vec()
            }
        }
    }
}

/// `H(DOMAIN || algorithm || 0x00 || seed || counter)`, with a hash as wide as the curve.
fn candidate<D: Digest>(algorithm: KeyAlgorithm, seed: &[u8; 32], counter: u32) -> Zeroizing<Vec<u8>> {
    let mut hash = D::new();
    hash.update(DOMAIN);
    hash.update(algorithm.name());
    hash.update([0]);
    hash.update(seed);
    hash.update(counter.to_be_bytes());
    Zeroizing::new(hash.finalize().to_vec())
}

/// The first candidate that is a scalar. One in 2^32 is not for P-256, one in 2^190 for P-384.
fn first_valid<K>(attempt: impl Fn(u32) -> Option<K>) -> K {
    let mut counter = 0_u32;
    loop {
        if let Some(key) = attempt(counter) {
            return key;
        }
        counter = counter.wrapping_add(1);
    }
}
