//! Changing the plan by intent: `ceremony.toml` is edited, its comments stay, and each act is declared, so that PLAN-INTENT
//! can hold the difference to it.
//!
//! A change that would leave a role with fewer keys than its threshold is refused as a whole: whoever revokes first and adds
//! later is told what to add first, and the key that is to go never stays behind unseen.

mod device;
mod in_use;
mod reachable;
mod script;

use jiff::Timestamp;

use crate::checks::{Check, Finding};
use crate::crypto::PublicKey;
use crate::host::display::typed;
use crate::host::files;
use crate::policy::edit::{Edit, NewKey};
use crate::policy::{Expiry, Intended, Intent, Policy, Reason};

use super::directory::ADMINISTRATOR;
use super::event::Event;
use super::{Ceremony, CeremonyError, gate, keyring};

/// A key that comes into the plan, with what must come with it.
#[derive(Clone, Debug)]
pub struct Newcomer {
    /// The key.
    pub key: NewKey,
    /// The name and site of a holder whom the plan does not know yet.
    pub person: Option<(String, Option<String>)>,
    /// Its public half, to be copied into the directory.
    pub public: Option<Vec<u8>>,
}

/// A change of the plan.
#[derive(Clone, Debug)]
pub enum Change {
    /// A key comes into roles; into none, as a standby.
    AddKey {
        /// The key, which the plan may know already.
        key: String,
        /// What the plan does not know yet.
        newcomer: Option<Newcomer>,
        /// The roles.
        roles: Vec<String>,
    },
    /// A key takes another's place everywhere.
    ReplaceKey {
        /// The key that goes.
        key: String,
        /// The key that comes.
        by: String,
        /// What the plan does not know yet.
        newcomer: Option<Newcomer>,
        /// Why the old key goes, if it is revoked.
        reason: Option<(Reason, Option<Timestamp>)>,
    },
    /// A key leaves every role and delegation.
    RevokeKey {
        /// The key.
        key: String,
        /// Why.
        reason: Reason,
        /// Since when, if known.
        since: Option<Timestamp>,
    },
    /// A role gets another threshold.
    SetThreshold {
        /// The role.
        role: String,
        /// How many must sign.
        threshold: i64,
    },
    /// A role gets another expiry.
    SetExpiry {
        /// The role.
        role: String,
        /// The expiry.
        expires: Expiry,
    },
    /// Keys in older forms are written anew.
    ReencodeKeys,
    /// Nothing but version and expiry.
    Refresh,
}

impl Ceremony {
    /// Makes changes, all of them or none. Returns the acts that were declared.
    pub fn change(&mut self, changes: &[Change]) -> Result<Vec<Intended>, CeremonyError> {
        CeremonyError::require(gate::output(self))?;
        Planning::after(self, changes, Planning::of(self)?)?.finish(self)
    }

    /// The text of `ceremony.toml` after changes; nothing is written.
    pub(super) fn changed(&self, changes: &[Change]) -> Result<String, CeremonyError> {
        Ok(Planning::after(self, changes, Planning::of(self)?)?.edit.text())
    }

    /// Writes another `ceremony.toml` in the place of this one, and goes on with it; not one with which the directory could
    /// not be opened.
    pub fn replan(&mut self, text: &str) -> Result<(), CeremonyError> {
        self.with_plan(text)?;
        files::replace(&self.path("ceremony.toml"), text.as_bytes())?;
        self.reload()
    }

    /// The keys of the plan that are one piece of key material, under whatever name: first the name itself.
    pub(super) fn aliases(&self, key: &str) -> Vec<String> {
        let material = self.keyring.get(key).map(|key| key.fingerprint());
        let same = |name: &&String| {
            *name != key
                && material.is_some()
                && self.keyring.get(name).map(|key| key.fingerprint()) == material
        };
        let others = self.policy.keys.keys().filter(same).cloned();
        std::iter::once(key.to_owned()).chain(others).collect()
    }
}

/// A plan that is being changed.
pub(super) struct Planning {
    /// The text.
    pub edit: Edit,
    /// Whether it becomes, or stays, the plan of a first root, in which everything is new and nothing is declared.
    pub begins: bool,
    policy: Policy,
    /// What is to be declared.
    acts: Vec<Intended>,
    /// Public halves to be stored: key, file and what is in it.
    public: Vec<(String, String, Vec<u8>)>,
}

impl Planning {
    /// The plan as it is.
    pub(super) fn of(ceremony: &Ceremony) -> Result<Planning, CeremonyError> {
        let text = files::read(&ceremony.path("ceremony.toml"), crate::policy::LIMIT)?;
        // It was read as a policy, so it is text.
        let edit = Edit::of(&String::from_utf8_lossy(&text))?;
        let policy = ceremony.policy.clone();
        let begins = policy.change == Intent::Genesis;
        Ok(Planning { edit, begins, policy, acts: Vec::new(), public: Vec::new() })
    }

    /// The plan after changes, none of which leaves a role without its threshold.
    pub(super) fn after(
        ceremony: &Ceremony,
        changes: &[Change],
        mut plan: Planning,
    ) -> Result<Planning, CeremonyError> {
        for change in changes {
            plan.make(ceremony, change)?;
        }
        plan.declare();
        let policy = Policy::parse(plan.edit.text().as_bytes())?;
        CeremonyError::require(reachable::reachable(ceremony, &policy))?;
        for (name, _, bytes) in &plan.public {
            is_public_half(name, &policy, bytes)?;
        }
        Ok(plan)
    }

    fn make(&mut self, ceremony: &Ceremony, change: &Change) -> Result<(), CeremonyError> {
        match change {
            Change::AddKey { key, newcomer, roles } => {
                self.arrive(key, newcomer.as_ref())?;
                self.require_other_device(key, None, None)?;
                for role in roles {
                    self.role(role)?;
                    self.edit.add_to_role(role, key);
                }
                if !roles.is_empty() {
                    self.edit.no_standby(key);
                    self.acts.push(Intended::AddKey { key: key.clone(), roles: roles.clone() });
                }
            }
            Change::ReplaceKey { key, by, newcomer, reason } => {
                self.known(key)?;
                if ceremony.aliases(key).contains(by) {
                    let what = match by == key {
                        true => format!("{by} cannot take its own place"),
                        false => format!("{by} is {key} under another name, and cannot take its place"),
                    };
                    let next = "Name the key that comes with --by; nothing was changed.".to_owned();
                    return Err(CeremonyError::Change { what, next });
                }
                self.arrive(by, newcomer.as_ref())?;
                self.require_other_device(by, Some(key), reason.map(|(reason, _)| reason))?;
                let is_revoked = {
                    let revoked: Vec<&str> = self.policy.revoked_keys().collect();
                    ceremony.aliases(by).iter().any(|by| revoked.contains(&by.as_str()))
                };
                if is_revoked {
                    let what = format!("{by} is revoked, and cannot take the place of {key}");
                    let next = "Nothing was changed. Name another key with --by.";
                    return Err(CeremonyError::Refused(Box::new(Finding::fail(
                        Check::RootRevoked,
                        what,
                        next,
                    ))));
                }
                self.require_in_use(ceremony, key)?;
                for name in ceremony.aliases(key) {
                    for role in self.roles_with(&name) {
                        self.edit.replace_in_role(&role, &name, by);
                    }
                }
                self.edit.no_standby(by);
                self.acts.push(Intended::ReplaceKey { key: key.clone(), by: by.clone() });
                if let Some((reason, since)) = reason {
                    self.edit.revoke(key, *reason, *since, Some(by));
                }
            }
            Change::RevokeKey { key, reason, since } => {
                self.known(key)?;
                self.require_no_weaker(ceremony, key, *reason)?;
                let comes = self.acts.iter().chain(&ceremony.policy.intended).any(|act| act.brings(key));
                if ceremony.trusted.is_some() && ceremony.keyring.get(key).is_none() && !comes {
                    return Err(CeremonyError::KeyUnknown { name: key.clone() });
                }
                for name in ceremony.aliases(key) {
                    for role in self.roles_with(&name) {
                        self.edit.remove_from_role(&role, &name);
                    }
                }
                self.edit.revoke(key, *reason, *since, None);
                self.acts.push(Intended::RevokeKey { key: key.clone() });
            }
            Change::SetThreshold { role, threshold } => {
                self.role(role)?;
                self.edit.set_threshold(role, *threshold);
                self.acts.push(Intended::SetThreshold { role: role.clone(), threshold: *threshold });
            }
            Change::SetExpiry { role, expires } => {
                self.role(role)?;
                self.edit.set_expiry(role, expires);
                self.acts.push(Intended::SetExpiry { role: role.clone(), expires: expires.clone() });
            }
            Change::ReencodeKeys => {
                self.edit.set_switch("reencode_keys", true);
                self.acts.push(Intended::ReencodeKeys);
            }
            Change::Refresh => self.acts.push(Intended::Refresh),
        }
        self.policy = Policy::parse(self.with_change().as_bytes())?;
        Ok(())
    }

    /// A key that is revoked already is revoked again for a graver reason only: what follows from the first would be forgotten.
    fn require_no_weaker(&self, ceremony: &Ceremony, key: &str, reason: Reason) -> Result<(), CeremonyError> {
        let aliases = ceremony.aliases(key);
        let before = self.policy.revoke.iter().filter(|one| aliases.contains(&one.key)).map(|one| one.reason);
        match before.max() {
            Some(before) if reason <= before => Err(CeremonyError::Change {
                what: format!("{key} is revoked already, as {}", before.name()),
                next: "Nothing was changed. A graver reason can take the place of this one: retired, lost, compromised."
                    .to_owned(),
            }),
            _ => Ok(()),
        }
    }

    /// The text with the word for the change that it now is: who revokes must say so, or the text cannot be read.
    fn with_change(&self) -> String {
        let mut edit = self.edit.clone();
        if edit.has("revoke") {
            edit.set("change", if self.begins { Intent::Genesis } else { Intent::Revoke }.name());
        }
        edit.text()
    }

    /// The plan knows a key by now.
    fn arrive(&mut self, name: &str, newcomer: Option<&Newcomer>) -> Result<(), CeremonyError> {
        let Some(newcomer) = newcomer else { return self.known(name) };
        if self.policy.keys.contains_key(name) {
            let what = format!("ceremony.toml has a key {name} already");
            let next = format!(
                "Give the new key another name; or, if {name} is meant, leave out what describes a new key."
            );
            return Err(CeremonyError::Change { what, next });
        }
        if let Some(holder) = &newcomer.key.holder {
            let known_as = self.policy.holders.get(holder).map(|known| known.name.as_str());
            match &newcomer.person {
                Some((name, _)) if known_as.is_some_and(|known| known != name) => {
                    let what =
                        format!("the holder {holder} is {}, and not {name}", known_as.unwrap_or_default());
                    let next =
                        "Give a new person another short name with --holder; or leave out --holder-name."
                            .to_owned();
                    return Err(CeremonyError::Change { what, next });
                }
                Some((name, site)) => self.edit.set_holder(holder, name, site.as_deref()),
                None if self.policy.holders.contains_key(holder) => {}
                None => {
                    let what = format!("ceremony.toml has no holder {}", typed(holder));
                    let known: Vec<&str> = self.policy.holders.keys().map(String::as_str).collect();
                    let next =
                        format!("Add --holder-name for a new person; the holders are: {}.", known.join(", "));
                    return Err(CeremonyError::Change { what, next });
                }
            }
        }
        self.edit.add_key(&newcomer.key);
        if let (Some(public), Some(file)) = (&newcomer.public, &newcomer.key.public) {
            self.public.push((name.to_owned(), file.clone(), public.clone()));
        }
        Ok(())
    }

    fn known(&self, key: &str) -> Result<(), CeremonyError> {
        if self.policy.keys.contains_key(key) {
            return Ok(());
        }
        let known = self.policy.keys.keys().cloned().collect();
        Err(CeremonyError::NoSuchKey { name: key.to_owned(), known })
    }

    fn role(&self, name: &str) -> Result<(), CeremonyError> {
        let roles = self.policy.all_roles();
        if roles.iter().any(|(role, _)| *role == name) {
            return Ok(());
        }
        let known: Vec<&str> = roles.iter().map(|(role, _)| *role).collect();
        let what = format!("ceremony.toml has no role {}", typed(name));
        Err(CeremonyError::Change { what, next: format!("The roles are: {}.", known.join(", ")) })
    }

    fn roles_with(&self, key: &str) -> Vec<String> {
        let roles = self.policy.all_roles().into_iter();
        let with = roles.filter(|(_, role)| role.keys.iter().any(|name| name == key));
        with.map(|(role, _)| role.to_owned()).collect()
    }

    /// Writes down what was done, unless this is the first root, in which everything is new.
    fn declare(&mut self) {
        if self.begins {
            self.edit.set("change", Intent::Genesis.name());
            self.edit.remove("intended");
            return;
        }
        for act in self.acts.iter().filter(|act| !self.policy.intended.contains(act) || !act.says_all()) {
            self.edit.intend(act);
        }
        let all = self.policy.intended.iter().chain(&self.acts);
        let moves = |act: &Intended| {
            matches!(
                act,
                Intended::AddKey { .. }
                    | Intended::ReplaceKey { .. }
                    | Intended::RevokeKey { .. }
                    | Intended::SetThreshold { .. }
                    | Intended::ReencodeKeys
            )
        };
        let change = if !self.policy.revoke.is_empty() {
            Intent::Revoke
        } else if self.policy.change == Intent::Rotate || all.clone().any(moves) {
            Intent::Rotate
        } else {
            Intent::Refresh
        };
        self.edit.set("change", change.name());
        self.fit_script();
    }

    /// Public halves that have to be there before it is written: files, and what is in them.
    pub(super) fn public_halves(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.public.iter().map(|(_, file, bytes)| (file.as_str(), bytes.as_slice()))
    }

    /// Writes it.
    pub(super) fn finish(self, ceremony: &mut Ceremony) -> Result<Vec<Intended>, CeremonyError> {
        let text = self.edit.text();
        for (file, bytes) in self.public_halves() {
            ceremony.write(file, bytes)?;
        }
        ceremony.replan(&text)?;
        let acts = self.acts.iter().map(ToString::to_string).collect();
        ceremony.transcript.record(ADMINISTRATOR, &Event::Changed { acts, plan: ceremony.policy.digest })?;
        Ok(self.acts)
    }
}

/// A public half that comes into the directory can be read, and is of the planned scheme: with another the directory could not
/// be opened any longer.
fn is_public_half(name: &str, policy: &Policy, bytes: &[u8]) -> Result<(), CeremonyError> {
    let text = String::from_utf8_lossy(bytes);
    let public = PublicKey::from_spki_pem(&text).map_err(|error| CeremonyError::Change {
        what: format!("what was named as the public half of {name} is none: {error}"),
        next: "Name a file with a public key (PEM, \"BEGIN PUBLIC KEY\"); nothing was changed.".to_owned(),
    })?;
    policy.keys.get(name).map_or(Ok(()), |plan| CeremonyError::require(keyring::fits(name, plan, &public)))
}
