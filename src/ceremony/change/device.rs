//! New keys on the devices of others, and on those that go.

use std::collections::{BTreeMap, BTreeSet};

use crate::policy::{Policy, Reason};

use super::super::{Ceremony, CeremonyError, gate};
use super::{Change, Planning};

impl Planning {
    /// A key is on a device of its own holder, and not on one that goes as lost or compromised: serial numbers are easily
    /// mistaken for one another, and two people with one device are one theft.
    pub(super) fn require_other_device(
        &self,
        name: &str,
        instead: Option<&str>,
        reason: Option<Reason>,
    ) -> Result<(), CeremonyError> {
        // As it is written by now, with the newcomer.
        let Ok(policy) = Policy::parse(self.with_change().as_bytes()) else { return Ok(()) };
        let Some((plan, token)) = policy.keys.get(name).and_then(|plan| Some((plan, plan.token.as_ref()?)))
        else {
            return Ok(());
        };
        let gone = |key: &str| {
            let is_bad = |reason: Reason| reason != Reason::Retired;
            let revoked = policy.revoke.iter().any(|one| one.key == key && is_bad(one.reason));
            let before = policy.keys.get(key).and_then(|plan| plan.revoked).is_some_and(is_bad);
            revoked || before || (instead == Some(key) && reason.is_some_and(is_bad))
        };
        for (other, known) in policy.keys.iter().filter(|(other, _)| *other != name) {
            let same = known.token.as_ref().is_some_and(|known| {
                known.serial == token.serial
                    && std::mem::discriminant(&known.kind) == std::mem::discriminant(&token.kind)
            });
            let what = match (same, gone(other)) {
                (false, _) => continue,
                (true, true) => format!(
                    "the device {} is that of {other}, which goes as lost or compromised",
                    token.serial
                ),
                (true, false) if known.holder != plan.holder => {
                    let holder = policy.holder_of(other);
                    format!("the device {} is that of {other}, and belongs to {holder}", token.serial)
                }
                (true, false) => continue,
            };
            let next = format!("Read the serial number of the device of {name} again; nothing was changed.");
            return Err(CeremonyError::Change { what, next });
        }
        Ok(())
    }

    /// What was edited is what was meant, and nothing else: TOML can be written in ways that an edit does not foresee.
    pub(super) fn require_edited(
        &self,
        ceremony: &Ceremony,
        before: &Policy,
        change: &Change,
    ) -> Result<(), CeremonyError> {
        let mut expected: BTreeMap<&str, (BTreeSet<&str>, i64)> = BTreeMap::new();
        for (role, plan) in before.all_roles() {
            let keys: BTreeSet<&str> = plan.keys.iter().map(String::as_str).collect();
            expected.insert(role, (keys, plan.threshold));
        }
        let aliases = |key: &str| ceremony.aliases(key);
        for (role, (keys, threshold)) in &mut expected {
            match change {
                Change::AddKey { key, roles, .. } if roles.iter().any(|to| to == role) => {
                    keys.insert(key);
                }
                Change::ReplaceKey { key, by, .. } => {
                    let gone = aliases(key);
                    if gone.iter().any(|name| keys.contains(name.as_str())) {
                        keys.retain(|name| !gone.iter().any(|gone| gone == name));
                        keys.insert(by);
                    }
                }
                Change::RevokeKey { key, .. } => {
                    let gone = aliases(key);
                    keys.retain(|name| !gone.iter().any(|gone| gone == name));
                }
                Change::SetThreshold { role: of, threshold: to } if of == role => *threshold = *to,
                _ => {}
            }
        }
        let mut found: BTreeMap<&str, (BTreeSet<&str>, i64)> = BTreeMap::new();
        for (role, plan) in self.policy.all_roles() {
            let keys: BTreeSet<&str> = plan.keys.iter().map(String::as_str).collect();
            found.insert(role, (keys, plan.threshold));
        }
        if found == expected {
            return Ok(());
        }
        Err(CeremonyError::Change {
            what: "ceremony.toml is written in a way that this program cannot edit without changing more than was asked for"
                .to_owned(),
            next: "Write the list of keys in one line, or each key and its comma on a line, and try again. Nothing was changed."
                .to_owned(),
        })
    }

    /// A key whose place is taken has one: in a role of the plan, or in a published delegation that the plan does not list
    /// and where nothing has taken its place yet.
    pub(super) fn require_in_use(&self, ceremony: &Ceremony, key: &str) -> Result<(), CeremonyError> {
        let in_role = ceremony.aliases(key).iter().any(|name| !self.roles_with(name).is_empty());
        let material = ceremony.keyring.get(key).map(|key| key.fingerprint());
        let delegated = || {
            let today = gate::delegations_today(ceremony);
            let planned = |name: &str| self.policy.delegations.contains_key(name);
            let theirs = today.iter().filter(|(name, _)| !planned(name));
            let mut theirs = theirs.map(|(_, role)| &role.materials);
            // Nothing shows there what was declared by now: the last word on the key counts.
            let mut acts = self.acts.iter().rev().chain(ceremony.policy.intended.iter().rev());
            match acts.find(|act| act.takes(key) || act.brings(key)) {
                Some(act) => act.brings(key),
                None => material.is_some_and(|material| theirs.any(|keys| keys.contains(&material))),
            }
        };
        if in_role || delegated() {
            return Ok(());
        }
        let what = format!("{key} is in no role, so that nothing can take its place");
        let next = "Name the key that is there now; `plan` shows who signs for what. Nothing was changed.";
        Err(CeremonyError::Change { what, next: next.to_owned() })
    }
}
