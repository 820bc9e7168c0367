//! A look at everything below the top-level targets: every role by the keys of each role that delegates to it, and every
//! target file that a search can find.

use std::collections::{BTreeMap, BTreeSet};

use crate::host::display::count;
use crate::tuf::delegation::{Delegates, Delegations};
use crate::tuf::targets::{TargetFile, Targets};

use super::evidence::{Artifact, Refusal, Refused, Row, TargetCount};
use super::reach::{DEEPEST, Edge, Graph};
use super::rule::{Found, Rule, Stance};
use super::search::{Waiting, too_much};
use super::source::{Source, Stop, Store};
use super::update::Update;

/// Says whether a target file is there and right.
pub type Check<'a, E> = &'a mut dyn FnMut(&str, &TargetFile) -> Result<Artifact, E>;

/// What is remembered of the roles.
#[derive(Default)]
struct Seen {
    /// Pairs of delegator and role.
    pairs: BTreeSet<(Option<String>, String)>,
    /// By role: the number of its row.
    rows: BTreeMap<String, usize>,
    graph: Graph,
    /// Targets of which more must be known.
    doubtful: Vec<Listing>,
}

/// A target that is wrong, or for which the first way to its role does not speak.
struct Listing {
    role: String,
    row: usize,
    path: String,
    artifact: Artifact,
    /// Whether the first way leads to it.
    reached: bool,
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
            if seen.rows.contains_key(&next.role) {
                continue;
            }
            let row = self.client.rows.len().saturating_sub(1);
            seen.rows.insert(next.role.clone(), row);
            self.count_targets(&targets, &next, row, &mut seen, check)?;
            if next.chain.as_ref().is_some_and(|chain| chain.depth >= DEEPEST) || seen.graph.is_too_much() {
                self.refuse_last_row(too_much());
                return Err(Stop::Refused);
            }
            let Some(delegations) = targets.delegations else { continue };
            if self.require_bins(&next.role, &delegations).is_err() {
                faults = true;
                continue;
            }
            let mut below = Vec::new();
            let mut edges = Vec::new();
            for (role, terminating) in self.delegated(&next.role, delegations, &next.chain, None) {
                if let Some(chain) = &role.chain {
                    edges.push(Edge { role: role.role.clone(), reach: chain.reach(), terminating });
                }
                below.push(role);
            }
            seen.graph.delegates(&next.role, edges);
            waiting.extend(below.into_iter().rev());
        }
        faults |= self.settle_targets(&mut seen);
        self.say_if_many(seen.rows.len());
        if faults { Err(Stop::Refused) } else { Ok(()) }
    }

    /// Every bin must be listed, so there cannot be more of them than the snapshot has files.
    fn require_bins(&mut self, role: &str, delegations: &Delegations) -> Result<(), Stop<E>> {
        let Delegates::Succinct(bins) = &delegations.delegates else { return Ok(()) };
        let (needed, listed) = (1_u64 << bins.bit_length, self.client.listed_count());
        if usize::try_from(needed).is_ok_and(|needed| needed <= listed) {
            return Ok(());
        }
        let (needed, listed) = (count(needed, "bin"), count(listed, "file"));
        let what = format!("{role} delegates to {needed}, and the snapshot lists {listed} in all");
        let _: Result<(), Refused> =
            self.client.settle(Row::new(&bins.name(0)), Err(Refusal::new("5.6.1", what)));
        Err(Stop::Refused)
    }

    /// What the doubtful targets come to, by the search that a client makes: of two roles that list one target, it takes the
    /// first that it comes to. Returns whether anything is refused.
    fn settle_targets(&mut self, seen: &mut Seen) -> bool {
        let mut faults = false;
        for listing in std::mem::take(&mut seen.doubtful) {
            let found = seen.graph.finds(&listing.path, &listing.role);
            let Some(row) = self.client.rows.get_mut(listing.row) else { continue };
            let mut count = row.targets.unwrap_or_default();
            match (listing.reached, found) {
                (true, false) => {
                    count.wrong -= 1;
                    count.unreachable += 1;
                }
                (false, true) => {
                    count.unreachable -= 1;
                    count.add(&listing.artifact);
                }
                _ => {}
            }
            row.targets = Some(count);
            if let (true, Artifact::Wrong(why)) = (found, listing.artifact) {
                faults = true;
                let what = format!("target {}: {why}", listing.path);
                row.refused.get_or_insert_with(|| Refusal::new("5.7.3", what));
            }
        }
        for row in seen.rows.values() {
            let targets = self.client.rows.get(*row).and_then(|row| row.targets);
            if let Some(TargetCount { unreachable: 1.., .. }) = targets {
                faults |= self.tell_unreachable(*row, targets.map_or(0, |count| count.unreachable));
            }
        }
        faults
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

    /// Looks at the target files of a role. The count goes into its row; those that are wrong are not refused yet.
    fn count_targets(
        &mut self,
        targets: &Targets<'_>,
        role: &Waiting,
        row: usize,
        seen: &mut Seen,
        check: Check<'_, E>,
    ) -> Result<(), Stop<E>> {
        let mut count = TargetCount::default();
        for (path, file) in targets.files() {
            count.listed += 1;
            seen.graph.lists(&role.role, path);
            let artifact = check(path, &file)?;
            let reached = seen.graph.reaches(&role.chain, path);
            if reached {
                count.add(&artifact);
            } else {
                count.unreachable += 1;
            }
            if !reached || matches!(artifact, Artifact::Wrong(_)) {
                let (role, path) = (role.role.clone(), path.to_owned());
                seen.doubtful.push(Listing { role, row, path, artifact, reached });
            }
        }
        if let Some(of_role) = self.client.rows.get_mut(row) {
            of_role.targets = Some(count);
        }
        Ok(())
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
