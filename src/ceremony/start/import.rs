//! What the world trusts today, read from where it was published or kept, to be copied into `trusted/`.

use std::collections::BTreeSet;
use std::path::Path;

use crate::checks::metadata::plan_rehearsal;
use crate::crypto::digest::Sha256Digest;
use crate::host::files;
use crate::tuf::envelope::Envelope;
use crate::tuf::root::Root;
use crate::tuf::verify::tally;
use crate::tuf::{METADATA_LIMIT, ROOT_LIMIT};

use super::super::CeremonyError;
use super::super::current::{Current, Listed};
use super::super::repository::version_within;
use super::super::trusted::read_root;

/// The trusted root, and what lies beside it.
pub struct Imported {
    /// The root.
    pub root: Root,
    /// Whether it is from a rehearsal.
    pub rehearsal: bool,
    /// Its version.
    pub version: i64,
    /// SHA-256 of its file.
    pub sha256: Sha256Digest,
    /// The versions of the roots before it, lowest first.
    pub before: Vec<i64>,
    /// How many other metadata files there are.
    pub metadata: usize,
    /// Everything, as it will lie in the ceremony directory.
    pub files: Vec<(String, Vec<u8>)>,
}

impl Imported {
    /// Reads a root, the roots before it and the current metadata beside it. `for_rehearsal` says what it must be, if that
    /// is known already.
    pub fn read(path: &Path, for_rehearsal: Option<bool>) -> Result<Imported, CeremonyError> {
        let shown = path.to_string_lossy().into_owned();
        let bytes = files::read(path, ROOT_LIMIT)?;
        let (root, rehearsal) = read_root(&shown, &bytes)?;
        if let Some(wanted) = for_rehearsal {
            CeremonyError::require(plan_rehearsal(wanted, &shown, rehearsal))?;
        }
        let version = root.header.version;
        require_newest(path, version)?;
        let sha256 = Sha256Digest::of(&bytes);
        let roots = roots_before(path, version)?;
        let before = roots.iter().map(|(version, _)| *version).collect();
        let name = |version: i64| format!("trusted/{version}.root.json");
        let mut all: Vec<(String, Vec<u8>)> =
            roots.into_iter().map(|(version, bytes)| (name(version), bytes)).collect();
        all.push((name(version), bytes));
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let current =
            Current::load(folder, &folder.to_string_lossy(), &root, &BTreeSet::new(), Listed::Heeded)?;
        let mut metadata = 0;
        if let Some(current) = &current {
            let needed: BTreeSet<&String> = current.roles.values().map(|file| &file.name).collect();
            for name in current.importable() {
                let bytes = files::read(&folder.join(&name), METADATA_LIMIT)?;
                if needed.contains(&name) || is_metadata(&bytes) {
                    metadata += 1;
                    all.push((format!("trusted/{name}"), bytes));
                }
            }
        }
        Ok(Imported { root, rehearsal, version, sha256, before, metadata, files: all })
    }

    /// Adds the timestamp that was published when the ceremony in `from` began, where that released none because it stays:
    /// versions go on from it. Where it cannot stay, only the repository knows what is published by now.
    pub(super) fn with_timestamp_of(mut self, from: &Path) -> Result<Imported, CeremonyError> {
        let folder = from.join("trusted");
        let has = |names: &[String], name: &str| names.iter().any(|one| one.ends_with(name));
        let names: Vec<String> = self.files.iter().map(|(name, _)| name.clone()).collect();
        if has(&names, "/timestamp.json") || !has(&files::list(&folder)?, "targets.json") {
            return Ok(self);
        }
        let unknown = || {
            CeremonyError::NotYet {
            what: format!(
                "{} released a root beside metadata that it did not make: what is published by now is not there",
                from.to_string_lossy()
            ),
            next: "Name the root that the repository publishes, with --trusted: what lies beside it is imported too."
                .to_owned(),
        }
        };
        let name = "trusted/timestamp.json";
        let bytes = files::read_if_there(&from.join(name), METADATA_LIMIT)?;
        let bytes = bytes.filter(|_| has(&names, "targets.json")).ok_or_else(unknown)?;
        let role = self.root.roles.get("timestamp").ok_or_else(unknown)?;
        let envelope = Envelope::parse(&bytes, METADATA_LIMIT)
            .map_err(|error| CeremonyError::Metadata { file: name.to_owned(), error })?;
        if !tally(&self.root.keys, role, &envelope.signatures, &envelope.canonical()).met() {
            return Err(unknown());
        }
        self.files.push((name.to_owned(), bytes));
        self.metadata += 1;
        Ok(self)
    }

    /// The root's file in the ceremony directory.
    pub fn root_file(&self) -> String {
        format!("trusted/{}.root.json", self.version)
    }
}

/// Whether this is metadata of a role below the root, and not something else that lies in the folder.
fn is_metadata(bytes: &[u8]) -> bool {
    Envelope::parse(bytes, METADATA_LIMIT)
        .is_ok_and(|file| ["targets", "snapshot", "timestamp"].contains(&file.kind.as_str()))
}

/// No newer root lies beside it: a ceremony that follows an older one would make a second root of a version that there is.
fn require_newest(path: &Path, version: i64) -> Result<(), CeremonyError> {
    let next = version.saturating_add(1);
    let beside = path.with_file_name(format!("{next}.root.json"));
    if !files::exists(&beside) {
        return Ok(());
    }
    let (newer, older) = (beside.to_string_lossy(), path.to_string_lossy());
    Err(CeremonyError::Change {
        what: format!("{older} is version {version} of root, and {newer} lies beside it"),
        next: "Name the newest root that the world trusts; nothing was made.".to_owned(),
    })
}

/// The roots before this one that lie beside it, lowest first, down to the first that is not there. Nobody trusts them for
/// that: clients in the world start from them, and RELEASE-CLIENTS judges what they will make of the release.
fn roots_before(path: &Path, version: i64) -> Result<Vec<(i64, Vec<u8>)>, CeremonyError> {
    let mut roots = Vec::new();
    for version in (1..version).rev() {
        let beside = path.with_file_name(format!("{version}.root.json"));
        let Some(bytes) = files::read_if_there(&beside, ROOT_LIMIT)? else { break };
        if version_within(&bytes) != Some(version) {
            return Err(CeremonyError::NotThatRoot { file: beside.to_string_lossy().into_owned(), version });
        }
        roots.insert(0, (version, bytes));
    }
    Ok(roots)
}
