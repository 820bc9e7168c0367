//! `transcript show`: the record in words, and for machines.

use serde_json::json;

use crate::record_seal::sealed;
use crate::rehearsal::{PLAN, frozen, released};
use crate::room::Room;

#[test]
fn every_event_is_told_in_words() {
    let room = frozen();
    room.run(&["sign", "--key", "ada", "--confirm", "00000000"]);
    for key in ["ada", "ben", "online"] {
        room.sign(key).ok();
    }
    let whole = room.read("transcript.jsonl");
    room.write("transcript.jsonl", format!("{whole}{{\"torn"));
    room.write("keys/ada/attestation.pem", "found");
    room.run(&["release"]).ok();
    room.run(&["seal"]).ok();
    let shown = room.run(&["transcript", "show"]).ok().out;
    let root = room.digest("root");
    for said in [
        "#0  20",
        "    a sitting begins, which #3 closes\n    key:\n    packages.example.org/rehearsal-1+",
        "    read the plan of ceremony rehearsal-1, and what it names\n",
        "  Ada\n    made the key ada on the token R1\n",
        "    the sitting of #0 ends; its key has signed the tree head of all lines\n    before this:\n    ",
        "    wrote drafts\n",
        &format!("    froze root version 1:\n    {root}\n"),
        "    SIGN-REVIEW refused `sign --key ada`: what was typed is not the beginning\n    of the digest of",
        &format!("    was shown root version 1:\n    {root}\n"),
        "    signed root version 1 with the key ada, after typing 8 digits of its\n    digest\n",
        "    removed a line that was cut off after 6 bytes; SHA-256 of what there was:\n",
        "    found here, and not in the record before as they are:\n    ",
        "  keys/ada/attestation.pem\n",
        "    wrote the release\n",
        "    sealed the ceremony; every lasting file:\n",
        "    a sitting begins, which the checkpoint closes\n",
        " sittings, each closed.\nSealed.\nRecord: ",
    ] {
        assert!(shown.contains(said), "{said} is missing in\n{shown}");
    }
    // A key is copied as a whole.
    let long = shown.lines().filter(|line| line.chars().count() > 80 && !line.contains("/rehearsal-1+"));
    assert_eq!(long.collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn machines_get_the_lines_as_they_are() {
    let room = sealed();
    let machine = room.run(&["transcript", "show", "--json"]).ok().json();
    assert_eq!(machine["lines"], json!(room.lines()));
    assert_eq!((&machine["sealed"], &machine["refusing"]), (&json!(true), &json!([])));
    assert_eq!(machine["origin"], "packages.example.org/rehearsal-1");
    assert_eq!(machine["sittings"][0]["opened"], 0);
    assert_eq!(machine["sittings"][0]["closed"], 3);
    assert_eq!(machine["sittings"][0]["vkey"], room.lines()[0]["data"]["vkey"]);
    assert_eq!(released().run(&["transcript", "show", "--json"]).ok().json()["sealed"], false);
}

#[test]
fn one_step_alone() {
    let room = released();
    room.remake(|lines| {
        lines[5]["step"] = json!("2.1");
        lines[8]["step"] = json!("2.10");
        lines[11]["step"] = json!("a\u{202e}b");
    });
    let shown = room.run(&["transcript", "show", "--step", "2.1"]).out;
    let heads: Vec<&str> = shown.lines().filter(|line| line.starts_with('#')).collect();
    assert_eq!(heads.len(), 1, "{shown}");
    assert!(heads[0].starts_with("#5  ") && heads[0].ends_with("  step 2.1  Ben"), "{shown}");
    let machine = room.run(&["transcript", "show", "--step", "2.1", "--json"]).json();
    assert_eq!(machine["lines"], json!([room.lines()[5]]));
    let all = room.run(&["transcript", "show"]).out;
    assert!(all.contains("  step a\\u{202e}b  ") && !all.contains('\u{202e}'), "{all}");
    let none = room.run(&["transcript", "show", "--step", "7\u{1b}"]);
    assert!(none.out.starts_with("Nothing was recorded in step 7\\u{1b}.\n"), "{none:?}");
    assert_eq!(none.code, 1);
}

/// A key's name has neither blanks nor plus signs, and a repository's may have both.
#[test]
fn the_name_of_the_log_is_encoded() {
    let room = Room::new();
    room.write("ceremony.toml", PLAN.replace("packages.example.org", "a+b c/%/\u{e9}"));
    room.provision("ada").ok();
    let shown = room.run(&["transcript", "show"]).ok().out;
    let origin = "a%2Bb%20c/%25/\u{e9}/rehearsal-1";
    assert!(shown.contains(&format!("{origin}+")), "{shown}");
    let told = room.lines()[0]["data"]["origin"].clone();
    assert_eq!(told, origin);
}
