//! The last known good metadata, as the base of what is made: of everything that somebody else may have signed, or may have
//! delegated to; what is published of all other roles stays.

use std::collections::BTreeSet;
use std::path::Path;

use crate::host::files;
use crate::tuf::envelope::Envelope;
use crate::tuf::root::Root;
use crate::tuf::verify::tally;
use crate::tuf::{METADATA_LIMIT, ROOT_LIMIT};

use super::super::current::{Current, CurrentFile, Listed};
use super::super::repository::root_versions;
use super::super::trusted::read_root;
use super::super::{Ceremony, CeremonyError};

/// The last known good metadata.
pub(super) struct Good {
    /// As it was read.
    pub current: Current,
    /// As they will lie in the directory.
    pub files: Vec<(String, Vec<u8>)>,
    /// The trusted root among them.
    pub root: String,
}

impl Ceremony {
    /// Whether a folder can be gone on from, before more is asked.
    pub fn require_good(&self, folder: &Path) -> Result<(), CeremonyError> {
        self.load_good(folder).map(|_| ())
    }

    /// The metadata in a folder, as clients saw it under the trusted root or under one before it: services may have had other
    /// keys then. Targets must be signed by keys of today.
    fn load_good(&self, folder: &Path) -> Result<Current, CeremonyError> {
        let Some(trusted) = &self.trusted else {
            return Err(CeremonyError::NoCeremony(self.root().to_string_lossy().into_owned()));
        };
        let shown = folder.to_string_lossy().into_owned();
        let load = |root: &Root| Current::load(folder, &shown, root, &BTreeSet::new(), Listed::Heeded);
        let mut loaded = load(&trusted.root);
        for earlier in &trusted.before {
            if loaded.is_ok() {
                break;
            }
            let bytes = files::read(&self.path(&earlier.file), ROOT_LIMIT)?;
            loaded = load(&read_root(&earlier.file, &bytes)?.0).or(loaded);
        }
        let refused = |what: String, next: &str| CeremonyError::Change { what, next: next.to_owned() };
        let other = "Name another copy of what was published before, or none if what was imported is good. Nothing was changed.";
        let current = loaded.map_err(|error| refused(error.to_string(), other))?.ok_or_else(|| {
            refused(
                format!("there is no targets metadata in {shown}"),
                "Name the folder in which metadata is published: that with timestamp.json and targets.json, or N.targets.json.",
            )
        })?;
        let targets = current.get("targets").map(|file| signed_by(&trusted.root, "targets", &file.envelope));
        if targets == Some(Some(false)) {
            let what =
                format!("the targets in {shown} are signed by keys that are no longer those of targets");
            return Err(refused(what, other));
        }
        Ok(current)
    }

    /// Reads the last known good metadata, to be kept beside what was imported.
    pub(super) fn read_good(&self, folder: &Path, in_doubt: &[String]) -> Result<Good, CeremonyError> {
        // `assess` has seen to that.
        let trusted = self
            .trusted
            .as_ref()
            .ok_or_else(|| CeremonyError::NoCeremony(self.root().to_string_lossy().into_owned()))?;
        let current = self.load_good(folder)?;
        let mut good: Vec<(String, Vec<u8>)> = Vec::new();
        let mut take = |from: &Path, file: &CurrentFile| {
            let bytes = files::read(&from.join(&file.name), METADATA_LIMIT)?;
            good.push((format!("good/{}", file.name), bytes));
            Ok::<(), CeremonyError>(())
        };
        let today = trusted.current.as_ref();
        let doubted = delegated_by(today, in_doubt);
        for (role, file) in &current.roles {
            // What nobody else can have signed is taken as it is published: an older copy would take it back.
            let published = today.and_then(|today| today.get(role)).filter(|_| !doubted.contains(role));
            match published.filter(|published| published.version >= file.version) {
                Some(published) => take(&self.path(&trusted.beside("")), published)?,
                // What a service signed with a key that is no longer its own tells nothing that is needed.
                None if signed_by(&trusted.root, role, &file.envelope) == Some(false) => {}
                None => take(folder, file)?,
            }
        }
        for (role, file) in today.iter().flat_map(|today| &today.roles) {
            if !current.roles.contains_key(role) && !doubted.contains(role) {
                take(&self.path(&trusted.beside("")), file)?;
            }
        }
        for version in root_versions(&self.path(&trusted.beside("")))? {
            let name = format!("{version}.root.json");
            let bytes = files::read(&self.path(&trusted.beside(&name)), ROOT_LIMIT)?;
            good.push((format!("good/{name}"), bytes));
        }
        let root = trusted.file.rsplit('/').next().unwrap_or_default();
        Ok(Good { current, files: good, root: format!("good/{root}") })
    }
}

/// Whether the keys that a root has for a top-level role signed this; `None` for other roles.
fn signed_by(root: &Root, role: &str, envelope: &Envelope) -> Option<bool> {
    let by = root.roles.get(role)?;
    Some(tally(&root.keys, by, &envelope.signatures, &envelope.canonical()).met())
}

/// Roles in doubt, and those to which such a role delegates, at any level: whoever signs for the one says who may sign for
/// the others.
fn delegated_by(today: Option<&Current>, in_doubt: &[String]) -> BTreeSet<String> {
    let mut doubted: BTreeSet<String> = in_doubt.iter().cloned().collect();
    let Some(today) = today else { return doubted };
    for role in &today.order {
        let by = today.get(role).and_then(|file| file.delegator.as_ref());
        if by.is_some_and(|by| doubted.contains(by)) {
            doubted.insert(role.clone());
        }
    }
    doubted
}
