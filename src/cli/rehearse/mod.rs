//! `rehearse`: a whole ceremony with embedded rehearsal tokens, through the same code as a real one.

mod narrator;
mod play;

use std::path::PathBuf;

use super::Context;
use crate::advice::Exit;
use crate::ceremony::CeremonyError;
use crate::ceremony::start::script;
use crate::console::Terminal;
use crate::host::display::visible;
use crate::host::files;

/// Play a whole ceremony with embedded rehearsal tokens: the first thing to run
#[derive(clap::Args)]
pub struct Args {
    /// The ceremony to play: genesis
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
    if script(&args.script).is_none() {
        let name = visible(&args.script);
        Terminal::complain(&format!(
            "error: there is no script {name} to rehearse\n  next: Try --script genesis."
        ));
        return Ok(Exit::Usage);
    }
    let directory = match &args.dir {
        Some(directory) => directory.clone(),
        None => files::temporary_folder("tuf-ceremony-rehearsal-")?,
    };
    play::Play::new(directory, args.interactive)?.play()?;
    Ok(Exit::Yes)
}
