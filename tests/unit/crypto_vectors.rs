//! Known answers from another implementation, and the small DER writer that the negative tests need.

use tuf_ceremony::crypto::{PublicKey, Scheme, hex};

/// The message under every signature in the file.
pub const MESSAGE: &[u8] = br#"{"_type":"root","version":1}"#;

/// The bytes of the vector with that name.
pub fn vector(name: &str) -> Vec<u8> {
    include_str!("crypto_vectors.txt")
        .lines()
        .filter_map(|line| line.split_once(' '))
        .find_map(|(found, value)| (found == name).then(|| hex::decode(value).unwrap()))
        .unwrap_or_else(|| panic!("no vector {name}"))
}

/// The key in `NAME-spki`.
pub fn key(name: &str) -> PublicKey {
    PublicKey::from_spki_der(&vector(&format!("{name}-spki"))).unwrap()
}

/// Every good signature in the file: key, scheme, vector.
pub const GOOD: [(&str, Scheme, &str); 18] = [
    ("ed25519", Scheme::Ed25519, "ed25519-signature"),
    ("p256", Scheme::EcdsaSha2Nistp256, "p256-signature"),
    ("p256", Scheme::EcdsaSha2Nistp256, "p256-other-s"),
    ("p384", Scheme::EcdsaSha2Nistp384, "p384-signature"),
    ("p384", Scheme::EcdsaSha2Nistp384, "p384-other-s"),
    ("rsa2048", Scheme::RsassaPssSha256, "rsa2048-pss-salt-32"),
    ("rsa2048", Scheme::RsassaPssSha256, "rsa2048-pss-salt-max"),
    ("rsa2048", Scheme::RsaPkcs1v15Sha256, "rsa2048-pkcs1v15"),
    ("rsa2049", Scheme::RsassaPssSha256, "rsa2049-pss"),
    ("rsa3072", Scheme::RsassaPssSha256, "rsa3072-pss-salt-0"),
    ("rsa3072", Scheme::RsassaPssSha256, "rsa3072-pss-salt-32"),
    ("rsa3072", Scheme::RsassaPssSha256, "rsa3072-pss-salt-max"),
    ("rsa3072", Scheme::RsaPkcs1v15Sha256, "rsa3072-pkcs1v15"),
    ("rsa3072-e3", Scheme::RsaPkcs1v15Sha256, "rsa3072-e3-pkcs1v15"),
    ("rsa9215", Scheme::RsaPkcs1v15Sha256, "rsa9215-pkcs1v15"),
    ("ml-dsa-44", Scheme::MlDsa44, "ml-dsa-44-signature"),
    ("ml-dsa-65", Scheme::MlDsa65, "ml-dsa-65-signature"),
    ("ml-dsa-87", Scheme::MlDsa87, "ml-dsa-87-signature"),
];

/// One DER element with a minimal length.
pub fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut out = vec![tag];
    match length {
        0..=0x7f => out.push(length as u8),
        0x80..=0xff => out.extend([0x81, length as u8]),
        _ => out.extend([0x82, (length >> 8) as u8, length as u8]),
    }
    out.extend_from_slice(content);
    out
}

/// A DER INTEGER of a positive number, minimal.
pub fn integer(number: &[u8]) -> Vec<u8> {
    let number = &number[number.iter().take_while(|byte| **byte == 0).count()..];
    match number.first() {
        Some(first) if *first < 0x80 => tlv(0x02, number),
        _ => tlv(0x02, &[&[0], number].concat()),
    }
}

/// A SEQUENCE of the two elements.
pub fn pair(first: &[u8], second: &[u8]) -> Vec<u8> {
    tlv(0x30, &[first, second].concat())
}

/// A SubjectPublicKeyInfo from an encoded AlgorithmIdentifier's contents and the key's bytes.
pub fn spki(algorithm: &[u8], key: &[u8]) -> Vec<u8> {
    pair(&tlv(0x30, algorithm), &tlv(0x03, &[&[0], key].concat()))
}

/// `rsaEncryption` with NULL.
pub const RSA: [u8; 13] = [6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0];

/// The SubjectPublicKeyInfo of an RSA key with that modulus and exponent.
pub fn rsa(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    spki(&RSA, &pair(&integer(modulus), &integer(exponent)))
}
