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
}

/// Reads the metadata in a folder.
struct Reading<'a> {
    folder: &'a Path,
    /// The folder, as people know it.
    shown: &'a str,
    root: &'a Root,
    /// Key material that somebody else may sign with.
    compromised: &'a BTreeSet<Sha256Digest>,
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
        let (snapshot_in_doubt, current) = (false, Current::default());
        let mut reading = Reading { folder, shown, root, compromised, snapshot_in_doubt, names, current };
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

    /// Names of the files that a later ceremony needs: the current ones, and where those are inflated the newest that is not.
    pub fn importable(&self) -> Vec<String> {
        let mut names: Vec<String> = self.roles.values().map(|file| file.name.clone()).collect();
        for (role, file) in self.roles.iter().filter(|(_, file)| file.version >= INFLATED) {
            let versioned = file.name.starts_with(&format!("{}.", file.version));
            let highest = self.highest.get(role).filter(|highest| versioned && **highest < INFLATED);
            names.extend(highest.map(|highest| format!("{highest}.{}.json", file_stem(role))));
        }
        names
    }
}

impl Reading<'_> {
    fn read(&mut self) -> Result<(), CeremonyError> {
        let top = |root: &Root, role: &str| {
            let role = root.roles.get(role).cloned()?;
            Some(Authority { keys: Arc::clone(&root.keys), role })
        };
        self.take("timestamp", None, top(self.root, "timestamp"), None)?;
        let listed =
            self.current.signed("timestamp").and_then(|signed| Snapshot::listed(signed, "snapshot.json"));
        let by = top(self.root, "snapshot");
        self.snapshot_in_doubt = by.as_ref().is_some_and(|by| by.in_hands_of(self.compromised));
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

    /// Takes a role's file: of the version that is listed, or the highest that there is.
    fn take(
        &mut self,
        role: &str,
        listed: Option<i64>,
        authority: Option<Authority>,
        delegator: Option<&str>,
    ) -> Result<(), CeremonyError> {
        let Some(versions) = self.names.get(&file_stem(role)) else { return Ok(()) };
        let plausible = versions.keys().rev().find(|version| **version < INFLATED);
        if let Some(version) = plausible.filter(|version| **version > 0) {
            self.current.highest.insert(role.to_owned(), *version);
        }
        let in_doubt = authority.as_ref().is_some_and(|by| by.in_hands_of(self.compromised));
        let wanted =
            listed.filter(|listed| versions.contains_key(listed) && !(in_doubt && *listed >= INFLATED));
        let highest = if in_doubt { plausible } else { versions.keys().next_back() };
        let Some(name) = wanted.as_ref().or(highest).and_then(|version| versions.get(version)).cloned()
        else {
            return Ok(());
        };
        let bytes = files::read(&self.folder.join(&name), METADATA_LIMIT)?;
        let metadata = |error| CeremonyError::Metadata { file: format!("{}/{name}", self.shown), error };
        let envelope = Envelope::parse(&bytes, METADATA_LIMIT).map_err(metadata)?;
        let damaged =
            |problem: String| CeremonyError::Damaged { file: format!("{}/{name}", self.shown), problem };
        let version = envelope.signed.get("version").and_then(Json::as_int);
        let version = version.ok_or_else(|| damaged("it says no version".to_owned()))?;
        let kind = if delegator.is_some() { "targets" } else { role };
        if envelope.kind != kind {
            return Err(damaged(format!("it is no {kind} metadata, but {:?}", envelope.kind)));
        }
        if in_doubt && version >= INFLATED {
            return Ok(());
        }
        let met = authority
            .is_some_and(|by| tally(&by.keys, &by.role, &envelope.signatures, &envelope.canonical()).met());
        if !met {
            return Err(damaged("it is not signed by the threshold of its role".to_owned()));
        }
        let highest = self.current.highest.entry(role.to_owned()).or_insert(version);
        *highest = if version < INFLATED { version.max(*highest) } else { *highest };
        let file = CurrentFile {
            name,
            sha256: Sha256Digest::of(&bytes),
            envelope,
            version,
            delegator: delegator.map(str::to_owned),
        };
        if kind == "targets" {
            self.current.order.push(role.to_owned());
        }
        self.current.roles.insert(role.to_owned(), file);
        Ok(())
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
