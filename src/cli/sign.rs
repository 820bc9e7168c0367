//! `sign`: one holder signs every payload that needs the holder's key.

use super::{Context, show};
use crate::advice::Exit;
use crate::ceremony::provision::PinFrom;
use crate::ceremony::review::Reviewed;
use crate::ceremony::sign::{Outcome, Request, sign};
use crate::ceremony::signatures::Signed;
use crate::ceremony::tokens::Tokens;
use crate::ceremony::{Ceremony, CeremonyError};
use crate::checks::{self, Finding};
use crate::console::{Console, ConsoleError};
use crate::crypto::digest::Sha256Digest;
use crate::host::display::visible;
use crate::json::Json;
use crate::tuf::verify::Tally;

/// Sign, with one key, every payload that needs it
///
/// Shows what each payload changes, asks for the first digits of its digest as they stand on paper, checks that the
/// token holds the right key, and only then asks for the PIN. With --json, all that is for people goes to standard error.
#[derive(clap::Args)]
pub struct Args {
    /// The key's name in ceremony.toml
    #[arg(long, value_name = "NAME")]
    key: String,
    /// The first 8 or more hex digits of a payload's SHA-256, read from paper or another screen; once for each payload.
    /// Payloads that are not confirmed are not signed
    #[arg(long, value_name = "PREFIX", value_delimiter = ',')]
    confirm: Vec<String>,
    /// Read the PIN from this file descriptor
    #[arg(long, value_name = "N")]
    pin_fd: Option<u32>,
}

/// Runs the command.
pub fn run(context: &mut Context, args: &Args) -> Result<Exit, CeremonyError> {
    let place = context.place();
    Ceremony::act(&place, |ceremony| act(context, ceremony, args))
}

fn act(context: &mut Context, ceremony: &mut Ceremony, args: &Args) -> Result<Exit, CeremonyError> {
    let request = Request {
        key: &args.key,
        confirm: &args.confirm,
        pin: args.pin_fd.map_or(PinFrom::Prompt, PinFrom::Descriptor),
    };
    let mut tokens = Tokens::new();
    context.console.speak_aside(context.json);
    let outcome = sign(ceremony, &mut tokens, &mut context.console, &mut show_payload, &request);
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(refused) => {
            if let CeremonyError::RefusedMany(findings) = &refused {
                context.console.say(&show::findings(findings));
            }
            ceremony.record_refusal_of(&args.key, "sign", &refused)?;
            return Err(refused);
        }
    };
    if context.json {
        context.console.speak_aside(false);
        context.console.say(&show::json(&json(&args.key, &outcome, None)));
        return Ok(exit_of(&outcome));
    }
    let collected = ceremony.collected()?;
    let done = |digest: Sha256Digest| {
        let counts = collected.iter().find(|one| one.payload.digest == digest).map_or(String::new(), counts);
        format!("verified and stored.{counts}")
    };
    let exit = tell(&mut context.console, &args.key, &outcome, &done);
    if exit != Exit::No {
        context.next("tuf-ceremony status");
    }
    Ok(exit)
}

/// Tells what was signed and what was not. `done` says what became of the signature over a payload.
pub fn tell(
    console: &mut dyn Console,
    key: &str,
    outcome: &Outcome,
    done: &dyn Fn(Sha256Digest) -> String,
) -> Exit {
    for (title, digest) in &outcome.signed {
        console.say(&format!("Signed {} ({digest:.16}), {}", visible(title), done(*digest)));
    }
    for title in &outcome.before {
        console.say(&format!("{} was signed with this key before.", visible(title)));
    }
    for title in &outcome.waiting {
        console.say(&format!("{} still needs this key: --confirm was not given for it.", visible(title)));
    }
    if outcome.signed.is_empty() && outcome.before.is_empty() && outcome.waiting.is_empty() {
        console.say(&format!("No payload needs the key {}.", visible(key)));
    }
    exit_of(outcome)
}

/// No if there was nothing to sign, and not yet while something waits.
pub fn exit_of(outcome: &Outcome) -> Exit {
    match (outcome.signed.is_empty() && outcome.before.is_empty(), outcome.waiting.is_empty()) {
        (true, true) => Exit::No,
        (_, true) => Exit::Yes,
        (_, false) => Exit::NotYet,
    }
}

/// The same for machines; `response` is where the signatures went, if not into this directory.
pub fn json(key: &str, outcome: &Outcome, response: Option<Json>) -> Json {
    let signed = outcome.signed.iter().map(|(title, digest)| {
        Json::object([("payload", Json::from(digest.to_hex())), ("title", Json::from(title.as_str()))])
    });
    let mut all = Json::object([
        ("before", Json::strings(outcome.before.iter().cloned())),
        ("key", Json::from(key)),
        ("signed", Json::Arr(signed.collect())),
        ("waiting", Json::strings(outcome.waiting.iter().cloned())),
    ]);
    if let (Some(response), Some(members)) = (response, all.as_object_mut()) {
        members.insert("response".to_owned(), response);
    }
    all
}

/// How many signatures a payload has by now.
fn counts(signed: &Signed) -> String {
    let of = |tally: &Tally, whose: &str| {
        format!("{} by {whose}, {} needed", tally.counted.len(), tally.threshold)
    };
    let old = signed.old.as_ref().map_or(String::new(), |old| format!(", {}", of(old, "the keys before")));
    let enough = if signed.quorate() { ": enough" } else { "" };
    format!(" It has {}{old}{enough}.", of(&signed.new, "its own keys"))
}

/// Shows a payload to the person who is about to sign it.
pub fn show_payload(
    console: &mut dyn Console,
    reviewed: &Reviewed,
    findings: &[Finding],
) -> Result<(), ConsoleError> {
    console.show(&show::statements(reviewed))?;
    let noted: Vec<Finding> = findings
        .iter()
        .filter(|finding| !matches!(finding.outcome, checks::Outcome::Pass(_)))
        .cloned()
        .collect();
    if noted.is_empty() { Ok(()) } else { console.show(&show::findings(&noted)) }
}
