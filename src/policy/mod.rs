//! `ceremony.toml`: the one reviewed input, and what follows from it alone.

pub mod calendar;
pub mod edit;
pub mod error;
pub mod expiry;
pub mod exposure;
pub mod intended;
mod key;
mod media;
mod places;
mod raw;
mod read;
pub mod survival;
mod syntax;
mod typo;
mod value;

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::crypto::Scheme;
use crate::crypto::digest::Sha256Digest;

pub use error::PolicyError;
pub use expiry::Expiry;
pub use intended::Intended;
pub use media::{Contents, Existing, MediumPlan, MediumRole, SetPlan, WRAPPED};

/// The largest `ceremony.toml`, in bytes (check PLAN-STRICT).
pub const LIMIT: usize = 1 << 20;

/// What trust should look like. A value of this type has passed PLAN-STRICT: every name it mentions is defined in it.
#[derive(Clone, Debug)]
pub struct Policy {
    /// SHA-256 of the file.
    pub digest: Sha256Digest,
    /// The ceremony's id, unique in the repository's history.
    pub id: String,
    /// The repository this is about.
    pub repository: String,
    /// The script that the ceremony follows.
    pub script: String,
    /// When the ceremony is held. Expiry periods count from here, so that a draft is the same on every machine.
    pub planned: Timestamp,
    /// When the next ceremony is held, if already known: nothing that needs a ceremony may expire before then.
    pub next: Option<Timestamp>,
    /// What the difference to the trusted root is meant to be.
    pub change: Intent,
    /// Whether this is a rehearsal.
    pub rehearsal: bool,
    /// `spec_version` of all metadata.
    pub spec_version: String,
    /// `consistent_snapshot` of the root.
    pub consistent_snapshot: bool,
    /// Whether a root commits to the record of its ceremony.
    pub commitment: bool,
    /// Whether key objects name their holders.
    pub holder_names: bool,
    /// Whether keys of the trusted root that are written in an older form are written anew in the one form.
    pub reencode_keys: bool,
    /// The newest root the world trusts; `None` exactly at genesis.
    pub trusted: Option<TrustedRoot>,
    /// People, by short name.
    pub holders: BTreeMap<String, Holder>,
    /// Keys, by name.
    pub keys: BTreeMap<String, KeyPlan>,
    /// The four top-level roles.
    pub roles: BTreeMap<String, RolePlan>,
    /// Delegated roles.
    pub delegations: BTreeMap<String, DelegationPlan>,
    /// Keys that must be in no role afterwards.
    pub revoke: Vec<Revocation>,
    /// What was declared act by act, oldest first; if anything was, the difference must be exactly this.
    pub intended: Vec<Intended>,
    /// Checks that may fail this time.
    pub waivers: Vec<Waiver>,
    /// Removable media, by name.
    pub media: BTreeMap<String, MediumPlan>,
    /// What is exported, by name of the set.
    pub sets: BTreeMap<String, SetPlan>,
}

/// What a ceremony is meant to change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intent {
    /// The first root.
    Genesis,
    /// New version and expiry, nothing else.
    Refresh,
    /// Keys or thresholds change, no key is revoked.
    Rotate,
    /// Keys listed under `revoke` leave.
    Revoke,
}

impl Intent {
    /// The word in `ceremony.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Intent::Genesis => "genesis",
            Intent::Refresh => "refresh",
            Intent::Rotate => "rotate",
            Intent::Revoke => "revoke",
        }
    }
}

/// The root that is trusted today.
#[derive(Clone, Debug)]
pub struct TrustedRoot {
    /// File, relative to the ceremony directory.
    pub root: String,
    /// SHA-256 of that file.
    pub sha256: Sha256Digest,
}

/// A person who controls keys.
#[derive(Clone, Debug)]
pub struct Holder {
    /// The name that people know.
    pub name: String,
    /// Where the holder works.
    pub site: Option<String>,
}

/// A key, before it is known which one.
#[derive(Clone, Debug)]
pub struct KeyPlan {
    /// The holder's short name; `None` for an online key.
    pub holder: Option<String>,
    /// The signature scheme.
    pub scheme: Scheme,
    /// The token it lives in, if this ceremony signs with it.
    pub token: Option<TokenPlan>,
    /// File with the public half, relative to the ceremony directory, if it does not come from the token.
    pub public: Option<String>,
    /// The key whose place it takes when that is lost or compromised.
    pub standby_for: Option<String>,
    /// Why it was revoked in an earlier ceremony: it must never come back.
    pub revoked: Option<Reason>,
}

/// The token a key lives in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenPlan {
    /// What kind of token, with what only that kind has.
    pub kind: TokenKind,
    /// Serial number, as the token reports it.
    pub serial: String,
    /// Expected model (check TOKEN-IDENTITY), if stated.
    pub model: Option<String>,
    /// Expected manufacturer (check TOKEN-IDENTITY), if stated.
    pub manufacturer: Option<String>,
}

/// The kinds of token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// Embedded, for rehearsals only.
    Rehearsal,
    /// Any PKCS#11 token.
    Pkcs11 {
        /// The vendor's library.
        module: String,
        /// CKA_ID, if stated.
        id: Option<Vec<u8>>,
        /// CKA_LABEL; the key's name unless stated.
        label: String,
    },
    /// A YubiHSM 2.
    Yubihsm {
        /// Object id of the key.
        object: u16,
    },
}

impl TokenKind {
    /// The word in `ceremony.toml`.
    pub fn name(&self) -> &'static str {
        match self {
            TokenKind::Rehearsal => "rehearsal",
            TokenKind::Pkcs11 { .. } => "pkcs11",
            TokenKind::Yubihsm { .. } => "yubihsm",
        }
    }
}

/// A role's keys, threshold and expiry.
#[derive(Clone, Debug)]
pub struct RolePlan {
    /// Names of keys, each once.
    pub keys: Vec<String>,
    /// How many must sign, at least 1.
    pub threshold: i64,
    /// When its metadata expires.
    pub expires: Expiry,
}

/// A delegated role.
#[derive(Clone, Debug)]
pub struct DelegationPlan {
    /// Keys, threshold, expiry.
    pub role: RolePlan,
    /// Path patterns it may speak for; `None` to leave them as they are published today.
    pub paths: Option<Vec<String>>,
    /// Whether the search ends here; `None` to leave it as it is published today.
    pub terminating: Option<bool>,
}

/// A key that must go.
#[derive(Clone, Debug)]
pub struct Revocation {
    /// The key's name.
    pub key: String,
    /// Why.
    pub reason: Reason,
    /// Since when, if known.
    pub since: Option<Timestamp>,
    /// The key that takes its place wherever it stands in delegations that the plan does not list.
    pub replacement: Option<String>,
}

/// Why a key is revoked, the gravest last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// No longer needed.
    Retired,
    /// Nobody can sign with it.
    Lost,
    /// Somebody else may be able to sign with it.
    Compromised,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Reason; 3] = [Reason::Compromised, Reason::Lost, Reason::Retired];

    /// The word in `ceremony.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Reason::Compromised => "compromised",
            Reason::Lost => "lost",
            Reason::Retired => "retired",
        }
    }

    /// The reason with this word.
    pub fn from_name(name: &str) -> Option<Reason> {
        Reason::ALL.into_iter().find(|reason| reason.name() == name)
    }
}

/// Permission, given beforehand, for one check to fail.
#[derive(Clone, Debug)]
pub struct Waiver {
    /// The check's id.
    pub check: String,
    /// Why it may fail.
    pub reason: String,
    /// The end of the permission.
    pub until: Timestamp,
    /// Line of `ceremony.toml`, for messages.
    pub line: usize,
}

/// Whether a text can be a name, which is also part of file names and of command lines.
pub fn is_name(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let starts = text.chars().next().is_some_and(|c| c.is_ascii_alphanumeric());
    text.len() <= 64 && starts && text.chars().all(fits)
}

impl Policy {
    /// Reads `ceremony.toml` (check PLAN-STRICT).
    pub fn parse(text: &[u8]) -> Result<Policy, PolicyError> {
        read::read(text)
    }

    /// Top-level and delegated roles with their plans: root, targets, delegations, snapshot, timestamp.
    pub fn all_roles(&self) -> Vec<(&str, &RolePlan)> {
        let top = |name: &'static str| self.roles.get(name).map(|role| (name, role));
        let delegated = self.delegations.iter().map(|(name, delegation)| (name.as_str(), &delegation.role));
        top("root")
            .into_iter()
            .chain(top("targets"))
            .chain(delegated)
            .chain(top("snapshot"))
            .chain(top("timestamp"))
            .collect()
    }

    /// The person who answers for a key: a holder's name, or "online".
    pub fn holder_of(&self, key: &str) -> &str {
        let holder = self.keys.get(key).and_then(|key| key.holder.as_deref());
        holder.and_then(|holder| self.holders.get(holder)).map_or("online", |holder| holder.name.as_str())
    }

    /// The holder's name that is written into a key's metadata: only if the plan asks for it, and only for people.
    pub fn written_holder(&self, key: &str) -> Option<&str> {
        let belongs_to_somebody = self.keys.get(key).is_some_and(|key| key.holder.is_some());
        (self.holder_names && belongs_to_somebody).then(|| self.holder_of(key))
    }

    /// The device that a key is on: its serial number, with the kind where two kinds have the same.
    pub fn device_of(&self, key: &str) -> Option<String> {
        let token = self.keys.get(key)?.token.as_ref()?;
        let others = self.keys.values().filter_map(|other| other.token.as_ref());
        let namesake = others.filter(|other| other.serial == token.serial);
        let same_kind = namesake.map(|other| other.kind.name()).all(|kind| kind == token.kind.name());
        Some(match same_kind {
            true => token.serial.clone(),
            false => format!("{} ({})", token.serial, token.kind.name()),
        })
    }

    /// The key whose name was probably meant.
    pub fn key_like(&self, name: &str) -> Option<&str> {
        typo::nearest(name, self.keys.keys().map(String::as_str))
    }

    /// Keys that must be in no role: those that this ceremony revokes, and those that an earlier one did.
    pub fn revoked_keys(&self) -> impl Iterator<Item = &str> {
        let now = self.revoke.iter().map(|one| one.key.as_str());
        let before = self.keys.iter().filter(|(_, plan)| plan.revoked.is_some());
        now.chain(before.map(|(name, _)| name.as_str()))
    }

    /// The key that takes another's place when that is lost or compromised, if the plan has one.
    pub fn standby_of(&self, key: &str) -> Option<&str> {
        let standby = self.keys.iter().find(|(_, plan)| plan.standby_for.as_deref() == Some(key));
        standby.map(|(name, _)| name.as_str())
    }

    /// Whether only a ceremony can sign for a role: always for the root; for others, where all of its keys belong to people.
    pub fn is_offline(&self, name: &str, role: &RolePlan) -> bool {
        name == "root"
            || role.keys.iter().all(|name| self.keys.get(name).is_some_and(|key| key.holder.is_some()))
    }
}
