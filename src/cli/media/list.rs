//! `media list`: what is plugged in.

use crate::advice::Exit;
use crate::ceremony::CeremonyError;
use crate::cli::{Context, show};
use crate::console::Console as _;
use crate::host::display::visible;
use crate::json::Json;
use crate::media::devices::{Machine, Volume};

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
        context.console.say("No removable medium is plugged in.");
        return Ok(Exit::Yes);
    }
    let head = ["name", "bus", "size", "file system", "label", "serial", "id", "mounted", "access"];
    let rows: Vec<Vec<String>> = volumes.iter().map(row).collect();
    context.console.say(&show::rows(&head, &rows));
    Ok(Exit::Yes)
}

fn row(volume: &Volume) -> Vec<String> {
    let dash = |text: &str| if text.is_empty() { "-".to_owned() } else { visible(text) };
    let content = volume.content.as_ref();
    let system = match (content, volume.unreadable) {
        (Some(content), _) => content.kind.name().to_owned(),
        (None, Some(kind)) => format!("? ({kind})"),
        (None, None) if volume.silent => "empty, or cannot be read".to_owned(),
        (None, None) => "none known".to_owned(),
    };
    let mounted: Vec<&str> = volume.mounts.iter().map(|mount| mount.at.as_str()).collect();
    vec![
        volume.name.clone(),
        volume.bus.clone(),
        if volume.silent { "-".to_owned() } else { size(volume.bytes) },
        system,
        dash(volume.label()),
        dash(volume.serial.as_deref().unwrap_or_default()),
        dash(content.map_or("", |content| content.id.as_str())),
        dash(&mounted.join(", ")),
        if is_read_only(volume) { "read-only" } else { "writable" }.to_owned(),
    ]
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
