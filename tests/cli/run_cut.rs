//! `run` is cut off at every prompt of a whole genesis, and goes on each time.

use std::collections::BTreeMap;
use std::fs;

use rexpect::process::Signal;

use crate::holder::Holder;
use crate::record_seal::sums_hold;
use crate::rehearsal::planned;
use crate::room::Room;
use crate::run_dialogue::{FIRST, from_to, has_each_once, reply};

/// A power cut, a terminal that goes away, and a machine that is shut down.
const ENDS: [Signal; 3] = [Signal::SIGKILL, Signal::SIGHUP, Signal::SIGTERM];

/// What commands record that do their work once.
const DONE: [&str; 5] = ["key-enrolled", "drafted", "frozen", "signed", "released"];

/// Begins, or goes on, at a step.
fn sits(room: &Room, step: &str) -> Holder {
    let mut holder = room.sit_before_window(&["run"]);
    if step == "1.1" {
        holder.answers(FIRST, "");
    }
    holder.reads(&format!("Step {step} of "));
    holder
}

/// How often the record has each event of a step.
fn events(room: &Room) -> BTreeMap<(String, String), usize> {
    let mut events = BTreeMap::new();
    for line in
        Some(room).filter(|room| room.path("transcript.jsonl").exists()).iter().flat_map(|room| room.record())
    {
        let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
        *events.entry((text("step"), text("event"))).or_default() += 1;
    }
    events
}

#[test]
fn a_genesis_that_is_stopped_by_at_every_prompt_has_each_step_once() {
    let room = planned();
    let all = from_to("1.1", "");
    let mut ends = ENDS.into_iter().cycle();
    let mut sittings = 0;
    for (number, (step, lines)) in all.iter().enumerate() {
        for cut in 0..=lines.len() {
            let is_done =
                DONE.iter().any(|event| events(&room).contains_key(&((*step).into(), (*event).into())));
            let open = if is_done { lines.len() - 1 } else { 0 };
            let mut holder = sits(&room, step);
            sittings += 1;
            lines.iter().take(cut).skip(open).for_each(|line| reply(&room, &mut holder, *line));
            match lines.get(cut.max(open)) {
                Some((prompt, _)) if cut < lines.len() => holder.reads(prompt),
                _ => holder.reads(all.get(number + 1).map_or("Every step is closed: ", |next| next.0)),
            }
            holder.stops(ends.next().unwrap());
        }
    }
    has_each_once(&room, &all);
    for ((step, event), times) in events(&room) {
        if !step.is_empty() && DONE.contains(&event.as_str()) {
            let payloads = if event == "signed" { 2 } else { 1 };
            assert_eq!(times, payloads, "{event} at step {step}");
        }
    }

    // Each time was a sitting, and what its screen showed is kept, up to where it was cut off.
    let walk = room.sit_down(&["run"]);
    assert_eq!(walk.leaves().0, 0);
    let recordings = room.names("recordings");
    assert_eq!(recordings.len(), sittings + 1);
    for name in &recordings {
        let cast = fs::read_to_string(room.path(&format!("recordings/{name}"))).unwrap();
        for (number, line) in cast.lines().enumerate() {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            assert!(if number == 0 { line["version"] == 2 } else { line[1] == "o" }, "{name}: {line}");
        }
        assert!(cast.ends_with('\n'));
    }
    let kept: usize = room
        .record()
        .iter()
        .filter(|line| line["event"] == "recorded" || line["event"] == "found")
        .map(|line| {
            line["data"]["files"]
                .as_object()
                .unwrap()
                .keys()
                .filter(|name| name.starts_with("recordings/"))
                .count()
        })
        .sum();
    assert_eq!(kept, recordings.len());

    room.run(&["seal"]).ok();
    assert!(sums_hold(&room));
}
