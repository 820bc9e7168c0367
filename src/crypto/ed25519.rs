//! `ed25519`: Ed25519 as RFC 8032 has it, without pre-hashing or context.

use ed25519_dalek::{Signature, VerifyingKey};

use super::{KeyAlgorithm, KeyError, SignatureError, Weakness};

/// The order of the base point, little-endian (RFC 8032 section 5.1).
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// An Ed25519 public key in its canonical encoding.
#[derive(Clone)]
pub(super) struct Key(VerifyingKey);

impl Key {
    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Key, KeyError> {
        let bytes: &[u8; 32] = bytes.try_into().map_err(|_| KeyError::Length {
            algorithm: KeyAlgorithm::Ed25519,
            expected: 32,
            found: bytes.len(),
        })?;
        let key = VerifyingKey::from_bytes(bytes)
            .map_err(|_| KeyError::NotOnCurve { algorithm: KeyAlgorithm::Ed25519 })?;
        // The backend reduces y modulo p without complaint. Two spellings of one point would be two keys to
        // whoever counts encodings, so only the one that RFC 8032 section 5.1.3 allows is let in.
        if key.to_edwards().compress().as_bytes() != bytes {
            return Err(KeyError::NotCanonical);
        }
        Ok(Key(key))
    }

    pub(super) fn to_bytes(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    pub(super) fn weakness(&self) -> Option<Weakness> {
        if self.0.is_weak() {
            Some(Weakness::SmallOrder)
        } else if !self.0.to_edwards().is_torsion_free() {
            Some(Weakness::MixedOrder)
        } else {
            None
        }
    }

    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
        let signature: &[u8; 64] = signature
            .try_into()
            .map_err(|_| SignatureError::Length { expected: 64, found: signature.len() })?;
        if self.0.is_weak() {
            return Err(SignatureError::SmallOrderKey);
        }
        let signature = Signature::from_bytes(signature);
        if !signature.s_bytes().iter().rev().lt(ORDER.iter().rev()) {
            return Err(SignatureError::OutOfRange);
        }
        self.0.verify_strict(message, &signature).map_err(|_| SignatureError::Mismatch)
    }
}
