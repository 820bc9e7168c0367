//! Somebody changes the record and chains it anew: the line in which a sitting was closed, or the one that has no place, is named.
//!
//! The record of these tests: lines 1 to 4 are Ada's key, 5 to 7 Ben's, 8 to 10 Cem's; the first of each opens the sitting and
//! the last closes it. Ada signs in 23 to 28.

use serde_json::{Value, json};
use tuf_ceremony::crypto::tlog::note::{Kind, Verifier};

use crate::record_fixture::{NEXT, closing_note, key, signed_head};
use crate::rehearsal::released;

const OTHER_HEAD: &str = ": one of them was changed";

/// Every command refuses, names the line, and writes nothing.
#[track_caller]
fn refused(change: impl FnOnce(&mut Vec<Value>), line: usize, problem: &str) {
    let room = released();
    let events: Vec<Value> = room.lines().iter().map(|line| line["event"].clone()).collect();
    assert_eq!(events[4..7], ["sitting-opened", "key-enrolled", "sitting-closed"]);
    assert_eq!(events[22..24], ["sitting-opened", "reviewed"]);
    room.rechain(change);
    let before = room.tree();
    let what = format!("transcript.jsonl, line {line}: {problem}");
    for command in [&["status"][..], &["release"], &["seal"], &["transcript", "show"]] {
        assert_eq!(room.run(command).refused(1, "RECORD-CHAIN", &what, NEXT), "");
    }
    assert!(room.tree() == before);
}

fn other_head(lines: usize) -> String {
    format!("the signed note has another tree head than the first {lines} lines{OTHER_HEAD}")
}

#[test]
fn a_changed_line_is_missed_by_the_signature_of_its_sitting() {
    refused(|lines| lines[5]["actor"] = json!("Bem"), 7, &other_head(6));
}

#[test]
fn a_dropped_line_is_missed_by_the_signature_of_its_sitting() {
    refused(|lines| drop(lines.remove(5)), 6, "the signed note is over 6 lines, and 5 are meant");
}

#[test]
fn a_repeated_line_is_noticed_by_the_signature_of_its_sitting() {
    let repeat = |lines: &mut Vec<Value>| lines.insert(5, lines[5].clone());
    refused(repeat, 8, "the signed note is over 6 lines, and 7 are meant");
}

#[test]
fn lines_in_another_order_are_noticed_by_the_signature_of_their_sitting() {
    refused(|lines| lines.swap(23, 24), 28, &other_head(27));
}

#[test]
fn lines_of_two_sittings_cannot_be_swapped() {
    refused(|lines| lines.swap(5, 8), 7, &other_head(6));
    refused(|lines| lines.swap(4, 7), 7, &other_head(6));
}

#[test]
fn two_sittings_cannot_be_swapped() {
    let swap = |lines: &mut Vec<Value>| lines[4..10].rotate_left(3);
    refused(swap, 7, "the signed note is over 9 lines, and 6 are meant");
}

#[test]
fn a_closing_signature_cannot_be_forged() {
    let forge = |lines: &mut Vec<Value>| {
        let note = lines[6]["data"]["checkpoint"][4].as_str().unwrap().to_owned();
        // Within the signature, and still base64.
        let at = note.len() - 20;
        let other = if &note[at..=at] == "A" { "B" } else { "A" };
        lines[6]["data"]["checkpoint"][4] = json!(format!("{}{other}{}", &note[..at], &note[at + 1..]));
    };
    let why = "the signed note: the signature of packages.example.org/rehearsal-1 does not hold: the signature does not match";
    let room = released();
    room.rechain(forge);
    let done = room.run(&["status"]);
    assert!(done.err.starts_with("error [RECORD-CHAIN]: transcript.jsonl, line 7: "), "{done:?}");
    assert!(done.err.contains(&why[..80]), "{done:?}");
}

#[test]
fn a_sitting_is_closed_by_its_own_key() {
    let other = |lines: &mut Vec<Value>| {
        let origin = lines[0]["data"]["origin"].as_str().unwrap().to_owned();
        let before: Vec<String> = lines[..6].iter().map(Value::to_string).collect();
        let note = signed_head(&origin, &before, &key(1));
        lines[6]["data"]["checkpoint"] = json!(note.to_string().lines().collect::<Vec<_>>());
    };
    let missing = "the signed note: there is no signature of packages.example.org/rehearsal-1 in the note";
    refused(other, 7, missing);
}

#[test]
fn a_note_that_is_none_is_no_closing() {
    let why = "it closes the sitting without a signed note";
    refused(|lines| lines[6]["data"] = json!({}), 7, why);
    refused(|lines| lines[6]["data"]["checkpoint"] = json!(["a", 1]), 7, why);
    refused(|lines| lines[6]["data"]["checkpoint"] = json!(["no note"]), 7, why);
}

/// With the key of one sitting made anew, the next one does not fit any longer.
#[test]
fn a_sitting_that_is_made_anew_breaks_the_next() {
    let room = released();
    let old = room.lines();
    room.remake(|lines| lines[5]["actor"] = json!("Bem"));
    // Those of the others, which nobody can make anew.
    let (made, mut lines) = (room.lines(), old);
    lines[4..7].clone_from_slice(&made[4..7]);
    room.rechain(|all| *all = lines);
    let done = room.run(&["status"]);
    // The note of line 7 was made over the other lines, and those before it are again what they were.
    assert!(done.err.starts_with("error [RECORD-CHAIN]: transcript.jsonl, line 7: "), "{done:?}");
}

#[test]
fn every_line_belongs_to_a_sitting() {
    refused(|lines| drop(lines.remove(4)), 5, "it belongs to no sitting");
    refused(|lines| drop(lines.remove(0)), 1, "it belongs to no sitting");
    let again = |lines: &mut Vec<Value>| lines.insert(7, lines[6].clone());
    refused(again, 8, "it closes a sitting, and none is open");
}

/// A process that was stopped leaves its sitting open, so that the line alone is not missed; the next signature misses it.
#[test]
fn a_dropped_closing_is_missed_by_the_next() {
    refused(|lines| drop(lines.remove(6)), 9, "the signed note is over 9 lines, and 8 are meant");
}

#[test]
fn a_sitting_has_a_key_of_its_own_and_of_this_record() {
    let repeated = |lines: &mut Vec<Value>| lines.insert(7, lines[4].clone());
    refused(repeated, 8, "the sitting's key is that of an earlier sitting");
    let vkey = |name: &str, kind| Verifier::new(name, kind, key(1).public()).unwrap().to_string();
    let elsewhere = |lines: &mut Vec<Value>| {
        lines[4]["data"] = json!({ "origin": "example.org/x", "vkey": vkey("example.org/x", Kind::Note) });
    };
    refused(elsewhere, 5, "it opens a sitting of another record");
    let origin = "packages.example.org/rehearsal-1";
    for other in [vkey("example.org/x", Kind::Note), vkey(origin, Kind::Cosignature)] {
        refused(
            |lines| lines[4]["data"]["vkey"] = json!(other),
            5,
            "the sitting's key is not one of this record",
        );
    }
    let without = |lines: &mut Vec<Value>| lines[4]["data"] = json!({ "origin": origin });
    refused(without, 5, "it opens a sitting without its key and the record's name");
    let none = |lines: &mut Vec<Value>| lines[4]["data"]["vkey"] = json!("key");
    refused(none, 5, "the sitting's key: this is no verifier key: it is not written as name+id+key");
}

#[test]
fn a_line_has_its_members_and_no_other() {
    refused(|lines| lines[5]["note"] = json!(1), 6, "it has not the members of a line");
    let without = |lines: &mut Vec<Value>| drop(lines[5].as_object_mut().unwrap().remove("step"));
    refused(without, 6, "it has not the members of a line");
}

/// What these tests take for granted: an honest record, chained anew without any change, is as it was.
#[test]
fn the_record_is_what_these_tests_make_of_it() {
    let room = released();
    let before = room.read("transcript.jsonl");
    room.rechain(|_| {});
    assert_eq!(room.read("transcript.jsonl"), before);
    let lines = room.lines();
    assert!(closing_note(&lines[6]).text.starts_with("packages.example.org/rehearsal-1\n6\n"));
    room.remake(|_| {});
    assert_ne!(room.read("transcript.jsonl"), before);
}
