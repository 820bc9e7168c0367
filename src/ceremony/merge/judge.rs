//! Whether a signature that was brought is one of this ceremony.

use crate::checks::sign::{sign_carried, sign_stale, sign_void};
use crate::checks::{Check, Finding};
use crate::crypto::digest::Sha256Digest;
use crate::host::files;
use crate::tuf::envelope::Signature;
use crate::tuf::verify::Why;

use super::super::event::Artifact;
use super::super::review::names;
use super::super::signatures::{self, Signed, file_of, store};
use super::super::{Ceremony, CeremonyError, gate};
use super::{Fate, Item, TakenSignature};

/// The payloads that stand, and who may sign them.
pub(super) struct Judge {
    collected: Vec<Signed>,
}

impl Judge {
    /// Of the payloads that are frozen now; none may be.
    pub(super) fn of(ceremony: &Ceremony) -> Result<Judge, CeremonyError> {
        let collected = match ceremony.collected() {
            Err(CeremonyError::NotYet { .. }) => Vec::new(),
            other => other?,
        };
        Ok(Judge { collected })
    }

    /// Takes a signature, if it is one.
    pub(super) fn take(
        &self,
        ceremony: &Ceremony,
        payload: Sha256Digest,
        signature: &Signature,
    ) -> Result<(Item, Option<(Artifact, TakenSignature)>), CeremonyError> {
        let keyid = &signature.keyid;
        let Some(one) = self.collected.iter().find(|one| one.payload.digest == payload) else {
            return Ok((self.unknown(ceremony, payload, keyid)?, None));
        };
        let title = one.payload.title();
        let key = self.key(ceremony, one, keyid);
        let signer = match &key {
            Some((name, holder)) => format!("{holder} ({name})"),
            None => keyid.chars().take(16).collect(),
        };
        let what = format!("the signature of {signer} over {title}");
        if let Some(reason) = ceremony.void_reason(payload)? {
            return Ok((Item::judged(what, sign_void(&title, payload, Some(&reason), None)), None));
        }
        let verdict = one.verdict(signature).map_err(|why: Why| why.to_string());
        let finding = sign_carried(&title, keyid, verdict);
        if finding.refuses() {
            return Ok((Item::judged(what, finding), None));
        }
        // From here on the keyid is one that the root lists.
        if let Some(before) = self.stands(ceremony, one, keyid) {
            return Ok((Item::new(what, before), None));
        }
        // What comes after the release is in no file of it.
        let output = gate::output(ceremony);
        if output.refuses() {
            let found = if ceremony.has_release() { after_release(&what) } else { output };
            return Ok((Item::judged(what, found), None));
        }
        let file = store(ceremony, payload, signature)?;
        let (role, version) = (one.payload.role.clone(), one.payload.version);
        let taken = TakenSignature { key, keyid: keyid.clone(), payload, role, version };
        Ok((Item::new(what, Fate::Taken), Some((file, taken))))
    }

    /// What stands where the signature belongs, if anything does.
    fn stands(&self, ceremony: &Ceremony, one: &Signed, keyid: &str) -> Option<Fate> {
        let file = file_of(one.payload.digest, keyid);
        if !files::exists(&ceremony.path(&file)) {
            return None;
        }
        let bytes = files::read(&ceremony.path(&file), signatures::LIMIT).ok();
        let before = bytes.and_then(|bytes| signatures::read(&bytes).ok());
        if before.is_some_and(|before| before.keyid == keyid && one.verdict(&before).is_ok()) {
            return Some(Fate::Before);
        }
        let problem = "it is no valid signature of its key, and nothing was put in its place".to_owned();
        Some(Fate::Refused(Box::new(CeremonyError::Damaged { file, problem })))
    }

    /// SIGN-STALE: a payload that does not stand.
    fn unknown(
        &self,
        ceremony: &Ceremony,
        payload: Sha256Digest,
        keyid: &str,
    ) -> Result<Item, CeremonyError> {
        let frozen = ceremony.frozen_for(payload);
        let title = match &frozen {
            Some((role, version)) => format!("{role} version {version}"),
            None => "a payload".to_owned(),
        };
        let role = frozen.map(|(role, _)| role);
        let current = self.collected.iter().find(|one| role.as_ref() == Some(&one.payload.role));
        let current = current.map(|one| one.payload.digest);
        let finding = match ceremony.void_reason(payload)? {
            Some(reason) => sign_void(&title, payload, Some(&reason), self.successor(ceremony, current)?),
            None => sign_stale(&title, payload, current, None),
        };
        let signer = names(ceremony).remove(keyid).unwrap_or_else(|| keyid.chars().take(16).collect());
        Ok(Item::judged(format!("the signature of {signer} over {title}"), finding))
    }

    /// What stands in the place of a payload that was given up, unless that was given up, too.
    fn successor(
        &self,
        ceremony: &Ceremony,
        current: Option<Sha256Digest>,
    ) -> Result<Option<Sha256Digest>, CeremonyError> {
        let Some(current) = current else { return Ok(None) };
        Ok(ceremony.void_reason(current)?.is_none().then_some(current))
    }

    /// The key's name in the plan, and its holder.
    fn key(&self, ceremony: &Ceremony, one: &Signed, keyid: &str) -> Option<(String, String)> {
        let authorities = [Some(&one.authorities.new), one.authorities.old.as_ref()];
        let key = authorities.into_iter().flatten().find_map(|by| by.keys.get(keyid))?;
        let name = ceremony.keyring.name_of(key.material()?)?;
        Some((name.to_owned(), ceremony.policy.holder_of(name).to_owned()))
    }
}

/// PLAN-OUTPUT: a release stays as it is, whatever else is good.
fn after_release(what: &str) -> Finding {
    let found = format!("{what} is good, and came after the release");
    Finding::fail(
        Check::PlanOutput,
        found,
        "Nothing needs it: the release was complete without it, and stays as it is.",
    )
}
