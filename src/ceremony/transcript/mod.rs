//! The record: one canonical JSON object a line, each with the SHA-256 of the line before (DESIGN section 7).
//!
//! A line is synced before the command that wrote it goes on. A line cut off by a crash has no newline; it is removed,
//! and the next line says so. Files that a crash kept out of the record are entered by [`Transcript::reconcile`].
//!
//! Whoever writes opens a sitting with the first line, and closes it when done: see [`sitting`].

mod chain;
mod proof;
mod seal;
pub mod sitting;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::crypto::digest::Sha256Digest;
use crate::crypto::tlog::note::Note;
use crate::crypto::tlog::tree::Tree;
use crate::host::display::visible;
use crate::host::{clock, files};
use crate::json::Json;
use crate::tuf::time;

use super::CeremonyError;
use super::directory::ADMINISTRATOR;
use super::event::{Artifact, Event};
use chain::Chain;

pub use seal::Seal;
use sitting::{Sat, Seat, Sitting};

/// The largest record this program reads, in bytes; none is made larger.
pub const LIMIT: usize = 64 << 20;

/// What is kept free of that for the lines that close a record: the list of all files, and the end of the sitting.
const CLOSING: usize = 4 << 20;

/// The record of a ceremony, whole and verified.
pub struct Transcript {
    path: PathBuf,
    lines: Vec<Json>,
    tree: Tree,
    last: Sha256Digest,
    /// Length of the whole lines in bytes.
    length: u64,
    /// What comes after them.
    torn: Vec<u8>,
    /// What the record is called as a log.
    origin: String,
    sittings: Vec<Sat>,
    /// The sitting of this process, once it has written a line.
    sitting: Option<Sitting>,
    /// The step of the script that is being done.
    step: Option<String>,
}

impl Transcript {
    /// Reads and verifies the record (check RECORD-CHAIN). A missing file is an empty record, which is called `origin` from its
    /// first line on; one that has lines keeps the name that it has.
    pub fn load(path: &Path, origin: &str) -> Result<Transcript, CeremonyError> {
        let bytes = files::read_if_there(path, LIMIT)?.unwrap_or_default();
        Transcript::read(path, &bytes, origin)
    }

    /// Reads and verifies the record of another copy, which is nothing but whole lines (check RECORD-CHAIN).
    pub fn carried(bytes: &[u8]) -> Result<Transcript, CeremonyError> {
        let record = Transcript::read(Path::new(""), bytes, "")?;
        if bytes.ends_with(b"\n") {
            return Ok(record);
        }
        Err(CeremonyError::Record { line: record.lines.len() + 1, problem: "it is cut off".to_owned() })
    }

    fn read(path: &Path, bytes: &[u8], origin: &str) -> Result<Transcript, CeremonyError> {
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let (whole, torn) = bytes.split_at(whole);
        let Chain { lines, tree, sittings, last, .. } = Chain::read(whole)?;
        let origin = sittings.first().map_or(origin, |sat| sat.verifier.name()).to_owned();
        Ok(Transcript {
            path: path.to_owned(),
            lines,
            tree,
            last,
            length: u64::try_from(whole.len()).unwrap_or(u64::MAX),
            torn: torn.to_vec(),
            origin,
            sittings,
            sitting: None,
            step: None,
        })
    }

    /// All whole lines, as they are in the file.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.lines.iter().flat_map(|line| [line.canonical(), b"\n".to_vec()].concat()).collect()
    }

    /// Says which step of the script everything that is recorded from now on belongs to.
    pub fn set_step(&mut self, step: Option<String>) {
        self.step = step;
    }

    /// Sees to it that a line can be written, before something is done that has to be told in one.
    pub fn require_writable(&self) -> Result<(), CeremonyError> {
        Ok(files::require_writable(&self.path)?)
    }

    /// Writes one event. `actor` is a holder's name, or `administrator`.
    pub fn record(&mut self, actor: &str, event: &Event) -> Result<(), CeremonyError> {
        self.write(&[(actor, event)])
    }

    /// Replaces a line that was cut off, if there is one, by a line that says so.
    pub fn repair(&mut self) -> Result<(), CeremonyError> {
        if self.torn.is_empty() { Ok(()) } else { self.write(&[]) }
    }

    /// Opens the sitting of this process, if that has not happened yet.
    pub fn sit(&mut self) -> Result<(), CeremonyError> {
        if self.sitting.is_some() { Ok(()) } else { self.write(&[]) }
    }

    /// Goes on with the sitting that a seat keeps. Where somebody else has sat here meanwhile, the next line opens another.
    pub fn sit_down(&mut self, seat: &Seat) {
        let open = self.sittings.last().filter(|sat| sat.closed.is_none());
        let is_open = |sitting: &Sitting| open.is_some_and(|sat| sat.verifier == *sitting.verifier());
        self.sitting = seat.take().filter(is_open);
    }

    /// Leaves the sitting open, and its key on a seat.
    pub fn stand_up(&mut self, seat: &Seat) {
        if let Some(sitting) = self.sitting.take() {
            seat.keep(sitting);
        }
    }

    /// Ends the sitting of this process with the head of the record, signed by its key, which is then wiped. Nothing is
    /// written where no sitting is open.
    pub fn close(&mut self) -> Result<(), CeremonyError> {
        let Some(sitting) = self.sitting.take() else { return Ok(()) };
        let (size, root) = self.head();
        let note = sitting.sign(size, root)?;
        let line = self.line(ADMINISTRATOR, &Event::SittingClosed { note: sitting::note_lines(&note) });
        self.append(vec![line], LIMIT)?;
        self.closed();
        Ok(())
    }

    /// The sitting that was open is closed by the last line.
    fn closed(&mut self) {
        let last = self.lines.len().saturating_sub(1);
        if let Some(sat) = self.sittings.last_mut() {
            sat.closed = Some(last);
        }
    }

    /// Writes events. Where it is the first time, the line that opens the sitting comes before them, and where a line was cut
    /// off, one that says so; all at once, so that no trace of what was cut is lost if this process dies, too.
    fn write(&mut self, events: &[(&str, &Event)]) -> Result<(), CeremonyError> {
        let opening = match &self.sitting {
            Some(_) => None,
            None => Some(Sitting::new(&self.origin)?),
        };
        let opened = opening.as_ref().map(|sitting| Event::SittingOpened {
            vkey: sitting.verifier().to_string(),
            origin: self.origin.clone(),
        });
        let torn = Event::Repaired { bytes: self.torn.len(), sha256: Sha256Digest::of(&self.torn) };
        let repaired = (!self.torn.is_empty()).then_some(&torn);
        let first = opened.iter().chain(repaired).map(|event| (ADMINISTRATOR, event));
        let all: Vec<(&str, &Event)> = first.chain(events.iter().copied()).collect();
        let lines = all.into_iter().map(|(actor, event)| self.line(actor, event)).collect();
        let seals = events.iter().any(|(_, event)| matches!(event, Event::Sealed { .. }));
        let most = if seals { LIMIT } else { LIMIT - CLOSING };
        let before = self.lines.len();
        if let Err(error) = self.append(lines, most) {
            // What of this is in the file, only the next process can tell: this one writes nothing more. Of what was too much,
            // nothing is.
            if !matches!(error, CeremonyError::RecordFull { .. }) {
                self.sitting = None;
            }
            return Err(error);
        }
        self.torn.clear();
        if let Some(sitting) = opening {
            self.sittings.push(Sat { verifier: sitting.verifier().clone(), opened: before, closed: None });
            self.sitting = Some(sitting);
        }
        Ok(())
    }

    /// A line without its place.
    fn line(&self, actor: &str, event: &Event) -> Json {
        Json::object([
            ("actor", Json::from(actor)),
            ("data", event.data()),
            ("event", Json::from(event.name())),
            ("step", self.step.as_deref().map_or(Json::Null, Json::from)),
            ("time", Json::from(time::write(clock::now()))),
        ])
    }

    /// Gives lines their places behind the others, and writes them, unless the record would have more than `most` bytes then:
    /// nobody could read it again.
    fn append(&mut self, mut lines: Vec<Json>, most: usize) -> Result<(), CeremonyError> {
        let (mut bytes, mut last) = (Vec::new(), self.last);
        let mut entries = Vec::new();
        for (seq, line) in (self.lines.len()..).zip(&mut lines) {
            if let Some(members) = line.as_object_mut() {
                members.insert("prev".to_owned(), Json::from(last.to_hex()));
                members.insert("seq".to_owned(), Json::Int(i64::try_from(seq).unwrap_or(i64::MAX)));
            }
            *line = showable(std::mem::replace(line, Json::Null));
            let entry = line.canonical();
            last = Sha256Digest::of(&entry);
            bytes.extend_from_slice(&entry);
            bytes.push(b'\n');
            entries.push(entry);
        }
        let length = usize::try_from(self.length).unwrap_or(usize::MAX);
        if length.saturating_add(bytes.len()) > most {
            return Err(CeremonyError::RecordFull { limit: most });
        }
        files::append(&self.path, self.length, &bytes)?;
        self.last = last;
        self.length = self.length.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        entries.iter().for_each(|entry| self.tree.push(entry));
        self.lines.append(&mut lines);
        Ok(())
    }

    /// Every artifact that the record names, with the digests that it had and the numbers of their lines, from 0, in the order in
    /// which they were recorded.
    pub fn artifacts(&self) -> BTreeMap<&str, Vec<(usize, &str)>> {
        let mut known: BTreeMap<&str, Vec<(usize, &str)>> = BTreeMap::new();
        for (seq, line) in self.lines.iter().enumerate() {
            let files = line.get("data").and_then(|data| data.get("files")?.as_object());
            for (file, sha256) in files.into_iter().flatten() {
                known.entry(file).or_default().extend(sha256.as_str().map(|sha256| (seq, sha256)));
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
        self.numbered(event).map(|(_, data)| data)
    }

    /// The lines of all events of a name, oldest first.
    pub fn lines_of<'a>(&'a self, event: &'a str) -> impl DoubleEndedIterator<Item = &'a Json> {
        self.lines.iter().filter(move |line| line.get("event").and_then(Json::as_str) == Some(event))
    }

    /// The same with the number of the line, from 0.
    pub fn numbered<'a>(&'a self, event: &'a str) -> impl DoubleEndedIterator<Item = (usize, &'a Json)> {
        let lines = self.lines.iter().enumerate();
        lines
            .filter(move |(_, line)| line.get("event").and_then(Json::as_str) == Some(event))
            .filter_map(|(seq, line)| Some((seq, line.get("data")?)))
    }

    /// All lines.
    pub fn lines(&self) -> &[Json] {
        &self.lines
    }

    /// All sittings, oldest first.
    pub fn sittings(&self) -> &[Sat] {
        &self.sittings
    }

    /// What the record is called as a log.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// How many lines there are, and the root of the Merkle tree over them.
    pub fn head(&self) -> (u64, Sha256Digest) {
        let size = self.lines.len();
        // The tree has every line.
        (number(size), self.tree.root(size).unwrap_or_else(|| Sha256Digest::of(&[])))
    }

    /// The root of the Merkle tree over the first lines; `None` if there are fewer.
    pub fn root_at(&self, size: u64) -> Option<Sha256Digest> {
        self.tree.root(usize::try_from(size).ok()?)
    }

    /// The signed note in a line that closes a sitting.
    pub fn closing_note(&self, seq: usize) -> Option<Note> {
        chain::note_of(self.lines.get(seq)?)
    }

    /// SHA-256 of the last line, without its newline: whoever writes it down can tell later whether lines are gone.
    pub fn last(&self) -> Sha256Digest {
        self.last
    }

    /// The files of which the record says nothing.
    pub fn unrecorded(&self, present: Vec<Artifact>) -> Vec<Artifact> {
        let known = self.artifacts();
        let is_known = |one: &Artifact| {
            let now = one.sha256.to_hex();
            known.get(one.file.as_str()).is_some_and(|all| all.iter().any(|(_, sha256)| *sha256 == now))
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

/// A sitting ends with its process, also where nobody is left to hear that its last line could not be written.
impl Drop for Transcript {
    fn drop(&mut self) {
        let _ = self.close();
    }
}

/// A number of lines.
fn number(lines: usize) -> u64 {
    u64::try_from(lines).unwrap_or(u64::MAX)
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
