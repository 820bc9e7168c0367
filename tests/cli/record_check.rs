//! `transcript check`: a file that the record lists, or the record of another copy, was changed or is missing; it is named, with the
//! line that tells of it.

use std::fs;

use serde_json::{Value, json};
use tuf_ceremony::crypto::digest::Sha256Digest;

use crate::mistakes_copy::{copy, merge};
use crate::record_seal::sealed;
use crate::rehearsal::{PLAN, frozen};
use crate::room::{Done, Room};

/// A ceremony with a request, a response that was merged, and a copy that was.
fn gathered() -> Room {
    let room = frozen();
    let copied = copy(&room);
    copied.sign("ben").ok();
    room.lay("ada.json", room.response_of("ada"));
    room.merge(&["ada.json"]).ok();
    merge(&room, &copied, "copied").ok();
    room
}

/// The one record that was carried in.
fn carried(room: &Room) -> String {
    format!("transcripts/{}", room.names("transcripts").pop().unwrap())
}

fn check(room: &Room) -> Done {
    room.run(&["transcript", "check"])
}

/// What refuses, each with the check's id in front.
fn refusing(room: &Room) -> Vec<String> {
    let found = room.run(&["transcript", "check", "--json"]).json();
    let text = |one: &Value, name: &str| one[name].as_str().unwrap().to_owned();
    let refusing = found["refusing"].as_array().unwrap();
    refusing.iter().map(|one| format!("{}: {}", text(one, "check"), text(one, "what"))).collect()
}

/// The record with another line about merging, as one that a stop cut off behind it.
fn retold(room: &Room, merged: usize, change: impl FnOnce(&mut Value)) {
    room.rechain(|lines| {
        change(&mut lines[merged]);
        lines.truncate(merged + 1);
    });
}

#[test]
fn what_is_whole_is_found_whole_and_nothing_is_written() {
    let room = gathered();
    let before = room.tree();
    let done = check(&room).ok();
    let record = carried(&room);
    let lines = room.read(&record).lines().count();
    let common = room.lines()[room.line_of("merged")]["data"]["from"]["common"].clone();
    for said in [
        "The record follows line by line. ",
        &format!(
            "{record}\n    carried in: {lines} lines, the first {common} as in this record; 8 sittings\n"
        ),
        " files listed, and as recorded.\nNot sealed yet.\n",
        "Checks that hold: 1\n  RECORD-CHAIN",
    ] {
        assert!(done.out.contains(said), "{said}\n{}", done.out);
    }
    let machine = room.run(&["transcript", "check", "--json"]).ok().json();
    assert_eq!(
        (&machine["holds"], &machine["changed"], &machine["gone"], &machine["refusing"]),
        (&json!(true), &json!([]), &json!([]), &json!([]))
    );
    assert_eq!(
        machine["carried"],
        json!([{ "file": record, "lines": lines, "common": common, "sittings": 8 }])
    );
    assert!(room.tree() == before);
    assert!(check(&sealed()).ok().out.contains("\nSealed.\n"));
}

/// Whatever an event lists by its SHA-256, each with the line that has it first.
#[test]
fn a_listed_file_that_was_changed_or_is_gone_is_named() {
    let room = gathered();
    room.write("imported/STICK-1/key.pem", "brought");
    room.noticed();
    let request = room.lines().iter().position(|line| line["event"] == "requested").unwrap();
    let response = room.lines().iter().position(|line| line["event"] == "merged").unwrap();
    for (file, seq) in [
        ("requests/ada-1.json".to_owned(), request),
        (room.signature("root", "ada"), response),
        (room.signature("root", "ben"), room.line_of("merged")),
        (carried(&room), room.line_of("merged")),
        ("imported/STICK-1/key.pem".to_owned(), room.line_of("found")),
    ] {
        let whole = room.read(&file);
        for (word, member) in [("CHANGED", "changed"), ("GONE", "gone")] {
            match word {
                "GONE" => fs::remove_file(room.path(&file)).unwrap(),
                _ => room.write(&file, format!("{whole} ")),
            }
            let done = check(&room);
            let told = format!(
                " files listed; not as recorded:\n{word} since it was recorded (#{seq}): {file}\nNot sealed"
            );
            assert!(done.code == 1 && done.err.is_empty() && done.out.contains(&told), "{told}\n{done:?}");
            let machine = room.run(&["transcript", "check", "--json"]).json();
            assert_eq!(machine[member], json!([{ "file": file, "seq": seq }]));
            assert_eq!(machine["holds"], false);
            assert!(
                room.run(&["status"])
                    .out
                    .contains(&format!("{word} since it was recorded (#{seq}): {file}\n"))
            );
        }
        room.write(&file, whole);
        check(&room).ok();
    }
}

/// What was carried in and is lost does not keep a ceremony from its end, and nobody overlooks it.
#[test]
fn what_is_lost_when_it_is_sealed_is_said_aloud() {
    let room = gathered();
    let request = room.lines().iter().position(|line| line["event"] == "requested").unwrap();
    fs::remove_file(room.path("requests/ada-1.json")).unwrap();
    room.sign("online").ok();
    room.run(&["release"]).ok();
    let done = room.run(&["seal"]).ok();
    let told = format!(
        "Sealed.\nGONE since it was recorded (#{request}): requests/ada-1.json\nThis is in the record"
    );
    assert!(done.out.starts_with(&told), "{done:?}");
    let done = check(&room);
    assert!(done.code == 1 && done.out.contains("): requests/ada-1.json\n"), "{done:?}");
    let again = room.run(&["seal"]).ok();
    assert!(again.out.starts_with("Sealed already, and every file is as it was then.\nRecord:"), "{again:?}");
}

/// After the seal, everything is held to it that was there, keys too.
#[test]
fn a_key_that_was_changed_after_the_seal_is_named() {
    let room = sealed();
    let key = room.read("keys/ada/public.pem");
    room.write("keys/ada/public.pem", format!("{key}\n"));
    let done = check(&room);
    let told = format!("CHANGED since it was recorded (#{}): keys/ada/public.pem\n", room.line_of("sealed"));
    assert!(done.code == 1 && done.out.contains(&told), "{done:?}");
    // A sealed ceremony stands as it is, or somebody was at it.
    let status = room.run(&["status"]);
    assert!(
        status.code == 1 && status.out.contains("Next: find out who has been at this directory"),
        "{status:?}"
    );
    room.write("keys/ada/public.pem", key);
    room.run(&["status"]).ok();
}

/// What nobody has recorded changes nothing, and is named wherever it lies.
#[test]
fn a_file_beside_those_of_the_record_is_named() {
    let room = sealed();
    for file in ["signatures/top.json", "keys/top.json", "requests/x.json"] {
        room.write(file, "{}");
        assert!(check(&room).out.contains(&format!("not in the record: {file}\n")), "{file}");
        fs::remove_file(room.path(file)).unwrap();
    }
}

#[test]
fn a_carried_record_that_was_edited_or_is_missing_is_noticed() {
    let room = gathered();
    let (file, merged) = (carried(&room), room.line_of("merged"));
    let whole = room.read(&file);
    let lines = whole.lines().count();
    let missing = format!(
        "RECORD-CHAIN: #{merged} of transcript.jsonl tells of a copy with a record of {lines} lines, and no record with that tree \
         head is here"
    );
    let renamed = |text: &str| {
        let digest = Sha256Digest::of(text.as_bytes());
        (digest, format!("RECORD-CHAIN: {file} has the SHA-256 {digest}: it is not what it is named by"))
    };
    // One word of a line, and the lines chained as before.
    let edited = whole.replace("\"actor\":\"Ben\"", "\"actor\":\"Bem\"");
    assert_ne!(edited, whole);
    room.write(&file, &edited);
    let (digest, not_named) = renamed(&edited);
    let found = refusing(&room);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].starts_with(&format!("{not_named}; {file}: line ")), "{found:?}");
    assert!(found[0].contains("it does not follow the line before it"), "{found:?}");
    assert_eq!(found[1], missing);
    // Under the name that it has now, too: nothing vouches for it.
    fs::rename(room.path(&file), room.path(&format!("transcripts/{digest}.jsonl"))).unwrap();
    assert_eq!(refusing(&room).len(), 2);
    fs::remove_file(room.path(&format!("transcripts/{digest}.jsonl"))).unwrap();
    assert_eq!(refusing(&room), std::slice::from_ref(&missing));
    // Its last line, with its line end or without.
    for cut in [whole.trim_end().rsplit_once('\n').unwrap().0.to_owned() + "\n", whole.trim_end().to_owned()]
    {
        room.write(&file, &cut);
        let found = refusing(&room);
        assert!(found[0].starts_with(&renamed(&cut).1), "{found:?}");
        assert_eq!(found[0].contains("it is cut off"), !cut.ends_with('\n'));
        assert_eq!(found[1], missing);
    }
    room.write(&file, "");
    assert!(refusing(&room)[0].contains(": line 1: it is cut off"));
    room.write(&file, whole);
    check(&room).ok();
}

/// The record of a copy is told like ours, by any of the names that people have for it; what was changed in it is refused.
#[test]
fn a_record_that_was_carried_in_is_shown() {
    let room = gathered();
    let file = carried(&room);
    let digest = file.strip_prefix("transcripts/").unwrap().strip_suffix(".jsonl").unwrap();
    let show = |record: &str, more: &[&str]| room.run(&[&["transcript", "show", record], more].concat());
    let told = show(&file, &[]).ok().out;
    let whole = room.read(&file);
    let lines: Vec<Value> = whole.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for said in [
        "#0  20",
        "signed root version 1 with the key ben, after typing 8 digits",
        " sittings, each closed.\n",
        &format!("{file}\n    carried in: {} lines, the first ", lines.len()),
        &format!("Record: {} lines; SHA-256 of the last", lines.len()),
    ] {
        assert!(told.contains(said), "{said} is missing in\n{told}");
    }
    // That of this directory has neither.
    let ours = room.run(&["transcript", "show"]).ok().out;
    assert!(!ours.contains("with the key ben, after") && ours.contains("\nNot sealed yet.\n"), "{ours}");
    let outside = room.path(&file).display().to_string();
    for name in [&file, &outside, &format!("{digest}.jsonl"), digest, &digest[..8]] {
        assert_eq!(show(name, &[]).ok().out, told, "{name}");
    }
    let machine = show(&digest[..8], &["--json"]).ok().json();
    assert_eq!((&machine["file"], &machine["lines"]), (&json!(file), &json!(lines)));
    assert_eq!((&machine["sealed"], &machine["refusing"]), (&json!(false), &json!([])));
    assert_eq!(room.run(&["transcript", "show", "--json"]).ok().json()["file"], "transcript.jsonl");

    let next =
        "`tuf-ceremony transcript check` lists them. Name one with 8 or more digits, or as it is listed.";
    for unknown in ["deadbeef", "transcript.jsonl", &digest[..7], ""] {
        let what = format!("no record that was carried in is called \"{unknown}\"");
        show(unknown, &[]).failed(2, &what, next);
    }
    let next = "None was carried in: `merge DIR` brings the record of a copy. `transcript show` alone tells that of this directory.";
    let what = "no record that was carried in is called \"deadbeef\"";
    frozen().run(&["transcript", "show", "transcripts/deadbeef"]).failed(2, what, next);
    // One that was made anew under this name is told, and refused.
    room.write(&file, whole.lines().next().unwrap().to_owned() + "\n");
    let done = show(digest, &[]).code(1);
    assert!(done.out.starts_with("#0  20") && done.out.contains("RECORD-CHAIN FAILS: "), "{done:?}");
    room.write(&file, whole.replacen("Ben", "Bem", 1));
    let done = show(digest, &[]).code(1);
    assert!(done.out.is_empty() && done.err.starts_with("error [RECORD-CHAIN]: "), "{done:?}");
    assert!(done.err.contains("it does not follow the line before it"), "{done:?}");
}

#[test]
fn the_record_of_another_ceremony_is_none_of_this_one() {
    let room = gathered();
    let other = Room::new();
    other.write("ceremony.toml", PLAN.replace("rehearsal-1", "rehearsal-2"));
    other.provision("ada").ok();
    let foreign = other.read("transcript.jsonl");
    let file = format!("transcripts/{}.jsonl", Sha256Digest::of(foreign.as_bytes()));
    room.write(&file, foreign);
    let why =
        format!("RECORD-CHAIN: {file} is the record of the ceremony rehearsal-2, and this is rehearsal-1");
    assert_eq!(refusing(&room), std::slice::from_ref(&why));
    assert!(check(&room).out.contains(&format!("not in the record: {file}\n")));
    // Also once a command has found it.
    room.noticed();
    assert_eq!(refusing(&room), [why]);
}

/// Somebody makes the record anew, and tells something else of what was merged.
#[test]
fn what_is_told_of_a_copy_is_held_to_its_record() {
    let room = gathered();
    let merged = room.line_of("merged");
    let old = room.lines()[merged]["data"]["from"].clone();
    let (lines, common) = (old["lines"].as_u64().unwrap(), old["common"].as_u64().unwrap());
    let whole = room.read("transcript.jsonl");
    for (name, value) in [("root_hash", json!("ab".repeat(32))), ("lines", json!(lines - 1))] {
        retold(&room, merged, |line| line["data"]["from"][name] = value);
        let said = if name == "lines" { lines - 1 } else { lines };
        let why = format!(
            "RECORD-CHAIN: #{merged} of transcript.jsonl tells of a copy with a record of {said} lines, and no record with that tree \
             head is here"
        );
        assert_eq!(refusing(&room), [why]);
        room.write("transcript.jsonl", &whole);
    }
    retold(&room, merged, |line| line["data"]["from"]["common"] = json!(common - 1));
    let why = format!(
        "RECORD-CHAIN: #{merged} of transcript.jsonl tells of a copy with a record of {lines} lines that began with {} lines of its \
         own, and they have {common} in common",
        common - 1
    );
    assert_eq!(refusing(&room), [why]);
}

/// A copy that had merged another one brings its record, too; where that is missing, the copy's own record tells.
#[test]
fn a_record_that_a_carried_record_tells_of_is_missed() {
    let room = frozen();
    let [first, second] = ["ada", "ben"].map(|key| {
        let site = copy(&room);
        site.sign(key).ok();
        site
    });
    merge(&second, &first, "first").ok();
    merge(&room, &second, "second").ok();
    assert_eq!(room.names("transcripts").len(), 2);
    check(&room).ok();
    let of = |site: &Room| {
        format!("transcripts/{}.jsonl", Sha256Digest::of(site.read("transcript.jsonl").as_bytes()))
    };
    fs::remove_file(room.path(&of(&first))).unwrap();
    let why = format!(
        "RECORD-CHAIN: #{} of {} tells of a copy with a record of {} lines, and no record with that tree head is here",
        second.line_of("merged"),
        of(&second),
        first.lines().len()
    );
    assert_eq!(refusing(&room), [why]);
}
