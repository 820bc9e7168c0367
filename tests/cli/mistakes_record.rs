//! The record was touched: each kind of damage is told with its line. A line cut off by a crash is none of them.

use serde_json::json;

use crate::rehearsal::{frozen, released};
use crate::room::Room;

const NEXT: &str = "The record was changed after it was written. Stop, keep this directory as it is, and compare it \
                    with another copy.";

const BROKEN_LINK: &str = "it does not follow the line before it (prev is another line's SHA-256)";
const BROKEN_COUNT: &str = "the line numbers (seq) do not follow one another";

/// Changes the lines of the record; every command then refuses, names the line, and writes nothing.
#[track_caller]
fn damaged(change: impl Fn(&mut Vec<String>), line: usize, problem: &str) {
    let room = released();
    let mut lines: Vec<String> = room.read("transcript.jsonl").lines().map(str::to_owned).collect();
    change(&mut lines);
    room.write("transcript.jsonl", lines.join("\n") + "\n");
    let before = room.tree();
    let what = format!("transcript.jsonl, line {line}: {problem}");
    for command in [&["status"][..], &["release"], &["freeze"], &["sign", "--key", "cem"]] {
        assert_eq!(room.run(command).refused(1, "RECORD-CHAIN", &what, NEXT), "");
    }
    room.only_recorded(&before, &[]);
}

#[test]
fn a_changed_byte_breaks_the_next_line() {
    damaged(|lines| lines[5] = lines[5].replace("\"Ben\"", "\"Bem\""), 7, BROKEN_LINK);
}

#[test]
fn a_changed_time_breaks_the_next_line() {
    let year = |line: &String| line.replace("\"time\":\"20", "\"time\":\"19");
    damaged(|lines| lines[4] = year(&lines[4]), 6, BROKEN_LINK);
}

#[test]
fn a_dropped_line_is_missed() {
    damaged(|lines| drop(lines.remove(3)), 4, BROKEN_COUNT);
}

#[test]
fn a_dropped_first_line_is_missed() {
    damaged(|lines| drop(lines.remove(0)), 1, BROKEN_COUNT);
}

#[test]
fn two_lines_in_another_order_are_noticed() {
    damaged(|lines| lines.swap(2, 3), 3, BROKEN_COUNT);
}

#[test]
fn a_repeated_line_is_noticed() {
    damaged(|lines| lines.insert(2, lines[1].clone()), 3, BROKEN_COUNT);
}

#[test]
fn a_line_written_in_another_form_is_noticed() {
    let form = "not in the form in which it was written";
    damaged(|lines| lines[1] = lines[1].replacen(':', ": ", 1), 2, form);
}

#[test]
fn a_torn_last_line_is_repaired_and_the_record_says_so() {
    let room = frozen();
    let whole = room.read("transcript.jsonl");
    let torn = "{\"actor\":\"Ada\",\"da";
    room.write("transcript.jsonl", format!("{whole}{torn}"));
    // To look changes nothing.
    assert_eq!(room.run(&["status"]).code, 3);
    assert_eq!(room.read("transcript.jsonl"), format!("{whole}{torn}"));
    room.sign("ada").ok();
    let now = room.read("transcript.jsonl");
    let added = now.strip_prefix(&whole).unwrap();
    // The sitting that mends it comes first.
    let first: serde_json::Value = serde_json::from_str(added.lines().nth(1).unwrap()).unwrap();
    assert_eq!(first["event"], "repaired");
    let digest = tuf_ceremony::crypto::digest::Sha256Digest::of(torn.as_bytes()).to_hex();
    assert_eq!(first["data"], json!({ "bytes": torn.len(), "sha256": digest }));
    chain_holds(&room);
}

/// Each line names the SHA-256 of the line before, as `sha256sum` computes it.
fn chain_holds(room: &Room) {
    let mut last = "0".repeat(64);
    for (index, line) in room.read("transcript.jsonl").lines().enumerate() {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!((&value["prev"], &value["seq"]), (&json!(last), &json!(index)));
        last = tuf_ceremony::crypto::digest::Sha256Digest::of(line.as_bytes()).to_hex();
    }
}

#[test]
fn the_record_tells_the_whole_ceremony() {
    let room = released();
    chain_holds(&room);
    let events: Vec<String> =
        room.record().iter().map(|line| line["event"].as_str().unwrap().to_owned()).collect();
    let mut expected = vec!["plan-read"];
    expected.extend(["key-enrolled"; 5]);
    expected.extend(["drafted", "frozen"]);
    expected.extend(["reviewed", "reviewed", "signed", "signed"].repeat(3));
    expected.push("released");
    assert_eq!(events, expected);
}
