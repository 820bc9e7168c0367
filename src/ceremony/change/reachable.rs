//! Whether a changed plan leaves every role enough keys, before anything of it is written.

use std::collections::BTreeSet;

use crate::checks::{Check, Finding};
use crate::crypto::digest::Sha256Digest;
use crate::host::display::count;
use crate::policy::{Policy, RolePlan};

use super::super::drafting::succession;
use super::super::{Ceremony, gate};

/// ROOT-REVOKED and ROOT-THRESHOLD, before anything is written: no role is left with fewer keys than its threshold, and no
/// revoked key in any. A role that was short of keys before may come nearer to its threshold, key by key.
pub(super) fn reachable(ceremony: &Ceremony, policy: &Policy) -> Finding {
    let (plans, earlier) = (Plans::of(ceremony, policy), Plans::of(ceremony, &ceremony.policy));
    let (mut still, mut short): (Vec<String>, Vec<Short>) = (Vec::new(), Vec::new());
    for (role, plan) in policy.all_roles() {
        let gone: Vec<&str> =
            plan.keys.iter().filter(|key| plans.is_revoked(key)).map(String::as_str).collect();
        if !gone.is_empty() {
            still.push(format!("{role} would list the revoked key {}", gone.join(", ")));
        }
        let missing = plans.missing(plan);
        let before = ceremony.policy.all_roles().into_iter().find(|(name, _)| *name == role);
        if missing > before.map_or(0, |(_, plan)| earlier.missing(plan)).max(0) {
            let lost = before.is_some_and(|(_, plan)| plan.keys.iter().any(|key| plans.is_revoked(key)));
            let left = plan.threshold - missing;
            short.push(Short { role: role.to_owned(), threshold: plan.threshold, left, lost });
        }
    }
    let succession = succession(policy, &ceremony.keyring);
    let left_alone = |name: &String| !policy.delegations.contains_key(name);
    for (_, role) in gate::delegations_today(ceremony).into_iter().filter(|(name, _)| left_alone(name)) {
        if !role.materials.iter().any(|material| succession.contains_key(material)) {
            continue;
        }
        let heirs = role.materials.iter().filter_map(|material| match succession.get(material) {
            None => Some(material.to_hex()),
            Some(heir) => heir.as_ref().map(|heir| plans.id(heir)),
        });
        let left = i64::try_from(heirs.collect::<BTreeSet<String>>().len()).unwrap_or(i64::MAX);
        if left < role.threshold {
            let lost = role.materials.iter().any(|material| plans.revoked.contains(material));
            short.push(Short { role: role.role, threshold: role.threshold, left, lost });
        }
    }
    verdict(still, &short)
}

/// A role that would be left with fewer keys than its threshold.
struct Short {
    role: String,
    threshold: i64,
    left: i64,
    /// Whether a key of it goes.
    lost: bool,
}

fn verdict(still: Vec<String>, short: &[Short]) -> Finding {
    let mut problems = still;
    let is_short = problems.is_empty() && !short.iter().any(|one| one.lost);
    problems.extend(short.iter().map(|Short { role, threshold, left, .. }| {
        format!("{role} would keep {}, and its threshold is {threshold}", count(left, "key"))
    }));
    if problems.is_empty() {
        return Finding::pass(Check::RootRevoked, "every role keeps its threshold");
    }
    let stated = short.iter().filter(|one| !one.role.contains(' '));
    let roles: Vec<String> = stated.map(|one| format!(" --role {}", one.role)).collect();
    let add = format!("Nothing was changed. First add a key, `change add-key NAME{} …`", roles.concat());
    if is_short {
        return Finding::fail(Check::RootThreshold, problems.join("; "), format!("{add}."));
    }
    let next = if short.is_empty() {
        "Nothing was changed. Take the key out of the revoked ones first, if it is to come back; a compromised key never \
         should."
            .to_owned()
    } else {
        format!("{add}, then revoke; or do both at once with `change replace-key` or `change rotate-online`.")
    };
    Finding::fail(Check::RootRevoked, problems.join("; "), next)
}

/// A plan, and the key material that is known.
struct Plans<'a> {
    ceremony: &'a Ceremony,
    policy: &'a Policy,
    revoked: BTreeSet<Sha256Digest>,
}

impl<'a> Plans<'a> {
    fn of(ceremony: &'a Ceremony, policy: &'a Policy) -> Plans<'a> {
        let revoked = policy.revoked_keys().filter_map(|name| ceremony.keyring.get(name));
        Plans { ceremony, policy, revoked: revoked.map(|key| key.fingerprint()).collect() }
    }

    fn material(&self, key: &str) -> Option<Sha256Digest> {
        self.ceremony.keyring.get(key).map(|key| key.fingerprint())
    }

    /// What tells key material apart: itself, or the name where it is not known yet.
    fn id(&self, key: &str) -> String {
        self.material(key).map_or_else(|| key.to_owned(), |material| material.to_hex())
    }

    fn is_revoked(&self, key: &str) -> bool {
        self.policy.revoked_keys().any(|name| name == key)
            || self.material(key).is_some_and(|material| self.revoked.contains(&material))
    }

    /// How many keys a role lacks to reach its threshold.
    fn missing(&self, role: &RolePlan) -> i64 {
        let left = role.keys.iter().filter(|key| !self.is_revoked(key)).map(|key| self.id(key));
        let left = left.collect::<BTreeSet<_>>().len();
        role.threshold.saturating_sub(i64::try_from(left).unwrap_or(i64::MAX))
    }
}
