//! Which target paths a delegation speaks for (spec 4.5): shell patterns, prefixes of the path's SHA-256, hash bins.

use crate::crypto::digest::Sha256Digest;
use crate::tuf::delegation::Paths;

/// Steps that comparisons of paths may take, in all: some seconds. A real repository needs thousands of them.
const WORK: u64 = 1 << 30;

/// Steps that the digest of a path is worth.
pub(super) const DIGEST: usize = 64;

/// What is left of the steps that comparisons may take: patterns can be made that take longer than anybody waits.
#[derive(Debug)]
pub struct Work(u64);

impl Default for Work {
    fn default() -> Work {
        Work::of(WORK)
    }
}

impl Work {
    /// So many steps.
    pub fn of(steps: u64) -> Work {
        Work(steps)
    }

    /// Takes steps; false if nothing is left.
    pub(super) fn spend(&mut self, steps: usize) -> bool {
        self.0 = self.0.saturating_sub(steps as u64);
        self.0 > 0
    }

    /// Whether nothing is left, so that no later answer says anything.
    pub fn is_spent(&self) -> bool {
        self.0 == 0
    }
}

/// Whether a delegated role may speak for a target path; false when the work is spent.
pub fn speaks_for(paths: &Paths, target: &str, work: &mut Work) -> bool {
    match paths {
        Paths::Patterns(patterns) => patterns.iter().any(|pattern| matches(pattern, target, work)),
        Paths::HashPrefixes(prefixes) => {
            if !work.spend(DIGEST) {
                return false;
            }
            let digest = Sha256Digest::of(target.as_bytes()).to_hex();
            prefixes.iter().any(|prefix| work.spend(1) && digest.starts_with(prefix))
        }
        Paths::Unstated => false,
    }
}

/// Whether a shell pattern matches a path: component by component, so that no wildcard matches a `/`.
pub fn matches(pattern: &str, path: &str, work: &mut Work) -> bool {
    if !work.spend(2) || differ_early(pattern, path) || !work.spend(6) {
        return false;
    }
    let (mut patterns, mut parts) = (pattern.split('/'), path.split('/'));
    loop {
        match (patterns.next(), parts.next()) {
            (None, None) => return true,
            (Some(pattern), Some(part)) if matches_part(pattern, part, work) => {}
            _ => return false,
        }
    }
}

/// Most patterns differ from most paths before their first wildcard.
fn differ_early(pattern: &str, path: &str) -> bool {
    for (wanted, found) in pattern.bytes().zip(path.bytes()) {
        if matches!(wanted, b'*' | b'?' | b'[') {
            return false;
        }
        if wanted != found {
            return true;
        }
    }
    false
}

/// One item of a pattern.
enum Item<'p> {
    /// `*`
    Any,
    /// `?`
    One,
    /// `[a-z]` or `[!a-z]`: what is between the brackets, without the `!`.
    Class { members: &'p str, negated: bool },
    /// Anything else.
    Literal(char),
}

impl Item<'_> {
    fn takes(&self, found: char) -> bool {
        match self {
            Item::Any | Item::One => true,
            Item::Literal(wanted) => *wanted == found,
            Item::Class { members, negated } => has_member(members, found) != *negated,
        }
    }
}

fn has_member(members: &str, found: char) -> bool {
    let mut rest = members.chars();
    while let Some(first) = rest.next() {
        let mut ahead = rest.clone();
        let last = match (ahead.next(), ahead.next()) {
            (Some('-'), Some(last)) => {
                rest = ahead;
                last
            }
            _ => first,
        };
        if (first..=last).contains(&found) {
            return true;
        }
    }
    false
}

/// After a mismatch only the last `*` can take more: no earlier one could help. So the work is bounded by the product of
/// both lengths.
fn matches_part(mut pattern: &str, mut text: &str, work: &mut Work) -> bool {
    let mut retry: Option<(&str, &str)> = None;
    while let Some((found, after)) = first(text) {
        // To find where a class ends takes as long as it is, and is done again for each character.
        let class = if pattern.starts_with('[') { pattern.len() } else { 0 };
        if !work.spend(1 + class) {
            return false;
        }
        match item(pattern) {
            Some((Item::Any, rest)) => {
                retry = Some((rest, text));
                pattern = rest;
            }
            Some((item, rest)) if item.takes(found) => (pattern, text) = (rest, after),
            _ => {
                let Some((rest, taken)) = retry else { return false };
                let Some((_, taken)) = first(taken) else { return false };
                retry = Some((rest, taken));
                (pattern, text) = (rest, taken);
            }
        }
    }
    pattern.trim_start_matches('*').is_empty()
}

fn first(text: &str) -> Option<(char, &str)> {
    let mut rest = text.chars();
    Some((rest.next()?, rest.as_str()))
}

/// The first item of a pattern, and the rest. A `[` that no `]` closes is a plain character, as in a shell.
fn item(pattern: &str) -> Option<(Item<'_>, &str)> {
    let (found, rest) = first(pattern)?;
    Some(match found {
        '*' => (Item::Any, rest),
        '?' => (Item::One, rest),
        '[' => class(rest).unwrap_or((Item::Literal('['), rest)),
        other => (Item::Literal(other), rest),
    })
}

/// A character class after its `[`, and what follows its `]`.
fn class(text: &str) -> Option<(Item<'_>, &str)> {
    let inner = text.strip_prefix('!').unwrap_or(text);
    let negated = inner.len() != text.len();
    // A `]` that comes first belongs to the class.
    let skipped = usize::from(inner.starts_with(']'));
    let end = skipped + inner.get(skipped..)?.find(']')?;
    let (members, after) = (inner.get(..end)?, inner.get(end + 1..)?);
    Some((Item::Class { members, negated }, after))
}
