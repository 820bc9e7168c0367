//! Verifying a medium later: against its own manifest, and against the record of its ceremony.

use crate::crypto::digest::Sha256Digest;
use crate::host::beneath::Beneath;
use crate::host::display::visible;
use crate::json::Json;
use crate::media::MediaError;
use crate::media::encrypted::{ABOUT, AVAILABLE, SUFFIX, is_encrypted, open};
use crate::media::manifest::Manifest;
use crate::media::passphrase::Passphrase;
use crate::media::take::{self, beside, folders, offered, take};

use super::super::event::{MEDIA_EXPORTED, MEDIA_IMAGE, MEDIA_IMPORTED};
use super::super::{Ceremony, CeremonyError};

/// What was found of one manifest.
pub struct Checked {
    /// The folder that it is in; `""` for the root.
    pub folder: String,
    /// SHA-256 of the manifest.
    pub digest: Sha256Digest,
    /// What it says and lists.
    pub manifest: Manifest,
    /// What must not be on a medium, is not as listed, or is not listed.
    pub troubles: Vec<String>,
    /// The files that are encrypted.
    pub encrypted: Vec<EncryptedFile>,
    /// What the record says of it; `None` where no ceremony was given.
    pub record: Option<Recorded>,
}

/// What was found on a medium or in a folder.
pub struct Found {
    /// Each folder that has a manifest.
    pub folders: Vec<Checked>,
    /// What lies beside these folders.
    pub unlisted: Vec<String>,
}

impl Found {
    /// Whether everything that a manifest lists is as it must be.
    pub fn is_whole(&self) -> bool {
        self.folders.iter().all(Checked::is_whole)
    }
}

/// A file in the age format.
pub struct EncryptedFile {
    /// Its path on the medium.
    pub path: String,
    /// What was found inside; `None` if it was not to be opened.
    pub inside: Option<Result<Inside, String>>,
}

/// What was found inside an encrypted set. What is not as it must be is among the troubles of the medium.
pub struct Inside {
    /// SHA-256 of the manifest in it.
    pub digest: Sha256Digest,
    /// What that says and lists.
    pub manifest: Manifest,
}

/// How the passphrase of a file is obtained.
pub struct Ask<'a> {
    /// Obtains it; once more where it was wrong.
    pub obtain: &'a mut dyn FnMut(&str) -> Result<Passphrase, CeremonyError>,
    /// How often.
    pub tries: usize,
}

/// What the record of a ceremony says of a manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// It was written, or read, at this line, from 0.
    Line(usize),
    /// Nothing; but every file is one of the ceremony's: a sealed ceremony records no more.
    Files,
    /// Nothing; and what is encrypted was not looked into, or does not open.
    Closed,
    /// Nothing, and not all of its files are the ceremony's.
    No,
}

impl Checked {
    /// Whether everything is as it must be.
    pub fn is_whole(&self) -> bool {
        let opened = |file: &EncryptedFile| !matches!(file.inside, Some(Err(_)));
        self.troubles.is_empty() && self.record != Some(Recorded::No) && self.encrypted.iter().all(opened)
    }
}

/// Checks every manifest of a medium or of a folder; sets that are encrypted, from inside too if a passphrase is to be had.
pub fn check(
    tree: &Beneath,
    label: &str,
    ceremony: Option<&Ceremony>,
    mut ask: Option<Ask<'_>>,
) -> Result<Found, CeremonyError> {
    let found = folders(tree, label)?;
    if found.is_empty() {
        // Says that there is none, and what to do.
        offered(tree, label, None)?;
    }
    let unlisted = beside(tree, label, &found)?;
    let mut all = Vec::new();
    for folder in found {
        let offer = offered(tree, label, Some(&folder))?;
        let (manifest, mut troubles) = match offer.manifest {
            Ok(manifest) => (manifest, Vec::new()),
            Err(refused) => (Manifest::default(), refused),
        };
        let mut encrypted = Vec::new();
        if !manifest.files.is_empty() {
            let take::Taken { files, refused, differing } = match take(tree, label, &folder, &manifest, &[]) {
                Err(MediaError::Changing { name, .. }) => take::Taken {
                    files: Vec::new(),
                    refused: vec![format!("{name} changed between two reads")],
                    differing: Vec::new(),
                },
                other => other?,
            };
            troubles.extend(refused);
            troubles.extend(differing);
            let others = take::unlisted(tree, label, &folder, &|name| manifest.files.contains_key(name))?;
            troubles.extend(others.into_iter().map(|name| format!("{name} is not in the manifest")));
            for (name, bytes) in files.iter().filter(|(_, bytes)| is_encrypted(bytes)) {
                let path = take::inside(&folder, name);
                let inside = match ask.as_mut().filter(|_| name.ends_with(SUFFIX)) {
                    None => None,
                    Some(ask) => Some(look_inside(&path, bytes, &manifest, ask, &mut troubles)?),
                };
                encrypted.push(EncryptedFile { path, inside });
            }
        }
        let record = ceremony.map(|ceremony| recorded(ceremony, offer.digest, &manifest, &encrypted));
        let record = record.transpose()?;
        all.push(Checked { folder, digest: offer.digest, manifest, troubles, encrypted, record });
    }
    Ok(Found { folders: all, unlisted })
}

/// Opens an encrypted set, and holds it to its own manifest, and that to what the manifest beside it says.
fn look_inside(
    path: &str,
    bytes: &[u8],
    beside: &Manifest,
    ask: &mut Ask<'_>,
    troubles: &mut Vec<String>,
) -> Result<Result<Inside, String>, CeremonyError> {
    if !AVAILABLE {
        return Err(MediaError::CannotOpen { file: path.to_owned() }.into());
    }
    let mut tries = 1;
    let opened = loop {
        match open(bytes, &(ask.obtain)(path)?) {
            Ok(opened) => break opened,
            Err(_) if tries < ask.tries => tries += 1,
            Err(error) => return Ok(Err(error.to_string())),
        }
    };
    let (found, inner) = opened.check();
    troubles.extend(inner.into_iter().map(|trouble| format!("inside {}, {trouble}", visible(path))));
    let Some((digest, manifest)) = found else {
        return Ok(Err("it opens, and has no manifest that can be read".to_owned()));
    };
    let [_, named] = ABOUT;
    if beside.about(named).is_some_and(|said| said != digest.to_hex()) {
        troubles
            .push(format!("inside {}, the manifest is not the one that is named beside it", visible(path)));
    }
    Ok(Ok(Inside { digest, manifest }))
}

fn recorded(
    ceremony: &Ceremony,
    digest: Sha256Digest,
    manifest: &Manifest,
    encrypted: &[EncryptedFile],
) -> Result<Recorded, CeremonyError> {
    let hex = digest.to_hex();
    for event in [MEDIA_EXPORTED, MEDIA_IMAGE, MEDIA_IMPORTED] {
        let of = |data: &Json| data.get("manifest").and_then(Json::as_str) == Some(hex.as_str());
        if let Some((seq, _)) = ceremony.transcript.numbered(event).find(|(_, data)| of(data)) {
            return Ok(Recorded::Line(seq));
        }
    }
    let own = ceremony.digests()?;
    let are_own =
        |manifest: &Manifest| manifest.files.iter().all(|(name, digest)| own.get(name) == Some(digest));
    let is_own = |file: &EncryptedFile| match &file.inside {
        Some(Ok(inside)) => are_own(&inside.manifest),
        _ => false,
    };
    // A set that is encrypted is the one file in its folder.
    let alone = !encrypted.is_empty() && encrypted.len() == manifest.files.len();
    Ok(match alone {
        true if encrypted.iter().all(is_own) => Recorded::Files,
        true if !encrypted.iter().all(|file| matches!(file.inside, Some(Ok(_)))) => Recorded::Closed,
        false if are_own(manifest) => Recorded::Files,
        _ => Recorded::No,
    })
}
