//! A person at a terminal on the bad night: few questions from the first prompt to frozen payloads.

use crate::compromise::at_night;
use crate::holder::Holder;
use crate::later::later;
use crate::room::Room;

/// How many answers a night may ask for.
const MOST: usize = 10;

/// Everything that a person answers, counted.
struct Night<'a> {
    room: &'a Room,
    answers: usize,
}

impl Night<'_> {
    /// Runs a command and answers its questions, and nothing else is asked.
    #[track_caller]
    fn runs(&mut self, arguments: &[&str], questions: &[(&str, &str)]) -> String {
        let mut holder: Holder = self.room.sit_down(arguments);
        for (prompt, answer) in questions {
            holder.answers(prompt, answer);
            self.answers += 1;
        }
        let (code, screen) = holder.leaves();
        assert_eq!(code, 0, "{screen}");
        screen
    }

    /// The payloads are frozen, and it did not take many answers.
    #[track_caller]
    fn is_frozen(&self, expected: usize) {
        assert!(self.room.path("payloads/index.json").exists());
        assert_eq!(self.answers, expected);
        assert!(self.answers <= MOST, "{} answers", self.answers);
    }
}

const KEYS: &str = "Keys in doubt: ";
const SINCE: &str = "Since: ";
const WHAT: &str = "What happened, in one line: ";
const GOOD: &str = "Folder: ";
const PLACE: &str = "In their place: ";

#[test]
fn from_keys_in_doubt_to_frozen_payloads_with_a_standby() {
    let room = at_night();
    let mut night = Night { room: &room, answers: 0 };
    let questions = [(KEYS, "timestamp"), (SINCE, ""), (WHAT, "A laptop is gone."), (GOOD, ""), (PLACE, "")];
    let screen = night.runs(&["compromise"], &questions);
    // What it means is on the screen before anything is decided.
    let words = screen.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("What an attacker can do to clients today - Not possible"), "{screen}");
    assert!(
        words.contains("- online (snapshot, timestamp; in doubt): its standby online-2 takes its place"),
        "{screen}"
    );
    night.runs(&["draft"], &[]);
    night.runs(&["freeze"], &[]);
    night.is_frozen(5);
    let brief = room.read("brief.md");
    assert!(
        brief.contains("> A laptop is gone.\n\nIn doubt (since when is not known): online.\n"),
        "{brief}"
    );
}

#[test]
fn from_keys_in_doubt_to_frozen_payloads_with_new_tokens() {
    let room = later();
    let mut night = Night { room: &room, answers: 0 };
    let questions = [
        (KEYS, "online, dan"),
        (SINCE, "2101-05-20T00:00:00Z"),
        (WHAT, "A van was opened."),
        (GOOD, ""),
        (PLACE, "online=R10 dan=R11"),
    ];
    let screen = night.runs(&["compromise"], &questions);
    assert!(screen.contains("NEEDS a replacement"), "{screen}");
    for key in ["online-2", "dan-2"] {
        night.runs(&["token", "provision", "--key", key], &[("PIN", "rehearsal")]);
    }
    night.runs(&["draft"], &[]);
    night.runs(&["freeze"], &[]);
    night.is_frozen(7);
}

#[test]
fn a_device_is_exchanged_with_its_serial_numbers_typed() {
    let room = later();
    let mut night = Night { room: &room, answers: 0 };
    let serials = [
        ("Serial number of the device that goes: ", "R4"),
        ("Serial number of the device that comes: ", "R11"),
    ];
    night.runs(&["change", "replace-key", "dan", "--by", "dan-2"], &serials);
    night.runs(&["token", "provision", "--key", "dan-2"], &[("PIN", "rehearsal")]);
    night.runs(&["draft"], &[]);
    night.runs(&["freeze"], &[]);
    night.is_frozen(3);
}

#[test]
fn the_serial_number_of_the_other_device_is_noticed_at_once() {
    let room = later();
    let before = room.noticed();
    let mut holder = room.sit_down(&["change", "replace-key", "dan", "--by", "dan-2"]);
    holder.answers("Serial number of the device that goes: ", "R3");
    let (code, screen) = holder.leaves();
    assert_eq!(code, 2);
    let words = screen.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        words.contains("error: dan is on the device R4, and R3 was typed next: Look at both devices"),
        "{screen}"
    );
    room.only_recorded(&before, &[]);
}

#[test]
fn an_answer_that_cannot_be_is_asked_for_again() {
    let room = later();
    let before = room.noticed();
    let mut holder = room.sit_down(&["compromise"]);
    for (answer, said) in [("nobody", "ceremony.toml has no key \"nobody\""), ("", "no key is in doubt")] {
        holder.answers(KEYS, answer);
        holder.reads(said);
    }
    holder.answers(KEYS, "online");
    holder.answers(SINCE, "yesterday");
    holder.reads("yesterday is not written as date, time and Z");
    holder.answers(SINCE, "");
    holder.answers(WHAT, "A laptop is gone.");
    holder.answers(GOOD, "/nowhere");
    holder.reads("/nowhere is no folder");
    holder.answers(GOOD, "");
    holder.answers(PLACE, "online=onlin");
    holder.reads("did you mean online?");
    // Whoever gives up has changed nothing.
    drop(holder);
    room.only_recorded(&before, &[]);
}
