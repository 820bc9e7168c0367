//! The one door to the terminal: lines out, questions and hidden questions in.

mod ending;
pub mod fold;
mod line;
mod recording;
pub mod screen;
mod settings;
pub mod table;
mod terminal;
pub mod words;

pub use terminal::Terminal;

use crate::advice::{Advice, Exit};
use crate::host::secret::Secret;

/// Where a command speaks and asks.
pub trait Console {
    /// One or more lines for the reader, on standard output. The text must already be fit to show.
    fn say(&mut self, text: &str);
    /// Like [`Console::say`], for what must have been shown before the next act: fails where it could not be.
    fn show(&mut self, text: &str) -> Result<(), ConsoleError>;
    /// Whether a question can be asked at all, before anything is done that leads up to it.
    fn can_ask(&self, prompt: &str, flag: &str) -> Result<(), ConsoleError>;
    /// Asks for a line. `flag` is what to give on the command line where nobody can be asked.
    fn ask(&mut self, prompt: &str, flag: &str) -> Result<String, ConsoleError>;
    /// Asks for a secret without showing it.
    fn ask_hidden(&mut self, prompt: &str, flag: &str) -> Result<Secret, ConsoleError>;
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum ConsoleError {
    /// Nobody can be asked.
    #[error("this needs an answer ({question}), and there is no terminal to ask on")]
    NoTerminal {
        /// What would have been asked.
        question: String,
        /// The flag that answers it.
        flag: String,
    },
    /// There is no terminal for what cannot do without one.
    #[error("this is for people at a terminal, and there is none")]
    NobodyThere {
        /// What can be done without.
        instead: &'static str,
    },
    /// The output is full, closed, or gone.
    #[error("what must be read could not be shown")]
    NotShown,
    /// What is shown no longer gets into the recording.
    #[error("what is shown can no longer be recorded: {what}")]
    NotRecorded {
        /// Why.
        what: String,
        /// What to do.
        next: String,
    },
    /// The terminal went away, or Ctrl-C.
    #[error("the question was not answered")]
    Interrupted,
}

impl Advice for ConsoleError {
    fn next_step(&self) -> String {
        match self {
            ConsoleError::NoTerminal { flag, .. } => {
                format!("Run the command in a terminal, or give {flag}.")
            }
            ConsoleError::NobodyThere { instead } => (*instead).to_owned(),
            ConsoleError::NotShown => {
                "Nothing was signed. Run the command again where its output can be seen.".to_owned()
            }
            ConsoleError::NotRecorded { next, .. } => next.clone(),
            ConsoleError::Interrupted => {
                "Nothing was done. Run the command again when you are ready.".to_owned()
            }
        }
    }
    fn exit(&self) -> Exit {
        match self {
            ConsoleError::NotShown | ConsoleError::NotRecorded { .. } => Exit::Machine,
            ConsoleError::NoTerminal { .. }
            | ConsoleError::NobodyThere { .. }
            | ConsoleError::Interrupted => Exit::Usage,
        }
    }
}
