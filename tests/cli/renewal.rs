//! What a later ceremony makes besides the root: what can no longer stay, in versions that go on from those that are published.

use serde_json::{Value, json};

use crate::compromise::{ANSWERS, keys, ready};
use crate::later::{carrying_over, later};
use crate::rehearsal::released;
use crate::room::Room;
use crate::world::World;

/// The largest version that all clients read alike.
const LAST: i64 = 9_007_199_254_740_991;

/// What is made, with versions, and what is left to others.
fn made(room: &Room) -> (Vec<(String, i64)>, Vec<String>) {
    let plan = room.run(&["plan", "--json"]).json();
    let roles = plan["roles"].as_array().unwrap().iter();
    let roles =
        roles.map(|role| (role["role"].as_str().unwrap().to_owned(), role["version"].as_i64().unwrap()));
    let left = plan["left"].as_array().unwrap().iter().map(|role| role.as_str().unwrap().to_owned());
    (roles.collect(), left.collect())
}

#[track_caller]
fn makes(room: &Room, roles: &[(&str, i64)], left: &[&str]) {
    let (made, others) = made(room);
    let made: Vec<(&str, i64)> = made.iter().map(|(role, version)| (role.as_str(), *version)).collect();
    assert_eq!(
        (made.as_slice(), others.as_slice()),
        (roles, left.iter().map(|role| (*role).to_owned()).collect::<Vec<_>>().as_slice())
    );
    assert_eq!(room.refusing(), [""; 0]);
    room.freeze();
    let drafts: Vec<String> = room.names("drafts");
    let mut expected: Vec<String> = roles.iter().map(|(role, _)| format!("{role}.json")).collect();
    expected.sort();
    assert_eq!(drafts, expected);
}

#[test]
fn a_refresh_makes_every_role_that_the_plan_states() {
    makes(&later(), &[("root", 2), ("targets", 2), ("snapshot", 2), ("timestamp", 2)], &[]);
    // A delegation that is carried over is not the plan's.
    makes(&carrying_over(), &[("root", 2), ("targets", 2), ("snapshot", 2), ("timestamp", 2)], &[]);
    let stated = crate::later::after(&crate::later::released_with(&crate::later::delegating()).path(""));
    let all = [("root", 2), ("targets", 2), ("nightly", 2), ("snapshot", 2), ("timestamp", 2)];
    makes(&stated, &all, &[]);
}

#[test]
fn a_change_of_the_root_leaves_what_its_keys_still_sign() {
    let room = later();
    room.change(&["set-threshold", "root", "3"]).ok();
    makes(&room, &[("root", 2)], &[]);
    // Targets are signed by Ada and Ben: without Cem they still are, without Ben no longer.
    let room = later();
    room.change(&["revoke-key", "cem", "--reason", "lost"]).ok();
    makes(&room, &[("root", 2)], &[]);
    let room = later();
    room.change(&["revoke-key", "ben", "--reason", "lost"]).ok();
    makes(&room, &[("root", 2), ("targets", 2), ("snapshot", 2), ("timestamp", 2)], &[]);
    // A threshold that what is published does not reach.
    let room = later();
    room.change(&["set-threshold", "targets", "3"]).ok();
    makes(&room, &[("root", 2), ("targets", 2), ("snapshot", 2), ("timestamp", 2)], &[]);
}

#[test]
fn a_new_online_key_signs_snapshot_and_timestamp_anew() {
    let room = later();
    room.change(&["rotate-online", "--by", "online-2", "--serial", "R10"]).ok();
    room.provision("online-2").ok();
    makes(&room, &[("root", 2), ("snapshot", 2), ("timestamp", 2)], &[]);
    let meta = room.json("drafts/snapshot.json")["signed"]["meta"].clone();
    assert_eq!(meta, json!({ "targets.json": { "version": 1 } }));
}

/// The online key is in a service: it is on no token here, and what it signs is left to the service.
#[test]
fn what_no_token_of_the_plan_signs_is_left_to_those_who_run_it() {
    let room = later();
    let online = "[key.online]\nscheme = \"ed25519\"\n";
    let token = format!("{online}token = {{ kind = \"rehearsal\", serial = \"R9\" }}\n");
    room.edit("ceremony.toml", &token, &format!("{online}public = \"keys/online/public.pem\"\n"));
    makes(&room, &[("root", 2), ("targets", 2)], &["snapshot", "timestamp"]);
    let shown = room.run(&["plan"]).ok().out;
    assert!(shown.contains("snapshot, timestamp"), "{shown}");
    let room = later();
    room.edit("ceremony.toml", &token, &format!("{online}public = \"keys/online/public.pem\"\n"));
    room.change(&["set-threshold", "root", "3"]).ok();
    makes(&room, &[("root", 2)], &[]);
}

#[test]
fn a_delegated_role_whose_keys_are_elsewhere_is_left() {
    let room = carrying_over();
    // Nightly is signed by Dan and the online key; Dan's place goes to a key that is nowhere here.
    let public = later().read("keys/online/public.pem");
    std::fs::write(room.beside("new.pem"), public).unwrap();
    room.change(&["revoke-key", "online", "--reason", "lost"]).refused(
        1,
        "ROOT-REVOKED",
        "snapshot would keep 0 keys, and its threshold is 1; timestamp would keep 0 keys, and its threshold is 1",
        "Nothing was changed. First add a key, `change add-key NAME --role snapshot --role timestamp …`, then revoke; or do \
         both at once with `change replace-key` or `change rotate-online`.",
    );
    let dan = "[key.dan]\nholder = \"dan\"\nscheme = \"ed25519\"\n";
    let token = format!("{dan}token = {{ kind = \"rehearsal\", serial = \"R4\" }}\n");
    room.edit("ceremony.toml", &token, &format!("{dan}public = \"keys/dan/public.pem\"\n"));
    room.change(&["rotate-online", "--by", "online-2", "--serial", "R10"]).ok();
    room.provision("online-2").ok();
    let (roles, left) = made(&room);
    let roles: Vec<&str> = roles.iter().map(|(role, _)| role.as_str()).collect();
    // It is still signed by Dan, who is in it still.
    assert_eq!((roles.as_slice(), left.len()), (&["root", "targets", "snapshot", "timestamp"][..], 0));
}

/// Versions go on from the highest that is published, listed or not.
#[test]
fn versions_go_on_from_the_highest() {
    let first = released();
    let world = World::of(&first);
    world.publish_targets(7, |_| ());
    makes(&world.followed(&first), &[("root", 2), ("targets", 8), ("snapshot", 8), ("timestamp", 8)], &[]);
}

/// Somebody who has the online key has published the largest versions.
fn inflated(first: &Room) -> Room {
    let world = World::of(first);
    world.publish_targets(2, |_| ());
    world.change("2.snapshot.json", &format!("{LAST}.snapshot.json"), &["online"], |signed| {
        signed["version"] = json!(LAST);
    });
    world.change("timestamp.json", "timestamp.json", &["online"], |signed| {
        signed["version"] = json!(LAST);
        signed["meta"]["snapshot.json"]["version"] = json!(LAST);
    });
    ready(world.followed(first))
}

#[test]
fn there_is_no_version_after_the_last() {
    let first = released();
    let room = inflated(&first);
    let names = room.names("trusted");
    let all = [
        "1.root.json",
        "2.snapshot.json",
        "2.targets.json",
        "9007199254740991.snapshot.json",
        "timestamp.json",
    ];
    assert_eq!(names, all);
    let before = room.noticed();
    let what = "snapshot has version 9007199254740991, and there is none after it that all clients read";
    let next = "If somebody inflated it, revoke the keys of timestamp and snapshot as compromised: clients then forget what \
                they saw. `tuf-ceremony compromise` leads through it.";
    for command in ["plan", "draft"] {
        room.run(&[command]).failed(3, what, next);
    }
    room.only_recorded(&before, &[]);
    // A change is made all the same, and says that more must change.
    let said = room.change(&["set-expiry", "timestamp", "8 days"]).ok().out;
    let words = said.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains(&format!("Nothing can be drafted by now: {what}. {next}")), "{said}");
    // Keys that do not help are not taken out.
    let before = room.read("ceremony.toml");
    room.run(&keys(&["ada"], &ANSWERS)).failed(3, what, next);
    assert_eq!(room.difference(&before), "");
    assert!(!room.path("brief.md").exists() && !room.path("script.md").exists());
}

#[test]
fn what_somebody_inflated_is_passed_over_once_the_keys_are_in_doubt() {
    let first = released();
    let room = inflated(&first);
    room.run(&keys(&["online"], &ANSWERS)).ok();
    makes(&room, &[("root", 2), ("snapshot", 3), ("timestamp", 1)], &[]);
    let snapshot = room.json("drafts/snapshot.json")["signed"]["meta"].clone();
    assert_eq!(snapshot, json!({ "targets.json": { "version": 2 } }));
    let timestamp = room.json("drafts/timestamp.json")["signed"]["meta"].clone();
    assert_eq!(timestamp["snapshot.json"]["version"], json!(3));
    // The old key is not only joined by a new one: it goes.
    let root: Value = room.json("drafts/root.json")["signed"].clone();
    for role in ["snapshot", "timestamp"] {
        assert_eq!(root["roles"][role]["keyids"].as_array().unwrap().len(), 1);
    }
}

/// A key that is only added makes no client forget (spec 5.3.11).
#[test]
fn a_key_that_is_added_is_no_rotation() {
    let room = ready(later());
    let text = room.read("ceremony.toml");
    let revoke = "\n[[revoke]]\nkey = \"online\"\nreason = \"compromised\"\n";
    let timestamp = "[role.timestamp]\nkeys = [\"online\"]";
    let snapshot = "[role.snapshot]\nkeys = [\"online\"]";
    let text = text
        .replace("change = \"refresh\"", "change = \"revoke\"")
        .replace(timestamp, "[role.timestamp]\nkeys = [\"online-2\"]")
        .replace(snapshot, "[role.snapshot]\nkeys = [\"online\", \"online-2\"]")
        .replace("standby_for = \"online\"\n", "");
    room.write("ceremony.toml", format!("{text}{revoke}"));
    assert_eq!(room.refusing(), ["ROOT-FAST-FORWARD", "ROOT-REVOKED"]);
    let shown = room.run(&["plan"]).out;
    let told =
        "ROOT-FAST-FORWARD FAILS: a timestamp or snapshot key is compromised, and snapshot keeps its keys\n";
    assert!(shown.contains(told), "{shown}");
}
