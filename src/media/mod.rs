//! Artifacts in and out on removable media: what is plugged in, what is on it, manifests, and copying in both directions.
//!
//! The one way into a machine without a network is here. Nothing that a medium says is believed: file systems are told by
//! readers that cannot be led astray ([`superblock`]), files are opened beneath their medium alone (`host::beneath`), and
//! what is taken is held to a manifest whose digest somebody has typed from paper ([`take`]).

mod advice;
mod advised;
pub mod devices;
pub mod disc;
pub mod encrypted;
mod error;
pub mod iso;
pub mod manifest;
pub mod medium;
pub mod mountinfo;
pub mod names;
pub mod passphrase;
pub mod private;
pub mod put;
pub mod sums;
pub mod superblock;
pub mod take;

pub use advised::FROZEN;
pub use error::{MediaError, Other};

/// The largest file that is carried, in bytes.
pub const FILE_LIMIT: usize = 64 << 20;
/// The most that is carried at once, in bytes: it is held in memory, so that nothing is written before all of it was checked.
pub const TOTAL_LIMIT: u64 = 512 << 20;
/// The most entries that are looked at on a medium.
pub const ENTRIES_LIMIT: usize = 20_000;
