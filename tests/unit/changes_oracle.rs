//! What holds of a published repository, read as plain JSON: of the program, only the arithmetic of signatures is used.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::Value;
use tuf_ceremony::crypto::{PublicKey, Scheme, hex};

/// One file.
#[derive(Clone, Debug, PartialEq)]
pub struct File {
    pub signed: Value,
    signatures: Vec<(String, Vec<u8>)>,
}

/// Who may sign: keys by material, and how many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trust {
    pub materials: BTreeSet<String>,
    pub threshold: i64,
}

/// Roots by version, and the current file of every other role.
#[derive(Debug, Default)]
pub struct Repository {
    pub roots: BTreeMap<i64, File>,
    pub roles: BTreeMap<String, File>,
    /// Who may sign for each role, root included.
    pub trust: BTreeMap<String, Trust>,
}

impl File {
    pub fn read(path: &Path) -> File {
        let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut file: Value = serde_json::from_slice(&bytes).unwrap();
        let one = |one: &Value| {
            let text = |field: &str| one[field].as_str().unwrap().to_owned();
            (text("keyid"), hex::decode(&text("sig")).unwrap())
        };
        let signatures = file["signatures"].as_array().unwrap().iter().map(one).collect();
        File { signed: file["signed"].take(), signatures }
    }

    pub fn version(&self) -> i64 {
        self.signed["version"].as_i64().unwrap()
    }

    /// The material whose valid signatures count for a role, by keys that are defined beside it.
    fn signers(&self, keys: &Value, role: &Value) -> BTreeSet<String> {
        let message = canonical(&self.signed);
        let listed: Vec<&str> =
            role["keyids"].as_array().unwrap().iter().map(|keyid| keyid.as_str().unwrap()).collect();
        let mut signers = BTreeSet::new();
        for (keyid, signature) in self.signatures.iter().filter(|(keyid, _)| listed.contains(&keyid.as_str()))
        {
            let (key, scheme) = key(&keys[keyid.as_str()]);
            key.verify(scheme, message.as_bytes(), signature).unwrap();
            signers.insert(key.fingerprint().to_hex());
        }
        signers
    }

    /// Requires the threshold of a role.
    fn require_quorum(&self, title: &str, keys: &Value, role: &Value) -> Trust {
        let signers = self.signers(keys, role);
        let trust = Trust::of(keys, role);
        assert!(signers.len() as i64 >= trust.threshold, "{title}: {signers:?} do not suffice for {trust:?}");
        assert!(signers.is_subset(&trust.materials));
        trust
    }

    /// Requires the threshold of a root, and of this one itself: the specification, 5.3.4.
    pub fn require_link(&self, before: &File) {
        let title = format!("root {} after {}", self.version(), before.version());
        assert_eq!(self.version(), before.version() + 1, "{title}");
        for root in [before, self] {
            self.require_quorum(&title, &root.signed["keys"], &root.signed["roles"]["root"]);
        }
        // Nothing is published that neither counts.
        let known = |keyid: &String| {
            let lists = |root: &File| root.signed["roles"]["root"]["keyids"].to_string().contains(keyid);
            lists(before) || lists(self)
        };
        assert!(self.signatures.iter().all(|(keyid, _)| known(keyid)), "{title} has a foreign signature");
    }
}

impl Trust {
    fn of(keys: &Value, role: &Value) -> Trust {
        let materials = role["keyids"].as_array().unwrap().iter();
        let materials: BTreeSet<String> =
            materials.map(|keyid| material(&keys[keyid.as_str().unwrap()])).collect();
        Trust { materials, threshold: role["threshold"].as_i64().unwrap() }
    }
}

impl Repository {
    /// Reads what a client would come to that always asks for the newest, and requires every quorum on the way.
    pub fn read(folder: &Path) -> Repository {
        let mut repository = Repository::default();
        for version in 1.. {
            let path = folder.join(format!("{version}.root.json"));
            if !path.exists() {
                break;
            }
            repository.roots.insert(version, File::read(&path));
        }
        let (_, root) = repository.roots.last_key_value().unwrap();
        assert_eq!(File::read(&folder.join("root.json")), *root, "root.json is another root");
        let root = root.signed.clone();
        let (keys, roles) = (&root["keys"], &root["roles"]);
        repository.trust.insert("root".to_owned(), Trust::of(keys, &roles["root"]));
        let timestamp = File::read(&folder.join("timestamp.json"));
        repository.take("timestamp", timestamp, keys, &roles["timestamp"]);
        let listed = repository.roles["timestamp"].signed["meta"]["snapshot.json"]["version"].clone();
        let snapshot = File::read(&folder.join(format!("{listed}.snapshot.json")));
        repository.take("snapshot", snapshot, keys, &roles["snapshot"]);
        repository.descend(folder, "targets", keys, &roles["targets"]);
        repository
    }

    fn take(&mut self, name: &str, file: File, keys: &Value, role: &Value) {
        let trust = file.require_quorum(name, keys, role);
        self.trust.insert(name.to_owned(), trust);
        self.roles.insert(name.to_owned(), file);
    }

    /// Takes targets metadata, and all that it delegates to.
    fn descend(&mut self, folder: &Path, name: &str, keys: &Value, role: &Value) {
        let listed = &self.roles["snapshot"].signed["meta"][format!("{name}.json")]["version"];
        let file = File::read(&folder.join(format!("{listed}.{name}.json")));
        assert_eq!(file.version(), listed.as_i64().unwrap(), "{name}");
        let delegations = file.signed["delegations"].clone();
        self.take(name, file, keys, role);
        for role in delegations["roles"].as_array().into_iter().flatten() {
            self.descend(folder, role["name"].as_str().unwrap(), &delegations["keys"], role);
        }
    }

    /// Every key object of the newest metadata, used or not, by material.
    pub fn materials(&self) -> BTreeSet<String> {
        let (_, root) = self.roots.last_key_value().unwrap();
        let delegating = self.roles.values().map(|file| &file.signed["delegations"]["keys"]);
        let keys = delegating.chain([&root.signed["keys"]]).filter_map(Value::as_object);
        keys.flat_map(|keys| keys.values()).map(material).collect()
    }

    /// Requires that nothing goes back: what changes gets a higher version, and no role is lost.
    pub fn require_progress(&self, before: &Repository) {
        for (version, root) in &before.roots {
            assert_eq!(self.roots.get(version), Some(root), "root {version} is another one now");
        }
        for (name, old) in &before.roles {
            let new = self.roles.get(name).unwrap_or_else(|| panic!("{name} is lost"));
            let (then, now) = (old.version(), new.version());
            let forward = if new == old { now == then } else { now > then };
            assert!(forward, "{name} goes from version {then} to {now}");
        }
    }
}

fn key(object: &Value) -> (PublicKey, Scheme) {
    let public = object["keyval"]["public"].as_str().unwrap();
    let scheme = Scheme::from_name(object["scheme"].as_str().unwrap()).unwrap();
    let key = match scheme {
        Scheme::Ed25519 => PublicKey::from_ed25519(&hex::decode(public).unwrap()),
        _ => PublicKey::from_spki_pem(public),
    };
    (key.unwrap(), scheme)
}

fn material(object: &Value) -> String {
    key(object).0.fingerprint().to_hex()
}

/// Canonical JSON (OLPC): members in order, no blanks, and only quotes and backslashes escaped.
pub fn canonical(value: &Value) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    match value {
        Value::String(text) => quoted(text),
        Value::Array(items) => format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(",")),
        Value::Object(members) => {
            let sorted: BTreeMap<&String, &Value> = members.iter().collect();
            let members =
                sorted.into_iter().map(|(name, value)| format!("{}:{}", quoted(name), canonical(value)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        }
        plain => plain.to_string(),
    }
}
