//! The record: one canonical JSON object a line, each with the SHA-256 of the line before (DESIGN section 7).
//!
//! A line is synced before the command that wrote it goes on. A line cut off by a crash has no newline; it is removed,
//! and the next line says so. Files that a crash kept out of the record are entered by [`Transcript::reconcile`].

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::crypto::digest::Sha256Digest;
use crate::host::display::visible;
use crate::host::{clock, files};
use crate::json::Json;
use crate::tuf::time;

use super::CeremonyError;
use super::directory::ADMINISTRATOR;
use super::event::{Artifact, Event};

/// The largest record this program reads, in bytes.
const LIMIT: usize = 64 << 20;

/// The record of a ceremony, whole and verified.
pub struct Transcript {
    path: PathBuf,
    lines: Vec<Json>,
    last: Sha256Digest,
    /// Length of the whole lines in bytes.
    length: u64,
    /// What comes after them.
    torn: Vec<u8>,
}

impl Transcript {
    /// Reads and verifies the record (check RECORD-CHAIN). A missing file is an empty record.
    pub fn load(path: &Path) -> Result<Transcript, CeremonyError> {
        let bytes = files::read_if_there(path, LIMIT)?.unwrap_or_default();
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let (whole, torn) = bytes.split_at(whole);
        let mut lines = Vec::new();
        let mut last = Sha256Digest([0; 32]);
        for (index, line) in whole.split_inclusive(|byte| *byte == b'\n').enumerate() {
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            let object = read_line(index, line, last)?;
            last = Sha256Digest::of(line);
            lines.push(object);
        }
        let length = u64::try_from(whole.len()).unwrap_or(u64::MAX);
        Ok(Transcript { path: path.to_owned(), lines, last, length, torn: torn.to_vec() })
    }

    /// Writes one event. `actor` is a holder's name, or `administrator`.
    pub fn record(&mut self, actor: &str, event: &Event) -> Result<(), CeremonyError> {
        self.repair()?;
        self.write(actor, event)
    }

    /// Replaces a line that was cut off, if there is one, by a line that says so.
    pub fn repair(&mut self) -> Result<(), CeremonyError> {
        if self.torn.is_empty() {
            return Ok(());
        }
        let repaired = Event::Repaired { bytes: self.torn.len(), sha256: Sha256Digest::of(&self.torn) };
        self.write(ADMINISTRATOR, &repaired)?;
        self.torn.clear();
        Ok(())
    }

    fn write(&mut self, actor: &str, event: &Event) -> Result<(), CeremonyError> {
        let seq = i64::try_from(self.lines.len()).unwrap_or(i64::MAX);
        let object = Json::object([
            ("actor", Json::from(actor)),
            ("data", event.data()),
            ("event", Json::from(event.name())),
            ("prev", Json::from(self.last.to_hex())),
            ("seq", Json::Int(seq)),
            ("step", Json::Null),
            ("time", Json::from(time::write(clock::now()))),
        ]);
        let object = showable(object);
        let mut line = object.canonical();
        let digest = Sha256Digest::of(&line);
        line.push(b'\n');
        files::append(&self.path, self.length, &line)?;
        self.last = digest;
        self.length = self.length.saturating_add(u64::try_from(line.len()).unwrap_or(u64::MAX));
        self.lines.push(object);
        Ok(())
    }

    /// Every artifact that the record names, with all digests it ever had.
    pub fn artifacts(&self) -> BTreeMap<&str, BTreeSet<&str>> {
        let mut known: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for files in self.lines.iter().filter_map(|line| line.get("data")?.get("files")?.as_object()) {
            for (file, sha256) in files {
                known.entry(file).or_default().extend(sha256.as_str());
            }
        }
        known
    }

    /// Enters files of which the record says nothing.
    pub fn reconcile(&mut self, present: Vec<Artifact>) -> Result<(), CeremonyError> {
        let files = self.unrecorded(present);
        if files.is_empty() { Ok(()) } else { self.record(ADMINISTRATOR, &Event::Found { files }) }
    }

    /// The data of all events of a name, oldest first.
    pub fn all<'a>(&'a self, event: &'a str) -> impl DoubleEndedIterator<Item = &'a Json> {
        self.lines_of(event).filter_map(|line| line.get("data"))
    }

    /// The lines of all events of a name, oldest first.
    pub fn lines_of<'a>(&'a self, event: &'a str) -> impl DoubleEndedIterator<Item = &'a Json> {
        self.lines.iter().filter(move |line| line.get("event").and_then(Json::as_str) == Some(event))
    }

    /// SHA-256 of the last line, without its newline: whoever writes it down can tell later whether lines are gone.
    pub fn last(&self) -> Sha256Digest {
        self.last
    }

    /// The files of which the record says nothing.
    pub fn unrecorded(&self, present: Vec<Artifact>) -> Vec<Artifact> {
        let known = self.artifacts();
        let is_known = |one: &Artifact| {
            known.get(one.file.as_str()).is_some_and(|all| all.contains(one.sha256.to_hex().as_str()))
        };
        present.into_iter().filter(|one| !is_known(one)).collect()
    }

    /// How many lines there are.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether nothing was recorded yet.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }
}

fn read_line(index: usize, line: &[u8], last: Sha256Digest) -> Result<Json, CeremonyError> {
    let wrong = |problem: String| CeremonyError::Record { line: index + 1, problem };
    let object =
        Json::parse(line, LIMIT).map_err(|error| wrong(format!("not strict JSON: {}", error.what)))?;
    if object.canonical() != line {
        return Err(wrong("not in the form in which it was written".to_owned()));
    }
    if object.get("seq").and_then(Json::as_int) != i64::try_from(index).ok() {
        return Err(wrong("the line numbers (seq) do not follow one another".to_owned()));
    }
    if object.get("prev").and_then(Json::as_str) != Some(last.to_hex().as_str()) {
        return Err(wrong(
            "it does not follow the line before it (prev is another line's SHA-256)".to_owned(),
        ));
    }
    Ok(object)
}

/// The record is read on terminals and on paper, and a line must stay one line: whatever cannot be shown is escaped.
fn showable(value: Json) -> Json {
    match value {
        Json::Str(text) => Json::Str(visible(&text)),
        Json::Arr(elements) => Json::Arr(elements.into_iter().map(showable).collect()),
        Json::Obj(members) => {
            Json::Obj(members.into_iter().map(|(name, member)| (visible(&name), showable(member))).collect())
        }
        Json::Null | Json::Bool(_) | Json::Int(_) => value,
    }
}
