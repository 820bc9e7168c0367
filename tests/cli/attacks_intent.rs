//! Drafts, payloads, index and record were edited by hand: nothing but what the plan makes is signed or released.

use serde_json::{Value, json};

use crate::rehearsal::{KEYS, PLAN, frozen, signed};
use crate::room::Room;

/// A draft that was edited: PLAN-INTENT names what is not in the plan, and nothing is frozen.
#[track_caller]
fn not_frozen(role: &str, told: &str, change: impl FnOnce(&mut Value)) {
    let room = frozen();
    room.forge(&format!("drafts/{role}.json"), change);
    let before = room.tree();
    let done = room.run(&["freeze"]);
    assert_eq!(done.code, 1, "{done:?}");
    assert!(done.out.contains(&format!("PLAN-INTENT FAILS: {told}")), "{done:?}");
    room.only_recorded(&before, &["refused"]);
    let record = room.record();
    assert_eq!(record.last().unwrap()["data"]["check"], "PLAN-INTENT");
}

#[test]
fn a_target_file_that_the_plan_does_not_make_is_not_frozen() {
    not_frozen("targets", "targets: not in the plan: target evil.tar is added (3 bytes", |signed| {
        signed["targets"]["evil.tar"] = json!({ "length": 3, "hashes": { "sha256": "00".repeat(32) } });
    });
}

#[test]
fn a_delegation_that_the_plan_does_not_make_is_not_frozen() {
    not_frozen("targets", "targets: not in the plan: delegation ", delegate_everything);
}

fn delegate_everything(signed: &mut Value) {
    let key = json!({
        "keytype": "ed25519", "scheme": "ed25519",
        "keyval": { "public": "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a" },
    });
    let keyid = tuf_ceremony::tuf::key::keyid_of(&crate::attacks::tree(&key));
    signed["delegations"] = json!({
        "keys": { &keyid: key },
        "roles": [{
            "keyids": [keyid], "name": "evil", "paths": ["*"], "terminating": true, "threshold": 1,
        }],
    });
}

#[test]
fn another_version_is_not_frozen() {
    let told = "targets: not in the plan: version is 9007199254740991 instead of 1";
    not_frozen("targets", told, |signed| signed["version"] = json!(9_007_199_254_740_991_i64));
    let told = "timestamp: not in the plan: version is 9999999 instead of 1";
    not_frozen("timestamp", told, |signed| signed["version"] = json!(9_999_999));
}

#[test]
fn a_field_that_nobody_knows_is_not_frozen() {
    let told = "targets: not in the plan: field x-more is added (true)";
    not_frozen("targets", told, |signed| signed["x-more"] = json!(true));
}

#[test]
fn a_snapshot_that_is_none_or_lists_another_version_is_not_frozen() {
    let told = "snapshot version 1 cannot be read: signed.meta: the field \"snapshot.json\" is missing\n";
    not_frozen("snapshot", told, |signed| signed["_type"] = json!("timestamp"));
    let told = "snapshot: not in the plan: file targets.json is version 99 instead of version 1";
    not_frozen("snapshot", told, |signed| signed["meta"]["targets.json"]["version"] = json!(99));
}

/// The payloads of a room in which everybody has signed are replaced: no command goes on.
#[track_caller]
fn refused(room: &Room, told: &str) {
    for command in [&["review"][..], &["sign", "--key", "cem"], &["status"], &["release"]] {
        let done = room.run(command);
        assert_eq!(done.code, 1, "{command:?}: {done:?}");
        assert!(format!("{}{}", done.out, done.err).contains(told), "{command:?}: {done:?}");
        assert!(!room.path("metadata").exists());
    }
}

#[test]
fn an_index_with_another_version_is_refused() {
    for (role, old, new) in [("root", "1", "7"), ("targets", "1", "-5")] {
        let room = signed();
        let mut index = room.index();
        let digest = index[role][old].clone();
        index[role] = json!({ new: digest });
        room.forge_index(&Value::Object(index));
        let told = format!(
            "error: payloads/index.json is not what it should be: it lists {role} version {new}, and that payload has \
             another version\n"
        );
        refused(&room, &told);
    }
}

#[test]
fn an_index_with_roles_exchanged_is_refused() {
    let room = signed();
    let mut index = room.index();
    let (snapshot, timestamp) = (index["snapshot"].clone(), index["timestamp"].clone());
    index["snapshot"] = timestamp;
    index["timestamp"] = snapshot;
    room.forge_index(&Value::Object(index));
    refused(&room, "PLAN-INTENT FAILS");
}

#[test]
fn an_index_that_leaves_roles_out_is_refused() {
    let room = signed();
    let index = room.index();
    room.forge_index(&json!({ "root": index["root"] }));
    refused(&room, "PLAN-INTENT FAILS: the plan makes targets, and it is not here\n");
}

#[test]
fn a_second_version_of_a_role_is_refused() {
    type Forgery = (&'static str, fn(&mut Value));
    let forge: [Forgery; 2] = [
        ("root", |signed| signed["roles"]["root"]["threshold"] = json!(1)),
        ("targets", delegate_everything),
    ];
    for (role, change) in forge {
        let room = signed();
        let mut second = room.frozen_as(role);
        second["version"] = json!(2);
        change(&mut second);
        let digest = room.forge_payload(&second);
        for key in ["ada", "ben"] {
            room.forge_signature(&digest, key);
        }
        let mut index = room.index();
        index[role]["2"] = json!(digest);
        room.forge_index(&Value::Object(index));
        refused(
            &room,
            &format!("PLAN-INTENT FAILS: the plan does not make {role} version 2, or makes it only once\n"),
        );
    }
}

/// A role whose name leads out of the directory, under a plan that would publish it without a version in front.
#[test]
fn a_role_whose_name_is_a_path_is_refused() {
    let room = Room::new();
    let plain = PLAN.replace("script = \"genesis\"", "script = \"genesis\"\nconsistent_snapshot = false");
    room.write("ceremony.toml", plain);
    for key in KEYS {
        room.provision(key).ok();
    }
    room.freeze();
    for key in ["ada", "ben", "online"] {
        room.sign(key).ok();
    }
    let mut targets = room.frozen_as("targets");
    let online = room.json("keys/online/key.json");
    let keyid = room.keyid("online");
    targets["delegations"] = json!({
        "keys": { &keyid: online },
        "roles": [{
            "keyids": [keyid], "name": "../../pwn", "paths": ["*"], "terminating": true, "threshold": 1,
        }],
    });
    let mut leaf = room.frozen_as("targets");
    leaf["targets"]["evil"] = json!({ "length": 3, "hashes": { "sha256": "00".repeat(32) } });
    let (targets, leaf) = (room.forge_payload(&targets), room.forge_payload(&leaf));
    for (digest, key) in [(&targets, "ada"), (&targets, "ben"), (&leaf, "online")] {
        room.forge_signature(digest, key);
    }
    let mut index = room.index();
    index["targets"] = json!({ "1": targets });
    index.insert("../../pwn".to_owned(), json!({ "1": leaf }));
    room.forge_index(&Value::Object(index));
    refused(&room, "PLAN-INTENT FAILS: the plan does not make ../../pwn version 1, or makes it only once\n");
    let outside: Vec<_> =
        std::fs::read_dir(room.beside("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(outside, ["c"]);
    assert!(!room.beside("../pwn.json").exists());
}
