//! The break-glass ladder: the next root drafted beforehand for every loss of one key and for the compromise of an online key,
//! so that the night needs only `freeze --rung NAME` and signatures.
//!
//! A rung is a plan and its drafts. It is stale as soon as this plan, the keys or what is trusted would make another one.

use std::collections::BTreeMap;

use crate::host::files;
use crate::policy::{self, Policy, Reason};
use crate::tuf::METADATA_LIMIT;
use crate::tuf::envelope::Envelope;

use super::super::change::Change;
use super::super::compromise::Doubt;
use super::super::drafting::{Draft, Drafts, draft_all};
use super::super::trusted::Trusted;
use super::super::{Ceremony, CeremonyError, gate};

/// The folder of the rungs.
const FOLDER: &str = "drafts/ladder";

/// One rung.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rung {
    /// Its name: what happens to which key.
    pub name: String,
    /// How it stands.
    pub state: State,
}

/// How a rung stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Written, and what would be written now.
    Ready,
    /// Written, and no longer what would be written now: these files differ.
    Stale(Vec<String>),
    /// Cannot be made, for this reason.
    Impossible(String),
}

/// A plan, and its drafts by role.
struct Made {
    text: String,
    drafts: BTreeMap<String, Vec<u8>>,
}

impl Made {
    /// The files of a rung.
    fn files(&self, rung: &str) -> BTreeMap<String, &[u8]> {
        let drafts =
            self.drafts.iter().map(|(role, bytes)| (format!("{rung}.{role}.json"), bytes.as_slice()));
        drafts.chain([(format!("{rung}.toml"), self.text.as_bytes())]).collect()
    }
}

impl Ceremony {
    /// Writes every rung in the place of older ones.
    pub fn write_ladder(&mut self) -> Result<Vec<Rung>, CeremonyError> {
        if self.trusted.is_none() {
            return Err(CeremonyError::NotYet {
                what: "the ladder drafts what follows a trusted root, and this directory has none".to_owned(),
                next: "Start the directory that stands ready: `tuf-ceremony new DIR --from THIS-ONE`, once this one is released."
                    .to_owned(),
            });
        }
        let mut rungs = Vec::new();
        let mut kept: Vec<String> = Vec::new();
        for (name, made) in self.rungs() {
            let state = match made {
                Ok(made) => {
                    for (file, bytes) in made.files(&name) {
                        self.overwrite(&format!("{FOLDER}/{file}"), bytes)?;
                        kept.push(file);
                    }
                    State::Ready
                }
                Err(error) => State::Impossible(told(&error)),
            };
            rungs.push(Rung { name, state });
        }
        for file in files::list_if_folder(&self.path(FOLDER))?.into_iter().filter(|file| !kept.contains(file))
        {
            files::remove_if_there(&self.path(&format!("{FOLDER}/{file}")))?;
        }
        Ok(rungs)
    }

    /// The rungs that are written, and how they stand; none if there is no ladder.
    pub fn ladder(&self) -> Result<Vec<Rung>, CeremonyError> {
        let mut there = files::list_if_folder(&self.path(FOLDER))?;
        if there.is_empty() {
            return Ok(Vec::new());
        }
        let mut rungs = Vec::new();
        for (name, made) in self.rungs() {
            let prefix = format!("{name}.");
            let (own, others): (Vec<String>, Vec<String>) =
                there.into_iter().partition(|file| file.starts_with(&prefix));
            there = others;
            let state = match made {
                Err(error) if own.is_empty() => State::Impossible(told(&error)),
                Err(_) => State::Stale(own),
                Ok(made) => {
                    let wanted = made.files(&name);
                    let mut differ: Vec<String> =
                        own.iter().filter(|file| !wanted.contains_key(*file)).cloned().collect();
                    differ.extend(self.differing(&wanted)?);
                    if differ.is_empty() { State::Ready } else { State::Stale(differ) }
                }
            };
            rungs.push(Rung { name, state });
        }
        let mut left: Vec<String> =
            there.iter().map(|file| file.split('.').next().unwrap_or(file).to_owned()).collect();
        left.dedup();
        rungs.extend(left.into_iter().map(|name| {
            let files = there.iter().filter(|file| file.starts_with(&format!("{name}."))).cloned().collect();
            Rung { name, state: State::Stale(files) }
        }));
        Ok(rungs)
    }

    /// Takes a rung as the plan, and its drafts as the drafts. A stale one is refused. One that is taken already, by a process
    /// that died on the way, is gone on with.
    pub fn take_rung(&mut self, name: &str) -> Result<(), CeremonyError> {
        CeremonyError::require(gate::output(self))?;
        if self.is_taken(name)? {
            self.draft()?;
            return Ok(());
        }
        let ladder = self.ladder()?;
        let Some(rung) = ladder.iter().find(|rung| rung.name == name) else {
            let known: Vec<&str> = ladder.iter().map(|rung| rung.name.as_str()).collect();
            let next = match known.is_empty() {
                true => "Write the ladder with `tuf-ceremony plan --ladder`.".to_owned(),
                false => format!("The rungs are: {}.", known.join(", ")),
            };
            return Err(CeremonyError::Change { what: format!("there is no rung {name}"), next });
        };
        if let State::Stale(files) = &rung.state {
            let what =
                format!("the rung {name} is stale: {} would come out differently now", files.join(", "));
            let next =
                "Write the ladder anew with `tuf-ceremony plan --ladder`, and look at what has changed.";
            return Err(CeremonyError::Change { what, next: next.to_owned() });
        }
        if let State::Impossible(why) = &rung.state {
            let next = "Mend that first, or use `tuf-ceremony compromise`.".to_owned();
            return Err(CeremonyError::Change {
                what: format!("the rung {name} cannot be made: {why}"),
                next,
            });
        }
        let text = files::read(&self.path(&format!("{FOLDER}/{name}.toml")), policy::LIMIT)?;
        self.replan(&String::from_utf8_lossy(&text))?;
        self.draft()?;
        Ok(())
    }

    /// Whether the plan is that of a rung by now, and would still draft what the rung has.
    fn is_taken(&self, name: &str) -> Result<bool, CeremonyError> {
        let plan = self.path(&format!("{FOLDER}/{name}.toml"));
        let Some(text) = files::read_if_there(&plan, policy::LIMIT)? else { return Ok(false) };
        if files::read(&self.path("ceremony.toml"), policy::LIMIT)? != text {
            return Ok(false);
        }
        let drafts = published(&self.planned_drafts()?);
        let made = Made { text: String::from_utf8_lossy(&text).into_owned(), drafts };
        self.differing(&made.files(name)).map(|differ| differ.is_empty())
    }

    /// The files of a rung that are not there as they should be.
    fn differing(&self, wanted: &BTreeMap<String, &[u8]>) -> Result<Vec<String>, CeremonyError> {
        let mut differ = Vec::new();
        for (file, bytes) in wanted {
            let found = files::read_if_there(&self.path(&format!("{FOLDER}/{file}")), METADATA_LIMIT)?;
            if found.as_deref() != Some(*bytes) {
                differ.push(file.clone());
            }
        }
        Ok(differ)
    }

    /// Every rung as it would be made now.
    fn rungs(&self) -> Vec<(String, Result<Made, CeremonyError>)> {
        let keys_of =
            |role: &str| self.policy.roles.get(role).map(|role| role.keys.clone()).unwrap_or_default();
        let lost = keys_of("root").into_iter().map(|key| {
            let change = match self.policy.standby_of(&key) {
                Some(by) => Change::ReplaceKey {
                    key: key.clone(),
                    by: by.to_owned(),
                    newcomer: None,
                    reason: Some((Reason::Lost, None)),
                },
                None => Change::RevokeKey { key: key.clone(), reason: Reason::Lost, since: None },
            };
            (format!("lost-{key}"), self.made(&[change]))
        });
        let mut online: Vec<String> = Vec::new();
        for key in ["timestamp", "snapshot"].into_iter().flat_map(keys_of) {
            if !online.contains(&key) {
                online.push(key);
            }
        }
        let compromised = online.into_iter().map(|key| {
            let doubt = Doubt {
                keys: vec![key.clone()],
                since: None,
                what: String::new(),
                good: None,
                replacements: Vec::new(),
            };
            let made = self.changes_for(&doubt).and_then(|changes| self.made(&changes));
            let made = made.map_err(|error| match error {
                CeremonyError::Change { what, .. } => CeremonyError::Change {
                    what,
                    next: format!("Give {key} a standby: change add-key NAME --standby-for {key} …"),
                },
                other => other,
            });
            (format!("compromised-{key}"), made)
        });
        lost.chain(compromised).collect()
    }

    /// The plan after changes, and its drafts.
    fn made(&self, changes: &[Change]) -> Result<Made, CeremonyError> {
        let text = self.changed(changes)?;
        let policy = Policy::parse(text.as_bytes())?;
        let trusted = Trusted::load(self.root(), &policy, &self.keyring)?;
        let drafts = draft_all(&policy, &self.keyring, trusted.as_ref(), None)?;
        Ok(Made { text, drafts: published(&drafts) })
    }
}

/// Drafts by role, as they are written.
fn published(drafts: &Drafts) -> BTreeMap<String, Vec<u8>> {
    let published = |draft: &Draft| (draft.role.clone(), Envelope::publish(&draft.signed, &[]));
    drafts.made.iter().map(published).collect()
}

fn told(error: &CeremonyError) -> String {
    use crate::advice::Advice as _;
    format!("{error}. {}", error.next_step())
}
