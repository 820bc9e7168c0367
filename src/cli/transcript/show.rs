//! `transcript show`: the record in words.

use super::words::Told;
use crate::advice::Exit;
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
    /// Only what was recorded in this step of the script, such as 3.2
    #[arg(long, value_name = "N")]
    step: Option<String>,
}

/// Runs the command.
pub fn run(context: &mut Context, args: &Args) -> Result<Exit, CeremonyError> {
    let ceremony = Ceremony::open(&context.directory)?;
    let record = &ceremony.transcript;
    let wanted = |line: &&Json| {
        args.step.as_deref().is_none_or(|step| line.get("step").and_then(Json::as_str) == Some(step))
    };
    let lines: Vec<&Json> = record.lines().iter().filter(wanted).collect();
    let refusing = ceremony.refused_commitments();
    if context.json {
        context.console.say(&show::json(&json(&ceremony, &lines, &refusing)));
    } else {
        let told = Told::new(record);
        for line in &lines {
            context.console.say(&told.line(line));
        }
        if let (true, Some(step)) = (lines.is_empty(), &args.step) {
            context.console.say(&format!("Nothing was recorded in step {}.", visible(step)));
        }
        context.console.say(&format!("\n{}", sittings(record)));
        context.console.say(if ceremony.seal.is_some() { "Sealed." } else { "Not sealed yet." });
        context.console.say(&show::record(record.len(), record.last()));
        if !refusing.is_empty() {
            context.console.say(&show::findings(&refusing));
        }
    }
    let nothing = lines.is_empty() && args.step.is_some();
    Ok(if nothing || !refusing.is_empty() { Exit::No } else { Exit::Yes })
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

fn json(ceremony: &Ceremony, lines: &[&Json], refusing: &[Finding]) -> Json {
    let record = &ceremony.transcript;
    let number = |seq: usize| Json::Int(i64::try_from(seq).unwrap_or(i64::MAX));
    let sittings = record.sittings().iter().map(|sat| {
        Json::object([
            ("closed", sat.closed.map_or(Json::Null, number)),
            ("opened", number(sat.opened)),
            ("vkey", Json::from(sat.verifier.to_string())),
        ])
    });
    Json::object([
        ("last", Json::from(record.last().to_hex())),
        ("lines", Json::Arr(lines.iter().map(|line| (*line).clone()).collect())),
        ("origin", Json::from(record.origin())),
        ("refusing", show::findings_json(refusing)),
        ("sealed", Json::Bool(ceremony.seal.is_some())),
        ("sittings", Json::Arr(sittings.collect())),
    ])
}
