//! Sigstore's published root chains, seen with the eyes of each client, at a fixed time.

use std::collections::{BTreeMap, BTreeSet};

use tuf_ceremony::ceremony::verify::Published;
use tuf_ceremony::tuf::client::Profile;
use tuf_ceremony::tuf::client::report::{Look, Report};
use tuf_ceremony::tuf::client::rule::Rule;

use crate::corpus::corpus;

const AT: &str = "2026-11-01T00:00:00Z";

/// The verdicts from each root of a chain.
fn from_every_root(test: &str, chain: &str, profile: Profile) -> Option<BTreeMap<i64, Report>> {
    let directory = corpus(test)?.join("tuf-roots").join(chain);
    let look = Look { profile, at: AT.parse().unwrap(), roots_only: true };
    let published = Published { directory, look, state: None, targets: None };
    Some(published.verify_from_every_root().unwrap().into_iter().collect())
}

fn accepted(reports: &BTreeMap<i64, Report>) -> Vec<i64> {
    reports.iter().filter(|(_, report)| report.refused.is_none()).map(|(version, _)| *version).collect()
}

/// Each rule with the files of a report that it is about.
fn oddities(report: &Report) -> BTreeMap<Rule, BTreeSet<&str>> {
    let mut rules: BTreeMap<Rule, BTreeSet<&str>> = BTreeMap::new();
    for row in &report.rows {
        for found in &row.remarks {
            rules.entry(found.rule).or_default().insert(&row.file);
        }
    }
    rules
}

/// The names of the roots of these versions, where version 1 is the trusted one.
fn files(versions: impl IntoIterator<Item = i64>) -> BTreeSet<String> {
    let name = |version| match version {
        1 => "trusted root".to_owned(),
        more => format!("{more}.root.json"),
    };
    versions.into_iter().map(name).collect()
}

#[test]
fn a_lenient_client_accepts_both_chains_and_names_what_is_odd() {
    let test = "a_lenient_client_accepts_both_chains_and_names_what_is_odd";
    let Some(sigstore) = from_every_root(test, "sigstore", Profile::Lenient) else { return };
    assert_eq!(accepted(&sigstore), (1..=15).collect::<Vec<_>>());
    let expected = [
        (Rule::DateFraction, files([1, 2, 3])),
        (Rule::DateOffset, files([1])),
        (Rule::KeyidNotHash, files([11])),
        (Rule::OneKeyTwoKeyids, files([])),
        (Rule::OldKeyType, files(1..=8)),
        (Rule::HexPoint, files(1..=4)),
        (Rule::EmptySignature, files([12, 13, 14])),
        (Rule::KeyReencoded, files([5, 9, 10, 12])),
        (Rule::NoSpareSignature, files([3, 12])),
    ];
    let found = oddities(&sigstore[&1]);
    for (rule, wanted) in &expected {
        let named: BTreeSet<String> =
            found.get(rule).into_iter().flatten().map(|file| (*file).to_owned()).collect();
        assert_eq!(named, *wanted, "{rule}");
    }
    let known: BTreeSet<Rule> = expected.iter().map(|(rule, _)| *rule).collect();
    assert!(found.keys().all(|rule| known.contains(rule)), "{found:?}");

    let Some(staging) = from_every_root(test, "sigstore-staging", Profile::Lenient) else { return };
    assert_eq!(accepted(&staging), (1..=14).collect::<Vec<_>>());
    let found = oddities(&staging[&1]);
    let named = |rule| found[&rule].iter().map(|file| (*file).to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(named(Rule::KeyidNotHash), files(5..=8));
    assert_eq!(named(Rule::OldKeyType), files(1..=5));
    assert!(named(Rule::EmptySignature).contains("6.root.json"));
}

#[test]
fn a_strict_client_refuses_exactly_the_odd_links_by_rule() {
    let test = "a_strict_client_refuses_exactly_the_odd_links_by_rule";
    let why = |reports: &BTreeMap<i64, Report>, version: i64| {
        let (file, refusal) = reports[&version].refused.clone().unwrap();
        (file, refusal.rule.unwrap())
    };
    let trusted = |rule| ("trusted root".to_owned(), rule);
    let Some(sigstore) = from_every_root(test, "sigstore", Profile::Strict) else { return };
    assert_eq!(accepted(&sigstore), [12, 13, 14, 15]);
    for version in 1..=3 {
        assert_eq!(why(&sigstore, version), trusted(Rule::DateFraction));
    }
    for version in 4..=8 {
        assert_eq!(why(&sigstore, version), trusted(Rule::OldKeyType));
    }
    for version in [9, 10] {
        assert_eq!(why(&sigstore, version), ("11.root.json".to_owned(), Rule::KeyidNotHash));
    }
    assert_eq!(why(&sigstore, 11), trusted(Rule::KeyidNotHash));
    let Some(staging) = from_every_root(test, "sigstore-staging", Profile::Strict) else { return };
    assert_eq!(accepted(&staging), (9..=14).collect::<Vec<_>>());
    for version in 1..=4 {
        assert_eq!(why(&staging, version), trusted(Rule::OldKeyType));
    }
    for version in 5..=8 {
        assert_eq!(why(&staging, version), trusted(Rule::KeyidNotHash));
    }
}

/// Found by running the clients on the chain; go-tuf was read.
#[test]
fn the_clients_of_others_start_from_these_roots() {
    for (profile, sigstore, staging) in [
        (Profile::PythonTuf, 5..16, 1..15),
        (Profile::GoTuf, 5..16, 1..15),
        (Profile::TufJs, 1..16, 1..15),
        (Profile::Tough, 12..16, 9..15),
        (Profile::RustTuf, 0..0, 0..0),
    ] {
        for (chain, roots) in [("sigstore", sigstore), ("sigstore-staging", staging)] {
            let test = "the_clients_of_others_start_from_these_roots";
            let Some(reports) = from_every_root(test, chain, profile) else { return };
            assert_eq!(accepted(&reports), roots.collect::<Vec<i64>>(), "{} on {chain}", profile.name());
        }
    }
}
