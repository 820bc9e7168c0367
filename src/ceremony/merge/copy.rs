//! Another copy of the ceremony directory, in which somebody made keys or signed: what it has of both is taken, and its record is
//! kept beside ours.

use std::path::Path;

use crate::checks::{Check, Finding};
use crate::crypto::PublicKey;
use crate::crypto::digest::Sha256Digest;
use crate::host::beneath::{Beneath, Kind};
use crate::host::brief::brief;
use crate::host::files::{self, FileError};
use crate::policy::{self, Policy};
use crate::tuf::envelope::Signature;

use super::super::event::Artifact;
use super::super::keyring::{self, file_of};
use super::super::signatures;
use super::super::transcript::{LIMIT, Transcript};
use super::super::{CarriedError, Ceremony, CeremonyError};
use super::judge::Judge;
use super::records::{RECORDS, common, of};
use super::{Brought, Fate, Item, NOTHING, Source, Taken};

/// The most files and folders of a copy.
const MOST: usize = 500_000;

impl Ceremony {
    /// Takes the keys and the signatures of another copy.
    pub(super) fn merge_copy(&mut self, directory: &Path) -> Result<Brought, CeremonyError> {
        let name = directory.to_string_lossy().into_owned();
        let items = match self.open_copy(directory) {
            Ok(other) => self.take_copy(&other)?,
            Err(error) => {
                let error = CeremonyError::InCopy { copy: name.clone(), error: Box::new(error) };
                vec![Item::refused(NOTHING, error)]
            }
        };
        self.told(name, None, items)
    }

    /// Reads another copy, record and all, and requires that it is one of this ceremony, with the same plan. Nothing in it leads
    /// out of it: a link would have other files of this machine read, and told.
    fn open_copy(&self, directory: &Path) -> Result<Ceremony, CeremonyError> {
        let beneath = Beneath::open(directory)?;
        let entries = beneath.entries("", MOST)?;
        if let Some(other) = entries.iter().find(|entry| entry.kind == Kind::Other) {
            let name = String::from_utf8_lossy(&other.name).into_owned();
            return Err(FileError::NotAFile(directory.join(name)).into());
        }
        // The plan first: it names files.
        let theirs = Policy::parse(&beneath.read("ceremony.toml", 16 * policy::LIMIT)?)?;
        CeremonyError::require(same_ceremony(&self.policy, &theirs))?;
        let other = Ceremony::open(directory)?;
        CeremonyError::require(same_ceremony(&self.policy, &other.policy))?;
        CeremonyError::require(other.check_id())?;
        Ok(other)
    }

    fn take_copy(&mut self, other: &Ceremony) -> Result<Vec<Item>, CeremonyError> {
        let (mut items, mut taken) = (Vec::new(), Taken::default());
        let common = common(self.transcript.lines(), other.transcript.lines());
        // Keys first: payloads that are frozen here know them already, and no others are frozen by this.
        self.take_keys(other, &mut items, &mut taken)?;
        if !taken.files.is_empty() {
            self.read_keys()?;
        }
        self.take_signatures(other, &mut items, &mut taken)?;
        self.tell_void(other, &mut items)?;
        self.take_records(other, common, &mut items, &mut taken)?;
        if items.is_empty() {
            items.push(Item::new(
                NOTHING,
                Fate::Left("it brings nothing that is not here already".to_owned()),
            ));
        }
        let (lines, root_hash) = other.transcript.head();
        self.record_taken(Source::Copy { lines, common, root_hash }, taken)?;
        Ok(items)
    }

    fn take_keys(
        &self,
        other: &Ceremony,
        items: &mut Vec<Item>,
        taken: &mut Taken,
    ) -> Result<(), CeremonyError> {
        for (name, plan) in &self.policy.keys {
            let Some(theirs) = other.keyring.get(name) else { continue };
            let what = format!("the key {name}");
            match self.keyring.get(name) {
                Some(ours) if ours.fingerprint() == theirs.fingerprint() => {}
                Some(ours) => {
                    items.push(Item::judged(what, other_key(name, ours.fingerprint(), theirs.fingerprint())));
                }
                None => {
                    match self.take_key(other, name, &file_of(name, plan), theirs)? {
                        Ok(files) => taken.files.extend(files),
                        Err(error) => {
                            items.push(Item::refused(what, error));
                            continue;
                        }
                    }
                    items.push(Item::new(what, Fate::Taken));
                }
            }
        }
        Ok(())
    }

    /// Writes the files of a key as they are read now: on a medium they may have become others since the copy was opened.
    fn take_key(
        &self,
        other: &Ceremony,
        name: &str,
        file: &str,
        theirs: &PublicKey,
    ) -> Result<Result<Vec<Artifact>, CeremonyError>, CeremonyError> {
        let read = |file: &str| files::read_if_there(&other.path(file), keyring::LIMIT);
        let object = format!("keys/{name}/key.json");
        let (object_bytes, bytes) = match (read(&object), read(file)) {
            (Ok(object), Ok(Some(bytes))) => (object, bytes),
            (Err(error), _) | (_, Err(error)) => return Ok(Err(error.into())),
            (_, Ok(None)) => return Ok(Err(FileError::Missing(other.path(file)).into())),
        };
        let again = std::str::from_utf8(&bytes).ok().and_then(|text| PublicKey::from_spki_pem(text).ok());
        if again.is_none_or(|again| again.fingerprint() != theirs.fingerprint()) {
            let problem = "it has changed while it was read".to_owned();
            return Ok(Err(CeremonyError::Damaged { file: file.to_owned(), problem }));
        }
        let mut written = Vec::new();
        if let Some(bytes) = object_bytes {
            if let Err(error) = keyring::check_object(&object, &bytes, theirs) {
                return Ok(Err(error));
            }
            written.push((object.as_str(), bytes));
        }
        // public.pem last: its presence is what makes the key known.
        written.push((file, bytes));
        let mut taken = Vec::new();
        for (file, bytes) in written {
            match self.write(file, &bytes) {
                // Something else stands in its place: that is about this key, and about nothing else that the copy has.
                Err(error @ CeremonyError::File(FileError::Exists(_))) => return Ok(Err(error)),
                other => taken.push(other?),
            }
        }
        Ok(Ok(taken))
    }

    fn take_signatures(
        &self,
        other: &Ceremony,
        items: &mut Vec<Item>,
        taken: &mut Taken,
    ) -> Result<(), CeremonyError> {
        let judge = Judge::of(self)?;
        for folder in listed(files::list(&other.path("signatures")), items) {
            let inner = format!("signatures/{folder}");
            for name in listed(files::list_if_folder(&other.path(&inner)), items) {
                let file = format!("{inner}/{name}");
                if files::exists(&self.path(&file)) && same(self, other, &file) {
                    continue;
                }
                let Some((payload, signature)) = read_signature(other, &folder, &file) else {
                    let error = CarriedError::Unreadable {
                        file: other.path(&file).to_string_lossy().into_owned(),
                        what: "signature",
                        problem: "it cannot be read as one".to_owned(),
                    };
                    items.push(Item::refused(file, error.into()));
                    continue;
                };
                let (item, artifact) = judge.take(self, payload, &signature)?;
                items.push(item);
                taken.signature(artifact);
            }
        }
        Ok(())
    }

    /// Payloads that stand here and were given up there: whether they are given up here, too, is for people to say.
    fn tell_void(&self, other: &Ceremony, items: &mut Vec<Item>) -> Result<(), CeremonyError> {
        for (role, version, digest) in self.index()?.digests() {
            let there = match other.void_reason(digest) {
                Ok(there) => there,
                Err(error) => {
                    items.push(Item::refused(
                        format!("whether {role} version {version} is void there"),
                        error,
                    ));
                    continue;
                }
            };
            if let (None, Some(reason)) = (self.void_reason(digest)?, there) {
                let why = format!("{reason}; if that is meant, run `tuf-ceremony void {role}` here, too");
                items
                    .push(Item::new(format!("that {role} version {version} is void there"), Fate::Left(why)));
            }
        }
        Ok(())
    }

    /// Keeps the other copy's record, and those that it keeps. What ours begins with says nothing new.
    fn take_records(
        &self,
        other: &Ceremony,
        common: u64,
        items: &mut Vec<Item>,
        taken: &mut Taken,
    ) -> Result<(), CeremonyError> {
        let mut records = Vec::new();
        if other.transcript.head().0 > common {
            records.push(other.transcript.to_bytes());
        }
        for name in listed(files::list(&other.path(RECORDS)), items) {
            let file = format!("{RECORDS}/{name}");
            let read = files::read(&other.path(&file), LIMIT).map_err(CeremonyError::from);
            let record = read.and_then(|bytes| {
                CeremonyError::require(own_record(&file, &Transcript::carried(&bytes)?, &self.policy.id))?;
                Ok(bytes)
            });
            match record {
                Ok(bytes) => records.push(bytes),
                Err(error) => items.push(Item::refused(file, error)),
            }
        }
        for bytes in records {
            let digest = Sha256Digest::of(&bytes);
            let file = format!("{RECORDS}/{digest}.jsonl");
            if files::exists(&self.path(&file)) {
                continue;
            }
            taken.files.push(self.write(&file, &bytes)?);
            items.push(Item::new(format!("its record ({digest:.16})"), Fate::Taken));
        }
        Ok(())
    }
}

/// PLAN-ID and PLAN-DIGEST: it is the same ceremony, with the same plan.
fn same_ceremony(ours: &Policy, theirs: &Policy) -> Finding {
    if theirs.id != ours.id {
        let what = format!("it is of the ceremony {}, and this is {}", theirs.id, ours.id);
        return Finding::fail(
            Check::PlanId,
            what,
            "Merge it into the directory of its own ceremony; nothing was taken.",
        );
    }
    if theirs.digest != ours.digest {
        let what = format!("its ceremony.toml is {:.16}, and here it is {:.16}", theirs.digest, ours.digest);
        let next = "Find out which plan was agreed. Signatures over payloads that stand here can come as responses; nothing was taken.";
        return Finding::fail(Check::PlanDigest, what, next);
    }
    Finding::pass(Check::PlanDigest, format!("ceremony.toml is {:.16} there, too", ours.digest))
}

/// RECORD-CHAIN: a record that the copy keeps is one of this ceremony.
fn own_record(file: &str, record: &Transcript, id: &str) -> Finding {
    match of(record) {
        Some(of) if of == id => Finding::pass(Check::RecordChain, format!("{file} is of the ceremony {id}")),
        of => {
            let of = brief(of.unwrap_or("that it does not name"));
            let what = format!("{file} is the record of the ceremony {of}, and this is {id}");
            let next = "Leave it there: it says nothing of this ceremony. Find out who put it among the records of the copy.";
            Finding::fail(Check::RecordChain, what, next)
        }
    }
}

/// PLAN-DIGEST: one key has one public half.
fn other_key(name: &str, ours: Sha256Digest, theirs: Sha256Digest) -> Finding {
    let what = format!("the key {name} is {ours:.16} here, and {theirs:.16} in the copy");
    let next = "Find out which of the two is on the holder's token (`token list`). If it is the copy's, go on in the copy, or start \
                over in a new directory.";
    Finding::fail(Check::PlanDigest, what, next)
}

/// The names in a folder of the copy. One that cannot be listed is told, and the rest of the copy is taken.
fn listed(names: Result<Vec<String>, FileError>, items: &mut Vec<Item>) -> Vec<String> {
    names.unwrap_or_else(|error| {
        items.push(Item::refused(NOTHING, error.into()));
        Vec::new()
    })
}

fn same(ours: &Ceremony, theirs: &Ceremony, file: &str) -> bool {
    let read = |ceremony: &Ceremony| files::read(&ceremony.path(file), signatures::LIMIT).ok();
    read(ours).is_some_and(|bytes| read(theirs) == Some(bytes))
}

fn read_signature(other: &Ceremony, folder: &str, file: &str) -> Option<(Sha256Digest, Signature)> {
    let bytes = files::read(&other.path(file), signatures::LIMIT).ok()?;
    let payload = Sha256Digest::parse_hex(folder)?;
    let signature = signatures::read(&bytes).ok()?;
    file.ends_with(&format!("/{}.json", signature.keyid)).then_some((payload, signature))
}
