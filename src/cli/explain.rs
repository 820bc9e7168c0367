//! `explain`: what a check demands, why, and how to mend it.

use super::{Context, show};
use crate::advice::Exit;
use crate::ceremony::CeremonyError;
use crate::checks::Check;
use crate::checks::catalogue::{Level, nearest};
use crate::console::{Console as _, Terminal};
use crate::host::display::visible;
use crate::json::Json;

/// Say what a check demands, why, and how to mend it; without a name, list all checks
#[derive(clap::Args)]
pub struct Args {
    /// The check's id, e.g. ROOT-VERSION
    check: Option<String>,
}

/// Runs the command.
pub fn run(context: &mut Context, args: &Args) -> Result<Exit, CeremonyError> {
    let Some(name) = &args.check else {
        let text = if context.json {
            show::json(&Json::Arr(Check::ALL.iter().map(|one| json(*one)).collect()))
        } else {
            list()
        };
        context.console.say(&text);
        return Ok(Exit::Yes);
    };
    let Some(check) = Check::from_id(name) else {
        let near = nearest(name).map_or(String::new(), |check| format!(" Did you mean {}?", check.id()));
        let next = "`tuf-ceremony explain` lists the checks.";
        Terminal::complain(&format!("error: there is no check {}.{near}\n  next: {next}", visible(name)));
        return Ok(Exit::Usage);
    };
    context.console.say(&if context.json { show::json(&json(check)) } else { text(check) });
    Ok(Exit::Yes)
}

fn list() -> String {
    let row = |check: &Check| {
        let entry = check.entry();
        let enforced = if entry.enforced { "yes" } else { "not yet" };
        vec![entry.id.to_owned(), entry.level.to_string(), enforced.to_owned()]
    };
    let rows: Vec<Vec<String>> = Check::ALL.iter().map(row).collect();
    show::rows(&["check", "level", "enforced by this version"], &rows)
}

fn text(check: Check) -> String {
    let entry = check.entry();
    let part =
        |title: &str, text: &str| format!("\n\n{title}\n{}", show::indent("  ", &show::wrap(text, 76)));
    let waiver = match (check.waivable(), entry.level) {
        (_, Level::Warn) => "",
        (true, _) => "; ceremony.toml can waive it",
        (false, _) => "; it cannot be waived",
    };
    let status = if entry.enforced { "" } else { "; this version does not enforce it yet" };
    let mut out = format!("{} ({}{waiver}{status})", entry.id, entry.level);
    out.push_str(&part("What it demands", entry.demands));
    out.push_str(&part("Why", entry.why));
    out.push_str(&part("How to mend it", entry.mend));
    out
}

fn json(check: Check) -> Json {
    let entry = check.entry();
    Json::object([
        ("demands", Json::from(entry.demands)),
        ("enforced", Json::Bool(entry.enforced)),
        ("id", Json::from(entry.id)),
        ("level", Json::from(entry.level.to_string())),
        ("mend", Json::from(entry.mend)),
        ("waivable", Json::Bool(check.waivable() && entry.level != Level::Warn)),
        ("why", Json::from(entry.why)),
    ])
}
