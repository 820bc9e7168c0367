//! `seal`: what it writes, what it refuses, and what nothing can be done to afterwards.

use std::fs;
use std::process::Command;

use serde_json::json;
use tuf_ceremony::crypto::digest::Sha256Digest;
use tuf_ceremony::crypto::tlog::checkpoint::Checkpoint;
use tuf_ceremony::crypto::tlog::note::{Kind, Note, Verifier};
use tuf_ceremony::crypto::tlog::tree::Tree;

use crate::later::PLANNED;
use crate::media_stick::released_with_media;
use crate::rehearsal::{frozen, released, signed};
use crate::room::Room;

/// A ceremony at its end.
pub fn sealed() -> Room {
    let room = released();
    room.run(&["seal"]).ok();
    room
}

/// What coreutils says of `SHA256SUMS`.
pub fn sums_hold(room: &Room) -> bool {
    let mut check = Command::new("sha256sum");
    check.args(["--check", "--strict", "--quiet", "SHA256SUMS"]).current_dir(room.path(""));
    check.output().unwrap().status.success()
}

/// What the freeze depended on is still as it was.
#[test]
fn a_plan_or_a_key_that_was_changed_is_not_sealed() {
    for file in ["ceremony.toml", "keys/ada/public.pem"] {
        let room = released();
        let text = room.read(file);
        room.write(file, text + "\n");
        let done = room.run(&["seal"]);
        assert!(done.code == 1 && done.err.starts_with("error [PLAN-DIGEST]: "), "{file}: {done:?}");
        assert!(!room.path("checkpoint").exists());
    }
}

#[test]
fn a_signature_that_is_gone_is_named() {
    let room = released();
    let file = room.signature("root", "ada");
    std::fs::remove_file(room.path(&file)).unwrap();
    let done = room.run(&["seal"]);
    assert!(done.code != 0 && done.err.contains(&file), "{done:?}");
    assert!(!room.path("checkpoint").exists());
}

/// Whoever brings the record back finds no other in its place.
#[test]
fn no_record_is_begun_beside_payloads() {
    let room = released();
    std::fs::remove_file(room.path("transcript.jsonl")).unwrap();
    for command in [&["draft"][..], &["release"], &["seal"]] {
        let done = room.run(command);
        assert!(done.code == 1 && done.err.starts_with("error [RECORD-CHAIN]: "), "{done:?}");
        assert!(!room.path("transcript.jsonl").exists(), "{command:?}");
    }
}

#[test]
fn nothing_is_sealed_before_the_release() {
    let next = "Run `tuf-ceremony status` to see what is missing, and `tuf-ceremony release`.";
    for room in [frozen(), signed()] {
        let before = room.tree();
        room.run(&["seal"]).failed(3, "nothing is released yet", next);
        room.only_recorded(&before, &[]);
    }
    let room = crate::rehearsal::planned();
    let next = "Run `tuf-ceremony draft` and `tuf-ceremony freeze` first.";
    room.run(&["seal"]).failed(3, "nothing is frozen yet", next);
}

#[test]
fn the_seal_covers_every_line_and_every_file() {
    let room = released();
    let before = room.tree();
    let done = room.run(&["seal"]).ok();
    assert!(done.out.starts_with("Sealed.\nRecord: "), "{}", done.out);
    let after = room.tree();
    let new: Vec<&String> = after.keys().filter(|name| !before.contains_key(*name)).collect();
    assert_eq!(new, ["SHA256SUMS", "VERIFY.md", "checkpoint"]);
    assert!(before.iter().all(|(name, bytes)| name == "transcript.jsonl" || after.get(name) == Some(bytes)));
    // The record ends with it, and with the digest of every lasting file.
    let record = room.read("transcript.jsonl");
    let lines = room.lines();
    let last = lines.last().unwrap();
    assert_eq!(last["event"], "sealed");
    let lasting = |name: &&String| {
        ["keys/", "payloads/", "signatures/", "metadata/"].iter().any(|folder| name.starts_with(folder))
            && *name != "payloads/index.json"
    };
    let expected: serde_json::Map<String, serde_json::Value> = after
        .keys()
        .filter(lasting)
        .map(|name| (name.clone(), json!(Sha256Digest::of(&after[name]).to_hex())))
        .collect();
    assert_eq!(last["data"], json!({ "files": expected }));
    // The checkpoint is the head of all lines, by the key of the sitting that sealed it.
    let note = Note::parse(&room.read("checkpoint")).unwrap();
    let head = Checkpoint::parse(&note.text).unwrap();
    assert_eq!(head.origin, "packages.example.org/rehearsal-1");
    assert_eq!(head.root, Tree::of(record.lines()).root(lines.len()).unwrap());
    assert_eq!(head.size, u64::try_from(lines.len()).unwrap());
    let opened = lines.iter().rfind(|line| line["event"] == "sitting-opened").unwrap();
    note.verify(&Verifier::parse(opened["data"]["vkey"].as_str().unwrap()).unwrap()).unwrap();
    assert!(sums_hold(&room));
    let listed = room.read("SHA256SUMS");
    let names: Vec<&str> = listed.lines().map(|line| &line[66..]).collect();
    let files: Vec<&str> = after.keys().map(String::as_str).filter(|name| *name != "SHA256SUMS").collect();
    assert_eq!(names, files);
}

#[test]
fn a_sealed_ceremony_is_closed() {
    let room = sealed();
    let before = room.tree();
    let next = "Nothing was done. What comes next is another ceremony: `tuf-ceremony new DIR --from` this directory.";
    let writing = [
        &["draft"][..],
        &["freeze"],
        &["sign", "--key", "ada"],
        &["release"],
        &["token", "provision", "--key", "ada"],
        &["change", "refresh"],
        &["plan", "--ladder"],
        &["compromise", "--key", "online"],
    ];
    for command in writing {
        assert_eq!(room.run(command).failed(1, "this ceremony is sealed", next), "");
    }
    let again = room.run(&["seal"]).ok();
    assert!(again.out.starts_with("Sealed already, and every file is as it was then.\n"), "{}", again.out);
    let again = room.run(&["seal", "--json"]).ok().json();
    let last = room.read("transcript.jsonl").lines().last().unwrap().to_owned();
    assert_eq!(
        (&again["before"], &again["last"]),
        (&json!(true), &json!(Sha256Digest::of(last.as_bytes()).to_hex()))
    );
    for command in [&["plan"][..], &["review"], &["transcript", "show"], &["transcript", "prove", "0"]] {
        assert_eq!(room.run(command).err, "", "{command:?}");
    }
    let status = room.run(&["status"]).ok();
    let next = |from: &str| {
        let next = "What comes next is another ceremony: `tuf-ceremony new DIR --from ";
        format!("\nSealed: nothing more is recorded here. {next}{from}`\n")
    };
    assert!(status.out.ends_with(&next(&room.directory())), "{}", status.out);
    assert_eq!(room.run(&["status", "--json"]).json()["sealed"], true);
    assert!(room.tree() == before);
    // As a shell takes it.
    let named = room.beside("it's sealed").display().to_string();
    fs::rename(room.directory(), &named).unwrap();
    let status =
        room.tool(env!("CARGO_BIN_EXE_tuf-ceremony")).args(["-C", &named, "status"]).output().unwrap();
    let status = String::from_utf8(status.stdout).unwrap();
    let quoted = named.replace('\'', "'\\''");
    assert!(status.ends_with(&next(&format!("'{quoted}'"))), "{status}");
    fs::rename(&named, room.directory()).unwrap();
    let later = Room::new();
    let (directory, from) = (later.directory(), room.directory());
    later.run(&["new", &directory, "--from", &from, "--planned", PLANNED]).ok();
    later.run(&["draft"]).ok();
}

/// In one paragraph, so that a terminal of any width folds it; and what a restore needs is taken out with the seal in it.
#[test]
fn what_comes_after_the_seal_is_told() {
    let told = |restore: &str| {
        format!(
            "\nNext: `tuf-ceremony print sheet --out sheet.pdf`, for signatures in ink.{restore} Then give copies of this directory \
             to the witnesses; each may add a cosignature: `tuf-ceremony transcript cosign --name NAME --key-file FILE`\n"
        )
    };
    let room = released();
    let done = room.run(&["seal"]).ok();
    assert!(done.out.ends_with(&told("")), "{}", done.out);
    let restore = told(" Take out what a restore needs: `tuf-ceremony media export --set everything`.");
    let room = released_with_media();
    // Told again, for those who come back to it.
    for _ in 0..2 {
        let done = room.run(&["seal"]).ok();
        assert!(done.out.ends_with(&restore), "{}", done.out);
    }
}

#[test]
fn odd_names_are_listed_as_coreutils_reads_them() {
    let room = released();
    for name in ["with blank", "with\nline", "with\\backslash", "ä", "deep/er/file"] {
        room.write(&format!("notes/{name}"), name);
    }
    room.write(".hidden", "no part of it");
    room.write("notes/.hidden", "no part of it");
    room.run(&["seal"]).ok();
    assert!(sums_hold(&room));
    let listed = room.read("SHA256SUMS");
    assert!(
        listed.contains("  notes/with\\nline\n") && listed.contains("  notes/with\\\\backslash\n"),
        "{listed}"
    );
    assert!(!listed.contains("hidden"), "{listed}");
    room.run(&["seal"]).ok();
}

#[test]
fn what_is_no_file_is_not_sealed() {
    let room = released();
    std::os::unix::fs::symlink("/etc/hostname", room.path("link")).unwrap();
    let done = room.run(&["seal"]);
    assert!(
        done.err.starts_with(&format!("error: {} is not a plain file", room.path("link").display())),
        "{done:?}"
    );
    assert_eq!(done.code, 5);
    fs::remove_file(room.path("link")).unwrap();
    let done = room.run(&["seal"]).ok();
    assert!(done.out.starts_with("Sealed"), "{}", done.out);
    assert!(sums_hold(&room));
}

#[test]
fn files_of_these_names_are_not_overwritten() {
    for name in ["SHA256SUMS", "VERIFY.md"] {
        let room = released();
        room.write(name, "somebody's own\n");
        let before = room.tree();
        let what = format!("{} exists already, and nothing is overwritten", room.path(name).display());
        room.run(&["seal"]).failed(5, &what, "Choose another name, or move the old file away yourself.");
        room.only_recorded(&before, &[]);
    }
    let room = released();
    room.write("checkpoint", sealed().read("checkpoint"));
    let next = "The checkpoint or the record was changed after it was written. Stop, keep this directory as it is, and compare \
                both with another copy.";
    room.run(&["seal"]).refused(1, "RECORD-CHAIN", "checkpoint: no line of the record seals it", next);
}

#[test]
fn a_file_that_changed_since_is_named() {
    let room = sealed();
    room.write("ceremony.toml", room.read("ceremony.toml") + "\n");
    room.write("notes", "new");
    let next = "Move what was added out of the directory; of the rest `sha256sum --check --quiet SHA256SUMS` says the same: keep it as it \
                    is, and compare it with another copy.";
    let what = "not as it was when this ceremony was sealed: ceremony.toml, notes";
    room.run(&["seal"]).failed(1, what, next);
}

/// The record and its final head are held to each other.
#[test]
fn a_checkpoint_that_is_gone_is_not_made_anew() {
    let room = sealed();
    std::fs::remove_file(room.path("checkpoint")).unwrap();
    let before = room.read("transcript.jsonl");
    let next = "The checkpoint or the record was changed after it was written. Stop, keep this directory as it is, and compare \
                both with another copy.";
    let what = "checkpoint: it is gone; it was here when SHA256SUMS was written";
    room.run(&["seal"]).refused(1, "RECORD-CHAIN", what, next);
    assert_eq!(room.read("transcript.jsonl"), before);
}

#[test]
fn the_final_checkpoint_is_held_to_the_record() {
    let next = "The checkpoint or the record was changed after it was written. Stop, keep this directory as it is, and compare \
                both with another copy.";
    let changed = |change: &dyn Fn(&Room), what: &str| {
        let room = sealed();
        change(&room);
        for command in [&["status"][..], &["seal"], &["transcript", "show"]] {
            room.run(command).refused(1, "RECORD-CHAIN", what, next);
        }
    };
    let lines = sealed().lines().len();
    let cut = |room: &Room| {
        let text = room.read("transcript.jsonl");
        let short: Vec<&str> = text.lines().take(lines - 1).collect();
        room.write("transcript.jsonl", short.join("\n") + "\n");
    };
    changed(&cut, "checkpoint: no line of the record seals it");
    changed(
        &|room| room.write("checkpoint", "x"),
        "checkpoint: this is no signed note: no empty line is above the signatures",
    );
    let size = |room: &Room| {
        let text = room.read("checkpoint");
        room.write("checkpoint", text.replacen(&format!("\n{lines}\n"), &format!("\n{}\n", lines + 5), 1));
    };
    changed(
        &size,
        &format!(
            "checkpoint: it is over {} lines, and the record has {lines}: lines at its end are missing",
            lines + 5
        ),
    );
    let remade = |room: &Room| room.remake(|all| all[5]["actor"] = json!("Bem"));
    changed(
        &remade,
        &format!(
            "checkpoint: the signed note has another tree head than the first {lines} lines: one of them was changed"
        ),
    );
    // Of another ceremony of the same name.
    let other = |room: &Room| room.write("checkpoint", sealed().read("checkpoint"));
    changed(
        &other,
        &format!(
            "checkpoint: the signed note has another tree head than the first {lines} lines: one of them was changed"
        ),
    );
}

#[test]
fn nothing_comes_after_the_seal() {
    let room = sealed();
    let lines = room.lines().len();
    let what = format!("transcript.jsonl, line {}: it comes after the record was sealed", lines + 1);
    let next = crate::record_fixture::NEXT;
    let whole = room.read("transcript.jsonl");
    room.write("transcript.jsonl", format!("{whole}{{\"torn\""));
    room.run(&["status"]).refused(1, "RECORD-CHAIN", &what, next);
    room.write("transcript.jsonl", &whole);
    room.rechain(|all| all.push(all[1].clone()));
    room.run(&["status"]).refused(1, "RECORD-CHAIN", &what, next);
    // Not even what goes on with an interrupted seal.
    room.write("transcript.jsonl", &whole);
    room.rechain(|all| {
        let mut opening = all[0].clone();
        let origin = "packages.example.org/rehearsal-1";
        let verifier = Verifier::new(origin, Kind::Note, crate::record_fixture::key(1).public()).unwrap();
        opening["data"]["vkey"] = json!(verifier.to_string());
        all.push(opening);
    });
    room.run(&["status"]).refused(1, "RECORD-CHAIN", &what, next);
}
