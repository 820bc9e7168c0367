//! The one door to randomness.
#![expect(clippy::disallowed_methods, reason = "this file is the door to randomness")]

use zeroize::Zeroizing;

use crate::advice::{Advice, Exit};

/// The system gives no random bytes.
#[derive(Debug, thiserror::Error)]
#[error("the system gives no random bytes: {0}")]
pub struct NoRandomness(getrandom::Error);

impl Advice for NoRandomness {
    fn next_step(&self) -> String {
        "Do not hold a ceremony on this machine as it is: restart it, or take another one.".to_owned()
    }
    fn exit(&self) -> Exit {
        Exit::Machine
    }
}

/// Thirty-two bytes that nobody can foretell, wiped when dropped.
pub fn seed() -> Result<Zeroizing<[u8; 32]>, NoRandomness> {
    let mut seed = Zeroizing::new([0; 32]);
    getrandom::fill(seed.as_mut()).map_err(NoRandomness)?;
    Ok(seed)
}
