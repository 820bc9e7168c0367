//! Public keys in every form, and signatures. The input is a key as DER, as PEM, as bare bytes, or as a JSON object, which
//! may have a `message` and a `sig` in hex beside its own fields.

#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use tuf_ceremony::crypto::certificate::Certificate;
use tuf_ceremony::crypto::{KeyAlgorithm, PublicKey, Scheme, ecdsa, hex};
use tuf_ceremony::json::Json;
use tuf_ceremony::json::view::At;
use tuf_ceremony::tuf::key::{Key, keyid_of, written_scheme};
use tuf_ceremony_fuzz::{LIMIT, mutate};

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutate::json(data, size, max_size, seed)
});

fuzz_target!(|bytes: &[u8]| {
    let mut found = vec![
        PublicKey::from_spki_der(bytes).ok(),
        PublicKey::from_ed25519(bytes).ok(),
        PublicKey::from_ec_point(KeyAlgorithm::P256, bytes).ok(),
        PublicKey::from_ec_point(KeyAlgorithm::P384, bytes).ok(),
    ];
    if let Ok(text) = std::str::from_utf8(bytes) {
        found.push(PublicKey::from_spki_pem(text).ok());
        found.push(Certificate::from_first_pem(text).ok().map(|certificate| certificate.public));
    }
    for key in found.into_iter().flatten() {
        encoded(&key);
        signed(&key, bytes, bytes);
    }
    for algorithm in [KeyAlgorithm::P256, KeyAlgorithm::P384] {
        drop(ecdsa::raw_to_der(algorithm, bytes));
    }
    if let Ok(object) = Json::parse(bytes, LIMIT) {
        in_metadata(&object);
    }
});

fn in_metadata(object: &Json) {
    let Ok(key) = Key::read("some-keyid", &At::new(object, "key")) else { return };
    assert_eq!(key.computed_keyid(), keyid_of(object));
    let _ = key.holder();
    let Ok(usable) = &key.usable else { return };
    assert_eq!(key.material(), Some(usable.public.fingerprint()));
    encoded(&usable.public);
    let text = |name| object.get(name).and_then(Json::as_str).unwrap_or_default();
    let signature = hex::decode(text("sig")).unwrap_or_default();
    signed(&usable.public, text("message").as_bytes(), &signature);
}

/// Whatever form a key came in, in every form that is written it is the same key.
fn encoded(key: &PublicKey) {
    let again = |key: Result<PublicKey, _>| key.expect("what is written can be read").fingerprint();
    let fingerprint = key.fingerprint();
    assert_eq!(again(PublicKey::from_spki_der(&key.to_spki_der())), fingerprint);
    assert_eq!(again(PublicKey::from_spki_pem(&key.to_spki_pem())), fingerprint);
    if let Some(raw) = key.ed25519_bytes() {
        assert_eq!(again(PublicKey::from_ed25519(&raw)), fingerprint);
    }
    if let Some(scheme) = written_scheme(key.algorithm()) {
        let object = Key::write(key, scheme, Some("holder"));
        let read =
            Key::read(&keyid_of(&object), &At::new(&object, "key")).expect("what is written can be read");
        assert_eq!(read.material(), Some(fingerprint));
        assert_eq!(read.computed_keyid(), read.keyid);
    }
    drop(key.weakness().map(|weakness| weakness.to_string()));
}

/// No scheme but the key's own takes a signature, and the signature of a message is none of another.
fn signed(key: &PublicKey, message: &[u8], signature: &[u8]) {
    let other = [message, b"."].concat();
    for scheme in Scheme::ALL {
        let verdict = key.verify(scheme, message, signature);
        if scheme.algorithm() != key.algorithm() {
            assert!(verdict.is_err());
        }
        // Whoever has a weak key to offer can sign with it.
        if verdict.is_ok() && key.weakness().is_none() {
            assert!(key.verify(scheme, &other, signature).is_err());
        }
    }
}
