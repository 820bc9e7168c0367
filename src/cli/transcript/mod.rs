//! `transcript`: read the record, and prove what it says.

mod check;
mod check_proof;
mod cosign;
mod prove;
mod show;
mod words;

use super::Context;
use crate::advice::Exit;
use crate::ceremony::CeremonyError;

/// Read the record, prove what it says, and witness it
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Transcript,
}

#[derive(clap::Subcommand)]
enum Transcript {
    Show(show::Args),
    Check(check::Args),
    Prove(prove::Args),
    CheckProof(check_proof::Args),
    Cosign(cosign::Args),
}

/// Runs the command.
pub fn run(context: &mut Context, args: &Args) -> Result<Exit, CeremonyError> {
    match &args.command {
        Transcript::Show(args) => show::run(context, args),
        Transcript::Prove(args) => prove::run(context, args),
        Transcript::Check(args) => check::run(context, args),
        Transcript::CheckProof(args) => check_proof::run(context, args),
        Transcript::Cosign(args) => cosign::run(context, args),
    }
}
