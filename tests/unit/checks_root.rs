//! ROOT-ROLES, ROOT-VERSION, ROOT-REVOKED, ROOT-FAST-FORWARD.

use tuf_ceremony::checks::Check;
use tuf_ceremony::checks::root::{Revocable, root_fast_forward, root_revoked, root_roles, root_version};
use tuf_ceremony::json::Json;
use tuf_ceremony::tuf::root::{RoleKeys, Root};

use crate::checks_fixture::{USUAL, keyid, named, object, passes, refuses, root_tree, usual_root};

fn root(roles: [(&[u8], i64); 4]) -> Root {
    Root::read(&root_tree(2, roles)).unwrap()
}

/// The usual root with a member of `keys` or `roles` removed (`None`) or written anew.
fn edited(part: &str, name: &str, value: Option<Json>) -> Root {
    let mut tree = root_tree(1, USUAL);
    let part = tree.as_object_mut().unwrap().get_mut(part).unwrap().as_object_mut().unwrap();
    match value {
        Some(value) => part.insert(name.to_owned(), value),
        None => part.remove(name),
    };
    Root::read(&tree).unwrap()
}

fn nobody() -> Json {
    Json::object([("keyids", Json::Arr(vec![])), ("threshold", Json::Int(1))])
}

/// The roles of a root, as ROOT-REVOKED judges them.
fn roles_of(root: &Root) -> Vec<Revocable> {
    let role = |(name, keys): (&String, &RoleKeys)| Revocable {
        role: name.clone(),
        threshold: keys.threshold,
        materials: root.keys_of(name).iter().filter_map(|key| key.material()).collect(),
    };
    root.roles.iter().map(role).collect()
}

#[test]
fn root_roles_passes_four_roles_without_loose_ends() {
    passes(&root_roles(&usual_root(1)), Check::RootRoles, "four roles, 6 keys, all defined and used");
}

#[test]
fn root_roles_refuses_a_missing_role() {
    let root = edited("roles", "targets", None);
    refuses(&root_roles(&root), Check::RootRoles, "the role targets is missing");
}

#[test]
fn root_roles_refuses_a_role_of_its_own_making() {
    let root = edited("roles", "mirrors", Some(nobody()));
    refuses(
        &root_roles(&root),
        Check::RootRoles,
        "the role mirrors is none of the four that all clients know",
    );
}

#[test]
fn root_roles_refuses_a_key_that_is_not_defined() {
    let root = edited("keys", &keyid(6), None);
    let what = format!(
        "snapshot names the key {0}, which is not defined; timestamp names the key {0}, which is not defined",
        keyid(6)
    );
    refuses(&root_roles(&root), Check::RootRoles, &what);
}

#[test]
fn root_roles_refuses_an_orphan_key() {
    let root = edited("keys", &keyid(7), Some(object(7)));
    refuses(&root_roles(&root), Check::RootRoles, &format!("the key {} is in no role", keyid(7)));
}

#[test]
fn root_version_passes_the_next_one() {
    passes(&root_version(None, 1), Check::RootVersion, "the first root is version 1");
    passes(&root_version(Some(7), 8), Check::RootVersion, "8 follows the trusted 7");
}

#[test]
fn root_version_refuses_every_other() {
    for (trusted, version, wanted) in [(None, 2, 1), (Some(7), 7, 8), (Some(7), 9, 8), (Some(7), 6, 8)] {
        let what = format!("the root has version {version}, and {wanted} is next");
        refuses(&root_version(trusted, version), Check::RootVersion, &what);
    }
    let last = format!("the root has version {}, and none is next", i64::MAX);
    refuses(&root_version(Some(i64::MAX), i64::MAX), Check::RootVersion, &last);
}

#[test]
fn root_revoked_passes_when_the_key_is_gone() {
    passes(&root_revoked(&roles_of(&usual_root(1)), &[]), Check::RootRevoked, "no key is revoked");
    let gone = [named("old-online", 8), named("old-root", 9)];
    let evidence = "2 revoked keys are in no role, and the others suffice";
    passes(&root_revoked(&roles_of(&usual_root(1)), &gone), Check::RootRevoked, evidence);
}

#[test]
fn root_revoked_refuses_a_key_that_stayed() {
    let what = "the revoked key ada is still in root; the revoked key ada is still in targets";
    refuses(&root_revoked(&roles_of(&usual_root(1)), &[named("ada", 1)]), Check::RootRevoked, what);
}

#[test]
fn root_revoked_sees_the_key_under_another_keyid() {
    let mut disguised = object(6);
    disguised.as_object_mut().unwrap().insert("x-note".to_owned(), Json::from("quite another key"));
    let mut tree = root_tree(1, USUAL);
    let keys = tree.as_object_mut().unwrap().get_mut("keys").unwrap().as_object_mut().unwrap();
    keys.insert(keyid(6), disguised);
    let what = "the revoked key online is still in snapshot; snapshot keeps 0 keys, and its threshold is 1; \
                the revoked key online is still in timestamp; timestamp keeps 0 keys, and its threshold is 1";
    refuses(
        &root_revoked(&roles_of(&Root::read(&tree).unwrap()), &[named("online", 6)]),
        Check::RootRevoked,
        what,
    );
}

#[test]
fn root_revoked_refuses_when_too_few_survive() {
    let few = root([(&[1, 2], 3), USUAL[1], USUAL[2], USUAL[3]]);
    let what = "root keeps 2 keys, and its threshold is 3";
    refuses(&root_revoked(&roles_of(&few), &[named("cleo", 53)]), Check::RootRevoked, what);
}

#[test]
fn root_fast_forward_passes_where_nothing_is_inflated() {
    let stolen = [named("online", 6)];
    let first = root_fast_forward(None, &usual_root(1), &stolen);
    passes(&first, Check::RootFastForward, "there is nothing yet that could have been inflated");
    let other = root_fast_forward(Some(&usual_root(1)), &usual_root(2), &[named("ada", 1)]);
    passes(&other, Check::RootFastForward, "no timestamp or snapshot key is compromised");
}

#[test]
fn root_fast_forward_passes_new_keys_for_both() {
    let new = root([USUAL[0], USUAL[1], (&[7], 1), (&[8], 1)]);
    let finding = root_fast_forward(Some(&usual_root(1)), &new, &[named("online", 6)]);
    passes(&finding, Check::RootFastForward, "timestamp and snapshot both get new keys");
}

#[test]
fn root_fast_forward_refuses_when_one_role_keeps_its_keys() {
    let apart = root([USUAL[0], USUAL[1], (&[7], 1), (&[8], 1)]);
    for (roles, kept) in [([(&[7][..], 1), (&[9][..], 1)], "snapshot"), ([(&[9], 1), (&[8], 1)], "timestamp")]
    {
        let new = root([USUAL[0], USUAL[1], roles[0], roles[1]]);
        let stolen = if kept == "snapshot" { 8 } else { 7 };
        let what = format!("a timestamp or snapshot key is compromised, and {kept} keeps its keys");
        refuses(
            &root_fast_forward(Some(&apart), &new, &[named("it", stolen)]),
            Check::RootFastForward,
            &what,
        );
    }
}

/// A key that comes beside the old one makes no client forget.
#[test]
fn root_fast_forward_refuses_a_key_that_is_only_added() {
    let [root, targets, ..] = USUAL;
    let told = |roles: &[&str]| {
        let one =
            |role: &&str| format!("a timestamp or snapshot key is compromised, and {role} keeps its keys");
        roles.iter().map(one).collect::<Vec<_>>().join("; ")
    };
    let both: (&[u8], i64) = (&[6, 7], 1);
    let new: (&[u8], i64) = (&[7], 1);
    for (snapshot, timestamp, kept) in [
        (both, both, &["timestamp", "snapshot"][..]),
        (both, new, &["snapshot"]),
        (new, both, &["timestamp"]),
    ] {
        let root = Root::read(&root_tree(2, [root, targets, snapshot, timestamp])).unwrap();
        let finding = root_fast_forward(Some(&usual_root(1)), &root, &[named("online", 6)]);
        refuses(&finding, Check::RootFastForward, &told(kept));
    }
}
