//! `review`: the semantic diff of payloads, their digests and words.

use super::{Context, show};
use crate::advice::Exit;
use crate::ceremony::payload::not_current;
use crate::ceremony::review::Reviewed;
use crate::ceremony::{Ceremony, CeremonyError, gate};
use crate::checks::Finding;
use crate::console::Console as _;
use crate::host::display::visible;
use crate::json::Json;

/// Show what a payload changes, its digest and its words
#[derive(clap::Args)]
pub struct Args {
    /// The beginning of a payload's digest, or a role; all payloads if absent
    payload: Option<String>,
}

/// Runs the command.
pub fn run(context: &mut Context, args: &Args) -> Result<Exit, CeremonyError> {
    let ceremony = Ceremony::open(&context.directory)?;
    let payloads = ceremony.payloads()?;
    let findings = gate::examine_frozen(&ceremony, &payloads);
    let mut shown = Vec::new();
    for payload in payloads {
        let wanted = args.payload.as_ref().is_none_or(|wanted| {
            payload.role == *wanted
                || (wanted.len() >= 4 && payload.digest.to_hex().starts_with(&wanted.to_lowercase()))
        });
        if wanted {
            shown.push(Reviewed::of(&ceremony, payload)?);
        }
    }
    if shown.is_empty() {
        let wanted = args.payload.as_deref().unwrap_or_default();
        return Err(CeremonyError::Refused(Box::new(not_current(&visible(wanted)))));
    }
    if context.json {
        let payloads = shown.iter().map(|one| {
            Json::object([
                ("basis", Json::from(one.basis.as_str())),
                ("changes", show::changes_json(&one.changes)),
                ("role", Json::from(one.payload.role.as_str())),
                ("sha256", Json::from(one.payload.digest.to_hex())),
                ("version", Json::Int(one.payload.version)),
                ("words", Json::strings(one.words())),
            ])
        });
        let payloads = Json::Arr(payloads.collect());
        context.console.say(&show::json(&Json::object([
            ("checks", show::findings_json(&findings)),
            ("payloads", payloads),
        ])));
    } else {
        for one in &shown {
            context.console.say(&format!("{}\n", show::reviewed(one)));
        }
        context.console.say(&show::findings(&findings));
    }
    Ok(if findings.iter().any(Finding::refuses) { Exit::No } else { Exit::Yes })
}
