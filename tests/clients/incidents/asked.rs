//! The clients of others, asked what they make of a repository after an incident.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use tuf_ceremony::tuf::client::Profile;

use super::World;
use crate::judges::{Answer, Case, judges};

/// A client with a root that it was shipped with, and with what it took since.
struct Asked {
    name: String,
    root: i64,
    past: Vec<PathBuf>,
}

/// A few minutes from now, as ceremonies are dated by the clock.
fn soon() -> String {
    let at = jiff::Timestamp::now() + jiff::SignedDuration::from_mins(5);
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Everyone who is asked about a repository.
pub struct Clients<'a> {
    test: &'a str,
    world: &'a World,
    serving: PathBuf,
    /// Where the roots are that clients were shipped with.
    shipped: PathBuf,
    asked: Vec<Asked>,
    /// What they look up in the end.
    lookups: &'static [&'static str],
    /// Clients that end otherwise: who, by the name of the past or all of them, and what they say instead.
    otherwise: Vec<(Profile, String, String)>,
}

impl<'a> Clients<'a> {
    /// Clients of what is published now: fresh ones, from each of these roots.
    pub fn of(test: &'a str, world: &'a World, roots: impl IntoIterator<Item = i64>) -> Clients<'a> {
        let fresh = |root| Asked { name: format!("fresh from root {root}"), root, past: vec![] };
        let published = world.published();
        let asked = roots.into_iter().map(fresh).collect();
        let (serving, lookups) = (published.clone(), &["readme.txt", "project/one.txt"]);
        Clients { test, world, serving, shipped: published, asked, lookups, otherwise: vec![] }
    }

    /// They find this instead of what is published; and were shipped with roots of it.
    pub fn served(mut self, serving: &Path) -> Clients<'a> {
        serving.clone_into(&mut self.serving);
        serving.clone_into(&mut self.shipped);
        self
    }

    /// There is no project whose files they could look up.
    pub fn without_project(mut self) -> Clients<'a> {
        self.lookups = &["readme.txt"];
        self
    }

    /// They were shipped with the roots of this repository.
    pub fn shipped_from(mut self, repository: &Path) -> Clients<'a> {
        repository.clone_into(&mut self.shipped);
        self
    }

    /// Clients that were shipped with these roots, and took these repositories before.
    pub fn after(mut self, past: &str, roots: &[i64], took: &[&Path]) -> Clients<'a> {
        for root in roots {
            let past_of = took.iter().map(|folder| (*folder).to_owned()).collect();
            self.asked.push(Asked { name: format!("{past} from root {root}"), root: *root, past: past_of });
        }
        self
    }

    /// This client refuses, with this in what it says, in all cases whose names begin like this.
    pub fn but(mut self, client: Profile, cases: &str, says: &str) -> Clients<'a> {
        self.otherwise.push((client, cases.to_owned(), says.to_owned()));
        self
    }

    /// All of them, but for those that are known not to, end on these versions of root, timestamp, snapshot and targets,
    /// and find the target files.
    #[track_caller]
    pub fn end_on(self, versions: [i64; 4]) {
        let roles = ["root", "timestamp", "snapshot", "targets"].map(str::to_owned);
        let versions: BTreeMap<String, i64> = roles.into_iter().zip(versions).collect();
        let taken = Answer { accepted: true, why: String::new(), versions };
        let mut wrong = Vec::new();
        // rust-tuf reads no ECDSA and no other specification than "1.0".
        for judge in judges(self.test).into_iter().filter(|judge| judge.profile != Profile::RustTuf) {
            let client = judge.profile;
            let case = |one: &Asked| {
                let root = self.shipped.join(format!("metadata/{}.root.json", one.root));
                let folder = self.world.seen_from(&self.serving, one.root, &root);
                // tough looks for files of folders where nobody puts them.
                let lookups = if client == Profile::Tough { &self.lookups[..1] } else { self.lookups };
                Case::new(&one.name, folder, lookups).after(&one.past)
            };
            let cases: Vec<Case> = self.asked.iter().map(case).collect();
            for (name, answer) in judge.ask(&soon(), &cases) {
                let known =
                    self.otherwise.iter().find(|(who, cases, _)| *who == client && name.starts_with(cases));
                let right = match known {
                    None => answer == taken,
                    Some((_, _, says)) => !answer.accepted && answer.why.contains(says),
                };
                if !right {
                    wrong.push(format!("{}, {name}: {answer:?}", client.name()));
                }
            }
        }
        assert!(wrong.is_empty(), "expected {taken:?}:\n{}", wrong.join("\n"));
    }
}
