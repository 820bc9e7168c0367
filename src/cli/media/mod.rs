//! `media`: artifacts in and out on removable media.

mod check;
mod export;
mod image;
mod import;
mod list;

use super::{Context, show};
use crate::advice::Exit;
use crate::ceremony::event::{Artifact, Encrypted};
use crate::ceremony::media::advised;
use crate::ceremony::media::contents::{Files, Listed};
use crate::ceremony::media::outgoing::PassphraseFrom;
use crate::ceremony::{Ceremony, CeremonyError};
use crate::console::Console as _;
use crate::json::Json;
use crate::media;
use crate::policy::{Contents, SetPlan};
use crate::print::digests::{self, Digested};
use crate::print::{self, Format, Paper};

/// Carry files in and out on removable media
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Media,
}

#[derive(clap::Subcommand)]
enum Media {
    List(list::Args),
    Import(import::Args),
    Export(export::Args),
    Image(image::Args),
    Check(check::Args),
}

/// Runs the command.
pub fn run(context: &mut Context, args: &Args) -> Result<Exit, CeremonyError> {
    match &args.command {
        Media::List(args) => list::run(context, args),
        Media::Import(args) => import::run(context, args),
        Media::Export(args) => export::run(context, args),
        Media::Image(args) => image::run(context, args),
        Media::Check(args) => check::run(context, args),
    }
}

/// Does something with a ceremony that may be sealed; only what is not sealed is written to. What is refused is recorded.
fn act<T>(
    context: &mut Context,
    what: &str,
    act: impl FnOnce(&mut Context, &mut Ceremony) -> Result<T, CeremonyError>,
) -> Result<T, CeremonyError> {
    // What is said before the end is for people, and the end is for the machine.
    context.console.speak_aside(context.json);
    let done = act_aside(context, what, act);
    context.console.speak_aside(false);
    done
}

fn act_aside<T>(
    context: &mut Context,
    what: &str,
    act: impl FnOnce(&mut Context, &mut Ceremony) -> Result<T, CeremonyError>,
) -> Result<T, CeremonyError> {
    let mut open = Ceremony::open(&context.directory)?;
    if open.transcript.is_sealed() {
        return act(context, &mut open).map_err(|error| advised(&open, error));
    }
    drop(open);
    let place = context.place();
    Ceremony::act(&place, |ceremony| {
        ceremony.transcript.require_writable()?;
        let done = act(context, ceremony).map_err(|error| advised(ceremony, error));
        if let Err(refused) = &done {
            ceremony.record_refusal(crate::ceremony::directory::ADMINISTRATOR, what, refused)?;
        }
        done
    })
}

/// The files of a set of the plan, unless it has to be encrypted and this build cannot.
fn contents(context: &mut Context, ceremony: &Ceremony, set: &str) -> Result<Files, CeremonyError> {
    let plan: &SetPlan = ceremony.planned_set(set)?;
    if plan.encrypted {
        media::encrypted::require(set)?;
    }
    let files = ceremony.contents_of(plan.contents, &sheets)?;
    if plan.contents == Contents::Digests && !ceremony.has_metadata() {
        let what = "Nothing is released yet: the sheets have the digests of the frozen payloads.";
        context.console.say(what);
    }
    Ok(files)
}

/// Where the passphrase of an encrypted set comes from.
fn passphrase(descriptor: Option<u32>) -> PassphraseFrom {
    descriptor.map_or(PassphraseFrom::Prompt, PassphraseFrom::Descriptor)
}

/// What is said of a set that went out encrypted: a paragraph of its own below what was written.
fn encrypted(one: Option<&Encrypted>) -> String {
    let Some(one) = one else { return String::new() };
    format!(
        "\nIt is encrypted, and was opened again with the passphrase: all as it went in.\n\
         SHA-256 of the MANIFEST inside, for the paper:\n{}",
        show::indent("  ", &show::digest(one.manifest))
    )
}

/// The same for machines.
fn encrypted_json(one: Option<&Encrypted>) -> Json {
    one.map_or(Json::Null, Encrypted::to_json)
}

/// The paper of a set of digests: for a line printer and as PDF, the same bytes every time.
fn sheets(ceremony: &Ceremony, listed: &[Listed]) -> Files {
    let digested = |one: &Listed| Digested { file: one.file.clone(), bytes: one.bytes, digest: one.digest };
    let digested: Vec<Digested> = listed.iter().map(digested).collect();
    let document = digests::document(&digested, Some(ceremony));
    vec![
        ("digests.pdf".to_owned(), print::write(&document, Format::Pdf, Paper::A4)),
        ("digests.txt".to_owned(), print::write(&document, Format::Text, Paper::A4)),
    ]
}

/// Files and their digests, for machines.
fn artifacts(files: &[Artifact]) -> Json {
    Json::Obj(files.iter().map(|one| (one.file.clone(), Json::from(one.sha256.to_hex()))).collect())
}

/// What is done with the medium next.
fn take_out(label: &str, unmounted: bool) -> String {
    match unmounted {
        true => format!("Next: take out the medium labelled {label}; it is unmounted."),
        false => format!("Next: unmount the medium labelled {label}, and take it out."),
    }
}
