//! Any metadata: JSON-AGREE, PLAN-REHEARSAL.

use unicode_normalization::is_nfc;

use crate::json::Json;

use super::{Check, Finding};

/// Integers beyond this lose digits in clients that read JSON numbers as doubles (RFC 8259 section 6).
const EXACT: i64 = (1 << 53) - 1;

/// JSON-AGREE: strings NFC, integers within 2^53, canonical form stable when parsed again.
pub fn json_agree(signed: &Json) -> Finding {
    let mut problems = Vec::new();
    walk(signed, "signed", &mut problems);
    let canonical = signed.canonical();
    if let Err(error) = Json::from_canonical(&canonical, usize::MAX) {
        problems.push(format!("the canonical form does not read back: {error}"));
    }
    let next = "Write the draft anew from ceremony.toml, without the strings or numbers that clients read \
         differently.";
    Finding::judge(
        Check::JsonAgree,
        problems,
        next,
        format!("{} canonical bytes, read back alike", canonical.len()),
    )
}

fn walk(value: &Json, path: &str, problems: &mut Vec<String>) {
    match value {
        Json::Int(number) if number.unsigned_abs() > EXACT.unsigned_abs() => {
            problems.push(format!("{path}: the integer {number} has more than 53 bits"));
        }
        Json::Str(text) => string(text, path, problems),
        Json::Arr(elements) => {
            elements
                .iter()
                .enumerate()
                .for_each(|(index, element)| walk(element, &format!("{path}[{index}]"), problems));
        }
        Json::Obj(members) => {
            for (name, member) in members {
                string(name, path, problems);
                walk(member, &format!("{path}.{name}"), problems);
            }
        }
        Json::Null | Json::Bool(_) | Json::Int(_) => {}
    }
}

fn string(text: &str, path: &str, problems: &mut Vec<String>) {
    if !is_nfc(text) {
        problems.push(format!("{path}: {text:?} is not in Unicode's composed form (NFC)"));
    }
}

/// PLAN-REHEARSAL: rehearsal and production never mix.
pub fn plan_rehearsal(ceremony_is_rehearsal: bool, what: &str, thing_is_rehearsal: bool) -> Finding {
    let check = Check::PlanRehearsal;
    match (ceremony_is_rehearsal, thing_is_rehearsal) {
        (false, true) => {
            let what = format!("{what} is from a rehearsal, and this ceremony is a production one");
            Finding::fail(
                check,
                what,
                "Use the production file or token; nothing made in a rehearsal may be trusted.",
            )
        }
        (true, false) => {
            let what = format!("{what} has no rehearsal mark, and this ceremony is a rehearsal");
            Finding::fail(
                check,
                what,
                "Write the draft anew with `draft`; a rehearsal must never sign what the world could trust.",
            )
        }
        (true, true) => Finding::pass(check, format!("{what} carries the rehearsal mark")),
        (false, false) => Finding::pass(check, format!("{what} is not from a rehearsal")),
    }
}
