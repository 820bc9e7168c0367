//! Who has signed, who is missing: for each payload, by the old keys and by the new.

use crate::checks::Finding;
use crate::checks::clients::Foreseen;
use crate::checks::quorum::quorum_surplus;
use crate::crypto::digest::Sha256Digest;
use crate::host::files;
use crate::tuf::verify::{Signer, Tally};

use super::kept::Kept;
use super::payload::Payload;
use super::request::Open;
use super::signatures::Signed;
use super::{Ceremony, CeremonyError, gate};

/// Where the ceremony stands.
pub struct Status {
    /// The current payloads, root first.
    pub payloads: Vec<Signed>,
    /// Signatures of voided payloads: digest and file names.
    pub void: Vec<(String, Vec<String>)>,
    /// Current payloads that were given up, with the reason.
    pub voided: Vec<(Sha256Digest, String)>,
    /// Whether the release is written, and is what these signatures make.
    pub released: bool,
    /// Whether the ceremony is sealed.
    pub sealed: bool,
    /// Why the payloads cannot be signed or released as things stand, if so.
    pub refusing: Vec<Finding>,
    /// Files of which the record says nothing.
    pub unrecorded: Vec<String>,
    /// What became of those that it has.
    pub kept: Kept,
    /// Clients that would refuse what could be released now for want of signatures that they count.
    pub would_refuse: Vec<Foreseen>,
    /// Requests to holders elsewhere of which something has not come back.
    pub requests: Vec<Open>,
}

impl Status {
    /// Whether both thresholds of every payload are met.
    pub fn complete(&self) -> bool {
        self.payloads.iter().all(Signed::quorate)
    }

    /// Why a payload was given up, if it was.
    pub fn void_reason(&self, digest: Sha256Digest) -> Option<&str> {
        self.voided.iter().find(|(void, _)| *void == digest).map(|(_, reason)| reason.as_str())
    }

    /// Payloads that have exactly as many signatures as they need, and people who could add one.
    pub fn without_spare(&self) -> Vec<String> {
        let bare = self.payloads.iter().filter(|one| quorum_surplus("", &one.new).trouble().is_some());
        bare.map(|one| one.payload.title()).collect()
    }
}

impl Ceremony {
    /// Where the ceremony stands.
    pub fn status(&self) -> Result<Status, CeremonyError> {
        let payloads = self.collected()?;
        let output = files::exists(&self.path("metadata"));
        let released = output && payloads.iter().all(Signed::quorate) && self.is_released(&payloads)?;
        let frozen: Vec<Payload> = payloads.iter().map(|one| one.payload.clone()).collect();
        let refusing: Vec<Finding> =
            gate::examine_frozen(self, &frozen).into_iter().filter(Finding::refuses).collect();
        let present = self.artifacts()?;
        let kept = self.kept(&present);
        // A release that is as it was recorded is one, whatever became of the signatures since.
        let released = released || (kept.released && !kept.is_harmed());
        let of_kept =
            |file: &String| kept.changed.iter().any(|one| one.file == *file) || kept.added.contains(file);
        let unrecorded = self.transcript.unrecorded(present).into_iter().map(|one| one.file);
        let unrecorded = unrecorded.filter(|file| !of_kept(file)).collect();
        let void = self.void_signatures()?;
        let mut voided = Vec::new();
        for one in &payloads {
            let digest = one.payload.digest;
            voided.extend(self.void_reason(digest)?.map(|reason| (digest, reason)));
        }
        let (would_refuse, requests) = (Vec::new(), Vec::new());
        let sealed = self.transcript.is_sealed() && self.seal_is_whole();
        let mut status = Status {
            payloads,
            void,
            voided,
            released,
            sealed,
            refusing,
            unrecorded,
            kept,
            would_refuse,
            requests,
        };
        status.requests = self.open_requests(&status);
        // What stands in the way of a release is another one, unless somebody has been at this one.
        if output && !released && !status.kept.is_harmed() {
            status.refusing.push(gate::output(self));
        }
        if status.complete() && status.refusing.is_empty() && !output {
            status.would_refuse = self.would_refuse(&status.payloads)?;
        }
        Ok(status)
    }

    /// The name of a key and of the person behind it, as the plan has them; the keyid for keys it does not know.
    pub fn signer_name(&self, signer: &Signer) -> String {
        self.name_of(signer.material).unwrap_or_else(|| {
            let keyid = signer.keyids.first().map(String::as_str).unwrap_or_default();
            signer.holder.clone().unwrap_or_else(|| keyid.chars().take(16).collect())
        })
    }

    /// Whether a token of the plan has a signer's key.
    pub fn signs_here(&self, signer: &Signer) -> bool {
        let mut names = self.keyring.names_of(Some(signer.material));
        names.any(|name| self.policy.keys.get(name).is_some_and(|key| key.token.is_some()))
    }

    fn name_of(&self, material: Sha256Digest) -> Option<String> {
        let key = self.keyring.name_of(material)?;
        Some(format!("{} ({key})", self.policy.holder_of(key)))
    }

    /// The names behind signers, joined.
    pub fn signer_names(&self, signers: &[Signer]) -> String {
        let names: Vec<String> = signers.iter().map(|signer| self.signer_name(signer)).collect();
        if names.is_empty() { "nobody".to_owned() } else { names.join(", ") }
    }
}

/// `2 of 3 needed, 1 short`, or `4, 3 needed`.
pub fn count(tally: &Tally) -> String {
    let (have, need) = (tally.counted.len(), tally.threshold);
    match tally.short() {
        0 => format!("{have}, {need} needed"),
        short => format!("{have} of {need} needed, {short} short"),
    }
}
