//! `rehearse --script NAME`: the ceremonies after the first, each in one go.

use std::path::Path;
use std::process::Command;

use crate::room::Room;

/// Plays a script in a directory of its own; what it said.
fn played(script: &str, room: &Room) -> String {
    let directory = room.beside(script).display().to_string();
    let program = env!("CARGO_BIN_EXE_tuf-ceremony");
    let output =
        Command::new(program).args(["rehearse", "--script", script, "--dir", &directory]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.contains("Act 6 of 6"), "{text}");
    text
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn the_night_of_a_compromise_is_played_through() {
    let room = Room::new();
    let text = played("compromise", &room);
    for said in [
        "REFUSED: timestamp.json: rolled back: version 1, and 9007199254740991 was trusted earlier (spec 5.4.3.1)",
        "Caught by ROOT-REVOKED. Nothing was signed or written.",
        "In their place: online=R-0010",
        "Earlier versions are forgotten: keys of timestamp or snapshot were rotated (spec 5.3.11).",
    ] {
        assert!(text.contains(said), "{said} is missing in\n{text}");
    }
    // The same question twice: before, a client takes what the attacker signed; afterwards it takes ours.
    assert_eq!(text.matches(": ACCEPTED\n").count(), 2, "{text}");
    let ceremony = room.beside("compromise/ceremony");
    for page in ["brief.md", "script.md"] {
        assert!(std::fs::read_to_string(ceremony.join(page)).unwrap().contains("online"), "{page}");
    }
    assert!(std::fs::read_to_string(ceremony.join("brief.md")).unwrap().lines().count() <= 60);
}

#[test]
fn a_year_later_version_and_expiry_are_renewed() {
    let room = Room::new();
    let text = played("annual-refresh", &room);
    assert!(text.contains("no key and no threshold of a top-level role"), "{text}");
    let metadata = names(&room.beside("annual-refresh/ceremony/metadata"));
    let all = [
        "1.root.json",
        "1.snapshot.json",
        "1.targets.json",
        "2.root.json",
        "2.snapshot.json",
        "2.targets.json",
        "root.json",
        "timestamp.json",
    ];
    // What is superseded stays published, and is copied where slow clients may still ask for it.
    assert_eq!(metadata, all);
}

#[test]
fn an_online_key_gives_its_place_to_a_new_one() {
    let room = Room::new();
    let text = played("online-key-rotation", &room);
    assert!(text.contains("timestamp: ~ online is replaced by online-2"), "{text}");
    assert!(!room.beside("online-key-rotation/ceremony/metadata/2.targets.json").exists(), "targets stay");
}

#[test]
fn a_holder_comes_with_a_new_device() {
    let room = Room::new();
    let text = played("holder-replacement", &room);
    assert!(text.contains("root: ~ ada-card is replaced by ada-card-2"), "{text}");
    assert!(text.contains("stays as it is published: targets 1, snapshot 1, timestamp 1"), "{text}");
}

#[test]
fn a_script_that_there_is_not_is_named_with_those_that_there_are() {
    let room = Room::new();
    let next =
        "The scripts are: genesis, annual-refresh, online-key-rotation, holder-replacement, compromise.";
    room.run(&["rehearse", "--script", "night"]).failed(2, "there is no script \"night\" to rehearse", next);
}
