//! The root chain.

use tuf_ceremony::json::Json;

use crate::holder::{A, B, C, D, E, Holder, STRANGER, TARGETS, TIMESTAMP};
use crate::part::Part;
use crate::repository::{Repository, role, root};
use crate::tree::{set, take};
use crate::variant::{Collector, Verdict};

const BOTH: &str = "5.3.4: a threshold of the keys of N, and a threshold of the keys of N+1";
const NEXT: &str = "5.3.5: the version MUST be exactly N+1";
const NO_MORE: &str = "5.3.3: if N+1 is not available, the client goes on with N";

pub fn add(list: &mut Collector) {
    use Verdict::{Accepted, Refused};
    let signers: [(&str, &[Holder], Verdict); 7] = [
        ("old-only", &[A, B, C], Refused),
        ("new-only", &[C, D, E], Refused),
        ("one-old-two-new", &[C, D], Refused),
        ("two-old-one-new", &[A, C], Refused),
        ("two-old-two-new", &[A, B, D, E], Accepted),
        ("everybody", &[A, B, C, D, E], Accepted),
        ("one-old-one-new", &[A, D], Refused),
    ];
    for (name, holders, verdict) in signers {
        list.add(format!("root-signed-by-{name}"), verdict, BOTH, |repository| {
            repository.part("root").signed_by(holders);
        });
    }
    thresholds(list);
    versions(list);
    third(list);
    roles(list);
    published(list);
}

fn thresholds(list: &mut Collector) {
    let raised = |repository: &mut Repository| {
        repository.part("root").edit(|signed| set(signed, &["roles", "root", "threshold"], 3));
    };
    list.refused("root-threshold-raised-unmet", BOTH, raised);
    list.accepted("root-threshold-raised-met", BOTH, |repository| {
        raised(repository);
        repository.part("root").signed_by(&[A, C, D, E]);
    });
    list.refused("root-threshold-lowered-and-old-unmet", BOTH, |repository| {
        repository.part("root").edit(|signed| set(signed, &["roles", "root", "threshold"], 1));
        repository.part("root").signed_by(&[C, D]);
    });
    list.refused("root-trusted-unsigned", "silent: 5.2 assumes a good, trusted copy", |repository| {
        repository.part("trusted").signed_by(&[]);
    });
    list.refused("root-trusted-one-signature", "silent: 5.2 assumes a good, trusted copy", |repository| {
        repository.part("trusted").signed_by(&[A]);
    });
}

fn versions(list: &mut Collector) {
    for version in [1, 3, 1000, i64::MAX] {
        list.refused(format!("root-2-has-version-{version}"), NEXT, |repository| {
            repository.part("root").edit(move |signed| set(signed, &["version"], version));
        });
    }
    list.accepted("root-2-missing", NO_MORE, |repository| {
        repository.files(|files| drop(files.remove("metadata/2.root.json")));
    });
    list.refused("root-2-missing-and-needed", NO_MORE, |repository| {
        repository.part("trusted").edit(|signed| {
            set(signed, &["keys", &STRANGER.keyid()], STRANGER.object());
            set(signed, &["roles", "timestamp"], role(&[STRANGER], 1));
        });
        repository.files(|files| drop(files.remove("metadata/2.root.json")));
    });
    list.refused(
        "root-2-missing-and-1-expired",
        "5.3.3, 5.3.10: the newest that is available",
        |repository| {
            repository.part("trusted").edit(|signed| set(signed, &["expires"], "2027-01-01T00:00:00Z"));
            repository.files(|files| drop(files.remove("metadata/2.root.json")));
        },
    );
    list.accepted("root-1-not-published", "5.2: the client has it", |repository| {
        repository.files(|files| drop(files.remove("metadata/1.root.json")));
    });
}

fn third(list: &mut Collector) {
    let third = || Part::new("root", root(3, [C, D, E]), &[C, D]);
    list.accepted("root-3", "5.3.9: repeat", move |repository| repository.roots.push(third()));
    list.accepted("root-gap", "5.3.3: without 2 the client never asks for 3", move |repository| {
        repository.roots.push(third());
        repository.files(|files| drop(files.remove("metadata/2.root.json")));
    });
    list.refused("root-3-signed-by-keys-of-1", BOTH, move |repository| {
        let mut third = third();
        third.signed_by(&[A, B]);
        repository.roots.push(third);
    });
    list.refused("root-3-is-a-copy-of-2", NEXT, |repository| {
        repository.files(|files| {
            let two = files["metadata/2.root.json"].clone();
            files.insert("metadata/3.root.json".to_owned(), two);
        });
    });
    list.refused(
        "root-3-revokes-timestamp-key",
        "5.4.2: by the keys of the newest root",
        move |repository| {
            let mut third = third();
            third.edit(|signed| set(signed, &["roles", "timestamp", "keyids"], Json::strings([C.keyid()])));
            repository.roots.push(third);
        },
    );
    list.refused("root-3-is-no-json", "5.3.4: not signed as required", |repository| {
        repository
            .files(|files| drop(files.insert("metadata/3.root.json".to_owned(), b"not found\n".to_vec())));
    });
}

fn roles(list: &mut Collector) {
    list.accepted("root-mirrors-role", "4.3: the role of mirrors is OPTIONAL", |repository| {
        repository.part("root").edit(|signed| set(signed, &["roles", "mirrors"], role(&TARGETS, 1)));
    });
    let why = "4.3: a role is one of the five; some clients refuse others";
    list.refused("root-unknown-role", why, |repository| {
        repository.part("root").edit(|signed| set(signed, &["roles", "x-auditors"], role(&TARGETS, 1)));
    });
    list.refused(
        "root-between-without-timestamp-role",
        "4.3: a role for each MUST be specified",
        |repository| {
            repository.part("root").edit(|signed| drop(take(signed, &["roles", "timestamp"])));
            repository.roots.push(Part::new("root", root(3, [C, D, E]), &[C, D]));
        },
    );
    list.accepted("root-changes-timestamp-key", "5.3.7: the newest root counts", |repository| {
        repository.part("root").edit(|signed| {
            take(signed, &["keys", &TIMESTAMP.keyid()]);
            set(signed, &["keys", &STRANGER.keyid()], STRANGER.object());
            set(signed, &["roles", "timestamp"], role(&[STRANGER], 1));
        });
        repository.timestamp.signed_by(&[STRANGER]);
    });
}

/// Copies that no step of section 5 reads, and from which other clients start.
fn published(list: &mut Collector) {
    let house = "house: a published root that other clients start from is the one that was verified";
    list.accepted("root-json-is-the-newest", house, |repository| {
        repository.files(|files| {
            let newest = files["metadata/2.root.json"].clone();
            files.insert("metadata/root.json".to_owned(), newest);
        });
    });
    list.accepted(
        "root-json-is-old",
        "5: no client reads root.json; it lags behind, which is a warning",
        |repository| {
            repository.files(|files| {
                let old = files["metadata/1.root.json"].clone();
                files.insert("metadata/root.json".to_owned(), old);
            });
        },
    );
    list.refused("root-1-published-is-another", house, |repository| {
        repository.files(|files| {
            let other = files["metadata/2.root.json"].clone();
            files.insert("metadata/1.root.json".to_owned(), other);
        });
    });
}
