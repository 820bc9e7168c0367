//! A person at a terminal: a pseudo-terminal, what appears on it, and what is typed into it.

use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use rexpect::process::WaitStatus;
use rexpect::session::{PtySession, spawn_command};

use crate::room::Room;

/// How long a screen may take to appear, in milliseconds.
const PATIENCE: u64 = 20_000;

/// Somebody who has started a command and looks at the screen.
pub struct Holder {
    session: PtySession,
    seen: String,
}

impl Room {
    /// Starts the program in a terminal.
    pub fn sit_down(&self, arguments: &[&str]) -> Holder {
        self.sit_down_with("", arguments)
    }

    /// The same, with a redirection as the shell has it.
    pub fn sit_down_with(&self, redirection: &str, arguments: &[&str]) -> Holder {
        self.sit_before("", redirection, arguments)
    }

    /// Starts the program in a terminal with a window of 80x24.
    pub fn sit_before_window(&self, arguments: &[&str]) -> Holder {
        self.sit_before("cols 80 rows 24", "", arguments)
    }

    /// Starts the program in a window of some size, and waits for a line when it has ended: the terminal can be looked at then.
    pub fn sit_down_and_stay(&self, columns: &str, rows: &str, arguments: &[&str]) -> Holder {
        let program = self.command(arguments);
        let mut command = self.tool("sh");
        let script =
            format!("stty echo cols {columns} rows {rows}; \"$0\" \"$@\"; printf 'again: '; read line");
        command.args(["-c", &script]).arg(program.get_program()).args(program.get_args());
        Holder { session: spawn_command(command, Some(PATIENCE)).unwrap(), seen: String::new() }
    }

    fn sit_before(&self, window: &str, redirection: &str, arguments: &[&str]) -> Holder {
        let program = self.command(arguments);
        // `rexpect` turns the echo off. On a real terminal it is on until the program turns it off.
        let mut command = self.tool("sh");
        command
            .args(["-c", &format!("stty echo {window} && exec \"$0\" \"$@\" {redirection}")])
            .arg(program.get_program())
            .args(program.get_args());
        let session = spawn_command(command, Some(PATIENCE)).unwrap();
        Holder { session, seen: String::new() }
    }
}

impl Holder {
    /// Reads up to some words.
    #[track_caller]
    pub fn reads(&mut self, words: &str) {
        let before = self.session.exp_string(words).unwrap();
        self.seen.push_str(&before);
        self.seen.push_str(words);
    }

    /// Reads up to a prompt, and types an answer once the terminal no longer echoes.
    #[track_caller]
    pub fn answers(&mut self, prompt: &str, answer: &str) {
        self.reads(prompt);
        // The prompt appears a moment before the echo goes off, and what was typed by then is discarded.
        while !self.is_silent() {
            sleep(Duration::from_millis(1));
        }
        self.session.send(&format!("{answer}\r")).unwrap();
        self.session.flush().unwrap();
    }

    /// Reads up to a prompt of `run`, and types an answer.
    #[track_caller]
    pub fn types(&mut self, prompt: &str, answer: &str) {
        self.reads(prompt);
        self.session.send(&format!("{answer}\r")).unwrap();
        self.session.flush().unwrap();
    }

    /// Presses keys, whatever the screen shows.
    #[track_caller]
    pub fn sends(&mut self, keys: &str) {
        self.session.send(keys).unwrap();
        self.session.flush().unwrap();
    }

    /// Presses a control key at a prompt of `run`.
    #[track_caller]
    pub fn presses(&mut self, prompt: &str, key: char) {
        self.reads(prompt);
        self.session.send_control(key).unwrap();
    }

    /// What the terminal is set to.
    pub fn settings(&self) -> String {
        let terminal = Stdio::from(self.session.process().get_file_handle().unwrap());
        let output = Command::new("stty").arg("-a").stdin(terminal).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// The program is stopped at once, as by a power cut.
    pub fn loses_power(mut self) {
        self.session.process_mut().kill(rexpect::process::Signal::SIGKILL).unwrap();
    }

    fn is_silent(&self) -> bool {
        self.settings().contains(" -echo ")
    }

    /// Waits for the command's end. Gives its exit code and everything that was on the screen.
    #[track_caller]
    pub fn leaves(mut self) -> (i32, String) {
        self.seen.push_str(&self.session.exp_eof().unwrap());
        match self.session.process().wait().unwrap() {
            WaitStatus::Exited(_, code) => (code, self.seen),
            other => panic!("{other:?}: {}", self.seen),
        }
    }
}
