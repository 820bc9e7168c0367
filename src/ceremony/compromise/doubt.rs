//! How far keys in doubt reach: which roles somebody else can sign, and what has to go with them.

use std::collections::{BTreeMap, BTreeSet};

use crate::crypto::digest::Sha256Digest;
use crate::json::Json;
use crate::policy::exposure::RoleInDoubt;
use crate::tuf::delegation::{Delegates, Paths};
use crate::tuf::key::Key;
use crate::tuf::meta::Snapshot;
use crate::tuf::root::RoleKeys;
use crate::tuf::targets::Targets;
use crate::tuf::time::Date;
use crate::tuf::{TOP_LEVEL, verify};

use super::super::Ceremony;
use super::Going;

/// The roles of clients: which must both be rotated so that they forget.
const ONLINE: [&str; 2] = ["timestamp", "snapshot"];

/// Every role that is published, and how many of its keys are among these.
pub(super) fn roles_in_doubt(ceremony: &Ceremony, taken: &BTreeSet<Sha256Digest>) -> Vec<RoleInDoubt> {
    let Some(trusted) = &ceremony.trusted else { return Vec::new() };
    let current = trusted.current.as_ref();
    let listed = |lister: &str, role: &str| {
        let signed = current.and_then(|current| current.signed(lister));
        signed.and_then(|signed| Snapshot::listed(signed, &format!("{role}.json")))
    };
    let doubt = |role: &str, keys: &RoleKeys, defined: &BTreeMap<String, Key>, paths: Vec<String>| {
        let materials: Vec<Sha256Digest> =
            verify::signers(defined, keys).into_iter().map(|signer| signer.material).collect();
        let signed = current.and_then(|current| current.signed(role));
        let expires = signed.and_then(|signed| signed.get("expires")).and_then(Json::as_str);
        let lister = if role == "snapshot" { "timestamp" } else { "snapshot" };
        RoleInDoubt {
            role: role.to_owned(),
            threshold: keys.threshold,
            keys: materials.len(),
            taken: materials.iter().filter(|material| taken.contains(material)).count(),
            expires: match role {
                "root" => Some(trusted.root.header.expires.at),
                _ => expires.and_then(Date::parse).map(|date| date.at),
            },
            paths,
            hashed: listed(lister, role).is_none_or(|file| !file.hashes.is_empty()),
        }
    };
    let mut roles = Vec::new();
    for role in TOP_LEVEL {
        roles.extend(
            trusted.root.roles.get(role).map(|keys| doubt(role, keys, &trusted.root.keys, Vec::new())),
        );
    }
    for signed in
        current.iter().flat_map(|current| current.order.iter().filter_map(|role| current.signed(role)))
    {
        let Some(delegations) = Targets::read(signed).ok().and_then(|targets| targets.delegations) else {
            continue;
        };
        match &delegations.delegates {
            Delegates::Roles(named) => roles.extend(named.iter().map(|one| {
                let paths = match &one.paths {
                    Paths::Patterns(texts) => texts.iter().map(str::to_owned).collect(),
                    Paths::HashPrefixes(texts) => {
                        texts.iter().map(|prefix| format!("hash {prefix}…")).collect()
                    }
                    Paths::Unstated => Vec::new(),
                };
                doubt(&one.name, &one.keys, &delegations.keys, paths)
            })),
            Delegates::Succinct(bins) => {
                let paths = vec![format!("all paths, in 2^{} bins", bins.bit_length)];
                let prefix = format!("{}-", bins.name_prefix);
                let snapshot = current.and_then(|current| current.signed("snapshot"));
                let listed = snapshot.and_then(|signed| signed.get("meta")?.as_object());
                let of_bins = listed.into_iter().flatten().filter(|(name, _)| name.starts_with(&prefix));
                let hashed = of_bins.map(|(_, file)| file).all(|file| file.get("hashes").is_some());
                let bins = doubt(&bins.name_prefix, &bins.keys, &delegations.keys, paths);
                roles.push(RoleInDoubt { hashed, ..bins });
            }
        }
    }
    roles
}

/// The keys that have to go: those in doubt; and where one of timestamp or snapshot is among them, a key of the other, for
/// clients forget inflated versions only of roles that are rotated (spec 5.3.11, check ROOT-FAST-FORWARD).
pub(super) fn going(ceremony: &Ceremony, keys: &[String]) -> Vec<Going> {
    let policy = &ceremony.policy;
    let mut names: Vec<(String, bool)> = Vec::new();
    for key in keys.iter().flat_map(|key| ceremony.aliases(key)) {
        if !names.iter().any(|(known, _)| *known == key) {
            names.push((key, true));
        }
    }
    let of_role = |role: &str| policy.roles.get(role).map(|role| role.keys.as_slice()).unwrap_or_default();
    let goes = |role: &&str| of_role(role).iter().any(|key| names.iter().any(|(name, _)| name == key));
    if ONLINE.iter().any(goes) {
        let others: Vec<&str> = ONLINE.into_iter().filter(|role| !goes(role)).collect();
        for role in others {
            names.extend(of_role(role).first().map(|key| (key.clone(), false)));
        }
    }
    let gone: BTreeSet<&str> = names.iter().map(|(name, _)| name.as_str()).collect();
    let described = names.iter().map(|(key, in_doubt)| {
        let roles = policy.all_roles().into_iter().filter(|(_, role)| role.keys.contains(key));
        let roles: Vec<String> = roles.map(|(name, _)| name.to_owned()).collect();
        let short = |role: &str| {
            let all = policy.all_roles();
            let plan = all.iter().find(|(name, _)| *name == role).map(|(_, plan)| *plan);
            plan.is_some_and(|plan| {
                let left = plan.keys.iter().filter(|key| !gone.contains(key.as_str())).count();
                // A root whose keys are just as many as its threshold is refused (check ROOT-SLACK).
                let least = if role == "root" { plan.threshold.saturating_add(1) } else { plan.threshold };
                i64::try_from(left).is_ok_and(|left| left < least)
            })
        };
        Going {
            key: key.clone(),
            in_doubt: *in_doubt,
            short: roles.iter().filter(|role| short(role)).cloned().collect(),
            standby: policy.standby_of(key).filter(|standby| !gone.contains(standby)).map(str::to_owned),
            roles,
        }
    });
    // A name that stands in no role has no place to be taken.
    described.collect()
}
