//! The catalogue of checks: complete, explainable, and forgiving to those who type.

use std::collections::BTreeSet;

use tuf_ceremony::checks::catalogue::{Check, Level, nearest};

/// The ids that this version enforces, as its scope states them. A check that is added here has a function.
const ENFORCED: &str = "PLAN-STRICT PLAN-DIGEST PLAN-ID PLAN-OUTPUT PLAN-INTENT PLAN-REHEARSAL TOKEN-ONE \
    TOKEN-IDENTITY TOKEN-PIN TOKEN-SLOT TOKEN-ORIGIN KEY-STRENGTH KEY-SCHEME KEY-ID KEY-DISTINCT KEY-HOLDER \
    ROOT-ROLES ROOT-THRESHOLD ROOT-SLACK ROOT-VERSION ROOT-REVOKED ROOT-FAST-FORWARD EXPIRY-FORMAT \
    EXPIRY-RANGE JSON-AGREE SIGN-REVIEW SIGN-KEY SIGN-VERIFY SIGN-STALE QUORUM-OLD QUORUM-NEW QUORUM-SURPLUS \
    RELEASE-CLEAN RELEASE-CLIENTS MEDIA-READ-ONLY MEDIA-READ-BACK RECORD-CHAIN";

#[test]
fn every_check_has_its_own_entry_and_its_own_id() {
    let ids: BTreeSet<&str> = Check::ALL.iter().map(|check| check.id()).collect();
    assert_eq!(ids.len(), Check::ALL.len(), "two checks share an id");
    assert_eq!(Check::ALL.len(), 50);
    for &check in Check::ALL {
        assert_eq!(check.entry().check, check, "{check} leads to the entry of another");
        assert_eq!(Check::from_id(check.id()), Some(check));
        assert_eq!(Check::from_id(&check.id().to_lowercase()), Some(check));
        let variant = check.id().replace('-', "").to_lowercase();
        assert_eq!(format!("{check:?}").to_lowercase(), variant, "variant and id tell different stories");
    }
}

#[test]
fn entries_are_full_sentences() {
    for entry in Check::ALL.iter().map(|check| check.entry()) {
        for text in [entry.demands, entry.why, entry.mend] {
            assert!(text.ends_with('.'), "{}: {text}", entry.id);
            assert!(!text.contains("  ") && !text.contains('\n'), "{}: white space in: {text}", entry.id);
            assert_eq!(text.matches('`').count() % 2, 0, "{}: unpaired quotes in: {text}", entry.id);
        }
        assert!(entry.why.len() > 80, "{}: the reason is thin", entry.id);
    }
}

#[test]
fn enforced_is_what_this_version_does() {
    let enforced: Vec<&str> = Check::ALL
        .iter()
        .map(|check| check.entry())
        .filter(|entry| entry.enforced)
        .map(|entry| entry.id)
        .collect();
    assert_eq!(enforced, ENFORCED.split_whitespace().collect::<Vec<_>>());
}

#[test]
fn levels_follow_the_house_plan() {
    let of = |level: Level| -> Vec<&str> {
        Check::ALL
            .iter()
            .map(|check| check.entry())
            .filter(|entry| entry.level == level)
            .map(|entry| entry.id)
            .collect()
    };
    assert_eq!(of(Level::Warn), ["TOKEN-FIRMWARE", "QUORUM-SURPLUS"]);
    assert_eq!(of(Level::RefuseOrWarn), ["KEY-HOLDER", "ROOT-SLACK", "EXPIRY-RANGE"]);
}

#[test]
fn mending_names_only_commands_that_exist() {
    let known = [
        "new",
        "plan",
        "change",
        "compromise",
        "draft",
        "freeze",
        "review",
        "sign",
        "request",
        "status",
        "release",
        "token",
        "rehearse",
        "verify",
        "inspect",
        "-C",
    ];
    for entry in Check::ALL.iter().map(|check| check.entry()) {
        for rest in entry.mend.split("tuf-ceremony ").skip(1) {
            let command = rest.split([' ', '`']).next().unwrap();
            assert!(known.contains(&command), "{}: there is no command {command}", entry.id);
        }
    }
}

#[test]
fn typos_find_the_check_that_was_meant() {
    for (typed, meant) in [
        ("ROOT-VERSOIN", Check::RootVersion),
        ("rootversion", Check::RootVersion),
        ("root_version", Check::RootVersion),
        ("Root Slack", Check::RootSlack),
        ("slack", Check::RootSlack),
        ("fast-forward", Check::RootFastForward),
        ("QUORUM-OKD", Check::QuorumOld),
        ("quorum-nwe", Check::QuorumNew),
        ("KEY-DISTINKT", Check::KeyDistinct),
        ("TOKEN-IDENTTY", Check::TokenIdentity),
        ("PLANN-ID", Check::PlanId),
        ("RELEASE-CLAEN", Check::ReleaseClean),
    ] {
        assert_eq!(nearest(typed), Some(meant), "{typed}");
    }
}

#[test]
fn what_resembles_no_check_gets_no_suggestion() {
    // PLAN-ID and KEY-ID both end in `id`, so that `id` alone names neither.
    for typed in ["", "-", "id", "weather", "ROOT", "ЯООТ-VERSION-ЯЯЯ", &"A".repeat(100_000)] {
        assert_eq!(nearest(typed), None, "{typed:.20}");
    }
    assert_eq!(Check::from_id("ROOT-VERSIO"), None);
    assert_eq!(Check::from_id(""), None);
}
