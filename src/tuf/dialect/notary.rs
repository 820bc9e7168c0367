//! Notary 1: keys and certificates in base64, ECDSA signatures as two plain numbers, and a method for each signature.
//!
//! A key is `{"keytype": …, "keyval": {"private": null, "public": …}}`, and its keyid is the SHA-256 of just that.

use crate::crypto::certificate::Certificate;
use crate::crypto::{KeyAlgorithm, KeyError, PublicKey, Scheme, base64, ecdsa};
use crate::json::Json;
use crate::tuf::key::{KeyProblem, Usable, keyid_of};

use super::key::{ForeignKeyProblem, strong_enough};

/// The methods that Notary verifies and this program can.
const METHODS: [&str; 4] = ["ecdsa", "eddsa", "rsapss", "rsapkcs1v15"];

/// Whether metadata that is older than TUF 1.0 is Notary's.
pub(super) fn is_meant(signed: &Json, keys: &[&Json], methods: &[&str]) -> bool {
    if !keys.is_empty() {
        // Notary writes the private half of a public key as null; nobody else writes it at all.
        return keys.iter().any(|key| key.get("keyval").is_some_and(|value| value.get("private").is_some()));
    }
    if let Some(listed) = signed.get("meta").and_then(Json::as_object) {
        return listed.iter().all(|(name, _)| !name.ends_with(".json"));
    }
    methods.iter().any(|method| METHODS.contains(&method.to_ascii_lowercase().as_str()))
}

/// The bytes that are signed. They are the canonical form of this program, except that two line separators, which some
/// browsers took for line ends, are escaped.
pub(super) fn canonical(signed: &Json) -> Vec<u8> {
    let text = String::from_utf8_lossy(&signed.canonical()).into_owned();
    text.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029").into_bytes()
}

/// The keyid of a key, whatever its file calls it.
pub(super) fn keyid(keytype: &str, public: &str) -> String {
    // Notary hashes what it decoded, so line ends in the base64 do not matter.
    let public = base64::decode(public).map_or_else(|| public.to_owned(), |bytes| base64::encode(&bytes));
    keyid_of(&Json::object([
        ("keytype", Json::from(keytype)),
        ("keyval", Json::object([("private", Json::Null), ("public", Json::from(public))])),
    ]))
}

/// What a public value is good for, and the certificate if it is one.
pub(super) fn usable(keytype: &str, public: &str) -> (Result<Usable, KeyProblem>, Option<Certificate>) {
    let Some(bytes) = base64::decode(public) else {
        return (Err(KeyProblem::Foreign(ForeignKeyProblem::NotBase64)), None);
    };
    let mut certificate = None;
    let read = match keytype {
        "ed25519" => PublicKey::from_ed25519(&bytes),
        "ecdsa" | "rsa" => PublicKey::from_spki_der(&bytes),
        "ecdsa-x509" | "rsa-x509" => from_certificate(&bytes).map(|read| {
            let public = read.public.clone();
            certificate = Some(read);
            public
        }),
        _ => return (Err(unknown(keytype, "")), None),
    };
    (read.map_err(KeyProblem::Value).and_then(|public| with_scheme(keytype, public)), certificate)
}

fn from_certificate(bytes: &[u8]) -> Result<Certificate, KeyError> {
    Certificate::from_first_pem(std::str::from_utf8(bytes).map_err(|_| KeyError::Pem)?)
}

fn with_scheme(keytype: &str, public: PublicKey) -> Result<Usable, KeyProblem> {
    let family = keytype.strip_suffix("-x509").unwrap_or(keytype);
    match (family, public.algorithm()) {
        ("ed25519", KeyAlgorithm::Ed25519) => Ok(Usable { scheme: Scheme::Ed25519, public }),
        ("ecdsa", KeyAlgorithm::P256) => Ok(Usable { scheme: Scheme::EcdsaSha2Nistp256, public }),
        // Notary hashes with SHA-256 on every curve; no scheme of TUF does so on this one.
        ("ecdsa", KeyAlgorithm::P384) => Err(unknown(keytype, "P-384 with SHA-256")),
        // The method of a signature may choose the other padding.
        ("rsa", KeyAlgorithm::Rsa) => strong_enough(Usable { scheme: Scheme::RsassaPssSha256, public }),
        (_, found) => {
            let (keytype, scheme) = (keytype.to_owned(), String::new());
            Err(KeyProblem::Disagree { keytype, scheme, found: found.name() })
        }
    }
}

fn unknown(keytype: &str, scheme: &str) -> KeyProblem {
    KeyProblem::Unknown { keytype: keytype.to_owned(), scheme: scheme.to_owned() }
}

/// The scheme that a signature's method names for a key of this algorithm; `None` if it is not for such keys.
pub(super) fn scheme(method: &str, algorithm: KeyAlgorithm) -> Option<Scheme> {
    match (method.to_ascii_lowercase().as_str(), algorithm) {
        ("eddsa", KeyAlgorithm::Ed25519) => Some(Scheme::Ed25519),
        ("ecdsa", KeyAlgorithm::P256) => Some(Scheme::EcdsaSha2Nistp256),
        ("rsapss", KeyAlgorithm::Rsa) => Some(Scheme::RsassaPssSha256),
        ("rsapkcs1v15", KeyAlgorithm::Rsa) => Some(Scheme::RsaPkcs1v15Sha256),
        _ => None,
    }
}

/// The bytes of a signature, ECDSA in DER. Notary writes `r || s`, and also reads DER.
pub(super) fn signature(method: &str, text: &str) -> Option<Vec<u8>> {
    let bytes = base64::decode(text)?;
    if method.eq_ignore_ascii_case("ecdsa")
        && let Ok(der) = ecdsa::raw_to_der(KeyAlgorithm::P256, &bytes)
    {
        return Some(der);
    }
    Some(bytes)
}

/// Whether a name may be that of a delegated role, and so of a file. The rules are Notary's and, for the prefix, also
/// those of TUF 0.9; none of these names can lead out of a directory.
pub(super) fn is_delegation(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_/".contains(&byte);
    name.strip_prefix("targets/").is_some_and(|rest| rest.split('/').all(|part| !part.is_empty()))
        && name.len() < 256
        && name.bytes().all(plain)
}
