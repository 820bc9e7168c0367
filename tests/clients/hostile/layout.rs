//! Which files are there, and under which name.

use tuf_ceremony::json::Json;

use crate::repository::Repository;
use crate::tree::{set, take};
use crate::variant::Collector;

pub fn add(list: &mut Collector) {
    for name in ["timestamp", "6.snapshot", "4.targets", "5.project"] {
        let path = format!("metadata/{name}.json");
        list.refused(
            format!("missing-file-{name}"),
            "5.4.1, 5.5.1, 5.6.1, 5.6.7: it cannot be downloaded",
            |repository| {
                repository.files(move |files| drop(files.remove(&path).unwrap()));
            },
        );
    }
    list.refused("missing-all-target-files", "5.7.3: the target cannot be fetched", |repository| {
        repository.files(|files| files.retain(|path, _| !path.starts_with("targets/")));
    });
    list.absent_targets();
    consistent(list);
    swapped(list);
    more_files(list);
}

fn consistent(list: &mut Collector) {
    let optional = "4.3: consistent_snapshot is OPTIONAL, and absent it is not used (6.2.1)";
    let absent = |repository: &mut Repository| {
        for root in &mut repository.roots {
            root.edit(|signed| drop(take(signed, &["consistent_snapshot"])));
        }
    };
    list.accepted("consistent-snapshot-false", "5.5.1, 5.6.1: FILENAME.EXT", Repository::inconsistent);
    list.accepted("consistent-snapshot-absent", optional, move |repository| {
        absent(repository);
        repository.consistent = false;
    });
    list.refused("consistent-snapshot-absent-names-versioned", optional, absent);
    list.refused("consistent-snapshot-false-names-versioned", "5.5.1: FILENAME.EXT", |repository| {
        repository.part("root").edit(|signed| set(signed, &["consistent_snapshot"], false));
    });
    list.refused(
        "consistent-snapshot-true-names-unversioned",
        "5.5.1: VERSION_NUMBER.FILENAME.EXT",
        |repository| {
            repository.consistent = false;
        },
    );
    list.accepted("consistent-snapshot-only-in-newest", "5.3.12: as per the trusted root", |repository| {
        repository.part("trusted").edit(|signed| set(signed, &["consistent_snapshot"], false));
    });
}

/// Files in each other's place, with lengths and hashes that fit.
fn swapped(list: &mut Collector) {
    let names = [
        ("root", "2.root"),
        ("targets", "4.targets"),
        ("project", "5.project"),
        ("snapshot", "6.snapshot"),
        ("timestamp", "timestamp"),
    ];
    for (part, _) in names {
        for (other, name) in names.into_iter().filter(|(other, _)| *other != part) {
            let why = "4.3 to 4.6: the _type of the role, 5: the keys of the role";
            list.refused(format!("swapped-{part}-is-{other}"), why, |repository| {
                let bytes = Repository::good().build()[&format!("metadata/{name}.json")].clone();
                repository.part(part).text(|text| *text = bytes);
            });
        }
    }
}

fn more_files(list: &mut Collector) {
    list.accepted("more-files-old-versions", "6.2: old versions stay beside the new", |repository| {
        repository.files(|files| {
            for name in ["3.targets", "5.snapshot", "4.project"] {
                files.insert(format!("metadata/{name}.json"), b"{}".to_vec());
            }
        });
    });
    list.accepted(
        "more-files-versioned-timestamp",
        "6.2.1: VERSION_NUMBER.timestamp.EXT is OPTIONAL",
        |repository| {
            repository.files(|files| {
                let copy = files["metadata/timestamp.json"].clone();
                files.insert("metadata/7.timestamp.json".to_owned(), copy);
            });
        },
    );
    list.accepted("more-files-unsigned-mirrors", "4.3: mirrors are OPTIONAL", |repository| {
        let mirrors = Json::object([]).to_disk();
        repository.files(|files| drop(files.insert("metadata/mirrors.json".to_owned(), mirrors)));
    });
}
