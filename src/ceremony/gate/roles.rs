//! Roles with the people and the key material behind their keys, as planned and as drafted.

use std::collections::BTreeMap;

use crate::checks::Finding;
use crate::checks::roles::{Member, Role, key_distinct, key_holder, root_slack, root_threshold};
use crate::crypto::digest::Sha256Digest;
use crate::policy::RolePlan;
use crate::tuf::key::Key;
use crate::tuf::root::RoleKeys;

use super::super::Ceremony;

pub(super) fn role_checks(roles: &[Role]) -> Vec<Finding> {
    vec![root_threshold(roles), root_slack(roles), key_holder(roles), key_distinct(roles)]
}

pub(super) fn planned_role(ceremony: &Ceremony, name: &str, plan: &RolePlan) -> Role {
    let members = plan
        .keys
        .iter()
        .map(|key| member(ceremony, key, ceremony.keyring.get(key).map(|key| key.fingerprint())));
    Role { name: name.to_owned(), threshold: plan.threshold, members: members.collect() }
}

pub(super) fn drafted_role(
    ceremony: &Ceremony,
    name: &str,
    role: &RoleKeys,
    keys: &BTreeMap<String, Key>,
) -> Role {
    let mut named: Vec<&str> = Vec::new();
    let members = role.keyids.iter().map(|keyid| {
        let material = keys.get(keyid).and_then(Key::material);
        // One piece of key material may have several names, and several keyids.
        let names = || ceremony.keyring.names_of(material);
        let known = names().find(|name| !named.contains(name)).or_else(|| names().next());
        named.extend(known);
        member(ceremony, known.unwrap_or(keyid), material)
    });
    Role { name: name.to_owned(), threshold: role.threshold, members: members.collect() }
}

fn member(ceremony: &Ceremony, name: &str, material: Option<Sha256Digest>) -> Member {
    let holder = ceremony.policy.keys.get(name).and_then(|key| key.holder.clone());
    Member { name: name.to_owned(), holder, device: ceremony.policy.device_of(name), material }
}
