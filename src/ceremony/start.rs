//! Starting a ceremony directory from a template.

use std::path::Path;

use crate::crypto::digest::Sha256Digest;
use crate::host::{clock, files};
use crate::tuf::{ROOT_LIMIT, time};

use super::CeremonyError;
use super::repository::version_within;
use super::trusted::read_root;

const TEMPLATES: [(&str, &str); 2] = [
    ("minimal", include_str!("../../templates/minimal.toml")),
    ("rehearsal", include_str!("../../templates/rehearsal.toml")),
];
const SCRIPTS: [(&str, &str); 1] = [("genesis", include_str!("../../ceremony-scripts/genesis.md"))];

/// The names of the templates.
pub fn templates() -> Vec<&'static str> {
    TEMPLATES.iter().map(|(name, _)| *name).collect()
}

/// The text of a script that comes with the program.
pub fn script(name: &str) -> Option<&'static str> {
    SCRIPTS.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// What `new` made.
pub struct Started {
    /// The trusted root that was imported: file and version.
    pub trusted: Option<(String, i64)>,
    /// The roots before it that lay beside it, and were imported too: their versions, lowest first.
    pub before: Vec<i64>,
}

/// Creates `directory` with a `ceremony.toml` to fill in and, if given, the root that the world trusts today.
pub fn start(directory: &Path, template: &str, trusted: Option<&Path>) -> Result<Started, CeremonyError> {
    let (_, text) = TEMPLATES
        .iter()
        .find(|(name, _)| *name == template)
        .ok_or_else(|| CeremonyError::NoTemplate { name: template.to_owned(), known: templates() })?;
    // Where a template counts from the moment it is used.
    let mut text = text.replace("@NOW@", &time::write(clock::now()));
    let imported = match trusted {
        Some(path) => Some(import(path, template == "rehearsal")?),
        None => None,
    };
    let before = match (&imported, trusted) {
        (Some((_, version, _)), Some(path)) => roots_before(path, *version)?,
        _ => Vec::new(),
    };
    files::folder(directory)?;
    // Two at once would take each other's unfinished files for their own.
    let _lock = files::lock(directory)?;
    if let Some((name, _, bytes)) = &imported {
        files::folder(&directory.join("trusted"))?;
        files::create_or_same(&directory.join(name), bytes)?;
        text = with_trusted(&text, name, Sha256Digest::of(bytes));
        for (version, bytes) in &before {
            files::create_or_same(&directory.join(format!("trusted/{version}.root.json")), bytes)?;
        }
    }
    files::create(&directory.join("ceremony.toml"), text.as_bytes())?;
    let before = before.into_iter().map(|(version, _)| version).collect();
    Ok(Started { trusted: imported.map(|(name, version, _)| (name, version)), before })
}

fn import(path: &Path, for_rehearsal: bool) -> Result<(String, i64, Vec<u8>), CeremonyError> {
    let shown = path.to_string_lossy().into_owned();
    let bytes = files::read(path, ROOT_LIMIT)?;
    let (root, rehearsal) = read_root(&shown, &bytes)?;
    CeremonyError::require(crate::checks::metadata::plan_rehearsal(for_rehearsal, &shown, rehearsal))?;
    let version = root.header.version;
    Ok((format!("trusted/{version}.root.json"), version, bytes))
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

/// A later ceremony: says which root is trusted, and that keys rotate.
fn with_trusted(text: &str, root: &str, sha256: Sha256Digest) -> String {
    let text = text.replacen("\nchange = \"genesis\"", "\nchange = \"rotate\"", 1);
    let section = format!(
        "# What the world trusts today, as imported by `new`.\n[trusted]\nroot = \"{root}\"\nsha256 = \"{sha256}\"\n\n"
    );
    match text.find("\n[holder.") {
        Some(at) => {
            let (before, after) = text.split_at(at + 1);
            format!("{before}{section}{after}")
        }
        None => format!("{text}\n{section}"),
    }
}
