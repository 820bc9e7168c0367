//! Roles that two others delegate to: one file has to be signed for both, and signatures are collected for the keys that the
//! first of them names.

use std::collections::{BTreeMap, BTreeSet};

use crate::crypto::digest::Sha256Digest;
use crate::tuf::verify::signers;

use super::super::current::Current;
use super::super::signatures::Authority;
use super::renewal::met;
use super::{CeremonyError, Drafts};

/// What a further role says of one that was delegated to before.
pub(super) struct Further {
    /// The role.
    pub role: String,
    /// Who may sign for it, as published.
    pub published: Option<Authority>,
    /// Who may, after the changes of this ceremony.
    pub after: Authority,
}

/// Whoever comes by the second way finds a file that is signed for it, as today.
pub(super) fn require_signed_for_all(
    further: &[Further],
    first: &BTreeMap<String, Authority>,
    current: &Current,
    drafts: &Drafts,
) -> Result<(), CeremonyError> {
    for one in further.iter().filter(|one| !drafts.left.contains(&one.role)) {
        let Some(file) = current.get(&one.role) else { continue };
        let today = one.published.as_ref().is_some_and(|by| met(by, &file.envelope));
        let is_made = drafts.made.iter().any(|draft| draft.role == one.role);
        let after = match first.get(&one.role).filter(|_| is_made) {
            Some(first) => alike(first, &one.after),
            None => met(&one.after, &file.envelope),
        };
        if today && !after {
            let role = &one.role;
            let what = format!(
                "two roles delegate to {role} with different keys, and it would not be signed for both any longer"
            );
            let next = format!(
                "State [delegation.{role}] in ceremony.toml: its keys then count wherever it is delegated to."
            );
            return Err(CeremonyError::NotYet { what, next });
        }
    }
    Ok(())
}

fn alike(one: &Authority, other: &Authority) -> bool {
    let materials = |by: &Authority| -> BTreeSet<Sha256Digest> {
        signers(&by.keys, &by.role).into_iter().map(|signer| signer.material).collect()
    };
    one.role.threshold == other.role.threshold && materials(one) == materials(other)
}
