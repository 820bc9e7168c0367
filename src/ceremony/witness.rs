//! Witnesses: somebody else says of a checkpoint that they have seen it (C2SP tlog-cosignature), so that nobody can show another
//! record afterwards.

use std::path::Path;

use crate::crypto::software::SoftwareKey;
use crate::crypto::tlog::checkpoint::Checkpoint;
use crate::crypto::tlog::note::{Kind, Note, Verifier, cosigned, timestamped};
use crate::host::{clock, files};

use super::directory::{CHECKPOINT, CHECKPOINT_LIMIT, RECORD};
use super::transcript::Transcript;
use super::{Ceremony, CeremonyError};

/// Who witnesses.
pub struct Witness<'a> {
    /// The name that stands below the checkpoint.
    pub name: &'a str,
    /// The key of that name.
    pub key: &'a SoftwareKey,
}

/// What was witnessed.
pub struct Witnessed {
    /// The checkpoint.
    pub head: Checkpoint,
    /// Who did, as others verify it.
    pub verifier: Verifier,
    /// Whether there was a record to compare it with.
    pub compared: bool,
    /// Whether it was witnessed before, and only `SHA256SUMS` did not have that.
    pub before: bool,
}

impl Witness<'_> {
    /// Cosigns the checkpoint of a sealed ceremony. The record has that head, or it could not have been opened.
    pub fn cosign_directory(&self, directory: &Path) -> Result<Witnessed, CeremonyError> {
        let ceremony = Ceremony::claim(directory)?;
        let Some(seal) = &ceremony.seal else {
            return Err(CeremonyError::NotYet {
                what: "there is no checkpoint yet".to_owned(),
                next: "`tuf-ceremony seal` writes it, at the end of the ceremony.".to_owned(),
            });
        };
        let (mut note, head) = (seal.note.clone(), seal.head.clone());
        let verifier = self.verifier(&head)?;
        if self.has_cosigned(&note) {
            // A stop may have come between the two files.
            if !ceremony.list_checkpoint(note.to_string().as_bytes())? {
                return Err(self.already());
            }
            return Ok(Witnessed { head, verifier, compared: true, before: true });
        }
        self.add(&mut note, &verifier);
        let bytes = note.to_string().into_bytes();
        ceremony.overwrite(CHECKPOINT, &bytes)?;
        ceremony.list_checkpoint(&bytes)?;
        Ok(Witnessed { head, verifier, compared: true, before: false })
    }

    /// Cosigns a checkpoint in a file, which is compared with the record in `directory`, if there is one.
    pub fn cosign_file(&self, file: &Path, directory: &Path) -> Result<Witnessed, CeremonyError> {
        let shown = file.to_string_lossy();
        let (mut note, head) = read_checkpoint(file)?;
        let record = directory.join(RECORD);
        let compared = files::exists(&record);
        if compared {
            require_head(&Transcript::load(&record, "")?, &note, &head, &shown)?;
        }
        let verifier = self.verifier(&head)?;
        if self.has_cosigned(&note) {
            return Err(self.already());
        }
        self.add(&mut note, &verifier);
        files::replace(file, note.to_string().as_bytes())?;
        Ok(Witnessed { head, verifier, compared, before: false })
    }

    fn verifier(&self, head: &Checkpoint) -> Result<Verifier, CeremonyError> {
        if self.name == head.origin {
            return Err(CeremonyError::Proof {
                what: format!("{} is what the record itself is called", self.name),
                next: "Give the witness a name of its own, such as its domain.".to_owned(),
            });
        }
        let verifier = Verifier::new(self.name, Kind::Cosignature, self.key.public());
        verifier.map_err(|error| CeremonyError::Proof {
            what: error.to_string(),
            next: "Give the witness a name without blanks, such as its domain.".to_owned(),
        })
    }

    /// Whether this key has cosigned a note, under whatever name.
    fn has_cosigned(&self, note: &Note) -> bool {
        note.lines.iter().any(|line| {
            let own = Verifier::new(&line.name, Kind::Cosignature, self.key.public());
            own.is_ok_and(|own| own.id() == line.id)
        })
    }

    fn already(&self) -> CeremonyError {
        CeremonyError::Proof {
            what: format!("the key of {} has cosigned this checkpoint already", self.name),
            next: "Nothing was done: one cosignature of a witness is enough.".to_owned(),
        }
    }

    fn add(&self, note: &mut Note, verifier: &Verifier) {
        // No clock here is set before 1970.
        let time = u64::try_from(clock::now().as_second()).unwrap_or_default();
        let signature = self.key.sign(cosigned(&note.text, time).as_bytes());
        note.add(verifier, timestamped(time, &signature));
    }
}

/// Reads a file as a signed checkpoint.
pub fn read_checkpoint(file: &Path) -> Result<(Note, Checkpoint), CeremonyError> {
    let bytes = files::read(file, CHECKPOINT_LIMIT)?;
    let wrong = |why: String| CeremonyError::Proof {
        what: format!("{} is no signed checkpoint: {why}", file.to_string_lossy()),
        next: "Fetch the file again from where it was made.".to_owned(),
    };
    let text = std::str::from_utf8(&bytes).map_err(|_| wrong("it is not text".to_owned()))?;
    let note = Note::parse(text).map_err(|error| wrong(error.to_string()))?;
    let head = Checkpoint::parse(&note.text).map_err(|error| wrong(error.to_string()))?;
    Ok((note, head))
}

/// A checkpoint is a head that this record had, signed by a key that the record introduced.
fn require_head(
    record: &Transcript,
    note: &Note,
    head: &Checkpoint,
    file: &str,
) -> Result<(), CeremonyError> {
    let what = if head.origin != record.origin() {
        format!("{file} is of the record {}, and here is {}", head.origin, record.origin())
    } else if record.root_at(head.size).is_none() {
        format!("{file} is over {} lines, and the record here has {}", head.size, record.head().0)
    } else if record.root_at(head.size) != Some(head.root) {
        format!("{file} has another tree head than the first {} lines of the record here", head.size)
    } else if !record.sittings().iter().any(|sat| note.verify(&sat.verifier).is_ok()) {
        format!("no key of the record has signed {file}")
    } else {
        return Ok(());
    };
    let next = "Do not cosign: one of the two is not the record of that ceremony. Keep both, and find out who made them.";
    Err(CeremonyError::Proof { what, next: next.to_owned() })
}
