//! Incident 9: the key of a delegated role is in other hands; targets keeps its own.

use std::fs;

use super::World;
use super::asked::Clients;
use super::service::{FILES, lists_key, signers};
use crate::tree::at;

#[test]
fn incident_9_a_delegation_is_rekeyed() {
    let test = "incident_9_a_delegation_is_rekeyed";
    let mut world = World::new(test);
    let good = world.copy("good");
    let night = world.starts("night");
    night.compromise(&["project-card"], "none", &["project-card=R-0017"]);
    let brief = night.words("brief.md");
    assert!(brief.contains("project/*"), "{brief}");
    assert!(brief.contains("Key project-card leaves every role; project-card-2 takes its place."), "{brief}");
    // Everybody who has to sign is called, before there is a new key.
    assert!(
        brief.contains("Draft, freeze and sign: targets 4, project 4, snapshot 4, timestamp 4."),
        "{brief}"
    );
    let call = "Call to sign: Ada (ada-card); Ben (ben-card); Chi (chi-card); whoever has online; Pat (project-card-2).";
    assert!(brief.contains(call), "{brief}");
    let script = night.read("script.md");
    for key in ["ada-card", "project-card-2", "online"] {
        assert!(script.contains(&format!("   sign --key {key}\n")), "{key}: {script}");
    }
    world.finishes(&night, &["project-card"]);
    // The root does not change, and no holder's key does.
    for name in ["1.root.json", "2.root.json", "root.json"] {
        let [new, old] = [&night.folder, &good].map(|folder| fs::read(folder.join("metadata").join(name)));
        assert_eq!(new.unwrap(), old.unwrap(), "{name}");
    }
    assert!(!night.folder.join("metadata/3.root.json").exists());
    world.publish(&night);
    let holders = ["ada-card", "ben-card", "chi-card", "dev-card", "eva-card"];
    assert_eq!(signers(&world.metadata("4.targets.json"), &night), holders);
    assert_eq!(signers(&world.metadata("4.project.json"), &night), ["project-card-2"]);
    // What is made between two roots does not outlive the older one, though the plan says a year.
    let ends = world.signed("2.root.json").get("expires").cloned();
    for name in ["4.targets.json", "4.project.json"] {
        assert_eq!(world.signed(name).get("expires").cloned(), ends, "{name}");
    }
    assert_ne!(world.signed("4.snapshot.json").get("expires").cloned(), ends);
    let mut targets = world.signed("4.targets.json");
    assert!(!lists_key(&targets, &night, "project-card"));
    assert!(lists_key(&targets, &night, "project-card-2"));
    // What both list, they listed before.
    for (name, path) in [("targets", FILES[0].0), ("project", FILES[1].0)] {
        let [mut new, mut old] = ["4", "3"].map(|version| world.signed(&format!("{version}.{name}.json")));
        assert_eq!(at(&mut new, &["targets", path]), at(&mut old, &["targets", path]));
    }
    assert_eq!(at(&mut targets, &["delegations", "roles"]).as_array().unwrap().len(), 1);
    Clients::of(test, &world, 1..=2).after("offline", &[1, 2], &[&good]).end_on([2, 4, 4, 4]);
}
