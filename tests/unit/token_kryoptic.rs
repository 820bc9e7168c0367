//! The PKCS#11 adapter against kryoptic, which locks its PIN after ten wrong ones and takes data for CKM_ECDSA_SHA256
//! in parts: what SoftHSM2 cannot show.

use std::path::Path;

use cryptoki::mechanism::Mechanism;
use cryptoki::object::Attribute;
use cryptoki::session::UserType;
use tuf_ceremony::advice::Advice;
use tuf_ceremony::crypto::{KeyAlgorithm, Scheme};
use tuf_ceremony::token::pkcs11::{Modules, Pkcs11Token};
use tuf_ceremony::token::{KeyPlace, PinState, Token, TokenError};

use crate::token_fixture::{Admin, PIN, SO_PIN, by_id, pin, secret, start, with_kryoptic};

/// A new token, and the program's view of it.
fn new_token(module: &Path) -> (Admin, String, Pkcs11Token) {
    let admin = Admin(start(module));
    let serial = admin.new_token("ada");
    let token = Modules::new().open(module, &serial).unwrap();
    (admin, serial, token)
}

#[test]
fn the_last_try_is_not_used_and_a_locked_pin_is_told() {
    with_kryoptic("token_kryoptic::the_last_try_is_not_used_and_a_locked_pin_is_told", |module| {
        let (admin, serial, mut token) = new_token(module);
        assert_eq!(token.pin_state().unwrap(), PinState::AllTriesLeft);
        // Too short for this token, which states no upper limit: no try is used.
        let refused = token.unlock(pin("1234567")).unwrap_err();
        let told = format!("a PIN of token {serial} has 8 characters or more; this one was not sent to it");
        assert_eq!(refused.to_string(), told);
        // Ten tries; kryoptic warns when three are left.
        for wrong in 1..=9 {
            let refused = token.unlock(pin("99999999")).unwrap_err();
            let expected = match wrong {
                1..=6 => PinState::AllTriesLeft,
                7..=8 => PinState::SomeTriesUsed,
                _ => PinState::LastTry,
            };
            assert!(
                matches!(refused, TokenError::WrongPin { state, .. } if state == expected),
                "{wrong}: {refused}"
            );
            assert_eq!(token.pin_state().unwrap(), expected, "{wrong}");
            if expected == PinState::LastTry {
                let told = format!("token {serial} refused the PIN as wrong; it says that one try is left");
                assert_eq!(refused.to_string(), told);
            }
        }
        // Not even the right PIN is sent now, and asking twice changes nothing.
        for _ in 0..2 {
            let refused = token.unlock(pin(PIN)).unwrap_err();
            assert!(matches!(refused, TokenError::LastTry { .. }), "{refused}");
            assert_eq!(
                refused.to_string(),
                format!("token {serial} is on its last PIN try; no PIN was sent to it")
            );
            assert_eq!(refused.check(), Some("TOKEN-PIN"));
            assert_eq!(token.pin_state().unwrap(), PinState::LastTry);
        }

        // Somebody else's tool uses the last try.
        let session = admin.session(&serial);
        session.login(UserType::User, Some(&secret("99999999"))).unwrap_err();
        assert_eq!(token.pin_state().unwrap(), PinState::Locked);
        let refused = token.unlock(pin(PIN)).unwrap_err();
        assert!(matches!(refused, TokenError::PinLocked { .. }), "{refused}");
        assert_eq!(refused.check(), Some("TOKEN-PIN"));

        // The security officer unlocks it, outside of this program.
        drop((session, token));
        let session = admin.session(&serial);
        session.login(UserType::So, Some(&secret(SO_PIN))).unwrap();
        session.init_pin(&secret(PIN)).unwrap();
        drop(session);
        // A running kryoptic goes on saying "locked" until the next login; a new process reads the truth.
        admin.0.finalize().unwrap();
        let mut token = Modules::new().open(module, &serial).unwrap();
        assert_eq!(token.pin_state().unwrap(), PinState::AllTriesLeft);
        token.unlock(pin(PIN)).unwrap();
    });
}

#[test]
fn the_right_pin_gives_the_tries_back() {
    with_kryoptic("token_kryoptic::the_right_pin_gives_the_tries_back", |module| {
        let (_, _, mut token) = new_token(module);
        for _ in 0..8 {
            token.unlock(pin("99999999")).unwrap_err();
        }
        assert_eq!(token.pin_state().unwrap(), PinState::SomeTriesUsed);
        token.unlock(pin(PIN)).unwrap();
        assert_eq!(token.pin_state().unwrap(), PinState::AllTriesLeft);
    });
}

#[test]
fn made_keys_sign() {
    with_kryoptic("token_kryoptic::made_keys_sign", |module| {
        let (_, _, mut token) = new_token(module);
        token.unlock(pin(PIN)).unwrap();
        for (id, scheme) in [(1, Scheme::EcdsaSha2Nistp256), (2, Scheme::EcdsaSha2Nistp384)] {
            let place = by_id(id, scheme.name());
            let public = token.generate(&place, scheme.algorithm()).unwrap();
            assert_eq!(token.public_key(&place).unwrap(), public);
            token.check_origin(&place).unwrap();
            let signature = token.sign(&place, scheme, b"payload").unwrap();
            public.verify(scheme, b"payload", &signature).unwrap();
        }
        // Built without Ed25519.
        let refused = token.generate(&by_id(3, "ed25519"), KeyAlgorithm::Ed25519).unwrap_err();
        assert!(matches!(refused, TokenError::AlgorithmUnsupported { .. }), "{refused}");
    });
}

#[test]
fn a_key_that_wants_its_pin_every_time_signs_every_time() {
    with_kryoptic("token_kryoptic::a_key_that_wants_its_pin_every_time_signs_every_time", |module| {
        let (admin, serial, mut token) = new_token(module);
        token.unlock(pin(PIN)).unwrap();
        let strict = |id, scheme: Scheme, curve: &[u8]| -> KeyPlace {
            let names =
                [Attribute::Token(true), Attribute::Id(vec![id]), Attribute::Label(scheme.name().into())];
            let public =
                [&names[..], &[Attribute::EcParams(curve.to_vec()), Attribute::Private(false)]].concat();
            let private = [
                &names[..],
                &[Attribute::Private(true), Attribute::Sign(true), Attribute::AlwaysAuthenticate(true)],
            ]
            .concat();
            admin.session(&serial).generate_key_pair(&Mechanism::EccKeyPairGen, &public, &private).unwrap();
            by_id(id, scheme.name())
        };
        let p256 = strict(
            1,
            Scheme::EcdsaSha2Nistp256,
            &[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07],
        );
        let p384 = strict(2, Scheme::EcdsaSha2Nistp384, &[0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22]);

        // In one call, without the PIN in between, the token refuses: the attribute is in force.
        let session = admin.session(&serial);
        let key = session.find_objects(&[Attribute::Id(vec![1]), Attribute::Sign(true)]).unwrap()[0];
        session.sign(&Mechanism::EcdsaSha256, key, b"payload").unwrap_err();

        for (place, scheme) in [(p256, Scheme::EcdsaSha2Nistp256), (p384, Scheme::EcdsaSha2Nistp384)] {
            let public = token.public_key(&place).unwrap();
            for message in [&b"payload"[..], &b"root".repeat(1_000)] {
                let signature = token.sign(&place, scheme, message).unwrap();
                public.verify(scheme, message, &signature).unwrap();
            }
        }
        assert_eq!(token.pin_state().unwrap(), PinState::AllTriesLeft);
    });
}
