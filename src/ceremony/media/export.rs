//! Taking a set out: onto a medium that the plan names for it, and read back from there.

use std::path::Path;

use crate::checks::media::{Outward, media_read_back};
use crate::console::Console;
use crate::crypto::digest::Sha256Digest;
use crate::host::beneath::Past;
use crate::host::display::{count, visible};
use crate::host::mount::Access;
use crate::media::MediaError;
use crate::media::devices::Machine;
use crate::media::medium::Medium;
use crate::media::put::Parcel;
use crate::policy::{Existing, SetPlan};

use super::super::directory::ADMINISTRATOR;
use super::super::event::{Artifact, Encrypted, Event};
use super::super::{Ceremony, CeremonyError};
use super::contents::Files;
use super::outgoing::{Outgoing, PassphraseFrom};
use super::{Left, Reach, open, planned, require_name};

/// What is to be exported.
pub struct Request<'a> {
    /// The set's name in the plan.
    pub set: &'a str,
    /// The medium's name in the plan, if the set goes to several.
    pub to: Option<&'a str>,
    /// Where somebody has mounted it.
    pub at: Option<&'a Path>,
    /// Where the passphrase comes from, if the set is encrypted.
    pub passphrase: PassphraseFrom,
}

/// What was exported.
pub struct Exported {
    /// The medium's label.
    pub label: String,
    /// The folder on it.
    pub folder: String,
    /// SHA-256 of the manifest.
    pub manifest: Sha256Digest,
    /// Whether it is encrypted, and what is inside.
    pub encrypted: Option<Encrypted>,
    /// The files with their paths on the medium.
    pub files: Vec<Artifact>,
    /// How they were read back.
    pub past: Past,
    /// Whether it lay there already.
    pub before: bool,
    /// The folder that the set has where there is no other, if another set lies in that.
    pub other: Option<String>,
    /// Whether it was unmounted.
    pub unmounted: bool,
    /// Whether the record has it: nothing is recorded after the seal.
    pub recorded: bool,
}

/// The medium that a set goes to, by its name in the plan.
pub fn medium_of<'a>(set: &str, plan: &'a SetPlan, to: Option<&'a str>) -> Result<&'a str, MediaError> {
    match (to, plan.media.as_slice()) {
        (Some(to), media) if media.iter().any(|one| one == to) => Ok(to),
        (Some(to), media) => {
            Err(MediaError::NotOfSet { set: set.to_owned(), name: to.to_owned(), media: media.to_vec() })
        }
        (None, [one]) => Ok(one),
        (None, media) => Err(MediaError::Which { set: set.to_owned(), media: media.to_vec() }),
    }
}

/// Exports a set of these files.
pub fn export(
    ceremony: &mut Ceremony,
    console: &mut dyn Console,
    request: &Request<'_>,
    files: Files,
) -> Result<Exported, CeremonyError> {
    let set = ceremony.planned_set(request.set)?.clone();
    request.to.map_or(Ok(()), |to| require_name(&ceremony.policy, to))?;
    let name = medium_of(request.set, &set, request.to)?.to_owned();
    let label = planned(&ceremony.policy, &name, set.contents.role())?.label.clone();
    let outgoing = Outgoing::new(ceremony, console, request.set, &label, files, request.passphrase)?;
    let reach = Reach { name: &name, at: request.at, access: Access::Write };
    let medium = open(&ceremony.policy, console, &reach)?;
    let left = Left::of(&medium, request.at);
    let done = write(ceremony, console, request, &set, &name, outgoing, medium);
    left.unless(console, done)
}

/// Writes it on the medium, which is closed afterwards, reads it back, and records that.
fn write(
    ceremony: &mut Ceremony,
    console: &mut dyn Console,
    request: &Request<'_>,
    set: &SetPlan,
    name: &str,
    mut outgoing: Outgoing,
    medium: Medium,
) -> Result<Exported, CeremonyError> {
    let label = medium.label.clone();
    require_writable(&medium, request.at)?;
    let first = outgoing.parcel.folder.clone();
    let before = outgoing.place(&medium)?;
    let other = (outgoing.parcel.folder != first).then_some(first);
    match (before, set.existing) {
        (true, Existing::Keep) => {}
        (true, Existing::Refuse) => outgoing.parcel.require_alone(&medium)?,
        (false, existing) => {
            outgoing.parcel.make_room(&medium, existing == Existing::Keep)?;
            // A slow stick takes minutes, in which nothing else is on the screen.
            console.say(&format!(
                "Writing {} to the medium labelled {}, and reading them back. Leave it in until this says that it can be taken out.",
                count(outgoing.parcel.files.len() + 1, "file"),
                visible(&label)
            ));
            outgoing.parcel.put(&medium)?;
        }
    }
    let unmounted = medium.is_own();
    let (mut differing, past) = read_back(&outgoing.parcel, medium, before)?;
    if differing.is_empty() {
        // What is on the medium is what is in memory: opening one opens the other.
        differing = outgoing.unlike_plain();
    }
    let (encrypted, parcel) = (outgoing.encrypted(), outgoing.parcel);
    let files = parcel.files.len() + 1;
    let outward = Outward { label: &label, files, differing: &differing, before, cached: None };
    CeremonyError::require(media_read_back(&outward))?;
    let artifact = |(name, bytes): &(String, Vec<u8>)| Artifact {
        file: format!("{}/{name}", parcel.folder),
        sha256: Sha256Digest::of(bytes),
    };
    let files: Vec<Artifact> = parcel.files.iter().map(artifact).collect();
    let recorded = !ceremony.transcript.is_sealed();
    if recorded {
        let event = Event::MediaExported {
            set: request.set.to_owned(),
            medium: name.to_owned(),
            label: label.clone(),
            folder: parcel.folder.clone(),
            manifest: parcel.digest(),
            written: files.clone(),
            encrypted: encrypted.clone(),
            before,
        };
        ceremony.transcript.record(ADMINISTRATOR, &event)?;
    }
    let (folder, manifest) = (parcel.folder.clone(), parcel.digest());
    Ok(Exported { label, folder, manifest, encrypted, files, past, before, other, unmounted, recorded })
}

/// What this program did not mount can neither be made writable nor taken out of memory by it.
fn require_writable(medium: &Medium, at: Option<&Path>) -> Result<(), CeremonyError> {
    let label = &medium.label;
    if medium.tree.options().map_err(MediaError::file(label))?.read_only {
        return Err(MediaError::ReadOnly { label: label.clone() }.into());
    }
    let Some(number) = at.and_then(|_| medium.tree.mounted().ok().flatten()) else { return Ok(()) };
    let mounts = Machine::default().mounts()?;
    let in_user_space =
        |mount: &&crate::media::mountinfo::Mount| mount.number == number && mount.system.starts_with("fuse");
    let cached = mounts.iter().find(in_user_space);
    let cached = cached.map(|_| "it is a file system in user space, which has a memory of its own");
    CeremonyError::require(media_read_back(&Outward {
        label,
        files: 0,
        differing: &[],
        before: false,
        cached,
    }))
}

/// Reads everything back: from the device mounted anew, or, of what somebody else mounted, past the page cache.
fn read_back(parcel: &Parcel, medium: Medium, before: bool) -> Result<(Vec<String>, Past), CeremonyError> {
    let label = medium.label.clone();
    if !medium.is_own() {
        medium.tree.sync().map_err(MediaError::file(&label))?;
        return Ok(parcel.read_back(&medium.tree, &label, before)?);
    }
    let Some(mut volume) = medium.unmount()? else { return Err(MediaError::InUse { label }.into()) };
    volume.mounts.clear();
    let again = Medium::mount(&volume, Access::Read)?;
    let read = parcel.read_back(&again.tree, &label, before)?;
    again.unmount()?;
    Ok(read)
}
