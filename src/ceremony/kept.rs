//! Whether the files that last are still as the record has them.

use std::collections::BTreeMap;

use crate::json::Object;

use super::event::{Artifact, SEALED};
use super::{Ceremony, recordings};

/// Where files are that stay as they are once they are recorded.
const LASTING: [&str; 6] =
    ["imported/", "payloads/", recordings::FOLDER, "requests/", "signatures/", "transcripts/"];

/// Where the release is.
const RELEASE: &str = "metadata/";

/// A file that is no longer what a line of the record says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// Relative to the ceremony directory.
    pub file: String,
    /// The number of the line, from 0.
    pub seq: usize,
}

/// What became of files that the record has.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    /// Whether the record has a release.
    pub released: bool,
    /// How many are held to the record.
    pub held: usize,
    /// Those that are no longer what they were.
    pub changed: Vec<Lost>,
    /// Those that are not there any longer.
    pub gone: Vec<Lost>,
    /// Those that lie in a release and are none of it.
    pub added: Vec<String>,
}

impl Kept {
    /// Whether somebody has been at what was released.
    pub fn is_harmed(&self) -> bool {
        let mut lost = self.changed.iter().chain(&self.gone);
        !self.added.is_empty() || lost.any(|one| one.file.starts_with(RELEASE))
    }

    /// Whether everything is as it was recorded.
    pub fn is_whole(&self) -> bool {
        self.changed.is_empty() && self.gone.is_empty() && self.added.is_empty()
    }
}

impl Ceremony {
    /// Compares the files that are there with the record: those that last with the line that has them first, a release with the
    /// line that recorded it, and where the record is sealed, everything else with the line that seals it.
    pub(super) fn kept(&self, present: &[Artifact]) -> Kept {
        let known = self.transcript.artifacts();
        let mut right: BTreeMap<&str, (usize, &str)> = BTreeMap::new();
        for (file, digests) in &known {
            // What was found later with another digest is a change that was noticed, as long as it is not undone.
            if let (true, Some(first)) = (LASTING.iter().any(|one| file.starts_with(one)), digests.first()) {
                right.insert(file, *first);
            }
        }
        let released = self.listed_by("released");
        let of_release = released.iter().flat_map(|(seq, files)| {
            files.iter().filter_map(|(file, sha256)| Some((file.as_str(), (*seq, sha256.as_str()?))))
        });
        right.extend(of_release);
        if let Some((seq, files)) = self.listed_by(SEALED) {
            for (file, sha256) in files.iter().filter_map(|(file, sha256)| Some((file, sha256.as_str()?))) {
                right.entry(file).or_insert((seq, sha256));
            }
        }
        let present: BTreeMap<&str, String> =
            present.iter().map(|one| (one.file.as_str(), one.sha256.to_hex())).collect();
        let mut kept = Kept { released: released.is_some(), held: right.len(), ..Kept::default() };
        for (file, (seq, sha256)) in right {
            let lost = || Lost { file: file.to_owned(), seq };
            match present.get(file) {
                None => kept.gone.push(lost()),
                Some(now) if now != sha256 => kept.changed.push(lost()),
                Some(_) => {}
            }
        }
        if let Some((_, files)) = released {
            let there = present.keys().filter(|file| file.starts_with(RELEASE));
            kept.added =
                there.filter(|file| !files.contains_key(file)).map(|file| (*file).to_owned()).collect();
        }
        kept
    }

    /// The files that the last line of an event lists, and its number.
    fn listed_by<'a>(&'a self, event: &'a str) -> Option<(usize, &'a Object)> {
        let (seq, data) = self.transcript.numbered(event).next_back()?;
        Some((seq, data.get("files")?.as_object()?))
    }
}
