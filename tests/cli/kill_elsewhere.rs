//! `request`, `respond`, `merge` and `void`, killed at every second or third write: the same command once more does what is
//! left, no signature that was made or taken is lost, and the ceremony goes on to its release.

use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;

use serde_json::Value;

use crate::kill_fixture::{DRAFT, Ended, Place, SIGN_ONE, SIGN_SEVERAL, Step, all_files, ended};
use crate::kill_strace::{Point, points, present};

const SIGKILL: i32 = 9;
const VOID: Step = &["void", "root", "--reason", "A holder is missing."];
const REQUEST: Step = &["request", "--holder", "ada"];
/// Words that hold for every copy of a place, for they are leaked or constant.
type Words = Vec<&'static str>;

fn words(all: &[&str]) -> Words {
    all.iter().map(|word| (*word).to_owned().leak() as &'static str).collect()
}

/// Kills a command at each of its points in a copy of a place, and lets `check` look at what is left.
fn kill_at_every_point(
    prepared: &Place,
    step: &[&str],
    stride: usize,
    least: usize,
    check: impl Fn(&Place, &Point),
) {
    let found = points(prepared, step);
    assert!(found.len() >= least, "only {} points: {found:?}", found.len());
    for (number, point) in found.iter().enumerate().step_by(stride) {
        println!("{step:?}, point {number} of {}: {point:?}", found.len());
        let place = prepared.copy();
        let output = place.run(&point.inject("signal=SIGKILL"), step);
        assert_eq!(output.status.signal(), Some(SIGKILL), "{point:?} was not reached");
        check(&place, point);
    }
}

/// A ceremony whose payloads are frozen, and Ada's response to its request, outside of it.
fn answered() -> (Place, PathBuf) {
    let place = Place::before(SIGN_SEVERAL);
    let request = place.outside().join("ada.json").display().to_string();
    let response = place.outside().join("ada.response.json");
    place.expect(&["request", "--holder", "ada", "--out", &request], 0);
    let out = response.display().to_string();
    let respond = ["respond", &request, "--confirm", "@root,@targets", "--pin-fd", "0", "--out", &out];
    place.expect(&respond, 0);
    (place, response)
}

/// What was there before the command was killed is there still.
#[track_caller]
fn nothing_lost(before: &std::collections::BTreeMap<String, Vec<u8>>, place: &Place) {
    let after = place.files();
    let kept = ["signatures/", "payloads/", "keys/", "transcripts/", "requests/"];
    for (name, bytes) in before.iter().filter(|(name, _)| kept.iter().any(|folder| name.starts_with(folder)))
    {
        if name != "payloads/index.json" {
            assert_eq!(after.get(name), Some(bytes), "{name} was lost or changed");
        }
    }
    place.check_recorded(before);
}

/// Everything that was brought is here now, taken then or now.
#[track_caller]
fn all_here(merged: &Ended) {
    let brought: Value = serde_json::from_str(&merged.out).unwrap();
    let items = brought[0]["items"].as_array().unwrap();
    assert!(
        items.iter().all(|item| ["taken", "before", "left"].iter().any(|fate| item["fate"] == *fate)),
        "{items:?}"
    );
}

#[test]
fn merge_of_a_response_carries_on() {
    if !present("merge_of_a_response_carries_on") {
        return;
    }
    let (prepared, response) = answered();
    let step = words(&["merge", "--json", response.to_str().unwrap()]);
    kill_at_every_point(&prepared, &step, 2, 20, |place, _| {
        place.check_whole();
        let before = place.files();
        all_here(&place.expect(&step, 0));
        nothing_lost(&before, place);
        assert_eq!(all_files(&place.dir().join("signatures")).len(), 2);
        place.go_on(SIGN_ONE, true);
    });
}

/// A disk that is broken: a failing call is told, and the next run does what is left.
#[test]
fn merge_and_void_survive_every_fault() {
    if !present("merge_and_void_survive_every_fault") {
        return;
    }
    let (prepared, response) = answered();
    let merge = words(&["merge", "--json", response.to_str().unwrap()]);
    for step in [merge, VOID.to_vec()] {
        for point in points(&prepared, &step).into_iter().step_by(2) {
            if point.call == "write" && ["1<", "2<"].iter().any(|output| point.arguments.starts_with(output))
            {
                continue;
            }
            println!("{step:?}: {point:?}");
            let place = prepared.copy();
            let failed = ended(&place.run(&point.inject("error=EIO"), &step));
            assert_eq!(failed.code, 5, "{}{}", failed.out, failed.err);
            assert!(
                failed.err.contains("Input/output error") && failed.err.contains("\n  next: Check space")
            );
            place.check_whole();
            let before = place.files();
            let again = place.end(&step);
            let void = before.keys().any(|name| name.ends_with(".void.json"));
            assert_eq!(again.code, i32::from(void), "{}{}", again.out, again.err);
            nothing_lost(&before, &place);
        }
    }
}

#[test]
fn merge_of_a_copy_carries_on() {
    if !present("merge_of_a_copy_carries_on") {
        return;
    }
    // Made before any key was, so that keys, signatures and a record come.
    let prepared = Place::new();
    for key in ["ben", "cem", "online"] {
        prepared.expect(&["token", "provision", "--key", key, "--pin-fd", "0"], 0);
    }
    let other = prepared.copy();
    other.expect(&["token", "provision", "--key", "ada", "--pin-fd", "0"], 0);
    let step = words(&["merge", "--json", other.dir().to_str().unwrap()]);
    kill_at_every_point(&prepared, &step, 3, 25, |place, _| {
        place.check_whole();
        let before = place.files();
        all_here(&place.expect(&step, 0));
        nothing_lost(&before, place);
        let record = all_files(&other.dir())["transcript.jsonl"].clone();
        assert!(all_files(&place.dir().join("transcripts")).values().any(|kept| *kept == record));
        place.go_on(DRAFT, false);
    });
}

#[test]
fn void_carries_on() {
    if !present("void_carries_on") {
        return;
    }
    let prepared = Place::before(SIGN_ONE);
    kill_at_every_point(&prepared, VOID, 2, 12, |place, _| {
        place.check_whole();
        let before = place.files();
        let void = before.keys().any(|name| name.ends_with(".void.json"));
        // From the moment at which the file is there, nothing else signs.
        let again = place.expect(VOID, i32::from(void));
        assert!(!void || again.err.starts_with("error [SIGN-STALE]: root version 1 ("), "{}", again.err);
        let refused = place.expect(&["sign", "--key", "ben", "--confirm", "@root", "--pin-fd", "0"], 1);
        assert!(refused.err.contains("was made void: A holder is missing."), "{}", refused.err);
        nothing_lost(&before, place);
        place.go_on_after_void();
    });
}

impl Place {
    /// To the release, with another root.
    fn go_on_after_void(&self) {
        let all: [(&[&str], i32); 6] = [
            (DRAFT, 0),
            (&["freeze"], 0),
            (&["sign", "--key", "ada", "--confirm", "@root", "--pin-fd", "0"], 0),
            (&["sign", "--key", "ben", "--confirm", "@root,@targets", "--pin-fd", "0"], 0),
            (&["sign", "--key", "online", "--confirm", "@snapshot,@timestamp", "--pin-fd", "0"], 0),
            (&["release"], 0),
        ];
        for (step, code) in all {
            self.expect(step, code);
        }
        self.check_released();
    }
}

#[test]
fn request_carries_on() {
    if !present("request_carries_on") {
        return;
    }
    let prepared = Place::before(SIGN_SEVERAL);
    kill_at_every_point(&prepared, REQUEST, 3, 12, |place, _| {
        place.check_whole();
        let before = place.files();
        place.expect(REQUEST, 0);
        nothing_lost(&before, place);
        place.go_on(SIGN_SEVERAL, false);
    });
}

/// On the holder's machine: whatever the token had signed and was stored is in the response in the end.
#[test]
fn respond_carries_on() {
    if !present("respond_carries_on") {
        return;
    }
    let ceremony = Place::before(SIGN_SEVERAL);
    ceremony.expect(REQUEST, 0);
    let prepared = Place::new();
    fs::remove_dir_all(prepared.dir()).unwrap();
    fs::create_dir(prepared.dir()).unwrap();
    let request = prepared.outside().join("ada.json");
    fs::copy(ceremony.dir().join("requests/ada-1.json"), &request).unwrap();
    let index = fs::read_to_string(ceremony.dir().join("payloads/index.json")).unwrap();
    let index: Value = serde_json::from_str(&index).unwrap();
    let digits = |role: &str| index[role]["1"].as_str().unwrap()[..8].to_owned();
    let confirm = format!("{},{}", digits("root"), digits("targets"));
    let step = words(&["respond", request.to_str().unwrap(), "--confirm", &confirm, "--pin-fd", "0"]);
    let signatures = |place: &Place, name: &str| -> Vec<String> {
        let Ok(text) = fs::read_to_string(place.dir().join(name)) else { return Vec::new() };
        let said: Value = serde_json::from_str(&text).unwrap();
        let all = said["signatures"].as_object().unwrap().values();
        all.flat_map(|one| one.as_object().unwrap().values()).map(Value::to_string).collect()
    };
    let mut taken_up = 0;
    let found = points(&prepared, &step);
    // The unpacked request is written into a folder that nobody comes back to: what follows it is what matters.
    let first = found.iter().position(|point| point.arguments.contains("unfinished")).unwrap();
    for point in found.iter().skip(first.saturating_sub(3)).step_by(2) {
        println!("{point:?}");
        let place = prepared.copy();
        // Who is killed leaves the unpacked request behind.
        let temporary = format!("TMPDIR={}", place.outside().display());
        let under = [vec!["env".to_owned(), temporary], point.inject("signal=SIGKILL")].concat();
        let output = place.run(&under, &step);
        assert_eq!(output.status.signal(), Some(SIGKILL), "{point:?} was not reached");
        let before = signatures(&place, "ada.response.json.unfinished");
        taken_up += before.len();
        if place.dir().join("ada.response.json").exists() {
            // The response was whole, and is not overwritten.
            assert_eq!(signatures(&place, "ada.response.json").len(), 2);
            assert!(place.expect(&step, 1).err.starts_with("error [PLAN-OUTPUT]"));
        } else {
            place.expect(&step, 0);
        }
        let after = signatures(&place, "ada.response.json");
        assert_eq!(after.len(), 2);
        assert!(before.iter().all(|signature| after.contains(signature)), "{before:?}\n{after:?}");
        let merged = ceremony.copy();
        let response = place.dir().join("ada.response.json").display().to_string();
        all_here(&merged.expect(&["merge", "--json", &response], 0));
    }
    assert!(taken_up > 5, "{taken_up}");
}
