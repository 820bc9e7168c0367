//! `verify`: a directory of published metadata, as a client sees it.

use std::path::PathBuf;

use jiff::Timestamp;

use super::{Context, show};
use crate::advice::Exit;
use crate::ceremony::CeremonyError;
use crate::ceremony::status::count;
use crate::ceremony::verify::{Report, Row, verify};
use crate::console::Console as _;
use crate::host::clock;
use crate::host::display::visible;
use crate::json::Json;
use crate::tuf::time;

/// Verify a directory of published metadata, starting from a root that you trust
#[derive(clap::Args)]
pub struct Args {
    /// The directory
    #[arg(value_name = "DIR")]
    target: PathBuf,
    /// The root to start from
    #[arg(long, value_name = "ROOT.json")]
    trusted: PathBuf,
    /// Judge expiry at this time, e.g. 2027-01-14T15:00:00Z, instead of now
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,
    /// Stop after the root chain
    #[arg(long)]
    roots_only: bool,
}

/// Runs the command.
pub fn run(context: &mut Context, args: &Args) -> Result<Exit, CeremonyError> {
    let at = args.at.unwrap_or_else(clock::now);
    let report = verify(&args.target, &args.trusted, at, args.roots_only)?;
    let text = if context.json { show::json(&json(&report, at)) } else { text(&report, at) };
    context.console.say(&text);
    Ok(if report.refused.is_none() { Exit::Yes } else { Exit::No })
}

/// The report as a table and a verdict.
pub fn text(report: &Report, at: Timestamp) -> String {
    let row = |row: &Row| {
        let old = row.old.as_ref().map_or("-".to_owned(), count);
        let ignored = row.new.ignored.len();
        let verdict = row.refused.clone().unwrap_or_else(|| match ignored {
            0 => "accepted".to_owned(),
            1 => "accepted, 1 signature ignored".to_owned(),
            more => format!("accepted, {more} signatures ignored"),
        });
        vec![row.file.clone(), row.version.to_string(), row.expires.clone(), old, count(&row.new), verdict]
    };
    let rows: Vec<Vec<String>> = report.rows.iter().map(row).collect();
    let table = show::rows(&["file", "version", "expires", "old keys", "own keys", "verdict"], &rows);
    let verdict = match &report.refused {
        None => "ACCEPTED".to_owned(),
        Some(why) => format!("REFUSED: {}", visible(why)),
    };
    let mark =
        if report.rehearsal { "REHEARSAL: this was made in a rehearsal; nobody may trust it.\n" } else { "" };
    format!("{table}\n{mark}At {}: {verdict}", time::write(at))
}

fn json(report: &Report, at: Timestamp) -> Json {
    let signers = |tally: &crate::tuf::verify::Tally| {
        let ignored = tally.ignored.iter().map(|one| {
            Json::object([
                ("keyid", Json::from(one.keyid.as_str())),
                ("why", Json::from(one.why.to_string())),
            ])
        });
        let keyids = |signers: &[crate::tuf::verify::Signer]| {
            Json::Arr(signers.iter().map(|one| Json::strings(one.keyids.iter().cloned())).collect())
        };
        Json::object([
            ("ignored", Json::Arr(ignored.collect())),
            ("missing", keyids(&tally.missing)),
            ("signed", keyids(&tally.counted)),
            ("threshold", Json::Int(tally.threshold)),
        ])
    };
    let row = |row: &Row| {
        Json::object([
            ("expires", Json::from(row.expires.as_str())),
            ("file", Json::from(row.file.as_str())),
            ("new", signers(&row.new)),
            ("old", row.old.as_ref().map_or(Json::Null, signers)),
            ("refused", row.refused.as_deref().map_or(Json::Null, Json::from)),
            ("version", Json::Int(row.version)),
        ])
    };
    Json::object([
        ("accepted", Json::Bool(report.refused.is_none())),
        ("at", Json::from(time::write(at))),
        ("files", Json::Arr(report.rows.iter().map(row).collect())),
        ("refused", report.refused.as_deref().map_or(Json::Null, Json::from)),
        ("rehearsal", Json::Bool(report.rehearsal)),
    ])
}
