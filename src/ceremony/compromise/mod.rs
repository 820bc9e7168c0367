//! The bad night: from keys in doubt to a plan that takes them out, a script to follow, and one page for those who decide.
//!
//! The reference is PEP 458, section "In the event of a key compromise", and the recovery rules of the specification (5.3.11).

mod brief;
mod comparison;
mod doubt;
mod good;
mod newcomer;

use std::collections::BTreeSet;
use std::path::PathBuf;

use jiff::Timestamp;

use crate::crypto::digest::Sha256Digest;
use crate::host::display::typed;
use crate::host::files;
use crate::policy::exposure::{Exposure, RootFall};
use crate::policy::{Intended, Reason};

use super::change::{Change, Planning};
use super::script::Script;
use super::{Ceremony, CeremonyError};

pub use comparison::Comparison;
pub use newcomer::newcomer;

/// What is named where nothing takes a key's place.
const NOTHING: &str = "none";

/// What an administrator knows, or fears.
#[derive(Clone, Debug)]
pub struct Doubt {
    /// Keys that somebody else may be able to sign with.
    pub keys: Vec<String>,
    /// Since when, if known.
    pub since: Option<Timestamp>,
    /// What happened, in a line.
    pub what: String,
    /// The last known good metadata, if it is not what was imported.
    pub good: Option<PathBuf>,
    /// What takes the place of a key: a key of the plan, the serial number of a new token, or a file with a public half.
    pub replacements: Vec<(String, String)>,
}

/// What follows from keys in doubt, before anything is decided.
pub struct Assessment {
    /// What an attacker can do.
    pub exposure: Exposure,
    /// Keys that have to go: those in doubt, and what must be rotated with them so that clients forget inflated versions.
    pub going: Vec<Going>,
}

/// A key that has to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Going {
    /// The key.
    pub key: String,
    /// Whether it is in doubt itself.
    pub in_doubt: bool,
    /// The roles that it signs for.
    pub roles: Vec<String>,
    /// The key that the plan keeps in readiness for it.
    pub standby: Option<String>,
    /// Those of them that cannot do without another in its place.
    pub short: Vec<String>,
}

/// What was written for the night.
pub struct Response {
    /// What an attacker can do.
    pub exposure: Exposure,
    /// The declared acts.
    pub acts: Vec<String>,
    /// What is done, in this order.
    pub steps: Vec<String>,
    /// What to tell users.
    pub to_users: String,
    /// Files that were written.
    pub files: Vec<String>,
    /// What differs between what is published and what is known to be good.
    pub comparison: Option<Comparison>,
}

impl Ceremony {
    /// Nothing was revoked or replaced in this directory before: a second answer over a first one would be neither of the two.
    pub fn require_calm(&self) -> Result<(), CeremonyError> {
        CeremonyError::require(super::gate::output(self))?;
        let moves = |act: &Intended| matches!(act, Intended::ReplaceKey { .. } | Intended::RevokeKey { .. });
        if self.policy.revoke.is_empty() && !self.policy.intended.iter().any(moves) {
            return Ok(());
        }
        Err(CeremonyError::Change {
            what: "keys are replaced or revoked here already, and a second answer would mix with that".to_owned(),
            next: "Start over with `tuf-ceremony new OTHER-DIR --from EARLIER-CEREMONY`, and name all keys in doubt at once."
                .to_owned(),
        })
    }

    /// What takes the place of keys that go can be read, before more is asked.
    pub fn require_replaceable(
        &self,
        going: &[Going],
        pairs: &[(String, String)],
    ) -> Result<(), CeremonyError> {
        let doubt = Doubt {
            keys: Vec::new(),
            since: None,
            what: String::new(),
            good: None,
            replacements: pairs.to_vec(),
        };
        Planning::after(self, &self.changes(&doubt, going)?, Planning::of(self)?).map(|_| ())
    }

    /// What keys in doubt mean. The directory must follow a trusted root.
    pub fn assess(&self, keys: &[String]) -> Result<Assessment, CeremonyError> {
        if self.trusted.is_none() {
            return Err(CeremonyError::NotYet {
                what: "this directory follows no trusted root, so nothing here can be compromised yet".to_owned(),
                next: "Start one that does: `tuf-ceremony new DIR --from EARLIER-CEREMONY`, or `new DIR --template inherit \
                       --trusted ROOT.json`."
                    .to_owned(),
            });
        }
        if keys.is_empty() {
            return Err(CeremonyError::Change {
                what: "no key is in doubt".to_owned(),
                next: "Name the keys that somebody else may have; `plan` lists them.".to_owned(),
            });
        }
        let mut materials: BTreeSet<Sha256Digest> = BTreeSet::new();
        for key in keys {
            if !self.policy.keys.contains_key(key) {
                let known: Vec<&str> = self.policy.keys.keys().map(String::as_str).collect();
                return Err(CeremonyError::Change {
                    what: format!("ceremony.toml has no key {}", typed(key)),
                    next: format!(
                        "The keys are: {}. One that the plan does not know, such as a publisher's, is brought in by its public \
                         half first: `change add-key NAME --scheme SCHEME --public FILE`.",
                        known.join(", ")
                    ),
                });
            }
            let public =
                self.keyring.get(key).ok_or_else(|| CeremonyError::KeyUnknown { name: key.clone() })?;
            materials.insert(public.fingerprint());
        }
        let exposure = doubt::exposed(self, &materials)?;
        Ok(Assessment { going: doubt::going(self, keys, &exposure), exposure })
    }

    /// Writes the plan, the script and the brief. Nothing is written if any of it cannot be.
    pub fn respond(&mut self, doubt: &Doubt) -> Result<Response, CeremonyError> {
        self.require_calm()?;
        let Assessment { exposure, going } = self.assess(&doubt.keys)?;
        let changes = self.changes(doubt, &going)?;
        let good = doubt.good.as_ref().map(|folder| self.read_good(folder, &exposure.signs)).transpose()?;
        let comparison = good.as_ref().and_then(|good| {
            let today = self.trusted.as_ref()?.current.as_ref()?;
            Some(Comparison::of(today, &good.current))
        });
        CeremonyError::require(super::gate::output(self))?;
        let mut plan = Planning::of(self)?;
        let fallen = exposure.root == RootFall::Reached;
        plan.edit.set("script", if fallen { "new-beginning" } else { "compromise" });
        plan.begins = fallen;
        if let (Some(good), Some(trusted)) = (&good, &self.policy.trusted) {
            plan.edit.set_trusted(&good.root, &trusted.sha256.to_hex());
        }
        let plan = Planning::after(self, &changes, plan)?;
        let night =
            brief::Night { doubt, going: &going, exposure: &exposure, comparison: comparison.as_ref() };
        let mut made = Vec::new();
        let written = self.write_pages(&plan, good.as_ref(), &night, &mut made);
        // The plan comes last: whoever is stopped before has the old one, and can answer again.
        let (brief, mut files) = match written {
            Ok(written) => written,
            Err(error) => {
                for file in made {
                    files::remove_if_there(&self.path(&file))?;
                }
                return Err(error);
            }
        };
        let acts = plan.finish(self)?.iter().map(ToString::to_string).collect();
        files.insert(0, "ceremony.toml".to_owned());
        let brief::Brief { steps, to_users } = brief;
        Ok(Response { exposure, acts, steps, to_users, files, comparison })
    }

    /// Writes everything but the plan: what the plan will need, and the pages that follow from it. `made` are the files that
    /// were not there before.
    fn write_pages(
        &self,
        plan: &Planning,
        good: Option<&good::Good>,
        night: &brief::Night<'_>,
        made: &mut Vec<String>,
    ) -> Result<(brief::Brief, Vec<String>), CeremonyError> {
        let copies = good.iter().flat_map(|good| &good.files);
        let copies = copies.map(|(file, bytes)| (file.as_str(), bytes.as_slice()));
        for (file, bytes) in copies.chain(plan.public_halves()) {
            if !files::exists(&self.path(file)) {
                made.push(file.to_owned());
            }
            self.write(file, bytes)?;
        }
        let then = self.with_plan(&plan.edit.text())?;
        let brief = brief::Brief::of(&then, night)?;
        let script = Script::of(&then)?.markdown();
        let mut pages = vec![("script.md", script), ("brief.md", brief.page(&then, night))];
        if let Some(comparison) = night.comparison {
            pages.push(("comparison.md", comparison.page()));
        }
        if night.exposure.root == RootFall::Reached {
            pages.push(("statement.md", brief::statement(&then, night.doubt, None)));
        }
        let mut files = Vec::new();
        for (file, text) in pages {
            self.overwrite(file, text.as_bytes())?;
            files.push(file.to_owned());
        }
        Ok((brief, files))
    }

    /// No two keys of one role are replaced by keys on one device: whoever has it has both.
    fn require_apart(&self, doubt: &Doubt, going: &[Going]) -> Result<(), CeremonyError> {
        let roles_of = |key: &str| going.iter().find(|one| one.key == key).map(|one| one.roles.as_slice());
        for (at, (key, by)) in doubt.replacements.iter().enumerate().filter(|(_, (_, by))| by != NOTHING) {
            let twice = doubt.replacements.iter().take(at).find(|(_, other)| other == by);
            let Some((first, _)) = twice else { continue };
            let roles = roles_of(key).unwrap_or_default();
            let shared = roles_of(first).unwrap_or_default().iter().find(|role| roles.contains(role));
            if let Some(role) = shared {
                return Err(CeremonyError::Change {
                    what: format!("{by} is to take the place of {first} and of {key}, which both sign for {role}"),
                    next: "Name another device for one of them: what is on one device is lost and stolen together. Nothing was \
                           changed."
                        .to_owned(),
                });
            }
        }
        Ok(())
    }

    /// The changes of the plan that take keys in doubt out.
    pub(super) fn changes_for(&self, doubt: &Doubt) -> Result<Vec<Change>, CeremonyError> {
        let Assessment { going, .. } = self.assess(&doubt.keys)?;
        self.changes(doubt, &going)
    }

    fn changes(&self, doubt: &Doubt, going: &[Going]) -> Result<Vec<Change>, CeremonyError> {
        for (key, _) in &doubt.replacements {
            if !going.iter().any(|one| one.key == *key) {
                let keys: Vec<&str> = going.iter().map(|one| one.key.as_str()).collect();
                let what = format!("{key} is none of the keys that go");
                return Err(CeremonyError::Change {
                    what,
                    next: format!("Those that go are: {}.", keys.join(", ")),
                });
            }
        }
        self.require_apart(doubt, going)?;
        let mut changes = Vec::new();
        let mut revoked = Vec::new();
        for one in going {
            let given = doubt.replacements.iter().find(|(key, _)| *key == one.key).map(|(_, by)| by.as_str());
            let standby = one.standby.as_deref().filter(|_| given != Some(NOTHING));
            let by = given.filter(|by| *by != NOTHING).or(standby);
            let reason =
                if one.in_doubt { (Reason::Compromised, doubt.since) } else { (Reason::Retired, None) };
            match by {
                Some(by) => {
                    let (by, newcomer) = newcomer(&self.policy, &one.key, by)?;
                    changes.push(Change::ReplaceKey {
                        key: one.key.clone(),
                        by,
                        newcomer,
                        reason: Some(reason),
                    });
                }
                None if !one.short.is_empty() => {
                    let why = if one.in_doubt { "" } else { " too, so that clients forget what they saw" };
                    let what = format!(
                        "{} goes{why}, and {} cannot do without a key in its place",
                        one.key,
                        one.short.join(", ")
                    );
                    let next = format!(
                        "Name what takes its place: --replace {}=SERIAL of a new token, =FILE with a public half, or =NAME of \
                         a key of the plan. Nothing was changed.",
                        one.key
                    );
                    return Err(CeremonyError::Change { what, next });
                }
                None => revoked.push(Change::RevokeKey {
                    key: one.key.clone(),
                    reason: reason.0,
                    since: reason.1,
                }),
            }
        }
        changes.extend(revoked);
        Ok(changes)
    }
}

/// The statement that goes with a new beginning, once its root is released.
pub(super) fn statement_of_release(ceremony: &Ceremony, root: Sha256Digest) -> String {
    let in_doubt = ceremony.policy.revoke.iter().filter(|one| one.reason == Reason::Compromised);
    let doubt = Doubt {
        keys: in_doubt.clone().map(|one| one.key.clone()).collect(),
        since: in_doubt.filter_map(|one| one.since).min(),
        what: String::new(),
        good: None,
        replacements: Vec::new(),
    };
    brief::statement(ceremony, &doubt, Some(root))
}
