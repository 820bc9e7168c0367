//! `media check`: a medium later, on any machine.

use std::path::{Path, PathBuf};

use super::passphrase;
use crate::advice::Exit;
use crate::ceremony::event::MEDIA_IMAGE;
use crate::ceremony::media::check::{Ask, Checked, EncryptedFile, Recorded, check};
use crate::ceremony::{Ceremony, CeremonyError};
use crate::cli::{Context, digest, show};
use crate::console::{Console as _, words};
use crate::host::beneath::Beneath;
use crate::host::display::{count, visible};
use crate::host::files;
use crate::host::mount::Access;
use crate::json::Json;
use crate::media::MediaError;
use crate::media::devices::{Machine, Volume};
use crate::media::encrypted::{FORMAT, SUFFIX};
use crate::media::medium::Medium;

/// Verify a medium against its own manifest, on any machine; in a ceremony directory, against its record too
///
/// `sha256sum -c MANIFEST`, in the folder of the files, says of the files what this says. Compare the SHA-256 of MANIFEST with
/// the paper.
#[derive(clap::Args)]
pub struct Args {
    /// The folder on which it is mounted, a copy of what is on it, or the device, which only root may mount
    #[arg(value_name = "DIR|DEVICE")]
    medium: PathBuf,
    /// Open sets that are encrypted, in memory, and verify what is inside against its own manifest; the passphrase is asked for
    #[arg(long)]
    open: bool,
    /// The same, with the passphrase from this file descriptor
    #[arg(long, value_name = "N")]
    passphrase_fd: Option<u32>,
}

/// Runs the command.
pub fn run(context: &mut Context, args: &Args) -> Result<Exit, CeremonyError> {
    let ceremony = match files::exists(&context.directory.join("ceremony.toml")) {
        true => Some(Ceremony::open(&context.directory)?),
        false => None,
    };
    let from = passphrase(args.passphrase_fd);
    let console = &mut context.console;
    let mut obtain = |file: &str| from.recall(console, file);
    let is_wanted = args.open || args.passphrase_fd.is_some();
    let ask: Ask<'_> = if is_wanted { Some(&mut obtain) } else { None };
    let mut unmounted = None;
    let found = if files::is_folder(&args.medium) {
        // With a slash in it, it is told as a folder, and not as a label.
        let path = args.medium.to_string_lossy();
        let label = if path.contains('/') { path.into_owned() } else { format!("./{path}") };
        let tree = Beneath::open(&args.medium)?.called("");
        check(&tree, &label, ceremony.as_ref(), ask)
    } else {
        let medium = device(&args.medium, ceremony.as_ref())?;
        let label = medium.label.clone();
        let found = check(&medium.tree, &label, ceremony.as_ref(), ask);
        let closed = medium.unmount();
        // What happened first is told.
        let found = found.and_then(|found| Ok(closed.map(|_| found)?));
        unmounted =
            Some(format!("The medium labelled {} is unmounted, and can be taken out.", visible(&label)));
        found
    };
    let found = match found {
        Ok(found) => found,
        Err(error) => {
            if let Some(unmounted) = unmounted.filter(|_| !context.json) {
                context.console.say(&unmounted);
            }
            return Err(match error {
                CeremonyError::Media(error) => error.in_check().into(),
                other => other,
            });
        }
    };
    let whole = found.iter().all(Checked::is_whole);
    if context.json {
        context.console.say(&show::json(&Json::Arr(found.iter().map(json).collect())));
    } else {
        let texts: Vec<String> = found.iter().map(text).collect();
        context.console.say(&texts.join("\n\n"));
        if let Some(unmounted) = unmounted {
            context.console.say(&unmounted);
        }
    }
    Ok(if whole { Exit::Yes } else { Exit::No })
}

fn device(path: &Path, ceremony: Option<&Ceremony>) -> Result<Medium, CeremonyError> {
    if !files::exists(path) {
        return Err(MediaError::Nowhere(path.to_owned()).into());
    }
    if files::is_plain(path) {
        let digest = Json::from(digest::of_file(path)?.0.to_hex());
        let mut images = ceremony.into_iter().flat_map(|ceremony| ceremony.transcript.numbered(MEDIA_IMAGE));
        let recorded = images.find(|(_, data)| data.get("image") == Some(&digest)).map(|(seq, _)| seq);
        return Err(MediaError::PlainFile { file: path.to_owned(), recorded }.into());
    }
    let path = files::absolute(path)?;
    let volume = Machine::default().removable()?.into_iter().find(|volume| volume.path == path);
    if let Some(Volume { name, unreadable: Some(kind), .. }) = &volume {
        let closed = MediaError::Unreadable { devices: vec![name.clone()], kind: *kind };
        return Err(closed.in_check().into());
    }
    let volume = volume.filter(|volume| volume.content.is_some());
    let volume = volume.ok_or(MediaError::NotRemovable(path))?;
    Ok(Medium::mount(&volume, Access::Read).map_err(MediaError::in_check)?)
}

fn text(one: &Checked) -> String {
    let folder = if one.folder.is_empty() {
        "MANIFEST".to_owned()
    } else {
        format!("{}/MANIFEST", visible(&one.folder))
    };
    let mut lines = vec![format!("{folder}: {}", count(one.manifest.files.len(), "file"))];
    for name in ["ceremony", "repository", "set", "label"] {
        if let Some(value) = one.manifest.about(name) {
            lines.push(format!("  {name}: {value}"));
        }
    }
    lines.push("  its SHA-256, to be compared with the paper:".to_owned());
    lines.push(show::indent("    ", &show::digest(one.digest)));
    lines.push("  the same as words".to_owned());
    lines.push(show::indent("    ", &show::words(&words::words(&one.digest.0))));
    lines.extend(one.troubles.iter().map(|trouble| format!("  {trouble}")));
    lines.extend(one.encrypted.iter().flat_map(inside));
    lines.extend(match one.record {
        None => None,
        Some(Recorded::Line(seq)) => Some(format!("  the record of this ceremony has it, in line #{seq}")),
        Some(Recorded::Files) => Some("  every file is as it is in this ceremony's directory".to_owned()),
        Some(Recorded::Closed) => Some(
            "  the record of this ceremony does not have it; --open compares its files with the directory"
                .to_owned(),
        ),
        Some(Recorded::No) => {
            Some("  neither the record nor the files of this ceremony are what this has".to_owned())
        }
    });
    lines.push(if one.is_whole() { "Every file is as listed." } else { "NOT AS IT MUST BE." }.to_owned());
    lines.join("\n")
}

/// What is said of a file that is encrypted.
fn inside(file: &EncryptedFile) -> Vec<String> {
    let path = visible(&file.path);
    match &file.inside {
        None => vec![
            format!("  {path} is encrypted in the age format, and was not opened; to open it:"),
            format!("    age -d {path}{}", if file.path.ends_with(SUFFIX) { " | tar -x" } else { "" }),
        ],
        Some(Err(why)) => vec![format!("  {path} is encrypted, and was not looked into: {why}")],
        Some(Ok(inside)) => vec![
            format!("  {path} opens, with {} inside", count(inside.manifest.files.len(), "file")),
            "  SHA-256 of the MANIFEST inside, to be compared with the paper:".to_owned(),
            show::indent("    ", &show::digest(inside.digest)),
        ],
    }
}

fn inside_json(file: &EncryptedFile) -> Json {
    let (files, manifest, why) = match &file.inside {
        None => (Json::Null, Json::Null, Json::Null),
        Some(Err(why)) => (Json::Null, Json::Null, Json::from(why.as_str())),
        Some(Ok(inside)) => {
            let files = i64::try_from(inside.manifest.files.len()).unwrap_or(i64::MAX);
            (Json::Int(files), Json::from(inside.digest.to_hex()), Json::Null)
        }
    };
    Json::object([
        ("file", Json::from(file.path.as_str())),
        ("files", files),
        ("format", Json::from(FORMAT)),
        ("manifest", manifest),
        ("unopened", why),
    ])
}

fn json(one: &Checked) -> Json {
    let about = one.manifest.about.iter().map(|(name, value)| (name.clone(), Json::from(value.as_str())));
    let record = match one.record {
        None => Json::Null,
        Some(Recorded::Line(seq)) => Json::Int(i64::try_from(seq).unwrap_or(i64::MAX)),
        Some(Recorded::Files) => Json::from("files"),
        Some(Recorded::Closed) => Json::from("closed"),
        Some(Recorded::No) => Json::Bool(false),
    };
    Json::object([
        ("about", Json::Obj(about.collect())),
        ("encrypted", Json::Arr(one.encrypted.iter().map(inside_json).collect())),
        ("files", Json::Int(i64::try_from(one.manifest.files.len()).unwrap_or(i64::MAX))),
        ("folder", Json::from(one.folder.as_str())),
        ("manifest", Json::from(one.digest.to_hex())),
        ("record", record),
        ("troubles", Json::strings(one.troubles.iter().cloned())),
        ("whole", Json::Bool(one.is_whole())),
        ("words", Json::strings(words::words(&one.digest.0))),
    ])
}
