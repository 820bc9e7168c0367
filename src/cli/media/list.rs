//! `media list`: what is plugged in.

use crate::advice::Exit;
use crate::ceremony::media::named;
use crate::ceremony::{Ceremony, CeremonyError};
use crate::cli::{Context, show};
use crate::console::Console as _;
use crate::host::display::visible;
use crate::json::Json;
use crate::media::devices::{Machine, Volume};
use crate::policy::Policy;

/// List the removable media that are plugged in, and nothing else
#[derive(clap::Args)]
pub struct Args {}

/// Runs the command.
pub fn run(context: &mut Context, _: &Args) -> Result<Exit, CeremonyError> {
    let volumes = Machine::default().removable()?;
    if context.json {
        context.console.say(&show::json(&Json::Arr(volumes.iter().map(json).collect())));
        return Ok(Exit::Yes);
    }
    if volumes.is_empty() {
        context.console.say(
            "No removable medium is plugged in.\n\
             A disk that calls itself fixed is never listed. Mount it by hand, and give its folder to\n\
             `media import` or `media export` with --at.",
        );
        return Ok(Exit::Yes);
    }
    // It may be none, or one that cannot be opened: what is plugged in can be told all the same.
    let plan = Ceremony::open(&context.directory).ok().map(|ceremony| ceremony.policy);
    let all: Vec<String> = volumes.iter().map(|volume| text(volume, plan.as_ref())).collect();
    context.console.say(&all.join("\n"));
    Ok(Exit::Yes)
}

/// A line for a device, and below it, for windows of 80 columns, lines with what is known of it.
fn text(volume: &Volume, plan: Option<&Policy>) -> String {
    let content = volume.content.as_ref();
    let label = match (volume.label(), plan, volume.unreadable) {
        (_, _, Some(kind)) => format!("cannot be read, so its label is not known: {kind}"),
        (_, _, None) if volume.silent => "empty, or cannot be read".to_owned(),
        (_, _, None) if content.is_none() => "no file system that is known here".to_owned(),
        ("", ..) => "without a label".to_owned(),
        (_, Some(plan), _) => named(volume, plan),
        (label, None, _) => visible(label),
    };
    let mounted: Vec<&str> = volume.mounts.iter().map(|mount| mount.at.as_str()).collect();
    let mut lines = vec![format!("{}: {label}", visible(&volume.name))];
    let mut first: Vec<String> = Vec::new();
    first.extend(content.map(|content| format!("file system {}", content.kind.name())));
    first.extend((!volume.silent).then(|| size(volume.bytes)));
    first.push(volume.bus.clone());
    first.push(if is_read_only(volume) { "read-only" } else { "writable" }.to_owned());
    lines.push(first.join(", "));
    let id = content.map(|content| content.id.as_str()).filter(|id| !id.is_empty());
    let numbers = [("serial", volume.serial.as_deref()), ("id", id)];
    let numbers = numbers.iter().filter_map(|(what, number)| Some(format!("{what} {}", visible((*number)?))));
    let numbers: Vec<String> = numbers.collect();
    lines.extend((!numbers.is_empty()).then(|| numbers.join(", ")));
    lines.extend((!mounted.is_empty()).then(|| format!("mounted at {}", visible(&mounted.join(", ")))));
    lines.join("\n    ")
}

fn is_read_only(volume: &Volume) -> bool {
    let mounted = !volume.mounts.is_empty() && volume.mounts.iter().all(|mount| mount.is_read_only());
    volume.read_only || mounted
}

/// Bytes in the unit that sticks are sold by.
fn size(bytes: u64) -> String {
    let units = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    let unit = units.into_iter().find(|(unit, _)| bytes >= *unit);
    unit.map_or_else(
        || format!("{bytes} B"),
        |(unit, name)| format!("{}.{} {name}", bytes / unit, bytes % unit * 10 / unit),
    )
}

fn json(volume: &Volume) -> Json {
    let text = |text: Option<&str>| text.filter(|text| !text.is_empty()).map_or(Json::Null, Json::from);
    let content = volume.content.as_ref();
    let mounts = volume.mounts.iter().map(|mount| {
        Json::object([
            ("at", Json::from(mount.at.as_str())),
            ("options", Json::from(mount.options.as_str())),
            ("read_only", Json::Bool(mount.is_read_only())),
        ])
    });
    let bytes = Json::Int(i64::try_from(volume.bytes).unwrap_or(i64::MAX));
    Json::object([
        ("bus", Json::from(volume.bus.as_str())),
        ("bytes", if volume.silent { Json::Null } else { bytes }),
        ("device", Json::from(volume.path.to_string_lossy().into_owned())),
        ("file_system", text(content.map(|content| content.kind.name()))),
        ("id", text(content.map(|content| content.id.as_str()))),
        ("label", text(Some(volume.label()))),
        ("mounted", Json::Arr(mounts.collect())),
        ("name", Json::from(volume.name.as_str())),
        ("read_only", Json::Bool(is_read_only(volume))),
        ("readable", Json::Bool(volume.unreadable.is_none() && !volume.silent)),
        ("serial", text(volume.serial.as_deref())),
    ])
}
