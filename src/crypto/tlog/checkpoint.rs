//! Checkpoints: the head of a tree as the text of a note (C2SP tlog-checkpoint 1.0.0).

use super::super::base64;
use super::super::digest::Sha256Digest;
use super::note::{Note, NoteError};
use super::{number, strict};

/// The head of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log it is.
    pub origin: String,
    /// How many entries.
    pub size: u64,
    /// The root over them.
    pub root: Sha256Digest,
}

impl Checkpoint {
    /// Reads the text of a note; lines behind the third are passed over.
    pub fn parse(text: &str) -> Result<Checkpoint, NoteError> {
        let mut lines = text.strip_suffix('\n').unwrap_or(text).split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else {
            return Err(NoteError::Form("a checkpoint has three lines at least"));
        };
        if origin.is_empty() || lines.any(str::is_empty) {
            return Err(NoteError::Form("a line of the checkpoint is empty"));
        }
        let size = number(size).ok_or(NoteError::Form("the second line is no number of entries"))?;
        let root: Option<[u8; 32]> = strict(root).and_then(|bytes| bytes.try_into().ok());
        let root = root.map(Sha256Digest).ok_or(NoteError::Form("the third line is no SHA-256 in base64"))?;
        Ok(Checkpoint { origin: origin.to_owned(), size, root })
    }

    /// As an unsigned note.
    ///
    /// # Errors
    /// `Form` where the origin cannot stand in a line.
    pub fn note(&self) -> Result<Note, NoteError> {
        if self.origin.is_empty() || self.origin.contains('\n') {
            return Err(NoteError::Form("the origin is not one line"));
        }
        Note::new(format!("{}\n{}\n{}\n", self.origin, self.size, base64::encode(&self.root.0)))
    }
}
