//! The PKCS#11 adapter against SoftHSM2: one test for each mistake that an operator can make.

use std::path::Path;

use cryptoki::object::{Attribute, ObjectClass};
use tuf_ceremony::advice::{Advice, Exit};
use tuf_ceremony::crypto::{KeyAlgorithm, Scheme};
use tuf_ceremony::token::pkcs11::Modules;
use tuf_ceremony::token::{KeyPlace, PinState, Token, TokenError};

use crate::token_fixture::{
    PIN, SO_PIN, SOFTHSM, by_id, by_label, in_child, pin, present, secret, with_softhsm,
};
use crate::token_softhsm_things::{make_pair, open, put_certificate, refusal, unlocked};

#[test]
fn a_wrong_pin_is_told_and_not_retried() {
    with_softhsm("token_softhsm_mistakes::a_wrong_pin_is_told_and_not_retried", |softhsm| {
        let serial = softhsm.admin().new_token("ada");
        let mut token = open(&serial);
        let wrong = token.unlock(pin("99999999")).unwrap_err();
        assert!(matches!(wrong, TokenError::WrongPin { state: PinState::SomeTriesUsed, .. }), "{wrong}");
        let told = "refused the PIN as wrong; it says that more than one try is left";
        assert_eq!(
            refusal::<()>(Err(wrong)),
            (format!("token {serial} {told}"), Some("TOKEN-PIN"), Exit::Token)
        );
        assert_eq!(token.pin_state().unwrap(), PinState::SomeTriesUsed);
        let refused = token.sign(&by_label("any"), Scheme::Ed25519, b"payload").unwrap_err();
        assert!(matches!(refused, TokenError::NoKey { .. }), "{refused}");

        token.unlock(pin(PIN)).unwrap();
        assert_eq!(token.pin_state().unwrap(), PinState::AllTriesLeft);
    });
}

#[test]
fn a_pin_that_cannot_be_right_is_not_sent() {
    with_softhsm("token_softhsm_mistakes::a_pin_that_cannot_be_right_is_not_sent", |softhsm| {
        let mut token = open(&softhsm.admin().new_token("ada"));
        for impossible in ["", "123", &"9".repeat(256)] {
            let refused = token.unlock(pin(impossible)).unwrap_err();
            assert!(matches!(refused, TokenError::PinLength { min: 4, max: Some(255), .. }), "{refused}");
            assert_eq!(token.pin_state().unwrap(), PinState::AllTriesLeft);
        }
    });
}

#[test]
fn a_token_without_a_user_pin() {
    with_softhsm("token_softhsm_mistakes::a_token_without_a_user_pin", |softhsm| {
        let admin = softhsm.admin();
        let slot = admin.0.get_slots_with_token().unwrap()[0];
        admin.0.init_token(slot, &secret(SO_PIN), "new").unwrap();
        let serial = admin.0.get_token_info(slot).unwrap().serial_number().to_owned();
        let mut token = open(&serial);
        assert_eq!(token.pin_state().unwrap(), PinState::NotSet);
        let refused = token.unlock(pin(PIN)).unwrap_err();
        assert!(matches!(refused, TokenError::PinNotSet { .. }), "{refused}");
        assert_eq!(refused.check(), Some("TOKEN-PIN"));
    });
}

#[test]
fn without_login_nothing_is_signed_or_made() {
    with_softhsm("token_softhsm_mistakes::without_login_nothing_is_signed_or_made", |softhsm| {
        let (serial, mut token) = unlocked(softhsm);
        token.generate(&by_id(1, "root"), KeyAlgorithm::P256).unwrap();
        drop(token);
        let mut token = open(&serial);
        let refused = token.sign(&by_id(1, "root"), Scheme::EcdsaSha2Nistp256, b"payload").unwrap_err();
        assert!(matches!(refused, TokenError::NeedsLogin { .. }), "{refused}");
        let refused = token.generate(&by_id(2, "other"), KeyAlgorithm::P256).unwrap_err();
        assert!(matches!(refused, TokenError::NeedsLogin { .. }), "{refused}");
    });
}

#[test]
fn a_taken_place_is_never_overwritten() {
    with_softhsm("token_softhsm_mistakes::a_taken_place_is_never_overwritten", |softhsm| {
        let (serial, mut token) = unlocked(softhsm);
        let first = token.generate(&by_id(1, "root"), KeyAlgorithm::P256).unwrap();
        for place in [by_id(1, "another"), by_id(2, "root"), by_label("root")] {
            let (told, check, exit) = refusal(token.generate(&place, KeyAlgorithm::Ed25519));
            let start =
                format!("the place for the new key, {place}, is taken on token {serial}: there is a ");
            assert!(
                told.starts_with(&start) && told.ends_with(" key with id 01 and label \"root\""),
                "{told}"
            );
            assert_eq!((check, exit), (Some("TOKEN-SLOT"), Exit::Token));
        }
        assert_eq!(token.keys().unwrap().len(), 1);
        assert_eq!(token.public_key(&by_id(1, "root")).unwrap(), first);

        // A private key whose public half was deleted, and a lone certificate, are in the way as well.
        let session = softhsm.admin().session(&serial);
        make_pair(&session, 3, "orphan", &[]);
        let public = session
            .find_objects(&[Attribute::Class(ObjectClass::PUBLIC_KEY), Attribute::Id(vec![3])])
            .unwrap();
        session.destroy_object(public[0]).unwrap();
        put_certificate(&session, 4, "card");
        let (told, _, _) = refusal(token.generate(&by_id(3, "new"), KeyAlgorithm::P256));
        assert!(told.ends_with("there is a private key with id 03 and label \"orphan\""), "{told}");
        let (told, _, _) = refusal(token.generate(&by_id(5, "card"), KeyAlgorithm::P256));
        assert!(told.ends_with("there is a certificate with id 04 and label \"card\""), "{told}");
    });
}

#[test]
fn an_empty_place_and_a_place_with_two_keys() {
    with_softhsm("token_softhsm_mistakes::an_empty_place_and_a_place_with_two_keys", |softhsm| {
        let serial = softhsm.admin().new_token("ada");
        let session = softhsm.admin().user(&serial);
        make_pair(&session, 1, "root", &[]);
        make_pair(&session, 1, "root", &[]);
        drop(session);
        let mut token = open(&serial);
        let mut told = |place: KeyPlace| token.public_key(&place).unwrap_err().to_string();
        assert_eq!(told(by_id(9, "root")), format!("token {serial} holds no usable key with id 09"));
        assert_eq!(told(by_label("Root")), format!("token {serial} holds no usable key with label \"Root\""));
        assert_eq!(told(by_id(1, "root")), format!("token {serial} holds 2 keys with id 01"));
        assert_eq!(told(by_label("root")), format!("token {serial} holds 2 keys with label \"root\""));
    });
}

#[test]
fn a_scheme_that_the_key_is_not_for() {
    with_softhsm("token_softhsm_mistakes::a_scheme_that_the_key_is_not_for", |softhsm| {
        let (serial, mut token) = unlocked(softhsm);
        token.generate(&by_id(1, "root"), KeyAlgorithm::P256).unwrap();
        let (told, check, _) = refusal(token.sign(&by_id(1, "root"), Scheme::EcdsaSha2Nistp384, b"payload"));
        assert_eq!(
            told,
            format!("the key with id 01 on token {serial} is P-256, and ecdsa-sha2-nistp384 needs P-384")
        );
        assert_eq!(check, Some("KEY-SCHEME"));
        let (told, _, _) = refusal(token.sign(&by_id(1, "root"), Scheme::RsassaPssSha256, b"payload"));
        assert_eq!(told, format!("token {serial} cannot sign with rsassa-pss-sha256"));
        let (told, _, _) = refusal(token.generate(&by_id(2, "rsa"), KeyAlgorithm::Rsa));
        assert_eq!(told, format!("token {serial} cannot make RSA keys"));
    });
}

#[test]
fn an_absent_token_and_what_is_there_instead() {
    with_softhsm("token_softhsm_mistakes::an_absent_token_and_what_is_there_instead", |softhsm| {
        let admin = softhsm.admin();
        let mut modules = Modules::new();
        let nothing = refusal(modules.open(Path::new(SOFTHSM), "0013200460").map(drop));
        let told = "no token with serial 0013200460 is present; no other is either";
        assert_eq!(nothing, (told.to_owned(), Some("TOKEN-ONE"), Exit::Token));
        // A label that would clear the screen.
        let serial = admin.new_token("ben\u{1b}[2J");
        let (told, _, _) = refusal(modules.open(Path::new(SOFTHSM), "0013200460").map(drop));
        let expected =
            format!("no token with serial 0013200460 is present; there is {serial} (\"ben\\u{{1b}}[2J\")");
        assert_eq!(told, expected);
    });
}

#[test]
fn two_tokens_with_one_serial_number() {
    with_softhsm("token_softhsm_mistakes::two_tokens_with_one_serial_number", |softhsm| {
        let admin = softhsm.admin();
        let serials = [admin.new_token("ada"), admin.new_token("ada-copy")];
        admin.0.finalize().unwrap();
        // SoftHSM derives slot numbers from the serial number's last eight characters, so that two equal ones would
        // share a slot. Padded with blanks and unpadded they do not, and yet read the same.
        softhsm.renumber(&serials[0], b"0013200460      ");
        softhsm.renumber(&serials[1], b"0013200460");
        let mut modules = Modules::new();
        assert_eq!(modules.tokens(Path::new(SOFTHSM)).unwrap().len(), 2);
        let (told, check, exit) = refusal(modules.open(Path::new(SOFTHSM), "0013200460").map(drop));
        assert!(told.starts_with("2 tokens claim serial 0013200460: \"ada"), "{told}");
        assert!(told.contains("\"ada\"") && told.contains("\"ada-copy\""), "{told}");
        assert_eq!((check, exit), (Some("TOKEN-ONE"), Exit::Token));
    });
}

#[test]
fn another_token_in_the_same_slot_is_noticed() {
    with_softhsm("token_softhsm_mistakes::another_token_in_the_same_slot_is_noticed", |softhsm| {
        let admin = softhsm.admin();
        let serial = admin.new_token("ada");
        // From its next start on, SoftHSM derives the slot number from the last eight characters.
        admin.0.finalize().unwrap();
        let mut token = open(&serial);
        let now = format!("00000000{}", &serial[8..]);
        softhsm.admin().0.finalize().unwrap();
        softhsm.renumber(&serial, now.as_bytes());
        softhsm.admin();
        let (told, _, _) = refusal(token.unlock(pin(PIN)));
        let swapped = format!("its slot now holds the token with serial {now}");
        assert_eq!(told, format!("token {serial} was pulled out or reset: {swapped}"));
        let refused = token.pin_state().unwrap_err();
        assert!(matches!(refused, TokenError::Removed { .. }), "{refused}");
    });
}

#[test]
fn softhsm_without_configuration() {
    let test = "token_softhsm_mistakes::softhsm_without_configuration";
    if !present(test, Path::new(SOFTHSM), "softhsm2") {
        return;
    }
    in_child(test, &[("SOFTHSM2_CONF", Path::new("/nonexistent/softhsm2.conf"))], || {
        let error = Modules::new().tokens(Path::new(SOFTHSM)).map(drop).unwrap_err();
        let told =
            format!("the PKCS#11 module {SOFTHSM} does not start: C_Initialize answers CKR_GENERAL_ERROR");
        assert_eq!(error.to_string(), told);
        assert!(error.next_step().contains("set SOFTHSM2_CONF"), "{}", error.next_step());
        assert_eq!(error.exit(), Exit::Machine);
    });
}

#[test]
fn modules_that_are_none() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("module.so");
    std::fs::write(&text, "not a library\n".repeat(100)).unwrap();
    let told = |path: &Path| refusal(Modules::new().tokens(path).map(drop));

    let (message, _, exit) = told(&text);
    let start = format!("{} cannot be loaded as a PKCS#11 module: ", text.display());
    assert!(message.starts_with(&start) && message.contains("invalid ELF header"), "{message}");
    assert_eq!(exit, Exit::Machine);
    let (message, _, exit) = told(&folder.path().join("absent.so"));
    assert_eq!(message, format!("there is no PKCS#11 module {}", folder.path().join("absent.so").display()));
    assert_eq!(exit, Exit::Machine);
    let (message, _, exit) = told(Path::new("libsofthsm2.so"));
    assert_eq!(message, "the PKCS#11 module libsofthsm2.so is not named by an absolute path");
    assert_eq!(exit, Exit::Machine);
}

#[test]
fn a_path_is_shown_safely() {
    let (message, _, _) = refusal(Modules::new().tokens(Path::new("/lib/\u{202e}os.so")).map(drop));
    assert_eq!(message, "there is no PKCS#11 module /lib/\\u{202e}os.so");
    let place = KeyPlace { id: Some(vec![]), label: String::new() };
    assert_eq!(place.to_string(), "id (empty)");
}
