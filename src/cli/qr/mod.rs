//! `qr`: artifacts out and in as QR codes.

pub mod read;
mod show;

use super::Context;
use crate::advice::Exit;
use crate::ceremony::CeremonyError;

/// Show a file as QR codes, or read one from pictures of them
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    act: Act,
}

#[derive(clap::Subcommand)]
enum Act {
    Show(show::Args),
    Read(read::Args),
}

/// Runs the command.
pub fn run(context: &mut Context, args: &Args) -> Result<Exit, CeremonyError> {
    match &args.act {
        Act::Show(args) => show::run(context, args),
        Act::Read(args) => read::run(context, args),
    }
}
