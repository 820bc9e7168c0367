//! `request`: ask a holder elsewhere to sign.

use std::path::PathBuf;

use jiff::Timestamp;

use super::{Context, show};
use crate::advice::Exit;
use crate::ceremony::directory::ADMINISTRATOR;
use crate::ceremony::request::{Wish, Written};
use crate::ceremony::{Ceremony, CeremonyError};
use crate::console::Console as _;
use crate::console::words::words;
use crate::host::display::visible;
use crate::json::Json;
use crate::tuf::time;

/// Write a signature request for a holder elsewhere: one file with all that is needed to judge and to sign
///
/// The holder answers it with `respond`, on a machine of their own, and what comes back goes into `merge`.
#[derive(clap::Args)]
pub struct Args {
    /// The holder's short name in ceremony.toml
    #[arg(long, value_name = "NAME")]
    holder: String,
    /// Where to write it; requests/HOLDER-N.json in the ceremony directory if absent
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Until when it may be answered, such as 2027-01-14T15:00:00Z; 14 days if absent, or less if a
    /// payload that is asked for expires before, after which no request is written
    #[arg(long, value_name = "TIME", value_parser = show::instant)]
    expires: Option<Timestamp>,
}

/// Runs the command.
pub fn run(context: &mut Context, args: &Args) -> Result<Exit, CeremonyError> {
    let place = context.place();
    Ceremony::act(&place, |ceremony| {
        let wish = Wish { holder: &args.holder, expires: args.expires, out: args.out.as_deref() };
        let written = match ceremony.request(&wish) {
            Ok(written) => written,
            Err(refused) => {
                if let CeremonyError::RefusedMany(findings) = &refused {
                    context.console.say(&show::findings(findings));
                }
                let act = format!("request --holder {}", args.holder);
                ceremony.record_refusal(ADMINISTRATOR, &act, &refused)?;
                return Err(refused);
            }
        };
        if context.json {
            context.console.say(&show::json(&json(&written)));
            return Ok(Exit::Yes);
        }
        context.console.say(&text(&written));
        context.next("carry it to the holder, tell its words by another way, and: tuf-ceremony respond FILE");
        Ok(Exit::Yes)
    })
}

fn text(written: &Written) -> String {
    let path = visible(&written.path.to_string_lossy());
    let keys = written.keys.iter().map(|(key, titles)| {
        show::wrap(&format!("Asks the key {} for {}.", visible(key), visible(&titles.join(", "))), 78)
    });
    format!(
        "Wrote {path}: {} bytes.\n{}\nIt may be answered until {}.\nSHA-256 of the request\n{}\nthe same as words\n{}",
        written.length,
        keys.collect::<Vec<_>>().join("\n"),
        time::write(written.expires),
        show::indent("    ", &show::digest(written.sha256)),
        show::indent("    ", &show::words(&words(&written.sha256.0))),
    )
}

fn json(written: &Written) -> Json {
    let keys = written.keys.iter().map(|(key, titles)| (key.clone(), Json::strings(titles.iter().cloned())));
    Json::object([
        ("expires", Json::from(time::write(written.expires))),
        ("file", Json::from(written.path.to_string_lossy().into_owned())),
        ("keys", Json::Obj(keys.collect())),
        ("sha256", Json::from(written.sha256.to_hex())),
        ("words", Json::strings(words(&written.sha256.0))),
    ])
}
