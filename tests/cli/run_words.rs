//! The words that `run` understands, and what it does not take for one.

use crate::holder::MORE;
use crate::rehearsal::{frozen, planned};
use crate::run_dialogue::{DO, FIRST, INITIALS, closed, has_each_once};

/// A script of one step.
const OWN: &str = "# Own\n\nRoles in the room: **CA**.\n\n## 1. Custody (1 minutes)\n\n1. **CA** looks.\n\n   ```ceremony\n   \
                  COMMAND\n   ```\n\n   Expected: nothing.\n\n   If not: stop.\n";

const WRONG: &str = "That is not understood. Initials are two or three letters; ? lists the words.";

#[test]
fn what_is_no_word_closes_nothing() {
    let room = planned();
    let mut holder = room.sit_before_window(&["run"]);
    holder.answers(FIRST, "");
    for wrong in ["", "a", "abcd", "a1", "ab c1", "leave?", "LEAVE"] {
        holder.answers(INITIALS, wrong);
        holder.reads(WRONG);
    }
    holder.answers(INITIALS, "do");
    holder.reads("This step has no command");
    holder.answers(INITIALS, "?");
    holder.reads("exception               passes over the step");
    holder.answers(INITIALS, "back");
    holder.reads("This is the first step.");
    holder.answers(INITIALS, "explain SIGN-REVIEW");
    holder.reads("SIGN-REVIEW");
    holder.answers(INITIALS, "explain geheim4711");
    holder.reads("There is no such check; errors name theirs in brackets.");
    has_each_once(&room, &[]);
    holder.answers(INITIALS, "DO");
    holder.reads("Step 1.2 of ");
    // Nothing runs with a bare Enter, either.
    holder.answers(DO, "");
    holder.reads("That is not understood. `do` runs the command");
    holder.answers(DO, "back");
    holder.reads("Step 1.1 of ");
    holder.reads("This step is closed: DO, line #");
    let reread = "`again` goes back to the open step; ? lists the words: ";
    holder.answers(reread, "ab");
    holder.reads("This step is only shown to be re-read.");
    holder.answers(reread, "again");
    holder.reads("Step 1.2 of ");
    holder.answers(DO, "leave");
    assert_eq!(holder.leaves().0, 3);
    assert_eq!(closed(&room), [("1.1".to_owned(), "step".to_owned())]);
}

/// Whoever types the next answer before all of it was shown is told that it was none, and is asked again.
#[test]
fn only_enter_turns_a_page() {
    let room = planned();
    let mut holder = room.sit_before_window(&["run"]);
    holder.answers(FIRST, "");
    holder.answers(INITIALS, "AB");
    holder.answers(DO, "do");
    for early in ["XY", "leave"] {
        assert_eq!(holder.reads_one_of(&[MORE, INITIALS]).1, MORE);
        holder.types(early);
        let (shown, _) = holder.reads_one_of(&["Only Enter here; what was typed is not used.\r\n", INITIALS]);
        assert_eq!(shown.trim_end(), early, "nothing more is shown");
    }
    assert_eq!(closed(&room), [("1.1".to_owned(), "step".to_owned())]);
    // Blanks are nothing.
    assert_eq!(holder.reads_one_of(&[MORE, INITIALS]).1, MORE);
    holder.types(" ");
    holder.answers(INITIALS, "CA");
    holder.reads("Step 2.1 of ");
    holder.answers(INITIALS, "leave");
    assert_eq!(holder.leaves().0, 3);
    let line = room.record().into_iter().rfind(|line| line["event"] == "step").unwrap();
    assert_eq!((&line["step"], &line["data"]["initials"]), (&"1.2".into(), &"CA".into()));
}

#[test]
fn an_exception_has_a_reason_and_two_people_and_is_on_the_sheet() {
    let room = frozen();
    let mut holder = room.sit_before_window(&["run"]);
    holder.answers(FIRST, "");
    holder.answers(INITIALS, "exception");
    holder.answers("Reason, as the record will have it: ", "too short");
    holder.reads("A reason has at least 10 characters. No exception was recorded");
    for (second, why) in [("AB", "One person is not two."), ("", "Initials are two or three letters.")] {
        holder.answers(INITIALS, "exception");
        holder.answers("Reason, as the record will have it: ", "Nobody has come yet.");
        holder.answers("Initials of the first: ", "ab");
        holder.answers("Initials of the second: ", second);
        holder.reads(why);
    }
    holder.answers(INITIALS, "exception");
    holder.answers("Reason, as the record will have it: ", "Nobody has come yet.");
    holder.reads("CA reads it aloud. Exception at step 1.1:");
    holder.reads("  Nobody has come yet.");
    holder.answers("Initials of the first: ", "ab");
    holder.answers("Initials of the second: ", "cd");
    holder.reads("Step 1.2 of ");
    holder.answers(DO, "leave");
    assert_eq!(holder.leaves().0, 3);
    let line = room.record().into_iter().find(|line| line["event"] == "exception").unwrap();
    assert_eq!((&line["step"], &line["actor"]), (&"1.1".into(), &"AB, CD".into()));
    assert_eq!(line["data"]["initials"], serde_json::json!(["AB", "CD"]));
    let text = "CA reads the names of those present; each answers, and initials here.";
    assert_eq!((&line["data"]["text"], &line["data"]["who"]), (&text.into(), &"CA".into()));
    assert!(room.run(&["print", "sheet"]).ok().out.contains("Nobody has come yet."));
}

#[test]
fn without_a_terminal_it_says_what_can_be_done() {
    let room = planned();
    let before = room.tree();
    let next = "Run it in a terminal. `tuf-ceremony print script` puts the script on paper; each of its commands can be typed by itself.";
    room.run(&["run"]).failed(2, "this is for people at a terminal, and there is none", next);
    assert_eq!(room.tree(), before);
}

#[test]
fn a_dumb_terminal_goes_on_below() {
    let mut room = planned();
    room.set("TERM", std::path::Path::new("dumb"));
    let mut holder = room.sit_before_window(&["run"]);
    holder.answers(FIRST, "");
    holder.answers(INITIALS, "ab");
    holder.reads("Step 1.2 of ");
    holder.answers(DO, "leave");
    let (code, screen) = holder.leaves();
    assert_eq!(code, 3);
    assert!(!screen.contains('\u{1b}'), "{screen:?}");
}

/// What a plan may not have in a name, a script of one's own can still say.
#[test]
fn no_text_can_paint_the_screen() {
    let room = planned();
    room.edit("ceremony.toml", "name = \"Ada\"", "name = \"\u{5d0}da \u{1f511}\"");
    let script =
        OWN.replace("looks", "loo\u{1b}[2Jks at {{ keys[0].holder }} \u{202e}").replace("COMMAND", "plan");
    room.write("own.md", &script);
    let own = room.path("own.md");
    let mut holder = room.sit_before_window(&["run", own.to_str().unwrap()]);
    holder.answers(FIRST, "");
    holder.answers(DO, "do");
    holder.answers(INITIALS, "ab");
    holder.reads("Every step is closed: 1 step, none was passed over.");
    let (code, screen) = holder.leaves();
    assert_eq!(code, 0);
    assert!(screen.contains("loo\\u{1b}[2Jks at ") && screen.contains(" \\u{202e}"), "{screen:?}");
    assert!(!screen.contains("\u{1b}[2Jks") && !screen.contains('\u{202e}'), "{screen:?}");
    // Closed is closed, whatever the words.
    let (code, _) = room.sit_down(&["run", own.to_str().unwrap()]).leaves();
    assert_eq!((code, closed(&room).len()), (0, 1));
}

#[test]
fn a_script_of_ones_own_and_one_that_is_none() {
    let room = planned();
    let own = room.path("own.md");
    let own = own.to_str().unwrap();
    for (command, why) in [("seal", "is for afterwards"), ("run", "has no place in a script")] {
        room.write("own.md", OWN.replace("COMMAND", command));
        let (code, screen) = room.sit_down(&["run", own]).leaves();
        assert!(code == 1 && screen.contains(why), "{screen}");
    }
    // A quorum that is not complete is no success.
    room.write("own.md", OWN.replace("COMMAND", "status"));
    let mut holder = room.sit_before_window(&["run", own]);
    holder.answers(FIRST, "");
    holder.answers(DO, "do");
    holder.reads("This did not succeed (exit code 3). The step stays open.");
    holder.reads("If not: stop.");
    holder.answers(DO, "leave");
    assert_eq!(holder.leaves().0, 3);
    // Steps of another script have the same numbers, and are other steps.
    let mut holder = room.sit_before_window(&["run"]);
    holder.answers(FIRST, "");
    holder.answers(INITIALS, "leave");
    assert_eq!(holder.leaves().0, 3);
}
