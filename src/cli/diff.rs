//! `diff`: what changes from one metadata file to another.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::inspect::{misshapen, read};
use super::{Context, show};
use crate::advice::Exit;
use crate::ceremony::CeremonyError;
use crate::console::Console as _;
use crate::tuf::diff::diff;

/// Show what changes from one metadata file to another
#[derive(clap::Args)]
pub struct Args {
    /// The older file
    old: PathBuf,
    /// The newer file
    new: PathBuf,
}

/// Runs the command.
pub fn run(context: &mut Context, args: &Args) -> Result<Exit, CeremonyError> {
    let (old, new) = (read(&args.old)?, read(&args.new)?);
    let changes = diff(Some(&old.signed), &new.signed).map_err(misshapen(&args.new))?;
    let text = match (context.json, changes.is_empty()) {
        (true, _) => show::json(&show::changes_json(&changes)),
        (false, true) => "No difference in what is signed.".to_owned(),
        (false, false) => show::changes(&changes, &BTreeMap::new()),
    };
    context.console.say(&text);
    Ok(Exit::Yes)
}
