//! Values that become known in the course of a ceremony, as far as they are.

use std::collections::BTreeMap;

use crate::console::words::words;
use crate::crypto::digest::Sha256Digest;

use super::super::{Ceremony, CeremonyError};
use super::Late;

/// What is known by now.
pub struct Known {
    payloads: BTreeMap<String, Sha256Digest>,
    keyids: BTreeMap<String, String>,
}

impl Known {
    /// What is known of a ceremony: digests once its payloads are frozen, keyids once its keys are made.
    pub fn of(ceremony: &Ceremony) -> Result<Known, CeremonyError> {
        let payloads = match ceremony.payloads() {
            Err(CeremonyError::NotYet { .. }) => Vec::new(),
            other => other?,
        };
        let keyid = |name: &String| {
            let keyid = ceremony.keyring.keyid(name, &ceremony.policy, ceremony.trusted.as_ref())?;
            Some((name.clone(), keyid))
        };
        Ok(Known {
            payloads: payloads.into_iter().map(|one| (one.role, one.digest)).collect(),
            keyids: ceremony.policy.keys.keys().filter_map(keyid).collect(),
        })
    }

    /// A value, if it is known: digests in groups of four, as they are read aloud.
    pub fn value(&self, late: &Late) -> Option<String> {
        match late {
            Late::Sha256(role) => self.payloads.get(role).map(|digest| digest.groups().join(" ")),
            Late::Words(role) => self.payloads.get(role).map(|digest| words(&digest.0).join(" ")),
            Late::Keyid(key) => self.keyids.get(key).cloned(),
        }
    }
}
