//! Delegations that exist, edited in place.

use std::collections::BTreeMap;

use tuf_ceremony::crypto::KeyAlgorithm;
use tuf_ceremony::json::Json;
use tuf_ceremony::json::view::At;
use tuf_ceremony::tuf::build::{DelegationSpec, RoleSpec};
use tuf_ceremony::tuf::key::{Key, keyid_of};
use tuf_ceremony::tuf::rekey::Rekey;

use crate::tuf_fixture::{Holder, json};

fn material(object: &Json) -> tuf_ceremony::crypto::digest::Sha256Digest {
    Key::read("", &At::new(object, "key")).unwrap().material().unwrap()
}

/// Targets with these keys, and roles as name, keyids, threshold.
fn targets(keys: &[&Json], roles: &[(&str, &[&Json], i64)]) -> Json {
    let keys = keys.iter().map(|key| (keyid_of(key), (*key).clone())).collect();
    let role = |(name, keys, threshold): &(&str, &[&Json], i64)| {
        let mut role =
            json(r#"{ "paths": ["a/*"], "terminating": true, "x-note": { "of": ["a", "role"] } }"#);
        let object = role.as_object_mut().unwrap();
        object.insert("name".to_owned(), Json::from(*name));
        object.insert("keyids".to_owned(), Json::strings(keys.iter().map(|key| keyid_of(key))));
        object.insert("threshold".to_owned(), Json::Int(*threshold));
        role
    };
    let roles = Json::Arr(roles.iter().map(role).collect());
    let mut signed = json(
        r#"{ "_type": "targets", "version": 4, "targets": {}, "x-kept": null, "delegations": { "x-kept": [1] } }"#,
    );
    let delegations =
        signed.as_object_mut().unwrap().get_mut("delegations").unwrap().as_object_mut().unwrap();
    delegations.insert("keys".to_owned(), Json::Obj(keys));
    delegations.insert("roles".to_owned(), roles);
    signed
}

fn gone(pairs: &[(&Json, Option<&Json>)]) -> Rekey {
    let gone = pairs.iter().map(|(key, by)| (material(key), by.cloned())).collect();
    Rekey { stated: BTreeMap::new(), gone }
}

fn stated(name: &str, keys: &[&Json], threshold: i64) -> Rekey {
    let keys = keys.iter().map(|key| (*key).clone()).collect();
    let role = RoleSpec { keys, threshold };
    let spec = DelegationSpec { name: name.to_owned(), role, paths: None, terminating: None };
    Rekey { stated: BTreeMap::from([(name.to_owned(), spec)]), gone: BTreeMap::new() }
}

#[track_caller]
fn gives(before: &Json, rekey: &Rekey, after: &Json) {
    assert_eq!(&rekey.apply(before, &[]).unwrap(), after);
}

fn holders() -> [Json; 4] {
    [1, 2, 3, 4].map(|seed| Holder::ed25519(seed).object)
}

#[test]
fn where_nothing_changes_every_byte_stays() {
    let [a, b, c, _] = &holders();
    let before = targets(&[a, b, c], &[("one", &[a], 1), ("two", &[b], 1)]);
    gives(&before, &Rekey::default(), &before);
    // A key that is nowhere, and a stated role that says what is there, in another order.
    let both = targets(&[a, b], &[("one", &[a, b], 2)]);
    gives(&both, &gone(&[(c, None)]), &both);
    gives(&both, &stated("one", &[b, a], 2), &both);
    gives(&both, &stated("other", &[c], 1), &both);
    for text in [r#"{ "_type": "targets", "targets": {} }"#, r#"{ "delegations": null, "x": 1 }"#, "[]"] {
        gives(&json(text), &gone(&[(a, None)]), &json(text));
    }
}

#[test]
fn a_key_that_goes_leaves_every_role_and_the_list_of_keys() {
    let [a, b, c, d] = &holders();
    let before = targets(&[a, b, c], &[("one", &[a, b], 1), ("two", &[c, a], 1), ("three", &[b], 1)]);
    let without = targets(&[b, c], &[("one", &[b], 1), ("two", &[c], 1), ("three", &[b], 1)]);
    gives(&before, &gone(&[(a, None)]), &without);
    let replaced = targets(&[b, c, d], &[("one", &[d, b], 1), ("two", &[c, d], 1), ("three", &[b], 1)]);
    gives(&before, &gone(&[(a, Some(d))]), &replaced);
    // By one that is there already: it does not stand there twice.
    let merged = targets(&[b, c], &[("one", &[b], 1), ("two", &[c, b], 1), ("three", &[b], 1)]);
    gives(&before, &gone(&[(a, Some(b))]), &merged);
    // Two at once, to one and to none.
    let two = targets(&[c, d], &[("one", &[d], 1), ("two", &[c], 1), ("three", &[d], 1)]);
    gives(&before, &gone(&[(a, None), (b, Some(d))]), &two);
}

#[test]
fn a_key_goes_under_every_keyid_that_it_has() {
    let holder = Holder::ed25519(1);
    let (a, again) = (&holder.object, &holder.renamed("x-mine"));
    let [_, b, c, _] = &holders();
    let before = targets(&[a, again, b], &[("one", &[a, again, b], 1), ("two", &[again], 1)]);
    let after = targets(&[b, c], &[("one", &[c, b], 1), ("two", &[c], 1)]);
    gives(&before, &gone(&[(a, Some(c))]), &after);
    let after = targets(&[b], &[("one", &[b], 1), ("two", &[], 1)]);
    gives(&before, &gone(&[(again, None)]), &after);
}

#[test]
fn keys_that_nobody_named_stay_unless_they_go() {
    let [a, b, c, d] = &holders();
    let before = targets(&[a, b, c], &[("one", &[a], 1)]);
    gives(&before, &gone(&[(a, Some(d))]), &targets(&[b, c, d], &[("one", &[d], 1)]));
    gives(&before, &gone(&[(b, None)]), &targets(&[a, c], &[("one", &[a], 1)]));
    gives(&before, &stated("one", &[b], 1), &targets(&[b, c], &[("one", &[b], 1)]));
}

#[test]
fn a_stated_role_gets_its_keys_and_threshold_and_keeps_the_rest() {
    let [a, b, c, d] = &holders();
    let before = targets(&[a, b], &[("one", &[a], 1), ("two", &[a, b], 1)]);
    gives(
        &before,
        &stated("two", &[b, c, d], 2),
        &targets(&[a, b, c, d], &[("one", &[a], 1), ("two", &[b, c, d], 2)]),
    );
    // What the plan states goes before what is revoked: ROOT-REVOKED judges that.
    let mut both = stated("two", &[a, c], 1);
    both.gone = gone(&[(a, Some(d))]).gone;
    let after = targets(&[a, c, d], &[("one", &[d], 1), ("two", &[a, c], 1)]);
    gives(&before, &both, &after);
}

#[test]
fn paths_and_the_end_of_the_search_change_where_they_are_stated() {
    let [a, ..] = &holders();
    let before = targets(&[a], &[("one", &[a], 1)]);
    let mut rekey = stated("one", &[a], 1);
    let spec = rekey.stated.get_mut("one").unwrap();
    (spec.paths, spec.terminating) = (Some(vec!["b/*".to_owned()]), Some(false));
    let after = rekey.apply(&before, &[]).unwrap();
    let role = &after.get("delegations").unwrap().get("roles").unwrap().as_array().unwrap()[0];
    assert_eq!(role.get("paths"), Some(&Json::strings(["b/*"])));
    assert_eq!(role.get("terminating"), Some(&Json::Bool(false)));
    assert_eq!(role.get("x-note"), Some(&json(r#"{ "of": ["a", "role"] }"#)));
}

#[test]
fn a_role_that_is_new_is_added_as_the_last() {
    let [a, b, ..] = &holders();
    let before = targets(&[a], &[("one", &[a], 1)]);
    let after = stated("new", &[b], 1).apply(&before, &["new"]).unwrap();
    let delegations = after.get("delegations").unwrap();
    let roles = delegations.get("roles").unwrap().as_array().unwrap();
    let names: Vec<_> = roles.iter().map(|role| role.get("name").unwrap().as_str().unwrap()).collect();
    assert_eq!(names, ["one", "new"]);
    assert_eq!(delegations.get("keys").unwrap().as_object().unwrap().len(), 2);
    assert_eq!(delegations.get("x-kept"), Some(&json("[1]")));
    // Where there were no delegations at all.
    let bare = json(r#"{ "_type": "targets", "targets": {}, "x-kept": null }"#);
    let after = stated("new", &[b], 1).apply(&bare, &["new"]).unwrap();
    let delegations = after.get("delegations").unwrap();
    assert_eq!(delegations.get("roles").unwrap().as_array().unwrap().len(), 1);
    assert_eq!(after.get("x-kept"), Some(&Json::Null));
}

#[test]
fn the_keys_of_all_bins_change_as_those_of_a_role() {
    let [a, b, c, _] = &holders();
    let bins = |keys: &[&Json], threshold: i64| {
        let mut signed = targets(keys, &[]);
        let delegations =
            signed.as_object_mut().unwrap().get_mut("delegations").unwrap().as_object_mut().unwrap();
        delegations.remove("roles");
        let mut role = json(r#"{ "bit_length": 8, "name_prefix": "bin", "x-note": "kept" }"#);
        let object = role.as_object_mut().unwrap();
        object.insert("keyids".to_owned(), Json::strings(keys.iter().map(|key| keyid_of(key))));
        object.insert("threshold".to_owned(), Json::Int(threshold));
        delegations.insert("succinct_roles".to_owned(), role);
        signed
    };
    gives(&bins(&[a, b], 1), &gone(&[(a, Some(c))]), &bins(&[c, b], 1));
    gives(&bins(&[a, b], 1), &gone(&[(b, None)]), &bins(&[a], 1));
    gives(&bins(&[a], 1), &stated("bin", &[b, c], 2), &bins(&[b, c], 2));
}

/// What this program does not know is nobody's to edit, whatever it looks like.
#[test]
fn fields_that_look_like_roles_and_are_none_stay() {
    let [a, b, c, _] = &holders();
    let with_history = |keys: &[&Json], role: &Json| {
        let mut signed = targets(keys, &[("one", &[role], 1)]);
        let past = format!(r#"[{{ "name": "one", "keyids": ["{}"], "threshold": 1 }}]"#, keyid_of(a));
        let delegations =
            signed.as_object_mut().unwrap().get_mut("delegations").unwrap().as_object_mut().unwrap();
        delegations.insert("x-history".to_owned(), json(&past));
        signed
    };
    gives(&with_history(&[a], a), &gone(&[(a, Some(b))]), &with_history(&[b], b));
    gives(&with_history(&[a], a), &stated("one", &[c], 1), &with_history(&[c], c));
}

#[test]
fn keys_that_nobody_can_read_stay_as_they_are() {
    let [a, b, ..] = &holders();
    let odd = json(r#"{ "keytype": "new", "scheme": "new", "keyval": { "public": "x" } }"#);
    let other = Holder::new(KeyAlgorithm::P256, 9).object;
    let before = targets(&[a, &odd, &other], &[("one", &[a, &odd], 1), ("two", &[&other], 1)]);
    let after = targets(&[b, &odd, &other], &[("one", &[b, &odd], 1), ("two", &[&other], 1)]);
    gives(&before, &gone(&[(a, Some(b))]), &after);
}

#[test]
fn keys_that_have_no_shape_are_an_error() {
    let [a, ..] = &holders();
    let before = json(r#"{ "delegations": { "keys": { "00": 1 }, "roles": [] } }"#);
    assert!(gone(&[(a, None)]).apply(&before, &[]).is_err());
}
