//! `explain`: what a check demands, why, and how to mend it; and what clients make of a rule.

use super::{Context, show};
use crate::advice::Exit;
use crate::ceremony::CeremonyError;
use crate::checks::Check;
use crate::checks::catalogue::{Level, nearest};
use crate::console::Console as _;
use crate::host::display::typed;
use crate::json::Json;
use crate::tuf::client::Profile;
use crate::tuf::client::rule::Rule;

/// Say what a check demands, why, and how to mend it, or what clients make of a rule; without a name, list all
#[derive(clap::Args)]
pub struct Args {
    /// The check's id, e.g. ROOT-VERSION, or the rule's, e.g. date-fraction
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
    if let Some(rule) = Rule::from_id(name) {
        context.console.say(&if context.json { show::json(&rule_json(rule)) } else { rule_text(rule) });
        return Ok(Exit::Yes);
    }
    let Some(check) = Check::from_id(name) else {
        let near = nearest(name).map_or(String::new(), |check| format!(" Did you mean {}?", check.id()));
        let next = "`tuf-ceremony explain` lists the checks and the rules.";
        context
            .console
            .complain(&format!("error: there is no check or rule {}.{near}\n  next: {next}", typed(name)));
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
    let checks = show::rows(&["check", "level", "enforced by this version"], &rows);
    let row = |rule: &Rule| vec![rule.id().to_owned(), rule.says().to_owned()];
    let rules: Vec<Vec<String>> = Rule::ALL.iter().map(row).collect();
    format!("{checks}\n\nWhat clients treat differently\n{}", show::rows(&["rule", "about"], &rules))
}

fn rule_text(rule: Rule) -> String {
    let row = |profile: Profile| {
        let seen = profile.seen();
        vec![
            profile.name().to_owned(),
            seen.version.to_owned(),
            rule.stance(profile).to_string(),
            seen.how.to_owned(),
        ]
    };
    let rows: Vec<Vec<String>> = Profile::ALL.into_iter().map(row).collect();
    format!(
        "{rule}: {}\n{}",
        rule.says(),
        show::rows(&["client", "version", "what it does", "known from"], &rows)
    )
}

fn rule_json(rule: Rule) -> Json {
    let client = |profile: Profile| {
        Json::object([
            ("client", Json::from(profile.name())),
            ("does", Json::from(rule.stance(profile).to_string())),
            ("seen", Json::from(profile.seen().how)),
            ("version", Json::from(profile.seen().version)),
        ])
    };
    Json::object([
        ("clients", Json::Arr(Profile::ALL.into_iter().map(client).collect())),
        ("id", Json::from(rule.id())),
        ("says", Json::from(rule.says())),
    ])
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
