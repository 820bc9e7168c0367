//! A directory of published metadata, as a client that starts from a trusted root sees it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::host::files::{self, FileError};
use crate::json::Json;
use crate::tuf::chain::Link;
use crate::tuf::client::report::{Look, Report, look, look_at_dialect};
use crate::tuf::client::rule::{Found, Rule};
use crate::tuf::client::{Refusal, Row};
use crate::tuf::dialect::Dialect;
use crate::tuf::envelope::Envelope;
use crate::tuf::root::Root;
use crate::tuf::{METADATA_LIMIT, ROOT_LIMIT};

use super::CeremonyError;
use super::repository::{EarlierCopies, Folder, TargetFolders, root_versions, version_within};

/// A directory of published metadata, and how it is looked at.
#[derive(Clone, Debug)]
pub struct Published {
    /// The directory of published metadata.
    pub directory: PathBuf,
    /// How it is looked at.
    pub look: Look,
    /// A client's earlier copies, which must not be rolled back.
    pub state: Option<PathBuf>,
    /// Where the target files are, if not where they usually are.
    pub targets: Option<PathBuf>,
}

impl Published {
    /// Verifies the directory, starting from a trusted root file.
    pub fn verify(&self, trusted: &Path) -> Result<Report, CeremonyError> {
        let bytes = files::read(trusted, ROOT_LIMIT)?;
        // A folder that was named and is not there is a mistake, and not an empty one.
        for folder in
            [Some(&self.directory), self.state.as_ref(), self.targets.as_ref()].into_iter().flatten()
        {
            if !files::is_folder(folder) {
                let there = files::exists(folder);
                let error = if there { FileError::NotAFolder } else { FileError::Missing };
                return Err(error(folder.clone()).into());
            }
        }
        let dialect = Json::parse(&bytes, ROOT_LIMIT).map_or(Dialect::Tuf1, |tree| Dialect::of(&tree));
        if dialect != Dialect::Tuf1 {
            if self.state.is_some() || self.targets.is_some() {
                return Err(CeremonyError::DialectOption { dialect: dialect.name() });
            }
            let mut read = |name: &str| files::read_if_there(&self.directory.join(name), METADATA_LIMIT);
            let mut report = look_at_dialect(&self.look, &bytes, &mut read)?;
            if self.look.profile.is_peer() {
                let what = format!("it is metadata of {}, which no TUF client reads", dialect.name());
                report.refused = Some(("trusted root".to_owned(), Refusal::new("", what)));
            }
            return Ok(report);
        }
        let mut source = Folder(self.directory.clone());
        let mut store = EarlierCopies::of(self.state.clone());
        let folders = TargetFolders::of(&self.directory, self.targets.as_deref());
        let mut report = look(&self.look, &bytes, &mut source, &mut store, &|consistent, path, file| {
            folders.check(consistent, path, file)
        })?;
        if self.state.is_some() {
            report.held_to = held_to(&report);
        }
        if !self.look.profile.is_peer() {
            self.compare_copies(&bytes, &mut report)?;
        }
        Ok(report)
    }

    /// Verifies the directory from each root in it, lowest version first.
    pub fn verify_from_every_root(&self) -> Result<Vec<(i64, Report)>, CeremonyError> {
        let versions = root_versions(&self.directory)?;
        if versions.is_empty() {
            return Err(FileError::Missing(self.directory.join("1.root.json")).into());
        }
        let report = |version: i64| {
            let trusted = self.directory.join(format!("{version}.root.json"));
            let mut report = self.verify(&trusted)?;
            let within = version_within(&files::read(&trusted, ROOT_LIMIT)?);
            if let Some(within) = within.filter(|within| *within != version) {
                refuse(&mut report, format!("{version}.root.json"), format!("it has version {within}"));
            }
            Ok((version, report))
        };
        versions.into_iter().map(report).collect()
    }

    /// A client that trusts a root never asks for it again, and none asks for `root.json`. But published copies are what the
    /// next clients will start from: a copy of the trusted root must be that root, and `root.json` the newest one. A
    /// `root.json` that is an older root of the same chain only lags behind.
    fn compare_copies(&self, trusted: &[u8], report: &mut Report) -> Result<(), CeremonyError> {
        let Some(newest) = report.newest.clone() else { return Ok(()) };
        // It was read before it was trusted.
        let read = |envelope: Envelope| Ok(Root::read_shared(Arc::new(envelope.signed))?);
        let Ok(first) = Envelope::parse(trusted, ROOT_LIMIT).and_then(read) else {
            return Ok(());
        };
        let name = format!("{}.root.json", first.header.version);
        if let Some(what) = self.differs(&name, &first)? {
            refuse(report, name, what);
        }
        if let Some(what) = self.differs("root.json", &newest)? {
            if self.lags_behind(&first, &newest)? {
                let mut row = Row::new("root.json");
                row.remarks.push(Found::new(Rule::RootCopy, "root.json"));
                report.rows.push(row);
            } else {
                refuse(report, "root.json".to_owned(), what);
            }
        }
        Ok(())
    }

    /// How a published file differs from a root that is signed by its threshold; `None` if it does not, or is not there.
    fn differs(&self, name: &str, root: &Root) -> Result<Option<String>, CeremonyError> {
        let published = match self.read_copy(name)? {
            None => return Ok(None),
            Some(Err(what)) => return Ok(Some(what)),
            Some(Ok(published)) => published,
        };
        if published.signed == *root.tree && Link::verify(None, &published, root).new.met() {
            return Ok(None);
        }
        Ok(Some(format!("it is not the root, version {}, that was verified here", root.header.version)))
    }

    /// Whether `root.json` is one of the roots of the chain, though not the newest.
    fn lags_behind(&self, first: &Root, newest: &Root) -> Result<bool, CeremonyError> {
        let Some(Ok(copy)) = self.read_copy("root.json")? else { return Ok(false) };
        let Ok(root) = Root::of(&copy) else { return Ok(false) };
        let version = root.header.version;
        if version < first.header.version || version >= newest.header.version {
            return Ok(false);
        }
        let signed = Link::verify(None, &copy, &root).new.met();
        Ok(signed && self.differs(&format!("{version}.root.json"), &root)?.is_none())
    }

    fn read_copy(&self, name: &str) -> Result<Option<Result<Envelope, String>>, CeremonyError> {
        match files::read_if_there(&self.directory.join(name), ROOT_LIMIT) {
            Ok(None) => Ok(None),
            Ok(Some(bytes)) => {
                Ok(Some(Envelope::parse(&bytes, ROOT_LIMIT).map_err(|error| error.to_string())))
            }
            Err(FileError::TooLarge { .. }) => Ok(Some(Err("it is too long for a root".to_owned()))),
            Err(error) => Err(error.into()),
        }
    }
}

/// What the earlier copies hold the repository to: that one is not there must not be overlooked.
fn held_to(report: &Report) -> Vec<String> {
    let of_role = |role: &str| {
        let name = format!("{role}.json");
        let row = report.rows.iter().find(|row| row.earlier && row.file == name);
        match row.map(|row| row.version.filter(|_| row.is_in_force())) {
            Some(Some(version)) => format!("Held to the earlier {role}, version {version}."),
            Some(None) => format!("Not held to the earlier {role}: its copy cannot be used."),
            None if report.forgotten => format!("Not held to an earlier {role}: it was forgotten."),
            None => format!("Not held to an earlier {role}: there is no {name}, or it was not reached."),
        }
    };
    ["timestamp", "snapshot"].map(of_role).to_vec()
}

fn refuse(report: &mut Report, name: String, what: String) {
    let refusal = Refusal::new("6.1", what);
    let mut row = Row::new(&name);
    row.refused = Some(refusal.clone());
    report.rows.push(row);
    report.refused.get_or_insert((name, refusal));
}
