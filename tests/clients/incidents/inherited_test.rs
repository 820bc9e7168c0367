//! Incident 7: a root of an older tool is inherited; and the tenth again, where its key stands under two keyids.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tuf_ceremony::json::Json;
use tuf_ceremony::tuf::client::Profile;
use tuf_ceremony::tuf::key::keyid_of;

use super::HIGHEST;
use super::asked::Clients;
use super::night::Night;
use super::older::{KEYS, ONLINE, inherited, serve_online, taken_over};
use super::service::keys_of_roles;
use crate::tree::{at, list, set};

/// The older tool was content with one signature on a root; this one is not.
fn two_of_three(night: &Night) {
    night.ok(&["change", "set-threshold", "root", "2"]);
    let who = ["--holder", "jo", "--holder-name", "Jo", "--scheme", "ed25519", "--token", "rehearsal"];
    night.ok(&[&["change", "add-key", "jo-card", "--role", "root", "--serial", "R-0104"][..], &who].concat());
}

/// tough reads no key under another keyid than its hash: the old root was never one to start from, and the new one is.
fn but_tough(clients: Clients<'_>) -> Clients<'_> {
    let unreadable = format!("Failed to parse trusted root metadata: Invalid key ID {}", KEYS[ONLINE].0);
    let before = format!("before: {unreadable}");
    let clients = clients.without_project().but(Profile::Tough, "fresh from root 5", &unreadable);
    clients.but(Profile::Tough, "offline", &before).but(Profile::Tough, "attacked", &before)
}

#[test]
fn incident_7_keyids_of_an_older_tool() {
    let test = "incident_7_keyids_of_an_older_tool";
    let Some(mut world) = inherited(test, |_| {}) else { return };
    let good = world.copy("good");
    let night = taken_over(&world);
    two_of_three(&night);
    night.provision_all();
    night.ok(&["draft"]);
    let said = night.run(&["freeze"]).refused("KEY-SCHEME");
    assert!(said.contains("is written in an older form, with keytype \"ecdsa-sha2-nistp256\""), "{said}");
    assert!(said.contains("`tuf-ceremony change reencode-keys`"), "{said}");
    night.ok(&["change", "reencode-keys"]);
    night.draft_and_freeze();

    // One device signature serves both keyids, and the key counts once: two are needed.
    let root = night.digest("root");
    night.ok(&["sign", "--key", "repo-import", "--confirm", &root[..8], "--pin-fd", "0"]);
    let folder = night.folder.join(format!("signatures/{root}"));
    let sigs: Vec<Json> = fs::read_dir(folder).unwrap().map(|entry| json(&entry.unwrap().path())).collect();
    assert_eq!(sigs.len(), 2);
    assert_eq!(sigs[0].get("sig"), sigs[1].get("sig"));
    assert_ne!(sigs[0].get("keyid"), sigs[1].get("keyid"));
    let status: Value = serde_json::from_str(&night.run(&["status", "--json"]).out).unwrap();
    let counted = ["old", "new"].map(|quorum| &status["payloads"][0][quorum]);
    for (quorum, met) in counted.into_iter().zip([true, false]) {
        assert_eq!(quorum["signed"], serde_json::json!(["@-repo-import (repo-import)"]));
        assert_eq!(quorum["met"], met);
    }
    night.sign_all(&[]);
    night.ok(&["release"]);
    world.publish(&night);

    // Every keyid is a hash again, and what the older tool wrote beside the keys is still there.
    let mut root = world.signed("6.root.json");
    let mut before = world.signed("5.root.json");
    for (keyid, object) in at(&mut root, &["keys"]).as_object().unwrap() {
        assert_eq!(*keyid, keyid_of(object));
        assert!(!KEYS.iter().any(|(old, _, _)| old == keyid), "{keyid}");
    }
    for (keyid, _, _) in KEYS {
        let old = at(&mut before, &["keys", keyid]).clone();
        let mut new = at(&mut root, &["keys"]).as_object().unwrap().values();
        let new = new.find(|new| new.get("keyval") == old.get("keyval")).unwrap();
        for (field, value) in old.as_object().unwrap().iter().filter(|(field, _)| *field != "keytype") {
            assert_eq!(new.get(field), Some(value), "{field}");
        }
        assert_eq!(new.get("keytype"), Some(&Json::from("ecdsa")));
    }
    for (field, value) in before.as_object().unwrap().iter().filter(|(field, _)| field.starts_with("x-")) {
        assert_eq!(root.get(field), Some(value), "{field}");
    }
    assert_eq!(keys_of_roles(&root).len(), 6);
    but_tough(Clients::of(test, &world, 5..=6).after("offline", &[5], &[&good])).end_on([6, 10, 4, 8]);
}

#[test]
fn incident_10_the_revoked_key_stands_under_two_keyids() {
    let test = "incident_10_the_revoked_key_stands_under_two_keyids";
    let odd = KEYS[ONLINE].0;
    let (mut hash, mut public) = (String::new(), Json::Null);
    // The snapshot lists the online key once more, under the keyid that its object should have.
    let world = inherited(test, |root| {
        let object = at(root, &["keys", odd]).clone();
        (hash, public) = (keyid_of(&object), object.get("keyval").cloned().unwrap());
        set(root, &["keys", &hash], object);
        list(root, &["roles", "snapshot", "keyids"]).push(Json::from(hash.as_str()));
    });
    let Some(mut world) = world else { return };
    let (good, attacked) = (world.copy("good"), world.copy("attacked"));
    serve_online(&attacked, HIGHEST, HIGHEST);
    let night = taken_over(&world);
    two_of_three(&night);
    night.ok(&["change", "reencode-keys"]);
    let revoke = ["change", "revoke-key", "online", "--reason", "compromised"];
    let before = night.read("ceremony.toml");
    let said = night.run(&revoke).refused("ROOT-REVOKED");
    assert!(said.contains("snapshot would keep 0 keys, and its threshold is 1"), "{said}");
    assert_eq!(night.read("ceremony.toml"), before);
    let add = ["change", "add-key", "online-2", "--role", "snapshot", "--role", "timestamp"];
    let token = ["--scheme", "ed25519", "--token", "rehearsal", "--serial", "R-0110"];
    night.ok(&[&add[..], &token].concat());
    night.ok(&revoke);
    world.finishes(&night, &["online"]);
    world.publish(&night);
    // Gone under both, and under any other.
    let mut root = world.signed("6.root.json");
    assert!(keys_of_roles(&root).iter().all(|keyid| *keyid != odd && *keyid != hash));
    let keys = at(&mut root, &["keys"]).as_object().unwrap();
    assert!(keys.values().all(|object| object.get("keyval") != Some(&public)));
    let clients = Clients::of(test, &world, 5..=6).after("offline", &[5], &[&good]);
    but_tough(clients.after("attacked", &[5], &[&attacked])).end_on([6, 10, 4, 8]);
}

fn json(file: &Path) -> Json {
    Json::parse(&fs::read(file).unwrap(), usize::MAX).unwrap()
}
