//! Copies of a ceremony directory in which people made keys or signed: what is verified is taken, and a copy of something else, or
//! one that somebody was at, is refused by name.

use std::fs;

use serde_json::{Value, json};
use tuf_ceremony::crypto::digest::Sha256Digest;

use crate::elsewhere::{fate, fates};
use crate::rehearsal::{KEYS, PLAN, frozen, planned};
use crate::room::{Done, Room};

/// Another copy, on another machine.
pub fn copy(room: &Room) -> Room {
    let other = Room::new();
    for (file, bytes) in room.tree() {
        other.write(&file, bytes);
    }
    other
}

/// Merges what another machine has in its directory, as it was carried here.
pub fn merge(room: &Room, other: &Room, name: &str) -> Done {
    for (file, bytes) in other.tree() {
        room.lay(&format!("{name}/{file}"), bytes);
    }
    room.merge(&[name])
}

/// Merges a copy of which nothing is taken; why not.
#[track_caller]
fn refused(room: &Room, other: &Room, check: &str) -> String {
    let before = room.tree();
    let done = merge(room, other, "refused");
    assert_eq!(done.code, 1, "{done:?}");
    let item: Value = done.json()[0]["items"][0].clone();
    assert_eq!((&item["fate"], &item["check"]), (&json!("refused"), &json!(check)), "{done:?}");
    room.only_recorded(&before, &["refused"]);
    item["why"].as_str().unwrap().to_owned()
}

/// Every key is made where its holder is, and half of the signatures are, too; in whatever order they come back.
#[test]
fn keys_and_signatures_come_from_copies() {
    for order in [[0, 1, 2, 3, 4], [3, 0, 4, 2, 1]] {
        let room = planned();
        let sites = KEYS.map(|key| {
            let site = copy(&room);
            site.provision(key).ok();
            site
        });
        for at in order {
            let done = merge(&room, &sites[at], KEYS[at]).ok();
            assert_eq!(fates(&done), vec![fate("taken", ""); 2], "{}", done.out);
        }
        let record = room.read("transcript.jsonl");
        // Once more, all at once: nothing is new.
        let again = fates(&room.merge(&KEYS).ok());
        assert_eq!(again, vec![fate("left", ""); 5]);
        assert_eq!(room.read("transcript.jsonl"), record);
        let records = room.names("transcripts");
        assert_eq!(records.len(), 5);
        for name in &records {
            assert_eq!(
                *name,
                format!("{}.jsonl", Sha256Digest::of(room.read(&format!("transcripts/{name}")).as_bytes()))
            );
        }
        room.freeze();
        let sites = ["ada", "ben"].map(|key| {
            let site = copy(&room);
            site.sign(key).ok();
            (key, site)
        });
        for (key, site) in &sites {
            let name = format!("{key}-signed");
            assert_eq!(fates(&merge(&room, site, &name).ok()), vec![fate("taken", ""); 3]);
        }
        let merged = room.record().pop().unwrap();
        let from = &merged["data"]["from"];
        let lines = sites[1].1.lines().len();
        assert_eq!(
            (&merged["event"], &from["kind"], &from["lines"]),
            (&json!("merged"), &json!("copy"), &json!(lines))
        );
        assert!(from["common"].as_u64().unwrap() < lines as u64 && from["common"].as_u64().unwrap() > 0);
        room.sign("online").ok();
        room.run(&["release"]).ok();
        let status = room.run(&["status"]).ok().out;
        assert!(
            !status.contains("not in the record") && !status.contains("since it was recorded"),
            "{status}"
        );
        room.run(&["seal"]).ok();
        let mut sums = room.tool("sha256sum");
        sums.args(["--check", "--strict", "--quiet", "SHA256SUMS"]).current_dir(room.path(""));
        assert!(sums.status().unwrap().success());
        assert!(room.read("SHA256SUMS").contains("  transcripts/"));
    }
}

#[test]
fn a_copy_of_something_else_is_refused() {
    let room = frozen();
    let other = Room::new();
    other.write("ceremony.toml", PLAN.replace("rehearsal-1", "rehearsal-2"));
    let name = room.beside("refused").display().to_string();
    let why = refused(&room, &other, "PLAN-ID");
    assert_eq!(
        why,
        format!("in the copy {name}: it is of the ceremony rehearsal-2, and this is rehearsal-1")
    );
    fs::remove_dir_all(&name).unwrap();

    let other = copy(&room);
    other.write("ceremony.toml", format!("{PLAN}# Another plan.\n"));
    let digest = |text: &str| Sha256Digest::of(text.as_bytes()).to_hex();
    let why = refused(&room, &other, "PLAN-DIGEST");
    let (theirs, ours) = (digest(&other.read("ceremony.toml")), digest(PLAN));
    assert_eq!(
        why,
        format!("in the copy {name}: its ceremony.toml is {theirs:.16}, and here it is {ours:.16}")
    );
    fs::remove_dir_all(&name).unwrap();

    // Somebody was at its record.
    let other = copy(&room);
    other.sign("ada").ok();
    let record = other.read("transcript.jsonl");
    other.write("transcript.jsonl", record.replacen("\"actor\":\"Ada\"", "\"actor\":\"Bda\"", 1));
    let why = refused(&room, &other, "RECORD-CHAIN");
    assert!(why.starts_with(&format!("in the copy {name}: transcript.jsonl, line ")), "{why}");
    fs::remove_dir_all(&name).unwrap();

    // And a plan that is none.
    let other = copy(&room);
    other.write("ceremony.toml", "?");
    let why = refused(&room, &other, "PLAN-STRICT");
    assert!(why.starts_with(&format!("in the copy {name}: ")), "{why}");
}

/// One key, made on two tokens: somebody must say which it is.
#[test]
fn a_key_that_is_another_is_refused_by_name_and_the_rest_is_taken() {
    let room = planned();
    let (first, second) = (copy(&room), copy(&room));
    first.provision("ada").ok();
    second.provision("ben").ok();
    // Ada's key, made on another token than the first time.
    let foreign = copy(&room);
    foreign.write("ceremony.toml", PLAN.replace("serial = \"R1\"", "serial = \"R5\""));
    foreign.provision("ada").ok();
    for file in ["keys/ada/public.pem", "keys/ada/key.json"] {
        second.write(file, foreign.read(file));
    }
    merge(&room, &first, "first").ok();
    let before = room.read("keys/ada/public.pem");
    let done = merge(&room, &second, "second");
    assert_eq!(done.code, 1);
    assert_eq!(fates(&done), [fate("refused", "PLAN-DIGEST"), fate("taken", ""), fate("taken", "")]);
    let begins = "the key ada is ";
    assert!(done.json()[0]["items"][0]["why"].as_str().unwrap().starts_with(begins), "{}", done.out);
    assert_eq!(room.read("keys/ada/public.pem"), before);
    assert!(room.path("keys/ben/public.pem").exists());
}

#[test]
fn signatures_in_a_copy_are_judged_like_any() {
    let room = frozen();
    let other = copy(&room);
    other.sign("ada").ok();
    other.sign("ben").ok();
    // One is forged, one lies under another's name, one is no signature, one is of a payload that is none here.
    let (ada, ben) = (other.signature("root", "ada"), other.signature("root", "ben"));
    let mut forged = other.json(&ada);
    forged["sig"] = other.json(&other.signature("targets", "ada"))["sig"].clone();
    other.write(&ada, forged.to_string());
    other.write(&ben.replace(".json", ".txt"), other.read(&ben));
    other.write(&other.signature("root", "cem"), "{}");
    other.write(&format!("signatures/{}/{}.json", "ab".repeat(32), other.keyid("ada")), other.read(&ada));
    let done = merge(&room, &other, "other");
    assert_eq!(done.code, 1);
    let mut told = fates(&done);
    told.sort();
    let taken = fate("taken", "");
    let mut expected = vec![
        fate("refused", ""),
        fate("refused", ""),
        fate("refused", "SIGN-STALE"),
        fate("refused", "SIGN-VERIFY"),
        taken.clone(),
        taken.clone(),
        taken.clone(),
        taken,
    ];
    expected.sort();
    assert_eq!(told, expected, "{}", done.out);
    assert!(!room.path(&room.signature("root", "ada")).exists());
    assert!(room.path(&room.signature("root", "ben")).exists());
}

/// Whether what was given up there is given up here is for people to say.
#[test]
fn a_payload_that_is_void_in_a_copy_is_told() {
    let room = frozen();
    let other = copy(&room);
    other.run(&["void", "targets", "--reason", "A delegation is missing."]).ok();
    let done = merge(&room, &other, "other").ok();
    let item = &done.json()[0]["items"][0];
    assert_eq!(
        (&item["fate"], &item["what"]),
        (&json!("left"), &json!("that targets version 1 is void there"))
    );
    let why = "A delegation is missing.; if that is meant, run `tuf-ceremony void targets` here, too";
    assert_eq!(item["why"], why);
    room.sign("ada").ok();
}

/// Records that a copy keeps of others come with it, as far as they hold.
#[test]
fn records_that_a_copy_keeps_are_kept_too() {
    let room = frozen();
    let (first, second) = (copy(&room), copy(&room));
    first.sign("ada").ok();
    merge(&second, &first, "first").ok();
    second.write(&format!("transcripts/{}.jsonl", "ab".repeat(32)), "{}\n");
    let done = merge(&room, &second, "second");
    let told = fates(&done);
    assert_eq!((done.code, told.len()), (1, 5), "{}", done.out);
    assert_eq!(told.iter().filter(|one| **one == fate("taken", "")).count(), 4);
    assert!(told.contains(&fate("refused", "RECORD-CHAIN")));
    let of_first = Sha256Digest::of(first.read("transcript.jsonl").as_bytes()).to_hex();
    assert!(room.names("transcripts").contains(&format!("{of_first}.jsonl")));
    assert_eq!(room.names("transcripts").len(), 2);
    // What is no folder of signatures is told, and the rest is taken.
    let third = copy(&room);
    third.sign("ben").ok();
    third.write("signatures/notes", "x");
    assert_eq!(fates(&merge(&room, &third, "third").ok()), vec![fate("taken", ""); 3]);
}

/// A copy whose process was killed while it wrote a line.
#[test]
fn a_copy_with_a_torn_line_brings_its_whole_lines() {
    let room = frozen();
    let other = copy(&room);
    other.sign("ada").ok();
    let whole = other.read("transcript.jsonl");
    other.write("transcript.jsonl", format!("{whole}{{\"actor\":"));
    merge(&room, &other, "other").ok();
    let kept = room.names("transcripts").pop().unwrap();
    assert_eq!(room.read(&format!("transcripts/{kept}")), whole);
    // A record that was kept stays as it is, or that is noticed.
    room.write(&format!("transcripts/{kept}"), "x");
    let status = room.run(&["status"]).out;
    let told = format!("CHANGED since it was recorded (#{}): transcripts/{kept}\n", room.line_of("merged"));
    assert!(status.contains(&told), "{status}");
}
