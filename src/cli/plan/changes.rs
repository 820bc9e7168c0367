//! What changes, as text.

use super::text::{LISTED, line, some};
use crate::ceremony::Ceremony;
use crate::ceremony::plan::{DelegationChange, Fate, Plan, RoleChange};
use crate::host::display::count;
use crate::tuf::time;

/// What changes in roles, in delegations, and what was declared.
pub fn text(ceremony: &Ceremony, plan: &Plan) -> String {
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
    let listed = plan.delegations.changed.get(..LISTED).unwrap_or(&plan.delegations.changed);
    for words in listed.iter().flat_map(delegation) {
        out.push_str(&line(&words));
    }
    let unlisted = plan.delegations.changed.iter().skip(LISTED).map(|change| 1 + change.alike);
    let unlisted = plan.delegations.more + unlisted.sum::<usize>();
    if unlisted > 0 {
        out.push_str(&line(&format!("and {} with other changes", count(unlisted, "further delegated role"))));
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

/// What changes in a delegation, and in all that change alike.
fn delegation(change: &DelegationChange) -> Vec<String> {
    let alike = if change.alike > 0 { format!(" and {} more", change.alike) } else { String::new() };
    let title = format!("{}{alike} (delegated by {})", change.role, change.by);
    let keys = some(&change.added, ", ");
    let paths = |sign: &str, paths: &[String]| format!("{sign} paths {}", some(paths, ", "));
    let mut words = match change.fate {
        Fate::Comes => vec![format!("+ the delegation, to {keys}")],
        Fate::Goes => vec!["- the delegation".to_owned()],
        Fate::Stays => {
            change.replaced.iter().map(|(old, new)| format!("~ {old} is replaced by {new}")).collect()
        }
    };
    if change.fate == Fate::Stays {
        words.extend(change.added.iter().map(|key| format!("+ {key}")));
        words.extend(change.removed.iter().map(|key| format!("- {key}")));
    }
    words.extend(change.threshold.map(|(old, new)| match old {
        Some(old) => format!("~ threshold {new} instead of {old}"),
        None => format!("+ threshold {new}"),
    }));
    words.extend((!change.paths_added.is_empty()).then(|| paths("+", &change.paths_added)));
    words.extend((!change.paths_removed.is_empty()).then(|| paths("-", &change.paths_removed)));
    words.extend((change.paths_more > 0).then(|| format!("~ {}", count(change.paths_more, "further path"))));
    words.extend(change.terminating.map(|terminating| match terminating {
        true => "~ terminating: the search for a path that matches ends here".to_owned(),
        false => "~ no longer terminating: the search for a path that matches goes on behind it".to_owned(),
    }));
    words.into_iter().map(|words| format!("{title}: {words}")).collect()
}
