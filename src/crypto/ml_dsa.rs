//! `ml-dsa-44/1`, `ml-dsa-65/1` and `ml-dsa-87/1`: ML-DSA (FIPS 204) as TAP 21 uses it, verification only.

use ::ml_dsa::{
    EncodedSignature, EncodedVerifyingKey, MlDsa44, MlDsa65, MlDsa87, MlDsaParams, Signature, VerifyingKey,
};

use super::digest::sha512;
use super::{KeyAlgorithm, KeyError, SignatureError};

/// One of the three parameter sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ParameterSet {
    MlDsa44,
    MlDsa65,
    MlDsa87,
}

/// An encoded public key. It stays encoded, because its expanded form takes tens of kilobytes.
#[derive(Clone)]
pub(super) struct Key {
    set: ParameterSet,
    encoded: Vec<u8>,
}

impl Key {
    /// Takes the output of `pkEncode` (FIPS 204 algorithm 22). Every string of the right length is a key.
    pub(super) fn from_bytes(set: ParameterSet, encoded: &[u8]) -> Result<Key, KeyError> {
        let (algorithm, expected) = match set {
            ParameterSet::MlDsa44 => (KeyAlgorithm::MlDsa44, 1312),
            ParameterSet::MlDsa65 => (KeyAlgorithm::MlDsa65, 1952),
            ParameterSet::MlDsa87 => (KeyAlgorithm::MlDsa87, 2592),
        };
        if encoded.len() != expected {
            return Err(KeyError::Length { algorithm, expected, found: encoded.len() });
        }
        Ok(Key { set, encoded: encoded.to_vec() })
    }

    pub(super) fn set(&self) -> ParameterSet {
        self.set
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.encoded
    }

    pub(super) fn algorithm(&self) -> KeyAlgorithm {
        match self.set {
            ParameterSet::MlDsa44 => KeyAlgorithm::MlDsa44,
            ParameterSet::MlDsa65 => KeyAlgorithm::MlDsa65,
            ParameterSet::MlDsa87 => KeyAlgorithm::MlDsa87,
        }
    }

    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
        let signed = signed_bytes(message);
        match self.set {
            ParameterSet::MlDsa44 => verify::<MlDsa44>(&self.encoded, &signed, signature),
            ParameterSet::MlDsa65 => verify::<MlDsa65>(&self.encoded, &signed, signature),
            ParameterSet::MlDsa87 => verify::<MlDsa87>(&self.encoded, &signed, signature),
        }
    }
}

/// What TAP 21 has ML-DSA sign in place of the metadata itself, for version 1 of its schemes:
/// `"tuf" || 0x01 || SHA-512(message)`, with ML-DSA's own context left empty.
fn signed_bytes(message: &[u8]) -> Vec<u8> {
    [b"tuf\x01".as_slice(), &sha512(message)].concat()
}

fn verify<P: MlDsaParams>(key: &[u8], signed: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
    // The length was checked when the key was read.
    let key = EncodedVerifyingKey::<P>::try_from(key).map_err(|_| SignatureError::Malformed)?;
    let encoded = EncodedSignature::<P>::try_from(signature).map_err(|_| SignatureError::Length {
        expected: EncodedSignature::<P>::default().len(),
        found: signature.len(),
    })?;
    let signature = Signature::<P>::decode(&encoded).ok_or(SignatureError::Malformed)?;
    if VerifyingKey::<P>::decode(&key).verify_with_context(signed, &[], &signature) {
        Ok(())
    } else {
        Err(SignatureError::Mismatch)
    }
}
