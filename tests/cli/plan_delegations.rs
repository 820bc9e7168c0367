//! `plan`: what changes in delegations, be they stated in the plan or carried over, however many they are.

use serde_json::{Value, json};

use crate::later::{after, carrying_over, delegating, released_with};
use crate::room::Room;

const NIGHTLY: &str = "[delegation.nightly]\nkeys = [\"dan\", \"online\"]\nthreshold = 1\n";
const PATHS: &str = "paths = [\"nightly/*\"]\n";

fn stated() -> Room {
    after(&released_with(&delegating()).path(""))
}

fn said(room: &Room) -> Value {
    room.run(&["plan", "--json"]).json()["delegations"].clone()
}

fn told(room: &Room) -> String {
    let text = room.run(&["plan"]).out;
    let (_, rest) = text.split_once("\nWhat changes\n").unwrap();
    rest.split_once("\n\n").unwrap().0.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What is said of a delegation of which nothing changes but this.
fn only(field: &str, value: &Value) -> Value {
    let mut change = json!({
        "role": "nightly", "delegated_by": "targets", "alike": 0, "fate": "stays", "added": [], "removed": [],
        "replaced": [], "threshold": null, "paths_added": [], "paths_removed": [], "paths_more": 0, "terminating": null,
    });
    change[field] = value.clone();
    change
}

#[test]
fn what_stays_is_not_told() {
    let room = stated();
    assert_eq!(said(&room), json!({ "changed": [], "more": 0 }));
    assert_eq!(told(&room), "no key and no threshold of a top-level role");
}

#[test]
fn keys_threshold_paths_and_where_the_search_ends_are_told() {
    let cases = [
        (NIGHTLY, NIGHTLY.replace("\"dan\", ", "\"dan\", \"cem\", "), "added", json!(["cem"]), "+ cem"),
        (NIGHTLY, NIGHTLY.replace("\"dan\", ", ""), "removed", json!(["dan"]), "- dan"),
        (
            NIGHTLY,
            NIGHTLY.replace("threshold = 1", "threshold = 2"),
            "threshold",
            json!({ "before": 1, "after": 2 }),
            "~ threshold 2 instead of 1",
        ),
        (PATHS, "paths = [\"nightly/*\", \"*\"]\n".to_owned(), "paths_added", json!(["*"]), "+ paths *"),
        (
            PATHS,
            format!("{PATHS}terminating = true\n"),
            "terminating",
            json!(true),
            "~ terminating: the search for a path that matches ends here",
        ),
    ];
    for (old, new, field, value, words) in cases {
        let room = stated();
        room.edit("ceremony.toml", old, &new);
        assert_eq!(said(&room), json!({ "changed": [only(field, &value)], "more": 0 }));
        let told = told(&room);
        assert!(told.contains(&format!(" nightly (delegated by targets): {words}")), "{told}");
    }
}

#[test]
fn a_delegation_that_comes_is_told() {
    let room = stated();
    let text = room.read("ceremony.toml");
    let (_, nightly) = text.split_once("\n[delegation.nightly]").unwrap();
    let nightly = nightly.split_once(PATHS).unwrap().0;
    let weekly = format!("{}paths = [\"weekly/*\"]\n", nightly);
    room.write("ceremony.toml", format!("{text}\n[delegation.weekly]{weekly}"));
    let changed = said(&room)["changed"][0].clone();
    assert_eq!((&changed["role"], &changed["fate"]), (&json!("weekly"), &json!("comes")));
    let told = told(&room);
    let words = "weekly (delegated by targets): + the delegation, to dan, online weekly (delegated by targets): + threshold 1 \
                 weekly (delegated by targets): + paths weekly/*";
    assert!(told.contains(words), "{told}");
}

/// Also before the new key is made.
#[test]
fn a_key_that_leaves_what_the_plan_does_not_state_is_told() {
    let room = carrying_over();
    room.change(&["replace-key", "dan", "--by", "dan-2", "--old-serial", "R4", "--serial", "R6"]).ok();
    let replaced = only("replaced", &json!([{ "key": "dan", "by": "dan-2" }]));
    assert_eq!(said(&room), json!({ "changed": [replaced], "more": 0 }));
    room.provision("dan-2").ok();
    assert_eq!(said(&room), json!({ "changed": [replaced], "more": 0 }));
    assert!(told(&room).contains(" nightly (delegated by targets): ~ dan is replaced by dan-2 "));
    let room = carrying_over();
    room.change(&["revoke-key", "dan", "--reason", "retired"]).ok();
    assert_eq!(said(&room), json!({ "changed": [only("removed", &json!(["dan"]))], "more": 0 }));
}

/// Thousands of delegated roles change alike when a key of theirs goes: that is one line.
#[test]
fn many_delegations_that_change_alike_are_told_as_one() {
    let (_, nightly) = {
        let text = delegating();
        let (before, nightly) = text.split_once("\n[delegation.nightly]").unwrap();
        (before.to_owned(), nightly.to_owned())
    };
    let bins = (0..40)
        .map(|bin| format!("\n[delegation.bin-{bin:02}]{}", nightly.replace("nightly/", &format!("{bin}/"))));
    let room = after(&released_with(&format!("{}{}", delegating(), bins.collect::<String>())).path(""));
    room.change(&["revoke-key", "dan", "--reason", "retired"]).ok();
    let changed = said(&room)["changed"].clone();
    let mut alike = only("removed", &json!(["dan"]));
    (alike["role"], alike["alike"]) = (json!("bin-00"), json!(40));
    assert_eq!(changed, json!([alike]));
    assert!(told(&room).contains(" bin-00 and 40 more (delegated by targets): - dan "), "{}", told(&room));
    // Where each changes in another way, the text names some, and counts the rest.
    let text = room.read("ceremony.toml");
    room.write("ceremony.toml", text.replace("/*\"]", "/*\", \"MORE\"]"));
    let text = room.read("ceremony.toml");
    let (mut out, mut number) = (String::new(), 0);
    for part in text.split_inclusive("MORE") {
        out.push_str(&part.replace("MORE", &format!("more-{number}")));
        number += 1;
    }
    room.write("ceremony.toml", out);
    assert_eq!(said(&room)["changed"].as_array().unwrap().len(), 41);
    let told = told(&room);
    assert!(told.contains(" and 25 further delegated roles with other changes "), "{told}");
    assert!(told.contains(" bin-15 (delegated by targets): + paths more-16 "), "{told}");
    assert!(!told.contains("bin-16"), "{told}");
}
