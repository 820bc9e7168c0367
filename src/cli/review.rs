//! `review`: the semantic diff of payloads, their digests and words.

use std::path::PathBuf;

use super::{Context, qr, show};
use crate::advice::Exit;
use crate::ceremony::kinds::Kind;
use crate::ceremony::review::Reviewed;
use crate::ceremony::second_screen::ForReview;
use crate::ceremony::{CarriedError, Ceremony, CeremonyError, gate};
use crate::checks::Finding;
use crate::console::Console as _;
use crate::crypto::digest::Sha256Digest;
use crate::json::Json;

/// Show what a payload changes, its digest and its words
#[derive(clap::Args)]
pub struct Args {
    /// The beginning of a payload's digest, or a role; all payloads if absent
    payload: Option<String>,
    /// On a second machine, without the ceremony directory: pictures of the codes that `qr show --payload` shows, or
    /// folders of them
    #[arg(long, value_name = "PICTURE", num_args = 1.., conflicts_with = "payload")]
    from_qr: Vec<PathBuf>,
}

/// Runs the command.
pub fn run(context: &mut Context, args: &Args) -> Result<Exit, CeremonyError> {
    if !args.from_qr.is_empty() {
        return second_screen(context, args);
    }
    let ceremony = Ceremony::open(&context.directory)?;
    let findings = gate::examine_frozen(&ceremony, &ceremony.payloads()?);
    let mut shown = Vec::new();
    for payload in ceremony.payloads_called(args.payload.as_deref())? {
        shown.push(Reviewed::of(&ceremony, payload)?);
    }
    if context.json {
        context.console.say(&show::json(&Json::object([
            ("checks", show::findings_json(&findings)),
            ("payloads", Json::Arr(shown.iter().map(json).collect())),
        ])));
    } else {
        for one in &shown {
            context.console.say(&format!("{}\n", show::reviewed(one)));
        }
        context.console.say(&show::findings(&findings));
    }
    Ok(if findings.iter().any(Finding::refuses) { Exit::No } else { Exit::Yes })
}

fn json(one: &Reviewed) -> Json {
    Json::object([
        ("basis", Json::from(one.basis.as_str())),
        ("changes", show::changes_json(&one.changes)),
        ("role", Json::from(one.payload.role.as_str())),
        ("sha256", Json::from(one.payload.digest.to_hex())),
        ("version", Json::Int(one.payload.version)),
        ("words", Json::strings(one.words())),
    ])
}

/// The same review from what came as codes. What the codes claim beside the payload is said to be a claim.
fn second_screen(context: &mut Context, args: &Args) -> Result<Exit, CeremonyError> {
    let content = qr::read::from_pictures(&args.from_qr)?.content;
    if let Some(kind) = Kind::of(&content) {
        return Err(CarriedError::OtherCodes { kind }.into());
    }
    let carried = ForReview::read(&content)?;
    let basis = carried.basis.as_ref().map(|basis| Sha256Digest::of(&basis.canonical()));
    let reviewed = carried.review()?;
    if context.json {
        context.console.say(&show::json(&Json::object([
            ("basis_sha256", basis.map_or(Json::Null, |digest| Json::from(digest.to_hex()))),
            ("payloads", Json::Arr(vec![json(&reviewed)])),
        ])));
        return Ok(Exit::Yes);
    }
    let note = "This machine made the digest, the words and the differences from the payload's own bytes. The names of \
                holders came with the codes, and the checks of the ceremony are made where its directory is. ";
    let claims = match basis {
        Some(_) => {
            "What the payload is compared with came with the codes too; `inspect` shows whether your own copy of it \
             has this SHA-256:"
        }
        None => "That there is nothing to compare the payload with came with the codes too.",
    };
    let mut note = show::wrap(&format!("{note}{claims}"), 78);
    if let Some(digest) = basis {
        note.push_str(&format!("\n{}", show::indent("    ", &show::digest(digest))));
    }
    context.console.say(&format!("{}\n\n{note}", show::reviewed(&reviewed)));
    Ok(Exit::Yes)
}
