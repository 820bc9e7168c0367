//! The root as a whole: ROOT-ROLES, ROOT-VERSION, ROOT-REVOKED, ROOT-FAST-FORWARD.

use std::collections::BTreeSet;

use crate::crypto::digest::Sha256Digest;
use crate::host::display::count;
use crate::tuf::TOP_LEVEL;
use crate::tuf::root::Root;

use super::{Check, Finding};

/// ROOT-ROLES: all four roles, every keyid defined, no orphan keys.
pub fn root_roles(root: &Root) -> Finding {
    let missing = TOP_LEVEL.iter().filter(|name| !root.roles.contains_key(**name));
    let mut problems: Vec<String> = missing.map(|name| format!("the role {name} is missing")).collect();
    for (name, role) in &root.roles {
        if !TOP_LEVEL.contains(&name.as_str()) {
            problems.push(format!("the role {name} is none of the four that all clients know"));
        }
        let undefined = role.keyids.iter().filter(|keyid| !root.keys.contains_key(*keyid));
        problems.extend(undefined.map(|keyid| format!("{name} names the key {keyid}, which is not defined")));
    }
    let used = |keyid: &String| root.roles.values().any(|role| role.keyids.contains(keyid));
    let orphans = root.keys.keys().filter(|keyid| !used(keyid));
    problems.extend(orphans.map(|keyid| format!("the key {keyid} is in no role")));
    let next = "Correct roles and keys in ceremony.toml and write the draft anew with `draft`.";
    Finding::judge(
        Check::RootRoles,
        problems,
        next,
        format!("four roles, {}, all defined and used", count(root.keys.len(), "key")),
    )
}

/// ROOT-VERSION: exactly trusted + 1; 1 at genesis.
pub fn root_version(trusted: Option<i64>, version: i64) -> Finding {
    let expected = trusted.map_or(Some(1), |trusted| trusted.checked_add(1));
    let evidence = match trusted {
        Some(trusted) => format!("{version} follows the trusted {trusted}"),
        None => "the first root is version 1".to_owned(),
    };
    if expected == Some(version) {
        return Finding::pass(Check::RootVersion, evidence);
    }
    let wanted = expected.map_or("none".to_owned(), |expected| expected.to_string());
    let what = format!("the root has version {version}, and {wanted} is next");
    Finding::fail(
        Check::RootVersion,
        what,
        "Import the newest root that the world trusts and write the draft anew with `draft`.",
    )
}

/// A role, as ROOT-REVOKED judges it.
#[derive(Clone, Debug)]
pub struct Revocable {
    /// What it is called, with its delegator.
    pub role: String,
    /// How many must sign.
    pub threshold: i64,
    /// Its distinct key material.
    pub materials: BTreeSet<Sha256Digest>,
}

/// ROOT-REVOKED: a revoked key is in no role and no delegation, by material, and the survivors reach every threshold.
pub fn root_revoked(roles: &[Revocable], revoked: &[(String, Sha256Digest)]) -> Finding {
    let mut problems = Vec::new();
    for one in roles {
        let is_gone = |material: &&Sha256Digest| revoked.iter().any(|(_, gone)| gone == *material);
        let named = revoked.iter().filter(|(_, gone)| one.materials.contains(gone));
        problems.extend(named.map(|(name, _)| format!("the revoked key {name} is still in {}", one.role)));
        let left = one.materials.iter().filter(|material| !is_gone(material)).count();
        if !revoked.is_empty() && i64::try_from(left).is_ok_and(|left| left < one.threshold) {
            let left = count(left, "key");
            problems.push(format!("{} keeps {left}, and its threshold is {}", one.role, one.threshold));
        }
    }
    let next = "Remove the key from every role in ceremony.toml, add another where a threshold \
         needs it, and run `draft` again.";
    let evidence = match revoked.len() {
        0 => "no key is revoked".to_owned(),
        1 => "1 revoked key is in no role, and the others suffice".to_owned(),
        many => format!("{many} revoked keys are in no role, and the others suffice"),
    };
    Finding::judge(Check::RootRevoked, problems, next, evidence)
}

/// ROOT-FAST-FORWARD: a compromised timestamp or snapshot key rotates both roles, so that clients forget inflated
/// versions (spec 5.3.11). A role is rotated when a key of it is gone; one that is only added makes nobody forget.
pub fn root_fast_forward(
    trusted: Option<&Root>,
    root: &Root,
    compromised: &[(String, Sha256Digest)],
) -> Finding {
    let check = Check::RootFastForward;
    let Some(trusted) = trusted else {
        return Finding::pass(check, "there is nothing yet that could have been inflated");
    };
    let online = ["timestamp", "snapshot"];
    let taken = |role: &&str| {
        let keys = trusted.keys_of(role);
        keys.iter().any(|key| compromised.iter().any(|(_, material)| key.material() == Some(*material)))
    };
    if !online.iter().any(taken) {
        return Finding::pass(check, "no timestamp or snapshot key is compromised");
    }
    let materials = |root: &Root, role: &str| {
        root.keys_of(role).iter().filter_map(|key| key.material()).collect::<BTreeSet<_>>()
    };
    let same = online.iter().filter(|role| materials(trusted, role).is_subset(&materials(root, role)));
    let problems =
        same.map(|role| format!("a timestamp or snapshot key is compromised, and {role} keeps its keys"));
    let next = "Give both timestamp and snapshot new keys in ceremony.toml; clients then drop the \
         versions they saw.";
    Finding::judge(check, problems.collect(), next, "timestamp and snapshot both get new keys")
}
