//! The night itself: a rung is dated from the moment at which it is taken, however long it has lain there, and `plan` goes on
//! from what was done.

use std::fs;

use jiff::{Timestamp, ToSpan as _};
use serde_json::{Value, json};
use tuf_ceremony::tuf::time::{self, Date};

use crate::compromise::{at_night, ready};
use crate::ladder::laddered;
use crate::rehearsal::released;
use crate::room::Room;

/// A ladder that was written sixty days ago.
fn old() -> Room {
    let (room, first) = (Room::new(), released());
    let planned = time::write(Timestamp::now() - (60 * 24).hours());
    let from = first.path("").display().to_string();
    room.run(&["new", &room.directory(), "--from", &from, "--planned", &planned]).ok();
    let room = ready(room);
    // The plan itself has run out by now: its timestamp would have expired long ago.
    assert_eq!(room.run(&["plan", "--ladder"]).code, 1);
    assert_eq!(room.refusing(), ["EXPIRY-RANGE"]);
    room
}

fn instant(text: &Value) -> Timestamp {
    Date::parse(text.as_str().unwrap()).unwrap().at
}

#[test]
fn a_rung_is_good_for_months_and_dated_from_the_night() {
    let room = old();
    let before = time::write(Timestamp::now());
    room.run(&["freeze", "--rung", "compromised-online"]).ok();
    let plan = room.run(&["plan", "--json"]).ok().json();
    let planned = plan["planned"].as_str().unwrap().to_owned();
    assert!(before <= planned && planned <= time::write(Timestamp::now()), "{planned}");
    assert!(room.read("ceremony.toml").contains(&format!("\nplanned = {planned}\n")));
    let planned = instant(&plan["planned"]);
    for (role, days) in [("timestamp", 7), ("snapshot", 30)] {
        let payload = room.json(&format!("payloads/{}.json", room.digest(role)));
        assert_eq!(instant(&payload["signed"]["expires"]), planned + (days * 24).hours());
    }
    for key in ["ada", "ben", "online-2"] {
        room.signs_all(key);
    }
    room.run(&["release"]).ok();
}

/// The date is no reason to call a rung stale, and nothing else is overlooked because of it.
#[test]
fn an_old_rung_that_was_touched_is_stale() {
    let room = old();
    let drafted = room.read("drafts/ladder/lost-dan.root.json");
    room.write(
        "drafts/ladder/lost-dan.root.json",
        drafted.replacen("\"threshold\": 2", "\"threshold\": 1", 1),
    );
    let before = room.noticed();
    let what = "the rung lost-dan is stale: lost-dan.root.json would come out differently now";
    let next = "Write the ladder anew with `tuf-ceremony plan --ladder`, and look at what has changed.";
    room.run(&["freeze", "--rung", "lost-dan"]).failed(2, what, next);
    room.only_recorded(&before, &[]);
}

fn told(room: &Room) -> (Value, String) {
    let text = room.run(&["plan"]).ok().out;
    let last = text.trim_end().rsplit('\n').next().unwrap().to_owned();
    (room.run(&["plan", "--json"]).ok().json(), last)
}

#[test]
fn the_rung_is_taken_and_the_plan_goes_on_from_there() {
    let room = laddered();
    assert_eq!(told(&room).1, "Next: tuf-ceremony draft");
    room.run(&["draft"]).ok();
    assert_eq!(told(&room).1, "Next: tuf-ceremony freeze");
    room.run(&["freeze"]).ok();
    let sign = "Frozen under this plan. Next: whoever is missing signs; `tuf-ceremony status` says who.";
    assert_eq!(told(&room).1, sign);
    // What was frozen is no longer what would be signed.
    room.change(&["set-expiry", "root", "2 years"]).ok();
    assert_eq!(told(&room).1, "Next: tuf-ceremony draft");
    room.run(&["plan", "--ladder"]).ok();
    room.run(&["freeze", "--rung", "lost-ada"]).ok();
    let (plan, next) = told(&room);
    assert_eq!((next.as_str(), &plan["next"]), (sign, &json!("sign")));
    let states: Vec<(&str, &str)> = plan["ladder"]
        .as_array()
        .unwrap()
        .iter()
        .map(|rung| (rung["name"].as_str().unwrap(), rung["state"].as_str().unwrap()))
        .collect();
    assert_eq!(
        states,
        [
            ("lost-ada", "taken"),
            ("lost-ben", "stale"),
            ("lost-cem", "stale"),
            ("lost-dan", "stale"),
            ("compromised-online", "stale")
        ]
    );
    let text = room.run(&["plan"]).ok().out;
    assert!(text.contains("\n  lost-ada: taken: ceremony.toml is this rung's by now\n"), "{text}");
    for key in ["ben", "cem", "online"] {
        room.signs_all(key);
    }
    let last = "Frozen under this plan, and every quorum is complete. Next: tuf-ceremony release";
    assert_eq!(told(&room).1, last);
    room.run(&["release"]).ok();
    let text = room.run(&["plan"]).out;
    let over = "\nReleased: metadata/ is written. The next ceremony begins with `tuf-ceremony new DIR --from THIS-ONE`.\n";
    assert!(text.ends_with(over), "{text}");
}

/// Rungs that make snapshot or timestamp go on from versions that services will pass by; where the services keep these to
/// themselves, no rung makes them.
#[test]
fn what_services_sign_is_better_left_to_them() {
    let said = |room: &Room| {
        let text = room.run(&["plan"]).ok().out;
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let room = at_night();
    room.run(&["plan", "--ladder"]).ok();
    let warned = "lost-ada, lost-ben, compromised-online also make snapshot or timestamp, over what was imported here. Whenever \
                  others of those have been published, write the ladder anew, in a directory that `new DIR --from THIS-ONE \
                  --trusted PUBLISHED/N.root.json` starts. ";
    assert!(said(&room).contains(warned), "{}", said(&room));
    let counted = "Periods such as \"7 days\" are counted from the moment at which a rung is taken: `freeze --rung` sets \
                   `planned` to that.";
    assert!(said(&room).contains(counted), "{}", said(&room));
    let text = room.read("ceremony.toml");
    for (key, serial) in [("online", "R9"), ("online-2", "R10")] {
        let token = format!("token = {{ kind = \"rehearsal\", serial = \"{serial}\" }}");
        assert!(text.contains(&token));
        let file = format!("keys/{key}/public.pem");
        assert!(fs::exists(room.path(&file)).unwrap());
        room.edit("ceremony.toml", &token, &format!("public = \"{file}\""));
    }
    room.run(&["plan", "--ladder"]).ok();
    let plan = room.run(&["plan", "--json"]).ok().json();
    for rung in plan["ladder"].as_array().unwrap() {
        assert_eq!(rung["state"], "ready", "{rung}");
        let makes: Vec<&str> =
            rung["makes"].as_array().unwrap().iter().map(|role| role.as_str().unwrap()).collect();
        assert!(makes.iter().all(|role| ["root", "targets"].contains(role)), "{rung}");
    }
    assert!(!said(&room).contains("Whenever others"), "{}", said(&room));
}
