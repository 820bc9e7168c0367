//! How far keys in doubt reach: along who lists a file, and along who delegates to a role.
//!
//! Who can replace a role has everything below it, for they can delegate it to themselves.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::attack::{Attack, Kind, Until};
use super::{RoleInDoubt, once};

/// Something that expires.
type End<'a> = (Timestamp, &'a str);

/// Who has the keys in doubt.
pub(super) struct Attacker<'a> {
    roles: &'a [RoleInDoubt],
    /// Whether the root has fallen.
    root: bool,
    /// For each of the roles, those whose keys are still needed to have clients take another file for its. None: it can be
    /// replaced.
    missing: Vec<Vec<String>>,
    /// By who delegates: what expires first on the way there of what the attacker cannot replace, themselves included; `None`
    /// if nothing does. Of several ways the one that lasts longest counts.
    ways: BTreeMap<&'a str, Option<End<'a>>>,
}

impl<'a> Attacker<'a> {
    pub(super) fn new(roles: &'a [RoleInDoubt], root: bool) -> Attacker<'a> {
        let mut attacker = Attacker { roles, root, missing: Vec::new(), ways: BTreeMap::new() };
        attacker.missing = roles.iter().map(|role| attacker.listed(&role.role, Some(role))).collect();
        attacker.delegate();
        attacker.walk();
        attacker
    }

    /// The roles whose keys are still needed to replace a file, from the role itself to those that list it; whoever delegates
    /// to it left aside.
    fn listed(&self, role: &str, given: Option<&RoleInDoubt>) -> Vec<String> {
        if self.root {
            return Vec::new();
        }
        let mut missing = Vec::new();
        if given.is_none_or(|role| role.short() > 0) {
            missing.push(role.to_owned());
        }
        let lister = match (role, given.is_some_and(RoleInDoubt::is_delegated)) {
            ("root" | "timestamp", false) => None,
            ("snapshot", false) => Some("timestamp"),
            _ => Some("snapshot"),
        };
        if let Some(lister) = lister
            && given.is_none_or(|role| role.hashed)
        {
            missing.extend(self.top_level(lister));
        }
        missing
    }

    /// The same for one of the four top-level roles, be it given or not.
    fn top_level(&self, role: &str) -> Vec<String> {
        self.listed(role, self.roles.iter().find(|one| one.role == role && !one.is_delegated()))
    }

    /// Where less is needed to replace who delegates to a role than to replace the role, that is the way.
    fn delegate(&mut self) {
        loop {
            let mut least: BTreeMap<&str, &Vec<String>> = BTreeMap::new();
            for (role, missing) in self.roles.iter().zip(&self.missing) {
                let known = least.entry(&role.role).or_insert(missing);
                if missing.len() < known.len() {
                    *known = missing;
                }
            }
            let by_delegator = |(role, missing): (&RoleInDoubt, &Vec<String>)| {
                let less = least.get(role.delegator.as_deref()?)?;
                let is_less = less.len() < missing.len() && less.iter().all(|role| missing.contains(role));
                is_less.then(|| (*less).clone())
            };
            let better: Vec<_> = self.roles.iter().zip(&self.missing).map(by_delegator).collect();
            if better.iter().all(Option::is_none) {
                return;
            }
            for (missing, better) in self.missing.iter_mut().zip(better) {
                *missing = better.unwrap_or_else(|| std::mem::take(missing));
            }
        }
    }

    /// Finds the ways, from targets down.
    fn walk(&mut self) {
        let delegated = |role: &&RoleInDoubt| role.is_delegated();
        let names: BTreeSet<&str> =
            self.roles.iter().filter(delegated).map(|role| role.role.as_str()).collect();
        // Targets are counted with the other top-level roles. Nobody knows what leads to a role that is not given.
        let delegators = self.roles.iter().filter_map(|role| role.delegator.as_deref());
        self.ways = delegators.filter(|by| !names.contains(by)).map(|by| (by, None)).collect();
        loop {
            let mut changed = false;
            for (role, missing) in self.roles.iter().zip(&self.missing) {
                let above = role.delegator.as_deref().and_then(|by| self.ways.get(by));
                let Some(above) = above.copied() else { continue };
                let own = role.expires.filter(|_| !missing.is_empty()).map(|at| (at, role.role.as_str()));
                let way = first(above, own);
                let known = self.ways.get(role.role.as_str());
                if known.is_none_or(|known| lasts_longer(way, *known)) {
                    self.ways.insert(&role.role, way);
                    changed = true;
                }
            }
            if !changed {
                return;
            }
        }
    }

    /// Roles that the attacker can sign, or can give other keys, and whose listed version is inflated.
    pub(super) fn inflated(&self) -> Vec<String> {
        let mut signed: BTreeSet<&str> = BTreeSet::new();
        loop {
            let signs = |role: &&RoleInDoubt| {
                role.short() == 0 || role.delegator.as_deref().is_some_and(|by| signed.contains(by))
            };
            let all: BTreeSet<&str> =
                self.roles.iter().filter(signs).map(|role| role.role.as_str()).collect();
            if all.len() == signed.len() {
                break;
            }
            signed = all;
        }
        once(self.roles.iter().filter(|role| role.inflated && signed.contains(role.role.as_str())))
    }

    /// Every attack. `inflated` says whether clients were given versions that they go no further from.
    pub(super) fn attacks(&self, inflated: bool) -> Vec<Attack> {
        let updates = |by: &str, delegator: Option<String>, paths: Option<Vec<String>>| {
            Kind::MaliciousUpdates { by: by.to_owned(), delegator, paths }
        };
        let mut attacks = vec![self.attack(updates("targets", None, None), self.top_level("targets"), None)];
        for (role, missing) in self.roles.iter().zip(&self.missing).filter(|(role, _)| role.is_delegated()) {
            let way = role.delegator.as_deref().and_then(|by| self.ways.get(by).copied().flatten());
            let kind = updates(&role.role, role.delegator.clone(), Some(role.paths.clone()));
            attacks.push(self.attack(kind, missing.clone(), way));
        }
        attacks.push(self.attack(Kind::Freeze, self.top_level("timestamp"), None));
        attacks.push(self.attack(Kind::Inconsistency, self.top_level("snapshot"), None));
        // Either lists versions; the way that is short of fewer roles is told.
        let by_snapshot = self.top_level("snapshot");
        let versions = match inflated || by_snapshot.is_empty() {
            true => Vec::new(),
            false => self.top_level("timestamp"),
        };
        attacks.push(self.attack(Kind::FastForward, versions, None));
        attacks
    }

    /// An attack, and its end: by what expires first of the top-level roles and on the `way` to a delegated role.
    fn attack(&self, kind: Kind, missing: Vec<String>, way: Option<End<'_>>) -> Attack {
        if !missing.is_empty() {
            return Attack { kind, missing, until: None, sooner: None };
        }
        let until = match kind {
            // No root of the owner's would be told from the attacker's.
            _ if self.root => Until::Unlimited,
            // What a client has stored does not expire.
            Kind::FastForward => Until::Rotation,
            _ => first(self.first_to_expire(false), way)
                .map_or(Until::Unknown, |(at, role)| Until::At(at, role.to_owned())),
        };
        let sooner = match kind {
            Kind::Freeze | Kind::Inconsistency => self.first_to_expire(true),
            // Other delegated roles do not speak for these paths.
            Kind::MaliciousUpdates { .. } | Kind::FastForward => None,
        };
        let sooner = sooner.map(|(at, role)| (at, role.to_owned()));
        let sooner = sooner.filter(|(at, _)| !matches!(&until, Until::At(end, _) if end <= at));
        Attack { kind, missing, until: Some(until), sooner }
    }

    /// What expires first of what the attacker cannot replace: of top-level or of delegated roles; of equals the first.
    fn first_to_expire(&self, delegated: bool) -> Option<End<'a>> {
        let all = self.roles.iter().zip(&self.missing);
        let kept = all.filter(|(role, missing)| role.is_delegated() == delegated && !missing.is_empty());
        kept.filter_map(|(role, _)| Some((role.expires?, role.role.as_str()))).min_by_key(|(at, _)| *at)
    }
}

/// What expires first; of equals the one that is named first.
fn first<'a>(one: Option<End<'a>>, other: Option<End<'a>>) -> Option<End<'a>> {
    one.into_iter().chain(other).min_by_key(|(at, _)| *at)
}

fn lasts_longer(way: Option<End<'_>>, known: Option<End<'_>>) -> bool {
    known.is_some_and(|(known, _)| way.is_none_or(|(way, _)| way > known))
}
