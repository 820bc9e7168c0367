//! A set as it goes out: plain, or as one file that is encrypted with a passphrase.
//!
//! Whatever is asked of what goes out is asked of the plain files first. Nobody stores what cannot be opened: what was written
//! is opened again with the passphrase, and compared with the plain files.

use crate::console::Console;
use crate::crypto::digest::Sha256Digest;
use crate::host::display::visible;
use crate::host::files;
use crate::host::secret::Secret;
use crate::media::encrypted::{self, ABOUT, FORMAT};
use crate::media::manifest::{MANIFEST, Manifest};
use crate::media::medium::Medium;
use crate::media::passphrase::{FEWEST, Passphrase};
use crate::media::put::Parcel;
use crate::media::take::inside;
use crate::media::{FILE_LIMIT, MediaError};

use super::super::event::Encrypted;
use super::super::{Ceremony, CeremonyError};
use super::contents::Files;

/// What is given where nobody can be asked.
const FLAG: &str = "--passphrase-fd N";

/// How a passphrase is obtained.
#[derive(Clone, Copy, Debug)]
pub enum PassphraseFrom {
    /// Asked for.
    Prompt,
    /// Read from this file descriptor.
    Descriptor(u32),
}

/// A set that goes out.
pub struct Outgoing {
    /// What is written.
    pub parcel: Parcel,
    /// What is inside, if that is encrypted, and what opens it.
    inside: Option<(Parcel, Passphrase)>,
}

impl PassphraseFrom {
    /// Obtains a new passphrase for a set: typed twice the same way, or read once.
    pub fn choose(self, console: &mut dyn Console, set: &str) -> Result<Passphrase, CeremonyError> {
        let prompt = format!("New passphrase for the set {set}, of {FEWEST} characters or more");
        let again = "The same once more";
        if let PassphraseFrom::Descriptor(descriptor) = self {
            return Ok(Passphrase::chosen(files::secret_from_descriptor(descriptor)?)?);
        }
        console.can_ask(&prompt, FLAG)?;
        console.say(&format!(
            "The set {set} is encrypted. Who restores it needs its passphrase, and without it nobody can: write it on paper, and \
             keep that apart from the medium."
        ));
        loop {
            let chosen = match Passphrase::chosen(console.ask_hidden(&prompt, FLAG)?) {
                Ok(chosen) => chosen,
                Err(error @ MediaError::Passphrase { .. }) => {
                    console.say(&format!("Not this one: {error}."));
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            let typed: Secret = console.ask_hidden(again, FLAG)?;
            if chosen.is(&typed) {
                return Ok(chosen);
            }
            console.say("The two differ: both are typed anew.");
        }
    }

    /// Obtains the passphrase of a file that is encrypted already.
    pub fn recall(self, console: &mut dyn Console, file: &str) -> Result<Passphrase, CeremonyError> {
        let secret = match self {
            PassphraseFrom::Descriptor(descriptor) => files::secret_from_descriptor(descriptor)?,
            PassphraseFrom::Prompt => {
                console.ask_hidden(&format!("Passphrase of {}", visible(file)), FLAG)?
            }
        };
        Ok(Passphrase::known(secret))
    }
}

impl Outgoing {
    /// A set of these files for the medium of a label. The passphrase of an encrypted one is obtained here, once nothing else is
    /// against it and before any medium is touched.
    pub fn new(
        ceremony: &Ceremony,
        console: &mut dyn Console,
        set: &str,
        label: &str,
        files: Files,
        from: PassphraseFrom,
    ) -> Result<Outgoing, CeremonyError> {
        let policy = &ceremony.policy;
        let about = [
            ("ceremony", policy.id.as_str()),
            ("repository", policy.repository.as_str()),
            ("set", set),
            ("label", label),
        ];
        let about = about.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let files = without_manifest(files, &policy.id)?;
        let plain = Parcel::new(&format!("{}-{set}", policy.id), files, about.clone())?;
        if !ceremony.planned_set(set)?.encrypted {
            return Ok(Outgoing { parcel: plain, inside: None });
        }
        encrypted::require(set)?;
        let passphrase = from.choose(console, set)?;
        let parcel = encrypted::encrypt(&plain, &passphrase, about)?;
        Ok(Outgoing { parcel, inside: Some((plain, passphrase)) })
    }

    /// What the record says of it if it is encrypted.
    pub fn encrypted(&self) -> Option<Encrypted> {
        let (plain, _) = self.inside.as_ref()?;
        Some(Encrypted { format: FORMAT, manifest: plain.digest() })
    }

    /// The name of its folder on the medium, and whether it lies there already, as [`Parcel::place`] has it. An encrypted set
    /// has other bytes each time: one that is there is this one if it opens with the same passphrase to the same files.
    pub fn place(&mut self, medium: &Medium) -> Result<bool, MediaError> {
        let Some((plain, passphrase)) = &self.inside else { return self.parcel.place(medium) };
        let mut found = None;
        let there = self.parcel.place_where(medium, |folder, manifest| {
            found = lies_there(medium, folder, manifest, plain, passphrase);
            found.is_some()
        })?;
        if let Some((files, manifest)) = found {
            (self.parcel.files, self.parcel.manifest) = (files, manifest);
        }
        Ok(there)
    }

    /// Opens what goes out, if it is encrypted. Gives what is not as the plain files are.
    pub fn unlike_plain(&self) -> Vec<String> {
        let Some((plain, passphrase)) = &self.inside else { return Vec::new() };
        let opened = |(name, bytes): &(String, Vec<u8>)| match encrypted::open(bytes, passphrase) {
            Ok(opened) if opened.is(plain) => None,
            Ok(_) => Some(format!("{} opens to other files than those that went in", visible(name))),
            Err(error) => Some(format!("{} cannot be opened again: {error}", visible(name))),
        };
        self.parcel.files.iter().filter_map(opened).collect()
    }
}

/// What goes out of a directory that was copied from a medium: the manifest that came with it is no part of the ceremony, and
/// lists its files as they were then. Anything else of that name cannot lie beside the set's own.
fn without_manifest(mut files: Files, ceremony: &str) -> Result<Files, MediaError> {
    let Some((_, bytes)) = files.iter().find(|(name, _)| name == MANIFEST) else { return Ok(files) };
    let is_of_medium =
        Manifest::parse(bytes).is_ok_and(|manifest| manifest.about("ceremony") == Some(ceremony));
    if !is_of_medium {
        return Err(MediaError::OwnManifest);
    }
    files.retain(|(name, _)| name != MANIFEST);
    Ok(files)
}

/// The files and the manifest in a folder of a medium, if that is this set, encrypted with this passphrase.
fn lies_there(
    medium: &Medium,
    folder: &str,
    manifest: &[u8],
    plain: &Parcel,
    passphrase: &Passphrase,
) -> Option<(Files, Vec<u8>)> {
    let listed = Manifest::parse(manifest).ok()?;
    let [_, digest] = ABOUT;
    if listed.about(digest) != Some(plain.digest().to_hex().as_str()) {
        return None;
    }
    let (name, digest) = listed.files.iter().next().filter(|_| listed.files.len() == 1)?;
    let bytes = medium.tree.read(&inside(folder, name), FILE_LIMIT).ok()?;
    let same = Sha256Digest::of(&bytes) == *digest
        && encrypted::open(&bytes, passphrase).is_ok_and(|opened| opened.is(plain));
    same.then(|| (vec![(name.clone(), bytes)], manifest.to_vec()))
}
