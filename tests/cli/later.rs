//! A ceremony that follows the rehearsal, and what tests of the commands for later ceremonies have in common.

use std::collections::BTreeSet;
use std::path::Path;

use tuf_ceremony::policy::Policy;
use tuf_ceremony::token::rehearsal::PIN;

use crate::rehearsal::{PLAN, released};
use crate::room::{Done, Room, Tree};

/// When the second ceremony is held; the first is dated a year earlier.
pub const PLANNED: &str = "2101-06-14T15:00:00Z";

/// The plan of a first ceremony with a delegation to Dan and the online key.
pub fn delegating() -> String {
    format!(
        "{PLAN}\n[delegation.nightly]\nkeys = [\"dan\", \"online\"]\nthreshold = 1\nexpires = \"6 months\"\n\
         paths = [\"nightly/*\"]\n"
    )
}

/// A first ceremony with this plan, released. Everybody signs.
pub fn released_with(plan: &str) -> Room {
    let room = Room::new();
    room.write("ceremony.toml", plan);
    let plan = Policy::parse(plan.as_bytes()).unwrap();
    for key in plan.keys.keys() {
        room.provision(key).ok();
    }
    room.freeze();
    for key in plan.keys.keys() {
        room.signs_all(key);
    }
    room.run(&["release"]).ok();
    room
}

/// The ceremony after one that has released, begun with `new --from`.
pub fn after(first: &Path) -> Room {
    let room = Room::new();
    let (directory, first) = (room.directory(), first.display().to_string());
    room.run(&["new", &directory, "--from", &first, "--planned", PLANNED]).ok();
    room
}

/// The ceremony after the rehearsal.
pub fn later() -> Room {
    after(&released().path(""))
}

/// The ceremony after [`delegating`], whose plan says nothing of the delegation: it is carried over.
pub fn carrying_over() -> Room {
    let room = after(&released_with(&delegating()).path(""));
    let text = room.read("ceremony.toml");
    let (before, rest) = text.split_once("\n[delegation.nightly]").unwrap();
    let (_, rest) = rest.split_once("paths = [\"nightly/*\"]\n").unwrap();
    room.write("ceremony.toml", format!("{before}{rest}"));
    room
}

impl Room {
    /// `change`.
    pub fn change(&self, arguments: &[&str]) -> Done {
        self.run(&[&["change"], arguments].concat())
    }

    /// A key signs every payload that it is asked for.
    #[track_caller]
    pub fn signs_all(&self, key: &str) {
        let index = self.json("payloads/index.json");
        let roles = index.as_object().unwrap().keys().filter(|role| self.is_in(key, role));
        let typed: Vec<String> = roles.map(|role| self.typed(role)).collect();
        let mut arguments = vec!["sign", "--key", key];
        arguments.extend(typed.iter().flat_map(|digits| ["--confirm", digits]));
        self.run_with_pin(PIN, &arguments).ok();
    }

    /// Whether a key signs for a role: by the plan, or for a root as one that goes.
    fn is_in(&self, key: &str, role: &str) -> bool {
        let plan = Policy::parse(self.read("ceremony.toml").as_bytes()).unwrap();
        let now = plan
            .all_roles()
            .iter()
            .any(|(name, plan)| *name == role && plan.keys.iter().any(|one| one == key));
        now || role == "root" && plan.revoke.iter().any(|one| one.key == key)
    }

    /// What differs in `ceremony.toml`: lines that are gone, with `-`, and lines that are new, with `+`.
    pub fn difference(&self, before: &str) -> String {
        difference(before, &self.read("ceremony.toml"))
    }

    /// The ids of the checks that refuse what is planned, each once.
    pub fn refusing(&self) -> Vec<String> {
        let plan = self.run(&["plan", "--json"]).json();
        let checks = plan["checks"].as_array().unwrap();
        let failed = checks.iter().filter(|check| check["outcome"] == "fails");
        let ids: BTreeSet<&str> = failed.map(|check| check["check"].as_str().unwrap()).collect();
        ids.into_iter().map(str::to_owned).collect()
    }

    /// The files, once the record has noticed what was changed by hand: with the first command that acts.
    pub fn noticed(&self) -> Tree {
        assert_ne!(self.change(&["set-threshold", "no-such-role", "1"]).code, 0);
        self.tree()
    }

    /// A command is refused by a check, and nothing has changed but that the record says so.
    #[track_caller]
    pub fn refuses(&self, arguments: &[&str], check: &str, what: &str, next: &str) {
        let before = self.noticed();
        self.run(arguments).refused(1, check, what, next);
        self.only_recorded(&before, &["refused"]);
    }

    /// A command fails because of a mistake in what was typed, and nothing has changed.
    #[track_caller]
    pub fn declines(&self, arguments: &[&str], what: &str, next: &str) {
        let before = self.noticed();
        self.run(arguments).failed(2, what, next);
        self.only_recorded(&before, &[]);
    }
}

/// The lines that differ, by the longest common part.
pub fn difference(old: &str, new: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) =
        (old.split_inclusive('\n').collect(), new.split_inclusive('\n').collect());
    let mut longest = vec![vec![0; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            longest[i][j] = if old[i] == new[j] {
                longest[i + 1][j + 1] + 1
            } else {
                longest[i + 1][j].max(longest[i][j + 1])
            };
        }
    }
    let (mut i, mut j, mut out) = (0, 0, String::new());
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            (i, j) = (i + 1, j + 1);
        } else if j == new.len() || i < old.len() && longest[i + 1][j] >= longest[i][j + 1] {
            out.push_str(&format!("-{}", old[i]));
            i += 1;
        } else {
            out.push_str(&format!("+{}", new[j]));
            j += 1;
        }
    }
    out
}
