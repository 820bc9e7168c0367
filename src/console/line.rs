//! One line from the person at the terminal, shown or hidden.
//!
//! The terminal itself would end the program at Ctrl-C, in the middle of an act and without giving the echo back, and a reader
//! with a buffer of its own would leave a PIN behind in it. Here Ctrl-C ends the line, the line counts for nothing, the
//! terminal gets its settings back, and what was read is wiped; so it is before SIGTERM ends the program. Ctrl-\ does the same as
//! Ctrl-C: it would be part of a PIN, which the token then counts as wrong.

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

/// What Ctrl-\ sends.
const QUIT: u8 = 0x1c;

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

/// What came of a question.
pub(super) enum Line {
    /// A line.
    Answer(Secret),
    /// It was broken off, or there are no more.
    BrokenOff,
    /// The program was stopped meanwhile and goes on: what was typed before is gone, and the question stands no longer where it was.
    Anew,
}

/// A terminal that waits for a line. Its own settings come back when this is dropped.
pub(super) struct Quiet(Settings);

impl Quiet {
    /// From now on Ctrl-C is a character that ends a line. What was typed before the question is no answer to it, and is
    /// thrown away.
    pub(super) fn begin(echo: Echo) -> io::Result<Quiet> {
        let settings = Settings::change(OptionalActions::Flush, |settings| {
            settings.local_modes -= LocalModes::ISIG | LocalModes::ECHO;
            settings.local_modes |= LocalModes::ICANON | LocalModes::ECHONL | LocalModes::IEXTEN;
            if echo == Echo::Shown {
                settings.local_modes |= LocalModes::ECHO;
            }
            settings.special_codes[SpecialCodeIndex::VEOL] = INTERRUPT;
            settings.special_codes[SpecialCodeIndex::VEOL2] = QUIT;
        });
        settings.map(Quiet)
    }

    /// Reads a line, without its end.
    pub(super) fn read(&self) -> Line {
        self.line().unwrap_or(Line::BrokenOff)
    }

    /// `None` if there are no more, or the terminal went away.
    fn line(&self) -> Option<Line> {
        let mut bytes = Zeroizing::new([0; LONGEST]);
        let length = loop {
            match ending::wait(None).ok()? {
                Came::Input => {}
                Came::Nothing => continue,
                Came::End => return None,
                Came::Stop => {
                    self.0.stop().ok()?;
                    continue;
                }
                Came::Resumed => {
                    self.0.renew().ok()?;
                    return Some(Line::Anew);
                }
            }
            match rustix::io::read(stdin(), bytes.as_mut_slice()) {
                Err(Errno::INTR) => {}
                other => break other.ok()?,
            }
        };
        let line = bytes.get(..length)?.strip_suffix(b"\n")?;
        let is_answer = !line.iter().any(|byte| [INTERRUPT, QUIT].contains(byte));
        is_answer.then(|| Line::Answer(Secret::new(line.to_vec())))
    }
}
