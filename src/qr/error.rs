//! What can go wrong with codes.

use crate::advice::{Advice, Exit};
use crate::host::display::{count, visible};

/// Why something is not shown, or was not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QrError {
    /// There is nothing to show.
    #[error("{} is empty, and there is nothing to show", visible(.0))]
    Empty(String),
    /// The name does not travel.
    #[error("{} is no name that a code can carry", visible(.0))]
    Name(String),
    /// More than codes carry in bearable time.
    #[error("{} has {length} bytes, and codes carry {limit} at most", visible(.name))]
    TooLarge {
        /// The file.
        name: String,
        /// Its length in bytes.
        length: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// Several payloads begin like this.
    #[error("{} may be {}", visible(.wanted), visible(&.titles.join(" or ")))]
    Ambiguous {
        /// As typed.
        wanted: String,
        /// Those it may be.
        titles: Vec<String>,
    },
    /// No code fits the window.
    #[error("a window of {columns} by {rows} is too small for a code")]
    Window {
        /// Its width in cells.
        columns: usize,
        /// Its height in cells.
        rows: usize,
    },
    /// A picture that is none, or too large.
    #[error("{}: {}", visible(.picture), visible(.problem))]
    Picture {
        /// Its name.
        picture: String,
        /// What is wrong with it.
        problem: String,
    },
    /// Not one code was found.
    #[error("no code was found in {}", count(.0, "picture"))]
    NoCode(usize),
    /// Codes of more than one message.
    #[error("the codes are of more than one message: {}", visible(&.0.join(" and ")))]
    Mixed(Vec<String>),
    /// A code that belongs to no file that this program shows.
    #[error("a code was read that this program does not show: {}", visible(.0))]
    Foreign(String),
    /// All parts came, and what they make up is not what was sent.
    #[error("the codes were read, and what they say is damaged: {}", visible(.0))]
    Damaged(String),
    /// Parts are missing.
    #[error("{} of {}: {have} of {of} parts are known", missing_text(*of, *have), visible(.message))]
    Incomplete {
        /// Of which message.
        message: String,
        /// How many parts are known, counted without those that tell nothing new.
        have: usize,
        /// How many it takes.
        of: usize,
    },
    /// A single code carries no name for its file.
    #[error("a single code carries no file name")]
    Nameless,
}

fn missing_text(of: usize, have: usize) -> String {
    match of.saturating_sub(have) {
        1 => "1 part is missing".to_owned(),
        missing => format!("{missing} parts are missing"),
    }
}

impl Advice for QrError {
    fn next_step(&self) -> String {
        match self {
            QrError::Empty(_) => "Check the name of the file.".to_owned(),
            QrError::Name(_) => {
                "Give a copy of the file a name of up to 100 letters, digits, '.', '-', '_' and '+'.".to_owned()
            }
            QrError::TooLarge { .. } => "Carry it on removable media.".to_owned(),
            QrError::Ambiguous { .. } => "Give more digits, or the role.".to_owned(),
            QrError::Window { .. } => {
                "Make the window larger, 80 by 24 at least, or give --png FILE, --svg FILE or --frames DIR."
                    .to_owned()
            }
            QrError::Picture { .. } => {
                "Give PNG or JPEG pictures of up to 36 million pixels; a camera's raw frames go on standard input with --raw.".to_owned()
            }
            QrError::NoCode(_) => {
                "Take the pictures again: the whole code with a light edge, straight from the front, sharp, and without glare.".to_owned()
            }
            QrError::Mixed(_) => "Nothing was written. Read the codes of one message only.".to_owned(),
            QrError::Foreign(_) => {
                "Nothing was written. Read codes that `tuf-ceremony qr show` showed.".to_owned()
            }
            QrError::Damaged(_) => {
                "Nothing was written. Read the codes again; if that ends the same way, do not trust who shows them."
                    .to_owned()
            }
            QrError::Incomplete { .. } => {
                "Give the pictures that there are together with more of the same sequence; any will do.".to_owned()
            }
            QrError::Nameless => "Give --out FILE to keep what it says.".to_owned(),
        }
    }

    fn exit(&self) -> Exit {
        match self {
            QrError::Mixed(_) | QrError::Foreign(_) | QrError::Damaged(_) => Exit::No,
            QrError::Incomplete { .. } => Exit::NotYet,
            QrError::Ambiguous { .. } | QrError::Window { .. } | QrError::Nameless => Exit::Usage,
            QrError::Empty(_)
            | QrError::Name(_)
            | QrError::TooLarge { .. }
            | QrError::Picture { .. }
            | QrError::NoCode(_) => Exit::Machine,
        }
    }
}
