//! A whole repository of another dialect, as evidence: the chain of roots from one that is trusted, then timestamp,
//! snapshot, targets and the roles they delegate to, at one fixed time.
//!
//! Files are asked for by name; where they lie is the caller's business. A client of Notary goes on without a delegated
//! role that has expired or lacks signatures. Here every file has to hold: what is carried over should be whole.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::json::Json;
use crate::json::view::ShapeError;
use crate::tuf::chain::Link;
use crate::tuf::client::evidence::{self, Refusal};
use crate::tuf::client::rule::{Found, Rule};
use crate::tuf::envelope::Header;
use crate::tuf::key::KeyProblem;
use crate::tuf::verify::{Tally, Why};
use crate::tuf::{METADATA_LIMIT, ROOT_LIMIT};

use super::Dialect;
use super::file::Oddity;
use super::key::ForeignKeyProblem;
use super::root::ForeignRoot;

/// The evidence for one file.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its name.
    pub file: String,
    /// Its version.
    pub version: i64,
    /// Its expiry, as found.
    pub expires: String,
    /// Counted by the keys of the root before it, for roots.
    pub old: Option<Tally>,
    /// Counted by the keys that are responsible for it.
    pub new: Tally,
    /// Why it is refused, if it is.
    pub refused: Option<String>,
}

/// What is to be made of a repository.
#[derive(Clone, Debug)]
pub struct Report {
    /// The dialect of the trusted root, in which everything else is read.
    pub dialect: Dialect,
    /// The files that were looked at, in that order.
    pub rows: Vec<Row>,
    /// What is not as the dialect wants it, with the name of the file.
    pub oddities: Vec<(String, Oddity)>,
    /// Why the repository is refused; `None` if it is accepted.
    pub refused: Option<String>,
}

impl Report {
    /// The evidence as `verify` shows it for every repository, and the file that is to blame if it is refused.
    pub fn evidence(&self) -> (Vec<evidence::Row>, Option<(String, Refusal)>) {
        // Neither dialect has a specification whose sections could be named.
        let refusal = |why: &String| Refusal::new("", why.clone());
        let row = |row: &Row| {
            let odd = self.oddities.iter().filter(|(file, _)| *file == row.file);
            evidence::Row {
                version: Some(row.version),
                expires: Some(row.expires.clone()),
                old: row.old.clone(),
                new: Some(row.new.clone()),
                remarks: odd.map(|(_, odd)| Found::new(Rule::DialectOddity, odd.to_string())).collect(),
                refused: row.refused.as_ref().map(refusal),
                ..evidence::Row::new(&row.file)
            }
        };
        let rows: Vec<evidence::Row> = self.rows.iter().map(row).collect();
        let blamed = rows.last().and_then(|row| Some((row.file.clone(), row.refused.clone()?)));
        let whole = self.refused.as_ref().map(|why| ("the repository".to_owned(), refusal(why)));
        (rows, blamed.or(whole))
    }
}

/// Gives the bytes of a file by its name, such as `root.json` or `targets/releases.json`; `None` if there is none.
pub type Reader<'a, E> = &'a mut dyn FnMut(&str) -> Result<Option<Vec<u8>>, E>;

/// Verifies a repository from a trusted root file, or only its chain of roots. An error is one of the reader.
pub fn verify<E>(trusted: &[u8], at: Timestamp, roots_only: bool, read: Reader<'_, E>) -> Result<Report, E> {
    let dialect = Json::parse(trusted, ROOT_LIMIT).map_or(Dialect::Tuf1, |tree| Dialect::of(&tree));
    let report = Report { dialect, rows: Vec::new(), oddities: Vec::new(), refused: None };
    let mut client = Client { at, read, report, noted: BTreeSet::new() };
    let refused = match client.update(trusted, roots_only) {
        Ok(()) => None,
        Err(Stop::Refused(why)) => Some(why),
        Err(Stop::Reader(error)) => return Err(error),
    };
    Ok(Report { refused, ..client.report })
}

/// Why a client goes no further.
pub(super) enum Stop<E> {
    /// It refuses what it was given.
    Refused(String),
    /// It could not read it.
    Reader(E),
}

pub(super) struct Client<'a, E> {
    pub(super) at: Timestamp,
    pub(super) report: Report,
    read: Reader<'a, E>,
    /// What the report has noted.
    noted: BTreeSet<Oddity>,
}

impl<E> Client<'_, E> {
    fn update(&mut self, trusted: &[u8], roots_only: bool) -> Result<(), Stop<E>> {
        let root = self.root("trusted root", trusted)?;
        self.root_row("trusted root", &root, ForeignRoot::link(None, &root), true)?;
        let (root, published) = self.roots(root)?;
        if roots_only {
            return Ok(());
        }
        let header = &root.root.header;
        // Only the newest root must be valid today.
        if header.expires.at <= self.at {
            let (version, expires) = (header.version, &header.expires.text);
            return refuse(format!("the newest root, version {version}, expired on {expires}"));
        }
        let own = root.file.tally_for(&root.root, &root.keys_at(self.at), "root");
        if !own.met() {
            let expired = |why: &Why| {
                matches!(why, Why::UnusableKey(KeyProblem::Foreign(ForeignKeyProblem::Certificate { .. })))
            };
            let gone = own.ignored.iter().filter(|one| expired(&one.why));
            let gone: Vec<String> =
                gone.map(|one| format!("that of {} not, {}", one.keyid, one.why)).collect();
            return refuse(format!("signatures of the newest root do not count today: {}", gone.join("; ")));
        }
        self.rest(&root, published.as_deref())
    }

    /// Follows `N.root.json` as far as they go, then `root.json`. Clients of both dialects also accept a newer `root.json`
    /// that the keys of the trusted root signed, without the roots between them.
    fn roots(&mut self, mut root: ForeignRoot) -> Result<(ForeignRoot, Option<Vec<u8>>), Stop<E>> {
        while let Some(version) = root.root.header.version.checked_add(1) {
            let name = format!("{version}.root.json");
            let Some(bytes) = self.bytes(&name)? else { break };
            let next = self.root(&name, &bytes)?;
            self.root_row(&name, &next, ForeignRoot::link(Some(&root), &next), true)?;
            root = next;
        }
        let name = "root.json";
        let Some(bytes) = self.bytes(name)? else { return Ok((root, None)) };
        let last = self.root(name, &bytes)?;
        if last.root.header.version > root.root.header.version {
            self.root_row(name, &last, ForeignRoot::link(Some(&root), &last), false)?;
            return Ok((last, Some(bytes)));
        }
        let own = last.file.tally_for(&root.root, &root.root.keys, "root");
        if last.file.signed != root.file.signed || !own.met() {
            let version = root.root.header.version;
            return refuse(format!("{name} is not the root, version {version}, that was verified here"));
        }
        Ok((root, Some(bytes)))
    }

    fn root(&mut self, name: &str, bytes: &[u8]) -> Result<ForeignRoot, Stop<E>> {
        let root = shaped(name, ForeignRoot::read(self.report.dialect, &parsed(name, bytes)?))?;
        self.note(name, &root.oddities);
        Ok(root)
    }

    fn root_row(
        &mut self,
        name: &str,
        root: &ForeignRoot,
        link: Link,
        consecutive: bool,
    ) -> Result<(), Stop<E>> {
        let refused = if consecutive && !link.consecutive() {
            Some(format!("it has version {}", link.to))
        } else if link.old.as_ref().is_some_and(|old| !old.met()) {
            Some("the threshold of the root before it is not met".to_owned())
        } else if !link.new.met() {
            Some("its own threshold is not met".to_owned())
        } else {
            None
        };
        self.row(name, &root.root.header, link.old, link.new, refused)
    }

    pub(super) fn row(
        &mut self,
        name: &str,
        header: &Header,
        old: Option<Tally>,
        new: Tally,
        refused: Option<String>,
    ) -> Result<(), Stop<E>> {
        let stop = refused.as_ref().map(|why| Stop::Refused(format!("{name}: {why}")));
        let (file, expires) = (name.to_owned(), header.expires.text.clone());
        self.report.rows.push(Row { file, version: header.version, expires, old, new, refused });
        stop.map_or(Ok(()), Err)
    }

    pub(super) fn note(&mut self, name: &str, oddities: &[Oddity]) {
        for oddity in oddities {
            // A key that stays from one root to the next is worth one note.
            if self.noted.insert(oddity.clone()) {
                self.report.oddities.push((name.to_owned(), oddity.clone()));
            }
        }
    }

    pub(super) fn bytes(&mut self, name: &str) -> Result<Option<Vec<u8>>, Stop<E>> {
        (self.read)(name).map_err(Stop::Reader)
    }
}

pub(super) fn refuse<T, E>(why: String) -> Result<T, Stop<E>> {
    Err(Stop::Refused(why))
}

pub(super) fn parsed<E>(name: &str, bytes: &[u8]) -> Result<Json, Stop<E>> {
    Json::parse(bytes, METADATA_LIMIT)
        .map_err(|error| Stop::Refused(format!("{name}: not strict JSON: {error}")))
}

pub(super) fn shaped<T, E>(name: &str, view: Result<T, ShapeError>) -> Result<T, Stop<E>> {
    view.map_err(|error| Stop::Refused(format!("{name}: {error}")))
}
