//! `compromise`: the wizard for the bad night.

use std::path::PathBuf;

use jiff::Timestamp;

use super::{Context, show};
use crate::advice::Exit;
use crate::ceremony::compromise::{Assessment, Doubt, Going, Response};
use crate::ceremony::{Ceremony, CeremonyError};
use crate::console::Console;
use crate::host::display::visible;
use crate::host::files;
use crate::json::Json;
use crate::policy::Policy;
use crate::policy::exposure::{Attack, Exposure, RootFall};
use crate::tuf::time::{self, Date};

/// The wizard for the bad night: which keys are in doubt, what that means, and the plan that takes them out
#[derive(clap::Args, Default)]
pub struct Args {
    /// A key in doubt, or a role for all of its keys; may be repeated
    #[arg(long = "key", value_name = "KEY")]
    keys: Vec<String>,
    /// Since when, e.g. 2026-01-31T18:00:00Z, or "unknown"
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// What happened, in one line: for the record and the brief
    #[arg(long, value_name = "WORDS")]
    what: Option<String>,
    /// The folder with the last known good metadata, or "none" if that is what was imported
    #[arg(long, value_name = "DIR")]
    good: Option<String>,
    /// What takes a key's place: KEY=NAME of a key of the plan, KEY=SERIAL of a new token, KEY=FILE with a public half, KEY=none
    /// for nothing; "none" where the standby keys do, or nothing. May be repeated
    #[arg(long = "replace", value_name = "KEY=WHAT")]
    replacements: Vec<String>,
}

/// Runs the command.
pub fn run(context: &mut Context, args: &Args) -> Result<Exit, CeremonyError> {
    let place = context.place();
    Ceremony::act(&place, |ceremony| act(context, ceremony, args))
}

fn act(context: &mut Context, ceremony: &mut Ceremony, args: &Args) -> Result<Exit, CeremonyError> {
    let doubt = match ask(&mut context.console, ceremony, args, context.json) {
        Err(refused) => {
            ceremony.record_refusal(crate::ceremony::directory::ADMINISTRATOR, "compromise", &refused)?;
            return Err(refused);
        }
        Ok(doubt) => doubt,
    };
    let response = match ceremony.respond(&doubt) {
        Err(refused) => {
            ceremony.record_refusal(crate::ceremony::directory::ADMINISTRATOR, "compromise", &refused)?;
            return Err(refused);
        }
        Ok(response) => response,
    };
    if context.json {
        context.console.say(&show::json(&json(&response)));
        return Ok(Exit::Yes);
    }
    say_response(&mut context.console, ceremony, &response)?;
    Ok(Exit::Yes)
}

/// Five questions, each answered by a flag or asked.
pub fn ask(
    console: &mut dyn Console,
    ceremony: &Ceremony,
    args: &Args,
    quiet: bool,
) -> Result<Doubt, CeremonyError> {
    ceremony.require_calm()?;
    let policy = &ceremony.policy;
    if args.keys.is_empty() {
        console.can_ask("Keys in doubt", "--key KEY")?;
        console.say(&keys(policy));
        console.say("Which keys are in doubt? Names of keys, or of roles for all of their keys.");
    }
    let given = (!args.keys.is_empty()).then(|| args.keys.join(" "));
    let names = asked(console, given.as_deref(), "Keys in doubt", "--key KEY", |typed| {
        let names = named(policy, typed);
        ceremony.assess(&names).map(|_| names)
    })?;
    let Assessment { exposure, going } = ceremony.assess(&names)?;
    if !quiet {
        console.say(&format!("\n{}", exposed(&exposure)));
    }
    if args.since.is_none() {
        console.say("\nSince when, in UTC? Such as 2026-01-31T18:00:00Z; empty if it is not known.");
    }
    // A rehearsal may be planned for another time than today's.
    let latest = ceremony.now.max(policy.planned);
    let since = asked(console, args.since.as_deref(), "Since", "--since TIME", |text| instant(text, latest))?;
    let what = asked(console, args.what.as_deref(), "What happened, in one line", "--what WORDS", |text| {
        let text = visible(text.trim());
        Ok(if text.is_empty() { "Not said.".to_owned() } else { text })
    })?;
    if args.good.is_none() {
        console.say("\nWhere is the last known good metadata? Empty, if what was imported is good.");
    }
    let good = asked(console, args.good.as_deref(), "Folder", "--good DIR", |text| {
        let good = folder(text)?;
        good.iter().try_for_each(|good| ceremony.require_good(good)).map(|()| good)
    })?;
    if args.replacements.is_empty() {
        console.can_ask("In their place", "--replace KEY=WHAT")?;
        console.say(&goes(&going));
        console.say(
            "What takes their place? KEY=SERIAL of a new token, KEY=FILE with a public\n\
             half, or KEY=NAME of a key of the plan, with blanks between; empty for what\n\
             is said above.",
        );
    }
    let given = (!args.replacements.is_empty()).then(|| args.replacements.join("\n"));
    let replacements = asked(console, given.as_deref(), "In their place", "--replace KEY=WHAT", |text| {
        let words = if args.replacements.is_empty() { text.split(' ') } else { text.split('\n') };
        let words = words.filter(|word| !word.is_empty() && *word != "none");
        let pairs = words.map(pair).collect::<Result<Vec<_>, _>>()?;
        ceremony.require_replaceable(&going, &pairs).map(|()| pairs)
    })?;
    Ok(Doubt { keys: names, since, what, good, replacements })
}

/// An answer that was given as a flag, or is typed; a person who mistypes is told why, and asked again.
fn asked<T>(
    console: &mut dyn Console,
    given: Option<&str>,
    prompt: &str,
    flag: &str,
    read: impl Fn(&str) -> Result<T, CeremonyError>,
) -> Result<T, CeremonyError> {
    if let Some(given) = given {
        return read(given);
    }
    loop {
        match read(&console.ask(prompt, flag)?) {
            Err(error) => console.say(&super::complaint(&error)),
            Ok(answer) => return Ok(answer),
        }
    }
}

fn folder(text: &str) -> Result<Option<PathBuf>, CeremonyError> {
    let folder = Some(PathBuf::from(text)).filter(|_| !text.is_empty() && text != "none");
    match folder {
        Some(folder) if !files::is_folder(&folder) => Err(CeremonyError::Change {
            what: format!("{text} is no folder; nothing was changed"),
            next: "Name the folder that has the known good metadata, or none.".to_owned(),
        }),
        folder => Ok(folder),
    }
}

fn instant(text: &str, now: Timestamp) -> Result<Option<Timestamp>, CeremonyError> {
    if text.is_empty() || text == "unknown" {
        return Ok(None);
    }
    let date = Date::parse(text).filter(|date| date.at <= now);
    date.map(|date| Some(date.at)).ok_or_else(|| CeremonyError::Change {
        what: match Date::parse(text) {
            None => format!("{text} is not written as date, time and Z; nothing was changed"),
            Some(_) => format!("{text} is not in the past; nothing was changed"),
        },
        next: "Write it such as 2026-01-31T18:00:00Z, or unknown.".to_owned(),
    })
}

fn pair(text: &str) -> Result<(String, String), CeremonyError> {
    let pair = text.split_once('=').filter(|(key, by)| !key.is_empty() && !by.is_empty());
    pair.map(|(key, by)| (key.to_owned(), by.to_owned())).ok_or_else(|| CeremonyError::Change {
        what: format!("{text} does not say which key is replaced by what; nothing was changed"),
        next: "Write KEY=SERIAL, KEY=FILE or KEY=NAME, such as online=0013200461.".to_owned(),
    })
}

/// Roles stand for all of their keys.
fn named(policy: &Policy, typed: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let roles = policy.all_roles();
    for word in typed.split([' ', ',']).filter(|word| !word.is_empty()) {
        let role = roles.iter().find(|(name, _)| *name == word).filter(|_| !policy.keys.contains_key(word));
        let keys = role.map_or_else(|| vec![word.to_owned()], |(_, role)| role.keys.clone());
        for key in keys {
            if !names.contains(&key) {
                names.push(key);
            }
        }
    }
    names
}

fn keys(policy: &Policy) -> String {
    let roles = policy.all_roles();
    let row = |key: &String| {
        let of: Vec<&str> =
            roles.iter().filter(|(_, role)| role.keys.contains(key)).map(|(name, _)| *name).collect();
        vec![key.clone(), policy.holder_of(key).to_owned(), of.join(", ")]
    };
    let used = policy.keys.keys().filter(|key| roles.iter().any(|(_, role)| role.keys.contains(key)));
    show::rows(&["key", "holder", "signs for"], &used.map(row).collect::<Vec<_>>())
}

/// What an attacker can do, for people at night.
fn exposed(exposure: &Exposure) -> String {
    let mut out = "What an attacker can do to clients today\n".to_owned();
    for sentence in exposure.told() {
        out.push_str(&format!("{}\n", item(&sentence)));
    }
    if exposure.root == RootFall::Reached {
        out.push_str(&item(
            "This command writes the plan of a new first root, and the statement that goes with it.",
        ));
    }
    out
}

fn item(text: &str) -> String {
    let wrapped = show::wrap(&visible(text), 74);
    let mut lines = wrapped.lines();
    let first = format!("  - {}", lines.next().unwrap_or_default());
    lines.fold(first, |out, line| format!("{out}\n    {line}"))
}

fn numbered(number: usize, text: &str) -> String {
    let wrapped = show::wrap(&visible(text), 72);
    let mut lines = wrapped.lines();
    let first = format!("{number:>3}. {}", lines.next().unwrap_or_default());
    lines.fold(first, |out, line| format!("{out}\n     {line}"))
}

fn goes(going: &[Going]) -> String {
    let mut out = "These keys go\n".to_owned();
    for one in going {
        let why = if one.in_doubt { "in doubt" } else { "so that clients forget what they saw" };
        let place = match (&one.standby, !one.short.is_empty()) {
            (Some(standby), _) => format!("its standby {standby} takes its place"),
            (None, true) => "NEEDS a replacement".to_owned(),
            (None, false) => "can go without a replacement".to_owned(),
        };
        out.push_str(&format!(
            "{}\n",
            item(&format!("{} ({}; {why}): {place}", one.key, one.roles.join(", ")))
        ));
    }
    out.trim_end().to_owned()
}

/// What was written, whom to call, and what comes next.
pub fn say_response(
    console: &mut dyn Console,
    ceremony: &Ceremony,
    response: &Response,
) -> Result<(), CeremonyError> {
    let plan = ceremony.plan()?;
    for told in show::acts(&ceremony.policy, response.acts.iter().cloned()) {
        console.say(&told);
    }
    if let Some(comparison) = &response.comparison {
        console.say(&show::wrap(&comparison.says(), 78));
    }
    console.say("\nWhat is done, in this order");
    for (number, step) in response.steps.iter().enumerate() {
        console.say(&numbered(number + 1, step));
    }
    console
        .say(&format!("\nWhat to tell users\n{}\n", show::indent("  ", &show::wrap(&response.to_users, 76))));
    console.say(&format!("Wrote {}.", response.files.join(", ")));
    for key in &plan.missing_keys {
        console.say(&format!("Next: {}", super::plan::how_to_enrol(ceremony, key)));
    }
    let next = if plan.missing_keys.is_empty() { "Next:" } else { "then" };
    console.say(&format!("{next} tuf-ceremony draft, and tuf-ceremony freeze. script.md has every step."));
    Ok(())
}

fn json(response: &Response) -> Json {
    let attack = |attack: &Attack| {
        Json::object([
            ("missing", Json::strings(attack.missing.iter().cloned())),
            ("possible", Json::Bool(attack.possible())),
            ("says", Json::from(attack.says())),
            (
                "until",
                match &attack.until {
                    Some(crate::policy::exposure::Until::At(at, _)) => Json::from(time::write(*at)),
                    _ => Json::Null,
                },
            ),
        ])
    };
    let root = match response.exposure.root {
        RootFall::Untouched => "untouched",
        RootFall::Below { .. } => "below",
        RootFall::Reached => "reached",
    };
    let differences = response
        .comparison
        .as_ref()
        .map_or(Json::Null, |comparison| Json::strings(comparison.differences.iter().cloned()));
    Json::object([
        ("acts", Json::strings(response.acts.iter().cloned())),
        ("attacks", Json::Arr(response.exposure.attacks.iter().map(attack).collect())),
        ("differences", differences),
        (
            "earlier_roots",
            Json::Arr(response.exposure.earlier_roots.iter().map(|version| Json::Int(*version)).collect()),
        ),
        ("files", Json::strings(response.files.iter().cloned())),
        ("root", Json::from(root)),
        ("signs", Json::strings(response.exposure.signs.iter().cloned())),
    ])
}
