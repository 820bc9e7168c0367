//! Rotated keys of timestamp or snapshot make a client forget what it trusted (spec 5.3.11).

use tuf_ceremony::tuf::client::Profile;
use tuf_ceremony::tuf::client::update::Copies;

use crate::flow::{Done, Kept, Memory, changed, refresh};
use crate::holder::{A, C, SNAPSHOT, STRANGER, TIMESTAMP};
use crate::part::Part;
use crate::repository::{Files, Repository, role, root};
use crate::tree::{rename, set};

const BOTH: [Copies; 2] = [Copies::Use, Copies::CompareOnly];

/// What an attacker who had the keys made clients trust.
fn inflated() -> Files {
    changed(|repository| {
        for part in [&mut repository.timestamp, &mut repository.snapshot, &mut repository.targets] {
            part.edit(|signed| set(signed, &["version"], 1_000_000));
        }
    })
}

fn shown(trusted: &[u8], store: &mut Kept, now: &Files, copies: Copies) -> (Done, Vec<String>) {
    let mut source = Memory::of(now);
    let done = refresh(Profile::Strict, trusted, &mut source, store, copies);
    (done, source.names())
}

#[test]
fn a_rotated_key_of_either_role_forgets_both_copies() {
    for name in ["timestamp", "snapshot"] {
        let now = changed(|repository| repository.hand_over(name, &[STRANGER]));
        for copies in BOTH {
            let mut store = Kept::of(&inflated(), &["timestamp", "snapshot"]);
            let (done, names) = shown(&now["trusted.root.json"], &mut store, &now, copies);
            done.is_accepted();
            assert_eq!(done.earlier().len(), 0, "no copy is looked at");
            let all = ["2.root.json", "3.root.json", "timestamp.json", "6.snapshot.json", "4.targets.json"];
            assert_eq!(names, all);
            assert_eq!(store, {
                let mut kept = Kept::of(&now, &["timestamp", "snapshot", "targets"]);
                kept.0.insert("root".to_owned(), now["metadata/2.root.json"].clone());
                kept
            });
        }
    }
}

#[test]
fn without_a_rotated_key_inflated_versions_stay() {
    let good = Repository::good().build();
    // A further key is no rotation: the keys of the attacker may still sign.
    let more = changed(|repository| {
        repository.hand_over("timestamp", &[TIMESTAMP, STRANGER]);
        repository.hand_over("snapshot", &[STRANGER, SNAPSHOT]);
    });
    for now in [good, more] {
        for copies in BOTH {
            let mut store = Kept::of(&inflated(), &["timestamp", "snapshot"]);
            let (done, _) = shown(&now["trusted.root.json"], &mut store, &now, copies);
            done.is_refused("timestamp.json", "5.4.3.1", "version 7, and 1000000 was trusted earlier");
        }
    }
}

#[test]
fn a_key_under_another_keyid_is_not_rotated() {
    let renamed = |repository: &mut Repository| {
        repository.part("root").edit(|signed| rename(signed, &TIMESTAMP.keyid(), "another"));
        repository.part("timestamp").signers[0].keyid = "another".to_owned();
    };
    let now = changed(renamed);
    let mut earlier = Repository::good();
    renamed(&mut earlier);
    earlier.timestamp.edit(|signed| set(signed, &["version"], 9));
    let mut store = Kept::of(&earlier.build(), &["timestamp"]);
    let mut source = Memory::of(&now);
    let trusted = &now["trusted.root.json"];
    let done = refresh(Profile::Lenient, trusted, &mut source, &mut store, Copies::Use);
    done.is_refused("timestamp.json", "5.4.3.1", "version 7, and 9 was trusted earlier");
}

#[test]
fn a_key_that_is_rotated_in_any_of_several_roots_is_rotated() {
    let now = changed(|repository| {
        repository.hand_over("snapshot", &[STRANGER]);
        let mut third = root(3, [A, C, STRANGER]);
        set(&mut third, &["roles", "snapshot"], role(&[STRANGER], 1));
        let second = repository.part("root");
        second.edit(|signed| set(signed, &["roles", "root"], role(&[A, C, STRANGER], 2)));
        second.edit(|signed| set(signed, &["keys", &A.keyid()], A.object()));
        repository.roots.push(Part::new("root", third, &[A, C]));
    });
    let mut store = Kept::of(&inflated(), &["timestamp", "snapshot"]);
    let (done, names) = shown(&now["trusted.root.json"], &mut store, &now, Copies::Use);
    done.is_accepted();
    assert_eq!((done.root, names[2].as_str()), (3, "4.root.json"));
}
