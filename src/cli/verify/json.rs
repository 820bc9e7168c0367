//! The evidence for machines.

use crate::json::Json;
use crate::tuf::client::report::{Look, Report};
use crate::tuf::client::rule::Found;
use crate::tuf::client::{Refusal, Row};
use crate::tuf::time;
use crate::tuf::verify::{Signer, Tally};

/// One look at a directory.
pub fn report(report: &Report) -> Json {
    let mut whole = verdict(report);
    if let Some(members) = whole.as_object_mut() {
        members.insert("files".to_owned(), Json::Arr(report.rows.iter().map(row).collect()));
    }
    whole
}

/// One look from each root.
pub fn table(look: &Look, reports: &[(i64, Report)]) -> Json {
    let one = |(version, report): &(i64, Report)| {
        let mut one = verdict(report);
        if let Some(members) = one.as_object_mut() {
            members.insert("from".to_owned(), Json::Int(*version));
            let newest = report.newest.as_ref().map_or(Json::Null, |root| Json::Int(root.header.version));
            members.insert("reaches".to_owned(), newest);
        }
        one
    };
    let accepted = reports.iter().all(|(_, report)| report.refused.is_none());
    Json::object([
        ("accepted", Json::Bool(accepted)),
        ("at", Json::from(time::write(look.at))),
        ("client", Json::from(look.profile.name())),
        ("roots", Json::Arr(reports.iter().map(one).collect())),
    ])
}

fn verdict(report: &Report) -> Json {
    let told = report.refused.as_ref().map(|(file, why)| format!("{file}: {why}"));
    let refusal = report.refused.as_ref().map_or(Json::Null, |(file, why)| refusal(file, why));
    Json::object([
        ("accepted", Json::Bool(report.refused.is_none())),
        ("at", Json::from(time::write(report.look.at))),
        ("client", Json::from(report.look.profile.name())),
        ("dialect", Json::from(report.dialect.name())),
        ("expired_root", Json::Bool(report.expired_root().is_some())),
        ("forgotten", Json::Bool(report.forgotten)),
        ("held_to", Json::strings(report.held_to.iter().cloned())),
        ("refusal", refusal),
        ("refused", told.map_or(Json::Null, Json::from)),
        ("rehearsal", Json::Bool(report.rehearsal)),
    ])
}

fn refusal(file: &str, refusal: &Refusal) -> Json {
    Json::object([
        ("file", Json::from(file)),
        ("rule", refusal.rule.map_or(Json::Null, |rule| Json::from(rule.id()))),
        ("section", Json::from(refusal.section)),
        ("what", Json::from(refusal.what.as_str())),
    ])
}

fn row(row: &Row) -> Json {
    let remark = |found: &Found| {
        Json::object([
            ("place", Json::from(found.place.as_str())),
            ("rule", Json::from(found.rule.id())),
            ("says", Json::from(found.rule.says())),
        ])
    };
    let targets = row.targets.map_or(Json::Null, |count| {
        let number = |count| Json::Int(i64::try_from(count).unwrap_or(i64::MAX));
        Json::object([
            ("listed", number(count.listed)),
            ("right", number(count.right)),
            ("unreachable", number(count.unreachable)),
            ("wrong", number(count.wrong)),
        ])
    });
    Json::object([
        ("earlier", Json::Bool(row.earlier)),
        ("delegator", row.delegator.as_deref().map_or(Json::Null, Json::from)),
        ("expires", row.expires.as_deref().map_or(Json::Null, Json::from)),
        ("file", Json::from(row.file.as_str())),
        ("new", row.new.as_ref().map_or(Json::Null, tally)),
        ("old", row.old.as_ref().map_or(Json::Null, tally)),
        ("refused", row.refused.as_ref().map_or(Json::Null, |why| Json::from(why.to_string()))),
        ("remarks", Json::Arr(row.remarks.iter().map(remark).collect())),
        ("targets", targets),
        ("version", row.version.map_or(Json::Null, Json::Int)),
    ])
}

fn tally(tally: &Tally) -> Json {
    let ignored = tally.ignored.iter().map(|one| {
        Json::object([("keyid", Json::from(one.keyid.as_str())), ("why", Json::from(one.why.to_string()))])
    });
    let keyids = |signers: &[Signer]| {
        Json::Arr(signers.iter().map(|one| Json::strings(one.keyids.iter().cloned())).collect())
    };
    Json::object([
        ("ignored", Json::Arr(ignored.collect())),
        ("missing", keyids(&tally.missing)),
        ("signed", keyids(&tally.counted)),
        ("threshold", Json::Int(tally.threshold)),
    ])
}
