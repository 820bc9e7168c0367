//! root metadata (spec 4.3): which keys may sign for which role, and how many must.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::json::Json;
use crate::json::view::{At, ShapeError};

use super::envelope::{Envelope, Header, MetadataError};
use super::key::Key;

/// Keyids that a role may list: more than any role of people or machines has.
const MOST_KEYIDS: usize = 16_384;

/// The keys and threshold of one role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleKeys {
    /// Keyids in the order of the file; may repeat, may name keys that are not there.
    pub keyids: Vec<String>,
    /// At least 1.
    pub threshold: i64,
}

impl RoleKeys {
    /// Reads `keyids` and `threshold`.
    pub fn read(at: &At<'_>) -> Result<RoleKeys, ShapeError> {
        let keyids = at.field("keyids")?;
        if keyids.elements()?.nth(MOST_KEYIDS).is_some() {
            return Err(keyids.error(format!("more than {MOST_KEYIDS} keyids")));
        }
        Ok(RoleKeys { keyids: keyids.strings()?, threshold: at.field("threshold")?.integer(1)? })
    }
}

/// A typed view of root metadata.
#[derive(Clone, Debug)]
pub struct Root {
    /// `signed`, every field included.
    pub tree: Arc<Json>,
    /// Version, expiry, specification version.
    pub header: Header,
    /// `consistent_snapshot`; absent in some old roots.
    pub consistent_snapshot: Option<bool>,
    /// All keys by the keyid under which the file lists them.
    pub keys: Arc<BTreeMap<String, Key>>,
    /// All roles by name.
    pub roles: BTreeMap<String, RoleKeys>,
}

impl Root {
    /// Reads the `signed` part of an envelope.
    pub fn read(signed: &Json) -> Result<Root, ShapeError> {
        Root::read_shared(Arc::new(signed.clone()))
    }

    /// Like [`Root::read`], without a copy.
    pub fn read_shared(signed: Arc<Json>) -> Result<Root, ShapeError> {
        let at = At::new(&signed, "signed");
        let header = Header::read(&at, "root")?;
        let consistent_snapshot = at.optional("consistent_snapshot")?.map(|at| at.boolean()).transpose()?;
        let keys = Arc::new(read_keys(&at.field("keys")?)?);
        let mut roles = BTreeMap::new();
        for (name, role) in at.field("roles")?.entries()? {
            roles.insert(name.to_owned(), RoleKeys::read(&role)?);
        }
        if !roles.contains_key("root") {
            return Err(at.error("the role \"root\" is missing from roles"));
        }
        Ok(Root { tree: Arc::clone(&signed), header, consistent_snapshot, keys, roles })
    }

    /// Reads the root inside an envelope.
    pub fn of(envelope: &Envelope) -> Result<Root, MetadataError> {
        Ok(Root::read(&envelope.signed)?)
    }

    /// The keys of a role that are defined, once each, in the order of the role.
    pub fn keys_of(&self, role: &str) -> Vec<&Key> {
        let mut seen = Vec::new();
        let keyids = self.roles.get(role).map(|role| role.keyids.as_slice()).unwrap_or_default();
        for key in keyids.iter().filter_map(|keyid| self.keys.get(keyid)) {
            if !seen.iter().any(|other: &&Key| other.keyid == key.keyid) {
                seen.push(key);
            }
        }
        seen
    }
}

/// Reads a `keys` object.
pub fn read_keys(at: &At<'_>) -> Result<BTreeMap<String, Key>, ShapeError> {
    at.entries()?.map(|(keyid, key)| Ok((keyid.to_owned(), Key::read(keyid, &key)?))).collect()
}
