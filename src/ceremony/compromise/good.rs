//! The last known good metadata, as the base of what is made: of everything that somebody else may have signed, or may have
//! delegated to; what is published of all other roles stays.

use std::collections::BTreeSet;
use std::path::Path;

use crate::host::files;
use crate::tuf::{METADATA_LIMIT, ROOT_LIMIT};

use super::super::current::{Current, CurrentFile, Listed};
use super::super::repository::root_versions;
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
    /// Reads the last known good metadata, to be kept beside what was imported.
    pub(super) fn read_good(&self, folder: &Path, in_doubt: &[String]) -> Result<Good, CeremonyError> {
        // `assess` has seen to that.
        let trusted = self
            .trusted
            .as_ref()
            .ok_or_else(|| CeremonyError::NoCeremony(self.root().to_string_lossy().into_owned()))?;
        let shown = folder.to_string_lossy().into_owned();
        let current = Current::load(folder, &shown, &trusted.root, &BTreeSet::new(), Listed::Heeded)?;
        let current = current.ok_or_else(|| CeremonyError::Change {
            what: format!("there is no targets metadata in {shown}"),
            next: "Name the folder in which metadata is published: that with timestamp.json and targets.json, or N.targets.json."
                .to_owned(),
        })?;
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
