//! Metadata in other dialects, read and never written: what Notary 1 and go-tuf wrote before TUF 1.0.
//!
//! It is read into the views that the rest of this room has, and its signatures are counted by the same rules, so that
//! an administrator who leaves such a system can check what its clients trusted, and carry that over.
//!
//! Both dialects sign the canonical form of `signed`, and name the four kinds of metadata with a capital letter. They
//! state no version of a specification, and list other files by length and hash, not by version.

mod facts;
mod file;
mod go_tuf;
mod key;
mod listing;
mod notary;
mod online;
pub mod repository;
mod root;

use crate::json::Json;

pub use facts::facts;
pub use file::{ForeignFile, ForeignSignature, Oddity, read_other};
pub use key::ForeignKeyProblem;
pub use listing::{Delegated, Delegations, Listed};
pub use root::{ForeignRoot, read_root};

/// A way of writing metadata.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// TUF 1.0, which everything outside of this folder reads and writes.
    Tuf1,
    /// Notary 1, also known as Docker Content Trust: base64, and certificates as keys.
    Notary1,
    /// TUF 0.9 as go-tuf wrote it: hex, and keys without a scheme.
    GoTuf09,
}

impl Dialect {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Dialect::Tuf1 => "TUF 1.0",
            Dialect::Notary1 => "Notary 1",
            Dialect::GoTuf09 => "TUF 0.9 (go-tuf)",
        }
    }

    /// The dialect of a metadata file. What is signed decides; signatures are asked only where that says nothing.
    ///
    /// Whoever alters a file can make it look like another dialect, and gains nothing: its signatures do not count there.
    pub fn of(tree: &Json) -> Dialect {
        let Some(signed) = tree.get("signed") else { return Dialect::Tuf1 };
        let kind = signed.get("_type").and_then(Json::as_str).unwrap_or_default();
        let methods = methods(tree);
        let old = signed.get("spec_version").is_none()
            && (is_capital(kind)
                || !methods.is_empty()
                || keys(signed).iter().any(|key| key.get("scheme").is_none()));
        if !old {
            Dialect::Tuf1
        } else if notary::is_meant(signed, &keys(signed), &methods) {
            Dialect::Notary1
        } else {
            Dialect::GoTuf09
        }
    }

    /// The kind of metadata that a `_type` names, as TUF 1.0 writes it.
    fn kind(self, found: &str) -> Option<&'static str> {
        let lower = super::TOP_LEVEL.into_iter().find(|kind| kind.eq_ignore_ascii_case(found))?;
        match self {
            Dialect::Tuf1 => (lower == found).then_some(lower),
            Dialect::Notary1 => is_capital(found).then_some(lower),
            // Its clients compare without regard to case.
            Dialect::GoTuf09 => Some(lower),
        }
    }
}

/// Whether a `_type` is one of those that were written before TUF 1.0.
fn is_capital(kind: &str) -> bool {
    matches!(kind, "Root" | "Targets" | "Snapshot" | "Timestamp")
}

/// All key objects that `signed` has, of the top level or of delegations.
fn keys(signed: &Json) -> Vec<&Json> {
    let places =
        [signed.get("keys"), signed.get("delegations").and_then(|delegations| delegations.get("keys"))];
    let objects = places.into_iter().flatten().filter_map(Json::as_object);
    objects.flat_map(|keys| keys.values()).collect()
}

/// The `method` of every signature that has one.
fn methods(tree: &Json) -> Vec<&str> {
    let signatures = tree.get("signatures").and_then(Json::as_array).unwrap_or_default();
    signatures.iter().filter_map(|signature| signature.get("method")?.as_str()).collect()
}
