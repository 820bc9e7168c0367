//! The formats of transparency logs, in which the record commits to what it says: Merkle trees and their proofs (RFC 6962),
//! signed notes, checkpoints, cosignatures and inclusion proofs in files (C2SP).

pub mod checkpoint;
pub mod note;
pub mod proof;
pub mod tree;

use super::base64;

/// A decimal number without leading zeros.
fn number(text: &str) -> Option<u64> {
    text.parse().ok().filter(|number: &u64| number.to_string() == text)
}

/// Base64 in the one way in which it is written.
fn strict(text: &str) -> Option<Vec<u8>> {
    base64::decode(text).filter(|bytes| base64::encode(bytes) == text)
}
