//! Proofs about the record, which a monitor or a log of that format can take.

use crate::crypto::tlog::note::Note;
use crate::crypto::tlog::proof::{Consistency, Inclusion};

use super::{Transcript, number};

impl Transcript {
    /// The newest head that a sitting signed when it closed, and how many lines it covers.
    pub fn newest_closing(&self) -> Option<(Note, usize)> {
        let closed = self.sittings.iter().rev().find_map(|sat| sat.closed)?;
        Some((self.closing_note(closed)?, closed))
    }

    /// That a line, counted from 0, is under a signed head over the first `size` lines.
    pub fn inclusion(&self, seq: usize, size: usize, checkpoint: Note) -> Option<Inclusion> {
        let hashes = self.tree.inclusion(seq, size)?;
        Some(Inclusion { index: number(seq), hashes, checkpoint })
    }

    /// That a signed head over the first `size` lines goes on from that over the first `earlier`.
    pub fn consistency(&self, earlier: usize, size: usize, checkpoint: Note) -> Option<Consistency> {
        let hashes = self.tree.consistency(earlier, size)?;
        Some(Consistency { old: number(earlier), hashes, checkpoint })
    }
}
