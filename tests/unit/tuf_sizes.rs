//! Files that are small enough to be read and made to keep a reader busy: none may cost more than a small multiple of its
//! length, in findings, in memory or in signatures that are looked at.

use std::collections::BTreeMap;

use tuf_ceremony::json::Json;
use tuf_ceremony::tuf::client::Profile;
use tuf_ceremony::tuf::client::document::Document;
use tuf_ceremony::tuf::envelope::Signature;
use tuf_ceremony::tuf::facts::facts;
use tuf_ceremony::tuf::root::{RoleKeys, Root};
use tuf_ceremony::tuf::verify::{Why, tally};

use crate::tuf_fixture::{Holder, read_key};

const LIMIT: usize = 5_000_000;
const HEAD: &str =
    r#""_type":"root","spec_version":"1.0.31","version":1,"expires":"2030-01-01T00:00:00Z","keys":{}"#;

/// A role with a name of 200,000 bytes and 100,000 keyids.
fn long_name() -> String {
    let (name, keyids) = ("x".repeat(200_000), vec!["\"\""; 100_000].join(","));
    format!(
        r#"{{"signatures":[],"signed":{{{HEAD},"roles":{{"{name}":{{"keyids":[{keyids}],"threshold":1}}}}}}}}"#
    )
}

#[test]
fn a_rule_that_is_broken_in_every_place_is_told_of_a_few() {
    for profile in Profile::ALL {
        let Ok(document) = Document::read(profile, long_name().as_bytes(), LIMIT) else { continue };
        let told: usize = document.found.iter().map(|found| found.place.len()).sum();
        assert!(document.found.len() < 200 && told < 100_000, "{}: {told} bytes", profile.name());
    }
}

#[test]
fn names_twice_are_told_within_the_memory_that_a_text_may_take() {
    let (name, twice) = ("x".repeat(200_000), vec!["\"a\":1"; 50_000].join(","));
    let text = format!(r#"{{"signatures":[],"signed":{{"_type":"root","{name}":{{{twice}}}}}}}"#);
    for profile in Profile::ALL {
        let refusal = Document::read(profile, text.as_bytes(), LIMIT).unwrap_err();
        let expected = if profile.is_peer() { "far more brackets" } else { "a second time" };
        assert!(refusal.what.contains(expected), "{}: {}", profile.name(), refusal.what);
    }
}

#[test]
fn a_name_that_nobody_can_review_is_no_fact() {
    let tree = Json::parse(long_name().as_bytes(), LIMIT).unwrap();
    let error = facts(tree.get("signed").unwrap()).unwrap_err().to_string();
    assert_eq!(error, "signed: a name of 200000 bytes, which is more than anybody can review");
}

#[test]
fn a_role_of_too_many_keyids_is_no_role() {
    let keyids = vec!["\"k\""; 16_385].join(",");
    let text = format!(r#"{{{HEAD},"roles":{{"root":{{"keyids":[{keyids}],"threshold":1}}}}}}"#);
    let error = Root::read(&Json::parse(text.as_bytes(), LIMIT).unwrap()).unwrap_err().to_string();
    assert_eq!(error, "signed.roles.root.keyids: more than 16384 keyids");
}

#[test]
fn not_every_one_of_very_many_signatures_is_looked_at() {
    let holder = Holder::ed25519(1);
    let key = read_key(&holder.object);
    let role = RoleKeys { keyids: vec![key.keyid.clone()], threshold: 1 };
    let keys = BTreeMap::from([(key.keyid.clone(), key.clone())]);
    let message = b"the canonical bytes".to_vec();
    let wrong = Signature { keyid: key.keyid.clone(), sig: "00".repeat(64) };
    let good = holder.sign(&message);
    // Up to eight by one keyid are looked at: the good one may be among them.
    let mut signatures = vec![wrong.clone(); 7];
    signatures.push(good.clone());
    assert!(tally(&keys, &role, &signatures, &message).met());
    signatures.insert(0, wrong);
    let late = tally(&keys, &role, &signatures, &message);
    assert!(!late.met());
    assert_eq!(late.ignored.last().unwrap().why, Why::TooMany);
}
