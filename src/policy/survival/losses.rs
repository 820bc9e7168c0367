//! Losses: keys that nobody can sign with any more, one by one, with their device, with their holder, or with their site.

use std::collections::BTreeMap;

use super::{Group, LISTED, Member, Piece, Quorum, Unit, groups, kinds, pieces, totals};

/// Which losses leave all quorums within reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Losses {
    /// Titles of the quorums that all keys together do not meet, before any loss. Then no loss is survived.
    pub unreachable: Vec<String>,
    /// Lost keys, by how many.
    pub keys: Vec<Size>,
    /// Lost devices, each with all keys on it; none where every key has a device of its own, which are the keys.
    pub devices: Vec<Size>,
    /// Lost holders, each with all their keys.
    pub holders: Vec<Size>,
    /// Lost sites, each with all keys there.
    pub sites: Vec<Size>,
    /// What ends a quorum by itself: keys, then devices that several keys share, then holders, then sites.
    pub single: Vec<Single>,
}

/// All losses of so many units at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Size {
    /// How many are lost.
    pub size: usize,
    /// How many such sets there are; `None` beyond what 128 bits or half a million steps can count, which takes more than
    /// a hundred keys or a dozen quorums that overlap in many ways.
    pub counts: Option<Counts>,
    /// All sets after which a quorum is out of reach, by name; `None` if there are more than [`LISTED`].
    pub fatal: Option<Vec<Vec<String>>>,
    /// All sets after which every quorum can be met; `None` if there are more than [`LISTED`].
    pub surviving: Option<Vec<Vec<String>>>,
}

/// Numbers of sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// All.
    pub sets: u128,
    /// After how many of them every quorum can still be met.
    pub survived: u128,
}

impl Counts {
    /// After how many of them a quorum is out of reach.
    pub fn fatal(self) -> u128 {
        self.sets.saturating_sub(self.survived)
    }
}

/// One loss that ends quorums.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Single {
    /// What is lost.
    pub unit: Unit,
    /// Titles of the quorums that can no longer be met.
    pub ends: Vec<String>,
}

/// How many keys a quorum can spare; `None` if it cannot be met with all of them.
type Slack = Option<usize>;

/// Which losses, from one unit up to as many as the largest threshold, leave all quorums within reach at once.
///
/// Keys that count towards no quorum are left out, and so are keys without a holder where holders are lost.
pub fn losses(quorums: &[Quorum], members: &[Member]) -> Losses {
    let pieces = pieces(quorums, members);
    let totals = totals(quorums, &pieces);
    let slack: Vec<Slack> =
        quorums.iter().zip(&totals).map(|(quorum, total)| total.checked_sub(quorum.need())).collect();
    let largest = quorums.iter().map(Quorum::need).max().unwrap_or(0);
    let kinds = kinds(&pieces);
    let single = kinds.iter().flatten().filter_map(|group| single(group, quorums, &slack)).collect();
    let [keys, shared, holders, sites] = kinds;
    let devices = if shared.is_empty() { Vec::new() } else { groups(&pieces, Piece::device_or_key) };
    let [keys, devices, holders, sites] =
        [keys, devices, holders, sites].map(|kind| sizes(&kind, &slack, largest));
    let beyond = quorums.iter().zip(&slack).filter(|(_, slack)| slack.is_none());
    let unreachable = beyond.map(|(quorum, _)| quorum.title.clone()).collect();
    Losses { unreachable, keys, devices, holders, sites, single }
}

fn single(group: &Group, quorums: &[Quorum], slack: &[Slack]) -> Option<Single> {
    let ended = quorums
        .iter()
        .zip(slack)
        .zip(&group.weight)
        .filter(|((_, slack), weight)| slack.is_some_and(|slack| **weight > slack));
    let ends: Vec<String> = ended.map(|((quorum, _), _)| quorum.title.clone()).collect();
    (!ends.is_empty()).then(|| Single { unit: group.unit.clone(), ends })
}

fn sizes(groups: &[Group], slack: &[Slack], largest: usize) -> Vec<Size> {
    let largest = largest.min(groups.len());
    let survived = count(groups, slack, largest);
    (1..=largest)
        .map(|size| {
            let survived =
                survived.as_ref().and_then(|by_size| by_size.get(&size).copied().unwrap_or(Some(0)));
            let sets = choose(groups.len(), size);
            let counts = sets.zip(survived).map(|(sets, survived)| Counts { sets, survived });
            let list = |outcome, many: u128| {
                let few = usize::try_from(many).is_ok_and(|many| many <= LISTED);
                if few { list(groups, slack, size, outcome) } else { None }
            };
            let fatal = counts.and_then(|counts| list(Outcome::Fatal, counts.fatal()));
            let surviving = counts.and_then(|counts| list(Outcome::Surviving, counts.survived));
            Size { size, counts, fatal, surviving }
        })
        .collect()
}

/// Ways to lose something, by how many units and how many keys of each quorum; `None` for more than 128 bits hold.
type States = BTreeMap<(usize, Vec<usize>), Option<u128>>;

/// How many sets of each size up to `largest` are survived; sizes that are not there have none. Units that count alike
/// (in the old root only, in both, in the new only) are not told apart, and no set is looked at by itself.
fn count(groups: &[Group], slack: &[Slack], largest: usize) -> Option<BTreeMap<usize, Option<u128>>> {
    let mut alike: BTreeMap<&[usize], usize> = BTreeMap::new();
    for group in groups {
        *alike.entry(&group.weight).or_default() += 1;
    }
    let mut steps = 1_usize << 19;
    let mut states: States = BTreeMap::new();
    if slack.iter().all(Option::is_some) {
        states.insert((0, vec![0; slack.len()]), Some(1));
    }
    for (weight, many) in alike {
        let most = many.min(largest);
        let ways: Vec<Option<u128>> = (0..=most).map(|more| choose(many, more)).collect();
        let mut next: States = BTreeMap::new();
        for ((size, lost), before) in states {
            for (more, ways) in ways.iter().enumerate().take_while(|(more, _)| size + more <= largest) {
                steps = steps.checked_sub(1)?;
                let lost: Vec<usize> = lost.iter().zip(weight).map(|(lost, one)| lost + one * more).collect();
                if lost.iter().zip(slack).any(|(lost, slack)| slack.is_none_or(|slack| *lost > slack)) {
                    // The next would lose as much again.
                    break;
                }
                add(next.entry((size + more, lost)).or_insert(Some(0)), product(before, *ways));
            }
        }
        states = next;
    }
    let mut by_size: BTreeMap<usize, Option<u128>> = BTreeMap::new();
    for ((size, _), ways) in states {
        add(by_size.entry(size).or_insert(Some(0)), ways);
    }
    Some(by_size)
}

fn add(sum: &mut Option<u128>, ways: Option<u128>) {
    *sum = sum.zip(ways).and_then(|(sum, ways)| sum.checked_add(ways));
}

fn product(a: Option<u128>, b: Option<u128>) -> Option<u128> {
    a.zip(b).and_then(|(a, b)| a.checked_mul(b))
}

/// How many sets of `size` there are among `many`; `None` if 128 bits do not hold the way to the number.
fn choose(many: usize, size: usize) -> Option<u128> {
    let size = size.min(many.checked_sub(size)?);
    (0..size).try_fold(1_u128, |ways, done| {
        let (left, next) = (u128::try_from(many - done).ok()?, u128::try_from(done + 1).ok()?);
        // Exact: the product of so many numbers in a row is divisible by that many factorial.
        Some(ways.checked_mul(left)? / next)
    })
}

/// What is looked for.
#[derive(Clone, Copy)]
enum Outcome {
    Fatal,
    Surviving,
}

/// All sets of one size with one outcome, in the order of the units.
fn list(groups: &[Group], slack: &[Slack], size: usize, outcome: Outcome) -> Option<Vec<Vec<String>>> {
    let mut search = Search { slack, outcome, steps: 1 << 17, chosen: Vec::new(), found: Vec::new() };
    search.extend(groups, size, vec![0; slack.len()])?;
    Some(search.found)
}

struct Search<'a> {
    slack: &'a [Slack],
    outcome: Outcome,
    steps: usize,
    chosen: Vec<&'a str>,
    found: Vec<Vec<String>>,
}

impl<'a> Search<'a> {
    /// Adds `left` more of `rest` to what is chosen, in every way; `None` when the steps are used up.
    fn extend(&mut self, rest: &'a [Group], left: usize, lost: Vec<usize>) -> Option<()> {
        self.steps = self.steps.checked_sub(rest.len() + 1)?;
        if rest.len() < left || !self.can_end_well(rest, left, &lost) {
            return Some(());
        }
        if left == 0 {
            self.found.push(self.chosen.iter().map(|name| (*name).to_owned()).collect());
            return Some(());
        }
        let Some((first, rest)) = rest.split_first() else { return Some(()) };
        self.chosen.push(first.unit.name());
        let more = lost.iter().zip(&first.weight).map(|(lost, one)| lost + one).collect();
        self.extend(rest, left - 1, more)?;
        self.chosen.pop();
        self.extend(rest, left, lost)
    }

    /// Whether the outcome can still be had; with nothing left to choose, whether it is there.
    fn can_end_well(&self, rest: &[Group], left: usize, lost: &[usize]) -> bool {
        let mut quorums = lost.iter().zip(self.slack).enumerate().map(|(place, (lost, slack))| {
            let mut weights: Vec<usize> =
                rest.iter().map(|group| group.weight.get(place).copied().unwrap_or(0)).collect();
            weights.sort_unstable();
            let best: usize = match self.outcome {
                Outcome::Fatal => weights.iter().rev().take(left).sum(),
                Outcome::Surviving => weights.iter().take(left).sum(),
            };
            slack.is_none_or(|slack| lost + best > slack)
        });
        match self.outcome {
            Outcome::Fatal => quorums.any(|ends| ends),
            Outcome::Surviving => !quorums.any(|ends| ends),
        }
    }
}
