//! What several events say in the same way.

use crate::checks::{Finding, Outcome};
use crate::crypto::digest::Sha256Digest;
use crate::json::Json;

use super::{Artifact, Encrypted, StepWords};

/// An event about a set; what is not encrypted has no field that says so.
pub(super) fn with(encrypted: Option<&Encrypted>, mut fields: Vec<(&'static str, Json)>) -> Json {
    fields.extend(encrypted.map(|one| ("encrypted", one.to_json())));
    optional(fields, [])
}

/// Fields, and those others that there are.
pub(super) fn optional<const N: usize>(
    fields: Vec<(&'static str, Json)>,
    others: [(&'static str, Option<Json>); N],
) -> Json {
    let others = others.into_iter().filter_map(|(name, value)| Some((name, value?)));
    Json::Obj(fields.into_iter().chain(others).map(|(name, value)| (name.to_owned(), value)).collect())
}

/// The words of a step, and what became of it.
pub(super) fn step_json(words: &StepWords, own: [(&str, Json); 2]) -> Json {
    let command = words.command.as_ref().map(|command| ("command", Json::from(command.as_str())));
    let words = [("text", Json::from(words.text.as_str())), ("who", Json::from(words.who.as_str()))];
    let all = words.into_iter().chain(own).chain(command);
    Json::Obj(all.map(|(name, value)| (name.to_owned(), value)).collect())
}

/// Files with their digests.
pub(super) fn artifacts(files: &[Artifact]) -> Json {
    Json::Obj(files.iter().map(|one| (one.file.clone(), Json::from(one.sha256.to_hex()))).collect())
}

/// Payloads by role and version.
pub(super) fn payloads_json(payloads: &[(String, i64, Sha256Digest)]) -> Json {
    let of_role = |(role, version, digest): &(String, i64, Sha256Digest)| {
        (role.clone(), Json::object([(version.to_string().as_str(), Json::from(digest.to_hex()))]))
    };
    Json::Obj(payloads.iter().map(of_role).collect())
}

/// The findings that are not a plain pass, by check: warnings and waivers belong in the record.
pub(super) fn findings_json(findings: &[Finding]) -> Json {
    let noted = findings.iter().filter(|finding| !matches!(finding.outcome, Outcome::Pass(_)));
    Json::Arr(
        noted
            .map(|finding| {
                let what = finding.trouble().map_or("", |trouble| trouble.what.as_str());
                Json::object([
                    ("check", Json::from(finding.check.id())),
                    ("outcome", Json::from(finding.word())),
                    ("what", Json::from(what)),
                ])
            })
            .collect(),
    )
}
