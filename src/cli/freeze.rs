//! `freeze`: turn drafts into payloads.

use super::{Context, show};
use crate::advice::Exit;
use crate::ceremony::{Ceremony, CeremonyError};
use crate::console::Console as _;
use crate::json::Json;

/// Freeze the drafts into payloads: the exact bytes that are signed
#[derive(clap::Args)]
pub struct Args {}

/// Runs the command.
pub fn run(context: &mut Context, _: &Args) -> Result<Exit, CeremonyError> {
    let mut ceremony = Ceremony::open_to_act(&context.directory)?;
    let (findings, outcome) = ceremony.freeze()?;
    if !context.json {
        context.console.say(&show::findings(&findings));
    }
    let frozen = match outcome {
        Ok(frozen) => frozen,
        Err(refused) => {
            ceremony.record_refusal("freeze", &refused)?;
            return Err(refused);
        }
    };
    if context.json {
        let payloads = frozen.payloads.iter().map(|payload| {
            Json::object([
                ("role", Json::from(payload.role.as_str())),
                ("sha256", Json::from(payload.digest.to_hex())),
                ("version", Json::Int(payload.version)),
            ])
        });
        let payloads = Json::Arr(payloads.collect());
        let value = Json::object([("checks", show::findings_json(&findings)), ("payloads", payloads)]);
        context.console.say(&show::json(&value));
        return Ok(Exit::Yes);
    }
    context.console.say("\nFrozen:");
    for payload in &frozen.payloads {
        context.console.say(&format!("  {}  {}", payload.digest, payload.title()));
    }
    for (digest, signatures) in &frozen.voided {
        let had = match signatures {
            0 => "nobody had signed it".to_owned(),
            count => format!("{count} signatures over it exist; keep it from being published"),
        };
        context.console.say(&format!("  {digest}  void from now on; {had}"));
    }
    context.console.say("Next: tuf-ceremony review, and put the digests on paper; then each holder signs.");
    Ok(Exit::Yes)
}
