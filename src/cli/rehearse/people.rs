//! A rehearsal in which the reader is the people: `run`, with tokens that anybody can use.

use std::path::{Path, PathBuf};

use super::genesis;
use super::later::{Later, the_plan};
use super::play::Play;
use crate::advice::Exit;
use crate::ceremony::{CeremonyError, start};
use crate::cli::{Context, compromise, run, show};
use crate::console::Console as _;
use crate::host::display::word;
use crate::host::files;
use crate::token::rehearsal::PIN;

/// Prepares the ceremony, and walks through its script.
pub fn play(context: &mut Context, later: Option<Later>, place: &Path) -> Result<Exit, CeremonyError> {
    context.directory = match later {
        Some(later) => prepare(context, later, place)?,
        None => {
            start::start(place, &start::Request { template: Some("rehearsal"), ..Default::default() })?;
            place.to_owned()
        }
    };
    let place = word(&context.directory);
    let told = format!(
        "You are everybody in the room, with the initials of whoever acts. The tokens are rehearsal tokens: \
         software, with keys that anybody can compute. There is nothing to insert, and the PIN of each is: {PIN}"
    );
    context.console.say(&format!(
        "{}\n\nThe ceremony lies in {place}\n\
         For its script on paper, in another window: tuf-ceremony -C {place} print script\n",
        show::wrap(&told, 78)
    ));
    context.console.ask("Enter begins the walk through the script", "")?;
    run::run(context, &run::Args::default())
}

/// What comes before a later ceremony: the first one, and what happened since then.
fn prepare(context: &mut Context, later: Later, place: &Path) -> Result<PathBuf, CeremonyError> {
    files::folder(place)?;
    let (first, ceremony) = (place.join("first"), place.join("ceremony"));
    genesis::quietly(&first)?;
    let mut play = Play::new(&ceremony, &start::Request { from: Some(&first), ..Default::default() }, 0)?;
    context.console.say(&format!("{}\n", show::wrap(later.story(), 78)));
    if later == Later::Compromise {
        drop(play);
        context.directory = ceremony.clone();
        context
            .console
            .say("The wizard asks what happened. (The new key of the server is on the token R-0010.)\n");
        compromise::run(context, &compromise::Args::default())?;
    } else {
        play.narrator.hush();
        the_plan(&mut play, later)?;
    }
    Ok(ceremony)
}
