//! Path patterns of delegations. The input is a pattern, a line end, and a path.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tuf_ceremony::tuf::client::paths::{Work, matches};

fuzz_target!(|input: &str| {
    let Some((pattern, path)) = input.split_once('\n') else { return };
    let found = matches(pattern, path, &mut Work::default());
    if !pattern.contains(['*', '?', '[']) {
        assert_eq!(found, pattern == path, "without special characters it matches itself and nothing else");
    }
    assert_eq!(found, matches_slowly(pattern, path).unwrap_or(found), "it is what trying everything finds");
    if found {
        assert_eq!(pattern.matches('/').count(), path.matches('/').count(), "no wildcard takes a /");
    }
    let quoted: String = path.chars().map(quote).collect();
    assert!(matches(&quoted, path, &mut Work::default()), "{quoted} is that path and nothing else");
    for wildcard in ["?", "*", "**"] {
        let pattern: Vec<String> = path.split('/').map(|part| replace_middle(part, wildcard)).collect();
        assert!(matches(&pattern.join("/"), path, &mut Work::default()), "{pattern:?}");
    }
});

/// A pattern that takes this character only.
fn quote(character: char) -> String {
    match character {
        '*' | '?' | '[' => format!("[{character}]"),
        _ => character.to_string(),
    }
}

/// A pattern for a part of a path: quoted but for one character, for which a wildcard stands.
fn replace_middle(part: &str, wildcard: &str) -> String {
    let middle = part.chars().count() / 2;
    let piece = |(index, c)| if index == middle { wildcard.to_owned() } else { quote(c) };
    part.chars().enumerate().map(piece).collect()
}

/// Tries everything that each `*` could take. `None` where that is too much, or where the pattern has a class.
fn matches_slowly(pattern: &str, path: &str) -> Option<bool> {
    let few = pattern.len() <= 64 && path.len() <= 64 && pattern.matches('*').count() <= 4;
    (few && !pattern.contains('[')).then(|| tries(pattern, path))
}

fn tries(pattern: &str, path: &str) -> bool {
    let Some(first) = pattern.chars().next() else { return path.is_empty() };
    let rest = &pattern[first.len_utf8()..];
    match (first, path.chars().next()) {
        ('*', Some(taken)) if taken != '/' => tries(rest, path) || tries(pattern, &path[taken.len_utf8()..]),
        ('*', _) => tries(rest, path),
        ('?', Some(taken)) if taken != '/' => tries(rest, &path[taken.len_utf8()..]),
        ('?', _) | (_, None) => false,
        (wanted, Some(found)) => wanted == found && tries(rest, &path[found.len_utf8()..]),
    }
}
