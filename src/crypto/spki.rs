//! SubjectPublicKeyInfo (RFC 5280 section 4.1) in DER and PEM: the outer shell of a public key.

use ::spki::{AlgorithmIdentifierRef, ObjectIdentifier, SubjectPublicKeyInfoRef};
use base64ct::{Base64, Encoding};
use der::asn1::{AnyRef, BitStringRef};
use der::{Decode, Encode};

use super::KeyError;

/// `rsaEncryption` (RFC 8017 appendix A.1).
pub(super) const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
/// `id-ecPublicKey` (RFC 5480 section 2.1.1).
pub(super) const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
/// `secp256r1` (RFC 5480 section 2.1.1.1).
pub(super) const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
/// `secp384r1` (RFC 5480 section 2.1.1.1).
pub(super) const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
/// `id-Ed25519` (RFC 8410 section 3).
pub(super) const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
/// `id-ml-dsa-44` (RFC 9881 section 2).
pub(super) const ML_DSA_44: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.3.17");
/// `id-ml-dsa-65` (RFC 9881 section 2).
pub(super) const ML_DSA_65: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.3.18");
/// `id-ml-dsa-87` (RFC 9881 section 2).
pub(super) const ML_DSA_87: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.3.19");

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";
/// The label of a public key (RFC 7468 section 13).
pub(super) const LABEL: &str = "PUBLIC KEY";
/// Characters of base64 a line (RFC 7468 section 2).
const COLUMNS: usize = 64;

/// The three parts of a SubjectPublicKeyInfo.
pub(super) struct Parts<'a> {
    pub(super) oid: ObjectIdentifier,
    pub(super) parameters: Option<AnyRef<'a>>,
    pub(super) key: &'a [u8],
}

/// Takes the shell off. Bytes that follow are refused.
pub(super) fn decode(bytes: &[u8]) -> Result<Parts<'_>, KeyError> {
    let spki = SubjectPublicKeyInfoRef::from_der(bytes).map_err(|_| KeyError::Der)?;
    let key = spki.subject_public_key.as_bytes().ok_or(KeyError::Der)?;
    Ok(Parts { oid: spki.algorithm.oid, parameters: spki.algorithm.parameters, key })
}

/// Puts the shell on.
pub(super) fn encode(parts: &Parts<'_>) -> Result<Vec<u8>, KeyError> {
    let algorithm = AlgorithmIdentifierRef { oid: parts.oid, parameters: parts.parameters };
    BitStringRef::from_bytes(parts.key)
        .and_then(|subject_public_key| SubjectPublicKeyInfoRef { algorithm, subject_public_key }.to_der())
        .map_err(|_| KeyError::Der)
}

/// Reads one block of the kind that is wanted. Line length, line ends and white space do not matter, since Python's and Go's
/// readers do not mind them either; anything else around or inside the block does.
pub(super) fn from_pem(text: &str, wanted: &str) -> Result<Vec<u8>, KeyError> {
    let (label, rest) = text
        .trim_ascii()
        .strip_prefix(BEGIN)
        .and_then(|rest| rest.split_once(DASHES))
        .ok_or(KeyError::Pem)?;
    if !label.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b' ') {
        return Err(KeyError::Pem);
    }
    // First of all, so that a private key is called one even when the block is damaged.
    if label.ends_with("PRIVATE KEY") {
        return Err(KeyError::PrivateKey);
    }
    if label != wanted {
        return Err(KeyError::PemLabel { label: label.to_owned() });
    }
    let (body, end) = rest.split_once(END).ok_or(KeyError::Pem)?;
    if end.strip_prefix(wanted) != Some(DASHES) {
        return Err(KeyError::Pem);
    }
    let base64: String = body.split_ascii_whitespace().collect();
    Base64::decode_vec(&base64).map_err(|_| KeyError::Pem)
}

/// One `PUBLIC KEY` block: lines of 64 columns, LF, and a final newline.
pub(super) fn to_pem(der: &[u8]) -> String {
    let mut pem = format!("{BEGIN}{LABEL}{DASHES}");
    for (position, character) in Base64::encode_string(der).chars().enumerate() {
        if position % COLUMNS == 0 {
            pem.push('\n');
        }
        pem.push(character);
    }
    pem.push_str(&format!("\n{END}{LABEL}{DASHES}\n"));
    pem
}
