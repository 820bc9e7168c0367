//! What changes from what is trusted to what the plan states, in the names of the plan.

use std::collections::BTreeSet;

use crate::crypto::digest::Sha256Digest;
use crate::json::Json;
use crate::policy::Intended;
use crate::tuf::verify::signers;

use super::super::Ceremony;
use super::PlannedRole;

/// What changes in one role.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoleChange {
    /// The role.
    pub role: String,
    /// Keys that come.
    pub added: Vec<String>,
    /// Keys that go.
    pub removed: Vec<String>,
    /// Keys that go, and those that take their place by declaration.
    pub replaced: Vec<(String, String)>,
    /// The threshold before and after, where it changes.
    pub threshold: Option<(i64, i64)>,
    /// When what is published expires, and when what is made will; where the role is planned.
    pub expires: Option<(String, String)>,
}

impl RoleChange {
    /// Whether anything but the expiry changes.
    pub fn is_more_than_dates(&self) -> bool {
        !self.added.is_empty()
            || !self.removed.is_empty()
            || !self.replaced.is_empty()
            || self.threshold.is_some()
    }
}

impl Ceremony {
    /// The changes of every top-level role, against the trusted root.
    pub(super) fn role_changes(&self, roles: &[PlannedRole]) -> Vec<RoleChange> {
        let Some(trusted) = &self.trusted else { return Vec::new() };
        let mut changes = Vec::new();
        for (name, plan) in self.policy.all_roles() {
            let Some(role) = trusted.root.roles.get(name) else { continue };
            let old = signers(&trusted.root.keys, role);
            let was: BTreeSet<Sha256Digest> = old.iter().map(|signer| signer.material).collect();
            let material = |key: &String| self.keyring.get(key).map(|key| key.fingerprint());
            let is: BTreeSet<Sha256Digest> = plan.keys.iter().filter_map(material).collect();
            let comes = |key: &&String| material(key).is_none_or(|material| !was.contains(&material));
            let mut added: Vec<String> = plan.keys.iter().filter(comes).cloned().collect();
            let gone = old.iter().filter(|signer| !is.contains(&signer.material));
            let mut removed: Vec<String> = gone
                .map(|signer| match self.keyring.name_of(signer.material) {
                    Some(key) => key.to_owned(),
                    None => self.signer_name(signer),
                })
                .collect();
            let mut replaced = Vec::new();
            for act in &self.policy.intended {
                if let Intended::ReplaceKey { key, by } = act
                    && removed.contains(key)
                    && added.contains(by)
                {
                    removed.retain(|other| other != key);
                    added.retain(|other| other != by);
                    replaced.push((key.clone(), by.clone()));
                }
            }
            let threshold = (role.threshold != plan.threshold).then_some((role.threshold, plan.threshold));
            let before =
                self.published_today(name).and_then(|signed| signed.get("expires")).and_then(Json::as_str);
            let after = roles.iter().find(|role| role.role == name).map(|role| role.expires.clone());
            let expires = before.map(str::to_owned).zip(after).filter(|(before, after)| before != after);
            changes.push(RoleChange { role: name.to_owned(), added, removed, replaced, threshold, expires });
        }
        changes
    }
}
