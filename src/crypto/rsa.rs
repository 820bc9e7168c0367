//! `rsassa-pss-sha256` and `rsa-pkcs1v15-sha256` (RFC 8017), verification only.

use ::rsa::pkcs1::{RsaPublicKeyRef, UintRef};
use ::rsa::signature::Verifier;
use ::rsa::{BoxedUint, pkcs1v15, pss};
use der::{Decode, Encode};
use sha2::Sha256;

use super::{KeyError, SignatureError, Weakness};

/// Smallest modulus, in bits, that the backend and today's clients verify at all.
const MIN_BITS: usize = 1024;
/// Largest modulus, in bits: OpenSSL's own limit, and a bound on what a hostile key can cost.
const MAX_BITS: usize = 16_384;
/// Fewest bits that a new key may have (check KEY-STRENGTH).
const STRONG_BITS: usize = 3072;
/// The only exponent that a new key may have (check KEY-STRENGTH).
const STRONG_EXPONENT: u64 = 65_537;
/// A modulus that a number up to here divides was not made of two large primes; the bound is that of boulder's goodkey.
const TRIAL_DIVISION: u32 = 751;

/// An RSA public key of 1,024 to 16,384 bits.
#[derive(Clone)]
pub(super) struct Key {
    key: ::rsa::PublicKey,
    /// Big-endian, without leading zeros.
    modulus: Vec<u8>,
    exponent: u64,
}

impl Key {
    /// Reads an RSAPublicKey (RFC 8017 appendix A.1.1).
    pub(super) fn from_pkcs1(bytes: &[u8]) -> Result<Key, KeyError> {
        let parts = RsaPublicKeyRef::from_der(bytes).map_err(|_| KeyError::Der)?;
        let modulus = parts.modulus.as_bytes();
        let bits = bit_length(modulus);
        // Before any arithmetic: preparing a modulus costs the square of its length.
        if !(MIN_BITS..=MAX_BITS).contains(&bits) {
            return Err(KeyError::RsaSize { bits });
        }
        let exponent = parts
            .public_exponent
            .as_bytes()
            .iter()
            .try_fold(0_u64, |value, byte| Some(value.checked_mul(256)? | u64::from(*byte)))
            .ok_or(KeyError::RsaExponent)?;
        let n = BoxedUint::from_be_slice_vartime(modulus);
        let key = ::rsa::PublicKey::new_with_size_limits(n, BoxedUint::from(exponent), MIN_BITS..=MAX_BITS)
            .map_err(|error| match error {
            ::rsa::Error::InvalidModulus => KeyError::RsaModulus,
            _ => KeyError::RsaExponent,
        })?;
        Ok(Key { key, modulus: modulus.to_vec(), exponent })
    }

    /// The RSAPublicKey in DER.
    pub(super) fn to_pkcs1(&self) -> Result<Vec<u8>, KeyError> {
        let exponent = self.exponent.to_be_bytes();
        UintRef::new(&self.modulus)
            .and_then(|modulus| {
                RsaPublicKeyRef { modulus, public_exponent: UintRef::new(&exponent)? }.to_der()
            })
            .map_err(|_| KeyError::Der)
    }

    pub(super) fn weakness(&self) -> Option<Weakness> {
        let bits = bit_length(&self.modulus);
        // Composite divisors are tried too: that is harmless, and the first that divides is always a prime.
        if let Some(factor) =
            (3..=TRIAL_DIVISION).step_by(2).find(|divisor| remainder(&self.modulus, *divisor) == 0)
        {
            Some(Weakness::RsaSmallFactor { factor })
        } else if bits < STRONG_BITS {
            Some(Weakness::RsaShort { bits })
        } else if self.exponent != STRONG_EXPONENT {
            Some(Weakness::RsaExponent { exponent: self.exponent })
        } else {
            None
        }
    }

    /// RSASSA-PSS with SHA-256 and MGF1-SHA-256. The salt may have any length, since securesystemslib signs with the
    /// digest's length, OpenSSL by default with the greatest possible, and verifiers detect it.
    pub(super) fn verify_pss(&self, message: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
        let signature = pss::Signature::from_bytes_with_max_len(self.sized(signature)?, self.modulus.len())
            .map_err(|_| SignatureError::Mismatch)?;
        pss::VerifyingKey::<Sha256>::new_with_auto_salt_len(self.key.clone())
            .verify(message, &signature)
            .map_err(|_| SignatureError::Mismatch)
    }

    /// RSASSA-PKCS1-v1_5 with SHA-256.
    pub(super) fn verify_pkcs1v15(&self, message: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
        let signature =
            pkcs1v15::Signature::from_bytes_with_max_len(self.sized(signature)?, self.modulus.len())
                .map_err(|_| SignatureError::Mismatch)?;
        pkcs1v15::VerifyingKey::<Sha256>::new(self.key.clone())
            .verify(message, &signature)
            .map_err(|_| SignatureError::Mismatch)
    }

    /// A signature is as long as the modulus, leading zeros included (RFC 8017 sections 8.1.2 and 8.2.2, step 1).
    fn sized<'a>(&self, signature: &'a [u8]) -> Result<&'a [u8], SignatureError> {
        if signature.len() == self.modulus.len() {
            Ok(signature)
        } else {
            Err(SignatureError::Length { expected: self.modulus.len(), found: signature.len() })
        }
    }
}

/// Bits of a big-endian number without leading zero bytes.
fn bit_length(number: &[u8]) -> usize {
    let unused = number.first().map_or(0, |byte| byte.leading_zeros() as usize);
    number.len() * 8 - unused
}

/// A big-endian number modulo a small one.
fn remainder(number: &[u8], divisor: u32) -> u32 {
    number.iter().fold(0, |rest, byte| (rest << 8 | u32::from(*byte)) % divisor)
}
