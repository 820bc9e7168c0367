//! The plan as text, section by section.

use std::fmt::Write as _;

use super::{ladder, next};
use crate::ceremony::Ceremony;
use crate::ceremony::plan::{Plan, PlannedRole, Quorum, RoleChange};
use crate::cli::show;
use crate::crypto::digest::Sha256Digest;
use crate::host::display::visible;
use crate::policy::survival::{Call, Losses, Size, Thefts, Unit};
use crate::tuf::time;

/// The plan as text.
pub fn text(ceremony: &Ceremony, plan: &Plan) -> String {
    let mut out = String::new();
    for section in [
        head(ceremony, plan),
        changes(ceremony, plan),
        made(plan),
        call(&plan.call),
        survival(ceremony, plan),
        dates(ceremony, plan),
        ladder::text(&plan.ladder),
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
const LISTED: usize = 16;

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
        let _ =
            writeln!(out, "  {digest}  of the list of {} further files, as sha256sum prints it", rest.len());
    }
    let _ = write!(out, "ceremony.toml as words\n{}", show::indent("  ", &show::words(&plan.words)));
    out
}

/// A line behind a margin, broken where the window would break it.
pub(super) fn line(text: &str) -> String {
    format!("{}\n", show::indent("  ", &show::wrap(&visible(text), 76)))
}

fn changes(ceremony: &Ceremony, plan: &Plan) -> String {
    let mut out = "What changes\n".to_owned();
    match (&ceremony.trusted, &ceremony.ended) {
        (None, None) => return String::new(),
        (None, Some(ended)) => out.push_str(&line(&format!(
            "everything begins anew: the root, version {}, can no longer be trusted; what was published below it is carried \
             over",
            ended.root.header.version
        ))),
        (Some(_), _) => {}
    }
    for change in plan.changes.iter().filter(|change| change.is_more_than_dates()) {
        for words in changed(change) {
            out.push_str(&line(&format!("{}: {words}", change.role)));
        }
    }
    if ceremony.trusted.is_some() && !plan.changes.iter().any(RoleChange::is_more_than_dates) {
        out.push_str("  no key and no threshold of a top-level role\n");
    }
    for one in &ceremony.policy.revoke {
        let since = one.since.map_or(String::new(), |since| format!(" since {}", time::write(since)));
        let by = one.replacement.as_ref().map_or(String::new(), |by| format!(", {by} in its place"));
        out.push_str(&line(&format!("revoked: {} ({}{since}){by}", one.key, one.reason.name())));
    }
    for act in &ceremony.policy.intended {
        out.push_str(&line(&format!("declared: {act}")));
    }
    out
}

/// What changes in a role besides its dates.
fn changed(change: &RoleChange) -> Vec<String> {
    let mut words: Vec<String> =
        change.replaced.iter().map(|(old, new)| format!("~ {old} is replaced by {new}")).collect();
    words.extend(change.added.iter().map(|key| format!("+ {key}")));
    words.extend(change.removed.iter().map(|key| format!("- {key}")));
    words.extend(change.threshold.map(|(old, new)| format!("~ threshold {new} instead of {old}")));
    words
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
        let _ = write!(out, "\n  and {} further delegated roles", others.len() - LISTED);
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

fn unit(unit: &Unit) -> String {
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

fn survival(ceremony: &Ceremony, plan: &Plan) -> String {
    let mut out = String::new();
    if ceremony.trusted.is_some() {
        out.push_str(
            "What may be lost until the release, while the old root and the new must both be signed\n",
        );
        out.push_str(&losses(&plan.losses));
        out.push_str("What may be lost after the release\n");
    } else {
        out.push_str("What may be lost\n");
    }
    out.push_str(&losses(&plan.losses_after));
    out.push_str("What a thief could sign\n");
    out.push_str(&thefts(&plan.thefts));
    out
}

/// A table of the sets that are survived, and what they do not say in numbers.
fn losses(losses: &Losses) -> String {
    let mut out = String::new();
    for title in &losses.unreachable {
        out.push_str(&line(&format!(
            "{title} cannot be signed any longer, even with every key that is left"
        )));
    }
    let mut kinds = vec![("keys", &losses.keys)];
    // Where every key has a device of its own, devices are lost as keys are.
    kinds.extend((!losses.devices.is_empty()).then_some(("devices", &losses.devices)));
    kinds.extend([("holders", &losses.holders), ("sites", &losses.sites)]);
    let largest = kinds.iter().flat_map(|(_, sizes)| sizes.iter().map(|size| size.size)).max().unwrap_or(0);
    let cell = |sizes: &Vec<Size>, at: usize| {
        let counts = sizes.iter().find(|size| size.size == at).and_then(|size| size.counts);
        counts.map_or("-".to_owned(), |counts| format!("{} of {}", counts.survived, counts.sets))
    };
    let rows: Vec<Vec<String>> = (1..=largest)
        .map(|at| {
            std::iter::once(at.to_string()).chain(kinds.iter().map(|(_, sizes)| cell(sizes, at))).collect()
        })
        .collect();
    let of_kinds = kinds.iter().skip(1).map(|(kind, _)| format!("of {kind}"));
    let head: Vec<String> =
        ["lost at once", "sets of keys survived"].map(str::to_owned).into_iter().chain(of_kinds).collect();
    let head: Vec<&str> = head.iter().map(String::as_str).collect();
    let _ = writeln!(out, "{}", show::rows(&head, &rows).trim_end());
    for (what, size) in kinds.iter().flat_map(|(what, sizes)| sizes.iter().map(move |size| (what, size))) {
        let mixed = size.counts.is_some_and(|counts| counts.survived > 0 && counts.survived < counts.sets);
        let (verb, listed) = match (&size.fatal, &size.surviving) {
            (Some(fatal), Some(surviving)) if surviving.len() < fatal.len() => ("survived", surviving),
            (Some(fatal), _) => ("not survived", fatal),
            (None, Some(surviving)) => ("survived", surviving),
            (None, None) => continue,
        };
        if mixed {
            out.push_str(&line(&format!("{} {what}, {verb}: {}", size.size, sets(listed))));
        }
    }
    for one in &losses.single {
        out.push_str(&line(&format!(
            "The loss of {} alone ends {}.",
            unit(&one.unit),
            one.ends.join(" and ")
        )));
    }
    if losses.single.is_empty() && losses.unreachable.is_empty() {
        out.push_str(&line("No single loss of a key, a device, a person or a site ends the root."));
    }
    out
}

fn sets(sets: &[Vec<String>]) -> String {
    let shown: Vec<String> = sets.iter().take(8).map(|set| set.join(" + ")).collect();
    let more = sets.len().saturating_sub(8);
    let rest = if more > 0 { format!("; and {more} more") } else { String::new() };
    format!("{}{rest}", shown.join("; "))
}

fn thefts(thefts: &Thefts) -> String {
    let mut out = String::new();
    let mut before: Option<&Vec<String>> = None;
    for theft in &thefts.by_count {
        // A number of keys that adds nothing says nothing.
        if before != Some(&theft.any) && !theft.any.is_empty() {
            let keys = if theft.keys == 1 { "1 key".to_owned() } else { format!("{} keys", theft.keys) };
            out.push_str(&line(&format!("with {keys}, the right ones: {}", theft.any.join(", "))));
        }
        before = Some(&theft.any);
    }
    for one in thefts.single.iter().filter(|one| !matches!(one.unit, Unit::Key(_)) && !one.roles.is_empty()) {
        out.push_str(&line(&format!("with what {} has: {}", unit(&one.unit), one.roles.join(", "))));
    }
    let ends = thefts.single.iter().filter(|one| one.roles.iter().any(|role| role == "root"));
    let ends: Vec<String> = ends.map(|one| unit(&one.unit)).collect();
    out.push_str(&match ends.is_empty() {
        true => line("No single theft of a device, or from a person or a site, ends the root."),
        false => line(&format!("The theft of what {} has ends the root.", ends.join(", or "))),
    });
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
