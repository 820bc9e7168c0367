//! `respond`: a holder elsewhere answers a request.

use std::path::{Path, PathBuf};

use super::sign::{exit_of, json, show_payload, tell};
use super::{Context, show};
use crate::advice::Exit;
use crate::ceremony::CeremonyError;
use crate::ceremony::kinds::Kind;
use crate::ceremony::provision::PinFrom;
use crate::ceremony::request::{LIMIT, Opened, Request, other_kind};
use crate::ceremony::sign;
use crate::checks::Finding;
use crate::console::words::words;
use crate::console::{Console, ConsoleError};
use crate::crypto::digest::Sha256Digest;
use crate::host::display::visible;
use crate::host::{clock, files};
use crate::json::Json;
use crate::tuf::time;

/// The question below the words of a request.
const AGREE: &str = "Enter when they agree";

/// Answer a signature request, on a machine that has nothing else of the ceremony
///
/// Checks what the request carries as `sign` does, shows the same review, asks for the first digits of each digest as they
/// stand on paper, checks the token, signs, and writes a response for `merge`. The response is written into the directory
/// that -C names. With --json, all that is for people goes to standard error.
#[derive(clap::Args)]
pub struct Args {
    /// The request
    #[arg(value_name = "REQUEST")]
    request: PathBuf,
    /// The key to sign with, where the request asks for several
    #[arg(long, value_name = "NAME")]
    key: Option<String>,
    /// The first 8 or more hex digits of a payload's SHA-256, read from paper or another screen; once for each payload.
    /// Payloads that are not confirmed are not signed
    #[arg(long, value_name = "PREFIX", value_delimiter = ',')]
    confirm: Vec<String>,
    /// Read the PIN from this file descriptor
    #[arg(long, value_name = "N")]
    pin_fd: Option<u32>,
    /// The PKCS#11 module of a real token, as you installed it on this machine; the path in the request is never used
    #[arg(long, value_name = "PATH")]
    module: Option<PathBuf>,
    /// Where to write the response; the request's name with .response.json if absent
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Runs the command.
pub fn run(context: &mut Context, args: &Args) -> Result<Exit, CeremonyError> {
    let name = args.request.to_string_lossy().into_owned();
    if files::is_folder(&args.request) {
        return Err(other_kind(&name, Kind::Folder));
    }
    let request = Request::read(&name, &files::read(&args.request, LIMIT)?)?;
    request.require_in_time(clock::now())?;
    let mut opened = request.open()?;
    let key = opened.key(args.key.as_deref())?;
    let mut tokens = opened.tokens(&key, args.module.as_deref())?;
    let several = opened.request.asked.len() > 1;
    let out = match &args.out {
        Some(out) => out.clone(),
        None => context.directory.join(named_after(&args.request, several.then_some(&key))),
    };
    // Before anybody types: what is typed after a refusal is read by the shell.
    opened.require_unanswered(&out)?;
    context.console.speak_aside(context.json);
    introduce(&mut context.console, &opened, &key)?;
    if args.confirm.is_empty() && context.console.is_attended() {
        compare(&mut context.console)?;
    }
    let pin = args.pin_fd.map_or(PinFrom::Prompt, PinFrom::Descriptor);
    let wish = sign::Request { key: &key, confirm: &args.confirm, pin };
    let answered = opened.respond(&mut tokens, &mut context.console, &mut show_payload, &wish, &out);
    let answered = match answered {
        Ok(answered) => answered,
        Err(refused) => {
            // What to do about each is for those who sent the request.
            if let many @ [_, _, ..] = refused.refusing() {
                context.console.say(&refusals(many));
            }
            return Err(refused);
        }
    };
    if context.json {
        context.console.speak_aside(false);
        let response =
            answered.written.map_or(Json::Null, |(length, sha256)| response_json(&out, length, sha256));
        context.console.say(&show::json(&json(&key, &answered.outcome, Some(response))));
        return Ok(exit_of(&answered.outcome));
    }
    let exit = tell(&mut context.console, &key, &answered.outcome, &|_| "verified.".to_owned());
    if let Some((length, sha256)) = answered.written {
        context.console.say(&wrote(&out, length, sha256));
    }
    Ok(exit)
}

/// `ada-1.response.json`, after `ada-1.json`.
fn named_after(request: &Path, key: Option<&String>) -> String {
    let stem = request.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let key = key.map_or(String::new(), |key| format!(".{key}"));
    format!("{stem}{key}.response.json")
}

/// What the holder is about to answer, before anything is reviewed.
fn introduce(console: &mut dyn Console, opened: &Opened, key: &str) -> Result<(), ConsoleError> {
    let (request, policy) = (&opened.request, &opened.ceremony.policy);
    let trusted = match (&policy.trusted, &opened.ceremony.trusted) {
        (Some(planned), Some(trusted)) => format!(
            "The trusted root that it goes by, version {}: SHA-256\n{}\n",
            trusted.root.header.version,
            show::indent("    ", &show::digest(planned.sha256))
        ),
        _ => "It goes by no trusted root: this is the first.\n".to_owned(),
    };
    let rehearsal = if policy.rehearsal { "REHEARSAL: nobody may trust what is signed here.\n" } else { "" };
    console.show(&format!(
        "{rehearsal}Signature request of the ceremony {} for {},\nto {} for the key {}, until {}.\nSHA-256 of the request\n{}\n\
         the same as words\n{}\n{trusted}",
        visible(&policy.id),
        visible(&policy.repository),
        visible(policy.holder_of(key)),
        visible(key),
        time::write(request.expires),
        show::indent("    ", &show::digest(request.sha256)),
        show::indent("    ", &show::words(&words(&request.sha256.0))),
    ))
}

/// The words of the request are compared before what comes after them moves them off the screen.
fn compare(console: &mut dyn Console) -> Result<(), ConsoleError> {
    console.say("Compare these words with those who sent the request; Ctrl-C stops.");
    while !console.ask(AGREE, "--confirm PREFIX")?.is_empty() {
        console
            .say("Enter alone goes on. If the words are others, stop with Ctrl-C: this is another request.");
    }
    Ok(())
}

fn refusals(findings: &[Finding]) -> String {
    let told = findings.iter().filter(|finding| finding.refuses()).filter_map(|finding| {
        let what = visible(&finding.trouble()?.what);
        Some(format!("{} {}: {what}", finding.check.id(), finding.word()))
    });
    told.collect::<Vec<_>>().join("\n")
}

fn response_json(out: &Path, length: usize, sha256: Sha256Digest) -> Json {
    Json::object([
        ("bytes", Json::Int(i64::try_from(length).unwrap_or(i64::MAX))),
        ("file", Json::from(out.to_string_lossy().into_owned())),
        ("sha256", Json::from(sha256.to_hex())),
    ])
}

fn wrote(out: &Path, length: usize, sha256: Sha256Digest) -> String {
    format!(
        "Wrote the response {}: {length} bytes, SHA-256\n{}\nNext: carry it to where the ceremony is, as a file or as a code (tuf-ceremony qr show FILE): tuf-ceremony merge FILE",
        visible(&out.to_string_lossy()),
        show::indent("    ", &show::digest(sha256))
    )
}
