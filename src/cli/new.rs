//! `new`: start a ceremony directory.

use std::path::PathBuf;

use jiff::Timestamp;

use super::{Context, show};
use crate::advice::Exit;
use crate::ceremony::{CeremonyError, start};
use crate::console::Console as _;
use crate::host::display::{count, visible, word};

/// Start a ceremony directory
#[derive(clap::Args)]
pub struct Args {
    /// The directory to make
    #[arg(value_name = "DIR")]
    target: PathBuf,
    /// The ceremony.toml to start from: minimal (to fill in), rehearsal (complete, for practice), or inherit (made from
    /// the trusted root)
    #[arg(long, value_name = "NAME", default_value = "minimal", conflicts_with = "from")]
    template: String,
    /// Go on from an earlier ceremony: its ceremony.toml, its public keys, and what it released
    #[arg(long, value_name = "DIR")]
    from: Option<PathBuf>,
    /// The newest root that the world trusts; absent only at genesis. Roots and metadata beside it are imported too
    #[arg(long, value_name = "ROOT.json")]
    trusted: Option<PathBuf>,
    /// The ceremony's id
    #[arg(long, value_name = "ID", value_parser = show::name)]
    id: Option<String>,
    /// When the ceremony is held, e.g. 2027-01-14T15:00:00Z; now if absent
    #[arg(long, value_name = "TIME", value_parser = show::instant)]
    planned: Option<Timestamp>,
}

/// Runs the command.
pub fn run(context: &mut Context, args: &Args) -> Result<Exit, CeremonyError> {
    let started = start::start(
        &args.target,
        &start::Request {
            template: Some(&args.template),
            trusted: args.trusted.as_deref(),
            from: args.from.as_deref(),
            id: args.id.as_deref(),
            planned: args.planned,
        },
    )?;
    let shown = visible(&args.target.to_string_lossy());
    let origin = match &args.from {
        Some(from) => format!("the ceremony in {}", visible(&from.to_string_lossy())),
        None => format!("the template {}", args.template),
    };
    context.console.say(&format!("Made {shown}/ceremony.toml from {origin}."));
    if let Some((file, version)) = started.trusted {
        context.console.say(&format!("Imported the trusted root, version {version}, as {shown}/{file}."));
    }
    if let (Some(first), Some(last)) = (started.before.first(), started.before.last()) {
        let which = match first == last {
            true => format!(
                "the root before it that lay beside it, from which clients may start: version {first}"
            ),
            false => {
                format!(
                    "the roots before it that lay beside it, from which clients may start: versions {first} to {last}"
                )
            }
        };
        context.console.say(&format!("Imported {which}."));
    }
    if started.metadata > 0 {
        let files = count(started.metadata, "file");
        context.console.say(&format!("Imported what is published below it today, {files} beside it."));
    }
    if !started.keys.is_empty() {
        let keys = show::wrap(&format!("Took over the public keys of {}.", started.keys.join(", ")), 78);
        context.console.say(&keys);
    }
    let fill = match (args.template.as_str(), &args.from) {
        (_, Some(_)) => {
            "change what is to change (tuf-ceremony change, or tuf-ceremony compromise on a bad night), then "
        }
        ("rehearsal", _) => "",
        _ => "fill it in (each place that says FILL-IN), then ",
    };
    context
        .console
        .say(&format!("Next: {fill}look at it with\n  tuf-ceremony -C {} plan", word(&args.target)));
    Ok(Exit::Yes)
}
