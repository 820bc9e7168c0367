//! Junk among responses and in copies: it is named in a few lines, and neither fills the record nor keeps the rest out.

use std::fs;
use std::os::unix::fs::symlink;

use serde_json::{Value, json};
use tuf_ceremony::crypto::digest::Sha256Digest;

use crate::elsewhere::{fate, fates};
use crate::mistakes_copy::{copy, merge};
use crate::rehearsal::{frozen, planned};
use crate::room::Room;

/// The last line that is about something refused.
fn refusal(room: &Room) -> Value {
    room.record().into_iter().rfind(|line| line["event"] == "refused").unwrap()["data"].clone()
}

/// A response with these signatures.
fn response(id: &str, signatures: &Value) -> String {
    json!({ "ceremony": id, "format": "tuf-ceremony-response/1", "plan": "0".repeat(64), "request": "0".repeat(64), "signatures": signatures })
        .to_string()
}

/// As much of it as fits into a file is refused, in a line of a few words.
#[test]
fn junk_does_not_fill_the_record() {
    let room = frozen();
    let digest = room.digest("root");
    let keyids: serde_json::Map<String, Value> = (0..200).map(|n| (format!("k{n}"), json!(""))).collect();
    let many: serde_json::Map<String, Value> = (0..5000).map(|n| (n.to_string(), json!(""))).collect();
    let long = "\u{1b}".repeat(10_000);
    let (name, half) = ("x".repeat(60_000), "x".repeat(30_000));
    for (bytes, check, count, part) in [
        (response(&long, &json!({})), Value::Null, 1, "an id has up to 64 characters"),
        (response("\u{1b}[2J", &json!({})), Value::Null, 1, "an id has control characters"),
        (
            response("rehearsal-1", &json!({ &digest: { "k\u{1}": "" } })),
            Value::Null,
            1,
            "an id has control characters",
        ),
        (response(&"\u{202e}".repeat(60), &json!({})), json!("SIGN-STALE"), 1, "belongs to the ceremony "),
        (response("rehearsal-1", &json!({ &digest: keyids })), json!("SIGN-VERIFY"), 200, "; and 197 more"),
        (
            response("rehearsal-1", &json!({ &digest: many })),
            Value::Null,
            1,
            "more than 256 payloads and signatures",
        ),
        (response("rehearsal-1", &json!({ &name: {} })), Value::Null, 1, "expected a SHA-256"),
        (
            json!({ &name: 0, "format": "tuf-ceremony-response/1" }).to_string(),
            Value::Null,
            1,
            "a response has no field",
        ),
        (format!("{{\"{half}\":0,\"{half}\":1}}"), Value::Null, 1, "is no signature response"),
        ("\u{89}PNG".to_owned(), Value::Null, 1, "is no signature response"),
    ] {
        room.lay("x.json", &bytes);
        let before = (room.lines().len(), room.read("transcript.jsonl").len());
        let done = room.merge(&["x.json"]);
        assert_eq!(done.code, 1, "{done:?}");
        let refusal = refusal(&room);
        assert_eq!((&refusal["check"], &refusal["count"]), (&check, &json!(count)), "{refusal}");
        assert_eq!(refusal["sha256"], Sha256Digest::of(bytes.as_bytes()).to_hex());
        assert!(refusal["what"].as_str().unwrap().contains(part), "{part}: {refusal}");
        // The sitting, and the one line.
        let after = (room.lines().len(), room.read("transcript.jsonl").len());
        assert!(after.0 == before.0 + 3 && after.1 - before.1 < 5000, "{before:?} {after:?}");
        assert!(count > 1 || done.out.len() < 2000, "{}", done.out);
    }
    let told = room.run(&["transcript", "show"]).ok().out.replace("\n    ", " ");
    for words in [" was refused: ", "200 things were refused", "SHA-256 of the file: "] {
        assert!(told.contains(words), "{words}: {told}");
    }
    // What was there before is as good as before.
    room.lay("ada.json", room.response_of("ada"));
    assert_eq!(
        fates(&room.merge(&["x.json", "ada.json"])),
        [fate("refused", ""), fate("taken", ""), fate("taken", "")]
    );
}

/// A file that is not there is nothing that was brought.
#[test]
fn a_slip_at_the_keyboard_is_not_recorded() {
    let room = frozen();
    let before = room.read("transcript.jsonl");
    assert_eq!(room.merge(&["no-such.json"]).code, 5);
    assert_eq!(room.read("transcript.jsonl"), before);
}

/// A link in a copy would have another folder of this machine listed, or another file of it read.
#[test]
fn nothing_in_a_copy_leads_out_of_it() {
    let room = frozen();
    let other = copy(&room);
    other.sign("ada").ok();
    merge(&room, &other, "other").ok();
    let own = room.lay("own/secret-name", "x");
    for (link, target) in [
        ("signatures/x", own.parent().unwrap()),
        ("transcripts/x.jsonl", own.as_path()),
        ("keys/ada/key.json", own.as_path()),
        ("requests/ada.json", own.as_path()),
    ] {
        let place = room.beside("other").join(link);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        let before = fs::read(&place).ok();
        let _ = fs::remove_file(&place);
        symlink(target, &place).unwrap();
        let done = room.merge(&["other"]);
        let why = format!(
            "in the copy {}: {} is not a plain file",
            room.beside("other").display(),
            place.display()
        );
        assert_eq!((done.code, &done.json()[0]["items"][0]["why"]), (5, &json!(why)), "{done:?}");
        assert!(!done.out.contains("secret-name"), "{}", done.out);
        fs::remove_file(&place).unwrap();
        before.iter().for_each(|bytes| fs::write(&place, bytes).unwrap());
    }
    room.merge(&["other"]).ok();
}

/// What a copy keeps as records is kept here only if it is one of this ceremony, and can be read again.
#[test]
fn records_of_something_else_are_left_in_the_copy() {
    let (room, foreign) = (frozen(), planned());
    foreign.edit("ceremony.toml", "rehearsal-1", "rehearsal-2");
    foreign.provision("ada").ok();
    let other = copy(&room);
    other.sign("ada").ok();
    other.write("transcripts/foreign.jsonl", foreign.read("transcript.jsonl"));
    let large = fs::File::create(other.path("transcripts/large.jsonl")).unwrap();
    large.set_len((64 << 20) + 1).unwrap();
    let done = merge(&room, &other, "other");
    let items = done.json()[0]["items"].as_array().unwrap().clone();
    let why = |check: Value| {
        let refused = items.iter().filter(|item| item["fate"] == "refused");
        refused.clone().find(|item| item["check"] == check).unwrap()["why"].as_str().unwrap().to_owned()
    };
    let foreign =
        "transcripts/foreign.jsonl is the record of the ceremony rehearsal-2, and this is rehearsal-1";
    assert_eq!(why(json!("RECORD-CHAIN")), foreign);
    assert!(why(Value::Null).ends_with("transcripts/large.jsonl has more than 67108864 bytes"));
    assert_eq!(items.iter().filter(|item| item["fate"] == "taken").count(), 3);
    assert_eq!(room.names("transcripts").len(), 1);
}

/// What stands in the place of one key is told of that key, and the others are taken.
#[test]
fn a_stray_key_file_is_about_one_key() {
    let room = planned();
    let other = copy(&room);
    other.provision("ada").ok();
    other.provision("ben").ok();
    room.write("keys/ada/key.json", "{}");
    let done = merge(&room, &other, "other");
    let item = &done.json()[0]["items"][0];
    let why =
        format!("{} exists already, and nothing is overwritten", room.path("keys/ada/key.json").display());
    assert_eq!((&item["what"], &item["why"]), (&json!("the key ada"), &json!(why)));
    assert_eq!(fates(&done)[1..], vec![fate("taken", ""); 2]);
    assert!(room.path("keys/ben/public.pem").exists() && !room.path("keys/ada/public.pem").exists());
    fs::remove_file(room.path("keys/ada/key.json")).unwrap();
    assert!(fates(&room.merge(&["other"])).contains(&fate("taken", "")));
}
