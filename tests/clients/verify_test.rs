//! `verify` as a program: exit codes, one verdict as the last line, every client, and every root to start from.

use std::fs;

use unicode_width::UnicodeWidthStr;

use crate::flow::changed;
use crate::graph::{edge, graph, node};
use crate::holder::{A, C, PROJECT, STRANGER};
use crate::part::with_sig;
use crate::program::{folder, run, verify};
use crate::repository::Repository;
use crate::tree::{rename, set};

const AT: &str = "t 2027-01-14T15:00:00Z: ";

#[test]
fn every_client_says_who_it_is_and_what_it_makes_of_the_good_repository() {
    let folder = folder("verify-clients", &Repository::good().build());
    for (client, seen) in [
        ("strict", "A"),
        ("lenient", "As a lenient client sees it, a"),
        ("python-tuf", "As python-tuf 7.0.1 sees it, a"),
        ("go-tuf", "As go-tuf 2 sees it, a"),
        ("tough", "As tough 0.24.0 sees it, a"),
        ("tuf-js", "As tuf-js 5.0.1 sees it, a"),
    ] {
        let done = verify(&folder, &["--client", client]);
        assert_eq!((done.code, done.verdict()), (0, format!("{seen}{AT}ACCEPTED").as_str()));
        let json = verify(&folder, &["--client", client, "--json"]).json();
        assert_eq!((&json["accepted"], &json["client"]), (&true.into(), &client.into()));
        assert!(json["refused"].is_null() && json["refusal"].is_null());
    }
    let done = verify(&folder, &["--client", "rust-tuf"]);
    assert_eq!(done.code, 1);
    let verdict = done.verdict();
    assert!(verdict.starts_with("As rust-tuf 0.3.0-beta14 sees it, at 2027-01-14T15:00:00Z: REFUSED: "));
    assert!(verdict.contains("trusted root: ") && verdict.ends_with("(spec 4)"), "{verdict}");
}

#[test]
fn the_report_fits_a_screen() {
    let odd = changed(|repository| {
        let root = repository.part("root");
        root.edit(|signed| rename(signed, &C.keyid(), "another"));
        root.signers.retain(|signer| signer.holder != C);
    });
    for (name, files) in [("verify-fits", Repository::good().build()), ("verify-fits-odd", odd)] {
        let folder = folder(name, &files);
        for more in [&[][..], &["--roots-only"], &["--client", "lenient"]] {
            let done = verify(&folder, more);
            // The table and the verdict are as wide as they are, and a terminal folds them.
            let (table, report) = done.out.split_once("\nSignatures\n").unwrap();
            let report = report.strip_suffix(&format!("{}\n", done.verdict())).unwrap();
            assert!(table.lines().all(|line| line.width() <= 100), "{table}");
            let wide: Vec<&str> = report.lines().filter(|line| line.width() > 80).collect();
            assert!(wide.is_empty(), "{wide:#?}");
            assert!(done.out.lines().all(|line| line == line.trim_end()), "{}", done.out);
        }
    }
}

#[test]
fn the_text_names_signers_missing_ones_and_target_files() {
    let done = verify(&folder("verify-text", &Repository::good().build()), &[]);
    for line in [
        "Signatures",
        "  trusted root",
        "  5.project.json, delegated by targets",
        "    target files: 2 listed, 2 there and right, 0 not there",
        "    target files: 1 listed, 1 there and right, 0 not there",
    ] {
        assert!(done.out.lines().any(|found| found == line), "{line}: {}", done.out);
    }
    assert!(done.out.contains("    by the root before, 2 needed: signed by "), "{}", done.out);
    assert!(done.out.contains("    did not sign: "), "{}", done.out);
}

#[test]
fn the_text_counts_target_files_that_are_wrong_and_unreachable() {
    let files = graph(
        vec![edge("a", PROJECT, "a/*")],
        vec![node("a", &[PROJECT], &["a/x", "a/y", "a/z", "b/x"], vec![])],
        |repository| {
            repository.inconsistent();
            repository.files.insert("a/x".to_owned(), b"a".to_vec());
            repository.files.insert("a/y".to_owned(), b"b".to_vec());
        },
    );
    let done = verify(&folder("verify-counts", &files), &[]);
    assert_eq!(done.code, 1);
    let line = "    target files: 4 listed, 1 there and right, 1 wrong, 1 not there, 1 unreachable";
    assert!(done.out.lines().any(|found| found == line), "{}", done.out);
    assert!(done.verdict().contains("REFUSED: a.json: target a/y: its sha256 is not"), "{done:?}");
}

#[test]
fn of_many_files_only_those_are_told_at_length_of_which_there_is_something_to_say() {
    let names: Vec<&'static str> =
        (0..50).map(|number| &*Box::leak(format!("d{number:02}").into_boxed_str())).collect();
    let edges = names.iter().map(|name| edge(name, PROJECT, "*")).collect();
    let nodes = names.iter().map(|name| node(name, &[PROJECT], &[], vec![])).collect();
    let files = graph(edges, nodes, |repository| {
        repository.delegated[7].signatures(|list| list.push(with_sig("nobody", "00")));
    });
    let folder = folder("verify-many", &files);
    let done = verify(&folder, &[]);
    assert_eq!((done.code, done.verdict()), (0, "At 2027-01-14T15:00:00Z: ACCEPTED"));
    let told: Vec<&str> = done.out.lines().filter(|line| line.contains("delegated by")).collect();
    assert_eq!(told, ["  1.d07.json, delegated by targets"]);
    let rest = "  54 more files, with nothing ignored: --json has them all";
    assert!(done.out.lines().any(|line| line == rest), "{}", done.out);
    let json = verify(&folder, &["--json"]).json();
    assert_eq!(json["files"].as_array().unwrap().len(), 55);
}

#[test]
fn a_folder_of_roots_alone_is_verified_by_its_roots() {
    let mut files = Repository::good().build();
    files.retain(|name, _| name.ends_with("root.json"));
    let folder = folder("verify-roots", &files);
    let done = verify(&folder, &["--roots-only"]);
    assert_eq!((done.code, done.verdict()), (0, "At 2027-01-14T15:00:00Z: ACCEPTED"));
    let json = verify(&folder, &["--roots-only", "--json"]).json();
    let names: Vec<&str> =
        json["files"].as_array().unwrap().iter().map(|row| row["file"].as_str().unwrap()).collect();
    assert_eq!(names, ["trusted root", "2.root.json"]);
    let done = verify(&folder, &[]);
    let why = "REFUSED: timestamp.json: it is missing (spec 5.4.1)";
    assert_eq!((done.code, done.verdict()), (1, format!("A{AT}{why}").as_str()));
}

#[test]
fn expiry_does_not_matter_to_the_roots_alone() {
    let files = changed(|repository| {
        repository.part("root").edit(|signed| set(signed, &["expires"], "2027-01-01T00:00:00Z"));
    });
    let folder = folder("verify-roots-expired", &files);
    assert_eq!(verify(&folder, &["--roots-only"]).code, 0);
    let done = verify(&folder, &[]);
    assert_eq!(done.code, 1);
    let why = "2.root.json: the newest root, version 2, expired on 2027-01-01T00:00:00Z (spec 5.3.10)";
    assert!(done.verdict().ends_with(why), "{done:?}");
}

#[test]
fn every_root_is_tried_as_a_start() {
    let good = folder("verify-every", &Repository::good().build());
    let done = verify(&good, &["--from-every-root"]);
    assert_eq!(done.code, 0, "{done:?}");
    let lines: Vec<Vec<&str>> =
        done.out.lines().take(3).map(|line| line.split_whitespace().collect()).collect();
    let head = ["from", "root", "reaches", "root", "verdict"];
    assert_eq!(lines, [&head[..], &["1", "2", "accepted"], &["2", "2", "accepted"]]);
    let last = done.out.lines().last().unwrap();
    assert_eq!(last, "As a strict client sees it, at 2027-01-14T15:00:00Z: ACCEPTED from all 2 roots");
    let json = verify(&good, &["--from-every-root", "--json"]).json();
    assert_eq!((&json["accepted"], &json["client"]), (&true.into(), &"strict".into()));
    assert_eq!(json["at"], "2027-01-14T15:00:00Z");
    let from: Vec<i64> =
        json["roots"].as_array().unwrap().iter().map(|one| one["from"].as_i64().unwrap()).collect();
    assert_eq!(from, [1, 2]);
    assert!(
        json["roots"].as_array().unwrap().iter().all(|one| one["accepted"] == true && one["reaches"] == 2)
    );
}

#[test]
fn roots_that_are_no_start_are_told() {
    let files = changed(|repository| repository.part("root").signed_by(&[C, STRANGER, A]));
    let folder = folder("verify-every-refused", &files);
    let done = verify(&folder, &["--from-every-root", "--client", "lenient"]);
    assert_eq!(done.code, 1, "{done:?}");
    let why = "its own threshold is not met: 1 of 2 needed signatures (spec 5.3.4)";
    assert!(done.out.contains(&format!("refused: 2.root.json: {why}")), "{}", done.out);
    assert!(done.out.contains(&format!("refused: trusted root: {why}")), "{}", done.out);
    let last = done.out.lines().last().unwrap();
    assert!(last.ends_with("REFUSED from 2 of 2 roots"), "{last}");
    let json = verify(&folder, &["--from-every-root", "--json"]).json();
    assert_eq!(json["accepted"], false);
    let refusal = &json["roots"][0]["refusal"];
    assert_eq!((&refusal["file"], &refusal["section"]), (&"2.root.json".into(), &"5.3.4".into()));
    assert_eq!(json["roots"][1]["refusal"]["file"], "trusted root");
}

#[test]
fn a_root_under_the_number_of_another_is_no_start() {
    let mut files = Repository::good().build();
    files.insert("metadata/1.root.json".to_owned(), files["metadata/2.root.json"].clone());
    files.insert("metadata/02.root.json".to_owned(), b"never asked for".to_vec());
    let done = verify(&folder("verify-every-number", &files), &["--from-every-root"]);
    assert_eq!(done.code, 1, "{done:?}");
    assert!(done.out.contains("refused: 1.root.json: it has version 2"), "{}", done.out);
    assert!(done.out.lines().last().unwrap().ends_with("REFUSED from 1 of 2 roots"), "{}", done.out);
}

#[test]
fn exit_codes_tell_no_from_usage_and_from_the_machine() {
    let folder = folder("verify-codes", &Repository::good().build());
    assert_eq!(verify(&folder, &[]).code, 0);
    assert_eq!(verify(&folder, &["--at", "2029-01-01T00:00:00Z"]).code, 2, "an option twice");
    let metadata = folder.join("metadata");
    let (metadata, trusted) = (metadata.to_str().unwrap(), folder.join("trusted.root.json"));
    let trusted = trusted.to_str().unwrap();
    let late = ["verify", metadata, "--trusted", trusted, "--at", "2028-01-14T15:00:00Z"];
    assert_eq!(run(&late).code, 1);
    for usage in [
        vec!["verify", metadata],
        vec!["verify", "--trusted", trusted],
        vec!["verify", metadata, "--trusted", trusted, "--client", "nobody"],
        vec!["verify", metadata, "--trusted", trusted, "--at", "tomorrow"],
        vec!["verify", metadata, "--trusted", trusted, "--from-every-root"],
    ] {
        assert_eq!(run(&usage).code, 2, "{usage:?}");
    }
    let nowhere = folder.join("nowhere");
    let nowhere = nowhere.to_str().unwrap();
    for machine in [
        vec!["verify", metadata, "--trusted", nowhere],
        vec!["verify", nowhere, "--trusted", trusted],
        vec!["verify", nowhere, "--from-every-root"],
        vec!["verify", trusted, "--trusted", trusted],
    ] {
        let done = run(&machine);
        assert_eq!((done.code, done.out.as_str()), (5, ""), "{machine:?} {done:?}");
        assert!(!done.err.is_empty());
    }
    fs::remove_file(folder.join("metadata/timestamp.json")).unwrap();
    assert_eq!(verify(&folder, &[]).code, 1);
    fs::create_dir(folder.join("metadata/timestamp.json")).unwrap();
    assert_eq!(verify(&folder, &[]).code, 5);
}
