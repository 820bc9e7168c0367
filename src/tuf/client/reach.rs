//! What delegations lead to: which target a search finds in which role, without reading anything again.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher as _, RandomState};
use std::rc::Rc;

use crate::tuf::delegation::{Paths, SuccinctBins};

use super::paths::{DIGEST, Work, speaks_for};

/// Terminating delegations of one role that are remembered: every target below is compared with each.
const MOST_EARLIER: usize = 64;

/// Delegations one below the other that are followed. No repository has as many.
pub(super) const DEEPEST: u32 = 1_024;

/// What a delegation speaks for.
pub(super) enum Scope {
    /// By path.
    Paths(Paths),
    /// The bin of this name.
    Bin(Rc<SuccinctBins>, String),
}

impl Scope {
    fn speaks_for(&self, target: &str, work: &mut Work) -> bool {
        match self {
            Scope::Paths(paths) => speaks_for(paths, target, work),
            Scope::Bin(bins, name) => work.spend(DIGEST) && bins.bin_for(target) == *name,
        }
    }
}

/// What a delegation lets a search find.
pub(super) struct Reach {
    scope: Rc<Scope>,
    /// The delegations before it that end the search.
    hidden_by: Option<Rc<Earlier>>,
}

/// A terminating delegation, and those before it.
pub(super) struct Earlier {
    scope: Rc<Scope>,
    before: Option<Rc<Earlier>>,
    count: usize,
}

impl Reach {
    /// A delegation behind those that end the search.
    pub(super) fn new(scope: Rc<Scope>, hidden_by: &Option<Rc<Earlier>>) -> Reach {
        Reach { scope, hidden_by: hidden_by.clone() }
    }

    /// What hides the delegations after this one, if this one, of this scope, ends the search.
    pub(super) fn and_then_by(&self, scope: Rc<Scope>) -> Option<Rc<Earlier>> {
        let count = self.hidden_by.as_ref().map_or(0, |earlier| earlier.count);
        // Of bins by prefix there are thousands, and no two speak for the same target.
        if count >= MOST_EARLIER || !matches!(*scope, Scope::Paths(Paths::Patterns(_))) {
            return self.hidden_by.clone();
        }
        let before = self.hidden_by.clone();
        Some(Rc::new(Earlier { scope, before, count: count + 1 }))
    }

    fn leads_to(&self, target: &str, work: &mut Work) -> bool {
        let mut earlier = &self.hidden_by;
        while let Some(one) = earlier {
            if one.scope.speaks_for(target, work) {
                return false;
            }
            earlier = &one.before;
        }
        self.scope.speaks_for(target, work)
    }
}

/// A delegation, and those above it.
pub(super) struct Chain {
    reach: Rc<Reach>,
    above: Option<Rc<Chain>>,
    /// Delegations in it.
    pub(super) depth: u32,
}

impl Chain {
    /// One more delegation.
    pub(super) fn below(above: &Option<Rc<Chain>>, reach: Rc<Reach>) -> Chain {
        let depth = above.as_ref().map_or(0, |above| above.depth);
        Chain { reach, above: above.clone(), depth: depth + 1 }
    }

    /// The last delegation.
    pub(super) fn reach(&self) -> Rc<Reach> {
        Rc::clone(&self.reach)
    }
}

/// One way from a role to another.
pub(super) struct Edge {
    pub(super) role: String,
    pub(super) reach: Rc<Reach>,
    pub(super) terminating: bool,
}

/// All roles that were looked at: to whom they delegate, and what they list.
#[derive(Default)]
pub(super) struct Graph {
    edges: BTreeMap<String, Vec<Edge>>,
    /// Hashes of role and target, by keys that nobody can know.
    listed: BTreeSet<u64>,
    hasher: RandomState,
    work: Work,
}

impl Graph {
    /// Remembers to whom a role delegates.
    pub(super) fn delegates(&mut self, role: &str, edges: Vec<Edge>) {
        self.edges.insert(role.to_owned(), edges);
    }

    /// Remembers that a role lists a target.
    pub(super) fn lists(&mut self, role: &str, target: &str) {
        self.listed.insert(self.hasher.hash_one((role, target)));
    }

    /// Whether there have been more comparisons than anybody waits for.
    pub(super) fn is_too_much(&self) -> bool {
        self.work.is_spent()
    }

    /// Whether every delegation of a chain leads to a target; true if it is too much work to say.
    pub(super) fn reaches(&mut self, chain: &Option<Rc<Chain>>, target: &str) -> bool {
        let mut link = chain;
        while let Some(chain) = link {
            if !chain.reach.leads_to(target, &mut self.work) {
                return self.work.is_spent();
            }
            link = &chain.above;
        }
        true
    }

    /// Whether a search for a target ends at this role (spec 5.6.7); true if it is too much work to say.
    pub(super) fn finds(&mut self, target: &str, in_role: &str) -> bool {
        let mut visited: BTreeSet<&str> = BTreeSet::new();
        let mut waiting = vec!["targets"];
        while let Some(role) = waiting.pop() {
            if !visited.insert(role) {
                continue;
            }
            if self.listed.contains(&self.hasher.hash_one((role, target))) {
                return role == in_role;
            }
            let mut matching = Vec::new();
            for edge in self.edges.get(role).into_iter().flatten() {
                if self.work.is_spent() {
                    return true;
                }
                if edge.reach.scope.speaks_for(target, &mut self.work) {
                    matching.push(edge.role.as_str());
                    if edge.terminating {
                        waiting.clear();
                        break;
                    }
                }
            }
            waiting.extend(matching.into_iter().rev());
        }
        self.work.is_spent()
    }
}
