//! The chain of roots (spec 5.3): what is asked for in which order, how far a client goes, and where it stops.

use std::sync::OnceLock;

use tuf_ceremony::json::Json;
use tuf_ceremony::tuf::client::Profile;
use tuf_ceremony::tuf::client::update::Copies;

use crate::flow::{Kept, Memory, changed, fresh, refresh};
use crate::holder::{A, B, C, D, E};
use crate::part::Part;
use crate::repository::{Files, Repository, role, root, signed};
use crate::tree::set;

const OVER: &str = "2027-01-01T00:00:00Z";

/// A chain of roots that ends with this version. One key signs everything, so that many of them are soon verified.
fn chain(last: i64) -> Files {
    static LONG: OnceLock<Files> = OnceLock::new();
    let long = LONG.get_or_init(|| {
        changed(|repository| {
            repository.roots =
                (1..=1101).map(|version| Part::new("root", plain_root(version), &[A])).collect();
            for name in ["targets", "snapshot", "timestamp"] {
                repository.part(name).signed_by(&[A]);
            }
        })
    });
    let mut files = long.clone();
    files.retain(|name, _| {
        let number = name.strip_prefix("metadata/").and_then(|name| name.strip_suffix(".root.json"));
        number.is_none_or(|number| number.parse::<i64>().unwrap() <= last)
    });
    files
}

/// Root metadata in which every role has the same key.
fn plain_root(version: i64) -> Json {
    let mut plain = signed("root", version);
    set(&mut plain, &["consistent_snapshot"], true);
    set(&mut plain, &["keys"], Json::object([(A.keyid().as_str(), A.object())]));
    let roles = ["root", "targets", "snapshot", "timestamp"].map(|name| (name, role(&[A], 1)));
    set(&mut plain, &["roles"], Json::object(roles));
    plain
}

/// The names of these roots and of what is asked for after them.
fn asked(last_root: i64) -> Vec<String> {
    let mut names: Vec<String> = (2..=last_root).map(|version| format!("{version}.root.json")).collect();
    names.extend(["timestamp.json", "6.snapshot.json", "4.targets.json"].map(str::to_owned));
    names
}

#[test]
fn roots_are_asked_for_one_by_one_until_there_is_no_more() {
    let files = Repository::good().build();
    for profile in [Profile::Strict, Profile::PythonTuf, Profile::Tough, Profile::TufJs] {
        let (done, mut source) = fresh(profile, &files);
        done.is_accepted();
        assert_eq!((done.root, source.names()), (2, asked(3)));
        let rows: Vec<&str> = done.rows.iter().map(|row| row.file.as_str()).collect();
        let expected = ["trusted root", "2.root.json", "timestamp.json", "6.snapshot.json", "4.targets.json"];
        assert_eq!(rows, expected);
    }
}

/// From the root with this version on, in a chain of 1,101.
fn start_from(version: i64) -> Files {
    let mut files = chain(1101);
    let trusted = files[&format!("metadata/{version}.root.json")].clone();
    files.insert("trusted.root.json".to_owned(), trusted);
    files
}

#[test]
fn a_client_that_takes_no_more_roots_goes_on_with_the_last_one() {
    for (profile, rotations, reached, last_asked) in [
        (Profile::Strict, 1100, 1025, 1025),
        (Profile::PythonTuf, 1100, 257, 257),
        (Profile::GoTuf, 1100, 257, 257),
        (Profile::TufJs, 1100, 257, 257),
        (Profile::PythonTuf, 256, 257, 257),
        (Profile::PythonTuf, 255, 256, 257),
        (Profile::Strict, 256, 257, 258),
    ] {
        let (done, mut source) = fresh(profile, &chain(rotations + 1));
        done.is_accepted();
        // One more is asked for where the limit is not reached.
        assert_eq!((done.root, source.names()), (reached, asked(last_asked)), "{}", profile.name());
    }
}

#[test]
fn tough_refuses_more_roots_than_it_takes() {
    let (done, mut source) = fresh(Profile::Tough, &chain(1101));
    done.is_refused("1026.root.json", "5.3.3", "no more than 1024 roots in one update");
    let names = source.names();
    assert_eq!((done.root, names.len(), names.last().unwrap().as_str()), (1025, 1025, "1026.root.json"));
    let (done, mut source) = fresh(Profile::Tough, &start_from(77));
    done.is_accepted();
    assert_eq!((done.root, source.names()), (1101, asked(1102).split_off(76)));
}

#[test]
fn what_is_left_of_a_long_chain_is_taken_in_the_next_update() {
    let files = start_from(501);
    let mut store = Kept::default();
    let mut trusted = files["trusted.root.json"].clone();
    for reached in [757, 1013, 1101] {
        let mut source = Memory::of(&files);
        let done = refresh(Profile::PythonTuf, &trusted, &mut source, &mut store, Copies::Use);
        done.is_accepted();
        assert_eq!(done.root, reached);
        trusted = store.0["root"].clone();
        assert_eq!(trusted, files[&format!("metadata/{reached}.root.json")]);
    }
}

#[test]
fn expired_roots_before_the_newest_do_not_matter() {
    let files = changed(|repository| {
        for root in &mut repository.roots {
            root.edit(|signed| set(signed, &["expires"], OVER));
        }
        repository.roots.push(Part::new("root", root(3, [C, D, E]), &[C, E]));
    });
    let (done, _) = fresh(Profile::Strict, &files);
    done.is_accepted();
    assert_eq!(done.root, 3);
}

#[test]
fn an_expired_newest_root_is_refused_before_anything_else_is_asked_for() {
    let files = changed(|repository| {
        repository.part("root").edit(|signed| set(signed, &["expires"], OVER));
    });
    let (done, mut source) = fresh(Profile::Strict, &files);
    done.is_refused("2.root.json", "5.3.10", "the newest root, version 2, expired on 2027-01-01T00:00:00Z");
    assert_eq!(source.names(), ["2.root.json", "3.root.json"]);
    let now = changed(|repository| {
        repository.part("root").edit(|signed| set(signed, &["expires"], crate::repository::NOW));
    });
    fresh(Profile::Strict, &now).0.is_refused("2.root.json", "5.3.10", "expired");
}

#[test]
fn a_gap_ends_the_chain() {
    let mut files = changed(|repository| {
        for version in [3, 4] {
            repository.roots.push(Part::new("root", root(version, [C, D, E]), &[C, E]));
        }
    });
    files.remove("metadata/3.root.json");
    let (done, mut source) = fresh(Profile::Strict, &files);
    done.is_accepted();
    assert_eq!((done.root, source.names()), (2, asked(3)));
}

#[test]
fn a_root_must_follow_the_one_before_it() {
    for version in [1, 3] {
        let files = changed(|repository| {
            repository.part("root").edit(move |signed| set(signed, &["version"], version));
        });
        let what = format!("it has version {version}");
        fresh(Profile::Strict, &files).0.is_refused("2.root.json", "5.3.5", &what);
    }
    let quorum = "5.3.4";
    let only_new = changed(|repository| repository.part("root").signed_by(&[C, D, E]));
    let (done, mut source) = fresh(Profile::Strict, &only_new);
    done.is_refused("2.root.json", quorum, "the threshold of the root before it is not met: 1 of 2");
    assert_eq!((done.root, source.names()), (1, vec!["2.root.json".to_owned()]));
    let only_old = changed(|repository| repository.part("root").signed_by(&[A, B, C]));
    let (done, _) = fresh(Profile::Strict, &only_old);
    done.is_refused("2.root.json", quorum, "its own threshold is not met: 1 of 2");
}

#[test]
fn a_refused_root_is_not_kept_and_those_before_it_are() {
    let files = changed(|repository| {
        repository.roots.push(Part::new("root", root(3, [C, D, E]), &[A, C]));
    });
    let mut store = Kept::default();
    let mut source = Memory::of(&files);
    let done = refresh(Profile::Strict, &files["trusted.root.json"], &mut source, &mut store, Copies::Use);
    done.is_refused("3.root.json", "5.3.4", "the root before it is not met: 1 of 2");
    assert_eq!(store.0.keys().collect::<Vec<_>>(), ["root"]);
    assert_eq!(store.0["root"], files["metadata/2.root.json"]);
}
