//! A public key of any supported algorithm, and the dispatch from its encoding to its scheme's file.

use std::fmt;
use std::sync::Arc;

use der::asn1::{AnyRef, ObjectIdentifier};

use super::digest::Sha256Digest;
use super::ml_dsa::ParameterSet;
use super::spki::{self, Parts};
use super::{KeyAlgorithm, KeyError, Scheme, SignatureError, ecdsa, ed25519, ml_dsa, rsa};

/// A parsed public key. Two are equal when they are the same key material, however it was encoded.
#[derive(Clone)]
pub struct PublicKey(
    /// Shared: a root may have tens of thousands of keys, and every client that is asked has them all.
    Arc<Parsed>,
);

struct Parsed {
    material: Material,
    /// The canonical SubjectPublicKeyInfo: the identity of the key.
    spki: Vec<u8>,
}

enum Material {
    Ed25519(ed25519::Key),
    Ecdsa(ecdsa::Key),
    Rsa(rsa::Key),
    MlDsa(ml_dsa::Key),
}

/// Why a key that can be used should not be (check KEY-STRENGTH).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weakness {
    /// An Ed25519 point of order 1, 2, 4 or 8: anybody can sign for it.
    SmallOrder,
    /// An Ed25519 point outside the prime-order subgroup: no honest key generation makes one, and one private key
    /// can serve eight of them.
    MixedOrder,
    /// Fewer than 3,072 bits.
    RsaShort {
        /// Length of the modulus in bits.
        bits: usize,
    },
    /// A public exponent other than 65,537.
    RsaExponent {
        /// The exponent.
        exponent: u64,
    },
    /// The modulus has a tiny prime factor, so it was not made of two large primes.
    RsaSmallFactor {
        /// The factor.
        factor: u32,
    },
}

impl fmt::Display for Weakness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Weakness::SmallOrder => f.write_str("Ed25519 point of small order: anybody can sign for it"),
            Weakness::MixedOrder => f.write_str("Ed25519 point outside the prime-order subgroup"),
            Weakness::RsaShort { bits } => write!(f, "RSA modulus of {bits} bits, fewer than 3072"),
            Weakness::RsaExponent { exponent } => write!(f, "RSA exponent {exponent} instead of 65537"),
            Weakness::RsaSmallFactor { factor } => write!(f, "RSA modulus divisible by {factor}"),
        }
    }
}

impl PublicKey {
    /// Reads a DER SubjectPublicKeyInfo.
    ///
    /// # Errors
    /// Any [`KeyError`] about the shell, the algorithm or the key itself.
    pub fn from_spki_der(bytes: &[u8]) -> Result<PublicKey, KeyError> {
        let Parts { oid, parameters, key } = spki::decode(bytes)?;
        let ml_dsa = |set| ml_dsa::Key::from_bytes(set, key).map(Material::MlDsa);
        let material = match oid {
            // RFC 8410 section 3 and RFC 9881 section 2: no parameters, not even NULL.
            spki::ED25519 | spki::ML_DSA_44 | spki::ML_DSA_65 | spki::ML_DSA_87 if parameters.is_some() => {
                return Err(KeyError::Parameters);
            }
            spki::ED25519 => Material::Ed25519(ed25519::Key::from_bytes(key)?),
            spki::EC => Material::Ecdsa(ecdsa::Key::from_sec1(named_curve(parameters)?, key)?),
            spki::RSA => {
                // RFC 8017 appendix A.1 wants NULL here; keys without it exist, and Python reads them.
                if parameters.is_some_and(|parameters| !parameters.is_null()) {
                    return Err(KeyError::Parameters);
                }
                Material::Rsa(rsa::Key::from_pkcs1(key)?)
            }
            spki::ML_DSA_44 => ml_dsa(ParameterSet::MlDsa44)?,
            spki::ML_DSA_65 => ml_dsa(ParameterSet::MlDsa65)?,
            spki::ML_DSA_87 => ml_dsa(ParameterSet::MlDsa87)?,
            _ => return Err(KeyError::Algorithm { oid: oid.to_string() }),
        };
        PublicKey::of(material)
    }

    /// Reads one PEM `PUBLIC KEY` block (RFC 7468 section 13).
    ///
    /// # Errors
    /// As [`PublicKey::from_spki_der`], and `Pem`, `PemLabel` or `PrivateKey` about the block.
    pub fn from_spki_pem(text: &str) -> Result<PublicKey, KeyError> {
        PublicKey::from_spki_der(&spki::from_pem(text, spki::LABEL)?)
    }

    /// Reads the 32 bytes of an Ed25519 key (RFC 8032 section 5.1.5).
    ///
    /// # Errors
    /// `Length`, `NotOnCurve` or `NotCanonical`. Points of small order are keys; [`PublicKey::weakness`] names them.
    pub fn from_ed25519(bytes: &[u8]) -> Result<PublicKey, KeyError> {
        PublicKey::of(Material::Ed25519(ed25519::Key::from_bytes(bytes)?))
    }

    /// Reads a SEC1 point of P-256 or P-384, compressed or uncompressed.
    ///
    /// # Errors
    /// `NotSec1`, `PointForm` or `NotOnCurve`.
    pub fn from_ec_point(algorithm: KeyAlgorithm, point: &[u8]) -> Result<PublicKey, KeyError> {
        PublicKey::of(Material::Ecdsa(ecdsa::Key::from_sec1(algorithm, point)?))
    }

    fn of(material: Material) -> Result<PublicKey, KeyError> {
        let spki = material.to_spki()?;
        Ok(PublicKey(Arc::new(Parsed { material, spki })))
    }

    /// The canonical DER SubjectPublicKeyInfo: named curve, uncompressed point.
    pub fn to_spki_der(&self) -> Vec<u8> {
        self.0.spki.clone()
    }

    /// The canonical PEM, as pyca/cryptography writes it: 64 columns, LF, final newline.
    pub fn to_spki_pem(&self) -> String {
        spki::to_pem(&self.0.spki)
    }

    /// The 32 bytes of an Ed25519 key, `None` for any other.
    pub fn ed25519_bytes(&self) -> Option<[u8; 32]> {
        match &self.0.material {
            Material::Ed25519(key) => Some(key.to_bytes()),
            _ => None,
        }
    }

    /// The key's algorithm.
    pub fn algorithm(&self) -> KeyAlgorithm {
        match &self.0.material {
            Material::Ed25519(_) => KeyAlgorithm::Ed25519,
            Material::Ecdsa(key) => key.algorithm(),
            Material::Rsa(_) => KeyAlgorithm::Rsa,
            Material::MlDsa(key) => key.algorithm(),
        }
    }

    /// SHA-256 of [`PublicKey::to_spki_der`]. It names the key material, whatever encoding it came in, and can be
    /// recomputed with `openssl pkey -pubin -outform DER | sha256sum`.
    pub fn fingerprint(&self) -> Sha256Digest {
        Sha256Digest::of(&self.0.spki)
    }

    /// Why this key should not be trusted, if there is a reason in the key itself.
    pub fn weakness(&self) -> Option<Weakness> {
        match &self.0.material {
            Material::Ed25519(key) => key.weakness(),
            Material::Rsa(key) => key.weakness(),
            Material::Ecdsa(_) | Material::MlDsa(_) => None,
        }
    }

    /// Verifies `signature` over the whole `message`; what the scheme hashes or frames, it hashes and frames itself.
    ///
    /// # Errors
    /// `SchemeKey` when the scheme is not for this kind of key, `Mismatch` when a well-formed signature does not hold,
    /// and the other [`SignatureError`]s when it is not well-formed.
    pub fn verify(&self, scheme: Scheme, message: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
        if scheme.algorithm() != self.algorithm() {
            return Err(SignatureError::SchemeKey { scheme, found: self.algorithm() });
        }
        match &self.0.material {
            Material::Ed25519(key) => key.verify(message, signature),
            Material::Ecdsa(key) => key.verify(message, signature),
            Material::Rsa(key) if scheme == Scheme::RsaPkcs1v15Sha256 => {
                key.verify_pkcs1v15(message, signature)
            }
            Material::Rsa(key) => key.verify_pss(message, signature),
            Material::MlDsa(key) => key.verify(message, signature),
        }
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &PublicKey) -> bool {
        self.0.spki == other.0.spki
    }
}

impl Eq for PublicKey {}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({} {})", self.algorithm(), self.fingerprint())
    }
}

impl Material {
    fn to_spki(&self) -> Result<Vec<u8>, KeyError> {
        match self {
            Material::Ed25519(key) => encode(spki::ED25519, None, &key.to_bytes()),
            Material::Ecdsa(key) => {
                let curve = match key {
                    ecdsa::Key::P256(_) => spki::P256,
                    ecdsa::Key::P384(_) => spki::P384,
                };
                encode(spki::EC, Some(AnyRef::from(&curve)), &key.to_sec1())
            }
            Material::Rsa(key) => encode(spki::RSA, Some(AnyRef::NULL), &key.to_pkcs1()?),
            Material::MlDsa(key) => {
                let oid = match key.set() {
                    ParameterSet::MlDsa44 => spki::ML_DSA_44,
                    ParameterSet::MlDsa65 => spki::ML_DSA_65,
                    ParameterSet::MlDsa87 => spki::ML_DSA_87,
                };
                encode(oid, None, key.as_bytes())
            }
        }
    }
}

fn encode(oid: ObjectIdentifier, parameters: Option<AnyRef<'_>>, key: &[u8]) -> Result<Vec<u8>, KeyError> {
    spki::encode(&Parts { oid, parameters, key })
}

/// The curve that the parameters name. Parameters that spell out a curve instead are refused (RFC 5480 section 2.1.1).
fn named_curve(parameters: Option<AnyRef<'_>>) -> Result<KeyAlgorithm, KeyError> {
    let oid: ObjectIdentifier =
        parameters.and_then(|parameters| parameters.decode_as().ok()).ok_or(KeyError::Parameters)?;
    match oid {
        spki::P256 => Ok(KeyAlgorithm::P256),
        spki::P384 => Ok(KeyAlgorithm::P384),
        _ => Err(KeyError::Curve { oid: oid.to_string() }),
    }
}
