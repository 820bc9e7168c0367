//! The semantic difference: no change of what is signed goes untold.

use proptest::prelude::*;
use tuf_ceremony::json::Json;
use tuf_ceremony::tuf::diff::{Change, diff};
use tuf_ceremony::tuf::facts::facts;

use crate::tuf_documents::{TRICKY, all_kinds, assert_places_differ, root, without_order};
use crate::tuf_fixture::json;

fn changes(old: &Json, new: &Json) -> Vec<Change> {
    diff(Some(old), new).unwrap()
}

/// Changes as `sign place before after`.
fn told(old: Option<&Json>, new: &Json) -> Vec<String> {
    let text = |value: &Option<String>| value.as_deref().unwrap_or("-").to_owned();
    let line = |change: &Change| {
        format!("{} {} | {} | {}", change.sign(), change.place, text(&change.before), text(&change.after))
    };
    diff(old, new).unwrap().iter().map(line).collect()
}

/// Every tree that is one edit away: each value replaced, each member and element added and removed, neighbours swapped.
fn edits(value: &Json) -> Vec<Json> {
    let mut out = match value {
        Json::Null => vec![Json::Bool(false), Json::from("null"), Json::object([])],
        Json::Bool(value) => vec![Json::Bool(!value), Json::from("true"), Json::Int(1), Json::Null],
        Json::Int(number) => {
            vec![Json::Int(number + 1), Json::Int(number + 1_000), Json::from(number.to_string())]
        }
        Json::Str(text) => {
            let more = [" ", "x", ": x", ", x", "\n", "\"", "\\", "0", "\u{301}"]
                .iter()
                .map(|end| format!("{text}{end}"));
            let other =
                [text.to_uppercase(), text.chars().skip(1).collect(), "2031-01-01T00:00:00Z".to_owned()];
            let other = other.into_iter().chain(TRICKY.map(str::to_owned)).filter(|other| other != text);
            more.chain(other).map(Json::Str).collect()
        }
        Json::Arr(_) | Json::Obj(_) => vec![Json::Null],
    };
    if let Json::Arr(elements) = value {
        for index in 0..elements.len() {
            let mut fewer = elements.clone();
            let element = fewer.remove(index);
            out.push(Json::Arr(fewer));
            let mut more = elements.clone();
            more.insert(index, element);
            out.push(Json::Arr(more));
            out.extend(edits(&elements[index]).into_iter().map(|edited| {
                let mut elements = elements.clone();
                elements[index] = edited;
                Json::Arr(elements)
            }));
        }
        for index in 1..elements.len() {
            let mut swapped = elements.clone();
            swapped.swap(index - 1, index);
            out.push(Json::Arr(swapped));
        }
        out.extend(TRICKY.map(|text| Json::Arr([elements.as_slice(), &[Json::from(text)]].concat())));
    }
    if let Json::Obj(members) = value {
        for (name, member) in members {
            let mut fewer = members.clone();
            fewer.remove(name);
            // The same member under another name.
            for other in TRICKY {
                let mut renamed = fewer.clone();
                renamed.insert(other.to_owned(), member.clone());
                out.push(Json::Obj(renamed));
            }
            out.push(Json::Obj(fewer));
            out.extend(edits(member).into_iter().map(|edited| {
                let mut members = members.clone();
                members.insert(name.clone(), edited);
                Json::Obj(members)
            }));
        }
        for name in TRICKY {
            for value in [Json::Null, Json::from("a"), Json::object([])]
                .into_iter()
                .chain(members.values().take(1).cloned())
            {
                let mut more = members.clone();
                more.insert(name.to_owned(), value);
                out.push(Json::Obj(more));
            }
        }
    }
    out.retain(|edited| edited != value);
    out
}

#[test]
fn every_single_edit_is_told_by_what_it_changes() {
    for signed in all_kinds() {
        assert_places_differ(&signed);
        assert_eq!(changes(&signed, &signed), []);
        let (mut readable, mut reordered) = (0, 0);
        for edited in edits(&signed) {
            let Ok(changes) = diff(Some(&signed), &edited) else { continue };
            readable += 1;
            assert_places_differ(&edited);
            let shown = String::from_utf8_lossy(&edited.canonical()).into_owned();
            assert!(!changes.is_empty(), "{shown}");
            if without_order(&edited) == without_order(&signed) {
                reordered += 1;
                assert_eq!(changes.iter().map(|change| change.place.as_str()).collect::<Vec<_>>(), ["bytes"]);
            } else {
                // By a statement of its own, and not only because some bytes differ.
                assert!(changes.iter().any(|change| change.place != "bytes"), "{shown}");
            }
            // Backwards it is told as well.
            assert!(!diff(Some(&edited), &signed).unwrap().is_empty(), "{shown}");
        }
        let kind = signed.get("_type").unwrap().as_str().unwrap();
        assert!(readable > 80, "{kind}: only {readable} edits could be read");
        assert_eq!(
            reordered > 0,
            kind == "root" || signed.get("delegations").is_some_and(|d| d.get("succinct_roles").is_some()),
            "{kind}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn two_edits_at_once_are_told(
        kind in 0..5_usize, first in any::<prop::sample::Index>(), second in any::<prop::sample::Index>(),
    ) {
        let signed = &all_kinds()[kind];
        let readable = |tree: &Json| facts(tree).is_ok();
        let once = edits(signed);
        let once = first.get(&once);
        let twice = edits(once);
        let twice = second.get(&twice);
        prop_assume!(readable(once) && readable(twice));
        assert_places_differ(twice);
        let changes = changes(signed, twice);
        prop_assert_eq!(changes.is_empty(), twice == signed);
        prop_assert_eq!(changes.iter().all(|change| change.place == "bytes"), without_order(twice) == without_order(signed));
    }
}

#[test]
fn the_order_of_keyids_is_told_also_beside_other_changes() {
    let old = root();
    let mut new = json(&String::from_utf8(old.to_disk()).unwrap());
    let members = new.as_object_mut().unwrap();
    members.insert("version".to_owned(), Json::Int(4));
    let role = members
        .get_mut("roles")
        .unwrap()
        .as_object_mut()
        .unwrap()
        .get_mut("root")
        .unwrap()
        .as_object_mut()
        .unwrap();
    let Some(Json::Arr(keyids)) = role.get_mut("keyids") else { panic!() };
    keyids.reverse();
    let reordered = "~ bytes | the same statements | in another order or encoding (for example, keyids of a role rearranged)";
    assert_eq!(told(Some(&old), &new), ["~ version | 3 | 4", reordered]);
}

#[test]
fn two_keyids_that_begin_alike_are_told_apart() {
    let start = "0123456789abcdef0123456789abcdef";
    let with = |end: &str| {
        json(&format!(
            r#"{{"_type":"root","spec_version":"1","version":1,"expires":"2030-01-01T00:00:00Z","keys":{{}},
            "roles":{{"root":{{"keyids":["{start}{end}"],"threshold":1}}}}}}"#
        ))
    };
    assert_eq!(
        told(Some(&with("aa")), &with("bb")),
        [
            format!("- role root: key {start}aa | not defined | -"),
            format!("+ role root: key {start}bb | - | not defined"),
        ]
    );
}

#[test]
fn a_genesis_is_told_as_additions_only() {
    for signed in all_kinds() {
        let facts = facts(&signed).unwrap();
        let changes = diff(None, &signed).unwrap();
        assert_eq!(changes.len(), facts.len());
        for (change, fact) in changes.iter().zip(&facts) {
            assert_eq!((change.sign(), &change.place, change.before.as_deref()), ('+', &fact.place, None));
            assert_eq!(change.after.as_ref(), Some(&fact.value));
        }
    }
}
