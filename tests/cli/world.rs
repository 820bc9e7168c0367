//! What a repository publishes, with whatever somebody who has the keys may put into it.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};
use tempfile::TempDir;
use tuf_ceremony::crypto::{Scheme, hex};
use tuf_ceremony::host::secret::Secret;
use tuf_ceremony::json::Json;
use tuf_ceremony::token::rehearsal::{PIN, RehearsalToken};
use tuf_ceremony::token::{KeyPlace, Token};
use tuf_ceremony::tuf::envelope::{Envelope, Signature};
use tuf_ceremony::tuf::key::{Key, keyid_of};

use crate::later::PLANNED;
use crate::room::Room;

/// The keys of the rehearsal: name, serial number, scheme; and one of somebody who is in no plan.
const KEYS: [(&str, &str, Scheme); 6] = [
    ("ada", "R1", Scheme::EcdsaSha2Nistp256),
    ("ben", "R2", Scheme::EcdsaSha2Nistp384),
    ("cem", "R3", Scheme::Ed25519),
    ("dan", "R4", Scheme::Ed25519),
    ("online", "R9", Scheme::Ed25519),
    ("somebody", "R77", Scheme::Ed25519),
];

/// A folder with metadata, as a server has it.
pub struct World {
    folder: TempDir,
}

impl World {
    /// What a ceremony has released.
    pub fn of(first: &Room) -> World {
        let folder = tempfile::tempdir().unwrap();
        for name in first.names("metadata") {
            fs::copy(first.path(&format!("metadata/{name}")), folder.path().join(name)).unwrap();
        }
        World { folder }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The folder as it is typed.
    pub fn typed(&self) -> String {
        self.folder.path().display().to_string()
    }

    /// The signed part of a file.
    pub fn signed(&self, name: &str) -> Value {
        let file: Value = serde_json::from_slice(&fs::read(self.path(name)).unwrap()).unwrap();
        file["signed"].clone()
    }

    /// Writes a file, signed by these keys of the rehearsal.
    pub fn put(&self, name: &str, signed: &Value, keys: &[&str]) {
        fs::write(self.path(name), published(signed, keys)).unwrap();
    }

    /// Changes what a file says, under another name, signed by these keys.
    pub fn change(&self, from: &str, to: &str, keys: &[&str], change: impl FnOnce(&mut Value)) {
        let mut signed = self.signed(from);
        change(&mut signed);
        self.put(to, &signed, keys);
    }

    /// Publishes targets of the next version with this change, and what lists it.
    pub fn publish_targets(&self, version: i64, change: impl FnOnce(&mut Value)) {
        self.change("1.targets.json", &format!("{version}.targets.json"), &["ada", "ben"], |signed| {
            signed["version"] = json!(version);
            change(signed);
        });
        self.publish_snapshot(version, |meta| meta["targets.json"] = json!({ "version": version }));
    }

    /// Publishes a snapshot of this version, and the timestamp that lists it.
    pub fn publish_snapshot(&self, version: i64, change: impl FnOnce(&mut Value)) {
        self.change("1.snapshot.json", &format!("{version}.snapshot.json"), &["online"], |signed| {
            signed["version"] = json!(version);
            change(&mut signed["meta"]);
        });
        self.change("timestamp.json", "timestamp.json", &["online"], |signed| {
            signed["version"] = json!(version);
            signed["meta"]["snapshot.json"] = json!({ "version": version });
        });
    }

    /// The ceremony after `first`, from its root and with what is beside it here.
    pub fn followed(&self, first: &Room) -> Room {
        let room = Room::new();
        let (directory, from) = (room.directory(), first.path("").display().to_string());
        let root = self.path("1.root.json").display().to_string();
        room.run(&["new", &directory, "--from", &from, "--trusted", &root, "--planned", PLANNED]).ok();
        room
    }
}

/// Metadata signed by these keys of the rehearsal.
pub fn published(signed: &Value, keys: &[&str]) -> Vec<u8> {
    let signed = tree(signed);
    let bytes = signed.canonical();
    let signatures = keys.iter().map(|name| {
        let (mut token, place, scheme) = token(name);
        let keyid = keyid_of(&tree(&object(name)));
        Signature { keyid, sig: hex::encode(&token.sign(&place, scheme, &bytes).unwrap()) }
    });
    Envelope::publish(&signed, &signatures.collect::<Vec<_>>())
}

/// The key object of a key of the rehearsal.
pub fn object(name: &str) -> Value {
    let (mut token, place, scheme) = token(name);
    let object = Key::write(&token.public_key(&place).unwrap(), scheme, None);
    let file: Value = serde_json::from_slice(&Envelope::publish(&object, &[])).unwrap();
    file["signed"].clone()
}

/// The keyid of a key of the rehearsal.
pub fn keyid(name: &str) -> String {
    keyid_of(&tree(&object(name)))
}

fn token(name: &str) -> (RehearsalToken, KeyPlace, Scheme) {
    let (label, serial, scheme) = KEYS.into_iter().find(|(key, ..)| *key == name).unwrap();
    let mut token = RehearsalToken::new(serial, scheme.algorithm());
    token.unlock(Secret::new(PIN.as_bytes().to_vec())).unwrap();
    (token, KeyPlace { id: None, label: label.to_owned() }, scheme)
}

fn tree(value: &Value) -> Json {
    Json::parse(value.to_string().as_bytes(), usize::MAX).unwrap()
}
