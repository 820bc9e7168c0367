//! Review: the semantic diff of a payload against what is trusted, made from the payload's own bytes.

use std::collections::BTreeMap;

use crate::checks::sign::sign_review;
use crate::console::words::words;
use crate::host::display::visible;
use crate::json::Json;
use crate::tuf::diff::{Change, diff};
use crate::tuf::envelope::MetadataError;
use crate::tuf::root::{RoleKeys, Root};

use super::payload::{Payload, not_current};
use super::{Ceremony, CeremonyError};

/// A payload together with the difference it makes. Made only from the frozen bytes.
#[derive(Clone, Debug)]
pub struct Reviewed {
    /// The payload.
    pub payload: Payload,
    /// What the difference is counted from.
    pub basis: String,
    /// What the payload comes to, in a few lines.
    pub summary: Vec<String>,
    /// What changes.
    pub changes: Vec<Change>,
    /// Whose keys they are, by keyid, as the plan has it: an aid for the reader, and no part of the payload.
    pub names: BTreeMap<String, String>,
}

/// A reviewed payload whose digest the holder typed. Only this can be given to a token.
#[derive(Clone, Debug)]
pub struct Confirmed {
    payload: Payload,
    digits: usize,
}

impl Ceremony {
    /// The current payloads of a role, or whose digest begins like this; all of them if nothing is said.
    pub fn payloads_called(&self, wanted: Option<&str>) -> Result<Vec<Payload>, CeremonyError> {
        let is_wanted = |payload: &Payload| {
            wanted.is_none_or(|wanted| {
                payload.role == wanted
                    || (wanted.len() >= 4 && payload.digest.to_hex().starts_with(&wanted.to_lowercase()))
            })
        };
        let payloads: Vec<Payload> = self.payloads()?.into_iter().filter(is_wanted).collect();
        if payloads.is_empty() {
            let finding = not_current(&visible(wanted.unwrap_or_default()));
            return Err(CeremonyError::Refused(Box::new(finding)));
        }
        Ok(payloads)
    }
}

impl Reviewed {
    /// Reads the payload's bytes again and compares what they say with what is trusted.
    pub fn of(ceremony: &Ceremony, payload: Payload) -> Result<Reviewed, CeremonyError> {
        let published = ceremony.published_today(&payload.role);
        Reviewed::compared(payload, published, ceremony.is_rebased(), names(ceremony))
    }

    /// Reads the payload's bytes again and compares what they say with what is published, or with the last known good
    /// metadata if `rebased`.
    pub fn compared(
        payload: Payload,
        published: Option<&Json>,
        rebased: bool,
        names: BTreeMap<String, String>,
    ) -> Result<Reviewed, CeremonyError> {
        let unreadable = |error| CeremonyError::Metadata { file: payload.title(), error };
        let signed = Json::from_canonical(&payload.canonical, usize::MAX)
            .map_err(|error| unreadable(MetadataError::Json(error)))?;
        let basis = published.map_or("nothing (this is the first)".to_owned(), |published| {
            let version = published.get("version").and_then(Json::as_int).unwrap_or_default();
            match payload.role.as_str() {
                "root" => format!("the trusted root, version {version}"),
                role if rebased => format!("the last known good {role}, version {version}"),
                role => format!("the {role} that is published today, version {version}"),
            }
        });
        let changes = diff(published, &signed).map_err(|error| unreadable(MetadataError::Shape(error)))?;
        let summary = summary(&signed, &names);
        Ok(Reviewed { payload, basis, summary, changes, names })
    }

    /// The digest as PGP words.
    pub fn words(&self) -> Vec<&'static str> {
        words(&self.payload.digest.0)
    }

    /// The holder typed the beginning of the digest (check SIGN-REVIEW).
    pub fn confirm(self, typed: &str) -> Result<Confirmed, CeremonyError> {
        CeremonyError::require(sign_review(&self.payload.title(), self.payload.digest, typed))?;
        let digits = typed.chars().filter(|c| !c.is_whitespace()).count();
        Ok(Confirmed { payload: self.payload, digits })
    }
}

/// One line a role, for roots: how many of whom.
fn summary(signed: &Json, names: &BTreeMap<String, String>) -> Vec<String> {
    let Ok(root) = Root::read(signed) else { return Vec::new() };
    let unnamed = |keyid: &String| format!("a key that the plan does not name ({keyid})");
    let name = |keyid: &String| names.get(keyid).cloned().unwrap_or_else(|| unnamed(keyid));
    let line = |(role, keys): (&String, &RoleKeys)| {
        let signers: Vec<String> = keys.keyids.iter().map(name).collect();
        format!("{role}: {} of {}: {}", keys.threshold, signers.len(), signers.join(", "))
    };
    let mut lines: Vec<String> = root.roles.iter().map(line).collect();
    lines.push(format!("version {}, expires {}", root.header.version, root.header.expires.text));
    lines
}

/// Whose keys they are, by keyid, as the plan has it.
pub(super) fn names(ceremony: &Ceremony) -> BTreeMap<String, String> {
    let policy = &ceremony.policy;
    let named = policy.keys.keys().filter_map(|name| {
        let keyid = ceremony.keyring.keyid(name, policy, ceremony.trusted.as_ref())?;
        Some((keyid, format!("{} ({name})", policy.holder_of(name))))
    });
    named.collect()
}

impl Confirmed {
    /// What was confirmed.
    pub fn payload(&self) -> &Payload {
        &self.payload
    }

    /// With how many digits.
    pub fn digits(&self) -> usize {
        self.digits
    }
}
