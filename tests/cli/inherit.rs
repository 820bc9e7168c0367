//! `new --template inherit`: a plan from nothing but a root, for those who took a repository over.

use std::fs;

use serde_json::{Value, json};
use tuf_ceremony::crypto::Scheme;
use tuf_ceremony::json::Json;
use tuf_ceremony::policy::Policy;
use tuf_ceremony::tuf::key::keyid_of;

use crate::later::PLANNED;
use crate::rehearsal::{PLAN, released};
use crate::room::{Done, Room};
use crate::world::World;

fn inherit(room: &Room, root: &str, more: &[&str]) -> Done {
    let directory = room.directory();
    let arguments = ["new", &directory, "--template", "inherit", "--planned", PLANNED, "--trusted", root];
    room.run(&[&arguments, more].concat())
}

/// What a world's root makes, with the repository filled in.
fn inherited(world: &World) -> Room {
    let room = Room::new();
    inherit(&room, &world.path("1.root.json").display().to_string(), &[]).ok();
    room.edit("ceremony.toml", "FILL-IN", "packages.example.org");
    room
}

fn policy(room: &Room) -> Policy {
    Policy::parse(room.read("ceremony.toml").as_bytes()).unwrap()
}

/// Gives keys of a root other objects, under the keyids that those have; nothing else in it changes.
fn rewritten(world: &World, change: impl Fn(&mut Value)) {
    world.change("1.root.json", "1.root.json", &["cem", "dan"], |signed| {
        let keys = signed["keys"].as_object().unwrap().clone();
        let mut text = signed.clone();
        text["keys"] = json!({});
        let mut text = text.to_string();
        let mut new = serde_json::Map::new();
        for (old, mut object) in keys {
            change(&mut object);
            let keyid = keyid_of(&Json::parse(object.to_string().as_bytes(), usize::MAX).unwrap());
            text = text.replace(&old, &keyid);
            new.insert(keyid, object);
        }
        *signed = serde_json::from_str(&text).unwrap();
        signed["keys"] = Value::Object(new);
    });
    // By Cem and Dan, whose keys keep their keyids.
    world.change("1.targets.json", "1.targets.json", &["cem", "dan"], |_| ());
}

#[test]
fn keys_thresholds_and_dates_are_those_of_the_root() {
    let world = World::of(&released());
    let room = inherited(&world);
    let plan = policy(&room);
    assert_eq!((plan.id.as_str(), plan.change.name(), plan.rehearsal), ("root-2", "refresh", true));
    assert_eq!(plan.keys.len(), 5);
    assert_eq!(plan.roles.values().map(|role| role.threshold).collect::<Vec<_>>(), [2, 1, 2, 1]);
    let offline = &plan.roles["root"].keys;
    assert_eq!((offline.len(), &plan.roles["targets"].keys), (4, offline));
    let mut schemes: Vec<Scheme> = offline.iter().map(|key| plan.keys[key].scheme).collect();
    schemes.sort_by_key(|scheme| scheme.name());
    let expected = [Scheme::EcdsaSha2Nistp256, Scheme::EcdsaSha2Nistp384, Scheme::Ed25519, Scheme::Ed25519];
    assert_eq!(schemes, expected);
    for (name, key) in &plan.keys {
        // Without names in the root, keys are called after their digests; who signs offline is a person.
        assert!(name.starts_with("key-") && name.len() == 12, "{name}");
        assert_eq!(key.holder.is_some(), offline.contains(name));
        assert!(key.token.is_none() && room.path(&format!("keys/{name}/public.pem")).exists());
    }
    assert_eq!(room.names("trusted"), ["1.root.json", "1.snapshot.json", "1.targets.json", "timestamp.json"]);
    // Nobody signs here, but the plan can be drafted.
    assert_eq!(room.refusing(), [""; 0]);
    room.run(&["draft"]).ok();
    let root = room.json("drafts/root.json")["signed"].clone();
    let mut before = world.signed("1.root.json");
    for field in ["version", "expires"] {
        before[field] = root[field].clone();
    }
    // What it commits to is the record of the earlier ceremony.
    before.as_object_mut().unwrap().remove("x-tuf-ceremony").unwrap();
    assert_eq!(root, before);
}

#[test]
fn holders_are_taken_from_the_root() {
    let named = PLAN.replace("rehearsal = true\n", "rehearsal = true\nholder_names = true\n");
    let named = named
        .replace("name = \"Ada\"", "name = \"Ada Lovelace, Dr.\"")
        .replace("name = \"Ben\"", "name = \"Ada\"");
    let world = World::of(&crate::later::released_with(&named));
    let room = inherited(&world);
    let plan = policy(&room);
    let holders: Vec<(&str, &str)> =
        plan.holders.iter().map(|(short, holder)| (short.as_str(), holder.name.as_str())).collect();
    assert_eq!(
        holders,
        [("ada", "Ada"), ("adalovelacedr", "Ada Lovelace, Dr."), ("cem", "Cem"), ("dan", "Dan")]
    );
    assert_eq!(room.refusing(), [""; 0]);
}

#[test]
fn two_keys_of_one_holder_have_two_names() {
    let world = World::of(&released());
    rewritten(&world, |key| {
        if key["keytype"] == "ecdsa" {
            key["x-tuf-ceremony-holder"] = json!("Cem");
        }
    });
    let room = inherited(&world);
    let plan = policy(&room);
    // One person, with several keys: whether that may be is for KEY-HOLDER to say.
    assert_eq!(plan.holders.values().filter(|holder| holder.name == "Cem").count(), 1);
    assert_eq!(room.refusing(), ["KEY-HOLDER"]);
    let names: Vec<&String> = plan.roles["root"].keys.iter().collect();
    assert_eq!(names.iter().filter(|name| **name == "cem").count(), 1, "{names:?}");
    assert_eq!(names.iter().filter(|name| name.starts_with("key-")).count(), 3, "{names:?}");
}

#[test]
fn a_name_that_could_repaint_the_screen_does_not() {
    let world = World::of(&released());
    rewritten(&world, |key| {
        if key["scheme"] == "ecdsa-sha2-nistp256" {
            key["x-tuf-ceremony-holder"] = json!("A\u{1b}[2Jda");
        }
    });
    let room = inherited(&world);
    let plan = policy(&room);
    assert!(plan.holders.values().all(|holder| !holder.name.contains('\u{1b}')), "{:?}", plan.holders);
}

/// A key of a scheme that this program does not know cannot be planned: it is left out, and the plan does not say otherwise.
#[test]
fn a_key_that_cannot_be_used_is_left_out() {
    let world = World::of(&released());
    rewritten(&world, |key| {
        if key["scheme"] == "ecdsa-sha2-nistp384" {
            *key = json!({ "keytype": "new", "scheme": "new", "keyval": { "public": "00" } });
        }
    });
    let room = inherited(&world);
    let plan = policy(&room);
    assert_eq!((plan.roles["root"].keys.len(), plan.roles["root"].threshold), (3, 2));
    // That the root loses a key is no refresh: it is told.
    assert_eq!(room.refusing(), ["PLAN-INTENT"]);
}

#[test]
fn an_id_is_given_and_a_root_is_needed() {
    let world = World::of(&released());
    let root = world.path("1.root.json").display().to_string();
    let room = Room::new();
    inherit(&room, &root, &["--id", "winter"]).ok();
    assert!(room.read("ceremony.toml").contains("id = \"winter\"\n"));
    let room = Room::new();
    let directory = room.directory();
    room.run(&["new", &directory, "--template", "inherit"]).failed(
        2,
        "the template inherit is made from the trusted root, and none is named",
        "Add --trusted ROOT.json: the newest root that the world trusts.",
    );
    assert!(!room.path("").exists());
}

/// A root of older tools: P-256 keys with the old keytype, which newer clients do not count.
#[test]
fn keys_in_older_forms_are_written_anew_and_sign_under_both_keyids() {
    let world = World::of(&released());
    rewritten(&world, |key| {
        if key["keytype"] == "ecdsa" {
            key["keytype"] = json!("ecdsa-sha2-nistp256");
            key["x-note"] = json!({ "kept": [1, "ä"] });
        }
        if key["scheme"] == "ecdsa-sha2-nistp384" {
            key["keytype"] = json!("ecdsa-sha2-nistp384");
        }
    });
    let first = released();
    // Another root of the same version would be refused.
    first.write("metadata/1.root.json", fs::read(world.path("1.root.json")).unwrap());
    let room = world.followed(&first);
    let old: Vec<String> =
        room.json("trusted/1.root.json")["signed"]["keys"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(room.refusing(), ["KEY-SCHEME"]);
    let shown = room.run(&["plan"]).out;
    assert!(shown.contains("is written in an older form, with keytype \"ecdsa-sha2-nistp256\""), "{shown}");
    room.change(&["reencode-keys"]).ok();
    assert_eq!(room.refusing(), [""; 0]);
    room.freeze();
    let root = room.json(&format!("payloads/{}.json", room.digest("root")))["signed"].clone();
    let new: Vec<&String> =
        root["keys"].as_object().unwrap().keys().filter(|keyid| !old.contains(keyid)).collect();
    assert_eq!(new.len(), 2, "Ada's and Ben's");
    for keyid in &new {
        let key = &root["keys"][keyid.as_str()];
        assert_eq!((&key["keytype"], &key["x-note"]), (&json!("ecdsa"), &json!({ "kept": [1, "ä"] })));
        let object = Json::parse(key.to_string().as_bytes(), usize::MAX).unwrap();
        assert_eq!(keyid_of(&object), **keyid);
    }
    // One signature of one key, a file for each keyid: the old root knows it under the one, the new under the other.
    room.signs_all("ada");
    let folder = format!("signatures/{}", room.digest("root"));
    let files = room.names(&folder);
    assert_eq!(files.len(), 2, "{files:?}");
    let signatures: Vec<String> = files
        .iter()
        .map(|file| room.json(&format!("{folder}/{file}"))["sig"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(signatures[0], signatures[1]);
    let under: Vec<&str> = files.iter().map(|file| file.strip_suffix(".json").unwrap()).collect();
    assert_eq!(under.iter().filter(|keyid| old.iter().any(|one| one == *keyid)).count(), 1);
    // Strict clients of the old root count Cem and Dan alone.
    for key in ["ben", "cem", "dan"] {
        room.signs_all(key);
    }
    room.run(&["release"]).ok();
    assert!(fs::metadata(room.path("metadata/2.root.json")).is_ok());
}
