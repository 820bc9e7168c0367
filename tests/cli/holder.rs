//! A person at a terminal: a pseudo-terminal, what appears on it, and what is typed into it.

use std::fs;
use std::process::{Command, Stdio};

use rexpect::ReadUntil;
use rexpect::process::{Signal, WaitStatus};
use rexpect::session::{PtySession, spawn_command};

use crate::room::Room;

/// How long a screen may take to appear, in milliseconds.
const PATIENCE: u64 = 20_000;

/// The question below a page of something long.
pub const MORE: &str = "Enter shows the rest: ";

/// Somebody who has started a command and looks at the screen.
pub struct Holder {
    session: PtySession,
    seen: String,
    /// The process of a shell that waits for the program.
    shell: Option<String>,
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

    /// Starts the program in a window of some size, says its exit code and waits for a line when it has ended: the terminal can be
    /// looked at then.
    pub fn sit_down_and_stay(&self, columns: &str, rows: &str, arguments: &[&str]) -> Holder {
        self.sit_down_and_stay_with("", columns, rows, arguments)
    }

    /// The same, with a redirection as the shell has it.
    pub fn sit_down_and_stay_with(
        &self,
        redirection: &str,
        columns: &str,
        rows: &str,
        arguments: &[&str],
    ) -> Holder {
        let program = self.command(arguments);
        let mut command = self.tool("sh");
        let script = format!(
            "stty echo cols {columns} rows {rows}; printf 'shell %s.' $$; \"$0\" \"$@\" {redirection}; printf 'exit %s again: ' $?; \
             read line"
        );
        command.args(["-c", &script]).arg(program.get_program()).args(program.get_args());
        let mut holder = Holder::before(command);
        holder.reads("shell ");
        holder.shell = Some(holder.reads_one_of(&["."]).0);
        holder
    }

    /// Starts another program in a terminal.
    #[cfg(feature = "age")]
    pub fn sit_down_at(&self, program: &str, arguments: &[&str]) -> Holder {
        let mut command = self.tool(program);
        command.args(arguments);
        Holder::before(command)
    }

    /// The same where no file can have more than 16 KiB, as on a disk that is full by then.
    pub fn sit_before_full_disk(&self, arguments: &[&str]) -> Holder {
        self.sit_before("cols 80 rows 24 && trap '' XFSZ && ulimit -f 32", "", arguments)
    }

    fn sit_before(&self, window: &str, redirection: &str, arguments: &[&str]) -> Holder {
        let program = self.command(arguments);
        // `rexpect` turns the echo off. On a real terminal it is on until the program turns it off.
        let mut command = self.tool("sh");
        command
            .args(["-c", &format!("stty echo {window} && exec \"$0\" \"$@\" {redirection}")])
            .arg(program.get_program())
            .args(program.get_args());
        Holder::before(command)
    }
}

impl Holder {
    fn before(command: Command) -> Holder {
        Holder { session: spawn_command(command, Some(PATIENCE)).unwrap(), seen: String::new(), shell: None }
    }

    /// Reads up to some words, and turns pages on the way.
    #[track_caller]
    pub fn reads(&mut self, words: &str) {
        while self.reads_one_of(&[words, MORE]).1 != words {
            self.types("");
        }
    }

    /// Reads up to the first of some words: what came before, and which.
    #[track_caller]
    pub fn reads_one_of<'a>(&mut self, words: &[&'a str]) -> (String, &'a str) {
        let needles = words.iter().map(|words| ReadUntil::String((*words).to_owned())).collect();
        let (before, found) = self.session.exp_any(needles).unwrap();
        self.seen.push_str(&before);
        self.seen.push_str(&found);
        (before, words.iter().find(|words| **words == found).unwrap())
    }

    /// Reads up to a prompt, and types an answer. The terminal is set to its question before the prompt appears.
    #[track_caller]
    pub fn answers(&mut self, prompt: &str, answer: &str) {
        self.reads(prompt);
        self.types(answer);
    }

    /// Types a line.
    pub fn types(&mut self, answer: &str) {
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
        self.sets("-a")
    }

    /// The terminal is set by somebody else.
    #[track_caller]
    pub fn sets(&self, setting: &str) -> String {
        let terminal = Stdio::from(self.session.process().get_file_handle().unwrap());
        let output = Command::new("stty").arg(setting).stdin(terminal).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// The program is stopped at once, as by a power cut.
    pub fn loses_power(self) {
        self.stops(Signal::SIGKILL);
    }

    /// The program is stopped.
    pub fn stops(mut self, signal: Signal) {
        self.session.process_mut().kill(signal).unwrap();
    }

    /// The process of the program that the shell of [`Room::sit_down_and_stay`] waits for.
    pub fn program(&self) -> u32 {
        let shell = self.shell.as_ref().unwrap();
        let children = fs::read_to_string(format!("/proc/{shell}/task/{shell}/children")).unwrap();
        children.split_whitespace().next().unwrap().parse().unwrap()
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
