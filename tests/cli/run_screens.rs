//! What `run` looks like in a real terminal, in windows of several sizes, without colours, and on a terminal that can do nothing.

use tuf_ceremony::token::rehearsal::PIN;

use crate::holder::MORE;
use crate::rehearsal::planned;
use crate::room::Room;
use crate::run_dialogue::{DO, FIRST, INITIALS};
use crate::tmux::Window;

/// Walks over the first steps. Every screen stands whole in the window, from its rule to the question.
fn walks(window: &Window, (columns, rows): (usize, usize)) {
    let whole = |screen: &[String], heading: &str| {
        assert_eq!(screen[0], "=".repeat(columns), "{screen:#?}");
        assert!(screen[1].starts_with(heading), "{screen:#?}");
        assert!(screen.len() <= rows);
        for line in screen.iter().filter(|line| !line.starts_with('=')) {
            assert!(line.chars().count() <= columns.min(100), "{line}");
        }
    };
    let first = window.shows_one_of(&[FIRST, MORE]);
    whole(&first, "Genesis: the first root of a repository");
    if first.iter().any(|line| line == MORE.trim_end()) {
        window.types("");
        window.shows(FIRST);
    }
    window.types("");
    let screen = window.shows(INITIALS);
    whole(&screen, "Act 1 of 6: The plan (15 minutes)");
    assert_eq!(screen[2], "Step 1.1 of 1.2. 0 of all 26 steps are closed.");
    assert_eq!(screen[3], "Time (h:mm): 0:00 since this sitting began, 0:00 in this act.");
    window.types("AB");
    whole(&window.shows(DO), "Act 1 of 6");
    // A command may say more than fits; what is asked is below it.
    window.types("do");
    window.shows(INITIALS);
    window.types("CA");
    whole(&window.shows(INITIALS), "Act 2 of 6: Keys");
    window.types("KH");
    let screen = window.shows(DO);
    whole(&screen, "Act 2 of 6: Keys");
    assert!(screen.iter().any(|line| line == "  $ tuf-ceremony token provision --key ada"), "{screen:#?}");
    window.types("do");
    window.shows("PIN: ");
    window.types(PIN);
    let screen = window.shows(INITIALS).join("\n");
    assert!(screen.lines().any(|line| line == "PIN:"), "{screen}");
    window.types("leave");
    window.shows("exit code 3");
}

/// No colour, bold or any other attribute: words say everything.
fn is_plain(window: &Window) {
    let screen = window.attributes();
    assert!(!screen.contains('\u{1b}'), "{screen:?}");
}

#[test]
fn in_windows_of_both_sizes() {
    for size in [(80, 24), (200, 60)] {
        let room = planned();
        let Some(window) = room.opens_window("in_windows_of_both_sizes", size, &[], &["run"]) else { return };
        walks(&window, size);
    }
}

#[test]
fn without_colours() {
    let room = planned();
    let Some(window) = room.opens_window("without_colours", (80, 24), &["NO_COLOR=1"], &["run"]) else {
        return;
    };
    walks(&window, (80, 24));
    is_plain(&window);
}

#[test]
fn on_a_dumb_terminal() {
    let room = planned();
    let Some(window) = room.opens_window("on_a_dumb_terminal", (80, 24), &["TERM=dumb"], &["run"]) else {
        return;
    };
    window.shows(FIRST);
    window.types("");
    // It goes on below what was there.
    let screen = window.shows(INITIALS);
    assert!(screen.iter().any(|line| line.starts_with(FIRST.trim_end())), "{screen:#?}");
    window.types("AB");
    window.shows(DO);
    is_plain(&window);
}

/// A window that is too small for a step shows it in parts.
#[test]
fn in_a_window_that_is_too_small() {
    let room = planned();
    let Some(window) = room.opens_window("in_a_window_that_is_too_small", (60, 12), &[], &["run"]) else {
        return;
    };
    let screen = window.shows_one_of(&[FIRST, MORE]);
    assert!(screen[1].starts_with("Genesis"), "{screen:#?}");
    assert_eq!(screen.last().unwrap(), MORE.trim_end(), "{screen:#?}");
    window.types("");
    window.shows(FIRST);
    let text = window.history();
    for words in ["Roles in the room", "Bring:", "new bags, one for", "This is the ceremony rehearsal-1"] {
        assert_eq!(text.matches(words).count(), 1, "{text}");
    }
}

/// Names are shown as they are, and what could repaint the screen or reorder a line does not get into a plan.
#[test]
fn with_a_name_from_elsewhere() {
    let test = "with_a_name_from_elsewhere";
    let named = |name: &str| -> Room {
        let room = planned();
        room.edit("ceremony.toml", "name = \"Ada\"", &format!("name = \"{name}\""));
        room
    };
    for (name, shown) in
        [("\\u001b[31mAda", r"\u{1b}[31mAda"), ("Ada\\u202e", r"Ada\u{202e}"), ("Ada\\u200f", r"Ada\u{200f}")]
    {
        let room = named(name);
        let Some(window) = room.opens_window(test, (80, 24), &[], &["run"]) else { return };
        let screen = window.shows("exit code 1").join(" ");
        assert!(screen.contains("error [PLAN-STRICT]") && screen.contains(shown), "{screen}");
        is_plain(&window);
    }
    let name = "\u{5e2}\u{5d3}\u{5d4} \u{1f511}";
    let room = named(name);
    let Some(window) = room.opens_window(test, (80, 24), &[], &["run"]) else { return };
    window.shows(FIRST);
    window.types("");
    window.shows(INITIALS);
    window.types("AB");
    window.shows(DO);
    window.types("do");
    window.shows(INITIALS);
    window.types("AB");
    window.shows(INITIALS);
    window.types("KH");
    let screen = window.shows(DO).join("\n");
    assert!(screen.contains(name), "{screen}");
}
