//! What is signed between the ceremonies: by those who run the repository, and by whoever else has their keys.

use std::fs;
use std::path::{Path, PathBuf};

use tuf_ceremony::crypto::digest::Sha256Digest;
use tuf_ceremony::json::Json;
use tuf_ceremony::tuf::envelope::{Envelope, Signature};

use super::night::Night;
use super::{HIGHEST, HOLDERS, World};
use crate::repository::target;
use crate::tree::set;

/// The target files, by their paths.
pub const FILES: [(&str, &str); 2] = [("readme.txt", "read me\n"), ("project/one.txt", "one\n")];

/// Signs metadata with keys of a ceremony.
pub fn sign(night: &Night, keys: &[&str], signed: &Json) -> Vec<u8> {
    let message = signed.canonical();
    let signature = |key: &&str| {
        let (keyid, sig) = night.signature(key, &message);
        Signature { keyid, sig }
    };
    Envelope::publish(signed, &keys.iter().map(signature).collect::<Vec<_>>())
}

/// Publishes a target file where clients look for it (spec 5.7.3).
pub fn write_target(world: &World, path: &str, text: &str) {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let place = world.published().join("targets").join(folder);
    fs::create_dir_all(&place).unwrap();
    fs::write(place.join(format!("{}.{name}", Sha256Digest::of(text.as_bytes()))), text).unwrap();
}

impl World {
    /// The keys of the newest ceremony.
    pub fn keys(&self) -> Night {
        Night { folder: self.last.clone() }
    }

    /// The key that signs for a role of the service, by the newest plan.
    pub fn online(&self, role: &str) -> String {
        self.keys().plan()["role"][role]["keys"][0].as_str().unwrap().to_owned()
    }

    /// The holders and the project list their files, in version 3 of everything.
    pub fn lists_files(&self) {
        let keys = self.keys();
        for (path, text) in FILES {
            write_target(self, path, text);
        }
        for ((path, text), role, keys_of) in
            [(FILES[0], "targets", &HOLDERS[..3]), (FILES[1], "project", &["project-card"])]
        {
            let mut signed = self.signed(&format!("2.{role}.json"));
            set(&mut signed, &["version"], 3);
            set(&mut signed, &["targets"], Json::object([(path, target(text.as_bytes()))]));
            fs::write(self.metadata(&format!("3.{role}.json")), sign(&keys, keys_of, &signed)).unwrap();
        }
        let mut snapshot = self.signed("2.snapshot.json");
        set(&mut snapshot, &["version"], 3);
        for role in ["targets.json", "project.json"] {
            set(&mut snapshot, &["meta", role, "version"], 3);
        }
        self.serves(&self.published(), &snapshot, 3);
    }

    /// Publishes a snapshot, and a timestamp for it, in a repository.
    fn serves(&self, repository: &Path, snapshot: &Json, timestamp_version: i64) {
        let keys = self.keys();
        let version = snapshot.get("version").and_then(Json::as_int).unwrap();
        let mut timestamp = super::signed_in(&repository.join("metadata/timestamp.json"));
        set(&mut timestamp, &["version"], timestamp_version);
        set(&mut timestamp, &["meta", "snapshot.json", "version"], version);
        let metadata = repository.join("metadata");
        let [of_snapshot, of_timestamp] = ["snapshot", "timestamp"].map(|role| self.online(role));
        let file = metadata.join(format!("{version}.snapshot.json"));
        fs::write(file, sign(&keys, &[&of_snapshot], snapshot)).unwrap();
        fs::write(metadata.join("timestamp.json"), sign(&keys, &[&of_timestamp], &timestamp)).unwrap();
    }

    /// What whoever has the keys of snapshot and timestamp can serve: the highest versions that there are.
    pub fn attacked(&self) -> PathBuf {
        let attacked = self.copy("attacked");
        let mut snapshot = self.signed("3.snapshot.json");
        set(&mut snapshot, &["version"], HIGHEST);
        self.serves(&attacked, &snapshot, HIGHEST);
        attacked
    }

    /// The same of whoever has the key of the timestamp alone.
    pub fn attacked_by_timestamp(&self) -> PathBuf {
        let attacked = self.copy("attacked-by-timestamp");
        self.serves(&attacked, &self.signed("3.snapshot.json"), HIGHEST);
        attacked
    }
}

/// Every keyid that stands in any role of a root.
pub fn keys_of_roles(root: &Json) -> Vec<String> {
    let roles = root.get("roles").and_then(Json::as_object).unwrap();
    let keyids = roles.values().flat_map(|role| role.get("keyids").and_then(Json::as_array).unwrap());
    keyids.filter_map(Json::as_str).map(str::to_owned).collect()
}

/// Whose keys of a ceremony have signed a file, sorted by name.
pub fn signers(file: &Path, night: &Night) -> Vec<String> {
    let envelope = Envelope::parse(&fs::read(file).unwrap(), usize::MAX).unwrap();
    let plan = night.plan();
    let known = plan["key"].as_table().unwrap().keys().map(|key| (night.keyid(key), key.clone()));
    let known: Vec<(String, String)> = known.collect();
    let name = |one: &Signature| {
        known.iter().find(|(keyid, _)| *keyid == one.keyid).map_or(one.keyid.clone(), |(_, key)| key.clone())
    };
    let mut names: Vec<String> = envelope.signatures.iter().map(name).collect();
    names.sort();
    names
}

/// Whether the public half of a key stands anywhere in this, under whatever keyid.
pub fn lists_key(signed: &Json, night: &Night, key: &str) -> bool {
    let object = night.read(&format!("keys/{key}/key.json"));
    let object = Json::parse(object.as_bytes(), usize::MAX).unwrap();
    let public = object.get("keyval").and_then(|value| value.get("public")).and_then(Json::as_str).unwrap();
    let text = |json: &Json| String::from_utf8(json.canonical()).unwrap();
    text(signed).contains(&text(&Json::from(public)))
}
