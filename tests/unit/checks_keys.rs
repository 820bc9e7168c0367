//! KEY-STRENGTH, KEY-SCHEME, KEY-ID.

use tuf_ceremony::checks::Check;
use tuf_ceremony::checks::keys::{key_id, key_scheme, key_strength};
use tuf_ceremony::json::Json;
use tuf_ceremony::tuf::key::Key;

use crate::checks_fixture::{honest, keyid, listed, object, p256, passes, refuses, strange};

/// The neutral element of Ed25519, of order 1.
const NEUTRAL: &str = "0100000000000000000000000000000000000000000000000000000000000000";

fn good() -> [Key; 2] {
    [honest(&object(1)), honest(&strange("ecdsa", "ecdsa-sha2-nistp256", &p256().to_spki_pem()))]
}

#[test]
fn key_strength_passes_strong_keys() {
    passes(&key_strength(&good().each_ref()), Check::KeyStrength, "2 keys");
}

#[test]
fn key_strength_refuses_a_point_of_small_order() {
    let weak = honest(&strange("ed25519", "ed25519", NEUTRAL));
    let what = format!("key {}: Ed25519 point of small order: anybody can sign for it", weak.keyid);
    refuses(&key_strength(&[&good()[0], &weak]), Check::KeyStrength, &what);
}

#[test]
fn key_strength_refuses_what_is_no_key() {
    let short = listed("short", &strange("ed25519", "ed25519", "00ff"));
    let what = "key short: an Ed25519 key has 32 bytes, this one has 2";
    refuses(&key_strength(&[&short]), Check::KeyStrength, what);
}

#[test]
fn key_scheme_passes_what_agrees() {
    passes(&key_scheme(&good().each_ref()), Check::KeyScheme, "2 keys");
}

#[test]
fn key_scheme_refuses_an_unknown_pair() {
    let odd = listed("odd", &strange("ed25519", "ed25519ph", NEUTRAL));
    let what = "key odd: key type \"ed25519\" with scheme \"ed25519ph\" is not known";
    refuses(&key_scheme(&[&odd]), Check::KeyScheme, what);
}

#[test]
fn key_scheme_refuses_a_scheme_for_another_curve() {
    let odd = listed("odd", &strange("ecdsa", "ecdsa-sha2-nistp384", &p256().to_spki_pem()));
    let what = "key odd: key type \"ecdsa\", scheme \"ecdsa-sha2-nistp384\" and a public key of type P-256 do not \
                agree";
    refuses(&key_scheme(&[&odd]), Check::KeyScheme, what);
}

#[test]
fn strength_and_scheme_each_speak_of_their_own() {
    let unknown = listed("a", &strange("sphincs", "sphincs", ""));
    let value = listed("b", &strange("ed25519", "ed25519", "00ff"));
    passes(&key_strength(&[&unknown]), Check::KeyStrength, "1 key");
    passes(&key_scheme(&[&value]), Check::KeyScheme, "1 key");
}

#[test]
fn key_id_passes_computed_keyids() {
    passes(&key_id(&good().each_ref()), Check::KeyId, "2 keyids computed");
}

#[test]
fn key_id_refuses_a_stale_keyid() {
    let mut object = object(1);
    let members = object.as_object_mut().unwrap();
    members.insert("x-online-uri".to_owned(), Json::from("gcpkms:new"));
    let stale = listed(&keyid(1), &object);
    let what = format!("key {} should be listed under {}", keyid(1), stale.computed_keyid());
    refuses(&key_id(&[&stale]), Check::KeyId, &what);
    assert_ne!(stale.computed_keyid(), keyid(1));
}
