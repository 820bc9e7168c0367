//! The formats of transparency logs, in which the record commits to what it says: Merkle trees and their proofs (RFC 6962).

pub mod tree;
