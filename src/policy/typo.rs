//! "Did you mean": the known name that a mistyped one was probably meant to be.

/// Longer input than this is no mistyped name; it also bounds the work done on it.
const LONGEST: usize = 64;

/// The name nearest to `typed`, when one is near enough to be worth suggesting: one letter in three may be wrong, and
/// never more than three. Of two equally near, the first.
pub(super) fn nearest<'n>(typed: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    if typed.len() > LONGEST {
        return None;
    }
    let tolerated = (1 + typed.chars().count() / 3).min(3);
    let (mistakes, name) =
        names.map(|name| (distance(typed, name), name)).min_by_key(|(mistakes, _)| *mistakes)?;
    (mistakes <= tolerated).then_some(name)
}

/// Levenshtein distance, kept to one row.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut left = i + 1;
        let mut diagonal = i;
        for (y, cell) in b.iter().zip(row.iter_mut().skip(1)) {
            let cost = diagonal + usize::from(x != *y);
            diagonal = *cell;
            left = cost.min(left + 1).min(*cell + 1);
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}
