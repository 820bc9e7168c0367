//! The recording of what `run` showed, with an outside reader of its format.

use serde_json::Value;
use tuf_ceremony::crypto::digest::Sha256Digest;

use crate::python::python;
use crate::rehearsal::{frozen, planned, released};
use crate::room::Room;
use crate::run_dialogue::{DO, FIRST, INITIALS, answer, follow, from_to};

/// Prints what asciinema plays of a recording.
const PLAYER: &str = "
import sys, tempfile
from asciinema import asciicast
with tempfile.NamedTemporaryFile(suffix='.cast') as file:
    file.write(sys.stdin.buffer.read())
    file.flush()
    with asciicast.open_from_url(file.name) as cast:
        last = 0
        for time, code, text in cast.events():
            assert time >= last and code in 'or', (time, code)
            last = time
            if code == 'o':
                sys.stdout.buffer.write(text.encode())
";

fn file(room: &Room, number: usize) -> String {
    room.read(&format!("recordings/{number}.cast"))
}

/// What is under the lines of the record that name a recording: event and digest.
fn recorded(room: &Room, name: &str) -> Vec<(String, String)> {
    let lines = room.record().into_iter().filter_map(|line| {
        let sha256 = line["data"]["files"].as_object()?.get(name)?.as_str()?.to_owned();
        Some((line["event"].as_str()?.to_owned(), sha256))
    });
    lines.collect()
}

#[test]
fn it_is_what_the_terminal_showed_and_nothing_hidden() {
    let room = planned();
    let mut holder = room.sit_before_window(&["run"]);
    holder.answers(FIRST, "");
    follow(&room, &mut holder, &from_to("1.1", "2.2"));
    holder.answers(DO, "do");
    // One wrong, one right; what was refused is on the screen, too.
    holder.answers("PIN: ", "geheim-4711");
    holder.reads("error [TOKEN-PIN]: ");
    answer(&room, &mut holder, &["do", "PIN", "leave"]);
    let (code, screen) = holder.leaves();
    assert_eq!(code, 3, "{screen}");

    let cast = file(&room, 1);
    let header: Value = serde_json::from_str(cast.lines().next().unwrap()).unwrap();
    assert_eq!(
        (&header["version"], &header["width"], &header["height"]),
        (&2.into(), &80.into(), &24.into())
    );
    assert_eq!(header["title"], "rehearsal-1: tuf-ceremony run");
    assert!(!cast.contains("geheim"));
    let digest = Sha256Digest::of(cast.as_bytes()).to_hex();
    assert_eq!(recorded(&room, "recordings/1.cast"), [("recorded".to_owned(), digest)]);
    let shown = room.run(&["transcript", "show"]).ok().out;
    assert!(shown.contains("ended the recording of the screen:"), "{shown}");

    // Byte for byte, as somebody else's player reads it.
    let Some(played) = python("it_is_what_the_terminal_showed_and_nothing_hidden", PLAYER, cast.as_bytes())
    else {
        return;
    };
    assert_eq!(String::from_utf8(played).unwrap(), screen);
}

#[test]
fn a_walk_is_one_sitting_with_one_key() {
    let room = planned();
    let mut holder = room.sit_before_window(&["run"]);
    holder.answers(FIRST, "");
    follow(&room, &mut holder, &from_to("1.1", "3.3"));
    holder.answers(INITIALS, "leave");
    assert_eq!(holder.leaves().0, 3);
    let events: Vec<String> =
        room.lines().iter().map(|line| line["event"].as_str().unwrap().to_owned()).collect();
    let sittings: Vec<&String> = events.iter().filter(|event| event.starts_with("sitting-")).collect();
    assert_eq!(sittings, ["sitting-opened", "sitting-closed"]);
    assert_eq!((events[0].as_str(), events.last().unwrap().as_str()), ("sitting-opened", "sitting-closed"));
    room.run(&["transcript", "show"]).ok();
}

/// Somebody works in another window meanwhile: each has a sitting, and none is in the other's way.
#[test]
fn another_window_at_the_same_time() {
    let room = planned();
    let mut holder = room.sit_before_window(&["run"]);
    holder.answers(FIRST, "");
    follow(&room, &mut holder, &from_to("1.1", "2.2"));
    holder.reads(DO);
    room.provision("ben").ok();
    // The recording still grows, and is not taken for one that was left behind.
    assert_eq!(recorded(&room, "recordings/1.cast"), []);
    holder.types("do");
    answer(&room, &mut holder, &["PIN", "ADA"]);
    holder.answers(INITIALS, "leave");
    assert_eq!(holder.leaves().0, 3);
    let shown = room.run(&["transcript", "show"]).ok().out;
    assert_eq!(shown.matches("a sitting begins, which nobody closed").count(), 1, "{shown}");
    assert_eq!(recorded(&room, "recordings/1.cast").len(), 1);
}

/// Two windows show the same step, and somebody closes it in the first: in the second, nobody signs for another one.
#[test]
fn a_step_that_was_closed_in_another_window() {
    let room = planned();
    let [mut first, mut second] = [(); 2].map(|()| {
        let mut window = room.sit_before_window(&["run"]);
        window.answers(FIRST, "");
        window.reads(INITIALS);
        window
    });
    first.types("AA");
    first.reads("Step 1.2 of ");
    second.types("BB");
    second.reads("Meanwhile the step was closed or changed elsewhere.");
    second.answers("Enter shows where things stand: ", "");
    second.reads("Step 1.2 of ");
    for mut window in [first, second] {
        window.answers(DO, "leave");
        assert_eq!(window.leaves().0, 3);
    }
    let steps: Vec<Value> = room.record().into_iter().filter(|line| line["event"] == "step").collect();
    assert_eq!(steps.iter().map(|line| &line["actor"]).collect::<Vec<_>>(), ["AA"]);
}

/// A PIN in the wrong place is on the screen, and not in the recording.
#[test]
fn what_could_be_a_secret_in_the_wrong_place_is_left_out() {
    let room = planned();
    let mut holder = room.sit_before_window(&["run"]);
    holder.answers(FIRST, "");
    holder.answers(INITIALS, "geheim-4711");
    holder.reads("That is not understood.");
    holder.answers(INITIALS, "leave");
    let (_, screen) = holder.leaves();
    assert!(screen.contains("geheim-4711"), "{screen}");
    let cast = file(&room, 1);
    assert!(
        !cast.contains("4711") && cast.contains("[typed, and not recorded]") && cast.contains("leave"),
        "{cast}"
    );
}

/// A walk does not go on where its screen is no longer recorded, and half a recording is not taken for a whole one.
#[test]
fn a_disk_that_is_full_ends_the_walk() {
    let room = planned();
    let mut holder = room.sit_before_full_disk(&["run"]);
    let told = "error: what is shown can no longer be recorded: cannot write";
    holder.reads(FIRST);
    holder.types("");
    while holder.reads_one_of(&[told, INITIALS, DO]).1 != told {
        holder.types("again");
    }
    let (code, screen) = holder.leaves();
    assert_eq!((code, screen.matches("can no longer be recorded").count()), (5, 1), "{screen}");
    assert!(!screen.contains("Paused before"), "{screen}");
    assert!(room.record().iter().all(|line| line["event"] != "recorded"));
    // The next command finds what there is.
    room.provision("ada").ok();
    assert_eq!(recorded(&room, "recordings/1.cast")[0].0, "found");
}

/// While a walk goes on its recording grows, and `SHA256SUMS` would be wrong at once.
#[test]
fn nothing_is_sealed_while_a_walk_goes_on() {
    let room = released();
    let mut holder = room.sit_before_window(&["run"]);
    holder.reads(FIRST);
    let what = format!("another tuf-ceremony works in {}/recordings/1.cast at this moment", room.directory());
    room.run(&["seal"]).failed(5, &what, "Wait until the other command has ended, and run this one again.");
    assert!(!room.path("checkpoint").exists());
    holder.presses("", 'c');
    assert_eq!(holder.leaves().0, 3);
    room.run(&["seal"]).ok();
}

#[test]
fn a_recording_that_was_changed_or_taken_away_is_named() {
    let room = frozen();
    for number in 1..=2 {
        let mut holder = room.sit_before_window(&["run"]);
        holder.answers(FIRST, "");
        holder.answers(INITIALS, "leave");
        assert_eq!(holder.leaves().0, 3);
        assert!(room.path(&format!("recordings/{number}.cast")).exists());
    }
    room.edit("recordings/1.cast", "0 of all 26 steps", "1 of all 26 steps");
    std::fs::remove_file(room.path("recordings/2.cast")).unwrap();
    let status = room.run(&["status"]).out;
    for said in ["recordings/1.cast", "recordings/2.cast"] {
        assert!(status.contains(said), "{status}");
    }
}
