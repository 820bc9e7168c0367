//! Which target paths a delegation speaks for (spec 4.5): shell patterns, prefixes of the path's SHA-256, hash bins.

use crate::crypto::digest::Sha256Digest;
use crate::tuf::delegation::Paths;

/// Whether a delegated role may speak for a target path.
pub fn speaks_for(paths: &Paths, target: &str) -> bool {
    match paths {
        Paths::Patterns(patterns) => patterns.iter().any(|pattern| matches(pattern, target)),
        Paths::HashPrefixes(prefixes) => {
            let digest = Sha256Digest::of(target.as_bytes()).to_hex();
            prefixes.iter().any(|prefix| digest.starts_with(prefix))
        }
        Paths::Unstated => false,
    }
}

/// Whether a shell pattern matches a path: component by component, so that no wildcard matches a `/`.
pub fn matches(pattern: &str, path: &str) -> bool {
    let (mut patterns, mut parts) = (pattern.split('/'), path.split('/'));
    loop {
        match (patterns.next(), parts.next()) {
            (None, None) => return true,
            (Some(pattern), Some(part)) if matches_part(pattern, part) => {}
            _ => return false,
        }
    }
}

/// One item of a pattern.
enum Item {
    /// `*`
    Any,
    /// `?`
    One,
    /// `[a-z]` or `[!a-z]`.
    Class { ranges: Vec<(char, char)>, negated: bool },
    /// Anything else.
    Literal(char),
}

impl Item {
    fn takes(&self, found: char) -> bool {
        match self {
            Item::Any | Item::One => true,
            Item::Literal(wanted) => *wanted == found,
            Item::Class { ranges, negated } => {
                ranges.iter().any(|(first, last)| (*first..=*last).contains(&found)) != *negated
            }
        }
    }
}

/// After a mismatch only the last `*` can take more: no earlier one could help. So the work is bounded by the product of
/// both lengths.
fn matches_part(pattern: &str, text: &str) -> bool {
    let items = items(pattern);
    let text: Vec<char> = text.chars().collect();
    let (mut at_item, mut at_text) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while let Some(found) = text.get(at_text) {
        match items.get(at_item) {
            Some(Item::Any) => {
                retry = Some((at_item + 1, at_text));
                at_item += 1;
            }
            Some(item) if item.takes(*found) => {
                at_item += 1;
                at_text += 1;
            }
            _ => {
                let Some((item, taken)) = retry else { return false };
                retry = Some((item, taken + 1));
                (at_item, at_text) = (item, taken + 1);
            }
        }
    }
    items.iter().skip(at_item).all(|item| matches!(item, Item::Any))
}

/// A `[` that no `]` closes is a plain character, as in a shell.
fn items(pattern: &str) -> Vec<Item> {
    let mut items = Vec::new();
    let mut rest = pattern;
    while let Some(first) = rest.chars().next() {
        rest = rest.get(first.len_utf8()..).unwrap_or_default();
        items.push(match first {
            '*' => Item::Any,
            '?' => Item::One,
            '[' => match class(rest) {
                Some((class, after)) => {
                    rest = after;
                    class
                }
                None => Item::Literal('['),
            },
            other => Item::Literal(other),
        });
    }
    items
}

/// A character class after its `[`, and what follows its `]`.
fn class(text: &str) -> Option<(Item, &str)> {
    let inner = text.strip_prefix('!').unwrap_or(text);
    let negated = inner.len() != text.len();
    // A `]` that comes first belongs to the class.
    let skipped = usize::from(inner.starts_with(']'));
    let end = skipped + inner.get(skipped..)?.find(']')?;
    let (members, after) = (inner.get(..end)?, inner.get(end + 1..)?);
    let members: Vec<char> = members.chars().collect();
    let mut ranges = Vec::new();
    let mut rest = members.as_slice();
    while let Some((first, others)) = rest.split_first() {
        rest = match others {
            ['-', last, others @ ..] => {
                ranges.push((*first, *last));
                others
            }
            _ => {
                ranges.push((*first, *first));
                others
            }
        };
    }
    Some((Item::Class { ranges, negated }, after))
}
