//! Sittings: each process that writes to the record introduces a key of its own, which signs the record's head when the process
//! is done and is wiped. Nobody can sign for that sitting afterwards. A walk through the script is one sitting, whatever commands
//! are run in it.

use std::cell::Cell;
use std::rc::Rc;

use crate::crypto::digest::Sha256Digest;
use crate::crypto::software::SoftwareKey;
use crate::crypto::tlog::checkpoint::Checkpoint;
use crate::crypto::tlog::note::{Kind, Note, NoteError, Verifier};
use crate::crypto::{KeyAlgorithm, KeyError};
use crate::host::display::visible;
use crate::host::random;

use super::super::CeremonyError;

/// What a record is called as a log: repository and ceremony. Whatever a key's name may not have, or cannot be shown, is
/// percent-encoded; so is the percent sign.
pub fn origin(repository: &str, id: &str) -> String {
    let mut origin = String::new();
    for one in format!("{repository}/{id}").chars() {
        let text = one.to_string();
        if one.is_whitespace() || one.is_control() || "+%".contains(one) || visible(&text) != text {
            text.bytes().for_each(|byte| origin.push_str(&format!("%{byte:02X}")));
        } else {
            origin.push(one);
        }
    }
    origin
}

/// The key of the sitting that this process has opened. It cannot be printed or cloned, and is wiped when dropped.
pub(super) struct Sitting {
    key: SoftwareKey,
    verifier: Verifier,
}

impl Sitting {
    /// Makes a key.
    pub(super) fn new(origin: &str) -> Result<Sitting, CeremonyError> {
        let key = SoftwareKey::from_seed(KeyAlgorithm::Ed25519, &*random::seed()?).map_err(no_note)?;
        let verifier = Verifier::new(origin, Kind::Note, key.public())?;
        Ok(Sitting { key, verifier })
    }

    /// Its public half.
    pub(super) fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    /// Signs a head of the record.
    pub(super) fn sign(&self, size: u64, root: Sha256Digest) -> Result<Note, NoteError> {
        let checkpoint = Checkpoint { origin: self.verifier.name().to_owned(), size, root };
        let mut note = checkpoint.note()?;
        note.sign(&self.verifier, &self.key);
        Ok(note)
    }
}

/// Where the key of a sitting stays between the commands of a walk. It is wiped when the last of these is dropped.
#[derive(Clone, Default)]
pub struct Seat(Rc<Cell<Option<Sitting>>>);

impl Seat {
    pub(super) fn take(&self) -> Option<Sitting> {
        self.0.take()
    }

    pub(super) fn keep(&self, sitting: Sitting) {
        self.0.set(Some(sitting));
    }
}

fn no_note(error: KeyError) -> NoteError {
    error.into()
}

/// A sitting as the record has it.
#[derive(Clone, Debug)]
pub struct Sat {
    /// Whose key it introduced.
    pub verifier: Verifier,
    /// The line that opened it, from 0.
    pub opened: usize,
    /// The line that closed it; `None` while it goes on, and for good where its process was stopped.
    pub closed: Option<usize>,
}

/// A note as the record has it: line by line, since a line of the record is one.
pub(super) fn note_lines(note: &Note) -> Vec<String> {
    note.to_string().lines().map(str::to_owned).collect()
}
