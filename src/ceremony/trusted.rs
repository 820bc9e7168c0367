//! What the world trusts today, as imported into `trusted/`.

use std::path::Path;

use crate::checks::metadata::plan_rehearsal;
use crate::checks::{Check, Finding};
use crate::crypto::digest::Sha256Digest;
use crate::host::files;
use crate::json::Json;
use crate::policy::Policy;
use crate::tuf::chain::Link;
use crate::tuf::commitment;
use crate::tuf::envelope::{Envelope, MetadataError};
use crate::tuf::root::Root;
use crate::tuf::{METADATA_LIMIT, ROOT_LIMIT};

use super::CeremonyError;
use super::current::{Current, Listed};
use super::event::Artifact;
use super::keyring::Keyring;
use super::repository::version_within;

/// Where what is published was imported to.
pub const IMPORTED: &str = "trusted";

/// The trusted root.
#[derive(Clone, Debug)]
pub struct Trusted {
    /// Its file, relative to the ceremony directory.
    pub file: String,
    /// The root.
    pub root: Root,
    /// The roots before it, newest first, each of which leads to the next.
    pub before: Vec<Artifact>,
    /// The other roles' current metadata, where it was imported.
    pub current: Option<Current>,
    /// What was imported, where known good metadata has taken its place as the base.
    pub imports: Vec<Artifact>,
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
        let imported = directory.join(IMPORTED);
        let listed = if folder == imported { Listed::Heeded } else { Listed::Ignored };
        let mut current = Current::load(folder, shown, &root.0, &keyring.compromised(policy), listed)?;
        let mut imports = Vec::new();
        if let Some(current) = current.as_mut().filter(|_| folder != imported) {
            // Known good metadata was put beside what was imported: clients may hold either.
            current.count_versions_in(&imported)?;
            for name in files::list(&imported)? {
                let bytes = files::read(&imported.join(&name), METADATA_LIMIT)?;
                imports
                    .push(Artifact { file: format!("{IMPORTED}/{name}"), sha256: Sha256Digest::of(&bytes) });
            }
        }
        let before = roots_before(folder, shown, &root.0)?;
        for file in current.iter().flat_map(|current| current.roles.values()) {
            let marked = file.envelope.is_rehearsal();
            CeremonyError::require(plan_rehearsal(
                policy.rehearsal,
                &format!("trusted/{}", file.name),
                marked,
            ))?;
        }
        Ok(Some(Trusted { file: planned.root.clone(), root: root.0, before, current, imports }))
    }

    /// Whether known good metadata has taken the place of what was imported.
    pub fn is_rebased(&self) -> bool {
        !self.imports.is_empty()
    }

    /// A path beside the root's file.
    pub fn beside(&self, name: &str) -> String {
        let folder = self.file.rsplit_once('/').map_or("", |(folder, _)| folder);
        if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
    }

    /// The roots before it, the current metadata files and what else was imported, with their digests.
    pub fn inputs(&self) -> Vec<Artifact> {
        let current = self.current.iter().flat_map(|current| current.roles.values());
        let current = current.map(|file| Artifact { file: self.beside(&file.name), sha256: file.sha256 });
        self.before.iter().cloned().chain(current).chain(self.imports.iter().cloned()).collect()
    }

    /// The id of the ceremony in which it was made, if it says so.
    pub fn ceremony_id(&self) -> Option<String> {
        let id = self.root.tree.get(commitment::FIELD)?.get("id").and_then(Json::as_str)?;
        Some(id.to_owned())
    }
}

/// The roots before a root, newest first, down to the first that is not there. Each must be what its name says and be followed
/// by the next with both thresholds: clients in the world start from them, and a release copies them.
fn roots_before(folder: &Path, shown: &str, root: &Root) -> Result<Vec<Artifact>, CeremonyError> {
    let mut before = Vec::new();
    let newest = folder.join(format!("{}.root.json", root.header.version));
    let Some(mut next) = files::read_if_there(&newest, ROOT_LIMIT)? else { return Ok(before) };
    for version in (1..root.header.version).rev() {
        let name = format!("{version}.root.json");
        let Some(bytes) = files::read_if_there(&folder.join(&name), ROOT_LIMIT)? else { break };
        let file = format!("{shown}/{name}");
        let damaged =
            |problem: &str| CeremonyError::Damaged { file: file.clone(), problem: problem.to_owned() };
        if version_within(&bytes) != Some(version) {
            return Err(damaged(&format!("it does not hold version {version} of root")));
        }
        let leads = |bytes: &[u8]| {
            let (earlier, later) =
                (Envelope::parse(bytes, ROOT_LIMIT).ok()?, Envelope::parse(&next, ROOT_LIMIT).ok()?);
            let (root, followed) = (Root::of(&earlier).ok()?, Root::of(&later).ok()?);
            let own = Link::verify(None, &earlier, &root).new.met();
            Some(own && Link::verify(Some(&root), &later, &followed).holds())
        };
        if leads(&bytes) != Some(true) {
            return Err(damaged(
                "it is not signed by its own threshold, or the next root does not follow it",
            ));
        }
        before.push(Artifact { file, sha256: Sha256Digest::of(&bytes) });
        next = bytes;
    }
    Ok(before)
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
