//! Incident 4: one root token is in a thief's hands, which is fewer than the threshold.

use std::fs;

use tuf_ceremony::tuf::client::Profile;

use super::asked::Clients;
use super::service::{lists_key, sign, signers};
use super::{World, copy_over};
use crate::tree::set;

#[test]
fn incident_4_one_root_token_is_stolen() {
    let test = "incident_4_one_root_token_is_stolen";
    let mut world = World::new(test);
    let good = world.copy("good");
    let night = world.starts("night");
    night.compromise(&["ada-card"], "none", &["ada-card=R-0011"]);
    let brief = night.words("brief.md");
    assert!(brief.contains("Key ada-card leaves every role; ada-card-2 takes its place."), "{brief}");
    assert!(!brief.contains("has fallen"), "{brief}");
    world.finishes(&night, &["ada-card"]);
    world.publish(&night);
    // Ada's old signature was one of three on targets.
    for (role, version) in [("root", 3), ("targets", 4)] {
        let name = format!("{version}.{role}.json");
        assert!(!lists_key(&world.signed(&name), &night, "ada-card"), "{name}");
        let by = signers(&world.metadata(&name), &night);
        assert_eq!(by, ["ada-card-2", "ben-card", "chi-card", "dev-card", "eva-card"], "{name}");
    }
    Clients::of(test, &world, 1..=3).after("offline", &[1, 2], &[&good]).end_on([3, 4, 4, 4]);

    // The thief finds two holders who sign anything: the stolen key counts for nothing.
    let forged = world.copy("forged");
    let mut root = world.signed("3.root.json");
    set(&mut root, &["version"], 4);
    fs::write(
        forged.join("metadata/4.root.json"),
        sign(&night, &["ada-card", "ben-card", "chi-card"], &root),
    )
    .unwrap();
    let counts = |client, says| (client, says);
    let refused = [
        counts(Profile::PythonTuf, "root was signed by 2/3 keys"),
        counts(Profile::Tough, "Signature threshold of 3 not met for role root (2 valid signatures)"),
        counts(Profile::TufJs, "root"),
    ];
    let mut clients = Clients::of(test, &world, 1..=3).served(&forged).after("offline", &[1, 2], &[&good]);
    for (client, says) in refused {
        clients = clients.but(client, "", says);
    }
    clients.end_on([3, 4, 4, 4]);
    // With one who still counts, it would have been a root: nothing else was wrong with it.
    copy_over(&world.published(), &forged);
    fs::write(
        forged.join("metadata/4.root.json"),
        sign(&night, &["ben-card", "chi-card", "dev-card"], &root),
    )
    .unwrap();
    Clients::of(test, &world, 1..=3).served(&forged).end_on([4, 4, 4, 4]);
}
