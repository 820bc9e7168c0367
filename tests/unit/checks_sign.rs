//! SIGN-REVIEW, SIGN-KEY, SIGN-VERIFY, SIGN-STALE.

use tuf_ceremony::checks::Check;
use tuf_ceremony::checks::sign::{
    sign_again, sign_carried, sign_elsewhere, sign_expired, sign_key, sign_request, sign_review, sign_stale,
    sign_verify, sign_void,
};
use tuf_ceremony::crypto::Scheme;
use tuf_ceremony::crypto::digest::Sha256Digest;

use crate::checks_fixture::{material, passes, refuses, software};

const MESSAGE: &[u8] = b"the canonical bytes";

#[test]
fn sign_review_passes_eight_digits_or_more() {
    let digest = Sha256Digest::of(MESSAGE);
    let hex = digest.to_hex();
    let grouped = format!(" {} {}\n", &hex[..4], hex[4..8].to_uppercase());
    passes(&sign_review("root 1", digest, &grouped), Check::SignReview, "root 1 confirmed with 8 digits");
    passes(&sign_review("root 1", digest, &hex), Check::SignReview, "root 1 confirmed with 64 digits");
}

#[test]
fn sign_review_refuses_what_is_too_short_or_no_digits() {
    let digest = Sha256Digest::of(MESSAGE);
    for typed in ["", "y", "yes", &digest.to_hex()[..7], "looks good", "0x123456", "１２３４５６７８"]
    {
        let what = "what was typed for root 1 is not 8 or more hex digits";
        refuses(&sign_review("root 1", digest, typed), Check::SignReview, what);
    }
}

#[test]
fn sign_review_refuses_the_digest_of_something_else() {
    let digest = Sha256Digest::of(MESSAGE);
    let mut typed = digest.to_hex()[..12].to_owned();
    typed.replace_range(11.., if typed.ends_with('0') { "1" } else { "0" });
    let what = "what was typed is not the beginning of the digest of root 1";
    refuses(&sign_review("root 1", digest, &typed), Check::SignReview, what);
    let long = format!("{digest}00");
    refuses(&sign_review("root 1", digest, &long), Check::SignReview, what);
}

#[test]
fn sign_key_passes_the_expected_key() {
    let key = software(1);
    passes(&sign_key("ada", key.public(), key.public()), Check::SignKey, "the token's key is ada");
}

#[test]
fn sign_key_refuses_another_and_the_pin() {
    let finding = sign_key("ada", software(1).public(), software(2).public());
    let what = format!(
        "the token's key is not ada: expected {:.16}, the device has {:.16}",
        material(1),
        material(2)
    );
    refuses(&finding, Check::SignKey, &what);
    assert!(finding.trouble().unwrap().next.starts_with("Do not enter the PIN."));
}

#[test]
fn sign_verify_passes_a_signature_that_holds() {
    let key = software(1);
    let finding = sign_verify("ada", key.public(), Scheme::Ed25519, MESSAGE, &key.sign(MESSAGE));
    passes(&finding, Check::SignVerify, "the signature of ada verifies");
}

#[test]
fn sign_verify_refuses_every_other_for_its_reason() {
    let key = software(1);
    let judged = |scheme: Scheme, signature: &[u8]| {
        let finding = sign_verify("ada", key.public(), scheme, MESSAGE, signature);
        let error = key.public().verify(scheme, MESSAGE, signature).unwrap_err();
        let what = format!("the signature that the token of ada made does not verify: {error}");
        refuses(&finding, Check::SignVerify, &what);
        what
    };
    let reasons = [
        judged(Scheme::Ed25519, &key.sign(b"other bytes")),
        judged(Scheme::Ed25519, &key.sign(MESSAGE)[..63]),
        judged(Scheme::EcdsaSha2Nistp256, &key.sign(MESSAGE)),
    ];
    assert!(reasons[0] != reasons[1] && reasons[1] != reasons[2], "{reasons:?}");
}

const A: Sha256Digest = Sha256Digest([0xaa; 32]);
const B: Sha256Digest = Sha256Digest([0xbb; 32]);

#[test]
fn sign_stale_passes_the_current_payload() {
    passes(&sign_stale("root 2", A, Some(A), Some(A)), Check::SignStale, "root 2 is the current payload");
}

#[test]
fn sign_stale_refuses_a_void_payload_by_name() {
    let what = "root 2 (aaaaaaaaaaaaaaaa) is void: a later freeze put bbbbbbbbbbbbbbbb in its place";
    refuses(&sign_stale("root 2", A, Some(B), Some(A)), Check::SignStale, what);
}

#[test]
fn sign_stale_refuses_a_payload_of_another_ceremony() {
    let what = "root 2 (aaaaaaaaaaaaaaaa) is not a payload of this ceremony";
    refuses(&sign_stale("root 2", A, None, Some(A)), Check::SignStale, what);
    refuses(&sign_stale("root 2", A, None, None), Check::SignStale, what);
}

#[test]
fn sign_stale_refuses_bytes_that_changed_or_went() {
    let what =
        "root 2 was changed after it was frozen: named aaaaaaaaaaaaaaaa, the bytes are bbbbbbbbbbbbbbbb";
    refuses(&sign_stale("root 2", A, Some(A), Some(B)), Check::SignStale, what);
    let what = "the bytes of root 2 (aaaaaaaaaaaaaaaa) are missing";
    refuses(&sign_stale("root 2", A, Some(A), None), Check::SignStale, what);
}

#[test]
fn sign_stale_is_about_whatever_is_carried() {
    let stale = Check::SignStale;
    passes(&sign_void("root 2", A, None, None), stale, "root 2 was not made void");
    let what = "root 2 (aaaaaaaaaaaaaaaa) was made void: It expires too late.";
    refuses(&sign_void("root 2", A, Some("It expires too late."), None), stale, what);
    // Where another stands by now, that is what is asked for.
    let followed = sign_void("root 2", A, Some("It expires too late."), Some(B));
    refuses(&followed, stale, what);
    let next = "Nobody signs it any longer: bbbbbbbbbbbbbbbb stands in its place. Send a new request for that. Destroy papers and \
                requests with the old digest.";
    assert_eq!(followed.trouble().unwrap().next, next);
    // Of a name that somebody else made up, no more is said than fits into a sentence.
    let long = sign_elsewhere("it", &"c".repeat(1 << 16), "c-2");
    assert_eq!(
        long.trouble().unwrap().what.len(),
        "it belongs to the ceremony , and this is c-2".len() + 103
    );
    let what = "root 2 comes out as aaaaaaaaaaaaaaaa again, which was made void: It expires too late.";
    refuses(&sign_again("root 2", A, "It expires too late."), stale, what);
    passes(&sign_elsewhere("it", "c-1", "c-1"), stale, "it belongs to the ceremony c-1");
    refuses(&sign_elsewhere("it", "c-1", "c-2"), stale, "it belongs to the ceremony c-1, and this is c-2");
    let (then, now) = ("2027-01-01T00:00:00Z", "2027-01-02T00:00:00Z");
    let what = format!("it expired on {then}, and this machine's clock says {now}");
    refuses(&sign_expired("it", then, now), stale, &what);
    passes(&sign_request("it", None), stale, "it says what follows from the files in it");
    let what = "it says in \"keys\" something else than what follows from the files in it";
    refuses(&sign_request("it", Some("keys")), stale, what);
}

#[test]
fn sign_verify_is_about_what_is_carried_here_too() {
    let keyid = "ab".repeat(32);
    let passed = sign_carried("root 2", &keyid, Ok(()));
    passes(&passed, Check::SignVerify, "the signature of abababababababab over root 2 verifies");
    let what = "the signature of abababababababab over root 2 was not taken: it is empty";
    refuses(&sign_carried("root 2", &keyid, Err("it is empty".to_owned())), Check::SignVerify, what);
}
