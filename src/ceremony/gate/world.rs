//! The metadata as it will be: what is to be signed, over what is published today.

use std::collections::{BTreeMap, BTreeSet};

use crate::crypto::digest::Sha256Digest;
use crate::json::Json;
use crate::json::view::ShapeError;
use crate::policy::intended::Standing;
use crate::tuf::delegation::{DelegatedRole, Delegates, Delegations, Paths};
use crate::tuf::key::Key;
use crate::tuf::root::{RoleKeys, Root};
use crate::tuf::targets::Targets;

use super::super::Ceremony;
use super::super::payload::Payload;

/// Delegations, and who makes them.
pub(in super::super) struct Delegating {
    /// The role that delegates.
    pub by: String,
    /// What it says.
    pub delegations: Delegations,
    /// Keys that are not listed in just this way today.
    pub new_keys: Vec<Key>,
}

/// A role below the root.
pub(in super::super) struct Delegated<'a> {
    /// Its name; of bins, their prefix.
    pub name: &'a str,
    /// Who delegates to it.
    pub by: &'a str,
    /// Its keyids and threshold.
    pub role: RoleKeys,
    /// The keys that its delegator defines.
    pub keys: &'a BTreeMap<String, Key>,
    /// What it may speak for, and whether the search ends there; bins speak for whatever falls into them.
    pub scope: Option<(&'a Paths, bool)>,
}

/// Who may sign for what, after the release.
pub(in super::super) struct World {
    /// The root that is to be signed, or the trusted one if it stays.
    pub root: Option<Root>,
    /// Whether the root is to be signed.
    pub root_is_made: bool,
    /// Targets and delegated roles that delegate.
    pub delegating: Vec<Delegating>,
}

impl World {
    /// Reads the payloads, and what they leave as it is. What cannot be read is named, with the reason.
    pub(in super::super) fn of(
        ceremony: &Ceremony,
        payloads: &[Payload],
    ) -> Result<World, (String, ShapeError)> {
        let made = payloads.iter().find(|payload| payload.role == "root");
        let root = match (made, &ceremony.trusted) {
            (Some(payload), _) => {
                Some(Root::read(&payload.signed).map_err(|error| (payload.title(), error))?)
            }
            (None, trusted) => trusted.as_ref().map(|trusted| trusted.root.clone()),
        };
        let known = ceremony.trusted.as_ref().or(ceremony.ended.as_ref());
        let current = known.and_then(|known| known.current.as_ref());
        let mut trees: BTreeMap<&str, &Json> = BTreeMap::new();
        for role in current.iter().flat_map(|current| &current.order) {
            trees.extend(
                current.and_then(|current| current.signed(role)).map(|signed| (role.as_str(), signed)),
            );
        }
        let targets =
            payloads.iter().filter(|one| !["root", "snapshot", "timestamp"].contains(&one.role.as_str()));
        trees.extend(targets.map(|payload| (payload.role.as_str(), &payload.signed)));
        let mut delegating = Vec::new();
        for (by, tree) in trees {
            let read = Targets::read(tree).map_err(|error| (by.to_owned(), error))?;
            let Some(delegations) = read.delegations else { continue };
            let today = current.and_then(|current| current.signed(by)?.get("delegations")?.get("keys"));
            let listed = |key: &&Key| today.and_then(|today| today.get(&key.keyid)) == Some(&key.object());
            let new_keys = delegations.keys.values().filter(|key| !listed(key)).cloned().collect();
            delegating.push(Delegating { by: by.to_owned(), delegations, new_keys });
        }
        Ok(World { root, root_is_made: made.is_some(), delegating })
    }

    /// Every role below the root, once for each delegator.
    pub(in super::super) fn delegated(&self) -> impl Iterator<Item = Delegated<'_>> {
        self.delegating.iter().flat_map(|one| {
            let (by, keys) = (one.by.as_str(), &one.delegations.keys);
            match &one.delegations.delegates {
                Delegates::Roles(roles) => {
                    let named = roles.iter().map(|named| {
                        let scope = Some((&named.paths, named.terminating));
                        Delegated { name: &named.name, by, role: named.keys.clone(), keys, scope }
                    });
                    named.collect::<Vec<_>>()
                }
                Delegates::Succinct(bins) => {
                    vec![Delegated {
                        name: &bins.name_prefix,
                        by,
                        role: bins.keys.clone(),
                        keys,
                        scope: None,
                    }]
                }
            }
        })
    }

    /// Delegated roles whose paths are others than in `earlier`, or whose search ends elsewhere.
    pub(in super::super) fn moved_paths(&self, earlier: &World) -> Vec<String> {
        let mut moved = Vec::new();
        for one in &self.delegating {
            let Delegates::Roles(roles) = &one.delegations.delegates else { continue };
            let before = earlier.delegating.iter().find(|other| other.by == one.by);
            let before = before.map(|before| &before.delegations.delegates);
            let Some(Delegates::Roles(before)) = before else { continue };
            let same = |role: &DelegatedRole, known: &DelegatedRole| {
                role.paths == known.paths && role.terminating == known.terminating
            };
            let other = |role: &&DelegatedRole| {
                before.iter().find(|known| known.name == role.name).is_some_and(|known| !same(role, known))
            };
            moved.extend(roles.iter().filter(other).map(|role| role.name.clone()));
        }
        moved
    }

    /// Who may sign for each role, by key material; by keyid where a key cannot be read.
    pub(in super::super) fn standings(&self) -> BTreeMap<String, Standing> {
        let mut standings = BTreeMap::new();
        if let Some(root) = &self.root {
            for (name, role) in &root.roles {
                standings.insert(name.clone(), standing(role, &root.keys));
            }
        }
        for one in self.delegated() {
            standings.entry(one.name.to_owned()).or_insert_with(|| standing(&one.role, one.keys));
        }
        standings
    }
}

fn standing(role: &RoleKeys, keys: &BTreeMap<String, Key>) -> Standing {
    let id = |keyid: &String| match keys.get(keyid).and_then(Key::material) {
        Some(material) => material.to_hex(),
        None => keyid.clone(),
    };
    Standing { keys: role.keyids.iter().map(id).collect(), threshold: role.threshold }
}

/// The distinct key material of a role.
pub(in super::super) fn materials(role: &RoleKeys, keys: &BTreeMap<String, Key>) -> BTreeSet<Sha256Digest> {
    role.keyids.iter().filter_map(|keyid| keys.get(keyid)?.material()).collect()
}
