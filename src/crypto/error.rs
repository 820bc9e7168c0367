//! What can be wrong with a public key or a signature.

use super::{KeyAlgorithm, Scheme};
use crate::advice::{Advice, Exit};

/// Why bytes or text are not a public key that this crate can use.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The text is not one PEM block (RFC 7468) with nothing around it.
    #[error("this is not a single PEM block")]
    Pem,
    /// A PEM block of another kind. The label holds only upper-case letters, digits and spaces.
    #[error("the PEM block is a {label}, not a PUBLIC KEY")]
    PemLabel {
        /// What stands after `BEGIN`.
        label: String,
    },
    /// A private key where a public one belongs.
    #[error("this is a private key, where only a public key belongs")]
    PrivateKey,
    /// Not a DER SubjectPublicKeyInfo (RFC 5280 section 4.1), or bytes follow it.
    #[error("the key is not a well-formed SubjectPublicKeyInfo")]
    Der,
    /// Not one PEM block with a well-formed X.509 certificate.
    #[error("this is not a well-formed X.509 certificate")]
    Certificate,
    /// A key of an algorithm this crate cannot verify.
    #[error("the key's algorithm has the OID {oid}, which is not supported")]
    Algorithm {
        /// Dotted object identifier.
        oid: String,
    },
    /// An elliptic curve that is neither P-256 nor P-384.
    #[error("the key is on the curve with the OID {oid}, which is not supported")]
    Curve {
        /// Dotted object identifier.
        oid: String,
    },
    /// Algorithm parameters other than those that the algorithm's RFC prescribes, e.g. a curve spelled out.
    #[error("the key's algorithm parameters are not those that its standard prescribes")]
    Parameters,
    /// The key does not have the one length that its algorithm has.
    #[error("an {algorithm} key has {expected} bytes, this one has {found}")]
    Length {
        /// The key's algorithm.
        algorithm: KeyAlgorithm,
        /// Bytes wanted.
        expected: usize,
        /// Bytes found.
        found: usize,
    },
    /// Not a SEC1 compressed or uncompressed point of the right length.
    #[error("the {algorithm} point is neither compressed nor uncompressed SEC1")]
    PointForm {
        /// The curve.
        algorithm: KeyAlgorithm,
    },
    /// The coordinates satisfy no equation: no such point.
    #[error("the key is not a point on {algorithm}")]
    NotOnCurve {
        /// The curve.
        algorithm: KeyAlgorithm,
    },
    /// A second spelling of an Ed25519 point, which RFC 8032 section 5.1.3 refuses.
    #[error("the Ed25519 point is not in its canonical encoding")]
    NotCanonical,
    /// An elliptic-curve point was given for a key that has none in SEC1 form.
    #[error("{algorithm} keys are not SEC1 points")]
    NotSec1 {
        /// The algorithm asked for.
        algorithm: KeyAlgorithm,
    },
    /// Outside 1,024 to 16,384 bits.
    #[error("the RSA modulus has {bits} bits; 1024 to 16384 can be verified")]
    RsaSize {
        /// Length of the modulus in bits.
        bits: usize,
    },
    /// An even modulus, or one not above the exponent: nobody generated this.
    #[error("the RSA modulus is not a product of two primes")]
    RsaModulus,
    /// An exponent that is even, 1, or over 33 bits.
    #[error("the RSA exponent is even, 1, or over 33 bits")]
    RsaExponent,
    /// Software keys are made for some algorithms only.
    #[error("software keys of {algorithm} are not offered")]
    NoSoftwareKey {
        /// The algorithm asked for.
        algorithm: KeyAlgorithm,
    },
}

impl Advice for KeyError {
    fn next_step(&self) -> String {
        match self {
            KeyError::Pem | KeyError::PemLabel { .. } | KeyError::Der | KeyError::Parameters => {
                "Export the public key again as SubjectPublicKeyInfo, for example with `openssl pkey -pubin -in KEY -pubout`."
            }
            KeyError::Certificate => "Export the certificate again, for example with `openssl x509 -in FILE`.",
            KeyError::PrivateKey => {
                "Remove the file from this machine, treat the key as exposed if others could read it, and give the public half instead."
            }
            KeyError::Algorithm { .. } | KeyError::Curve { .. } | KeyError::NotSec1 { .. } => {
                "Use an Ed25519, P-256, P-384 or RSA key."
            }
            KeyError::Length { .. } | KeyError::PointForm { .. } => {
                "The key was cut short, padded or belongs to another algorithm. Export it again and compare its scheme."
            }
            KeyError::NotOnCurve { .. } | KeyError::NotCanonical | KeyError::RsaModulus => {
                "Read the key from its token again. If it is still like this, do not use that token."
            }
            KeyError::RsaSize { .. } | KeyError::RsaExponent => {
                "Generate an RSA key of 3072 or 4096 bits with the exponent 65537, or an elliptic-curve key."
            }
            KeyError::NoSoftwareKey { .. } => "Choose Ed25519, P-256 or P-384 for rehearsal tokens.",
        }
        .to_owned()
    }

    fn check(&self) -> Option<&'static str> {
        match self {
            KeyError::NotOnCurve { .. }
            | KeyError::NotCanonical
            | KeyError::RsaSize { .. }
            | KeyError::RsaModulus
            | KeyError::RsaExponent => Some("KEY-STRENGTH"),
            _ => None,
        }
    }

    fn exit(&self) -> Exit {
        Exit::No
    }
}

/// Why a signature does not count.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The scheme asks for another kind of key.
    #[error("the scheme {scheme} needs a {} key, this is a {found} key", scheme.algorithm())]
    SchemeKey {
        /// The scheme asked for.
        scheme: Scheme,
        /// The key's algorithm.
        found: KeyAlgorithm,
    },
    /// The signature does not have the one length that it must have under this key.
    #[error("the signature has {found} bytes instead of {expected}")]
    Length {
        /// Bytes wanted.
        expected: usize,
        /// Bytes found.
        found: usize,
    },
    /// Not the one minimal DER encoding of two positive integers, or bytes follow it.
    #[error("the signature is not minimal DER")]
    NotDer,
    /// A number in the signature is zero or not below the group order. For Ed25519 that is S (RFC 8032 section 5.1.7).
    #[error("a number in the signature is zero or too large")]
    OutOfRange,
    /// The signature has the right length and an encoding that its standard forbids (FIPS 204 algorithm 27).
    #[error("the signature is not in the form that its scheme prescribes")]
    Malformed,
    /// Under an Ed25519 key of small order almost any signature holds, so none counts.
    #[error("the key has small order: signatures under it prove nothing")]
    SmallOrderKey,
    /// Well-formed, and not made by this key over this message.
    #[error("the signature was not made by this key over these bytes")]
    Mismatch,
}

impl Advice for SignatureError {
    fn next_step(&self) -> String {
        match self {
            SignatureError::SchemeKey { .. } => "Correct the scheme in the plan, or name the key that the scheme was meant for.",
            SignatureError::Length { .. } | SignatureError::NotDer | SignatureError::OutOfRange | SignatureError::Malformed => {
                "Sign again. If it happens twice, the token or its driver encodes signatures wrongly: use another one and report it."
            }
            SignatureError::SmallOrderKey => "Replace this key: nobody can own it.",
            SignatureError::Mismatch => {
                "Compare the payload's digest and the key's fingerprint on both sides, then sign again."
            }
        }
        .to_owned()
    }

    fn check(&self) -> Option<&'static str> {
        match self {
            SignatureError::SchemeKey { .. } => Some("KEY-SCHEME"),
            SignatureError::SmallOrderKey => Some("KEY-STRENGTH"),
            _ => None,
        }
    }

    fn exit(&self) -> Exit {
        Exit::No
    }
}
