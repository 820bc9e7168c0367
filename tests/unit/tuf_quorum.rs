//! Counting signatures: people and not strings, and nothing that is not a valid signature of the role.

use std::collections::BTreeSet;

use proptest::prelude::*;
use tuf_ceremony::crypto::{KeyAlgorithm, SignatureError, hex};
use tuf_ceremony::json::Json;
use tuf_ceremony::tuf::chain::Link;
use tuf_ceremony::tuf::envelope::{Envelope, Signature};
use tuf_ceremony::tuf::key::{Key, KeyProblem, keyid_of};
use tuf_ceremony::tuf::root::{RoleKeys, Root};
use tuf_ceremony::tuf::verify::{Signer, Tally, Why, judge, signers, tally};

use crate::tuf_fixture::{Holder, json, keys, read_key};

const MESSAGE: &[u8] = b"{\"_type\":\"root\"}";

fn role(threshold: i64, keyids: &[&str]) -> RoleKeys {
    RoleKeys { keyids: keyids.iter().map(|keyid| (*keyid).to_owned()).collect(), threshold }
}

fn ignored(tally: &Tally) -> Vec<(&str, &Why)> {
    tally.ignored.iter().map(|ignored| (ignored.keyid.as_str(), &ignored.why)).collect()
}

fn keyids(signers: &[Signer]) -> Vec<&str> {
    signers.iter().map(|signer| signer.keyids[0].as_str()).collect()
}

#[test]
fn the_quorum_is_met_by_the_last_signature_and_by_no_fewer() {
    let holders = [
        Holder::ed25519(1),
        Holder::new(KeyAlgorithm::P256, 2),
        Holder::new(KeyAlgorithm::P384, 3),
        Holder::ed25519(4),
    ];
    let keys = keys(holders.iter().map(|holder| &holder.object));
    let role = role(3, &holders.each_ref().map(|holder| holder.keyid.as_str()));
    let signatures: Vec<_> = holders.iter().rev().map(|holder| holder.sign(MESSAGE)).collect();
    for signed in 0..=4 {
        let tally = tally(&keys, &role, &signatures[..signed], MESSAGE);
        assert_eq!((tally.counted.len(), tally.missing.len()), (signed, 4 - signed));
        assert_eq!((tally.met(), tally.short()), (signed >= 3, 3_usize.saturating_sub(signed)));
        assert_eq!(tally.ignored, []);
        // In the order of the role, whatever the order of the signatures.
        let expected: Vec<&str> = role.keyids.iter().map(String::as_str).collect();
        let (missing, counted) = expected.split_at(4 - signed);
        assert_eq!((keyids(&tally.counted), keyids(&tally.missing)), (counted.to_vec(), missing.to_vec()));
    }
}

#[test]
fn what_is_no_signature_of_the_role_is_ignored_for_its_own_reason() {
    let [ada, ben, eve] = [Holder::ed25519(1), Holder::new(KeyAlgorithm::P256, 2), Holder::ed25519(9)];
    let odd = json(r#"{"keytype":"sphincs","scheme":"sphincs-shake-128s","keyval":{"public":"00"}}"#);
    let mut keys = keys([&ada.object, &ben.object, &odd]);
    keys.extend([(eve.keyid.clone(), read_key(&eve.object))]);
    let (odd_id, gone) = (keyid_of(&odd), "00".repeat(32));
    let role = role(2, &[&ada.keyid, &ben.keyid, &odd_id, &gone]);
    let sig = |keyid: &str, sig: &str| Signature { keyid: keyid.to_owned(), sig: sig.to_owned() };
    let unknown =
        KeyProblem::Unknown { keytype: "sphincs".to_owned(), scheme: "sphincs-shake-128s".to_owned() };
    let true_one = ada.sign(MESSAGE);
    for (signature, why) in [
        (sig(&ada.keyid, ""), Why::Empty),
        (sig(&ada.keyid, "zz"), Why::NotHex),
        (sig(&ada.keyid, "abc"), Why::NotHex),
        (sig(&ada.keyid, " "), Why::NotHex),
        (sig(&ada.keyid, &format!("0x{}", true_one.sig)), Why::NotHex),
        (eve.sign(MESSAGE), Why::Foreign),
        (sig("", &true_one.sig), Why::Foreign),
        (ada.sign_as(&ada.keyid.to_uppercase(), MESSAGE), Why::Foreign),
        (ada.sign_as(&gone, MESSAGE), Why::Undefined),
        (sig(&odd_id, "00"), Why::UnusableKey(unknown)),
        (sig(&ada.keyid, "00"), Why::Invalid(SignatureError::Length { expected: 64, found: 1 })),
        (
            sig(&ada.keyid, &format!("{}00", true_one.sig)),
            Why::Invalid(SignatureError::Length { expected: 64, found: 65 }),
        ),
        (ada.sign(b"{\"_type\":\"rooT\"}"), Why::Invalid(SignatureError::Mismatch)),
        (eve.sign_as(&ada.keyid, MESSAGE), Why::Invalid(SignatureError::Mismatch)),
        (
            Holder::new(KeyAlgorithm::P256, 3).sign_as(&ben.keyid, MESSAGE),
            Why::Invalid(SignatureError::Mismatch),
        ),
    ] {
        assert_eq!(judge(&keys, &role, &signature, MESSAGE), Err(why.clone()), "{signature:?}");
        let alone = tally(&keys, &role, std::slice::from_ref(&signature), MESSAGE);
        assert_eq!((alone.counted.len(), ignored(&alone)), (0, vec![(signature.keyid.as_str(), &why)]));
        // Nor does it stand in the way of the valid ones, before or after them.
        let among = tally(&keys, &role, &[signature.clone(), ben.sign(MESSAGE), ada.sign(MESSAGE)], MESSAGE);
        assert_eq!((among.counted.len(), among.met(), among.ignored.len()), (2, true, 1));
        let last = tally(&keys, &role, &[ben.sign(MESSAGE), signature], MESSAGE);
        assert_eq!((last.counted.len(), last.met(), last.ignored.len()), (1, false, 1));
    }
    // Hex is read in either case.
    let upper = sig(&ada.keyid, &true_one.sig.to_uppercase());
    assert_eq!(judge(&keys, &role, &upper, MESSAGE), Ok(ada.private.public().fingerprint()));
}

#[test]
fn one_person_counts_once_however_often_and_under_whatever_keyid() {
    let ada = Holder::new(KeyAlgorithm::P256, 1);
    let ben = Holder::ed25519(2);
    // The same point under a second keyid by an extra field, and under a third by another encoding.
    let second = ada.renamed("x-copy");
    let spki = ada.private.public().to_spki_der();
    let third = Json::object([
        ("keytype", Json::from("ecdsa-sha2-nistp256")),
        ("scheme", Json::from("ecdsa-sha2-nistp256")),
        ("keyval", Json::object([("public", Json::from(hex::encode(&spki[spki.len() - 65..])))])),
    ]);
    let keys = keys([&ada.object, &second, &third, &ben.object]);
    let (second, third) = (keyid_of(&second), keyid_of(&third));
    let role = role(2, &[&ada.keyid, &second, &third, &ada.keyid, &ben.keyid]);
    assert_eq!(signers(&keys, &role).len(), 2);

    let [one, again] = [ada.sign(MESSAGE), ada.sign(MESSAGE)];
    let twice = tally(&keys, &role, &[one.clone(), again], MESSAGE);
    assert!(!twice.met());
    assert_eq!(
        (twice.counted[0].signatures, ignored(&twice)),
        (1, vec![(ada.keyid.as_str(), &Why::Repeated)])
    );

    let renamed = [ada.sign_as(&third, MESSAGE), one, ada.sign_as(&second, MESSAGE)];
    let renamed = tally(&keys, &role, &renamed, MESSAGE);
    assert_eq!((renamed.met(), renamed.short(), renamed.counted.len()), (false, 1, 1));
    let same = Why::SameMaterial { first: third.clone() };
    assert_eq!(ignored(&renamed), [(ada.keyid.as_str(), &same), (second.as_str(), &same)]);
    let signer = &renamed.counted[0];
    assert_eq!((signer.signatures, signer.keyids[0].as_str(), signer.keyids.len()), (3, third.as_str(), 3));
    assert_eq!(renamed.missing[0].material, ben.private.public().fingerprint());

    let both = tally(&keys, &role, &[ada.sign_as(&third, MESSAGE), ben.sign(MESSAGE)], MESSAGE);
    assert!(both.met());
}

#[test]
fn only_what_is_foreign_to_one_root_and_counts_for_the_other_is_left_out() {
    let (ada, ben, eve) = (Holder::ed25519(1), Holder::ed25519(2), Holder::ed25519(3));
    let keys = keys([&ada.object, &ben.object, &eve.object]);
    let signatures = [ada.sign(MESSAGE), ada.sign(MESSAGE), ben.sign(MESSAGE), eve.sign(MESSAGE)];
    let old = tally(&keys, &role(1, &[&ada.keyid, &ben.keyid]), &signatures, MESSAGE);
    let new = tally(&keys, &role(1, &[&ada.keyid]), &signatures, MESSAGE);
    let repeated = (ada.keyid.as_str(), &Why::Repeated);
    let foreign = (eve.keyid.as_str(), &Why::Foreign);
    assert_eq!(ignored(&new), [repeated, (ben.keyid.as_str(), &Why::Foreign), foreign]);
    // Ben is of the old root; Eve is of neither, and Ada has signed twice for both.
    assert_eq!(ignored(&new.clone().without_those_counted_by(Some(&old))), [repeated, foreign]);
    assert_eq!(ignored(&new.clone().without_those_counted_by(None)), ignored(&new));
}

#[test]
fn an_invalid_signature_does_not_use_up_a_keyid() {
    let ada = Holder::ed25519(1);
    let keys = keys([&ada.object]);
    let role = role(1, &[&ada.keyid]);
    let tally = tally(&keys, &role, &[ada.sign(b"other"), ada.sign(MESSAGE)], MESSAGE);
    assert!(tally.met());
    assert_eq!(ignored(&tally), [(ada.keyid.as_str(), &Why::Invalid(SignatureError::Mismatch))]);
}

#[test]
fn a_threshold_that_cannot_be_reached_is_not_met() {
    let ada = Holder::ed25519(1);
    let keys = keys([&ada.object]);
    for threshold in [2, i64::from(u32::MAX) + 1, i64::MAX] {
        let tally = tally(&keys, &role(threshold, &[&ada.keyid]), &[ada.sign(MESSAGE)], MESSAGE);
        assert!(!tally.met());
        assert_eq!(tally.short(), usize::try_from(threshold).unwrap() - 1);
    }
    // `RoleKeys::read` refuses these; a tally made without it fails closed.
    assert!(!tally(&keys, &role(-1, &[]), &[], MESSAGE).met());
}

/// Root metadata of these holders, with this version and threshold.
fn root(version: i64, threshold: i64, holders: &[&Holder]) -> Json {
    let ids = Json::strings(holders.iter().map(|holder| holder.keyid.as_str()));
    let object = Json::object([("keyids", ids), ("threshold", Json::Int(threshold))]);
    let keys = holders.iter().map(|holder| (holder.keyid.clone(), holder.object.clone())).collect();
    Json::object([
        ("_type", Json::from("root")),
        ("expires", Json::from("2030-01-01T00:00:00Z")),
        ("keys", Json::Obj(keys)),
        ("roles", Json::object([("root", object)])),
        ("spec_version", Json::from("1.0.31")),
        ("version", Json::Int(version)),
    ])
}

#[test]
fn a_new_root_needs_the_old_threshold_and_its_own() {
    let [ada, ben, cleo, dora] = [1, 2, 3, 4].map(Holder::ed25519);
    let trusted = Root::read(&root(4, 2, &[&ada, &ben])).unwrap();
    let link = |version, signers: &[&Holder]| {
        let signed = root(version, 2, &[&ben, &cleo, &dora]);
        let message = signed.canonical();
        let signatures = signers.iter().map(|holder| holder.sign(&message)).collect();
        let next = Root::read(&signed).unwrap();
        let envelope = Envelope { signed, signatures, kind: "root".to_owned() };
        Link::verify(Some(&trusted), &envelope, &next)
    };
    let met = |link: &Link| (link.old.as_ref().unwrap().met(), link.new.met(), link.holds());
    assert_eq!(met(&link(5, &[&ada, &ben, &cleo])), (true, true, true));
    assert_eq!(met(&link(5, &[&ada, &ben])), (true, false, false));
    assert_eq!(met(&link(5, &[&ben, &cleo, &dora])), (false, true, false));
    assert_eq!(met(&link(5, &[&cleo, &ada])), (false, false, false));
    for version in [3, 4, 6] {
        let skipped = link(version, &[&ada, &ben, &cleo]);
        assert_eq!(met(&skipped), (true, true, false), "{version}");
        assert!(!skipped.consecutive());
    }
}

/// What a junk signature can be made of, for a role of three people of whom one has two keyids.
#[derive(Clone, Debug)]
enum Junk {
    Valid(usize),
    OtherMessage(usize),
    ByAnother(usize, usize),
    Text(usize, String),
    Flipped(usize, usize),
}

fn junk() -> impl Strategy<Value = Junk> {
    prop_oneof![
        (0..5_usize).prop_map(Junk::Valid),
        (0..5_usize).prop_map(Junk::OtherMessage),
        (0..5_usize, 0..5_usize).prop_map(|(claimed, signer)| Junk::ByAnother(claimed, signer)),
        (0..5_usize, "[0-9a-fA-Fxz ]{0,8}").prop_map(|(claimed, text)| Junk::Text(claimed, text)),
        (0..5_usize, 0..128_usize).prop_map(|(signer, at)| Junk::Flipped(signer, at)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_multiset_of_signatures_counts_more_than_its_distinct_valid_people(
        pieces in proptest::collection::vec(junk(), 0..10), threshold in 1_i64..5,
    ) {
        // Keyids 0 to 3 belong to people 0, 1, 2, 0; keyid 4 is no member of the role.
        let people = [1, 2, 3, 9].map(Holder::ed25519);
        let person = |slot: usize| &people[[0, 1, 2, 0, 3][slot]];
        let copy = people[0].renamed("x-copy");
        let ids: [String; 5] = std::array::from_fn(|slot| match slot {
            3 => keyid_of(&copy),
            _ => person(slot).keyid.clone(),
        });
        let keys = keys(people.iter().map(|holder| &holder.object).chain([&copy]));
        let role = role(threshold, &[&ids[0], &ids[1], &ids[2], &ids[3]]);
        let mut valid = BTreeSet::new();
        let signatures: Vec<_> = pieces.into_iter().map(|piece| match piece {
            Junk::Valid(slot) => {
                if slot < 4 { valid.insert(slot % 3); }
                person(slot).sign_as(&ids[slot], MESSAGE)
            }
            Junk::OtherMessage(slot) => person(slot).sign_as(&ids[slot], b"other"),
            Junk::ByAnother(claimed, slot) => {
                if claimed < 4 && person(claimed).keyid == person(slot).keyid { valid.insert(claimed % 3); }
                person(slot).sign_as(&ids[claimed], MESSAGE)
            }
            Junk::Text(slot, sig) => Signature { keyid: ids[slot].clone(), sig },
            Junk::Flipped(slot, at) => {
                let mut signature = person(slot).sign_as(&ids[slot], MESSAGE);
                let digit = if signature.sig.as_bytes()[at] == b'0' { "1" } else { "0" };
                signature.sig.replace_range(at..=at, digit);
                signature
            }
        }).collect();
        let tally = tally(&keys, &role, &signatures, MESSAGE);
        prop_assert_eq!(tally.counted.len(), valid.len());
        prop_assert_eq!(tally.counted.len() + tally.missing.len(), 3);
        prop_assert_eq!(tally.counted.len() + tally.ignored.len(), signatures.len());
        prop_assert_eq!(tally.met(), i64::try_from(valid.len()).unwrap() >= threshold);
    }
}

#[test]
fn keys_of_counts_each_defined_key_once() {
    let [ada, ben] = [Holder::ed25519(1), Holder::ed25519(2)];
    let mut signed = root(1, 1, &[&ada, &ben]);
    let roles = signed.as_object_mut().unwrap().get_mut("roles").unwrap().as_object_mut().unwrap();
    let listed = Json::strings([ben.keyid.as_str(), "ff", &ada.keyid, &ben.keyid]);
    roles.insert("targets".to_owned(), Json::object([("keyids", listed), ("threshold", Json::Int(1))]));
    let root = Root::read(&signed).unwrap();
    let found: Vec<&str> = root.keys_of("targets").into_iter().map(|key: &Key| key.keyid.as_str()).collect();
    assert_eq!(found, [ben.keyid.as_str(), ada.keyid.as_str()]);
    assert!(root.keys_of("snapshot").is_empty());
}
