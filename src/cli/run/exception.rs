//! An exception: a step is passed over, or was done in another way. It has a reason that is read aloud, and two people vouch
//! for it.

use super::words::initials;
use super::{Guide, Next};
use crate::ceremony::CeremonyError;
use crate::ceremony::event::Event;
use crate::ceremony::script::Step;
use crate::ceremony::walk::Walk;
use crate::cli::show::{indent, wrap};
use crate::console::{Console as _, ConsoleError};
use crate::host::display::visible;

/// The fewest characters of a reason.
const SHORTEST: usize = 10;

impl Guide<'_> {
    /// Asks for a reason and two people, and passes over a step.
    pub(super) fn exception(&mut self, walk: &Walk, step: &Step) -> Result<Next, CeremonyError> {
        let (reason, initials) = match self.vouched(step) {
            Ok(Some(vouched)) => vouched,
            Ok(None) => return Ok(Next::Ask),
            Err(ConsoleError::Interrupted) => return Ok(Next::Leave),
            Err(error) => return Err(error.into()),
        };
        let words = walk.words(step);
        let actor = initials.join(", ");
        self.close(step, words, &actor, |words| Event::Exception { words, reason, initials })
    }

    /// The reason and the initials; `None` if it is no exception after all.
    fn vouched(&mut self, step: &Step) -> Result<Option<(String, [String; 2])>, ConsoleError> {
        let reason = self.ask("Reason, as the record will have it")?;
        if reason.chars().count() < SHORTEST {
            self.withdrawn("A reason has at least 10 characters.");
            return Ok(None);
        }
        let read = indent("  ", &wrap(&visible(&reason), self.size().text.saturating_sub(2)));
        let said = format!(
            "\nCA reads it aloud. Exception at step {}:\n\n{read}\n\nTwo people who agree type their initials.\n",
            step.id
        );
        self.context.console.say(&said);
        let Some(first) = initials(&self.context.console.ask("Initials of the first", "")?) else {
            self.withdrawn("Initials are two or three letters.");
            return Ok(None);
        };
        let Some(second) = initials(&self.context.console.ask("Initials of the second", "")?) else {
            self.withdrawn("Initials are two or three letters.");
            return Ok(None);
        };
        if first == second {
            self.withdrawn("One person is not two.");
            return Ok(None);
        }
        Ok(Some((reason, [first, second])))
    }

    fn withdrawn(&mut self, why: &str) {
        self.context.console.say(&format!("{why} No exception was recorded, and the step stays open."));
    }
}
