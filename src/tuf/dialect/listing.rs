//! What the other dialects say of files: length and hashes, in snapshot, timestamp and targets, and who may sign for
//! delegated targets.

use std::collections::BTreeMap;

use crate::crypto::digest::{Sha256Digest, sha512};
use crate::crypto::{base64, hex};
use crate::host::display::count;
use crate::json::view::{At, ShapeError};
use crate::tuf::key::Key;
use crate::tuf::root::RoleKeys;

use super::file::{ForeignFile, Oddity, list, members};
use super::{Dialect, key};

/// What is said of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its version; only later go-tuf says it.
    pub version: Option<i64>,
    /// Its length in bytes.
    pub length: Option<i64>,
    /// Its digests in hex by algorithm, whatever encoding the dialect has.
    pub hashes: BTreeMap<String, String>,
}

impl Listed {
    /// Why these bytes are not the file that is listed; `None` if they are. As with clients of both dialects, hashes of
    /// algorithms that are not known are passed over, and one that is known has to be there.
    pub fn mismatch(&self, bytes: &[u8]) -> Option<String> {
        if let Some(length) = self.length.filter(|length| i64::try_from(bytes.len()) != Ok(*length)) {
            return Some(format!("it has {}, and {length} are listed", count(bytes.len(), "byte")));
        }
        let computed = |name: &str| match name {
            "sha256" => Some(Sha256Digest::of(bytes).to_hex()),
            "sha512" => Some(hex::encode(&sha512(bytes))),
            _ => None,
        };
        let known: Vec<(&str, bool)> = self
            .hashes
            .iter()
            .filter_map(|(name, listed)| Some((name.as_str(), computed(name)? == *listed)))
            .collect();
        match known.iter().find(|(_, same)| !same) {
            Some((name, _)) => Some(format!("its {name} is not the one that is listed")),
            None if known.is_empty() => Some("it is listed without a hash that is known".to_owned()),
            None => None,
        }
    }
}

/// One delegated role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delegated {
    /// Its name, e.g. `targets/releases`.
    pub name: String,
    /// Its keys and threshold.
    pub keys: RoleKeys,
    /// The beginnings of the target paths it may speak for.
    pub paths: Vec<String>,
}

/// Who besides the role itself may speak.
#[derive(Clone, Debug, Default)]
pub struct Delegations {
    /// Keys by the keyid under which the file lists them.
    pub keys: BTreeMap<String, Key>,
    /// The roles, in order of priority.
    pub roles: Vec<Delegated>,
    /// What is not as the dialect wants it.
    pub oddities: Vec<Oddity>,
}

impl ForeignFile {
    /// What snapshot or timestamp say of other metadata, by role. Notary lists roles, TUF 0.9 lists file names; of these,
    /// what is not JSON is a compressed copy and is left out.
    pub fn listing(&self) -> Result<BTreeMap<String, Listed>, ShapeError> {
        let mut listing = BTreeMap::new();
        for (name, listed) in self.listed("meta")? {
            let role = match self.dialect {
                Dialect::Notary1 => Some(name.as_str()),
                Dialect::Tuf1 | Dialect::GoTuf09 => name.strip_suffix(".json"),
            };
            listing.extend(role.map(|role| (role.to_owned(), listed)));
        }
        Ok(listing)
    }

    /// What targets say of target files, by path.
    pub fn targets(&self) -> Result<BTreeMap<String, Listed>, ShapeError> {
        self.listed("targets")
    }

    fn listed(&self, field: &str) -> Result<BTreeMap<String, Listed>, ShapeError> {
        let at = At::new(&self.signed, "signed");
        let entries = members(&at.field(field)?)?;
        entries.iter().map(|(name, at)| Ok(((*name).to_owned(), self.read_listed(at)?))).collect()
    }

    fn read_listed(&self, at: &At<'_>) -> Result<Listed, ShapeError> {
        let number = |name, least| at.optional(name)?.map(|at| at.integer(least)).transpose();
        let mut hashes = BTreeMap::new();
        for (name, hash) in at.optional("hashes")?.map(|at| members(&at)).transpose()?.unwrap_or_default() {
            let (text, what) =
                (hash.string()?, if self.dialect == Dialect::Notary1 { "base64" } else { "hex" });
            let bytes = if what == "base64" { base64::decode(text) } else { hex::decode(text) };
            let bytes = bytes.ok_or_else(|| hash.error(format!("expected {what}, found {text:?}")))?;
            hashes.insert(name.to_owned(), hex::encode(&bytes));
        }
        Ok(Listed { version: number("version", 1)?, length: number("length", 0)?, hashes })
    }

    /// Who may speak for delegated targets.
    pub fn delegations(&self) -> Result<Delegations, ShapeError> {
        let mut delegations = Delegations::default();
        let Some(at) = At::new(&self.signed, "signed").optional("delegations")? else {
            return Ok(delegations);
        };
        if let Some(keys) = at.optional("keys")? {
            for (keyid, object) in members(&keys)? {
                let mut read = key::read(self.dialect, keyid, &object)?;
                delegations.keys.insert(keyid.to_owned(), read.key);
                delegations.oddities.append(&mut read.oddities);
            }
        }
        if let Some(roles) = at.optional("roles")? {
            for role in list(&roles)? {
                let paths = role.optional("paths")?.map(|at| list(&at)).transpose()?.unwrap_or_default();
                let paths = paths.iter().map(|path| Ok(path.string()?.to_owned()));
                delegations.roles.push(Delegated {
                    name: role.field("name")?.string()?.to_owned(),
                    keys: RoleKeys::read(&role)?,
                    paths: paths.collect::<Result<_, ShapeError>>()?,
                });
            }
        }
        Ok(delegations)
    }
}
