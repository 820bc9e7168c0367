//! The recordings of the screen, one for each walk through the script. One that is still written to is locked, and belongs to
//! the record only when it has ended; where a walk was cut off, the next command finds it.

use std::path::Path;

use crate::crypto::digest::Sha256Digest;
use crate::host::files::{self, FileError};
use crate::tuf::METADATA_LIMIT;

use super::directory::ADMINISTRATOR;
use super::event::{Artifact, Event};
use super::{Ceremony, CeremonyError};

/// Where they are.
pub const FOLDER: &str = "recordings/";

/// What their names end in (asciicast v2).
const ENDING: &str = ".cast";

/// The name of the next one, relative to the ceremony directory.
pub fn next(root: &Path) -> Result<String, FileError> {
    let names = files::list(&root.join(FOLDER))?;
    let number = |name: &String| name.strip_suffix(ENDING)?.parse::<u32>().ok();
    let last = names.iter().filter_map(number).max().unwrap_or_default();
    Ok(format!("{FOLDER}{}{ENDING}", last.saturating_add(1)))
}

/// Those that have ended.
pub fn whole(root: &Path) -> Result<Vec<String>, FileError> {
    let mut whole = Vec::new();
    for name in all(root)? {
        match files::lock(&root.join(&name)) {
            Ok(_) => whole.push(name),
            Err(FileError::Locked(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(whole)
}

/// Refuses where one is still written to.
pub fn require_ended(root: &Path) -> Result<(), FileError> {
    all(root)?.iter().try_for_each(|name| files::lock(&root.join(name)).map(|_| ()))
}

impl Ceremony {
    /// Records that a recording has ended.
    pub fn keep_recording(&mut self, name: &str) -> Result<(), CeremonyError> {
        let bytes = files::read(&self.path(name), METADATA_LIMIT)?;
        let file = Artifact { file: name.to_owned(), sha256: Sha256Digest::of(&bytes) };
        self.transcript.record(ADMINISTRATOR, &Event::Recorded { files: vec![file] })
    }
}

/// Every plain file.
fn all(root: &Path) -> Result<Vec<String>, FileError> {
    let mut all: Vec<String> =
        files::list(&root.join(FOLDER))?.into_iter().map(|name| format!("{FOLDER}{name}")).collect();
    all.retain(|name| files::is_plain(&root.join(name)));
    Ok(all)
}
