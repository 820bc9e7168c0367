//! What somebody can do who found the online key of a rehearsal: anybody can, for its tokens' keys follow from their numbers.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};

use crate::ceremony::CeremonyError;
use crate::crypto::{KeyAlgorithm, Scheme, hex};
use crate::host::files;
use crate::host::secret::Secret;
use crate::json::Json;
use crate::policy::exposure::MOST_VERSION;
use crate::token::rehearsal::{PIN, RehearsalToken};
use crate::token::{KeyPlace, Token};
use crate::tuf::METADATA_LIMIT;
use crate::tuf::build::{self, Common};
use crate::tuf::envelope::{Envelope, Signature};

/// Writes a copy of published metadata with a snapshot and a timestamp of the highest version that there is, signed with the
/// online key of the template `rehearsal`. No client can tell it from its owner's.
pub fn publishes(metadata: &Path, folder: &Path, now: Timestamp) -> Result<PathBuf, CeremonyError> {
    let mut all: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for name in files::list(metadata)? {
        all.insert(name.clone(), files::read(&metadata.join(&name), METADATA_LIMIT)?);
    }
    let read = |name: &str| {
        let bytes = all.get(name).map(Vec::as_slice).unwrap_or_default();
        let error = |error| CeremonyError::Metadata { file: name.to_owned(), error };
        Envelope::parse(bytes, METADATA_LIMIT).map_err(error)
    };
    let (snapshot, timestamp, root) =
        (read("1.snapshot.json")?, read("timestamp.json")?, read("1.root.json")?);
    let common = Common {
        version: MOST_VERSION,
        expires: now.saturating_add(SignedDuration::from_hours(24 * 365 * 10)).unwrap_or(now),
        spec_version: "1.0.31".to_owned(),
        rehearsal: true,
    };
    let keyid = online_keyid(&root.signed);
    let snapshot = build::snapshot(Some(&snapshot.signed), &common, &BTreeMap::new());
    let timestamp = build::timestamp(Some(&timestamp.signed), &common, MOST_VERSION);
    for (name, signed) in
        [(format!("{MOST_VERSION}.snapshot.json"), snapshot), ("timestamp.json".to_owned(), timestamp)]
    {
        let signature = Signature { keyid: keyid.clone(), sig: hex::encode(&sign(&signed.canonical())?) };
        all.insert(name, Envelope::publish(&signed, std::slice::from_ref(&signature)));
    }
    // As a client keeps it, and as it is published.
    let snapshot = all.get(&format!("{MOST_VERSION}.snapshot.json")).cloned().unwrap_or_default();
    all.insert("snapshot.json".to_owned(), snapshot);
    let all: Vec<(String, Vec<u8>)> = all.into_iter().collect();
    files::create_folder(folder, &all)?;
    Ok(folder.to_owned())
}

fn online_keyid(root: &Json) -> String {
    let role = root.get("roles").and_then(|roles| roles.get("timestamp"));
    let first = role.and_then(|role| role.get("keyids")?.as_array()?.first()?.as_str());
    first.unwrap_or_default().to_owned()
}

/// The online key of the template, as anybody can have it.
fn sign(message: &[u8]) -> Result<Vec<u8>, CeremonyError> {
    let mut token = RehearsalToken::new("R-0009", KeyAlgorithm::Ed25519);
    token.unlock(Secret::new(PIN.as_bytes().to_vec()))?;
    Ok(token.sign(&KeyPlace { id: None, label: "online".to_owned() }, Scheme::Ed25519, message)?)
}
