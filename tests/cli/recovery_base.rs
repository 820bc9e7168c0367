//! `compromise`: what a recovery goes on from, where an attacker has signed what is published.

use std::fs;

use serde_json::{Value, json};

use crate::compromise::{ANSWERS, keys};
use crate::import::delegations;
use crate::later::{after, released_with};
use crate::rehearsal::PLAN;
use crate::room::Room;
use crate::world::World;

/// The highest version that clients read.
const HIGHEST: i64 = (1 << 53) - 1;

/// Cem and Dan sign targets, and are not enough for the root.
fn plan() -> String {
    PLAN.replace(
        "[role.targets]\nkeys = [\"ada\", \"ben\", \"cem\", \"dan\"]",
        "[role.targets]\nkeys = [\"cem\", \"dan\"]",
    )
    .replace("threshold = 2\nexpires = \"1 year\"", "threshold = 3\nexpires = \"1 year\"")
}

/// The files of a role, as `targets` lists them.
fn file(byte: &str) -> Value {
    json!({ "file": { "length": 3, "hashes": { "sha256": byte.repeat(32) } } })
}

/// What is published after the first ceremony: targets 2, which delegates to `one` with somebody's key.
fn published(first: &Room) -> World {
    let world = World::of(first);
    world.change("1.targets.json", "2.targets.json", &["cem", "dan"], |signed| {
        signed["version"] = json!(2);
        signed["targets"] = file("00");
        signed["delegations"] = delegations("one", &["somebody"]);
    });
    let mut one = world.signed("1.targets.json");
    one["targets"] = file("11");
    world.put("1.one.json", &one, &["somebody"]);
    world.publish_snapshot(2, |meta| {
        meta["targets.json"] = json!({ "version": 2 });
        meta["one.json"] = json!({ "version": 1 });
    });
    world
}

/// Targets of another version with this change, and what lists it.
fn publish(world: &World, version: i64, change: impl FnOnce(&mut Value)) {
    world.change("2.targets.json", &format!("{version}.targets.json"), &["cem", "dan"], |signed| {
        signed["version"] = json!(version);
        change(signed);
    });
    world.publish_snapshot(version, |meta| {
        meta["targets.json"] = json!({ "version": version });
        meta["one.json"] = json!({ "version": 1 });
    });
}

/// The wizard's answers for the keys of targets, with where the good metadata is.
fn targets<'a>(good: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let mut answers = ANSWERS[..6].to_vec();
    answers[5] = good;
    let by = ["--replace", "cem=R11", "--replace", "dan=R12"];
    keys(&[&["cem", "dan"], more].concat(), &[answers, by.to_vec()].concat())
}

fn make_keys(room: &Room, names: &[&str]) {
    for key in names {
        room.provision(key).ok();
    }
}

fn drafted(room: &Room, role: &str) -> Value {
    room.json(&format!("drafts/{role}.json"))["signed"].clone()
}

/// The service has listed what the attacker published: its snapshot is honest, and lists more than what is good.
#[test]
fn targets_are_taken_back_to_what_is_good_under_an_honest_snapshot() {
    let first = released_with(&plan());
    let good = published(&first);
    let today = published(&first);
    publish(&today, 40, |signed| signed["targets"] = file("66"));
    let room = today.followed(&first);
    room.run(&targets(&good.typed(), &[])).ok();
    assert!(room.path("script.md").exists() && room.path("brief.md").exists());
    assert!(room.path("good/2.targets.json").exists() && !room.path("good/40.targets.json").exists());
    make_keys(&room, &["cem-2", "dan-2"]);
    assert_eq!(room.refusing(), [""; 0]);
    room.freeze();
    // Nobody sees a version twice, and the files are those that were good.
    let made = drafted(&room, "targets");
    assert_eq!((&made["version"], &made["targets"]), (&json!(41), &file("00")));
    assert_eq!(drafted(&room, "snapshot")["meta"]["targets.json"]["version"], json!(41));
}

/// Whoever has the keys of targets says whose keys sign for what is below: that goes back with them.
#[test]
fn a_role_goes_back_with_what_delegates_to_it() {
    let first = released_with(&plan());
    let good = published(&first);
    let today = published(&first);
    publish(&today, 3, |signed| signed["delegations"] = delegations("one", &["online"]));
    let mut evil = today.signed("1.one.json");
    evil["version"] = json!(2);
    today.put("2.one.json", &evil, &["online"]);
    today.publish_snapshot(4, |meta| {
        meta["targets.json"] = json!({ "version": 3 });
        meta["one.json"] = json!({ "version": 2 });
    });
    // Somebody's key is not here, and clients have seen a second version: they have to forget it.
    let room = today.followed(&first);
    let what = "one goes back to version 1, nobody here can sign a later one, and clients that have seen one remember it";
    let next = "Name the keys of timestamp and snapshot as in doubt too: once all of them are replaced, clients forget.";
    room.run(&targets(&good.typed(), &[])).failed(3, what, next);
    assert!(!room.path("good/1.one.json").exists() && !room.path("brief.md").exists());
    let folder = good.typed();
    room.run(&[&targets(&folder, &["online"])[..], &["--replace", "online=R10"]].concat()).ok();
    let kept = |name: &str| fs::read(room.path(&format!("good/{name}"))).unwrap();
    assert_eq!(kept("1.one.json"), fs::read(good.path("1.one.json")).unwrap());
    assert!(!room.path("good/2.one.json").exists());
    make_keys(&room, &["cem-2", "dan-2", "online-2"]);
    room.freeze();
    let by = &drafted(&room, "targets")["delegations"]["roles"][0]["keyids"];
    assert_eq!(*by, json!([crate::world::keyid("somebody")]));
}

/// The attacker leaves out what targets delegates to, and nobody knows of any other copy than what lies there.
#[test]
fn what_an_attacker_leaves_out_is_not_lost() {
    let first = released_with(&plan());
    let today = published(&first);
    publish(&today, HIGHEST, |signed| drop(signed.as_object_mut().unwrap().remove("delegations")));
    let room = today.followed(&first);
    for name in ["2.targets.json", "1.one.json"] {
        assert!(room.path(&format!("trusted/{name}")).exists(), "{name}");
    }
    let all = targets("none", &["online"]);
    room.run(&[&all[..], &["--replace", "online=R10"]].concat()).ok();
    make_keys(&room, &["cem-2", "dan-2", "online-2"]);
    assert_eq!(room.refusing(), [""; 0]);
    room.freeze();
    let made = drafted(&room, "targets");
    assert_eq!((&made["version"], &made["targets"]), (&json!(3), &file("00")));
    assert_eq!(made["delegations"]["roles"][0]["name"], json!("one"));
    assert_eq!(drafted(&room, "snapshot")["meta"]["one.json"]["version"], json!(1));
}

/// Nothing but an attacker's version is there: what it lists is not taken for what was published, and not for nothing.
#[test]
fn a_role_that_is_an_attackers_alone_needs_what_was_good() {
    let first = released_with(&plan());
    let good = published(&first);
    let today = published(&first);
    publish(&today, HIGHEST, |_| ());
    for name in ["1.targets.json", "2.targets.json"] {
        fs::remove_file(today.path(name)).unwrap();
    }
    let room = today.followed(&first);
    let before = room.noticed();
    let by = ["--replace", "online=R10"];
    let what = "of targets there are only versions here that somebody made up";
    let next = "Start over with `new`, and name the last known good metadata with `compromise --good`: what it lists and delegates \
                to would be lost.";
    room.run(&[&targets("none", &["online"])[..], &by].concat()).failed(3, what, next);
    room.only_recorded(&before, &[]);
    // With that it goes on, in the same directory: nothing was written.
    let folder = good.typed();
    room.run(&[&targets(&folder, &["online"])[..], &by].concat()).ok();
    make_keys(&room, &["cem-2", "dan-2", "online-2"]);
    room.freeze();
    assert_eq!(drafted(&room, "targets")["version"], json!(3));
}

/// Two keys may each sign the timestamp, and one of them was taken: what the other has signed clients keep.
#[test]
fn a_version_that_clients_may_keep_is_not_guessed() {
    let two =
        "[key.shelf]\nscheme = \"ed25519\"\ntoken = { kind = \"rehearsal\", serial = \"R8\" }\n\n[role.root]";
    let first = released_with(
        &PLAN.replace("[role.root]", two).replace("keys = [\"online\"]", "keys = [\"online\", \"shelf\"]"),
    );
    let today = World::of(&first);
    today.publish_snapshot(HIGHEST, |_| ());
    let room = today.followed(&first);
    let ids = ["--old-serial", "R9", "--serial", "R10"];
    let replace =
        [&["replace-key", "online", "--by", "online-2", "--reason", "compromised"], &ids[..]].concat();
    room.change(&replace).ok();
    make_keys(&room, &["online-2"]);
    let before = room.tree();
    let what = "which version of timestamp clients hold is not known, and keys that may have signed it stay in snapshot and timestamp";
    let next = "Replace every key of timestamp and snapshot; or start over, and name the last known good metadata with \
                `compromise --good`.";
    room.run(&["draft"]).failed(3, what, next);
    room.only_recorded(&before, &[]);
    let room = today.followed(&first);
    let both = ["--replace", "online=R10", "--replace", "shelf=R11"];
    room.run(&keys(&["online", "shelf"], &[&ANSWERS[..6], &both].concat())).ok();
    make_keys(&room, &["online-2", "shelf-2"]);
    assert_eq!(room.refusing(), [""; 0]);
    // Or what was good before tells the version.
    let good = World::of(&first);
    let room = today.followed(&first);
    let folder = good.typed();
    let mut answers = ANSWERS;
    answers[5] = &folder;
    room.run(&keys(&["online"], &[&answers[..6], &both].concat())).ok();
    make_keys(&room, &["online-2", "shelf-2"]);
    room.freeze();
    assert_eq!(drafted(&room, "timestamp")["version"], json!(2));
}

/// What others say in the files that are made anew stays, beside each file that is listed too.
#[test]
fn what_is_said_of_listed_files_stays() {
    let first = released_with(&plan());
    let today = published(&first);
    let said =
        json!({ "version": 2, "length": 7, "hashes": { "sha256": "00".repeat(32) }, "x-note": "kept" });
    today.publish_snapshot(3, |meta| meta["targets.json"] = said);
    let room = today.followed(&first);
    room.change(&["refresh"]).ok();
    assert_eq!(room.refusing(), [""; 0]);
    room.freeze();
    assert_eq!(drafted(&room, "snapshot")["meta"]["targets.json"], json!({ "version": 3, "x-note": "kept" }));
}

/// What was imported tells versions, and what clients hold, also where another base was taken.
#[test]
fn what_was_imported_is_an_input_beside_what_is_good() {
    let first = released_with(&plan());
    let good = published(&first);
    let today = published(&first);
    publish(&today, 40, |signed| signed["targets"] = file("66"));
    let room = today.followed(&first);
    room.run(&targets(&good.typed(), &[])).ok();
    make_keys(&room, &["cem-2", "dan-2"]);
    room.freeze();
    today.change("timestamp.json", "timestamp.json", &["online"], |signed| signed["x-note"] = json!(1));
    fs::copy(today.path("timestamp.json"), room.path("trusted/timestamp.json")).unwrap();
    let digits = room.typed("root");
    let done = room
        .run_with_pin(tuf_ceremony::token::rehearsal::PIN, &["sign", "--key", "ada", "--confirm", &digits]);
    let what = "error [PLAN-DIGEST]: these are not what they were at the freeze: trusted/timestamp.json\n";
    assert!(done.err.starts_with(what), "{done:?}");
}

/// A refresh among other acts renews what it renews alone.
#[test]
fn a_refresh_among_other_acts() {
    let first = released_with(&plan());
    let room = published(&first).followed(&first);
    for acts in [&["set-threshold", "root", "2"][..], &["refresh"]] {
        room.change(acts).ok();
    }
    room.freeze();
    for (role, version) in [("root", 2), ("targets", 3), ("snapshot", 3), ("timestamp", 3)] {
        assert_eq!(drafted(&room, role)["version"], json!(version), "{role}");
    }
}

/// What was good before the services got new keys is signed by the old ones, and is as good as ever.
#[test]
fn what_was_good_may_be_older_than_the_keys_of_services() {
    let first = released_with(&plan());
    let good = published(&first);
    let second = good.followed(&first);
    let rotate = ["rotate-online", "--by", "online-2", "--serial", "R10"];
    second.change(&rotate).ok();
    make_keys(&second, &["online-2"]);
    second.freeze();
    for key in ["ada", "ben", "cem", "online-2"] {
        second.signs_all(key);
    }
    second.run(&["release"]).ok();
    let room = after(&second.path(""));
    let folder = good.typed();
    let mut answers = ANSWERS[..6].to_vec();
    answers[5] = &folder;
    let night = |more: &[&'static str]| keys(&["online-2"], &[&answers, more].concat());
    room.run(&night(&["--replace", "online-2=R11"])).ok();
    make_keys(&room, &["online-2-2"]);
    assert_eq!(room.refusing(), [""; 0]);
    room.freeze();
    // Versions go on from what clients have seen.
    assert_eq!(drafted(&room, "timestamp")["version"], json!(4));
    assert!(!room.path("good/timestamp.json").exists(), "nothing of it is needed");
}
