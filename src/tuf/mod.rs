//! TUF metadata: typed views over the JSON tree, verification, and the semantic diff. No files, no clock, no terminal.
//!
//! Every view keeps its tree, so fields that this program does not know survive. Sections cited as "spec" are those
//! of the TUF specification 1.0.

pub mod build;
pub mod chain;
pub mod client;
pub mod commitment;
pub mod delegation;
pub mod dialect;
pub mod diff;
pub mod envelope;
pub mod facts;
pub mod key;
pub mod meta;
pub mod rekey;
pub mod root;
pub mod targets;
pub mod texts;
pub mod time;
pub mod verify;

/// The largest root this program reads, in bytes. No client's default is larger than this by much, and most are smaller.
pub const ROOT_LIMIT: usize = 5_000_000;
/// The largest other metadata file this program reads, in bytes.
pub const METADATA_LIMIT: usize = 100_000_000;

/// The mark in `signed` of metadata that was made in a rehearsal.
pub const REHEARSAL_MARK: &str = "x-tuf-ceremony-rehearsal";
/// The field of a key object that names its holder, written only if the policy asks for it.
pub const HOLDER_FIELD: &str = "x-tuf-ceremony-holder";

/// The four top-level roles, in the order in which a repository is built.
pub const TOP_LEVEL: [&str; 4] = ["root", "targets", "snapshot", "timestamp"];
