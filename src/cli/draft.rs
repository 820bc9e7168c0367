//! `draft`: write unsigned metadata.

use super::Context;
use super::show::left;
use crate::advice::Exit;
use crate::ceremony::drafting::file_of;
use crate::ceremony::{Ceremony, CeremonyError};
use crate::console::Console as _;

/// Write the drafts that the plan asks for, in the place of older ones
#[derive(clap::Args)]
pub struct Args {}

/// Runs the command.
pub fn run(context: &mut Context, _: &Args) -> Result<Exit, CeremonyError> {
    let drafts = Ceremony::act(&context.place(), Ceremony::draft)?;
    for draft in &drafts.made {
        context.console.say(&format!("Wrote {}", file_of(&draft.role)));
    }
    if !drafts.left.is_empty() {
        context.console.say(&left(&drafts.left));
    }
    context.next("tuf-ceremony freeze");
    Ok(Exit::Yes)
}
