//! Thresholds and the people behind them: ROOT-THRESHOLD, ROOT-SLACK, KEY-HOLDER, KEY-DISTINCT.
//!
//! They judge a [`Role`], which is made from a policy before any key exists, and from metadata afterwards.

use std::collections::BTreeMap;

use crate::crypto::digest::Sha256Digest;
use crate::host::display::count;

use super::{Check, Finding};

/// A role, its threshold and its members.
#[derive(Clone, Debug)]
pub struct Role {
    /// `root`, `targets`, …
    pub name: String,
    /// How many must sign.
    pub threshold: i64,
    /// Its keys.
    pub members: Vec<Member>,
}

/// A key in a role.
#[derive(Clone, Debug)]
pub struct Member {
    /// The key's name in the policy, or its keyid.
    pub name: String,
    /// The person; `None` for online keys, and where metadata names no holder.
    pub holder: Option<String>,
    /// The device that it is on, if known.
    pub device: Option<String>,
    /// The key material, once it is known.
    pub material: Option<Sha256Digest>,
}

impl Role {
    /// How many distinct keys the role has. A key whose material is not known yet counts as one of its own.
    fn distinct(&self) -> i64 {
        let mut known: Vec<Sha256Digest> = self.members.iter().filter_map(|member| member.material).collect();
        known.sort();
        known.dedup();
        let unknown = self.members.iter().filter(|member| member.material.is_none()).count();
        i64::try_from(known.len() + unknown).unwrap_or(i64::MAX)
    }
}

/// ROOT-THRESHOLD: 2 <= root threshold <= keys; every other threshold between 1 and its keys.
pub fn root_threshold(roles: &[Role]) -> Finding {
    let mut problems = Vec::new();
    for role in roles {
        let (least, keys) = (if role.name == "root" { 2 } else { 1 }, role.distinct());
        if role.threshold < least {
            problems.push(format!(
                "{} needs a threshold of at least {least}, and has {}",
                role.name, role.threshold
            ));
        } else if role.threshold > keys {
            let (needed, keys) = (count(role.threshold, "signature"), count(keys, "key"));
            problems.push(format!("{} needs {needed} and has {keys}", role.name));
        }
    }
    let evidence: Vec<String> =
        roles.iter().map(|role| format!("{} {} of {}", role.name, role.threshold, role.distinct())).collect();
    let next = "Change threshold or keys of the role in ceremony.toml, so that the keys reach the threshold.";
    Finding::judge(Check::RootThreshold, problems, next, evidence.join(", "))
}

/// ROOT-SLACK: the root survives the loss of a key; fewer than two spare keys warns.
pub fn root_slack(roles: &[Role]) -> Finding {
    let check = Check::RootSlack;
    let next =
        "Add a key to role.root in ceremony.toml, in the hands of another person, or lower the threshold.";
    let Some(root) = roles.iter().find(|role| role.name == "root") else {
        return Finding::fail(check, "there is no root role", next);
    };
    match root.distinct() - root.threshold {
        ..=0 => {
            let what = format!(
                "root needs {} and has {}: one lost key would end it",
                count(root.threshold, "signature"),
                count(root.distinct(), "key")
            );
            Finding::fail(check, what, next)
        }
        1 => Finding::warn(
            check,
            "root has one spare key: after the loss of one key, the next loss ends it",
            next,
        ),
        spare => Finding::pass(check, format!("root has {spare} spare keys")),
    }
}

/// KEY-HOLDER: nobody reaches a threshold of 2 or more alone, and no two holders share a device for one (refuses); no person
/// alone has a role of threshold 1, and roles that should be apart share no key (warns).
pub fn key_holder(roles: &[Role]) -> Finding {
    let mut alone = Vec::new();
    let mut single = Vec::new();
    for role in roles {
        let mut keys: BTreeMap<&str, i64> = BTreeMap::new();
        for holder in role.members.iter().filter_map(|member| member.holder.as_deref()) {
            *keys.entry(holder).or_default() += 1;
        }
        for (holder, keys) in keys.into_iter().filter(|(_, keys)| *keys >= role.threshold) {
            // A threshold of 1 means one signer by design; it is worth a warning and no refusal.
            let list = if role.threshold == 1 { &mut single } else { &mut alone };
            list.push(format!(
                "{holder} holds {} of {}, whose threshold is {}",
                count(keys, "key"),
                role.name,
                role.threshold
            ));
        }
    }
    let shared = shared_devices(roles);
    if !alone.is_empty() || !shared.is_empty() {
        let next = match shared.is_empty() {
            true => "Raise the threshold, or give keys to more people.",
            false => "Give every holder a device of their own: whoever has a device has the keys on it.",
        };
        alone.extend(shared);
        return Finding::fail(Check::KeyHolder, alone.join("; "), next);
    }
    let mut doubtful = single;
    doubtful.extend(shared_keys(roles));
    doubtful.extend(without_holder(roles));
    if doubtful.is_empty() {
        return Finding::pass(
            Check::KeyHolder,
            "nobody reaches a threshold alone, and roles that should be apart share no key",
        );
    }
    let next = "Name the holder of each key of the root; raise a threshold of 1, or give the online roles keys of their own: \
                whoever takes one such key has the role.";
    Finding::warn(Check::KeyHolder, doubtful.join("; "), next)
}

/// Keys of different holders on one device, where more than one must sign.
fn shared_devices(roles: &[Role]) -> Vec<String> {
    let mut found = Vec::new();
    for role in roles.iter().filter(|role| role.threshold > 1) {
        let mut devices: BTreeMap<&str, Vec<&Member>> = BTreeMap::new();
        for member in role.members.iter().filter(|member| member.holder.is_some()) {
            if let Some(device) = &member.device {
                devices.entry(device).or_default().push(member);
            }
        }
        for (device, members) in devices {
            if members.iter().any(|one| members.iter().any(|other| one.holder != other.holder)) {
                let names: Vec<&str> = members.iter().map(|member| member.name.as_str()).collect();
                found.push(format!(
                    "{} of {}, which different people hold, are on one device, {device}",
                    names.join(", "),
                    role.name
                ));
            }
        }
    }
    found
}

/// Keys of the root that nobody is known to hold: nobody can tell how many people it takes.
fn without_holder(roles: &[Role]) -> Option<String> {
    let root = roles.iter().find(|role| role.name == "root")?;
    let nobodys: Vec<&str> =
        root.members.iter().filter(|one| one.holder.is_none()).map(|one| one.name.as_str()).collect();
    let some = root.members.iter().any(|one| one.holder.is_some());
    // Where the metadata names no holder at all, the policy has not been asked.
    (some && !nobodys.is_empty()).then(|| format!("root has keys without a holder: {}", nobodys.join(", ")))
}

/// Offline roles on the left, roles that are signed every day on the right.
const APART: [(&str, &str); 4] =
    [("root", "snapshot"), ("root", "timestamp"), ("targets", "snapshot"), ("targets", "timestamp")];

fn shared_keys(roles: &[Role]) -> Vec<String> {
    let members = |name: &str| {
        roles.iter().find(|role| role.name == name).map(|role| role.members.as_slice()).unwrap_or_default()
    };
    let same =
        |a: &Member, b: &Member| a.name == b.name || (a.material.is_some() && a.material == b.material);
    let mut found = Vec::new();
    for (left, right) in APART {
        for member in members(left).iter().filter(|a| members(right).iter().any(|b| same(a, b))) {
            found.push(format!("{left} and {right} share the key {}", member.name));
        }
    }
    found
}

/// KEY-DISTINCT: no key material twice in a role, whatever its keyid, encoding or extra fields.
pub fn key_distinct(roles: &[Role]) -> Finding {
    let mut problems = Vec::new();
    for role in roles {
        for (index, member) in role.members.iter().enumerate() {
            let earlier = role
                .members
                .iter()
                .take(index)
                .find(|other| member.material.is_some() && other.material == member.material);
            if let Some(other) = earlier {
                problems
                    .push(format!("in {}, {} and {} are the same key", role.name, other.name, member.name));
            }
        }
    }
    let next = "Remove one of the two from the role; every key of a role must be another key.";
    let known =
        roles.iter().flat_map(|role| &role.members).filter(|member| member.material.is_some()).count();
    Finding::judge(
        Check::KeyDistinct,
        problems,
        next,
        format!("{known} memberships compared by key material"),
    )
}
