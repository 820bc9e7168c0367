//! Delegations (spec 4.5): by path pattern, by hash prefix of the path, or to succinct hash bins (TAP 15).

use std::collections::BTreeMap;

use crate::crypto::digest::Sha256Digest;
use crate::json::view::{At, ShapeError};

use super::key::Key;
use super::root::{RoleKeys, read_keys};
use super::texts::Texts;

/// Which target paths a delegated role may speak for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Paths {
    /// Shell-style patterns over the path.
    Patterns(Texts),
    /// Prefixes of the hex SHA-256 of the path.
    HashPrefixes(Texts),
    /// Neither is stated: for none.
    Unstated,
}

/// One delegated role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DelegatedRole {
    /// Its name, and the stem of its file name.
    pub name: String,
    /// Its keys and threshold.
    pub keys: RoleKeys,
    /// Whether the search ends here when a path matches.
    pub terminating: bool,
    /// What it may speak for.
    pub paths: Paths,
}

/// Succinct hash bins (TAP 15): 2^bit_length roles that share keys and threshold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuccinctBins {
    /// The keys and threshold of every bin.
    pub keys: RoleKeys,
    /// How many bits of the path's SHA-256 choose the bin: 1 to 32.
    pub bit_length: u32,
    /// The bins are named prefix, hyphen, bin number in hex.
    pub name_prefix: String,
}

impl SuccinctBins {
    /// The name of bin `number`: all names of one set are equally long.
    pub fn name(&self, number: u64) -> String {
        let digits = self.bit_length.div_ceil(4) as usize;
        format!("{}-{number:0digits$x}", self.name_prefix)
    }

    /// The name of the bin that speaks for a target path.
    pub fn bin_for(&self, path: &str) -> String {
        let digest = Sha256Digest::of(path.as_bytes());
        let head = digest.0.iter().take(4).fold(0_u64, |head, byte| (head << 8) | u64::from(*byte));
        self.name(head >> (32 - self.bit_length))
    }
}

/// Who besides the role itself may speak.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delegates {
    /// Named roles, in order of priority.
    Roles(Vec<DelegatedRole>),
    /// Bins.
    Succinct(SuccinctBins),
}

/// The `delegations` object.
#[derive(Clone, Debug)]
pub struct Delegations {
    /// Keys of delegated roles by the keyid under which the file lists them.
    pub keys: BTreeMap<String, Key>,
    /// The roles.
    pub delegates: Delegates,
}

impl Delegations {
    /// Reads `delegations`.
    pub fn read(at: &At<'_>) -> Result<Delegations, ShapeError> {
        let keys = read_keys(&at.field("keys")?)?;
        let delegates = match (at.optional("roles")?, at.optional("succinct_roles")?) {
            (Some(roles), None) => {
                Delegates::Roles(roles.elements()?.map(|role| read_role(&role)).collect::<Result<_, _>>()?)
            }
            (None, Some(bins)) => Delegates::Succinct(read_succinct(&bins)?),
            _ => return Err(at.error("needs exactly one of \"roles\" and \"succinct_roles\"")),
        };
        Ok(Delegations { keys, delegates })
    }
}

fn read_role(at: &At<'_>) -> Result<DelegatedRole, ShapeError> {
    let paths = match (at.optional("paths")?, at.optional("path_hash_prefixes")?) {
        (Some(paths), None) => Paths::Patterns(Texts::read(&paths)?),
        (None, Some(prefixes)) => Paths::HashPrefixes(Texts::read(&prefixes)?),
        (None, None) => Paths::Unstated,
        _ => return Err(at.error("can have only one of \"paths\" and \"path_hash_prefixes\"")),
    };
    let name = at.field("name")?;
    let text = name.string()?;
    if super::TOP_LEVEL.contains(&text) || text.is_empty() {
        return Err(name.error(format!("{text:?} cannot be the name of a delegated role")));
    }
    let terminating = at.field("terminating")?.boolean()?;
    Ok(DelegatedRole { name: text.to_owned(), keys: RoleKeys::read(at)?, terminating, paths })
}

fn read_succinct(at: &At<'_>) -> Result<SuccinctBins, ShapeError> {
    let bits = at.field("bit_length")?;
    match u32::try_from(bits.integer(1)?) {
        Ok(bit_length @ 1..=32) => {
            let name_prefix = at.field("name_prefix")?.string()?.to_owned();
            Ok(SuccinctBins { keys: RoleKeys::read(at)?, bit_length, name_prefix })
        }
        _ => Err(bits.error("must be between 1 and 32")),
    }
}
