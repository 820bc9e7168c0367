//! The record: RECORD-CHAIN, for what roots commit to. (The chain itself is verified by reading it: whoever holds a `Transcript`
//! has passed that.)

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
