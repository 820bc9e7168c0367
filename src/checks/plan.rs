//! The plan and the directory: PLAN-ID, PLAN-DIGEST, PLAN-OUTPUT, PLAN-INTENT. (PLAN-STRICT is the reading of
//! `ceremony.toml` itself: whoever holds a `Policy` has passed it.)

use std::collections::BTreeSet;

use crate::crypto::digest::Sha256Digest;
use crate::host::display::count;
use crate::json::Json;
use crate::json::view::ShapeError;
use crate::tuf::diff::{Change, diff};

use super::{Check, Finding};

/// PLAN-ID: the ceremony's id was not used before, in the trusted metadata or in this directory.
pub fn plan_id(id: &str, used_in_trusted: &[String], recorded_here: Option<&str>) -> Finding {
    let mut problems = Vec::new();
    if used_in_trusted.iter().any(|used| used == id) {
        problems.push(format!("the trusted root was made in a ceremony with the id {id}"));
    }
    if let Some(recorded) = recorded_here.filter(|recorded| *recorded != id) {
        problems.push(format!(
            "this directory is the record of the ceremony {recorded}, and ceremony.toml says {id}"
        ));
    }
    let next =
        "Choose an id that was never used, and start each ceremony in a directory of its own with `new`.";
    Finding::judge(
        Check::PlanId,
        problems,
        next,
        format!("no other use of {id} is recorded here or in the trusted root"),
    )
}

/// PLAN-DIGEST: the plan is the one that was recorded when the payload was frozen.
pub fn plan_digest(now: Sha256Digest, frozen_under: Option<Sha256Digest>) -> Finding {
    match frozen_under {
        Some(then) if then != now => {
            let what = format!("ceremony.toml is {now:.16}, and the payload was frozen under {then:.16}");
            let next = "If the change is meant, run `draft` and `freeze` again and have the plan \
                 reviewed; if not, restore ceremony.toml.";
            Finding::fail(Check::PlanDigest, what, next)
        }
        _ => Finding::pass(Check::PlanDigest, format!("ceremony.toml is {now:.16}")),
    }
}

/// PLAN-OUTPUT: no output file exists yet.
pub fn plan_output(existing: &[String]) -> Finding {
    let problems = existing.iter().map(|name| format!("{name} exists already"));
    let next = "Nothing is overwritten, and signatures that came after the release do not enter it. Move it away if it is from an attempt that was given up, or \
         start a new ceremony directory.";
    Finding::judge(Check::PlanOutput, problems.collect(), next, "no output exists yet")
}

/// What [`plan_intent`] judges.
#[derive(Clone, Debug)]
pub struct Intended<'a> {
    /// The role.
    pub role: &'a str,
    /// The word of `ceremony.change`.
    pub change: &'a str,
    /// The metadata that is trusted; `None` at genesis.
    pub trusted: Option<&'a Json>,
    /// The metadata as ceremony.toml would have it drafted.
    pub planned: &'a Json,
    /// The metadata in question.
    pub drafted: &'a Json,
    /// How many keys the plan revokes.
    pub revoked: usize,
}

/// PLAN-INTENT: the difference between trusted and drafted metadata is exactly the declared change.
pub fn plan_intent(case: &Intended<'_>) -> Result<Finding, ShapeError> {
    // Several files differ in the same words: each says which it is.
    let role = case.role;
    let mut problems: Vec<String> = diff(Some(case.planned), case.drafted)?
        .iter()
        .map(|change| format!("{role}: not in the plan: {}", sentence(change)))
        .collect();
    let changes = diff(case.trusted, case.drafted)?;
    if case.change == "refresh" {
        // Snapshot and timestamp list the versions of what is renewed with them.
        let kind = case.drafted.get("_type").and_then(Json::as_str);
        let lists = kind.is_some_and(|kind| kind == "snapshot" || kind == "timestamp");
        let is_refresh = |change: &&Change| {
            ["version", "expires"].contains(&change.place.as_str())
                || (lists && change.place.starts_with("file ") && change.after.is_some())
        };
        let undeclared = changes.iter().filter(|change| !is_refresh(change));
        problems.extend(undeclared.map(|change| {
            format!("{role}: a refresh changes only version and expiry: {}", sentence(change))
        }));
    }
    // Names of all files hang on it: a release that makes only some of them would leave clients without the others.
    let consistent = |root: &Json| root.get("consistent_snapshot").cloned();
    if let Some(before) = case.trusted.and_then(consistent)
        && consistent(case.drafted).is_some_and(|after| after != before)
    {
        problems.push("consistent_snapshot changes, which no later ceremony can do".to_owned());
    }
    let next = "Correct ceremony.toml so that it says what is meant, and write the draft anew with \
         `draft`; do not edit drafts by hand.";
    let evidence = format!(
        "{role}: {}: {}, all of them planned, {} revoked",
        case.change,
        count(changes.len(), "difference"),
        count(case.revoked, "key")
    );
    Ok(Finding::judge(Check::PlanIntent, problems, next, evidence))
}

/// Who may sign for one role: what the declared acts come to, and what would be signed. Names of keys, and a threshold;
/// `None` where there is no such role.
#[derive(Clone, Debug)]
pub struct Declared {
    /// The role.
    pub role: String,
    /// By the acts.
    pub expected: Option<(BTreeSet<String>, i64)>,
    /// By what is to be signed.
    pub found: Option<(BTreeSet<String>, i64)>,
}

/// PLAN-INTENT, for acts that were declared one by one: they come to exactly what would be signed.
pub fn plan_declared(acts: &[String], roles: &[Declared]) -> Finding {
    let mut problems = Vec::new();
    for Declared { role, expected, found } in roles {
        let (Some((expected, declared)), Some((found, threshold))) = (expected, found) else {
            let verb = if found.is_some() { "appears" } else { "disappears" };
            problems.push(format!("{role} {verb}, and no declared act does that"));
            continue;
        };
        let gained = found.difference(expected).map(|key| format!("{role} has the key {key}"));
        let lost = expected.difference(found).map(|key| format!("{role} does not have the key {key}"));
        problems.extend(gained.chain(lost).map(|what| format!("{what}, against what was declared")));
        if declared != threshold {
            problems.push(format!("{role} has the threshold {threshold}, and {declared} was declared"));
        }
    }
    let next = "Make every change with `tuf-ceremony change`, which declares it under [[intended]]; or correct ceremony.toml \
         until it says what was declared.";
    let evidence = format!("the roles change by what was declared: {}", acts.join("; "));
    Finding::judge(Check::PlanIntent, problems, next, evidence)
}

fn sentence(change: &Change) -> String {
    match (&change.before, &change.after) {
        (None, Some(after)) => format!("{} is added ({after})", change.place),
        (Some(before), None) => format!("{} is removed ({before})", change.place),
        (Some(before), Some(after)) => format!("{} is {after} instead of {before}", change.place),
        (None, None) => change.place.clone(),
    }
}
