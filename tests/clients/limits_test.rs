//! How many bytes each client takes: as many as are stated, or as many as it takes of a file whose length is not stated.

use tuf_ceremony::tuf::client::Profile;

use crate::flow::{changed, fresh};
use crate::part::Part;
use crate::python::python;
use crate::repository::{Files, Repository};
use crate::tree::{set, take};

/// Bytes of root, timestamp, snapshot and targets that a client takes.
const LIMITS: [(Profile, [usize; 4]); 6] = [
    (Profile::Strict, [5_000_000, 5_000_000, 100_000_000, 100_000_000]),
    (Profile::Lenient, [5_000_000, 5_000_000, 100_000_000, 100_000_000]),
    (Profile::PythonTuf, [512_000, 16_384, 2_000_000, 5_000_000]),
    (Profile::GoTuf, [512_000, 16_384, 2_000_000, 5_000_000]),
    (Profile::Tough, [1_048_576, 1_048_576, 1_048_576, 10_485_760]),
    (Profile::TufJs, [512_000, 16_384, 2_000_000, 5_000_000]),
];
const PARTS: [(&str, &str, &str); 4] = [
    ("root", "2.root.json", "5.3.3"),
    ("timestamp", "timestamp.json", "5.4.1"),
    ("snapshot", "6.snapshot.json", "5.5.1"),
    ("targets", "4.targets.json", "5.6.1"),
];

/// Makes a file this long.
fn pad(part: &mut Part, length: usize) {
    part.text(move |text| {
        assert!(text.len() <= length);
        text.resize(length, b' ');
    });
}

fn unstated(repository: &mut Repository) {
    repository.snapshot.edit(|signed| drop(take(signed, &["meta", "targets.json", "length"])));
    repository.timestamp.edit(|signed| drop(take(signed, &["meta", "snapshot.json", "length"])));
}

/// One file this long, without lengths stated anywhere.
fn padded(name: &'static str, length: usize) -> Files {
    changed(|repository| {
        pad(repository.part(name), length);
        unstated(repository);
    })
}

#[test]
fn a_client_asks_for_no_more_than_it_takes() {
    let files = changed(unstated);
    for (profile, limits) in LIMITS {
        let (done, source) = fresh(profile, &files);
        done.is_accepted();
        let [root, timestamp, snapshot, targets] = limits;
        let expected = [
            ("2.root.json", root),
            ("3.root.json", root),
            ("timestamp.json", timestamp),
            ("6.snapshot.json", snapshot),
            ("4.targets.json", targets),
        ];
        let asked: Vec<(&str, usize)> =
            source.asked.iter().map(|(name, limit)| (name.as_str(), *limit)).collect();
        assert_eq!(asked, expected, "{}", profile.name());
    }
}

#[test]
fn a_file_at_the_limit_is_taken_and_one_byte_more_is_not() {
    // The large ones of this program itself differ from these in nothing but the number.
    let cases = [(Profile::PythonTuf, 4), (Profile::Tough, 3), (Profile::Strict, 2)];
    for (profile, parts) in cases {
        let (_, limits) = LIMITS.iter().find(|(one, _)| *one == profile).unwrap();
        for ((name, file, section), limit) in PARTS.into_iter().zip(limits).take(parts) {
            let (done, _) = fresh(profile, &padded(name, *limit));
            assert_eq!(done.refused, None, "{} {name}", profile.name());
            let (done, _) = fresh(profile, &padded(name, limit + 1));
            done.is_refused(file, section, &format!("it is longer than the {limit} bytes"));
        }
    }
}

#[test]
fn a_trusted_root_over_the_limit_is_no_start() {
    let mut files = Repository::good().build();
    let trusted = files.get_mut("trusted.root.json").unwrap();
    trusted.resize(512_001, b' ');
    let start = |profile, bytes: &[u8]| {
        let at = crate::repository::NOW.parse().unwrap();
        tuf_ceremony::tuf::client::Client::start(profile, at, bytes).map(|_| ())
    };
    let row = start(Profile::PythonTuf, trusted).unwrap_err();
    let why = row.refused.unwrap();
    assert_eq!((row.file.as_str(), why.section, why.rule), ("trusted root", "4.1", None));
    assert!(start(Profile::Tough, trusted).is_ok());
    assert!(start(Profile::PythonTuf, &trusted[..512_000]).is_ok());
}

#[test]
fn a_stated_length_is_what_is_asked_for() {
    for (profile, _) in LIMITS {
        let files = Repository::good().build();
        let (done, source) = fresh(profile, &files);
        done.is_accepted();
        for name in ["6.snapshot.json", "4.targets.json"] {
            let length = files[&format!("metadata/{name}")].len();
            assert!(source.asked.contains(&(name.to_owned(), length)), "{}", profile.name());
        }
    }
}

#[test]
fn a_file_longer_than_stated_is_not_taken() {
    for (profile, _) in LIMITS {
        for (name, section) in [("6.snapshot.json", "5.5.1"), ("4.targets.json", "5.6.1")] {
            let mut files = Repository::good().build();
            let file = files.get_mut(&format!("metadata/{name}")).unwrap();
            let what = format!("it is longer than the {} bytes", file.len());
            file.push(b' ');
            fresh(profile, &files).0.is_refused(name, section, &what);
        }
    }
}

#[test]
fn a_file_shorter_than_stated_is_taken_by_tough_alone() {
    for (profile, _) in LIMITS {
        let files = changed(|repository| {
            repository.timestamp.edit(|signed| set(signed, &["meta", "snapshot.json", "length"], 9_999));
        });
        let (done, _) = fresh(profile, &files);
        if profile == Profile::Tough {
            done.is_accepted();
        } else {
            done.is_refused("6.snapshot.json", "5.5.2", "bytes, and 9999 are listed");
        }
    }
}

#[test]
fn a_stated_length_counts_more_than_what_a_client_takes_of_others() {
    for (profile, limit) in [(Profile::PythonTuf, 2_000_000), (Profile::Tough, 1 << 20)] {
        let files = changed(|repository| pad(&mut repository.snapshot, limit + 1));
        fresh(profile, &files).0.is_accepted();
    }
}

#[test]
fn the_limits_of_python_tuf_are_those_of_its_configuration() {
    let script = "import json
from tuf.ngclient import UpdaterConfig
c = UpdaterConfig()
print(json.dumps([c.max_root_rotations, c.max_delegations, c.root_max_length, c.timestamp_max_length,
    c.snapshot_max_length, c.targets_max_length]))";
    let test = "the_limits_of_python_tuf_are_those_of_its_configuration";
    let Some(out) = python(test, script, &[]) else { return };
    let theirs: Vec<usize> = serde_json::from_slice(&out).unwrap();
    let ours = Profile::PythonTuf.limits();
    assert_eq!(
        theirs,
        [ours.rotations, ours.delegations, ours.root, ours.timestamp, ours.snapshot, ours.targets]
    );
}
