//! What metadata says: in which words, each in a place of its own, and never the same for different metadata.

use std::collections::BTreeMap;

use proptest::prelude::*;
use tuf_ceremony::json::Json;
use tuf_ceremony::tuf::facts::facts;

use crate::tuf_documents::{TRICKY, assert_places_differ, root, snapshot, succinct, targets, without_order};
use crate::tuf_fixture::{Holder, json};

fn names() -> impl Strategy<Value = String> {
    prop::sample::select(TRICKY.to_vec()).prop_map(str::to_owned)
}

fn header(kind: &str, rest: Vec<(&str, Json)>) -> Json {
    let mut signed = json(&format!(
        r#"{{"_type":"{kind}","spec_version":"1","version":1,"expires":"2030-01-01T00:00:00Z"}}"#
    ));
    signed.as_object_mut().unwrap().extend(rest.into_iter().map(|(name, value)| (name.to_owned(), value)));
    signed
}

fn object(size: usize, values: impl Strategy<Value = Json>) -> impl Strategy<Value = Json> {
    prop::collection::btree_map(names(), values, 0..=size)
        .prop_map(|members| Json::Obj(members.into_iter().collect()))
}

fn list(size: usize) -> impl Strategy<Value = Json> {
    prop::collection::vec(names(), 0..=size).prop_map(Json::strings)
}

/// Snapshots, roots and targets whose every name and text is a tricky one.
fn tricky_metadata() -> impl Strategy<Value = Json> {
    let text = || names().prop_map(Json::Str);
    let hashes =
        || object(2, text()).prop_filter("no hash", |hashes| !hashes.as_object().unwrap().is_empty());
    let file = (0..2_i64, hashes(), prop::option::of(names())).prop_map(|(length, hashes, extra)| {
        let mut file =
            Json::object([("version", Json::Int(1)), ("length", Json::Int(length)), ("hashes", hashes)]);
        file.as_object_mut().unwrap().extend(extra.map(|name| (name, Json::Int(1))));
        file
    });
    let key = || {
        (text(), text(), text()).prop_map(|(keytype, scheme, public)| {
            Json::object([
                ("keytype", keytype),
                ("scheme", scheme),
                ("keyval", Json::object([("public", public)])),
            ])
        })
    };
    let role = || {
        (list(2), 1..3_i64)
            .prop_map(|(ids, at_least)| Json::object([("keyids", ids), ("threshold", Json::Int(at_least))]))
    };
    let roots = (object(3, key()), object(3, role()), role()).prop_map(|(keys, mut roles, own)| {
        roles.as_object_mut().unwrap().insert("root".to_owned(), own);
        header("root", vec![("keys", keys), ("roles", roles)])
    });
    let delegation =
        (role(), names(), list(2), any::<bool>()).prop_map(|(mut role, name, paths, by_hash)| {
            let paths = (if by_hash { "path_hash_prefixes" } else { "paths" }, paths);
            let more = [("name", Json::from(format!("d{name}"))), paths, ("terminating", Json::Bool(true))];
            role.as_object_mut().unwrap().extend(more.map(|(name, value)| (name.to_owned(), value)));
            role
        });
    let targets = (object(1, key()), prop::collection::vec(delegation, 0..3)).prop_map(|(keys, roles)| {
        let delegations = Json::object([("keys", keys), ("roles", Json::Arr(roles))]);
        header("targets", vec![("targets", Json::object([])), ("delegations", delegations)])
    });
    prop_oneof![object(2, file).prop_map(|meta| header("snapshot", vec![("meta", meta)])), roots, targets,]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn different_metadata_says_different_things(batch in prop::collection::vec(tricky_metadata(), 24)) {
        let mut seen: BTreeMap<Vec<(String, String)>, Json> = BTreeMap::new();
        for signed in batch {
            assert_places_differ(&signed);
            let mut list: Vec<_> =
                facts(&signed).unwrap().into_iter().map(|fact| (fact.place, fact.value)).collect();
            list.sort();
            let common = without_order(&signed);
            let first = seen.entry(list).or_insert_with(|| common.clone());
            prop_assert_eq!(&*first, &common);
        }
    }
}

#[test]
fn no_name_however_tricky_makes_two_facts_of_one_place() {
    let every =
        |value: &Json| Json::Obj(TRICKY.iter().map(|name| ((*name).to_owned(), value.clone())).collect());
    let with_fields = |object: &str| {
        let Json::Obj(mut members) = every(&Json::Int(1)) else { panic!() };
        members.extend(json(object).as_object().unwrap().clone());
        Json::Obj(members)
    };
    let mut role = with_fields(r#"{"threshold":1,"name":"d","terminating":true,"paths":[]}"#);
    role.as_object_mut().unwrap().insert("keyids".to_owned(), Json::strings(TRICKY));
    let key = with_fields(r#"{"keytype":"k","scheme":"s","keyval":{"public":"p","a":1,"a: public":2}}"#);
    let mut roles = every(&role);
    roles.as_object_mut().unwrap().insert("root".to_owned(), role.clone());
    let delegated = TRICKY.map(|name| {
        let mut role = role.clone();
        let name = if name.is_empty() { "x" } else { name };
        role.as_object_mut().unwrap().insert("name".to_owned(), Json::from(name));
        role
    });
    let delegations = Json::object([("keys", every(&key)), ("roles", Json::Arr(delegated.into()))]);
    let file = with_fields(r#"{"version":1,"length":1,"hashes":{"sha256":"ab"}}"#);
    for (kind, members) in [
        ("root", vec![("keys", every(&key)), ("roles", roles)]),
        ("targets", vec![("targets", every(&file)), ("delegations", delegations)]),
        ("snapshot", vec![("meta", every(&file))]),
    ] {
        let mut signed = header(kind, members);
        for name in TRICKY {
            let signed = signed.as_object_mut().unwrap();
            if !signed.contains_key(name) {
                signed.insert(name.to_owned(), Json::Int(1));
            }
        }
        assert_places_differ(&signed);
    }
}

#[test]
fn facts_are_in_the_words_of_the_specification() {
    let line = |signed: &Json| -> Vec<String> {
        facts(signed).unwrap().into_iter().map(|fact| format!("{} = {}", fact.place, fact.value)).collect()
    };
    assert_eq!(
        line(&targets()),
        [
            "type = targets",
            "version = 1",
            "expires = 2030-01-01T00:00:00Z",
            "specification version = 1.0.31",
            "target \"a b.txt\" = 5 bytes, sha256 ab, sha512 cd",
            "target c = 0 bytes, blake \"??\"",
            "targets \"a b.txt\": field custom = {\"x\":1}",
            "delegation key k1 = not usable: the public value is not a usable key: this is not a single PEM block",
            "delegation key k1: public = zz",
            "delegation key k1: key type = ed25519",
            "delegation key k1: scheme = ed25519",
            "delegation 1 to same: paths = [\"a b\",\"c\"]",
            "delegation 1 to same: terminating = false",
            "delegation 1 to same: threshold = 1",
            "delegation 1 to same: key k1 = holder not named",
            "delegation 2 to same: path hash prefixes = [\"00\",\"0f\"]",
            "delegation 2 to same: terminating = true",
            "delegation 2 to same: threshold = 1",
            "delegation 2 to same: key k1 = holder not named, listed 2 times",
            "delegation 3 to \"key k1\": paths = []",
            "delegation 3 to \"key k1\": terminating = true",
            "delegation 3 to \"key k1\": threshold = 9",
            "delegations: field x-all = true",
            "delegation 1: field x-role = 1",
            "field x-top = \"y\"",
        ]
    );
    assert_eq!(
        line(&succinct())[4..],
        [
            "bins = 2^5 bins named bin-…",
            "bins: threshold = 1",
            "bins: key k = not defined",
            "bins: key l = not defined",
            "bins: field x = 0",
        ]
    );
    assert_eq!(
        line(&snapshot())[4..],
        [
            "file \"a: b.json\" = version 1",
            "file targets.json = version 3, 5 bytes, sha256 aa",
            "meta targets.json: field x-m = 0",
            "field x = {}",
        ]
    );
    let ada = Holder::ed25519(1);
    let raw = ada.object.get("keyval").unwrap().get("public").unwrap().as_str().unwrap().to_owned();
    let lines = line(&root());
    for expected in [
        "consistent snapshots = true".to_owned(),
        format!("key {} = Ed25519, ed25519", ada.keyid),
        format!("key {}: public = {raw}", ada.keyid),
        "key odd = not usable: key type \"k\" with scheme \"s\" is not known".to_owned(),
        "key odd: field x-why = []".to_owned(),
        "key odd: keyval: field x = 1".to_owned(),
        "role root: threshold = 2".to_owned(),
        format!("role root: key {} = holder not named", ada.keyid),
        "role timestamp: key odd = holder not named, listed 2 times".to_owned(),
        "role timestamp: key gone = not defined".to_owned(),
        "roles root: field x-tuf-on-ci = {\"days\":3}".to_owned(),
        "field x-note = {\"a\":[1,\"b\",null]}".to_owned(),
    ] {
        assert!(lines.contains(&expected), "{expected} is not among {lines:#?}");
    }
}
