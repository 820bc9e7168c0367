//! The ceremony directory (DESIGN section 5): where everything lies, and how it is opened.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::checks::Finding;
use crate::checks::catalogue::{Check, nearest};
use crate::checks::plan::plan_id;
use crate::crypto::digest::Sha256Digest;
use crate::host::clock;
use crate::host::files::{self, FileError, Lock};
use crate::json::Json;
use crate::policy::{self, Intent, Policy, PolicyError};
use crate::tuf::METADATA_LIMIT;

use super::CeremonyError;
use super::event::{Artifact, Event};
use super::keyring::{self, Keyring};
use super::recordings;
use super::start;
use super::transcript::sitting::{self, Seat};
use super::transcript::{Seal, Transcript};
use super::trusted::Trusted;

/// Who acts where no holder does.
pub const ADMINISTRATOR: &str = "administrator";

/// The record.
pub const RECORD: &str = "transcript.jsonl";
/// What came in on media.
pub const IMPORTED: &str = "imported";
/// Its final head, as a signed note.
pub const CHECKPOINT: &str = "checkpoint";
/// The largest signed note that is read, in bytes.
pub const CHECKPOINT_LIMIT: usize = 1 << 20;

/// Where something is done: in which directory, and for which step of the script.
#[derive(Clone)]
pub struct Place {
    /// The ceremony directory.
    pub directory: PathBuf,
    /// The step that everything recorded belongs to; `None` outside of a walk through the script.
    pub step: Option<String>,
    /// The sitting of the walk that it belongs to; `None` where it is a sitting by itself.
    pub seat: Option<Seat>,
}

/// An open ceremony directory: its plan, its keys, what it trusts, and its record.
pub struct Ceremony {
    root: PathBuf,
    /// `ceremony.toml`.
    pub policy: Policy,
    /// The public keys that are known.
    pub keyring: Keyring,
    /// What the world trusts; `None` at genesis.
    pub trusted: Option<Trusted>,
    /// At a genesis that begins anew: the root whose keys are in other hands, and what was published below it.
    pub ended: Option<Trusted>,
    /// The record.
    pub transcript: Transcript,
    /// The final head of the record, once it is sealed.
    pub seal: Option<Seal>,
    /// When this command began.
    pub now: Timestamp,
    lock: Option<Lock>,
}

impl Ceremony {
    /// Opens a directory to look at it.
    pub fn open(root: &Path) -> Result<Ceremony, CeremonyError> {
        Ceremony::load(root, None)
    }

    /// Opens a directory, does something in it, and closes it: see [`Ceremony::open_to_act`] and [`Ceremony::close`]. The sitting
    /// of a walk stays open.
    pub fn act<T>(
        place: &Place,
        act: impl FnOnce(&mut Ceremony) -> Result<T, CeremonyError>,
    ) -> Result<T, CeremonyError> {
        Ceremony::act_last(place, |ceremony| {
            let done = act(ceremony);
            if let Some(seat) = &place.seat {
                ceremony.transcript.stand_up(seat);
            }
            done
        })
    }

    /// Does something for the last time in a walk: its sitting ends.
    pub fn act_last<T>(
        place: &Place,
        act: impl FnOnce(&mut Ceremony) -> Result<T, CeremonyError>,
    ) -> Result<T, CeremonyError> {
        let mut ceremony = Ceremony::open_at(place)?;
        let done = act(&mut ceremony);
        let closed = ceremony.close();
        // What happened first is told.
        done.and_then(|done| closed.map(|()| done))
    }

    /// Opens a directory to change it: nobody else may meanwhile, and nobody may once it is sealed. Records the plan if it is
    /// new to the record, and every file that is.
    pub fn open_to_act(root: &Path) -> Result<Ceremony, CeremonyError> {
        Ceremony::open_at(&Place { directory: root.to_owned(), step: None, seat: None })
    }

    fn open_at(place: &Place) -> Result<Ceremony, CeremonyError> {
        let mut ceremony = Ceremony::claim(&place.directory)?;
        ceremony.transcript.set_step(place.step.clone());
        if ceremony.transcript.is_sealed() {
            return Err(CeremonyError::Sealed { whole: ceremony.seal_is_whole() });
        }
        if let Some(seat) = &place.seat {
            ceremony.transcript.sit_down(seat);
        }
        ceremony.enter()?;
        Ok(ceremony)
    }

    /// Opens a directory that nobody else may change meanwhile.
    pub(super) fn claim(root: &Path) -> Result<Ceremony, CeremonyError> {
        if !files::exists(&root.join("ceremony.toml")) {
            return Err(CeremonyError::NoCeremony(root.to_string_lossy().into_owned()));
        }
        let lock = files::lock(root)?;
        Ceremony::load(root, Some(lock))
    }

    /// Brings the record up to what is here.
    pub(super) fn enter(&mut self) -> Result<(), CeremonyError> {
        CeremonyError::require(self.check_id())?;
        if self.transcript.is_empty() && files::exists(&self.path("payloads/index.json")) {
            let problem = "there are payloads, and no record of how they came to be; bring transcript.jsonl back from another copy";
            return Err(CeremonyError::Record { line: 1, problem: problem.to_owned() });
        }
        self.transcript.repair()?;
        self.record_plan()?;
        let present = self.artifacts()?;
        self.transcript.reconcile(present)
    }

    fn load(root: &Path, lock: Option<Lock>) -> Result<Ceremony, CeremonyError> {
        // More than PLAN-STRICT allows, so that it is PLAN-STRICT that says so.
        let text = match files::read(&root.join("ceremony.toml"), 16 * policy::LIMIT) {
            Err(FileError::Missing(_)) => {
                return Err(CeremonyError::NoCeremony(root.to_string_lossy().into_owned()));
            }
            other => other?,
        };
        Ceremony::read(root, &text, lock)
    }

    /// The directory as it would be with another plan, to look at. Nothing is written.
    pub(super) fn with_plan(&self, text: &str) -> Result<Ceremony, CeremonyError> {
        Ceremony::read(&self.root, text.as_bytes(), None)
    }

    fn read(root: &Path, text: &[u8], lock: Option<Lock>) -> Result<Ceremony, CeremonyError> {
        let policy = Policy::parse(text)?;
        known_waivers(&policy, text)?;
        let keyring = Keyring::load(root, &policy)?;
        let named = Trusted::load(root, &policy, &keyring)?;
        let (trusted, ended) = if policy.change == Intent::Genesis { (None, named) } else { (named, None) };
        let origin = sitting::origin(&policy.repository, &policy.id);
        let transcript = Transcript::load(&root.join(RECORD), &origin)?;
        let checkpoint = files::read_if_there(&root.join(CHECKPOINT), CHECKPOINT_LIMIT)?;
        let seal = checkpoint.map(|bytes| transcript.read_seal(&bytes)).transpose()?;
        let root = root.to_owned();
        Ok(Ceremony { root, policy, keyring, trusted, ended, transcript, seal, now: clock::now(), lock })
    }

    /// Reads the directory anew, after its plan or its keys have changed, and records the plan. The record is this process's
    /// own meanwhile, and so is its sitting.
    pub(super) fn reload(&mut self) -> Result<(), CeremonyError> {
        let mut anew = Ceremony::load(&self.root, None)?;
        std::mem::swap(&mut anew.transcript, &mut self.transcript);
        anew.lock = self.lock.take();
        *self = anew;
        self.record_plan()
    }

    /// Reads the public halves anew.
    pub(super) fn read_keys(&mut self) -> Result<(), CeremonyError> {
        self.keyring = Keyring::load(&self.root, &self.policy)?;
        Ok(())
    }

    /// Ends the sitting, and gives up the claim on the directory; what is open can still be looked at.
    pub fn close(&mut self) -> Result<(), CeremonyError> {
        let closed = self.transcript.close();
        self.lock = None;
        closed
    }

    /// A path below the directory.
    pub fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// The directory itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// What is published of a role today, as far as it was imported.
    pub fn published_today(&self, role: &str) -> Option<&Json> {
        let Some(trusted) = &self.trusted else {
            let ended = self.ended.as_ref().filter(|_| role != "root")?;
            return ended.current.as_ref()?.signed(role);
        };
        if role == "root" { Some(&trusted.root.tree) } else { trusted.current.as_ref()?.signed(role) }
    }

    /// Whether the last known good metadata is the base of what is made, instead of what is published.
    pub fn is_rebased(&self) -> bool {
        self.trusted.iter().chain(&self.ended).any(Trusted::is_rebased)
    }

    /// PLAN-ID.
    pub fn check_id(&self) -> Finding {
        let recorded = self.transcript.all("plan-read").next();
        let recorded = recorded.and_then(|data| data.get("id")).and_then(Json::as_str);
        let used = self.trusted.as_ref().or(self.ended.as_ref()).and_then(Trusted::ceremony_id);
        plan_id(&self.policy.id, &used.into_iter().collect::<Vec<_>>(), recorded)
    }

    /// Writes a refusal that a holder met with a key.
    pub fn record_refusal_of(
        &mut self,
        key: &str,
        act: &str,
        error: &CeremonyError,
    ) -> Result<(), CeremonyError> {
        let known = self.policy.keys.contains_key(key);
        let actor = if known { self.policy.holder_of(key) } else { ADMINISTRATOR }.to_owned();
        self.record_refusal(&actor, &format!("{act} --key {key}"), error)
    }

    /// `ceremony.toml` and every input it names, with their digests (check PLAN-DIGEST).
    pub fn inputs(&self) -> Result<Vec<Artifact>, CeremonyError> {
        let mut inputs = vec![Artifact { file: "ceremony.toml".to_owned(), sha256: self.policy.digest }];
        let script = match start::script(&self.policy.script) {
            Some(text) => text.as_bytes().to_vec(),
            None => files::read(&self.path(&self.policy.script), policy::LIMIT)?,
        };
        inputs.push(Artifact {
            file: format!("script {}", self.policy.script),
            sha256: Sha256Digest::of(&script),
        });
        if let Some(trusted) = &self.policy.trusted {
            inputs.push(Artifact { file: trusted.root.clone(), sha256: trusted.sha256 });
        }
        inputs.extend(self.trusted.iter().chain(&self.ended).flat_map(Trusted::inputs));
        for file in self.policy.keys.values().filter_map(|key| key.public.as_ref()) {
            if let Some(bytes) = files::read_if_there(&self.path(file), policy::LIMIT)? {
                inputs.push(Artifact { file: file.clone(), sha256: Sha256Digest::of(&bytes) });
            }
        }
        inputs.dedup();
        Ok(inputs)
    }

    /// The inputs, and every public half that came from a token: all that a freeze depends on.
    pub(super) fn inputs_of_freeze(&self) -> Result<Vec<Artifact>, CeremonyError> {
        let mut inputs = self.inputs()?;
        for (name, key) in self.policy.keys.iter().filter(|(_, key)| key.public.is_none()) {
            let file = keyring::file_of(name, key);
            if let Some(bytes) = files::read_if_there(&self.path(&file), policy::LIMIT)? {
                inputs.push(Artifact { file, sha256: Sha256Digest::of(&bytes) });
            }
        }
        Ok(inputs)
    }

    fn record_plan(&mut self) -> Result<(), CeremonyError> {
        let inputs = self.inputs()?;
        let event = Event::PlanRead { id: self.policy.id.clone(), inputs };
        if self.transcript.all("plan-read").next_back() == Some(&event.data()) {
            return Ok(());
        }
        self.transcript.record(ADMINISTRATOR, &event)
    }

    /// Writes a refusal into the record, a line for each check that refused; and what no check has a name for, if it belongs
    /// there: see [`CeremonyError::is_of_record`].
    pub fn record_refusal(
        &mut self,
        actor: &str,
        act: &str,
        error: &CeremonyError,
    ) -> Result<(), CeremonyError> {
        use crate::advice::Advice as _;
        let mut refusals: Vec<(Option<&'static str>, String)> = error
            .refusing()
            .iter()
            .filter_map(|finding| Some((Some(finding.check.id()), finding.trouble()?.what.clone())))
            .collect();
        if refusals.is_empty() && (error.check().is_some() || error.is_of_record()) {
            refusals.push((error.check(), error.to_string()));
        }
        for (check, what) in refusals {
            self.transcript.record(actor, &Event::Refused { act: act.to_owned(), check, what })?;
        }
        Ok(())
    }

    /// Writes a file that must not exist yet, or exists with the same bytes.
    pub fn write(&self, relative: &str, bytes: &[u8]) -> Result<Artifact, CeremonyError> {
        let path = self.path(relative);
        if let Some(parent) = path.parent() {
            files::folder(parent)?;
        }
        files::create_or_same(&path, bytes)?;
        Ok(Artifact { file: relative.to_owned(), sha256: Sha256Digest::of(bytes) })
    }

    /// Writes a file that may be replaced.
    pub fn overwrite(&self, relative: &str, bytes: &[u8]) -> Result<Artifact, CeremonyError> {
        let path = self.path(relative);
        if let Some(parent) = path.parent() {
            files::folder(parent)?;
        }
        files::replace(&path, bytes)?;
        Ok(Artifact { file: relative.to_owned(), sha256: Sha256Digest::of(bytes) })
    }

    /// The lasting files of the directory: keys, payloads, signatures, release, recordings that are whole, what was imported,
    /// and what went to other machines and came from there.
    pub fn artifacts(&self) -> Result<Vec<Artifact>, CeremonyError> {
        let mut names = Vec::new();
        for folder in ["payloads", "metadata", "requests", "transcripts"] {
            names.extend(files::list(&self.path(folder))?.into_iter().map(|name| format!("{folder}/{name}")));
        }
        for folder in ["keys", "signatures"] {
            for inner in files::list(&self.path(folder))? {
                let inner = format!("{folder}/{inner}");
                if files::is_plain(&self.path(&inner)) {
                    names.push(inner);
                    continue;
                }
                names.extend(
                    files::list_if_folder(&self.path(&inner))?
                        .into_iter()
                        .map(|name| format!("{inner}/{name}")),
                );
            }
        }
        for folder in files::list(&self.path(IMPORTED))? {
            let folder = format!("{IMPORTED}/{folder}");
            // Somebody's own, if anything but plain files is in it.
            let inner = files::below(&self.path(&folder)).unwrap_or_default();
            names
                .extend(inner.into_keys().map(|name| format!("{folder}/{}", String::from_utf8_lossy(&name))));
        }
        names.extend(recordings::whole(&self.root)?);
        // What is no plain file, or larger than any file here may be, is no artifact; whoever reads it by name says
        // what it is.
        names.retain(|name| name != "payloads/index.json" && files::is_plain(&self.path(name)));
        let mut artifacts = Vec::new();
        for file in names {
            let bytes = match files::read(&self.path(&file), METADATA_LIMIT) {
                Err(FileError::TooLarge { .. }) => continue,
                other => other?,
            };
            artifacts.push(Artifact { file, sha256: Sha256Digest::of(&bytes) });
        }
        Ok(artifacts)
    }
}

/// A waiver of a check that does not exist would be a false comfort, and some checks cannot be waived.
fn known_waivers(policy: &Policy, text: &[u8]) -> Result<(), PolicyError> {
    let text = String::from_utf8_lossy(text);
    for waiver in &policy.waivers {
        let (what, mend) = match Check::from_id(&waiver.check) {
            Some(check) if check.waivable() => continue,
            Some(check) => {
                let what = format!("{check} cannot be waived");
                (
                    what,
                    format!(
                        "Remove the waiver; `tuf-ceremony explain {check}` says how to mend what it refuses."
                    ),
                )
            }
            None => {
                let mend = match nearest(&waiver.check) {
                    Some(check) => format!("Did you mean {check}?"),
                    None => "`tuf-ceremony explain` lists the checks.".to_owned(),
                };
                (format!("there is no check {:?}", waiver.check), mend)
            }
        };
        let lines = text.split_inclusive('\n').take(waiver.line.saturating_sub(1));
        return Err(PolicyError::at(&text, lines.map(str::len).sum(), what, mend));
    }
    Ok(())
}
