//! `run`: a whole genesis from its first step to its last, and what paper and record say of it.

use std::collections::BTreeMap;

use crate::rehearsal::planned;
use crate::room::Room;
use crate::run_dialogue::{FIRST, follow, from_to, has_each_once};

/// The letters and digits of a text, without how its lines are broken.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// The steps of a printed script: who acts, and the letters of what is below.
fn on_paper(text: &str) -> BTreeMap<String, (String, String)> {
    let mut steps = BTreeMap::new();
    let mut last = None;
    for line in text.lines() {
        let mut words = line.split_whitespace();
        if line.contains("initials [") && !line.starts_with(' ') {
            let number = words.next().unwrap().to_owned();
            steps.insert(number.clone(), (words.next().unwrap().to_owned(), String::new()));
            last = Some(number);
        } else if let Some(number) = last.as_ref().filter(|_| line.starts_with("      ")) {
            steps.get_mut(number).unwrap().1.push_str(&letters(line));
        }
    }
    steps
}

/// The text without the sequences that empty the screen, or the line of a question that was answered; none is a colour.
fn without_controls(screen: &str) -> String {
    let mut parts = screen.split('\u{1b}');
    let mut plain = parts.next().unwrap().to_owned();
    for part in parts {
        let end = part.find(|c: char| c.is_ascii_alphabetic()).unwrap();
        assert_ne!(&part[end..=end], "m", "{part:?}");
        plain.push_str(if part[..=end] == *"[2J" { "\n" } else { "" });
        plain.push_str(&part[end + 1..]);
    }
    plain
}

fn walked() -> (Room, String) {
    let room = planned();
    let mut holder = room.sit_before_window(&["run"]);
    holder.answers(FIRST, "");
    follow(&room, &mut holder, &from_to("1.1", ""));
    holder.reads("Every step is closed: 26 steps, none was passed over.");
    let (code, screen) = holder.leaves();
    assert_eq!(code, 0, "{screen}");
    (room, screen)
}

#[test]
fn a_whole_genesis_screen_paper_and_record_agree() {
    let (room, screen) = walked();
    let all = from_to("1.1", "");
    has_each_once(&room, &all);
    assert!(room.path("metadata/1.root.json").exists());

    // No line is wider than the window. There is no colour.
    assert!(screen.contains("\u{1b}[H\u{1b}[2J"), "{screen:?}");
    let plain = without_controls(&screen);
    for line in plain.lines() {
        assert!(line.trim_end_matches('\r').chars().count() <= 80, "{line:?}");
    }

    // The script that was followed is in the directory, and in the record with its digest.
    let record = room.record();
    let script = record.iter().find(|line| line["event"] == "script").unwrap();
    let sha256 = tuf_ceremony::crypto::digest::Sha256Digest::of(room.read("script.md").as_bytes()).to_hex();
    assert_eq!(script["data"], serde_json::json!({ "name": "genesis", "sha256": sha256, "steps": 26 }));

    // Every step has number and words as on paper and on the screen, and the initials that were typed.
    let paper = on_paper(&room.run(&["print", "script"]).ok().out);
    let screen = letters(&plain);
    assert_eq!(paper.len(), all.len());
    for ((number, answers), line) in all.iter().zip(record.iter().filter(|line| line["event"] == "step")) {
        let data = &line["data"];
        let initials = answers.last().unwrap().1.to_uppercase();
        assert_eq!((&line["step"], &line["actor"]), (&(*number).into(), &initials.as_str().into()));
        assert_eq!((&data["initials"], &data["outcome"]), (&initials.as_str().into(), &"done".into()));
        assert_eq!(data["command"].is_string(), (answers[0].1 == "do"));
        let text = |name: &str| data[name].as_str().unwrap_or_default();
        let words = letters(text("text")) + &letters(text("command"));
        assert!(screen.contains(&words), "{number}: {words} is not on the screen");
        let (who, printed) = &paper[*number];
        assert_eq!(who, text("who"));
        assert!(printed.starts_with(&words), "{number}:\n{words}\n{printed}");
    }

    // What a command records stands under its step.
    for (event, step) in [("drafted", "3.1"), ("frozen", "3.2"), ("released", "5.1")] {
        let line = record.iter().find(|line| line["event"] == event).unwrap();
        assert_eq!(line["step"], step);
    }
    for line in record.iter().filter(|line| line["event"] == "key-enrolled" || line["event"] == "signed") {
        assert!(line["step"].is_string(), "{line}");
    }

    // There is nothing left to do, and it says so again.
    let holder = room.sit_down(&["run"]);
    let (code, screen) = holder.leaves();
    assert!(code == 0 && screen.contains("Every step is closed"), "{screen}");
    has_each_once(&room, &all);

    room.run(&["seal"]).ok();
    assert!(room.run(&["transcript", "show"]).ok().out.contains("closed the step (W): W writes the digest"));
}
