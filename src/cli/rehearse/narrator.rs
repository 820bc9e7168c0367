//! The console of a rehearsal that plays by itself: it answers what a holder would, and shows that it did.

use std::collections::VecDeque;

use crate::console::{Console, ConsoleError, Terminal};
use crate::host::secret::Secret;
use crate::token::rehearsal::PIN;

/// Answers from a list; speaks on the terminal.
#[derive(Default)]
pub struct Narrator {
    answers: VecDeque<String>,
    silent: bool,
    terminal: Terminal,
}

impl Narrator {
    /// Says nothing from now on.
    pub fn hush(&mut self) {
        self.silent = true;
    }

    /// What the next holder is going to type.
    pub fn will_type(&mut self, answers: impl IntoIterator<Item = String>) {
        self.answers = answers.into_iter().collect();
    }
}

impl Console for Narrator {
    fn say(&mut self, text: &str) {
        if !self.silent {
            self.terminal.say(text);
        }
    }

    fn show(&mut self, text: &str) -> Result<(), ConsoleError> {
        if self.silent { Ok(()) } else { self.terminal.show(text) }
    }

    fn can_ask(&self, _: &str, _: &str) -> Result<(), ConsoleError> {
        Ok(())
    }

    fn ask(&mut self, prompt: &str, flag: &str) -> Result<String, ConsoleError> {
        let unanswered = || ConsoleError::NoTerminal { question: prompt.to_owned(), flag: flag.to_owned() };
        let answer = self.answers.pop_front().ok_or_else(unanswered)?;
        self.say(&format!("{prompt}: {answer}"));
        Ok(answer)
    }

    fn ask_hidden(&mut self, prompt: &str, _: &str) -> Result<Secret, ConsoleError> {
        self.say(&format!("{prompt}: [typed, not shown]"));
        Ok(Secret::new(PIN.as_bytes().to_vec()))
    }
}
