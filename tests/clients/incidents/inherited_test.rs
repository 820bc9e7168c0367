//! Incident 7: a root of an older tool, whose keyids are the hashes of nothing and one of whose keys has a keytype that few
//! clients know. The root is Sigstore's staging root, version 5, but for the keys themselves.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tuf_ceremony::crypto::{KeyAlgorithm, Scheme, hex};
use tuf_ceremony::host::secret::Secret;
use tuf_ceremony::json::Json;
use tuf_ceremony::token::rehearsal::{PIN, RehearsalToken};
use tuf_ceremony::token::{KeyPlace, Token as _};
use tuf_ceremony::tuf::REHEARSAL_MARK;
use tuf_ceremony::tuf::client::Profile;
use tuf_ceremony::tuf::envelope::{Envelope, Signature};
use tuf_ceremony::tuf::key::keyid_of;

use super::asked::Clients;
use super::night::{self, Night};
use super::service::{FILES, keys_of_roles, write_target};
use super::{World, signed_in};
use crate::corpus::corpus;
use crate::repository::{signed, target};
use crate::tree::{at, set};

/// The keys of the root: keyid, name in the ceremony, serial number of the token that takes the place of the real one.
const KEYS: [(&str, &str, &str); 3] = [
    ("c8e09a68b5821b75462ae0df52151c81deb7f1838246dc1da8c34cc91ec12bda", "repo-import", "R-0101"),
    ("762cb22caca65de5e9b7b6baecb84ca989d337280ce6914b6440aea95769ad93", "jku", "R-0102"),
    ("5416a7a35ef827abc651e200ac11f3d23e9db74ef890b1fedb69fb2a152ebac5", "online", "R-0103"),
];
const TARGETS: usize = 1;
const ONLINE: usize = 2;

fn token(key: usize) -> (RehearsalToken, KeyPlace) {
    let (_, name, serial) = KEYS[key];
    let mut token = RehearsalToken::new(serial, KeyAlgorithm::P256);
    token.unlock(Secret::new(PIN.as_bytes().to_vec())).unwrap();
    (token, KeyPlace { id: None, label: name.to_owned() })
}

/// Signs under the keyids that the old root has.
fn sign(keys: &[usize], signed: &Json) -> Vec<u8> {
    let signature = |key: &usize| {
        let (mut token, place) = token(*key);
        let sig = token.sign(&place, Scheme::EcdsaSha2Nistp256, &signed.canonical()).unwrap();
        Signature { keyid: KEYS[*key].0.to_owned(), sig: hex::encode(&sig) }
    };
    Envelope::publish(signed, &keys.iter().map(signature).collect::<Vec<_>>())
}

/// What the older tool published: root 5, targets 7, snapshot 3, timestamp 9.
fn inherited(test: &str) -> Option<World> {
    let root = corpus(test)?.join("tuf-roots/sigstore-staging/5.root.json");
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("incidents").join(test);
    let _ = fs::remove_dir_all(&place);
    let world = World { last: place.clone(), place };
    let mut root = signed_in(&root);
    for (key, (keyid, _, _)) in KEYS.iter().enumerate() {
        let (mut token, place) = token(key);
        let public = token.public_key(&place).unwrap().to_spki_pem();
        set(&mut root, &["keys", keyid, "keyval", "public"], public.as_str());
    }
    set(&mut root, &[REHEARSAL_MARK], true);
    let mut targets = signed("targets", 7);
    set(&mut targets, &["targets"], Json::object([(FILES[0].0, target(FILES[0].1.as_bytes()))]));
    let version = |version: i64| Json::object([("version", Json::Int(version))]);
    let mut snapshot = signed("snapshot", 3);
    set(&mut snapshot, &["meta"], Json::object([("targets.json", version(7))]));
    let mut timestamp = signed("timestamp", 9);
    set(&mut timestamp, &["meta"], Json::object([("snapshot.json", version(3))]));
    fs::create_dir_all(world.published().join("metadata")).unwrap();
    for (name, mut signed, keys) in [
        ("5.root.json", root, &[0, 1][..]),
        ("7.targets.json", targets, &[TARGETS]),
        ("3.snapshot.json", snapshot, &[ONLINE]),
        ("timestamp.json", timestamp, &[ONLINE]),
    ] {
        set(&mut signed, &[REHEARSAL_MARK], true);
        // Until long after this test.
        set(&mut signed, &["expires"], "2034-01-19T13:29:13Z");
        fs::write(world.metadata(name), sign(keys, &signed)).unwrap();
    }
    write_target(&world, FILES[0].0, FILES[0].1);
    Some(world)
}

/// A ceremony of those who took the repository over, with the tokens filled in.
fn taken_over(world: &World) -> Night {
    let root = world.metadata("5.root.json");
    let new = ["new", "night", "--template", "inherit", "--trusted", root.to_str().unwrap()];
    night::run(&world.place, &new).ok();
    let night = Night { folder: world.place.join("night") };
    // The name of a key without an owner is the beginning of its digest.
    let plan = night.plan();
    let unnamed = plan["key"].as_table().unwrap().keys().find(|key| key.starts_with("key-")).unwrap();
    fs::rename(night.folder.join("keys").join(unnamed), night.folder.join("keys/online")).unwrap();
    night.edit(|text| {
        let mut text = text.replace(unnamed, "online").replace("FILL-IN", "packages.example.org");
        for (_, name, serial) in KEYS {
            let token = format!("[key.{name}]\ntoken = {{ kind = \"rehearsal\", serial = \"{serial}\" }}");
            text = text.replace(&format!("[key.{name}]"), &token);
        }
        text
    });
    night
}

#[test]
fn incident_7_keyids_of_an_older_tool() {
    let test = "incident_7_keyids_of_an_older_tool";
    let Some(mut world) = inherited(test) else { return };
    let good = world.copy("good");
    let night = taken_over(&world);
    // As for the thresholds, the older tool asked for less than this one.
    night.ok(&["change", "set-threshold", "root", "2"]);
    let who = ["--holder", "jo", "--holder-name", "Jo", "--scheme", "ed25519", "--token", "rehearsal"];
    night.ok(&[&["change", "add-key", "jo-card", "--role", "root", "--serial", "R-0104"][..], &who].concat());
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
    // tough reads no key under another keyid than its hash: the old root was never one to start from, and the new one is.
    let unreadable = format!("Failed to parse trusted root metadata: Invalid key ID {}", KEYS[ONLINE].0);
    Clients::of(test, &world, 5..=6)
        .without_project()
        .after("offline", &[5], &[&good])
        .but(Profile::Tough, "fresh from root 5", &unreadable)
        .but(Profile::Tough, "offline from root 5", &format!("before: {unreadable}"))
        .end_on([6, 10, 4, 8]);
}

fn json(file: &Path) -> Json {
    Json::parse(&fs::read(file).unwrap(), usize::MAX).unwrap()
}
