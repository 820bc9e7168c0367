//! Incident 10: whoever revokes before adding is told what to add, and nothing is half done.

use super::World;
use super::asked::Clients;
use super::service::{keys_of_roles, lists_key};

#[test]
fn incident_10_the_key_is_revoked_before_there_is_another() {
    let test = "incident_10_the_key_is_revoked_before_there_is_another";
    let mut world = World::new(test);
    let (good, attacked) = (world.copy("good"), world.attacked());
    let night = world.starts("night");
    let revoke = ["change", "revoke-key", "online", "--reason", "compromised"];
    let before = night.read("ceremony.toml");
    let said = night.run(&revoke).refused("ROOT-REVOKED");
    for problem in ["snapshot would keep 0 keys, and its threshold is 1", "timestamp would keep 0 keys"] {
        assert!(said.contains(problem), "{said}");
    }
    let next = "First add a key, `change add-key NAME --role snapshot --role timestamp …`, then revoke";
    assert!(said.contains(next), "{said}");
    assert_eq!(night.read("ceremony.toml"), before);

    let add = ["change", "add-key", "online-2", "--role", "snapshot", "--role", "timestamp"];
    let token = ["--scheme", "ed25519", "--token", "rehearsal", "--serial", "R-0010"];
    night.ok(&[&add[..], &token].concat());
    night.ok(&revoke);
    world.finishes(&night, &["online"]);
    world.publish(&night);
    let root = world.signed("3.root.json");
    assert!(!lists_key(&root, &night, "online"));
    let [old, new] = ["online", "online-2"].map(|key| night.keyid(key));
    let listed = keys_of_roles(&root);
    assert!(!listed.contains(&old) && listed.contains(&new), "{listed:?}");
    Clients::of(test, &world, 1..=3)
        .after("offline", &[1, 2], &[&good])
        .after("attacked", &[1, 2], &[&attacked])
        .after("offline, then attacked", &[1, 2], &[&good, &attacked])
        .end_on([3, 4, 4, 3]);
}
