//! The real terminal.
#![expect(clippy::disallowed_methods, reason = "this file is the door to the terminal")]

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;

use rustix::termios::tcgetwinsize;

use super::fold::fold;
use super::line::{Echo, Line, Quiet};
use super::recording::Recording;
use super::settings::{is_dumb, window};
use super::{Console, ConsoleError};
use crate::advice::Advice as _;
use crate::host::display::visible;
use crate::host::files::FileError;
use crate::host::secret::Secret;

/// The question below a page.
const REST: &str = "Enter shows the rest";

/// What is said of anything else that is typed there.
const NOT_USED: &str = "Only Enter here; what was typed is not used.";

/// What is said of a line with something in it that no key for a character sends.
const NO_CHARACTER: &str =
    "Not used: there was an arrow key or the like in it. Type it once more, or stop with Ctrl-C.";

/// The rows that a question takes, with the empty line above it.
const QUESTION: usize = 2;

/// What empties the screen.
const CLEAR: &str = "\u{1b}[H\u{1b}[2J";

/// Standard output for lines and questions, standard error for complaints, standard input for answers.
#[derive(Default)]
pub struct Terminal {
    recording: Option<Recording>,
    /// Why the recording could not go on.
    broken: Option<FileError>,
    /// Lines since the last question, where the reader turns pages.
    page: Option<usize>,
    /// Whether people read standard error, because standard output is for a machine.
    aside: bool,
}

impl Terminal {
    /// Records from now on what is shown, in a file that must not exist yet. Of what is typed and shown, only answers that
    /// `is_recorded` knows are in it: others could be a secret in the wrong place.
    pub fn record(
        &mut self,
        path: &Path,
        title: &str,
        is_recorded: fn(&str) -> bool,
    ) -> Result<(), FileError> {
        self.recording = Some(Recording::begin(path, title, window(), is_recorded)?);
        Ok(())
    }

    /// Whether what is said from now on waits for Enter whenever the window is full.
    pub fn turn_pages(&mut self, turn: bool) {
        self.page = turn.then_some(0);
    }

    /// Whether what is said from now on goes to standard error: where standard output is for a machine, people read there.
    pub fn speak_aside(&mut self, aside: bool) {
        self.aside = aside;
    }

    /// Ends the recording.
    pub fn end_recording(&mut self) -> Result<(), FileError> {
        self.recording = None;
        self.broken.take().map_or(Ok(()), Err)
    }

    /// Writes an error report to standard error. Failure to do so cannot be reported anywhere.
    pub fn complain(&mut self, text: &str) {
        let text = fit(text, tcgetwinsize(std::io::stderr()).ok());
        if writeln!(std::io::stderr(), "{text}").is_ok() {
            self.was_shown(&format!("{text}\n"));
        }
    }

    /// Whether somebody reads and types here.
    pub fn is_attended(&self) -> bool {
        std::io::stdin().is_terminal() && std::io::stdout().is_terminal() && std::io::stderr().is_terminal()
    }

    /// The width of the window in cells, if it has one.
    pub fn width(&self) -> Option<usize> {
        window().map(|(columns, _)| usize::from(columns))
    }

    /// The height of the window in cells, if it has one.
    pub fn height(&self) -> Option<usize> {
        window().map(|(_, rows)| usize::from(rows))
    }

    /// An empty screen, where the terminal can; a dumb one goes on below.
    pub fn clear(&mut self) {
        if is_dumb() {
            return;
        }
        // A screen that cannot be emptied goes on below, too.
        let _ = self.write(CLEAR);
    }

    fn write(&mut self, text: &str) -> Result<(), ConsoleError> {
        let mut out: Box<dyn std::io::Write> = match self.aside {
            true => Box::new(std::io::stderr()),
            false => Box::new(std::io::stdout()),
        };
        let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
        written.map_err(|_| ConsoleError::NotShown)?;
        self.was_shown(text);
        Ok(())
    }

    /// Records what has appeared on the screen. What is not in the recording is said before the next question.
    fn was_shown(&mut self, text: &str) {
        self.records(|recording| recording.shows(text, window()));
    }

    fn records(&mut self, records: impl FnOnce(&mut Recording) -> Result<(), FileError>) {
        if let Some(Err(error)) = self.recording.as_mut().map(records) {
            self.recording = None;
            self.broken = Some(error);
        }
    }

    /// Asks for a line until one has no control characters in it: nobody sees what an arrow leaves in a PIN, and the token would
    /// count a try.
    fn line(&mut self, prompt: &str, flag: &str, echo: Echo) -> Result<Secret, ConsoleError> {
        loop {
            let line = self.read(prompt, flag, echo)?;
            // Words and digits may be pasted with tabs between them.
            let is_key = |byte: &u8| byte.is_ascii_control() && (*byte != b'\t' || echo == Echo::Hidden);
            if !line.expose().iter().any(is_key) {
                return Ok(line);
            }
            self.say(NO_CHARACTER);
        }
    }

    /// Asks for a line. Ctrl-C, the end of the input and a terminal that went away are no answers, and the terminal is left as
    /// it was.
    fn read(&mut self, prompt: &str, flag: &str, echo: Echo) -> Result<Secret, ConsoleError> {
        self.can_ask(prompt, flag)?;
        // Said at each question from now on: a walk does not go on without its recording.
        if let Some(error) = &self.broken {
            return Err(ConsoleError::NotRecorded { what: error.to_string(), next: error.next_step() });
        }
        let quiet = Quiet::begin(echo).map_err(|_| ConsoleError::Interrupted)?;
        let line = loop {
            self.write(&format!("{}: ", visible(prompt)))?;
            let line = quiet.read();
            if let Line::Answer(line) = line {
                break line;
            }
            // The next line begins at the left edge.
            self.write("\n")?;
            if let Line::BrokenOff = line {
                return Err(ConsoleError::Interrupted);
            }
        };
        self.page = self.page.map(|_| 0);
        if echo == Echo::Shown {
            let typed = String::from_utf8_lossy(line.expose());
            self.records(|recording| recording.was_answered(&typed, window()));
        }
        self.was_shown("\n");
        Ok(line)
    }
}

/// Text for a window of a known width; as it is for files, pipes, and windows that have no width.
fn fit(text: &str, window: Option<rustix::termios::Winsize>) -> String {
    match window.map(|window| usize::from(window.ws_col)) {
        Some(width) if width >= 20 => fold(text, width),
        _ => text.to_owned(),
    }
}

impl Console for Terminal {
    fn say(&mut self, text: &str) {
        // A reader that went away (`| head`) is no reason to stop in the middle of an act.
        let _ = self.show(text);
    }

    fn show(&mut self, text: &str) -> Result<(), ConsoleError> {
        let window =
            if self.aside { tcgetwinsize(std::io::stderr()) } else { tcgetwinsize(std::io::stdout()) };
        let window = window.ok();
        let text = fit(text, window);
        let room = self.height().map_or(usize::MAX, |rows| rows.saturating_sub(QUESTION).max(1));
        let mut lines: Vec<&str> = text.split('\n').collect();
        while let Some(shown) = self.page
            && shown + lines.len() > room
        {
            let rest = lines.split_off(room.saturating_sub(shown).min(lines.len()));
            lines.iter().try_for_each(|line| self.write(&format!("{line}\n")))?;
            self.write("\n")?;
            while !self.ask(REST, "")?.is_empty() {
                // Whoever has read ahead would believe that the question after this was answered.
                self.write(&format!("{}\n", fit(NOT_USED, window)))?;
            }
            lines = rest;
        }
        self.page = self.page.map(|shown| shown + lines.len());
        self.write(&format!("{}\n", lines.join("\n")))
    }

    fn can_ask(&self, prompt: &str, flag: &str) -> Result<(), ConsoleError> {
        // Standard output too: nobody may be asked about what went elsewhere.
        if self.is_attended() {
            return Ok(());
        }
        Err(ConsoleError::NoTerminal { question: prompt.to_owned(), flag: flag.to_owned() })
    }

    fn ask(&mut self, prompt: &str, flag: &str) -> Result<String, ConsoleError> {
        let line = self.line(prompt, flag, Echo::Shown)?;
        Ok(String::from_utf8_lossy(line.expose()).trim().to_owned())
    }

    fn ask_hidden(&mut self, prompt: &str, flag: &str) -> Result<Secret, ConsoleError> {
        self.line(prompt, flag, Echo::Hidden)
    }
}
