//! Which target paths a delegation speaks for (spec 4.5), alone and against python-tuf.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tuf_ceremony::crypto::digest::Sha256Digest;
use tuf_ceremony::json::Json;
use tuf_ceremony::json::view::At;
use tuf_ceremony::tuf::client::paths::{Work, matches, speaks_for};
use tuf_ceremony::tuf::delegation::Paths;
use tuf_ceremony::tuf::texts::Texts;

use crate::python::python;

/// Patterns with paths that they match and paths that they do not.
const TABLE: &[(&str, &[&str], &[&str])] = &[
    ("a.txt", &["a.txt"], &["A.txt", "a.txt2", "ba.txt", "", "a/txt"]),
    ("", &[""], &["a", "/"]),
    ("*", &["", "a", ".hidden", "a.b"], &["a/b", "/", "/a"]),
    ("*.txt", &[".txt", "a.txt", "a.txt.txt"], &["a/b.txt", "a.txt/b", "a.tx"]),
    ("*/*", &["a/b", "/", "a/"], &["a", "a/b/c"]),
    ("a/*", &["a/b", "a/"], &["a", "a/b/c", "b/b"]),
    ("a/**", &["a/b"], &["a/b/c"]),
    ("a*b*c", &["abc", "aXbXc", "abbcc", "abcbc"], &["acb", "ab", "a/bc"]),
    ("?", &["a", "é", "\u{1f511}"], &["", "ab", "/"]),
    ("a?c", &["abc", "a?c"], &["ac", "a/c", "abbc"]),
    ("[a-c]", &["a", "b", "c"], &["d", "A", "", "[a-c]", "-"]),
    ("[abc]x", &["ax", "cx"], &["dx", "abcx"]),
    ("[!a]", &["b", "!"], &["a", "", "ab", "/"]),
    ("[!a-c]x", &["dx", "-x"], &["ax", "bx", "x"]),
    ("[^a]", &["a", "^"], &["b"]),
    ("[]a]", &["]", "a"], &["[", "b"]),
    ("[!]a]", &["b", "["], &["]", "a"]),
    ("[a-]", &["a", "-"], &["b"]),
    ("[-a]", &["a", "-"], &["b"]),
    ("[c-a]", &[], &["a", "b", "c", "-"]),
    ("[a", &["[a"], &["a", "["]),
    ("[", &["["], &["", "a"]),
    ("[!", &["[!"], &["a"]),
    ("[]", &["[]"], &["", "]"]),
    ("[!]", &["[!]"], &["a", "!"]),
    ("*[", &["[", "a["], &["a"]),
    ("a[/]b", &[], &["a/b", "a[/]c"]),
    ("[*]", &["*"], &["a", "[*]"]),
    ("[?]", &["?"], &["a"]),
    ("\\*", &["\\", "\\a"], &["*"]),
    ("a.b", &["a.b"], &["aXb"]),
    ("(a|b)+", &["(a|b)+"], &["a", "b"]),
    ("é*", &["é", "éa"], &["e", "e\u{301}"]),
];

fn cases() -> impl Iterator<Item = (&'static str, &'static str, bool)> {
    TABLE.iter().flat_map(|(pattern, yes, no)| {
        let yes = yes.iter().map(|path| (*pattern, *path, true));
        yes.chain(no.iter().map(|path| (*pattern, *path, false)))
    })
}

fn list(texts: &[&str]) -> Texts {
    let tree = Json::strings(texts.iter().copied());
    Texts::read(&At::new(&tree, "texts")).unwrap()
}

#[test]
fn patterns_match_what_a_shell_would_and_no_wildcard_matches_a_slash() {
    let wrong: Vec<_> = cases()
        .filter(|(pattern, path, expected)| matches(pattern, path, &mut Work::default()) != *expected)
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// Pairs of a pattern and a path over few characters, the same in every run.
fn arbitrary(count: usize) -> Vec<(String, String)> {
    let mut state = 1_u64;
    let mut number = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let mut text = |alphabet: &[u8], most: usize| {
        let length = number(most + 1);
        (0..length).map(|_| char::from(alphabet[number(alphabet.len())])).collect::<String>()
    };
    (0..count).map(|_| (text(b"ab*?[]!/", 7), text(b"ab]![/", 5))).collect()
}

#[test]
fn patterns_match_what_they_match_to_python_tuf() {
    let mut pairs: Vec<(String, String)> =
        cases().map(|(pattern, path, _)| (pattern.to_owned(), path.to_owned())).collect();
    pairs.extend(arbitrary(20_000));
    let script = "import json, sys
from tuf.api.metadata import DelegatedRole
said = [DelegatedRole('r', [], 1, False, [p]).is_delegated_path(t) for p, t in json.load(sys.stdin)]
print(json.dumps(said))";
    let test = "patterns_match_what_they_match_to_python_tuf";
    let Some(out) = python(test, script, json!(pairs).to_string().as_bytes()) else { return };
    let said: Vec<bool> = serde_json::from_slice(&out).unwrap();
    assert_eq!(said.len(), pairs.len());
    assert!(said.iter().filter(|matched| **matched).count() > 300, "some match");
    let differ: Vec<_> = pairs
        .iter()
        .zip(said)
        .filter(|((pattern, path), said)| matches(pattern, path, &mut Work::default()) != *said)
        .take(20)
        .collect();
    assert!(differ.is_empty(), "{differ:?}");
}

#[test]
fn patterns_that_could_take_for_ever_are_soon_answered() {
    let start = Instant::now();
    let long = "a".repeat(20_000);
    assert!(!matches(&format!("{}b", "*a".repeat(200)), &long, &mut Work::default()));
    assert!(!matches(&format!("{}b", "*".repeat(20_000)), &long, &mut Work::default()));
    assert!(matches(&"*".repeat(20_000), &long, &mut Work::default()));
    assert!(!matches(&format!("{}b", "a*".repeat(500)), &long, &mut Work::default()));
    assert!(!matches(&"[".repeat(2_000), &long, &mut Work::default()));
    assert!(!matches(&"*/".repeat(5_000), &"a/".repeat(5_001), &mut Work::default()));
    assert!(!matches(&format!("{}[!a]", "?*".repeat(200)), &long, &mut Work::default()));
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
}

#[test]
fn hash_prefixes_speak_for_the_paths_whose_hash_begins_with_one() {
    let digest = Sha256Digest::of(b"lib/a.tgz").to_hex();
    let prefixes = |texts: &[&str]| Paths::HashPrefixes(list(texts));
    for length in [0, 1, 2, 3, 63, 64] {
        assert!(
            speaks_for(&prefixes(&["zz", &digest[..length]]), "lib/a.tgz", &mut Work::default()),
            "{length}"
        );
    }
    let other = if digest.starts_with('0') { "1" } else { "0" };
    for wrong in [other, &digest[1..], &format!("{digest}0"), "*"] {
        assert!(!speaks_for(&prefixes(&[wrong]), "lib/a.tgz", &mut Work::default()), "{wrong}");
    }
    assert!(!speaks_for(&prefixes(&[]), "lib/a.tgz", &mut Work::default()));
    assert!(!speaks_for(&Paths::Unstated, "lib/a.tgz", &mut Work::default()));
    assert!(!speaks_for(&Paths::Patterns(list(&[])), "lib/a.tgz", &mut Work::default()));
}

#[test]
fn hash_prefixes_speak_for_what_they_speak_for_to_python_tuf() {
    let test = "hash_prefixes_speak_for_what_they_speak_for_to_python_tuf";
    let paths: Vec<String> = (0..500).map(|number| format!("file-{number}")).collect();
    let prefixes = ["0", "1f", "abc", "f0", "77"];
    let script = "import json, sys
from tuf.api.metadata import DelegatedRole
given = json.load(sys.stdin)
role = DelegatedRole('r', [], 1, False, None, given['prefixes'])
print(json.dumps([role.is_delegated_path(path) for path in given['paths']]))";
    let given = json!({ "paths": paths, "prefixes": prefixes }).to_string();
    let Some(out) = python(test, script, given.as_bytes()) else { return };
    let said: Value = serde_json::from_slice(&out).unwrap();
    let ours = Paths::HashPrefixes(list(&prefixes));
    let ours: Vec<bool> = paths.iter().map(|path| speaks_for(&ours, path, &mut Work::default())).collect();
    assert_eq!(json!(ours), said);
}

#[test]
fn comparisons_that_nobody_waits_for_are_given_up() {
    let mut work = Work::of(1_000_000);
    let pattern = format!("*{}b", "a".repeat(50_000));
    assert!(!matches(&pattern, &"a".repeat(400_000), &mut work));
    assert!(work.is_spent());
    assert!(!matches("a", "a", &mut work), "what is asked later has no answer");
}
