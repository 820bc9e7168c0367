//! Verifying a medium later: against its own manifest, and against the record of its ceremony.

use crate::crypto::digest::Sha256Digest;
use crate::host::beneath::Beneath;
use crate::json::Json;
use crate::media::MediaError;
use crate::media::manifest::Manifest;
use crate::media::take::{self, folders, offered, take, unlisted};

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
    /// What the record says of it; `None` where no ceremony was given.
    pub record: Option<Recorded>,
}

/// What the record of a ceremony says of a manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// It was written, or read, at this line, from 0.
    Line(usize),
    /// Nothing; but every file is one of the ceremony's: a sealed ceremony records no more.
    Files,
    /// Nothing, and not all of its files are the ceremony's.
    No,
}

impl Checked {
    /// Whether everything is as it must be.
    pub fn is_whole(&self) -> bool {
        self.troubles.is_empty() && self.record != Some(Recorded::No)
    }
}

/// Checks every manifest of a medium or of a folder.
pub fn check(
    tree: &Beneath,
    label: &str,
    ceremony: Option<&Ceremony>,
) -> Result<Vec<Checked>, CeremonyError> {
    let found = folders(tree, label)?;
    if found.is_empty() {
        // Says that there is none, and what to do.
        offered(tree, label, None)?;
    }
    let mut all = Vec::new();
    for folder in found {
        let offer = offered(tree, label, Some(&folder))?;
        let (manifest, mut troubles) = match offer.manifest {
            Ok(manifest) => (manifest, Vec::new()),
            Err(refused) => (Manifest::default(), refused),
        };
        if !manifest.files.is_empty() {
            let take::Taken { refused, differing, .. } = match take(tree, label, &folder, &manifest, &[]) {
                Err(MediaError::Changing { name, .. }) => take::Taken {
                    files: Vec::new(),
                    refused: vec![format!("{name} changed between two reads")],
                    differing: Vec::new(),
                },
                other => other?,
            };
            troubles.extend(refused);
            troubles.extend(differing);
            let others = unlisted(tree, label, &folder, &manifest)?;
            troubles.extend(others.into_iter().map(|name| format!("{name} is not in the manifest")));
        }
        let record = ceremony.map(|ceremony| recorded(ceremony, offer.digest, &manifest)).transpose()?;
        all.push(Checked { folder, digest: offer.digest, manifest, troubles, record });
    }
    Ok(all)
}

fn recorded(
    ceremony: &Ceremony,
    digest: Sha256Digest,
    manifest: &Manifest,
) -> Result<Recorded, CeremonyError> {
    let hex = digest.to_hex();
    for event in [MEDIA_EXPORTED, MEDIA_IMAGE, MEDIA_IMPORTED] {
        let of = |data: &Json| data.get("manifest").and_then(Json::as_str) == Some(hex.as_str());
        if let Some((seq, _)) = ceremony.transcript.numbered(event).find(|(_, data)| of(data)) {
            return Ok(Recorded::Line(seq));
        }
    }
    let own = ceremony.digests()?;
    let is_own = |(name, digest): (&String, &Sha256Digest)| own.get(name) == Some(digest);
    Ok(if manifest.files.iter().all(is_own) { Recorded::Files } else { Recorded::No })
}
