//! The search for target files through delegations: pre-order, depth first, in the order of appearance (spec 5.6.7).

use std::rc::Rc;

use crate::tuf::delegation::{Delegates, Delegations, Paths};
use crate::tuf::targets::{TargetFile, Targets};

use super::paths::speaks_for;
use super::source::{Source, Stop, Store};
use super::trusted::Authority;
use super::update::Update;

/// A role that a search has still to look at.
pub(super) struct Waiting {
    pub(super) role: String,
    pub(super) authority: Option<Authority>,
    /// What it and the roles above it may speak for.
    pub(super) chain: Option<Rc<Chain>>,
}

/// A delegated role, what it may speak for, and the role that delegates to it.
pub(super) struct Chain {
    pub(super) role: String,
    pub(super) reach: Rc<Reach>,
    pub(super) above: Option<Rc<Chain>>,
}

/// What a delegation lets a search find.
pub(super) struct Reach {
    scope: Scope,
    /// The delegations before it that end the search.
    hidden_by: Option<Rc<Earlier>>,
}

/// A terminating delegation, and those before it.
struct Earlier {
    paths: Paths,
    before: Option<Rc<Earlier>>,
    count: usize,
}

/// Terminating delegations of one role that are remembered: every target below is compared with each.
const MOST_EARLIER: usize = 64;

impl Reach {
    fn leads_to(&self, target: &str) -> bool {
        let mut earlier = &self.hidden_by;
        while let Some(one) = earlier {
            if speaks_for(&one.paths, target) {
                return false;
            }
            earlier = &one.before;
        }
        self.scope.speaks_for(target)
    }
}

/// What a delegation speaks for.
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

/// Whether a role and all above it may speak for a target.
pub(super) fn reaches(chain: &Option<Rc<Chain>>, target: &str) -> bool {
    let mut link = chain;
    while let Some(chain) = link {
        if !chain.reach.leads_to(target) {
            return false;
        }
        link = &chain.above;
    }
    true
}

/// Whether a role stands in a chain.
pub(super) fn is_above(chain: &Option<Rc<Chain>>, role: &str) -> bool {
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

    /// The roles that a role delegates to, and whether the search ends there: those that speak for a target, or all.
    pub(super) fn delegated<'d>(
        &self,
        delegator: &str,
        delegations: Delegations,
        above: &Option<Rc<Chain>>,
        target: Option<&'d str>,
    ) -> Box<dyn Iterator<Item = (Waiting, bool)> + 'd> {
        let keys = self.client.counted(&delegations.keys);
        let (delegator, above) = (delegator.to_owned(), above.clone());
        let waiting = move |role: String, role_keys, scope, hidden_by| {
            let authority =
                Authority { delegator: Some(delegator.clone()), keys: Rc::clone(&keys), role: role_keys };
            let reach = Rc::new(Reach { scope, hidden_by });
            let chain = Some(Rc::new(Chain { role: role.clone(), reach, above: above.clone() }));
            Waiting { role, authority: Some(authority), chain }
        };
        let mut hidden_by: Option<Rc<Earlier>> = None;
        match delegations.delegates {
            Delegates::Roles(roles) => Box::new(
                roles
                    .into_iter()
                    .filter(move |role| target.is_none_or(|target| speaks_for(&role.paths, target)))
                    .map(move |role| {
                        let before = hidden_by.clone();
                        let count = before.as_ref().map_or(0, |earlier| earlier.count);
                        if role.terminating
                            && matches!(role.paths, Paths::Patterns(_))
                            && count < MOST_EARLIER
                        {
                            let paths = role.paths.clone();
                            hidden_by =
                                Some(Rc::new(Earlier { paths, before: before.clone(), count: count + 1 }));
                        }
                        let scope = Scope::Paths(role.paths);
                        (waiting(role.name, role.keys, scope, before), role.terminating)
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
                    (waiting(name, bins.keys.clone(), scope, None), true)
                }))
            }
        }
    }
}
