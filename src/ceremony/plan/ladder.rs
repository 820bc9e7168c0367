//! The break-glass ladder: the next root drafted beforehand for every loss of one key and for the compromise of an online key,
//! so that the night needs only `freeze --rung NAME` and signatures.
//!
//! A rung is a plan and its drafts. It is stale as soon as this plan, the keys or what is trusted would make another one; and
//! it is held to the very checks of the freeze that would take it now.

use std::collections::BTreeMap;

use crate::checks::{Check, Finding};
use crate::host::files;
use crate::policy::{Policy, Reason};
use crate::tuf::METADATA_LIMIT;
use crate::tuf::client::source::file_stem;
use crate::tuf::envelope::Envelope;

use super::super::change::Change;
use super::super::compromise::Doubt;
use super::super::drafting::{Draft, Drafts, draft_all};
use super::super::{Ceremony, CeremonyError, gate};

/// Why a released directory has no use for rungs, and which one has.
const OVER: &str = "metadata/ exists already, so that no rung can be taken here";
const BELONGS: &str = "The ladder belongs into the directory of the next ceremony: `tuf-ceremony new DIR --from THIS-ONE`, and \
                       `plan --ladder` there.";

/// The folder of the rungs.
pub(super) const FOLDER: &str = "drafts/ladder";

/// One rung.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rung {
    /// Its name: what happens to which key.
    pub name: String,
    /// How it stands.
    pub state: State,
    /// The roles that it makes, where it is ready.
    pub makes: Vec<String>,
}

/// How a rung stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Written, what would be written now, and nothing would refuse its freeze now.
    Ready,
    /// The plan of this directory is this rung's by now.
    Taken,
    /// Written, and no longer what would be written now: these files differ.
    Stale(Vec<String>),
    /// Cannot be made, for this reason.
    Impossible(String),
}

/// The acts of a rung, or why there are none.
type Acts = Result<Vec<Change>, CeremonyError>;

/// A rung as it would be made now.
struct Made {
    /// Its plan.
    text: String,
    /// Its drafts by role, as they are written.
    drafts: BTreeMap<String, Vec<u8>>,
    /// The directory as it would be if the rung were taken now.
    tonight: Ceremony,
}

impl Made {
    /// How it stands once its files are as they should be.
    fn judged(&self) -> Result<State, CeremonyError> {
        let refused = CeremonyError::unless_clear(&self.tonight.examined()?);
        Ok(refused.map_or_else(|error| State::Impossible(told(&error)), |()| State::Ready))
    }
}

impl Ceremony {
    /// Writes every rung in the place of older ones.
    pub fn write_ladder(&mut self) -> Result<Vec<Rung>, CeremonyError> {
        if gate::output(self).refuses() {
            let refused = Finding::fail(Check::PlanOutput, OVER, BELONGS);
            return Err(CeremonyError::Refused(Box::new(refused)));
        }
        if self.trusted.is_none() {
            return Err(CeremonyError::NotYet {
                what: "the ladder drafts what follows a trusted root, and this directory has none".to_owned(),
                next: "Start the directory that stands ready: `tuf-ceremony new DIR --from THIS-ONE`, once this one is released."
                    .to_owned(),
            });
        }
        let mut rungs = Vec::new();
        let mut kept: Vec<String> = Vec::new();
        for (name, acts) in self.rungs() {
            let mut makes = Vec::new();
            let judged = self.made(acts).and_then(|made| Ok((made.judged()?, made)));
            let state = match judged {
                Ok((State::Ready, made)) => {
                    for (file, bytes) in files_of(&name, &made.text, &made.drafts) {
                        self.overwrite(&format!("{FOLDER}/{file}"), bytes)?;
                        kept.push(file);
                    }
                    makes = made.drafts.into_keys().collect();
                    State::Ready
                }
                Ok((refused, _)) => refused,
                Err(error) => State::Impossible(told(&error)),
            };
            rungs.push(Rung { name, state, makes });
        }
        for file in files::list_if_folder(&self.path(FOLDER))?.into_iter().filter(|file| !kept.contains(file))
        {
            files::remove_if_there(&self.path(&format!("{FOLDER}/{file}")))?;
        }
        Ok(rungs)
    }

    /// The rungs that are written, and how they stand; none if there is no ladder.
    pub fn ladder(&self) -> Result<Vec<Rung>, CeremonyError> {
        let there = files::list_if_folder(&self.path(FOLDER))?;
        if there.is_empty() {
            return Ok(Vec::new());
        }
        let released = gate::output(self).refuses();
        let mut acts: Vec<(String, Option<Acts>)> = Vec::new();
        if !released {
            acts.extend(self.rungs().into_iter().map(|(name, acts)| (name, Some(acts))));
        }
        // What no key of the plan has any longer, such as a rung that was taken.
        for file in &there {
            if owner(acts.iter().map(|(name, _)| name.as_str()), file).is_none() {
                let plan = file.strip_suffix(".toml").or_else(|| file.split('.').next());
                acts.push((plan.unwrap_or(file).to_owned(), None));
            }
        }
        let names: Vec<String> = acts.iter().map(|(name, _)| name.clone()).collect();
        let mut rungs = Vec::new();
        for (name, acts) in acts {
            let is_own = |file: &&String| owner(names.iter().map(String::as_str), file) == Some(&name);
            let own: Vec<String> = there.iter().filter(is_own).cloned().collect();
            let rung = match (acts, self.is_taken(&name)?) {
                (_, true) => Rung { name, state: State::Taken, makes: Vec::new() },
                (None, _) if released => {
                    let state = State::Impossible(format!("{}: {OVER}. {BELONGS}", Check::PlanOutput));
                    Rung { name, state, makes: Vec::new() }
                }
                (None, _) => Rung { name, state: State::Stale(own), makes: Vec::new() },
                (Some(acts), _) => self.rung(name, acts, own)?,
            };
            rungs.push(rung);
        }
        rungs.sort_by_key(|rung| rung.state != State::Taken);
        Ok(rungs)
    }

    /// One rung: `own` are its files that are there.
    pub(super) fn rung(&self, name: String, acts: Acts, own: Vec<String>) -> Result<Rung, CeremonyError> {
        let made = match self.made(acts) {
            Ok(made) => made,
            Err(error) => {
                let state = if own.is_empty() { State::Impossible(told(&error)) } else { State::Stale(own) };
                return Ok(Rung { name, state, makes: Vec::new() });
            }
        };
        let wanted = files_of(&name, &made.text, &made.drafts);
        let mut differ: Vec<String> =
            own.iter().filter(|file| !wanted.contains_key(*file)).cloned().collect();
        differ.extend(self.differing(&wanted)?);
        let judged = if own.is_empty() || differ.is_empty() { Some(made.judged()?) } else { None };
        Ok(match judged {
            Some(State::Ready) if differ.is_empty() => {
                Rung { name, state: State::Ready, makes: made.drafts.into_keys().collect() }
            }
            Some(refused @ State::Impossible(_)) => Rung { name, state: refused, makes: Vec::new() },
            _ => Rung { name, state: State::Stale(differ), makes: Vec::new() },
        })
    }

    /// What the checks of a freeze find of everything that the plan makes.
    pub(super) fn examined(&self) -> Result<Vec<Finding>, CeremonyError> {
        let made = self.planned_drafts()?.made;
        Ok(gate::examine(self, &made.into_iter().map(Draft::freeze).collect::<Vec<_>>()))
    }

    /// The files of a rung that are not there as they should be.
    pub(super) fn differing(&self, wanted: &BTreeMap<String, &[u8]>) -> Result<Vec<String>, CeremonyError> {
        let mut differ = Vec::new();
        for (file, bytes) in wanted {
            let found = files::read_if_there(&self.path(&format!("{FOLDER}/{file}")), METADATA_LIMIT)?;
            if found.as_deref() != Some(*bytes) {
                differ.push(file.clone());
            }
        }
        Ok(differ)
    }

    /// Every rung, and the acts that lead to it.
    pub(super) fn rungs(&self) -> Vec<(String, Acts)> {
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
            (format!("lost-{key}"), Ok(vec![change]))
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
            let changes = self.changes_for(&doubt).map_err(|error| match error {
                CeremonyError::Change { what, .. } => CeremonyError::Change {
                    what,
                    next: format!("Give {key} a standby: change add-key NAME --standby-for {key} …"),
                },
                other => other,
            });
            (format!("compromised-{key}"), changes)
        });
        lost.chain(compromised).collect()
    }

    /// The plan after the acts of a rung, and its drafts.
    fn made(&self, acts: Acts) -> Result<Made, CeremonyError> {
        let text = self.changed(&acts?)?;
        let tonight = self.with_plan(&super::taken::dated(&text, self.now)?)?;
        let policy = Policy::parse(text.as_bytes())?;
        let drafts = draft_all(&policy, &tonight.keyring, tonight.trusted.as_ref(), None)?;
        Ok(Made { text, drafts: published(&drafts), tonight })
    }
}

/// The files of a rung: its plan, and a draft of each role.
pub(super) fn files_of<'a>(
    rung: &str,
    text: &'a str,
    drafts: &'a BTreeMap<String, Vec<u8>>,
) -> BTreeMap<String, &'a [u8]> {
    let drafts =
        drafts.iter().map(|(role, bytes)| (format!("{rung}.{}.json", file_stem(role)), bytes.as_slice()));
    drafts.chain([(format!("{rung}.toml"), text.as_bytes())]).collect()
}

/// Drafts by role, as they are written.
pub(super) fn published(drafts: &Drafts) -> BTreeMap<String, Vec<u8>> {
    let published = |draft: &Draft| (draft.role.clone(), Envelope::publish(&draft.signed, &[]));
    drafts.made.iter().map(published).collect()
}

/// The rung that a file belongs to. Names of keys may have dots, so that one name may begin as another does: the longest counts.
pub(super) fn owner<'a>(rungs: impl Iterator<Item = &'a str>, file: &str) -> Option<&'a str> {
    let of = |rung: &&str| file.strip_prefix(*rung).is_some_and(|rest| rest.starts_with('.'));
    rungs.filter(of).max_by_key(|rung| rung.len())
}

/// Why a rung cannot be made, by each check that refuses it.
fn told(error: &CeremonyError) -> String {
    use crate::advice::Advice as _;
    let refusing = error.refusing();
    let of_check = |finding: &Finding| {
        let trouble = finding.trouble()?;
        Some(format!("{}: {}. {}", finding.check, trouble.what, trouble.next))
    };
    match refusing.is_empty() {
        true => format!("{error}. {}", error.next_step()),
        false => refusing.iter().filter_map(of_check).collect::<Vec<_>>().join(" "),
    }
}
