//! Giving up a payload: after that nobody signs it, and signatures over it that still come are kept out by name.
//!
//! What says so is a file beside the payload, and a line of the record: either is enough.

use crate::checks::sign::{sign_again, sign_same, sign_stale, sign_void};
use crate::checks::{Check, Finding};
use crate::crypto::digest::Sha256Digest;
use crate::host::brief::cut;
use crate::host::files;
use crate::json::Json;
use crate::tuf::METADATA_LIMIT;
use crate::tuf::commitment::FIELD;

use super::directory::ADMINISTRATOR;
use super::event::{Event, RELEASED, VOIDED};
use super::payload::{Payload, not_current};
use super::{Ceremony, CeremonyError, gate};

/// What stands in the file.
const FORMAT: &str = "tuf-ceremony-void/1";

/// The most characters of a reason.
pub const LONGEST: usize = 300;

/// A payload that was given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voided {
    /// Role and version, for messages.
    pub title: String,
    /// The payload.
    pub digest: Sha256Digest,
    /// Why.
    pub reason: String,
}

impl Ceremony {
    /// Why a payload was given up; `None` if it was not.
    pub fn void_reason(&self, digest: Sha256Digest) -> Result<Option<String>, CeremonyError> {
        let bytes = files::read_if_there(&self.path(&file_of(digest)), METADATA_LIMIT)?;
        let hex = digest.to_hex();
        let is_it = |data: &&Json| data.get("payload").and_then(Json::as_str) == Some(&hex);
        let recorded = self.transcript.all(VOIDED).find(is_it);
        let reason = |said: &Json| Some(cut(said.get("reason").and_then(Json::as_str)?, LONGEST));
        Ok(match (bytes, recorded) {
            (None, None) => None,
            (_, Some(recorded)) => Some(reason(recorded).unwrap_or_default()),
            (Some(bytes), None) => {
                let said = Json::parse(&bytes, METADATA_LIMIT).ok();
                Some(said.as_ref().and_then(reason).unwrap_or("its file gives no reason".to_owned()))
            }
        })
    }

    /// SIGN-STALE, for payloads that are to be signed or released: those that were given up.
    pub(super) fn refused_void(&self, payloads: &[Payload]) -> Result<Vec<Finding>, CeremonyError> {
        let mut findings = Vec::new();
        for payload in payloads {
            let reason = self.void_reason(payload.digest)?;
            findings.extend(
                reason.map(|reason| sign_void(&payload.title(), payload.digest, Some(&reason), None)),
            );
        }
        Ok(findings)
    }

    /// SIGN-STALE, for what is to be frozen: payloads that were given up do not come back, nor what they said without a word.
    pub(super) fn refrozen_void(&self, payloads: &[Payload]) -> Result<Vec<Finding>, CeremonyError> {
        let void: Vec<(Sha256Digest, Json)> = self
            .all_void()?
            .into_iter()
            .filter_map(|digest| Some((digest, without_commitment(&self.frozen_bytes(digest)?)?)))
            .collect();
        let mut findings = Vec::new();
        for payload in payloads {
            if let Some(reason) = self.void_reason(payload.digest)? {
                findings.push(sign_again(&payload.title(), payload.digest, &reason));
                continue;
            }
            let content = without_commitment(&payload.canonical);
            let same = void.iter().find(|(_, other)| content.as_ref() == Some(other));
            if let Some((digest, _)) = same {
                let reason = self.void_reason(*digest)?.unwrap_or_default();
                findings.push(sign_same(&payload.title(), *digest, &reason));
            }
        }
        Ok(findings)
    }

    /// Every payload that was given up, by its file or by the record.
    fn all_void(&self) -> Result<Vec<Sha256Digest>, CeremonyError> {
        let names = files::list(&self.path("payloads"))?;
        let filed = names.iter().filter_map(|name| Sha256Digest::parse_hex(name.strip_suffix(".void.json")?));
        let recorded = self.transcript.all(VOIDED).filter_map(|data| data.get("payload")?.as_str());
        Ok(filed.chain(recorded.filter_map(Sha256Digest::parse_hex)).collect())
    }

    /// The bytes of a payload, as far as they are here.
    fn frozen_bytes(&self, digest: Sha256Digest) -> Option<Vec<u8>> {
        let bytes = files::read_if_there(&self.path(&Payload::file(digest, "canonical")), METADATA_LIMIT);
        bytes.ok().flatten().filter(|bytes| Sha256Digest::of(bytes) == digest)
    }

    /// Gives up a current payload, named by its role or the beginning of its digest.
    pub fn void(&mut self, wanted: &str, reason: &str) -> Result<Voided, CeremonyError> {
        let (role, version, digest) = self.to_void(wanted)?;
        let title = format!("{role} version {version}");
        let output = gate::output(self);
        let is_out = output.refuses() && self.has_release();
        CeremonyError::require(if is_out { out_in_the_world(&title) } else { output })?;
        let before = self.void_reason(digest)?;
        CeremonyError::require(sign_void(&title, digest, before.as_deref(), None))?;
        let said = Json::object([
            ("format", Json::from(FORMAT)),
            ("payload", Json::from(digest.to_hex())),
            ("reason", Json::from(reason)),
            ("role", Json::from(role.as_str())),
            ("version", Json::Int(version)),
        ]);
        let file = self.write(&file_of(digest), &said.to_disk())?;
        let reason = reason.to_owned();
        let event =
            Event::Voided { payload: digest, role, version, reason: reason.clone(), files: vec![file] };
        self.transcript.record(ADMINISTRATOR, &event)?;
        Ok(Voided { title, digest, reason })
    }

    /// Whether the record has a release.
    pub(super) fn has_release(&self) -> bool {
        self.transcript.all(RELEASED).next().is_some()
    }

    fn to_void(&self, wanted: &str) -> Result<(String, i64, Sha256Digest), CeremonyError> {
        let index = self.index()?;
        let fits = |role: &str, digest: Sha256Digest| {
            role == wanted || (wanted.len() >= 4 && digest.to_hex().starts_with(&wanted.to_lowercase()))
        };
        let mut found = index.digests().filter(|(role, _, digest)| fits(role, *digest));
        if let (Some((role, version, digest)), None) = (found.next(), found.next()) {
            return Ok((role.to_owned(), version, digest));
        }
        // One that a later freeze put another in the place of is void already.
        let full = Sha256Digest::parse_hex(&wanted.to_lowercase());
        if let Some((digest, (role, version))) =
            full.and_then(|digest| Some((digest, self.frozen_for(digest)?)))
        {
            let current = index.digests().find(|(other, _, _)| *other == role).map(|(_, _, digest)| digest);
            CeremonyError::require(sign_stale(&format!("{role} version {version}"), digest, current, None))?;
        }
        Err(CeremonyError::Refused(Box::new(not_current(wanted))))
    }
}

/// PLAN-OUTPUT: of what is released, nothing can be taken back.
fn out_in_the_world(title: &str) -> Finding {
    let found = format!("{title} is released");
    let next = "What is released cannot be taken back: make what follows it, with `tuf-ceremony new DIR --from` this directory.";
    Finding::fail(Check::PlanOutput, found, next)
}

/// What was decided in a payload: all but the commitment, which every freeze makes anew.
fn without_commitment(canonical: &[u8]) -> Option<Json> {
    match Json::from_canonical(canonical, METADATA_LIMIT).ok()? {
        Json::Obj(members) => {
            Some(Json::Obj(members.into_iter().filter(|(name, _)| name != FIELD).collect()))
        }
        _ => None,
    }
}

fn file_of(digest: Sha256Digest) -> String {
    format!("payloads/{digest}.void.json")
}
