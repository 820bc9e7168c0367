//! Whole repositories of other dialects: what holds is accepted, and each thing that does not is refused for its reason.

use std::convert::Infallible;

use tuf_ceremony::tuf::dialect::repository::{Report, verify};
use tuf_ceremony::tuf::dialect::{Dialect, Oddity};

use crate::dialect_fixture::{Sample, samples};

const AT: &str = "2030-01-01T00:00:00Z";
const OLD: &str = "2.root.json: the threshold of the root before it is not met";

/// Cases that have a test of their own.
const ELSEWHERE: [&str; 3] = ["expired certificate", "wrong length", "wrong root listed"];
/// Names that no role to which targets delegate may have.
const NAMES: [&str; 6] =
    ["targets/../root", "targets/..", "targets/releases/arm", "targets/A", "targets/", "releases"];

/// Each case of a dialect with the reason for its refusal, and a reason for which a signature does not count in it.
type Cases<'a> = &'a [(&'a str, Option<&'a str>, Option<&'a str>)];

fn ignored(report: &Report) -> Vec<String> {
    let rows = report.rows.iter().flat_map(|row| row.old.iter().chain([&row.new]));
    rows.flat_map(|tally| tally.ignored.iter().map(|one| one.why.to_string())).collect()
}

fn judge(test: &str, dialect: &str, cases: Cases<'_>) {
    let Some(samples) = samples(test) else { return };
    let made = samples.get(dialect).unwrap().as_object().unwrap();
    let named: Vec<&str> = cases.iter().map(|(case, ..)| *case).chain(ELSEWHERE).collect();
    let judged = |case: &str| named.contains(&case) || case.starts_with("delegation to ");
    assert!(made.keys().all(|case| judged(case)), "a case is not judged");
    for (case, refused, why) in cases {
        let report = Sample::of(samples, dialect, case).verify(AT, false);
        assert_eq!(report.refused.as_deref(), *refused, "{case}");
        let last = report.rows.last().unwrap();
        if let Some(of_row) = &last.refused {
            assert_eq!(Some(format!("{}: {of_row}", last.file)).as_deref(), *refused, "{case}");
        }
        if let Some(why) = why {
            let all = ignored(&report);
            assert!(all.iter().any(|one| one.contains(why)), "{case}: {all:?}");
        }
    }
}

#[test]
fn repositories_of_notary_are_accepted_or_refused_for_the_right_reason() {
    let short = "timestamp.json: 0 of 1 needed signatures";
    judge(
        "repositories_of_notary_are_accepted_or_refused_for_the_right_reason",
        "notary",
        &[
            ("good", None, None),
            ("der", None, None),
            ("not listed", None, None),
            ("root without number", None, None),
            ("two keys", None, None),
            ("private half", None, None),
            (
                "wrong signature",
                Some("targets.json: 0 of 1 needed signatures"),
                Some("it does not verify: the signature was not made by this key over these bytes"),
            ),
            (
                "other method",
                Some("targets.json: 0 of 1 needed signatures"),
                Some("its method \"eddsa\" is not one for its key"),
            ),
            ("no base64", Some("targets.json: 0 of 1 needed signatures"), Some("it is not base64")),
            ("not by the old", Some(OLD), Some("its key is not one of this role")),
            ("not by the new", Some("2.root.json: its own threshold is not met"), None),
            ("broken keyid", Some(short), Some("its keyid is not the SHA-256 of the key in this dialect")),
            ("expired", Some("timestamp.json: it expired on 2029-12-31T23:59:59Z"), None),
            (
                "expired delegation",
                Some("targets/releases/arm.json: it expired on 2029-12-31T23:59:59Z"),
                None,
            ),
            ("expired root", Some("the newest root, version 2, expired on 2029-12-31T23:59:59Z"), None),
            ("wrong hash", Some("targets.json: its sha512 is not the one that is listed"), None),
            ("unknown hash only", Some("snapshot.json: it is listed without a hash that is known"), None),
            (
                "stranger delegated",
                Some("targets/releases.json: 0 of 1 needed signatures"),
                Some("its key is not one of this role"),
            ),
            ("wrong kind", Some("targets.json: it is snapshot metadata"), None),
            (
                "one key twice",
                Some("targets.json: 1 of 2 needed signatures"),
                Some("the same key signed already, under keyid"),
            ),
            ("short", Some(short), Some("the RSA modulus has 1024 bits, fewer than 2048")),
            (
                "P-384",
                Some(short),
                Some("key type \"ecdsa\" with scheme \"P-384 with SHA-256\" is not known"),
            ),
            (
                "type and key disagree",
                Some(short),
                Some("key type \"rsa\", scheme \"\" and a public key of type P-256 do not agree"),
            ),
            ("older root", Some("root.json is not the root, version 2, that was verified here"), None),
            ("file missing", Some("targets/releases/arm.json is missing"), None),
        ],
    );
}

#[test]
fn repositories_of_go_tuf_are_accepted_or_refused_for_the_right_reason() {
    judge(
        "repositories_of_go_tuf_are_accepted_or_refused_for_the_right_reason",
        "go-tuf",
        &[
            ("good", None, None),
            ("by hash", None, None),
            ("later", None, Some("the same key signed already, under keyid")),
            (
                "later, one key twice",
                Some("timestamp.json: 1 of 2 needed signatures"),
                Some("the same key signed already, under keyid"),
            ),
            (
                "wrong signature",
                Some("targets.json: 0 of 1 needed signatures"),
                Some("it does not verify: the signature was not made by this key over these bytes"),
            ),
            (
                "other method",
                Some("targets.json: 0 of 1 needed signatures"),
                Some("its method \"rsa\" is not one for its key"),
            ),
            ("not by the old", Some(OLD), Some("its key is not one of this role")),
            (
                "broken keyid",
                Some("timestamp.json: 0 of 1 needed signatures"),
                Some("its keyid is not the SHA-256 of the key in this dialect"),
            ),
            ("expired", Some("snapshot.json: it expired on 2029-12-31T23:59:59Z"), None),
        ],
    );
}

#[test]
fn a_file_of_another_length_than_the_listed_one_is_refused() {
    let Some(samples) = samples("a_file_of_another_length_than_the_listed_one_is_refused") else { return };
    for (case, file, listed) in [("wrong length", "snapshot.json", 7), ("wrong root listed", "root.json", 5)]
    {
        let sample = Sample::of(samples, "notary", case);
        let found = sample.files[file].len();
        let expected = format!("{file}: it has {found} bytes, and {listed} are listed");
        assert_eq!(sample.verify(AT, false).refused, Some(expected));
    }
}

#[test]
fn a_role_delegates_to_direct_children_whose_names_are_plain() {
    let Some(samples) = samples("a_role_delegates_to_direct_children_whose_names_are_plain") else { return };
    for name in NAMES {
        let report = Sample::of(samples, "notary", &format!("delegation to {name}")).verify(AT, false);
        let expected = format!("targets.json: {name:?} cannot be the name of a role below targets");
        assert_eq!(report.refused, Some(expected));
    }
}

#[test]
fn a_root_key_counts_only_while_its_certificate_is_valid() {
    let Some(samples) = samples("a_root_key_counts_only_while_its_certificate_is_valid") else { return };
    let sample = Sample::of(samples, "notary", "expired certificate");
    let refused = sample.verify(AT, false).refused.unwrap();
    let why = "its certificate for CN=registry.example.org/app is valid from 2024-01-01T00:00:00Z to \
               2029-01-01T00:00:00Z only";
    assert!(refused.starts_with("signatures of the newest root do not count today: "), "{refused}");
    assert!(refused.ends_with(why), "{refused}");
    assert_eq!(sample.verify("2029-01-01T00:00:00Z", false).refused, None);
    // Who signed is another question than what a client accepts today.
    assert_eq!(sample.verify(AT, true).refused, None);
}

#[test]
fn the_evidence_names_every_file_with_its_signers() {
    let Some(samples) = samples("the_evidence_names_every_file_with_its_signers") else { return };
    let report = Sample::of(samples, "notary", "good").verify(AT, false);
    assert_eq!(report.dialect, Dialect::Notary1);
    assert_eq!(report.oddities, []);
    let files: Vec<(&str, i64)> = report.rows.iter().map(|row| (row.file.as_str(), row.version)).collect();
    let expected = [
        ("trusted root", 1),
        ("2.root.json", 2),
        ("timestamp.json", 9),
        ("snapshot.json", 4),
        ("targets.json", 5),
        ("targets/releases.json", 3),
        ("targets/releases/arm.json", 1),
    ];
    assert_eq!(files, expected);
    let keyid =
        |name| samples.get("keyids").unwrap().get("notary").unwrap().get(name).unwrap().as_str().unwrap();
    let rotation = &report.rows[1];
    assert_eq!(rotation.old.as_ref().unwrap().counted[0].keyids, [keyid("first")]);
    assert_eq!(rotation.new.counted[0].keyids, [keyid("second")]);
    for (row, name) in [(2, "timestamp"), (3, "snapshot"), (4, "targets")] {
        assert_eq!(report.rows[row].new.counted[0].keyids, [keyid(name)], "{name}");
        assert!(report.rows[row].new.missing.is_empty());
        assert_eq!(report.rows[row].expires, "2035-07-17T16:19:21.101698314-07:00");
    }
}

#[test]
fn a_root_without_number_may_skip_versions_and_a_numbered_one_may_not() {
    let Some(samples) = samples("a_root_without_number_may_skip_versions_and_a_numbered_one_may_not") else {
        return;
    };
    let mut sample = Sample::of(samples, "notary", "good");
    let root = sample.files.remove("2.root.json").unwrap();
    let report = sample.verify(AT, true);
    assert_eq!((report.refused, report.rows[1].file.as_str()), (None, "root.json"));
    // The same file as version 3 would be: its content does not fit its name.
    sample.files.insert("2.root.json".to_owned(), sample.files["1.root.json"].clone());
    assert_eq!(sample.verify(AT, true).refused.unwrap(), "2.root.json: it has version 1");
    sample.files.insert("2.root.json".to_owned(), root);
    sample.files.remove("root.json");
    assert_eq!(sample.verify(AT, true).refused, None);
    assert_eq!(sample.verify(AT, false).refused.unwrap(), "root.json is missing");
}

#[test]
fn what_is_odd_is_noted_once_and_does_not_refuse() {
    let Some(samples) = samples("what_is_odd_is_noted_once_and_does_not_refuse") else { return };
    let keyids = samples.get("keyids").unwrap().get("notary").unwrap();
    let keyid = |name| keyids.get(name).unwrap().as_str().unwrap().to_owned();
    let exposed = Sample::of(samples, "notary", "private half").verify(AT, false);
    let odd = Oddity::PrivateHalf { keyid: keyid("snapshot") };
    assert_eq!(exposed.oddities, [("trusted root".to_owned(), odd)]);
    let skipped = Sample::of(samples, "notary", "not listed").verify(AT, false);
    let odd = Oddity::Unlisted { role: "targets/releases".to_owned() };
    assert_eq!(skipped.oddities, [("snapshot.json".to_owned(), odd)]);
    let broken = Sample::of(samples, "notary", "broken keyid").verify(AT, false);
    let odd = Oddity::Keyid { listed: "ab".repeat(32), computed: keyid("timestamp") };
    assert_eq!(broken.oddities, [("trusted root".to_owned(), odd)]);
}

#[test]
fn the_trusted_root_decides_the_dialect() {
    let Some(samples) = samples("the_trusted_root_decides_the_dialect") else { return };
    let mut sample = Sample::of(samples, "notary", "good");
    sample.trusted = Sample::of(samples, "go-tuf", "good").trusted;
    let report = sample.verify(AT, false);
    assert_eq!(report.dialect, Dialect::GoTuf09);
    assert!(report.refused.unwrap().starts_with("2.root.json: "));
    sample.trusted = br#"{"signatures":[],"signed":{"_type":"root","spec_version":"1.0.31"}}"#.to_vec();
    let refused = sample.verify(AT, false).refused.unwrap();
    assert_eq!(refused, "trusted root: metadata: this is metadata of TUF 1.0, not of another dialect");
    sample.trusted = b"{".to_vec();
    assert!(sample.verify(AT, false).refused.unwrap().starts_with("trusted root: not strict JSON: "));
}

#[test]
fn only_files_below_the_directory_are_asked_for_and_an_error_of_the_reader_is_handed_on() {
    let test = "only_files_below_the_directory_are_asked_for_and_an_error_of_the_reader_is_handed_on";
    let Some(samples) = samples(test) else { return };
    let sample = Sample::of(samples, "go-tuf", "by hash");
    let mut asked = Vec::new();
    let mut read = |name: &str| {
        asked.push(name.to_owned());
        Ok::<_, Infallible>(sample.files.get(name).cloned())
    };
    verify(&sample.trusted, AT.parse().unwrap(), false, &mut read).unwrap();
    assert!(asked.iter().all(|name| !name.starts_with('/') && !name.contains("..")), "{asked:?}");
    assert!(!asked.iter().any(|name| name == "targets.json"), "{asked:?}");
    let mut broken = |name: &str| Err(name.to_owned());
    let error = verify(&sample.trusted, AT.parse().unwrap(), false, &mut broken).unwrap_err();
    assert_eq!(error, "2.root.json");
}
