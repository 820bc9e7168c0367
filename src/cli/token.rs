//! `token`: the devices. `list` looks at them, `provision` makes a key on one.

use std::path::{Path, PathBuf};

use super::{Context, show};
use crate::advice::Exit;
use crate::ceremony::provision::{PinFrom, provision};
use crate::ceremony::tokens::{Tokens, modules};
use crate::ceremony::{Ceremony, CeremonyError};
use crate::console::Console as _;
use crate::crypto::hex;
use crate::host::display::{count, visible};
use crate::json::Json;
use crate::policy::TokenKind;
use crate::token::rehearsal::RehearsalToken;
use crate::token::{PinState, Token, TokenIdentity, TokenKey};

/// Look at tokens, and make keys on them
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: TokenCommand,
}

#[derive(clap::Subcommand)]
enum TokenCommand {
    /// List every token of every module that ceremony.toml names, without any PIN
    List {
        /// A PKCS#11 module to look at, instead of those that ceremony.toml names
        #[arg(long, value_name = "PATH")]
        module: Vec<PathBuf>,
    },
    /// Make a planned key on its token, and store the public half under keys/
    Provision {
        /// The key's name in ceremony.toml
        #[arg(long, value_name = "NAME")]
        key: String,
        /// Take the key that is on the token already, instead of making one
        #[arg(long)]
        existing: bool,
        /// Read the PIN from this file descriptor
        #[arg(long, value_name = "N")]
        pin_fd: Option<u32>,
    },
}

/// Runs the command.
pub fn run(context: &mut Context, args: &Args) -> Result<Exit, CeremonyError> {
    match &args.command {
        TokenCommand::List { module } => list(context, module),
        TokenCommand::Provision { key, existing, pin_fd } => {
            let place = context.place();
            Ceremony::act(&place, |ceremony| make(context, ceremony, key, *existing, *pin_fd))
        }
    }
}

fn make(
    context: &mut Context,
    ceremony: &mut Ceremony,
    key: &str,
    existing: bool,
    pin_fd: Option<u32>,
) -> Result<Exit, CeremonyError> {
    let pin = pin_fd.map_or(PinFrom::Prompt, PinFrom::Descriptor);
    let outcome = provision(ceremony, &mut Tokens::new(), &mut context.console, key, existing, pin);
    let made = match outcome {
        Ok(made) => made,
        Err(refused) => {
            ceremony.record_refusal_of(key, "token provision", &refused)?;
            return Err(refused);
        }
    };
    let scheme = ceremony.policy.keys.get(key).map_or("", |plan| plan.scheme.name());
    let is_last = ceremony.missing_keys().iter().all(|missing| missing == key);
    let others = if is_last { "" } else { "the other keys of the plan, then " };
    let verb = if made.generated { "Made" } else { "Found" };
    context.console.say(&format!(
        "{verb} the key {} on its token: {scheme} ({}), keyid {}\nStored its public half under keys/{}/.",
        visible(key),
        made.public.algorithm().name(),
        made.keyid,
        visible(key)
    ));
    context.next(&format!("{others}tuf-ceremony draft"));
    Ok(Exit::Yes)
}

struct Listed {
    module: String,
    identity: TokenIdentity,
    pin: Option<PinState>,
    keys: Vec<TokenKey>,
}

fn list(context: &mut Context, chosen: &[PathBuf]) -> Result<Exit, CeremonyError> {
    let mut ceremony = None;
    let (modules, rehearsal) = match chosen {
        [] => {
            let opened = ceremony.insert(Ceremony::open(&context.directory)?);
            (modules(&opened.policy), rehearsal_tokens(opened)?)
        }
        chosen => (chosen.to_vec(), Vec::new()),
    };
    let mut tokens = Tokens::new();
    let mut listed = rehearsal;
    // One module that does not load hides no other; its error is reported at the end.
    let mut failed = None;
    for module in &modules {
        match look(&mut tokens, module) {
            Ok(found) => listed.extend(found),
            Err(error) => {
                failed = Some(context.report(&error));
            }
        }
    }
    let text =
        if context.json { show::json(&json(&listed)) } else { text(&listed, &modules, ceremony.as_ref()) };
    context.console.say(&text);
    Ok(failed.unwrap_or(Exit::Yes))
}

fn look(tokens: &mut Tokens, module: &Path) -> Result<Vec<Listed>, CeremonyError> {
    let mut listed = Vec::new();
    for mut token in tokens.of_module(module)? {
        listed.push(describe(module.to_string_lossy().into_owned(), token.as_mut())?);
    }
    Ok(listed)
}

fn describe(module: String, token: &mut dyn Token) -> Result<Listed, CeremonyError> {
    let identity = token.identity().clone();
    Ok(Listed { module, identity, pin: token.pin_state().ok(), keys: token.keys()? })
}

fn rehearsal_tokens(ceremony: &Ceremony) -> Result<Vec<Listed>, CeremonyError> {
    let mut listed = Vec::new();
    for key in ceremony.policy.keys.values() {
        let planned = key.token.as_ref().filter(|token| token.kind == TokenKind::Rehearsal);
        if let Some(planned) = planned.filter(|_| ceremony.policy.rehearsal) {
            let mut token = RehearsalToken::new(&planned.serial, key.scheme.algorithm());
            listed.push(describe("embedded".to_owned(), &mut token)?);
        }
    }
    Ok(listed)
}

fn text(listed: &[Listed], modules: &[PathBuf], ceremony: Option<&Ceremony>) -> String {
    if listed.is_empty() {
        let looked = match modules {
            [] => "ceremony.toml names no PKCS#11 module; give one with --module PATH.".to_owned(),
            _ => format!("No token in {}. Insert one and look again.", count(modules.len(), "module")),
        };
        return looked;
    }
    let mut out = Vec::new();
    for one in listed {
        let identity = &one.identity;
        let pin = one.pin.map_or("unknown".to_owned(), |pin| pin.to_string());
        out.push(format!("token {}", visible(&identity.label)));
        let facts = [
            ("serial", identity.serial.as_str()),
            ("model", identity.model.as_str()),
            ("manufacturer", identity.manufacturer.as_str()),
            ("firmware", identity.firmware.as_str()),
            ("module", one.module.as_str()),
            ("PIN", pin.as_str()),
        ];
        out.extend(facts.iter().map(|(name, value)| format!("  {name:<13}{}", visible(value))));
        for key in &one.keys {
            let (id, algorithm) = (hex::encode(&key.id), key.public.algorithm().name());
            let planned = ceremony.and_then(|ceremony| ceremony.keyring.name_of(key.public.fingerprint()));
            let planned = planned.map_or(String::new(), |name| format!(", the plan's {name}"));
            out.push(format!("  key          id {id}, label {}, {algorithm}{planned}", visible(&key.label)));
        }
        if one.keys.is_empty() {
            out.push("  key          none that TUF can use and that is visible without PIN".to_owned());
        }
    }
    out.join("\n")
}

fn json(listed: &[Listed]) -> Json {
    let key = |key: &TokenKey| {
        Json::object([
            ("algorithm", Json::from(key.public.algorithm().name())),
            ("id", Json::from(hex::encode(&key.id))),
            ("label", Json::from(key.label.as_str())),
            ("public", Json::from(key.public.to_spki_pem())),
        ])
    };
    let token = |one: &Listed| {
        Json::object([
            ("firmware", Json::from(one.identity.firmware.as_str())),
            ("keys", Json::Arr(one.keys.iter().map(key).collect())),
            ("kind", Json::from(one.identity.kind)),
            ("label", Json::from(one.identity.label.as_str())),
            ("manufacturer", Json::from(one.identity.manufacturer.as_str())),
            ("model", Json::from(one.identity.model.as_str())),
            ("module", Json::from(one.module.as_str())),
            ("pin", one.pin.map_or(Json::Null, |pin| Json::from(pin.to_string()))),
            ("serial", Json::from(one.identity.serial.as_str())),
        ])
    };
    Json::Arr(listed.iter().map(token).collect())
}
