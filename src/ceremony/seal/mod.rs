//! The end of a ceremony: what was recorded is sealed, and how to check it is written beside it.
//!
//! Each step can be done again after a stop: the line that seals the record, the checkpoint over all of it, and the digests of
//! all files, in this order.

use std::path::Path;

use crate::checks::Check;
use crate::crypto::digest::Sha256Digest;
use crate::crypto::tlog::checkpoint::Checkpoint;
use crate::host::display::visible;
use crate::host::files::{self, FileError};
use crate::media::manifest::MANIFEST;
use crate::media::sums::Sums;
use crate::policy::Contents;

use super::directory::{ADMINISTRATOR, CHECKPOINT};
use super::kept::Kept;
use super::media::contents::is_wrapped;
use super::payload::Payload;
use super::signatures::Signed;
use super::{Ceremony, CeremonyError, recordings};

/// The digests of all files.
pub const SUMS: &str = "SHA256SUMS";
/// How to check the record without this program.
pub const GUIDE: &str = "VERIFY.md";
/// The largest list of digests that is read, in bytes.
const SUMS_LIMIT: usize = 64 << 20;

/// What `seal` found or did.
pub struct Sealing {
    /// The head of the record.
    pub head: Checkpoint,
    /// How many files `SHA256SUMS` lists.
    pub files: usize,
    /// What was done.
    pub done: Done,
    /// What was not as the record has it when it was sealed now.
    pub kept: Kept,
    /// SHA-256 of the last line of the record.
    pub last: Sha256Digest,
    /// The commands that take out what a restore needs, if the plan has a set for it.
    pub exports: Vec<String>,
}

/// What was left to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// Everything.
    Sealed,
    /// What an interrupted seal had not come to.
    Completed,
    /// `SHA256SUMS` did not have the cosignatures that the checkpoint has now.
    Updated,
    /// Nothing: it was sealed before.
    Before,
}

/// Seals the ceremony in a directory.
pub fn seal(directory: &Path) -> Result<Sealing, CeremonyError> {
    let mut ceremony = Ceremony::claim(directory)?;
    if let Some(seal) = &ceremony.seal {
        let head = seal.head.clone();
        return ceremony.sealed_before(head);
    }
    let interrupted = ceremony.transcript.is_sealed();
    if !interrupted {
        ceremony.enter()?;
    }
    let sealed = ceremony.seal_now();
    if let Err(refused) = &sealed
        && !ceremony.transcript.is_sealed()
    {
        ceremony.record_refusal(ADMINISTRATOR, "seal", refused)?;
    }
    let closed = ceremony.close();
    let sealing = sealed.and_then(|sealing| closed.map(|()| sealing))?;
    Ok(Sealing { done: if interrupted { Done::Completed } else { sealing.done }, ..sealing })
}

impl Ceremony {
    /// Whether everything is here that a seal consists of.
    pub fn seal_is_whole(&self) -> bool {
        self.seal.is_some() && files::exists(&self.path(SUMS))
    }

    fn seal_now(&mut self) -> Result<Sealing, CeremonyError> {
        self.require_released()?;
        recordings::require_ended(self.root())?;
        self.require_unwrapped()?;
        self.require_no_manifest()?;
        // Somebody's own: what is written last would have no place.
        if let Some(taken) = [CHECKPOINT, SUMS].iter().find(|name| files::exists(&self.path(name))) {
            // The digests are written last.
            return Err(match self.transcript.is_sealed() {
                true => {
                    let problem = "it is gone; it was here when SHA256SUMS was written".to_owned();
                    CeremonyError::Checkpoint { problem }
                }
                false => FileError::Exists(self.path(taken)).into(),
            });
        }
        self.write(GUIDE, self.guide().as_bytes())?;
        let files = self.artifacts()?;
        // Of what was imported, requested or carried in; what concerns the release was refused above.
        let kept = self.kept(&files);
        let note = self.transcript.seal(files)?;
        let bytes = note.to_string().into_bytes();
        self.write(CHECKPOINT, &bytes)?;
        let head = self.transcript.read_seal(&bytes)?.head;
        Ok(Sealing {
            head,
            files: self.write_sums()?,
            done: Done::Sealed,
            kept,
            last: self.transcript.last(),
            exports: self.exports(Contents::Restore),
        })
    }

    /// What is in `metadata/` is what was signed, and the roots commit to the record as it is.
    pub(super) fn require_released(&self) -> Result<(), CeremonyError> {
        let collected = self.collected()?;
        let complete = collected.iter().all(Signed::quorate) && files::exists(&self.path("metadata"));
        if complete {
            let payloads: Vec<Payload> = collected.iter().map(|one| one.payload.clone()).collect();
            CeremonyError::unless_clear(&self.commitments(&payloads))?;
            // What else refuses, such as an expiry since then, is no reason not to seal what was done.
            let of_freeze = [Check::PlanDigest, Check::PlanIntent];
            let mut findings = super::gate::examine_frozen(self, &payloads);
            findings.retain(|finding| of_freeze.contains(&finding.check));
            CeremonyError::unless_clear(&findings)?;
        }
        let released = complete && self.is_released(&collected)?;
        if !released {
            let kept = self.kept(&self.artifacts()?);
            let lost = kept.changed.iter().chain(&kept.gone).map(|one| &one.file);
            let other = lost.chain(&kept.added).next();
            if let Some(file) = other.filter(|_| kept.released) {
                let problem = "it is not, or no longer, what the record says; `tuf-ceremony status` lists all such files";
                return Err(CeremonyError::Damaged { file: file.clone(), problem: problem.to_owned() });
            }
        }
        if !complete {
            return Err(CeremonyError::NotYet {
                what: "nothing is released yet".to_owned(),
                next: "Run `tuf-ceremony status` to see what is missing, and `tuf-ceremony release`."
                    .to_owned(),
            });
        }
        if !released {
            CeremonyError::require(super::gate::output(self))?;
        }
        Ok(())
    }

    /// What is sealed is for everybody who audits; wrapped keys are not.
    fn require_unwrapped(&self) -> Result<(), CeremonyError> {
        match files::list(self.root())?.iter().any(|name| is_wrapped(name)) {
            false => Ok(()),
            true => Err(CeremonyError::NotYet {
                what: "wrapped backups of devices are in the directory still, and whoever gets the sealed ceremony would get them"
                    .to_owned(),
                next: self.export_of_wrapped(),
            }),
        }
    }

    fn export_of_wrapped(&self) -> String {
        let first = match self.exports(Contents::Wrapped).as_slice() {
            [] => "The plan has no set for them: copy the folder `wrapped` to a medium of its own, move it"
                .to_owned(),
            exports => format!(
                "Export them ({}), check the medium, and move the folder `wrapped`",
                exports.join(", ")
            ),
        };
        format!("{first} out of the ceremony directory, and seal again.")
    }

    /// A copy that was taken off a medium has the medium's manifest, which is about the copy. Sealed, it could leave in no set:
    /// each has a manifest of its own.
    fn require_no_manifest(&self) -> Result<(), CeremonyError> {
        match files::exists(&self.path(MANIFEST)) {
            false => Ok(()),
            true => Err(CeremonyError::NotYet {
                what: "the MANIFEST of the medium from which this copy was taken is in the directory still"
                    .to_owned(),
                next: "Move MANIFEST out of the ceremony directory, and seal again.".to_owned(),
            }),
        }
    }

    fn write_sums(&self) -> Result<usize, CeremonyError> {
        let sums = Sums::of(self.root(), SUMS)?;
        self.write(SUMS, &sums.to_bytes())?;
        Ok(sums.0.len())
    }

    /// Where the record is sealed: whether everything else is as it was then. What an interrupted seal left undone is done.
    fn sealed_before(&self, head: Checkpoint) -> Result<Sealing, CeremonyError> {
        let exports = self.exports(Contents::Restore);
        let Some(listed) = self.sums()? else {
            self.write(GUIDE, self.guide().as_bytes())?;
            return Ok(Sealing {
                head,
                files: self.write_sums()?,
                done: Done::Completed,
                kept: Kept::default(),
                last: self.transcript.last(),
                exports,
            });
        };
        let now = Sums::of(self.root(), SUMS)?;
        let done = match unlike(&listed, &now).as_slice() {
            [] => Done::Before,
            // It was read as the seal of this record: only cosignatures can have come.
            [file] if file == CHECKPOINT => {
                self.overwrite(SUMS, &now.to_bytes())?;
                Done::Updated
            }
            changed => return Err(CeremonyError::Unsealed { files: changed.to_vec() }),
        };
        Ok(Sealing {
            head,
            files: now.0.len(),
            done,
            kept: Kept::default(),
            last: self.transcript.last(),
            exports,
        })
    }

    /// `SHA256SUMS`, if it is there.
    pub(super) fn sums(&self) -> Result<Option<Sums>, CeremonyError> {
        let Some(bytes) = files::read_if_there(&self.path(SUMS), SUMS_LIMIT)? else { return Ok(None) };
        let sums = Sums::parse(&bytes).ok_or_else(|| CeremonyError::Damaged {
            file: SUMS.to_owned(),
            problem: "it has not the form in which it was written".to_owned(),
        })?;
        Ok(Some(sums))
    }

    /// Puts another digest of the checkpoint into `SHA256SUMS`; whether it was another one.
    pub(super) fn list_checkpoint(&self, bytes: &[u8]) -> Result<bool, CeremonyError> {
        let Some(mut sums) = self.sums()? else { return Ok(false) };
        let digest = Sha256Digest::of(bytes);
        if sums.0.insert(CHECKPOINT.as_bytes().to_vec(), digest) == Some(digest) {
            return Ok(false);
        }
        self.overwrite(SUMS, &sums.to_bytes())?;
        Ok(true)
    }

    /// How to check this ceremony without this program.
    fn guide(&self) -> String {
        let rehearsal = match self.policy.rehearsal {
            true => "\n**This was a rehearsal; nobody may trust what it made.**\n",
            false => "",
        };
        include_str!("verify.md")
            .replace("@ID@", &visible(&self.policy.id))
            .replace("@REPOSITORY@", &visible(&self.policy.repository))
            .replace("@REHEARSAL@", rehearsal)
    }
}

/// The files that are not as the seal lists them. The MANIFEST that a copy has from its medium, which is never sealed, is none
/// of them, as long as it does not go out again.
pub(super) fn unlike(listed: &Sums, now: &Sums) -> Vec<String> {
    let mut files = listed.differing(now);
    files.retain(|file| file != MANIFEST);
    files
}
