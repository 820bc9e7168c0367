//! `kill -9` while a rung of the ladder is taken and frozen: the same command goes on.

use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;

use serde_json::Value;

use crate::kill_fixture::Place;
use crate::kill_strace::{points, present};
use crate::ladder::laddered;

const SIGKILL: i32 = 9;
const RUNG: &[&str] = &["freeze", "--rung", "lost-dan"];

/// What the payload of the root says, but for the record that it commits to, which has the stop in it, and for its date.
fn frozen(directory: &Path) -> Value {
    let read = |name: &str| -> Value {
        serde_json::from_slice(&fs::read(directory.join("payloads").join(name)).unwrap()).unwrap()
    };
    let digest = read("index.json")["root"]["2"].as_str().unwrap().to_owned();
    let mut signed = read(&format!("{digest}.json"))["signed"].clone();
    for member in ["x-tuf-ceremony", "expires"] {
        assert!(signed.as_object_mut().unwrap().remove(member).is_some());
    }
    signed
}

#[test]
fn freeze_of_a_rung_carries_on() {
    if !present("freeze_of_a_rung_carries_on") {
        return;
    }
    let prepared = Place::like(&laddered().path(""));
    let (plan, frozen) = {
        let undisturbed = prepared.copy();
        undisturbed.expect(RUNG, 0);
        let plan = fs::read_to_string(undisturbed.dir().join("ceremony.toml")).unwrap();
        (undated(&plan), frozen(&undisturbed.dir()))
    };
    let found = points(&prepared, RUNG);
    assert!(found.len() >= 30, "only {} points: {found:?}", found.len());
    for (number, point) in found.iter().enumerate() {
        println!("point {number} of {}: {point:?}", found.len());
        let place = prepared.copy();
        let output = place.run(&point.inject("signal=SIGKILL"), RUNG);
        assert_eq!(output.status.signal(), Some(SIGKILL), "{point:?} was not reached");
        let read = || String::from_utf8(place.files()["ceremony.toml"].clone()).unwrap();
        let cut_short = read();
        place.expect(RUNG, 0);
        assert_eq!(undated(&read()), plan);
        // What was taken keeps its date.
        if undated(&cut_short) == plan {
            assert_eq!(read(), cut_short);
        }
        assert_eq!(self::frozen(&place.dir()), frozen);
        let files = place.files();
        place.check_recorded(&files);
        place.expect(&["status"], 3);
    }
}

/// The plan but for the moment at which the rung was taken.
fn undated(plan: &str) -> String {
    plan.lines().filter(|line| !line.starts_with("planned = ")).collect::<Vec<_>>().join("\n")
}

/// Only what was taken is gone on with: a rung whose drafts were touched since is refused.
#[test]
fn a_rung_that_was_taken_and_touched_is_stale() {
    let room = laddered();
    room.run(RUNG).ok();
    let index = room.read("payloads/index.json");
    room.run(RUNG).ok();
    assert_eq!(room.read("payloads/index.json"), index);
    let drafted = room.read("drafts/ladder/lost-dan.root.json");
    room.write(
        "drafts/ladder/lost-dan.root.json",
        drafted.replacen("\"threshold\": 2", "\"threshold\": 1", 1),
    );
    let what = "the rung lost-dan is stale: lost-dan.root.json, lost-dan.toml would come out differently now";
    let next = "Write the ladder anew with `tuf-ceremony plan --ladder`, and look at what has changed.";
    room.run(RUNG).failed(2, what, next);
}
