//! Thefts: what a thief can sign, with the worst choice of keys, and with all that one device, one holder or one site has.

use std::collections::{BTreeMap, BTreeSet};

use super::{LISTED, Member, Piece, Quorum, Unit, kinds, pieces, totals};

/// What stolen keys can sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thefts {
    /// By number of stolen keys, from 1 up to the number with which the root falls; if the root is not among the roles or
    /// cannot be met at all, up to the largest threshold that can.
    pub by_count: Vec<Theft>,
    /// What one theft meets by itself: keys, then devices that several keys share, then holders, then sites; those that meet
    /// nothing are left out.
    pub single: Vec<SingleTheft>,
}

/// What so many keys can sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theft {
    /// How many are stolen.
    pub keys: usize,
    /// Each role that some choice of so many keys meets.
    pub any: Vec<String>,
    /// The roles that one choice meets at once: each set that is not part of another, the largest first. `None` if there
    /// are more than [`LISTED`] sets, or more choices than a quarter of a million steps can tell apart.
    pub at_once: Option<Vec<Vec<String>>>,
}

/// What one theft meets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SingleTheft {
    /// What is robbed.
    pub unit: Unit,
    /// The roles whose thresholds its keys meet.
    pub roles: Vec<String>,
}

/// What a thief can sign, by the number of keys and by who is robbed. `root` is the title of the root among the roles.
pub fn thefts(roles: &[Quorum], members: &[Member], root: &str) -> Thefts {
    let pieces = pieces(roles, members);
    let totals = totals(roles, &pieces);
    let within_reach = || roles.iter().zip(&totals).filter(|(role, total)| role.need() <= **total);
    let needs: Vec<usize> = roles.iter().map(Quorum::need).collect();
    let fall = within_reach().find(|(role, _)| role.title == root).map(|(role, _)| role.need());
    let last = fall.or(within_reach().map(|(role, _)| role.need()).max()).unwrap_or(0);
    let mut steps = Some(1 << 18);
    let by_count = (1..=last)
        .map(|keys| {
            let any = within_reach().filter(|(role, _)| role.need() <= keys);
            let any = any.map(|(role, _)| role.title.clone()).collect();
            Theft { keys, any, at_once: at_once(roles, &needs, &pieces, keys, &mut steps) }
        })
        .collect();
    let kinds = kinds(&pieces);
    let single = kinds.into_iter().flatten().filter_map(|group| {
        let met: Vec<bool> = group.weight.iter().zip(&needs).map(|(have, need)| have >= need).collect();
        met.contains(&true).then(|| SingleTheft { unit: group.unit, roles: titles(roles, &met) })
    });
    Thefts { by_count, single: single.collect() }
}

fn titles(roles: &[Quorum], met: &[bool]) -> Vec<String> {
    let met = roles.iter().zip(met).filter(|(_, met)| **met);
    met.map(|(role, _)| role.title.clone()).collect()
}

/// The largest sets of roles that one choice of `keys` keys meets. `steps` is `None` once they are used up.
fn at_once(
    roles: &[Quorum],
    needs: &[usize],
    pieces: &[Piece],
    keys: usize,
    steps: &mut Option<usize>,
) -> Option<Vec<Vec<String>>> {
    let mut met: Vec<Vec<bool>> = choices(needs, pieces, keys, steps)?.into_iter().collect();
    let size = |met: &Vec<bool>| met.iter().filter(|met| **met).count();
    // The largest first, and among those the one with the earliest roles.
    met.sort_by(|a, b| size(b).cmp(&size(a)).then_with(|| b.cmp(a)));
    let part_of = |a: &[bool], b: &[bool]| a.iter().zip(b).all(|(a, b)| *b || !*a);
    let mut largest: Vec<Vec<bool>> = Vec::new();
    for one in met {
        if one.contains(&true) && !largest.iter().any(|other| part_of(&one, other)) {
            largest.push(one);
        }
        if largest.len() > LISTED {
            return None;
        }
    }
    Some(largest.iter().map(|met| titles(roles, met)).collect())
}

/// For every choice of up to `keys` keys, which roles it meets. Keys of the same roles are not told apart, nor are keys
/// beyond a threshold.
fn choices(
    needs: &[usize],
    pieces: &[Piece],
    keys: usize,
    steps: &mut Option<usize>,
) -> Option<BTreeSet<Vec<bool>>> {
    let mut alike: BTreeMap<&[usize], usize> = BTreeMap::new();
    for piece in pieces {
        *alike.entry(&piece.weight).or_default() += 1;
    }
    // Stolen keys of each role, and with how many keys that can be had at least.
    let mut states = BTreeMap::from([(vec![0_usize; needs.len()], 0_usize)]);
    for (weight, many) in alike {
        let mut next = states.clone();
        for (stolen, used) in states {
            let mut stolen = stolen;
            for more in 1..=many.min(keys - used) {
                *steps = steps.and_then(|steps| steps.checked_sub(1));
                (*steps)?;
                let before = stolen.clone();
                for ((have, need), one) in stolen.iter_mut().zip(needs).zip(weight) {
                    *have = (*have + one).min(*need);
                }
                if stolen == before {
                    break;
                }
                let least = next.entry(stolen.clone()).or_insert(used + more);
                *least = (used + more).min(*least);
            }
        }
        states = next;
    }
    let met = |stolen: &Vec<usize>| stolen.iter().zip(needs).map(|(have, need)| have >= need).collect();
    Some(states.keys().map(met).collect())
}
