//! The PKCS#11 adapter against SoftHSM2: finding, making and using keys.

use std::path::Path;

use cryptoki::object::{Attribute, AttributeType, ObjectClass};
use tuf_ceremony::advice::Exit;
use tuf_ceremony::crypto::{KeyAlgorithm, PublicKey, Scheme};
use tuf_ceremony::token::pkcs11::Modules;
use tuf_ceremony::token::{PinState, Token, TokenError};

use crate::token_fixture::{PIN, SOFTHSM, by_id, by_label, pin, with_softhsm};
use crate::token_softhsm_things::{CERTIFIED_KEY, make_pair, open, put_certificate, refusal, unlocked};

#[test]
fn five_tokens_are_listed_and_the_blank_one_is_not() {
    with_softhsm("token_softhsm::five_tokens_are_listed_and_the_blank_one_is_not", |softhsm| {
        let admin = softhsm.admin();
        let names = ["ada", "ben", "cleo", "dora", "emil"];
        let serials = names.map(|name| admin.new_token(name));
        // SoftHSM always shows one more slot with a blank token.
        assert_eq!(admin.0.get_slots_with_token().unwrap().len(), 6);

        let mut tokens = Modules::new().tokens(Path::new(SOFTHSM)).unwrap();
        let mut seen: Vec<_> = tokens
            .iter()
            .map(|token| (token.identity().label.clone(), token.identity().serial.clone()))
            .collect();
        seen.sort();
        let expected: Vec<_> = names.map(str::to_owned).into_iter().zip(serials).collect();
        assert_eq!(seen, expected);
        for token in &mut tokens {
            let identity = token.identity();
            assert_eq!((identity.kind, identity.model.as_str()), ("pkcs11", "SoftHSM v2"));
            assert_eq!(
                (identity.manufacturer.as_str(), identity.firmware.as_str()),
                ("SoftHSM project", "2.6")
            );
            assert_eq!(token.pin_state().unwrap(), PinState::AllTriesLeft);
            assert!(token.keys().unwrap().is_empty());
        }
    });
}

#[test]
fn made_keys_stay_on_the_token_and_sign() {
    with_softhsm("token_softhsm::made_keys_stay_on_the_token_and_sign", |softhsm| {
        let (serial, mut token) = unlocked(softhsm);
        let plans = [
            (Scheme::Ed25519, by_id(1, "ada-ed25519")),
            (Scheme::EcdsaSha2Nistp256, by_id(2, "ada-p256")),
            (Scheme::EcdsaSha2Nistp384, by_label("ada-p384")),
        ];
        let made: Vec<PublicKey> =
            plans.iter().map(|(scheme, place)| token.generate(place, scheme.algorithm()).unwrap()).collect();
        drop(token);

        // What the token says of the private halves, asked without the program's help.
        let session = softhsm.admin().user(&serial);
        let privates = session.find_objects(&[Attribute::Class(ObjectClass::PRIVATE_KEY)]).unwrap();
        assert_eq!(privates.len(), 3);
        let demanded = [
            Attribute::Token(true),
            Attribute::Private(true),
            Attribute::Sensitive(true),
            Attribute::AlwaysSensitive(true),
            Attribute::Extractable(false),
            Attribute::NeverExtractable(true),
            Attribute::Local(true),
            Attribute::Sign(true),
        ];
        let kinds: Vec<AttributeType> = demanded.iter().map(Attribute::attribute_type).collect();
        for key in privates {
            assert_eq!(session.get_attributes(key, &kinds).unwrap(), demanded);
        }
        drop(session);

        // Public halves are read before any login, and the message is as long as a real root.
        let message = b"root".repeat(1_000);
        let mut token = open(&serial);
        let listed = token.keys().unwrap();
        assert_eq!(listed.len(), 3);
        for ((_, place), made) in plans.iter().zip(&made) {
            assert_eq!(&token.public_key(place).unwrap(), made);
            assert!(listed.iter().any(|key| key.label == place.label && &key.public == made));
        }
        for ((scheme, place), made) in plans.iter().zip(&made) {
            token.unlock(pin(PIN)).unwrap();
            token.check_origin(place).unwrap();
            // ECDSA is random: leading zeros and high bits in r and s all come by.
            for _ in 0..if *scheme == Scheme::Ed25519 { 1 } else { 64 } {
                let signature = token.sign(place, *scheme, &message).unwrap();
                made.verify(*scheme, &message, &signature).unwrap();
            }
        }
    });
}

#[test]
fn an_id_that_the_plan_does_not_give_follows_from_the_label() {
    with_softhsm("token_softhsm::an_id_that_the_plan_does_not_give_follows_from_the_label", |softhsm| {
        let (_, mut token) = unlocked(softhsm);
        token.generate(&by_label("ada-p256"), KeyAlgorithm::P256).unwrap();
        let listed = token.keys().unwrap();
        // printf ada-p256 | sha256sum | cut -c -16
        assert_eq!(tuf_ceremony::crypto::hex::encode(&listed[0].id), "bc1298c2c429e349");
    });
}

#[test]
fn a_key_that_wants_its_pin_every_time_is_refused_by_name() {
    with_softhsm("token_softhsm::a_key_that_wants_its_pin_every_time_is_refused_by_name", |softhsm| {
        let (serial, mut token) = unlocked(softhsm);
        make_pair(&softhsm.admin().session(&serial), 7, "strict", &[Attribute::AlwaysAuthenticate(true)]);
        // SoftHSM takes the data for CKM_ECDSA in one call only; where it may come in parts, such a key signs.
        let (told, check, exit) =
            refusal(token.sign(&by_id(7, "strict"), Scheme::EcdsaSha2Nistp256, b"payload"));
        let key = format!("the key with id 07 on token {serial} wants its PIN for every signature");
        assert!(told.starts_with(&key), "{told}");
        assert_eq!((check, exit), (None, Exit::Token));
        // The session is none the worse for it.
        let public = token.generate(&by_id(1, "root"), KeyAlgorithm::P256).unwrap();
        let signature = token.sign(&by_id(1, "root"), Scheme::EcdsaSha2Nistp256, b"payload").unwrap();
        public.verify(Scheme::EcdsaSha2Nistp256, b"payload", &signature).unwrap();
    });
}

#[test]
fn a_key_known_only_by_its_certificate() {
    with_softhsm("token_softhsm::a_key_known_only_by_its_certificate", |softhsm| {
        let serial = softhsm.admin().new_token("card");
        put_certificate(&softhsm.admin().user(&serial), 2, "card");
        let expected = PublicKey::from_spki_pem(CERTIFIED_KEY).unwrap();
        let mut token = open(&serial);
        assert_eq!(token.public_key(&by_id(2, "any")).unwrap(), expected);
        assert_eq!(token.public_key(&by_label("card")).unwrap(), expected);
        let listed = token.keys().unwrap();
        assert_eq!((listed.len(), &listed[0].id, &listed[0].public), (1, &vec![2], &expected));
        // The private half is somewhere else.
        token.unlock(pin(PIN)).unwrap();
        let refused = token.sign(&by_id(2, "card"), Scheme::EcdsaSha2Nistp256, b"payload").unwrap_err();
        assert!(matches!(refused, TokenError::NoKey { .. }), "{refused}");
    });
}

#[test]
fn a_key_that_could_leave_the_token_is_refused() {
    with_softhsm("token_softhsm::a_key_that_could_leave_the_token_is_refused", |softhsm| {
        let (serial, mut token) = unlocked(softhsm);
        let session = softhsm.admin().session(&serial);
        make_pair(&session, 1, "loose", &[Attribute::Sensitive(false), Attribute::Extractable(true)]);
        let (told, check, exit) = refusal(token.check_origin(&by_id(1, "loose")));
        assert_eq!(
            told,
            format!(
                "token {serial} does not say that the key with id 01 is sensitive, or that it was always sensitive, \
                 or that it cannot be extracted, or that it could never be extracted"
            )
        );
        assert_eq!((check, exit), (Some("TOKEN-ORIGIN"), Exit::Token));
    });
}

#[test]
fn a_dead_session_and_a_lost_login() {
    with_softhsm("token_softhsm::a_dead_session_and_a_lost_login", |softhsm| {
        let admin = softhsm.admin();
        let serial = admin.new_token("ada");
        // From its next start on, SoftHSM gives the token a slot number that lasts.
        admin.0.finalize().unwrap();
        let mut token = open(&serial);
        token.unlock(pin(PIN)).unwrap();
        let place = by_id(1, "root");
        let public = token.generate(&place, KeyAlgorithm::P256).unwrap();
        // As when a card is pulled and put back: every session handle is void.
        softhsm.admin().0.finalize().unwrap();
        softhsm.admin();
        let (told, _, exit) = refusal(token.sign(&place, Scheme::EcdsaSha2Nistp256, b"payload"));
        let expected = "was pulled out or reset: C_GetSessionInfo answers CKR_SESSION_HANDLE_INVALID";
        assert_eq!((told, exit), (format!("token {serial} {expected}"), Exit::Token));
        // The PIN is gone with the session and is not sent again by itself.
        let refused = token.sign(&place, Scheme::EcdsaSha2Nistp256, b"payload").unwrap_err();
        assert!(matches!(refused, TokenError::NeedsLogin { .. }), "{refused}");

        // Not logged in, there is nothing to lose: a new session is opened.
        softhsm.admin().0.finalize().unwrap();
        softhsm.admin();
        assert_eq!(token.public_key(&place).unwrap(), public);
    });
}
