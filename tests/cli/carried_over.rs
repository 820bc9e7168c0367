//! Roles that the plan does not list and that are made here are signed by whom their delegator lists: they are called, too.

use serde_json::{Value, json};

use crate::compromise::keys;
use crate::later::{after, delegating, released_with};
use crate::room::Room;

/// Dan and Eve together sign what is carried over, and that is nightly and as many more; Eve signs nothing else.
fn with_eve(more: &[&str]) -> Room {
    let eve = "[holder.eve]\nname = \"Eve\"\n\n[key.eve]\nholder = \"eve\"\nscheme = \"ed25519\"\n\
               token = { kind = \"rehearsal\", serial = \"R5\" }\n\n[role.root]\n";
    let plan = delegating()
        .replace("[role.root]\n", eve)
        .replace("keys = [\"dan\", \"online\"]\nthreshold = 1", "keys = [\"dan\", \"eve\"]\nthreshold = 2");
    assert_ne!(plan, delegating());
    let (_, nightly) = plan.split_once("\n[delegation.").unwrap();
    let others = more.iter().map(|name| format!("\n[delegation.{}", nightly.replace("nightly", name)));
    let plan = format!("{plan}{}", others.collect::<String>());
    let room = after(&released_with(&plan).path(""));
    for name in [&["nightly"], more].concat() {
        let text = room.read("ceremony.toml");
        let (before, rest) = text.split_once(&format!("\n[delegation.{name}]")).unwrap();
        let (_, rest) = rest.split_once(&format!("paths = [\"{name}/*\"]\n")).unwrap();
        room.write("ceremony.toml", format!("{before}{rest}"));
    }
    room
}

/// The directory after Dan's key came into doubt.
fn dan_in_doubt(more: &[&str]) -> Room {
    let room = with_eve(more);
    let answers =
        ["--since", "unknown", "--what", "A bag is gone.", "--good", "none", "--replace", "dan=R11"];
    room.run(&keys(&["dan"], &answers)).ok();
    room
}

/// The people who suffice, and who can and who must sign for nightly.
fn called(room: &Room) -> (Vec<String>, Value, Value) {
    let call = room.run(&["plan", "--json"]).json()["call"].clone();
    let names = |who: &Value| {
        who.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let fewest = call["fewest"].as_array().unwrap().iter().map(|one| one["who"].clone());
    let nightly = call["quorums"].as_array().unwrap().iter();
    let nightly = nightly.clone().find(|one| one["quorum"] == "nightly 2, by its own keys").unwrap();
    assert_eq!(nightly["threshold"], 2);
    (names(&Value::Array(fewest.collect())), json!(names(&nightly["can"])), json!(names(&nightly["must"])))
}

/// Also before the new key is made: who will sign is known by then.
#[test]
fn whoever_signs_what_is_carried_over_is_called() {
    let room = dan_in_doubt(&[]);
    let both = json!(["Dan", "Eve"]);
    let people = ["Ada", "Ben", "Dan", "Eve", "online"].map(str::to_owned).to_vec();
    let all = (people, both.clone(), both);
    assert_eq!(called(&room), all);
    let brief = room.read("brief.md");
    assert!(brief.contains("Eve (eve)"), "{brief}");
    room.provision("dan-2").ok();
    assert_eq!(called(&room), all);
    let text = room.run(&["plan"]).ok().out;
    assert!(text.contains("nightly version 2, by its own keys: 2 of 2: "), "{text}");
}

#[test]
fn the_script_has_a_command_for_each_of_them() {
    let script = dan_in_doubt(&[]).read("script.md");
    for key in ["ada", "ben", "cem", "dan-2", "eve", "online"] {
        let command = format!("   sign --key {key}\n");
        assert_eq!(script.matches(&command).count(), 1, "{key}: {script}");
    }
    assert!(!script.contains("sign --key dan\n"), "{script}");
}

#[test]
fn the_call_is_what_the_signatures_are_counted_by() {
    let room = dan_in_doubt(&[]);
    room.provision("dan-2").ok();
    room.freeze();
    let status = room.run(&["status", "--json"]).json();
    let payloads = status["payloads"].as_array().unwrap();
    let nightly = payloads.iter().find(|one| one["role"] == "nightly").unwrap();
    let mut missing: Vec<&str> =
        nightly["new"]["missing"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
    missing.sort_unstable();
    assert_eq!(missing, ["Dan (dan-2)", "Eve (eve)"]);
}

/// Bins and their like may be thousands: they are one line.
#[test]
fn roles_that_the_same_keys_sign_are_one_quorum() {
    for (more, title) in [
        (&["stable"][..], "nightly and 1 more delegated role, each by its own keys"),
        (&["stable", "weekly"], "nightly and 2 more delegated roles, each by its own keys"),
    ] {
        let room = dan_in_doubt(more);
        let call = room.run(&["plan", "--json"]).json()["call"].clone();
        let quorums = call["quorums"].as_array().unwrap().iter().map(|one| one["quorum"].as_str().unwrap());
        let expected = [
            "root 2, by the keys of root 1",
            "root 2, by its own keys",
            "targets 2, by its own keys",
            "snapshot 2, by its own keys",
            "timestamp 2, by its own keys",
            title,
        ];
        assert_eq!(quorums.collect::<Vec<_>>(), expected);
        let made = room.run(&["plan", "--json"]).json()["roles"].clone();
        let stable = made.as_array().unwrap().iter().find(|role| role["role"] == "stable").unwrap();
        assert_eq!(stable["quorum_new"], json!({ "threshold": 2, "signers": ["Dan (dan-2)", "Eve (eve)"] }));
    }
}
