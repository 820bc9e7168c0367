//! The search for target files through delegations: pre-order, depth first, in the order of appearance (spec 5.6.7).

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use crate::tuf::delegation::{Delegates, Delegations};
use crate::tuf::targets::{TargetFile, Targets};

use super::evidence::Refusal;
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

/// Why a search, or a look at everything, is given up.
pub(super) fn too_much() -> Refusal {
    let what = "there are more delegations to follow, or paths to compare, than any search can";
    Refusal::new("5.6.7", what.to_owned())
}

impl<E, S: Source<Error = E>, T: Store<Error = E>> Update<'_, S, T> {
    /// Looks for one target file. What comes back is what a trusted role says of it; `None`: no role does.
    pub fn find(&mut self, target: &str) -> Result<Option<TargetFile>, Stop<E>> {
        let top = Waiting { role: "targets".to_owned(), authority: None, chain: None };
        let mut waiting = vec![top];
        let (mut visited, mut work) = (0, Work::default());
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
            let toward = Some((target, &mut work));
            for (delegated, terminating) in self.delegated(&next.role, delegations, &next.chain, toward) {
                if delegated.role != "targets" {
                    matching.push(delegated);
                }
                if terminating {
                    waiting.clear();
                    break;
                }
            }
            // A delegation that was not compared to its end might have ended the search.
            if work.is_spent() {
                self.refuse_last_row(too_much());
                return Err(Stop::Refused);
            }
            waiting.extend(matching.into_iter().rev());
        }
        Ok(None)
    }

    /// Refuses what the last row is about.
    pub(super) fn refuse_last_row(&mut self, why: Refusal) {
        if let Some(row) = self.client.rows.last_mut() {
            row.refused.get_or_insert(why);
        }
    }

    /// The roles that a role delegates to, and whether the search ends there: those that speak for a target, or all.
    pub(super) fn delegated<'d>(
        &self,
        delegator: &str,
        delegations: Delegations,
        above: &Option<Rc<Chain>>,
        mut toward: Option<(&'d str, &'d mut Work)>,
    ) -> Box<dyn Iterator<Item = (Waiting, bool)> + 'd> {
        let keys = self.client.counted(delegations.keys);
        let (delegator, above) = (delegator.to_owned(), above.clone());
        let waiting = move |role: String, role_keys, reach: Reach| {
            let authority =
                Authority { delegator: Some(delegator.clone()), keys: Arc::clone(&keys), role: role_keys };
            let chain = Some(Rc::new(Chain::below(&above, Rc::new(reach))));
            Waiting { role, authority: Some(authority), chain }
        };
        let mut hidden_by = None;
        match delegations.delegates {
            Delegates::Roles(roles) => Box::new(
                roles
                    .into_iter()
                    .filter(move |role| {
                        toward.as_mut().is_none_or(|(target, work)| speaks_for(&role.paths, target, work))
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
                let names: Box<dyn Iterator<Item = String>> = match toward {
                    Some((target, _)) => Box::new(std::iter::once(bins.bin_for(target))),
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
