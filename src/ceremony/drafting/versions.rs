//! Which version of a role comes next, and whether clients can follow to it: they refuse what is older than what they have
//! seen, until they forget it (spec 5.3.11).

use std::collections::BTreeSet;

use crate::crypto::digest::Sha256Digest;
use crate::tuf::key::Key;
use crate::tuf::root::Root;

use super::super::current::{Current, CurrentFile};
use super::super::trusted::Trusted;
use super::{CeremonyError, Drafter};

/// The roles that a service signs, in the order in which they are made.
pub(super) const ONLINE: [&str; 2] = ["snapshot", "timestamp"];

/// The largest version that all clients read alike (check JSON-AGREE).
const LAST_VERSION: i64 = (1 << 53) - 1;

impl Drafter<'_> {
    /// Whether the base is the last known good metadata instead of what is published.
    pub(super) fn is_rebased(&self) -> bool {
        self.trusted.is_some_and(Trusted::is_rebased)
    }

    /// Whether clients may have seen a later version of a role than the last known good one.
    pub(super) fn goes_back(&self, role: &str, file: &CurrentFile, current: &Current) -> bool {
        self.is_rebased() && current.highest.get(role).is_some_and(|highest| *highest > file.version)
    }

    /// A role goes back to an earlier version, which nobody here can sign anew: clients have to forget the later one.
    pub(super) fn require_forgetful(
        &self,
        role: &str,
        file: &CurrentFile,
        planned: &Root,
    ) -> Result<(), CeremonyError> {
        if self.trusted.is_none_or(|trusted| kept(&trusted.root, planned).is_empty()) {
            return Ok(());
        }
        let what = format!(
            "{role} goes back to version {}, nobody here can sign a later one, and clients that have seen one remember it",
            file.version
        );
        let next = "Name the keys of timestamp and snapshot as in doubt too: once all of them are replaced, clients forget.";
        Err(CeremonyError::NotYet { what, next: next.to_owned() })
    }

    /// Which version of a role comes next is known: it was imported, or clients forget what they saw of it. They do not as
    /// long as a key stays that may have signed it.
    pub(super) fn require_known(
        &self,
        role: &str,
        planned: &Root,
        current: &Current,
    ) -> Result<(), CeremonyError> {
        let Some(trusted) = self.trusted.filter(|_| !current.highest.contains_key(role)) else {
            return Ok(());
        };
        let compromised = self.keyring.compromised(self.policy);
        let taken = ONLINE.iter().any(|role| !materials(&trusted.root, role).is_disjoint(&compromised));
        let stays = kept(&trusted.root, planned);
        if taken && stays.is_empty() {
            return Ok(());
        }
        let (what, next) = if taken {
            (
                format!(
                    "which version of {role} clients hold is not known, and keys that may have signed it stay in {}",
                    stays.join(" and ")
                ),
                "Replace every key of timestamp and snapshot; or start over, and name the last known good metadata with \
                 `compromise --good`.",
            )
        } else {
            (
                format!(
                    "no {role} is among what was imported, so that the version to go on from is not known"
                ),
                "Copy all that is published, and start again with `new --trusted` and the newest root in that copy.",
            )
        };
        Err(CeremonyError::NotYet { what, next: next.to_owned() })
    }
}

/// Of timestamp and snapshot, those that keep a key: clients keep what it has signed.
fn kept(before: &Root, after: &Root) -> Vec<&'static str> {
    ONLINE.into_iter().filter(|role| !materials(before, role).is_disjoint(&materials(after, role))).collect()
}

fn materials(root: &Root, role: &str) -> BTreeSet<Sha256Digest> {
    root.keys_of(role).into_iter().filter_map(Key::material).collect()
}

/// Of every role there is a file that nobody made up: what it lists and delegates to would be lost.
pub(super) fn require_known_good(current: &Current) -> Result<(), CeremonyError> {
    let lost = current.passed_over.iter().map(String::as_str);
    let lost: Vec<&str> = lost.filter(|role| !ONLINE.contains(role)).collect();
    if lost.is_empty() {
        return Ok(());
    }
    let what = format!("of {} there are only versions here that somebody made up", lost.join(", "));
    let next = "Start over with `new`, and name the last known good metadata with `compromise --good`: what it lists and \
                delegates to would be lost.";
    Err(CeremonyError::NotYet { what, next: next.to_owned() })
}

/// The version after every one that is published.
pub(super) fn next_version(
    role: &str,
    file: Option<&CurrentFile>,
    current: &Current,
) -> Result<i64, CeremonyError> {
    let highest = current.highest.get(role).copied().unwrap_or_default();
    let newest = file.map_or(highest, |file| file.version.max(highest));
    if newest >= LAST_VERSION {
        let what = format!("{role} has version {newest}, and there is none after it that all clients read");
        let next = "If somebody inflated it, revoke the keys of timestamp and snapshot as compromised: clients then \
             forget what they saw. `tuf-ceremony compromise` leads through it.";
        return Err(CeremonyError::NotYet { what, next: next.to_owned() });
    }
    Ok(newest + 1)
}
