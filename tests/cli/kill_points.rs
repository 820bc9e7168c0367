//! `kill -9` at every write: the next command carries on, no half-written file is ever taken for a whole one, and no
//! signature that was made is lost.

use std::fs;
use std::os::unix::process::ExitStatusExt as _;

use tuf_ceremony::crypto::KeyAlgorithm;
use tuf_ceremony::crypto::software::SoftwareKey;
use tuf_ceremony::json::Json;
use tuf_ceremony::tuf::TOP_LEVEL;
use tuf_ceremony::tuf::build::{self, Common, RoleSpec};
use tuf_ceremony::tuf::envelope::{Envelope, Signature};
use tuf_ceremony::tuf::key::{Key, keyid_of, written_scheme};

use crate::kill_fixture::{
    DRAFT, FREEZE, PROVISION_ADA, Place, RELEASE, SIGN_ONE, SIGN_SEVERAL, Step, all_files,
};
use crate::kill_strace::{Point, points, present};

const SIGKILL: i32 = 9;

/// Kills the command at a point; everything that stands must be whole and stay.
fn kill_and_go_on(prepared: &Place, step: Step, point: &Point, look_first: bool) {
    let place = prepared.copy();
    let output = place.run(&point.inject("signal=SIGKILL"), step);
    assert_eq!(output.status.signal(), Some(SIGKILL), "{point:?} was not reached");
    place.check_whole();
    let before = place.files();
    place.go_on(step, look_first);
    let after = place.files();
    for (name, bytes) in
        before.iter().filter(|(name, _)| name.starts_with("signatures/") || name.starts_with("metadata/"))
    {
        assert_eq!(after.get(name), Some(bytes), "{name} was lost or changed");
    }
    place.check_recorded(&before);
}

/// Kills the command at every `stride`th of its points, at least `least` in all.
fn sweep(test: &str, step: Step, stride: usize, least: usize) {
    if !present(test) {
        return;
    }
    let prepared = Place::before(step);
    let points = points(&prepared, step);
    assert!(points.len() >= least, "only {} points: {points:?}", points.len());
    for (number, point) in points.iter().enumerate().step_by(stride) {
        // A panic below says what is wrong; this says where.
        println!("{step:?}, point {number} of {}: {point:?}", points.len());
        // `status` needs payloads, and must not need anything that a dead process left undone.
        let look_first =
            (number / stride).is_multiple_of(2) && prepared.dir().join("payloads/index.json").exists();
        kill_and_go_on(&prepared, step, point, look_first);
    }
}

#[test]
fn token_provision_carries_on() {
    sweep("token_provision_carries_on", PROVISION_ADA, 1, 20);
}

#[test]
fn draft_carries_on() {
    sweep("draft_carries_on", DRAFT, 4, 25);
}

#[test]
fn freeze_carries_on() {
    sweep("freeze_carries_on", FREEZE, 5, 45);
}

#[test]
fn sign_carries_on_with_several_payloads() {
    sweep("sign_carries_on_with_several_payloads", SIGN_SEVERAL, 1, 30);
}

#[test]
fn sign_carries_on_with_one_payload() {
    sweep("sign_carries_on_with_one_payload", SIGN_ONE, 1, 15);
}

#[test]
fn release_carries_on() {
    sweep("release_carries_on", RELEASE, 1, 35);
}

#[test]
#[ignore = "slow: every point of the commands that are sampled otherwise"]
fn every_point_of_every_command_carries_on() {
    for step in [DRAFT, FREEZE] {
        sweep("every_point_of_every_command_carries_on", step, 1, 25);
    }
}

/// The one command that cuts a file: it repairs the record first.
#[test]
fn the_repair_of_the_record_carries_on() {
    if !present("the_repair_of_the_record_carries_on") {
        return;
    }
    let place = Place::before(SIGN_ONE);
    let file = place.dir().join("transcript.jsonl");
    let whole = fs::read(&file).unwrap();
    fs::write(&file, [&whole[..], &b"{\"actor\":".repeat(200)[..]].concat()).unwrap();
    let found = points(&place, SIGN_ONE);
    let cut = found
        .iter()
        .position(|point| point.call == "ftruncate")
        .expect("the rest is longer than what follows");
    // Up to where the record is mended, and a little further.
    for (number, point) in found.iter().enumerate().take(cut + 4) {
        println!("point {number}: {point:?}");
        kill_and_go_on(&place, SIGN_ONE, point, number.is_multiple_of(2));
        let copy = place.copy();
        copy.run(&point.inject("signal=SIGKILL"), SIGN_ONE);
        copy.expect(SIGN_ONE, 3);
        let record = fs::read_to_string(copy.dir().join("transcript.jsonl")).unwrap();
        assert!(record.contains("\"event\":\"repaired\""), "the repair itself left no trace");
    }
}

#[test]
fn new_carries_on() {
    if !present("new_carries_on") {
        return;
    }
    let prepared = Place::new();
    fs::remove_dir_all(prepared.dir()).unwrap();
    fs::write(prepared.outside().join("root.json"), trusted_root()).unwrap();
    let new = |place: &Place| -> Vec<String> {
        let words = ["new", "DIR/ceremony", "--template", "minimal", "--trusted", "DIR/root.json"];
        words.map(|word| word.replace("DIR", place.outside().to_str().unwrap())).to_vec()
    };
    let words =
        |owned: &[String]| owned.iter().map(|word| word.clone().leak() as &str).collect::<Vec<&str>>();
    let expected = {
        let copy = prepared.copy();
        copy.expect(&words(&new(&copy)), 0);
        all_files(&copy.dir())
    };
    assert_eq!(expected.keys().collect::<Vec<_>>(), ["ceremony.toml", "trusted/1.root.json"]);
    let copy = prepared.copy();
    let found = points(&copy, &words(&new(&copy)));
    assert!(found.len() >= 15, "{found:?}");
    for point in &found {
        println!("new: {point:?}");
        let place = prepared.copy();
        let step = new(&place);
        let output = place.run(&point.inject("signal=SIGKILL"), &words(&step));
        assert_eq!(output.status.signal(), Some(SIGKILL), "{point:?} was not reached");
        for (name, bytes) in place.files() {
            assert!(Some(&bytes) == expected.get(&name), "{name}");
        }
        let again = place.end(&words(&step));
        let made =
            again.code == 5 && again.err.contains("ceremony.toml exists already, and nothing is overwritten");
        assert!(again.code == 0 || made, "{}{}", again.out, again.err);
        let after = all_files(&place.dir());
        assert!(after == expected, "{:?}", after.keys());
    }
}

/// A root that is signed and from no rehearsal.
fn trusted_root() -> Vec<u8> {
    let private = SoftwareKey::from_seed(KeyAlgorithm::Ed25519, &[7; 32]).unwrap();
    let object = Key::write(private.public(), written_scheme(KeyAlgorithm::Ed25519).unwrap(), None);
    let common = Common {
        version: 1,
        expires: "2040-01-01T00:00:00Z".parse().unwrap(),
        spec_version: "1.0.31".to_owned(),
        rehearsal: false,
    };
    let role = |name: &str| (name.to_owned(), RoleSpec { keys: vec![object.clone()], threshold: 1 });
    let signed: Json = build::root(None, &common, true, &TOP_LEVEL.map(role).into());
    let sig = tuf_ceremony::crypto::hex::encode(&private.sign(&signed.canonical()));
    Envelope::publish(&signed, &[Signature { keyid: keyid_of(&object), sig }])
}
