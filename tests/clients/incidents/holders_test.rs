//! Incidents 3 and 6: a token is lost, and two holders leave at once.

use std::fs;

use super::World;
use super::asked::Clients;
use super::night::{Night, words};
use super::service::{lists_key, signers};

/// Gives the place of a holder's key to a new person's.
fn leaves(night: &Night, key: &str, by: &str, serial: &str) {
    let old = night.plan()["key"][key]["token"]["serial"].as_str().unwrap().to_owned();
    let (holder, card) = (by.to_lowercase(), format!("{}-card", by.to_lowercase()));
    let who = ["--holder", &holder, "--holder-name", by, "--reason", "retired", "--old-serial", &old];
    let token = ["--scheme", "ecdsa-sha2-nistp256", "--token", "rehearsal", "--serial", serial];
    night.ok(&[&["change", "replace-key", key, "--by", &card][..], &who, &token].concat());
}

#[test]
fn incident_3_one_root_token_is_lost() {
    let test = "incident_3_one_root_token_is_lost";
    let mut world = World::new(test);
    let good = world.copy("good");
    let night = world.starts("night");
    let dev =
        ["change", "replace-key", "dev-card", "--by", "dev-card-2", "--reason", "lost", "--holder", "dev"];
    let token = [
        "--scheme",
        "ecdsa-sha2-nistp256",
        "--token",
        "rehearsal",
        "--serial",
        "R-0014",
        "--old-serial",
        "R-0004",
    ];
    night.ok(&[&dev[..], &token].concat());
    let plan = words(&night.ok(&["plan"]));
    assert!(
        plan.contains("stays as it is published: targets 3, project 3, snapshot 3, timestamp 3"),
        "{plan}"
    );
    world.finishes(&night, &["dev-card"]);
    // Dev's signature is on nothing that was published, so that nothing but the root has to change.
    for name in ["1.root.json", "2.root.json", "3.targets.json", "3.project.json", "3.snapshot.json"] {
        let [new, old] = [&night.folder, &good].map(|folder| fs::read(folder.join("metadata").join(name)));
        assert_eq!(new.unwrap(), old.unwrap(), "{name}");
    }
    assert!(!night.folder.join("metadata/timestamp.json").exists());
    world.publish(&night);
    let by = signers(&world.metadata("3.root.json"), &night);
    assert_eq!(by, ["ada-card", "ben-card", "chi-card", "dev-card-2", "eva-card"]);
    assert!(!lists_key(&world.signed("3.root.json"), &night, "dev-card"));
    Clients::of(test, &world, 1..=3).after("offline", &[1, 2], &[&good]).end_on([3, 3, 3, 3]);
}

#[test]
fn incident_6_two_holders_leave_at_once() {
    let test = "incident_6_two_holders_leave_at_once";
    let mut world = World::new(test);
    let good = world.copy("good");
    let night = world.starts("night");
    let gone = ["ada-card", "ben-card"];
    leaves(&night, gone[0], "Fay", "R-0021");
    leaves(&night, gone[1], "Gus", "R-0022");
    world.finishes(&night, &gone);
    world.publish(&night);
    // The three who stay are the old quorum; with the two who came, all five sign.
    let by = signers(&world.metadata("3.root.json"), &night);
    assert_eq!(by, ["chi-card", "dev-card", "eva-card", "fay-card", "gus-card"]);
    // Ada and Ben had signed targets, which no longer has enough without them; the project has.
    let by = signers(&world.metadata("4.targets.json"), &night);
    assert_eq!(by, ["chi-card", "dev-card", "eva-card", "fay-card", "gus-card"]);
    let [new, old] = [&night.folder, &good].map(|folder| fs::read(folder.join("metadata/3.project.json")));
    assert_eq!(new.unwrap(), old.unwrap());
    for key in gone {
        assert!(!lists_key(&world.signed("3.root.json"), &night, key), "{key}");
    }
    Clients::of(test, &world, 1..=3).after("offline", &[1, 2], &[&good]).end_on([3, 4, 4, 4]);
}

#[test]
fn incident_6_with_too_few_who_are_left() {
    let world = World::new("incident_6_with_too_few_who_are_left");
    let night = world.starts("night");
    // Nobody in the place of three: the third change is refused, and nothing is changed.
    for key in ["ada-card", "ben-card"] {
        night.ok(&["change", "revoke-key", key, "--reason", "retired"]);
    }
    let before = night.read("ceremony.toml");
    let said =
        night.run(&["change", "revoke-key", "chi-card", "--reason", "retired"]).refused("ROOT-REVOKED");
    assert!(said.contains("root would keep 2 keys, and its threshold is 3"), "{said}");
    assert!(
        said.contains("First add a key, `change add-key NAME --role root --role targets …`, then revoke"),
        "{said}"
    );
    assert_eq!(night.read("ceremony.toml"), before);
    // With three new ones, of whom the old root knows nothing, its threshold is out of reach.
    let night = world.starts("another");
    for (key, by, serial) in
        [("ada-card", "Fay", "R-0021"), ("ben-card", "Gus", "R-0022"), ("chi-card", "Hal", "R-0023")]
    {
        leaves(&night, key, by, serial);
    }
    night.provision_all();
    night.draft_and_freeze();
    night.sign_all(&["ada-card", "ben-card", "chi-card"]);
    let done = night.run(&["release"]);
    assert_eq!(done.code, 3, "{done:?}");
    assert!(
        done.err.starts_with("error [QUORUM-OLD]: root version 3 has 2 of 3 needed signatures, 1 short"),
        "{done:?}"
    );
    assert!(!night.folder.join("metadata").exists());
}
