//! `run` leaves, is stopped, or is cut off, and goes on where things stood.

use crate::rehearsal::{planned, provisioned};
use crate::run_dialogue::{DO, FIRST, INITIALS, answer, closed, follow, from_to, has_each_once};

#[test]
fn leaving_and_going_on_in_the_middle() {
    let room = planned();
    let mut holder = room.sit_before_window(&["run"]);
    holder.answers(FIRST, "");
    follow(&room, &mut holder, &from_to("1.1", "2.3"));
    holder.answers(INITIALS, "leave");
    holder.reads("Paused before step 2.3 is closed");
    holder.reads(&format!("To go on, here or on another machine: tuf-ceremony -C {} run", room.directory()));
    let (code, screen) = holder.leaves();
    assert_eq!(code, 3, "{screen}");

    // What was closed is not asked for again.
    let mut holder = room.sit_before_window(&["run"]);
    follow(&room, &mut holder, &from_to("2.3", "2.5"));
    holder.answers(INITIALS, "leave");
    assert_eq!(holder.leaves().0, 3);
    has_each_once(&room, &from_to("1.1", "2.5"));
    // The script did not change, and is recorded once.
    assert_eq!(room.record().iter().filter(|line| line["event"] == "script").count(), 1);
}

#[test]
fn cut_off_between_a_command_and_its_initials() {
    let room = planned();
    let mut holder = room.sit_before_window(&["run"]);
    holder.answers(FIRST, "");
    follow(&room, &mut holder, &from_to("1.1", "2.2"));
    holder.reads("Step 2.2 of ");
    answer(&room, &mut holder, &["do", "PIN"]);
    holder.reads(INITIALS);
    holder.loses_power();

    let mut holder = room.sit_before_window(&["run"]);
    holder.reads("Step 2.2 of ");
    holder.reads("of the record says `key-enrolled`.");
    // It is not done twice.
    holder.answers(INITIALS, "do");
    holder.reads("The command has done its work, and is not run twice.");
    holder.answers(INITIALS, "ada");
    holder.reads("Step 2.3 of ");
    holder.answers(INITIALS, "leave");
    assert_eq!(holder.leaves().0, 3);
    has_each_once(&room, &from_to("1.1", "2.3"));
    let made = room.record().into_iter().filter(|line| line["event"] == "key-enrolled");
    assert_eq!(made.map(|line| line["step"].clone()).collect::<Vec<_>>(), ["2.2"]);
}

#[test]
fn ctrl_c_and_the_end_of_the_input_leave_everything_as_it_was() {
    let room = planned();
    let mut holder = room.sit_before_window(&["run"]);
    holder.answers(FIRST, "");
    for key in ['c', 'd'] {
        holder.presses(INITIALS, key);
        holder.reads("Paused before step 1.1 is closed");
        let settings = holder.settings();
        let (code, screen) = holder.leaves();
        assert_eq!(code, 3, "{screen}");
        assert!(
            !settings.contains("-isig") && !settings.contains("-echo ") && settings.contains("eol = <undef>"),
            "{settings}"
        );
        holder = room.sit_before_window(&["run"]);
        holder.answers(FIRST, "");
    }
    // In the middle of a line, too.
    holder.reads(INITIALS);
    holder.presses("", 'c');
    assert_eq!(holder.leaves().0, 3);
    has_each_once(&room, &[]);
    room.run(&["transcript", "show"]).ok();
}

/// At a hidden prompt the terminal gets its echo back, and people are told where things stand.
#[test]
fn ctrl_c_at_a_pin_ends_the_question_and_nothing_else() {
    let room = planned();
    let mut holder = room.sit_before_window(&["run"]);
    holder.answers(FIRST, "");
    follow(&room, &mut holder, &from_to("1.1", "2.2"));
    holder.answers(DO, "do");
    holder.presses("PIN: ", 'c');
    holder.reads("error: the question was not answered");
    holder.reads("This did not succeed (exit code 2). The step stays open.");
    answer(&room, &mut holder, &["do", "PIN", "ada", "leave"]);
    assert_eq!(holder.leaves().0, 3);
    has_each_once(&room, &from_to("1.1", "2.3"));

    // The same in a command by itself.
    let mut holder = room.sit_down(&["token", "provision", "--key", "ben"]);
    holder.presses("PIN: ", 'c');
    holder.reads("next: Nothing was done.");
    let settings = holder.settings();
    assert!(!settings.contains("-echo ") && !settings.contains("-isig"), "{settings}");
    assert_eq!(holder.leaves().0, 2);
}

/// What was typed before a question is no answer to it: a digest or a PIN is typed when it is asked for.
#[test]
fn what_was_typed_ahead_is_thrown_away() {
    let room = planned();
    let mut holder = room.sit_before_window(&["run"]);
    holder.answers(FIRST, "");
    follow(&room, &mut holder, &from_to("1.1", "2.2"));
    holder.answers(DO, "do\rtoo early\rand again");
    holder.answers("PIN: ", "rehearsal");
    answer(&room, &mut holder, &["ada", "leave"]);
    assert_eq!(holder.leaves().0, 3);
    assert!(room.record().iter().all(|line| line["event"] != "refused"));
}

#[test]
fn a_refused_command_says_what_to_do_and_the_step_stays_open() {
    let room = planned();
    let mut holder = room.sit_before_window(&["run"]);
    holder.answers(FIRST, "");
    follow(&room, &mut holder, &from_to("1.1", "2.2"));
    holder.reads("Step 2.2 of ");
    holder.answers(DO, "do");
    holder.answers("PIN: ", "wrong");
    holder.reads("error [TOKEN-PIN]: ");
    holder.reads("This did not succeed (exit code 4). The step stays open.");
    holder.reads("If not: a wrong PIN is not tried again by the program");
    holder.answers(DO, "ada");
    holder.reads("The command was not run yet");
    answer(&room, &mut holder, &["do", "PIN", "ada"]);
    holder.reads("Step 2.3 of ");
    holder.answers(INITIALS, "leave");
    assert_eq!(holder.leaves().0, 3);
    has_each_once(&room, &from_to("1.1", "2.3"));
    // The refusal stands under its step.
    let refused = room.record().into_iter().find(|line| line["event"] == "refused").unwrap();
    assert_eq!(refused["step"], "2.2");
}

/// "Begin again with act 1", the scripts say where the plan has to be mended.
#[test]
fn a_plan_that_changes_opens_what_depends_on_it() {
    let room = provisioned();
    let own = room.path("own.md");
    let own = own.to_str().unwrap();
    let step = |command: &str| {
        format!(
            "1. **CA** does it.\n\n   ```ceremony\n   {command}\n   ```\n\n   Expected: it.\n\n   If not: stop.\n\n"
        )
    };
    let steps = ["draft", "freeze", "review root", "print label"].map(step).concat();
    let script = format!("# Own\n\nRoles in the room: **CA**.\n\n## 1. Custody (5 minutes)\n\n{steps}");
    room.write("own.md", script);
    let walk = |steps: &[&str]| {
        let mut holder = room.sit_before_window(&["run", own]);
        if closed(&room).is_empty() {
            holder.answers(FIRST, "");
        }
        for step in steps {
            holder.reads(&format!("Step {step} of "));
            answer(&room, &mut holder, &["do", "CA"]);
        }
        holder.reads("Every step is closed: 4 steps");
        assert_eq!(holder.leaves().0, 0);
    };
    walk(&["1.1", "1.2", "1.3", "1.4"]);
    room.edit("ceremony.toml", "expires = \"30 days\"", "expires = \"29 days\"");
    walk(&["1.1", "1.2", "1.3"]);
    walk(&[]);
}
