//! Drafting: new metadata as edits of a tree, so that whatever else stands in the old metadata survives.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::json::{Json, Object};

use super::key::keyid_of;
use super::{REHEARSAL_MARK, time};

/// What every draft states.
#[derive(Clone, Debug)]
pub struct Common {
    /// The version to write.
    pub version: i64,
    /// When it expires.
    pub expires: Timestamp,
    /// `spec_version`.
    pub spec_version: String,
    /// Whether this is a rehearsal.
    pub rehearsal: bool,
}

/// A role's keys and threshold, the keys as complete objects.
#[derive(Clone, Debug)]
pub struct RoleSpec {
    /// Key objects in the order of the policy.
    pub keys: Vec<Json>,
    /// The threshold.
    pub threshold: i64,
}

impl RoleSpec {
    fn keyids(&self) -> Json {
        Json::strings(self.keys.iter().map(keyid_of))
    }
}

/// One delegated role to write into targets.
#[derive(Clone, Debug)]
pub struct DelegationSpec {
    /// Its name.
    pub name: String,
    /// Its keys and threshold.
    pub role: RoleSpec,
    /// Path patterns.
    pub paths: Vec<String>,
    /// Whether the search ends here.
    pub terminating: bool,
}

/// Root metadata. With a `base`, that tree is edited: its unknown fields stay, at every level, and keys that no role
/// names any longer go.
pub fn root(
    base: Option<&Json>,
    common: &Common,
    consistent_snapshot: bool,
    roles: &BTreeMap<String, RoleSpec>,
) -> Json {
    let mut signed = header(base, "root", common);
    signed.insert("consistent_snapshot".to_owned(), Json::Bool(consistent_snapshot));
    let mut keys = Object::new();
    for key in roles.values().flat_map(|role| &role.keys) {
        keys.insert(keyid_of(key), key.clone());
    }
    signed.insert("keys".to_owned(), Json::Obj(keys));
    let mut written = match signed.remove("roles") {
        Some(Json::Obj(roles)) => roles,
        _ => Object::new(),
    };
    for (name, role) in roles {
        let mut object = match written.remove(name) {
            Some(Json::Obj(object)) => object,
            _ => Object::new(),
        };
        object.insert("keyids".to_owned(), role.keyids());
        object.insert("threshold".to_owned(), Json::Int(role.threshold));
        written.insert(name.clone(), Json::Obj(object));
    }
    signed.insert("roles".to_owned(), Json::Obj(written));
    Json::Obj(signed)
}

/// Targets metadata without target files.
pub fn targets(common: &Common, delegations: &[DelegationSpec]) -> Json {
    let mut signed = header(None, "targets", common);
    signed.insert("targets".to_owned(), Json::Obj(Object::new()));
    if !delegations.is_empty() {
        let keys = delegations.iter().flat_map(|delegation| &delegation.role.keys);
        let keys = keys.map(|key| (keyid_of(key), key.clone())).collect();
        let roles = delegations.iter().map(|delegation| {
            Json::object([
                ("keyids", delegation.role.keyids()),
                ("name", Json::from(delegation.name.as_str())),
                ("paths", Json::strings(delegation.paths.iter().map(String::as_str))),
                ("terminating", Json::Bool(delegation.terminating)),
                ("threshold", Json::Int(delegation.role.threshold)),
            ])
        });
        let roles = Json::Arr(roles.collect());
        signed.insert("delegations".to_owned(), Json::object([("keys", Json::Obj(keys)), ("roles", roles)]));
    }
    Json::Obj(signed)
}

/// Snapshot metadata naming the version of each targets file.
pub fn snapshot(common: &Common, versions: &BTreeMap<String, i64>) -> Json {
    let mut signed = header(None, "snapshot", common);
    let meta = versions.iter().map(|(role, version)| (format!("{role}.json"), version_only(*version)));
    signed.insert("meta".to_owned(), Json::Obj(meta.collect()));
    Json::Obj(signed)
}

/// Timestamp metadata naming the version of the snapshot. Length and hashes are optional (spec 4.6) and left out:
/// they would bind the timestamp to signatures that do not exist yet when it is frozen.
pub fn timestamp(common: &Common, snapshot_version: i64) -> Json {
    let mut signed = header(None, "timestamp", common);
    signed.insert("meta".to_owned(), Json::object([("snapshot.json", version_only(snapshot_version))]));
    Json::Obj(signed)
}

fn version_only(version: i64) -> Json {
    Json::object([("version", Json::Int(version))])
}

fn header(base: Option<&Json>, kind: &str, common: &Common) -> Object {
    let mut signed = base.and_then(Json::as_object).cloned().unwrap_or_default();
    signed.insert("_type".to_owned(), Json::from(kind));
    signed.insert("spec_version".to_owned(), Json::from(common.spec_version.as_str()));
    signed.insert("version".to_owned(), Json::Int(common.version));
    signed.insert("expires".to_owned(), Json::from(time::write(common.expires)));
    if common.rehearsal {
        signed.insert(REHEARSAL_MARK.to_owned(), Json::Bool(true));
    }
    signed
}
