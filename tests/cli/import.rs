//! What lies beside a trusted root when it is imported: current, signed, and all of it.

use std::fs;

use serde_json::{Value, json};

use crate::later::PLANNED;
use crate::rehearsal::{PLAN, released};
use crate::room::Room;
use crate::world::{World, keyid, object};

/// Delegations to one role.
pub fn delegations(name: &str, keys: &[&str]) -> Value {
    let objects: serde_json::Map<String, Value> = keys.iter().map(|key| (keyid(key), object(key))).collect();
    let keyids: Vec<String> = keys.iter().map(|key| keyid(key)).collect();
    let role =
        json!({ "name": name, "keyids": keyids, "threshold": 1, "paths": ["*"], "terminating": false });
    json!({ "keys": objects, "roles": [role] })
}

/// Import is refused because of one file, and nothing is made.
#[track_caller]
fn refused(world: &World, first: &Room, file: &str, problem: &str) {
    let room = Room::new();
    let (directory, from) = (room.directory(), first.path("").display().to_string());
    let root = world.path("1.root.json").display().to_string();
    let done = room.run(&["new", &directory, "--from", &from, "--trusted", &root, "--planned", PLANNED]);
    let told = format!("error: {} is not what it should be: {problem}\n", world.path(file).display());
    assert!(done.err.starts_with(&told), "{}", done.err);
    assert_eq!(done.code, 1);
    assert!(!room.path("").exists());
}

#[test]
fn metadata_that_its_threshold_has_not_signed_is_refused() {
    let first = released();
    let unsigned = "it is not signed by the threshold of its role";
    for (file, keys) in [
        ("1.targets.json", &["ada"][..]),
        ("1.targets.json", &["ada", "ada"]),
        ("1.targets.json", &["online", "ada"]),
        ("1.snapshot.json", &["ada", "ben"]),
        ("timestamp.json", &[]),
    ] {
        let world = World::of(&first);
        world.change(file, file, keys, |signed| signed["x-note"] = json!(1));
        refused(&world, &first, file, unsigned);
    }
    // Somebody's other words under an honest signature.
    let world = World::of(&first);
    let text = fs::read_to_string(world.path("1.targets.json")).unwrap();
    fs::write(world.path("1.targets.json"), text.replace("2101-12-14", "2101-12-15")).unwrap();
    refused(&world, &first, "1.targets.json", unsigned);
}

#[test]
fn metadata_of_another_kind_or_without_a_version_is_refused() {
    let first = released();
    let world = World::of(&first);
    fs::copy(world.path("1.targets.json"), world.path("1.snapshot.json")).unwrap();
    refused(&world, &first, "1.snapshot.json", "it is no snapshot metadata, but \"targets\"");
    let world = World::of(&first);
    world.change("1.targets.json", "1.targets.json", &["ada", "ben"], |signed| {
        signed.as_object_mut().unwrap().remove("version");
    });
    refused(&world, &first, "1.targets.json", "it says no version");
}

#[test]
fn the_listed_versions_are_taken_and_older_ones_stay_behind() {
    let first = released();
    let world = World::of(&first);
    world.publish_targets(2, |_| ());
    world.publish_targets(3, |_| ());
    // Somebody has put a fourth there that nothing lists yet.
    world.change("3.targets.json", "4.targets.json", &["ada", "ben"], |signed| signed["version"] = json!(4));
    let room = world.followed(&first);
    // It comes along: should the snapshot turn out to be an attacker's, it is the newest that its role has signed.
    let all = ["1.root.json", "3.snapshot.json", "3.targets.json", "4.targets.json", "timestamp.json"];
    assert_eq!(room.names("trusted"), all);
}

#[test]
fn without_a_snapshot_the_highest_version_is_taken() {
    let first = released();
    let world = World::of(&first);
    world.publish_targets(2, |_| ());
    for name in ["1.snapshot.json", "2.snapshot.json", "timestamp.json"] {
        fs::remove_file(world.path(name)).unwrap();
    }
    let room = world.followed(&first);
    assert_eq!(room.names("trusted"), ["1.root.json", "2.targets.json"]);
    // Which versions clients hold is not known: a snapshot from nothing could be a rollback.
    let what = "no snapshot is among what was imported, so that the version to go on from is not known";
    let next =
        "Copy all that is published, and start again with `new --trusted` and the newest root in that copy.";
    room.run(&["plan"]).failed(3, what, next);
    room.run(&["draft"]).failed(3, what, next);
}

#[test]
fn a_root_alone_is_followed_alone() {
    let first = released();
    let world = World::of(&first);
    for name in ["1.snapshot.json", "1.targets.json", "timestamp.json"] {
        fs::remove_file(world.path(name)).unwrap();
    }
    let room = world.followed(&first);
    assert_eq!(room.names("trusted"), ["1.root.json"]);
    room.freeze();
    assert_eq!(room.names("drafts"), ["root.json"]);
    for key in ["ada", "ben"] {
        room.signs_all(key);
    }
    let said = room.run(&["release"]).ok().out;
    let words: Vec<&str> = said.split_whitespace().collect();
    for told in [
        "Roots alone were judged: what is below them is not here, or others sign it anew.",
        "The timestamp.json that is published stays as it is",
    ] {
        assert!(words.join(" ").contains(told), "{said}");
    }
}

#[test]
fn a_repository_without_versions_in_its_names_is_imported() {
    let plain = PLAN.replace("script = \"genesis\"", "script = \"genesis\"\nconsistent_snapshot = false");
    let first = crate::later::released_with(&plain);
    let room = crate::later::after(&first.path(""));
    assert_eq!(room.names("trusted"), ["1.root.json", "snapshot.json", "targets.json", "timestamp.json"]);
    room.change(&["refresh"]).ok();
    room.freeze();
    for role in ["root", "targets", "snapshot", "timestamp"] {
        assert_eq!(room.json(&format!("drafts/{role}.json"))["signed"]["version"], json!(2), "{role}");
    }
    for key in ["ada", "ben", "online"] {
        room.signs_all(key);
    }
    room.run(&["release"]).ok();
    let released =
        ["1.root.json", "2.root.json", "root.json", "snapshot.json", "targets.json", "timestamp.json"];
    assert_eq!(room.names("metadata"), released);
}

/// A repository whose targets delegate to `one`, with Dan's key, and that to `two`, with Cem's.
pub fn deep(first: &Room) -> World {
    deep_by(first, "dan")
}

/// The same, where `one` has this key.
fn deep_by(first: &Room, one: &str) -> World {
    let world = World::of(first);
    world.publish_targets(2, |signed| signed["delegations"] = delegations("one", &[one]));
    let mut leaf = world.signed("1.targets.json");
    world.put("1.two.json", &leaf, &["cem"]);
    leaf["delegations"] = delegations("two", &["cem"]);
    world.put("1.one.json", &leaf, &[one]);
    world.publish_snapshot(3, |meta| {
        meta["targets.json"] = json!({ "version": 2 });
        meta["one.json"] = json!({ "version": 1, "length": 77, "hashes": { "sha256": "00".repeat(32) } });
        meta["two.json"] = json!({ "version": 1 });
    });
    world
}

#[test]
fn delegated_roles_are_imported_at_every_level() {
    let first = released();
    let world = deep(&first);
    let room = world.followed(&first);
    let all =
        ["1.one.json", "1.root.json", "1.two.json", "2.targets.json", "3.snapshot.json", "timestamp.json"];
    assert_eq!(room.names("trusted"), all);
    assert_eq!(room.refusing(), [""; 0]);
    // Each must be signed as its delegator says.
    let world = deep(&first);
    world.change("1.two.json", "1.two.json", &["dan"], |_| ());
    refused(&world, &first, "1.two.json", "it is not signed by the threshold of its role");
}

#[test]
fn a_key_that_goes_is_followed_through_every_level() {
    let first = released();
    let room = deep(&first).followed(&first);
    room.change(&[
        "replace-key",
        "cem",
        "--by",
        "cem-2",
        "--old-serial",
        "R3",
        "--serial",
        "R6",
        "--reason",
        "lost",
    ])
    .ok();
    room.provision("cem-2").ok();
    assert_eq!(room.refusing(), [""; 0]);
    room.freeze();
    // `one` lists another key for `two`, which must be signed with it; the snapshot lists both.
    for (role, version) in [("root", 2), ("one", 2), ("two", 2), ("snapshot", 4), ("timestamp", 4)] {
        assert_eq!(room.json(&format!("drafts/{role}.json"))["signed"]["version"], json!(version), "{role}");
    }
    assert!(
        !room.path("drafts/targets.json").exists(),
        "it is signed by Ada and Ben, and lists no key that goes"
    );
    let meta = room.json("drafts/snapshot.json")["signed"]["meta"].clone();
    let listed = ["targets.json", "one.json", "two.json"].map(|file| meta[file].clone());
    assert_eq!(listed, [json!({ "version": 2 }), json!({ "version": 2 }), json!({ "version": 2 })]);
}

/// What a stranger signs cannot be made here: it is named, and does not hold up the night.
#[test]
fn a_key_that_goes_stays_where_others_sign_and_they_are_named() {
    let first = released();
    let room = deep_by(&first, "somebody").followed(&first);
    room.change(&[
        "replace-key",
        "cem",
        "--by",
        "cem-2",
        "--old-serial",
        "R3",
        "--serial",
        "R6",
        "--reason",
        "lost",
    ])
    .ok();
    room.provision("cem-2").ok();
    assert_eq!(room.refusing(), [""; 0]);
    let plan = room.run(&["plan", "--json"]).json();
    let checks = plan["checks"].as_array().unwrap();
    let warns =
        checks.iter().find(|one| one["check"] == "ROOT-REVOKED" && one["outcome"] == "warns").unwrap();
    let next = "Have it signed anew by those who run it, without the key, before or after this release.";
    assert_eq!(
        (&warns["what"], &warns["next"]),
        (
            &json!(
                "the revoked key cem is still in two (delegated by one); two (delegated by one) keeps 0 keys, and its threshold is 1"
            ),
            &json!(next)
        )
    );
    room.freeze();
    assert!(!room.path("drafts/one.json").exists() && !room.path("drafts/two.json").exists());
}

/// Two roles delegate to one, each with a key of its own: what is signed for one way must not be lost for the other.
#[test]
fn a_role_that_two_delegate_to_is_signed_for_both() {
    let first = released();
    let world = World::of(&first);
    let mut both = delegations("one", &["dan", "cem"]);
    both["roles"][0]["keyids"] = json!([keyid("dan")]);
    both["roles"][0]["paths"] = json!(["one/*"]);
    let mut two = both["roles"][0].clone();
    two["name"] = json!("two");
    two["paths"] = json!(["two/*"]);
    both["roles"].as_array_mut().unwrap().push(two);
    world.publish_targets(2, |signed| signed["delegations"] = both);
    let leaf = world.signed("1.targets.json");
    for (role, key) in [("one", "cem"), ("two", "ben")] {
        let mut signed = leaf.clone();
        signed["delegations"] = delegations("both", &[key]);
        world.put(&format!("1.{role}.json"), &signed, &["dan"]);
    }
    world.put("1.both.json", &leaf, &["cem", "ben"]);
    world.publish_snapshot(3, |meta| {
        meta["targets.json"] = json!({ "version": 2 });
        for role in ["one", "two", "both"] {
            meta[format!("{role}.json")] = json!({ "version": 1 });
        }
    });
    let what =
        "two roles delegate to both with different keys, and it would not be signed for both any longer";
    let next = "State [delegation.both] in ceremony.toml: its keys then count wherever it is delegated to.";
    for (key, old) in [("ben", "R2"), ("cem", "R3")] {
        let room = world.followed(&first);
        assert_eq!(room.refusing(), [""; 0]);
        let by = format!("{key}-2");
        room.change(&[
            "replace-key",
            key,
            "--by",
            &by,
            "--old-serial",
            old,
            "--serial",
            "R6",
            "--reason",
            "lost",
        ])
        .ok();
        room.provision(&by).ok();
        room.run(&["draft"]).failed(3, what, next);
        // What is told to be done helps.
        let stated = format!(
            "\n[delegation.both]\nkeys = [\"{by}\"]\nthreshold = 1\nexpires = \"6 months\"\npaths = [\"*\"]\n"
        );
        room.write("ceremony.toml", format!("{}{stated}", room.read("ceremony.toml")));
        room.run(&["draft"]).ok();
        for role in ["one", "two"] {
            let delegations = room.json(&format!("drafts/{role}.json"))["signed"]["delegations"].clone();
            assert_eq!(delegations["keys"].as_object().unwrap().len(), 1, "{delegations}");
        }
        assert_eq!(room.json("drafts/both.json")["signed"]["version"], json!(2));
    }
}

#[test]
fn files_that_stay_keep_what_the_snapshot_says_of_them() {
    let first = released();
    let room = deep(&first).followed(&first);
    room.freeze();
    let meta = room.json("drafts/snapshot.json")["signed"]["meta"].clone();
    assert_eq!(meta["targets.json"], json!({ "version": 3 }));
    assert_eq!(
        meta["one.json"],
        json!({ "version": 1, "length": 77, "hashes": { "sha256": "00".repeat(32) } })
    );
    assert_eq!(meta["two.json"], json!({ "version": 1 }));
}

#[test]
fn bins_are_imported_and_their_keys_change() {
    let first = released();
    let world = World::of(&first);
    let bins = json!({ "keyids": [keyid("dan")], "threshold": 1, "bit_length": 1, "name_prefix": "bin" });
    world.publish_targets(2, |signed| {
        let key = object("dan");
        signed["delegations"] = json!({ "keys": { keyid("dan"): key }, "succinct_roles": bins });
    });
    let leaf = world.signed("1.targets.json");
    for name in ["1.bin-0.json", "1.bin-1.json", "1.bin-2.json", "1.bin-00.json"] {
        world.put(name, &leaf, &["dan"]);
    }
    world.publish_snapshot(3, |meta| {
        meta["targets.json"] = json!({ "version": 2 });
        meta["bin-0.json"] = json!({ "version": 1 });
        meta["bin-1.json"] = json!({ "version": 1 });
    });
    let room = world.followed(&first);
    // Everything comes along, as nobody knows yet whose list can be believed.
    let all = [
        "1.bin-0.json",
        "1.bin-00.json",
        "1.bin-1.json",
        "1.bin-2.json",
        "1.root.json",
        "2.targets.json",
        "3.snapshot.json",
        "timestamp.json",
    ];
    assert_eq!(room.names("trusted"), all);
    room.change(&[
        "replace-key",
        "dan",
        "--by",
        "dan-2",
        "--old-serial",
        "R4",
        "--serial",
        "R6",
        "--reason",
        "lost",
    ])
    .ok();
    room.provision("dan-2").ok();
    assert_eq!(room.refusing(), [""; 0]);
    room.freeze();
    let drafts = ["bin-0.json", "bin-1.json", "root.json", "snapshot.json", "targets.json", "timestamp.json"];
    assert_eq!(room.names("drafts"), drafts);
    let delegations = room.json("drafts/targets.json")["signed"]["delegations"].clone();
    assert_eq!(delegations["succinct_roles"]["bit_length"], json!(1));
    assert_eq!(
        delegations["keys"].as_object().unwrap().values().collect::<Vec<_>>(),
        [&room.json("keys/dan-2/key.json")]
    );
}

/// A copy that lacks what is listed is no copy of what is published.
#[test]
fn a_copy_with_a_gap_is_refused() {
    let first = released();
    let gap = |world: &World, role: &str, version: i64| {
        let room = Room::new();
        let (directory, from) = (room.directory(), first.path("").display().to_string());
        let root = world.path("1.root.json").display().to_string();
        let what = format!(
            "version {version} of {role} is not in {}, and the metadata there lists it",
            world.typed()
        );
        let next = "Copy all that is published, and start again from the complete copy with `new --trusted`.";
        room.run(&["new", &directory, "--from", &from, "--trusted", &root]).failed(1, &what, next);
        assert!(!room.path("").exists());
    };
    let world = World::of(&first);
    world.publish_targets(2, |_| ());
    fs::remove_file(world.path("2.targets.json")).unwrap();
    gap(&world, "targets", 2);
    let world = World::of(&first);
    world.publish_snapshot(2, |_| ());
    fs::remove_file(world.path("2.snapshot.json")).unwrap();
    gap(&world, "snapshot", 2);
}

#[test]
fn a_file_under_the_name_of_another_version_is_refused() {
    let first = released();
    let world = World::of(&first);
    world.publish_targets(2, |_| ());
    world.change("2.targets.json", "2.targets.json", &["ada", "ben"], |signed| signed["version"] = json!(3));
    refused(&world, &first, "2.targets.json", "its name says version 2, and it is version 3");
}
