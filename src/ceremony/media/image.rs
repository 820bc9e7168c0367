//! Writing a set as the image of a disc.

use std::path::Path;

use crate::console::Console;
use crate::crypto::digest::Sha256Digest;
use crate::host::files::{self, FileError};
use crate::media::{MediaError, disc, iso};

use super::super::directory::ADMINISTRATOR;
use super::super::event::{Encrypted, Event};
use super::super::{Ceremony, CeremonyError};
use super::contents::Files;
use super::export::medium_of;
use super::outgoing::{Outgoing, PassphraseFrom};
use super::{planned, require_name};

/// What was written.
pub struct Image {
    /// The disc's label.
    pub label: String,
    /// The folder on the disc.
    pub folder: String,
    /// SHA-256 of the manifest in it.
    pub manifest: Sha256Digest,
    /// Whether the set is encrypted, and what is inside.
    pub encrypted: Option<Encrypted>,
    /// SHA-256 of the image.
    pub sha256: Sha256Digest,
    /// How many bytes it has.
    pub bytes: usize,
    /// How many files the set has; the manifest is one more.
    pub files: usize,
}

/// What is to be written as an image.
pub struct Request<'a> {
    /// The set's name in the plan.
    pub set: &'a str,
    /// The medium's name in the plan, if the set goes to several.
    pub to: Option<&'a str>,
    /// Where the passphrase comes from, if the set is encrypted.
    pub passphrase: PassphraseFrom,
    /// The image, which must not exist yet.
    pub out: &'a Path,
}

/// Writes a set of these files. The same files give the same bytes, because dates on the disc are that of the plan; not so if
/// they are encrypted, because each time has its own salt and key.
pub fn image(
    ceremony: &mut Ceremony,
    console: &mut dyn Console,
    request: &Request<'_>,
    files: Files,
) -> Result<Image, CeremonyError> {
    let Request { set, to, passphrase, out } = *request;
    let plan = ceremony.planned_set(set)?.clone();
    to.map_or(Ok(()), |to| require_name(&ceremony.policy, to))?;
    let name = medium_of(set, &plan, to)?;
    let label = planned(&ceremony.policy, name, plan.contents.role())?.label.clone();
    if files::exists(out) {
        // Before anybody types a passphrase.
        return Err(FileError::Exists(out.to_owned()).into());
    }
    let outgoing = Outgoing::new(ceremony, console, set, &label, files, passphrase)?;
    if let Some(cause) = outgoing.unlike_plain().pop() {
        return Err(MediaError::NotEncrypted { cause }.into());
    }
    let (encrypted, parcel) = (outgoing.encrypted(), outgoing.parcel);
    let bytes = iso::write(&label, &parcel, ceremony.policy.planned)?;
    let (sha256, manifest) = (Sha256Digest::of(&bytes), parcel.digest());
    let troubles = disc::troubles(&bytes, &parcel.folder, &manifest);
    if !troubles.is_empty() {
        return Err(MediaError::Image { troubles }.into());
    }
    files::create(out, &bytes)?;
    if files::read(out, bytes.len())? != bytes {
        return Err(FileError::ReadBack(out.to_owned()).into());
    }
    if !ceremony.transcript.is_sealed() {
        let event = Event::MediaImage {
            set: set.to_owned(),
            label: label.clone(),
            manifest,
            image: sha256,
            encrypted: encrypted.clone(),
        };
        ceremony.transcript.record(ADMINISTRATOR, &event)?;
    }
    let files = parcel.files.len();
    Ok(Image { label, folder: parcel.folder, manifest, encrypted, sha256, bytes: bytes.len(), files })
}
