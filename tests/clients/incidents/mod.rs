//! Ten incidents, each from "what happened" to released metadata that the clients of others accept.
//!
//! Each test makes a repository with two roots in rehearsal ceremonies, lets something happen to it, holds the ceremony that
//! answers, publishes what that releases over what was published, and asks python-tuf, tough and tuf-js: from every root
//! that the world ever trusted, after having been offline all the while, and after an attacker's versions.

mod algorithms_test;
mod asked;
mod delegated_test;
mod expired_test;
mod fallen_test;
mod holders_test;
mod inherited_test;
mod night;
mod older;
mod online_test;
mod order_test;
mod service;
mod stolen_test;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use tuf_ceremony::json::Json;

use crate::program::Done;
use night::Night;

/// The highest version that every client can read: 2^53 - 1.
const HIGHEST: i64 = 9_007_199_254_740_991;
/// The holders' keys, three of which must sign for root and targets.
const HOLDERS: [&str; 5] = ["ada-card", "ben-card", "chi-card", "dev-card", "eva-card"];
/// A project with a key of its own, to which targets delegates.
const PROJECT: &str = r#"
[holder.pat]
name = "Pat"

[key.project-card]
holder = "pat"
scheme = "ecdsa-sha2-nistp256"
token = { kind = "rehearsal", serial = "R-0007" }

[delegation.project]
keys = ["project-card"]
threshold = 1
expires = "1 year"
paths = ["project/*"]
"#;

/// A folder with a repository in `published/`, and the ceremonies that were held for it.
struct World {
    place: PathBuf,
    /// The newest ceremony.
    last: PathBuf,
}

impl World {
    /// A repository in good order: the root was renewed once, the holders listed a target file and so did the project, and
    /// the service signs with one key. root 2, timestamp 3, snapshot 3, targets 3 and project 3.
    fn new(name: &str) -> World {
        World::planned(name, |plan| plan)
    }

    /// The same, from a plan that was edited.
    fn planned(name: &str, edit: impl FnOnce(String) -> String) -> World {
        let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("incidents").join(name);
        let _ = fs::remove_dir_all(&place);
        fs::create_dir_all(place.join("published/metadata")).unwrap();
        fs::create_dir_all(place.join("published/targets")).unwrap();
        let first = Night { folder: place.join("first") };
        night::run(&place, &["new", "first", "--template", "rehearsal"]).ok();
        // tough and rust-tuf read no P-384.
        first.edit(|plan| edit(plan.replace("nistp384", "nistp256") + PROJECT));
        first.provision_all();
        first.draft_and_freeze();
        first.sign_all(&[]);
        first.ok(&["release"]);
        let mut world = World { place, last: first.folder.clone() };
        world.publish(&first);
        let second = world.starts("second");
        second.ok(&["change", "refresh"]);
        world.finishes(&second, &[]);
        world.publish(&second);
        world.lists_files();
        world
    }

    fn published(&self) -> PathBuf {
        self.place.join("published")
    }

    /// A published metadata file.
    fn metadata(&self, name: &str) -> PathBuf {
        self.published().join("metadata").join(name)
    }

    /// The signed part of a published metadata file.
    fn signed(&self, name: &str) -> Json {
        signed_in(&self.metadata(name))
    }

    /// A ceremony after the last one, from what is published now.
    fn starts(&self, name: &str) -> Night {
        let roots = (1..).take_while(|version| self.metadata(&format!("{version}.root.json")).exists());
        let trusted = self.metadata(&format!("{}.root.json", roots.last().unwrap()));
        let [from, trusted] = [&self.last, &trusted].map(|path| path.to_str().unwrap());
        night::run(&self.place, &["new", name, "--from", from, "--trusted", trusted]).ok();
        Night { folder: self.place.join(name) }
    }

    /// From the plan to `metadata/`; whoever has one of these keys no longer signs.
    /// Returns what `release` said.
    #[track_caller]
    fn finishes(&self, night: &Night, lost: &[&str]) -> String {
        night.provision_all();
        night.draft_and_freeze();
        night.sign_all(lost);
        night.ok(&["release"])
    }

    /// Publishes what a ceremony released: over what is there, and nothing is removed.
    fn publish(&mut self, night: &Night) {
        copy_over(&night.folder.join("metadata"), &self.published().join("metadata"));
        self.last.clone_from(&night.folder);
    }

    /// A copy of what is published now, for a client's past.
    fn copy(&self, name: &str) -> PathBuf {
        let copy = self.place.join(name);
        copy_over(&self.published(), &copy);
        copy
    }

    /// The repository in `serving`, as a client finds it that was shipped with this root.
    fn seen_from(&self, serving: &Path, version: i64, root: &Path) -> PathBuf {
        let name = serving.file_name().unwrap().to_str().unwrap();
        let folder = self.place.join(format!("{name}-from-{version}"));
        fs::create_dir_all(&folder).unwrap();
        for part in ["metadata", "targets"] {
            let _ = fs::remove_file(folder.join(part));
            symlink(serving.join(part), folder.join(part)).unwrap();
        }
        fs::copy(root, folder.join("trusted.root.json")).unwrap();
        folder
    }
}

/// The signed part of a metadata file.
fn signed_in(file: &Path) -> Json {
    let mut tree = Json::parse(&fs::read(file).unwrap(), usize::MAX).unwrap();
    crate::tree::take(&mut tree, &["signed"])
}

/// Copies a folder with all that is in it over another.
fn copy_over(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (source, target) = {
            let entry = entry.unwrap();
            (entry.path(), to.join(entry.file_name()))
        };
        if source.is_dir() {
            copy_over(&source, &target);
        } else {
            fs::copy(source, target).unwrap();
        }
    }
}

impl Done {
    /// It succeeded, and complained of nothing; what it said.
    #[track_caller]
    fn ok(self) -> String {
        assert_eq!((self.code, self.err.as_str()), (0, ""), "{}", self.out);
        self.out
    }

    /// A check refused.
    #[track_caller]
    fn refused(self, check: &str) -> String {
        assert_eq!(self.code, 1, "{self:?}");
        assert!(self.err.starts_with(&format!("error [{check}]: ")), "{self:?}");
        self.err
    }
}
