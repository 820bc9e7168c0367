//! The search for target files through delegations: pre-order, depth first, in the order of appearance (spec 5.6.7).

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use crate::tuf::delegation::{Delegates, Delegations};
use crate::tuf::targets::{TargetFile, Targets};

use super::paths::{Work, speaks_for};
use super::reach::{Chain, Reach, Scope};
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
        let mut pairs = BTreeSet::new();
        while let Some(next) = waiting.pop() {
            // A role that was seen on another way is seen again: its keys may be others here. Not so by the same delegator.
            let delegator = next.authority.as_ref().and_then(|authority| authority.delegator.clone());
            if !pairs.insert((delegator, next.role.clone())) {
                continue;
            }
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
                if delegated.role != "targets" {
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
        let keys = self.client.counted(delegations.keys);
        let (delegator, above) = (delegator.to_owned(), above.clone());
        let waiting = move |role: String, role_keys, reach: Reach| {
            let authority =
                Authority { delegator: Some(delegator.clone()), keys: Arc::clone(&keys), role: role_keys };
            let chain = Some(Rc::new(Chain::below(&above, Rc::new(reach))));
            Waiting { role, authority: Some(authority), chain }
        };
        let (mut hidden_by, mut work) = (None, Work::default());
        match delegations.delegates {
            Delegates::Roles(roles) => Box::new(
                roles
                    .into_iter()
                    .filter(move |role| {
                        target.is_none_or(|target| speaks_for(&role.paths, target, &mut work))
                    })
                    .map(move |role| {
                        let scope = Rc::new(Scope::Paths(role.paths));
                        let reach = Reach::new(Rc::clone(&scope), &hidden_by);
                        if role.terminating {
                            hidden_by = reach.and_then_by(scope);
                        }
                        (waiting(role.name, Rc::new(role.keys), reach), role.terminating)
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
                let keys = Rc::new(bins.keys.clone());
                Box::new(names.map(move |name| {
                    let scope = Scope::Bin(Rc::clone(&bins), name.clone());
                    (waiting(name, Rc::clone(&keys), Reach::new(Rc::new(scope), &None)), true)
                }))
            }
        }
    }
}
