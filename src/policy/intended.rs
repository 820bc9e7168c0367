//! Changes that were declared act by act, and what they come to: PLAN-INTENT holds the difference to exactly this.

use std::collections::{BTreeMap, BTreeSet};

use toml::{Spanned, Value};

use super::Expiry;
use super::raw::{self, Text};
use super::read::{Read, Reader};
use super::value::written;
use crate::tuf::TOP_LEVEL;

/// One declared act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Intended {
    /// A key comes into roles.
    AddKey {
        /// The key.
        key: String,
        /// The roles, top-level or delegated.
        roles: Vec<String>,
    },
    /// One key takes another's place in every role.
    ReplaceKey {
        /// The key that goes.
        key: String,
        /// The key that comes.
        by: String,
    },
    /// A key leaves every role.
    RevokeKey {
        /// The key.
        key: String,
    },
    /// A role gets another threshold.
    SetThreshold {
        /// The role.
        role: String,
        /// How many must sign from now on.
        threshold: i64,
    },
    /// A role gets another period, or date, of expiry.
    SetExpiry {
        /// The role.
        role: String,
        /// The expiry.
        expires: Expiry,
    },
    /// Keys in older forms are written in the one form; who may sign stays the same.
    ReencodeKeys,
    /// Version and expiry are renewed.
    Refresh,
}

impl Intended {
    /// The word in `ceremony.toml`, and of the command.
    pub fn act(&self) -> &'static str {
        match self {
            Intended::AddKey { .. } => "add-key",
            Intended::ReplaceKey { .. } => "replace-key",
            Intended::RevokeKey { .. } => "revoke-key",
            Intended::SetThreshold { .. } => "set-threshold",
            Intended::SetExpiry { .. } => "set-expiry",
            Intended::ReencodeKeys => "reencode-keys",
            Intended::Refresh => "refresh",
        }
    }

    /// Whether declaring it once says all of it, whatever else is declared in between.
    pub fn says_all(&self) -> bool {
        matches!(self, Intended::RevokeKey { .. } | Intended::ReencodeKeys | Intended::Refresh)
    }

    /// Whether a key goes by it.
    pub fn takes(&self, name: &str) -> bool {
        matches!(self, Intended::ReplaceKey { key, .. } | Intended::RevokeKey { key } if key == name)
    }

    /// Whether a key comes in by it, so that it need not stand anywhere yet.
    pub fn brings(&self, name: &str) -> bool {
        match self {
            Intended::AddKey { key, .. } => key == name,
            Intended::ReplaceKey { by, .. } => by == name,
            _ => false,
        }
    }
}

impl std::fmt::Display for Intended {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Intended::AddKey { key, roles } => write!(out, "add the key {key} to {}", roles.join(", ")),
            Intended::ReplaceKey { key, by } => write!(out, "replace the key {key} by {by}"),
            Intended::RevokeKey { key } => write!(out, "revoke the key {key}"),
            Intended::SetThreshold { role, threshold } => {
                write!(out, "set the threshold of {role} to {threshold}")
            }
            Intended::SetExpiry { role, expires } => write!(out, "set the expiry of {role} to {expires}"),
            Intended::ReencodeKeys => out.write_str("write keys in older forms anew"),
            Intended::Refresh => out.write_str("renew version and expiry"),
        }
    }
}

/// Who may sign for a role: what keys are known by, and how many must sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// One entry for each piece of key material.
    pub keys: BTreeSet<String>,
    /// How many of them must sign.
    pub threshold: i64,
}

/// What is trusted after the declared acts, by role. `id` says what a key of the plan is known by in `today`.
pub fn after(
    today: &BTreeMap<String, Standing>,
    acts: &[Intended],
    id: impl Fn(&str) -> String,
) -> BTreeMap<String, Standing> {
    let mut roles = today.clone();
    for act in acts {
        match act {
            Intended::AddKey { key, roles: to } => {
                for name in to {
                    if let Some(role) = roles.get_mut(name) {
                        role.keys.insert(id(key));
                    }
                }
            }
            Intended::ReplaceKey { key, by } => {
                for role in roles.values_mut() {
                    if role.keys.remove(&id(key)) {
                        role.keys.insert(id(by));
                    }
                }
            }
            Intended::RevokeKey { key } => {
                for role in roles.values_mut() {
                    role.keys.remove(&id(key));
                }
            }
            Intended::SetThreshold { role, threshold } => {
                if let Some(role) = roles.get_mut(role) {
                    role.threshold = *threshold;
                }
            }
            Intended::SetExpiry { .. } | Intended::ReencodeKeys | Intended::Refresh => {}
        }
    }
    roles
}

impl Reader<'_> {
    /// One entry of `[[intended]]`: exactly the fields that its act has.
    pub(super) fn intended(&self, raw: &Spanned<raw::Intended>, file: &raw::File) -> Read<Intended> {
        let entry = raw.get_ref();
        let act = entry.act.get_ref().as_str();
        let fields: &[&str] = match act {
            "add-key" => &["key", "roles"],
            "replace-key" => &["key", "by"],
            "revoke-key" => &["key"],
            "set-threshold" => &["role", "threshold"],
            "set-expiry" => &["role", "expires"],
            "reencode-keys" | "refresh" => &[],
            other => {
                let mend = "Write add-key, replace-key, revoke-key, set-threshold, set-expiry, reencode-keys or \
                     refresh; `tuf-ceremony change` does.";
                return Err(self.error(&entry.act, format!("{other:?} is no act"), mend));
            }
        };
        let given = [
            ("key", entry.key.is_some()),
            ("by", entry.by.is_some()),
            ("roles", entry.roles.is_some()),
            ("role", entry.role.is_some()),
            ("threshold", entry.threshold.is_some()),
            ("expires", entry.expires.is_some()),
        ];
        if let Some((field, is_given)) = given.into_iter().find(|(field, is)| *is != fields.contains(field)) {
            let (what, mend) = if is_given {
                (format!("{act} has no field {field:?}"), format!("Remove {field}."))
            } else {
                (format!("{act} needs {field:?}"), format!("Add {field}."))
            };
            return Err(self.error(&entry.act, what, mend));
        }
        let missing = || self.error(&entry.act, "is incomplete", "Let `tuf-ceremony change` write it.");
        let key = |name: &Option<Text>| self.key_name(name.as_ref().ok_or_else(missing)?, file);
        let role = |name: &Text| self.role_name(name, file);
        let one_role = || role(entry.role.as_ref().ok_or_else(missing)?);
        Ok(match act {
            "add-key" => {
                let roles = entry.roles.iter().flatten().map(role).collect::<Read<Vec<_>>>()?;
                Intended::AddKey { key: key(&entry.key)?, roles }
            }
            "replace-key" => Intended::ReplaceKey { key: key(&entry.key)?, by: key(&entry.by)? },
            "revoke-key" => Intended::RevokeKey { key: key(&entry.key)? },
            "set-threshold" => {
                let threshold = *entry.threshold.as_ref().ok_or_else(missing)?.get_ref();
                Intended::SetThreshold { role: one_role()?, threshold }
            }
            "set-expiry" => {
                let expires = self.expiry(entry.expires.as_ref().ok_or_else(missing)?)?;
                Intended::SetExpiry { role: one_role()?, expires }
            }
            "reencode-keys" => Intended::ReencodeKeys,
            _ => Intended::Refresh,
        })
    }

    /// The name of a role that the file defines.
    fn role_name(&self, name: &Text, file: &raw::File) -> Read<String> {
        let delegated = file.delegation.keys().any(|known| known.get_ref() == name.get_ref());
        if delegated || TOP_LEVEL.contains(&name.get_ref().as_str()) {
            return Ok(name.get_ref().clone());
        }
        let what = format!("there is no role {:?}", name.get_ref());
        Err(self.error(name, what, format!("Add [delegation.{}], or name another role.", name.get_ref())))
    }

    /// A period or an instant.
    pub(super) fn expiry(&self, raw: &Spanned<Value>) -> Read<Expiry> {
        Expiry::parse(&written(raw)).ok_or_else(|| {
            let mend = "Write for example \"1 year\", \"90 days\" or 2028-01-14T15:00:00Z.";
            self.error(raw, "is neither a period nor an instant", mend)
        })
    }
}
