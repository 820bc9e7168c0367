//! A real terminal: tmux, with a window of some size, what stands on it, and what is typed into it.

use std::cell::RefCell;
use std::env;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::holder::MORE;
use crate::room::Room;

/// How long a screen may take to appear.
const PATIENCE: Duration = Duration::from_secs(20);

/// How many windows were opened: a server that ends keeps its name for a moment.
static OPENED: AtomicUsize = AtomicUsize::new(0);

/// A window with a command in it.
pub struct Window {
    /// The server's name: each window has its own.
    name: String,
    /// What stood there when something was typed last, to the last line with anything on it.
    answered: RefCell<Vec<String>>,
}

impl Room {
    /// Starts the program in a window. Where there is no tmux the test is skipped, and says so; under CI that is a failure.
    pub fn opens_window(
        &self,
        test: &str,
        (columns, rows): (usize, usize),
        variables: &[&str],
        arguments: &[&str],
    ) -> Option<Window> {
        if Command::new("tmux").arg("-V").output().is_err() {
            assert!(env::var_os("CI").is_none_or(|ci| ci != "true"), "{test} needs tmux: run tests/run");
            println!("SKIPPED {test}: tmux is not installed");
            return None;
        }
        let number = OPENED.fetch_add(1, Ordering::Relaxed);
        let name = format!("tuf-ceremony-{}-{test}-{number}", std::process::id());
        let window = Window { name, answered: RefCell::default() };
        let program = self.command(arguments);
        let words = [program.get_program()].into_iter().chain(program.get_args());
        let words = words.map(|word| word.to_str().unwrap());
        let command = shell_words::join(["env"].into_iter().chain(variables.iter().copied()).chain(words));
        let (columns, rows) = (columns.to_string(), rows.to_string());
        let started = window.tmux(&[
            "-f",
            "/dev/null",
            "new-session",
            "-d",
            "-x",
            &columns,
            "-y",
            &rows,
            &format!("{command}; echo exit code $?; sleep 60"),
        ]);
        assert!(started.status.success(), "{started:?}");
        Some(window)
    }
}

impl Window {
    fn tmux(&self, arguments: &[&str]) -> Output {
        Command::new("tmux").args(["-L", &self.name]).args(arguments).output().unwrap()
    }

    /// What stands on the screen, once the last line with anything on it ends with some words. Pages are turned on the way.
    #[track_caller]
    pub fn shows(&self, words: &str) -> Vec<String> {
        loop {
            let screen = self.shows_one_of(&[words, MORE]);
            if screen.last().is_none_or(|last| last != MORE.trim_end()) {
                return screen;
            }
            self.types("");
        }
    }

    /// The same with one of some words, and no page is turned. What was answered already does not count: the terminal takes a moment to
    /// show what is typed, and a program another to go on.
    #[track_caller]
    pub fn shows_one_of(&self, words: &[&str]) -> Vec<String> {
        let since = Instant::now();
        loop {
            let screen = self.screen();
            let ends = |words: &&str| screen.last().is_some_and(|last| last.ends_with(words.trim_end()));
            // An answer moves what was there up by a line, so that the end of it is as old as the whole.
            let answered = !screen.is_empty() && self.answered.borrow().ends_with(&screen);
            if !answered && words.iter().any(ends) {
                return screen;
            }
            assert!(since.elapsed() < PATIENCE, "none of {words:?} is below: {screen:#?}");
            sleep(Duration::from_millis(5));
        }
    }

    /// What stands on the screen now, to the last line with anything on it.
    fn screen(&self) -> Vec<String> {
        let output = self.tmux(&["capture-pane", "-p"]);
        String::from_utf8(output.stdout)
            .unwrap()
            .trim_end()
            .lines()
            .map(|line| line.trim_end().to_owned())
            .collect()
    }

    /// Everything that was on the screen since it was last emptied, also what has moved out of the window.
    pub fn history(&self) -> String {
        String::from_utf8(self.tmux(&["capture-pane", "-p", "-S", "-"]).stdout).unwrap()
    }

    /// The same screen with its colours and attributes, as escape sequences.
    pub fn attributes(&self) -> String {
        String::from_utf8(self.tmux(&["capture-pane", "-p", "-e"]).stdout).unwrap()
    }

    /// Types a line.
    pub fn types(&self, line: &str) {
        self.answered.replace(self.screen());
        self.tmux(&["send-keys", "-l", line]);
        self.tmux(&["send-keys", "Enter"]);
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        self.tmux(&["kill-server"]);
    }
}
