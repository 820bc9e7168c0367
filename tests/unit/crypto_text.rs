//! Hex, digests, and the names of schemes.

use tuf_ceremony::crypto::digest::{Sha256Digest, sha512};
use tuf_ceremony::crypto::{KeyAlgorithm, Scheme, hex};

#[test]
fn hex_reads_both_cases_and_writes_lower() {
    let all: Vec<u8> = (0..=255).collect();
    assert_eq!(hex::decode(&hex::encode(&all)), Some(all.clone()));
    assert_eq!(hex::decode(&hex::encode(&all).to_uppercase()), Some(all));
    assert_eq!(hex::encode(&[0x00, 0xaf]), "00af");
    assert_eq!(hex::decode(""), Some(vec![]));
}

#[test]
fn hex_refuses_what_is_not_hex() {
    for text in ["0", "0g", "g0", "/0", ":0", "@0", "`0", "0x00", " 00", "00\n", "é", "00 11", "+1", "٠٠"]
    {
        assert_eq!(hex::decode(text), None, "{text:?}");
    }
}

#[test]
fn digests_match_fips_180_4_examples() {
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let digest = Sha256Digest::of(b"abc");
    assert_eq!(digest.to_string(), abc);
    assert_eq!(format!("{digest:?}"), abc);
    assert_eq!(format!("{digest:.8}"), "ba7816bf");
    assert_eq!(digest.to_hex(), abc);
    assert_eq!(Sha256Digest::parse_hex(abc), Some(digest));
    assert!(hex::encode(&sha512(b"abc")).starts_with("ddaf35a193617abacc417349ae204131"));
    assert!(hex::encode(&sha512(b"abc")).ends_with("454d4423643ce80e2a9ac94fa54ca49f"));
}

#[test]
fn a_digest_has_one_spelling() {
    let abc = Sha256Digest::of(b"abc").to_hex();
    assert_eq!(Sha256Digest::parse_hex(&abc.to_uppercase()), None);
    assert_eq!(Sha256Digest::parse_hex(&abc[..62]), None);
    assert_eq!(Sha256Digest::parse_hex(&format!("{abc}00")), None);
    assert_eq!(Sha256Digest::parse_hex(&format!(" {}", &abc[1..])), None);
    assert_eq!(Sha256Digest::parse_hex(""), None);
}

#[test]
fn scheme_names_are_those_of_securesystemslib() {
    let names = Scheme::ALL.map(Scheme::name);
    assert_eq!(
        names,
        [
            "ed25519",
            "ecdsa-sha2-nistp256",
            "ecdsa-sha2-nistp384",
            "rsassa-pss-sha256",
            "rsa-pkcs1v15-sha256",
            "ml-dsa-44/1",
            "ml-dsa-65/1",
            "ml-dsa-87/1"
        ]
    );
    for scheme in Scheme::ALL {
        assert_eq!(Scheme::from_name(scheme.name()), Some(scheme));
    }
    for other in ["", "Ed25519", "ecdsa-sha2-nistp521", "rsassa-pss-sha512", "ml-dsa-44", "ml-dsa-44/2"] {
        assert_eq!(Scheme::from_name(other), None, "{other}");
    }
    assert_eq!(Scheme::RsaPkcs1v15Sha256.algorithm(), KeyAlgorithm::Rsa);
    assert_eq!(KeyAlgorithm::MlDsa44.name(), "ML-DSA-44");
}
