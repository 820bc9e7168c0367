//! The search for target files through delegations: pre-order, depth first, in the order of appearance (spec 5.6.7).

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::tuf::delegation::{Delegates, Delegations, Paths};
use crate::tuf::targets::{TargetFile, Targets};

use super::evidence::{Refusal, Refused, Row, TargetCount};
use super::paths::speaks_for;
use super::rule::{Found, Rule, Stance};
use super::source::{Source, Stop, Store};
use super::trusted::Authority;
use super::update::Update;

/// A role that a search has still to look at.
struct Waiting {
    role: String,
    authority: Option<Authority>,
    /// What it and the roles above it may speak for.
    chain: Option<Rc<Chain>>,
}

/// A delegated role, what it may speak for, and the role that delegates to it.
struct Chain {
    role: String,
    scope: Scope,
    above: Option<Rc<Chain>>,
}

enum Scope {
    Paths(Paths),
    /// The bin of this name.
    Bin(Rc<crate::tuf::delegation::SuccinctBins>, String),
}

impl Scope {
    fn speaks_for(&self, target: &str) -> bool {
        match self {
            Scope::Paths(paths) => speaks_for(paths, target),
            Scope::Bin(bins, name) => bins.bin_for(target) == *name,
        }
    }
}

fn reaches(chain: &Option<Rc<Chain>>, target: &str) -> bool {
    let mut link = chain;
    while let Some(chain) = link {
        if !chain.scope.speaks_for(target) {
            return false;
        }
        link = &chain.above;
    }
    true
}

fn is_above(chain: &Option<Rc<Chain>>, role: &str) -> bool {
    let mut link = chain;
    while let Some(chain) = link {
        if chain.role == role {
            return true;
        }
        link = &chain.above;
    }
    false
}

/// What is known of a target file where the repository keeps its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Artifact {
    /// It is there, with the listed length and hashes.
    Right,
    /// It is there and differs; why.
    Wrong(String),
    /// It is not there.
    Absent,
}

impl<E, S: Source<Error = E>, T: Store<Error = E>> Update<'_, S, T> {
    /// Looks for one target file. What comes back is what a trusted role says of it; `None`: no role does.
    pub fn find(&mut self, target: &str) -> Result<Option<TargetFile>, Stop<E>> {
        let top = Waiting { role: "targets".to_owned(), authority: None, chain: None };
        let mut waiting = vec![top];
        let mut visited = 0;
        while let Some(next) = waiting.pop() {
            if visited > self.client.profile.limits().delegations {
                return Ok(None);
            }
            visited += 1;
            let signed = self.targets(&next.role, next.authority)?;
            // It was read before it was trusted.
            let Ok(targets) = Targets::read(&signed) else { return Ok(None) };
            if let Some(file) = targets.file(target) {
                return Ok(Some(file));
            }
            let Some(delegations) = targets.delegations else { continue };
            let mut matching = Vec::new();
            for (delegated, terminating) in self.delegated(&next.role, delegations, &next.chain, Some(target))
            {
                // A role above this one is skipped, so that a cycle ends. One that was seen on another way is not: its keys
                // may be others here.
                if delegated.role != "targets" && !is_above(&next.chain, &delegated.role) {
                    matching.push(delegated);
                }
                if terminating {
                    waiting.clear();
                    break;
                }
            }
            waiting.extend(matching.into_iter().rev());
        }
        Ok(None)
    }

    /// Looks at every role and every target file that can be reached, below the given top-level targets. `check` says
    /// whether a target file is there and right.
    pub fn visit_all(
        &mut self,
        check: &mut dyn FnMut(&str, &TargetFile) -> Result<Artifact, E>,
    ) -> Result<(), Stop<E>> {
        let top = Waiting { role: "targets".to_owned(), authority: None, chain: None };
        let mut waiting = vec![top];
        let mut visited = BTreeSet::new();
        let mut looked_at: BTreeSet<(Option<String>, String)> = BTreeSet::new();
        while let Some(next) = waiting.pop() {
            let delegator = next.authority.as_ref().and_then(|authority| authority.delegator.clone());
            if !looked_at.insert((delegator, next.role.clone())) {
                continue;
            }
            let signed = self.targets(&next.role, next.authority)?;
            // It was read before it was trusted.
            let Ok(targets) = Targets::read(&signed) else { return Err(Stop::Refused) };
            self.count_targets(&targets, &next.chain, check)?;
            // A role that is delegated to a second time is judged by its other delegator's keys, and its own delegations
            // have been seen.
            if !visited.insert(next.role.clone()) {
                continue;
            }
            let Some(delegations) = targets.delegations else { continue };
            self.require_bins(&next.role, &delegations)?;
            let below: Vec<Waiting> =
                self.delegated(&next.role, delegations, &next.chain, None).map(|(below, _)| below).collect();
            waiting.extend(below.into_iter().rev());
        }
        self.say_if_many(visited.len());
        Ok(())
    }

    /// Every bin must be listed, so there cannot be more of them than the snapshot has files.
    fn require_bins(&mut self, role: &str, delegations: &Delegations) -> Result<(), Stop<E>> {
        let Delegates::Succinct(bins) = &delegations.delegates else { return Ok(()) };
        let (needed, listed) = (1_u64 << bins.bit_length, self.client.listed_count());
        if usize::try_from(needed).is_ok_and(|needed| needed <= listed) {
            return Ok(());
        }
        let what = format!("{role} delegates to {needed} bins, and the snapshot lists {listed} files in all");
        let _: Result<(), Refused> =
            self.client.settle(Row::new(&bins.name(0)), Err(Refusal::new("5.6.1", what)));
        Err(Stop::Refused)
    }

    /// The roles that a role delegates to, and whether the search ends there: those that speak for a target, or all.
    fn delegated<'d>(
        &self,
        delegator: &str,
        delegations: Delegations,
        above: &Option<Rc<Chain>>,
        target: Option<&'d str>,
    ) -> Box<dyn Iterator<Item = (Waiting, bool)> + 'd> {
        let keys = self.client.counted(&delegations.keys);
        let (delegator, above) = (delegator.to_owned(), above.clone());
        let waiting = move |role: String, role_keys, scope| {
            let authority =
                Authority { delegator: Some(delegator.clone()), keys: Rc::clone(&keys), role: role_keys };
            let chain = Some(Rc::new(Chain { role: role.clone(), scope, above: above.clone() }));
            Waiting { role, authority: Some(authority), chain }
        };
        match delegations.delegates {
            Delegates::Roles(roles) => Box::new(
                roles
                    .into_iter()
                    .filter(move |role| target.is_none_or(|target| speaks_for(&role.paths, target)))
                    .map(move |role| {
                        (waiting(role.name, role.keys, Scope::Paths(role.paths)), role.terminating)
                    }),
            ),
            Delegates::Succinct(bins) => {
                let bins = Rc::new(bins);
                // TAP 15: the one bin that a path belongs to ends the search.
                let names: Box<dyn Iterator<Item = String>> = match target {
                    Some(target) => Box::new(std::iter::once(bins.bin_for(target))),
                    None => {
                        let bins = Rc::clone(&bins);
                        Box::new((0..1_u64 << bins.bit_length).map(move |number| bins.name(number)))
                    }
                };
                Box::new(names.map(move |name| {
                    let scope = Scope::Bin(Rc::clone(&bins), name.clone());
                    (waiting(name, bins.keys.clone(), scope), true)
                }))
            }
        }
    }

    fn count_targets(
        &mut self,
        targets: &Targets<'_>,
        chain: &Option<Rc<Chain>>,
        check: &mut dyn FnMut(&str, &TargetFile) -> Result<Artifact, E>,
    ) -> Result<(), Stop<E>> {
        let mut count = TargetCount::default();
        let mut wrong = None;
        for (path, file) in targets.files() {
            count.listed += 1;
            if !reaches(chain, path) {
                count.unreachable += 1;
                continue;
            }
            match check(path, &file)? {
                Artifact::Right => count.right += 1,
                Artifact::Absent => {}
                Artifact::Wrong(why) => {
                    count.wrong += 1;
                    wrong.get_or_insert_with(|| format!("target {path}: {why}"));
                }
            }
        }
        let Some(row) = self.client.rows.last_mut() else { return Ok(()) };
        row.targets = Some(count);
        if count.unreachable > 0 {
            let found = Found::new(Rule::UnreachableTarget, format!("{} of its targets", count.unreachable));
            match found.rule.stance(self.client.profile) {
                Stance::Accepts => {}
                Stance::Warns | Stance::DoesNotCount => row.remarks.push(found),
                Stance::Refuses => {
                    row.refused = Some(Refusal::by_rule(&found));
                    return Err(Stop::Refused);
                }
            }
        }
        match wrong {
            None => Ok(()),
            Some(what) => {
                row.refused = Some(Refusal::new("5.7.3", what));
                Err(Stop::Refused)
            }
        }
    }

    fn say_if_many(&mut self, visited: usize) {
        let most = self.client.profile.limits().delegations;
        // The top-level targets are not counted.
        if visited.saturating_sub(1) > most {
            let mut row = Row::new("all delegations");
            let place = format!("{} roles, of which a search looks at {most} at the most", visited - 1);
            row.remarks.push(Found::new(Rule::ManyDelegations, place));
            self.client.rows.push(row);
        }
    }
}
