//! Whom to call: the fewest people whose keys meet all quorums at once.

use super::{Group, Member, Piece, Quorum, Unit, groups, pieces};

/// Among so many people the search is finished, whatever it takes: at most 2^21 steps, and far fewer in practice.
const CERTAIN: usize = 20;
/// Steps of the search among more people.
const STEPS: usize = 1 << 17;

/// Who can sign, and who is enough.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The people to call, in the order of the members; `None` if all together do not meet every quorum.
    pub people: Option<Vec<Person>>,
    /// Whether no smaller set of people would do, and this is the first of its size in the order of the members. Always
    /// so among 20 people, and almost always among more.
    pub exact: bool,
    /// Each quorum by itself.
    pub quorums: Vec<Signers>,
}

/// Somebody who can sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The holder; for a key without one, the key.
    pub who: Unit,
    /// Available keys that count towards one of the quorums, in the order of the members.
    pub keys: Vec<String>,
}

/// Who can sign for one quorum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signers {
    /// The quorum's title.
    pub title: String,
    /// How many keys must sign.
    pub threshold: i64,
    /// Who has an available key in it.
    pub can: Vec<Unit>,
    /// Without whom it cannot be met; all who can sign, if it cannot be met anyway.
    pub must: Vec<Unit>,
    /// How many keys are available beyond the threshold; negative if so many are missing.
    pub spare: i64,
}

/// Whom to call, among those whose keys are available (by name).
///
/// A holder brings all available keys. A key without a holder is a person of its own, named after the key.
pub fn call(quorums: &[Quorum], members: &[Member], available: impl Fn(&str) -> bool) -> Call {
    let mut pieces = pieces(quorums, members);
    pieces.retain(|piece| available(piece.name));
    let people = groups(&pieces, person);
    let needs: Vec<usize> = quorums.iter().map(Quorum::need).collect();
    let (chosen, exact) = fewest(&people, &needs);
    let with_keys = |group: &&Group| Person {
        who: group.unit.clone(),
        keys: pieces
            .iter()
            .filter(|piece| person(piece).as_ref() == Some(&group.unit))
            .map(|piece| piece.name.to_owned())
            .collect(),
    };
    Call {
        people: chosen.map(|chosen| chosen.iter().map(with_keys).collect()),
        exact,
        quorums: quorums.iter().enumerate().map(|(place, quorum)| signers(quorum, place, &people)).collect(),
    }
}

fn person(piece: &Piece) -> Option<Unit> {
    piece.holder().or_else(|| piece.key())
}

fn signers(quorum: &Quorum, place: usize, people: &[Group]) -> Signers {
    let can: Vec<(&Unit, usize)> = people
        .iter()
        .map(|person| (&person.unit, person.weight.get(place).copied().unwrap_or(0)))
        .filter(|(_, keys)| *keys > 0)
        .collect();
    let all: usize = can.iter().map(|(_, keys)| keys).sum();
    let must = can.iter().filter(|(_, keys)| all - keys < quorum.need());
    Signers {
        title: quorum.title.clone(),
        threshold: quorum.threshold,
        must: must.map(|(unit, _)| (*unit).clone()).collect(),
        spare: i64::try_from(all).unwrap_or(i64::MAX).saturating_sub(quorum.threshold.max(1)),
        can: can.into_iter().map(|(unit, _)| unit.clone()).collect(),
    }
}

/// The fewest people who meet all needs, and whether that is certain.
fn fewest<'a>(people: &'a [Group], needs: &[usize]) -> (Option<Vec<&'a Group>>, bool) {
    let together = needs.iter().enumerate().all(|(place, need)| {
        people.iter().filter_map(|person| person.weight.get(place)).sum::<usize>() >= *need
    });
    if !together {
        return (None, true);
    }
    let mut steps = if people.len() <= CERTAIN { usize::MAX } else { STEPS };
    for size in 0..=people.len() {
        let mut chosen = Vec::new();
        match choose(people, size, needs.to_vec(), &mut chosen, &mut steps) {
            Some(true) => return (Some(chosen), true),
            Some(false) => {}
            None => return (Some(greedy(people, needs)), false),
        }
    }
    (None, true)
}

/// Looks for `left` of `rest` that cover what is open: the first such in order. `None` when the steps are used up.
fn choose<'a>(
    rest: &'a [Group],
    left: usize,
    open: Vec<usize>,
    chosen: &mut Vec<&'a Group>,
    steps: &mut usize,
) -> Option<bool> {
    *steps = steps.checked_sub(1)?;
    if left == 0 || rest.len() < left {
        return Some(left == 0 && open.iter().all(|open| *open == 0));
    }
    if !could_cover(rest, left, &open) {
        return Some(false);
    }
    let Some((first, rest)) = rest.split_first() else { return Some(false) };
    chosen.push(first);
    if choose(rest, left - 1, less(&open, first), chosen, steps)? {
        return Some(true);
    }
    chosen.pop();
    choose(rest, left, open, chosen, steps)
}

/// Whether for each quorum by itself `left` of `rest` have enough keys.
fn could_cover(rest: &[Group], left: usize, open: &[usize]) -> bool {
    open.iter().enumerate().all(|(place, open)| {
        let mut keys: Vec<usize> =
            rest.iter().filter_map(|person| person.weight.get(place).copied()).collect();
        keys.sort_unstable();
        keys.iter().rev().take(left).sum::<usize>() >= *open
    })
}

fn less(open: &[usize], person: &Group) -> Vec<usize> {
    open.iter().zip(&person.weight).map(|(open, keys)| open.saturating_sub(*keys)).collect()
}

/// Always the person who covers most of what is open, and then nobody who turned out not to be needed.
fn greedy<'a>(people: &'a [Group], needs: &[usize]) -> Vec<&'a Group> {
    let gain = |person: &Group, open: &[usize]| {
        person.weight.iter().zip(open).map(|(keys, open)| keys.min(open)).sum::<usize>()
    };
    let mut open = needs.to_vec();
    let mut chosen = vec![false; people.len()];
    while open.iter().any(|open| *open > 0) {
        let free = people.iter().zip(chosen.iter_mut()).filter(|(_, chosen)| !**chosen);
        // Of equals the first.
        let Some((person, taken)) = free.rev().max_by_key(|(person, _)| gain(person, &open)) else { break };
        *taken = true;
        open = less(&open, person);
    }
    let mut kept: Vec<&Group> =
        people.iter().zip(&chosen).filter(|(_, chosen)| **chosen).map(|(one, _)| one).collect();
    for person in kept.clone().into_iter().rev() {
        let others = || kept.iter().filter(|other| other.unit != person.unit);
        if others().fold(needs.to_vec(), |open, other| less(&open, other)).iter().all(|open| *open == 0) {
            kept.retain(|other| other.unit != person.unit);
        }
    }
    kept
}
