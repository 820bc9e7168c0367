//! Gathers the evidence and runs the checks: on the plan before any key exists, and on metadata afterwards.

mod intent;
pub(super) mod world;

use std::collections::BTreeMap;

use crate::checks::expiry::{RoleExpiry, expiry_format, expiry_range};
use crate::checks::metadata::{json_agree, plan_rehearsal};
use crate::checks::plan::{plan_digest, plan_output};
use crate::checks::roles::{Member, Role, key_distinct, key_holder, root_slack, root_threshold};
use crate::checks::root::{Revocable, root_fast_forward, root_revoked, root_roles, root_version};
use crate::checks::{Check, Finding, keys};
use crate::crypto::digest::Sha256Digest;
use crate::host::display::count;
use crate::host::files;
use crate::json::Json;
use crate::policy::{KeyPlan, Reason, RolePlan, TokenKind};
use crate::tuf::REHEARSAL_MARK;
use crate::tuf::key::Key;
use crate::tuf::root::{RoleKeys, Root};
use crate::tuf::time::{self, Date};

use super::Ceremony;
use super::payload::Payload;
use world::{Delegated, World, materials};

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

/// QUORUM-OLD, before anybody is called: whoever has lost a key cannot sign for the root that is to be followed.
fn old_quorum_in_reach(ceremony: &Ceremony) -> Option<Finding> {
    let trusted = &ceremony.trusted.as_ref()?.root;
    let role = trusted.roles.get("root")?;
    let lost = revoked(ceremony, |reason| reason == Reason::Lost);
    let is_lost = |material: &Sha256Digest| lost.iter().any(|(_, gone)| gone == material);
    let materials = materials(role, &trusted.keys);
    let left = materials.iter().filter(|material| !is_lost(material)).count();
    let version = trusted.header.version;
    if i64::try_from(left).is_ok_and(|left| left >= role.threshold) {
        let doubted = revoked(ceremony, |reason| reason == Reason::Compromised);
        let is_doubted = |material: &&Sha256Digest| doubted.iter().any(|(_, gone)| gone == *material);
        let taken = materials.iter().filter(is_doubted).count();
        return ceremony.doubted_must_sign().then(|| {
            if i64::try_from(taken).is_ok_and(|taken| taken >= role.threshold) {
                let what = format!("root {version} needs {} signatures, and as many of its keys are in doubt: somebody else can follow it, too", role.threshold);
                let next = "No update can restore trust then. Start over with `new`, and let `tuf-ceremony compromise` lead through a \
                            new beginning.";
                return Finding::warn(Check::QuorumOld, what, next);
            }
            let what = format!(
                "root {version} needs {} signatures, and of its keys too few are in no doubt: holders of keys in doubt must \
                 sign what follows it once more",
                role.threshold
            );
            let next = "Call them too: nobody else can follow the root with those keys alone. If their devices are gone, set \
                        change = \"genesis\" in ceremony.toml for a new first root.";
            Finding::warn(Check::QuorumOld, what, next)
        });
    }
    let what = format!(
        "root {version} needs {}; keys of it that nobody has lost: {left}",
        count(role.threshold, "signature")
    );
    let next = "No root can follow it any longer: set change = \"genesis\" in ceremony.toml for a new first root, which clients \
                need by another way than the repository (ceremony-scripts/new-beginning.md). If a key was found again, start \
                over without it among the lost ones.";
    Some(Finding::fail(Check::QuorumOld, what, next))
}

/// ROOT-REVOKED: for what is made here, and as a warning for what others have to sign anew.
fn revoked_checks(ceremony: &Ceremony, world: &World, left: &[String]) -> Vec<Finding> {
    let theirs = |one: &Delegated<'_>| left.iter().any(|role| role == one.by);
    let (others, own): (Vec<Delegated<'_>>, Vec<Delegated<'_>>) = world.delegated().partition(theirs);
    let mut roles = revocable_root(world);
    roles.extend(own.iter().map(revocable_of));
    let gone = gone(ceremony);
    let mut findings = vec![root_revoked(&roles, &gone)];
    let others: Vec<Revocable> = others.iter().map(revocable_of).collect();
    if let Some(trouble) = root_revoked(&others, &gone).trouble() {
        let next = "Have it signed anew by those who run it, without the key, before or after this release.";
        findings.push(Finding::warn(Check::RootRevoked, trouble.what.clone(), next));
    }
    let comes = |key: &str| ceremony.policy.intended.iter().any(|act| act.brings(key));
    let unknown = |key: &&str| ceremony.keyring.get(key).is_none() && !comes(key);
    let unknown: Vec<&str> = ceremony.policy.revoked_keys().filter(unknown).collect();
    if !unknown.is_empty() && ceremony.trusted.is_some() {
        let what = format!(
            "nobody can tell where these revoked keys stand, for want of their public halves: {}",
            unknown.join(", ")
        );
        let next = "Put each public half where it was, at keys/NAME/public.pem.";
        findings.push(Finding::fail(Check::RootRevoked, what, next));
    }
    let unreadable: Vec<String> = own.iter().flat_map(unreadable_keys).collect();
    if !gone.is_empty() && !unreadable.is_empty() {
        let what = format!(
            "these keys cannot be read, so that each may be a revoked one: {}",
            unreadable.join(", ")
        );
        let next = "List the delegation in ceremony.toml, with keys in the form that all clients read.";
        findings.push(Finding::fail(Check::RootRevoked, what, next));
    }
    findings
}

/// Keys of a delegation that some client may be able to use, and this program cannot.
fn unreadable_keys(one: &Delegated<'_>) -> Vec<String> {
    let known = |key: &Key| {
        ["rsa", "ecdsa", "ed25519", "ml-dsa"].iter().any(|family| key.keytype.starts_with(family))
    };
    let keys = one.role.keyids.iter().filter_map(|keyid| one.keys.get(keyid));
    let unreadable = keys.filter(|key| key.material().is_none() && known(key));
    unreadable.map(|key| format!("{} of {} (delegated by {})", key.keyid, one.name, one.by)).collect()
}

/// The delegations that are published today, with their key material; none where they cannot be read.
pub(super) fn delegations_today(ceremony: &Ceremony) -> Vec<(String, Revocable)> {
    let Ok(world) = World::of(ceremony, &[]) else { return Vec::new() };
    world.delegated().map(|one| (one.name.to_owned(), revocable_of(&one))).collect()
}

fn revocable_of(one: &Delegated<'_>) -> Revocable {
    Revocable {
        role: format!("{} (delegated by {})", one.name, one.by),
        threshold: one.role.threshold,
        materials: materials(&one.role, one.keys),
    }
}

/// The top-level roles with their key material.
fn revocable_root(world: &World) -> Vec<Revocable> {
    let root = world.root.iter().flat_map(|root| {
        root.roles.iter().map(|(name, role)| Revocable {
            role: name.clone(),
            threshold: role.threshold,
            materials: materials(role, &root.keys),
        })
    });
    root.collect()
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

fn role_checks(roles: &[Role]) -> Vec<Finding> {
    vec![root_threshold(roles), root_slack(roles), key_holder(roles), key_distinct(roles)]
}

fn root_checks(ceremony: &Ceremony, root: &Root) -> Vec<Finding> {
    let trusted = ceremony.trusted.as_ref().map(|trusted| &trusted.root);
    vec![root_roles(root), root_version(trusted.map(|root| root.header.version), root.header.version)]
}

/// The keys that must be in no role, whose material is known.
fn gone(ceremony: &Ceremony) -> Vec<(String, Sha256Digest)> {
    let named = |key: &str| Some((key.to_owned(), ceremony.keyring.get(key)?.fingerprint()));
    ceremony.policy.revoked_keys().filter_map(named).collect()
}

/// The keys that this ceremony revokes, whose material is known.
fn revoked(ceremony: &Ceremony, wanted: impl Fn(Reason) -> bool) -> Vec<(String, Sha256Digest)> {
    let revoke = ceremony.policy.revoke.iter().filter(|one| wanted(one.reason));
    revoke.filter_map(|one| Some((one.key.clone(), ceremony.keyring.get(&one.key)?.fingerprint()))).collect()
}

fn expiry_checks(ceremony: &Ceremony, payloads: &[Payload]) -> Vec<Finding> {
    let mut expiries = Vec::new();
    for payload in payloads {
        let text = payload.signed.get("expires").and_then(Json::as_str).unwrap_or_default();
        let Some(expires) = Date::parse(text) else {
            return vec![unreadable(
                Check::ExpiryFormat,
                &payload.title(),
                &format!("{text:?} is not a date"),
            )];
        };
        expiries.push(RoleExpiry {
            role: payload.role.clone(),
            expires,
            offline: is_offline(ceremony, &payload.role),
        });
    }
    expiries.extend(staying(ceremony, payloads));
    vec![expiry_format(&expiries), expiry_range(&expiries, ceremony.now, ceremony.policy.next)]
}

/// The root and the targets that stay as they are published and have expired: clients come to nothing without them.
fn staying(ceremony: &Ceremony, payloads: &[Payload]) -> Vec<RoleExpiry> {
    let stays = |role: &&&str| !payloads.iter().any(|payload| payload.role == ***role);
    let of_role = |role: &&str| {
        let text = ceremony.published_today(role)?.get("expires")?.as_str()?;
        // How it is written can no longer be changed.
        let expires = Date { oddity: None, ..Date::parse(text)? };
        let offline = is_offline(ceremony, role);
        (expires.at <= ceremony.now).then(|| RoleExpiry { role: (*role).to_owned(), expires, offline })
    };
    ["root", "targets"].iter().filter(stays).filter_map(of_role).collect()
}

fn is_offline(ceremony: &Ceremony, role: &str) -> bool {
    let all = ceremony.policy.all_roles();
    all.iter()
        .find(|(name, _)| *name == role)
        .is_some_and(|(name, plan)| ceremony.policy.is_offline(name, plan))
}

fn planned_expiries(ceremony: &Ceremony) -> Vec<RoleExpiry> {
    let roles = ceremony.policy.all_roles();
    let dates = roles.iter().filter_map(|(name, plan)| {
        let expires = Date::parse(&time::write(plan.expires.from(ceremony.policy.planned)?))?;
        Some(RoleExpiry {
            role: (*name).to_owned(),
            expires,
            offline: ceremony.policy.is_offline(name, plan),
        })
    });
    dates.collect()
}

fn planned_role(ceremony: &Ceremony, name: &str, plan: &RolePlan) -> Role {
    let members = plan
        .keys
        .iter()
        .map(|key| member(ceremony, key, ceremony.keyring.get(key).map(|key| key.fingerprint())));
    Role { name: name.to_owned(), threshold: plan.threshold, members: members.collect() }
}

fn drafted_role(ceremony: &Ceremony, name: &str, role: &RoleKeys, keys: &BTreeMap<String, Key>) -> Role {
    let mut named: Vec<&str> = Vec::new();
    let members = role.keyids.iter().map(|keyid| {
        let material = keys.get(keyid).and_then(Key::material);
        // One piece of key material may have several names, and several keyids.
        let names = || ceremony.keyring.names_of(material);
        let known = names().find(|name| !named.contains(name)).or_else(|| names().next());
        named.extend(known);
        member(ceremony, known.unwrap_or(keyid), material)
    });
    Role { name: name.to_owned(), threshold: role.threshold, members: members.collect() }
}

fn member(ceremony: &Ceremony, name: &str, material: Option<Sha256Digest>) -> Member {
    let holder = ceremony.policy.keys.get(name).and_then(|key| key.holder.clone());
    Member { name: name.to_owned(), holder, device: ceremony.policy.device_of(name), material }
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
