//! `ceremony.toml`: whatever the bytes are, the reader answers, and its answer has a place and a next step.

use proptest::prelude::*;
use tuf_ceremony::advice::Advice;
use tuf_ceremony::policy::Policy;

use crate::policy_fixture::{GOOD, revocation};

/// Pieces that matter to TOML or to the policy.
const PIECES: [&str; 24] = [
    "[",
    "]",
    "[[",
    "]]",
    "{",
    "}",
    "=",
    "\"",
    "'",
    "\"\"\"",
    "#",
    "\n",
    "\r",
    "\\",
    ",",
    "-",
    "é",
    "e\u{301}",
    "\u{202e}",
    "FILL-IN",
    "9999-12-30T22:00:00Z",
    "-9223372036854775808",
    "[key.ada-yubihsm]",
    "\u{feff}",
];

/// Reads; if that is refused, the refusal must be one that an operator can use.
fn answers(bytes: &[u8]) -> Result<(), TestCaseError> {
    let Err(error) = Policy::parse(bytes) else { return Ok(()) };
    let lines = bytes.iter().filter(|byte| **byte == b'\n').count() + 1;
    prop_assert!((1..=lines).contains(&error.line), "line {} of {lines}", error.line);
    prop_assert!(error.column >= 1);
    prop_assert!(!error.what.is_empty() && !error.mend.is_empty());
    for shown in [error.to_string(), error.next_step()] {
        prop_assert!(!shown.chars().any(char::is_control), "{shown:?} would move the cursor");
    }
    Ok(())
}

/// One place in a file, how much of it goes, and what comes instead.
fn edit() -> impl Strategy<Value = (prop::sample::Index, usize, Vec<u8>)> {
    let piece = prop_oneof![
        prop::sample::select(PIECES.to_vec()).prop_map(|piece| piece.as_bytes().to_vec()),
        prop::collection::vec(any::<u8>(), 0..4),
    ];
    (any::<prop::sample::Index>(), 0..12_usize, piece)
}

proptest! {
    #[test]
    fn arbitrary_bytes(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        answers(&bytes)?;
    }

    #[test]
    fn arbitrary_pieces(pieces in prop::collection::vec(prop::sample::select(PIECES.to_vec()), 0..200)) {
        answers(pieces.concat().as_bytes())?;
    }

    #[test]
    fn mutations_of_a_good_file(revoke in any::<bool>(), edits in prop::collection::vec(edit(), 1..6)) {
        let mut bytes = if revoke { revocation() } else { GOOD.to_owned() }.into_bytes();
        for (at, gone, piece) in edits {
            let start = at.index(bytes.len());
            let end = bytes.len().min(start + gone);
            bytes.splice(start..end, piece);
        }
        answers(&bytes)?;
    }

    #[test]
    fn a_good_file_cut_short(at in any::<prop::sample::Index>()) {
        answers(&GOOD.as_bytes()[..at.index(GOOD.len())])?;
    }
}

#[test]
fn depth_is_refused_before_it_hurts() {
    for (open, close) in [("[", "]"), ("{a=", "}")] {
        let deep = format!("x = {}1{}", open.repeat(100_000), close.repeat(100_000));
        answers(deep.as_bytes()).unwrap();
        answers(format!("{GOOD}\n{deep}").as_bytes()).unwrap();
    }
    answers(format!("[{}a]", "a.".repeat(100_000)).as_bytes()).unwrap();
}
