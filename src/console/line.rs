//! One line from the person at the terminal, shown or hidden.
//!
//! The terminal itself would end the program at Ctrl-C, in the middle of an act and without giving the echo back, and a reader
//! with a buffer of its own would leave a PIN behind in it. Here Ctrl-C ends the line, the line counts for nothing, the
//! terminal gets its settings back, and what was read is wiped; so it is before SIGTERM ends the program.

use std::io;

use rustix::io::Errno;
use rustix::stdio::stdin;
use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex};
use zeroize::Zeroizing;

use super::ending::{self, Came};
use super::settings::Settings;
use crate::host::secret::Secret;

/// What Ctrl-C sends.
const INTERRUPT: u8 = 3;

/// The longest line that a terminal hands over.
const LONGEST: usize = 4096;

/// Whether what is typed appears on the screen.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Echo {
    /// It does.
    Shown,
    /// Only the end of the line does.
    Hidden,
}

/// A terminal that waits for a line. Its own settings come back when this is dropped.
pub(super) struct Quiet(#[expect(dead_code, reason = "held for its effect")] Settings);

impl Quiet {
    /// From now on Ctrl-C is a character that ends a line. What was typed before the question is no answer to it, and is
    /// thrown away.
    pub(super) fn begin(echo: Echo) -> io::Result<Quiet> {
        let settings = Settings::change(OptionalActions::Flush, |settings| {
            settings.local_modes -= LocalModes::ISIG | LocalModes::ECHO;
            settings.local_modes |= LocalModes::ICANON | LocalModes::ECHONL;
            if echo == Echo::Shown {
                settings.local_modes |= LocalModes::ECHO;
            }
            settings.special_codes[SpecialCodeIndex::VEOL] = INTERRUPT;
        });
        settings.map(Quiet)
    }

    /// Reads a line, without its end; `None` if it was broken off, or there are no more.
    pub(super) fn read(&self) -> Option<Secret> {
        let mut bytes = Zeroizing::new([0; LONGEST]);
        let length = loop {
            match ending::wait(None).ok()? {
                Came::Input => {}
                Came::Nothing => continue,
                Came::End => return None,
            }
            match rustix::io::read(stdin(), bytes.as_mut_slice()) {
                Err(Errno::INTR) => {}
                other => break other.ok()?,
            }
        };
        let line = bytes.get(..length)?.strip_suffix(b"\n")?;
        (!line.contains(&INTERRUPT)).then(|| Secret::new(line.to_vec()))
    }
}
