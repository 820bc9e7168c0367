//! One update in memory: a repository that remembers what it was asked for, and a client's own copies.

use std::collections::BTreeMap;

use tuf_ceremony::tuf::client::source::{Fetched, Source, Stop, Store};
use tuf_ceremony::tuf::client::update::{Copies, Update};
use tuf_ceremony::tuf::client::{Client, Profile, Refusal, Row};
use tuf_ceremony::tuf::targets::TargetFile;

use crate::repository::{Files, NOW, Repository};

/// The folder `metadata` of a repository.
pub struct Memory {
    pub files: Files,
    /// What was asked for, with the limit, in order.
    pub asked: Vec<(String, usize)>,
}

impl Memory {
    pub fn of(files: &Files) -> Memory {
        let published = |(path, bytes): (&String, &Vec<u8>)| {
            Some((path.strip_prefix("metadata/")?.to_owned(), bytes.clone()))
        };
        Memory { files: files.iter().filter_map(published).collect(), asked: vec![] }
    }

    /// The names that were asked for since this was asked last.
    pub fn names(&mut self) -> Vec<String> {
        self.asked.drain(..).map(|(name, _)| name).collect()
    }
}

impl Source for Memory {
    type Error = String;

    fn metadata(&mut self, name: &str, limit: usize) -> Result<Fetched, String> {
        self.asked.push((name.to_owned(), limit));
        Ok(match self.files.get(name) {
            None => Fetched::Missing,
            Some(bytes) if bytes.len() > limit => Fetched::TooLarge,
            Some(bytes) => Fetched::Bytes(bytes.clone()),
        })
    }
}

/// A client's own copies, by role.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept(pub BTreeMap<String, Vec<u8>>);

impl Kept {
    /// The copies that a client has that took these roles of a repository.
    pub fn of(files: &Files, roles: &[&str]) -> Kept {
        let copy = |role: &&str| ((*role).to_owned(), published(files, role).to_vec());
        Kept(roles.iter().map(copy).collect())
    }
}

impl Store for Kept {
    type Error = String;

    fn load(&mut self, role: &str) -> Result<Option<Vec<u8>>, String> {
        Ok(self.0.get(role).cloned())
    }

    fn save(&mut self, role: &str, bytes: &[u8]) -> Result<(), String> {
        self.0.insert(role.to_owned(), bytes.to_vec());
        Ok(())
    }

    fn forget(&mut self, role: &str) -> Result<(), String> {
        self.0.remove(role);
        Ok(())
    }
}

/// The published file of a role other than root.
pub fn published<'a>(files: &'a Files, role: &str) -> &'a [u8] {
    let (plain, end) = (format!("metadata/{role}.json"), format!(".{role}.json"));
    let found = files.iter().find(|(name, _)| **name == plain || name.ends_with(&end));
    found.unwrap_or_else(|| panic!("no {role}")).1
}

/// What came of an update.
#[derive(Debug)]
pub struct Done {
    pub rows: Vec<Row>,
    /// The file that is to blame, and why.
    pub refused: Option<(String, Refusal)>,
    /// The version of the root that was trusted in the end.
    pub root: i64,
}

impl Done {
    fn new<T>(client: Client, outcome: Result<T, Stop<String>>) -> (Done, Option<T>) {
        let root = client.root().header.version;
        match outcome {
            Ok(value) => (Done { rows: client.rows, refused: None, root }, Some(value)),
            Err(Stop::Failed(why)) => panic!("nothing fails here: {why}"),
            Err(Stop::Refused) => {
                let last = client.rows.last().unwrap();
                let refused = Some((last.file.clone(), last.refused.clone().unwrap()));
                (Done { rows: client.rows, refused, root }, None)
            }
        }
    }

    pub fn is_accepted(&self) {
        assert_eq!(self.refused, None);
    }

    /// Refused for this file, by this section, with this in the text.
    pub fn is_refused(&self, file: &str, section: &str, what: &str) {
        let (found, why) = self.refused.as_ref().expect("it is accepted");
        assert_eq!((found.as_str(), why.section), (file, section), "{why}");
        assert!(why.what.contains(what), "{why}");
    }

    /// The rows about the client's own copies.
    pub fn earlier(&self) -> Vec<&Row> {
        self.rows.iter().filter(|row| row.earlier).collect()
    }
}

/// A client that starts from `trusted`.
pub fn client(profile: Profile, trusted: &[u8]) -> Client {
    Client::start(profile, NOW.parse().unwrap(), trusted).unwrap_or_else(|row| panic!("{row:?}"))
}

/// A refresh of a client that starts from `trusted`.
pub fn refresh(
    profile: Profile,
    trusted: &[u8],
    source: &mut Memory,
    store: &mut Kept,
    copies: Copies,
) -> Done {
    let mut update = Update { client: client(profile, trusted), source, store, copies };
    let outcome = update.refresh();
    Done::new(update.client, outcome).0
}

/// A refresh from the first root, without copies.
pub fn fresh(profile: Profile, files: &Files) -> (Done, Memory) {
    let mut source = Memory::of(files);
    let done = refresh(profile, &files["trusted.root.json"], &mut source, &mut Kept::default(), Copies::Use);
    (done, source)
}

/// A search for a target, after a refresh.
pub fn find(
    profile: Profile,
    files: &Files,
    store: &mut Kept,
    target: &str,
) -> (Done, Memory, Option<TargetFile>) {
    let mut source = Memory::of(files);
    let client = client(profile, &files["trusted.root.json"]);
    let mut update = Update { client, source: &mut source, store, copies: Copies::Use };
    let outcome = update.refresh();
    let Ok(()) = outcome else { return (Done::new(update.client, outcome).0, source, None) };
    update.source.asked.clear();
    let outcome = update.find(target);
    let (done, found) = Done::new(update.client, outcome);
    (done, source, found.flatten())
}

/// The good repository with one change.
pub fn changed(change: impl FnOnce(&mut Repository)) -> Files {
    let mut repository = Repository::good();
    change(&mut repository);
    repository.build()
}
