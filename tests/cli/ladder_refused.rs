//! Rungs that a freeze would refuse are not called ready, and a freeze that is refused leaves everything as it was.

use jiff::{Timestamp, ToSpan as _};
use serde_json::{Value, json};
use tuf_ceremony::tuf::time;

use crate::ladder::laddered;
use crate::later::{after, later, released_with};
use crate::rehearsal::{PLAN, released};
use crate::room::Room;

/// A root of three of four: the loss of any key would leave no spare one.
fn three_of_four() -> Room {
    let plan = PLAN.replacen("threshold = 2", "threshold = 3", 1);
    let room = crate::compromise::ready(after(&released_with(&plan).path("")));
    room.run(&["plan", "--ladder"]).ok();
    room
}

fn rung(room: &Room, name: &str) -> Value {
    let plan = room.run(&["plan", "--json"]).json();
    plan["ladder"].as_array().unwrap().iter().find(|rung| rung["name"] == name).unwrap().clone()
}

const WHY: &str = "ROOT-SLACK: root needs 3 signatures and has 3 keys: one lost key would end it. ";

#[test]
fn a_rung_that_a_freeze_would_refuse_cannot_be_made() {
    let room = three_of_four();
    for key in ["ada", "ben", "cem", "dan"] {
        let rung = rung(&room, &format!("lost-{key}"));
        assert_eq!(rung["state"], "impossible");
        assert!(rung["why"].as_str().unwrap().starts_with(WHY), "{rung}");
    }
    assert_eq!(rung(&room, "compromised-online")["state"], "ready");
    assert!(room.names("drafts/ladder").iter().all(|file| file.starts_with("compromised-online.")));
    let text = room.run(&["plan"]).ok().out;
    assert!(text.contains("\n  lost-ada: cannot be made: ROOT-SLACK: root needs 3 signatures "), "{text}");
}

#[test]
fn a_rung_that_is_refused_leaves_everything_as_it_was() {
    let room = three_of_four();
    let before = room.noticed();
    let done = room.run(&["freeze", "--rung", "lost-ada"]);
    assert_eq!(done.code, 2);
    let told = format!("error: the rung lost-ada cannot be made: {WHY}");
    assert!(done.err.starts_with(&told), "{}", done.err);
    room.only_recorded(&before, &[]);
    assert_eq!(rung(&room, "compromised-online")["state"], "ready");
}

/// Where no rung can be made, nothing is written, and the reasons are told all the same.
#[test]
fn a_ladder_of_which_nothing_can_be_made_says_why() {
    let room = crate::compromise::at_night();
    room.change(&["set-expiry", "timestamp", "2026-01-01T00:00:00Z"]).ok();
    let done = room.run(&["plan", "--ladder"]);
    let told = "Wrote the ladder into drafts/ladder/; rungs that are ready: 0 of 5.\n";
    assert!(done.out.starts_with(told), "{}", done.out);
    let told = "\n  compromised-online: cannot be made: EXPIRY-RANGE: timestamp expire";
    assert!(done.out.contains(told), "{}", done.out);
    let before = room.noticed();
    let done = room.run(&["freeze", "--rung", "compromised-online"]);
    let told = "error: the rung compromised-online cannot be made: EXPIRY-RANGE: timestamp expire";
    assert!(done.code == 2 && done.err.starts_with(told), "{}", done.err);
    room.only_recorded(&before, &[]);
}

/// Also where a rung was ready when it was written, and an instant in it has passed since.
#[test]
fn a_rung_whose_instant_has_passed_cannot_be_made_any_longer() {
    let room = crate::compromise::at_night();
    let soon = time::write(Timestamp::now() + (30 * 24).hours());
    room.change(&["set-expiry", "timestamp", &soon]).ok();
    room.run(&["plan", "--ladder"]).ok();
    assert_eq!(rung(&room, "compromised-online")["state"], "ready");
    let rungs = room.names("drafts/ladder").into_iter().map(|name| format!("drafts/ladder/{name}"));
    for file in rungs.chain(["ceremony.toml".to_owned()]) {
        room.write(&file, room.read(&file).replace(&soon, "2026-01-01T00:00:00Z"));
    }
    let rung = rung(&room, "compromised-online");
    assert!(rung["why"].as_str().unwrap().starts_with("EXPIRY-RANGE: timestamp expire"), "{rung}");
    let before = room.noticed();
    let done = room.run(&["freeze", "--rung", "compromised-online"]);
    assert!(done.err.contains("cannot be made: EXPIRY-RANGE: timestamp expire"), "{}", done.err);
    room.only_recorded(&before, &[]);
}

/// A waiver that holds lets a rung through, as it would let the freeze.
#[test]
fn what_is_waived_is_ready() {
    let plan = PLAN.replacen("threshold = 2", "threshold = 3", 1);
    let room = after(&released_with(&plan).path(""));
    let text = room.read("ceremony.toml");
    let waiver = "\n[[waiver]]\ncheck = \"ROOT-SLACK\"\nreason = \"A night.\"\nuntil = 2199-01-01\n";
    room.write("ceremony.toml", format!("{text}{waiver}"));
    room.run(&["plan", "--ladder"]).ok();
    assert_eq!(rung(&room, "lost-ada")["state"], "ready");
    room.run(&["freeze", "--rung", "lost-ada"]).ok();
}

const BELONGS: &str = "The ladder belongs into the directory of the next ceremony: `tuf-ceremony new DIR --from THIS-ONE`, and \
                       `plan --ladder` there.";
const OVER: &str = "metadata/ exists already, so that no rung can be taken here";

#[test]
fn no_ladder_is_written_where_something_is_released() {
    let first = released();
    let refused = |room: &Room| {
        let before = room.noticed();
        room.run(&["plan", "--ladder"]).refused(1, "PLAN-OUTPUT", OVER, BELONGS);
        room.only_recorded(&before, &[]);
    };
    refused(&first);
    let room = laddered();
    room.freeze();
    for key in ["ada", "ben", "online"] {
        room.signs_all(key);
    }
    room.run(&["release"]).ok();
    refused(&room);
    // What was written before is not called ready either.
    let said = room.run(&["plan", "--json"]).json();
    let why = format!("PLAN-OUTPUT: {OVER}. {BELONGS}");
    for rung in said["ladder"].as_array().unwrap() {
        assert_eq!((&rung["state"], &rung["why"]), (&json!("impossible"), &json!(why)));
    }
    assert_eq!(said["next"], "over");
}

/// One key's name may begin with another's, and a dot.
#[test]
fn names_with_dots_are_told_apart() {
    let room = later();
    room.change(&["replace-key", "dan", "--by", "ada.1", "--old-serial", "R4", "--serial", "R8"]).ok();
    room.provision("ada.1").ok();
    room.run(&["plan", "--ladder"]).ok();
    for name in ["lost-ada", "lost-ada.1", "lost-ben", "lost-cem"] {
        assert_eq!(rung(&room, name)["state"], "ready");
    }
    room.run(&["freeze", "--rung", "lost-ada.1"]).ok();
}
