//! The record: RECORD-CHAIN, for what roots commit to, and for the records of other copies of the directory that were kept. (The
//! chain itself is verified by reading it: whoever holds a `Transcript` has passed that.)

use crate::crypto::digest::Sha256Digest;
use crate::tuf::commitment::Commitment;

use super::{Check, Finding};

/// What a root says of the record, and what the record says.
#[derive(Clone, Debug)]
pub struct Committed<'a> {
    /// The root, for messages.
    pub title: String,
    /// What it commits to.
    pub commitment: &'a Commitment,
    /// This ceremony's id.
    pub id: &'a str,
    /// What its record is called as a log.
    pub origin: &'a str,
    /// How many lines the record has.
    pub lines: u64,
    /// The tree head over as many lines as the root commits to; `None` if there are fewer.
    pub head: Option<Sha256Digest>,
    /// Whether the line behind those says that this very root was frozen then; of a root of which the record says nothing
    /// at all, others judge.
    pub frozen_there: bool,
}

/// RECORD-CHAIN: a root commits to what the record said when the root was frozen.
pub fn record_chain(case: &Committed<'_>) -> Finding {
    let Commitment { id, origin, size, root_hash } = case.commitment;
    let title = &case.title;
    let mut problems = Vec::new();
    if id != case.id || origin != case.origin {
        problems.push(format!(
            "{title} commits to the record {origin} of ceremony {id}, and this is {} of ceremony {}",
            case.origin, case.id
        ));
    } else {
        match case.head {
            None => problems.push(format!(
                "{title} commits to the first {size} lines of the record, which has {}: lines at its end are missing",
                case.lines
            )),
            Some(head) if head != *root_hash => problems.push(format!(
                "{title} commits to another tree head than the first {size} lines of the record have: one of lines 1 to {size} was \
                 changed, or the root was"
            )),
            Some(_) if !case.frozen_there => problems.push(format!(
                "{title} commits to the first {size} lines of the record, and line {} does not say that it was frozen there",
                size.saturating_add(1)
            )),
            Some(_) => {}
        }
    }
    let next = "The record or the root was changed after the freeze. Stop, keep this directory as it is, and compare both with \
                another copy.";
    Finding::judge(
        Check::RecordChain,
        problems,
        next,
        format!("{title} commits to the first {size} lines of the record"),
    )
}

/// RECORD-CHAIN, for a root that is to commit to the record and does not.
pub fn uncommitted(title: &str) -> Finding {
    let what = format!("{title} does not commit to the record, and ceremony.toml asks for that");
    let next = "Find out who changed it, and run `draft` and `freeze` again.";
    Finding::fail(Check::RecordChain, what, next)
}

/// A record of another copy of the directory, as it is kept here.
#[derive(Clone, Debug)]
pub struct Kept<'a> {
    /// The file, which is named by the SHA-256 of what it had.
    pub file: &'a str,
    /// SHA-256 of what it has; `None` where it could not be read.
    pub sha256: Option<Sha256Digest>,
    /// Why it is no record, if it is none.
    pub broken: Option<String>,
    /// The ceremony whose plan it says was read first.
    pub of: Option<&'a str>,
    /// This ceremony's id.
    pub id: &'a str,
}

/// RECORD-CHAIN: what is kept of another copy is its record, whole and of this ceremony.
pub fn record_kept(case: &Kept<'_>) -> Finding {
    let Kept { file, sha256, broken, of, id } = case;
    let mut problems = Vec::new();
    if let Some(sha256) = sha256.filter(|sha256| !file.ends_with(&format!("/{sha256}.jsonl"))) {
        problems.push(format!("{file} has the SHA-256 {sha256}: it is not what it is named by"));
    }
    match (broken, of) {
        (Some(why), _) => problems.push(format!("{file}: {why}")),
        (None, None) => problems.push(format!("{file} does not say of which ceremony it is")),
        (None, Some(of)) if of != id => {
            problems.push(format!("{file} is the record of the ceremony {of}, and this is {id}"));
        }
        (None, Some(_)) => {}
    }
    let next = "It was changed after it was carried in. Stop, keep this directory as it is, and compare the file with the \
                transcript.jsonl of the copy that it came from.";
    Finding::judge(Check::RecordChain, problems, next, format!("{file} is whole"))
}

/// What a record says of a copy that was merged, and what is here of that.
#[derive(Clone, Debug)]
pub struct Told<'a> {
    /// The record that says it.
    pub by: &'a str,
    /// The number of the line, from 0.
    pub seq: usize,
    /// How many lines the copy's record had.
    pub lines: u64,
    /// With how many lines both began.
    pub common: u64,
    /// With how many they do begin, the record that is here and has that head; `None` if none is.
    pub found: Option<u64>,
}

/// RECORD-CHAIN: the record of every copy that was merged is here.
pub fn record_told(case: &Told<'_>) -> Finding {
    let Told { by, seq, lines, common, found } = case;
    let told = format!("#{seq} of {by} tells of a copy with a record of {lines} lines");
    match found {
        None => Finding::fail(
            Check::RecordChain,
            format!("{told}, and no record with that tree head is here"),
            "It was changed or is missing. Merge that copy once more, from where it is kept; where it is lost, what was \
             done in it is only known by what came out of it.",
        ),
        Some(found) if found != common => Finding::fail(
            Check::RecordChain,
            format!("{told} that began with {common} lines of its own, and they have {found} in common"),
            "One of the records was made anew. Stop, keep this directory as it is, and compare both with other copies.",
        ),
        Some(_) => Finding::pass(Check::RecordChain, format!("{told}, which is here")),
    }
}
