//! A signal that ends the program: the terminal has its settings and its screen again, and the program was ended by that signal.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use tuf_ceremony::token::rehearsal::PIN;

use crate::holder::Holder;
use crate::qr;
use crate::rehearsal::{frozen, planned};
use crate::room::Room;
use crate::run_dialogue::{FIRST, INITIALS};

/// What the shell says of a program that a signal has ended.
const ENDED: [(&str, &str); 3] =
    [("TERM", "exit 143 again: "), ("INT", "exit 130 again: "), ("QUIT", "exit 131 again: ")];

fn send(holder: &Holder, signal: &str) {
    let program = holder.program().to_string();
    let sent = Command::new("sh").args(["-c", "kill -$0 $1", signal, &program]).status().unwrap();
    assert!(sent.success());
}

fn starts(room: &Room, arguments: &[&str]) -> Holder {
    room.sit_down_and_stay("80", "24", arguments)
}

#[track_caller]
fn is_as_before(holder: &Holder) {
    let settings = holder.settings();
    for set in [" echo ", " icanon ", "isig ", "eol = <undef>"] {
        assert!(settings.contains(set), "{set}: {settings}");
    }
    assert!(!settings.contains("-isig"), "{settings}");
}

#[test]
fn at_a_hidden_prompt_the_echo_comes_back() {
    for (signal, exit) in ENDED {
        let room = planned();
        let mut holder = starts(&room, &["token", "provision", "--key", "ada"]);
        holder.reads("PIN: ");
        assert!(holder.settings().contains("-echo "));
        // Half a PIN is no PIN.
        holder.sends("1234");
        send(&holder, signal);
        holder.reads(exit);
        is_as_before(&holder);
        holder.sends("\r");
        let (code, screen) = holder.leaves();
        assert!(code == 0 && !screen.contains("1234") && !screen.contains("error"), "{screen}");
        assert!(!room.path("keys/ada").exists());
    }
}

/// It would be part of a PIN, and the token would count a try.
#[test]
fn the_key_that_quits_ends_a_hidden_prompt() {
    let room = planned();
    let mut holder = starts(&room, &["token", "provision", "--key", "ada"]);
    holder.reads("PIN: ");
    holder.sends("12\u{1c}");
    holder.reads("error: the question was not answered");
    holder.reads("exit 2 again: ");
    is_as_before(&holder);
    assert!(!room.path("keys/ada").exists());
}

/// So would these, and nobody sees them there. At a prompt that shows what is typed a tab may be pasted between words.
#[test]
fn a_key_that_is_no_character_makes_no_answer() {
    const NOT_USED: &str = "Not used: there was an arrow key or the like in it.";
    let room = planned();
    let mut holder = starts(&room, &["token", "provision", "--key", "ada"]);
    // Ctrl-Z, an arrow, a tab.
    for keys in ["\u{1a}", "\u{1b}[D", "\t"] {
        holder.reads("PIN: ");
        holder.sends(&format!("{PIN}{keys}\r"));
        holder.reads(NOT_USED);
    }
    holder.reads("PIN: ");
    holder.types(PIN);
    holder.reads("exit 0 again: ");
    let mut holder = room.sit_down(&["run"]);
    for keys in ["\u{1b}[A", "y\u{7}z"] {
        holder.answers(FIRST, keys);
        holder.reads(NOT_USED);
    }
    holder.answers(FIRST, "\t");
    holder.reads(INITIALS);
}

fn eventually(what: &str, is_so: impl Fn() -> bool) {
    let begin = Instant::now();
    while !is_so() {
        assert!(begin.elapsed() < Duration::from_secs(20), "{what}");
        std::thread::yield_now();
    }
}

/// Whether a process is stopped (proc_pid_stat(5), the third field).
fn is_stopped(process: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    stat.rsplit_once(") ").unwrap().1.starts_with('T')
}

/// A shell sets the terminal as it likes while the program is stopped. A PIN that is typed afterwards is hidden all the same, and
/// of what was typed before the stop nothing is left.
#[test]
fn after_a_stop_a_hidden_prompt_hides_again() {
    for signal in ["TSTP", "STOP"] {
        let room = planned();
        let mut holder = starts(&room, &["token", "provision", "--key", "ada"]);
        holder.reads("PIN: ");
        holder.sends("1234");
        let program = holder.program();
        send(&holder, signal);
        eventually("it does not stop", || is_stopped(program));
        // Who can catch the stop gives the echo back first.
        assert_eq!(holder.settings().contains("-echo "), signal == "STOP");
        holder.sets("sane");
        send(&holder, "CONT");
        holder.reads("PIN: ");
        assert!(holder.settings().contains("-echo "));
        holder.types(PIN);
        holder.reads("exit 0 again: ");
        is_as_before(&holder);
        holder.sends("\r");
        let (code, screen) = holder.leaves();
        let shown = ["1234", PIN].map(|typed| screen.contains(&format!("PIN: {typed}")));
        assert!(code == 0 && shown == [false; 2], "{screen}");
        assert!(room.path("keys/ada").exists());
    }
}

/// One stop is one stop, and the question is asked again each time.
#[test]
fn a_question_that_was_stopped_is_asked_again() {
    let room = frozen();
    let mut holder = starts(&room, &["sign", "--key", "ada"]);
    holder.reads("Digits from paper: ");
    let program = holder.program();
    for _ in 0..2 {
        send(&holder, "TSTP");
        eventually("it does not stop", || is_stopped(program));
        send(&holder, "CONT");
        holder.reads("Digits from paper: ");
    }
    holder.types(&room.typed("root"));
    holder.answers("Digits from paper: ", &room.typed("targets"));
    holder.answers("PIN: ", PIN);
    holder.reads("exit 0 again: ");
    is_as_before(&holder);
}

#[test]
fn while_codes_are_shown_they_come_back_after_a_stop() {
    let room = qr::room();
    let path = room.path("large.json");
    let mut holder = starts(&room, &["qr", "show", path.to_str().unwrap()]);
    holder.reads("\u{1b}[?1049h\u{1b}[?25l");
    holder.reads("Enter ends");
    let program = holder.program();
    send(&holder, "TSTP");
    holder.reads("\u{1b}[?7h\u{1b}[?25h\u{1b}[?1049l");
    eventually("it does not stop", || is_stopped(program));
    is_as_before(&holder);
    send(&holder, "CONT");
    holder.reads("\u{1b}[?1049h\u{1b}[?25l");
    holder.reads("Enter ends");
    assert!(holder.settings().contains("-echo "));
    holder.sends("q");
    holder.reads("exit 0 again: ");
    is_as_before(&holder);
}

#[test]
fn at_a_question_the_settings_come_back() {
    let room = frozen();
    let mut holder = starts(&room, &["sign", "--key", "ada"]);
    holder.reads("Digits from paper: ");
    send(&holder, "TERM");
    holder.reads("exit 143 again: ");
    is_as_before(&holder);
    assert!(!room.path("signatures").exists());
}

#[test]
fn while_codes_are_shown_the_screen_comes_back() {
    let room = qr::room();
    for (signal, exit) in ENDED {
        for file in ["hi", "large.json"] {
            let path = room.path(file);
            let mut holder = starts(&room, &["qr", "show", path.to_str().unwrap()]);
            holder.reads("\u{1b}[?1049h\u{1b}[?25l");
            holder.reads("Enter ends");
            send(&holder, signal);
            holder.reads("\u{1b}[?7h\u{1b}[?25h\u{1b}[?1049l");
            holder.reads(exit);
            is_as_before(&holder);
        }
    }
}

/// What a process waits to read from: system call 0 of x86-64, 63 of AArch64.
fn reads_from(process: u32) -> Option<PathBuf> {
    let doing = fs::read_to_string(format!("/proc/{process}/syscall")).ok()?;
    let (call, rest) = doing.split_once(" 0x")?;
    let descriptor = u32::from_str_radix(rest.split(' ').next()?, 16).ok()?;
    let file = fs::read_link(format!("/proc/{process}/fd/{descriptor}")).ok()?;
    ["0", "63"].contains(&call).then_some(file)
}

/// After a question has been answered the terminal has its own settings, and a signal ends the program wherever it is: here while it
/// waits for a PIN that does not come.
#[test]
fn after_a_question_a_signal_ends_the_program_at_once() {
    let room = frozen();
    let pin = room.beside("pin");
    assert!(Command::new("mkfifo").arg(&pin).status().unwrap().success());
    let redirection = format!("3<>'{}'", pin.display());
    let arguments = ["sign", "--key", "ada", "--pin-fd", "3"];
    let mut holder = room.sit_down_and_stay_with(&redirection, "80", "24", &arguments);
    for role in ["root", "targets"] {
        holder.answers("Digits from paper: ", &room.typed(role));
    }
    let program = holder.program();
    let begin = Instant::now();
    while reads_from(program).as_ref() != Some(&pin) {
        assert!(begin.elapsed() < Duration::from_secs(20), "it does not ask for the PIN");
        std::thread::yield_now();
    }
    send(&holder, "TERM");
    holder.reads("exit 143 again: ");
    is_as_before(&holder);
}
