//! `media import`: files in.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{act, artifacts, take_out};
use crate::advice::Exit;
use crate::ceremony::CeremonyError;
use crate::ceremony::event::Artifact;
use crate::ceremony::media::import::{Imported, Request, import};
use crate::cli::{Context, show};
use crate::console::{Console as _, words};
use crate::host::display::{count, visible, word};
use crate::json::Json;

/// Bring in files from a medium of the plan, once its manifest's digest was typed from paper
///
/// The medium is found by its label and mounted read-only, which needs root; `--at` takes one that somebody has mounted. It has
/// a file MANIFEST with lines of sha256sum, and only what that lists is taken: all of it, or nothing. The files come to
/// imported/LABEL-NUMBER.
#[derive(clap::Args)]
pub struct Args {
    /// The medium's name in ceremony.toml; its role is "in"
    #[arg(long, value_name = "NAME")]
    from: String,
    /// Where the medium is mounted already: read-only, nosuid, nodev and noexec
    #[arg(long, value_name = "DIR")]
    at: Option<PathBuf>,
    /// The folder with the manifest, where several have one
    #[arg(long, value_name = "FOLDER")]
    folder: Option<String>,
    /// The first 8 or more hex digits of the manifest's SHA-256, read from paper
    #[arg(long, value_name = "PREFIX")]
    confirm: Option<String>,
    /// The files, named as in the manifest; all of them if none is named
    #[arg(value_name = "FILE")]
    files: Vec<String>,
}

/// Runs the command.
pub fn run(context: &mut Context, args: &Args) -> Result<Exit, CeremonyError> {
    let request = Request {
        from: &args.from,
        at: args.at.as_deref(),
        folder: args.folder.as_deref(),
        files: &args.files,
        confirm: args.confirm.as_deref(),
    };
    let done = act(context, "media import", |context, ceremony| {
        if ceremony.transcript.is_sealed() {
            return Err(CeremonyError::Sealed { whole: ceremony.seal_is_whole() });
        }
        import(ceremony, &mut context.console, &request)
    })?;
    if context.json {
        context.console.say(&show::json(&Json::object([
            ("before", Json::strings(done.before.iter().cloned())),
            ("files", artifacts(&done.files)),
            ("folder", Json::from(done.folder.as_str())),
            ("label", Json::from(done.label.as_str())),
            ("left", Json::Int(i64::try_from(done.left).unwrap_or(i64::MAX))),
            ("manifest", Json::from(done.manifest.to_hex())),
            ("unlisted", Json::strings(done.unlisted.iter().cloned())),
            ("words", Json::strings(words::words(&done.manifest.0))),
        ])));
        return Ok(Exit::Yes);
    }
    let files = done.files.iter().map(|one| format!("  {:.16}…  {}", one.sha256, visible(&one.file)));
    context.console.say(&format!(
        "Imported {} and a MANIFEST from the medium labelled {} to {}:\n{}{}{}\n{}{}",
        // The manifest is among them.
        count(done.files.len().saturating_sub(1), "file"),
        visible(&done.label),
        visible(&done.folder),
        files.collect::<Vec<_>>().join("\n"),
        not_taken(&done),
        before(&done),
        take_out(&done.label, done.unmounted),
        responses(&context.directory, &done)
    ));
    Ok(Exit::Yes)
}

/// What else is on the medium: what nobody asked for, and what is not in the manifest.
fn not_taken(done: &Imported) -> String {
    let left = match done.left {
        0 => String::new(),
        left => format!(
            "\nNote: {} of the MANIFEST stayed on the medium; `media check` of what is here names them as missing.",
            count(left, "file")
        ),
    };
    if done.unlisted.is_empty() {
        return left;
    }
    format!("{left}\nNote: not in the MANIFEST, and not taken: {}.", done.unlisted.join(", "))
}

/// That the same was imported before.
fn before(done: &Imported) -> String {
    let places: Vec<String> = done.before.iter().map(|place| visible(place)).collect();
    if places.is_empty() {
        return String::new();
    }
    format!("\nNote: the same MANIFEST was imported before, to {}.", places.join(", "))
}

/// What is done with responses; `merge` looks at the files of a folder, and not into folders in it.
fn responses(directory: &Path, done: &Imported) -> String {
    let is_response = |one: &&Artifact| one.file.ends_with(".response.json");
    // As it is typed where this command was.
    let here = directory == Path::new(".");
    let folder = |one: &Artifact| {
        let (folder, _) = one.file.rsplit_once('/')?;
        let path = if here { PathBuf::from(folder) } else { directory.join(folder) };
        Some(word(path))
    };
    let folders: BTreeSet<String> = done.files.iter().filter(is_response).filter_map(folder).collect();
    if folders.is_empty() {
        return String::new();
    }
    let at = if here { String::new() } else { format!(" -C {}", word(directory)) };
    format!("\nThen: tuf-ceremony{at} merge {}", folders.into_iter().collect::<Vec<_>>().join(" "))
}
