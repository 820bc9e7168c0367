//! Nothing is rolled back behind what a client trusted earlier (spec 5.4.3, 5.5.5).

use tuf_ceremony::tuf::client::Profile;
use tuf_ceremony::tuf::client::update::Copies;

use crate::flow::{Done, Kept, Memory, changed, published, refresh};
use crate::holder::STRANGER;
use crate::part::Part;
use crate::repository::{Files, Repository};
use crate::tree::{set, take};

const BOTH: [Copies; 2] = [Copies::Use, Copies::CompareOnly];
const OVER: &str = "2027-01-01T00:00:00Z";

fn version(part: &mut Part, version: i64) {
    part.edit(move |signed| set(signed, &["version"], version));
}

fn expired(part: &mut Part) {
    part.edit(|signed| set(signed, &["expires"], OVER));
}

/// Versions of timestamp and snapshot.
fn at(repository: &mut Repository, timestamp: i64, snapshot: i64) {
    version(&mut repository.timestamp, timestamp);
    version(&mut repository.snapshot, snapshot);
}

/// Neither length nor hashes are stated anywhere.
fn unstated(repository: &mut Repository) {
    for (part, files) in [
        (&mut repository.timestamp, &["snapshot.json"][..]),
        (&mut repository.snapshot, &["targets.json"][..]),
    ] {
        for file in files {
            part.edit(move |signed| {
                take(signed, &["meta", file, "length"]);
                take(signed, &["meta", file, "hashes"]);
            });
        }
    }
}

/// A client that trusted one repository is shown another.
fn shown(earlier: &Files, now: &Files, copies: Copies) -> (Done, Memory, Kept) {
    let (mut source, mut store) = (Memory::of(now), Kept::of(earlier, &["timestamp", "snapshot"]));
    let trusted = now["trusted.root.json"].clone();
    let done = refresh(Profile::Strict, &trusted, &mut source, &mut store, copies);
    (done, source, store)
}

fn refused(earlier: &Files, now: &Files, file: &str, section: &str, what: &str) {
    for copies in BOTH {
        let (done, _, store) = shown(earlier, now, copies);
        done.is_refused(file, section, what);
        assert_eq!(done.refused.unwrap().1.rule, None);
        assert_eq!(store.0["snapshot"], published(earlier, "snapshot"), "the copies stay");
    }
}

#[test]
fn an_older_timestamp_is_refused() {
    let earlier = changed(|repository| at(repository, 8, 6));
    let what = "rolled back: version 7, and 8 was trusted earlier";
    refused(&earlier, &Repository::good().build(), "timestamp.json", "5.4.3.1", what);
}

#[test]
fn a_timestamp_that_lists_an_older_snapshot_is_refused() {
    let earlier = changed(|repository| at(repository, 7, 7));
    let now = changed(|repository| at(repository, 8, 6));
    let what = "it lists version 6 of the snapshot, and 7 was trusted earlier";
    refused(&earlier, &now, "timestamp.json", "5.4.3.2", what);
}

#[test]
fn a_snapshot_that_lists_an_older_file_is_refused() {
    for states in [true, false] {
        let build = |timestamp, snapshot, targets, project| {
            changed(|repository| {
                at(repository, timestamp, snapshot);
                version(&mut repository.targets, targets);
                version(&mut repository.delegated[0], project);
                if !states {
                    unstated(repository);
                }
            })
        };
        let now = build(8, 7, 4, 5);
        let what = "version 4 of targets.json, and 5 was listed earlier";
        refused(&build(7, 6, 5, 5), &now, "7.snapshot.json", "5.5.5", what);
        let what = "version 5 of project.json, and 6 was listed earlier";
        refused(&build(7, 6, 4, 6), &now, "7.snapshot.json", "5.5.5", what);
        shown(&build(7, 6, 3, 4), &now, Copies::Use).0.is_accepted();
    }
}

#[test]
fn a_snapshot_that_does_not_list_a_file_any_more_is_refused() {
    for states in [true, false] {
        let build = |timestamp, snapshot, drops: bool| {
            changed(|repository| {
                at(repository, timestamp, snapshot);
                if drops {
                    repository.delegated.clear();
                    repository.targets.edit(|signed| drop(take(signed, &["delegations"])));
                }
                if !states {
                    unstated(repository);
                }
            })
        };
        let what = "project.json was listed earlier, and is not any more";
        refused(&build(7, 6, false), &build(8, 7, true), "7.snapshot.json", "5.5.5", what);
    }
}

#[test]
fn an_earlier_snapshot_may_be_longer_than_the_one_that_is_listed_now() {
    let earlier = changed(|repository| {
        version(&mut repository.targets, 5);
        repository.snapshot.text(|text| text.resize(10_000, b' '));
    });
    let now = changed(|repository| at(repository, 8, 7));
    refused(&earlier, &now, "7.snapshot.json", "5.5.5", "version 4 of targets.json, and 5");
}

#[test]
fn of_two_timestamps_with_one_version_the_earlier_one_stays() {
    let earlier = Repository::good().build();
    let snapshot = earlier["metadata/6.snapshot.json"].clone();
    for (copies, other) in BOTH.into_iter().flat_map(|copies| [(copies, 5), (copies, 9)]) {
        let mut now = changed(|repository| version(&mut repository.snapshot, other));
        now.insert("metadata/6.snapshot.json".to_owned(), snapshot.clone());
        let (done, mut source, store) = shown(&earlier, &now, copies);
        done.is_accepted();
        let mut names = vec!["2.root.json", "3.root.json", "timestamp.json"];
        if copies == Copies::CompareOnly {
            names.push("6.snapshot.json");
        }
        names.push("4.targets.json");
        assert_eq!(source.names(), names);
        assert_eq!(store.0["timestamp"], published(&earlier, "timestamp"));
    }
}

#[test]
fn an_expired_timestamp_is_not_replaced_by_one_with_its_version() {
    let earlier = changed(|repository| expired(&mut repository.timestamp));
    let now = Repository::good().build();
    refused(&earlier, &now, "timestamp.json", "5.4.4", "it expired on 2027-01-01T00:00:00Z");
}

#[test]
fn expired_copies_still_protect() {
    let earlier = changed(|repository| {
        at(repository, 8, 6);
        expired(&mut repository.timestamp);
    });
    refused(&earlier, &Repository::good().build(), "timestamp.json", "5.4.3.1", "and 8 was trusted");
    let earlier = changed(|repository| {
        version(&mut repository.targets, 5);
        expired(&mut repository.snapshot);
    });
    let now = changed(|repository| at(repository, 8, 7));
    refused(&earlier, &now, "7.snapshot.json", "5.5.5", "version 4 of targets.json, and 5");
}

#[test]
fn expired_copies_do_not_stop_an_update() {
    let earlier = changed(|repository| {
        expired(&mut repository.timestamp);
        expired(&mut repository.snapshot);
    });
    let now = changed(|repository| at(repository, 8, 7));
    for copies in BOTH {
        let (done, _, store) = shown(&earlier, &now, copies);
        done.is_accepted();
        let why: Vec<_> = done.earlier().iter().map(|row| row.refused.clone().unwrap().section).collect();
        assert_eq!(why, ["5.4.4", "5.5.4"]);
        assert_eq!(store.0["snapshot"], published(&now, "snapshot"));
    }
}

#[test]
fn copies_that_do_not_verify_any_more_are_forgotten() {
    let forged = changed(|repository| {
        at(repository, 99, 99);
        repository.timestamp.signed_by(&[STRANGER]);
        repository.snapshot.signed_by(&[STRANGER]);
    });
    let now = Repository::good().build();
    for copies in BOTH {
        let (done, _, store) = shown(&forged, &now, copies);
        done.is_accepted();
        let earlier = done.earlier();
        assert_eq!(earlier.len(), 2);
        for row in earlier {
            let why = row.refused.clone().unwrap();
            let section = if row.file == "timestamp.json" { "5.4.2" } else { "5.5.3" };
            assert_eq!(why.section, section);
            assert!(why.what.contains("the threshold is not met: 0 of 1"), "{why}");
        }
        assert_eq!(store.0["timestamp"], published(&now, "timestamp"));
    }
    let mut broken = Repository::good().build();
    for (name, bytes) in &mut broken {
        if name.contains("timestamp") || name.contains("snapshot") {
            bytes.truncate(20);
        }
    }
    for copies in BOTH {
        let (done, ..) = shown(&broken, &now, copies);
        done.is_accepted();
        assert!(done.earlier().iter().all(|row| row.refused.clone().unwrap().section == "4.1"));
    }
}

#[test]
fn a_second_update_asks_for_no_more_than_the_next_root_and_the_timestamp() {
    let files = Repository::good().build();
    let (mut source, mut store) = (Memory::of(&files), Kept::default());
    let first = ["2.root.json", "3.root.json", "timestamp.json", "6.snapshot.json", "4.targets.json"];
    let trusted = files["trusted.root.json"].clone();
    refresh(Profile::Strict, &trusted, &mut source, &mut store, Copies::Use).is_accepted();
    assert_eq!(source.names(), first);
    let kept: Vec<&String> = store.0.keys().collect();
    assert_eq!(kept, ["root", "snapshot", "targets", "timestamp"]);
    let trusted = store.0["root"].clone();
    assert_eq!(trusted, files["metadata/2.root.json"]);
    refresh(Profile::Strict, &trusted, &mut source, &mut store, Copies::Use).is_accepted();
    assert_eq!(source.names(), ["3.root.json", "timestamp.json"]);
    // Whoever audits what is published looks at all of it.
    refresh(Profile::Strict, &trusted, &mut source, &mut store, Copies::CompareOnly).is_accepted();
    assert_eq!(source.names(), ["3.root.json", "timestamp.json", "6.snapshot.json", "4.targets.json"]);
}
