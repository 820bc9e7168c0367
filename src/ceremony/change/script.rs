//! The script that people follow fits what was declared.

use crate::policy::{Intended, Reason};

use super::Planning;

/// The scripts that a ceremony may begin with, or that an earlier change has set. Those for bad nights were chosen by
/// `compromise`, and a script of the project's own is the project's affair.
const REPLACED: [&str; 4] = ["genesis", REFRESH, ONLINE, HOLDER];
const REFRESH: &str = "annual-refresh";
const ONLINE: &str = "online-key-rotation";
const HOLDER: &str = "holder-replacement";
/// Where somebody else may have a key, no other script will do.
const COMPROMISE: &str = "compromise";

impl Planning {
    /// Names the script that fits everything that is declared by now, in the place of one that comes with the program too.
    pub(super) fn fit_script(&mut self) {
        let all: Vec<&Intended> = self.policy.intended.iter().chain(&self.acts).collect();
        if !self.acts.is_empty() && REPLACED.contains(&self.policy.script.as_str()) {
            self.edit.set("script", self.fitting(&all));
        }
    }

    fn fitting(&self, acts: &[&Intended]) -> &'static str {
        let renews = |act: &&Intended| {
            matches!(act, Intended::SetExpiry { .. } | Intended::ReencodeKeys | Intended::Refresh)
        };
        if self.policy.revoke.iter().any(|one| one.reason == Reason::Compromised) {
            COMPROMISE
        } else if acts.iter().any(|act| self.moves_holders(act)) {
            HOLDER
        } else if acts.iter().all(renews) {
            REFRESH
        } else {
            ONLINE
        }
    }

    /// Whether an act changes who of the holders signs, or how many.
    fn moves_holders(&self, act: &Intended) -> bool {
        let held = |key: &String| self.policy.keys.get(key).is_some_and(|key| key.holder.is_some());
        match act {
            Intended::AddKey { key, .. } | Intended::RevokeKey { key } => held(key),
            Intended::ReplaceKey { key, by } => held(key) || held(by),
            Intended::SetThreshold { .. } => true,
            Intended::SetExpiry { .. } | Intended::ReencodeKeys | Intended::Refresh => false,
        }
    }
}
