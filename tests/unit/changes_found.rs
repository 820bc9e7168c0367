//! What random sequences of changes came upon, each as a case of its own.

use tuf_ceremony::ceremony::change::{Change, Newcomer};
use tuf_ceremony::policy::Reason;
use tuf_ceremony::policy::edit::NewKey;

use crate::changes_world::World;

fn replace(key: &str, by: &str, reason: Option<Reason>) -> Change {
    let token = vec![("kind", "rehearsal".to_owned()), ("serial", format!("R-{by}"))];
    let (holder, scheme) = (Some("ada".to_owned()), "ed25519".to_owned());
    let new = NewKey { name: by.to_owned(), holder, scheme, token, public: None, standby_for: None };
    let newcomer = Some(Newcomer { key: new, person: None, public: None });
    Change::ReplaceKey {
        key: key.to_owned(),
        by: by.to_owned(),
        newcomer,
        reason: reason.map(|reason| (reason, None)),
    }
}

/// Ada's key is another keyid in the delegation that no policy lists than elsewhere.
#[test]
fn a_refresh_leaves_every_role_the_keyid_that_it_has() {
    World::new(1).hold(true, &[]);
}

#[test]
fn a_key_that_is_replaced_is_replaced_in_delegations_that_are_carried_over() {
    let mut world = World::new(2);
    world.hold(true, &[replace("ada-card", "ada-2", None)]);
    assert!(world.model.roles["deep"].keys.contains("ada-2"));
}

#[test]
fn a_key_that_comes_and_goes_in_one_ceremony_leaves_nothing_behind() {
    let mut world = World::new(3);
    let lost = |key, by| replace(key, by, Some(Reason::Lost));
    world.hold(true, &[lost("ada-card", "ada-2"), lost("ada-2", "ada-3")]);
    assert!(world.model.roles["deep"].keys.contains("ada-3"));
    let revoke = Change::RevokeKey { key: "ada-4".to_owned(), reason: Reason::Lost, since: None };
    world.hold(true, &[lost("ada-3", "ada-4"), revoke, replace("pool-key", "pool-2", None)]);
    assert_eq!(world.model.roles["deep"].keys.len(), 1);
}

#[test]
fn a_delegation_that_is_carried_over_keeps_its_threshold() {
    let mut world = World::new(4);
    let by = |key: &str, by: &str| {
        let reason = Some((Reason::Retired, None));
        Change::ReplaceKey { key: key.to_owned(), by: by.to_owned(), newcomer: None, reason }
    };
    // Both roles would be left to nobody.
    let revoke = Change::RevokeKey { key: "legacy-key".to_owned(), reason: Reason::Lost, since: None };
    let replaced = by("ada-card", "legacy-key");
    world.refuses("ROOT-REVOKED", &[replaced, revoke]);
}

/// Where a role of the plan has the key, the role says so; here none does.
#[test]
fn no_revoked_key_takes_the_place_of_one_that_only_carried_over_delegations_have() {
    let replaced = Change::ReplaceKey {
        key: "legacy-key".to_owned(),
        by: "online".to_owned(),
        newcomer: None,
        reason: None,
    };
    let lost = replace("online", "online-2", Some(Reason::Lost));
    World::new(5).refuses("ROOT-REVOKED", &[lost, replaced]);
}

#[test]
fn no_key_takes_its_own_place() {
    let mut world = World::new(6);
    let same = Change::ReplaceKey {
        key: "ben-card".to_owned(),
        by: "ben-card".to_owned(),
        newcomer: None,
        reason: None,
    };
    world.refuses("", &[same]);
}

#[test]
fn versions_go_on_after_a_ceremony_that_made_nothing_but_a_root() {
    let mut world = World::new(7);
    world.hold(true, &[]);
    world.hold(true, &[Change::SetThreshold { role: "root".to_owned(), threshold: 2 }]);
    assert!(!world.directory().join("metadata/timestamp.json").exists());
    world.hold(false, &[]);
}
