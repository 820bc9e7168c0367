//! A repository with one thing about it, and what a client should say.

use std::fs;
use std::path::{Component, Path};

use crate::repository::{Files, Repository};

/// What a client says that starts from `trusted.root.json`, updates, and then reads every delegated role and fetches
/// every target file that its search finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It takes all of it.
    Accepted,
    /// It stops somewhere.
    Refused,
}

/// How far a client must go to see what is special.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Reading the metadata is enough.
    Metadata,
    /// It must look at target files that are there.
    Targets,
    /// It must miss target files that are not there. Whoever only looks at those that are there accepts this.
    Absent,
}

/// A repository to show to clients.
#[derive(Clone, Debug)]
pub struct Variant {
    /// Unique, and good as the name of a folder.
    pub name: String,
    /// What a client should say.
    pub expected: Verdict,
    /// The rule: a section of the specification (1.0.37), `house` for rules that this project adds, `silent` where the
    /// specification says nothing and the safe verdict was chosen.
    pub why: String,
    /// How far a client must go.
    pub reach: Reach,
    /// The files, by their path in the folder.
    pub files: Files,
}

impl Variant {
    /// Writes `metadata/`, `targets/` and `trusted.root.json` into a folder, which may be new.
    pub fn write(&self, folder: &Path) {
        for (path, bytes) in &self.files {
            let plain = Path::new(path).components().all(|step| matches!(step, Component::Normal(_)));
            assert!(plain, "{}: {path:?} would leave the folder", self.name);
            let place = folder.join(path);
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            fs::write(&place, bytes).unwrap_or_else(|error| panic!("{}: {path:?}: {error}", self.name));
        }
    }
}

/// Variants, as they are collected.
#[derive(Default)]
pub struct Collector {
    pub variants: Vec<Variant>,
}

impl Collector {
    pub fn accepted(&mut self, name: impl Into<String>, why: &str, change: impl FnOnce(&mut Repository)) {
        self.add(name, Verdict::Accepted, why, change);
    }

    pub fn refused(&mut self, name: impl Into<String>, why: &str, change: impl FnOnce(&mut Repository)) {
        self.add(name, Verdict::Refused, why, change);
    }

    /// Either verdict.
    pub fn add(
        &mut self,
        name: impl Into<String>,
        expected: Verdict,
        why: &str,
        change: impl FnOnce(&mut Repository),
    ) {
        let mut repository = Repository::good();
        change(&mut repository);
        let (name, why, reach) = (name.into(), why.to_owned(), Reach::Metadata);
        self.variants.push(Variant { name, expected, why, reach, files: repository.build() });
    }

    /// Says of the variant before that it shows only in the target files.
    pub fn in_targets(&mut self) {
        self.variants.last_mut().unwrap().reach = Reach::Targets;
    }

    /// Says of the variant before that a target file is not where clients ask for it.
    pub fn absent_targets(&mut self) {
        self.variants.last_mut().unwrap().reach = Reach::Absent;
    }
}
