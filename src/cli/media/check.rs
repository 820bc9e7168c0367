//! `media check`: a medium later, on any machine.

use std::path::{Path, PathBuf};

use super::passphrase;
use crate::advice::Exit;
use crate::ceremony::event::MEDIA_IMAGE;
use crate::ceremony::media::check::{Ask, Checked, EncryptedFile, Found, Recorded, check};
use crate::ceremony::{Ceremony, CeremonyError};
use crate::cli::{Context, digest, show};
use crate::console::{Console, words};
use crate::host::beneath::Beneath;
use crate::host::display::{count, visible, word};
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
    /// The folder on which it is mounted, a copy of what is on it, or the device, which only root may mount: by its path, or by
    /// its name or label in `media list`
    #[arg(value_name = "DIR|DEVICE")]
    medium: PathBuf,
    /// Open sets that are encrypted, in memory, and verify what is inside against its own manifest; the passphrase is asked for
    #[arg(long)]
    open: bool,
    /// The same, with the passphrase from this file descriptor
    #[arg(long, value_name = "N")]
    passphrase_fd: Option<u32>,
}

/// How often a passphrase may be typed: nobody sees a slip.
const TRIES: usize = 3;

/// Runs the command.
pub fn run(context: &mut Context, args: &Args) -> Result<Exit, CeremonyError> {
    let ceremony = match files::exists(&context.directory.join("ceremony.toml")) {
        true => Some(Ceremony::open(&context.directory)?),
        false => None,
    };
    // What is asked is for people, and the end is for the machine.
    context.console.speak_aside(context.json);
    let looked = look(&mut context.console, args, ceremony.as_ref());
    context.console.speak_aside(false);
    let Looked { found, unmounted } = looked?;
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
    let whole = found.is_whole();
    if context.json {
        context.console.say(&show::json(&Json::object([
            ("folders", Json::Arr(found.folders.iter().map(json).collect())),
            ("unlisted", Json::strings(found.unlisted.iter().cloned())),
            ("whole", Json::Bool(whole)),
        ])));
    } else {
        let texts = found.folders.iter().map(text).chain(in_all(&found));
        context.console.say(&texts.collect::<Vec<_>>().join("\n\n"));
        if let Some(unmounted) = unmounted {
            context.console.say(&unmounted);
        }
    }
    Ok(if whole { Exit::Yes } else { Exit::No })
}

/// What came of looking at a medium, and that it can be taken out.
struct Looked {
    found: Result<Found, CeremonyError>,
    unmounted: Option<String>,
}

/// Looks at a folder, or at a medium that is mounted for that.
fn look(
    console: &mut dyn Console,
    args: &Args,
    ceremony: Option<&Ceremony>,
) -> Result<Looked, CeremonyError> {
    let is_folder = files::is_folder(&args.medium);
    let mut before = None;
    let mut obtain = |file: &str| {
        if args.passphrase_fd.is_none() && console.can_ask("", "").is_ok() {
            if before.as_deref() == Some(file) {
                console
                    .say("It does not open with that. Type the passphrase once more, or stop with Ctrl-C.");
            } else if !is_folder {
                console.say("The medium is in use: do not take it out yet.");
            }
        }
        before = Some(file.to_owned());
        passphrase(args.passphrase_fd).recall(console, file)
    };
    let is_wanted = args.open || args.passphrase_fd.is_some();
    // A descriptor has one line.
    let tries = if args.passphrase_fd.is_some() { 1 } else { TRIES };
    let ask = is_wanted.then_some(Ask { obtain: &mut obtain, tries });
    if is_folder {
        // With a slash in it, it is told as a folder, and not as a label.
        let path = args.medium.to_string_lossy();
        let label = if path.contains('/') { path.into_owned() } else { format!("./{path}") };
        let tree = Beneath::open(&args.medium)?.called("");
        return Ok(Looked { found: check(&tree, &label, ceremony, ask), unmounted: None });
    }
    let medium = device(&args.medium, ceremony)?;
    let label = medium.label.clone();
    let found = check(&medium.tree, &label, ceremony, ask);
    let closed = medium.unmount();
    let taken_out = || format!("The medium labelled {} is unmounted, and can be taken out.", visible(&label));
    let unmounted = closed.is_ok().then(taken_out);
    let found = match closed {
        // Whatever was found: files are not there where there is no medium.
        Err(error @ MediaError::Gone { .. }) => Err(error.into()),
        // Otherwise what happened first is told.
        closed => found.and_then(|found| Ok(closed.map(|_| found)?)),
    };
    Ok(Looked { found, unmounted })
}

/// Whether a device is a partition of another, by the names that the kernel gives: `sda1` of `sda`, `mmcblk0p1` of `mmcblk0`.
fn is_part(part: &Path, of: &Path) -> bool {
    let (part, of) = (part.to_string_lossy(), of.to_string_lossy());
    let numbered = of.ends_with(|c: char| c.is_ascii_digit());
    let number =
        part.strip_prefix(&*of).and_then(|rest| if numbered { rest.strip_prefix('p') } else { Some(rest) });
    number.is_some_and(|number| number.starts_with(|c: char| c.is_ascii_digit()))
}

/// The device that `media list` calls so: by its name, or by its label.
fn listed(volumes: &[Volume], called: &Path) -> Result<PathBuf, CeremonyError> {
    let name = called.to_string_lossy();
    let is_it = |one: &&Volume| one.name == *name || one.label() == name;
    let same: Vec<&Volume> = volumes.iter().filter(is_it).collect();
    match same.as_slice() {
        [] => Err(MediaError::Nowhere(called.to_owned()).into()),
        [volume] => Ok(volume.path.clone()),
        several => {
            let devices = several.iter().map(|volume| volume.name.clone()).collect();
            Err(MediaError::Ambiguous { label: name.into_owned(), devices }.in_check().into())
        }
    }
}

/// A medium by its device, or by what `media list` calls it.
fn device(path: &Path, ceremony: Option<&Ceremony>) -> Result<Medium, CeremonyError> {
    let volumes = Machine::default().removable()?;
    let path = &if files::exists(path) { path.to_owned() } else { listed(&volumes, path)? };
    if files::is_plain(path) {
        let digest = Json::from(digest::of_file(path)?.0.to_hex());
        let mut images = ceremony.into_iter().flat_map(|ceremony| ceremony.transcript.numbered(MEDIA_IMAGE));
        let recorded = images.find(|(_, data)| data.get("image") == Some(&digest)).map(|(seq, _)| seq);
        return Err(MediaError::PlainFile { file: path.to_owned(), recorded }.into());
    }
    let path = files::absolute(path)?;
    let volume = volumes.iter().find(|volume| volume.path == path).cloned();
    if let Some(Volume { name, unreadable: Some(kind), .. }) = &volume {
        let closed = MediaError::Unreadable { devices: vec![name.clone()], kind: *kind };
        return Err(closed.in_check().into());
    }
    let volume = volume.filter(|volume| volume.content.is_some());
    let volume = volume.ok_or_else(|| match volumes.iter().find(|one| is_part(&one.path, &path)) {
        Some(part) => MediaError::Parted { device: path.clone(), part: part.path.clone() },
        None => MediaError::NotRemovable(path.clone()),
    })?;
    Ok(Medium::mount(&volume, Access::Read).map_err(MediaError::in_check)?)
}

/// What is said in the end of a medium with several sets, or with something else on it: the first ones may have left the screen.
fn in_all(found: &Found) -> Option<String> {
    let mut lines = Vec::new();
    if !found.unlisted.is_empty() {
        lines.push(format!("ATTENTION: in no MANIFEST, and not checked: {}", found.unlisted.join(", ")));
    }
    let all = found.folders.len();
    let bad = found.folders.iter().filter(|one| !one.is_whole());
    let bad: Vec<String> = bad.map(|one| visible(&one.folder)).collect();
    if all > 1 {
        lines.push(match bad.is_empty() {
            true => format!("In all {}, every file is as listed.", count(all, "folder")),
            false => {
                format!("{} of {} NOT AS IT MUST BE: {}", bad.len(), count(all, "folder"), bad.join(", "))
            }
        });
    }
    (!lines.is_empty()).then(|| lines.join("\n"))
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
        Some(Recorded::Line(seq)) => {
            Some(format!("  the record of this ceremony has this MANIFEST, in line #{seq}"))
        }
        Some(Recorded::Files) => Some("  every file is as it is in this ceremony's directory".to_owned()),
        Some(Recorded::Closed) => Some(closed(one)),
        Some(Recorded::No) => {
            Some("  neither the record nor the files of this ceremony are what this has".to_owned())
        }
    });
    lines.push(if one.is_whole() { "Every file is as listed." } else { "NOT AS IT MUST BE." }.to_owned());
    lines.join("\n")
}

/// What is said of a set that is not in the record, and that was not looked into.
fn closed(one: &Checked) -> String {
    let next = match one.encrypted.iter().all(|file| file.inside.is_none()) {
        true => "; --open compares its files with the directory",
        false => ", and it was not looked into",
    };
    format!(
        "  the record of this ceremony does not have this MANIFEST, as nothing is recorded after the seal{next}"
    )
}

/// What is said of a file that is encrypted.
fn inside(file: &EncryptedFile) -> Vec<String> {
    let path = visible(&file.path);
    let name = file.path.rsplit_once('/').map_or(file.path.as_str(), |(_, name)| name);
    match &file.inside {
        None => vec![
            format!(
                "  {path} is encrypted in the age format, and was not opened; to open it, in its folder:"
            ),
            format!("    age -d {}{}", word(name), if name.ends_with(SUFFIX) { " | tar -x" } else { "" }),
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
