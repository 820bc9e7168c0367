//! A repository as an older tool left it: Sigstore's staging root, version 5, but for the keys themselves. Its keyids are the
//! hashes of nothing, and one of its keys has a keytype that few clients know.

use std::fs;
use std::path::Path;

use tuf_ceremony::crypto::{KeyAlgorithm, Scheme, hex};
use tuf_ceremony::host::secret::Secret;
use tuf_ceremony::json::Json;
use tuf_ceremony::token::rehearsal::{PIN, RehearsalToken};
use tuf_ceremony::token::{KeyPlace, Token as _};
use tuf_ceremony::tuf::REHEARSAL_MARK;
use tuf_ceremony::tuf::envelope::{Envelope, Signature};

use super::night::{self, Night};
use super::service::{FILES, write_target};
use super::{World, signed_in};
use crate::corpus::corpus;
use crate::repository::{signed, target};
use crate::tree::set;

/// The keys of the root: keyid, name in the ceremony, serial number of the token that takes the place of the real one.
pub const KEYS: [(&str, &str, &str); 3] = [
    ("c8e09a68b5821b75462ae0df52151c81deb7f1838246dc1da8c34cc91ec12bda", "repo-import", "R-0101"),
    ("762cb22caca65de5e9b7b6baecb84ca989d337280ce6914b6440aea95769ad93", "jku", "R-0102"),
    ("5416a7a35ef827abc651e200ac11f3d23e9db74ef890b1fedb69fb2a152ebac5", "online", "R-0103"),
];
const TARGETS: usize = 1;
pub const ONLINE: usize = 2;

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

/// Publishes a file that expires long after this test.
fn write(repository: &Path, name: &str, mut signed: Json, keys: &[usize]) {
    set(&mut signed, &[REHEARSAL_MARK], true);
    set(&mut signed, &["expires"], "2034-01-19T13:29:13Z");
    fs::write(repository.join("metadata").join(name), sign(keys, &signed)).unwrap();
}

/// Publishes these versions of snapshot and timestamp, as whoever has the online key can.
pub fn serve_online(repository: &Path, snapshot_version: i64, timestamp_version: i64) {
    let version = |version: i64| Json::object([("version", Json::Int(version))]);
    let mut snapshot = signed("snapshot", snapshot_version);
    set(&mut snapshot, &["meta"], Json::object([("targets.json", version(7))]));
    let mut timestamp = signed("timestamp", timestamp_version);
    set(&mut timestamp, &["meta"], Json::object([("snapshot.json", version(snapshot_version))]));
    write(repository, &format!("{snapshot_version}.snapshot.json"), snapshot, &[ONLINE]);
    write(repository, "timestamp.json", timestamp, &[ONLINE]);
}

/// What the older tool published: root 5, which may be edited, targets 7, snapshot 3 and timestamp 9.
pub fn inherited(test: &str, edit: impl FnOnce(&mut Json)) -> Option<World> {
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
    edit(&mut root);
    let mut targets = signed("targets", 7);
    set(&mut targets, &["targets"], Json::object([(FILES[0].0, target(FILES[0].1.as_bytes()))]));
    fs::create_dir_all(world.published().join("metadata")).unwrap();
    write(&world.published(), "5.root.json", root, &[0, 1]);
    write(&world.published(), "7.targets.json", targets, &[TARGETS]);
    serve_online(&world.published(), 3, 9);
    write_target(&world, FILES[0].0, FILES[0].1);
    Some(world)
}

/// A ceremony of those who took the repository over, with the tokens filled in.
pub fn taken_over(world: &World) -> Night {
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
