//! What the world trusts today, as imported into `trusted/`.

use std::path::Path;

use crate::checks::metadata::plan_rehearsal;
use crate::checks::{Check, Finding};
use crate::crypto::digest::Sha256Digest;
use crate::host::files;
use crate::json::Json;
use crate::policy::Policy;
use crate::tuf::ROOT_LIMIT;
use crate::tuf::chain::Link;
use crate::tuf::envelope::{Envelope, MetadataError};
use crate::tuf::root::Root;

use super::CeremonyError;
use super::current::Current;
use super::event::Artifact;
use super::keyring::Keyring;

/// The field in `signed` that names the ceremony a root was made in.
const CEREMONY_FIELD: &str = "x-tuf-ceremony";

/// The trusted root.
#[derive(Clone, Debug)]
pub struct Trusted {
    /// Its file, relative to the ceremony directory.
    pub file: String,
    /// The root.
    pub root: Root,
    /// The other roles' current metadata, where it was imported.
    pub current: Option<Current>,
}

impl Trusted {
    /// Reads the root that the plan names, if it names one; it must have the digest that the plan states.
    pub fn load(
        directory: &Path,
        policy: &Policy,
        keyring: &Keyring,
    ) -> Result<Option<Trusted>, CeremonyError> {
        let Some(planned) = &policy.trusted else { return Ok(None) };
        let bytes = files::read(&directory.join(&planned.root), ROOT_LIMIT)?;
        let found = Sha256Digest::of(&bytes);
        if found != planned.sha256 {
            let what = format!(
                "{} has the SHA-256 {found}, and ceremony.toml says {}",
                planned.root, planned.sha256
            );
            let next = "Import the file again, and compare its digest with a second source, before you correct ceremony.toml.";
            return Err(CeremonyError::Refused(Box::new(Finding::fail(Check::PlanDigest, what, next))));
        }
        let root = read_root(&planned.root, &bytes)?;
        let envelope_is_rehearsal = root.1;
        CeremonyError::require(plan_rehearsal(policy.rehearsal, &planned.root, envelope_is_rehearsal))?;
        let folder = directory.join(&planned.root);
        let folder = folder.parent().unwrap_or(directory);
        let shown = planned.root.rsplit_once('/').map_or(".", |(folder, _)| folder);
        let current = Current::load(folder, shown, &root.0, &keyring.compromised(policy))?;
        for file in current.iter().flat_map(|current| current.roles.values()) {
            let marked = file.envelope.is_rehearsal();
            CeremonyError::require(plan_rehearsal(
                policy.rehearsal,
                &format!("trusted/{}", file.name),
                marked,
            ))?;
        }
        Ok(Some(Trusted { file: planned.root.clone(), root: root.0, current }))
    }

    /// A path beside the root's file.
    pub fn beside(&self, name: &str) -> String {
        let folder = self.file.rsplit_once('/').map_or("", |(folder, _)| folder);
        if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
    }

    /// The current metadata files, with their digests.
    pub fn inputs(&self) -> Vec<Artifact> {
        let current = self.current.iter().flat_map(|current| current.roles.values());
        current.map(|file| Artifact { file: self.beside(&file.name), sha256: file.sha256 }).collect()
    }

    /// The id of the ceremony in which it was made, if it says so.
    pub fn ceremony_id(&self) -> Option<String> {
        let id = self.root.tree.get(CEREMONY_FIELD)?.get("id").and_then(Json::as_str)?;
        Some(id.to_owned())
    }
}

/// Reads a root file and whether it is from a rehearsal. It must be signed by its own threshold.
pub fn read_root(file: &str, bytes: &[u8]) -> Result<(Root, bool), CeremonyError> {
    let metadata = |error: MetadataError| CeremonyError::Metadata { file: file.to_owned(), error };
    let envelope = Envelope::parse(bytes, ROOT_LIMIT).map_err(metadata)?;
    let root = Root::of(&envelope).map_err(metadata)?;
    let link = Link::verify(None, &envelope, &root);
    if !link.new.met() {
        let problem = format!(
            "it is not signed by its own threshold: {} of {} needed signatures",
            link.new.counted.len(),
            link.new.threshold
        );
        return Err(CeremonyError::Damaged { file: file.to_owned(), problem });
    }
    Ok((root, envelope.is_rehearsal()))
}
