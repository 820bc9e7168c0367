//! Key objects in every form the world has: read, identified by their material, and never trusted for their keyid.

use std::collections::BTreeMap;

use tuf_ceremony::crypto::{KeyAlgorithm, KeyError, PublicKey, Scheme, hex};
use tuf_ceremony::json::Json;
use tuf_ceremony::json::view::At;
use tuf_ceremony::tuf::envelope::Signature;
use tuf_ceremony::tuf::key::{Key, KeyProblem, keyid_of, written_scheme};
use tuf_ceremony::tuf::root::RoleKeys;
use tuf_ceremony::tuf::verify::{Why, signers, tally};

use crate::crypto_vectors::{MESSAGE, key, vector};
use crate::tuf_fixture::{json, read_key};

fn object(keytype: &str, scheme: &str, public: &str) -> Json {
    Json::object([
        ("keytype", Json::from(keytype)),
        ("scheme", Json::from(scheme)),
        ("keyval", Json::object([("public", Json::from(public))])),
    ])
}

fn problem(keytype: &str, scheme: &str, public: &str) -> KeyProblem {
    read_key(&object(keytype, scheme, public)).usable.unwrap_err()
}

/// Key type, scheme, public value, the name of the key in the vectors and of a signature by it.
fn forms() -> Vec<(&'static str, &'static str, String, &'static str, &'static str)> {
    let pem = |name| key(name).to_spki_pem();
    let point = |name| hex::encode(&vector(name));
    let (p256, p384) = ("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384");
    vec![
        ("ed25519", "ed25519", point("ed25519-raw"), "ed25519", "ed25519-signature"),
        ("ed25519", "ed25519", point("ed25519-raw").to_uppercase(), "ed25519", "ed25519-signature"),
        ("ed25519", "ed25519", pem("ed25519"), "ed25519", "ed25519-signature"),
        ("ecdsa", p256, pem("p256"), "p256", "p256-signature"),
        ("ecdsa", p256, pem("p256").trim_end().to_owned(), "p256", "p256-signature"),
        (p256, p256, pem("p256"), "p256", "p256-signature"),
        (p256, p256, point("p256-uncompressed"), "p256", "p256-signature"),
        (p256, p256, point("p256-compressed"), "p256", "p256-signature"),
        ("ecdsa", p256, point("p256-uncompressed"), "p256", "p256-signature"),
        ("ecdsa", p384, pem("p384"), "p384", "p384-signature"),
        (p384, p384, pem("p384"), "p384", "p384-signature"),
        (p384, p384, point("p384-compressed"), "p384", "p384-signature"),
        ("rsa", "rsassa-pss-sha256", pem("rsa3072"), "rsa3072", "rsa3072-pss-salt-32"),
        ("rsa", "rsa-pkcs1v15-sha256", pem("rsa3072"), "rsa3072", "rsa3072-pkcs1v15"),
        ("ml-dsa", "ml-dsa-44/1", pem("ml-dsa-44"), "ml-dsa-44", "ml-dsa-44-signature"),
        ("ml-dsa", "ml-dsa-65/1", pem("ml-dsa-65"), "ml-dsa-65", "ml-dsa-65-signature"),
        ("ml-dsa", "ml-dsa-87/1", pem("ml-dsa-87"), "ml-dsa-87", "ml-dsa-87-signature"),
    ]
}

#[test]
fn every_form_is_read_as_the_key_that_it_is() {
    for (keytype, scheme, public, name, signature) in forms() {
        for extra in [None, Some(json(r#"["sha256","sha512"]"#))] {
            let mut object = object(keytype, scheme, &public);
            object
                .as_object_mut()
                .unwrap()
                .extend(extra.map(|list| ("keyid_hash_algorithms".to_owned(), list)));
            let read = read_key(&object);
            assert_eq!(
                (read.keytype.as_str(), read.scheme.as_str(), &read.object()),
                (keytype, scheme, &object)
            );
            let usable =
                read.usable.as_ref().unwrap_or_else(|problem| panic!("{keytype} {scheme}: {problem}"));
            assert_eq!((usable.scheme.name(), &usable.public), (scheme, &key(name)));
            assert_eq!(read.material(), Some(key(name).fingerprint()));
            // The form is part of the keyid, every field included.
            assert_eq!(read.computed_keyid(), keyid_of(&object));

            let role = RoleKeys { keyids: vec!["any".to_owned()], threshold: 1 };
            let keys = BTreeMap::from([("any".to_owned(), read)]);
            let signature = Signature { keyid: "any".to_owned(), sig: hex::encode(&vector(signature)) };
            assert!(
                tally(&keys, &role, std::slice::from_ref(&signature), MESSAGE).met(),
                "{keytype} {scheme}"
            );
            assert!(!tally(&keys, &role, &[signature], b"other").met());
        }
    }
}

#[test]
fn one_key_in_every_form_is_one_person() {
    let keys: BTreeMap<_, _> = forms()
        .iter()
        .filter(|form| form.3 == "p256")
        .map(|(keytype, scheme, public, _, _)| {
            let object = object(keytype, scheme, public);
            (keyid_of(&object), read_key(&object))
        })
        .collect();
    assert_eq!(keys.len(), 6);
    let role = RoleKeys { keyids: keys.keys().cloned().collect(), threshold: 2 };
    let sig = hex::encode(&vector("p256-signature"));
    let signatures: Vec<_> =
        keys.keys().map(|keyid| Signature { keyid: keyid.clone(), sig: sig.clone() }).collect();
    assert_eq!(signers(&keys, &role).len(), 1);
    let tally = tally(&keys, &role, &signatures, MESSAGE);
    assert_eq!((tally.counted.len(), tally.counted[0].signatures, tally.met()), (1, 6, false));
}

#[test]
fn keys_of_unknown_kind_are_kept_and_never_counted() {
    let pem = key("p256").to_spki_pem();
    for (keytype, scheme) in [
        ("sphincs", "sphincs-shake-128s"),
        ("ecdsa", "ecdsa-sha2-nistp521"),
        ("ecdsa", "ECDSA-SHA2-NISTP256"),
        ("ECDSA", "ecdsa-sha2-nistp256"),
        ("rsa", "rsassa-pss-sha512"),
        ("rsa", "rsa-pkcs1v15-sha512"),
        ("ml-dsa", "ml-dsa-65/2"),
        ("ml-dsa", "ml-dsa-65"),
        ("sigstore-oidc", "Fulcio"),
        ("", ""),
    ] {
        let object = object(keytype, scheme, &pem);
        let read = read_key(&object);
        let unknown = KeyProblem::Unknown { keytype: keytype.to_owned(), scheme: scheme.to_owned() };
        assert_eq!(
            (read.usable.clone(), read.material(), &read.object()),
            (Err(unknown.clone()), None, &object)
        );
        let role = RoleKeys { keyids: vec![read.computed_keyid()], threshold: 1 };
        let signature =
            Signature { keyid: read.computed_keyid(), sig: hex::encode(&vector("p256-signature")) };
        let keys = BTreeMap::from([(read.computed_keyid(), read)]);
        assert!(signers(&keys, &role).is_empty());
        let tally = tally(&keys, &role, &[signature], MESSAGE);
        assert_eq!(
            (tally.counted.len(), tally.missing.len(), &tally.ignored[0].why),
            (0, 0, &Why::UnusableKey(unknown))
        );
    }
}

#[test]
fn key_type_scheme_and_key_have_to_agree() {
    let (p256, p384) = ("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384");
    for (keytype, scheme, name, found) in [
        ("ecdsa", p256, "p384", "P-384"),
        ("ecdsa", p384, "p256", "P-256"),
        (p256, p384, "p384", "P-384"),
        (p384, p256, "p256", "P-256"),
        ("ecdsa", p256, "ed25519", "Ed25519"),
        ("ed25519", "ed25519", "p256", "P-256"),
        ("rsa", p256, "p256", "P-256"),
        ("ecdsa", "rsassa-pss-sha256", "rsa3072", "RSA"),
        ("ml-dsa", "ml-dsa-65/1", "ml-dsa-44", "ML-DSA-44"),
        ("ml-dsa", "rsassa-pss-sha256", "rsa3072", "RSA"),
    ] {
        let expected = KeyProblem::Disagree { keytype: keytype.to_owned(), scheme: scheme.to_owned(), found };
        assert_eq!(problem(keytype, scheme, &key(name).to_spki_pem()), expected);
    }
}

#[test]
fn a_value_that_is_no_key_is_kept_with_its_reason() {
    let private = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    let length = KeyError::Length { algorithm: KeyAlgorithm::Ed25519, expected: 32, found: 31 };
    let p256 = KeyAlgorithm::P256;
    for (keytype, scheme, public, expected) in [
        ("ed25519", "ed25519", "00".repeat(31), length),
        ("ed25519", "ed25519", "zz".repeat(32), KeyError::Pem),
        ("ed25519", "ed25519", "a".repeat(63), KeyError::Pem),
        ("ecdsa", "ecdsa-sha2-nistp256", String::new(), KeyError::PointForm { algorithm: p256 }),
        (
            "ecdsa",
            "ecdsa-sha2-nistp256",
            format!("02{}", "ff".repeat(32)),
            KeyError::NotOnCurve { algorithm: p256 },
        ),
        ("rsa", "rsassa-pss-sha256", "3082".to_owned(), KeyError::Pem),
        ("rsa", "rsassa-pss-sha256", private.to_owned(), KeyError::PrivateKey),
    ] {
        assert_eq!(problem(keytype, scheme, &public), KeyProblem::Value(expected), "{keytype} {public}");
    }
}

#[test]
fn keys_are_written_in_one_form_which_reads_back() {
    for (name, scheme, keytype) in [
        ("ed25519", Scheme::Ed25519, "ed25519"),
        ("p256", Scheme::EcdsaSha2Nistp256, "ecdsa"),
        ("p384", Scheme::EcdsaSha2Nistp384, "ecdsa"),
        ("rsa3072", Scheme::RsassaPssSha256, "rsa"),
    ] {
        let public: PublicKey = key(name);
        assert_eq!(written_scheme(public.algorithm()), Some(scheme));
        let written = Key::write(&public, scheme, None);
        let value =
            if name == "ed25519" { hex::encode(&vector("ed25519-raw")) } else { public.to_spki_pem() };
        assert_eq!(written, object(keytype, scheme.name(), &value));
        let read = read_key(&written);
        assert_eq!((read.usable.as_ref().unwrap().public.clone(), read.holder()), (public.clone(), None));

        let named = Key::write(&public, scheme, Some("Ada \"é\""));
        assert_eq!(named.as_object().unwrap().len(), 4);
        assert_eq!(named.get("x-tuf-ceremony-holder"), Some(&Json::from("Ada \"é\"")));
        let read_named = read_key(&named);
        assert_eq!((read_named.holder(), read_named.material()), (Some("Ada \"é\""), read.material()));
        assert_ne!(read_named.computed_keyid(), read.computed_keyid());
    }
    for name in ["ml-dsa-44", "ml-dsa-65", "ml-dsa-87"] {
        assert_eq!(written_scheme(key(name).algorithm()), None);
    }
}

#[test]
fn the_keyid_of_the_file_is_kept_beside_the_computed_one() {
    let mut object = object("ed25519", "ed25519", &hex::encode(&vector("ed25519-raw")));
    object.as_object_mut().unwrap().insert("x-tuf-on-ci-keyowner".to_owned(), Json::from("@ada"));
    let read = Key::read("not a hash", &At::new(&object, "signed.keys.x")).unwrap();
    assert_eq!((read.keyid.as_str(), read.holder()), ("not a hash", Some("@ada")));
    assert_eq!(read.computed_keyid(), keyid_of(&object));
    let missing = json(r#"{"keytype":"ed25519","keyval":{"public":"00"}}"#);
    let error = Key::read("x", &At::new(&missing, "signed.keys.x")).unwrap_err();
    assert_eq!(error.to_string(), "signed.keys.x: the field \"scheme\" is missing");
}
