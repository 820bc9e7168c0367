//! A small repository that every client accepts, to be spoilt.
//!
//! Two roots (2 of 3 keys, of which one stays), targets (2 of 2), snapshot, timestamp, consistent snapshots, and the
//! delegated role `project`. Length and hashes are stated, and follow whatever is edited.

use std::collections::BTreeMap;

use tuf_ceremony::crypto::digest::Sha256Digest;
use tuf_ceremony::json::Json;

use crate::holder::{A, B, C, D, E, Holder, PROJECT, SNAPSHOT, TARGETS, TIMESTAMP};
use crate::part::{Part, Published};
use crate::tree;

/// Files by their path in the folder of a variant.
pub type Files = BTreeMap<String, Vec<u8>>;

type FilesEdit = Box<dyn FnOnce(&mut Files)>;

/// The files that a client reads, by the names that [`Repository::part`] knows.
pub const PARTS: [&str; 5] = ["root", "targets", "project", "snapshot", "timestamp"];

/// When clients ask.
pub const NOW: &str = "2027-01-14T15:00:00Z";
/// When everything expires.
pub const EXPIRES: &str = "2028-01-14T15:00:00Z";

/// A repository before it is signed.
pub struct Repository {
    /// Root metadata in order of versions; clients trust the first.
    pub roots: Vec<Part>,
    pub targets: Part,
    pub delegated: Vec<Part>,
    pub snapshot: Part,
    pub timestamp: Part,
    /// Target files by their path.
    pub files: Files,
    /// Whether names on disk have versions and hashes in them.
    pub consistent: bool,
    last: Vec<FilesEdit>,
}

impl Repository {
    pub fn good() -> Repository {
        let files: Files =
            [("readme.txt", "read me\n"), ("lib/a.tgz", "library"), ("project/one.txt", "one\n")]
                .map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()))
                .into();
        let mut library = target(&files["lib/a.tgz"]);
        tree::set(&mut library, &["custom"], Json::object([("kind", Json::from("library"))]));
        let mut targets = signed("targets", 4);
        let listed = [("lib/a.tgz", library), ("readme.txt", target(&files["readme.txt"]))];
        tree::set(&mut targets, &["targets"], Json::object(listed));
        let keys = Json::object([(PROJECT.keyid().as_str(), PROJECT.object())]);
        let roles = Json::Arr(vec![delegation("project", &[PROJECT], "project/*")]);
        tree::set(&mut targets, &["delegations"], Json::object([("keys", keys), ("roles", roles)]));
        let mut project = signed("targets", 5);
        let listed = [("project/one.txt", target(&files["project/one.txt"]))];
        tree::set(&mut project, &["targets"], Json::object(listed));
        Repository {
            roots: vec![
                Part::new("root", root(1, [A, B, C]), &[A, C]),
                Part::new("root", root(2, [C, D, E]), &[A, C, D]),
            ],
            targets: Part::new("targets", targets, &TARGETS),
            delegated: vec![Part::new("project", project, &[PROJECT])],
            snapshot: Part::new("snapshot", signed("snapshot", 6), &[SNAPSHOT]),
            timestamp: Part::new("timestamp", signed("timestamp", 7), &[TIMESTAMP]),
            files,
            consistent: true,
            last: vec![],
        }
    }

    /// A file by its name in [`PARTS`]: `root` is the newest; `trusted` is the first.
    pub fn part(&mut self, name: &str) -> &mut Part {
        match name {
            "root" => self.roots.last_mut().unwrap(),
            "trusted" => &mut self.roots[0],
            "targets" => &mut self.targets,
            "project" => &mut self.delegated[0],
            "snapshot" => &mut self.snapshot,
            "timestamp" => &mut self.timestamp,
            other => panic!("no part {other:?}"),
        }
    }

    /// Edits the folder when everything is signed.
    pub fn files(&mut self, edit: impl FnOnce(&mut Files) + 'static) {
        self.last.push(Box::new(edit));
    }

    /// Has no consistent snapshots, neither by what the roots say nor by the names of files.
    pub fn inconsistent(&mut self) {
        self.consistent = false;
        for root in &mut self.roots {
            root.edit(|signed| tree::set(signed, &["consistent_snapshot"], false));
        }
    }

    /// Gives a holder another key object under this keyid, in the newest root and in the delegations of targets.
    pub fn rekey(&mut self, holder: Holder, object: Json, keyid: &str) {
        let (old, new) = (holder.keyid(), keyid.to_owned());
        for (name, path) in [("root", &["keys"][..]), ("targets", &["delegations", "keys"])] {
            let (old, new, object) = (old.clone(), new.clone(), object.clone());
            self.part(name).edit(move |signed| {
                if tree::at(signed, path).get(&old).is_some() {
                    tree::rename(signed, &old, &new);
                    tree::set(signed, &[path, &[&new]].concat(), object);
                }
            });
        }
        for name in PARTS {
            for signer in self.part(name).signers.iter_mut().filter(|signer| signer.holder == holder) {
                new.clone_into(&mut signer.keyid);
            }
        }
    }

    /// Gives a role these keys in the newest root. The last of them signs.
    pub fn hand_over(&mut self, name: &'static str, holders: &'static [Holder]) {
        self.part("root").edit(move |signed| {
            for holder in holders {
                tree::set(signed, &["keys", &holder.keyid()], holder.object());
            }
            tree::set(signed, &["roles", name], role(holders, 1));
        });
        self.part(name).signed_by(&holders[holders.len() - 1..]);
    }

    /// Signs everything and lays out the folder.
    pub fn build(mut self) -> Files {
        let mut files = Files::new();
        for (index, root) in self.roots.into_iter().enumerate() {
            let bytes = root.publish().bytes;
            if index == 0 {
                files.insert("trusted.root.json".to_owned(), bytes.clone());
            }
            files.insert(format!("metadata/{}.root.json", index + 1), bytes);
        }
        let mut targets = vec![self.targets.publish()];
        targets.extend(self.delegated.into_iter().map(Part::publish));
        tree::set(&mut self.snapshot.signed, &["meta"], meta(&targets));
        let snapshot = self.snapshot.publish();
        tree::set(&mut self.timestamp.signed, &["meta"], meta(std::slice::from_ref(&snapshot)));
        files.insert("metadata/timestamp.json".to_owned(), self.timestamp.publish().bytes);
        for published in targets.into_iter().chain([snapshot]) {
            let name = if self.consistent {
                format!("metadata/{}.{}.json", published.version, published.role)
            } else {
                format!("metadata/{}.json", published.role)
            };
            for place in published.places.unwrap_or_else(|| vec![name]) {
                files.insert(place, published.bytes.clone());
            }
        }
        for (path, bytes) in self.files {
            files.insert(format!("targets/{}", on_disk(&path, &bytes, self.consistent)), bytes);
        }
        self.last.into_iter().for_each(|edit| edit(&mut files));
        files
    }
}

/// What snapshot and timestamp say of files.
fn meta(described: &[Published]) -> Json {
    let entry = |file: &Published| {
        let mut entry = target(&file.bytes);
        tree::set(&mut entry, &["version"], file.version);
        (format!("{}.json", file.role), entry)
    };
    Json::Obj(described.iter().map(entry).collect())
}

/// Where a target file lies below `targets/` (spec 5.7.3): the hash stands before the last step of the path.
fn on_disk(path: &str, bytes: &[u8], consistent: bool) -> String {
    let digest = Sha256Digest::of(bytes).to_hex();
    match path.rsplit_once('/') {
        _ if !consistent => path.to_owned(),
        Some((folder, name)) => format!("{folder}/{digest}.{name}"),
        None => format!("{digest}.{path}"),
    }
}

/// Length and hash of a file.
pub fn target(bytes: &[u8]) -> Json {
    let hashes = Json::object([("sha256", Json::from(Sha256Digest::of(bytes).to_hex()))]);
    Json::object([("hashes", hashes), ("length", Json::Int(i64::try_from(bytes.len()).unwrap()))])
}

/// `signed` with what every role has.
pub fn signed(kind: &str, version: i64) -> Json {
    Json::object([
        ("_type", Json::from(kind)),
        ("expires", Json::from(EXPIRES)),
        ("spec_version", Json::from("1.0.31")),
        ("version", Json::Int(version)),
    ])
}

/// Keyids and threshold.
pub fn role(holders: &[Holder], threshold: i64) -> Json {
    let keyids = Json::strings(holders.iter().map(|holder| holder.keyid()));
    Json::object([("keyids", keyids), ("threshold", Json::Int(threshold))])
}

/// An element of `delegations.roles`, with threshold 1.
pub fn delegation(name: &str, holders: &[Holder], pattern: &str) -> Json {
    let mut delegation = role(holders, 1);
    tree::set(&mut delegation, &["name"], name);
    tree::set(&mut delegation, &["paths"], Json::strings([pattern]));
    tree::set(&mut delegation, &["terminating"], false);
    delegation
}

/// Root metadata with these root keys, two of which are needed.
pub fn root(version: i64, holders: [Holder; 3]) -> Json {
    let mut signed = signed("root", version);
    tree::set(&mut signed, &["consistent_snapshot"], true);
    let roles: [(&str, &[Holder], i64); 4] = [
        ("root", &holders, 2),
        ("targets", &TARGETS, 2),
        ("snapshot", &[SNAPSHOT], 1),
        ("timestamp", &[TIMESTAMP], 1),
    ];
    let keys = roles.iter().flat_map(|(_, holders, _)| *holders);
    let keys = keys.map(|holder| (holder.keyid(), holder.object())).collect();
    tree::set(&mut signed, &["keys"], Json::Obj(keys));
    let roles = roles.map(|(name, holders, threshold)| (name, role(holders, threshold)));
    tree::set(&mut signed, &["roles"], Json::object(roles));
    signed
}
