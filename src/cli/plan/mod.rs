//! `plan`: what changes, who must sign, when things expire, what is survived, which checks fail.

mod changes;
mod json;
mod ladder;
mod next;
mod sets;
mod survival;
mod text;

use std::path::PathBuf;

use super::{Context, show};
use crate::advice::Exit;
use crate::ceremony::plan::Plan;
use crate::ceremony::{Ceremony, CeremonyError};
use crate::checks::Finding;
use crate::console::Console as _;
use crate::host::display::visible;
use crate::host::files;

pub use text::text;

/// Compare the policy with the trusted root: changes, signers, quorums, dates, losses, failed checks
#[derive(clap::Args)]
pub struct Args {
    /// Write the dates that people must not miss as a calendar (RFC 5545); the file must not exist yet
    #[arg(long, value_name = "FILE.ics")]
    calendar: Option<PathBuf>,
    /// Draft the next root for every loss of one key and for the online key's compromise, into drafts/ladder/, and say which
    /// of these rungs could be frozen now
    #[arg(long)]
    ladder: bool,
}

/// Runs the command.
pub fn run(context: &mut Context, args: &Args) -> Result<Exit, CeremonyError> {
    if !args.ladder {
        let ceremony = Ceremony::open(&context.directory)?;
        return show_plan(context, &ceremony, args, &ceremony.plan()?);
    }
    let place = context.place();
    Ceremony::act(&place, |ceremony| {
        let rungs = ceremony.write_ladder()?;
        if !context.json {
            context.console.say(&ladder::written(&rungs));
            context.console.say("");
        }
        let plan = ceremony.plan_over(rungs)?;
        show_plan(context, ceremony, args, &plan)
    })
}

fn show_plan(
    context: &mut Context,
    ceremony: &Ceremony,
    args: &Args,
    plan: &Plan,
) -> Result<Exit, CeremonyError> {
    if let Some(file) = &args.calendar {
        files::create_or_same(file, ceremony.calendar(plan).as_bytes())?;
    }
    let text = if context.json { show::json(&json::json(ceremony, plan)) } else { text(ceremony, plan) };
    context.console.say(&text);
    if let Some(file) = args.calendar.as_ref().filter(|_| !context.json) {
        context.console.say(&format!("Wrote {}", visible(&file.to_string_lossy())));
    }
    Ok(if plan.findings.iter().any(Finding::refuses) { Exit::No } else { Exit::Yes })
}

/// How the public half of a key comes into the directory.
pub fn how_to_enrol(ceremony: &Ceremony, key: &str) -> String {
    let plan = ceremony.policy.keys.get(key);
    match plan.map(|plan| (&plan.token, &plan.public)) {
        Some((None, Some(file))) => {
            format!("put the public half of {key} at {} (PEM, SubjectPublicKeyInfo)", visible(file))
        }
        _ => format!("tuf-ceremony token provision --key {key}   (--existing if its token has it)"),
    }
}
