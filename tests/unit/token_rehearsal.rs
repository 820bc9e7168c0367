//! The rehearsal token: deterministic, marked, and as strict with its PIN as a card.

use tuf_ceremony::advice::Advice;
use tuf_ceremony::crypto::{KeyAlgorithm, Scheme};
use tuf_ceremony::host::secret::Secret;
use tuf_ceremony::token::rehearsal::{PIN, RehearsalToken};
use tuf_ceremony::token::{KeyPlace, PinState, Token, TokenError};

const SCHEMES: [Scheme; 3] = [Scheme::Ed25519, Scheme::EcdsaSha2Nistp256, Scheme::EcdsaSha2Nistp384];

fn place(label: &str) -> KeyPlace {
    KeyPlace { id: None, label: label.to_owned() }
}

fn pin(text: &str) -> Secret {
    Secret::new(text.as_bytes().to_vec())
}

#[test]
fn signs_what_our_own_verification_accepts() {
    for scheme in SCHEMES {
        let mut token = RehearsalToken::new("R-ADA", scheme.algorithm());
        let public = token.public_key(&place("root")).unwrap();
        token.unlock(pin(PIN)).unwrap();
        let signature = token.sign(&place("root"), scheme, b"payload").unwrap();
        public.verify(scheme, b"payload", &signature).unwrap();
        public.verify(scheme, b"another", &signature).unwrap_err();
    }
}

#[test]
fn another_process_gets_the_same_key_and_other_names_get_other_keys() {
    let key = |serial: &str, algorithm, label: &str| {
        RehearsalToken::new(serial, algorithm).public_key(&place(label)).unwrap().fingerprint().to_string()
    };
    let base = key("R-ADA", KeyAlgorithm::P256, "root");
    assert_eq!(key("R-ADA", KeyAlgorithm::P256, "root"), base);
    assert_ne!(key("R-BEN", KeyAlgorithm::P256, "root"), base);
    assert_ne!(key("R-ADA", KeyAlgorithm::P384, "root"), base);
    assert_ne!(key("R-ADA", KeyAlgorithm::P256, "targets"), base);
    // The boundary between serial number and label is part of what is hashed.
    assert_ne!(key("R-A", KeyAlgorithm::P256, "DAroot"), base);
    // Pinned: a rehearsal recorded today must be auditable with next year's build.
    assert_eq!(
        key("R-ADA", KeyAlgorithm::Ed25519, "root"),
        "aa84a075404d8ac33baeedb0f6154791e2e983fb91fd6add6b5f5d80ce4bbe55"
    );
    assert_eq!(base, "a0da109da16b52be9c97102d58500d9f21d34f527757e6a7c607999686982972");
}

#[test]
fn the_place_decides_by_label_alone() {
    let mut token = RehearsalToken::new("R-ADA", KeyAlgorithm::Ed25519);
    let with_id = KeyPlace { id: Some(vec![2]), label: "root".to_owned() };
    assert_eq!(token.public_key(&with_id).unwrap(), token.public_key(&place("root")).unwrap());
    assert!(token.keys().unwrap().is_empty());
}

#[test]
fn it_says_that_it_is_no_device() {
    let token = RehearsalToken::new("R-ADA", KeyAlgorithm::Ed25519);
    let identity = token.identity();
    assert_eq!((identity.kind, identity.serial.as_str()), ("rehearsal", "R-ADA"));
    assert_eq!(
        (identity.label.as_str(), identity.model.as_str()),
        ("REHEARSAL R-ADA", "rehearsal (not a device)")
    );
}

#[test]
fn generating_gives_the_same_key_and_wants_the_pin() {
    let mut token = RehearsalToken::new("R-ADA", KeyAlgorithm::Ed25519);
    let refused = token.generate(&place("root"), KeyAlgorithm::Ed25519).unwrap_err();
    assert!(matches!(refused, TokenError::NeedsLogin { .. }), "{refused}");
    let refused = token.sign(&place("root"), Scheme::Ed25519, b"payload").unwrap_err();
    assert!(matches!(refused, TokenError::NeedsLogin { .. }), "{refused}");
    token.unlock(pin(PIN)).unwrap();
    let made = token.generate(&place("root"), KeyAlgorithm::Ed25519).unwrap();
    assert_eq!(made, token.public_key(&place("root")).unwrap());
    let refused = token.generate(&place("root"), KeyAlgorithm::P256).unwrap_err();
    assert!(
        matches!(refused, TokenError::AlgorithmUnsupported { algorithm: KeyAlgorithm::P256, .. }),
        "{refused}"
    );
}

#[test]
fn wrong_pins_are_counted_and_the_last_try_is_never_used() {
    let mut token = RehearsalToken::new("R-ADA", KeyAlgorithm::Ed25519);
    assert_eq!(token.pin_state().unwrap(), PinState::NotCounted);
    let wrong = token.unlock(pin("rehearsal ")).unwrap_err();
    assert!(matches!(wrong, TokenError::WrongPin { state: PinState::SomeTriesUsed, .. }), "{wrong}");
    // The right PIN gives the tries back, as on a card.
    token.unlock(pin(PIN)).unwrap();
    assert_eq!(token.pin_state().unwrap(), PinState::NotCounted);

    let empty = token.unlock(pin("")).unwrap_err();
    assert!(matches!(empty, TokenError::PinLength { .. }), "nothing typed is no try: {empty}");
    token.unlock(pin("1111")).unwrap_err();
    let wrong = token.unlock(pin("0000")).unwrap_err();
    assert!(matches!(wrong, TokenError::WrongPin { state: PinState::LastTry, .. }), "{wrong}");
    assert_eq!(wrong.to_string(), "token R-ADA refused the PIN as wrong; it says that one try is left");
    // A failed login is a logout, and even the right PIN is not sent on the last try.
    let refused = token.sign(&place("root"), Scheme::Ed25519, b"payload").unwrap_err();
    assert!(matches!(refused, TokenError::NeedsLogin { .. }), "{refused}");
    let refused = token.unlock(pin(PIN)).unwrap_err();
    assert!(matches!(refused, TokenError::LastTry { .. }), "{refused}");
    assert_eq!(refused.check(), Some("TOKEN-PIN"));
}

#[test]
fn a_scheme_of_another_algorithm_is_refused_by_name() {
    let mut token = RehearsalToken::new("R-ADA", KeyAlgorithm::P256);
    token.unlock(pin(PIN)).unwrap();
    let refused = token.sign(&place("root"), Scheme::EcdsaSha2Nistp384, b"payload").unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the key with label \"root\" on token R-ADA is P-256, and ecdsa-sha2-nistp384 needs P-384"
    );
    let mut token = RehearsalToken::new("R-ADA", KeyAlgorithm::Rsa);
    let refused = token.public_key(&place("root")).unwrap_err();
    assert!(
        matches!(refused, TokenError::AlgorithmUnsupported { algorithm: KeyAlgorithm::Rsa, .. }),
        "{refused}"
    );
}
