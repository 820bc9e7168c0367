//! `transcript check`: whether the record and all that it lists is whole.

use super::show::sittings;
use crate::advice::Exit;
use crate::ceremony::kept::Lost;
use crate::ceremony::merge::CarriedIn;
use crate::ceremony::whole::Whole;
use crate::ceremony::{Ceremony, CeremonyError};
use crate::checks::Finding;
use crate::cli::{Context, show};
use crate::console::Console as _;
use crate::host::display::{count, visible};
use crate::json::Json;

/// Check the record, every file that it lists by SHA-256, and the records of other copies that were merged
///
/// Exit 1 where one was changed, or is missing. Writes nothing.
#[derive(clap::Args)]
pub struct Args {}

/// Runs the command.
pub fn run(context: &mut Context, _: &Args) -> Result<Exit, CeremonyError> {
    let ceremony = Ceremony::open(&context.directory)?;
    let whole = ceremony.whole()?;
    let text = if context.json { show::json(&json(&ceremony, &whole)) } else { text(&ceremony, &whole) };
    context.console.say(&text);
    Ok(if whole.holds() { Exit::Yes } else { Exit::No })
}

fn text(ceremony: &Ceremony, whole: &Whole) -> String {
    let record = &ceremony.transcript;
    let mut out = vec![format!("The record follows line by line. {}", sittings(record))];
    for one in &whole.carried {
        out.push(format!("{}\n    {}", visible(&one.file), shape(one)));
    }
    let held = count(whole.kept.held, "file");
    let lost = show::kept(&whole.kept);
    out.push(match lost.is_empty() {
        true => format!("{held} listed, and as recorded."),
        false => format!("{held} listed; not as recorded:"),
    });
    out.extend(lost);
    out.extend(whole.unrecorded.iter().map(|file| format!("not in the record: {}", visible(file))));
    out.push(if ceremony.seal.is_some() { "Sealed." } else { "Not sealed yet." }.to_owned());
    out.push(show::record(record.len(), record.last()));
    if !whole.findings.is_empty() {
        out.push(show::findings(&whole.findings));
    }
    if !whole.kept.is_whole() {
        out.push(show::wrap(
            "Next: find out who has been at the files that are not as recorded, and compare them with those in another copy \
             of this directory.",
            78,
        ));
    }
    out.join("\n")
}

/// What there is to say of a record that was carried in, beside ours.
pub(super) fn shape(one: &CarriedIn) -> String {
    match one.lines {
        Some((lines, common, sittings)) => format!(
            "carried in: {}, the first {common} as in this record; {}",
            count(lines, "line"),
            count(sittings, "sitting")
        ),
        None => "carried in, and not readable as a record".to_owned(),
    }
}

fn json(ceremony: &Ceremony, whole: &Whole) -> Json {
    let record = &ceremony.transcript;
    let number = |number: usize| Json::Int(i64::try_from(number).unwrap_or(i64::MAX));
    let lost = |files: &[Lost]| {
        let one =
            |one: &Lost| Json::object([("file", Json::from(one.file.as_str())), ("seq", number(one.seq))]);
        Json::Arr(files.iter().map(one).collect())
    };
    let carried = whole.carried.iter().map(|one| {
        let common = one.lines.and_then(|(_, common, _)| usize::try_from(common).ok());
        Json::object([
            ("common", common.map_or(Json::Null, number)),
            ("file", Json::from(one.file.as_str())),
            ("lines", one.lines.map_or(Json::Null, |(lines, _, _)| number(lines))),
            ("sittings", one.lines.map_or(Json::Null, |(_, _, sittings)| number(sittings))),
        ])
    });
    let refusing: Vec<Finding> = whole.findings.iter().filter(|one| one.refuses()).cloned().collect();
    Json::object([
        ("added", Json::strings(whole.kept.added.iter().cloned())),
        ("carried", Json::Arr(carried.collect())),
        ("changed", lost(&whole.kept.changed)),
        ("gone", lost(&whole.kept.gone)),
        ("held", number(whole.kept.held)),
        ("holds", Json::Bool(whole.holds())),
        ("last", Json::from(record.last().to_hex())),
        ("lines", number(record.len())),
        ("refusing", show::findings_json(&refusing)),
        ("sealed", Json::Bool(ceremony.seal.is_some())),
        ("unrecorded", Json::strings(whole.unrecorded.iter().cloned())),
    ])
}
