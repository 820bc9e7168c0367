//! `inspect` of metadata in other dialects.

use serde_json::Value;
use tuf_ceremony::crypto::hex;

use crate::python::python;
use crate::room::Room;

const SAMPLES: &str = include_str!("../unit/dialect_samples.py");

/// The samples, each file as hex.
fn samples(test: &str) -> Option<Value> {
    Some(serde_json::from_slice(&python(test, SAMPLES, b"")?).unwrap())
}

#[test]
fn inspect_names_the_dialect_and_judges_a_root_by_its_own_keys() {
    let test = "inspect_names_the_dialect_and_judges_a_root_by_its_own_keys";
    let Some(samples) = samples(test) else { return };
    let room = Room::new();
    for (dialect, name) in [("notary", "Notary 1"), ("go-tuf", "TUF 0.9 (go-tuf)")] {
        let root = samples[dialect]["good"]["files"]["root.json"].as_str().unwrap();
        room.write("root.json", hex::decode(root).unwrap());
        let path = room.path("root.json").display().to_string();
        let text = room.run(&["inspect", &path]).ok().out;
        let keyid = |key: &str| samples["keyids"][dialect][key].as_str().unwrap().to_owned();
        for line in [
            format!("  dialect: {name}"),
            "  version: 2".to_owned(),
            "  expires: 2035-07-17T16:19:21.101698314-07:00".to_owned(),
            "  role targets: threshold: 1".to_owned(),
            format!("  key {}: keyid: is the one that this dialect computes", keyid("targets")),
            format!("  signature of {}: valid, by a key of this root", keyid("second")),
        ] {
            assert!(text.lines().any(|one| one == line), "{line} is not in\n{text}");
        }
        let machine = room.run(&["inspect", &path, "--json"]).ok().json();
        assert_eq!(machine[0]["facts"]["dialect"], name);
        let signatures = machine[0]["signatures"].as_object().unwrap();
        assert_eq!(signatures[&keyid("second")], "valid, by a key of this root");
        let foreign = "does not count by this root's own keys: its key is not one of this role";
        assert_eq!(signatures[&keyid("first")], foreign);
    }
}

#[test]
fn inspect_shows_what_is_invisible_and_says_what_is_misshapen() {
    let Some(samples) = samples("inspect_shows_what_is_invisible_and_says_what_is_misshapen") else {
        return;
    };
    let room = Room::new();
    let targets = samples["notary"]["good"]["files"]["targets.json"].as_str().unwrap();
    room.write("targets.json", hex::decode(targets).unwrap());
    let text = room.run(&["inspect", &room.path("targets.json").display().to_string()]).ok().out;
    assert!(text.contains(": not judged: its key is named in another file\n"), "{text}");
    // A line separator in a name could break a line of the output.
    assert!(text.contains("a\\u{2028}b"), "{text}");

    room.write("root.json", r#"{"signed":{"_type":"Root","version":1},"signatures":[]}"#);
    let path = room.path("root.json").display().to_string();
    room.run(&["inspect", &path]).failed(
        1,
        &format!("{path}: not TUF metadata: metadata.signed: the field \"expires\" is missing"),
        "Fetch the file again from where it was published; nothing was changed.",
    );
}

#[test]
fn what_is_not_checked_of_a_dialect_is_not_asked_for_in_vain() {
    let Some(samples) = samples("what_is_not_checked_of_a_dialect_is_not_asked_for_in_vain") else { return };
    let room = Room::new();
    for (dialect, name) in [("notary", "Notary 1"), ("go-tuf", "TUF 0.9 (go-tuf)")] {
        for (file, bytes) in samples[dialect]["good"]["files"].as_object().unwrap() {
            room.write(&format!("{dialect}/{file}"), hex::decode(bytes.as_str().unwrap()).unwrap());
        }
        let folder = room.path(dialect).display().to_string();
        let root = room.path(&format!("{dialect}/root.json")).display().to_string();
        for option in ["--state", "--targets"] {
            let done = room.run(&["verify", &folder, "--trusted", &root, option, &folder]);
            let what = format!("--state and --targets are for TUF 1.0, and this is metadata of {name}");
            let next = "Leave them out: of this dialect the signatures and the chain are checked, and neither rollback nor \
                        target files.";
            done.failed(2, &what, next);
        }
    }
}
