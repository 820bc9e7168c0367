//! Hands on the record: lines changed and chained anew, and whole records made anew by somebody with keys of their own.

use serde_json::{Value, json};
use tuf_ceremony::crypto::KeyAlgorithm;
use tuf_ceremony::crypto::digest::Sha256Digest;
use tuf_ceremony::crypto::software::SoftwareKey;
use tuf_ceremony::crypto::tlog::checkpoint::Checkpoint;
use tuf_ceremony::crypto::tlog::note::{Kind, Note, Verifier};
use tuf_ceremony::crypto::tlog::tree::Tree;

use crate::attacks::tree;
use crate::room::Room;

/// What follows from a record that does not hold together.
pub const NEXT: &str = "The record was changed after it was written. Stop, keep this directory as it is, and compare it \
                        with another copy.";

/// The key of the `number`th sitting of somebody who makes a record anew.
pub fn key(number: usize) -> SoftwareKey {
    let mut seed = [9; 32];
    seed[..8].copy_from_slice(&number.to_le_bytes());
    SoftwareKey::from_seed(KeyAlgorithm::Ed25519, &seed).unwrap()
}

/// A head of these lines, signed.
pub fn signed_head(origin: &str, lines: &[String], by: &SoftwareKey) -> Note {
    let root = Tree::of(lines).root(lines.len()).unwrap();
    let size = u64::try_from(lines.len()).unwrap();
    let mut note = Checkpoint { origin: origin.to_owned(), size, root }.note().unwrap();
    note.sign(&Verifier::new(origin, Kind::Note, by.public()).unwrap(), by);
    note
}

/// The note of a line that closes a sitting.
pub fn closing_note(line: &Value) -> Note {
    let lines = line["data"]["checkpoint"].as_array().unwrap();
    let text: String = lines.iter().map(|line| format!("{}\n", line.as_str().unwrap())).collect();
    Note::parse(&text).unwrap()
}

fn note_lines(note: &Note) -> Value {
    json!(note.to_string().lines().collect::<Vec<_>>())
}

impl Room {
    /// The number of the last line of an event.
    pub fn line_of(&self, event: &str) -> usize {
        self.lines().iter().rposition(|line| line["event"] == event).unwrap()
    }

    /// Changes lines, and gives all of them the numbers and links that they must have.
    pub fn rechain(&self, change: impl FnOnce(&mut Vec<Value>)) {
        let mut lines = self.lines();
        change(&mut lines);
        self.write_lines(lines, |_, _| {});
    }

    /// Changes lines, and makes the whole record anew, with keys of its own.
    pub fn remake(&self, change: impl FnOnce(&mut Vec<Value>)) {
        let mut lines = self.lines();
        change(&mut lines);
        let mut sittings = 0;
        self.write_lines(lines, |line, before| {
            let origin = "packages.example.org/rehearsal-1";
            if line["event"] == "sitting-opened" {
                sittings += 1;
                let verifier = Verifier::new(origin, Kind::Note, key(sittings).public()).unwrap();
                line["data"]["vkey"] = json!(verifier.to_string());
            } else if line["event"] == "sitting-closed" {
                line["data"]["checkpoint"] = note_lines(&signed_head(origin, before, &key(sittings)));
            }
        });
    }

    fn write_lines(&self, lines: Vec<Value>, mut change: impl FnMut(&mut Value, &[String])) {
        let (mut written, mut last) = (Vec::new(), "0".repeat(64));
        for (seq, mut line) in lines.into_iter().enumerate() {
            line["seq"] = json!(seq);
            line["prev"] = json!(last);
            change(&mut line, &written);
            let text = String::from_utf8(tree(&line).canonical()).unwrap();
            last = Sha256Digest::of(text.as_bytes()).to_hex();
            written.push(text);
        }
        self.write("transcript.jsonl", written.join("\n") + "\n");
    }
}
