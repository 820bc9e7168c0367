//! `merge`: take what comes back from elsewhere.

use std::path::PathBuf;

use super::{Context, complaint, show};
use crate::advice::{Advice as _, Exit};
use crate::ceremony::merge::{Brought, Fate, Item, NOTHING};
use crate::ceremony::{Ceremony, CeremonyError};
use crate::console::Console as _;
use crate::host::display::visible;
use crate::json::Json;

/// Take responses, and the keys and signatures of other copies of this directory
///
/// In any order, and as often as you like: each signature is judged by itself, what is refused is named, and the rest is
/// taken. Nothing that is here is replaced.
#[derive(clap::Args)]
pub struct Args {
    /// Responses; folders in which responses are; other copies of this ceremony directory
    #[arg(required = true, value_name = "FILE|DIR")]
    sources: Vec<PathBuf>,
}

/// Runs the command.
pub fn run(context: &mut Context, args: &Args) -> Result<Exit, CeremonyError> {
    let place = context.place();
    let brought = Ceremony::act(&place, |ceremony| ceremony.merge(&args.sources))?;
    if context.json {
        context.console.say(&show::json(&json(&brought)));
    } else {
        context.console.say(&text(&brought));
        context.next("tuf-ceremony status");
    }
    Ok(exit(&brought))
}

fn items(brought: &[Brought]) -> impl Iterator<Item = &Item> {
    brought.iter().flat_map(|one| &one.items)
}

/// 1 if a check refused anything; 5 if something could not even be read; 0 otherwise, also if everything was here before.
fn exit(brought: &[Brought]) -> Exit {
    let mut exit = Exit::Yes;
    for item in items(brought) {
        exit = match &item.fate {
            Fate::Refused(error) if error.exit() == Exit::Machine && exit != Exit::No => Exit::Machine,
            Fate::Refused(error) if error.exit() != Exit::Machine => Exit::No,
            _ => exit,
        };
    }
    exit
}

fn text(brought: &[Brought]) -> String {
    let mut out = String::new();
    for one in brought {
        out.push_str(&format!("{}\n", visible(&one.name)));
        for item in &one.items {
            let what = visible(&item.what);
            let told = match &item.fate {
                Fate::Left(why) if item.what == NOTHING => visible(why),
                Fate::Refused(error) if item.what == NOTHING => {
                    format!("nothing of it was taken\n{}", complaint(error))
                }
                Fate::Taken => format!("taken: {what}"),
                Fate::Before => format!("here before: {what}"),
                Fate::Left(why) => format!("left: {what}: {}", visible(why)),
                Fate::Refused(error) => format!("not taken: {what}\n{}", complaint(error)),
            };
            out.push_str(&show::indent("  ", &told));
            out.push('\n');
        }
    }
    let count = |wanted: fn(&Fate) -> bool| items(brought).filter(|item| wanted(&item.fate)).count();
    let taken = count(|fate| matches!(fate, Fate::Taken));
    let before = count(|fate| matches!(fate, Fate::Before));
    let refused = count(|fate| matches!(fate, Fate::Refused(_)));
    format!("{out}Taken: {taken}. Here before: {before}. Not taken: {refused}.")
}

fn json(brought: &[Brought]) -> Json {
    let item = |item: &Item| {
        let (fate, check, why) = match &item.fate {
            Fate::Taken => ("taken", None, None),
            Fate::Before => ("before", None, None),
            Fate::Left(why) => ("left", None, Some(why.clone())),
            Fate::Refused(error) => ("refused", error.check(), Some(error.to_string())),
        };
        Json::object([
            ("check", check.map_or(Json::Null, Json::from)),
            ("fate", Json::from(fate)),
            ("what", Json::from(item.what.as_str())),
            ("why", why.as_deref().map_or(Json::Null, Json::from)),
        ])
    };
    let one = |one: &Brought| {
        Json::object([
            ("items", Json::Arr(one.items.iter().map(item).collect())),
            ("name", Json::from(one.name.as_str())),
        ])
    };
    Json::Arr(brought.iter().map(one).collect())
}
