//! The semantic difference between two pieces of metadata of one role, or between nothing and the first.

use std::collections::BTreeMap;

use crate::json::Json;
use crate::json::view::ShapeError;

use super::facts::{Fact, facts_and_orders};

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What it is about; see [`Fact::place`].
    pub place: String,
    /// What was said before; `None` if nothing was.
    pub before: Option<String>,
    /// What is said now; `None` if nothing is.
    pub after: Option<String>,
}

impl Change {
    /// `+` added, `-` removed, `~` changed.
    pub fn sign(&self) -> char {
        match (&self.before, &self.after) {
            (None, _) => '+',
            (Some(_), None) => '-',
            (Some(_), Some(_)) => '~',
        }
    }
}

/// What changes from `old` to `new` (their `signed` parts). Empty only if the canonical bytes are equal.
pub fn diff(old: Option<&Json>, new: &Json) -> Result<Vec<Change>, ShapeError> {
    let before = old.map(facts_and_orders).transpose()?.unwrap_or_default();
    let after = facts_and_orders(new)?;
    let (was, is) = (by_place(&before.list), by_place(&after.list));
    let mut changes = Vec::new();
    for fact in &before.list {
        match is.get(fact.place.as_str()) {
            Some(now) if **now == fact.value => {}
            now => changes.push(Change {
                place: fact.place.clone(),
                before: Some(fact.value.clone()),
                after: now.map(|now| (*now).to_owned()),
            }),
        }
    }
    for fact in after.list.iter().filter(|fact| !was.contains_key(fact.place.as_str())) {
        changes.push(Change { place: fact.place.clone(), before: None, after: Some(fact.value.clone()) });
    }
    let unexplained = changes.is_empty() && old.is_some_and(|old| old.canonical() != new.canonical());
    if unexplained || reordered(&before.orders, &after.orders) {
        changes.push(Change {
            place: "bytes".to_owned(),
            before: Some("the same statements".to_owned()),
            after: Some("in another order or encoding (for example, keyids of a role rearranged)".to_owned()),
        });
    }
    Ok(changes)
}

fn by_place(facts: &[Fact]) -> BTreeMap<&str, &str> {
    facts.iter().map(|fact| (fact.place.as_str(), fact.value.as_str())).collect()
}

/// Whether keyids that a role has before and after have changed places among themselves.
fn reordered(before: &BTreeMap<String, Vec<String>>, after: &BTreeMap<String, Vec<String>>) -> bool {
    let common = |these: &[String], those: &[String]| -> Vec<String> {
        these.iter().filter(|keyid| those.contains(keyid)).cloned().collect()
    };
    before.iter().any(|(place, old)| after.get(place).is_some_and(|new| common(old, new) != common(new, old)))
}
