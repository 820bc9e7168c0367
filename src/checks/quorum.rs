//! Counting: QUORUM-OLD, QUORUM-NEW, QUORUM-SURPLUS, and RELEASE-CLEAN, what is published.

use crate::host::display::count;
use crate::tuf::envelope::Signature;
use crate::tuf::verify::{Tally, Why};

use super::{Check, Finding};

/// QUORUM-OLD: the threshold of the trusted root, over distinct key material. Passes at genesis, when there is none.
pub fn quorum_old(what: &str, tally: Option<&Tally>) -> Finding {
    match tally {
        Some(tally) => quorum(Check::QuorumOld, what, tally),
        None => Finding::pass(Check::QuorumOld, format!("{what}: no earlier root has a say")),
    }
}

/// QUORUM-NEW: the role's own threshold, over distinct key material.
pub fn quorum_new(what: &str, tally: &Tally) -> Finding {
    quorum(Check::QuorumNew, what, tally)
}

fn quorum(check: Check, what: &str, tally: &Tally) -> Finding {
    let (have, need) = (tally.counted.len(), tally.threshold);
    if tally.met() {
        return Finding::pass(check, format!("{what}: {have} of {need} needed"));
    }
    let next = "Let more holders sign: `sign --key NAME`. `status` shows who is missing.";
    Finding::fail(
        check,
        format!("{what} has {have} of {need} needed signatures, {} short", tally.short()),
        next,
    )
}

/// QUORUM-SURPLUS: warns without a spare signature, unless everybody who could sign has.
pub fn quorum_surplus(what: &str, tally: &Tally) -> Finding {
    let (have, need) = (tally.counted.len(), tally.threshold);
    let check = Check::QuorumSurplus;
    let next = "Let one more holder sign before the release; should a client refuse one signature, the rest \
         still suffice.";
    if !tally.met() {
        return Finding::warn(
            check,
            format!("{what} has {have} of {need} needed signatures, and none to spare"),
            next,
        );
    }
    let spare = i64::try_from(have).map_or(0, |have| have - need);
    if spare > 0 || tally.missing.is_empty() {
        return Finding::pass(check, format!("{what}: {}, {need} needed", count(have, "signature")));
    }
    Finding::warn(check, format!("{what} has exactly the {} it needs", count(have, "signature")), next)
}

/// RELEASE-CLEAN: no empty, invalid, duplicate or foreign signature is published. `judged` is every signature of the
/// file to publish with what all roles that may count it say.
pub fn release_clean(what: &str, judged: &[(&Signature, Result<(), Why>)]) -> Finding {
    let bad = judged.iter().filter_map(|(signature, verdict)| Some((signature, verdict.as_ref().err()?)));
    let mut problems: Vec<String> =
        bad.map(|(signature, why)| format!("{what}: signature of {}: {why}", signature.keyid)).collect();
    for (index, (signature, _)) in judged.iter().enumerate() {
        if judged.iter().take(index).any(|(other, _)| other.keyid == signature.keyid) {
            problems.push(format!("{what}: {} signed twice", signature.keyid));
        }
    }
    let next = "Leave the signature out; `release` publishes only those that count.";
    Finding::judge(
        Check::ReleaseClean,
        problems,
        next,
        format!("{what}: {}, each valid and counted", count(judged.len(), "signature")),
    )
}
