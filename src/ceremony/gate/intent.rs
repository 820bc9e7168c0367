//! PLAN-INTENT for everything that is to be signed: each file is exactly what the plan makes of the keys and of what is
//! trusted, none is missing, there is no other, and all of it comes to what was declared.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::checks::plan::{Declared, Intended, plan_declared, plan_intent};
use crate::checks::{Check, Finding};
use crate::crypto::digest::Sha256Digest;
use crate::json::Json;
use crate::policy::intended::after;
use crate::tuf::commitment::without;

use super::super::drafting::Drafts;
use super::super::payload::Payload;
use super::super::{Ceremony, CeremonyError};
use super::unreadable;
use super::world::World;

/// PLAN-INTENT, for each payload and for what they come to together.
pub(super) fn intent(
    ceremony: &Ceremony,
    payloads: &[Payload],
    planned: &Result<Drafts, CeremonyError>,
) -> Vec<Finding> {
    let planned = match planned {
        Ok(Drafts { made, .. }) => made,
        Err(error) => return vec![unreadable(Check::PlanIntent, "the plan", &error.to_string())],
    };
    let mut findings = Vec::new();
    for payload in payloads {
        let of_role = planned.iter().find(|draft| draft.role == payload.role);
        let others = payloads.iter().filter(|other| other.role == payload.role).count();
        let Some(draft) = of_role.filter(|_| others == 1) else {
            findings.push(unplanned(&payload.title()));
            continue;
        };
        // What a root commits to is no part of the plan; RECORD-CHAIN holds it to the record.
        let is_root = payload.role == "root";
        let trusted = ceremony.published_today(&payload.role);
        let bare =
            |signed, is_bare| if is_bare { Cow::Owned(without(signed)) } else { Cow::Borrowed(signed) };
        let trusted = trusted.map(|signed| bare(signed, is_root));
        let drafted = bare(&payload.signed, is_root && ceremony.policy.commitment);
        let judged = plan_intent(&Intended {
            role: &payload.role,
            change: ceremony.policy.change.name(),
            trusted: trusted.as_deref(),
            planned: &draft.signed,
            drafted: &drafted,
            revoked: ceremony.policy.revoke.len(),
        });
        findings.push(
            judged
                .unwrap_or_else(|error| unreadable(Check::PlanIntent, &payload.title(), &error.to_string())),
        );
    }
    let missing = planned.iter().filter(|draft| !payloads.iter().any(|payload| payload.role == draft.role));
    findings.extend(missing.map(|draft| {
        let what = format!("the plan makes {}, and it is not here", draft.role);
        Finding::fail(Check::PlanIntent, what, "Run `draft` and `freeze` again.")
    }));
    findings
}

/// PLAN-INTENT, for acts that were declared one by one. What others have to sign anew, `left`, is theirs to change.
pub(super) fn declared(ceremony: &Ceremony, world: &World, left: &[String]) -> Option<Finding> {
    let acts = &ceremony.policy.intended;
    ceremony.trusted.as_ref()?;
    if acts.is_empty() {
        let acts =
            |data: &Json| data.get("acts").and_then(Json::as_array).is_some_and(|acts| !acts.is_empty());
        let recorded = ceremony.transcript.all("changed").any(acts);
        return recorded.then(|| {
            let what =
                "the record has changes that were declared, and ceremony.toml declares none any longer";
            let next = "Restore [[intended]], or start over in a new directory.";
            Finding::fail(Check::PlanIntent, what, next)
        });
    }
    let Ok(today) = World::of(ceremony, &[]) else {
        return Some(unreadable(
            Check::PlanIntent,
            "what is published today",
            "it has not the shape of metadata",
        ));
    };
    let material = |name: &str| ceremony.keyring.get(name).map(|key| key.fingerprint().to_hex());
    let expected = after(&today.standings(), acts, |name| material(name).unwrap_or_else(|| name.to_owned()));
    let name = |id: &String| {
        let known = Sha256Digest::parse_hex(id).and_then(|material| ceremony.keyring.name_of(material));
        known.map_or_else(|| id.chars().take(16).collect(), str::to_owned)
    };
    let found = world.standings();
    let theirs = |role: &&String| {
        world.delegated().any(|one| one.name == role.as_str() && left.iter().any(|left| left == one.by))
    };
    let roles: BTreeSet<&String> = expected.keys().chain(found.keys()).filter(|role| !theirs(role)).collect();
    let roles = roles.into_iter().map(|role| Declared {
        role: role.clone(),
        expected: expected.get(role).map(|one| (one.keys.iter().map(name).collect(), one.threshold)),
        found: found.get(role).map(|one| (one.keys.iter().map(name).collect(), one.threshold)),
    });
    let acts: Vec<String> = acts.iter().map(ToString::to_string).collect();
    let judged = plan_declared(&acts, &roles.collect::<Vec<_>>());
    let moved = world.moved_paths(&today);
    if judged.refuses() || moved.is_empty() {
        return Some(judged);
    }
    let what =
        format!("what these may speak for changes, and no declared act does that: {}", moved.join(", "));
    let next = "Correct `paths` and `terminating` in ceremony.toml until they say what is published.";
    Some(Finding::fail(Check::PlanIntent, what, next))
}

fn unplanned(title: &str) -> Finding {
    let what = format!("the plan does not make {title}, or makes it only once");
    Finding::fail(
        Check::PlanIntent,
        what,
        "Run `draft` and `freeze` again; find out who changed the directory.",
    )
}
