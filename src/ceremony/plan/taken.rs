//! Taking a rung of the ladder: it is dated from the night itself, so that its periods do not run out while it lies there.

use jiff::Timestamp;

use crate::host::display::typed;
use crate::host::files;
use crate::policy::edit::Edit;
use crate::policy::{self, Policy, PolicyError};

use super::super::drafting::draft_all;
use super::super::{Ceremony, CeremonyError};
use super::ladder::{FOLDER, State, files_of, owner, published};

/// A plan whose periods are counted from this instant on.
pub(super) fn dated(text: &str, planned: Timestamp) -> Result<String, PolicyError> {
    let mut edit = Edit::of(text)?;
    edit.set_instant("planned", planned);
    Ok(edit.text())
}

impl Ceremony {
    /// Takes a rung as the plan, and what it drafts as the drafts, both dated now. A stale one is refused, and so is one that could
    /// not be frozen; then nothing is written. One that is taken already, by a process that died on the way, is gone on with.
    pub fn take_rung(&mut self, name: &str) -> Result<(), CeremonyError> {
        CeremonyError::require(super::gate::output(self))?;
        let taken = self.is_taken(name)?;
        if !taken {
            self.require_ready(name)?;
        }
        let file = if taken { "ceremony.toml".to_owned() } else { format!("{FOLDER}/{name}.toml") };
        let text = files::read(&self.path(&file), policy::LIMIT)?;
        // It was read as a policy, so it is text.
        let text = String::from_utf8_lossy(&text).into_owned();
        // What was taken keeps its date: somebody may have signed by now.
        let text = if taken { text } else { dated(&text, self.now)? };
        CeremonyError::unless_clear(&self.with_plan(&text)?.examined()?)?;
        if !taken {
            self.replan(&text)?;
        }
        self.draft()?;
        Ok(())
    }

    /// The rung is there, and is what it would be if it were written now.
    fn require_ready(&self, name: &str) -> Result<(), CeremonyError> {
        let there = files::list_if_folder(&self.path(FOLDER))?;
        let mut rungs = self.rungs();
        let names: Vec<String> = rungs.iter().map(|(name, _)| name.clone()).collect();
        let of = |file: &&String| owner(names.iter().map(String::as_str).chain([name]), file) == Some(name);
        let own: Vec<String> = there.iter().filter(of).cloned().collect();
        let known = rungs.iter().position(|(rung, _)| rung == name).map(|place| rungs.swap_remove(place));
        let state = match known {
            Some((name, acts)) => Some(self.rung(name, acts, own)?.state),
            // What is left of a key that is gone.
            None => (!own.is_empty()).then_some(State::Stale(own)),
        };
        let no_ladder = there.is_empty() && !matches!(state, Some(State::Impossible(_)));
        let state = match state.filter(|_| !no_ladder) {
            Some(state) => state,
            None => {
                let next = match there.is_empty() {
                    true => "Write the ladder with `tuf-ceremony plan --ladder`.".to_owned(),
                    false => format!("The rungs are: {}.", names.join(", ")),
                };
                return Err(CeremonyError::Change {
                    what: format!("there is no rung {}", typed(name)),
                    next,
                });
            }
        };
        match state {
            State::Ready | State::Taken => Ok(()),
            State::Stale(files) => Err(CeremonyError::Change {
                what: format!(
                    "the rung {name} is stale: {} would come out differently now",
                    files.join(", ")
                ),
                next:
                    "Write the ladder anew with `tuf-ceremony plan --ladder`, and look at what has changed."
                        .to_owned(),
            }),
            State::Impossible(why) => Err(CeremonyError::Change {
                what: format!("the rung {name} cannot be made: {why}"),
                next: "Mend that first, or use `tuf-ceremony compromise`.".to_owned(),
            }),
        }
    }

    /// Whether the plan is that of a rung by now, whenever it was taken, and the rung is still what it would be.
    pub(super) fn is_taken(&self, name: &str) -> Result<bool, CeremonyError> {
        let plan = self.path(&format!("{FOLDER}/{name}.toml"));
        let Some(text) = files::read_if_there(&plan, policy::LIMIT)? else { return Ok(false) };
        let here = files::read(&self.path("ceremony.toml"), policy::LIMIT)?;
        let undated = |text: &[u8]| {
            let text = std::str::from_utf8(text).ok()?;
            dated(text, Timestamp::UNIX_EPOCH).ok()
        };
        let (text, here) = (undated(&text).map(|undated| (undated, text)), undated(&here));
        let Some((_, text)) = text.filter(|(undated, _)| here.as_ref() == Some(undated)) else {
            return Ok(false);
        };
        let Ok(policy) = Policy::parse(&text) else { return Ok(false) };
        let drafts = published(&draft_all(&policy, &self.keyring, self.trusted.as_ref(), None)?);
        let text = String::from_utf8_lossy(&text);
        self.differing(&files_of(name, &text, &drafts)).map(|differ| differ.is_empty())
    }
}
