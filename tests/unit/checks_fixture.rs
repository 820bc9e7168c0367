//! What the tests of the checks have in common: assertions on findings, keys, roots and signatures.

use std::collections::BTreeMap;

use tuf_ceremony::checks::{Check, Finding, Outcome};
use tuf_ceremony::crypto::digest::Sha256Digest;
use tuf_ceremony::crypto::software::SoftwareKey;
use tuf_ceremony::crypto::{KeyAlgorithm, PublicKey, Scheme, hex};
use tuf_ceremony::json::Json;
use tuf_ceremony::json::view::At;
use tuf_ceremony::tuf::build::{self, Common, RoleSpec};
use tuf_ceremony::tuf::envelope::Signature;
use tuf_ceremony::tuf::key::{Key, keyid_of};
use tuf_ceremony::tuf::root::Root;

/// Asserts that a check holds, and by what evidence.
#[track_caller]
pub fn passes(finding: &Finding, check: Check, evidence: &str) {
    assert_eq!(finding, &Finding::pass(check, evidence));
    assert!(!finding.refuses() && finding.trouble().is_none());
}

/// Asserts that a check refuses, for what reason, and that it says what to do.
#[track_caller]
pub fn refuses(finding: &Finding, check: Check, what: &str) {
    assert!(finding.refuses(), "{finding:?}");
    troubles(finding, check, what);
}

/// Asserts that a check warns and does not refuse, for what reason, and that it says what to do.
#[track_caller]
pub fn warns(finding: &Finding, check: Check, what: &str) {
    assert!(matches!(finding.outcome, Outcome::Warn(_)) && !finding.refuses(), "{finding:?}");
    troubles(finding, check, what);
}

#[track_caller]
fn troubles(finding: &Finding, check: Check, what: &str) {
    let trouble = finding.trouble().expect("a trouble");
    assert_eq!((finding.check, trouble.what.as_str()), (check, what));
    let sentence = trouble.next.ends_with('.') && trouble.next.starts_with(char::is_uppercase);
    assert!(sentence && !trouble.next.contains("  "), "not a sentence: {:?}", trouble.next);
}

/// The Ed25519 key number `seed`.
pub fn software(seed: u8) -> SoftwareKey {
    SoftwareKey::from_seed(KeyAlgorithm::Ed25519, &[seed; 32]).unwrap()
}

/// Its key object.
pub fn object(seed: u8) -> Json {
    Key::write(software(seed).public(), Scheme::Ed25519, None)
}

/// Its keyid.
pub fn keyid(seed: u8) -> String {
    keyid_of(&object(seed))
}

/// Its material.
pub fn material(seed: u8) -> Sha256Digest {
    software(seed).public().fingerprint()
}

/// Its material under a name, as the checks of revoked keys want it.
pub fn named(name: &str, seed: u8) -> (String, Sha256Digest) {
    (name.to_owned(), material(seed))
}

/// A key object as a file lists it.
pub fn listed(keyid: &str, object: &Json) -> Key {
    Key::read(keyid, &At::new(object, "key")).unwrap()
}

/// The same, under the keyid that it should have.
pub fn honest(object: &Json) -> Key {
    listed(&keyid_of(object), object)
}

/// A key object from its three strings.
pub fn strange(keytype: &str, scheme: &str, public: &str) -> Json {
    let keyval = Json::object([("public", Json::from(public))]);
    Json::object([("keytype", Json::from(keytype)), ("scheme", Json::from(scheme)), ("keyval", keyval)])
}

/// A P-256 key in PEM.
pub fn p256() -> PublicKey {
    SoftwareKey::from_seed(KeyAlgorithm::P256, &[9; 32]).unwrap().public().clone()
}

/// The signed part of a root: version, and for each of the four roles its keys and threshold.
pub fn root_tree(version: i64, roles: [(&[u8], i64); 4]) -> Json {
    let common = Common {
        version,
        expires: "2028-01-14T15:00:00Z".parse().unwrap(),
        spec_version: "1.0.31".to_owned(),
        rehearsal: false,
    };
    let spec = |(seeds, threshold): (&[u8], i64)| RoleSpec {
        keys: seeds.iter().map(|seed| object(*seed)).collect(),
        threshold,
    };
    let names = ["root", "targets", "snapshot", "timestamp"];
    let roles: BTreeMap<String, RoleSpec> =
        names.into_iter().map(str::to_owned).zip(roles.map(spec)).collect();
    build::root(None, &common, true, &roles)
}

/// Three in five for root and targets, key 6 online.
pub const USUAL: [(&[u8], i64); 4] = [(&[1, 2, 3, 4, 5], 3), (&[1, 2, 3, 4, 5], 3), (&[6], 1), (&[6], 1)];

/// A root that nothing is wrong with.
pub fn usual_root(version: i64) -> Root {
    Root::read(&root_tree(version, USUAL)).unwrap()
}

/// A valid signature by key number `seed`.
pub fn signature(seed: u8, message: &[u8]) -> Signature {
    Signature { keyid: keyid(seed), sig: hex::encode(&software(seed).sign(message)) }
}
