//! `ecdsa-sha2-nistp256` and `ecdsa-sha2-nistp384`: ECDSA (FIPS 186-5) with signatures in DER (RFC 3279 section 2.2.3).

use der::asn1::UintRef;
use der::{Reader, SliceReader};
use p256::ecdsa::signature::Verifier;

use super::{KeyAlgorithm, KeyError, SignatureError};

/// A point on one of the two curves.
#[derive(Clone)]
pub(super) enum Key {
    P256(p256::ecdsa::VerifyingKey),
    P384(p384::ecdsa::VerifyingKey),
}

impl Key {
    /// Reads a SEC1 point (SEC 1 section 2.3.4), compressed or not. The point at infinity is refused.
    pub(super) fn from_sec1(algorithm: KeyAlgorithm, point: &[u8]) -> Result<Key, KeyError> {
        let width = width(algorithm).ok_or(KeyError::NotSec1 { algorithm })?;
        // The backend would also take the "compact" form, which no other TUF client reads.
        let known = match point.first() {
            Some(0x02 | 0x03) => point.len() == 1 + width,
            Some(0x04) => point.len() == 1 + 2 * width,
            _ => false,
        };
        if !known {
            return Err(KeyError::PointForm { algorithm });
        }
        let key = match algorithm {
            KeyAlgorithm::P384 => p384::ecdsa::VerifyingKey::from_sec1_bytes(point).map(Key::P384),
            _ => p256::ecdsa::VerifyingKey::from_sec1_bytes(point).map(Key::P256),
        };
        key.map_err(|_| KeyError::NotOnCurve { algorithm })
    }

    /// The uncompressed SEC1 point.
    pub(super) fn to_sec1(&self) -> Vec<u8> {
        match self {
            Key::P256(key) => key.to_sec1_point(false).as_bytes().to_vec(),
            Key::P384(key) => key.to_sec1_point(false).as_bytes().to_vec(),
        }
    }

    pub(super) fn algorithm(&self) -> KeyAlgorithm {
        match self {
            Key::P256(_) => KeyAlgorithm::P256,
            Key::P384(_) => KeyAlgorithm::P384,
        }
    }

    /// The curve decides the hash. A high `s` is accepted: HSMs and OpenSSL make such signatures half of the time.
    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
        let verified = match self {
            Key::P256(key) => key.verify(message, &p256_signature(&der_to_raw(signature, 32)?)?),
            Key::P384(key) => key.verify(message, &p384_signature(&der_to_raw(signature, 48)?)?),
        };
        verified.map_err(|_| SignatureError::Mismatch)
    }
}

/// Turns `r || s`, as PKCS#11 tokens return it, into minimal DER.
///
/// # Errors
/// `Length` unless `raw` is exactly two numbers of the curve's width, `OutOfRange` when one is zero or not below the
/// group order, `Malformed` for an algorithm other than P-256 and P-384, whose signatures are not two numbers.
pub fn raw_to_der(algorithm: KeyAlgorithm, raw: &[u8]) -> Result<Vec<u8>, SignatureError> {
    let width = width(algorithm).ok_or(SignatureError::Malformed)?;
    if raw.len() != 2 * width {
        return Err(SignatureError::Length { expected: 2 * width, found: raw.len() });
    }
    Ok(match algorithm {
        KeyAlgorithm::P384 => p384_signature(raw)?.to_der().as_bytes().to_vec(),
        _ => p256_signature(raw)?.to_der().as_bytes().to_vec(),
    })
}

/// Bytes of a coordinate and of a scalar.
fn width(algorithm: KeyAlgorithm) -> Option<usize> {
    match algorithm {
        KeyAlgorithm::P256 => Some(32),
        KeyAlgorithm::P384 => Some(48),
        _ => None,
    }
}

/// Reads `SEQUENCE { INTEGER r, INTEGER s }` and pads both to `width`. Anything but the minimal encoding is refused, as
/// OpenSSL does: otherwise one signature would have many spellings.
fn der_to_raw(signature: &[u8], width: usize) -> Result<Vec<u8>, SignatureError> {
    let mut reader = SliceReader::new(signature).map_err(|_| SignatureError::NotDer)?;
    let (r, s) = reader
        .sequence(|reader| {
            Ok::<_, der::Error>((reader.decode::<UintRef<'_>>()?, reader.decode::<UintRef<'_>>()?))
        })
        .map_err(|_| SignatureError::NotDer)?;
    reader.finish().map_err(|_| SignatureError::NotDer)?;
    let mut raw = Vec::with_capacity(2 * width);
    for number in [r.as_bytes(), s.as_bytes()] {
        let padding = width.checked_sub(number.len()).ok_or(SignatureError::OutOfRange)?;
        raw.resize(raw.len() + padding, 0);
        raw.extend_from_slice(number);
    }
    Ok(raw)
}

fn p256_signature(raw: &[u8]) -> Result<p256::ecdsa::Signature, SignatureError> {
    p256::ecdsa::Signature::from_slice(raw).map_err(|_| SignatureError::OutOfRange)
}

fn p384_signature(raw: &[u8]) -> Result<p384::ecdsa::Signature, SignatureError> {
    p384::ecdsa::Signature::from_slice(raw).map_err(|_| SignatureError::OutOfRange)
}
