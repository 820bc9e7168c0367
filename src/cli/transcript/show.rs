//! `transcript show`: the record in words, or one that was carried in.

use super::check::shape;
use super::words::Told;
use crate::advice::Exit;
use crate::ceremony::directory::RECORD;
use crate::ceremony::transcript::Transcript;
use crate::ceremony::{Ceremony, CeremonyError};
use crate::checks::Finding;
use crate::cli::{Context, show};
use crate::console::Console as _;
use crate::host::display::visible;
use crate::json::Json;

/// Tell the record line by line, and which sittings were closed
#[derive(clap::Args)]
pub struct Args {
    /// Instead of this directory's record, that of a copy that was merged: its file under transcripts/, as
    /// `transcript check` lists it, or 8 or more digits of its SHA-256
    #[arg(value_name = "RECORD")]
    carried: Option<String>,
    /// Only what was recorded in this step of the script, such as 3.2
    #[arg(long, value_name = "N")]
    step: Option<String>,
}

/// Runs the command.
pub fn run(context: &mut Context, args: &Args) -> Result<Exit, CeremonyError> {
    let ceremony = Ceremony::open(&context.directory)?;
    let carried = args.carried.as_deref().map(|wanted| ceremony.carried_record(wanted)).transpose()?;
    let shown = match &carried {
        Some((one, record, finding)) => Shown {
            file: &one.file,
            record,
            sealed: record.is_sealed(),
            refusing: [finding].into_iter().filter(|finding| finding.refuses()).cloned().collect(),
            // Its checkpoint stayed where it was made.
            end: format!("{}\n    {}", visible(&one.file), shape(one)),
        },
        None => {
            let sealed = ceremony.seal.is_some();
            let end = if sealed { "Sealed." } else { "Not sealed yet." }.to_owned();
            let (record, refusing) = (&ceremony.transcript, ceremony.refused_commitments());
            Shown { file: RECORD, record, sealed, refusing, end }
        }
    };
    let wanted = |line: &&Json| {
        args.step.as_deref().is_none_or(|step| line.get("step").and_then(Json::as_str) == Some(step))
    };
    let lines: Vec<&Json> = shown.record.lines().iter().filter(wanted).collect();
    if context.json {
        context.console.say(&show::json(&json(&shown, &lines)));
    } else {
        let told = Told::new(shown.record);
        for line in &lines {
            context.console.say(&told.line(line));
        }
        if let (true, Some(step)) = (lines.is_empty(), &args.step) {
            context.console.say(&format!("Nothing was recorded in step {}.", visible(step)));
        }
        context.console.say(&format!("\n{}", sittings(shown.record)));
        context.console.say(&shown.end);
        context.console.say(&show::record(shown.record.len(), shown.record.last()));
        if !shown.refusing.is_empty() {
            context.console.say(&show::findings(&shown.refusing));
        }
    }
    let nothing = lines.is_empty() && args.step.is_some();
    Ok(if nothing || !shown.refusing.is_empty() { Exit::No } else { Exit::Yes })
}

/// A record, and what there is to say of it.
struct Shown<'a> {
    /// In the ceremony directory.
    file: &'a str,
    record: &'a Transcript,
    sealed: bool,
    refusing: Vec<Finding>,
    /// What is said below its lines.
    end: String,
}

/// How many sittings there were, and which of them nobody closed. The last of a sealed record is closed by the checkpoint.
pub(super) fn sittings(record: &Transcript) -> String {
    let all = record.sittings();
    let last = all.len().saturating_sub(1);
    let open = all
        .iter()
        .enumerate()
        .filter(|(place, sat)| sat.closed.is_none() && !(record.is_sealed() && *place == last));
    let open: Vec<String> = open.map(|(_, sat)| format!("#{}", sat.opened)).collect();
    let count = if all.len() == 1 { "1 sitting".to_owned() } else { format!("{} sittings", all.len()) };
    match open.is_empty() {
        true => format!("{count}, each closed."),
        false => show::wrap(
            &format!(
                "{count}; not closed: what began with {}. That is so where a process was stopped, or still runs; the lines of \
                 it are held by what comes after them alone.",
                open.join(", ")
            ),
            78,
        ),
    }
}

fn json(shown: &Shown<'_>, lines: &[&Json]) -> Json {
    let record = shown.record;
    let number = |seq: usize| Json::Int(i64::try_from(seq).unwrap_or(i64::MAX));
    let sittings = record.sittings().iter().map(|sat| {
        Json::object([
            ("closed", sat.closed.map_or(Json::Null, number)),
            ("opened", number(sat.opened)),
            ("vkey", Json::from(sat.verifier.to_string())),
        ])
    });
    Json::object([
        ("file", Json::from(shown.file)),
        ("last", Json::from(record.last().to_hex())),
        ("lines", Json::Arr(lines.iter().map(|line| (*line).clone()).collect())),
        ("origin", Json::from(record.origin())),
        ("refusing", show::findings_json(&shown.refusing)),
        ("sealed", Json::Bool(shown.sealed)),
        ("sittings", Json::Arr(sittings.collect())),
    ])
}
