//! The root commits to the record: what is in it, what keeps it, and what is found when either was changed.

use std::fs;

use serde_json::{Value, json};
use tuf_ceremony::crypto::tlog::tree::Tree;

use crate::later::PLANNED;
use crate::rehearsal::{KEYS, PLAN, frozen, provisioned, released, signed};
use crate::room::Room;
use crate::world::World;

const CHANGED: &str = "The record or the root was changed after the freeze. Stop, keep this directory as it is, and compare both \
                       with another copy.";

/// The head of the first lines of the record.
fn head(room: &Room, lines: usize) -> String {
    let record = room.read("transcript.jsonl");
    Tree::of(record.lines()).root(lines).unwrap().to_hex()
}

fn commitment(room: &Room) -> Value {
    room.frozen_as("root")["x-tuf-ceremony"].clone()
}

/// Where the record has its last freeze, counted from 0.
fn last_freeze(room: &Room) -> usize {
    room.lines().iter().rposition(|line| line["event"] == "frozen").unwrap()
}

#[test]
fn the_root_commits_to_all_that_was_recorded_before_its_freeze() {
    let room = frozen();
    let size = last_freeze(&room);
    let expected = json!({
        "id": "rehearsal-1",
        "origin": "packages.example.org/rehearsal-1",
        "root_hash": head(&room, size),
        "size": size,
    });
    assert_eq!(commitment(&room), expected);
    // The key of the sitting that froze it is among that.
    assert_eq!(room.lines()[size - 1]["event"], "sitting-opened");
    for role in ["targets", "snapshot", "timestamp"] {
        assert!(room.frozen_as(role).get("x-tuf-ceremony").is_none());
    }
    let review = room.run(&["review", "root"]).ok().out;
    let words = format!("commits to the first {size} lines of the record of ceremony rehearsal-1, log");
    assert!(review.split_whitespace().collect::<Vec<_>>().join(" ").contains(&words), "{review}");
    assert!(review.contains("+ the record of its ceremony\n"), "{review}");
}

#[test]
fn freezing_again_keeps_the_payload_and_its_signatures() {
    let room = frozen();
    room.sign("ada").ok();
    let (digest, committed) = (room.digest("root"), commitment(&room));
    room.freeze();
    assert_eq!((room.digest("root"), commitment(&room)), (digest.clone(), committed));
    assert!(room.run(&["status"]).out.contains("signed:  Ada (ada)"));
    // And after another plan, which was given up.
    room.edit("ceremony.toml", "expires = \"1 year\"", "expires = \"13 months\"");
    room.freeze();
    assert_ne!(room.digest("root"), digest);
    room.edit("ceremony.toml", "expires = \"13 months\"", "expires = \"1 year\"");
    room.freeze();
    assert_eq!(room.digest("root"), digest);
    for key in ["ben", "online"] {
        room.sign(key).ok();
    }
    room.run(&["release"]).ok();
}

/// The record has all that is needed to make it again.
#[test]
fn a_payload_that_is_lost_is_made_again_to_the_byte() {
    let room = frozen();
    let file = format!("payloads/{}.canonical", room.digest("root"));
    let before = room.read(&file);
    fs::remove_dir_all(room.path("payloads")).unwrap();
    room.run(&["freeze"]).ok();
    assert_eq!(room.read(&file), before);
}

#[test]
fn the_policy_can_switch_it_off() {
    let room = Room::new();
    room.write("ceremony.toml", PLAN.replace("rehearsal = true\n", "rehearsal = true\ncommitment = false\n"));
    for key in KEYS {
        room.provision(key).ok();
    }
    room.freeze();
    assert!(room.frozen_as("root").get("x-tuf-ceremony").is_none());
    let digest = room.digest("root");
    room.freeze();
    assert_eq!(room.digest("root"), digest);
    for key in ["ada", "ben", "online"] {
        room.sign(key).ok();
    }
    room.run(&["release"]).ok();
    room.run(&["seal"]).ok();
    // What nobody asked for is not signed, whatever it says.
    let other = frozen();
    let committed = other.frozen_as("root");
    let room = provisioned();
    room.edit("ceremony.toml", "rehearsal = true\n", "rehearsal = true\ncommitment = false\n");
    room.freeze();
    let digest = room.forge_payload(&committed);
    let mut index = room.json("payloads/index.json");
    index["root"]["1"] = json!(digest);
    room.forge_index(&index);
    let refused = room.run(&["sign", "--key", "ada", "--confirm", &digest[..8]]);
    assert!(
        refused.err.starts_with("error [PLAN-INTENT]: root: not in the plan: the record of its ceremony"),
        "{refused:?}"
    );
}

#[test]
fn switching_it_means_another_payload() {
    let room = frozen();
    let digest = room.digest("root");
    room.edit("ceremony.toml", "rehearsal = true\n", "rehearsal = true\ncommitment = false\n");
    room.freeze();
    assert!(room.frozen_as("root").get("x-tuf-ceremony").is_none());
    room.edit("ceremony.toml", "rehearsal = true\ncommitment = false\n", "rehearsal = true\n");
    room.freeze();
    assert_eq!(room.digest("root"), digest);
}

/// Somebody changes what the root commits to, between freeze and signature.
#[track_caller]
fn not_signed(change: impl FnOnce(&Room, &mut Value), what: &str, next: &str) {
    let room = frozen();
    room.forge_sitting();
    let size = room.lines().len();
    let mut root = room.frozen_as("root");
    root["x-tuf-ceremony"]["size"] = json!(size);
    root["x-tuf-ceremony"]["root_hash"] = json!(head(&room, size));
    change(&room, &mut root);
    let digest = room.lay_payload(&root);
    let mut index = room.json("payloads/index.json");
    index["root"]["1"] = json!(digest);
    room.forge_index(&index);
    let before = room.tree();
    let refused = room.run(&["sign", "--key", "ada", "--confirm", &digest[..8]]);
    refused.refused(
        1,
        "RECORD-CHAIN",
        &format!("root version 1 {}", what.replace('N', &size.to_string())),
        next,
    );
    room.only_recorded(&before, &["found", "refused"]);
}

#[test]
fn a_changed_commitment_is_not_signed() {
    let other = "commits to another tree head than the first N lines of the record have: one of lines 1 to N was changed, or the \
                 root was";
    let hash = |_: &Room, root: &mut Value| root["x-tuf-ceremony"]["root_hash"] = json!("ab".repeat(32));
    not_signed(hash, other, CHANGED);
    let size = |_: &Room, root: &mut Value| root["x-tuf-ceremony"]["size"] = json!(4000);
    let room = frozen();
    room.forge_sitting();
    // The freeze that is forged, and what `sign` records before it looks.
    let lines = room.lines().len() + 3;
    let more = format!(
        "commits to the first 4000 lines of the record, which has {lines}: lines at its end are missing"
    );
    not_signed(size, &more, CHANGED);
    let id = |_: &Room, root: &mut Value| root["x-tuf-ceremony"]["id"] = json!("rehearsal-9");
    let elsewhere = "commits to the record packages.example.org/rehearsal-1 of ceremony rehearsal-9, and this is \
                     packages.example.org/rehearsal-1 of ceremony rehearsal-1";
    not_signed(id, elsewhere, CHANGED);
    // The head of fewer lines is a head that the record had, too.
    let less = |room: &Room, root: &mut Value| {
        root["x-tuf-ceremony"]["size"] = json!(2);
        root["x-tuf-ceremony"]["root_hash"] = json!(head(room, 2));
    };
    let early =
        "commits to the first 2 lines of the record, and line 3 does not say that it was frozen there";
    not_signed(less, early, CHANGED);
}

#[test]
fn a_missing_or_odd_commitment_is_not_signed() {
    let next = "Find out who changed it, and run `draft` and `freeze` again.";
    let missing = "does not commit to the record, and ceremony.toml asks for that";
    let none = |_: &Room, root: &mut Value| drop(root.as_object_mut().unwrap().remove("x-tuf-ceremony"));
    not_signed(none, missing, next);
    // Nothing else is signed along.
    let more = |_: &Room, root: &mut Value| root["x-tuf-ceremony"]["note"] = json!("signed, too");
    not_signed(more, missing, next);
}

/// Somebody makes the whole record anew, after the root was signed.
#[test]
fn a_record_that_is_made_anew_contradicts_the_root() {
    let room = released();
    let size = last_freeze(&room);
    room.remake(|lines| lines[1]["time"] = json!("2026-01-01T00:00:00Z"));
    let told = format!(
        "RECORD-CHAIN FAILS: root version 1 commits to another tree head than the first {size} lines of the record have: one of \
         lines 1 to {size} was changed, or the root was\n"
    );
    for command in [&["status"][..], &["transcript", "show"]] {
        let done = room.run(command);
        assert!(done.out.contains(&told), "{done:?}");
        assert_eq!(done.code, 1, "{done:?}");
    }
    let sealed = room.run(&["seal"]);
    assert_eq!(sealed.code, 1, "{sealed:?}");
    assert!(!room.path("checkpoint").exists());
}

/// The published root says something else than the record, be it signed or not.
#[test]
fn a_published_root_is_held_to_the_record() {
    let room = released();
    let size = last_freeze(&room);
    room.forge("metadata/1.root.json", |root| root["x-tuf-ceremony"]["root_hash"] = json!("cd".repeat(32)));
    let status = room.run(&["status"]);
    let told = format!(
        "RECORD-CHAIN FAILS: metadata/1.root.json commits to another tree head than the first {size} lines of the record have"
    );
    assert!(status.out.contains(&told), "{status:?}");
    assert_eq!(status.code, 1);
    let sealed = room.run(&["seal"]);
    assert_eq!(sealed.code, 1, "{sealed:?}");
    assert!(sealed.err.starts_with("error [RECORD-CHAIN]: metadata/1.root.json"), "{sealed:?}");
}

#[test]
fn lines_that_are_cut_off_are_missed_by_the_root() {
    let room = signed();
    let size = last_freeze(&room);
    let record = room.read("transcript.jsonl");
    // Up to a line that closes a sitting: the chain itself is whole.
    let short: Vec<&str> = record.lines().take(size - 1).collect();
    room.write("transcript.jsonl", short.join("\n") + "\n");
    let done = room.run(&["status"]);
    let lines = size - 1;
    let told = format!(
        "root version 1 commits to the first {size} lines of the record, which has {lines}: lines at its end are missing"
    );
    assert!(done.out.contains(&told), "{done:?}");
}

/// What the root before says, in whatever form, is no part of the next one.
#[test]
fn a_later_root_does_not_inherit_it() {
    let first = released();
    let odd = [
        None,
        Some(json!("a string")),
        Some(json!([1, { "id": 7 }])),
        Some(json!({ "id": ["x"], "size": -1, "root_hash": "zz", "origin": null })),
        Some(json!({ "id": "other", "origin": "a\u{1b}[2J\nb", "root_hash": "00".repeat(32), "size": 0 })),
    ];
    for odd in odd {
        let world = World::of(&first);
        if let Some(odd) = &odd {
            world.change("1.root.json", "1.root.json", &["ada", "ben"], |signed| {
                signed["x-tuf-ceremony"] = odd.clone();
            });
        }
        // Another root of the same version would be refused.
        first.write("metadata/1.root.json", fs::read(world.path("1.root.json")).unwrap());
        let room = Room::new();
        let (directory, from) = (room.directory(), first.directory());
        let root = world.path("1.root.json").display().to_string();
        room.run(&["new", &directory, "--from", &from, "--planned", PLANNED, "--trusted", &root]).ok();
        room.run(&["draft"]).ok();
        assert!(room.json("drafts/root.json")["signed"].get("x-tuf-ceremony").is_none());
        room.run(&["freeze"]).ok();
        let size = last_freeze(&room);
        assert_eq!(
            commitment(&room),
            json!({
                "id": "rehearsal-2",
                "origin": "packages.example.org/rehearsal-2",
                "root_hash": head(&room, size),
                "size": size,
            }),
            "{odd:?}"
        );
        let review = room.run(&["review", "root"]).ok().out;
        assert!(!review.contains('\u{1b}'), "{review}");
        assert!(review.contains("of ceremony rehearsal-2") || review.contains("ceremony\n    "), "{review}");
        room.run(&["inspect", &root]).ok();
    }
}
