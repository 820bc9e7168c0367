//! Starting a ceremony directory: from a template, from an earlier ceremony, or from nothing but a root.

pub(super) mod import;
mod inherit;
mod successor;

use std::path::Path;

use jiff::Timestamp;

use crate::crypto::digest::Sha256Digest;
use crate::host::display::{visible, word};
use crate::host::{clock, files};
use crate::tuf::time;

use super::CeremonyError;
use import::Imported;

const TEMPLATES: [(&str, &str); 2] = [
    ("minimal", include_str!("../../../templates/minimal.toml")),
    ("rehearsal", include_str!("../../../templates/rehearsal.toml")),
];
const SCRIPTS: [(&str, &str); 10] = [
    ("preparation", include_str!("../../../ceremony-scripts/preparation.md")),
    ("genesis", include_str!("../../../ceremony-scripts/genesis.md")),
    ("annual-refresh", include_str!("../../../ceremony-scripts/annual-refresh.md")),
    ("online-key-rotation", include_str!("../../../ceremony-scripts/online-key-rotation.md")),
    ("holder-replacement", include_str!("../../../ceremony-scripts/holder-replacement.md")),
    ("compromise", include_str!("../../../ceremony-scripts/compromise.md")),
    ("new-beginning", include_str!("../../../ceremony-scripts/new-beginning.md")),
    ("other-site", include_str!("../../../ceremony-scripts/other-site.md")),
    ("backup-and-restore", include_str!("../../../ceremony-scripts/backup-and-restore.md")),
    ("witness-and-auditor", include_str!("../../../ceremony-scripts/witness-and-auditor.md")),
];

/// The names of the templates; `inherit` is made from the trusted root.
pub fn templates() -> Vec<&'static str> {
    TEMPLATES.iter().map(|(name, _)| *name).chain(["inherit"]).collect()
}

/// The names of the scripts that come with the program.
pub fn scripts() -> Vec<&'static str> {
    SCRIPTS.iter().map(|(name, _)| *name).collect()
}

/// The text of a script that comes with the program.
pub fn script(name: &str) -> Option<&'static str> {
    SCRIPTS.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// What `new` is asked for.
#[derive(Clone, Debug, Default)]
pub struct Request<'a> {
    /// The template; `None` where an earlier ceremony is gone on from.
    pub template: Option<&'a str>,
    /// The root that the world trusts, with what lies beside it.
    pub trusted: Option<&'a Path>,
    /// An earlier ceremony's directory, whose policy and keys are taken over.
    pub from: Option<&'a Path>,
    /// The ceremony's id, where it is not left to the template.
    pub id: Option<&'a str>,
    /// When the ceremony is held; now if it is not said.
    pub planned: Option<Timestamp>,
}

/// What `new` made.
pub struct Started {
    /// The trusted root that was imported: file and version.
    pub trusted: Option<(String, i64)>,
    /// The roots before it that lay beside it, and were imported too: their versions, lowest first.
    pub before: Vec<i64>,
    /// How many other metadata files were imported.
    pub metadata: usize,
    /// The names of keys that were taken over.
    pub keys: Vec<String>,
}

/// The files of a ceremony directory that is to be made.
pub(super) struct Beginning {
    /// `ceremony.toml`.
    pub text: String,
    /// Everything else, relative to the directory.
    pub files: Vec<(String, Vec<u8>)>,
    /// Names of keys whose public halves are among the files.
    pub keys: Vec<String>,
}

/// Creates `directory` with a `ceremony.toml`, and what the world trusts today. Everything is read before anything is made.
pub fn start(directory: &Path, request: &Request<'_>) -> Result<Started, CeremonyError> {
    require_outside(directory)?;
    let planned = request.planned.unwrap_or_else(clock::now);
    let (beginning, imported) = match (request.from, request.template.unwrap_or("minimal")) {
        (Some(from), _) => {
            let (beginning, imported) = successor::of(from, request.trusted, request.id, planned)?;
            (beginning, Some(imported))
        }
        (None, "inherit") => {
            let root = request.trusted.ok_or(CeremonyError::NothingToInherit)?;
            let imported = Imported::read(root, None)?;
            (inherit::policy(&imported, request.id, planned)?, Some(imported))
        }
        (None, template) => {
            let imported = request
                .trusted
                .map(|root| Imported::read(root, Some(template == "rehearsal")))
                .transpose()?;
            (from_template(template, imported.as_ref(), request.id, planned)?, imported)
        }
    };
    files::folder(directory)?;
    // Two at once would take each other's unfinished files for their own.
    let _lock = files::lock(directory)?;
    let trusted = imported.iter().flat_map(|imported| &imported.files);
    for (name, bytes) in trusted.chain(&beginning.files) {
        let path = directory.join(name);
        if let Some(folder) = path.parent() {
            files::folder(folder)?;
        }
        files::create_or_same(&path, bytes)?;
    }
    files::create(&directory.join("ceremony.toml"), beginning.text.as_bytes())?;
    let (trusted, before, metadata) = match imported {
        Some(imported) => {
            (Some((imported.root_file(), imported.version)), imported.before, imported.metadata)
        }
        None => (None, Vec::new(), 0),
    };
    Ok(Started { trusted, before, metadata, keys: beginning.keys })
}

/// A ceremony does not lie in another: that one would take it for its own, in backups and in its seal.
fn require_outside(directory: &Path) -> Result<(), CeremonyError> {
    let path = files::absolute(directory)?;
    let Some(other) = path.ancestors().skip(1).find(|above| files::exists(&above.join("ceremony.toml")))
    else {
        return Ok(());
    };
    let beside = other.with_file_name(path.file_name().unwrap_or_default());
    Err(CeremonyError::Change {
        what: format!(
            "{} would lie in the ceremony directory {}",
            visible(&directory.to_string_lossy()),
            visible(&other.to_string_lossy())
        ),
        next: format!("Nothing was made. Name one that lies beside it, such as {}.", word(beside)),
    })
}

fn from_template(
    template: &str,
    imported: Option<&Imported>,
    id: Option<&str>,
    planned: Timestamp,
) -> Result<Beginning, CeremonyError> {
    let (_, text) = TEMPLATES
        .iter()
        .find(|(name, _)| *name == template)
        .ok_or_else(|| CeremonyError::NoTemplate { name: template.to_owned(), known: templates() })?;
    // Where a template counts from the moment it is used.
    let mut text = text.replace("@NOW@", &time::write(planned));
    if let Some(id) = id {
        text = text.replacen("\nid = \"FILL-IN\"", &format!("\nid = \"{id}\""), 1);
    }
    if let Some(imported) = imported {
        text = with_trusted(&text, &imported.root_file(), imported.sha256);
    }
    Ok(Beginning { text, files: Vec::new(), keys: Vec::new() })
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
