//! From the literal file to a [`Policy`]: every name resolved, every value in range, every error with its place.

use std::collections::BTreeMap;

use toml::{Spanned, Value};

use super::raw::{self, Text};
use super::{
    DelegationPlan, Intent, KeyPlan, Policy, PolicyError, Reason, Revocation, RolePlan, TrustedRoot, Waiver,
    syntax,
};
use crate::crypto::digest::Sha256Digest;
use crate::tuf::TOP_LEVEL;

/// The specification that all metadata claims unless the policy says otherwise.
const SPEC_VERSION: &str = "1.0.31";

/// The policy that the bytes of a `ceremony.toml` state.
pub(super) fn read(bytes: &[u8]) -> Read<Policy> {
    let text = syntax::text(bytes)?;
    let file = syntax::fields(text)?;
    Reader { text }.policy(bytes, &file)
}

/// Reads values, and knows the text they stand in, for the places in messages.
pub(super) struct Reader<'a> {
    pub(super) text: &'a str,
}

pub(super) type Read<T> = Result<T, PolicyError>;

impl Reader<'_> {
    fn policy(&self, bytes: &[u8], file: &raw::File) -> Read<Policy> {
        let ceremony = &file.ceremony;
        let change = self.intent(file)?;
        let planned = self.instant(&ceremony.planned)?;
        let next = ceremony.next.as_ref().map(|next| self.instant(next)).transpose()?;
        if let Some(raw) = &ceremony.next
            && next.is_some_and(|next| next <= planned)
        {
            let mend = "Write when the ceremony after this one is held, or leave `next` out.";
            return Err(self.error(raw, "the next ceremony is not after this one", mend));
        }
        let trusted = file.trusted.as_ref().map(|trusted| self.trusted(trusted)).transpose()?;
        let holders = self.holders(file)?;
        let keys =
            file.key.iter().map(|(name, key)| self.key(name, key, &holders, file)).collect::<Read<_>>()?;
        let media = self.media(file)?;
        let spec_version = match &ceremony.spec_version {
            Some(version) => self.spec_version(version)?,
            None => SPEC_VERSION.to_owned(),
        };
        Ok(Policy {
            digest: Sha256Digest::of(bytes),
            id: self.name(&ceremony.id)?,
            repository: self.line(&ceremony.repository)?,
            script: self.path(&ceremony.script)?,
            planned,
            next,
            change,
            rehearsal: ceremony.rehearsal,
            spec_version,
            consistent_snapshot: ceremony.consistent_snapshot.unwrap_or(true),
            commitment: ceremony.commitment.unwrap_or(true),
            holder_names: ceremony.holder_names,
            reencode_keys: ceremony.reencode_keys,
            trusted,
            holders,
            roles: self.roles(file, &keys)?,
            delegations: self.delegations(file, &keys, change)?,
            revoke: self.revocations(file, &keys)?,
            intended: file.intended.iter().map(|raw| self.intended(raw, file)).collect::<Read<_>>()?,
            keys,
            waivers: file.waiver.iter().map(|raw| self.waiver(raw)).collect::<Read<_>>()?,
            sets: self.sets(file, &media)?,
            media,
        })
    }

    /// The declared change, and whether the file has the parts that go with it.
    fn intent(&self, file: &raw::File) -> Read<Intent> {
        let text = &file.ceremony.change;
        let all = [Intent::Genesis, Intent::Refresh, Intent::Rotate, Intent::Revoke];
        let Some(change) = all.into_iter().find(|intent| intent.name() == text.get_ref()) else {
            let what = format!("{:?} is not a kind of change", text.get_ref());
            return Err(self.error(text, what, "Write genesis, refresh, rotate or revoke."));
        };
        match (change, &file.trusted) {
            // A genesis that revokes begins anew after a root that can no longer be trusted, and carries over what it had.
            (Intent::Genesis, Some(trusted)) if file.revoke.is_empty() => {
                let mend = "Remove [trusted], or declare a refresh, rotate or revoke.";
                return Err(self.error(&trusted.root, "a genesis has no trusted root", mend));
            }
            (Intent::Refresh | Intent::Rotate | Intent::Revoke, None) => {
                let what = format!("a {} needs the root that the world trusts today", change.name());
                let mend = "Add [trusted] with root and sha256, or start with `new DIR --trusted ROOT.json`.";
                return Err(self.error(text, what, mend));
            }
            _ => {}
        }
        // A genesis that follows a compromise lists the keys that must never come back.
        let listed = !file.revoke.is_empty();
        if change != Intent::Genesis && (change == Intent::Revoke) != listed {
            let what = match file.revoke.len() {
                0 => "a revoke needs [[revoke]]".to_owned(),
                count => format!("a {} has no [[revoke]], and here are {count}", change.name()),
            };
            let mend = "Use change = \"revoke\" exactly when keys are listed under [[revoke]].";
            return Err(self.error(text, what, mend));
        }
        Ok(change)
    }

    fn trusted(&self, raw: &raw::Trusted) -> Read<TrustedRoot> {
        let sha256 = Sha256Digest::parse_hex(raw.sha256.get_ref()).ok_or_else(|| {
            let mend = "Write the 64 lower-case hex digits that `sha256sum` prints.";
            self.error(&raw.sha256, "is not a SHA-256 digest", mend)
        })?;
        Ok(TrustedRoot { root: self.path(&raw.root)?, sha256 })
    }

    fn roles(&self, file: &raw::File, keys: &BTreeMap<String, KeyPlan>) -> Read<BTreeMap<String, RolePlan>> {
        let mut roles = BTreeMap::new();
        for (name, raw) in &file.role {
            if !TOP_LEVEL.contains(&name.get_ref().as_str()) {
                let what = format!("{:?} is not a top-level role", name.get_ref());
                let mend =
                    "The four are root, targets, snapshot and timestamp; others go under [delegation.NAME].";
                return Err(self.error(name, what, mend));
            }
            let role = self.role(&raw.keys, &raw.threshold, &raw.expires, keys)?;
            roles.insert(name.get_ref().clone(), role);
        }
        match TOP_LEVEL.iter().find(|name| !roles.contains_key(**name)) {
            None => Ok(roles),
            Some(name) => {
                let what = format!("the role {name:?} is missing");
                let mend = format!("Add [role.{name}] with keys, threshold and expires.");
                let missing = PolicyError::at(self.text, self.text.len(), what, mend);
                Err(PolicyError { field: format!("role.{name}"), ..missing })
            }
        }
    }

    fn role(
        &self,
        names: &[Text],
        threshold: &Spanned<i64>,
        expires: &Spanned<Value>,
        keys: &BTreeMap<String, KeyPlan>,
    ) -> Read<RolePlan> {
        let mut listed: Vec<String> = Vec::new();
        for name in names {
            if !keys.contains_key(name.get_ref()) {
                return Err(self.unknown(name, "key", keys.keys()));
            }
            if listed.contains(name.get_ref()) {
                let what = format!("the key {:?} is listed twice", name.get_ref());
                return Err(self.error(name, what, "Remove one of the two."));
            }
            listed.push(name.get_ref().clone());
        }
        if *threshold.get_ref() < 1 {
            let mend = "Write how many of the keys must sign.";
            return Err(self.error(threshold, "a threshold is at least 1", mend));
        }
        let expires = self.expiry(expires)?;
        Ok(RolePlan { keys: listed, threshold: *threshold.get_ref(), expires })
    }

    fn delegations(
        &self,
        file: &raw::File,
        keys: &BTreeMap<String, KeyPlan>,
        change: Intent,
    ) -> Read<BTreeMap<String, DelegationPlan>> {
        let one = |(name, raw): (&Text, &raw::Delegation)| {
            let plain = self.name(name)?;
            if TOP_LEVEL.contains(&plain.as_str()) {
                let what = "is the name of a top-level role";
                return Err(self.error(name, what, "Give the delegation another name."));
            }
            let stated = raw.paths.as_ref().is_some_and(|paths| !paths.is_empty());
            if !stated && (change == Intent::Genesis || raw.paths.is_some()) {
                return Err(self.error(name, "delegates no path", "Add paths = [\"…\"]."));
            }
            let role = self.role(&raw.keys, &raw.threshold, &raw.expires, keys)?;
            let paths = raw.paths.as_ref().map(|paths| paths.iter().map(|path| self.line(path)).collect());
            let paths = paths.transpose()?;
            Ok((plain, DelegationPlan { role, paths, terminating: raw.terminating }))
        };
        file.delegation.iter().map(one).collect()
    }

    fn revocations(&self, file: &raw::File, keys: &BTreeMap<String, KeyPlan>) -> Read<Vec<Revocation>> {
        let mut revoked: Vec<Revocation> = Vec::new();
        for raw in &file.revoke {
            let key = raw.key.get_ref();
            if !keys.contains_key(key) {
                return Err(self.unknown(&raw.key, "key", keys.keys()));
            }
            if revoked.iter().any(|other| other.key == *key) {
                let what = format!("the key {key:?} is revoked twice");
                return Err(self.error(&raw.key, what, "Keep the entry with the graver reason."));
            }
            let reason = self.reason(&raw.reason)?;
            let replacement = raw.replacement.as_ref().map(|by| self.key_name(by, file)).transpose()?;
            let since = raw.since.as_ref().map(|since| self.instant(since)).transpose()?;
            revoked.push(Revocation { key: key.clone(), reason, since, replacement });
        }
        Ok(revoked)
    }

    /// Why a key is, or was, revoked.
    pub(super) fn reason(&self, raw: &Text) -> Read<Reason> {
        Reason::from_name(raw.get_ref()).ok_or_else(|| {
            let what = format!("{:?} is not a reason for revocation", raw.get_ref());
            self.error(raw, what, "Write compromised, lost or retired.")
        })
    }

    /// Whether there is such a check is for the floor above to say: policy and checks are neighbours.
    fn waiver(&self, raw: &raw::Waiver) -> Read<Waiver> {
        let check = self.line(&raw.check)?;
        let line = self.error(&raw.check, "", "").line;
        Ok(Waiver { check, reason: self.line(&raw.reason)?, until: self.day(&raw.until)?, line })
    }
}
