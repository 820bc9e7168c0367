//! Sittings: each command that records anything introduces a key, and signs the head of the record with it when it is done.

use std::fs;

use serde_json::{Value, json};
use tuf_ceremony::crypto::tlog::checkpoint::Checkpoint;
use tuf_ceremony::crypto::tlog::note::Verifier;
use tuf_ceremony::crypto::tlog::tree::Tree;

use crate::record_fixture::closing_note;
use crate::rehearsal::{frozen, provisioned, released};
use crate::room::Room;

fn events(room: &Room) -> Vec<String> {
    room.lines().iter().map(|line| line["event"].as_str().unwrap().to_owned()).collect()
}

/// Every sitting is opened with a key of its own, and closed with that.
fn check(room: &Room) -> usize {
    let text = room.read("transcript.jsonl");
    let lines: Vec<&str> = text.lines().collect();
    let (mut open, mut keys) = (None::<Verifier>, Vec::new());
    for (seq, line) in room.lines().iter().enumerate() {
        match line["event"].as_str().unwrap() {
            "sitting-opened" => {
                assert!(open.is_none(), "line {seq}");
                assert_eq!(line["data"]["origin"], "packages.example.org/rehearsal-1");
                let verifier = Verifier::parse(line["data"]["vkey"].as_str().unwrap()).unwrap();
                assert!(!keys.contains(&verifier));
                keys.push(verifier.clone());
                open = Some(verifier);
            }
            "sitting-closed" => {
                let note = closing_note(line);
                note.verify(&open.take().unwrap()).unwrap();
                let head = Checkpoint::parse(&note.text).unwrap();
                assert_eq!(head.root, Tree::of(&lines[..seq]).root(seq).unwrap());
                assert_eq!(head.size, u64::try_from(seq).unwrap());
            }
            _ => assert!(open.is_some(), "line {seq}"),
        }
    }
    assert!(open.is_none());
    keys.len()
}

#[test]
fn every_command_is_a_sitting() {
    // Five keys, draft, freeze, three signers, release.
    assert_eq!(check(&released()), 11);
}

#[test]
fn who_only_reads_opens_none() {
    let room = released();
    let before = room.tree();
    for command in
        [&["status"][..], &["review"], &["plan"], &["transcript", "show"], &["transcript", "prove", "3"]]
    {
        room.run(command);
    }
    assert!(room.tree() == before);
    // Nor does a command that comes to nothing before it has anything to record.
    room.run(&["sign", "--key", "online"]);
    assert!(room.tree() == before);
}

#[test]
fn a_refusal_closes_its_sitting() {
    let room = frozen();
    let before = events(&room).len();
    assert_eq!(room.run(&["sign", "--key", "ada", "--confirm", "00000000"]).code, 1);
    assert_eq!(events(&room)[before..], ["sitting-opened", "refused", "sitting-closed"]);
    check(&room);
}

/// `change` reads the directory anew in the middle.
#[test]
fn a_command_that_reads_anew_stays_in_its_sitting() {
    let room = provisioned();
    let before = events(&room).len();
    room.run(&["change", "set-threshold", "--role", "root", "3"]);
    room.run(&["change", "set-threshold", "root", "3"]);
    let added = events(&room).split_off(before);
    assert_eq!(added.first().map(String::as_str), Some("sitting-opened"), "{added:?}");
    assert_eq!(added.last().map(String::as_str), Some("sitting-closed"), "{added:?}");
    assert!(added.iter().any(|event| event == "changed"), "{added:?}");
    assert_eq!(added.iter().filter(|event| event.starts_with("sitting-")).count(), 2, "{added:?}");
    check(&room);
}

/// A process that was killed before it closed its sitting; what it recorded stands, and is told as unclosed.
#[test]
fn a_sitting_that_nobody_closed_is_told() {
    let room = frozen();
    let whole = room.read("transcript.jsonl");
    let lines: Vec<&str> = whole.lines().collect();
    let opened = lines.len() - 3;
    room.write("transcript.jsonl", lines[..lines.len() - 1].join("\n") + "\n");
    let shown = room.run(&["transcript", "show"]).ok().out;
    assert!(shown.contains(&format!("not closed: what began with #{opened}. ")), "{shown}");
    assert!(shown.contains("a sitting begins, which nobody closed\n"), "{shown}");
    room.sign("ada").ok();
    let machine: Value = room.run(&["transcript", "show", "--json"]).ok().json();
    let sittings = machine["sittings"].as_array().unwrap();
    let open: Vec<&Value> =
        sittings.iter().filter(|one| one["closed"].is_null()).map(|one| &one["opened"]).collect();
    assert_eq!(open, [&json!(opened)]);
    for key in ["ben", "online"] {
        room.sign(key).ok();
    }
    room.run(&["release"]).ok();
    room.run(&["seal"]).ok();
}

#[test]
fn a_rehearsal_closes_its_sittings() {
    let room = Room::new();
    let directory = room.directory();
    room.run(&["rehearse", "--dir", &directory]).ok();
    let shown = room.run(&["transcript", "show"]).ok().out;
    assert!(shown.contains(" sittings, each closed.\n"), "{shown}");
    for script in ["annual-refresh", "compromise"] {
        let place = room.beside(script).display().to_string();
        room.run(&["rehearse", "--script", script, "--dir", &place]).ok();
        for ceremony in ["first", "ceremony"] {
            let record =
                fs::read_to_string(room.beside(script).join(ceremony).join("transcript.jsonl")).unwrap();
            assert!(
                record.lines().last().unwrap().contains("\"event\":\"sitting-closed\""),
                "{script}/{ceremony}"
            );
        }
    }
}
