//! The whole window, painted anew again and again until somebody presses Enter. What was on the terminal before is there again
//! afterwards: the terminal has a second screen for this (`smcup` and `rmcup` of terminfo), and its settings are put back.
#![expect(clippy::disallowed_methods, reason = "this file is a door to the terminal")]

use std::io::{IsTerminal as _, Write as _};
use std::time::Duration;

use rustix::stdio::stdin;
use rustix::termios::{LocalModes, OptionalActions};

use super::ConsoleError;
use super::ending::{self, Came};
use super::settings::{Settings, is_dumb, window};

/// The second screen, no cursor, and no line that goes on in the next.
const BEGIN: &[u8] = b"\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J";

/// All that back.
const END: &[u8] = b"\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l";

/// What comes up to the mark that ends it is shown at once, by terminals that know the mark; a camera sees no half picture then.
const TOGETHER: &str = "\x1b[?2026h";

/// Keys that end it: Enter, Ctrl-C, Ctrl-D and `q`.
const ENDS: &[u8] = b"\r\n\x03\x04q";

/// The window, until this is dropped.
pub struct Screen {
    // Dropped after the second screen was left.
    settings: Settings,
}

impl Screen {
    /// Takes the window over. `instead` says what to do where there is none.
    ///
    /// # Errors
    /// [`ConsoleError::NobodyThere`] without a terminal in front of both input and output, or on one that cannot be painted.
    pub fn begin(instead: &'static str) -> Result<Screen, ConsoleError> {
        let nobody = || ConsoleError::NobodyThere { instead };
        if is_dumb() || !std::io::stdin().is_terminal() || !std::io::stdout().is_terminal() {
            return Err(nobody());
        }
        // Ctrl-C is a key like others, or it would end the program and leave the second screen behind.
        let settings = Settings::change(OptionalActions::Now, |settings| {
            settings.local_modes -= LocalModes::ISIG | LocalModes::ICANON | LocalModes::ECHO;
        });
        let screen = Screen { settings: settings.map_err(|_| nobody())? };
        put(BEGIN)?;
        Ok(screen)
    }

    /// Columns and rows; 80 by 24 where the terminal does not say.
    pub fn size(&self) -> (usize, usize) {
        window().map_or((80, 24), |(columns, rows)| (usize::from(columns), usize::from(rows)))
    }

    /// Paints lines from the top; what they do not cover is empty. They may carry colours, and must be fit to show.
    ///
    /// # Errors
    /// [`ConsoleError::NotShown`] if the terminal went away.
    pub fn paint(&mut self, lines: &[String]) -> Result<(), ConsoleError> {
        let mut bytes = format!("{TOGETHER}\x1b[H");
        for (row, line) in lines.iter().enumerate() {
            bytes.push_str(if row == 0 { "" } else { "\r\n" });
            bytes.push_str(line);
            bytes.push_str("\x1b[0m\x1b[K");
        }
        bytes.push_str("\x1b[J\x1b[?2026l");
        put(bytes.as_bytes())
    }

    /// Waits; whether somebody ended it. Another key ends the wait and nothing else.
    ///
    /// # Errors
    /// [`ConsoleError::NotShown`] if the terminal went away.
    pub fn wait(&mut self, time: Duration) -> Result<bool, ConsoleError> {
        match ending::wait(Some(time)).map_err(|_| ConsoleError::NotShown)? {
            Came::Input => {}
            Came::Nothing => return Ok(false),
            Came::End => return Ok(true),
            Came::Stop => {
                put(END)?;
                self.settings.stop().map_err(|_| ConsoleError::NotShown)?;
                return Ok(false);
            }
            Came::Resumed => {
                self.settings.renew().map_err(|_| ConsoleError::NotShown)?;
                return put(BEGIN).map(|()| false);
            }
        }
        let mut keys = [0; 64];
        let length = rustix::io::read(stdin(), &mut keys).map_err(|_| ConsoleError::NotShown)?;
        // Nothing to read although there is something: the terminal is gone.
        Ok(length == 0 || keys.iter().take(length).any(|key| ENDS.contains(key)))
    }
}

fn put(bytes: &[u8]) -> Result<(), ConsoleError> {
    let mut stdout = std::io::stdout();
    stdout.write_all(bytes).and_then(|()| stdout.flush()).map_err(|_| ConsoleError::NotShown)
}

impl Drop for Screen {
    fn drop(&mut self) {
        // A terminal that is gone shows nothing.
        let _ = put(END);
    }
}
