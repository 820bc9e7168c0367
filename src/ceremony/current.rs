//! What the repository publishes today besides its root, as imported into `trusted/`: the base of every draft that is
//! not a root.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use crate::crypto::digest::Sha256Digest;
use crate::host::files;
use crate::json::Json;
use crate::tuf::METADATA_LIMIT;
use crate::tuf::client::source::file_stem;
use crate::tuf::delegation::{Delegates, Delegations};
use crate::tuf::envelope::{Envelope, MetadataError};
use crate::tuf::meta::Snapshot;
use crate::tuf::root::Root;
use crate::tuf::targets::Targets;
use crate::tuf::verify::tally;

use super::CeremonyError;
use super::repository::version_within;
use super::signatures::Authority;

/// From here on a version is one that somebody made up: a repository that signs every second comes here after 68 years.
pub const INFLATED: i64 = 1 << 31;

/// The current metadata of one role.
#[derive(Clone, Debug)]
pub struct CurrentFile {
    /// Relative to the folder.
    pub name: String,
    /// Of the file.
    pub sha256: Sha256Digest,
    /// What it says, and who signed it.
    pub envelope: Envelope,
    /// Its version.
    pub version: i64,
    /// Who delegates to it; `None` for the top-level roles.
    pub delegator: Option<String>,
}

/// The current metadata of all roles but the root.
#[derive(Clone, Debug, Default)]
pub struct Current {
    /// By role.
    pub roles: BTreeMap<String, CurrentFile>,
    /// The highest version that is no inflated one, of each role of which there is any file.
    pub highest: BTreeMap<String, i64>,
    /// Targets and every delegated role, delegators before those that they delegate to.
    pub order: Vec<String>,
    /// Roles of which there are only inflated files that somebody else may have signed: those were passed over.
    pub passed_over: Vec<String>,
    /// Of everything in the folder but roots, the file with the highest version that is no inflated one.
    plausible: Vec<String>,
}

/// Whether versions are those that timestamp and snapshot list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listed {
    /// As far as nobody else may have signed the list.
    Heeded,
    /// Of each role there is one file: known good metadata is put together from several sources.
    Ignored,
}

/// Reads the metadata in a folder.
struct Reading<'a> {
    folder: &'a Path,
    /// The folder, as people know it.
    shown: &'a str,
    root: &'a Root,
    /// Key material that somebody else may sign with.
    compromised: &'a BTreeSet<Sha256Digest>,
    listed: Listed,
    snapshot_in_doubt: bool,
    /// Names in the folder, by what they begin with once the version is off.
    names: BTreeMap<String, BTreeMap<i64, String>>,
    current: Current,
}

impl Current {
    /// Reads the current metadata beside a root; `None` if there is no targets metadata. Of roles that somebody else may
    /// have signed for, with `compromised` keys, inflated versions are passed over.
    pub fn load(
        folder: &Path,
        shown: &str,
        root: &Root,
        compromised: &BTreeSet<Sha256Digest>,
        listed: Listed,
    ) -> Result<Option<Current>, CeremonyError> {
        let consistent = root.consistent_snapshot.unwrap_or(false);
        let mut names: BTreeMap<String, BTreeMap<i64, String>> = BTreeMap::new();
        for name in files::list(folder)? {
            let Some(stem) = name.strip_suffix(".json") else { continue };
            let versioned =
                stem.split_once('.').and_then(|(number, stem)| Some((number.parse().ok()?, stem)));
            match versioned.filter(|_| consistent) {
                Some((version, stem)) => {
                    drop(names.entry(stem.to_owned()).or_default().insert(version, name))
                }
                // The version is not in the name: only one of each can be there.
                None => drop(names.entry(stem.to_owned()).or_default().insert(0, name)),
            }
        }
        if !names.contains_key("targets") {
            return Ok(None);
        }
        let plausible = names.iter().filter(|(stem, _)| *stem != "root").filter_map(|(_, versions)| {
            versions.iter().rev().find(|(version, _)| **version < INFLATED).map(|(_, name)| name.clone())
        });
        let current = Current { plausible: plausible.collect(), ..Current::default() };
        let snapshot_in_doubt = listed == Listed::Ignored;
        let mut reading =
            Reading { folder, shown, root, compromised, listed, snapshot_in_doubt, names, current };
        reading.read()?;
        Ok(Some(reading.current))
    }

    /// A role's metadata.
    pub fn get(&self, role: &str) -> Option<&CurrentFile> {
        self.roles.get(role)
    }

    /// The signed part of a role's metadata.
    pub fn signed(&self, role: &str) -> Option<&Json> {
        self.get(role).map(|file| &file.envelope.signed)
    }

    /// Names of the files that a later ceremony needs: the current ones, and the highest that is not inflated of each role,
    /// whatever is listed or delegated to by files that may turn out to be an attacker's.
    pub fn importable(&self) -> BTreeSet<String> {
        self.roles.values().map(|file| &file.name).chain(&self.plausible).cloned().collect()
    }

    /// Counts the versions of another folder, so that no version is used twice.
    pub fn count_versions_in(&mut self, folder: &Path) -> Result<(), CeremonyError> {
        let roles: Vec<String> =
            self.order.iter().cloned().chain(["snapshot", "timestamp"].map(str::to_owned)).collect();
        let names = files::list(folder)?;
        for role in roles {
            let ending = format!("{}.json", file_stem(&role));
            for name in names.iter().filter(|name| name.ends_with(&ending)) {
                let head = name.strip_suffix(&ending).unwrap_or_default();
                let version = match head.strip_suffix('.') {
                    Some(version) => version.parse().ok(),
                    None if head.is_empty() => {
                        version_within(&files::read(&folder.join(name), METADATA_LIMIT)?)
                    }
                    None => None,
                };
                if let Some(version) = version.filter(|version| *version < INFLATED) {
                    let highest = self.highest.entry(role.clone()).or_insert(version);
                    *highest = version.max(*highest);
                }
            }
        }
        Ok(())
    }
}

impl Reading<'_> {
    fn read(&mut self) -> Result<(), CeremonyError> {
        let top = |root: &Root, role: &str| {
            let role = root.roles.get(role).cloned()?;
            Some(Authority { keys: Arc::clone(&root.keys), role })
        };
        let by = top(self.root, "timestamp");
        let timestamp_in_doubt = by.as_ref().is_some_and(|by| by.in_hands_of(self.compromised));
        self.take("timestamp", None, by, None)?;
        let heeded = self.listed == Listed::Heeded;
        let believed = self.current.signed("timestamp").filter(|_| heeded && !timestamp_in_doubt);
        let listed = believed.and_then(|signed| Snapshot::listed(signed, "snapshot.json"));
        let by = top(self.root, "snapshot");
        self.snapshot_in_doubt |= by.as_ref().is_some_and(|by| by.in_hands_of(self.compromised));
        self.take("snapshot", listed.map(|file| file.version), by, None)?;
        self.take_listed("targets", top(self.root, "targets"), None)?;
        let mut next = vec!["targets".to_owned()];
        let mut at = 0;
        while let Some(delegator) = next.get(at).cloned() {
            at += 1;
            let Some(file) = self.current.get(&delegator) else { continue };
            let shape = |error| CeremonyError::Metadata {
                file: file.name.clone(),
                error: MetadataError::Shape(error),
            };
            let Some(delegations) = Targets::read(&file.envelope.signed).map_err(shape)?.delegations else {
                continue;
            };
            for (role, authority) in delegated_roles(delegations, &self.names) {
                // Of two that delegate to one role, the one that a search comes to first counts.
                if !self.current.roles.contains_key(&role) {
                    self.take_listed(&role, Some(authority), Some(&delegator))?;
                    next.push(role);
                }
            }
        }
        Ok(())
    }

    /// Takes the version that the snapshot lists, if the snapshot can be believed.
    fn take_listed(
        &mut self,
        role: &str,
        authority: Option<Authority>,
        delegator: Option<&str>,
    ) -> Result<(), CeremonyError> {
        let believed = self.current.signed("snapshot").filter(|_| !self.snapshot_in_doubt);
        let listed = believed.and_then(|signed| Snapshot::listed(signed, &format!("{role}.json")));
        self.take(role, listed.map(|file| file.version), authority, delegator)
    }

    /// Takes a role's file: of the version that is listed by whom can be believed; else the highest that its role has signed.
    fn take(
        &mut self,
        role: &str,
        listed: Option<i64>,
        authority: Option<Authority>,
        delegator: Option<&str>,
    ) -> Result<(), CeremonyError> {
        let versions = self.names.get(&file_stem(role)).cloned().unwrap_or_default();
        let plausible = versions.keys().rev().find(|version| **version < INFLATED);
        if let Some(version) = plausible.filter(|version| **version > 0) {
            self.current.highest.insert(role.to_owned(), *version);
        }
        let in_doubt = authority.as_ref().is_some_and(|by| by.in_hands_of(self.compromised));
        let candidates: Vec<&String> = match listed.filter(|listed| !(in_doubt && *listed >= INFLATED)) {
            // A name without a version holds whatever version it holds.
            Some(listed) => match versions.get(&listed).or_else(|| versions.get(&0)) {
                Some(name) => vec![name],
                None => return Err(self.missing(role, listed)),
            },
            None => versions
                .iter()
                .rev()
                .filter(|(version, _)| !(in_doubt && **version >= INFLATED))
                .map(|(_, name)| name)
                .collect(),
        };
        let mut refused = None;
        for name in candidates {
            match self.read_one(role, name, authority.as_ref(), delegator) {
                Ok(file) if listed.is_some_and(|listed| listed != file.version && listed < INFLATED) => {
                    return Err(self.missing(role, listed.unwrap_or_default()));
                }
                Ok(file) if in_doubt && file.version >= INFLATED => {}
                Ok(file) => {
                    let highest = self.current.highest.entry(role.to_owned()).or_insert(file.version);
                    *highest = if file.version < INFLATED { file.version.max(*highest) } else { *highest };
                    if file.envelope.kind == "targets" {
                        self.current.order.push(role.to_owned());
                    }
                    self.current.roles.insert(role.to_owned(), file);
                    return Ok(());
                }
                Err(error) => refused = refused.or(Some(error)),
            }
        }
        if let Some(error) = refused {
            return Err(error);
        }
        if !versions.is_empty() {
            self.current.passed_over.push(role.to_owned());
        }
        Ok(())
    }

    fn missing(&self, role: &str, version: i64) -> CeremonyError {
        CeremonyError::Incomplete { folder: self.shown.to_owned(), role: role.to_owned(), version }
    }

    fn read_one(
        &self,
        role: &str,
        name: &str,
        authority: Option<&Authority>,
        delegator: Option<&str>,
    ) -> Result<CurrentFile, CeremonyError> {
        let shown = format!("{}/{name}", self.shown);
        let bytes = files::read(&self.folder.join(name), METADATA_LIMIT)?;
        let metadata = |error| CeremonyError::Metadata { file: shown.clone(), error };
        let envelope = Envelope::parse(&bytes, METADATA_LIMIT).map_err(metadata)?;
        let damaged = |problem: String| CeremonyError::Damaged { file: shown.clone(), problem };
        let version = envelope.signed.get("version").and_then(Json::as_int);
        let version = version.ok_or_else(|| damaged("it says no version".to_owned()))?;
        let kind = if delegator.is_some() { "targets" } else { role };
        if envelope.kind != kind {
            return Err(damaged(format!("it is no {kind} metadata, but {:?}", envelope.kind)));
        }
        let named =
            name.strip_suffix(&format!(".{}.json", file_stem(role))).and_then(|named| named.parse().ok());
        if named.is_some_and(|named: i64| named != version) {
            return Err(damaged(format!(
                "its name says version {}, and it is version {version}",
                named.unwrap_or(0)
            )));
        }
        let met = authority
            .is_some_and(|by| tally(&by.keys, &by.role, &envelope.signatures, &envelope.canonical()).met());
        if !met {
            return Err(damaged("it is not signed by the threshold of its role".to_owned()));
        }
        Ok(CurrentFile {
            name: name.to_owned(),
            sha256: Sha256Digest::of(&bytes),
            envelope,
            version,
            delegator: delegator.map(str::to_owned),
        })
    }
}

/// The roles that are delegated to, with those who may sign for them. Of bins, those that have a file.
fn delegated_roles(
    delegations: Delegations,
    names: &BTreeMap<String, BTreeMap<i64, String>>,
) -> Vec<(String, Authority)> {
    let keys = Arc::new(delegations.keys);
    let authority =
        |role: &crate::tuf::root::RoleKeys| Authority { keys: Arc::clone(&keys), role: role.clone() };
    match delegations.delegates {
        Delegates::Roles(roles) => roles.into_iter().map(|role| (role.name, authority(&role.keys))).collect(),
        Delegates::Succinct(bins) => {
            let prefix = format!("{}-", bins.name_prefix);
            let is_bin = |name: &&String| {
                let number =
                    name.strip_prefix(&prefix).and_then(|number| u64::from_str_radix(number, 16).ok());
                number.is_some_and(|number| number < 1 << bins.bit_length && bins.name(number) == **name)
            };
            names.keys().filter(is_bin).map(|name| (name.clone(), authority(&bins.keys))).collect()
        }
    }
}
