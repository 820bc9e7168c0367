//! The evidence for people: a table, who signed each file, the oddities, and one line with the verdict.

use std::collections::BTreeMap;

use crate::cli::show;
use crate::host::display::{self, visible};
use crate::tuf::client::report::{Look, Report};
use crate::tuf::client::rule::{Found, Rule, Stance};
use crate::tuf::client::{Profile, Row};
use crate::tuf::dialect::Dialect;
use crate::tuf::time;
use crate::tuf::verify::{Signer, Tally};

/// With more files than this, only those are told at length of which there is something to say.
const AT_LENGTH: usize = 40;
/// As wide as any screen.
const WIDTH: usize = 76;

/// One look at a directory.
pub fn text(report: &Report) -> String {
    let mut parts = vec![overview(report)];
    parts.extend(signers(report));
    parts.extend(oddities(report));
    parts.extend(closing(report));
    parts.join("\n")
}

/// One look from each root.
pub fn table(look: &Look, reports: &[(i64, Report)]) -> String {
    let row = |(version, report): &(i64, Report)| {
        let newest = report.newest.as_ref().map_or("-".to_owned(), |root| root.header.version.to_string());
        let verdict = match &report.refused {
            None => "accepted".to_owned(),
            Some((file, why)) => format!("refused: {file}: {why}"),
        };
        vec![version.to_string(), newest, verdict]
    };
    let rows: Vec<Vec<String>> = reports.iter().map(row).collect();
    let table = show::rows(&["from root", "reaches root", "verdict"], &rows);
    let accepted = reports.iter().filter(|(_, report)| report.refused.is_none()).count();
    let verdict = match (reports.len() - accepted, reports.len()) {
        (0, 1) => "ACCEPTED from the one root".to_owned(),
        (0, all) => format!("ACCEPTED from all {all} roots"),
        (1, 1) => "REFUSED from the one root".to_owned(),
        (refused, all) => format!("REFUSED from {refused} of {}", display::count(all, "root")),
    };
    let mark = reports.iter().any(|(_, report)| report.rehearsal).then_some(REHEARSAL);
    let mut lines: Vec<String> = vec![table, String::new()];
    lines.extend(reports.last().and_then(|(_, report)| expired(report)));
    lines.extend(mark.map(str::to_owned));
    lines.push(format!("As {} sees it, at {}: {verdict}", name(look.profile), time::write(look.at)));
    lines.join("\n")
}

const REHEARSAL: &str = "REHEARSAL: this was made in a rehearsal; nobody may trust it.";

/// A client with the version whose behaviour is known.
pub fn name(profile: Profile) -> String {
    if profile.is_peer() { profile.known_as() } else { format!("a {} client", profile.known_as()) }
}

/// The name of a row.
fn title(row: &Row) -> String {
    if row.earlier { format!("earlier {}", row.file) } else { row.file.clone() }
}

fn overview(report: &Report) -> String {
    let row = |row: &Row| {
        let count = |tally: &Option<Tally>| tally.as_ref().map_or("-".to_owned(), count);
        let verdict = match (&row.refused, row.earlier) {
            (None, false) => "accepted",
            (Some(_), false) => "refused",
            (_, true) if row.is_in_force() => "in force",
            (_, true) => "not used",
        };
        let version = row.version.map_or("-".to_owned(), |version| version.to_string());
        let expires = row.expires.clone().unwrap_or_else(|| "-".to_owned());
        vec![title(row), version, expires, count(&row.old), count(&row.new), verdict.to_owned()]
    };
    let rows: Vec<Vec<String>> = report.rows.iter().map(row).collect();
    show::rows(&["file", "ver.", "expires", "old keys", "its keys", "verdict"], &rows)
}

/// Valid signatures and the threshold.
fn count(tally: &Tally) -> String {
    format!("{}, {} needed", tally.counted.len(), tally.threshold)
}

fn signers(report: &Report) -> Vec<String> {
    let at_length = |row: &&Row| {
        let ignored = [&row.old, &row.new].into_iter().flatten().any(|tally| !tally.ignored.is_empty());
        report.rows.len() <= AT_LENGTH || ignored || row.refused.is_some()
    };
    let mut lines = vec![String::new(), "Signatures".to_owned()];
    let told: Vec<&Row> = report.rows.iter().filter(at_length).collect();
    for row in &told {
        lines.push(match &row.delegator {
            Some(delegator) => visible(&format!("  {}, delegated by {delegator}", title(row))),
            None => visible(&format!("  {}", title(row))),
        });
        if let Some(why) = &row.refused {
            lines.extend(hanging(&match row.earlier {
                false => format!("refused: {why}"),
                true if row.is_in_force() => format!("in force all the same: {why}"),
                true => format!("not used: {why}"),
            }));
        }
        for (title, tally) in [("by the root before", &row.old), ("by its keys", &row.new)] {
            lines.extend(tally.iter().flat_map(|tally| tally_lines(title, tally)));
        }
        lines.extend(row.targets.map(|count| {
            let rest = count.listed - count.right - count.wrong - count.unreachable;
            let some =
                |number, what: &str| if number > 0 { format!(", {number} {what}") } else { String::new() };
            let (wrong, unreachable) = (some(count.wrong, "wrong"), some(count.unreachable, "unreachable"));
            format!(
                "    target files: {} listed, {} there and right{wrong}, {rest} not there{unreachable}",
                count.listed, count.right
            )
        }));
    }
    if told.len() < report.rows.len() {
        let rest = display::count(report.rows.len() - told.len(), "more file");
        lines.push(format!("  {rest}, with nothing ignored: --json has them all"));
    }
    lines
}

/// A text below a file, its first line less far in than the rest.
fn hanging(text: &str) -> Vec<String> {
    let wrapped = show::wrap(&visible(text), WIDTH - 6);
    wrapped
        .lines()
        .enumerate()
        .map(|(index, line)| format!("{}{line}", if index == 0 { "    " } else { "      " }))
        .collect()
}

fn tally_lines(title: &str, tally: &Tally) -> Vec<String> {
    let mut lines = Vec::new();
    let mut say = |text: String| lines.extend(hanging(&text));
    let names = |signers: &[Signer]| signers.iter().map(signer).collect::<Vec<_>>().join(", ");
    let signed = if tally.counted.is_empty() { "nobody".to_owned() } else { names(&tally.counted) };
    say(format!("{title}, {} needed: signed by {signed}", tally.threshold));
    if !tally.missing.is_empty() {
        say(format!("did not sign: {}", names(&tally.missing)));
    }
    for ignored in &tally.ignored {
        say(format!("ignored: {}: {}", short(&ignored.keyid), ignored.why));
    }
    lines
}

fn signer(signer: &Signer) -> String {
    let keyid = signer.keyids.first().map_or("", String::as_str);
    match &signer.holder {
        Some(holder) => format!("{holder} ({})", short(keyid)),
        None => short(keyid),
    }
}

/// The beginning of a keyid, if it is a long one.
fn short(keyid: &str) -> String {
    let head: String = keyid.chars().take(8).collect();
    if keyid.chars().count() > 16 { format!("{head}…") } else { keyid.to_owned() }
}

/// Each rule once, with the files that it is about.
fn oddities(report: &Report) -> Vec<String> {
    let mut by_rule: BTreeMap<Rule, Vec<(&str, &Found)>> = BTreeMap::new();
    for row in &report.rows {
        for found in &row.remarks {
            by_rule.entry(found.rule).or_default().push((&row.file, found));
        }
    }
    if by_rule.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![String::new(), "Oddities".to_owned()];
    for (rule, places) in by_rule {
        let mut files: Vec<&str> = places.iter().map(|(file, _)| *file).collect();
        files.dedup();
        let effect = match rule.stance(report.look.profile) {
            Stance::Refuses => "refused",
            Stance::DoesNotCount => "not counted",
            Stance::Warns | Stance::Accepts => "accepted",
        };
        let text = format!("{rule}: {}; {effect}; in {}", rule.says(), files.join(", "));
        lines.push(show::indent("  ", &show::wrap(&visible(&text), WIDTH)));
    }
    lines
}

/// What the root chain does not say by itself.
fn expired(report: &Report) -> Option<String> {
    let root = report.expired_root().filter(|_| report.refused.is_none())?;
    let (version, expires) = (root.header.version, visible(&root.header.expires.text));
    Some(format!(
        "The newest root, version {version}, expired on {expires}: clients that look further stop there."
    ))
}

fn closing(report: &Report) -> Vec<String> {
    let mut lines = vec![String::new()];
    lines.extend(report.held_to.iter().map(|text| visible(text)));
    if report.forgotten {
        lines.push(
            "Earlier versions are forgotten: keys of timestamp or snapshot were rotated (spec 5.3.11)."
                .to_owned(),
        );
    }
    lines.extend(expired(report));
    if report.dialect != Dialect::Tuf1 {
        let dialect = report.dialect.name();
        lines
            .push(format!("Judged by the rules of {dialect}. No TUF client reads it, whatever the verdict."));
    }
    if report.rehearsal {
        lines.push(REHEARSAL.to_owned());
    }
    let verdict = match &report.refused {
        None => "ACCEPTED".to_owned(),
        Some((file, why)) => format!("REFUSED: {}", visible(&format!("{file}: {why}"))),
    };
    let seen_by = match report.look.profile {
        Profile::Strict => String::new(),
        other => format!("As {} sees it, ", name(other)),
    };
    let at = if seen_by.is_empty() { "At" } else { "at" };
    lines.push(format!("{seen_by}{at} {}: {verdict}", time::write(report.look.at)));
    lines
}
