//! `rehearse`: a whole ceremony with embedded rehearsal tokens, through the same code as a real one.

mod attacker;
mod genesis;
mod later;
mod narrator;
mod play;

use std::path::PathBuf;

use super::Context;
use crate::advice::Exit;
use crate::ceremony::CeremonyError;
use crate::ceremony::start::scripts;
use crate::console::Terminal;
use crate::host::display::visible;
use crate::host::files;
use later::Later;

/// Play a whole ceremony with embedded rehearsal tokens: the first thing to run
#[derive(clap::Args)]
pub struct Args {
    /// The ceremony to play: genesis, annual-refresh, online-key-rotation, holder-replacement or compromise
    #[arg(long, value_name = "NAME", default_value = "genesis")]
    script: String,
    /// Where to play it: a directory that does not exist yet; a new temporary one if absent
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Ask what a real ceremony asks, instead of answering by itself
    #[arg(long)]
    interactive: bool,
}

/// Runs the command.
pub fn run(_: &mut Context, args: &Args) -> Result<Exit, CeremonyError> {
    let later = Later::of(&args.script);
    if later.is_none() && args.script != "genesis" {
        let played = |script: &&str| *script == "genesis" || Later::of(script).is_some();
        let known: Vec<&str> = scripts().into_iter().filter(played).collect();
        let (name, known) = (visible(&args.script), known.join(", "));
        Terminal::complain(&format!(
            "error: there is no script {name} to rehearse\n  next: The scripts are: {known}."
        ));
        return Ok(Exit::Usage);
    }
    let directory = match &args.dir {
        Some(directory) => directory.clone(),
        None => files::temporary_folder("tuf-ceremony-rehearsal-")?,
    };
    match later {
        Some(later) => later::play(later, &directory, args.interactive)?,
        None => genesis::play(&directory, args.interactive)?,
    }
    Ok(Exit::Yes)
}
