//! `void`: give up a payload.

use super::{Context, show};
use crate::advice::Exit;
use crate::ceremony::directory::ADMINISTRATOR;
use crate::ceremony::void::LONGEST;
use crate::ceremony::{Ceremony, CeremonyError};
use crate::console::Console as _;
use crate::host::display::visible;
use crate::json::Json;

/// Give up a payload: nobody signs it any longer, and signatures over it that still come are kept out
///
/// What takes its place is made by `draft` and `freeze`. Signatures that there are stay where they are, and count for nothing.
#[derive(clap::Args)]
pub struct Args {
    /// The payload: its role, or the beginning of its digest
    #[arg(value_name = "PAYLOAD")]
    payload: String,
    /// Why, in one line: everybody who meets the payload later is told
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    reason: String,
}

fn reason(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > LONGEST || text.contains('\n') {
        return Err(format!("say why in one line of up to {LONGEST} characters"));
    }
    Ok(text.to_owned())
}

/// Runs the command.
pub fn run(context: &mut Context, args: &Args) -> Result<Exit, CeremonyError> {
    let place = context.place();
    Ceremony::act(&place, |ceremony| {
        let voided = match ceremony.void(&args.payload, &args.reason) {
            Ok(voided) => voided,
            Err(refused) => {
                ceremony.record_refusal(ADMINISTRATOR, &format!("void {}", args.payload), &refused)?;
                return Err(refused);
            }
        };
        if context.json {
            context.console.say(&show::json(&Json::object([
                ("payload", Json::from(voided.digest.to_hex())),
                ("reason", Json::from(voided.reason.as_str())),
                ("title", Json::from(voided.title.as_str())),
            ])));
            return Ok(Exit::Yes);
        }
        context.console.say(&format!(
            "Void: {} ({:.16}): {}\nNobody signs it any longer. Destroy papers and requests with its digest.",
            visible(&voided.title),
            voided.digest,
            visible(&voided.reason)
        ));
        context.next("tuf-ceremony draft");
        Ok(Exit::Yes)
    })
}
