//! PLAN-ID, PLAN-DIGEST, PLAN-OUTPUT, PLAN-INTENT.

use tuf_ceremony::checks::plan::{Intended, plan_digest, plan_id, plan_intent, plan_output};
use tuf_ceremony::checks::{Check, Finding};
use tuf_ceremony::crypto::digest::Sha256Digest;
use tuf_ceremony::json::Json;

use crate::checks_fixture::{USUAL, keyid, passes, refuses, root_tree};

const NOW: Sha256Digest = Sha256Digest([0xaa; 32]);
const THEN: Sha256Digest = Sha256Digest([0xbb; 32]);

#[test]
fn plan_id_passes_a_new_id_and_its_own_directory() {
    let used = ["2025".to_owned(), "2026".to_owned()];
    passes(
        &plan_id("2027", &used, None),
        Check::PlanId,
        "no other use of 2027 is recorded here or in the trusted root",
    );
    passes(
        &plan_id("2027", &used, Some("2027")),
        Check::PlanId,
        "no other use of 2027 is recorded here or in the trusted root",
    );
}

#[test]
fn plan_id_refuses_an_id_that_was_used() {
    let what = "the trusted root was made in a ceremony with the id 2026";
    refuses(&plan_id("2026", &["2025".to_owned(), "2026".to_owned()], None), Check::PlanId, what);
}

#[test]
fn plan_id_refuses_another_ceremonys_directory() {
    let what = "this directory is the record of the ceremony 2026, and ceremony.toml says 2027";
    refuses(&plan_id("2027", &[], Some("2026")), Check::PlanId, what);
}

#[test]
fn plan_digest_passes_the_plan_that_was_recorded() {
    let evidence = "ceremony.toml is aaaaaaaaaaaaaaaa";
    passes(&plan_digest(NOW, Some(NOW)), Check::PlanDigest, evidence);
    passes(&plan_digest(NOW, None), Check::PlanDigest, evidence);
}

#[test]
fn plan_digest_refuses_a_plan_that_changed() {
    let what = "ceremony.toml is aaaaaaaaaaaaaaaa, and the payload was frozen under bbbbbbbbbbbbbbbb";
    refuses(&plan_digest(NOW, Some(THEN)), Check::PlanDigest, what);
}

#[test]
fn plan_output_passes_an_empty_place() {
    passes(&plan_output(&[]), Check::PlanOutput, "no output exists yet");
}

#[test]
fn plan_output_refuses_what_is_there() {
    let there = ["metadata/1.root.json".to_owned(), "metadata/root.json".to_owned()];
    let what = "metadata/1.root.json exists already; metadata/root.json exists already";
    refuses(&plan_output(&there), Check::PlanOutput, what);
}

/// The usual root in its second version, with the root's keys and threshold as given.
fn second(keys: &[u8], threshold: i64) -> Json {
    root_tree(2, [(keys, threshold), USUAL[1], USUAL[2], USUAL[3]])
}

fn judged(change: &str, trusted: Option<&Json>, planned: &Json, drafted: &Json) -> Finding {
    plan_intent(&Intended { role: "root", change, trusted, planned, drafted, revoked: 0 }).unwrap()
}

#[test]
fn plan_intent_passes_the_declared_change() {
    let first = root_tree(1, USUAL);
    let same = second(&[1, 2, 3, 4, 5], 3);
    let evidence = "root: refresh: 1 difference, all of them planned, 0 keys revoked";
    passes(&judged("refresh", Some(&first), &same, &same), Check::PlanIntent, evidence);
    let lower = second(&[1, 2, 3, 4, 5], 2);
    let evidence = "root: rotate: 2 differences, all of them planned, 0 keys revoked";
    passes(&judged("rotate", Some(&first), &lower, &lower), Check::PlanIntent, evidence);
    assert!(!judged("genesis", None, &first, &first).refuses());
}

#[test]
fn plan_intent_refuses_what_the_plan_does_not_say() {
    let first = root_tree(1, USUAL);
    let (planned, drafted) = (second(&[1, 2, 3, 4, 5], 3), second(&[1, 2, 3, 4, 5], 2));
    let what = "root: not in the plan: role root: threshold is 2 instead of 3";
    refuses(&judged("rotate", Some(&first), &planned, &drafted), Check::PlanIntent, what);
}

#[test]
fn plan_intent_refuses_additions_and_removals() {
    let first = root_tree(1, USUAL);
    let planned = second(&[1, 2, 3, 4, 5], 3);
    let mut drafted = planned.clone();
    drafted.as_object_mut().unwrap().insert("x-extra".to_owned(), Json::from("hidden"));
    let what = "root: not in the plan: field x-extra is added (\"hidden\")";
    refuses(&judged("rotate", Some(&first), &planned, &drafted), Check::PlanIntent, what);
    let what = "root: not in the plan: field x-extra is removed (\"hidden\")";
    refuses(&judged("rotate", Some(&first), &drafted, &planned), Check::PlanIntent, what);
}

#[test]
fn plan_intent_refuses_a_refresh_that_rotates() {
    let first = root_tree(1, USUAL);
    let fewer = second(&[1, 2, 3, 4], 3);
    let gone = keyid(5);
    let what = format!(
        "root: a refresh changes only version and expiry: role root: key {gone} is removed (holder not named)"
    );
    refuses(&judged("refresh", Some(&first), &fewer, &fewer), Check::PlanIntent, &what);
}

#[test]
fn plan_intent_sees_an_order_that_facts_do_not_show() {
    let (planned, drafted) = (second(&[1, 2, 3, 4, 5], 3), second(&[5, 4, 3, 2, 1], 3));
    let finding = judged("refresh", Some(&root_tree(1, USUAL)), &planned, &drafted);
    let what = "root: not in the plan: bytes is in another order or encoding (for example, keyids of a role \
                rearranged) instead of the same statements; root: a refresh changes only version and expiry: bytes is \
                in another order or encoding (for example, keyids of a role rearranged) instead of the same \
                statements";
    refuses(&finding, Check::PlanIntent, what);
}

#[test]
fn plan_intent_reports_what_is_no_root() {
    let root = root_tree(1, USUAL);
    let nothing = Json::object([]);
    let (change, trusted) = ("genesis", None);
    let case = Intended { role: "root", change, trusted, planned: &root, drafted: &nothing, revoked: 0 };
    assert!(plan_intent(&case).is_err());
}
