//! The real terminal.
#![expect(clippy::disallowed_methods, reason = "this file is the door to the terminal")]

use std::io::{IsTerminal as _, Write as _};

use dialoguer::{Input, Password};
use rustix::termios::tcgetwinsize;

use super::fold::fold;
use super::line::Quiet;
use super::{Console, ConsoleError};
use crate::host::display::visible;
use crate::host::secret::Secret;

/// Standard output for lines; the controlling terminal for questions.
pub struct Terminal;

impl Terminal {
    /// Writes an error report to standard error. Failure to do so cannot be reported anywhere.
    pub fn complain(text: &str) {
        let stderr = std::io::stderr();
        let text = fit(text, tcgetwinsize(&stderr).ok());
        let _ = writeln!(&stderr, "{text}");
    }

    /// Whether somebody reads and types here.
    pub fn is_attended() -> bool {
        std::io::stdin().is_terminal() && std::io::stdout().is_terminal() && std::io::stderr().is_terminal()
    }

    /// The width of the window in cells, if it has one.
    pub fn width() -> Option<usize> {
        let window = tcgetwinsize(std::io::stdout()).ok()?;
        Some(usize::from(window.ws_col)).filter(|width| *width > 0)
    }

    /// An empty screen, where the terminal can; a dumb one goes on below.
    pub fn clear() {
        if std::env::var_os("TERM").is_none_or(|term| term.is_empty() || term == "dumb") {
            return;
        }
        let mut stdout = std::io::stdout();
        let _ = stdout.write_all(b"\x1b[H\x1b[2J").and_then(|()| stdout.flush());
    }

    /// Asks for a line. Ctrl-C, the end of the input and a terminal that went away are no answers, and the terminal is left as
    /// it was.
    pub fn ask_line(prompt: &str) -> Result<String, ConsoleError> {
        let quiet = Quiet::begin().map_err(|_| ConsoleError::Interrupted)?;
        let mut stdout = std::io::stdout();
        let shown = write!(stdout, "{}: ", visible(prompt)).and_then(|()| stdout.flush());
        shown.map_err(|_| ConsoleError::NotShown)?;
        quiet.read().ok_or(ConsoleError::Interrupted)
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
        let mut stdout = std::io::stdout();
        let text = fit(text, tcgetwinsize(&stdout).ok());
        let written = writeln!(stdout, "{text}").and_then(|()| stdout.flush());
        written.map_err(|_| ConsoleError::NotShown)
    }

    fn can_ask(&self, prompt: &str, flag: &str) -> Result<(), ConsoleError> {
        // Standard output too: nobody may be asked about what went elsewhere.
        if Terminal::is_attended() {
            return Ok(());
        }
        Err(ConsoleError::NoTerminal { question: prompt.to_owned(), flag: flag.to_owned() })
    }

    fn ask(&mut self, prompt: &str, flag: &str) -> Result<String, ConsoleError> {
        self.can_ask(prompt, flag)?;
        let answer = Input::<String>::new().with_prompt(visible(prompt)).allow_empty(true).interact_text();
        answer.map(|line| line.trim().to_owned()).map_err(|_| ConsoleError::Interrupted)
    }

    fn ask_hidden(&mut self, prompt: &str, flag: &str) -> Result<Secret, ConsoleError> {
        self.can_ask(prompt, flag)?;
        let answer =
            Password::new().with_prompt(visible(prompt)).allow_empty_password(true).report(false).interact();
        answer.map(|pin| Secret::new(pin.into_bytes())).map_err(|_| ConsoleError::Interrupted)
    }
}
