//! The terminal's own settings, which come back, and what can be said of its window.
#![expect(clippy::disallowed_methods, reason = "this file is a door to the terminal")]

use std::io;

use rustix::stdio::{stdin, stdout};
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr};

use super::ending;

/// Settings that hold until this is dropped, also where a signal ends the program meanwhile.
pub(super) struct Settings {
    own: Termios,
    held: Termios,
}

impl Settings {
    /// Changes the settings. `when` says whether what was typed before is thrown away.
    pub(super) fn change(when: OptionalActions, change: impl FnOnce(&mut Termios)) -> io::Result<Settings> {
        let own = tcgetattr(stdin())?;
        let mut settings = own.clone();
        change(&mut settings);
        ending::hold();
        // From here on they are put back, whatever happens.
        let settings = Settings { own, held: settings };
        tcsetattr(stdin(), when, &settings.held)?;
        Ok(settings)
    }

    /// Stops the program with the terminal's own settings. What follows is [`ending::Came::Resumed`].
    pub(super) fn stop(&self) -> io::Result<()> {
        tcsetattr(stdin(), OptionalActions::Now, &self.own)?;
        ending::stop();
        Ok(())
    }

    /// Sets the terminal once more, after others did. What was typed meanwhile is thrown away: it may be of another program.
    pub(super) fn renew(&self) -> io::Result<()> {
        Ok(tcsetattr(stdin(), OptionalActions::Flush, &self.held)?)
    }
}

impl Drop for Settings {
    fn drop(&mut self) {
        // A terminal that is gone has no settings.
        let _ = tcsetattr(stdin(), OptionalActions::Now, &self.own);
        ending::release();
    }
}

/// Columns and rows of the window, if it has any.
pub(super) fn window() -> Option<(u16, u16)> {
    let window = tcgetwinsize(stdout()).ok()?;
    Some((window.ws_col, window.ws_row)).filter(|(columns, rows)| *columns > 0 && *rows > 0)
}

/// Whether the terminal can do nothing but go on below.
pub(super) fn is_dumb() -> bool {
    std::env::var_os("TERM").is_none_or(|term| term.is_empty() || term == "dumb")
}
