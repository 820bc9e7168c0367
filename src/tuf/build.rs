//! Drafting: new metadata as edits of a tree, so that whatever else stands in the old metadata survives.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::json::{Json, Object};

use super::key::keyid_of;
use super::{REHEARSAL_MARK, commitment, time};

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
    /// Writes keyids and threshold. The same keys in another order are no change.
    fn write_into(&self, role: &mut Object) {
        let keyids: Vec<String> = self.keys.iter().map(keyid_of).collect();
        let listed = role.get("keyids").and_then(Json::as_array).unwrap_or_default();
        let mut today: Vec<&str> = listed.iter().filter_map(Json::as_str).collect();
        let mut planned: Vec<&str> = keyids.iter().map(String::as_str).collect();
        today.sort_unstable();
        planned.sort_unstable();
        if today != planned {
            role.insert("keyids".to_owned(), Json::strings(keyids));
        }
        role.insert("threshold".to_owned(), Json::Int(self.threshold));
    }
}

/// One delegated role to write into targets.
#[derive(Clone, Debug)]
pub struct DelegationSpec {
    /// Its name.
    pub name: String,
    /// Its keys and threshold.
    pub role: RoleSpec,
    /// Path patterns; `None` leaves those of a role that exists.
    pub paths: Option<Vec<String>>,
    /// Whether the search ends here; `None` leaves it as it is, or false.
    pub terminating: Option<bool>,
}

impl DelegationSpec {
    /// The role object of a delegation that is new.
    pub fn to_json(&self) -> Json {
        let mut role = Object::new();
        role.insert("name".to_owned(), Json::from(self.name.as_str()));
        role.insert("paths".to_owned(), Json::Arr(Vec::new()));
        role.insert("terminating".to_owned(), Json::Bool(false));
        self.write_into(&mut role);
        Json::Obj(role)
    }

    /// Writes what is stated into the object of a role that exists.
    pub fn write_into(&self, role: &mut Object) {
        self.role.write_into(role);
        if let Some(paths) = &self.paths {
            role.insert("paths".to_owned(), Json::strings(paths.iter().map(String::as_str)));
        }
        if let Some(terminating) = self.terminating {
            role.insert("terminating".to_owned(), Json::Bool(terminating));
        }
    }
}

/// Root metadata. With a `base`, that tree is edited: its unknown fields stay, at every level, and keys that no role
/// names any longer go; so does the commitment to a record.
pub fn root(
    base: Option<&Json>,
    common: &Common,
    consistent_snapshot: bool,
    roles: &BTreeMap<String, RoleSpec>,
) -> Json {
    let mut signed = header(base, "root", common);
    // What an earlier root commits to is the record of another ceremony.
    signed.remove(commitment::FIELD);
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
        role.write_into(&mut object);
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
        let roles = Json::Arr(delegations.iter().map(DelegationSpec::to_json).collect());
        signed.insert("delegations".to_owned(), Json::object([("keys", Json::Obj(keys)), ("roles", roles)]));
    }
    Json::Obj(signed)
}

/// Targets metadata with the files and delegations of `base`, renewed; every other field stays.
pub fn renewed_targets(base: &Json, common: &Common) -> Json {
    Json::Obj(header(Some(base), "targets", common))
}

/// Snapshot metadata naming the version of each targets file. Of a `base`, other files and every other field stay; a file
/// whose version is the same keeps its length and hashes, and every file whatever else is said of it.
pub fn snapshot(base: Option<&Json>, common: &Common, versions: &BTreeMap<String, i64>) -> Json {
    let mut signed = header(base, "snapshot", common);
    let mut meta = meta_of(&mut signed);
    for (role, version) in versions {
        set_version(&mut meta, format!("{role}.json"), *version);
    }
    signed.insert("meta".to_owned(), Json::Obj(meta));
    Json::Obj(signed)
}

/// Timestamp metadata naming the version of the snapshot. Length and hashes are optional (spec 4.6) and left out:
/// they would bind the timestamp to signatures that do not exist yet when it is frozen. Of a `base`, every other field stays.
pub fn timestamp(base: Option<&Json>, common: &Common, snapshot_version: i64) -> Json {
    let mut signed = header(base, "timestamp", common);
    let mut meta = meta_of(&mut signed);
    set_version(&mut meta, "snapshot.json".to_owned(), snapshot_version);
    signed.insert("meta".to_owned(), Json::Obj(meta));
    Json::Obj(signed)
}

fn meta_of(signed: &mut Object) -> Object {
    match signed.remove("meta") {
        Some(Json::Obj(meta)) => meta,
        _ => Object::new(),
    }
}

fn set_version(meta: &mut Object, file: String, version: i64) {
    let same = meta.get(&file).and_then(|said| said.get("version")).and_then(Json::as_int) == Some(version);
    if same {
        return;
    }
    let mut said = match meta.remove(&file) {
        Some(Json::Obj(said)) => said,
        _ => Object::new(),
    };
    said.remove("length");
    said.remove("hashes");
    said.insert("version".to_owned(), Json::Int(version));
    meta.insert(file, Json::Obj(said));
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
