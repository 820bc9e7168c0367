//! The root commits to the record: how the commitment comes into a payload, and how it is held to the record afterwards.

use crate::checks::Finding;
use crate::checks::record::{Committed, record_chain, uncommitted};
use crate::crypto::digest::Sha256Digest;
use crate::host::files;
use crate::json::Json;
use crate::tuf::ROOT_LIMIT;
use crate::tuf::commitment::Commitment;
use crate::tuf::envelope::Envelope;

use super::drafting::Draft;
use super::event::FROZEN;
use super::payload::Payload;
use super::repository::root_version;
use super::{Ceremony, CeremonyError};

impl Ceremony {
    /// The drafts as they are frozen now. A root commits to the record so far, this sitting's key included; one that was frozen
    /// before and comes out the same keeps the commitment that it has, and so its signatures.
    pub(super) fn committed(&mut self, drafts: Vec<Draft>) -> Result<Vec<Payload>, CeremonyError> {
        let mut payloads = Vec::new();
        for draft in drafts {
            payloads.push(match self.policy.commitment && draft.role == "root" {
                false => draft.freeze(),
                true => match self.frozen_before(&draft) {
                    Some(payload) => payload,
                    None => {
                        self.transcript.sit()?;
                        let (size, root_hash) = self.transcript.head();
                        self.commit(&draft, size, root_hash)
                    }
                },
            });
        }
        Ok(payloads)
    }

    fn commit(&self, draft: &Draft, size: u64, root_hash: Sha256Digest) -> Payload {
        let origin = self.transcript.origin().to_owned();
        let commitment = Commitment { id: self.policy.id.clone(), origin, size, root_hash };
        Draft { role: draft.role.clone(), signed: commitment.within(&draft.signed) }.freeze()
    }

    /// The payload that this draft became in an earlier freeze. The record has all that is needed to make it again: its digest,
    /// and the head that it commits to.
    fn frozen_before(&self, draft: &Draft) -> Option<Payload> {
        self.transcript.numbered(FROZEN).rev().find_map(|(seq, data)| {
            let size = u64::try_from(seq).ok()?;
            let payload = self.commit(draft, size, self.transcript.root_at(size)?);
            // One that was given up does not come back.
            let stands = self.void_reason(payload.digest).is_ok_and(|reason| reason.is_none());
            (names(data, payload.digest) && stands).then_some(payload)
        })
    }

    /// RECORD-CHAIN, for the roots that are here: what refuses. Payloads that cannot be read are for `status` to name.
    pub fn refused_commitments(&self) -> Vec<Finding> {
        let payloads = self.payloads().unwrap_or_default();
        self.commitments(&payloads).into_iter().filter(Finding::refuses).collect()
    }

    /// RECORD-CHAIN, for what is to be signed and for what is released: a root of this ceremony commits to the record as it is.
    pub(super) fn commitments(&self, payloads: &[Payload]) -> Vec<Finding> {
        let mut findings = Vec::new();
        for payload in payloads.iter().filter(|payload| payload.role == "root") {
            match Commitment::read(&payload.signed) {
                Some(commitment) => {
                    findings.push(self.hold_to_record(payload.title(), payload.digest, &commitment));
                }
                None if self.policy.commitment => findings.push(uncommitted(&payload.title())),
                None => {}
            }
        }
        for name in files::list(&self.path("metadata")).unwrap_or_default() {
            if root_version(&name).is_none() {
                continue;
            }
            let file = format!("metadata/{name}");
            // What is no root is not what was released, and is refused as that.
            let bytes = files::read(&self.path(&file), ROOT_LIMIT).ok();
            let Some(envelope) = bytes.and_then(|bytes| Envelope::parse(&bytes, ROOT_LIMIT).ok()) else {
                continue;
            };
            // Roots of earlier ceremonies commit to other records.
            let own = Commitment::read(&envelope.signed).filter(|one| one.id == self.policy.id);
            findings.extend(own.map(|commitment| self.hold_to_record(file, envelope.digest(), &commitment)));
        }
        findings
    }

    fn hold_to_record(&self, title: String, digest: Sha256Digest, commitment: &Commitment) -> Finding {
        let mut freezes = self.transcript.numbered(FROZEN).filter(|(_, data)| names(data, digest)).peekable();
        // Of what the record says nothing about, PLAN-DIGEST does.
        let unknown = freezes.peek().is_none();
        let frozen_there = unknown || freezes.any(|(seq, _)| u64::try_from(seq) == Ok(commitment.size));
        record_chain(&Committed {
            title,
            commitment,
            id: &self.policy.id,
            origin: self.transcript.origin(),
            lines: self.transcript.head().0,
            head: self.transcript.root_at(commitment.size),
            frozen_there,
        })
    }
}

/// Whether a line about a freeze names a payload of the root.
fn names(frozen: &Json, digest: Sha256Digest) -> bool {
    let versions = frozen.get("payloads").and_then(|roles| roles.get("root")).and_then(Json::as_object);
    let hex = digest.to_hex();
    versions.into_iter().flatten().any(|(_, one)| one.as_str() == Some(&hex))
}
