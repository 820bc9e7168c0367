//! The bad night: from keys in doubt to a plan that takes them out, a script to follow, and one page for those who decide.
//!
//! The reference is PEP 458, section "In the event of a key compromise", and the recovery rules of the specification (5.3.11).

mod brief;
mod comparison;
mod doubt;
mod script;

use std::collections::BTreeSet;
use std::path::PathBuf;

use jiff::Timestamp;

use crate::crypto::digest::Sha256Digest;
use crate::host::files;
use crate::policy::edit::NewKey;
use crate::policy::exposure::{Exposure, RootFall};
use crate::policy::{Intended, Policy, Reason, TokenKind};

use super::change::{Change, Newcomer, Planning};
use super::current::{Current, CurrentFile};
use super::keyring;
use super::{Ceremony, CeremonyError};

pub use comparison::Comparison;

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
        self.changes(&doubt, going).map(|_| ())
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
                let known = self.policy.keys.keys().cloned().collect();
                return Err(CeremonyError::NoSuchKey { name: key.clone(), known });
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
        let before = files::read(&self.path("ceremony.toml"), crate::policy::LIMIT)?;
        let plan = Planning::after(self, &changes, plan)?;
        for (name, bytes) in good.iter().flat_map(|good| &good.files) {
            self.write(name, bytes)?;
        }
        let acts = plan.finish(self)?;
        let night =
            brief::Night { doubt, going: &going, exposure: &exposure, comparison: comparison.as_ref() };
        let pages = brief::Brief::of(self, &night).and_then(|brief| {
            let script = script::expanded(self, &going, &self.plan()?);
            let page = brief.page(self, &night);
            Ok((brief, vec![("script.md", script), ("brief.md", page)]))
        });
        let (brief, mut pages) = match pages {
            Ok(pages) => pages,
            Err(error) => {
                // The new plan cannot be carried out: nobody is left with it.
                self.replan(&String::from_utf8_lossy(&before))?;
                for (name, _) in good.iter().flat_map(|good| &good.files) {
                    files::remove_if_there(&self.path(name))?;
                }
                return Err(error);
            }
        };
        let mut files = vec!["ceremony.toml".to_owned()];
        if let Some(comparison) = &comparison {
            pages.push(("comparison.md", comparison.page()));
        }
        if exposure.root == RootFall::Reached {
            pages.push(("statement.md", brief::statement(self, doubt, None)));
        }
        for (file, text) in pages {
            self.overwrite(file, text.as_bytes())?;
            files.push(file.to_owned());
        }
        let acts = acts.iter().map(ToString::to_string).collect();
        let brief::Brief { steps, to_users } = brief;
        Ok(Response { exposure, acts, steps, to_users, files, comparison })
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
        let mut changes = Vec::new();
        let mut revoked = Vec::new();
        for one in going {
            let given = doubt.replacements.iter().find(|(key, _)| *key == one.key).map(|(_, by)| by.clone());
            let reason =
                if one.in_doubt { (Reason::Compromised, doubt.since) } else { (Reason::Retired, None) };
            match given.or_else(|| one.standby.clone()) {
                Some(by) => {
                    let (by, newcomer) = newcomer(&self.policy, &one.key, &by)?;
                    changes.push(Change::ReplaceKey {
                        key: one.key.clone(),
                        by,
                        newcomer,
                        reason: Some(reason),
                    });
                }
                None if !one.short.is_empty() => {
                    let what = format!(
                        "{} goes, and {} cannot do without a key in its place",
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

    /// Reads the last known good metadata, to be kept beside what was imported.
    fn read_good(&self, folder: &std::path::Path, in_doubt: &[String]) -> Result<Good, CeremonyError> {
        // `assess` has seen to that.
        let trusted = self
            .trusted
            .as_ref()
            .ok_or_else(|| CeremonyError::NoCeremony(self.root().to_string_lossy().into_owned()))?;
        let shown = folder.to_string_lossy().into_owned();
        let current = Current::load(folder, &shown, &trusted.root, &BTreeSet::new())?;
        let current = current.ok_or_else(|| CeremonyError::Change {
            what: format!("there is no targets metadata in {shown}"),
            next: "Name the folder in which metadata is published: that with timestamp.json and targets.json, or N.targets.json."
                .to_owned(),
        })?;
        let mut good: Vec<(String, Vec<u8>)> = Vec::new();
        let mut take = |from: &std::path::Path, file: &CurrentFile| {
            let bytes = files::read(&from.join(&file.name), crate::tuf::METADATA_LIMIT)?;
            good.push((format!("good/{}", file.name), bytes));
            Ok::<(), CeremonyError>(())
        };
        let today = trusted.current.as_ref();
        for (role, file) in &current.roles {
            // What nobody else can have signed is taken as it is published: an older copy would take it back.
            let published = today.and_then(|today| today.get(role)).filter(|_| !in_doubt.contains(role));
            match published.filter(|published| published.version >= file.version) {
                Some(published) => take(&self.path(&trusted.beside("")), published)?,
                None => take(folder, file)?,
            }
        }
        for (role, file) in today.iter().flat_map(|today| &today.roles) {
            if !current.roles.contains_key(role) && !in_doubt.contains(role) {
                take(&self.path(&trusted.beside("")), file)?;
            }
        }
        for version in super::repository::root_versions(&self.path(&trusted.beside("")))? {
            let name = format!("{version}.root.json");
            let bytes = files::read(&self.path(&trusted.beside(&name)), crate::tuf::ROOT_LIMIT)?;
            good.push((format!("good/{name}"), bytes));
        }
        let root = trusted.file.rsplit('/').next().unwrap_or_default();
        Ok(Good { current, files: good, root: format!("good/{root}") })
    }
}

/// The last known good metadata.
struct Good {
    current: Current,
    /// As they will lie in the directory.
    files: Vec<(String, Vec<u8>)>,
    root: String,
}

/// What takes a key's place: a key of the plan by its name, a new one on the device with this serial number, of the kind of
/// the old one, or one that is known by its public half.
pub fn newcomer(policy: &Policy, old: &str, by: &str) -> Result<(String, Option<Newcomer>), CeremonyError> {
    if policy.keys.contains_key(by) {
        return Ok((by.to_owned(), None));
    }
    let plan = super::tokens::key_plan(policy, old)?;
    let number = (2..).find(|number| !policy.keys.contains_key(&format!("{old}-{number}"))).unwrap_or(2);
    let name = format!("{old}-{number}");
    let mut key = NewKey {
        name: name.clone(),
        holder: plan.holder.clone(),
        scheme: plan.scheme.name().to_owned(),
        token: Vec::new(),
        public: None,
        standby_for: None,
    };
    let path = PathBuf::from(by);
    if files::is_plain(&path) {
        key.public = Some(format!("keys/{name}/public.pem"));
        let public = Some(files::read(&path, keyring::LIMIT)?);
        return Ok((name, Some(Newcomer { key, person: None, public })));
    }
    if by.ends_with(".pem") || by.contains('/') {
        return Err(CeremonyError::Change {
            what: format!("{by} is no plain file"),
            next: "Name a file with the public half of the new key (PEM, \"BEGIN PUBLIC KEY\"). Nothing was changed.".to_owned(),
        });
    }
    if let Some(near) = policy.key_like(by) {
        return Err(CeremonyError::Change {
            what: format!("{by} is no key of the plan; did you mean {near}?"),
            next: "Write the name as it stands in ceremony.toml, or the serial number of a new token. Nothing was changed."
                .to_owned(),
        });
    }
    let Some(token) = &plan.token else {
        return Err(CeremonyError::Change {
            what: format!(
                "{by} is no key of the plan and no file, and {old} is on no token whose kind a new one could have"
            ),
            next: "Name a file with the public half of the new key (PEM, \"BEGIN PUBLIC KEY\").".to_owned(),
        });
    };
    let (kind, module) = match &token.kind {
        TokenKind::Rehearsal => ("rehearsal", None),
        TokenKind::Pkcs11 { module, .. } => ("pkcs11", Some(module.clone())),
        TokenKind::Yubihsm { .. } => ("yubihsm", None),
    };
    key.token = vec![("kind", kind.to_owned()), ("serial", by.to_owned())];
    key.token.extend(module.map(|module| ("module", module)));
    Ok((name, Some(Newcomer { key, person: None, public: None })))
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
