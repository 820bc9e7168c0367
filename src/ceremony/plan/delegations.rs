//! What changes in delegations from what is published to what will be: those that the plan states, and those that a key leaves
//! without the plan's saying anything of them.

use std::collections::{BTreeMap, BTreeSet};

use crate::crypto::digest::Sha256Digest;
use crate::policy::Intended;
use crate::tuf::delegation::Paths;
use crate::tuf::verify::signers;

use super::super::Ceremony;
use super::super::gate::world::{Delegated, World};
use super::super::keyring::Keyring;
use super::super::payload::Payload;

/// Changes that are told one by one; there may be thousands.
const TOLD: usize = 256;

/// What changes in delegations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delegations {
    /// The changes, those that are alike as one.
    pub changed: Vec<DelegationChange>,
    /// How many more delegated roles change.
    pub more: usize,
}

/// What becomes of a delegation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// It is new.
    Comes,
    /// It is no longer there.
    Goes,
    /// It changes.
    #[default]
    Stays,
}

/// What changes in one delegation.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct DelegationChange {
    /// The role; of bins, their prefix.
    pub role: String,
    /// How many more roles of the same delegator change in just this way.
    pub alike: usize,
    /// Who delegates.
    pub by: String,
    /// What becomes of it.
    pub fate: Fate,
    /// Keys that come.
    pub added: Vec<String>,
    /// Keys that go.
    pub removed: Vec<String>,
    /// Keys that go, and those that take their place by declaration.
    pub replaced: Vec<(String, String)>,
    /// The threshold before, if there was one, and after, where it changes.
    pub threshold: Option<(Option<i64>, i64)>,
    /// Paths that come.
    pub paths_added: Vec<String>,
    /// Paths that go.
    pub paths_removed: Vec<String>,
    /// How many more paths come or go.
    pub paths_more: usize,
    /// Whether the search ends there from now on, where that changes.
    pub terminating: Option<bool>,
}

impl Ceremony {
    /// The changes of every delegation by what is `made`; none at a beginning, and where a file cannot be read, of which the checks
    /// tell.
    pub(super) fn delegation_changes(&self, made: &[Payload], keyring: &Keyring) -> Delegations {
        if self.trusted.is_none() {
            return Delegations::default();
        }
        let (Ok(today), Ok(then)) = (World::of(self, &[]), World::of(self, made)) else {
            return Delegations::default();
        };
        let (today, then) = (by_place(&today), by_place(&then));
        let mut changes = Delegations::default();
        // Those that are alike, by what is said of them.
        let mut known: BTreeMap<DelegationChange, usize> = BTreeMap::new();
        let places: BTreeSet<&(&str, &str)> = today.keys().chain(then.keys()).collect();
        for place in places {
            let Some(change) = self.delegation_change(today.get(place), then.get(place), keyring) else {
                continue;
            };
            let words = DelegationChange { role: String::new(), ..change.clone() };
            let told = changes.changed.len();
            match known.get(&words).copied().and_then(|place| changes.changed.get_mut(place)) {
                Some(first) => first.alike += 1,
                None if told == TOLD => changes.more += 1,
                None => {
                    known.insert(words, told);
                    changes.changed.push(change);
                }
            }
        }
        changes
    }

    fn delegation_change(
        &self,
        before: Option<&Delegated<'_>>,
        after: Option<&Delegated<'_>>,
        keyring: &Keyring,
    ) -> Option<DelegationChange> {
        let (one, fate) = match (before, after) {
            (Some(before), Some(after)) => {
                if before.role == after.role && before.scope == after.scope {
                    return None;
                }
                (after, Fate::Stays)
            }
            (None, Some(after)) => (after, Fate::Comes),
            (Some(before), None) => (before, Fate::Goes),
            (None, None) => return None,
        };
        let keys = |one: Option<&Delegated<'_>>| -> BTreeMap<Sha256Digest, String> {
            let signers = one.map(|one| signers(one.keys, &one.role)).unwrap_or_default().into_iter();
            let named = signers.map(|signer| match keyring.name_of(signer.material) {
                Some(key) => (signer.material, key.to_owned()),
                None => (signer.material, self.signer_name(&signer)),
            });
            named.collect()
        };
        let (was, is) = (keys(before), keys(after));
        let only = |these: &BTreeMap<Sha256Digest, String>, those: &BTreeMap<Sha256Digest, String>| {
            let others = these.iter().filter(|(material, _)| !those.contains_key(*material));
            others.map(|(_, name)| name.clone()).collect::<BTreeSet<String>>()
        };
        let (mut added, mut removed, mut replaced) = (only(&is, &was), only(&was, &is), Vec::new());
        for act in &self.policy.intended {
            if let Intended::ReplaceKey { key, by } = act
                && removed.contains(key)
                && added.contains(by)
            {
                removed.remove(key);
                added.remove(by);
                replaced.push((key.clone(), by.clone()));
            }
        }
        let threshold = |one: Option<&Delegated<'_>>| one.map(|one| one.role.threshold);
        let paths = |one: Option<&Delegated<'_>>| one.map(paths).unwrap_or_default();
        let (paths_before, paths_after) = (paths(before), paths(after));
        let (come, go) = (paths_after.difference(&paths_before), paths_before.difference(&paths_after));
        let untold = come.clone().skip(TOLD).count() + go.clone().skip(TOLD).count();
        let terminating = |one: Option<&Delegated<'_>>| one?.scope.map(|(_, terminating)| terminating);
        let change = DelegationChange {
            role: one.name.to_owned(),
            alike: 0,
            by: one.by.to_owned(),
            fate,
            added: added.into_iter().collect(),
            removed: removed.into_iter().collect(),
            replaced,
            threshold: threshold(after)
                .filter(|now| threshold(before) != Some(*now))
                .map(|now| (threshold(before), now)),
            paths_added: come.take(TOLD).cloned().collect(),
            paths_removed: go.take(TOLD).cloned().collect(),
            paths_more: untold,
            terminating: terminating(after).filter(|now| terminating(before).unwrap_or(false) != *now),
        };
        let (role, by) = (change.role.clone(), change.by.clone());
        let nothing = DelegationChange { role, by, ..DelegationChange::default() };
        // Keys that are written anew, or in another order, are the same keys.
        (change != nothing).then_some(change)
    }
}

/// Delegations by delegator and name; one that is named twice by the first, which counts.
fn by_place(world: &World) -> BTreeMap<(&str, &str), Delegated<'_>> {
    let mut all = BTreeMap::new();
    for one in world.delegated() {
        all.entry((one.by, one.name)).or_insert(one);
    }
    all
}

/// What a delegated role may speak for.
fn paths(one: &Delegated<'_>) -> BTreeSet<String> {
    match one.scope {
        Some((Paths::Patterns(patterns), _)) => patterns.iter().map(str::to_owned).collect(),
        Some((Paths::HashPrefixes(prefixes), _)) => {
            prefixes.iter().map(|prefix| format!("hash prefix {prefix}")).collect()
        }
        Some((Paths::Unstated, _)) | None => BTreeSet::new(),
    }
}
