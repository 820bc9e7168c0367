//! Target files, as they are published today and as they were when all was well (PEP 458: after a compromise of targets or of
//! delegated roles, everything that was signed is compared with the last known good snapshot).

use std::collections::BTreeMap;

use crate::host::display::{count, visible};
use crate::tuf::targets::{TargetFile, Targets};

use super::super::current::Current;

/// What differs, role by role.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// Lines for people: role, sign, target path.
    pub differences: Vec<String>,
    /// How many roles were compared.
    pub roles: usize,
}

impl Comparison {
    /// Compares every targets role that either has.
    pub fn of(today: &Current, good: &Current) -> Comparison {
        let mut roles: Vec<&String> = good.order.iter().collect();
        roles.extend(today.order.iter().filter(|role| !good.roles.contains_key(*role)));
        let mut differences = Vec::new();
        for role in &roles {
            let (was, is) = (files_of(good, role), files_of(today, role));
            match (good.get(role), today.get(role)) {
                (Some(_), None) => differences.push(format!("{role}: is not published today")),
                (None, Some(_)) => differences.push(format!("{role}: was not there")),
                _ => {}
            }
            for (path, file) in &was {
                match is.get(path) {
                    None => differences.push(format!("{role}: - {path}")),
                    Some(other) if other != file => differences.push(format!("{role}: ~ {path}")),
                    Some(_) => {}
                }
            }
            let new = is.keys().filter(|path| !was.contains_key(*path));
            differences.extend(new.map(|path| format!("{role}: + {path}")));
            let delegates = |current: &Current| {
                current.signed(role).and_then(|signed| signed.get("delegations")).cloned()
            };
            if delegates(good) != delegates(today) {
                differences.push(format!("{role}: its delegations differ"));
            }
        }
        Comparison { differences, roles: roles.len() }
    }

    /// In a sentence.
    pub fn says(&self) -> String {
        let roles = count(self.roles, "role");
        match self.differences.len() {
            0 => format!("{roles} compared with the last known good metadata: no target differs."),
            many => format!(
                "{roles} compared with the last known good metadata: {}, listed in comparison.md. Each is to be explained before it is \
                 published again.",
                count(many, "difference")
            ),
        }
    }

    /// All of it, as a page.
    pub fn page(&self) -> String {
        let mut page = format!(
            "# Published today, compared with the last known good\n\n{}\n\n`+` only today, `-` no longer, `~` another file \
             under the same path.\n\n",
            self.says()
        );
        for line in &self.differences {
            page.push_str(&format!("- {}\n", visible(line)));
        }
        page
    }
}

fn files_of<'a>(current: &'a Current, role: &str) -> BTreeMap<&'a str, TargetFile> {
    let targets = current.signed(role).and_then(|signed| Targets::read(signed).ok());
    targets.map(|targets| targets.files().collect()).unwrap_or_default()
}
