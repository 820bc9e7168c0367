//! What stops a ceremony command. Errors of the floors below pass through with their own words.

mod advice;

use crate::checks::Finding;
use crate::console::ConsoleError;
use crate::console::words::WordsError;
use crate::crypto::pkcs8::KeyFileError;
use crate::crypto::tlog::note::NoteError;
use crate::host::display::{count, typed, visible};
use crate::host::files::FileError;
use crate::host::random::NoRandomness;
use crate::media::MediaError;
use crate::policy::PolicyError;
use crate::qr::QrError;
use crate::token::TokenError;
use crate::tuf::envelope::MetadataError;

use super::carried::CarriedError;
use super::elsewhere::Elsewhere;
use super::script::ScriptError;

/// Why a ceremony command did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum CeremonyError {
    /// A file, or the directory.
    #[error(transparent)]
    File(#[from] FileError),
    /// `ceremony.toml`.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// A token.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// A question that nobody answered.
    #[error(transparent)]
    Console(#[from] ConsoleError),
    /// A medium.
    #[error(transparent)]
    Media(#[from] MediaError),
    /// A script.
    #[error(transparent)]
    Script(#[from] ScriptError),
    /// Words that do not spell a digest.
    #[error(transparent)]
    Words(#[from] WordsError),
    /// QR codes.
    #[error(transparent)]
    Qr(#[from] QrError),
    /// One check refuses.
    #[error("{}", refusal(.0))]
    Refused(Box<Finding>),
    /// Several checks refuse.
    #[error("{}: {}", many(ids(.0).len()), ids(.0).join(", "))]
    RefusedMany(Vec<Finding>),
    /// Metadata that cannot be read.
    #[error("{}: {}", visible(.file), visible(&.error.to_string()))]
    Metadata {
        /// The file.
        file: String,
        /// What is wrong with it.
        error: MetadataError,
    },
    /// A file of the ceremony directory that is not what its name says.
    #[error("{} is not what it should be: {}", visible(.file), visible(.problem))]
    Damaged {
        /// The file.
        file: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A root beside the one to import that is another than its name says.
    #[error("{} does not hold version {version} of root", visible(.file))]
    NotThatRoot {
        /// The file.
        file: String,
        /// What its name says.
        version: i64,
    },
    /// The record does not hold together.
    #[error("transcript.jsonl, line {line}: {problem}")]
    Record {
        /// Line, from 1.
        line: usize,
        /// What is wrong there.
        problem: String,
    },
    /// The record has no room for more.
    #[error("transcript.jsonl would have more than {limit} bytes, and nothing was recorded")]
    RecordFull {
        /// How many it may have.
        limit: usize,
    },
    /// The final head of the record does not fit it.
    #[error("checkpoint: {}", visible(.problem))]
    Checkpoint {
        /// What is wrong with it.
        problem: String,
    },
    /// A signed note, a checkpoint or a key of one.
    #[error("{}", visible(&.0.to_string()))]
    Note(#[from] NoteError),
    /// The system gives no randomness.
    #[error(transparent)]
    Random(#[from] NoRandomness),
    /// A private key in a file.
    #[error("{}: {error}", visible(.file))]
    KeyFile {
        /// The file.
        file: String,
        /// What is wrong with it.
        error: KeyFileError,
    },
    /// A proof, or what it is to prove, does not hold.
    #[error("{}", visible(.what))]
    Proof {
        /// What does not hold.
        what: String,
        /// What to do.
        next: String,
    },
    /// Files that are no longer what they were when the ceremony was sealed.
    #[error("not as it was when this ceremony was sealed: {}", visible(&.files.join(", ")))]
    Unsealed {
        /// Which.
        files: Vec<String>,
    },
    /// Nothing more may be written here.
    #[error("this ceremony is sealed")]
    Sealed {
        /// Whether everything that the seal consists of is here.
        whole: bool,
    },
    /// Something was asked for that is not checked of metadata in a foreign dialect.
    #[error("--state and --targets are for TUF 1.0, and this is metadata of {dialect}")]
    DialectOption {
        /// Its dialect.
        dialect: &'static str,
    },
    /// There is no `ceremony.toml`.
    #[error("{} is not a ceremony directory: it has no ceremony.toml", visible(.0))]
    NoCeremony(String),
    /// The plan names no such key.
    #[error("ceremony.toml has no key {}", typed(.name))]
    NoSuchKey {
        /// As typed.
        name: String,
        /// Those there are.
        known: Vec<String>,
    },
    /// The public half of a key is not known yet.
    #[error("the public half of the key {} is not here yet", visible(.name))]
    KeyUnknown {
        /// The key.
        name: String,
    },
    /// The plan names no such medium or set.
    #[error("ceremony.toml has no {what} {}", typed(.name))]
    NotPlanned {
        /// `medium` or `set`.
        what: &'static str,
        /// As typed.
        name: String,
        /// Those there are.
        known: Vec<String>,
    },
    /// The key has no token in the plan.
    #[error("ceremony.toml gives the key {} no token", visible(.name))]
    NoToken {
        /// The key.
        name: String,
    },
    /// This program cannot use that kind of token.
    #[error("this version has no adapter for {kind} tokens")]
    TokenKind {
        /// The kind.
        kind: &'static str,
    },
    /// The key is already enrolled.
    #[error("the key {} is already here, as keys/{}/public.pem", visible(.name), visible(.name))]
    KeyPresent {
        /// The key.
        name: String,
    },
    /// A request, a response, or who is asked for one.
    #[error(transparent)]
    Carried(#[from] CarriedError),
    /// Another copy of the directory that cannot be merged.
    #[error("in the copy {}: {error}", visible(.copy))]
    InCopy {
        /// Where it is.
        copy: String,
        /// What stops it there.
        error: Box<CeremonyError>,
    },
    /// What stops whoever answers a request: nothing of the ceremony is there but what was carried.
    #[error(transparent)]
    InRequest(Box<Elsewhere>),
    /// There is nothing to work on yet.
    #[error("{what}")]
    NotYet {
        /// What is missing.
        what: String,
        /// What to do.
        next: String,
    },
    /// A mistake that the rehearsal made on purpose was not caught, or not by the check that should.
    #[error("the rehearsal made a mistake on purpose, and {expected} did not refuse it")]
    NotCaught {
        /// The id of the check.
        expected: &'static str,
    },
    /// Published metadata of which a part is missing.
    #[error("version {version} of {} is not in {}, and the metadata there lists it", visible(.role), visible(.folder))]
    Incomplete {
        /// Where it should be.
        folder: String,
        /// Of which role.
        role: String,
        /// Which version.
        version: i64,
    },
    /// A change of the plan that cannot be made.
    #[error("{}", visible(.what))]
    Change {
        /// What is in its way.
        what: String,
        /// What to do.
        next: String,
    },
    /// A policy was to be made from a root, and no root was named.
    #[error("the template inherit is made from the trusted root, and none is named")]
    NothingToInherit,
    /// No template of that name.
    #[error("there is no template {}", typed(.name))]
    NoTemplate {
        /// As typed.
        name: String,
        /// Those there are.
        known: Vec<&'static str>,
    },
}

fn refusal(finding: &Finding) -> String {
    visible(finding.trouble().map_or("", |trouble| trouble.what.as_str()))
}

/// The checks behind findings, each once: one check may find several things.
fn ids(findings: &[Finding]) -> Vec<&'static str> {
    let mut ids: Vec<&'static str> = Vec::new();
    for id in findings.iter().map(|finding| finding.check.id()) {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids
}

fn many(checks: usize) -> String {
    let verb = if checks == 1 { "refuses" } else { "refuse" };
    format!("{} {verb}", count(checks, "check"))
}

impl CeremonyError {
    /// Every finding that refused.
    pub fn refusing(&self) -> &[Finding] {
        match self {
            CeremonyError::Refused(finding) => std::slice::from_ref(finding),
            CeremonyError::RefusedMany(findings) => findings,
            CeremonyError::InRequest(elsewhere) => elsewhere.error.refusing(),
            _ => &[],
        }
    }

    /// Whether it belongs in the record though no check has a name for it: that what was typed is not what is here, or what a
    /// medium had or failed at.
    pub fn is_of_record(&self) -> bool {
        match self {
            CeremonyError::Media(error) => error.is_of_record(),
            CeremonyError::Words(_) => true,
            _ => false,
        }
    }

    /// Refuses if any finding does.
    pub fn unless_clear(findings: &[Finding]) -> Result<(), CeremonyError> {
        let refusing: Vec<&Finding> = findings.iter().filter(|finding| finding.refuses()).collect();
        match refusing.as_slice() {
            [] => Ok(()),
            [one] => Err(CeremonyError::Refused(Box::new((*one).clone()))),
            many => Err(CeremonyError::RefusedMany(many.iter().map(|finding| (*finding).clone()).collect())),
        }
    }

    /// Refuses if this finding does.
    pub fn require(finding: Finding) -> Result<(), CeremonyError> {
        if finding.refuses() { Err(CeremonyError::Refused(Box::new(finding))) } else { Ok(()) }
    }
}
