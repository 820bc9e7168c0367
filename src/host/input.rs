//! Standard input as a stream, for what another program gives: a camera's frames.
#![expect(
    clippy::disallowed_methods,
    reason = "this file is the door to standard input where it is no terminal"
)]

use std::io::{IsTerminal as _, Read};

/// The stream; `None` if a person types there.
pub fn stream() -> Option<impl Read> {
    let stdin = std::io::stdin();
    (!stdin.is_terminal()).then(|| stdin.lock())
}
