//! What may be lost, and what a thief could sign, as text.

use std::fmt::Write as _;

use super::text::{line, some, unit};
use crate::ceremony::Ceremony;
use crate::ceremony::plan::Plan;
use crate::cli::show;
use crate::host::display::count;
use crate::policy::survival::{Losses, Size, Theft, Thefts, Unit};

/// Losses and thefts.
pub fn text(ceremony: &Ceremony, plan: &Plan) -> String {
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
    match &plan.thefts_today {
        Some(today) => {
            out.push_str(
                "What a thief could sign until the release, for clients that trust the root of today\n",
            );
            out.push_str(&thefts(today));
            out.push_str("What a thief could sign after the release\n");
        }
        None => out.push_str("What a thief could sign\n"),
    }
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
    let mut kinds = vec![("key", &losses.keys)];
    // Where every key has a device of its own, devices are lost as keys are.
    kinds.extend((!losses.devices.is_empty()).then_some(("device", &losses.devices)));
    kinds.extend([("holder", &losses.holders), ("site", &losses.sites)]);
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
    let of_kinds = kinds.iter().skip(1).map(|(kind, _)| format!("of {kind}s"));
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
            out.push_str(&line(&format!("{}, {verb}: {}", count(size.size, what), sets(listed))));
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
    let shown: Vec<String> = sets.iter().take(8).map(|set| some(set, " + ")).collect();
    let more = sets.len().saturating_sub(8);
    let rest = if more > 0 { format!("; and {more} more") } else { String::new() };
    format!("{}{rest}", shown.join("; "))
}

fn thefts(thefts: &Thefts) -> String {
    let mut out = String::new();
    let mut before = None;
    for theft in &thefts.by_count {
        // A number of keys that adds nothing says nothing.
        let reach = (&theft.any, &theft.at_once);
        if before != Some(reach) && !theft.any.is_empty() {
            let right = if theft.keys == 1 { "if it is the right one" } else { "if they are the right ones" };
            let keys = count(theft.keys, "key");
            out.push_str(&line(&format!("with {keys}, {right}: {}", within_reach(theft))));
        }
        before = Some(reach);
    }
    for one in thefts.single.iter().filter(|one| !matches!(one.unit, Unit::Key(_)) && !one.roles.is_empty()) {
        let roles = some(&one.roles, ", ");
        out.push_str(&line(&format!("with all that {} has: {roles}, at once", unit(&one.unit))));
    }
    let ends = thefts.single.iter().filter(|one| one.roles.iter().any(|role| role == "root"));
    let ends: Vec<String> = ends.map(|one| unit(&one.unit)).collect();
    out.push_str(&match ends.is_empty() {
        true => line("No single theft of a device, or from a person or a site, ends the root."),
        false => line(&format!("The theft of what {} has ends the root.", ends.join(", or "))),
    });
    out
}

/// Which roles a choice of so many keys can sign for: for each of them there is one, and what goes together is said where it is
/// known.
fn within_reach(theft: &Theft) -> String {
    let any = some(&theft.any, ", ");
    match &theft.at_once {
        _ if theft.any.len() == 1 => any,
        Some(at_once) if at_once.len() == 1 => format!("{any}, all of them at once"),
        Some(at_once) if at_once.iter().all(|set| set.len() == 1) => {
            format!("any one of {any}; no two of them at once")
        }
        Some(at_once) => format!("any one of {any}; at once, one of these: {}", sets(at_once)),
        None => format!("any one of {any}"),
    }
}
