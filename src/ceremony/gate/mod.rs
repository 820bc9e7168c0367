//! Gathers the evidence and runs the checks: on the plan before any key exists, and on metadata afterwards.

mod expiry;
mod intent;
mod revoked;
mod roles;
pub(super) mod world;

use crate::checks::expiry::expiry_range;
use crate::checks::metadata::{json_agree, plan_rehearsal};
use crate::checks::plan::{plan_digest, plan_output};
use crate::checks::roles::Role;
use crate::checks::root::{root_fast_forward, root_roles, root_version};
use crate::checks::{Check, Finding, keys};
use crate::crypto::digest::Sha256Digest;
use crate::host::files;
use crate::json::Json;
use crate::policy::{KeyPlan, Reason, TokenKind};
use crate::tuf::REHEARSAL_MARK;
use crate::tuf::key::Key;
use crate::tuf::root::Root;

use super::Ceremony;
use super::payload::Payload;
use expiry::{expiry_checks, planned_expiries};
use revoked::{old_quorum_in_reach, revoked, revoked_checks};
use roles::{drafted_role, planned_role, role_checks};
use world::World;

pub(super) use revoked::delegations_today;

/// The checks that need no key: of the plan's roles, thresholds, holders and dates.
pub fn examine_plan(ceremony: &Ceremony) -> Vec<Finding> {
    let roles: Vec<Role> =
        ceremony.policy.all_roles().iter().map(|(name, plan)| planned_role(ceremony, name, plan)).collect();
    let mut findings = vec![ceremony.check_id()];
    findings.extend(rehearsal_tokens(ceremony));
    findings.extend(role_checks(&roles));
    findings.push(expiry_range(&planned_expiries(ceremony), ceremony.now, ceremony.policy.next));
    findings.push(output(ceremony));
    findings.extend(old_quorum_in_reach(ceremony));
    waive(ceremony, findings)
}

/// All checks of metadata that is to be signed.
pub fn examine(ceremony: &Ceremony, payloads: &[Payload]) -> Vec<Finding> {
    let mut findings = vec![ceremony.check_id()];
    findings.extend(rehearsal_tokens(ceremony));
    findings.extend(changed_keys(ceremony));
    for payload in payloads {
        let title = payload.title();
        let marked = payload.signed.get(REHEARSAL_MARK).is_some_and(|mark| *mark != Json::Bool(false));
        findings.push(plan_rehearsal(ceremony.policy.rehearsal, &title, marked));
        findings.push(json_agree(&payload.signed));
    }
    // Drafted once for all: a repository may have thousands of delegated roles.
    let planned = ceremony.planned_drafts();
    findings.extend(intent::intent(ceremony, payloads, &planned));
    match World::of(ceremony, payloads) {
        Ok(world) => {
            let left = planned.map(|drafts| drafts.left).unwrap_or_default();
            findings.extend(intent::declared(ceremony, &world, &left));
            findings.extend(world_checks(ceremony, &world, &left));
        }
        Err((title, error)) => findings.push(unreadable(Check::RootRoles, &title, &error.to_string())),
    }
    findings.extend(expiry_checks(ceremony, payloads));
    waive(ceremony, findings)
}

/// The checks of who may sign for what. What a delegation says that the plan does not state is its delegator's affair, but
/// for revoked keys. `left` are the roles that others have to sign anew.
fn world_checks(ceremony: &Ceremony, world: &World, left: &[String]) -> Vec<Finding> {
    let (mut findings, mut roles) = (Vec::new(), Vec::new());
    let mut all_keys: Vec<&Key> = Vec::new();
    if let Some(root) = &world.root {
        if world.root_is_made {
            findings.extend(root_checks(ceremony, root));
            findings.extend(old_quorum_in_reach(ceremony));
        }
        let compromised = revoked(ceremony, |reason| reason == Reason::Compromised);
        let trusted = ceremony.trusted.as_ref().map(|trusted| &trusted.root);
        findings.push(root_fast_forward(trusted, root, &compromised));
        roles.extend(root.roles.iter().map(|(name, role)| drafted_role(ceremony, name, role, &root.keys)));
        all_keys.extend(root.keys.values().filter(|_| world.root_is_made));
    }
    findings.extend(revoked_checks(ceremony, world, left));
    let stated = world.delegated().filter(|one| ceremony.policy.delegations.contains_key(one.name));
    roles.extend(stated.map(|one| drafted_role(ceremony, one.name, &one.role, one.keys)));
    all_keys.extend(world.delegating.iter().flat_map(|one| &one.new_keys));
    findings.extend(role_checks(&roles));
    findings.extend([keys::key_strength(&all_keys), keys::key_scheme(&all_keys), keys::key_id(&all_keys)]);
    findings
}

/// All checks of payloads that are frozen: none was given up (SIGN-STALE), each is what the plan makes, and the plan and all that
/// a freeze depends on is what it was (PLAN-DIGEST).
pub fn examine_frozen(ceremony: &Ceremony, payloads: &[Payload]) -> Vec<Finding> {
    match ceremony.refused_void(payloads) {
        // Nothing else matters where a payload is void, and no waiver brings it back.
        Ok(void) if void.is_empty() => {}
        Ok(void) => return void,
        Err(error) => {
            return vec![unreadable(
                Check::SignStale,
                "what says whether payloads are void",
                &error.to_string(),
            )];
        }
    }
    let frozen = payloads.iter().map(|payload| ceremony.frozen_under(payload.digest));
    // One finding is enough: they are frozen together.
    let stale = frozen.flatten().find(|then| *then != ceremony.policy.digest);
    let mut findings = examine(ceremony, payloads);
    findings.extend(waive(ceremony, changed_inputs(ceremony)));
    findings.extend(ceremony.commitments(payloads));
    let plan = match payloads.iter().find(|payload| ceremony.frozen_under(payload.digest).is_none()) {
        Some(payload) => {
            let what = format!("the record does not say under which plan {} was frozen", payload.title());
            let next = "Run `freeze` again: payloads that come out the same keep their signatures.";
            Finding::fail(Check::PlanDigest, what, next)
        }
        None => plan_digest(ceremony.policy.digest, stale),
    };
    findings.extend(waive(ceremony, vec![plan]));
    findings
}

/// PLAN-DIGEST, for what the payloads were made from.
fn changed_inputs(ceremony: &Ceremony) -> Vec<Finding> {
    let next = "Find out who changed it. Restore the file; or, if the change is meant, run `draft` and `freeze` again: payloads \
                that come out the same keep their signatures.";
    let changed = match ceremony.changed_inputs() {
        Ok(changed) => changed,
        Err(error) => return vec![unreadable(Check::PlanDigest, "an input", &error.to_string())],
    };
    // That ceremony.toml is the same is judged by itself.
    let changed: Vec<String> = changed.into_iter().filter(|file| file != "ceremony.toml").collect();
    if changed.is_empty() {
        return Vec::new();
    }
    let what = format!("these are not what they were at the freeze: {}", changed.join(", "));
    vec![Finding::fail(Check::PlanDigest, what, next)]
}

/// PLAN-DIGEST, for keys: a public half is the one that `token provision` stored last; where none was stored, it is the one that
/// the record has always known.
fn changed_keys(ceremony: &Ceremony) -> Vec<Finding> {
    let known = ceremony.transcript.artifacts();
    let is_other = |name: &&String| {
        let file = format!("keys/{name}/public.pem");
        let Some(now) = ceremony.keyring.get(name).map(|key| Sha256Digest::of(key.to_spki_pem().as_bytes()))
        else {
            return false;
        };
        let stored = |data: &Json| data.get("files")?.get(&file)?.as_str().map(str::to_owned);
        match ceremony.transcript.all("key-enrolled").rev().find_map(stored) {
            Some(stored) => stored != now.to_hex(),
            None => known
                .get(file.as_str())
                .is_some_and(|digests| digests.iter().any(|(_, one)| *one != now.to_hex())),
        }
    };
    let changed: Vec<&str> = ceremony.policy.keys.keys().filter(is_other).map(String::as_str).collect();
    if changed.is_empty() {
        return Vec::new();
    }
    let what =
        format!("the public halves of these keys were others earlier in the record: {}", changed.join(", "));
    let next =
        "Find out who changed them. Make the key on its token again, or start over in a new directory.";
    vec![Finding::fail(Check::PlanDigest, what, next)]
}

/// PLAN-REHEARSAL, for the tokens of the plan: everybody can compute a rehearsal token's key, whoever signs with it.
fn rehearsal_tokens(ceremony: &Ceremony) -> Option<Finding> {
    let is_rehearsal =
        |key: &KeyPlan| key.token.as_ref().is_some_and(|token| token.kind == TokenKind::Rehearsal);
    let keys = ceremony.policy.keys.iter().filter(|(_, key)| !ceremony.policy.rehearsal && is_rehearsal(key));
    let names: Vec<&str> = keys.map(|(name, _)| name.as_str()).collect();
    if names.is_empty() {
        return None;
    }
    let what = format!(
        "this is a production ceremony, and these keys are on rehearsal tokens: {}",
        names.join(", ")
    );
    let next = "Name real tokens in ceremony.toml. A rehearsal token's key is known to everybody.";
    Some(Finding::fail(Check::PlanRehearsal, what, next))
}

/// PLAN-OUTPUT.
pub fn output(ceremony: &Ceremony) -> Finding {
    let existing = ["metadata"].into_iter().filter(|name| files::exists(&ceremony.path(name)));
    plan_output(&existing.map(|name| format!("{name}/")).collect::<Vec<_>>())
}

fn unreadable(check: Check, title: &str, error: &str) -> Finding {
    Finding::fail(check, format!("{title} cannot be read: {error}"), "Write the draft anew with `draft`.")
}

fn root_checks(ceremony: &Ceremony, root: &Root) -> Vec<Finding> {
    let trusted = ceremony.trusted.as_ref().map(|trusted| &trusted.root);
    vec![root_roles(root), root_version(trusted.map(|root| root.header.version), root.header.version)]
}

/// Turns refusals that `ceremony.toml` waives for now.
fn waive(ceremony: &Ceremony, findings: Vec<Finding>) -> Vec<Finding> {
    let waiver = |check: Check| {
        let mut waivers = ceremony.policy.waivers.iter();
        waivers.find(|waiver| Check::from_id(&waiver.check) == Some(check) && ceremony.now < waiver.until)
    };
    let turn = |finding: Finding| match waiver(finding.check) {
        Some(waiver) => finding.waived_by(&waiver.reason),
        None => finding,
    };
    findings.into_iter().map(turn).collect()
}
