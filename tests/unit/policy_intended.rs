//! What declared acts come to, and how PLAN-INTENT compares it with what would be signed.

use std::collections::{BTreeMap, BTreeSet};

use tuf_ceremony::checks::Check;
use tuf_ceremony::checks::plan::{Declared, plan_declared};
use tuf_ceremony::policy::intended::{Standing, after};
use tuf_ceremony::policy::{Expiry, Intended};

use crate::checks_fixture::{passes, refuses};

type Roles = BTreeMap<String, Standing>;

fn set(keys: &str) -> BTreeSet<String> {
    keys.split_whitespace().map(str::to_owned).collect()
}

fn roles(all: &[(&str, &str, i64)]) -> Roles {
    let role = |(name, keys, threshold): &(&str, &str, i64)| {
        ((*name).to_owned(), Standing { keys: set(keys), threshold: *threshold })
    };
    all.iter().map(role).collect()
}

fn named(text: &str) -> String {
    text.to_owned()
}

fn replace(key: &str, by: &str) -> Intended {
    Intended::ReplaceKey { key: named(key), by: named(by) }
}

/// Acts over two roles; keys are known by their names in capitals.
#[track_caller]
fn comes_to(acts: &[Intended], root: (&str, i64), nightly: (&str, i64)) {
    let today = roles(&[("root", "A B C", 2), ("nightly", "C", 1)]);
    let found = after(&today, acts, |name| name.to_uppercase());
    assert_eq!(found, roles(&[("root", root.0, root.1), ("nightly", nightly.0, nightly.1)]));
}

#[test]
fn each_act_does_what_it_says() {
    let (root, nightly) = (("A B C", 2), ("C", 1));
    comes_to(&[], root, nightly);
    let add = |roles: &[&str]| Intended::AddKey {
        key: named("d"),
        roles: roles.iter().map(|role| named(role)).collect(),
    };
    comes_to(&[add(&["root"])], ("A B C D", 2), nightly);
    comes_to(&[add(&["root", "nightly"])], ("A B C D", 2), ("C D", 1));
    comes_to(&[add(&["no-such-role"])], root, nightly);
    comes_to(&[replace("c", "d")], ("A B D", 2), ("D", 1));
    comes_to(&[replace("c", "a")], ("A B", 2), ("A", 1));
    comes_to(&[replace("d", "e")], root, nightly);
    comes_to(&[Intended::RevokeKey { key: named("c") }], ("A B", 2), ("", 1));
    let threshold = |role: &str| Intended::SetThreshold { role: named(role), threshold: 3 };
    comes_to(&[threshold("root")], ("A B C", 3), nightly);
    comes_to(&[threshold("no-such-role")], root, nightly);
    let expires = Expiry::parse("1 year").unwrap();
    comes_to(
        &[Intended::SetExpiry { role: named("root"), expires }, Intended::ReencodeKeys, Intended::Refresh],
        root,
        nightly,
    );
}

#[test]
fn acts_follow_one_another() {
    comes_to(&[replace("c", "d"), replace("d", "e")], ("A B E", 2), ("E", 1));
    comes_to(&[replace("c", "d"), replace("d", "c")], ("A B C", 2), ("C", 1));
    let revoke = Intended::RevokeKey { key: named("d") };
    comes_to(&[replace("c", "d"), revoke.clone()], ("A B", 2), ("", 1));
    comes_to(&[revoke, replace("c", "d")], ("A B D", 2), ("D", 1));
}

#[test]
fn each_act_is_told_in_words() {
    let told = |act: Intended| act.to_string();
    assert_eq!(
        told(Intended::AddKey { key: named("d"), roles: vec![named("root"), named("targets")] }),
        "add the key d to root, targets"
    );
    assert_eq!(told(replace("c", "d")), "replace the key c by d");
    assert_eq!(told(Intended::RevokeKey { key: named("c") }), "revoke the key c");
    assert_eq!(
        told(Intended::SetThreshold { role: named("root"), threshold: 3 }),
        "set the threshold of root to 3"
    );
    assert_eq!(told(Intended::ReencodeKeys), "write keys in older forms anew");
    assert_eq!(told(Intended::Refresh), "renew version and expiry");
}

fn declared(role: &str, expected: Option<(&str, i64)>, found: Option<(&str, i64)>) -> Declared {
    let of = |one: (&str, i64)| (set(one.0), one.1);
    Declared { role: named(role), expected: expected.map(of), found: found.map(of) }
}

#[test]
fn plan_declared_passes_what_was_declared() {
    let all = [
        declared("root", Some(("a b", 2)), Some(("b a", 2))),
        declared("nightly", Some(("c", 1)), Some(("c", 1))),
    ];
    let acts = [named("revoke the key d"), named("set the threshold of root to 2")];
    let evidence = "the roles change by what was declared: revoke the key d; set the threshold of root to 2";
    passes(&plan_declared(&acts, &all), Check::PlanIntent, evidence);
}

#[test]
fn plan_declared_refuses_what_was_not() {
    let refused = |expected, found, what: &str| {
        refuses(&plan_declared(&[], &[declared("root", expected, found)]), Check::PlanIntent, what);
    };
    refused(Some(("a b", 2)), Some(("a b c", 2)), "root has the key c, against what was declared");
    refused(Some(("a b", 2)), Some(("a", 2)), "root does not have the key b, against what was declared");
    refused(Some(("a b", 2)), Some(("a b", 1)), "root has the threshold 1, and 2 was declared");
    refused(None, Some(("a", 1)), "root appears, and no declared act does that");
    refused(Some(("a", 1)), None, "root disappears, and no declared act does that");
    refused(
        Some(("a b", 2)),
        Some(("a c", 1)),
        "root has the key c, against what was declared; root does not have the key b, against what was declared; root has the \
         threshold 1, and 2 was declared",
    );
}
