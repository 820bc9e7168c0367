//! The clients of others after a compromise of the online keys: what they trusted before, and what they trust afterwards.
//!
//! rust-tuf is not asked, because its judge has no past.

use std::collections::BTreeMap;
use std::path::PathBuf;

use tuf_ceremony::tuf::client::Profile;

use crate::flow::changed;
use crate::holder::{C, D, E, OTHER_STRANGER, STRANGER};
use crate::judges::{Answer, Case, Judge, judges};
use crate::part::Part;
use crate::program::folder;
use crate::repository::{NOW, Repository, root};
use crate::tree::set;

/// The highest version that every client can read: the last integer that JavaScript has exactly, 2^53 - 1.
const HIGHEST: i64 = 9_007_199_254_740_991;

fn versions(repository: &mut Repository, timestamp: i64, snapshot: i64) {
    for (part, version) in [(&mut repository.timestamp, timestamp), (&mut repository.snapshot, snapshot)] {
        part.edit(move |signed| set(signed, &["version"], version));
    }
}

/// A folder of this test with the good repository after one change.
fn published(test: &str, name: &str, change: impl FnOnce(&mut Repository)) -> PathBuf {
    folder(&format!("past/{test}/{name}"), &changed(change))
}

/// The good repository: root 2, timestamp 7, snapshot 6 and targets 4.
fn good(test: &str) -> PathBuf {
    published(test, "good", |_| {})
}

/// What whoever has both online keys can publish under the same root.
fn attacked(test: &str) -> PathBuf {
    published(test, "attacked", |repository| versions(repository, HIGHEST, HIGHEST))
}

/// The repository after the incident: targets 5, and a root 3 in which the rotated roles have new keys.
fn recovered(test: &str, name: &str, rotated: &[&'static str], timestamp: i64, snapshot: i64) -> PathBuf {
    published(test, name, |repository| {
        repository.roots.push(Part::new("root", root(3, [C, D, E]), &[C, D]));
        for role in rotated {
            repository.hand_over(role, if *role == "timestamp" { &[STRANGER] } else { &[OTHER_STRANGER] });
        }
        versions(repository, timestamp, snapshot);
        repository.targets.edit(|signed| set(signed, &["version"], 5));
    })
}

const BOTH: &[&str] = &["timestamp", "snapshot"];

/// What each client says of a repository, after its past.
fn ask(test: &str, before: &[&PathBuf], now: &PathBuf) -> Vec<(Profile, Answer)> {
    let asked = judges(test).into_iter().filter(|judge| judge.profile != Profile::RustTuf);
    let answer = |judge: Judge| {
        let cases = [Case::new("now", now, &["readme.txt"]).after(before.iter().copied())];
        (judge.profile, judge.ask(NOW, &cases).remove("now").unwrap())
    };
    asked.map(answer).collect()
}

/// The client took everything, and trusts these versions of root, timestamp, snapshot and targets.
fn ends_on(client: Profile, answer: &Answer, versions: [i64; 4]) {
    let roles = ["root", "timestamp", "snapshot", "targets"].map(str::to_owned);
    let versions: BTreeMap<String, i64> = roles.into_iter().zip(versions).collect();
    let taken = Answer { accepted: true, why: String::new(), versions };
    assert_eq!(*answer, taken, "{}", client.name());
}

/// The client refused a timestamp that would roll back the one of this version.
fn is_held_to(client: Profile, answer: &Answer, timestamp: i64) {
    let says = match client {
        Profile::PythonTuf => {
            format!("BadVersionNumberError: New timestamp version 8 must be >= {timestamp}")
        }
        Profile::Tough => {
            format!(
                "Found version 8 of timestamp metadata when we had previously fetched version {timestamp}"
            )
        }
        _ => format!("BadVersionError: New timestamp version 8 is less than current version {timestamp}"),
    };
    let refused = Answer { accepted: false, why: says, versions: BTreeMap::new() };
    assert_eq!(*answer, refused, "{}", client.name());
}

#[test]
fn a_client_that_took_the_attackers_versions_ends_on_the_recovered_ones() {
    let test = "a_client_that_took_the_attackers_versions_ends_on_the_recovered_ones";
    let (good, attacked) = (good(test), attacked(test));
    // Also below what was published before the incident: nothing is left that they could be lower than.
    for (timestamp, snapshot) in [(8, 7), (1, 1)] {
        let now = recovered(test, &format!("recovered-{timestamp}"), BOTH, timestamp, snapshot);
        for before in [&[&attacked][..], &[&good, &attacked]] {
            for (client, answer) in ask(test, before, &now) {
                ends_on(client, &answer, [3, timestamp, snapshot, 5]);
            }
        }
    }
}

#[test]
fn the_attackers_versions_are_taken_and_kept() {
    let test = "the_attackers_versions_are_taken_and_kept";
    let (good, attacked) = (good(test), attacked(test));
    for (client, answer) in ask(test, &[&good], &attacked) {
        ends_on(client, &answer, [2, HIGHEST, HIGHEST, 4]);
    }
    // A further root alone is no recovery.
    let now = recovered(test, "not-rotated", &[], 8, 7);
    for (client, answer) in ask(test, &[&attacked], &now) {
        is_held_to(client, &answer, HIGHEST);
    }
    for (client, answer) in ask(test, &[&good], &now) {
        ends_on(client, &answer, [3, 8, 7, 5]);
    }
}

#[test]
fn a_client_that_was_offline_for_the_whole_incident_ends_on_the_recovered_versions() {
    let test = "a_client_that_was_offline_for_the_whole_incident_ends_on_the_recovered_versions";
    let (good, now) = (good(test), recovered(test, "recovered", BOTH, 8, 7));
    for before in [&[][..], &[&good], &[&good, &good]] {
        for (client, answer) in ask(test, before, &now) {
            ends_on(client, &answer, [3, 8, 7, 5]);
        }
    }
}

#[test]
fn a_client_that_has_recovered_goes_on_from_there() {
    let test = "a_client_that_has_recovered_goes_on_from_there";
    let (attacked, first) = (attacked(test), recovered(test, "first", BOTH, 8, 7));
    let next = recovered(test, "next", BOTH, 9, 8);
    for (client, answer) in ask(test, &[&attacked, &first], &next) {
        ends_on(client, &answer, [3, 9, 8, 5]);
    }
}

#[test]
fn a_new_key_of_the_timestamp_alone_is_enough_where_the_attackers_snapshot_lists_nothing_higher() {
    // python-tuf and tuf-js keep the attacker's snapshot, whose key is the same, and hold the new one to the versions that
    // it lists only: its own version is held to by the timestamp.
    let test = "a_new_key_of_the_timestamp_alone_is_enough_where_the_attackers_snapshot_lists_nothing_higher";
    let (attacked, now) = (attacked(test), recovered(test, "recovered", &["timestamp"], 8, 7));
    for (client, answer) in ask(test, &[&attacked], &now) {
        ends_on(client, &answer, [3, 8, 7, 5]);
    }
}

#[test]
fn versions_that_the_attackers_snapshot_lists_are_forgotten_with_its_key() {
    // Whoever has the online keys needs no other to list a delegated role with a version that nobody ever signed.
    let test = "versions_that_the_attackers_snapshot_lists_are_forgotten_with_its_key";
    let attacked = published(test, "attacked", |repository| {
        versions(repository, HIGHEST, HIGHEST);
        repository.snapshot.edit(|signed| set(signed, &["meta", "project.json", "version"], HIGHEST));
    });
    for (name, rotated) in [("timestamp", &["timestamp"][..]), ("both", BOTH)] {
        for (client, answer) in ask(test, &[&attacked], &recovered(test, name, rotated, 8, 7)) {
            if client == Profile::Tough {
                // It fetches all delegated roles at once, and so refuses the attacker's repository.
                assert!(answer.why.starts_with("before: "), "{answer:?}");
            } else if rotated == BOTH {
                ends_on(client, &answer, [3, 8, 7, 5]);
            } else {
                let says = if client == Profile::PythonTuf {
                    format!("Expected project.json version 5, got {HIGHEST}.")
                } else {
                    format!("New version 5 of project.json is less than current version {HIGHEST}")
                };
                assert!(!answer.accepted, "{}", client.name());
                assert!(answer.why.ends_with(&says), "{}: {}", client.name(), answer.why);
            }
        }
    }
}

#[test]
fn a_new_key_of_the_snapshot_alone_is_enough_for_tough_only() {
    // Spec 5.3.11 forgets both files when either key is rotated, and so does tough. python-tuf and tuf-js delete nothing:
    // they only drop a file of their own that the new root's keys do not verify, and the attacker's timestamp still is.
    let test = "a_new_key_of_the_snapshot_alone_is_enough_for_tough_only";
    let (attacked, now) = (attacked(test), recovered(test, "recovered", &["snapshot"], 8, 7));
    for (client, answer) in ask(test, &[&attacked], &now) {
        if client == Profile::Tough {
            ends_on(client, &answer, [3, 8, 7, 5]);
        } else {
            is_held_to(client, &answer, HIGHEST);
        }
    }
}

#[test]
fn tough_forgets_at_every_load_that_starts_before_the_rotation() {
    // tough compares the newest root with the one that it is given, not with the one that it trusted last: as long as an
    // application gives it a root from before the rotation, nothing that it took since is protected from a rollback.
    let test = "tough_forgets_at_every_load_that_starts_before_the_rotation";
    let (later, now) = (recovered(test, "later", BOTH, 9, 7), recovered(test, "now", BOTH, 8, 7));
    for (client, answer) in ask(test, &[&later], &now) {
        if client == Profile::Tough {
            ends_on(client, &answer, [3, 8, 7, 5]);
        } else {
            is_held_to(client, &answer, 9);
        }
    }
    // Given the root of the recovery, it protects as the others do.
    std::fs::copy(now.join("metadata/3.root.json"), now.join("trusted.root.json")).unwrap();
    for (client, answer) in ask(test, &[&later], &now) {
        is_held_to(client, &answer, 9);
    }
}

#[test]
fn a_past_that_is_refused_is_told_from_a_repository_that_is() {
    let test = "a_past_that_is_refused_is_told_from_a_repository_that_is";
    let good = good(test);
    let unsigned = published(test, "unsigned", |repository| repository.timestamp.signed_by(&[]));
    for (before, now, of_the_past) in [(&unsigned, &good, true), (&good, &unsigned, false)] {
        for (client, answer) in ask(test, &[before], now) {
            let name = client.name();
            assert!(!answer.accepted, "{name}");
            assert_eq!(answer.why.starts_with("before: "), of_the_past, "{name}: {}", answer.why);
            assert_eq!(answer.versions, BTreeMap::new(), "{name}");
        }
    }
}
