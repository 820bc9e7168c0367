//! `rehearse --interactive`: somebody who has never seen the program plays everybody, and types what the screen asks for.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tuf_ceremony::token::rehearsal::PIN;

use crate::holder::Holder;
use crate::room::Room;
use crate::run_dialogue::{DO, FIRST, INITIALS};

const ENTER: &str = "Enter begins the walk through the script: ";
const DIGITS: &str = "Digits from paper: ";
const PROMPTS: [&str; 6] =
    [INITIALS, DO, DIGITS, "PIN: ", "Enter shows the rest: ", "Every step is closed: "];

/// The digest on the paper of the payload that was shown last.
fn on_paper(ceremony: &Path, screen: &str) -> String {
    let index: Value =
        serde_json::from_slice(&std::fs::read(ceremony.join("payloads/index.json")).unwrap()).unwrap();
    let mut digests = BTreeMap::new();
    for (role, versions) in index.as_object().unwrap() {
        for (version, digest) in versions.as_object().unwrap() {
            let at = screen.rfind(&format!("{role} version {version}"));
            digests.insert(at, digest.as_str().unwrap().to_owned());
        }
    }
    let (at, digest) = digests.pop_last().unwrap();
    assert!(at.is_some(), "{screen}");
    digest[..8].to_owned()
}

/// Answers every prompt up to the end; how many each step had, without `do`, which CA types.
fn plays(ceremony: &Path, holder: &mut Holder) -> BTreeMap<String, usize> {
    let mut prompts: BTreeMap<String, usize> = BTreeMap::new();
    let mut step = String::new();
    // More than any of these ceremonies asks.
    for _ in 0..300 {
        let (screen, prompt) = holder.reads_one_of(&PROMPTS);
        if let Some((_, rest)) = screen.rsplit_once("\nStep ") {
            step = rest.split(' ').next().unwrap().to_owned();
        }
        let answer = match prompt {
            INITIALS => "AB".to_owned(),
            DO => "do".to_owned(),
            DIGITS => on_paper(ceremony, &screen),
            "PIN: " => PIN.to_owned(),
            "Enter shows the rest: " => String::new(),
            _ => return prompts,
        };
        if prompt != DO {
            *prompts.entry(step.clone()).or_default() += 1;
        }
        holder.types(&answer);
    }
    panic!("it does not get beyond step {step}");
}

fn lines(ceremony: &Path) -> Vec<Value> {
    let record = std::fs::read_to_string(ceremony.join("transcript.jsonl")).unwrap();
    record.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The ceremony is complete: each step is closed once, and there is a release.
fn is_complete(room: &Room, ceremony: &Path) {
    let lines = lines(ceremony);
    let script = lines.iter().find(|line| line["event"] == "script").unwrap();
    let steps: Vec<&str> = lines
        .iter()
        .filter(|line| line["event"] == "step")
        .map(|line| line["step"].as_str().unwrap())
        .collect();
    assert_eq!(Value::from(steps.len()), script["data"]["steps"]);
    let mut once = steps.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), steps.len());
    assert!(ceremony.join("metadata/root.json").exists());
    let mut seal = room.tool(env!("CARGO_BIN_EXE_tuf-ceremony"));
    let output = seal.arg("-C").arg(ceremony).arg("seal").output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn the_first_ceremony_has_at_most_six_prompts_for_each_holder() {
    let room = Room::new();
    let place = room.beside("genesis");
    let mut holder = room.sit_before_window(&["rehearse", "--interactive", "--dir", place.to_str().unwrap()]);
    holder.reads("the PIN of each is: rehearsal");
    holder.answers(ENTER, "");
    holder.answers(FIRST, "");
    let prompts = plays(&place, &mut holder);
    assert_eq!(holder.leaves().0, 0);

    let mut of_holder: BTreeMap<String, usize> = BTreeMap::new();
    for line in lines(&place).iter().filter(|line| line["event"] == "step" && line["data"]["who"] == "KH") {
        let command = line["data"]["command"].as_str().unwrap_or_default();
        if let Some((_, key)) = command.split_once(" --key ") {
            *of_holder.entry(key.to_owned()).or_default() += prompts[line["step"].as_str().unwrap()];
        }
    }
    assert_eq!(of_holder.len(), 5, "{of_holder:?}");
    assert!(of_holder.values().all(|prompts| *prompts <= 6), "{of_holder:?}");
    is_complete(&room, &place);
}

/// Plays a ceremony that goes on from the first; what comes before its first step is answered by `before`.
fn later(script: &str, before: impl FnOnce(&mut Holder)) {
    let room = Room::new();
    let place: PathBuf = room.beside(script);
    let arguments = ["rehearse", "--interactive", "--script", script, "--dir", place.to_str().unwrap()];
    let mut holder = room.sit_before_window(&arguments);
    before(&mut holder);
    holder.answers(ENTER, "");
    if holder.reads_one_of(&[FIRST, "Enter shows the rest: "]).1 != FIRST {
        holder.types("");
        holder.reads(FIRST);
    }
    holder.types("");
    let ceremony = place.join("ceremony");
    plays(&ceremony, &mut holder);
    assert_eq!(holder.leaves().0, 0);
    is_complete(&room, &ceremony);
}

#[test]
fn a_year_later() {
    later("annual-refresh", |_| {});
}

#[test]
fn another_online_key() {
    later("online-key-rotation", |_| {});
}

#[test]
fn another_device_of_a_holder() {
    later("holder-replacement", |_| {});
}

#[test]
fn the_night_of_a_compromise() {
    later("compromise", |holder| {
        holder.reads("(The new key of the server is on the token");
        for (prompt, answer) in [
            ("Keys in doubt: ", "online"),
            ("Since: ", "unknown"),
            ("What happened, in one line: ", "The server's disk was found in a bin."),
            ("Folder: ", ""),
            ("In their place: ", "online=R-0010"),
        ] {
            holder.answers(prompt, answer);
        }
    });
}

#[test]
fn nobody_is_there_to_play() {
    let room = Room::new();
    let place = room.beside("nobody");
    let done = room.run(&["rehearse", "--interactive", "--dir", place.to_str().unwrap()]);
    let next = "Run it in a terminal. Without --interactive the rehearsal plays by itself.";
    done.failed(2, "this is for people at a terminal, and there is none", next);
    assert!(!place.exists());
}
