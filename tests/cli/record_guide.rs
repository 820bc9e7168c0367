//! `VERIFY.md`: every command in it is run as it stands there, on an honest record and on changed ones.

use std::fs;
use std::process::Command;

use serde_json::json;
use tuf_ceremony::crypto::digest::Sha256Digest;

use crate::later::PLANNED;
use crate::mistakes_copy::{copy, merge};
use crate::record_seal::sealed;
use crate::rehearsal::{PLAN, frozen};
use crate::room::Room;

/// The blocks of the page, in order.
fn blocks(room: &Room) -> Vec<String> {
    let page = room.read("VERIFY.md");
    let parts = page.split("\n```sh\n").skip(1);
    parts.map(|part| part.split("\n```\n").next().unwrap().to_owned()).collect()
}

/// Runs a block: whether it succeeded, and what it said.
fn run(room: &Room, block: &str) -> (bool, String) {
    let output = Command::new("sh").args(["-c", block]).current_dir(room.path("")).output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(text).unwrap())
}

/// Which of the blocks fail.
fn failing(room: &Room) -> Vec<usize> {
    let ran = blocks(room).into_iter().map(|block| run(room, &block).0);
    (1..).zip(ran).filter(|(_, ok)| !ok).map(|(number, _)| number).collect()
}

#[test]
fn an_honest_record_passes_all_of_it() {
    let room = sealed();
    let mut said = Vec::new();
    for block in blocks(&room) {
        let (ok, text) = run(&room, &block);
        assert!(ok, "{block}\n{text}");
        said.push(text);
    }
    assert_eq!(said.len(), 5);
    assert_eq!(said[0], "every file is as it was sealed\n");
    assert_eq!(said[1], "every payload has the digest that it is named by\n");
    // Root twice in metadata/ and targets by two, snapshot and timestamp by one; and each once where it was made.
    assert_eq!(said[2], "14 signatures hold\n");
    let lines = room.lines().len();
    let closed = room.lines().iter().filter(|line| line["event"] == "sitting-closed").count();
    let size = room.frozen_as("root")["x-tuf-ceremony"]["size"].clone();
    assert_eq!(
        said[3],
        format!(
            "{lines} lines follow one another\n\
             the checkpoint is the head of all lines, and its signature holds\n\
             {} sittings, each closed: {closed} in the record, the last by the checkpoint; each signature holds\n\
             payloads/{}.json commits to the first {size} lines\n",
            closed + 1,
            room.digest("root")
        )
    );
    let last = tuf_ceremony::crypto::digest::Sha256Digest::of(
        room.read("transcript.jsonl").lines().last().unwrap().as_bytes(),
    );
    assert!(said[4].starts_with(&format!("last line of the record: {last}\n")), "{}", said[4]);
    assert!(
        said[4].contains(
            "below the checkpoint is a signature by the name of packages.example.org/rehearsal-1\n"
        ),
        "{}",
        said[4]
    );
}

/// What the page says of sittings is what `transcript check` says, of records of copies, too.
#[test]
fn sittings_are_counted_as_transcript_check_counts_them() {
    let agree = |room: &Room| {
        let (ok, said) = run(room, &blocks(room)[3]);
        assert!(ok, "{said}");
        let told = room.run(&["transcript", "check"]).ok().out.replace('\n', " ");
        let told = told.strip_prefix("The record follows line by line. ").unwrap();
        let count = said.lines().find(|line| line.ends_with("; each signature holds")).unwrap();
        let count = count.rsplit_once(": ").unwrap().0.to_owned();
        assert!(told.starts_with(&format!("{count}. ")), "{said}\n{told}");
        (said, count)
    };
    let room = sealed();
    let opened = room.lines().iter().filter(|line| line["event"] == "sitting-opened").count();
    assert_eq!(agree(&room).1, format!("{opened} sittings, each closed"));
    // One that was stopped in the middle, and the record of a copy in which one was.
    let room = frozen();
    let stop = |room: &Room| {
        let whole = room.read("transcript.jsonl");
        let cut = whole.trim_end().rsplit_once('\n').unwrap().0.to_owned() + "\n";
        room.write("transcript.jsonl", &cut);
        cut.lines().count() - 2
    };
    let copied = copy(&room);
    let ours = stop(&room);
    copied.sign("ben").ok();
    let last = copied.lines().iter().rposition(|line| line["event"] == "sitting-opened").unwrap();
    stop(&copied);
    merge(&room, &copied, "copied").ok();
    for key in ["ada", "online"] {
        room.sign(key).ok();
    }
    room.run(&["release"]).ok();
    room.run(&["seal"]).ok();
    let (said, count) = agree(&room);
    assert!(count.ends_with(&format!(" sittings; not closed: what began with #{ours}")), "{count}");
    let of_copy = copied.lines().iter().filter(|line| line["event"] == "sitting-opened").count();
    let told = format!(
        "transcripts/{}: {} lines follow one another; {of_copy} sittings; not closed: what began with #{last}\n",
        room.names("transcripts")[0],
        copied.lines().len()
    );
    assert!(said.contains(&told), "{told}\n{said}");
}

#[test]
fn what_was_changed_is_found_by_the_block_that_is_about_it() {
    let change = |change: &dyn Fn(&Room)| {
        let room = sealed();
        change(&room);
        failing(&room)
    };
    assert_eq!(change(&|room| room.write("notes", "later")), [0; 0], "what is not listed is not looked for");
    assert_eq!(change(&|room| room.write("ceremony.toml", PLAN)), [0; 0], "the same bytes");
    assert_eq!(change(&|room| room.write("ceremony.toml", "")), [1]);
    let payload = |room: &Room| {
        let file = format!("payloads/{}.canonical", room.digest("targets"));
        room.write(&file, room.read(&file) + " ");
    };
    assert_eq!(change(&payload), [1, 2, 3]);
    let signature = |room: &Room| {
        let file = room.signature("targets", "ada");
        let other = room.json(&room.signature("root", "ada"));
        room.write(&file, other.to_string());
    };
    assert_eq!(change(&signature), [1, 3]);
    let published = |room: &Room| {
        let mut root = room.json("metadata/1.root.json");
        root["signatures"][0]["sig"] = root["signatures"][1]["sig"].clone();
        room.write("metadata/1.root.json", root.to_string());
    };
    assert_eq!(change(&published), [1, 3]);
    let byte =
        |room: &Room| room.write("transcript.jsonl", room.read("transcript.jsonl").replacen("Ben", "Bem", 1));
    assert_eq!(change(&byte), [1, 4]);
    // Chained anew, and made anew as a whole: the signatures and the root's commitment remain.
    assert_eq!(change(&|room| room.rechain(|lines| lines[5]["actor"] = json!("Bem"))), [1, 4]);
    assert_eq!(change(&|room| room.remake(|lines| lines[5]["actor"] = json!("Bem"))), [1, 4]);
    let checkpoint = |room: &Room| room.write("checkpoint", sealed().read("checkpoint"));
    assert_eq!(change(&checkpoint), [1, 4]);
}

/// With a checkpoint of its own, a record that was made anew contradicts nothing but the root.
#[test]
fn the_commitment_is_held_to_the_record() {
    let room = sealed();
    room.remake(|lines| lines[5]["actor"] = json!("Bem"));
    let lines: Vec<String> = room.read("transcript.jsonl").lines().map(str::to_owned).collect();
    let sittings = room.lines().iter().filter(|line| line["event"] == "sitting-opened").count();
    let key = crate::record_fixture::key(sittings);
    let note = crate::record_fixture::signed_head("packages.example.org/rehearsal-1", &lines, &key);
    room.write("checkpoint", note.to_string());
    let (ok, text) = run(&room, &blocks(&room)[3]);
    let size = room.frozen_as("root")["x-tuf-ceremony"]["size"].clone();
    let told = format!(".json: it commits to another head than the first {size} lines have\n");
    assert!(!ok && text.ends_with(&told), "{text}");
}

/// What was published before and stays has no payload here.
#[test]
fn a_later_ceremony_passes_it_too() {
    let first = sealed();
    let room = Room::new();
    let (directory, from) = (room.directory(), first.directory());
    room.run(&["new", &directory, "--from", &from, "--planned", PLANNED]).ok();
    room.run(&["draft"]).ok();
    room.run(&["freeze"]).ok();
    for key in ["ada", "ben", "online"] {
        let confirm: Vec<String> = room
            .json("payloads/index.json")
            .as_object()
            .unwrap()
            .keys()
            .map(|role| room.typed(role))
            .collect();
        room.run_with_pin("rehearsal", &["sign", "--key", key, "--confirm", &confirm.join(",")]);
    }
    room.run(&["release"]).ok();
    // A file that counts for nothing is named, and no more.
    let stray = format!("signatures/{}/stray.json", room.digest("root"));
    room.write(&stray, "{}");
    room.run(&["seal"]).ok();
    assert_eq!(failing(&room), [0; 0]);
    let (_, said) = run(&room, &blocks(&room)[2]);
    assert!(said.contains("metadata/1.root.json: from an earlier ceremony, as it was published\n"), "{said}");
    assert!(said.contains(&format!("{stray}: counts for nothing\n")), "{said}");
}

/// A switched-off commitment is nothing to be held to.
#[test]
fn a_root_without_commitment_passes_it_too() {
    let room = Room::new();
    room.write("ceremony.toml", PLAN.replace("rehearsal = true\n", "rehearsal = true\ncommitment = false\n"));
    for key in crate::rehearsal::KEYS {
        room.provision(key).ok();
    }
    room.freeze();
    for key in ["ada", "ben", "online"] {
        room.sign(key).ok();
    }
    room.run(&["release"]).ok();
    room.run(&["seal"]).ok();
    assert_eq!(failing(&room), [0; 0]);
    fs::write(room.path("checkpoint"), "x").unwrap();
    assert_eq!(failing(&room), [1, 4]);
}

/// With a payload that was given up, a signature that came in a response, and one that came from another copy.
#[test]
fn what_came_from_elsewhere_passes_it_too() {
    let prepared = || {
        let room = frozen();
        room.run(&["void", "root", "--reason", "A holder is missing."]).ok();
        room.freeze();
        room.lay("ada.json", room.response_of("ada"));
        room.merge(&["ada.json"]).ok();
        let other = Room::new();
        room.tree().iter().for_each(|(file, bytes)| other.write(file, bytes));
        other.sign("ben").ok();
        for (file, bytes) in other.tree() {
            room.lay(&format!("copy/{file}"), bytes);
        }
        room.merge(&["copy"]).ok();
        room.sign("online").ok();
        room.run(&["release"]).ok();
        room.run(&["seal"]).ok();
        room
    };
    let room = prepared();
    assert_eq!(failing(&room), [0; 0]);
    assert_eq!(run(&room, &blocks(&room)[2]), (true, "14 signatures hold\n".to_owned()));
    // One that came in a response is held to the record like one that was made here.
    let file = room.signature("targets", "ada");
    room.write(&file, room.read(&room.signature("root", "ada")));
    assert_eq!(failing(&room), [1, 3]);
    let room = prepared();
    let record = format!("transcripts/{}", room.names("transcripts")[0]);
    let whole = room.read(&record);
    room.write(&record, whole.replacen("Ben", "Bem", 1));
    assert_eq!(failing(&room), [1, 2, 4]);
    // Chained anew under a name that fits: nothing here tells of it.
    let cut = whole.lines().next().unwrap().to_owned() + "\n";
    fs::remove_file(room.path(&record)).unwrap();
    room.write(&format!("transcripts/{}.jsonl", Sha256Digest::of(cut.as_bytes())), cut);
    assert_eq!(failing(&room), [1, 4]);
    let (_, said) = run(&room, &blocks(&room)[3]);
    assert!(said.ends_with("the record of the copy that it tells of is not here\n"), "{said}");
}
