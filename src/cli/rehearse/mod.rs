//! `rehearse`: a whole ceremony with embedded rehearsal tokens, through the same code as a real one.

mod attacker;
mod genesis;
mod later;
mod narrator;
mod people;
mod play;

use std::path::PathBuf;

use super::Context;
use crate::advice::Exit;
use crate::ceremony::CeremonyError;
use crate::ceremony::start::scripts;
use crate::console::ConsoleError;
use crate::host::display::typed;
use crate::host::files;
use later::Later;

/// What can be done where nobody reads and types.
const INSTEAD: &str = "Run it in a terminal. Without --interactive the rehearsal plays by itself.";

/// Play a whole ceremony with embedded rehearsal tokens: the first thing to run
#[derive(clap::Args)]
pub struct Args {
    /// The ceremony to play: genesis, annual-refresh, online-key-rotation, holder-replacement or compromise
    #[arg(long, value_name = "NAME", default_value = "genesis")]
    script: String,
    /// Where to play it: a directory that does not exist yet; a new temporary one if absent
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// You are the people: walk through the script of the ceremony, as `run` does
    #[arg(long)]
    interactive: bool,
}

/// Runs the command.
pub fn run(context: &mut Context, args: &Args) -> Result<Exit, CeremonyError> {
    let later = Later::of(&args.script);
    if later.is_none() && args.script != "genesis" {
        let played = |script: &&str| *script == "genesis" || Later::of(script).is_some();
        let known: Vec<&str> = scripts().into_iter().filter(played).collect();
        let (name, known) = (typed(&args.script), known.join(", "));
        context.console.complain(&format!(
            "error: there is no script {name} to rehearse\n  next: The scripts are: {known}."
        ));
        return Ok(Exit::Usage);
    }
    if args.interactive && !context.console.is_attended() {
        return Err(ConsoleError::NobodyThere { instead: INSTEAD }.into());
    }
    let directory = match &args.dir {
        Some(directory) => directory.clone(),
        None => files::temporary_folder("tuf-ceremony-rehearsal-")?,
    };
    match later {
        _ if args.interactive => return people::play(context, later, &directory),
        Some(later) => later::play(later, &directory)?,
        None => genesis::play(&directory)?,
    }
    Ok(Exit::Yes)
}
