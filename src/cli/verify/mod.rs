//! `verify`: a repository directory as clients see it.

mod json;
mod text;

use std::path::PathBuf;

use jiff::Timestamp;

use super::{Context, show};
use crate::advice::Exit;
use crate::ceremony::CeremonyError;
use crate::ceremony::verify::Published;
use crate::console::Console as _;
use crate::host::clock;
use crate::tuf::client::Profile;
use crate::tuf::client::report::Look;

pub use text::text;

/// Verify a directory of published metadata, starting from a root that you trust
#[derive(clap::Args)]
pub struct Args {
    /// The directory
    #[arg(value_name = "DIR")]
    target: PathBuf,
    /// The root to start from
    #[arg(long, value_name = "ROOT.json", required_unless_present = "from_every_root")]
    trusted: Option<PathBuf>,
    /// Judge expiry at this time, e.g. 2027-01-14T15:00:00Z, instead of now
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,
    /// Stop after the root chain
    #[arg(long)]
    roots_only: bool,
    /// Start from each root in the directory, and show a table
    #[arg(long, conflicts_with = "trusted")]
    from_every_root: bool,
    /// Whose eyes to see with: what the specification says, what published repositories need, or one of the clients
    #[arg(long, value_name = "CLIENT", default_value = "strict", value_parser = names())]
    client: String,
    /// A folder of what a client trusted earlier (timestamp.json, snapshot.json): nothing may be rolled back
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// Where the target files are, if not in DIR/targets or beside a folder called metadata
    #[arg(long, value_name = "DIR")]
    targets: Option<PathBuf>,
}

fn names() -> Vec<&'static str> {
    Profile::ALL.iter().map(|profile| profile.name()).collect()
}

/// Runs the command.
pub fn run(context: &mut Context, args: &Args) -> Result<Exit, CeremonyError> {
    let look = Look {
        // The parser took no other name.
        profile: Profile::from_name(&args.client).unwrap_or(Profile::Strict),
        at: args.at.unwrap_or_else(clock::now),
        roots_only: args.roots_only,
    };
    let published = Published {
        directory: args.target.clone(),
        look,
        state: args.state.clone(),
        targets: args.targets.clone(),
    };
    let (text, accepted) = match &args.trusted {
        Some(trusted) => {
            let report = published.verify(trusted)?;
            let shown = if context.json { show::json(&json::report(&report)) } else { text(&report) };
            (shown, report.refused.is_none())
        }
        None => {
            let reports = published.verify_from_every_root()?;
            let shown = if context.json {
                show::json(&json::table(&look, &reports))
            } else {
                text::table(&look, &reports)
            };
            (shown, reports.iter().all(|(_, report)| report.refused.is_none()))
        }
    };
    context.console.say(&text);
    Ok(if accepted { Exit::Yes } else { Exit::No })
}
