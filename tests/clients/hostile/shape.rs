//! The envelope, and what kind of metadata is in it.

use tuf_ceremony::json::Json;

use crate::holder::{TARGETS, TIMESTAMP};
use crate::part::with_sig;
use crate::repository::{PARTS, role};
use crate::tree::{empty, set, take};
use crate::variant::Collector;

const ENVELOPE: &str = "4.2.1: signed, and signatures with keyid and sig";

pub fn add(list: &mut Collector) {
    for part in PARTS {
        for path in
            [&["signed"][..], &["signatures"], &["signatures", "0", "keyid"], &["signatures", "0", "sig"]]
        {
            list.refused(format!("missing-{part}-{}", path.join("-")), ENVELOPE, |repository| {
                repository.part(part).envelope(|envelope, _| drop(take(envelope, path)));
            });
        }
    }
    let wrong: [(&str, &[&str], Json); 10] = [
        ("signed-null", &["signed"], Json::Null),
        ("signed-array", &["signed"], Json::Arr(vec![])),
        ("signed-string", &["signed"], "{}".into()),
        ("signatures-null", &["signatures"], Json::Null),
        ("signatures-object", &["signatures"], Json::object([("0", with_sig(&TIMESTAMP.keyid(), "00"))])),
        ("signature-null", &["signatures", "0"], Json::Null),
        ("signature-string", &["signatures", "0"], "00".into()),
        ("keyid-int", &["signatures", "0", "keyid"], Json::Int(1)),
        ("sig-int", &["signatures", "0", "sig"], Json::Int(1)),
        ("sig-null", &["signatures", "0", "sig"], Json::Null),
    ];
    for (name, path, value) in wrong {
        list.refused(format!("type-envelope-{name}"), ENVELOPE, |repository| {
            repository.timestamp.envelope(move |envelope, _| set(envelope, path, value));
        });
    }
    let more: [(&str, Json); 3] =
        [("null", Json::Null), ("empty-object", empty()), ("sig-null", with_null_sig())];
    for (name, value) in more {
        list.refused(format!("type-envelope-one-more-{name}"), ENVELOPE, |repository| {
            repository.timestamp.signatures(move |list| list.push(value));
        });
    }
    types(list);
    mixed(list);
}

fn with_null_sig() -> Json {
    Json::object([("keyid", "00".into()), ("sig", Json::Null)])
}

fn types(list: &mut Collector) {
    let why = "4.2.1: _type describes the role type; 4.3 to 4.6 give it for each";
    for part in PARTS {
        let right = if part == "project" { "targets" } else { part };
        for kind in ["root", "targets", "snapshot", "timestamp", "mirrors"] {
            if kind != right {
                list.refused(format!("kind-{part}-says-{kind}"), why, |repository| {
                    repository.part(part).edit(move |signed| set(signed, &["_type"], kind));
                });
            }
        }
    }
    for (name, part, kind) in [
        ("capital", "targets", "Targets"),
        ("own-name", "project", "project"),
        ("space", "timestamp", "timestamp "),
        ("empty", "timestamp", ""),
    ] {
        list.refused(format!("kind-{name}"), why, |repository| {
            repository.part(part).edit(move |signed| set(signed, &["_type"], kind));
        });
    }
}

/// Fields of other roles mean nothing where they do not belong.
fn mixed(list: &mut Collector) {
    let why = "4: undefined fields are kept, and mean nothing";
    list.accepted("mixed-targets-have-roles", why, |repository| {
        repository.targets.edit(|signed| {
            set(signed, &["roles"], Json::object([("timestamp", role(&TARGETS, 1))]));
            set(signed, &["keys"], empty());
        });
    });
    list.accepted("mixed-timestamp-has-targets", why, |repository| {
        repository.timestamp.edit(|signed| set(signed, &["targets"], Json::Arr(vec![])));
    });
    list.accepted("mixed-root-has-meta", why, |repository| {
        repository.part("root").edit(|signed| set(signed, &["meta"], Json::Null));
    });
    list.accepted("mixed-snapshot-has-delegations", why, |repository| {
        repository.snapshot.edit(|signed| set(signed, &["delegations"], Json::Int(1)));
    });
}
