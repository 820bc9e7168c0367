//! The release: signed metadata that passed every check. It can only be made from payloads whose quorum is evidence.

use crate::checks::Finding;
use crate::checks::clients::{Foreseen, release_clients};
use crate::checks::quorum::{quorum_new, quorum_old, quorum_surplus, release_clean};
use crate::host::files;
use crate::tuf::METADATA_LIMIT;
use crate::tuf::client::source::file_stem;
use crate::tuf::envelope::{Envelope, Signature};

use super::compromise::statement_of_release;
use super::directory::ADMINISTRATOR;
use super::event::{Artifact, Event};
use super::repository::root_version;
use super::signatures::Signed;
use super::{Ceremony, CeremonyError, gate};
use crate::crypto::digest::Sha256Digest;

/// A payload with the signatures to publish. Made only where both thresholds are met.
pub struct Quorate {
    role: String,
    version: i64,
    file: Vec<u8>,
}

/// How an attempt to release ended.
pub struct Released {
    /// What every check says.
    pub findings: Vec<Finding>,
    /// What each kind of client will make of it; empty if it did not come to that.
    pub foreseen: Vec<Foreseen>,
    /// Whether clients were asked about roots alone.
    pub roots_alone: bool,
    /// The release, or why there is none.
    pub outcome: Result<Release, CeremonyError>,
}

/// What was released. Made by [`Ceremony::release`] alone.
pub struct Release {
    files: Vec<Artifact>,
    before: bool,
}

impl Release {
    /// The files in `metadata/`, in the order of the roles.
    pub fn files(&self) -> &[Artifact] {
        &self.files
    }

    /// Whether they were there already, the same to the byte.
    pub fn before(&self) -> bool {
        self.before
    }
}

impl Quorate {
    /// The evidence for one payload, and the file to publish if it suffices.
    pub fn of(collected: &Signed) -> (Vec<Finding>, Option<Quorate>) {
        let title = collected.payload.title();
        let signatures = counted(collected);
        let mut findings =
            vec![quorum_old(&title, collected.old.as_ref()), quorum_new(&title, &collected.new)];
        if collected.new.met() {
            findings.push(quorum_surplus(&title, &collected.new));
        }
        let judged: Vec<_> = signatures.iter().map(|one| (one, collected.verdict(one))).collect();
        findings.push(release_clean(&title, &judged));
        let quorate = collected.quorate().then(|| Quorate {
            role: collected.payload.role.clone(),
            version: collected.payload.version,
            file: Envelope::publish(&collected.payload.signed, &signatures),
        });
        (findings, quorate)
    }

    /// The names under which the file is published (spec 6.2): with its version in front where snapshots are
    /// consistent; roots always, timestamps never.
    fn names(&self, consistent: bool) -> Vec<String> {
        let stem = file_stem(&self.role);
        let versioned = format!("{}.{stem}.json", self.version);
        match self.role.as_str() {
            "timestamp" => vec!["timestamp.json".to_owned()],
            "root" => vec![versioned, "root.json".to_owned()],
            _ if consistent => vec![versioned],
            _ => vec![format!("{stem}.json")],
        }
    }
}

/// The signatures that count, one for each piece of key material, in the order of the role's keys; for a new root, those
/// that count by the old keys too.
fn counted(collected: &Signed) -> Vec<Signature> {
    let mut signatures: Vec<Signature> = Vec::new();
    for tally in [Some(&collected.new), collected.old.as_ref()].into_iter().flatten() {
        for keyid in tally.counted.iter().filter_map(|signer| signer.keyids.first()) {
            let valid =
                collected.signatures.iter().find(|one| one.keyid == *keyid && collected.verdict(one).is_ok());
            if let Some(signature) =
                valid.filter(|one| !signatures.iter().any(|other| other.keyid == one.keyid))
            {
                signatures.push(Signature {
                    keyid: signature.keyid.clone(),
                    sig: signature.sig.to_ascii_lowercase(),
                });
            }
        }
    }
    signatures
}

impl Ceremony {
    /// Writes `metadata/` if every check holds. Every finding comes back, whether or not it was written.
    pub fn release(&mut self) -> Result<Released, CeremonyError> {
        let collected = self.collected()?;
        let payloads: Vec<_> = collected.iter().map(|one| one.payload.clone()).collect();
        let mut findings = gate::examine_frozen(self, &payloads);
        let (found, mut files_to_write) = self.published(&collected);
        findings.extend(found);
        files_to_write.extend(self.carried(&files_to_write)?);
        if let Err(refused) = CeremonyError::unless_clear(&findings) {
            let (foreseen, roots_alone) = (Vec::new(), false);
            return Ok(Released { findings, foreseen, roots_alone, outcome: Err(refused) });
        }
        let foreseen = self.foresee(&files_to_write)?;
        let roots_alone = self.roots_alone(&files_to_write)?;
        findings.push(release_clients(&foreseen));
        if let Err(refused) = CeremonyError::unless_clear(&findings) {
            return Ok(Released { findings, foreseen, roots_alone, outcome: Err(refused) });
        }
        let artifact = |(name, bytes): &(String, Vec<u8>)| Artifact {
            file: format!("metadata/{name}"),
            sha256: Sha256Digest::of(bytes),
        };
        let written: Vec<Artifact> = files_to_write.iter().map(artifact).collect();
        if files::exists(&self.path("metadata")) {
            // A release that is there to the byte is done; anything else is not overwritten.
            let before = self.same_as_released(&files_to_write)?;
            if before {
                // A stop may have come between the two.
                self.state(&files_to_write)?;
            }
            let finding = if before { None } else { Some(gate::output(self)) };
            findings.extend(finding);
            let outcome = CeremonyError::unless_clear(&findings);
            let outcome = outcome.map(|()| Release { files: written, before });
            return Ok(Released { findings, foreseen, roots_alone, outcome });
        }
        findings.push(gate::output(self));
        files::create_folder(&self.path("metadata"), &files_to_write)?;
        self.state(&files_to_write)?;
        let event = Event::Released { files: written.clone(), findings: findings.clone() };
        self.transcript.record(ADMINISTRATOR, &event)?;
        let outcome = Ok(Release { files: written, before: false });
        Ok(Released { findings, foreseen, roots_alone, outcome })
    }

    /// Completes the statement that goes with a new beginning, once its root is there to be named.
    fn state(&self, released: &[(String, Vec<u8>)]) -> Result<(), CeremonyError> {
        let first = released.iter().find(|(name, _)| name == "1.root.json");
        if let (Some((_, bytes)), Some(_)) = (first, &self.ended) {
            let statement = statement_of_release(self, Sha256Digest::of(bytes));
            self.overwrite("statement.md", statement.as_bytes())?;
        }
        Ok(())
    }

    /// The evidence for each payload, and the files that its signatures suffice for.
    fn published(&self, collected: &[Signed]) -> (Vec<Finding>, Vec<(String, Vec<u8>)>) {
        let (mut findings, mut files) = (Vec::new(), Vec::new());
        for one in collected {
            let (found, quorate) = Quorate::of(one);
            findings.extend(found);
            if let Some(quorate) = quorate {
                let names = quorate.names(self.policy.consistent_snapshot).into_iter();
                files.extend(names.map(|name| (name, quorate.file.clone())));
            }
        }
        (findings, files)
    }

    /// Clients that would refuse these payloads for want of signatures that they count, and do not refuse what is published
    /// today.
    pub(super) fn would_refuse(&self, collected: &[Signed]) -> Result<Vec<Foreseen>, CeremonyError> {
        let mut files = self.published(collected).1;
        files.extend(self.carried(&files)?);
        let mut foreseen = self.foresee(&files)?;
        foreseen.retain(|one| one.short && !one.lost_before);
        Ok(foreseen)
    }

    /// Whether `metadata/` is what these payloads and signatures are released as.
    pub(super) fn is_released(&self, collected: &[Signed]) -> Result<bool, CeremonyError> {
        let mut wanted = self.published(collected).1;
        wanted.extend(self.carried(&wanted)?);
        self.same_as_released(&wanted)
    }

    /// What is published today and stays, copied to the byte: the roots, which every client may have to walk; and under names
    /// with versions, which nothing newer can have, the metadata that the release refers to and that slow clients are still
    /// reading. Names without versions are carried only where the release has a timestamp of its own: what was imported is not
    /// what is published by then.
    fn carried(&self, made: &[(String, Vec<u8>)]) -> Result<Vec<(String, Vec<u8>)>, CeremonyError> {
        let Some(trusted) = self.trusted.as_ref().or(self.ended.as_ref()) else { return Ok(Vec::new()) };
        let has = |name: &str| made.iter().any(|(one, _)| one == name);
        let is_made = |role: &str| {
            let plain = format!("{}.json", file_stem(role));
            let versioned = |name: &str| {
                name.split_once('.')
                    .is_some_and(|(version, rest)| version.parse::<i64>().is_ok() && rest == plain)
            };
            made.iter().any(|(name, _)| *name == plain || versioned(name))
        };
        let file = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
        let mut names: Vec<String> = trusted.before.iter().rev().map(|root| file(&root.file)).collect();
        names.push(file(&trusted.file));
        let consistent = trusted.root.consistent_snapshot.unwrap_or(false);
        for (role, file) in trusted.current.iter().flat_map(|current| &current.roles) {
            // Nobody is still reading what a new beginning replaces.
            if self.trusted.is_none() && is_made(role) {
                continue;
            }
            let is_timestamp = file.name == "timestamp.json";
            if !is_timestamp && (consistent || has("timestamp.json")) {
                names.push(file.name.clone());
            }
        }
        if self.trusted.is_none() {
            // A new beginning shares no root with what ended.
            names.retain(|name| root_version(name).is_none());
        }
        let mut carried = Vec::new();
        for name in names.into_iter().filter(|name| !has(name)) {
            let bytes = files::read(&self.path(&trusted.beside(&name)), METADATA_LIMIT)?;
            carried.push((name, bytes));
        }
        if !has("root.json") {
            carried.push(("root.json".to_owned(), files::read(&self.path(&trusted.file), METADATA_LIMIT)?));
        }
        Ok(carried)
    }

    fn same_as_released(&self, wanted: &[(String, Vec<u8>)]) -> Result<bool, CeremonyError> {
        let mut names: Vec<&String> = wanted.iter().map(|(name, _)| name).collect();
        names.sort();
        let found = files::list(&self.path("metadata"))?;
        if found.iter().collect::<Vec<_>>() != names {
            return Ok(false);
        }
        for (name, bytes) in wanted {
            if files::read_if_there(&self.path(&format!("metadata/{name}")), METADATA_LIMIT)?.as_ref()
                != Some(bytes)
            {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
