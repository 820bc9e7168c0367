//! `new`: start a ceremony directory.

use std::path::PathBuf;

use super::Context;
use crate::advice::Exit;
use crate::ceremony::{CeremonyError, start};
use crate::console::Console as _;
use crate::host::display::visible;

/// Start a ceremony directory
#[derive(clap::Args)]
pub struct Args {
    /// The directory to make
    #[arg(value_name = "DIR")]
    target: PathBuf,
    /// The ceremony.toml to start from: minimal (to fill in) or rehearsal (complete, for practice)
    #[arg(long, value_name = "NAME", default_value = "minimal")]
    template: String,
    /// The newest root that the world trusts; absent only at genesis
    #[arg(long, value_name = "ROOT.json")]
    trusted: Option<PathBuf>,
}

/// Runs the command.
pub fn run(context: &mut Context, args: &Args) -> Result<Exit, CeremonyError> {
    let started = start::start(&args.target, &args.template, args.trusted.as_deref())?;
    let shown = visible(&args.target.to_string_lossy());
    context.console.say(&format!("Made {shown}/ceremony.toml from the template {}.", args.template));
    if let Some((file, version)) = started.trusted {
        context.console.say(&format!("Imported the trusted root, version {version}, as {shown}/{file}."));
    }
    if let (Some(first), Some(last)) = (started.before.first(), started.before.last()) {
        context.console.say(&format!(
            "Imported the roots before it that lay beside it, from which clients may start: versions {first} to {last}."
        ));
    }
    let fill =
        if args.template == "rehearsal" { "" } else { "fill it in (each place that says FILL-IN), then " };
    context.console.say(&format!("Next: {fill}look at it with\n  tuf-ceremony -C {shown} plan"));
    Ok(Exit::Yes)
}
