//! Collected signatures: `signatures/<payload>/<keyid>.json`, one file each, append-only. Merging two copies of a
//! ceremony is set union over these files; whatever does not count is named and ignored.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::crypto::digest::Sha256Digest;
use crate::host::files;
use crate::json::Json;
use crate::json::view::At;
use crate::policy::Reason;
use crate::tuf::delegation::Delegates;
use crate::tuf::envelope::Signature;
use crate::tuf::key::Key;
use crate::tuf::root::{RoleKeys, Root};
use crate::tuf::targets::Targets;
use crate::tuf::verify::{Signer, Tally, Why, judge, signers, tally};

use super::event::Artifact;
use super::payload::Payload;
use super::{Ceremony, CeremonyError};

/// The largest signature file, in bytes; an ML-DSA-87 signature has 9,254 hex digits.
pub(super) const LIMIT: usize = 64 << 10;

/// Keys and threshold by which a payload is counted.
#[derive(Clone, Debug)]
pub struct Authority {
    /// Keys by keyid.
    pub keys: Arc<BTreeMap<String, Key>>,
    /// The role's keyids and threshold.
    pub role: RoleKeys,
}

impl Authority {
    /// Whether the holders of this key material can sign for the role, as seen by clients that count keyids: one key may have
    /// several.
    pub fn in_hands_of(&self, compromised: &BTreeSet<Sha256Digest>) -> bool {
        let signers = signers(&self.keys, &self.role);
        let taken = signers.iter().filter(|signer| compromised.contains(&signer.material));
        let taken: usize = taken.map(|signer| signer.keyids.len()).sum();
        i64::try_from(taken).is_ok_and(|taken| taken >= self.role.threshold)
    }
}

/// Who must sign a payload: by its own keys, and by those of the trusted root.
#[derive(Clone, Debug)]
pub struct Authorities {
    /// The role's keys in the new root (or in the new targets, for delegations).
    pub new: Authority,
    /// The root role's keys in the trusted root, for root version N+1.
    pub old: Option<Authority>,
}

/// A payload with the signatures that were collected for it.
#[derive(Clone, Debug)]
pub struct Signed {
    /// The payload.
    pub payload: Payload,
    /// Who may sign it.
    pub authorities: Authorities,
    /// Every signature that could be read.
    pub signatures: Vec<Signature>,
    /// Files that hold no signature, and why.
    pub unreadable: Vec<(String, String)>,
    /// Counted by the new keys.
    pub new: Tally,
    /// Counted by the trusted root's keys.
    pub old: Option<Tally>,
    /// Who could sign and is not called, because this ceremony revokes the key as compromised or lost.
    pub not_called: Vec<(Signer, Reason)>,
}

impl Signed {
    /// Whether both thresholds are met.
    pub fn quorate(&self) -> bool {
        self.new.met() && self.old.as_ref().is_none_or(Tally::met)
    }

    /// The keyids under which key material may sign this payload and has not yet.
    pub fn open_keyids(&self, material: Sha256Digest) -> Vec<String> {
        let mut keyids: Vec<String> = Vec::new();
        let tallies =
            [Some((&self.authorities.new, &self.new)), self.authorities.old.as_ref().zip(self.old.as_ref())];
        for (authority, tally) in tallies.into_iter().flatten() {
            if tally.counted.iter().any(|signer| signer.material == material) {
                continue;
            }
            let first = authority
                .role
                .keyids
                .iter()
                .find(|keyid| authority.keys.get(*keyid).and_then(Key::material) == Some(material));
            if let Some(keyid) = first.filter(|keyid| !keyids.contains(*keyid)) {
                keyids.push(keyid.clone());
            }
        }
        keyids
    }

    /// The files of the signatures that key material has made and that hold.
    pub fn files_of(&self, material: Sha256Digest) -> Vec<String> {
        let is_of = |authority: &Authority, keyid: &str| {
            authority.keys.get(keyid).and_then(Key::material) == Some(material)
        };
        let is_its = |one: &&Signature| {
            let by = [Some(&self.authorities.new), self.authorities.old.as_ref()];
            by.into_iter().flatten().any(|by| is_of(by, &one.keyid)) && self.verdict(one).is_ok()
        };
        let own = self.signatures.iter().filter(is_its);
        own.map(|one| file_of(self.payload.digest, &one.keyid)).collect()
    }

    /// Whether key material may sign this payload at all.
    pub fn belongs(&self, material: Sha256Digest) -> bool {
        let has = |authority: &Authority| {
            authority
                .role
                .keyids
                .iter()
                .any(|keyid| authority.keys.get(keyid).and_then(Key::material) == Some(material))
        };
        has(&self.authorities.new) || self.authorities.old.as_ref().is_some_and(has)
    }

    /// Whether a signature verifies, and by a key that may sign this payload; why not, otherwise.
    pub fn verdict(&self, signature: &Signature) -> Result<(), Why> {
        let by =
            |one: &Authority| judge(&one.keys, &one.role, signature, &self.payload.canonical).map(|_| ());
        let authorities = &self.authorities;
        by(&authorities.new).or_else(|why| authorities.old.as_ref().map_or(Err(why), by))
    }
}

/// Writes one signature.
pub fn store(
    ceremony: &Ceremony,
    payload: Sha256Digest,
    signature: &Signature,
) -> Result<Artifact, CeremonyError> {
    ceremony.write(&file_of(payload, &signature.keyid), &signature.to_json().to_disk())
}

/// The file of a key's signature over a payload.
pub fn file_of(payload: Sha256Digest, keyid: &str) -> String {
    format!("signatures/{payload}/{keyid}.json")
}

impl Ceremony {
    /// All current payloads with what has been collected for each.
    pub fn collected(&self) -> Result<Vec<Signed>, CeremonyError> {
        let payloads = self.payloads()?;
        let authorities = self.authorities(&payloads)?;
        payloads.into_iter().zip(authorities).map(|(payload, by)| self.collect(payload, by)).collect()
    }

    /// Who may sign each payload, in their order.
    pub(super) fn authorities(&self, payloads: &[Payload]) -> Result<Vec<Authorities>, CeremonyError> {
        let mut signers = Signers::of(self, payloads)?;
        payloads.iter().map(|payload| signers.of_payload(payload)).collect()
    }

    fn collect(&self, payload: Payload, authorities: Authorities) -> Result<Signed, CeremonyError> {
        let folder = format!("signatures/{}", payload.digest);
        let (mut signatures, mut unreadable) = (Vec::new(), Vec::new());
        for name in files::list_if_folder(&self.path(&folder))? {
            let file = format!("{folder}/{name}");
            let content = files::read(&self.path(&file), LIMIT).map_err(|error| error.to_string());
            match content.and_then(|bytes| read(&bytes)) {
                Ok(signature) if name != format!("{}.json", signature.keyid) => {
                    unreadable.push((file, "its name is not its keyid".to_owned()));
                }
                Ok(signature) => signatures.push(signature),
                Err(problem) => unreadable.push((file, problem)),
            }
        }
        let count = |one: &Authority| tally(&one.keys, &one.role, &signatures, &payload.canonical);
        let mut old = authorities.old.as_ref().map(count);
        let mut new = count(&authorities.new).without_those_counted_by(old.as_ref());
        let mut not_called: Vec<(Signer, Reason)> = Vec::new();
        for tally in old.iter_mut().chain([&mut new]) {
            for signer in std::mem::take(&mut tally.missing) {
                match self.gone_as(signer.material) {
                    None => tally.missing.push(signer),
                    Some(_) if not_called.iter().any(|(other, _)| other.material == signer.material) => {}
                    Some(reason) => not_called.push((signer, reason)),
                }
            }
        }
        Ok(Signed { payload, authorities, signatures, unreadable, new, old, not_called })
    }

    /// The keyids under which a payload still needs a key; `None` if the key has nothing to do with it.
    pub(super) fn asked_of(&self, signed: &Signed, material: Sha256Digest) -> Option<Vec<String>> {
        // With a key that is revoked, the old root is all that may have to be signed.
        let asked = self.revoked_as(material).is_none() || signed.old.is_some();
        (asked && signed.belongs(material)).then(|| signed.open_keyids(material))
    }

    /// Why nobody is asked to sign with a key any longer, if this ceremony revokes it as compromised or lost.
    pub fn gone_as(&self, material: Sha256Digest) -> Option<Reason> {
        let needed = |reason: &Reason| *reason == Reason::Compromised && self.doubted_must_sign();
        self.revoked_as(material).filter(|reason| !needed(reason))
    }

    /// As what this ceremony revokes a key, if as compromised or lost.
    pub fn revoked_as(&self, material: Sha256Digest) -> Option<Reason> {
        let is_it = |key: &str| self.keyring.get(key).is_some_and(|key| key.fingerprint() == material);
        let gone = |reason: Reason| matches!(reason, Reason::Compromised | Reason::Lost);
        let revoked = self.policy.revoke.iter().find(|one| gone(one.reason) && is_it(&one.key));
        revoked.map(|one| one.reason)
    }

    /// Whether the trusted root's keys that are neither lost nor in doubt are too few to sign what follows it: then those in
    /// doubt must sign once more, which nobody else can do with them alone.
    pub fn doubted_must_sign(&self) -> bool {
        let Some(trusted) = &self.trusted else { return false };
        let Some(role) = trusted.root.roles.get("root") else { return false };
        let signers = signers(&trusted.root.keys, role);
        let honest = signers.iter().filter(|signer| self.revoked_as(signer.material).is_none()).count();
        i64::try_from(honest).is_ok_and(|honest| honest < role.threshold)
    }

    /// Signatures of payloads that a later freeze voided, by digest.
    pub fn void_signatures(&self) -> Result<Vec<(String, Vec<String>)>, CeremonyError> {
        let index = self.index()?;
        let mut void = Vec::new();
        for digest in files::list(&self.path("signatures"))? {
            if !index.digests().any(|(_, _, current)| current.to_hex() == digest) {
                let names = files::list_if_folder(&self.path(&format!("signatures/{digest}")))?;
                if !names.is_empty() {
                    void.push((digest, names));
                }
            }
        }
        Ok(void)
    }
}

/// Reads the file of a signature, which is not verified by that.
pub(super) fn read(bytes: &[u8]) -> Result<Signature, String> {
    let tree = Json::parse(bytes, LIMIT).map_err(|error| error.to_string())?;
    Signature::read(&At::new(&tree, "signature")).map_err(|error| error.to_string())
}

/// Who may sign what, read once for all payloads.
struct Signers<'a> {
    ceremony: &'a Ceremony,
    payloads: &'a [Payload],
    root: Root,
    /// Delegated roles, by those delegators that were looked at.
    delegated: BTreeMap<String, BTreeMap<String, Authority>>,
}

impl Signers<'_> {
    fn of<'a>(ceremony: &'a Ceremony, payloads: &'a [Payload]) -> Result<Signers<'a>, CeremonyError> {
        let frozen = payloads.iter().find(|one| one.role == "root");
        let root = match (frozen, &ceremony.trusted) {
            (Some(payload), _) => {
                Root::read(&payload.signed).map_err(|error| damaged(payload, error.to_string()))?
            }
            // A ceremony that leaves the root as it is.
            (None, Some(trusted)) => trusted.root.clone(),
            (None, None) => {
                let what = "no root is frozen, and none is trusted".to_owned();
                let next = "Run `tuf-ceremony draft` and `tuf-ceremony freeze` again.".to_owned();
                return Err(CeremonyError::NotYet { what, next });
            }
        };
        Ok(Signers { ceremony, payloads, root, delegated: BTreeMap::new() })
    }

    fn of_payload(&mut self, payload: &Payload) -> Result<Authorities, CeremonyError> {
        let new = match self.root.roles.get(&payload.role) {
            Some(role) => Authority { keys: Arc::clone(&self.root.keys), role: role.clone() },
            None => self
                .of_delegated(&payload.role)
                .ok_or_else(|| damaged(payload, "nobody delegates to this role".to_owned()))?,
        };
        let old = self.ceremony.trusted.as_ref().filter(|_| payload.role == "root").and_then(|trusted| {
            let role = trusted.root.roles.get("root").cloned()?;
            Some(Authority { keys: Arc::clone(&trusted.root.keys), role })
        });
        Ok(Authorities { new, old })
    }

    /// Who may sign for a delegated role: by its delegator as it is frozen here, else as it is published today.
    fn of_delegated(&mut self, name: &str) -> Option<Authority> {
        let known = self.ceremony.trusted.as_ref().or(self.ceremony.ended.as_ref());
        let current = known.and_then(|known| known.current.as_ref());
        let published = current.and_then(|current| current.get(name)?.delegator.clone());
        let delegator = published.unwrap_or_else(|| "targets".to_owned());
        let payloads = self.payloads;
        let roles = self.delegated.entry(delegator.clone()).or_insert_with(|| {
            let frozen = payloads.iter().find(|one| one.role == delegator).map(|one| &one.signed);
            let signed = frozen.or_else(|| current?.signed(&delegator));
            signed.map(delegated).unwrap_or_default()
        });
        let bins = || roles.iter().find(|(prefix, _)| name.starts_with(&format!("{prefix}-")));
        roles.get(name).or_else(|| bins().map(|(_, by)| by)).cloned()
    }
}

fn damaged(payload: &Payload, problem: String) -> CeremonyError {
    CeremonyError::Damaged { file: format!("payloads/{}.json", payload.digest), problem }
}

/// Who may sign for the roles that targets metadata delegates to; of bins, under their prefix.
fn delegated(signed: &Json) -> BTreeMap<String, Authority> {
    let Some(delegations) = Targets::read(signed).ok().and_then(|targets| targets.delegations) else {
        return BTreeMap::new();
    };
    let keys = Arc::new(delegations.keys);
    let by = |role: RoleKeys| Authority { keys: Arc::clone(&keys), role };
    match delegations.delegates {
        Delegates::Roles(roles) => roles.into_iter().map(|one| (one.name, by(one.keys))).collect(),
        Delegates::Succinct(bins) => [(bins.name_prefix, by(bins.keys))].into_iter().collect(),
    }
}
