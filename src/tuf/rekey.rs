//! Delegations that exist, edited in place: who may sign changes where it is meant to, and every other field stays.

use std::collections::{BTreeMap, BTreeSet};

use crate::crypto::digest::Sha256Digest;
use crate::json::view::{At, ShapeError};
use crate::json::{Json, Object};

use super::build::DelegationSpec;
use super::key::keyid_of;
use super::root::read_keys;

/// What is to change in delegations, wherever they stand.
#[derive(Clone, Debug, Default)]
pub struct Rekey {
    /// Roles whose keys and thresholds are stated; what of paths is not stated stays.
    pub stated: BTreeMap<String, DelegationSpec>,
    /// Key material that goes from every other role, under every keyid, and the key object that takes its place.
    pub gone: BTreeMap<Sha256Digest, Option<Json>>,
}

impl Rekey {
    /// The delegations of targets metadata after the change; `add` names stated roles to delegate to that are not there yet.
    ///
    /// # Errors
    /// The delegations, or their keys, do not have the shape of the specification (4.5).
    pub fn apply(&self, signed: &Json, add: &[&str]) -> Result<Json, ShapeError> {
        let mut signed = signed.clone();
        let Some(members) = signed.as_object_mut() else { return Ok(signed) };
        let mut delegations = match members.remove("delegations") {
            Some(Json::Obj(delegations)) => delegations,
            // Without delegations there is nothing to change, and none is added where none is wanted.
            other if add.is_empty() => {
                drop(other.map(|other| members.insert("delegations".to_owned(), other)));
                return Ok(signed);
            }
            _ => Object::new(),
        };
        let mut keys = match delegations.remove("keys") {
            Some(keys @ Json::Obj(_)) => keys,
            _ => Json::Obj(Object::new()),
        };
        let gone = self.gone_keyids(&keys)?;
        let before = used(&delegations);
        let mut new_keys: Vec<&Json> = Vec::new();
        for part in ["roles", "succinct_roles"] {
            for role in roles_of(delegations.get_mut(part)) {
                new_keys.extend(self.edit(role, &gone));
            }
        }
        if !add.is_empty() {
            let roles = match delegations.remove("roles") {
                Some(Json::Arr(roles)) => roles,
                _ => Vec::new(),
            };
            let stated = add.iter().filter_map(|name| self.stated.get(*name));
            new_keys.extend(stated.clone().flat_map(|spec| &spec.role.keys));
            let added = stated.map(DelegationSpec::to_json);
            delegations.insert("roles".to_owned(), Json::Arr(roles.into_iter().chain(added).collect()));
        }
        let after = used(&delegations);
        if let Some(keys) = keys.as_object_mut() {
            for key in new_keys {
                keys.insert(keyid_of(key), key.clone());
            }
            // A key that nobody named before is not ours to remove, unless it is one that goes.
            let dropped =
                before.difference(&after).chain(gone.keys().filter(|keyid| !after.contains(*keyid)));
            for keyid in dropped.cloned().collect::<Vec<_>>() {
                keys.remove(&keyid);
            }
        }
        delegations.insert("keys".to_owned(), keys);
        members.insert("delegations".to_owned(), Json::Obj(delegations));
        Ok(signed)
    }

    /// The keyids of the material that goes, as this file has them, and what takes their place.
    fn gone_keyids(&self, keys: &Json) -> Result<BTreeMap<String, Option<&Json>>, ShapeError> {
        let keys = read_keys(&At::new(keys, "keys"))?;
        let gone = keys
            .iter()
            .filter_map(|(keyid, key)| Some((keyid.clone(), self.gone.get(&key.material()?)?.as_ref())));
        Ok(gone.collect())
    }

    /// Edits one role, and says which keys it has now that it may not have had.
    fn edit<'a>(&'a self, role: &mut Object, gone: &BTreeMap<String, Option<&'a Json>>) -> Vec<&'a Json> {
        let name = ["name", "name_prefix"].iter().find_map(|field| role.get(field).and_then(Json::as_str));
        if let Some(spec) = name.and_then(|name| self.stated.get(name)) {
            spec.write_into(role);
            return spec.role.keys.iter().collect();
        }
        let listed: Vec<String> = keyids(role);
        if !listed.iter().any(|keyid| gone.contains_key(keyid)) {
            return Vec::new();
        }
        let mut left: Vec<String> = Vec::new();
        let mut new_keys = Vec::new();
        for keyid in listed {
            let next = match gone.get(&keyid) {
                None => Some(keyid),
                Some(replacement) => {
                    new_keys.extend(*replacement);
                    replacement.map(keyid_of)
                }
            };
            left.extend(next.filter(|next| !left.contains(next)));
        }
        role.insert("keyids".to_owned(), Json::strings(left));
        new_keys
    }
}

/// The role objects of a part: named ones, or the one that stands for all bins (TAP 15).
fn roles_of(part: Option<&mut Json>) -> Vec<&mut Object> {
    match part {
        Some(Json::Arr(roles)) => roles.iter_mut().filter_map(Json::as_object_mut).collect(),
        Some(Json::Obj(bins)) => vec![bins],
        _ => Vec::new(),
    }
}

fn keyids(role: &Object) -> Vec<String> {
    let listed = role.get("keyids").and_then(Json::as_array).unwrap_or_default();
    listed.iter().filter_map(Json::as_str).map(str::to_owned).collect()
}

fn used(delegations: &Object) -> BTreeSet<String> {
    let roles = delegations.get("roles").and_then(Json::as_array).unwrap_or_default();
    let bins = delegations.get("succinct_roles");
    roles.iter().chain(bins).filter_map(Json::as_object).flat_map(keyids).collect()
}
