//! What the record can say. Every event is typed, and none has a place for a secret.

mod data;
mod parts;

use crate::checks::Finding;
use crate::crypto::digest::Sha256Digest;
use crate::json::Json;

use super::merge::{Source, TakenSignature};

/// The word for the first line of a sitting.
pub const SITTING_OPENED: &str = "sitting-opened";
/// The word for the last line of a sitting.
pub const SITTING_CLOSED: &str = "sitting-closed";
/// The word for a line in the place of one that was cut off.
pub const REPAIRED: &str = "repaired";
/// The word for the script that people begin to follow.
pub const SCRIPT: &str = "script";
/// The word for a step that is closed.
pub const STEP: &str = "step";
/// The word for a step that is passed over.
pub const EXCEPTION: &str = "exception";
/// The word for a recording that has ended.
pub const RECORDED: &str = "recorded";
/// The word for a freeze.
pub const FROZEN: &str = "frozen";
/// The word for a payload that is given up.
pub const VOIDED: &str = "voided";
/// The word for a request that goes to a holder elsewhere.
pub const REQUESTED: &str = "requested";
/// The word for the release.
pub const RELEASED: &str = "released";
/// The word for what came back, or from another copy of the directory.
pub const MERGED: &str = "merged";
/// The word for files that came in from a medium.
pub const MEDIA_IMPORTED: &str = "media-imported";
/// The word for a set that went out on a medium.
pub const MEDIA_EXPORTED: &str = "media-exported";
/// The word for a set that was written as an image of a disc.
pub const MEDIA_IMAGE: &str = "media-image";
/// The word for the last line of the record.
pub const SEALED: &str = "sealed";

/// A file of the ceremony directory and its SHA-256.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// Relative to the ceremony directory.
    pub file: String,
    /// Of its bytes.
    pub sha256: Sha256Digest,
}

/// That a set went out encrypted, and what ties it to what it has inside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encrypted {
    /// The word for the format.
    pub format: &'static str,
    /// SHA-256 of the manifest inside.
    pub manifest: Sha256Digest,
}

impl Encrypted {
    /// As the record has it.
    pub fn to_json(&self) -> Json {
        Json::object([("format", Json::from(self.format)), ("manifest", Json::from(self.manifest.to_hex()))])
    }
}

/// A step of the script, as it was shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepWords {
    /// Who acts, in letters.
    pub who: String,
    /// What to do.
    pub text: String,
    /// The command, as it is typed.
    pub command: Option<String>,
}

/// One thing that happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// The plan was read: its digest and those of every input it names.
    PlanRead {
        /// The ceremony's id.
        id: String,
        /// `ceremony.toml` and the inputs it names.
        inputs: Vec<Artifact>,
    },
    /// The plan was changed by intent.
    Changed {
        /// What was done, act by act.
        acts: Vec<String>,
        /// SHA-256 of `ceremony.toml` since then.
        plan: Sha256Digest,
    },
    /// A key's public half came into the directory.
    KeyEnrolled {
        /// The key's name.
        key: String,
        /// The token's serial number.
        serial: String,
        /// Whether it was made on the token just now.
        generated: bool,
        /// `keys/<name>/…`
        files: Vec<Artifact>,
    },
    /// Drafts were written.
    Drafted {
        /// `drafts/…`
        files: Vec<Artifact>,
    },
    /// Drafts became payloads.
    Frozen {
        /// SHA-256 of `ceremony.toml`.
        plan: Sha256Digest,
        /// Role and version to digest.
        payloads: Vec<(String, i64, Sha256Digest)>,
        /// Digests that these took the place of.
        voided: Vec<Sha256Digest>,
        /// Every input as it was then.
        inputs: Vec<Artifact>,
        /// `payloads/…`
        files: Vec<Artifact>,
        /// What the checks found.
        findings: Vec<Finding>,
    },
    /// A payload was shown in full.
    Reviewed {
        /// The payload.
        payload: Sha256Digest,
    },
    /// A token signed.
    Signed {
        /// The key's name.
        key: String,
        /// The payload.
        payload: Sha256Digest,
        /// How many digits of the digest the holder typed.
        digits: usize,
        /// `signatures/…`
        files: Vec<Artifact>,
    },
    /// An act was refused, by a check or by what was found.
    Refused {
        /// What was attempted, e.g. `sign`.
        act: String,
        /// The check's id, if it was one.
        check: Option<&'static str>,
        /// What happened.
        what: String,
    },
    /// Some of what came from one source was refused.
    NotTaken {
        /// What was attempted, e.g. `merge ada.response.json`.
        act: String,
        /// The source, if it could be read.
        sha256: Option<Sha256Digest>,
        /// The ids of the checks that refused, each once; none where what came could not be read at all.
        checks: Vec<&'static str>,
        /// How many things were refused.
        count: usize,
        /// What happened to the first of them.
        what: String,
    },
    /// The release was written.
    Released {
        /// `metadata/…`
        files: Vec<Artifact>,
        /// What the checks found.
        findings: Vec<Finding>,
    },
    /// Files are here of which the record says nothing: brought from another copy, or written just before a crash.
    Found {
        /// Which.
        files: Vec<Artifact>,
    },
    /// The last line was cut off in the middle and was removed.
    Repaired {
        /// How many bytes it had.
        bytes: usize,
        /// Their SHA-256.
        sha256: Sha256Digest,
    },
    /// A process began to write here.
    SittingOpened {
        /// The public half of its key (C2SP signed-note).
        vkey: String,
        /// What the record is called as a log.
        origin: String,
    },
    /// A process was done here.
    SittingClosed {
        /// The head over all lines before this one as a signed note, line by line.
        note: Vec<String>,
    },
    /// People begin to follow a script, or go on with one that has changed.
    Script {
        /// What it is called.
        name: String,
        /// SHA-256 of `script.md`.
        sha256: Sha256Digest,
        /// How many steps it has.
        steps: usize,
    },
    /// A step of the script is closed.
    Step {
        /// The step.
        words: StepWords,
        /// Of whoever did it, or saw it done.
        initials: String,
    },
    /// A step of the script is passed over, or was done in another way.
    Exception {
        /// The step.
        words: StepWords,
        /// Why.
        reason: String,
        /// Of the two who vouch for it.
        initials: [String; 2],
    },
    /// A payload is given up.
    Voided {
        /// The payload.
        payload: Sha256Digest,
        /// Its role.
        role: String,
        /// Its version.
        version: i64,
        /// Why.
        reason: String,
        /// `payloads/….void.json`
        files: Vec<Artifact>,
    },
    /// A holder elsewhere is asked to sign.
    Requested {
        /// The holder's short name.
        holder: String,
        /// What each key is asked for.
        keys: Vec<(String, Vec<Sha256Digest>)>,
        /// Until when.
        expires: String,
        /// Of the request's bytes.
        sha256: Sha256Digest,
        /// `requests/…`, if it was written there.
        files: Vec<Artifact>,
    },
    /// Something came from elsewhere, and files of it were taken.
    Merged {
        /// What it was.
        from: Source,
        /// `signatures/…`, `keys/…`, `transcripts/…`
        files: Vec<Artifact>,
        /// The signatures among them.
        signatures: Vec<TakenSignature>,
    },
    /// Files came in from a medium.
    MediaImported {
        /// The medium's name in the plan.
        medium: String,
        /// Its label.
        label: String,
        /// SHA-256 of its manifest, confirmed from paper.
        manifest: Sha256Digest,
        /// How many digits of that were typed.
        digits: usize,
        /// `imported/…`
        files: Vec<Artifact>,
    },
    /// A set went out on a medium, and was read back.
    MediaExported {
        /// The set's name in the plan.
        set: String,
        /// The medium's name in the plan.
        medium: String,
        /// Its label.
        label: String,
        /// The folder on the medium.
        folder: String,
        /// SHA-256 of the manifest that was written.
        manifest: Sha256Digest,
        /// What was written, with paths on the medium.
        written: Vec<Artifact>,
        /// Whether that is encrypted.
        encrypted: Option<Encrypted>,
        /// Whether it lay there already, and was only read again.
        before: bool,
    },
    /// A set was written as an image of a disc.
    MediaImage {
        /// The set's name in the plan.
        set: String,
        /// The label of the disc.
        label: String,
        /// SHA-256 of the manifest in it.
        manifest: Sha256Digest,
        /// SHA-256 of the image.
        image: Sha256Digest,
        /// Whether the set in it is encrypted.
        encrypted: Option<Encrypted>,
    },
    /// A walk through the script is left; this is what its screen showed.
    Recorded {
        /// `recordings/…`
        files: Vec<Artifact>,
    },
    /// Nothing more will be recorded.
    Sealed {
        /// Every lasting file.
        files: Vec<Artifact>,
    },
}

impl Event {
    /// The word in the record.
    pub fn name(&self) -> &'static str {
        match self {
            Event::PlanRead { .. } => "plan-read",
            Event::Changed { .. } => "changed",
            Event::KeyEnrolled { .. } => "key-enrolled",
            Event::Drafted { .. } => "drafted",
            Event::Frozen { .. } => FROZEN,
            Event::Reviewed { .. } => "reviewed",
            Event::Signed { .. } => "signed",
            Event::Refused { .. } | Event::NotTaken { .. } => "refused",
            Event::Released { .. } => RELEASED,
            Event::Found { .. } => "found",
            Event::Repaired { .. } => REPAIRED,
            Event::SittingOpened { .. } => SITTING_OPENED,
            Event::SittingClosed { .. } => SITTING_CLOSED,
            Event::Script { .. } => SCRIPT,
            Event::Step { .. } => STEP,
            Event::Exception { .. } => EXCEPTION,
            Event::Voided { .. } => VOIDED,
            Event::Requested { .. } => REQUESTED,
            Event::Merged { .. } => MERGED,
            Event::MediaImported { .. } => MEDIA_IMPORTED,
            Event::MediaExported { .. } => MEDIA_EXPORTED,
            Event::MediaImage { .. } => MEDIA_IMAGE,
            Event::Recorded { .. } => RECORDED,
            Event::Sealed { .. } => SEALED,
        }
    }
}
