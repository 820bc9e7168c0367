//! What timestamp says of snapshot, and snapshot of targets.

use tuf_ceremony::crypto::digest::{Sha256Digest, sha512};
use tuf_ceremony::crypto::hex;
use tuf_ceremony::json::Json;

use crate::tree::{at, empty, set, take};
use crate::variant::Collector;

/// The file that speaks, what it speaks of, and the version of that.
const LINKS: [(&str, &str, i64); 3] =
    [("timestamp", "snapshot.json", 6), ("snapshot", "targets.json", 4), ("snapshot", "project.json", 5)];

pub fn add(list: &mut Collector) {
    for (part, named, version) in LINKS {
        let short = named.trim_end_matches(".json");
        versions(list, part, named, short, version);
        lengths(list, part, named, short);
        hashes(list, part, named, short);
    }
    listed(list);
}

fn versions(
    list: &mut Collector,
    part: &'static str,
    named: &'static str,
    short: &'static str,
    version: i64,
) {
    let same = "5.5.4, 5.6.4: the version MUST match the one that is listed";
    for (name, other) in [("higher", version + 1), ("lower", version - 1), ("zero", 0), ("negative", -1)] {
        list.refused(format!("meta-version-{name}-{short}"), same, |repository| {
            repository.part(part).edit(move |signed| set(signed, &["meta", named, "version"], other));
        });
        // Also where the file lies under the version that is listed.
        if other > 0 {
            list.refused(format!("meta-version-{name}-and-file-there-{short}"), same, |repository| {
                repository.part(part).edit(move |signed| set(signed, &["meta", named, "version"], other));
                repository.files(move |files| {
                    let file = files[&format!("metadata/{version}.{named}")].clone();
                    files.insert(format!("metadata/{other}.{named}"), file);
                });
            });
        }
    }
    list.refused(format!("meta-version-differs-unversioned-{short}"), same, |repository| {
        repository.inconsistent();
        repository.part(part).edit(move |signed| set(signed, &["meta", named, "version"], version + 1));
    });
}

fn lengths(list: &mut Collector, part: &'static str, named: &'static str, short: &'static str) {
    let path = ["meta", named, "length"];
    let less = "5.5.1, 5.6.1: not more bytes are downloaded than are listed";
    let exact = "4.4: LENGTH is the length of the file (5.5.1 only makes it a limit)";
    for (name, change, why) in [("one-less", -1, less), ("one-more", 1, exact), ("far-more", 1 << 40, exact)]
    {
        list.refused(format!("meta-length-{name}-{short}"), why, |repository| {
            repository.part(part).edit(move |signed| {
                let length = at(signed, &path).as_int().unwrap();
                set(signed, &path, length + change);
            });
        });
    }
    for (name, length) in [("zero", 0), ("negative", -1), ("least", i64::MIN)] {
        list.refused(format!("meta-length-{name}-{short}"), exact, |repository| {
            repository.part(part).edit(move |signed| set(signed, &path, length));
        });
    }
    list.accepted(format!("meta-length-absent-{short}"), "4.4: LENGTH is OPTIONAL", |repository| {
        repository.part(part).edit(move |signed| drop(take(signed, &path)));
    });
}

fn hashes(list: &mut Collector, part: &'static str, named: &'static str, short: &'static str) {
    let digest = "4.4: HASH is the hexdigest";
    let all = "5.5.2, 5.6.2: the hashes MUST match";
    let any = "silent: a hash that cannot be computed cannot match";
    let other = || Json::from(Sha256Digest::of(b"other").to_hex());
    type Hashes = Box<dyn FnOnce(&str) -> Json>;
    let cases: [(&str, &str, Hashes); 8] = [
        ("other", all, Box::new(move |_| Json::object([("sha256", other())]))),
        (
            "sha512-too-and-other",
            all,
            Box::new(move |sha256| {
                Json::object([("sha256", sha256.into()), ("sha512", hex::encode(&sha512(b"other")).into())])
            }),
        ),
        ("unknown-only", any, Box::new(|sha256| Json::object([("x-hash", sha256.into())]))),
        (
            "unknown-too",
            any,
            Box::new(|sha256| Json::object([("sha256", sha256.into()), ("x-hash", "00".into())])),
        ),
        ("none", "4.4: one or more hashes", Box::new(|_| empty())),
        (
            "upper-case",
            "silent: a hexdigest is compared as text",
            Box::new(|sha256| Json::object([("sha256", sha256.to_uppercase().into())])),
        ),
        ("truncated", digest, Box::new(|sha256| Json::object([("sha256", sha256[..62].into())]))),
        (
            "trailing-space",
            digest,
            Box::new(|sha256| Json::object([("sha256", format!("{sha256} ").into())])),
        ),
    ];
    let path = ["meta", named, "hashes"];
    for (name, why, hashes) in cases {
        list.refused(format!("meta-hashes-{name}-{short}"), why, |repository| {
            repository.part(part).edit(move |signed| {
                let sha256 = at(signed, &[&path[..], &["sha256"]].concat()).as_str().unwrap().to_owned();
                set(signed, &path, hashes(&sha256));
            });
        });
    }
    list.accepted(format!("meta-hashes-absent-{short}"), "4.4: HASHES is OPTIONAL", |repository| {
        repository.part(part).edit(move |signed| drop(take(signed, &path)));
    });
    list.accepted(format!("meta-version-only-{short}"), "4.4: both are OPTIONAL", |repository| {
        repository.part(part).edit(move |signed| {
            take(signed, &path);
            take(signed, &["meta", named, "length"]);
        });
    });
}

fn listed(list: &mut Collector) {
    let must = "4.4: MUST list targets and all delegated targets";
    for named in ["targets.json", "project.json"] {
        list.refused(format!("snapshot-does-not-list-{named}"), must, |repository| {
            repository.snapshot.edit(move |signed| drop(take(signed, &["meta", named])));
        });
    }
    list.refused("snapshot-lists-nothing", must, |repository| {
        repository.snapshot.edit(|signed| set(signed, &["meta"], empty()));
    });
    let version = || Json::object([("version", Json::Int(1))]);
    list.accepted("snapshot-lists-unknown-role", "silent: nobody asks for it", move |repository| {
        repository.snapshot.edit(move |signed| set(signed, &["meta", "gone.json"], version()));
    });
    list.accepted(
        "snapshot-lists-root",
        "silent: old repositories did; nobody reads it",
        move |repository| {
            repository.snapshot.edit(move |signed| set(signed, &["meta", "root.json"], version()));
        },
    );
    list.refused(
        "snapshot-lists-names-without-extension",
        "4.4: METAPATH is the path of the file",
        |repository| {
            repository.snapshot.edit(|signed| {
                let entry = take(signed, &["meta", "targets.json"]);
                set(signed, &["meta", "targets"], entry);
            });
        },
    );
    list.refused(
        "snapshot-lists-names-with-version",
        "6.2.1: the name listed MUST remain FILENAME.EXT",
        |repository| {
            repository.snapshot.edit(|signed| {
                let entry = take(signed, &["meta", "targets.json"]);
                set(signed, &["meta", "4.targets.json"], entry);
            });
        },
    );
    let only = "4.6: MUST only include a description of snapshot.json";
    list.refused("timestamp-lists-targets-too", only, move |repository| {
        repository.timestamp.edit(move |signed| set(signed, &["meta", "targets.json"], version()));
    });
    list.refused("timestamp-lists-nothing", only, |repository| {
        repository.timestamp.edit(|signed| set(signed, &["meta"], empty()));
    });
    list.refused("timestamp-lists-targets-instead", only, move |repository| {
        repository
            .timestamp
            .edit(move |signed| set(signed, &["meta"], Json::object([("targets.json", version())])));
    });
}
