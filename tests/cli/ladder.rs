//! `plan --ladder` and `freeze --rung`: the next root is drafted beforehand for bad nights, and a stale draft is never taken.

use std::fs;

use serde_json::{Value, json};

use crate::compromise::at_night;
use crate::later::{difference, later};
use crate::rehearsal::{provisioned, released};
use crate::room::Room;

const NAMES: [&str; 5] = ["lost-ada", "lost-ben", "lost-cem", "lost-dan", "compromised-online"];

/// A later ceremony with a standby, and its ladder.
pub fn laddered() -> Room {
    let room = at_night();
    room.run(&["plan", "--ladder"]).ok();
    room
}

/// Each rung as `plan --json` has it: name, state and why.
fn rungs(room: &Room) -> Vec<(String, String, Value)> {
    let plan = room.run(&["plan", "--json"]).json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let rungs = plan["ladder"].as_array().unwrap().iter();
    rungs.map(|rung| (text(&rung["name"]), text(&rung["state"]), rung["why"].clone())).collect()
}

fn states(room: &Room) -> Vec<(String, String)> {
    rungs(room).into_iter().map(|(name, state, _)| (name, state)).collect()
}

#[track_caller]
fn all_are(room: &Room, state: &str) {
    let expected: Vec<(String, String)> =
        NAMES.iter().map(|name| ((*name).to_owned(), state.to_owned())).collect();
    assert_eq!(states(room), expected);
}

/// The command is refused, and `ceremony.toml` and the drafts are as they were.
#[track_caller]
fn not_taken(room: &Room, rung: &str, what: &str, next: &str) {
    let before = room.noticed();
    room.run(&["freeze", "--rung", rung]).failed(2, what, next);
    room.only_recorded(&before, &[]);
}

const ANEW: &str = "Write the ladder anew with `tuf-ceremony plan --ladder`, and look at what has changed.";

#[test]
fn every_loss_and_the_online_key_have_a_rung() {
    let room = at_night();
    assert_eq!(rungs(&room), []);
    let before = room.read("ceremony.toml");
    let done = room.run(&["plan", "--ladder"]).ok();
    let told = "Wrote the ladder into drafts/ladder/; rungs that are ready: 5 of 5.\n\nPlan of the ";
    assert!(done.out.starts_with(told), "{}", done.out);
    let told = "\nThe ladder, in drafts/ladder/: on the night, `freeze --rung NAME` and signatures\n  lost-ada: ready\n  \
                lost-ben: ready\n  lost-cem: ready\n  lost-dan: ready\n  compromised-online: ready\n";
    assert_eq!(done.out.matches(told).count(), 1, "{}", done.out);
    assert_eq!(room.read("ceremony.toml"), before, "a ladder changes no plan");
    all_are(&room, "ready");
    let files = |name: &str| {
        let names = room.names("drafts/ladder").into_iter().filter(|file| file.starts_with(name));
        names.map(|file| file.split_once('.').unwrap().1.to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(files("lost-dan"), ["root.json", "toml"]);
    assert_eq!(files("lost-ada"), ["root.json", "snapshot.json", "targets.json", "timestamp.json", "toml"]);
    assert_eq!(files("compromised-online"), ["root.json", "snapshot.json", "timestamp.json", "toml"]);
    // The same plan makes the same bytes.
    let first = room.tree();
    room.run(&["plan", "--ladder"]).ok();
    room.only_recorded(&first, &[]);
}

#[test]
fn a_rung_is_frozen_as_it_lies_there() {
    for (rung, signers) in
        [("lost-ada", &["ben", "cem", "online"][..]), ("compromised-online", &["ada", "ben", "online-2"])]
    {
        let room = laddered();
        let drafted = room.json(&format!("drafts/ladder/{rung}.root.json"))["signed"].clone();
        let done = room.run(&["freeze", "--rung", rung]).ok();
        assert!(done.out.contains("PLAN-INTENT"), "{}", done.out);
        // All but the date, which is counted from the night.
        let mut payload = room.json(&format!("payloads/{}.json", room.digest("root")))["signed"].clone();
        assert_ne!(payload["expires"], drafted["expires"]);
        payload["expires"] = drafted["expires"].clone();
        payload.as_object_mut().unwrap().remove("x-tuf-ceremony").unwrap();
        assert_eq!(payload, drafted);
        let plan = room.read("ceremony.toml");
        let dated = |line: &&str| line.starts_with("planned = ");
        let planned = plan.lines().find(dated).unwrap();
        let rung = room.read(&format!("drafts/ladder/{rung}.toml"));
        assert_eq!(plan, rung.replacen(rung.lines().find(dated).unwrap(), planned, 1));
        assert_eq!(room.refusing(), [""; 0]);
        for key in signers {
            room.signs_all(key);
        }
        room.run(&["release"]).ok();
    }
}

#[test]
fn what_a_rung_does_is_declared() {
    let room = laddered();
    let (plan, rung) = (room.read("ceremony.toml"), room.read("drafts/ladder/compromised-online.toml"));
    assert_eq!(
        difference(&plan, &rung),
        "-script = \"annual-refresh\"\n+script = \"compromise\"\n-change = \"refresh\"\n+change = \"revoke\"\n-standby_for = \"online\"\n-keys = [\"online\"]\n+keys = [\"online-2\"]\n\
         -keys = [\"online\"]\n+keys = [\"online-2\"]\n+\n+[[revoke]]\n+key = \"online\"\n+reason = \"compromised\"\n\
         +replacement = \"online-2\"\n+\n+[[intended]]\n+act = \"replace-key\"\n+key = \"online\"\n+by = \"online-2\"\n"
    );
}

#[test]
fn without_a_standby_the_online_key_has_no_rung() {
    let room = later();
    let done = room.run(&["plan", "--ladder", "--json"]).ok().json();
    let why = "online goes, and snapshot, timestamp cannot do without a key in its place. Give online a standby: change \
               add-key NAME --standby-for online …";
    let rung = json!({ "name": "compromised-online", "state": "impossible", "why": why, "makes": [] });
    assert_eq!(done["ladder"][4], rung);
    assert!(!room.path("drafts/ladder/compromised-online.toml").exists());
    let what = format!("the rung compromised-online cannot be made: {why}");
    not_taken(&room, "compromised-online", &what, "Mend that first, or use `tuf-ceremony compromise`.");
}

#[test]
fn a_change_of_the_plan_makes_every_rung_stale() {
    let room = laddered();
    room.change(&["set-threshold", "targets", "1"]).ok();
    all_are(&room, "stale");
    let what = "the rung lost-dan is stale: lost-dan.root.json, lost-dan.toml would come out differently now";
    not_taken(&room, "lost-dan", what, ANEW);
    let shown = room.run(&["plan"]).out;
    let told = " lost-dan: STALE: lost-dan.root.json, lost-dan.toml would come out differently now ";
    assert!(shown.split_whitespace().collect::<Vec<_>>().join(" ").contains(told), "{shown}");
    room.run(&["plan", "--ladder"]).ok();
    all_are(&room, "ready");
    // A comment is part of the plan: the rung would bring the old text back.
    room.edit("ceremony.toml", "[ceremony]\n", "[ceremony]\n# Read by all.\n");
    all_are(&room, "stale");
    let (_, _, why) = rungs(&room).into_iter().find(|(name, ..)| name == "lost-dan").unwrap();
    assert_eq!(why, json!(["lost-dan.toml"]));
}

#[test]
fn another_key_makes_a_rung_stale() {
    let room = laddered();
    // Another token took the place of the standby: only the rung that needs it changes.
    room.edit("ceremony.toml", "serial = \"R10\"", "serial = \"R11\"");
    fs::remove_dir_all(room.path("keys/online-2")).unwrap();
    all_are(&room, "stale");
    room.provision("online-2").ok();
    let (_, _, why) = rungs(&room).into_iter().find(|(name, ..)| name == "compromised-online").unwrap();
    assert!(why.as_array().unwrap().contains(&json!("compromised-online.root.json")), "{why}");
}

#[test]
fn what_is_published_anew_makes_a_rung_stale() {
    let first = released();
    let world = crate::world::World::of(&first);
    let room = crate::compromise::ready(world.followed(&first));
    room.run(&["plan", "--ladder"]).ok();
    world.publish_targets(2, |_| ());
    for name in ["2.targets.json", "2.snapshot.json", "timestamp.json"] {
        fs::copy(world.path(name), room.path(&format!("trusted/{name}"))).unwrap();
    }
    let what = "the rung compromised-online is stale: compromised-online.snapshot.json, compromised-online.timestamp.json \
                would come out differently now";
    not_taken(&room, "compromised-online", what, ANEW);
    // Dan's loss concerns the root alone.
    let state = states(&room).into_iter().find(|(name, _)| name == "lost-dan").unwrap().1;
    assert_eq!(state, "ready");
    room.run(&["freeze", "--rung", "lost-dan"]).ok();
}

#[test]
fn a_rung_that_somebody_edited_is_stale() {
    for (file, old, new) in [
        ("lost-dan.root.json", "\"threshold\": 2", "\"threshold\": 1"),
        ("lost-dan.toml", "reason = \"lost\"", "reason = \"retired\""),
    ] {
        let room = laddered();
        let text = room.read(&format!("drafts/ladder/{file}"));
        assert!(text.contains(old), "{text}");
        room.write(&format!("drafts/ladder/{file}"), text.replacen(old, new, 1));
        let what = format!("the rung lost-dan is stale: {file} would come out differently now");
        not_taken(&room, "lost-dan", &what, ANEW);
    }
    let room = laddered();
    fs::remove_file(room.path("drafts/ladder/lost-dan.root.json")).unwrap();
    let what = "the rung lost-dan is stale: lost-dan.root.json would come out differently now";
    not_taken(&room, "lost-dan", what, ANEW);
    let room = laddered();
    room.write("drafts/ladder/lost-dan.targets.json", "{}");
    let what = "the rung lost-dan is stale: lost-dan.targets.json would come out differently now";
    not_taken(&room, "lost-dan", what, ANEW);
}

#[test]
fn a_rung_that_is_none() {
    let room = later();
    not_taken(
        &room,
        "lost-ada",
        "there is no rung \"lost-ada\"",
        "Write the ladder with `tuf-ceremony plan --ladder`.",
    );
    let room = laddered();
    let next = "The rungs are: lost-ada, lost-ben, lost-cem, lost-dan, compromised-online.";
    not_taken(&room, "lost-adam", "there is no rung \"lost-adam\"", next);
    // What is left of a key that is gone is stale, and goes with the next ladder.
    room.write("drafts/ladder/lost-eve.toml", "");
    let what = "the rung lost-eve is stale: lost-eve.toml would come out differently now";
    not_taken(&room, "lost-eve", what, ANEW);
    room.run(&["plan", "--ladder"]).ok();
    all_are(&room, "ready");
    assert!(!room.path("drafts/ladder/lost-eve.toml").exists());
}

#[test]
fn a_first_root_has_no_ladder() {
    let room = provisioned();
    let before = room.noticed();
    let what = "the ladder drafts what follows a trusted root, and this directory has none";
    let next = "Start the directory that stands ready: `tuf-ceremony new DIR --from THIS-ONE`, once this one is released.";
    room.run(&["plan", "--ladder"]).failed(3, what, next);
    room.only_recorded(&before, &[]);
}

/// The plan of what is released stays the plan of what is released.
#[test]
fn no_rung_is_taken_where_something_is_released() {
    let room = laddered();
    room.freeze();
    for key in ["ada", "ben", "online"] {
        room.signs_all(key);
    }
    room.run(&["release"]).ok();
    let before = room.noticed();
    let next = "Nothing is overwritten, and signatures that came after the release do not enter it. Move it away if it is \
                from an attempt that was given up, or start a new ceremony directory.";
    room.run(&["freeze", "--rung", "lost-ada"]).refused(1, "PLAN-OUTPUT", "metadata/ exists already", next);
    room.only_recorded(&before, &["refused"]);
}
