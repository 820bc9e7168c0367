//! "Did you mean": the check that a mistyped id was probably meant to name.

use super::Check;

/// Longer input than this is no mistyped id; it also bounds the work done on it.
const LONGEST_INPUT: usize = 40;

/// The check whose id is nearest to `typed`, when one is near enough to be worth suggesting.
///
/// Case, spaces, underscores and a missing hyphen do not count as mistakes. The second half of an id alone is
/// enough where only one check ends that way (`slack`, `fast-forward`). Otherwise up to two letters may be
/// wrong, missing, too many or swapped with a neighbour, three in ids of twelve letters and more. Of two
/// checks equally near, the first in the catalogue is suggested.
pub fn nearest(typed: &str) -> Option<Check> {
    let typed = letters(typed);
    if typed.is_empty() || typed.len() > LONGEST_INPUT {
        return None;
    }
    only_ending(&typed).or_else(|| {
        Check::ALL
            .iter()
            .map(|&check| (distance(&typed, &letters(check.id())), check))
            .min_by_key(|&(mistakes, _)| mistakes)
            .filter(|&(mistakes, check)| mistakes <= tolerated(check))
            .map(|(_, check)| check)
    })
}

/// How many mistakes in an id still leave it recognisable.
fn tolerated(check: Check) -> usize {
    if letters(check.id()).len() >= 12 { 3 } else { 2 }
}

/// The one check whose id is `family-` followed by `typed`.
fn only_ending(typed: &[u8]) -> Option<Check> {
    let mut found = Check::ALL
        .iter()
        .copied()
        .filter(|check| check.id().split_once('-').is_some_and(|(_, rest)| letters(rest) == typed));
    match (found.next(), found.next()) {
        (Some(check), None) => Some(check),
        _ => None,
    }
}

/// `text` in upper case without hyphens, underscores and spaces. A character that is in no id, being above
/// U+00FF, becomes a `?`, which is in no id either.
fn letters(text: &str) -> Vec<u8> {
    text.chars()
        .filter(|c| !matches!(c, '-' | '_' | ' '))
        .map(|c| u8::try_from(c).map_or(b'?', |byte| byte.to_ascii_uppercase()))
        .collect()
}

/// Edit distance with swaps of neighbours (optimal string alignment), kept to three rows.
fn distance(a: &[u8], b: &[u8]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    let mut last_a = None;
    for (row, &ca) in a.iter().enumerate() {
        let mut current = Vec::with_capacity(above.len());
        let mut left = row + 1;
        current.push(left);
        let mut last_b = None;
        for ((column, &cb), pair) in b.iter().enumerate().zip(above.windows(2)) {
            let &[diagonal, up] = pair else { continue };
            let mut cost = (diagonal + usize::from(ca != cb)).min(up + 1).min(left + 1);
            if last_a == Some(cb) && last_b == Some(ca) {
                let swapped = column.checked_sub(1).and_then(|at| before.get(at));
                cost = swapped.map_or(cost, |&earlier| cost.min(earlier + 1));
            }
            current.push(cost);
            left = cost;
            last_b = Some(cb);
        }
        before = std::mem::replace(&mut above, current);
        last_a = Some(ca);
    }
    above.last().copied().unwrap_or(a.len())
}
