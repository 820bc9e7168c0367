//! Which key takes the place of one that goes, in delegations that the plan does not list.

use std::collections::BTreeMap;

use crate::crypto::digest::Sha256Digest;
use crate::policy::{Intended, Policy};

use super::super::keyring::Keyring;

/// The material of each key that goes, and the name of the key that comes; `None` where none does. What was declared is
/// followed act by act, so that a key that came and went in one ceremony leaves nothing behind.
pub fn succession(policy: &Policy, keyring: &Keyring) -> BTreeMap<Sha256Digest, Option<String>> {
    let declared = policy.intended.iter().filter_map(|act| match act {
        Intended::ReplaceKey { key, .. } | Intended::RevokeKey { key } => Some(key),
        _ => None,
    });
    let mut gone = BTreeMap::new();
    for name in declared.chain(policy.revoke.iter().map(|revoked| &revoked.key)) {
        let Some(material) = keyring.get(name).map(|key| key.fingerprint()) else { continue };
        match heir(policy, keyring, name) {
            // It went, and came back.
            Some(heir) if same(keyring, name, heir) => {}
            heir => drop(gone.insert(material, heir.map(str::to_owned))),
        }
    }
    gone
}

fn heir<'a>(policy: &'a Policy, keyring: &Keyring, name: &'a str) -> Option<&'a str> {
    let mut at = name;
    for act in &policy.intended {
        match act {
            Intended::ReplaceKey { key, by } if same(keyring, key, at) => at = by,
            Intended::RevokeKey { key } if same(keyring, key, at) => return None,
            _ => {}
        }
    }
    // What was revoked by hand is not declared. Keys that replace each other lead nowhere.
    for _ in 0..policy.revoke.len() {
        let Some(revoked) = policy.revoke.iter().find(|one| same(keyring, &one.key, at)) else {
            return Some(at);
        };
        at = revoked.replacement.as_deref()?;
    }
    let revoked = policy.revoke.iter().any(|one| same(keyring, &one.key, at));
    (!revoked).then_some(at)
}

/// Whether two names are of one key, be its material known or not.
fn same(keyring: &Keyring, one: &str, other: &str) -> bool {
    one == other || keyring.get(one).is_some_and(|key| keyring.get(other) == Some(key))
}
