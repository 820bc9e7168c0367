//! Whether a key is anywhere, so that another can take its place.

use super::super::{Ceremony, CeremonyError, gate};
use super::Planning;

impl Planning {
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
