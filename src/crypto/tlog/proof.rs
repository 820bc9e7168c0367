//! Proofs in files: that an entry is under a checkpoint (C2SP tlog-proof), and that a later checkpoint begins with an earlier
//! one (the request body of C2SP tlog-witness).

use std::fmt;

use super::super::base64;
use super::super::digest::Sha256Digest;
use super::checkpoint::Checkpoint;
use super::note::{Note, NoteError};
use super::tree::{is_consistent, leaf, root_of_inclusion};
use super::{number, strict};

/// The first line of an inclusion proof.
const HEAD: &str = "c2sp.org/tlog-proof@v1";

/// The most hashes that a proof has: a tree of 2^63 entries is as deep.
const MOST: usize = 63;

/// That an entry is in a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inclusion {
    /// The entry's place; the first is 0.
    pub index: u64,
    /// From the leaf up.
    pub hashes: Vec<Sha256Digest>,
    /// The tree's head, signed.
    pub checkpoint: Note,
}

/// That a tree begins with an earlier one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consistency {
    /// How many entries the earlier one had.
    pub old: u64,
    /// As RFC 6962 section 2.1.2 has them.
    pub hashes: Vec<Sha256Digest>,
    /// The later tree's head, signed.
    pub checkpoint: Note,
}

impl Inclusion {
    /// Reads a `.tlog-proof`. Extra data, which nothing vouches for, is passed over.
    pub fn parse(text: &str) -> Result<Inclusion, NoteError> {
        let rest = text.strip_prefix(HEAD).and_then(|rest| rest.strip_prefix('\n'));
        let rest = rest.ok_or(NoteError::Form("the first line is not that of an inclusion proof"))?;
        let rest = match rest.strip_prefix("extra ") {
            Some(extra) => extra.split_once('\n').map_or("", |(_, rest)| rest),
            None => rest,
        };
        let (index, hashes, checkpoint) = read(rest, "index ")?;
        Ok(Inclusion { index, hashes, checkpoint })
    }

    /// The checkpoint under which this entry is; `None` if the proof does not lead to it. Who signed the checkpoint is another
    /// question.
    pub fn of(&self, entry: &[u8]) -> Result<Option<Checkpoint>, NoteError> {
        let head = Checkpoint::parse(&self.checkpoint.text)?;
        let root = root_of_inclusion(leaf(entry), self.index, head.size, &self.hashes);
        Ok((root == Some(head.root)).then_some(head))
    }
}

impl Consistency {
    /// Reads the body of an `add-checkpoint` request.
    pub fn parse(text: &str) -> Result<Consistency, NoteError> {
        let (old, hashes, checkpoint) = read(text, "old ")?;
        Ok(Consistency { old, hashes, checkpoint })
    }

    /// The checkpoint, if it begins with an earlier one; `None` if the proof does not show that. Who signed either is another
    /// question.
    pub fn with(&self, earlier: &Checkpoint) -> Result<Option<Checkpoint>, NoteError> {
        let head = Checkpoint::parse(&self.checkpoint.text)?;
        let holds = earlier.origin == head.origin
            && earlier.size == self.old
            && is_consistent((earlier.size, earlier.root), (head.size, head.root), &self.hashes);
        Ok(holds.then_some(head))
    }
}

/// A number behind a word, hashes, an empty line, and a checkpoint.
fn read(text: &str, word: &str) -> Result<(u64, Vec<Sha256Digest>, Note), NoteError> {
    let (above, note) =
        text.split_once("\n\n").ok_or(NoteError::Form("no empty line is above the checkpoint"))?;
    let mut lines = above.split('\n');
    let first = lines.next().and_then(|line| line.strip_prefix(word)).and_then(number);
    let first = first.ok_or(NoteError::Form("the line with the place in the tree is missing"))?;
    let hash = |line: &str| strict(line).and_then(|bytes| bytes.try_into().ok()).map(Sha256Digest);
    let hashes: Option<Vec<Sha256Digest>> = lines.map(hash).collect();
    let hashes = hashes.filter(|hashes| hashes.len() <= MOST);
    let hashes = hashes.ok_or(NoteError::Form("its hashes are not SHA-256 in base64, one a line"))?;
    Ok((first, hashes, Note::parse(note)?))
}

fn write(f: &mut fmt::Formatter<'_>, hashes: &[Sha256Digest], checkpoint: &Note) -> fmt::Result {
    hashes.iter().try_for_each(|hash| writeln!(f, "{}", base64::encode(&hash.0)))?;
    write!(f, "\n{checkpoint}")
}

impl fmt::Display for Inclusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEAD}\nindex {}", self.index)?;
        write(f, &self.hashes, &self.checkpoint)
    }
}

impl fmt::Display for Consistency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        write(f, &self.hashes, &self.checkpoint)
    }
}
