//! `rehearse`
use super::Context;
use crate::advice::Exit;
use crate::ceremony::CeremonyError;

/// Play a whole ceremony with embedded rehearsal tokens
#[derive(clap::Args)]
pub struct Args {}

/// Runs the command.
pub fn run(_: &mut Context, _: &Args) -> Result<Exit, CeremonyError> {
    Ok(Exit::Yes)
}
