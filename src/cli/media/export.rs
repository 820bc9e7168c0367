//! `media export`: a set out.

use std::path::PathBuf;

use super::{act, artifacts, contents, encrypted, encrypted_json, passphrase, take_out};
use crate::advice::Exit;
use crate::ceremony::CeremonyError;
use crate::ceremony::media::export::{Exported, Request, export};
use crate::cli::{Context, show};
use crate::console::{Console as _, words};
use crate::host::beneath::Past;
use crate::host::display::{count, visible};
use crate::json::Json;

/// Take out a set of the plan on a medium, and read it back from there
///
/// The medium is found by its label and mounted, which needs root; `--at` takes one that somebody has mounted. The set becomes
/// one folder with a MANIFEST, which `sha256sum -c MANIFEST` and `media check` verify. What is on the medium already stays as it
/// is. No private key that is known as one is exported. To restore, copy the folder off the medium, run `sha256sum -c MANIFEST`
/// in the copy (BusyBox's counts the lines that begin with `#` as failures, `media check .` does not), and go on working in it. A
/// set that the plan has encrypted becomes one file in it, which `age -d FILE | tar -x` opens.
#[derive(clap::Args)]
pub struct Args {
    /// The set's name in ceremony.toml
    #[arg(long, value_name = "NAME")]
    set: String,
    /// The medium's name in ceremony.toml, where the set goes to several
    #[arg(long, value_name = "NAME")]
    to: Option<String>,
    /// Where the medium is mounted already
    #[arg(long, value_name = "DIR")]
    at: Option<PathBuf>,
    /// Read the passphrase of an encrypted set from this file descriptor instead of asking for it twice
    #[arg(long, value_name = "N")]
    passphrase_fd: Option<u32>,
}

/// Runs the command.
pub fn run(context: &mut Context, args: &Args) -> Result<Exit, CeremonyError> {
    let passphrase = passphrase(args.passphrase_fd);
    let request = Request { set: &args.set, to: args.to.as_deref(), at: args.at.as_deref(), passphrase };
    let done = act(context, "media export", |context, ceremony| {
        let files = contents(context, ceremony, &args.set)?;
        export(ceremony, &mut context.console, &request, files)
    })?;
    let text = if context.json { json(&done) } else { text(&done) };
    context.console.say(&text);
    Ok(Exit::Yes)
}

fn how(past: Past) -> &'static str {
    match past {
        Past::Direct => "past the page cache",
        Past::Dropped => "after its pages were dropped from memory",
    }
}

fn text(done: &Exported) -> String {
    let label = visible(&done.label);
    let wrote = if done.before { "Found complete" } else { "Wrote" };
    let recorded = if done.recorded { "" } else { "\nNothing was recorded: the ceremony is sealed." };
    format!(
        "{wrote} on the medium labelled {label}: {}, {} and a MANIFEST.{}\n\
         Read back from the medium, {}: all as written.{}{recorded}\n\
         SHA-256 of {}/MANIFEST, for the paper:\n{}\nthe same as words\n{}\n{}",
        visible(&done.folder),
        count(done.files.len(), "file"),
        other(done),
        how(done.past),
        encrypted(done.encrypted.as_ref()),
        visible(&done.folder),
        show::indent("  ", &show::digest(done.manifest)),
        show::indent("  ", &show::words(&words::words(&done.manifest.0))),
        take_out(&label, done.unmounted)
    )
}

/// That another set lies where this one is looked for.
fn other(done: &Exported) -> String {
    let Some(other) = &done.other else { return String::new() };
    let (other, folder) = (visible(other), visible(&done.folder));
    format!(
        "\nATTENTION: {other} is on the medium, too, from before. Whoever receives it must take {folder}."
    )
}

fn json(done: &Exported) -> String {
    show::json(&Json::object([
        ("before", Json::Bool(done.before)),
        ("encrypted", encrypted_json(done.encrypted.as_ref())),
        ("files", artifacts(&done.files)),
        ("folder", Json::from(done.folder.as_str())),
        ("label", Json::from(done.label.as_str())),
        ("manifest", Json::from(done.manifest.to_hex())),
        ("other", done.other.as_deref().map_or(Json::Null, Json::from)),
        ("read_back", Json::from(how(done.past))),
        ("recorded", Json::Bool(done.recorded)),
        ("words", Json::strings(words::words(&done.manifest.0))),
    ]))
}
