//! How far keys in doubt reach: which roles somebody else can sign, and what has to go with them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use crate::crypto::digest::Sha256Digest;
use crate::host::files;
use crate::json::Json;
use crate::policy::Reason;
use crate::policy::exposure::{EarlierRoot, Exposure, RoleInDoubt, exposure};
use crate::tuf::delegation::{Delegates, Paths};
use crate::tuf::key::Key;
use crate::tuf::meta::Snapshot;
use crate::tuf::root::RoleKeys;
use crate::tuf::targets::Targets;
use crate::tuf::time::Date;
use crate::tuf::verify::Signer;
use crate::tuf::{ROOT_LIMIT, TOP_LEVEL, verify};

use super::super::current::INFLATED;
use super::super::event::Artifact;
use super::super::signatures::Authority;
use super::super::trusted::read_root;
use super::super::{Ceremony, CeremonyError};
use super::Going;

/// The roles of clients: which must both be rotated so that they forget.
const ONLINE: [&str; 2] = ["timestamp", "snapshot"];

/// What an attacker can do with keys of these materials, and with those that were marked as compromised before.
pub(super) fn exposed(
    ceremony: &Ceremony,
    tonight: &BTreeSet<Sha256Digest>,
) -> Result<Exposure, CeremonyError> {
    let taken: BTreeSet<Sha256Digest> = tonight.iter().copied().chain(marked(ceremony)).collect();
    let earlier = earlier_roots(ceremony, &taken)?;
    // A client from which the newest root is kept is held by the expiry of its own.
    let last = earlier.iter().map(|(_, expires)| *expires).max();
    let roots: Vec<EarlierRoot> = earlier.iter().map(|(root, _)| *root).collect();
    Ok(exposure(&roles_in_doubt(ceremony, &taken, last)).with_earlier(&roots))
}

/// The material of every key that was ever marked as compromised.
fn marked(ceremony: &Ceremony) -> BTreeSet<Sha256Digest> {
    let before = ceremony.policy.keys.iter().filter(|(_, plan)| plan.revoked == Some(Reason::Compromised));
    let before = before.filter_map(|(name, _)| Some(ceremony.keyring.get(name)?.fingerprint()));
    before.chain(ceremony.keyring.compromised(&ceremony.policy)).collect()
}

/// The roots before the trusted one, whether these keys suffice to sign what follows them, and when they expire.
fn earlier_roots(
    ceremony: &Ceremony,
    taken: &BTreeSet<Sha256Digest>,
) -> Result<Vec<(EarlierRoot, Timestamp)>, CeremonyError> {
    let before = ceremony.trusted.iter().flat_map(|trusted| &trusted.before);
    let read = |artifact: &Artifact| {
        let bytes = files::read(&ceremony.path(&artifact.file), ROOT_LIMIT)?;
        let (root, _) = read_root(&artifact.file, &bytes)?;
        let by = root.roles.get("root").cloned().map(|role| Authority { keys: Arc::clone(&root.keys), role });
        let reached = by.is_some_and(|by| by.in_hands_of(taken));
        Ok((EarlierRoot { version: root.header.version, reached }, root.header.expires.at))
    };
    before.map(read).collect()
}

/// Every role that is published, once for each that delegates to it, and how many of its keys are among these. `last` is when
/// the last of the earlier roots expires.
fn roles_in_doubt(
    ceremony: &Ceremony,
    taken: &BTreeSet<Sha256Digest>,
    last: Option<Timestamp>,
) -> Vec<RoleInDoubt> {
    let Some(trusted) = &ceremony.trusted else { return Vec::new() };
    let current = trusted.current.as_ref();
    let listed = |lister: &str, role: &str| {
        let signed = current.and_then(|current| current.signed(lister));
        signed.and_then(|signed| Snapshot::listed(signed, &format!("{role}.json")))
    };
    let doubt = |role: &str, keys: &RoleKeys, defined: &BTreeMap<String, Key>| {
        let signers = verify::signers(defined, keys);
        let stolen = || signers.iter().filter(|signer| taken.contains(&signer.material));
        let count = |signers: &mut dyn Iterator<Item = &Signer>| signers.map(|one| one.keyids.len()).sum();
        let keyids: BTreeSet<&String> = keys.keyids.iter().collect();
        let read: usize = count(&mut signers.iter());
        let signed = current.and_then(|current| current.signed(role));
        let expires = signed.and_then(|signed| signed.get("expires")).and_then(Json::as_str);
        let listed = listed(if role == "snapshot" { "timestamp" } else { "snapshot" }, role);
        RoleInDoubt {
            role: role.to_owned(),
            delegator: None,
            threshold: keys.threshold,
            keys: read,
            taken: count(&mut stolen()),
            doubled: stolen().any(|signer| signer.keyids.len() > 1),
            unread: read < keyids.len(),
            expires: match role {
                "root" => Some(trusted.root.header.expires.at).max(last),
                _ => expires.and_then(Date::parse).map(|date| date.at),
            },
            paths: Vec::new(),
            hashed: listed.as_ref().is_none_or(|file| !file.hashes.is_empty()),
            inflated: listed.is_some_and(|file| file.version >= INFLATED),
        }
    };
    let mut roles = Vec::new();
    for role in TOP_LEVEL {
        roles.extend(trusted.root.roles.get(role).map(|keys| doubt(role, keys, &trusted.root.keys)));
    }
    let Some(current) = current else { return roles };
    // Bins are one role, by the prefix of their names.
    let mut bins_of: BTreeMap<&str, String> = BTreeMap::new();
    for role in &current.order {
        let Some(file) = current.get(role) else { continue };
        let bins = file.delegator.as_deref().and_then(|delegator| bins_of.get(delegator));
        let by = Some(bins.unwrap_or(role).clone());
        let Some(delegations) =
            Targets::read(&file.envelope.signed).ok().and_then(|targets| targets.delegations)
        else {
            continue;
        };
        match &delegations.delegates {
            Delegates::Roles(named) => roles.extend(named.iter().map(|one| {
                let delegated = doubt(&one.name, &one.keys, &delegations.keys);
                RoleInDoubt { delegator: by.clone(), paths: patterns(&one.paths), ..delegated }
            })),
            Delegates::Succinct(bins) => {
                let prefix = format!("{}-", bins.name_prefix);
                let snapshot = current.signed("snapshot").and_then(|signed| signed.get("meta")?.as_object());
                let of_bins = snapshot.into_iter().flatten().filter(|(name, _)| name.starts_with(&prefix));
                let of_bins: Vec<&Json> = of_bins.map(|(_, file)| file).collect();
                let version = |file: &&Json| file.get("version").and_then(Json::as_int);
                roles.push(RoleInDoubt {
                    delegator: by,
                    paths: vec![format!("all paths, in 2^{} bins", bins.bit_length)],
                    hashed: of_bins.iter().all(|file| file.get("hashes").is_some()),
                    inflated: of_bins.iter().filter_map(version).any(|version| version >= INFLATED),
                    ..doubt(&bins.name_prefix, &bins.keys, &delegations.keys)
                });
                bins_of.insert(role, bins.name_prefix.clone());
            }
        }
    }
    roles
}

fn patterns(paths: &Paths) -> Vec<String> {
    match paths {
        Paths::Patterns(texts) => texts.iter().map(str::to_owned).collect(),
        Paths::HashPrefixes(texts) => texts.iter().map(|prefix| format!("hash {prefix}…")).collect(),
        Paths::Unstated => Vec::new(),
    }
}

/// The keys that have to go: those in doubt; and where one of timestamp or snapshot is among them, a key of the other, for
/// clients forget inflated versions only of roles that are rotated (spec 5.3.11, check ROOT-FAST-FORWARD). Where clients
/// were given inflated versions of any role already, every key of both.
pub(super) fn going(ceremony: &Ceremony, keys: &[String], exposure: &Exposure) -> Vec<Going> {
    let policy = &ceremony.policy;
    let mut names: Vec<(String, bool)> = Vec::new();
    for key in keys.iter().flat_map(|key| ceremony.aliases(key)) {
        if !names.iter().any(|(known, _)| *known == key) {
            names.push((key, true));
        }
    }
    let of_role = |role: &str| policy.roles.get(role).map(|role| role.keys.as_slice()).unwrap_or_default();
    let goes = |role: &&str| of_role(role).iter().any(|key| names.iter().any(|(name, _)| name == key));
    let listed = !exposure.inflated.is_empty();
    if listed || ONLINE.iter().any(goes) {
        let others: Vec<&str> = ONLINE.into_iter().filter(|role| listed || !goes(role)).collect();
        // What an honest service has listed clients keep as long as any key stays that may have signed it.
        let enough = if listed { usize::MAX } else { 1 };
        for key in others.into_iter().flat_map(|role| of_role(role).iter().take(enough)) {
            // One key may be that of both.
            if !names.iter().any(|(known, _)| known == key) {
                names.push((key.clone(), false));
            }
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
    described.collect()
}
