//! The record by itself: its name as a log, steps, sittings, and the list of digests.

use std::path::PathBuf;

use tempfile::TempDir;
use tuf_ceremony::ceremony::CeremonyError;
use tuf_ceremony::ceremony::event::{Artifact, Event};
use tuf_ceremony::ceremony::transcript::{Transcript, sitting};
use tuf_ceremony::crypto::digest::Sha256Digest;
use tuf_ceremony::crypto::tlog::checkpoint::Checkpoint;
use tuf_ceremony::json::Json;
use tuf_ceremony::media::sums::Sums;
use tuf_ceremony::tuf::commitment::{Commitment, FIELD, without};

fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("transcript.jsonl");
    (folder, path)
}

fn event() -> Event {
    Event::Reviewed { payload: Sha256Digest([7; 32]) }
}

fn column<'a>(record: &'a Transcript, name: &str) -> Vec<&'a Json> {
    record.lines().iter().map(|line| line.get(name).unwrap()).collect()
}

#[test]
fn an_origin_is_a_name_that_a_key_can_have() {
    for (repository, id, expected) in [
        ("packages.example.org", "root-1", "packages.example.org/root-1"),
        ("a b+c", "r", "a%20b%2Bc/r"),
        ("100%", "r", "100%25/r"),
        ("tab\there\nthere", "r", "tab%09here%0Athere/r"),
        ("é/\u{202e}\u{a0}x", "r", "é/%E2%80%AE%C2%A0x/r"),
    ] {
        assert_eq!(sitting::origin(repository, id), expected);
    }
}

#[test]
fn every_line_has_the_step_that_was_set_last() {
    let (_folder, path) = place();
    let mut record = Transcript::load(&path, "example.org/1").unwrap();
    record.record("Ada", &event()).unwrap();
    record.set_step(Some("3.2".to_owned()));
    record.record("Ada", &event()).unwrap();
    record.record("Ben", &event()).unwrap();
    record.set_step(None);
    record.close().unwrap();
    let step = Json::from("3.2");
    assert_eq!(column(&record, "step"), [&Json::Null, &Json::Null, &step, &step, &Json::Null]);
    let again = Transcript::load(&path, "").unwrap();
    assert_eq!(again.lines(), record.lines());
}

#[test]
fn a_sitting_opens_with_the_first_line_and_closes_once() {
    let (_folder, path) = place();
    let mut record = Transcript::load(&path, "example.org/1").unwrap();
    record.close().unwrap();
    record.repair().unwrap();
    assert!(!path.exists());
    record.record("Ada", &event()).unwrap();
    assert_eq!((record.sittings().len(), record.sittings()[0].closed), (1, None));
    record.close().unwrap();
    record.close().unwrap();
    assert_eq!(record.len(), 3);
    // Whoever writes afterwards is another sitting; one that is dropped is closed, too.
    record.record("Ada", &event()).unwrap();
    drop(record);
    let record = Transcript::load(&path, "another name").unwrap();
    let places: Vec<_> = record.sittings().iter().map(|sat| (sat.opened, sat.closed)).collect();
    assert_eq!(places, [(0, Some(2)), (3, Some(5))]);
    assert_eq!(record.origin(), "example.org/1");
    let note = record.closing_note(5).unwrap();
    assert_eq!(note.verify(&record.sittings()[1].verifier), Ok(None));
    let head = Checkpoint::parse(&note.text).unwrap();
    assert_eq!((head.size, Some(head.root)), (5, record.root_at(5)));
    assert_eq!(record.root_at(7), None);
}

#[test]
fn a_commitment_is_read_in_exactly_its_form() {
    let commitment = Commitment {
        id: "r".to_owned(),
        origin: "example.org/r".to_owned(),
        size: 7,
        root_hash: Sha256Digest([1; 32]),
    };
    let bare = Json::object([("_type", Json::from("root"))]);
    let signed = commitment.within(&bare);
    assert_eq!(Commitment::read(&signed), Some(commitment));
    assert_eq!(without(&signed), bare);
    assert_eq!(Commitment::read(&bare), None);
    let hash = "01".repeat(32);
    for odd in [
        "7".to_owned(),
        "null".to_owned(),
        "[]".to_owned(),
        "{}".to_owned(),
        format!(r#"{{"id":"r","origin":"o","root_hash":"{hash}","size":-1}}"#),
        format!(r#"{{"id":"r","origin":"o","root_hash":"{hash}","size":"7"}}"#),
        format!(r#"{{"id":"r","origin":"o","root_hash":"{hash}0","size":7}}"#),
        format!(r#"{{"id":"r","origin":"o","root_hash":"{hash}","size":7,"more":1}}"#),
        format!(r#"{{"id":"r","root_hash":"{hash}","size":7}}"#),
    ] {
        let text = format!("{{\"{FIELD}\":{odd}}}");
        let signed = Json::parse(text.as_bytes(), usize::MAX).unwrap();
        assert_eq!(Commitment::read(&signed), None, "{text}");
        assert_eq!(without(&signed), Json::object([]), "{text}");
    }
}

#[test]
fn sums_are_read_as_they_were_written() {
    let names: [&[u8]; 6] = [b"a", b"a b", b"a\\b", b"a\nb\r", b"\xff\xfe", b"d/e"];
    let sums = Sums(names.iter().map(|name| (name.to_vec(), Sha256Digest::of(name))).collect());
    let bytes = sums.to_bytes();
    assert_eq!(Sums::parse(&bytes), Some(sums.clone()));
    assert!(bytes.windows(5).any(|part| part == b"  a\\\\"));
    let mut other = sums.clone();
    other.0.remove(&b"a"[..]);
    other.0.insert(b"new".to_vec(), Sha256Digest([0; 32]));
    other.0.insert(b"d/e".to_vec(), Sha256Digest([0; 32]));
    assert_eq!(sums.differing(&other), ["a", "d/e", "new"]);
    for damaged in [&bytes[1..], &bytes[..bytes.len() - 1], b"x\n", b"\\", &[&bytes[..], &bytes[..]].concat()]
    {
        assert_eq!(Sums::parse(damaged), None);
    }
    assert_eq!(Sums::parse(b""), Some(Sums::default()));
}

#[test]
fn what_is_found_is_in_the_list_of_artifacts() {
    let (_folder, path) = place();
    let mut record = Transcript::load(&path, "example.org/1").unwrap();
    let one = Artifact { file: "keys/a/public.pem".to_owned(), sha256: Sha256Digest([3; 32]) };
    record.reconcile(vec![one.clone()]).unwrap();
    record.reconcile(vec![one]).unwrap();
    assert_eq!(record.all("found").count(), 1);
}

/// What cannot be read again is not written; there is room for what closes the record.
#[test]
fn a_record_is_never_made_larger_than_what_is_read() {
    let (_folder, path) = place();
    let mut record = Transcript::load(&path, "o").unwrap();
    let much = |length: usize| Event::Changed { acts: vec!["x".repeat(length)], plan: Sha256Digest([7; 32]) };
    let length = || std::fs::metadata(&path).unwrap().len();
    record.record("administrator", &much(59 << 20)).unwrap();
    let (before, lines) = (length(), record.len());
    let error = record.record("administrator", &much(1 << 20)).unwrap_err();
    assert!(matches!(error, CeremonyError::RecordFull { .. }), "{error}");
    assert_eq!((length(), record.len()), (before, lines));
    // Something small still fits, and so does what closes the record.
    record.record("administrator", &event()).unwrap();
    let files = vec![Artifact { file: "f".repeat(1 << 20), sha256: Sha256Digest([7; 32]) }];
    record.record("administrator", &Event::Sealed { files }).unwrap();
    record.close().unwrap();
    assert!(length() > 60 << 20 && length() < 64 << 20);
}
