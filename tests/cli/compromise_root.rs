//! `compromise`: how far the root has fallen, what the last known good metadata is, and the page for those who decide.

use std::fs;

use serde_json::json;
use tuf_ceremony::policy::Policy;

use crate::compromise::{ANSWERS, keys, ready};
use crate::later::{after, later};
use crate::rehearsal::released;
use crate::room::Room;
use crate::world::World;

#[test]
fn a_root_below_its_threshold_loses_the_key() {
    let room = later();
    let done = room.run(&keys(&["ada"], &ANSWERS)).ok();
    assert!(done.out.contains("Declared in ceremony.toml: revoke the key ada.\n"), "{}", done.out);
    let policy = Policy::parse(room.read("ceremony.toml").as_bytes()).unwrap();
    assert_eq!(policy.roles["root"].keys, ["ben", "cem", "dan"]);
    assert_eq!((policy.change.name(), policy.revoke[0].key.as_str()), ("revoke", "ada"));
    assert_eq!(room.refusing(), [""; 0]);
    let brief = room.read("brief.md");
    assert!(brief.contains("Key ada leaves every role; nothing takes its place."), "{brief}");
    assert!(!brief.contains("FALLEN") && !room.path("statement.md").exists(), "{brief}");
}

#[test]
fn a_root_that_has_fallen_begins_anew() {
    let room = later();
    let done = room.run(&keys(
        &["ada", "ben"],
        &[&ANSWERS[..6], &["--replace", "ada=R11", "--replace", "ben=R12"]].concat(),
    ));
    let done = done.ok();
    assert!(done.out.contains("\nWrote ceremony.toml, script.md, brief.md, statement.md.\n"), "{}", done.out);
    assert!(done.out.contains("THE ROOT HAS FALLEN"), "{}", done.out);
    assert!(done.out.contains("Changed in ceremony.toml: replace the key ada by ada-2.\n"), "{}", done.out);
    let policy = Policy::parse(room.read("ceremony.toml").as_bytes()).unwrap();
    assert_eq!((policy.change.name(), policy.script.as_str()), ("genesis", "new-beginning"));
    assert_eq!(policy.roles["root"].keys, ["ada-2", "ben-2", "cem", "dan"]);
    assert_eq!((policy.revoke.len(), policy.intended.len()), (2, 0));
    for key in ["ada-2", "ben-2"] {
        room.provision(key).ok();
    }
    assert_eq!(room.refusing(), [""; 0]);
    // What is changed afterwards leaves it a beginning.
    room.change(&["set-threshold", "targets", "3"]).ok();
    assert_eq!(room.refusing(), [""; 0]);
    room.freeze();
    for key in ["ada-2", "cem", "dan", "online"] {
        room.signs_all(key);
    }
    room.run(&["release"]).ok();
    let root = room.json("metadata/1.root.json")["signed"].clone();
    assert_eq!(root["version"], json!(1));
    // Clients of the old root must never take what follows for older than what they saw: versions go on.
    assert_eq!(room.json("metadata/2.targets.json")["signed"]["version"], json!(2));
    let statement = room.read("statement.md");
    let digest = tuf_ceremony::crypto::digest::Sha256Digest::of(room.read("metadata/1.root.json").as_bytes());
    assert!(statement.contains(&format!("SHA-256 of the new 1.root.json: `{digest}`")), "{statement}");
}

/// What an attacker published is compared with what was there before, and the latter is the base.
#[test]
fn the_last_known_good_metadata_is_compared_and_becomes_the_base_of_what_is_in_doubt() {
    let first = released();
    let good = World::of(&first);
    let file = |byte: &str| json!({ "length": 3, "hashes": { "sha256": byte.repeat(32) } });
    good.publish_targets(2, |signed| {
        signed["targets"] = json!({ "kept": file("00"), "gone": file("11"), "other": file("22") });
    });
    let today = World::of(&first);
    today.publish_targets(3, |signed| {
        signed["targets"] = json!({ "kept": file("00"), "evil": file("66"), "other": file("33") });
    });
    let room = ready(today.followed(&first));
    assert!(room.path("trusted/3.targets.json").exists());
    let mut answers = ANSWERS;
    let folder = good.typed();
    answers[5] = &folder;
    let done = room.run(&keys(&["online"], &answers)).ok();
    let wrote = "\nWrote ceremony.toml, script.md, brief.md, comparison.md.\n";
    assert!(done.out.contains(wrote), "{}", done.out);
    assert_eq!(
        room.read("comparison.md"),
        "# Published today, compared with the last known good\n\n\
         1 role compared with the last known good metadata: 3 differences, listed in comparison.md. Each is to be explained \
         before it is published again.\n\n\
         `+` only today, `-` no longer, `~` another file under the same path.\n\n\
         - targets: - gone\n- targets: ~ other\n- targets: + evil\n"
    );
    assert!(room.read("ceremony.toml").contains("root = \"good/1.root.json\"\n"));
    // Somebody else can have signed the snapshot. Nobody else can have signed the targets: as long as their keys are in no
    // doubt an older copy would only take them back, and people have been told what differs.
    for (name, from) in [("2.snapshot.json", &good), ("3.targets.json", &today)] {
        let kept = fs::read(room.path(&format!("good/{name}"))).unwrap();
        assert_eq!(kept, fs::read(from.path(name)).unwrap(), "{name}");
    }
    // Versions go on from the highest that any client may hold.
    room.provision("online-2");
    let made = room.run(&["plan", "--json"]).json()["roles"].clone();
    let versions: Vec<(&str, i64)> = made
        .as_array()
        .unwrap()
        .iter()
        .map(|role| (role["role"].as_str().unwrap(), role["version"].as_i64().unwrap()))
        .collect();
    assert_eq!(versions, [("root", 2), ("snapshot", 4), ("timestamp", 4)]);
    assert_eq!(room.refusing(), [""; 0]);
}

#[test]
fn what_was_copied_for_a_plan_that_is_refused_is_not_there() {
    let first = released();
    let good = World::of(&first);
    let room = later();
    let mut answers = ANSWERS;
    let folder = good.typed();
    answers[5] = &folder;
    answers[7] = "online=R10x\u{7}";
    let before = room.noticed();
    let done = room.run(&keys(&["online"], &answers));
    assert!(done.err.starts_with("error [PLAN-STRICT]: "), "{}", done.err);
    room.only_recorded(&before, &["refused"]);
}

/// One page: for the repository of the template, whatever happened.
#[test]
fn the_brief_fits_on_a_page() {
    let first = Room::new();
    first
        .run(&["new", &first.directory(), "--template", "rehearsal", "--planned", "2101-01-14T15:00:00Z"])
        .ok();
    let holders = ["ada-card", "ben-card", "chi-card", "dev-card", "eva-card"];
    for key in holders.iter().chain(&["online"]) {
        first.provision(key).ok();
    }
    first.freeze();
    for key in ["ada-card", "ben-card", "chi-card", "online"] {
        first.signs_all(key);
    }
    first.run(&["release"]).ok();
    for (doubted, by) in [
        (&["online"][..], &["online=R-0010"][..]),
        (&["ada-card"], &["none"]),
        (
            &["root", "online"],
            &["ada-card=A", "ben-card=B", "chi-card=C", "dev-card=D", "eva-card=E", "online=F"],
        ),
    ] {
        let room = after(&first.path(""));
        let by: Vec<&str> = by.iter().flat_map(|by| ["--replace", by]).collect();
        room.run(&keys(doubted, &[&ANSWERS[..6], &by].concat())).ok();
        let brief = room.read("brief.md");
        assert!(brief.lines().count() <= 60, "{} lines: {brief}", brief.lines().count());
        for part in [
            "What happened",
            "What an attacker can do to clients today",
            "What is done, in this order",
            "What to tell users",
        ] {
            assert_eq!(brief.matches(&format!("\n## {part}\n")).count(), 1, "{brief}");
        }
        assert!(brief.contains("A laptop is gone."), "{brief}");
        assert!(!room.read("script.md").contains("NEW-KEY"));
    }
}

#[test]
fn programs_are_told_what_is_possible_and_what_was_done() {
    let room = crate::compromise::at_night();
    let said = room.run(&[&keys(&["online"], &ANSWERS)[..], &["--json"]].concat()).ok().json();
    assert_eq!(said["acts"], json!(["replace the key online by online-2"]));
    assert_eq!(said["files"], json!(["ceremony.toml", "script.md", "brief.md"]));
    assert_eq!((&said["root"], &said["differences"]), (&json!("untouched"), &json!(null)));
    assert_eq!(said["signs"], json!(["snapshot", "timestamp"]));
    let attacks = said["attacks"].as_array().unwrap();
    let possible: Vec<bool> = attacks.iter().map(|attack| attack["possible"].as_bool().unwrap()).collect();
    assert_eq!(possible, [false, true, true, true]);
    assert_eq!(
        (&attacks[0]["missing"], &attacks[1]["until"]),
        (&json!(["targets"]), &json!("2101-12-14T15:00:00Z"))
    );
    for (key, root) in [("dan", "below"), ("root", "reached")] {
        let room = later();
        let by =
            ["ada=A", "ben=B", "cem=C", "dan=D"].iter().filter(|by| root == "reached" || by.starts_with(key));
        let by: Vec<&str> = by.flat_map(|by| ["--replace", by]).collect();
        let said = room.run(&[&keys(&[key], &ANSWERS[..6])[..], &by, &["--json"]].concat()).ok().json();
        assert_eq!(said["root"], json!(root));
    }
}

/// The statement may be lost by a stop behind the release; it is written again.
#[test]
fn the_statement_comes_with_every_release() {
    let room = later();
    let by = ["--replace", "ada=R11", "--replace", "ben=R12"];
    room.run(&keys(&["ada", "ben"], &[&ANSWERS[..6], &by].concat())).ok();
    for key in ["ada-2", "ben-2"] {
        room.provision(key).ok();
    }
    room.freeze();
    for key in ["ada-2", "cem", "online"] {
        room.signs_all(key);
    }
    room.run(&["release"]).ok();
    let statement = room.read("statement.md");
    fs::remove_file(room.path("statement.md")).unwrap();
    let before = room.read("metadata/1.root.json");
    room.run(&["release"]).ok();
    assert_eq!((room.read("statement.md"), room.read("metadata/1.root.json")), (statement, before));
}
