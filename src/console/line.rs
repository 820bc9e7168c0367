//! One line from the person at the terminal, without what Ctrl-C does otherwise: the terminal would end the program in the
//! middle, and nobody would say where things stand. Here it ends the line, and the line counts for nothing.

use std::io;

use rustix::io::Errno;
use rustix::stdio::stdin;
use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};

/// What Ctrl-C sends.
const INTERRUPT: u8 = 3;

/// The longest line that a terminal hands over.
const LONGEST: usize = 4096;

/// The terminal's own settings, which it gets back.
pub(super) struct Quiet {
    own: Termios,
}

impl Quiet {
    /// From now on Ctrl-C is a character that ends a line.
    pub(super) fn begin() -> io::Result<Quiet> {
        let own = tcgetattr(stdin())?;
        let mut settings = own.clone();
        settings.local_modes -= LocalModes::ISIG;
        settings.local_modes |= LocalModes::ICANON | LocalModes::ECHO;
        settings.special_codes[SpecialCodeIndex::VEOL] = INTERRUPT;
        tcsetattr(stdin(), OptionalActions::Now, &settings)?;
        Ok(Quiet { own })
    }

    /// Reads a line; `None` if it was broken off, or there are no more.
    pub(super) fn read(&self) -> Option<String> {
        let mut bytes = [0; LONGEST];
        let length = loop {
            match rustix::io::read(stdin(), &mut bytes) {
                Err(Errno::INTR) => {}
                other => break other.ok()?,
            }
        };
        let line = bytes.get(..length)?.strip_suffix(b"\n")?;
        (!line.contains(&INTERRUPT)).then(|| String::from_utf8_lossy(line).trim().to_owned())
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        // A terminal that is gone has no settings.
        let _ = tcsetattr(stdin(), OptionalActions::Now, &self.own);
    }
}
