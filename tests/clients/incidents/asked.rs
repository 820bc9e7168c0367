//! The clients of others, asked what they make of a repository after an incident.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use tuf_ceremony::tuf::client::Profile;

use super::World;
use crate::judges::{Answer, Case, Judge, judges};

/// A client with a root that it was shipped with, and with what it took since.
struct Asked {
    name: String,
    root: i64,
    past: Vec<PathBuf>,
    kept: Option<Kept>,
}

/// What a client keeps from another time.
struct Kept {
    at: String,
    /// The root that it was shipped with then.
    root: i64,
    /// Whether it was given another root since, beside the copies that it kept.
    reinstalled: bool,
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
        let fresh = |root| Asked { name: format!("fresh from root {root}"), root, past: vec![], kept: None };
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
            let name = format!("{past} from root {root}");
            self.asked.push(Asked { name, root: *root, past: past_of, kept: None });
        }
        self
    }

    /// Clients that took this repository long ago, when it had not expired.
    pub fn offline_since(mut self, at: &str, roots: &[i64], took: &Path) -> Clients<'a> {
        for root in roots.iter().copied() {
            let kept = Kept { at: at.to_owned(), root, reinstalled: false };
            let name = format!("offline since {at} from root {root}");
            self.asked.push(Asked { name, root, past: vec![took.to_owned()], kept: Some(kept) });
        }
        self
    }

    /// Clients that took this repository with these roots, and were given the first root of what they find now.
    pub fn reinstalled(mut self, roots: &[i64], took: &Path) -> Clients<'a> {
        for root in roots.iter().copied() {
            let kept = Kept { at: soon(), root, reinstalled: true };
            let name = format!("reinstalled over root {root}");
            self.asked.push(Asked { name, root: 1, past: vec![took.to_owned()], kept: Some(kept) });
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
                match &one.kept {
                    None => Case::new(&one.name, folder, lookups).after(&one.past),
                    Some(kept) => {
                        let local = self.earlier(&judge, one, kept);
                        Case::new(&one.name, folder, lookups).keeping(local)
                    }
                }
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

    /// The copies that a client has from another time.
    fn earlier(&self, judge: &Judge, one: &Asked, kept: &Kept) -> PathBuf {
        let local = self.world.place.join("kept").join(judge.profile.name()).join(&one.name);
        fs::create_dir_all(&local).unwrap();
        let root = self.world.metadata(&format!("{}.root.json", kept.root));
        let folder = self.world.seen_from(&one.past[0], kept.root, &root);
        let asked = [Case::new(&one.name, folder, &[]).keeping(&local)];
        let answer = &judge.ask(&kept.at, &asked)[&one.name];
        assert!(answer.accepted, "{}, {}: {answer:?}", judge.profile.name(), one.name);
        if kept.reinstalled {
            // Then the judge gives it the root that it is asked to start from.
            fs::remove_file(local.join("root.json")).unwrap();
        }
        local
    }
}
