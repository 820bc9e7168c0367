//! What each kind of client will make of a release, before it is published: from every root that the world trusts.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};

use crate::checks::clients::{Foreseen, Past};
use crate::crypto::digest::Sha256Digest;
use crate::host::files::{self, FileError};
use crate::tuf::client::Profile;
use crate::tuf::client::evidence::Artifact;
use crate::tuf::client::report::{Look, look};
use crate::tuf::client::source::{Fetched, Source, Store};
use crate::tuf::key::Key;
use crate::tuf::root::Root;
use crate::tuf::time::Date;
use crate::tuf::{METADATA_LIMIT, ROOT_LIMIT};

use super::current::{Current, CurrentFile, Listed};
use super::repository::{Folder, root_version, root_versions, version_within};
use super::trusted::IMPORTED;
use super::{Ceremony, CeremonyError};

/// The repository as it will be: what is released, over what is published today.
struct AfterRelease<'a> {
    released: &'a [(String, Vec<u8>)],
    /// `None` where nothing is trusted today.
    today: Option<Folder>,
}

impl Source for AfterRelease<'_> {
    type Error = FileError;

    fn metadata(&mut self, name: &str, limit: usize) -> Result<Fetched, FileError> {
        match self.released.iter().find(|(released, _)| released == name) {
            Some((_, bytes)) if bytes.len() > limit => Ok(Fetched::TooLarge),
            Some((_, bytes)) => Ok(Fetched::Bytes(bytes.clone())),
            None => match &mut self.today {
                Some(today) => today.metadata(name, limit),
                None => Ok(Fetched::Missing),
            },
        }
    }
}

/// The copies of a client with a past, in memory.
#[derive(Default)]
struct Copies {
    copies: BTreeMap<String, Vec<u8>>,
    forgotten: BTreeSet<String>,
}

impl Store for Copies {
    type Error = FileError;

    fn load(&mut self, role: &str) -> Result<Option<Vec<u8>>, FileError> {
        Ok(self.copies.get(role).cloned())
    }

    fn save(&mut self, _: &str, _: &[u8]) -> Result<(), FileError> {
        Ok(())
    }

    fn forget(&mut self, role: &str) -> Result<(), FileError> {
        self.copies.remove(role);
        self.forgotten.insert(role.to_owned());
        Ok(())
    }
}

/// One kind of client at one start.
#[derive(Clone, Copy)]
struct Case<'a> {
    profile: Profile,
    past: Past,
    /// The root that it trusts.
    root: &'a [u8],
    /// When it looks.
    at: Timestamp,
}

/// Why a client refuses.
struct Refused {
    why: String,
    /// Whether signatures are missing.
    short: bool,
}

impl Ceremony {
    /// What every kind of client will make of these files, starting from each root that is trusted today; at genesis from
    /// the first root itself. What the release does not bring is taken from what is published today, as it was before it
    /// expired: services renew it. Where that is not here, or others have to sign it anew, roots are judged alone. A strict
    /// and a lenient client are also asked with the copies that were published before; and where somebody else could sign
    /// snapshot or timestamp, with an attacker's.
    pub(super) fn foresee(&self, released: &[(String, Vec<u8>)]) -> Result<Vec<Foreseen>, CeremonyError> {
        let complete = is_complete(released);
        let roots_only = self.roots_alone(released)?;
        let starts = self.starts(released)?;
        let newest_today = self.trusted.as_ref().map(|trusted| trusted.root.header.version);
        let newest = released.iter().filter_map(|(name, _)| root_version(name)).chain(newest_today).max();
        let attacked = self.trusted.as_ref().is_some_and(|trusted| self.could_be_inflated(&trusted.root));
        let before_expiries = self.before_expiries(released, complete);
        let now = before_expiries.filter(|_| !complete).unwrap_or(self.now);
        let mut foreseen = Vec::new();
        for profile in Profile::ALL {
            for (from, root) in &starts {
                let case = |past| Case { profile, past, root, at: now };
                let is_newest = newest_today == Some(*from);
                let pasts = [
                    (Past::Fresh, true),
                    (Past::Offline, is_newest && !roots_only && !profile.is_peer()),
                    (Past::Attacked, attacked && !profile.is_peer()),
                ];
                for (past, _) in pasts.into_iter().filter(|(_, asked)| *asked) {
                    let case = case(past);
                    let mut refused = self.judge(&case, roots_only, released, newest)?;
                    // What was refused before is asked only where there is something to excuse.
                    let mut lost_before = refused.is_some() && newest_today.is_some();
                    if lost_before {
                        let before = Case { past: Past::Fresh, ..case };
                        // What a complete release replaces may have expired, which would excuse anything.
                        let roots_only = roots_only || complete;
                        lost_before = self.judge(&before, roots_only, &[], newest_today)?.is_some();
                    }
                    if let (Some(_), Some(at)) = (&refused, before_expiries) {
                        let then = Case { at, ..case };
                        let otherwise = self.judge(&then, roots_only, released, newest)?;
                        lost_before |= otherwise.is_none();
                        refused = otherwise.or(refused);
                    }
                    let short = refused.as_ref().is_some_and(|refused| refused.short);
                    let refused = refused.map(|refused| refused.why);
                    foreseen.push(Foreseen { profile, from: *from, past, refused, short, lost_before });
                }
            }
        }
        Ok(foreseen)
    }

    /// Whether nothing but roots can be judged: what is below them is not here, or others sign it anew.
    pub(super) fn roots_alone(&self, released: &[(String, Vec<u8>)]) -> Result<bool, CeremonyError> {
        Ok(!is_complete(released) && !self.stays_whole()?)
    }

    /// Whether what is published today is here, and nothing of it has to be signed anew by others.
    fn stays_whole(&self) -> Result<bool, CeremonyError> {
        let current = self.trusted.as_ref().and_then(|trusted| trusted.current.as_ref());
        let here = current.is_some_and(|current| current.get("timestamp").is_some());
        Ok(here && self.planned_drafts()?.left.is_empty())
    }

    /// The last instant before anything expired that is published today and stays as it is; after a complete release, only
    /// delegated roles. What such a role keeps from clients it keeps from them already, and nobody here may be able to renew
    /// it.
    fn before_expiries(&self, released: &[(String, Vec<u8>)], complete: bool) -> Option<Timestamp> {
        let current = self.trusted.as_ref()?.current.as_ref()?;
        let stays = |file: &&CurrentFile| {
            let bytes = released.iter().find(|(name, _)| *name == file.name).map(|(_, bytes)| bytes);
            (file.delegator.is_some() || !complete)
                && bytes.is_none_or(|bytes| Sha256Digest::of(bytes) == file.sha256)
        };
        let expiry =
            |file: &CurrentFile| Some(Date::parse(file.envelope.signed.get("expires")?.as_str()?)?.at);
        let expired = current.roles.values().filter(stays).filter_map(expiry).filter(|at| *at <= self.now);
        expired.min()?.checked_sub(SignedDuration::from_secs(1)).ok()
    }

    /// Whether keys of timestamp or snapshot are in other hands, so that clients may hold any version.
    fn could_be_inflated(&self, root: &Root) -> bool {
        let compromised = self.keyring.compromised(&self.policy);
        let online = ["timestamp", "snapshot"].into_iter().flat_map(|role| root.keys_of(role));
        online.filter_map(Key::material).any(|material| compromised.contains(&material))
    }

    /// Why a client refuses, or never comes to the newest root; `None` if it accepts.
    fn judge(
        &self,
        case: &Case<'_>,
        roots_only: bool,
        released: &[(String, Vec<u8>)],
        newest: Option<i64>,
    ) -> Result<Option<Refused>, CeremonyError> {
        let today = self.trusted.as_ref().map(|_| Folder(self.trusted_folder()));
        let mut source = AfterRelease { released, today };
        let nothing = |_: bool, _: &str, _: &_| Ok::<_, FileError>(Artifact::Absent);
        let mut copies = Copies::default();
        if case.past == Past::Offline {
            copies.copies = self.published_copies()?;
        }
        let how = Look { profile: case.profile, at: case.at, roots_only };
        let report = look(&how, case.root, &mut source, &mut copies, &nothing)?;
        if let Some((file, why)) = report.refused {
            return Ok(Some(Refused { why: format!("{file}: {why}"), short: why.short }));
        }
        let reached = report.newest.map(|root| root.header.version);
        if let (Some(reached), Some(newest)) = (reached, newest)
            && reached < newest
        {
            let why = format!("it comes to root {reached} and no further, for want of the next");
            return Ok(Some(Refused { why, short: false }));
        }
        // Nobody here can sign what the attacker signed. But a client is held to copies of a role exactly as long as it has
        // not forgotten them.
        let held = ["timestamp", "snapshot"].into_iter().find(|role| !copies.forgotten.contains(*role));
        Ok(held.filter(|_| case.past == Past::Attacked).map(|role| {
            let why = "the root does not make it forget the version that it saw (spec 5.3.11)";
            Refused { why: format!("{role}.json: {why}"), short: false }
        }))
    }

    /// What was published before, as a client keeps it: as it was imported, also where another base was taken since.
    fn published_copies(&self) -> Result<BTreeMap<String, Vec<u8>>, CeremonyError> {
        let Some(trusted) = &self.trusted else { return Ok(BTreeMap::new()) };
        let imported = self.path(IMPORTED);
        let (current, folder) = match self.trusted_folder() == imported {
            true => (trusted.current.clone(), imported),
            false => {
                let compromised = self.keyring.compromised(&self.policy);
                (Current::load(&imported, IMPORTED, &trusted.root, &compromised, Listed::Heeded)?, imported)
            }
        };
        let roles = current.iter().flat_map(|current| &current.roles);
        let read = |(role, file): (&String, &CurrentFile)| {
            Ok((role.clone(), files::read(&folder.join(&file.name), METADATA_LIMIT)?))
        };
        roles.map(read).collect()
    }

    /// The roots that clients start from, lowest version first.
    fn starts(&self, released: &[(String, Vec<u8>)]) -> Result<Vec<(i64, Vec<u8>)>, CeremonyError> {
        let Some(trusted) = &self.trusted else {
            let first = released.iter().find(|(name, _)| name == "1.root.json");
            return Ok(first.map(|(_, bytes)| (1, bytes.clone())).into_iter().collect());
        };
        let newest = trusted.root.header.version;
        let mut starts = Vec::new();
        for version in root_versions(&self.trusted_folder())? {
            let file = Path::new(&trusted.file).with_file_name(format!("{version}.root.json"));
            let bytes = files::read(&self.root().join(&file), ROOT_LIMIT)?;
            let file = file.to_string_lossy().into_owned();
            let damaged = |problem: String| CeremonyError::Damaged { file, problem };
            if version > newest {
                let problem = format!("it is newer than {}, from which this ceremony starts", trusted.file);
                return Err(damaged(problem));
            }
            if version_within(&bytes) != Some(version) {
                return Err(damaged(format!("it does not hold version {version} of root")));
            }
            if version < newest {
                starts.push((version, bytes));
            }
        }
        starts.push((newest, files::read(&self.path(&trusted.file), METADATA_LIMIT)?));
        Ok(starts)
    }

    /// The folder of the trusted root: what is published today, as imported.
    fn trusted_folder(&self) -> PathBuf {
        let file = self.trusted.as_ref().map_or("trusted/root.json", |trusted| trusted.file.as_str());
        let path = self.path(file);
        path.parent().map_or_else(|| self.path("trusted"), PathBuf::from)
    }
}

/// Whether a release has all that a client asks for.
fn is_complete(released: &[(String, Vec<u8>)]) -> bool {
    released.iter().any(|(name, _)| name == "timestamp.json")
}
