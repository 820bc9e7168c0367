//! Whether the files that last are still as the record has them.

use std::collections::BTreeSet;

use crate::json::Json;

use super::event::Artifact;
use super::{Ceremony, recordings};

/// Where files are that stay as they are once they are recorded.
const LASTING: [&str; 4] = ["payloads/", "signatures/", "transcripts/", recordings::FOLDER];

/// Where the release is.
const RELEASE: &str = "metadata/";

/// What became of files that the record has.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    /// Whether the record has a release.
    pub released: bool,
    /// Those that are no longer what they were.
    pub changed: Vec<String>,
    /// Those that are not there any longer.
    pub gone: Vec<String>,
    /// Those that lie in a release and are none of it.
    pub added: Vec<String>,
}

impl Kept {
    /// Whether somebody has been at what was released.
    pub fn is_harmed(&self) -> bool {
        !self.added.is_empty() || self.changed.iter().chain(&self.gone).any(|file| file.starts_with(RELEASE))
    }
}

impl Ceremony {
    /// Compares the files that are there with the record. A release is held to the line that recorded it.
    pub(super) fn kept(&self, present: &[Artifact]) -> Kept {
        let known = self.transcript.artifacts();
        let mut kept = Kept::default();
        let digest = |file: &str| present.iter().find(|one| one.file == file).map(|one| one.sha256.to_hex());
        let mut compare = |file: &str, right: &dyn Fn(&str) -> bool| match digest(file) {
            None => kept.gone.push(file.to_owned()),
            Some(now) if !right(&now) => kept.changed.push(file.to_owned()),
            Some(_) => {}
        };
        for (file, digests) in
            known.iter().filter(|(file, _)| LASTING.iter().any(|one| file.starts_with(one)))
        {
            // What was found later with another digest is a change that was noticed, as long as it is not undone.
            compare(file, &|now| digests.first() == Some(&now));
        }
        let released = self.transcript.all("released").next_back();
        let released = released.and_then(|data| data.get("files")).and_then(Json::as_object);
        for (file, sha256) in released.into_iter().flatten() {
            compare(file, &|now| sha256.as_str() == Some(now));
        }
        if let Some(released) = released {
            let of_release: BTreeSet<&str> = released.keys().map(String::as_str).collect();
            let there = present.iter().map(|one| one.file.as_str()).filter(|file| file.starts_with(RELEASE));
            kept.added = there.filter(|file| !of_release.contains(file)).map(str::to_owned).collect();
            kept.released = true;
        }
        kept
    }
}
