//! Secrets: PINs and passwords. They cannot be printed, compared or cloned, and are wiped when dropped.

use zeroize::{Zeroize, ZeroizeOnDrop};

/// A PIN or password. There is deliberately no `Debug`, `Display`, `Clone`, `PartialEq` or serialisation.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// Takes over the bytes; nothing is copied, so no copy is left behind.
    pub fn new(bytes: Vec<u8>) -> Secret {
        Secret(bytes)
    }

    /// The bytes, for the one call that hands them to a token.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// Whether nothing was typed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
