//! New keys on the devices of others, and on those that go.

use crate::policy::{Policy, Reason};

use super::super::CeremonyError;
use super::Planning;

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
}
