//! Signatures and quorum: who signed, who is missing, who was ignored and why (spec 5.3.4).
//!
//! The threshold is counted over distinct key material. Keyids only say which key to try.

use std::collections::{BTreeMap, BTreeSet};

use crate::crypto::SignatureError;
use crate::crypto::digest::Sha256Digest;
use crate::crypto::hex;

use super::envelope::Signature;
use super::key::{Key, KeyProblem, Usable};
use super::root::RoleKeys;

/// The outcome of counting signatures for one role. It is evidence: [`Tally::met`] is derived from what is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    /// How many are needed.
    pub threshold: i64,
    /// Signers whose signatures count: distinct key material, in the order of the role's keyids.
    pub counted: Vec<Signer>,
    /// Signers that could still sign.
    pub missing: Vec<Signer>,
    /// Signatures that count for nothing.
    pub ignored: Vec<Ignored>,
}

/// A piece of key material that belongs to the role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signer {
    /// SHA-256 of its SPKI.
    pub material: Sha256Digest,
    /// Every keyid by which the role knows it; for counted signers, those that signed come first.
    pub keyids: Vec<String>,
    /// The holder named in the metadata, if any.
    pub holder: Option<String>,
    /// How many valid signatures it made, under all its keyids; 0 for missing ones.
    pub signatures: usize,
}

/// A signature that does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ignored {
    /// The keyid it claims.
    pub keyid: String,
    /// Why it does not count.
    pub why: Why,
}

/// Why a signature does not count.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// A placeholder, as tuf-on-ci writes.
    #[error("it is empty")]
    Empty,
    /// Not hex.
    #[error("it is not hexadecimal")]
    NotHex,
    /// Not base64, in a dialect that writes signatures so.
    #[error("it is not base64")]
    NotBase64,
    /// The method that stands beside it, in a dialect that has one, is not known or not for this kind of key.
    #[error("its method {method:?} is not one for its key")]
    Method {
        /// As found; empty if there is none.
        method: String,
    },
    /// The role does not list this keyid.
    #[error("its key is not one of this role")]
    Foreign,
    /// The role lists the keyid, and no such key is defined.
    #[error("its key is not defined")]
    Undefined,
    /// The key can verify nothing.
    #[error("its key cannot be used: {0}")]
    UnusableKey(KeyProblem),
    /// Wrong.
    #[error("it does not verify: {0}")]
    Invalid(SignatureError),
    /// So many that looking at all of them would never end.
    #[error("there are too many signatures to look at")]
    TooMany,
    /// A valid signature by this keyid was counted already.
    #[error("this keyid signed already")]
    Repeated,
    /// A valid signature by the same key material was counted already.
    #[error("the same key signed already, under keyid {first}")]
    SameMaterial {
        /// The keyid that was counted.
        first: String,
    },
}

impl Why {
    /// The name and the words of the rule by which a client does not count the key, if that is why.
    pub fn not_counted(&self) -> Option<(&'static str, &'static str)> {
        match self {
            Why::UnusableKey(KeyProblem::NotCounted { rule, says }) => Some((rule, says)),
            _ => None,
        }
    }
}

impl Tally {
    /// Whether the threshold is met.
    pub fn met(&self) -> bool {
        self.short() == 0
    }

    /// Without the signatures that are foreign here and that the other root of a link counts: they are not foreign to the
    /// file. What is ignored for any other reason stays.
    pub fn without_those_counted_by(mut self, other: Option<&Tally>) -> Tally {
        let counted_there = |keyid: &String| {
            other.is_some_and(|other| other.counted.iter().any(|signer| signer.keyids.first() == Some(keyid)))
        };
        self.ignored.retain(|ignored| ignored.why != Why::Foreign || !counted_there(&ignored.keyid));
        self
    }

    /// How many signatures are still needed.
    pub fn short(&self) -> usize {
        usize::try_from(self.threshold).unwrap_or(usize::MAX).saturating_sub(self.counted.len())
    }
}

/// Bytes that are hashed for the signatures of one file: a file of any size with a few dozen signatures, or an ordinary one
/// with tens of thousands. More is no metadata, and would keep a verifier busy for hours.
const WORK: usize = 2 << 30;
/// Signatures of one keyid that are looked at.
const ATTEMPTS: usize = 8;

/// Counts `signatures` over `message` (canonical bytes) for a role.
pub fn tally(
    keys: &BTreeMap<String, Key>,
    role: &RoleKeys,
    signatures: &[Signature],
    message: &[u8],
) -> Tally {
    let of_role: BTreeSet<&str> = role.keyids.iter().map(String::as_str).collect();
    let mut signers = signers(keys, role);
    let mut ignored = Vec::new();
    let mut valid: BTreeSet<&str> = BTreeSet::new();
    let mut attempts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut work = WORK;
    for signature in signatures {
        let keyid = signature.keyid.as_str();
        let mut verdict = candidate(keys, of_role.contains(keyid), signature);
        if verdict.is_ok() {
            let attempts = attempts.entry(keyid).or_default();
            *attempts += 1;
            // What every verification costs besides the message.
            let rest = work.checked_sub(message.len() + 4096);
            if *attempts > ATTEMPTS || rest.is_none() {
                verdict = Err(Why::TooMany);
            }
            work = rest.unwrap_or(0);
        }
        match verdict.and_then(|candidate| candidate.verify(message)) {
            Err(why) => ignored.push(Ignored { keyid: signature.keyid.clone(), why }),
            Ok(_) if valid.contains(keyid) => {
                ignored.push(Ignored { keyid: signature.keyid.clone(), why: Why::Repeated });
            }
            Ok(material) => {
                valid.insert(keyid);
                count(&mut signers, material, &signature.keyid, &mut ignored);
            }
        }
    }
    let (counted, missing) = signers.into_iter().partition(|signer| signer.signatures > 0);
    Tally { threshold: role.threshold, counted, missing, ignored }
}

fn count(signers: &mut [Signer], material: Sha256Digest, keyid: &str, ignored: &mut Vec<Ignored>) {
    let Some(signer) = signers.iter_mut().find(|signer| signer.material == material) else {
        return;
    };
    if signer.signatures == 0 {
        signer.keyids.retain(|other| other != keyid);
        signer.keyids.insert(0, keyid.to_owned());
    } else if let Some(first) = signer.keyids.first().cloned() {
        ignored.push(Ignored { keyid: keyid.to_owned(), why: Why::SameMaterial { first } });
    }
    signer.signatures += 1;
}

/// The distinct, usable key material of a role.
pub fn signers(keys: &BTreeMap<String, Key>, role: &RoleKeys) -> Vec<Signer> {
    let mut signers: Vec<Signer> = Vec::new();
    for key in role.keyids.iter().filter_map(|keyid| keys.get(keyid)) {
        let Some(material) = key.material() else { continue };
        match signers.iter_mut().find(|signer| signer.material == material) {
            Some(signer) if signer.keyids.contains(&key.keyid) => {}
            Some(signer) => signer.keyids.push(key.keyid.clone()),
            None => signers.push(Signer {
                material,
                keyids: vec![key.keyid.clone()],
                holder: key.holder().map(str::to_owned),
                signatures: 0,
            }),
        }
    }
    signers
}

/// Verifies one signature for a role, whatever else was signed. Returns the key material that made it.
pub fn judge(
    keys: &BTreeMap<String, Key>,
    role: &RoleKeys,
    signature: &Signature,
    message: &[u8],
) -> Result<Sha256Digest, Why> {
    candidate(keys, role.keyids.contains(&signature.keyid), signature)?.verify(message)
}

/// A signature that is well-formed, and the key that it claims.
struct Candidate<'a> {
    key: &'a Usable,
    bytes: Vec<u8>,
}

fn candidate<'a>(
    keys: &'a BTreeMap<String, Key>,
    of_role: bool,
    signature: &Signature,
) -> Result<Candidate<'a>, Why> {
    if !of_role {
        return Err(Why::Foreign);
    }
    let key = keys.get(&signature.keyid).ok_or(Why::Undefined)?;
    if signature.sig.is_empty() {
        return Err(Why::Empty);
    }
    let bytes = hex::decode(&signature.sig).ok_or(Why::NotHex)?;
    let key = key.usable.as_ref().map_err(|problem| Why::UnusableKey(problem.clone()))?;
    Ok(Candidate { key, bytes })
}

impl Candidate<'_> {
    fn verify(&self, message: &[u8]) -> Result<Sha256Digest, Why> {
        self.key.public.verify(self.key.scheme, message, &self.bytes).map_err(Why::Invalid)?;
        Ok(self.key.public.fingerprint())
    }
}
