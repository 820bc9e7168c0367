//! What each kind of client will make of a release, before it is published: from every root that the world trusts.

use std::path::{Path, PathBuf};

use crate::checks::clients::Foreseen;
use crate::host::files::{self, FileError};
use crate::tuf::client::Profile;
use crate::tuf::client::evidence::Artifact;
use crate::tuf::client::report::{Look, look};
use crate::tuf::client::source::{Fetched, Source};
use crate::tuf::{METADATA_LIMIT, ROOT_LIMIT};

use super::repository::{EarlierCopies, Folder, root_version, root_versions, version_within};
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

impl Ceremony {
    /// What every kind of client will make of these files, starting from each root that is trusted today; at genesis from
    /// the first root itself. A release of the root alone is judged by its roots alone: the rest is not in it.
    pub(super) fn foresee(&self, released: &[(String, Vec<u8>)]) -> Result<Vec<Foreseen>, CeremonyError> {
        let roots_only = !released.iter().any(|(name, _)| name == "timestamp.json");
        let starts = self.starts(released)?;
        let newest_today = self.trusted.as_ref().map(|trusted| trusted.root.header.version);
        let newest = released.iter().filter_map(|(name, _)| root_version(name)).chain(newest_today).max();
        let mut foreseen = Vec::new();
        for profile in Profile::ALL {
            let how = Look { profile, at: self.now, roots_only };
            for (from, bytes) in &starts {
                let after = self.judge(&how, bytes, released, newest)?;
                let before = Look { roots_only: true, ..how };
                let lost = newest_today.is_some() && self.judge(&before, bytes, &[], newest_today)?.is_some();
                foreseen.push(Foreseen { profile, from: *from, refused: after, lost_before: lost });
            }
        }
        Ok(foreseen)
    }

    /// Why a client refuses, or never comes to the newest root; `None` if it accepts.
    fn judge(
        &self,
        how: &Look,
        trusted: &[u8],
        released: &[(String, Vec<u8>)],
        newest: Option<i64>,
    ) -> Result<Option<String>, CeremonyError> {
        let mut source =
            AfterRelease { released, today: self.trusted.as_ref().map(|_| Folder(self.trusted_folder())) };
        let nothing = |_: bool, _: &str, _: &_| Ok::<_, FileError>(Artifact::Absent);
        let report = look(how, trusted, &mut source, &mut EarlierCopies::of(None), &nothing)?;
        if let Some((file, why)) = report.refused {
            return Ok(Some(format!("{file}: {why}")));
        }
        let reached = report.newest.map(|root| root.header.version);
        Ok(match (reached, newest) {
            (Some(reached), Some(newest)) if reached < newest => {
                Some(format!("it comes to root {reached} and no further, for want of the next"))
            }
            _ => None,
        })
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
