//! How things look: findings, reviews, digests. Everything that comes from files or devices is made visible first.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::ceremony::kept::Kept;
use crate::ceremony::review::Reviewed;
use crate::checks::clients::{Foreseen, Past};
use crate::checks::{Finding, Outcome};
use crate::console::table;
use crate::crypto::digest::Sha256Digest;
use crate::crypto::tlog::checkpoint::Checkpoint;
use crate::host::display::{count, visible};
use crate::json::Json;
use crate::policy::{self, Intent, Policy};
use crate::tuf::client::Profile;
use crate::tuf::diff::Change;
use crate::tuf::time::Date;

/// A digest in groups of four, two lines.
pub fn digest(digest: Sha256Digest) -> String {
    digest.groups().chunks(8).map(|line| line.join(" ")).collect::<Vec<_>>().join("\n")
}

/// Words in lines of four, which fit any screen.
pub fn words(words: &[&str]) -> String {
    words.chunks(4).map(|line| line.join(" ")).collect::<Vec<_>>().join("\n")
}

/// Files that are not as they were recorded, each with the line that has it.
pub fn kept(kept: &Kept) -> Vec<String> {
    let lost = [("CHANGED", &kept.changed), ("GONE", &kept.gone)];
    let lost = lost.into_iter().flat_map(|(word, files)| files.iter().map(move |one| (word, one)));
    let lost = lost
        .map(|(word, one)| format!("{word} since it was recorded (#{}): {}", one.seq, visible(&one.file)));
    let added = kept.added.iter().map(|file| format!("ADDED since it was recorded: {}", visible(file)));
    lost.chain(added).collect()
}

/// Every line of `text` behind `margin`.
pub fn indent(margin: &str, text: &str) -> String {
    text.lines().map(|line| format!("{margin}{line}").trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

/// All findings: those that hold as a count with their ids, the others one by one.
pub fn findings(findings: &[Finding]) -> String {
    let mut held: Vec<&str> = Vec::new();
    for finding in findings.iter().filter(|finding| matches!(finding.outcome, Outcome::Pass(_))) {
        if !held.contains(&finding.check.id()) {
            held.push(finding.check.id());
        }
    }
    let mut others: Vec<&Finding> = Vec::new();
    for finding in findings.iter().filter(|finding| finding.trouble().is_some()) {
        held.retain(|id| *id != finding.check.id());
        if !others.contains(&finding) {
            others.push(finding);
        }
    }
    let mut lines = Vec::new();
    if !held.is_empty() {
        lines.push(format!("Checks that hold: {}", held.len()));
        lines.push(indent("  ", &wrap(&held.join(", "), 76)));
    }
    for finding in others {
        let Some(trouble) = finding.trouble() else { continue };
        lines.push(format!("{} {}: {}", finding.check.id(), finding.word(), visible(&trouble.what)));
        lines.push(match &finding.outcome {
            Outcome::Waived { reason, .. } => format!("  waived in ceremony.toml: {}", visible(reason)),
            _ => format!("  next: {}", visible(&trouble.next)),
        });
    }
    lines.join("\n")
}

/// Findings for machines.
pub fn findings_json(findings: &[Finding]) -> Json {
    let one = |finding: &Finding| {
        let (what, next) = match &finding.outcome {
            Outcome::Pass(evidence) => (evidence.clone(), String::new()),
            Outcome::Warn(trouble) | Outcome::Fail(trouble) | Outcome::Waived { trouble, .. } => {
                (trouble.what.clone(), trouble.next.clone())
            }
        };
        Json::object([
            ("check", Json::from(finding.check.id())),
            ("next", Json::from(next)),
            ("outcome", Json::from(finding.word().to_ascii_lowercase())),
            ("what", Json::from(what)),
        ])
    };
    Json::Arr(findings.iter().map(one).collect())
}

/// Breaks a text at blanks into lines of at most `width` characters.
pub fn wrap(text: &str, width: usize) -> String {
    let mut out = String::new();
    let mut column = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > width {
            out.push('\n');
            column = 0;
        } else if column > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += length;
    }
    out
}

/// The semantic difference, one entry a statement. `names` says whose keys the plan holds some keyids for.
pub fn changes(changes: &[Change], names: &BTreeMap<String, String>) -> String {
    let mut lines = Vec::new();
    for change in changes {
        let owner = names.iter().find(|(keyid, _)| change.place.ends_with(&format!("key {keyid}")));
        let owner = owner.map_or(String::new(), |(_, name)| format!(" [{name}]"));
        let place = visible(&change.place);
        match (&change.before, &change.after) {
            (Some(before), Some(after)) => {
                lines.push(format!("~ {place}"));
                lines.push(format!("    was {}", visible(before)));
                lines.push(format!("    is  {}", visible(&format!("{after}{owner}"))));
            }
            (before, after) => {
                let value = before.as_deref().or(after.as_deref()).unwrap_or_default();
                let value = visible(&format!("{value}{owner}"));
                let line = format!("{} {place}: {value}", change.sign());
                if line.chars().count() <= 78 {
                    lines.push(line);
                } else {
                    lines.push(format!("{} {place}", change.sign()));
                    lines.push(format!("    {value}"));
                }
            }
        }
    }
    lines.join("\n")
}

/// Changes for machines.
pub fn changes_json(changes: &[Change]) -> Json {
    let text = |text: &Option<String>| text.as_deref().map_or(Json::Null, Json::from);
    let one = |change: &Change| {
        Json::object([
            ("after", text(&change.after)),
            ("before", text(&change.before)),
            ("place", Json::from(change.place.as_str())),
        ])
    };
    Json::Arr(changes.iter().map(one).collect())
}

/// What each kind of client will make of a release: one line a client, with the roots that it can start from.
pub fn foreseen(foreseen: &[Foreseen], roots_alone: bool) -> String {
    let (mut rows, mut reasons): (Vec<Vec<String>>, Vec<String>) = (Vec::new(), Vec::new());
    // Of most releases there is nothing to say of the past.
    let was_lost = foreseen.iter().any(|one| one.refused.is_some() && one.lost_before);
    for profile in Profile::ALL {
        let of_client = || foreseen.iter().filter(|one| one.profile == profile && one.past == Past::Fresh);
        let numbers = |is: &dyn Fn(&Foreseen) -> bool| {
            let versions: Vec<String> =
                of_client().filter(|one| is(one)).map(|one| one.from.to_string()).collect();
            if versions.is_empty() { "-".to_owned() } else { versions.join(" ") }
        };
        let why = of_client().filter_map(|one| one.refused.clone()).next_back();
        reasons.extend(why.map(|why| format!("{}: {why}", profile.name())));
        let mut row = vec![
            profile.known_as(),
            numbers(&|one| one.refused.is_none()),
            numbers(&|one| one.refused.is_some() && !one.lost_before),
        ];
        row.extend(was_lost.then(|| numbers(&|one| one.refused.is_some() && one.lost_before)));
        rows.push(row);
    }
    let mut lines = vec!["What clients will make of it, by the root that they start from".to_owned()];
    let mut head = vec!["client", "accepts from root", "refuses from root"];
    head.extend(was_lost.then_some("refused before"));
    lines.push(self::rows(&head, &rows));
    lines.extend(reasons.iter().map(|why| indent("  ", &wrap(&visible(why), 76))));
    lines.extend(pasts(foreseen, roots_alone));
    lines.join("\n")
}

/// Clients that went through something, if any were asked about.
fn pasts(foreseen: &[Foreseen], roots_alone: bool) -> Vec<String> {
    let said = [
        (
            Past::Offline,
            "A strict and a lenient client that were offline meanwhile, and hold what was published before",
        ),
        (
            Past::Attacked,
            "A strict and a lenient client that hold an attacker's snapshot and timestamp of version 9007199254740991",
        ),
    ];
    let line = |(past, title): (Past, &str)| {
        let own: Vec<&Foreseen> = foreseen.iter().filter(|one| one.past == past).collect();
        let refusing: Vec<String> = own
            .iter()
            .filter_map(|one| {
                let why = one.refused.as_ref()?;
                Some(format!("{} from root {} refuses: {why}", one.profile.name(), one.from))
            })
            .collect();
        let verdict = match refusing.is_empty() {
            true if roots_alone => "each forgets those with the new root".to_owned(),
            true => "each ends on the new metadata".to_owned(),
            false => refusing.join("; "),
        };
        (!own.is_empty()).then(|| wrap(&visible(&format!("{title}: {verdict}.")), 78))
    };
    said.into_iter().filter_map(line).collect()
}

/// What must be signed anew by others.
pub fn left(roles: &[String]) -> String {
    let words = format!(
        "Not made here, because no token of the plan has their keys: {}. Whoever runs them signs them anew, after the \
         release and before clients see it.",
        visible(&roles.join(", "))
    );
    wrap(&words, 78)
}

/// The length and the end of the record, for the witnesses' paper.
pub fn record(lines: usize, last: Sha256Digest) -> String {
    let digest = indent("    ", &digest(last));
    let lines = count(lines, "line");
    format!("Record: {lines}; SHA-256 of the last, without its line end, for the paper:\n{digest}")
}

/// The head of a record, for machines.
pub fn head(head: &Checkpoint) -> Json {
    Json::object([
        ("origin", Json::from(head.origin.as_str())),
        ("root_hash", Json::from(head.root.to_hex())),
        ("size", Json::Int(i64::try_from(head.size).unwrap_or(i64::MAX))),
    ])
}

/// What a payload changes, as its holder sees it before signing. The digest is on paper, and not shown here.
pub fn statements(reviewed: &Reviewed) -> String {
    let title = visible(&reviewed.payload.title());
    let rule = "-".repeat(78);
    let mut out = format!("{rule}\n{title}, compared with {}\n{rule}\n", visible(&reviewed.basis));
    let all = changes(&reviewed.changes, &reviewed.names);
    if reviewed.summary.is_empty() {
        out.push_str(&all);
    } else {
        let summary: Vec<String> =
            reviewed.summary.iter().map(|line| indent("  ", &wrap(&visible(line), 76))).collect();
        // What people decide by is what is still on the screen when they are asked.
        out.push_str(&format!("In full\n{all}\n{rule}\n{title} in short\n{}", summary.join("\n")));
    }
    out.push_str(&format!("\n{rule}"));
    out
}

/// What a payload changes, with its digest and words.
pub fn reviewed(reviewed: &Reviewed) -> String {
    format!(
        "{}\n{}\nSHA-256 of the payload\n{}\nthe same as words\n{}",
        statements(reviewed),
        visible(&reviewed.payload.title()),
        indent("    ", &digest(reviewed.payload.digest)),
        indent("    ", &words(&reviewed.words())),
    )
}

/// An instant on the command line, e.g. `2027-01-14T15:00:00Z`.
pub fn instant(text: &str) -> Result<Timestamp, String> {
    let date = Date::parse(text).filter(|date| date.oddity.is_none());
    date.map(|date| date.at).ok_or_else(|| "write date, time and Z, such as 2027-01-14T15:00:00Z".to_owned())
}

/// A name on the command line that goes into `ceremony.toml`.
pub fn name(text: &str) -> Result<String, String> {
    if policy::is_name(text) {
        return Ok(text.to_owned());
    }
    Err("use up to 64 letters, digits, '-', '_' and '.', beginning with a letter or digit".to_owned())
}

/// A table behind a margin.
pub fn rows(head: &[&str], rows: &[Vec<String>]) -> String {
    indent("  ", &table::render(head, rows))
}

/// An object for machines, as it is printed.
pub fn json(value: &Json) -> String {
    String::from_utf8_lossy(&value.to_disk()).trim_end().to_owned()
}

/// How the acts of a change are told: in a first root everything is new, and nothing is declared.
pub fn acts(policy: &Policy, acts: impl IntoIterator<Item = String>) -> Vec<String> {
    let verb = if policy.change == Intent::Genesis { "Changed" } else { "Declared" };
    acts.into_iter().map(|act| format!("{verb} in ceremony.toml: {}.", visible(&act))).collect()
}
