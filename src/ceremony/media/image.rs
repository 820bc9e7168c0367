//! Writing a set as the image of a disc.

use std::path::Path;

use crate::crypto::digest::Sha256Digest;
use crate::host::files;
use crate::media::iso;

use super::super::directory::ADMINISTRATOR;
use super::super::event::Event;
use super::super::{Ceremony, CeremonyError};
use super::contents::Files;
use super::export::{medium_of, parcel};
use super::planned;

/// What was written.
pub struct Image {
    /// The disc's label.
    pub label: String,
    /// The folder on the disc.
    pub folder: String,
    /// SHA-256 of the manifest in it.
    pub manifest: Sha256Digest,
    /// SHA-256 of the image.
    pub sha256: Sha256Digest,
    /// How many bytes it has.
    pub bytes: usize,
    /// How many files are on the disc.
    pub files: usize,
}

/// Writes a set of these files to `out`, which must not exist yet. The same files give the same bytes: dates on the disc are
/// that of the plan.
pub fn image(
    ceremony: &mut Ceremony,
    set: &str,
    to: Option<&str>,
    files: Files,
    out: &Path,
) -> Result<Image, CeremonyError> {
    let plan = ceremony.planned_set(set)?.clone();
    let name = medium_of(set, &plan, to)?;
    let label = planned(&ceremony.policy, name, plan.contents.role())?.label.clone();
    let parcel = parcel(ceremony, set, &label, files)?;
    let bytes = iso::write(&label, &parcel, ceremony.policy.planned)?;
    files::create(out, &bytes)?;
    let (sha256, manifest) = (Sha256Digest::of(&bytes), parcel.digest());
    if !ceremony.transcript.is_sealed() {
        let event = Event::MediaImage { set: set.to_owned(), label: label.clone(), manifest, image: sha256 };
        ceremony.transcript.record(ADMINISTRATOR, &event)?;
    }
    let files = parcel.files.len() + 1;
    Ok(Image { label, folder: parcel.folder, manifest, sha256, bytes: bytes.len(), files })
}
