//! The plan as text, section by section.

use std::fmt::Write as _;

use super::{changes, ladder, next, sets, survival};
use crate::ceremony::Ceremony;
use crate::ceremony::plan::{Plan, PlannedRole, Quorum};
use crate::cli::show;
use crate::crypto::digest::Sha256Digest;
use crate::host::display::{count, visible};
use crate::policy::survival::{Call, Unit};
use crate::tuf::time;

/// The plan as text.
pub fn text(ceremony: &Ceremony, plan: &Plan) -> String {
    let mut out = String::new();
    for section in [
        head(ceremony, plan),
        changes::text(ceremony, plan),
        made(plan),
        call(&plan.call),
        survival::text(ceremony, plan),
        dates(ceremony, plan),
        ladder::text(&plan.ladder),
        sets::media(ceremony),
        sets::sets(ceremony),
        show::findings(&plan.findings),
        next::text(ceremony, plan),
    ] {
        if !section.is_empty() {
            out.push_str(section.trim_end());
            out.push_str("\n\n");
        }
    }
    out.trim_end().to_owned()
}

/// Inputs, and roles that the plan does not state, that are listed one by one.
pub(super) const LISTED: usize = 16;

fn head(ceremony: &Ceremony, plan: &Plan) -> String {
    let policy = &ceremony.policy;
    let kind = if policy.rehearsal { "rehearsal" } else { "ceremony" };
    let mut out = format!(
        "Plan of the {kind} {} for {}: {}\n\nInputs, with their SHA-256\n",
        policy.id,
        visible(&policy.repository),
        policy.change.name()
    );
    for input in plan.inputs.iter().take(LISTED) {
        let _ = writeln!(out, "  {}  {}", input.sha256, visible(&input.file));
    }
    if let Some(rest) = plan.inputs.get(LISTED..).filter(|rest| !rest.is_empty()) {
        let lines: String = rest.iter().map(|one| format!("{}  {}\n", one.sha256, one.file)).collect();
        let digest = Sha256Digest::of(lines.as_bytes());
        let files = count(rest.len(), "further file");
        let _ = writeln!(out, "  {digest}  of the list of {files}, as sha256sum prints it");
    }
    let _ = write!(out, "ceremony.toml as words\n{}", show::indent("  ", &show::words(&plan.words)));
    out
}

/// A line behind a margin, broken where the window would break it.
pub(super) fn line(text: &str) -> String {
    format!("{}\n", show::indent("  ", &show::wrap(&visible(text), 76)))
}

/// The first of many names.
pub(super) fn some(names: &[String], between: &str) -> String {
    let shown = names.get(..LISTED).unwrap_or(names).join(between);
    let more = names.len().saturating_sub(LISTED);
    if more > 0 { format!("{shown}{between}and {more} more") } else { shown }
}

fn quorum(quorum: &Quorum) -> String {
    format!("{} of {}: {}", quorum.threshold, quorum.signers.len(), quorum.signers.join(", "))
}

fn made(plan: &Plan) -> String {
    let mut out = "What is made\n".to_owned();
    let row = |role: &PlannedRole| {
        let needed = role.quorum.threshold.to_string();
        vec![role.role.clone(), role.version.to_string(), role.expires.clone(), needed]
    };
    let (stated, others): (Vec<&PlannedRole>, Vec<&PlannedRole>) = plan.made().partition(|role| role.stated);
    let listed: Vec<&PlannedRole> = stated.iter().chain(others.iter().take(LISTED)).copied().collect();
    let rows: Vec<Vec<String>> = listed.iter().map(|role| row(role)).collect();
    out.push_str(&show::rows(&["role", "version", "expires", "signatures needed"], &rows));
    if others.len() > LISTED {
        let more = count(others.len() - LISTED, "further delegated role");
        let _ = write!(out, "\n  and {more}");
    }
    let stays: Vec<String> = plan
        .roles
        .iter()
        .filter(|role| !role.made && !plan.left.contains(&role.role))
        .map(|role| format!("{} {}", role.role, role.version))
        .collect();
    if !stays.is_empty() {
        let _ =
            write!(out, "\n{}", line(&format!("stays as it is published: {}", stays.join(", "))).trim_end());
    }
    if !plan.left.is_empty() {
        let _ = write!(out, "\n{}", show::indent("  ", &show::left(&plan.left)));
    }
    let online = stated.iter().any(|role| role.role == "timestamp" && role.version > 1);
    if online {
        let words = "Versions go on from what was imported: between the import and the publication of this, no service may \
                     publish another snapshot or timestamp. If one did, begin again over what is published: `new DIR --from \
                     THIS-ONE --trusted PUBLISHED/N.root.json`.";
        let _ = write!(out, "\n{}", line(words).trim_end());
    }
    out.push_str("\n\nWho must sign\n");
    for role in listed {
        out.push_str(&line(&format!(
            "{} version {}, by its own keys: {}",
            role.role,
            role.version,
            quorum(&role.quorum)
        )));
        if role.role == "root" {
            let old = plan.old_quorum.as_ref().map_or("nobody, this is the first".to_owned(), quorum);
            out.push_str(&line(&format!(
                "root version {}, by the keys of the trusted root: {old}",
                role.version
            )));
        }
    }
    out
}

pub(super) fn unit(unit: &Unit) -> String {
    match unit {
        Unit::Key(name) => format!("whoever has {name}"),
        Unit::Device(name) => format!("the device {name}"),
        Unit::Holder(name) => name.clone(),
        Unit::Site(name) => format!("all of {name}"),
    }
}

fn units(all: &[Unit]) -> String {
    if all.is_empty() { "nobody".to_owned() } else { all.iter().map(unit).collect::<Vec<_>>().join(", ") }
}

fn call(call: &Call) -> String {
    let mut out = "Whom to call\n".to_owned();
    match &call.people {
        Some(people) => {
            let all: Vec<Unit> = people.iter().map(|person| person.who.clone()).collect();
            let fewest = if call.exact { "The fewest who suffice" } else { "Few who suffice" };
            out.push_str(&line(&format!("{fewest}: {}: {}", all.len(), units(&all))));
        }
        None => out.push_str("  Nobody can be called who would suffice: a quorum below cannot be met.\n"),
    }
    for one in &call.quorums {
        let spare =
            if one.spare < 0 { format!("{} short", -one.spare) } else { format!("{} spare", one.spare) };
        out.push_str(&line(&format!(
            "{}: {} needed, {spare}; can sign: {}; must sign: {}",
            one.title,
            one.threshold,
            units(&one.can),
            units(&one.must)
        )));
    }
    out
}

fn dates(ceremony: &Ceremony, plan: &Plan) -> String {
    let rows: Vec<Vec<String>> = plan
        .deadlines
        .iter()
        .map(|one| {
            let (what, who) = match &one.role {
                Some(role) => (role.clone(), if one.offline { "a ceremony" } else { "its service" }),
                None => ("the next ceremony".to_owned(), "people"),
            };
            let last = if one.passed { "passed".to_owned() } else { time::write(one.last_safe) };
            vec![last, what, time::write(one.expires), who.to_owned()]
        })
        .collect();
    let table = show::rows(&["last safe", "what", "expires", "renewed by"], &rows);
    let advice = match plan.deadlines.iter().any(|one| one.passed) {
        true => line(
            "Where it has passed, no time is left for a second try: renew that role at once, or choose a longer `expires` for \
             what is made here (`change set-expiry ROLE PERIOD`).",
        ),
        false => String::new(),
    };
    let counted = format!(
        "Periods such as \"7 days\" are counted from `planned` in ceremony.toml: {}.",
        time::write(ceremony.policy.planned)
    );
    format!("Last safe dates\n{}\n{}{advice}", table.trim_end(), line(&counted))
}
