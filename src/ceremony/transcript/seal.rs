//! The end of the record: the line that seals it, and the signed head over all lines.

use crate::crypto::tlog::checkpoint::Checkpoint;
use crate::crypto::tlog::note::Note;

use super::super::CeremonyError;
use super::super::directory::ADMINISTRATOR;
use super::super::event::{Artifact, Event, SEALED};
use super::chain::holds;
use super::{Transcript, number};

/// The final head of the record, as it lies beside it.
#[derive(Clone, Debug)]
pub struct Seal {
    /// The head.
    pub head: Checkpoint,
    /// The signed note, witnesses' cosignatures included.
    pub note: Note,
}

impl Transcript {
    /// Records that the ceremony is sealed, and signs the head over all lines with the key of this sitting, which is wiped
    /// with that.
    pub fn seal(&mut self, files: Vec<Artifact>) -> Result<Note, CeremonyError> {
        self.record(ADMINISTRATOR, &Event::Sealed { files })?;
        let (size, root) = self.head();
        // Whoever has just written a line has a sitting.
        let sitting = self.sitting.take().ok_or_else(|| CeremonyError::Checkpoint {
            problem: "there is no sitting to sign it".to_owned(),
        })?;
        Ok(sitting.sign(size, root)?)
    }

    /// Whether a line says that the ceremony is sealed.
    pub fn is_sealed(&self) -> bool {
        self.all(SEALED).next().is_some()
    }

    /// Reads a signed note as the final head of this record (check RECORD-CHAIN): it covers every line, the last of which seals
    /// it, and the key of the last sitting signed it.
    pub fn read_seal(&self, bytes: &[u8]) -> Result<Seal, CeremonyError> {
        let wrong = |problem: String| CeremonyError::Checkpoint { problem };
        let text = std::str::from_utf8(bytes).map_err(|_| wrong("it is not text".to_owned()))?;
        let note = Note::parse(text).map_err(|error| wrong(error.to_string()))?;
        let head = Checkpoint::parse(&note.text).map_err(|error| wrong(error.to_string()))?;
        if !self.is_sealed() {
            return Err(wrong("no line of the record seals it".to_owned()));
        }
        let lines = number(self.lines.len());
        if head.size < lines || !self.torn.is_empty() {
            let line = usize::try_from(head.size).unwrap_or(usize::MAX).saturating_add(1);
            let problem = "it comes after the record was sealed".to_owned();
            return Err(CeremonyError::Record { line, problem });
        }
        if head.size > lines {
            return Err(wrong(format!(
                "it is over {} lines, and the record has {lines}: lines at its end are missing",
                head.size
            )));
        }
        let sat = self.sittings.last().ok_or_else(|| wrong("the record has no sitting".to_owned()))?;
        let (size, root) = self.head();
        holds(&note, &Checkpoint { origin: self.origin.clone(), size, root }, &sat.verifier)
            .map_err(wrong)?;
        Ok(Seal { head, note })
    }
}
