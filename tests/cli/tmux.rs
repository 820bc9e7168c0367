//! A real terminal: tmux, with a window of some size, what stands on it, and what is typed into it.

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
        let window = Window { name: format!("tuf-ceremony-{}-{test}-{number}", std::process::id()) };
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
        let mut screen = Vec::new();
        loop {
            screen = self.shows_anew(&screen, &[words, MORE]);
            if screen.iter().rfind(|line| !line.is_empty()).is_none_or(|last| last != MORE.trim_end()) {
                return screen;
            }
            self.types("");
        }
    }

    /// The same with one of some words, and another screen than before.
    #[track_caller]
    pub fn shows_anew(&self, before: &[String], words: &[&str]) -> Vec<String> {
        let since = Instant::now();
        loop {
            let output = self.tmux(&["capture-pane", "-p"]);
            let text = String::from_utf8(output.stdout).unwrap();
            let screen: Vec<String> = text.lines().map(|line| line.trim_end().to_owned()).collect();
            if screen != before && words.iter().any(|words| text.trim_end().ends_with(words.trim_end())) {
                return screen;
            }
            assert!(since.elapsed() < PATIENCE, "none of {words:?} is below:\n{text}");
            sleep(Duration::from_millis(5));
        }
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
        self.tmux(&["send-keys", "-l", line]);
        self.tmux(&["send-keys", "Enter"]);
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        self.tmux(&["kill-server"]);
    }
}
