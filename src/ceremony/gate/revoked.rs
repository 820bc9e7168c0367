//! Keys that were lost or compromised: whether they are out of every role, and whether the old quorum can do without them.

use crate::checks::root::{Revocable, root_revoked};
use crate::checks::{Check, Finding};
use crate::crypto::digest::Sha256Digest;
use crate::host::display::count;
use crate::policy::Reason;
use crate::tuf::key::Key;

use super::super::Ceremony;
use super::world::{Delegated, World, materials};

/// QUORUM-OLD, before anybody is called: whoever has lost a key cannot sign for the root that is to be followed.
pub(super) fn old_quorum_in_reach(ceremony: &Ceremony) -> Option<Finding> {
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
pub(super) fn revoked_checks(ceremony: &Ceremony, world: &World, left: &[String]) -> Vec<Finding> {
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
pub(in super::super) fn delegations_today(ceremony: &Ceremony) -> Vec<(String, Revocable)> {
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

/// The keys that must be in no role, whose material is known.
fn gone(ceremony: &Ceremony) -> Vec<(String, Sha256Digest)> {
    let named = |key: &str| Some((key.to_owned(), ceremony.keyring.get(key)?.fingerprint()));
    ceremony.policy.revoked_keys().filter_map(named).collect()
}

/// The keys that this ceremony revokes, whose material is known.
pub(super) fn revoked(ceremony: &Ceremony, wanted: impl Fn(Reason) -> bool) -> Vec<(String, Sha256Digest)> {
    let revoke = ceremony.policy.revoke.iter().filter(|one| wanted(one.reason));
    revoke.filter_map(|one| Some((one.key.clone(), ceremony.keyring.get(&one.key)?.fingerprint()))).collect()
}
