//! `script`: look at a script before anybody follows it.

use std::path::{Path, PathBuf};

use clap::Parser as _;

use super::{Cli, Command, Context, show};
use crate::advice::Exit;
use crate::ceremony::script::lint::{Problem, problems};
use crate::ceremony::script::{Script, text_of};
use crate::ceremony::{Ceremony, CeremonyError, start};
use crate::console::Console as _;
use crate::host::display::visible;
use crate::host::files;
use crate::json::Json;
use crate::policy;

/// Look at a script before anybody follows it
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    act: Act,
}

#[derive(clap::Subcommand)]
enum Act {
    /// Check a script against the plan: its form, its commands, and that nobody and nothing is left out
    Check {
        /// The script's file, or the name of one that comes with the program; that of the plan if absent
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
    },
}

/// Runs the command.
pub fn run(context: &mut Context, args: &Args) -> Result<Exit, CeremonyError> {
    let Act::Check { file } = &args.act;
    let ceremony = Ceremony::open(&context.directory)?;
    let script = named(&ceremony, file.as_deref())?;
    let found = problems(&script, &ceremony, &valid)?;
    context.console.say(&if context.json {
        show::json(&json(&script, &found))
    } else {
        text(&script, &found)
    });
    Ok(if found.is_empty() { Exit::Yes } else { Exit::No })
}

/// The script that comes with the program under this name, or is in this file; that of the plan if none is named.
pub fn named(ceremony: &Ceremony, file: Option<&Path>) -> Result<Script, CeremonyError> {
    let Some(file) = file else { return Script::of(ceremony) };
    let name = file.to_string_lossy();
    let text = match start::script(&name) {
        Some(text) => text.to_owned(),
        None => text_of(&visible(&name), &files::read(file, policy::LIMIT)?)?,
    };
    Script::expanded(&visible(&name), &text, ceremony)
}

/// Why the words of a command are none that a script may have.
pub fn valid(words: &[String]) -> Result<(), String> {
    command(words).map(|_| ())
}

/// The command that a script may have in these words; why not, otherwise.
pub fn command(words: &[String]) -> Result<Command, String> {
    let line = words.join(" ");
    let parsed = Cli::try_parse_from(std::iter::once("tuf-ceremony").chain(words.iter().map(String::as_str)));
    let parsed = parsed.map_err(|error| {
        let told = error.render().to_string();
        let first = told.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
        format!("`{line}` is no command of this program: {first}")
    })?;
    match parsed.command {
        Command::Rehearse(_) | Command::New(_) | Command::Respond(_) => {
            return Err(format!("`{line}` is nothing that is done in a ceremony's directory"));
        }
        // Nothing can be recorded after it, and so not that its step is done.
        Command::Seal(_) => return Err(format!("`{line}` is for afterwards, when every step is closed")),
        Command::Run(_) => return Err(format!("`{line}` has no place in a script: it walks through one")),
        _ => {}
    }
    let flags = ["-C", "--json", "--pin-fd", "--passphrase-fd", "--confirm"];
    match words.iter().find(|word| flags.iter().any(|flag| word.starts_with(flag))) {
        Some(word) => Err(format!("{word} has no place in a script: people read, type and confirm")),
        None => Ok(parsed.command),
    }
}

fn text(script: &Script, found: &[Problem]) -> String {
    let (steps, commands) = count(script);
    let mut out = String::new();
    for problem in found {
        let place = if problem.line == 0 { String::new() } else { format!("line {}: ", problem.line) };
        out.push_str(&format!("{place}{}\n  next: {}\n", visible(&problem.what), visible(&problem.next)));
    }
    let verdict = match found.len() {
        0 => "Nothing is wrong with it.".to_owned(),
        1 => "1 problem.".to_owned(),
        many => format!("{many} problems."),
    };
    format!(
        "{out}{}: {} acts, {steps} steps, {commands} of them commands. {verdict}",
        visible(&script.title),
        script.acts.len()
    )
}

fn count(script: &Script) -> (usize, usize) {
    (script.steps().count(), script.steps().filter(|(_, step)| step.command.is_some()).count())
}

fn json(script: &Script, found: &[Problem]) -> Json {
    let int = |number: usize| Json::Int(i64::try_from(number).unwrap_or(i64::MAX));
    let (steps, commands) = count(script);
    let problem = |one: &Problem| {
        Json::object([
            ("line", int(one.line)),
            ("next", Json::from(one.next.as_str())),
            ("what", Json::from(one.what.as_str())),
        ])
    };
    Json::object([
        ("acts", int(script.acts.len())),
        ("commands", int(commands)),
        ("problems", Json::Arr(found.iter().map(problem).collect())),
        ("steps", int(steps)),
        ("title", Json::from(script.title.as_str())),
    ])
}
