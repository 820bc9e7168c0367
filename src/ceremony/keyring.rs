//! The public keys that are known: `keys/<key name>/public.pem`, or the file that the plan names.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::checks::{Check, Finding};
use crate::crypto::digest::Sha256Digest;
use crate::crypto::software::SoftwareKey;
use crate::crypto::{PublicKey, Scheme};
use crate::host::files;
use crate::json::Json;
use crate::json::view::At;
use crate::policy::{KeyPlan, Policy, Reason};
use crate::tuf::key::{Key, keyid_of};

use super::CeremonyError;
use super::trusted::Trusted;

/// The largest key file, in bytes.
pub const LIMIT: usize = 64 << 10;

/// Public keys by the names that the plan gives them.
#[derive(Clone, Debug, Default)]
pub struct Keyring {
    keys: BTreeMap<String, PublicKey>,
}

impl Keyring {
    /// Reads every key that is there. Each must fit its planned scheme.
    pub fn load(directory: &Path, policy: &Policy) -> Result<Keyring, CeremonyError> {
        let mut keys = BTreeMap::new();
        for (name, plan) in &policy.keys {
            let file = file_of(name, plan);
            let Some(bytes) = files::read_if_there(&directory.join(&file), LIMIT)? else { continue };
            let damaged = |problem: String| CeremonyError::Damaged { file: file.clone(), problem };
            let text = std::str::from_utf8(&bytes).map_err(|_| damaged("it is not text".to_owned()))?;
            let public = PublicKey::from_spki_pem(text).map_err(|error| damaged(error.to_string()))?;
            CeremonyError::require(fits(name, plan, &public))?;
            let object = format!("keys/{name}/key.json");
            if let Some(bytes) = files::read_if_there(&directory.join(&object), LIMIT)? {
                check_object(&object, &bytes, &public)?;
            }
            keys.insert(name.clone(), public);
        }
        Ok(Keyring { keys })
    }

    /// The public half of a key, if it is known.
    pub fn get(&self, name: &str) -> Option<&PublicKey> {
        self.keys.get(name)
    }

    /// The name of a key by its material.
    pub fn name_of(&self, material: Sha256Digest) -> Option<&str> {
        self.keys.iter().find(|(_, key)| key.fingerprint() == material).map(|(name, _)| name.as_str())
    }

    /// Every name of a key by its material.
    pub fn names_of(&self, material: Option<Sha256Digest>) -> impl Iterator<Item = &str> {
        let same = move |key: &PublicKey| Some(key.fingerprint()) == material;
        self.keys.iter().filter(move |(_, key)| same(key)).map(|(name, _)| name.as_str())
    }

    /// Puts a key that nobody uses in the place of one that is not known yet, for a look ahead. Returns its scheme.
    pub(super) fn stand_in(&mut self, name: &str) -> Option<Scheme> {
        let seed = Sha256Digest::of(name.as_bytes()).0;
        let key = SoftwareKey::from_seed(Scheme::Ed25519.algorithm(), &seed).ok()?;
        self.keys.insert(name.to_owned(), key.public().clone());
        Some(Scheme::Ed25519)
    }

    /// The key object to write into metadata. A key that is listed there `today` keeps its object, so that its keyid stays
    /// and no field of it is lost; with `reencode_keys` in the one form that is written.
    pub fn object<'k>(
        &self,
        name: &str,
        policy: &Policy,
        today: impl IntoIterator<Item = &'k Key>,
    ) -> Result<Json, CeremonyError> {
        let unknown = || CeremonyError::KeyUnknown { name: name.to_owned() };
        let public = self.keys.get(name).ok_or_else(unknown)?;
        let plan = policy.keys.get(name).ok_or_else(unknown)?;
        let same =
            |key: &&Key| key.material() == Some(public.fingerprint()) && key.scheme == plan.scheme.name();
        Ok(match today.into_iter().find(same) {
            Some(key) if policy.reencode_keys => key.reencoded(),
            Some(key) => key.object(),
            None => Key::write(public, plan.scheme, policy.written_holder(name)),
        })
    }

    /// The keyid under which a key will stand in a root.
    pub fn keyid(&self, name: &str, policy: &Policy, trusted: Option<&Trusted>) -> Option<String> {
        let today = trusted.iter().flat_map(|trusted| trusted.root.keys.values());
        self.object(name, policy, today).ok().map(|object| keyid_of(&object))
    }

    /// The material of every key that the plan revokes as compromised.
    pub fn compromised(&self, policy: &Policy) -> BTreeSet<Sha256Digest> {
        let revoked = policy.revoke.iter().filter(|one| one.reason == Reason::Compromised);
        revoked.filter_map(|one| Some(self.get(&one.key)?.fingerprint())).collect()
    }
}

/// `keys/<key name>/key.json` is whole and of the same key. Nothing is read from it, but people and other programs will.
pub(super) fn check_object(file: &str, bytes: &[u8], public: &PublicKey) -> Result<(), CeremonyError> {
    let damaged = |problem: String| CeremonyError::Damaged { file: file.to_owned(), problem };
    let object = Json::parse(bytes, LIMIT).map_err(|error| damaged(error.to_string()))?;
    let key = Key::read("", &At::new(&object, "key")).map_err(|error| damaged(error.to_string()))?;
    if key.material() == Some(public.fingerprint()) {
        return Ok(());
    }
    Err(damaged("it is another key than the public half beside it".to_owned()))
}

/// KEY-SCHEME, for a public key and the scheme that the plan gives it.
pub fn fits(name: &str, plan: &KeyPlan, public: &PublicKey) -> Finding {
    let (planned, found) = (plan.scheme.algorithm(), public.algorithm());
    if planned == found {
        return Finding::pass(Check::KeyScheme, format!("{name} is a {} key", found.name()));
    }
    let what = format!("the key {name} is a {} key, and the plan says {}", found.name(), plan.scheme.name());
    Finding::fail(
        Check::KeyScheme,
        what,
        "Correct the scheme in ceremony.toml, or use the key that was meant.",
    )
}

/// The file of a key's public half.
pub fn file_of(name: &str, plan: &KeyPlan) -> String {
    plan.public.clone().unwrap_or_else(|| format!("keys/{name}/public.pem"))
}
