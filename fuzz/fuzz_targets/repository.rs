//! A whole repository, seen with the eyes of one kind of client.

#![no_main]

use std::cell::OnceCell;

use jiff::Timestamp;
use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use tuf_ceremony::json::Json;
use tuf_ceremony::tuf::client::evidence::Row;
use tuf_ceremony::tuf::client::profile::{Counting, Profile};
use tuf_ceremony::tuf::client::report::{Look, Report, look};
use tuf_ceremony::tuf::client::evidence::Artifact;
use tuf_ceremony::tuf::targets::TargetFile;
use tuf_ceremony::tuf::time::Date;
use tuf_ceremony::tuf::verify::Tally;
use tuf_ceremony_fuzz::repository::{File, Files, Holders};
use tuf_ceremony_fuzz::{LIMIT, mutate};

/// When clients ask: 2027-01-14T15:00:00Z.
const NOW: i64 = 1_799_938_800;

thread_local! {
    static HOLDERS: OnceCell<Holders> = const { OnceCell::new() };
}

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutate::json(data, size, max_size, seed)
});

fuzz_target!(|bytes: &[u8]| {
    if let Ok(written) = Json::parse(bytes, LIMIT) {
        HOLDERS.with(|holders| check(&written, holders.get_or_init(Holders::new)));
    }
});

fn check(written: &Json, holders: &Holders) {
    let at = Timestamp::from_second(NOW).expect("it is a time");
    let name = written.get("profile").and_then(Json::as_str).unwrap_or_default();
    let profile = Profile::from_name(name).unwrap_or(Profile::Strict);
    let roots_only = written.get("roots_only") == Some(&Json::Bool(true));
    let trusted = holders.trusted(profile);
    let mut source = Files(holders.files(written.get("files")));
    let earlier = holders.files(written.get("earlier"));
    let mut seen_by = |profile| {
        let mut store = Files(earlier.clone());
        let checked = |_: bool, path: &str, _: &TargetFile| {
            Ok(if path.ends_with("wrong") {
                Artifact::Wrong("it is called so".to_owned())
            } else {
                Artifact::Right
            })
        };
        let Ok(report) =
            look(&Look { profile, at, roots_only }, &trusted.bytes, &mut source, &mut store, &checked);
        report
    };
    let report = seen_by(profile);
    if report.refused.is_none() && profile == Profile::Strict {
        let lenient = seen_by(Profile::Lenient);
        assert!(lenient.refused.is_none(), "it refuses what the strict one takes: {:?}", lenient.refused);
    }
    accepted(&report, &trusted, &source.0, &earlier);
}

type Named = std::collections::BTreeMap<String, File>;

/// In what is accepted every file has its threshold, of signatures that were really made, and the last ones are fresh.
fn accepted(report: &Report, trusted: &File, files: &Named, earlier: &Named) {
    if report.refused.is_some() {
        return;
    }
    let last_root = report.rows.iter().rfind(|row| row.file == "trusted root" || is_root(row));
    for row in &report.rows {
        // A copy that is of no use any more hinders nothing.
        if row.earlier && row.refused.is_some() {
            continue;
        }
        let file = match row.file.as_str() {
            name if row.earlier => earlier.get(name.trim_end_matches(".json")),
            "trusted root" => Some(trusted),
            "all delegations" => continue,
            name => files.get(name),
        };
        let file = file.unwrap_or_else(|| panic!("{} was never there", row.file));
        assert!(row.refused.is_none(), "{row:?}");
        let of_root = row.file == "trusted root" || is_root(row);
        assert_eq!(row.old.is_some(), is_root(row), "only a root has a root before it: {row:?}");
        for tally in row.old.iter().chain([row.new.as_ref().expect("somebody is responsible")]) {
            counted(tally, file, report.look.profile, row);
        }
        let must_be_fresh =
            !report.look.roots_only && (!of_root || last_root.is_some_and(|last| std::ptr::eq(last, row)));
        if must_be_fresh {
            let expires = row.expires.as_deref().and_then(Date::parse).expect("it was read");
            assert!(expires.at > report.look.at, "{row:?}");
        }
    }
}

/// A new root: no other row is about a file of such a name, because a role cannot be called so.
fn is_root(row: &Row) -> bool {
    row.delegator.is_none() && row.file.ends_with(".root.json")
}

fn counted(tally: &Tally, file: &File, profile: Profile, row: &Row) {
    let count = match profile.counting() {
        Counting::Material => tally.counted.len(),
        Counting::Keyids => tally.counted.iter().map(|signer| signer.signatures).sum(),
    };
    assert!(usize::try_from(tally.threshold).is_ok_and(|least| (1..=count).contains(&least)), "{row:?}");
    for signer in &tally.counted {
        assert!(file.signers.contains(&signer.material), "nobody has signed with this key: {row:?}");
    }
}
