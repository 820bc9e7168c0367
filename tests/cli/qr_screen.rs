//! `qr show` in a terminal: what it does to the terminal, and how it ends.

use crate::holder::Holder;
use crate::qr::{TOLD, room};
use crate::room::Room;

/// What the terminal is told when the window is given back: colours, lines, cursor, and the screen from before.
const END: &str = "\u{1b}[0m\u{1b}[?7h\u{1b}[?25h\u{1b}[?1049l";

fn shown(room: &Room, file: &str) -> Holder {
    let path = room.path(file);
    room.sit_before_window(&["qr", "show", path.to_str().unwrap(), "--rate", "30"])
}

/// It ends with the digest and the words on the screen that was there before.
#[track_caller]
fn ended(holder: Holder) {
    let (code, screen) = holder.leaves();
    assert_eq!(code, 0, "{screen}");
    let (before, after) = screen.split_once(END).unwrap();
    assert!(before.starts_with("\u{1b}[?1049h\u{1b}[?25l\u{1b}[?7l\u{1b}[2J"), "{before:?}");
    assert_eq!(after.replace("\r\n", "\n"), format!("SHA-256 of hi\n{TOLD}"));
}

#[test]
fn enter_and_control_c_give_the_terminal_back() {
    let room = room();
    let mut holder = shown(&room, "hi");
    // Not typed before the terminal has stopped to echo it.
    holder.reads("Enter ends");
    holder.sends("\r");
    ended(holder);
    for key in ['c', 'd'] {
        let mut holder = shown(&room, "hi");
        holder.presses("Enter ends", key);
        ended(holder);
    }
    // Other keys change nothing; an arrow is several.
    let mut holder = shown(&room, "hi");
    holder.reads("one code");
    holder.sends("x\u{1b}[A");
    holder.reads("Enter ends");
    holder.reads("Enter ends");
    holder.sends("q");
    ended(holder);
}

#[test]
fn a_window_that_would_show_one_code_is_named() {
    let room = room();
    room.write("response", "r".repeat(600));
    let mut holder = shown(&room, "response");
    holder.reads("one code at ");
    let columns = holder.reads_one_of(&[" by "]).0;
    let rows = holder.reads_one_of(&[", "]).0;
    holder.reads("Enter ends");
    holder.sends("\r");
    holder.leaves();
    let path = room.path("response").display().to_string();
    let mut holder = room.sit_down_and_stay(&columns, &rows, &["qr", "show", &path]);
    holder.reads("response: one code");
    holder.reads("Enter ends; then");
    holder.sends("\r");
    holder.reads("again: ");
    holder.sends("\r");
    holder.leaves();
}

#[test]
fn the_settings_of_the_terminal_are_put_back() {
    let room = room();
    let mut holder = room.sit_down_and_stay("80", "24", &["qr", "show", room.path("hi").to_str().unwrap()]);
    holder.reads("Enter ends");
    let during = holder.settings();
    assert!(
        during.contains(" -icanon ") && during.contains(" -echo ") && during.contains("-isig "),
        "{during}"
    );
    holder.sends("\r");
    holder.reads("again: ");
    let after = holder.settings();
    assert!(
        after.contains(" icanon ")
            && after.contains(" echo ")
            && after.contains("isig ")
            && !after.contains("-isig"),
        "{after}"
    );
    holder.sends("\r");
    assert_eq!(holder.leaves().0, 0);
}

#[test]
fn a_window_without_room_says_so_and_is_left_clean() {
    let room = room();
    let mut holder = room.sit_down_and_stay("30", "10", &["qr", "show", room.path("hi").to_str().unwrap()]);
    holder.reads("again: ");
    holder.sends("\r");
    let (_, screen) = holder.leaves();
    let (_, after) = screen.split_once(END).unwrap();
    // Broken to the width of the window.
    let said = after.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("error: a window of 30 by 10 is too small for a code"), "{said}");
}
