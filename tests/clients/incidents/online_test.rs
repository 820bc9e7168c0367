//! Incidents 1 and 2: the online key leaked, and somebody used it to send clients to the highest versions that there are.

use std::fs;

use super::asked::Clients;
use super::service::lists_key;
use super::{HIGHEST, World, copy_over, night};

/// What `release` says where clients recover from an attacker's versions.
fn recovers() -> String {
    format!(
        "A strict and a lenient client that hold an attacker's snapshot and timestamp of version {HIGHEST}: each ends on the new metadata."
    )
}

/// Timestamp and snapshot have a key each.
fn two_keys(plan: String) -> String {
    let another = "[key.shelf]\nscheme = \"ecdsa-sha2-nistp256\"\ntoken = { kind = \"rehearsal\", serial = \"R-0008\" }\n";
    let plan = plan.replace("[role.root]", &format!("{another}\n[role.root]"));
    plan.replacen("keys = [\"online\"]", "keys = [\"shelf\"]", 1)
}

#[test]
fn incident_1_an_online_key_leaked() {
    let test = "incident_1_an_online_key_leaked";
    let mut world = World::new(test);
    let (good, attacked) = (world.copy("good"), world.attacked());
    let night = world.starts("night");
    night.compromise(&["online"], "none", &["online=R-0010"]);
    let brief = night.words("brief.md");
    assert!(brief.contains("In doubt since 2026-01-14T15:00:00Z: online."), "{brief}");
    assert!(brief.contains("Key online leaves every role; online-2 takes its place."), "{brief}");
    let script = night.read("script.md");
    assert!(script.contains("token provision --key online-2\n"), "{script}");
    assert!(script.contains("sign --key online-2\n"), "{script}");
    let said = night::words(&world.finishes(&night, &[]));
    assert!(said.contains(&recovers()), "{said}");
    for name in ["1.root.json", "2.root.json", "3.targets.json", "3.project.json"] {
        let [new, old] = [&night.folder, &good].map(|folder| fs::read(folder.join("metadata").join(name)));
        assert_eq!(new.unwrap(), old.unwrap(), "{name}");
    }
    world.publish(&night);
    assert!(!lists_key(&world.signed("3.root.json"), &night, "online"));
    Clients::of(test, &world, 1..=3)
        .after("offline", &[1, 2], &[&good])
        .after("attacked", &[1, 2], &[&attacked])
        .after("offline, then attacked", &[1, 2], &[&good, &attacked])
        .end_on([3, 4, 4, 3]);
}

#[test]
fn incident_2_clients_were_sent_to_the_highest_versions() {
    let test = "incident_2_clients_were_sent_to_the_highest_versions";
    let mut world = World::planned(test, two_keys);
    let (good, attacked) = (world.copy("good"), world.attacked());
    // The attacker has the server: what is published is what the attacker made.
    copy_over(&attacked, &world.published());
    let night = world.starts("night");
    // Nothing can follow the highest version as long as it is believed: what was declared is said, and what to do instead.
    let said = night.ok(&["change", "refresh"]);
    assert!(said.starts_with("Declared in ceremony.toml: renew version and expiry.\n"), "{said}");
    let words = said.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("Nothing can be drafted by now: snapshot has version 9007199254740991"), "{said}");
    assert!(words.contains("`tuf-ceremony compromise` leads through it"), "{said}");
    // Both keys go, each by the name of its role.
    night.compromise(
        &["snapshot", "timestamp"],
        good.join("metadata").to_str().unwrap(),
        &["online=R-0010", "shelf=R-0011"],
    );
    let brief = night.words("brief.md");
    assert!(brief.contains("Key shelf leaves every role; shelf-2 takes its place."), "{brief}");
    assert!(brief.contains(&format!("clients are given versions up to {HIGHEST}")), "{brief}");
    let said = night::words(&world.finishes(&night, &[]));
    assert!(said.contains(&recovers()), "{said}");
    world.publish(&night);
    for key in ["online", "shelf"] {
        assert!(!lists_key(&world.signed("3.root.json"), &night, key), "{key}");
    }
    // Versions go on from those that were known to be good; targets too is made again, for that was declared first.
    Clients::of(test, &world, 1..=3)
        .after("offline", &[1, 2], &[&good])
        .after("attacked", &[1, 2], &[&attacked])
        .after("offline, then attacked", &[1, 2], &[&good, &attacked])
        .end_on([3, 4, 4, 4]);
}

#[test]
fn incident_2_with_the_key_of_the_timestamp_alone() {
    let test = "incident_2_with_the_key_of_the_timestamp_alone";
    let mut world = World::planned(test, two_keys);
    let (good, attacked) = (world.copy("good"), world.attacked_by_timestamp());
    copy_over(&attacked, &world.published());
    let night = world.starts("night");
    // The key of the snapshot is not in doubt, and goes with it: clients forget both or, by some, neither.
    night.compromise(&["online"], "none", &["online=R-0010", "shelf=R-0011"]);
    let goes = "Key shelf leaves every role, so that clients forget the versions that they saw; shelf-2 takes its place.";
    let brief = night.words("brief.md");
    assert!(brief.contains(goes), "{brief}");
    assert!(night.read("ceremony.toml").contains("reason = \"retired\""));
    let said = night::words(&world.finishes(&night, &[]));
    assert!(said.contains(&recovers()), "{said}");
    world.publish(&night);
    // Nobody knows the last good version of the timestamp, whose name has none in it: it begins anew, and all clients forget.
    Clients::of(test, &world, 1..=3)
        .after("offline", &[1, 2], &[&good])
        .after("attacked", &[1, 2], &[&attacked])
        .end_on([3, 1, 4, 3]);
}
