//! A look at everything below the top-level targets: every role by the keys of each role that delegates to it, and every
//! target file that a search can find.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::tuf::delegation::{Delegates, Delegations};
use crate::tuf::targets::{TargetFile, Targets};

use super::evidence::{Refusal, Refused, Row, TargetCount};
use super::rule::{Found, Rule, Stance};
use super::search::{Artifact, Chain, Reach, Waiting, is_above, reaches};
use super::source::{Source, Stop, Store};
use super::trusted::Authority;
use super::update::Update;

/// Says whether a target file is there and right.
pub type Check<'a, E> = &'a mut dyn FnMut(&str, &TargetFile) -> Result<Artifact, E>;

/// Ways to a role that are looked at: a graph of delegations may have more than anybody can count.
const WAYS: usize = 20_000;

/// What is remembered of the roles.
#[derive(Default)]
struct Seen {
    /// Pairs of delegator and role.
    pairs: BTreeSet<(Option<String>, String)>,
    /// By role: the authority by which it was read first, and the number of its row.
    first: BTreeMap<String, (Option<Authority>, usize)>,
    /// By role: to whom it delegates, and what for.
    edges: BTreeMap<String, Vec<(String, Rc<Reach>)>>,
    /// Roles that list targets for which the first way to them does not speak.
    doubtful: Vec<String>,
}

impl<E, S: Source<Error = E>, T: Store<Error = E>> Update<'_, S, T> {
    /// Looks at every role and every target file that can be reached.
    pub fn visit_all(&mut self, check: Check<'_, E>) -> Result<(), Stop<E>> {
        let (mut seen, mut faults) = (Seen::default(), false);
        let mut waiting = vec![Waiting { role: "targets".to_owned(), authority: None, chain: None }];
        while let Some(next) = waiting.pop() {
            let delegator = next.authority.as_ref().and_then(|authority| authority.delegator.clone());
            if !seen.pairs.insert((delegator, next.role.clone())) {
                continue;
            }
            let signed = match self.targets(&next.role, next.authority.clone()) {
                Ok(signed) => signed,
                // A delegated role that is not good ends the searches that reach it, and no others: the rest is judged too.
                Err(Stop::Refused) if next.chain.is_some() => {
                    faults = true;
                    continue;
                }
                Err(stop) => return Err(stop),
            };
            // It was read before it was trusted.
            let Ok(targets) = Targets::read(&signed) else { return Err(Stop::Refused) };
            // A role that is delegated to a second time is judged by its other delegator's keys, and what it says has been
            // seen.
            if seen.first.contains_key(&next.role) {
                continue;
            }
            let row = self.client.rows.len().saturating_sub(1);
            seen.first.insert(next.role.clone(), (next.authority, row));
            let count = self.count_targets(&targets, row, &|path| reaches(&next.chain, path), check)?;
            faults |= count.wrong > 0;
            if count.unreachable > 0 {
                seen.doubtful.push(next.role.clone());
            }
            let Some(delegations) = targets.delegations else { continue };
            if self.require_bins(&next.role, &delegations).is_err() {
                faults = true;
                continue;
            }
            let below: Vec<Waiting> =
                self.delegated(&next.role, delegations, &next.chain, None).map(|(below, _)| below).collect();
            let edges = below
                .iter()
                .filter_map(|below| Some((below.role.clone(), Rc::clone(&below.chain.as_ref()?.reach))));
            seen.edges.insert(next.role.clone(), edges.collect());
            waiting.extend(below.into_iter().rev());
        }
        faults |= self.look_again(&seen, check)?;
        self.say_if_many(seen.first.len());
        if faults { Err(Stop::Refused) } else { Ok(()) }
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

    /// Counts the targets of doubtful roles by every way that leads to them, not by the first alone. Returns whether anything
    /// is refused.
    fn look_again(&mut self, seen: &Seen, check: Check<'_, E>) -> Result<bool, Stop<E>> {
        if seen.doubtful.is_empty() {
            return Ok(false);
        }
        let Some(ways) = ways(seen) else { return Ok(false) };
        let mut faults = false;
        for role in &seen.doubtful {
            let Some((authority, row)) = seen.first.get(role).cloned() else { continue };
            let rows = self.client.rows.len();
            let signed = self.targets(role, authority)?;
            // It has its row already.
            self.client.rows.truncate(rows);
            let Ok(targets) = Targets::read(&signed) else { return Err(Stop::Refused) };
            let to_role = ways.get(role).map(Vec::as_slice).unwrap_or_default();
            let by_any = |path: &str| to_role.iter().any(|way| reaches(way, path));
            let count = self.count_targets(&targets, row, &by_any, check)?;
            faults |= count.wrong > 0;
            if count.unreachable > 0 {
                faults |= self.tell_unreachable(row, count.unreachable);
            }
        }
        Ok(faults)
    }

    fn tell_unreachable(&mut self, row: usize, count: usize) -> bool {
        let found = Found::new(Rule::UnreachableTarget, format!("{count} of its targets"));
        let stance = found.rule.stance(self.client.profile);
        let Some(row) = self.client.rows.get_mut(row) else { return false };
        match stance {
            Stance::Accepts => {}
            Stance::Warns | Stance::DoesNotCount => row.remarks.push(found),
            Stance::Refuses => row.refused = Some(Refusal::by_rule(&found)),
        }
        stance == Stance::Refuses
    }

    /// Counts the target files of a role; the first that is there and wrong is refused. The count goes into the role's row.
    fn count_targets(
        &mut self,
        targets: &Targets<'_>,
        row: usize,
        reached: &dyn Fn(&str) -> bool,
        check: Check<'_, E>,
    ) -> Result<TargetCount, Stop<E>> {
        let mut count = TargetCount::default();
        let mut wrong = None;
        for (path, file) in targets.files() {
            count.listed += 1;
            if !reached(path) {
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
        if let Some(of_role) = self.client.rows.get_mut(row) {
            of_role.targets = Some(count);
            if let Some(what) = wrong {
                of_role.refused.get_or_insert_with(|| Refusal::new("5.7.3", what));
            }
        }
        Ok(count)
    }

    fn say_if_many(&mut self, visited: usize) {
        let most = self.client.profile.limits().delegations;
        // The top-level targets are not counted.
        let delegated = visited.saturating_sub(1);
        if delegated > most {
            let mut row = Row::new("all delegations");
            let place = format!("{delegated} roles, of which a search looks at {most} at the most");
            row.remarks.push(Found::new(Rule::ManyDelegations, place));
            self.client.rows.push(row);
        }
    }
}

/// Every way from the top-level targets to each role; `None` if there are too many.
fn ways(seen: &Seen) -> Option<BTreeMap<String, Vec<Option<Rc<Chain>>>>> {
    let mut ways: BTreeMap<String, Vec<Option<Rc<Chain>>>> = BTreeMap::new();
    let mut waiting: Vec<(String, Option<Rc<Chain>>)> = vec![("targets".to_owned(), None)];
    for _ in 0..WAYS {
        let Some((role, chain)) = waiting.pop() else { return Some(ways) };
        for (below, reach) in seen.edges.get(&role).into_iter().flatten() {
            if below != "targets" && !is_above(&chain, below) {
                let link = Chain { role: below.clone(), reach: Rc::clone(reach), above: chain.clone() };
                waiting.push((below.clone(), Some(Rc::new(link))));
            }
        }
        ways.entry(role).or_default().push(chain);
    }
    None
}
