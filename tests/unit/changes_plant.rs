//! The first repository of a sequence: released by the program, and then changed as other tools might have, under the
//! same keys. Fields that nobody knows stand in it, and delegations that no policy will ever list.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tuf_ceremony::crypto::hex;
use tuf_ceremony::host::secret::Secret;
use tuf_ceremony::json::Json;
use tuf_ceremony::token::rehearsal::{PIN, RehearsalToken};
use tuf_ceremony::token::{KeyPlace, Token};
use tuf_ceremony::tuf::envelope::{Envelope, Signature};
use tuf_ceremony::tuf::key::{Key as Written, keyid_of};

use crate::changes_model::{Key, Model, Role};
use crate::changes_oracle::Repository;

/// What follows the template: more people, and two delegations, of which each shares a key with the root.
pub const MORE: &str = r#"
[holder.lea]
name = "Lea"

[holder.pia]
name = "Pia"

[holder.mia]
name = "Mia"

[key.legacy-key]
holder = "lea"
scheme = "ed25519"
token = { kind = "rehearsal", serial = "R-0011" }

[key.pool-key]
holder = "pia"
scheme = "ed25519"
token = { kind = "rehearsal", serial = "R-0012" }

[key.mirror-key]
holder = "mia"
scheme = "ecdsa-sha2-nistp256"
token = { kind = "rehearsal", serial = "R-0013" }

[delegation.pool]       # files that users upload
keys = ["ada-card", "pool-key"]
threshold = 1
expires = "200 days"
paths = ["pool/*"]

[delegation.mirror]
keys = ["chi-card", "dev-card", "mirror-key"]
threshold = 2
expires = "200 days"
paths = ["mirror/*"]
"#;

/// Where unknown fields are planted; all of them must be there in every later release.
pub fn notes(repository: &Repository) -> Vec<Value> {
    let (_, root) = repository.roots.last_key_value().unwrap();
    let role = |name: &str| &repository.roles[name].signed;
    let delegated = role("targets")["delegations"]["roles"].as_array().unwrap();
    let legacy = delegated.iter().find(|role| role["name"] == "legacy").unwrap();
    let deep = &role("legacy")["delegations"]["roles"][0];
    let places = [
        &root.signed,
        &root.signed["roles"]["timestamp"],
        role("targets"),
        &role("targets")["targets"]["file.tar"]["custom"],
        legacy,
        role("legacy"),
        deep,
        role("deep"),
        role("snapshot"),
        role("timestamp"),
    ];
    places.map(|place| place["x-note"].clone()).to_vec()
}

pub fn note() -> Value {
    json!({ "b": [1, "ä"], "a": null })
}

/// Changes the first release in its folder, and the model with it.
pub fn plant(folder: &Path, model: &mut Model) {
    let mut root = signed(folder, "1.root.json");
    root["x-note"] = note();
    root["roles"]["timestamp"]["x-note"] = note();
    for name in ["1.root.json", "root.json"] {
        publish(folder, name, &root, &keys_of(model, "root"));
    }

    // Ada's key is another keyid here than in the root: it has a field more.
    let mut keys = json!({});
    for name in ["ada-card", "legacy-key"] {
        let key = &model.keys[name];
        let mut object =
            plain(&Written::write(&token(key).public_key(&place(name)).unwrap(), key.scheme, None));
        if name == "ada-card" {
            object["x-owner"] = json!("@ada");
        }
        let keyid = keyid_of(&tree(&object));
        keys[keyid] = object;
    }
    let keyids: Vec<&String> = keys.as_object().unwrap().keys().collect();
    let delegation = |name: &str| {
        json!({
            "name": name, "keyids": keyids, "threshold": 1, "paths": [format!("{name}/*")], "terminating": false,
            "x-note": note(),
        })
    };
    let mut targets = signed(folder, "1.targets.json");
    let mut legacy = targets.clone();
    targets["x-note"] = note();
    let hashes = json!({ "sha256": "5".repeat(64) });
    targets["targets"]["file.tar"] = json!({ "length": 5, "hashes": hashes, "custom": { "x-note": note() } });
    targets["delegations"]["roles"].as_array_mut().unwrap().push(delegation("legacy"));
    for (keyid, key) in keys.as_object().unwrap() {
        targets["delegations"]["keys"][keyid] = key.clone();
    }
    publish(folder, "1.targets.json", &targets, &keys_of(model, "targets"));

    legacy["x-note"] = note();
    legacy["delegations"] = json!({ "keys": keys, "roles": [delegation("deep")] });
    let mut deep = legacy.clone();
    deep.as_object_mut().unwrap().remove("delegations");
    let both = BTreeSet::from(["ada-card", "legacy-key"].map(str::to_owned));
    for (name, signed) in [("legacy", &legacy), ("deep", &deep)] {
        let by: Vec<(String, Key)> = both.iter().map(|key| (key.clone(), model.keys[key].clone())).collect();
        publish_under(folder, &format!("1.{name}.json"), signed, &by, &keys);
        let role = Role { keys: both.clone(), threshold: 1, days: 365, published_days: 365, planned: false };
        model.roles.insert(name.to_owned(), role);
    }

    let mut snapshot = signed(folder, "1.snapshot.json");
    snapshot["x-note"] = note();
    snapshot["meta"]["legacy.json"] = json!({ "version": 1 });
    snapshot["meta"]["deep.json"] = json!({ "version": 1 });
    publish(folder, "1.snapshot.json", &snapshot, &keys_of(model, "snapshot"));
    let mut timestamp = signed(folder, "timestamp.json");
    timestamp["x-note"] = note();
    publish(folder, "timestamp.json", &timestamp, &keys_of(model, "timestamp"));
}

fn signed(folder: &Path, name: &str) -> Value {
    let mut file: Value = serde_json::from_slice(&fs::read(folder.join(name)).unwrap()).unwrap();
    file["signed"].take()
}

fn keys_of(model: &Model, role: &str) -> Vec<(String, Key)> {
    model.roles[role].keys.iter().map(|name| (name.clone(), model.keys[name].clone())).collect()
}

/// Publishes under keys that the root lists.
fn publish(folder: &Path, name: &str, metadata: &Value, keys: &[(String, Key)]) {
    let root = signed(folder, "1.root.json");
    publish_under(folder, name, metadata, keys, &root["keys"]);
}

fn publish_under(folder: &Path, name: &str, metadata: &Value, keys: &[(String, Key)], listed: &Value) {
    let metadata = tree(metadata);
    let mut signatures = Vec::new();
    for (label, key) in keys {
        let mut token = token(key);
        let public = token.public_key(&place(label)).unwrap();
        let object = plain(&Written::write(&public, key.scheme, None));
        let of_key = |(_, other): &(&String, &Value)| other["keyval"] == object["keyval"];
        let keyid = listed.as_object().unwrap().iter().find(of_key).unwrap().0.clone();
        token.unlock(Secret::new(PIN.as_bytes().to_vec())).unwrap();
        let signature = token.sign(&place(label), key.scheme, &metadata.canonical()).unwrap();
        signatures.push(Signature { keyid, sig: hex::encode(&signature) });
    }
    fs::write(folder.join(name), Envelope::publish(&metadata, &signatures)).unwrap();
}

/// The material of a key.
pub fn material(name: &str, key: &Key) -> String {
    token(key).public_key(&place(name)).unwrap().fingerprint().to_hex()
}

fn token(key: &Key) -> RehearsalToken {
    RehearsalToken::new(&key.serial, key.scheme.algorithm())
}

fn place(label: &str) -> KeyPlace {
    KeyPlace { id: None, label: label.to_owned() }
}

fn tree(value: &Value) -> Json {
    Json::parse(value.to_string().as_bytes(), usize::MAX).unwrap()
}

fn plain(tree: &Json) -> Value {
    serde_json::from_slice(&tree.to_disk()).unwrap()
}
