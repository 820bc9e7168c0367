//! Bringing files in: from the medium that the plan names, held to a manifest whose digest is typed from paper.

use std::path::Path;

use crate::checks::media::{Inward, media_read_only};
use crate::checks::sign::LEAST_DIGITS;
use crate::console::{Console, words};
use crate::crypto::digest::Sha256Digest;
use crate::host::display::visible;
use crate::host::files;
use crate::host::mount::Access;
use crate::json::Json;
use crate::media::MediaError;
use crate::media::manifest::{MANIFEST, Manifest};
use crate::media::medium::Medium;
use crate::media::names::trouble_anywhere;
use crate::media::private::found;
use crate::media::take::{Offered, folders, inside, offered, take, unlisted};
use crate::policy::MediumRole;

use super::super::directory::{ADMINISTRATOR, IMPORTED};
use super::super::event::{Artifact, Event, MEDIA_IMPORTED};
use super::super::{Ceremony, CeremonyError};
use super::{Left, Reach, open, planned, require_read_only};

/// What is asked for where nobody typed it on the command line.
const DIGITS: &str = "First digits of the manifest's SHA-256, or all of its words";

/// What is to be imported.
pub struct Request<'a> {
    /// The medium's name in the plan.
    pub from: &'a str,
    /// Where somebody has mounted it.
    pub at: Option<&'a Path>,
    /// The folder with the manifest, if there are several.
    pub folder: Option<&'a str>,
    /// Files by their names in the manifest; all of them if there are none here.
    pub files: &'a [String],
    /// The beginning of the manifest's digest.
    pub confirm: Option<&'a str>,
}

/// What was imported.
pub struct Imported {
    /// The medium's label.
    pub label: String,
    /// Where the files are, in the ceremony directory.
    pub folder: String,
    /// SHA-256 of the manifest.
    pub manifest: Sha256Digest,
    /// The files.
    pub files: Vec<Artifact>,
    /// How many files the manifest lists that nobody asked for.
    pub left: usize,
    /// What lies beside the files, and is not in the manifest.
    pub unlisted: Vec<String>,
    /// Where files of this very manifest were imported before.
    pub before: Vec<String>,
    /// Whether this program mounted the medium, and unmounted it again.
    pub unmounted: bool,
}

/// Imports from a medium.
pub fn import(
    ceremony: &mut Ceremony,
    console: &mut dyn Console,
    request: &Request<'_>,
) -> Result<Imported, CeremonyError> {
    planned(&ceremony.policy, request.from, MediumRole::In)?;
    if request.confirm.is_none() {
        console.can_ask(DIGITS, "--confirm PREFIX")?;
    }
    let reach = Reach { name: request.from, at: request.at, access: Access::Read };
    let medium = open(&ceremony.policy, console, &reach)?;
    let left = Left::of(&medium, request.at);
    let done = read(ceremony, console, request, medium);
    left.unless(console, done)
}

/// Reads what is wanted from the medium, which is closed afterwards, and puts it into the ceremony directory.
fn read(
    ceremony: &mut Ceremony,
    console: &mut dyn Console,
    request: &Request<'_>,
    medium: Medium,
) -> Result<Imported, CeremonyError> {
    require_read_only(&medium)?;
    // As the plan writes it: another stick could write it otherwise, and not every file system could have both beside each other.
    let place = free_place(ceremony, &planned(&ceremony.policy, request.from, MediumRole::In)?.label);
    request.folder.map_or(Ok(()), |folder| require_folder(&medium, folder))?;
    let Offered { folder, bytes, digest, manifest } = offered(&medium.tree, &medium.label, request.folder)?;
    let manifest = manifest.or_else(|refused| refuse(&medium, &refused).map(|()| Default::default()))?;
    refuse(&medium, &cannot_be_kept(&manifest, request.files, &place))?;
    let digits = confirm(&medium.label, digest, console, request.confirm)?;
    let taken = take(&medium.tree, &medium.label, &folder, &manifest, request.files)?;
    refuse(&medium, &taken.refused)?;
    if !taken.differing.is_empty() {
        return Err(MediaError::Differs { label: medium.label, files: taken.differing }.into());
    }
    // What comes in goes out with every backup, and that no private key does.
    let key = taken.files.iter().find_map(|(name, bytes)| Some((name.clone(), found(bytes)?)));
    if let Some((file, kind)) = key {
        return Err(MediaError::PrivateKeyThere { label: medium.label, file, kind }.into());
    }
    let unlisted = unlisted(&medium.tree, &medium.label, &folder, &|name| manifest.files.contains_key(name))?;
    let left = manifest.files.len().saturating_sub(taken.files.len());
    let (label, unmounted) = (medium.label.clone(), medium.is_own());
    medium.unmount()?;
    let mut whole = taken.files;
    whole.push((MANIFEST.to_owned(), bytes));
    let before = before(ceremony, digest);
    files::folder(&ceremony.path(IMPORTED))?;
    files::create_tree(&ceremony.path(&place), &whole)?;
    let artifact = |(name, bytes): &(String, Vec<u8>)| Artifact {
        file: format!("{place}/{name}"),
        sha256: Sha256Digest::of(bytes),
    };
    let files: Vec<Artifact> = whole.iter().map(artifact).collect();
    let event = Event::MediaImported {
        medium: request.from.to_owned(),
        label: label.clone(),
        manifest: digest,
        digits,
        files: files.clone(),
    };
    ceremony.transcript.record(ADMINISTRATOR, &event)?;
    Ok(Imported { label, folder: place, manifest: digest, files, left, unlisted, before, unmounted })
}

/// A folder that is named has a manifest; otherwise says which have.
fn require_folder(medium: &Medium, folder: &str) -> Result<(), MediaError> {
    let label = &medium.label;
    let file = MediaError::file(label);
    if medium.tree.has(&inside(folder.trim_end_matches('/'), MANIFEST)).map_err(&file)? {
        return Ok(());
    }
    let found = folders(&medium.tree, label)?;
    let next = match found.iter().map(|folder| visible(folder)).collect::<Vec<_>>().as_slice() {
        [] => "Nothing was taken. No folder there has one.".to_owned(),
        [root] if root.is_empty() => {
            format!("Nothing was taken. {MANIFEST} is not in a folder: leave out --folder.")
        }
        folders => format!("Nothing was taken. Those that have one: {}.", folders.join(", ")),
    };
    let what = format!("there is no folder {} with a {MANIFEST}", visible(folder));
    Err(MediaError::NoManifest { label: label.clone(), what, next })
}

/// MEDIA-READ-ONLY, as far as it is about what is to be taken.
fn refuse(medium: &Medium, refused: &[String]) -> Result<(), CeremonyError> {
    CeremonyError::require(media_read_only(&Inward { label: &medium.label, lacking: &[], refused }))
}

/// What could be brought in, and in no backup of this ceremony go out again on whatever medium.
fn cannot_be_kept(manifest: &Manifest, wanted: &[String], place: &str) -> Vec<String> {
    let names = manifest.files.keys().filter(|name| wanted.is_empty() || wanted.contains(name));
    let trouble = |name: &String| match trouble_anywhere(name) {
        Some(trouble) => Some(format!("{} {trouble}", visible(name))),
        None => trouble_anywhere(&format!("{place}/{name}"))
            .map(|trouble| format!("{} {trouble} once it lies in {place}", visible(name))),
    };
    names.filter_map(trouble).collect()
}

/// The digest was typed from paper, by its first digits or by all of its words. Gives how many digits that are.
fn confirm(
    label: &str,
    digest: Sha256Digest,
    console: &mut dyn Console,
    given: Option<&str>,
) -> Result<usize, CeremonyError> {
    let typed = match given {
        Some(given) => given.to_owned(),
        None => {
            console.say(&format!(
                "Read the SHA-256 of {MANIFEST} on {label} from paper, and type its first {LEAST_DIGITS} digits or more, or all \
                 of its words. The medium is in use: do not take it out yet."
            ));
            let mut typed = console.ask(DIGITS, "--confirm PREFIX")?;
            while are_hex(&typed) && compact(&typed).len() < LEAST_DIGITS {
                console.say(&format!(
                    "That was not {LEAST_DIGITS} digits or more. Type them once more, or stop with Ctrl-C."
                ));
                typed = console.ask(DIGITS, "--confirm PREFIX")?;
            }
            typed
        }
    };
    let hex = compact(&typed);
    let not = |what| MediaError::NotConfirmed { label: label.to_owned(), what };
    if are_hex(&hex) {
        let fits = hex.len() >= LEAST_DIGITS && digest.to_hex().starts_with(&hex);
        return if fits { Ok(hex.len()) } else { Err(not("8 or more of the first digits of").into()) };
    }
    words::compare(&typed, &digest.0)?;
    Ok(digest.to_hex().len())
}

/// What was typed, without blanks and in lower case.
fn compact(typed: &str) -> String {
    typed.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase()
}

/// Whether digits were typed and not words; nothing is no word, either.
fn are_hex(typed: &str) -> bool {
    compact(typed).bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The folders that files of a manifest were imported to.
fn before(ceremony: &Ceremony, manifest: Sha256Digest) -> Vec<String> {
    let hex = Json::from(manifest.to_hex());
    let same = ceremony.transcript.all(MEDIA_IMPORTED).filter(|data| data.get("manifest") == Some(&hex));
    let files = same.filter_map(|data| data.get("files")?.as_object()?.keys().next());
    // `imported/LABEL-NUMBER/…`
    files.map(|file| file.splitn(3, '/').take(2).collect::<Vec<_>>().join("/")).collect()
}

/// The first place that is free for files from this medium.
fn free_place(ceremony: &Ceremony, label: &str) -> String {
    let mut number = 1_u64;
    loop {
        let place = format!("{IMPORTED}/{label}-{number}");
        if !files::exists(&ceremony.path(&place)) {
            return place;
        }
        number += 1;
    }
}
