//! Reading the record: RECORD-CHAIN, line by line, and sitting by sitting.

use std::collections::BTreeSet;

use crate::crypto::digest::Sha256Digest;
use crate::crypto::tlog::checkpoint::Checkpoint;
use crate::crypto::tlog::note::{Kind, Note, Verifier};
use crate::crypto::tlog::tree::{Growing, Tree};
use crate::json::Json;

use super::super::CeremonyError;
use super::super::event::{REPAIRED, SEALED, SITTING_CLOSED, SITTING_OPENED};
use super::LIMIT;
use super::sitting::Sat;

/// The members of every line.
const MEMBERS: [&str; 7] = ["actor", "data", "event", "prev", "seq", "step", "time"];

/// Lines that follow one another.
pub(super) struct Chain {
    pub(super) lines: Vec<Json>,
    pub(super) tree: Tree,
    pub(super) sittings: Vec<Sat>,
    pub(super) last: Sha256Digest,
    growing: Growing,
    /// The keys that were introduced.
    vkeys: BTreeSet<String>,
    sealed: bool,
}

impl Chain {
    /// Reads whole lines.
    pub(super) fn read(whole: &[u8]) -> Result<Chain, CeremonyError> {
        let mut chain = Chain {
            lines: Vec::new(),
            tree: Tree::default(),
            sittings: Vec::new(),
            last: Sha256Digest([0; 32]),
            growing: Growing::default(),
            vkeys: BTreeSet::new(),
            sealed: false,
        };
        for line in whole.split_inclusive(|byte| *byte == b'\n') {
            chain.read_line(line.strip_suffix(b"\n").unwrap_or(line))?;
        }
        Ok(chain)
    }

    fn read_line(&mut self, line: &[u8]) -> Result<(), CeremonyError> {
        let index = self.lines.len();
        let wrong = |problem: String| CeremonyError::Record { line: index + 1, problem };
        let object =
            Json::parse(line, LIMIT).map_err(|error| wrong(format!("not strict JSON: {}", error.what)))?;
        if object.canonical() != line {
            return Err(wrong("not in the form in which it was written".to_owned()));
        }
        if object.get("seq").and_then(Json::as_int) != i64::try_from(index).ok() {
            return Err(wrong("the line numbers (seq) do not follow one another".to_owned()));
        }
        if object.get("prev").and_then(Json::as_str) != Some(self.last.to_hex().as_str()) {
            return Err(wrong(
                "it does not follow the line before it (prev is another line's SHA-256)".to_owned(),
            ));
        }
        if !object.as_object().is_some_and(|members| members.keys().eq(MEMBERS)) {
            return Err(wrong("it has not the members of a line".to_owned()));
        }
        self.sit(index, &object).map_err(wrong)?;
        self.last = Sha256Digest::of(line);
        self.tree.push(line);
        self.growing.push(line);
        self.lines.push(object);
        Ok(())
    }

    /// Every line belongs to a sitting, and a sitting's last line signs what came before it.
    fn sit(&mut self, index: usize, line: &Json) -> Result<(), String> {
        let data = line.get("data");
        let event = line.get("event").and_then(Json::as_str);
        // Where sealing was interrupted, it is done once more.
        let again = [SITTING_OPENED, REPAIRED, SEALED];
        if self.sealed && !event.is_some_and(|event| again.contains(&event)) {
            return Err("it comes after the record was sealed".to_owned());
        }
        self.sealed |= event == Some(SEALED);
        match event {
            Some(SITTING_OPENED) => {
                let verifier = self.opened(data)?;
                self.sittings.push(Sat { verifier, opened: index, closed: None });
            }
            Some(SITTING_CLOSED) => {
                let sat = self.sittings.last().filter(|sat| sat.closed.is_none());
                let sat = sat.ok_or("it closes a sitting, and none is open")?;
                let head = Checkpoint {
                    origin: sat.verifier.name().to_owned(),
                    size: self.growing.size(),
                    root: self.growing.root(),
                };
                let note = note_of(line).ok_or("it closes the sitting without a signed note")?;
                holds(&note, &head, &sat.verifier)?;
                if let Some(sat) = self.sittings.last_mut() {
                    sat.closed = Some(index);
                }
            }
            _ if self.sittings.last().is_none_or(|sat| sat.closed.is_some()) => {
                return Err("it belongs to no sitting".to_owned());
            }
            _ => {}
        }
        Ok(())
    }

    /// The key that a line introduces.
    fn opened(&mut self, data: Option<&Json>) -> Result<Verifier, String> {
        let text = |name: &str| data.and_then(|data| data.get(name)).and_then(Json::as_str);
        let (Some(vkey), Some(origin)) = (text("vkey"), text("origin")) else {
            return Err("it opens a sitting without its key and the record's name".to_owned());
        };
        let verifier = Verifier::parse(vkey).map_err(|error| format!("the sitting's key: {error}"))?;
        if verifier.kind() != Kind::Note || verifier.name() != origin {
            return Err("the sitting's key is not one of this record".to_owned());
        }
        if self.sittings.first().is_some_and(|first| first.verifier.name() != origin) {
            return Err("it opens a sitting of another record".to_owned());
        }
        if !self.vkeys.insert(vkey.to_owned()) {
            return Err("the sitting's key is that of an earlier sitting".to_owned());
        }
        Ok(verifier)
    }
}

/// The note in a line that closes a sitting.
pub(super) fn note_of(line: &Json) -> Option<Note> {
    let lines = line.get("data")?.get("checkpoint")?.as_array()?;
    let lines: Option<Vec<&str>> = lines.iter().map(Json::as_str).collect();
    let text: String = lines?.iter().map(|line| format!("{line}\n")).collect();
    Note::parse(&text).ok()
}

/// Whether a note says that the record has this head, signed by this key; why not, otherwise.
pub(super) fn holds(note: &Note, head: &Checkpoint, by: &Verifier) -> Result<(), String> {
    let said = Checkpoint::parse(&note.text).map_err(|error| error.to_string())?;
    if said.origin != head.origin {
        return Err("the signed note is of another record".to_owned());
    }
    if said.size != head.size {
        return Err(format!("the signed note is over {} lines, and {} are meant", said.size, head.size));
    }
    if said.root != head.root {
        return Err(format!(
            "the signed note has another tree head than the first {} lines: one of them was changed",
            head.size
        ));
    }
    note.verify(by).map(|_| ()).map_err(|error| format!("the signed note: {error}"))
}
