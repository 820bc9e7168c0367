//! `freeze`: turn drafts into payloads.

use super::{Context, show};
use crate::advice::Exit;
use crate::ceremony::directory::ADMINISTRATOR;
use crate::ceremony::payload::Payload;
use crate::ceremony::{Ceremony, CeremonyError};
use crate::checks::Finding;
use crate::console::Console as _;
use crate::json::Json;

/// Freeze the drafts into payloads: the exact bytes that are signed
#[derive(clap::Args)]
pub struct Args {
    /// First take a rung that `plan --ladder` wrote as plan and drafts, with `planned` set to now; nothing if a check refuses
    #[arg(long, value_name = "NAME")]
    rung: Option<String>,
}

/// Runs the command.
pub fn run(context: &mut Context, args: &Args) -> Result<Exit, CeremonyError> {
    let place = context.place();
    Ceremony::act(&place, |ceremony| act(context, ceremony, args))
}

fn act(context: &mut Context, ceremony: &mut Ceremony, args: &Args) -> Result<Exit, CeremonyError> {
    if let Some(Err(refused)) = args.rung.as_ref().map(|rung| ceremony.take_rung(rung)) {
        ceremony.record_refusal(ADMINISTRATOR, "freeze --rung", &refused)?;
        return Err(refused);
    }
    let (findings, outcome) = ceremony.freeze()?;
    if !context.json {
        context.console.say(&show::findings(&findings));
    }
    let frozen = match outcome {
        Ok(frozen) => frozen,
        Err(refused) => {
            if context.json {
                context.console.say(&show::json(&json(&findings, &[])));
            }
            ceremony.record_refusal(ADMINISTRATOR, "freeze", &refused)?;
            return Err(refused);
        }
    };
    if context.json {
        context.console.say(&show::json(&json(&findings, &frozen.payloads)));
        return Ok(Exit::Yes);
    }
    context.console.say("\nFrozen:");
    for payload in &frozen.payloads {
        let digest = show::indent("    ", &show::digest(payload.digest));
        context.console.say(&format!("  {}\n{digest}", payload.title()));
    }
    for (digest, signatures) in &frozen.voided {
        let had = match signatures {
            0 => "nobody had signed it".to_owned(),
            1 => "1 signature over it exists; keep it from being published".to_owned(),
            many => format!("{many} signatures over it exist; keep it from being published"),
        };
        context.console.say(&format!("  {digest}  void from now on; {had}"));
    }
    context.next("tuf-ceremony review, and put the digests on paper; then each holder signs.");
    Ok(Exit::Yes)
}

fn json(findings: &[Finding], payloads: &[Payload]) -> Json {
    let payloads = payloads.iter().map(|payload| {
        Json::object([
            ("role", Json::from(payload.role.as_str())),
            ("sha256", Json::from(payload.digest.to_hex())),
            ("version", Json::Int(payload.version)),
        ])
    });
    Json::object([("checks", show::findings_json(findings)), ("payloads", Json::Arr(payloads.collect()))])
}
