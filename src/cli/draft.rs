//! `draft`: write unsigned metadata.

use super::Context;
use crate::advice::Exit;
use crate::ceremony::{Ceremony, CeremonyError};
use crate::console::Console as _;

/// Write the drafts that the plan asks for, in the place of older ones
#[derive(clap::Args)]
pub struct Args {}

/// Runs the command.
pub fn run(context: &mut Context, _: &Args) -> Result<Exit, CeremonyError> {
    let mut ceremony = Ceremony::open_to_act(&context.directory)?;
    for draft in ceremony.draft()? {
        context.console.say(&format!("Wrote drafts/{}.json", draft.role));
    }
    context.console.say("Next: tuf-ceremony freeze");
    Ok(Exit::Yes)
}
