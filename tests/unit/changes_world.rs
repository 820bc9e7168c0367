//! A repository through the years: one ceremony after another, with changes, and what the world publishes.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;
use toml_edit::DocumentMut;
use tuf_ceremony::advice::Advice;
use tuf_ceremony::ceremony::change::Change;
use tuf_ceremony::ceremony::{Ceremony, CeremonyError, start};
use tuf_ceremony::checks::Finding;
use tuf_ceremony::policy::{Expiry, Policy};

use crate::changes_model::{Key, Model, Role};
use crate::changes_oracle::Repository;
use crate::changes_plant::{MORE, plant};
use crate::changes_random::{Random, told};

pub struct World {
    room: TempDir,
    pub random: Random,
    pub model: Model,
    /// What is published, by the model.
    pub today: Model,
    pub repository: Repository,
    /// How many keys were ever made up.
    fresh: usize,
    number: usize,
    pub log: Vec<String>,
    pub tally: Tally,
}

/// What happened, for the reader of a long run.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    pub changes: usize,
    pub refused: usize,
    pub not_frozen: usize,
    pub releases: usize,
    pub roots: usize,
    pub stuck: usize,
}

impl World {
    /// After the first ceremony.
    pub fn new(seed: u64) -> World {
        let mut world = World {
            room: room(),
            random: Random::new(seed),
            model: Model::default(),
            today: Model::default(),
            repository: Repository::default(),
            fresh: 0,
            number: 1,
            log: Vec::new(),
            tally: Tally::default(),
        };
        let directory = world.directory();
        start::start(&directory, &start::Request { template: Some("rehearsal"), ..Default::default() })
            .unwrap();
        let plan = directory.join("ceremony.toml");
        // Every root is verified many times over, and Ed25519 is the quickest.
        let template = fs::read_to_string(&plan).unwrap().replace("ecdsa-sha2-nistp384", "ed25519");
        let text = template.replacen("ecdsa-sha2-nistp256", "ed25519", 1) + MORE;
        fs::write(&plan, &text).unwrap();
        world.model = planned(&Policy::parse(text.as_bytes()).unwrap());
        let mut ceremony = world.provision(world.open());
        let made = world.freeze(&mut ceremony).unwrap();
        assert!(world.sign_and_release(&mut ceremony, &made));
        ceremony.close().unwrap();
        world.publish(&made);
        plant(&world.published(), &mut world.model);
        world.today = world.model.clone();
        world.repository = Repository::read(&world.published());
        world
    }

    /// Of the ceremony that is under way.
    pub fn directory(&self) -> PathBuf {
        self.room.path().join(format!("c{}", self.number))
    }

    pub fn published(&self) -> PathBuf {
        self.room.path().join("published")
    }

    /// Holds one more ceremony with some changes; false if the world is lost, because the old quorum is.
    pub fn ceremony(&mut self) -> bool {
        let published = self.random.chance(60);
        self.start(published);
        if self.random.chance(15) {
            self.forget_a_delegation();
        }
        let mut ceremony = self.open();
        if self.random.chance(12) {
            self.misfortune(&mut ceremony);
        }
        for attempt in 0.. {
            let (text, model) = (plan(&ceremony), self.model.clone());
            match attempt {
                0 | 1 => (0..self.random.below(5)).for_each(|_| self.change(&mut ceremony)),
                2 => self.mend(&mut ceremony),
                _ => panic!("what was mended is still refused"),
            }
            ceremony = self.provision(ceremony);
            self.model.keys.values_mut().for_each(|key| key.seen = true);
            if let Some(made) = self.freeze(&mut ceremony) {
                return self.finish(ceremony, &made);
            }
            // What was declared cannot be taken out of the record: without any of it the ceremony starts over.
            if !text.contains("[[intended]]") {
                ceremony.close().unwrap();
                fs::remove_dir_all(self.directory()).unwrap();
                self.number -= 1;
                self.start(published);
                ceremony = self.open();
            }
            ceremony.replan(&text).unwrap();
            self.model = model;
            if self.model.root_is_lost(&self.today) {
                self.tally.stuck += 1;
                return false;
            }
        }
        false
    }

    /// Holds one more ceremony with these changes, which goes on from what is published, or from the ceremony before alone.
    pub fn hold(&mut self, published: bool, changes: &[Change]) {
        self.start(published);
        let mut ceremony = self.open();
        self.make(&mut ceremony, changes);
        let mut ceremony = self.provision(ceremony);
        self.model.keys.values_mut().for_each(|key| key.seen = true);
        let made = self.freeze(&mut ceremony).unwrap();
        assert!(self.finish(ceremony, &made));
    }

    /// Begins one more ceremony, in which these changes are refused.
    pub fn refuses(&mut self, check: &str, changes: &[Change]) {
        self.start(true);
        let mut ceremony = self.open();
        self.make(&mut ceremony, changes);
        assert_eq!(self.tally.refused, 1);
        assert_eq!(self.model.clone().change(changes).unwrap_err().unwrap_or_default(), check);
    }

    fn start(&mut self, published: bool) {
        let from = self.directory();
        self.number += 1;
        self.log.push(format!("ceremony {}", self.number));
        let (newest, _) = self.repository.roots.last_key_value().unwrap();
        let root = self.published().join(format!("{newest}.root.json"));
        // What was planted stands in what the first ceremony released, too: another root of its version would be refused.
        if self.number == 2 {
            fs::copy(&root, from.join("metadata/1.root.json")).unwrap();
        }
        let trusted = (self.number == 2 || published).then_some(root.as_path());
        let request = start::Request { from: Some(&from), trusted, ..Default::default() };
        start::start(&self.directory(), &request).unwrap();
    }

    pub fn open(&self) -> Ceremony {
        Ceremony::open_to_act(&self.directory()).unwrap()
    }

    fn finish(&mut self, mut ceremony: Ceremony, made: &BTreeSet<String>) -> bool {
        if !self.sign_and_release(&mut ceremony, made) {
            self.tally.stuck += 1;
            return false;
        }
        ceremony.close().unwrap();
        self.publish(made);
        self.judge(made);
        true
    }

    /// The plan no longer lists a delegation: what is published of it is carried over.
    fn forget_a_delegation(&mut self) {
        let plan = self.directory().join("ceremony.toml");
        let delegations = self.model.delegations(true);
        if delegations.is_empty() {
            return;
        }
        let name = self.random.pick(&delegations);
        let mut document: DocumentMut = fs::read_to_string(&plan).unwrap().parse().unwrap();
        document["delegation"].as_table_mut().unwrap().remove(&name);
        fs::write(plan, document.to_string()).unwrap();
        self.log.push(format!("  the plan no longer lists {name}"));
        self.model.roles.get_mut(&name).unwrap().planned = false;
    }

    /// So many keys of the root are lost at once that the others just suffice, or just do not.
    fn misfortune(&mut self, ceremony: &mut Ceremony) {
        let root = self.model.roles["root"].clone();
        let spare = root.keys.len() - root.threshold as usize;
        let keys = self.random.shuffled(root.keys.into_iter().collect());
        for key in keys.iter().take(spare + self.random.below(2)) {
            let lost = self.random.lost(&self.model, &mut self.fresh, key);
            self.make(ceremony, &[lost]);
        }
    }

    /// An earlier plan may let a role outlive the root, where it was not made then: it will be, and is mended.
    fn mend(&mut self, ceremony: &mut Ceremony) {
        let root = self.model.roles["root"].days;
        let late = self.model.roles.iter().filter(|(_, role)| role.planned && role.days > root);
        let expires = Expiry::parse("90 days").unwrap();
        let mend = |role: &String| Change::SetExpiry { role: role.clone(), expires: expires.clone() };
        let changes: Vec<Change> = late.map(|(name, _)| mend(name)).collect();
        if !changes.is_empty() {
            self.make(ceremony, &changes);
        }
    }

    /// One change, or two that come together.
    fn change(&mut self, ceremony: &mut Ceremony) {
        let count = if self.random.chance(15) { 2 } else { 1 };
        let changes: Vec<_> = (0..count).map(|_| self.random.change(&self.model, &mut self.fresh)).collect();
        self.make(ceremony, &changes);
    }

    /// The program and the model make changes, or refuse them alike.
    fn make(&mut self, ceremony: &mut Ceremony, changes: &[Change]) {
        let told: Vec<String> = changes.iter().map(told).collect();
        let expected = self.model.change(changes);
        self.log.push(format!("  {}: {expected:?}", told.join(" and ")));
        self.tally.changes += changes.len();
        let before = plan(ceremony);
        match (ceremony.change(changes), expected) {
            (Ok(_), Ok(())) => {}
            (Err(error), Err(check)) => {
                assert_eq!(error.check(), check, "{error}");
                assert_eq!(plan(ceremony), before);
                self.tally.refused += 1;
            }
            (Ok(acts), Err(check)) => panic!("{acts:?} should be refused by {check:?}"),
            (Err(error), Ok(())) => panic!("{:?}: {error}", error.check()),
        }
    }

    /// Drafts and freezes; `None` if that is refused, by the checks that should.
    fn freeze(&mut self, ceremony: &mut Ceremony) -> Option<BTreeSet<String>> {
        let drafts = ceremony.draft().unwrap();
        assert!(drafts.left.is_empty(), "{:?}", drafts.left);
        let made: BTreeSet<String> = drafts.made.into_iter().map(|draft| draft.role).collect();
        let first = self.today.roles.is_empty();
        let expected = if first { BTreeSet::new() } else { self.model.refusals(&self.today, &made) };
        let (findings, frozen) = ceremony.freeze().unwrap();
        assert_eq!(refusing(&findings), expected, "{}", trouble(&findings));
        self.log.push(format!("  drafted {made:?}; refused by {expected:?}"));
        if frozen.is_ok() {
            return Some(made);
        }
        assert!(!ceremony.path("payloads").exists());
        self.tally.not_frozen += 1;
        None
    }

    /// What was released is laid over what was published.
    fn publish(&mut self, made: &BTreeSet<String>) {
        let published = self.published();
        fs::create_dir_all(&published).unwrap();
        for entry in fs::read_dir(self.directory().join("metadata")).unwrap() {
            let path = entry.unwrap().path();
            fs::copy(&path, published.join(path.file_name().unwrap())).unwrap();
        }
        self.tally.releases += 1;
        self.model.released(made);
    }
}

/// In memory where that can be: the program waits for the disk after every file that it writes.
fn room() -> TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

/// The first plan, as the model has it.
fn planned(policy: &Policy) -> Model {
    let mut model = Model::default();
    for (name, key) in &policy.keys {
        let serial = key.token.as_ref().unwrap().serial.clone();
        let (holder, scheme) = (key.holder.clone(), key.scheme);
        let key = Key { holder, serial, scheme, held: true, stolen: false, revoked: false, seen: true };
        model.keys.insert(name.clone(), key);
    }
    for (name, role) in policy.all_roles() {
        let after = role.expires.from(policy.planned).unwrap();
        let days = (after.as_second() - policy.planned.as_second()) / (24 * 3600);
        let (keys, threshold) = (role.keys.iter().cloned().collect(), role.threshold);
        model
            .roles
            .insert(name.to_owned(), Role { keys, threshold, days, published_days: days, planned: true });
    }
    model
}

pub fn plan(ceremony: &Ceremony) -> String {
    fs::read_to_string(ceremony.path("ceremony.toml")).unwrap()
}

pub fn refusing(findings: &[Finding]) -> BTreeSet<&'static str> {
    findings.iter().filter(|finding| finding.refuses()).map(|finding| finding.check.id()).collect()
}

pub fn trouble(findings: &[Finding]) -> String {
    let refused: Result<(), CeremonyError> = CeremonyError::unless_clear(findings);
    format!("{refused:#?}")
}
