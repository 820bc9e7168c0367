//! Fields that are missing or of another type, one by one. Everything is signed as it stands.

use tuf_ceremony::json::Json;

use crate::repository::PARTS;
use crate::tree::{empty, set, take};
use crate::variant::Collector;

/// What a field should be.
#[derive(Clone, Copy)]
enum Kind {
    Str,
    Int,
    Bool,
    Arr,
    Obj,
}

const COMMON: [(&[&str], Kind); 4] = [
    (&["_type"], Kind::Str),
    (&["spec_version"], Kind::Str),
    (&["version"], Kind::Int),
    (&["expires"], Kind::Str),
];

/// Required fields, by file.
const REQUIRED: [(&str, &[&str], Kind); 29] = [
    ("root", &["keys"], Kind::Obj),
    ("root", &["roles"], Kind::Obj),
    ("root", &["roles", "root"], Kind::Obj),
    ("root", &["roles", "root", "keyids"], Kind::Arr),
    ("root", &["roles", "root", "threshold"], Kind::Int),
    ("root", &["roles", "targets"], Kind::Obj),
    ("root", &["roles", "targets", "keyids"], Kind::Arr),
    ("root", &["roles", "targets", "threshold"], Kind::Int),
    ("root", &["roles", "snapshot"], Kind::Obj),
    ("root", &["roles", "snapshot", "keyids"], Kind::Arr),
    ("root", &["roles", "snapshot", "threshold"], Kind::Int),
    ("root", &["roles", "timestamp"], Kind::Obj),
    ("root", &["roles", "timestamp", "keyids"], Kind::Arr),
    ("root", &["roles", "timestamp", "threshold"], Kind::Int),
    ("targets", &["targets"], Kind::Obj),
    ("targets", &["targets", "readme.txt", "length"], Kind::Int),
    ("targets", &["targets", "readme.txt", "hashes"], Kind::Obj),
    ("targets", &["delegations", "keys"], Kind::Obj),
    ("targets", &["delegations", "roles"], Kind::Arr),
    ("targets", &["delegations", "roles", "0", "name"], Kind::Str),
    ("targets", &["delegations", "roles", "0", "keyids"], Kind::Arr),
    ("targets", &["delegations", "roles", "0", "threshold"], Kind::Int),
    ("targets", &["delegations", "roles", "0", "terminating"], Kind::Bool),
    ("project", &["targets"], Kind::Obj),
    ("project", &["targets", "project/one.txt", "hashes"], Kind::Obj),
    ("snapshot", &["meta"], Kind::Obj),
    ("snapshot", &["meta", "targets.json", "version"], Kind::Int),
    ("timestamp", &["meta"], Kind::Obj),
    ("timestamp", &["meta", "snapshot.json", "version"], Kind::Int),
];

/// Fields that may be missing, and have a type if they are there.
const OPTIONAL: [(&str, &[&str], Kind); 10] = [
    ("root", &["consistent_snapshot"], Kind::Bool),
    ("targets", &["delegations"], Kind::Obj),
    ("targets", &["delegations", "roles", "0", "paths"], Kind::Arr),
    ("targets", &["targets", "lib/a.tgz", "custom"], Kind::Obj),
    ("snapshot", &["meta", "targets.json", "length"], Kind::Int),
    ("snapshot", &["meta", "targets.json", "hashes"], Kind::Obj),
    ("snapshot", &["meta", "targets.json", "hashes", "sha256"], Kind::Str),
    ("timestamp", &["meta", "snapshot.json", "length"], Kind::Int),
    ("timestamp", &["meta", "snapshot.json", "hashes"], Kind::Obj),
    ("timestamp", &["meta", "snapshot.json", "hashes", "sha256"], Kind::Str),
];

pub fn add(list: &mut Collector) {
    let common = PARTS.into_iter().flat_map(|part| COMMON.map(|(path, kind)| (part, path, kind)));
    let required: Vec<_> = common.chain(REQUIRED).collect();
    for &(part, path, _) in &required {
        let name = format!("missing-{part}-{}", dashed(path));
        list.refused(name, "4.1: all fields of the specification are included", |repository| {
            repository.part(part).edit(|signed| drop(take(signed, path)));
        });
    }
    for (part, path, kind) in required.into_iter().chain(OPTIONAL) {
        for wrong in wrong(kind) {
            let name = format!("type-{part}-{}-{}", dashed(path), word(&wrong));
            list.refused(name, "4.3 to 4.6: the type of the field", |repository| {
                repository.part(part).edit(|signed| set(signed, path, wrong));
            });
        }
    }
    elements(list);
}

/// Elements of arrays, which have no name.
fn elements(list: &mut Collector) {
    let keyids = ["roles", "root", "keyids", "2"];
    for wrong in [Json::Null, Json::Int(1)] {
        list.refused(format!("type-root-keyid-{}", word(&wrong)), "4.3: KEYID is a string", |repository| {
            repository.part("root").edit(move |signed| set(signed, &keyids, wrong));
        });
    }
    for (name, path) in [
        ("role", &["delegations", "roles", "0"][..]),
        ("pattern", &["delegations", "roles", "0", "paths", "0"]),
    ] {
        list.refused(format!("type-targets-{name}-null"), "4.5: the type of the element", |repository| {
            repository.targets.edit(|signed| set(signed, path, Json::Null));
        });
    }
}

fn dashed(path: &[&str]) -> String {
    path.join("-").replace('/', "-")
}

/// The values most likely to be taken for the right one, and `null`.
fn wrong(kind: Kind) -> Vec<Json> {
    match kind {
        Kind::Str => vec![Json::Null, Json::Int(1)],
        Kind::Int => vec![Json::Null, Json::Bool(true), Json::from("4")],
        Kind::Bool => vec![Json::Null, Json::Int(0), Json::from("false")],
        Kind::Arr => vec![Json::Null, empty()],
        Kind::Obj => vec![Json::Null, Json::Arr(vec![])],
    }
}

fn word(json: &Json) -> &'static str {
    match json {
        Json::Null => "null",
        Json::Bool(_) => "bool",
        Json::Int(_) => "int",
        Json::Str(_) => "string",
        Json::Arr(_) => "array",
        Json::Obj(_) => "object",
    }
}
