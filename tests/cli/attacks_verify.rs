//! `verify` on directories that are missing, from a rehearsal, damaged, or made to keep it busy.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value, json};
use tuf_ceremony::crypto::hex;
use tuf_ceremony::crypto::software::SoftwareKey;
use tuf_ceremony::crypto::{KeyAlgorithm, Scheme};
use tuf_ceremony::tuf::key::{Key, keyid_of};

use crate::attacks::tree;
use crate::rehearsal::released;
use crate::room::{Done, Room};

/// A minute after the ceremony of [`crate::rehearsal::PLAN`].
const THEN: &str = "2101-01-14T15:01:00Z";

/// A release, and a good copy of its first root beside it.
fn published() -> Room {
    let room = released();
    fs::copy(room.path("metadata/1.root.json"), room.beside("trusted.json")).unwrap();
    room
}

fn verify(room: &Room, more: &[&str]) -> Done {
    let (metadata, trusted) = (room.path("metadata"), room.beside("trusted.json"));
    let verify = ["verify", metadata.to_str().unwrap(), "--trusted", trusted.to_str().unwrap(), "--at", THEN];
    room.run_in_time(&[&verify, more].concat())
}

#[test]
fn a_directory_that_is_not_there_is_not_accepted() {
    let room = published();
    fs::rename(room.path("metadata"), room.beside("moved")).unwrap();
    let what = format!("{} does not exist", room.path("metadata").display());
    let next = "Check the name; it counts from the folder that you are in.";
    assert_eq!(verify(&room, &[]).failed(5, &what, next), "");
    assert_eq!(verify(&room, &["--roots-only"]).failed(5, &what, next), "");
    fs::write(room.path("metadata"), "").unwrap();
    assert_eq!(verify(&room, &["--roots-only"]).code, 5);
}

#[test]
fn what_was_made_in_a_rehearsal_is_called_that() {
    let room = published();
    for more in [&[][..], &["--roots-only"]] {
        let done = verify(&room, more).ok();
        let end = "\nREHEARSAL: this was made in a rehearsal; nobody may trust it.\nAt 2101-01-14T15:01:00Z: ACCEPTED\n";
        assert!(done.out.ends_with(end), "{}", done.out);
        let json = verify(&room, &[&["--json"], more].concat()).ok().json();
        assert_eq!((&json["accepted"], &json["rehearsal"]), (&json!(true), &json!(true)));
    }
}

/// Clients that trust the root already do not fetch it again; the next ones start from this copy.
#[test]
fn a_published_root_that_is_another_is_refused() {
    type Damage = (&'static str, fn(&Room, &str));
    let broken: [Damage; 4] = [
        ("is not the root", |room, file| room.forge(file, |signed| signed["version"] = json!(2))),
        ("is not the root", |room, file| {
            room.forge(file, |signed| signed["roles"]["root"]["threshold"] = json!(1));
        }),
        ("is not the root", |room, file| {
            let mut metadata = room.json(file);
            metadata["signatures"].as_array_mut().unwrap().pop();
            room.write(file, metadata.to_string());
        }),
        ("line 1", |room, file| room.write(file, "{")),
    ];
    for name in ["1.root.json", "root.json"] {
        for (told, damage) in broken {
            let room = published();
            damage(&room, &format!("metadata/{name}"));
            for more in [&[][..], &["--roots-only"]] {
                let done = verify(&room, more);
                assert_eq!((done.code, done.err.as_str()), (1, ""), "{done:?}");
                let verdict = done.out.split_once("Z: REFUSED: ").unwrap().1;
                assert!(verdict.starts_with(name) && verdict.contains(told), "{done:?}");
            }
        }
    }
}

#[test]
fn a_published_root_that_is_missing_is_no_matter() {
    let room = published();
    fs::remove_file(room.path("metadata/1.root.json")).unwrap();
    verify(&room, &[]).ok();
    fs::remove_file(room.path("metadata/root.json")).unwrap();
    verify(&room, &[]).ok();
}

#[test]
fn pipes_are_named_and_not_waited_for() {
    for name in ["1.root.json", "root.json", "2.root.json", "timestamp.json", "1.targets.json"] {
        let room = published();
        let place = room.path(&format!("metadata/{name}"));
        let _ = fs::remove_file(&place);
        room.pipe(&place);
        let next = "Move it away, and put the file there that was meant.";
        assert_eq!(
            verify(&room, &[]).failed(5, &format!("{} is not a plain file", place.display()), next),
            ""
        );
    }
    let room = published();
    fs::remove_file(room.beside("trusted.json")).unwrap();
    room.pipe(&room.beside("trusted.json"));
    assert_eq!(verify(&room, &[]).code, 5);
}

/// As many keys and roles as an attacker who has the keys of targets may write.
#[test]
fn many_delegations_by_many_keys_are_soon_verified() {
    const MANY: u16 = 300;
    let room = published();
    let key = |number: u16| {
        let mut seed = [7; 32];
        seed[..2].copy_from_slice(&number.to_be_bytes());
        SoftwareKey::from_seed(KeyAlgorithm::Ed25519, &seed).unwrap()
    };
    let object = |key: &SoftwareKey| Key::write(key.public(), Scheme::Ed25519, None);
    let keys: BTreeMap<String, Value> = (0..MANY)
        .map(|number| object(&key(number)))
        .map(|object| (keyid_of(&object), serde_json::from_slice(&object.canonical()).unwrap()))
        .collect();
    let keyids: Vec<&String> = keys.keys().collect();
    let role = |number: u16| json!({ "keyids": keyids, "name": format!("d{number}"), "paths": ["*"], "terminating": false, "threshold": 1 });
    let mut targets = room.json("metadata/1.targets.json")["signed"].clone();
    let leaf = targets.clone();
    targets["delegations"] = json!({ "keys": keys, "roles": (0..MANY).map(role).collect::<Vec<_>>() });
    room.forge_release("1.targets.json", &targets, &["ada", "ben"]);
    let mut snapshot = room.json("metadata/1.snapshot.json")["signed"].clone();
    let last = key(MANY - 1);
    let sig = hex::encode(&last.sign(&tree(&leaf).canonical()));
    let leaf = json!({ "signatures": [{ "keyid": keyid_of(&object(&last)), "sig": sig }], "signed": leaf });
    let leaf = tree(&leaf).to_disk();
    for number in 0..MANY {
        snapshot["meta"][format!("d{number}.json")] = json!({ "version": 1 });
        room.write(&format!("metadata/1.d{number}.json"), &leaf);
    }
    room.forge_release("1.snapshot.json", &snapshot, &["online"]);
    let done = verify(&room, &["--json"]).ok().json();
    assert_eq!(done["files"].as_array().unwrap().len(), usize::from(MANY) + 4);
}
