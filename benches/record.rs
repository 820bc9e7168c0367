//! A long record: how long an auditor waits for its check, and whoever acts for a line to be on the disk.

#![allow(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    reason = "it fails by panicking, and reaches for files, programs and the clock directly"
)]

#[expect(dead_code, reason = "what it is held against is always there")]
mod measure;

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;

use measure::{Against, compare, program, run, time};
use tuf_ceremony::ceremony::event::Event;
use tuf_ceremony::ceremony::transcript::Transcript;
use tuf_ceremony::crypto::digest::Sha256Digest;
use tuf_ceremony::json::Json;

/// Lines of the record: a hundred times those of a ceremony.
const LINES: usize = 20_000;

/// What the record of the rehearsal's template is called.
const ORIGIN: &str = "packages.example.org/rehearsal-root";

/// Lines that are written in a round.
const WRITTEN: usize = 20;

fn main() {
    if !measure::is_asked() {
        return;
    }
    let folder = measure::folder();
    let ceremony = folder.path().join("ceremony");
    let tool = || program(env!("CARGO_BIN_EXE_tuf-ceremony"));
    run(tool().arg("new").arg(&ceremony).args(["--template", "rehearsal"]));
    let record = ceremony.join("transcript.jsonl");
    lengthen(&record);

    let length = fs::metadata(&record).unwrap().len();
    measure::title(&format!("a record of {LINES} lines, {} MB", length / 1_000_000));
    compare(
        "the program: transcript check",
        || time(|| run(tool().arg("-C").arg(&ceremony).args(["transcript", "check"]))),
        vec![Against::limit("sha256sum: one digest, nothing else", || {
            time(|| run(program("sha256sum").arg(&record)))
        })],
    );
    let mut transcript = Transcript::load(&record, ORIGIN).unwrap();
    transcript.sit().unwrap();
    let plain = folder.path().join("plain");
    compare(
        &format!("{WRITTEN} lines, each on the disk before the next"),
        || time(|| (0..WRITTEN).for_each(|_| transcript.record("administrator", &event()).unwrap())),
        vec![Against::limit("as many, appended and synced", || {
            time(|| (0..WRITTEN).for_each(|_| append(&plain)))
        })],
    );
}

fn event() -> Event {
    Event::Reviewed { payload: Sha256Digest::of(b"a payload") }
}

/// Goes on with a record in a sitting of its own, by lines that differ in their number and in what they follow. Each is one
/// that the program writes; written one by one, all would be synced one by one.
fn lengthen(record: &Path) {
    let mut transcript = Transcript::load(record, ORIGIN).unwrap();
    transcript.record("administrator", &event()).unwrap();
    let mut text = fs::read(record).unwrap();
    let last = text.trim_ascii_end().rsplit(|byte| *byte == b'\n').next().unwrap().to_vec();
    let (mut line, mut last) = (Json::parse(&last, 4096).unwrap(), last);
    let lines = transcript.len();
    // It ends its sitting in the file, of which that end is not kept here.
    drop(transcript);
    for number in lines..LINES {
        let members = line.as_object_mut().unwrap();
        members.insert("seq".to_owned(), Json::Int(i64::try_from(number).unwrap()));
        members.insert("prev".to_owned(), Json::from(Sha256Digest::of(&last).to_hex()));
        last = line.canonical();
        text.extend_from_slice(&last);
        text.push(b'\n');
    }
    fs::write(record, text).unwrap();
}

/// The least that keeps a line of this length through a power cut.
fn append(path: &Path) {
    let mut file = OpenOptions::new().create(true).append(true).open(path).unwrap();
    file.write_all(&[b'x'; 300]).unwrap();
    file.sync_all().unwrap();
}
