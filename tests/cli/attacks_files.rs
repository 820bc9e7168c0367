//! Pipes, folders, links and huge files where files are expected, and a huge record: nothing waits for ever, and nothing
//! stops for what can be ignored.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::rehearsal::{released, signed};
use crate::room::Room;

/// More than any metadata file may have, in bytes.
const HUGE: u64 = 100_000_001;

#[test]
fn pipes_are_named_and_not_waited_for() {
    for file in [
        "ceremony.toml",
        "keys/ada/public.pem",
        "keys/ada/key.json",
        "transcript.jsonl",
        "payloads/index.json",
    ] {
        let room = signed();
        fs::remove_file(room.path(file)).unwrap();
        room.pipe(&room.path(file));
        for command in [&["status"][..], &["freeze"], &["release"], &["sign", "--key", "ada"]] {
            let done = room.run_in_time(command);
            let told = format!("error: {} is not a plain file", room.path(file).display());
            assert!(done.err.starts_with(&told), "{file}: {done:?}");
            assert!(
                done.err.contains("next: Move it away, and put the file there that was meant."),
                "{done:?}"
            );
            assert_eq!(done.code, 5, "{done:?}");
        }
        assert!(!room.path("metadata").exists());
    }
}

#[test]
fn a_payload_or_a_draft_that_is_a_pipe_is_named() {
    let files =
        [("payloads/@.canonical", "release"), ("payloads/@.json", "release"), ("drafts/root.json", "freeze")];
    for (file, command) in files {
        let room = signed();
        let file = file.replace('@', &room.digest("root"));
        fs::remove_file(room.path(&file)).unwrap();
        room.pipe(&room.path(&file));
        let done = room.run_in_time(&[command]);
        assert_eq!(done.code, 5, "{done:?}");
        assert!(done.err.contains(&format!("{file} is not a plain file")), "{done:?}");
        assert!(!room.path("metadata").exists());
    }
}

#[test]
fn what_cannot_be_a_signature_is_named_and_the_others_are_released() {
    let room = signed();
    let folder = format!("signatures/{}", room.digest("root"));
    let place = |name: &str| room.path(&format!("{folder}/{name}"));
    room.pipe(&place("pipe.json"));
    fs::create_dir(place("folder.json")).unwrap();
    symlink("nowhere", place("link.json")).unwrap();
    symlink("/dev/zero", place("zero.json")).unwrap();
    File::create(place("large.json")).unwrap().set_len(70_000).unwrap();
    File::create(place("huge.json")).unwrap().set_len(HUGE).unwrap();
    let status = room.run_in_time(&["status"]);
    let expected = [
        ("pipe", "is not a plain file"),
        ("folder", "is not a plain file"),
        ("link", "does not exist"),
        ("zero", "is not a plain file"),
        ("large", "has more than 65536 bytes"),
        ("huge", "has more than 65536 bytes"),
    ];
    for (name, why) in expected {
        let told = format!(
            "    ignored: {folder}/{name}.json: {} {why}\n",
            place(&format!("{name}.json")).display()
        );
        assert!(status.out.contains(&told), "{told}\n{status:?}");
    }
    assert_eq!(status.code, 0, "{status:?}");
    let released = room.run_in_time(&["release"]);
    assert_eq!((released.code, released.err.as_str()), (0, ""), "{released:?}");
    assert_eq!(room.json("metadata/1.root.json")["signatures"].as_array().unwrap().len(), 2);
}

/// A release is what these signatures make, to the byte; a folder of that name is none.
#[test]
fn a_folder_that_is_no_release_is_not_called_one() {
    let empty = signed();
    fs::create_dir(empty.path("metadata")).unwrap();
    let edited = released();
    edited.edit("metadata/root.json", "2102-01-14T15:00:00Z", "2102-01-15T15:00:00Z");
    let more = released();
    more.write("metadata/evil.json", "{}");
    let fewer = released();
    fs::remove_file(fewer.path("metadata/timestamp.json")).unwrap();
    let before = empty.tree();
    let status = empty.run(&["status"]);
    assert!(!status.out.contains("Released"), "{status:?}");
    assert!(status.out.contains("PLAN-OUTPUT FAILS: metadata/ exists already\n"), "{status:?}");
    assert!(status.out.ends_with("Next: mend what FAILS above.\n"), "{status:?}");
    assert_eq!(status.code, 1);
    assert_eq!(empty.run(&["status", "--json"]).json()["refusing"][0]["check"], "PLAN-OUTPUT");
    empty.only_recorded(&before, &[]);
    for (room, word, member, file) in [
        (edited, "CHANGED", "changed", "metadata/root.json"),
        (more, "ADDED", "added", "metadata/evil.json"),
        (fewer, "GONE", "gone", "metadata/timestamp.json"),
    ] {
        let before = room.tree();
        let status = room.run(&["status"]);
        assert!(!status.out.contains("Released"), "{status:?}");
        let line = if word == "ADDED" { String::new() } else { format!(" (#{})", room.line_of("released")) };
        assert!(status.out.contains(&format!("{word} since it was recorded{line}: {file}\n")), "{status:?}");
        let next = "Next: find out who has been at metadata/ after the release, and restore it from another copy of this directory.\n";
        assert!(status.out.ends_with(next), "{status:?}");
        assert_eq!(status.code, 1);
        let json = room.run(&["status", "--json"]).json();
        assert_eq!((&json["released"], &json[member]), (&json!(false), &json!([file])));
        room.only_recorded(&before, &[]);
    }
}

/// Hex is hex; what is published is written in one way.
#[test]
fn a_signature_in_upper_case_counts_and_is_published_in_lower_case() {
    let room = signed();
    let file = room.signature("root", "ada");
    let mut signature = room.json(&file);
    let sig = signature["sig"].as_str().unwrap().to_owned();
    signature["sig"] = sig.to_uppercase().into();
    assert_ne!(signature["sig"], sig.as_str());
    room.write(&file, signature.to_string());
    let status = room.run(&["status"]);
    assert_eq!(status.code, 0, "{status:?}");
    assert!(!status.out.contains("ignored"), "{status:?}");
    room.run(&["release"]).ok();
    assert!(signatures_of(&room).contains(&sig));
}

fn signatures_of(room: &Room) -> Vec<String> {
    let signatures = room.json("metadata/1.root.json")["signatures"].as_array().unwrap().clone();
    signatures.iter().map(|one| one["sig"].as_str().unwrap().to_owned()).collect()
}

/// A long record costs what its lines cost, each once.
#[test]
fn a_record_of_twice_the_length_takes_about_twice_the_time() {
    let room = signed();
    let lines = |count: usize| {
        let one = |number: usize| {
            let digest = format!("{number:064x}");
            json!({ "checks": [], "files": { format!("payloads/{digest}.json"): digest }, "payloads": { "root": { "1": digest } },
                    "plan": digest, "voided": [] })
        };
        (0..count).map(one).collect::<Vec<_>>()
    };
    let time = || {
        let once = |_| {
            let start = Instant::now();
            let done = room.run_in_time(&["status"]);
            assert_eq!((done.code, done.err.as_str()), (0, ""), "{done:?}");
            start.elapsed()
        };
        (0..3).map(once).min().unwrap()
    };
    let first = room.record().len();
    room.forge_lines(&lines(2_500 - first));
    let half = time();
    room.forge_lines(&lines(2_500));
    let whole = time();
    assert_eq!(room.record().len(), 5_000);
    assert!(whole < half * 7 / 2 + Duration::from_millis(50), "{half:?}, then {whole:?}");
}

/// What was changed is named as long as it is changed, also once a command has noticed it; and what is gone is.
#[test]
fn a_signature_that_was_changed_or_is_gone_is_named_until_it_is_back() {
    let room = signed();
    let file = room.signature("root", "ada");
    let whole = room.read(&file);
    let says = |word: &str| {
        let signed = room.lines().iter().position(|line| line["data"]["files"][&file].is_string()).unwrap();
        let told = format!("{word} since it was recorded (#{signed}): {file}\n");
        room.run(&["status"]).out.contains(&told)
    };
    room.write(&file, "{}");
    assert!(says("CHANGED"));
    room.noticed();
    assert!(says("CHANGED"), "noticing it does not mend it");
    fs::remove_file(room.path(&file)).unwrap();
    assert!(says("GONE") && !says("CHANGED"));
    room.write(&file, whole);
    assert!(!says("GONE") && !says("CHANGED"));
}
