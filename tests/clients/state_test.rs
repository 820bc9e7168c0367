//! `verify --state`: the published files against what a client trusted earlier.

use std::path::{Path, PathBuf};

use crate::flow::{changed, published};
use crate::holder::STRANGER;
use crate::program::{Done, folder, verify, write};
use crate::repository::{Files, Repository, role};
use crate::tree::set;

/// A folder with what a client has that trusted a repository.
fn state(folder: &Path, earlier: &Files) -> PathBuf {
    let copy = |role: &str| (format!("{role}.json"), published(earlier, role).to_vec());
    let state = folder.join("state");
    write(&state, &["timestamp", "snapshot"].map(copy).into());
    state
}

/// The good repository with a later timestamp.
fn later(version: i64) -> Files {
    changed(|repository| repository.timestamp.edit(move |signed| set(signed, &["version"], version)))
}

fn shown(name: &str, earlier: &Files, now: &Files, more: &[&str]) -> Done {
    let folder = folder(name, now);
    let state = state(&folder, earlier);
    let done = verify(&folder, &[&["--state", state.to_str().unwrap()], more].concat());
    let after: Vec<Vec<u8>> = ["timestamp", "snapshot"]
        .map(|role| std::fs::read(state.join(format!("{role}.json"))).unwrap())
        .into();
    let before = ["timestamp", "snapshot"].map(|role| published(earlier, role).to_vec());
    assert_eq!(after, before, "the state is never written");
    done
}

#[test]
fn a_repository_that_goes_on_is_accepted() {
    let done = shown("state-good", &Repository::good().build(), &later(8), &[]);
    assert_eq!(done.code, 0, "{done:?}");
    assert_eq!(done.verdict(), "At 2027-01-14T15:00:00Z: ACCEPTED");
    for row in ["  earlier timestamp.json ", "  earlier snapshot.json "] {
        assert!(done.out.contains(row), "{}", done.out);
    }
    let json = shown("state-good", &Repository::good().build(), &later(8), &["--json"]).json();
    assert_eq!((&json["accepted"], &json["forgotten"]), (&true.into(), &false.into()));
}

#[test]
fn a_repository_that_goes_back_is_refused() {
    let now = Repository::good().build();
    let done = shown("state-back", &later(8), &now, &[]);
    assert_eq!(done.code, 1, "{done:?}");
    let why = "timestamp.json: rolled back: version 7, and 8 was trusted earlier (spec 5.4.3.1)";
    assert_eq!(done.verdict(), format!("At 2027-01-14T15:00:00Z: REFUSED: {why}"));
    let json = shown("state-back", &later(8), &now, &["--json"]).json();
    let refusal = &json["refusal"];
    assert_eq!(refusal["file"], "timestamp.json");
    assert_eq!(refusal["section"], "5.4.3.1");
    assert_eq!(refusal["what"], "rolled back: version 7, and 8 was trusted earlier");
    assert!(refusal["rule"].is_null());
}

#[test]
fn a_snapshot_that_dropped_a_file_is_refused() {
    let now = changed(|repository| {
        repository.delegated.clear();
        repository.targets.edit(|signed| drop(crate::tree::take(signed, &["delegations"])));
        repository.timestamp.edit(|signed| set(signed, &["version"], 8));
        repository.snapshot.edit(|signed| set(signed, &["version"], 7));
    });
    let done = shown("state-dropped", &Repository::good().build(), &now, &[]);
    assert_eq!(done.code, 1, "{done:?}");
    let why = "7.snapshot.json: project.json was listed earlier, and is not any more (spec 5.5.5)";
    assert!(done.verdict().ends_with(why), "{done:?}");
}

#[test]
fn rotated_keys_forget_what_was_trusted_and_the_report_says_so() {
    let now = changed(|repository| {
        repository.part("root").edit(|signed| {
            set(signed, &["keys", &STRANGER.keyid()], STRANGER.object());
            set(signed, &["roles", "timestamp"], role(&[STRANGER], 1));
        });
        repository.timestamp.signed_by(&[STRANGER]);
    });
    let done = shown("state-rotated", &later(99), &now, &[]);
    assert_eq!(done.code, 0, "{done:?}");
    assert_eq!(done.verdict(), "At 2027-01-14T15:00:00Z: ACCEPTED");
    let says = "Earlier versions are forgotten: keys of timestamp or snapshot were rotated (spec 5.3.11).";
    assert!(done.out.lines().any(|line| line == says), "{}", done.out);
    assert!(!done.out.contains("earlier timestamp.json"), "{}", done.out);
    assert!(done.out.contains("Not held to an earlier timestamp: it was forgotten."), "{}", done.out);
    let json = shown("state-rotated", &later(99), &now, &["--json"]).json();
    assert_eq!((&json["accepted"], &json["forgotten"]), (&true.into(), &true.into()));
}

#[test]
fn an_empty_state_protects_nothing_and_stops_nothing() {
    let folder = folder("state-empty", &Repository::good().build());
    let state = folder.join("state");
    std::fs::create_dir(&state).unwrap();
    assert_eq!(verify(&folder, &["--state", state.to_str().unwrap()]).code, 0);
}

#[test]
fn a_state_or_targets_folder_that_is_not_there_is_no_empty_one() {
    let folder = folder("state-nowhere", &Repository::good().build());
    let nowhere = folder.join("nowhere");
    for option in ["--state", "--targets"] {
        let done = verify(&folder, &[option, nowhere.to_str().unwrap()]);
        assert_eq!((done.code, done.out.as_str()), (5, ""), "{done:?}");
        assert!(done.err.contains("nowhere does not exist"), "{done:?}");
        let file = folder.join("trusted.root.json");
        let done = verify(&folder, &[option, file.to_str().unwrap()]);
        assert_eq!((done.code, done.out.as_str()), (5, ""), "{done:?}");
        assert!(done.err.contains("trusted.root.json is not a folder\n"), "{done:?}");
    }
}

#[test]
fn what_a_repository_is_held_to_is_told_of_each_copy() {
    let held = ["Held to the earlier timestamp, version 7.", "Held to the earlier snapshot, version 6."];
    let says = |done: &Done, lines: [&str; 2]| {
        let told: Vec<&str> = done.out.lines().filter(|line| line.contains("eld to ")).collect();
        assert_eq!(told, lines, "{}", done.out);
    };
    let good = Repository::good().build();
    let done = shown("state-held", &good, &later(8), &[]);
    says(&done, held);
    assert_eq!(done.out.lines().filter(|line| line.ends_with("  in force")).count(), 2, "{}", done.out);

    // An expired copy is no good any more, and still says what must not be rolled back.
    let expired = changed(|repository| {
        repository.timestamp.edit(|signed| set(signed, &["expires"], "2027-01-01T00:00:00Z"));
    });
    let done = shown("state-held-expired", &expired, &later(8), &[]);
    says(&done, held);
    assert!(done.out.contains("    in force all the same: it expired on 2027-01-01"), "{}", done.out);

    let forged = changed(|repository| repository.timestamp.signed_by(&[STRANGER]));
    let done = shown("state-held-forged", &forged, &later(8), &[]);
    says(&done, ["Not held to the earlier timestamp: its copy cannot be used.", held[1]]);
    assert!(done.out.contains("    not used: the threshold is not met"), "{}", done.out);
}
