//! Junk among responses and in copies: it is named in a few lines, and neither fills the record nor keeps the rest out.

use serde_json::{Value, json};
use tuf_ceremony::crypto::digest::Sha256Digest;

use crate::elsewhere::{fate, fates};
use crate::rehearsal::frozen;
use crate::room::Room;

/// The last line that is about something refused.
fn refusal(room: &Room) -> Value {
    room.record().into_iter().rfind(|line| line["event"] == "refused").unwrap()["data"].clone()
}

/// A response with these signatures.
fn response(id: &str, signatures: &Value) -> String {
    json!({ "ceremony": id, "format": "tuf-ceremony-response/1", "plan": "0".repeat(64), "signatures": signatures })
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
