//! The ceremony after an earlier one: its policy with its comments, its keys, and what it released.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::host::files::{self, FileError};
use crate::json::Json;
use crate::policy::edit::Edit;
use crate::policy::{self, Intent, Policy};

use crate::tuf::ROOT_LIMIT;

use super::super::directory::{CHECKPOINT, CHECKPOINT_LIMIT, RECORD};
use super::super::keyring::file_of;
use super::super::repository::root_versions;
use super::super::transcript::{Transcript, sitting};
use super::super::{CeremonyError, keyring};
use super::Beginning;
use super::import::Imported;

/// Goes on from the ceremony in `from`. What is trusted is what it released, unless another root is named, with what lies
/// beside that.
pub(super) fn of(
    from: &Path,
    trusted: Option<&Path>,
    id: Option<&str>,
    planned: Timestamp,
) -> Result<(Beginning, Imported), CeremonyError> {
    let text = match files::read(&from.join("ceremony.toml"), policy::LIMIT) {
        Err(FileError::Missing(_)) => {
            return Err(CeremonyError::NoCeremony(from.to_string_lossy().into_owned()));
        }
        other => other?,
    };
    let policy = Policy::parse(&text)?;
    let root = match trusted {
        Some(root) => root.to_owned(),
        None => released(from)?,
    };
    let record = Transcript::load(&from.join(RECORD), &sitting::origin(&policy.repository, &policy.id))?;
    if let Some(bytes) = files::read_if_there(&from.join(CHECKPOINT), CHECKPOINT_LIMIT)? {
        record.read_seal(&bytes)?;
    }
    let mut imported = Imported::read(&root, Some(policy.rehearsal))?;
    if trusted.is_none() {
        require_recorded(from, &record, &imported)?;
        imported = imported.with_timestamp_of(from)?;
    }
    require_same_roots(from, &imported)?;
    require_as_new(from, &imported)?;
    // It was read as a policy, so it is text.
    let mut edit = Edit::of(&String::from_utf8_lossy(&text))?;
    // What was revoked must be remembered once the list of this ceremony is gone.
    for one in &policy.revoke {
        edit.mark_revoked(&one.key, one.reason);
    }
    for part in ["revoke", "waiver", "intended"] {
        edit.remove(part);
    }
    edit.set("id", id.map_or_else(|| next_id(&policy.id), str::to_owned).as_str());
    edit.set("change", Intent::Refresh.name());
    edit.set("script", "annual-refresh");
    edit.set_instant("planned", planned);
    edit.remove_from_ceremony("next");
    edit.remove_from_ceremony("reencode_keys");
    edit.set_trusted(&imported.root_file(), &imported.sha256.to_hex());
    let mut taken: Vec<(String, Vec<u8>)> = Vec::new();
    let mut keys = Vec::new();
    for (name, plan) in &policy.keys {
        let file = file_of(name, plan);
        let Some(bytes) = files::read_if_there(&from.join(&file), keyring::LIMIT)? else { continue };
        taken.push((file, bytes));
        let object = format!("keys/{name}/key.json");
        if let Some(bytes) = files::read_if_there(&from.join(&object), keyring::LIMIT)? {
            taken.push((object, bytes));
        }
        keys.push(name.clone());
    }
    Ok((Beginning { text: edit.text(), files: taken, keys }, imported))
}

/// The root that was released is in the record of its ceremony.
fn require_recorded(from: &Path, record: &Transcript, imported: &Imported) -> Result<(), CeremonyError> {
    let file = format!("metadata/{}.root.json", imported.version);
    let known = record.artifacts();
    if known
        .get(file.as_str())
        .is_some_and(|digests| digests.iter().any(|(_, one)| *one == imported.sha256.to_hex()))
    {
        return Ok(());
    }
    Err(CeremonyError::Change {
        what: format!("the record of {} does not know this {file}", from.to_string_lossy()),
        next: "If a stop came in the middle of its release, run `release` there once more. Otherwise find the record, or who \
               changed the file; a root that is known by its digest may be named with --trusted."
            .to_owned(),
    })
}

/// The roots before the trusted one are those that the earlier ceremony knew: nobody else can say of a root that leads to the next
/// whether it is the one that was published.
fn require_same_roots(from: &Path, imported: &Imported) -> Result<(), CeremonyError> {
    // The trusted root itself is named by its digest, for all to compare.
    let trusted = imported.root_file();
    let is_earlier = |name: &str| name.ends_with(".root.json") && name != trusted;
    for (name, bytes) in imported.files.iter().filter(|(name, _)| is_earlier(name)) {
        let file = name.rsplit('/').next().unwrap_or_default();
        for folder in ["metadata", "trusted"] {
            let known = files::read_if_there(&from.join(folder).join(file), ROOT_LIMIT)?;
            if known.is_some_and(|known| signed(&known) != signed(bytes)) {
                return Err(CeremonyError::Change {
                    what: format!("{file} is another one than in {folder}/ of the earlier ceremony"),
                    next: "Find out which of the two is published, and who made the other. Nothing was made."
                        .to_owned(),
                });
            }
        }
    }
    Ok(())
}

/// What a root says, whoever signed it since.
fn signed(bytes: &[u8]) -> Option<Json> {
    Json::parse(bytes, ROOT_LIMIT).ok().and_then(|tree| tree.get("signed").cloned())
}

/// No root is trusted that is older than the one which the earlier ceremony released, and none of its version that is another:
/// what follows it would be a second root of a version that there is.
fn require_as_new(from: &Path, imported: &Imported) -> Result<(), CeremonyError> {
    let Some(newest) = root_versions(&from.join("metadata"))?.pop() else { return Ok(()) };
    let file = format!("metadata/{newest}.root.json");
    let released = signed(&files::read(&from.join(&file), ROOT_LIMIT)?);
    let named = imported.files.iter().find(|(name, _)| *name == imported.root_file());
    let same = imported.version == newest && named.is_some_and(|(_, bytes)| signed(bytes) == released);
    if imported.version > newest || same {
        return Ok(());
    }
    let what = match imported.version == newest {
        true => format!(
            "the root of version {newest} that was named is another one than {file} of the earlier ceremony"
        ),
        false => {
            format!("the earlier ceremony released root {newest}, and root {} was named", imported.version)
        }
    };
    Err(CeremonyError::Change {
        what,
        next: format!(
            "Find out what is published: whoever serves an older root keeps clients from the newer one. Copy the repository with \
             {newest}.root.json, and name the newest root in it; or leave --trusted out. If that root was never published, start \
             without --from. Nothing was made."
        ),
    })
}

/// The newest root that a ceremony released.
fn released(from: &Path) -> Result<PathBuf, CeremonyError> {
    let folder = from.join("metadata");
    let newest = root_versions(&folder)?.pop().ok_or_else(|| CeremonyError::NotYet {
        what: format!("{} has released no root yet", from.to_string_lossy()),
        next: "Finish that ceremony first, or name the root that the world trusts with --trusted.".to_owned(),
    })?;
    Ok(folder.join(format!("{newest}.root.json")))
}

/// `name-2` after `name`, `name-3` after `name-2`.
fn next_id(id: &str) -> String {
    let counted = id.rsplit_once('-').and_then(|(stem, number)| Some((stem, number.parse::<u32>().ok()?)));
    match counted {
        // A year, or a date, is no counter.
        Some((stem, number)) if number < 1000 => format!("{stem}-{}", number + 1),
        _ => format!("{id}-2"),
    }
}
