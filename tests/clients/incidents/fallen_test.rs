//! Incident 5: as many keys are in other hands as are needed to sign a root. Nothing published can tell clients whom to
//! believe; trust begins anew, under a new address.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use tuf_ceremony::crypto::digest::Sha256Digest;
use tuf_ceremony::tuf::client::Profile;

use super::asked::Clients;
use super::service::{FILES, lists_key, sign, signers};
use super::{World, copy_over, signed_in};
use crate::tree::{at, set};

/// What clients of the old root say of the new address: of the keys that sign for targets there, they know two.
const REFUSE: [(Profile, &str); 3] = [
    (Profile::PythonTuf, "targets was signed by 2/3 keys"),
    (Profile::Tough, "Signature threshold of 3 not met for role targets (2 valid signatures)"),
    (Profile::TufJs, "targets was signed by 2/3 keys"),
];

const TAKEN: [&str; 3] = ["ada-card", "ben-card", "chi-card"];

#[test]
fn incident_5_the_root_has_fallen() {
    let test = "incident_5_the_root_has_fallen";
    let world = World::new(test);
    let good = world.copy("good");
    let night = world.starts("night");
    let by = ["ada-card=R-0011", "ben-card=R-0012", "chi-card=R-0013"];
    let said = night.compromise(&TAKEN, "none", &by);
    assert!(said.contains("THE ROOT HAS FALLEN"), "{said}");
    let brief = night.words("brief.md");
    assert!(brief.contains("Publish under a new address, with statement.md"), "{brief}");
    let steps = "Draft, freeze and sign: root 1, targets 4, snapshot 4, timestamp 4.";
    assert!(brief.contains(steps), "{brief}");
    assert!(night.words("statement.md").contains("is added to this page by `tuf-ceremony release`"));
    world.finishes(&night, &TAKEN);
    let root = night.folder.join("metadata/1.root.json");
    let statement = night.read("statement.md");
    let digest = Sha256Digest::of(&fs::read(&root).unwrap());
    assert!(statement.contains(&format!("SHA-256 of the new 1.root.json: `{digest}`\n")), "{statement}");
    for key in TAKEN {
        assert!(statement.contains(&format!("- {key}: SHA-256 of its SubjectPublicKeyInfo")), "{statement}");
    }

    let old = world.published();
    let address = world.place.join("new-address");
    copy_over(&night.folder.join("metadata"), &address.join("metadata"));
    copy_over(&old.join("targets"), &address.join("targets"));
    // Of the keys in doubt nothing is left: neither in what is signed nor among those who signed, and nothing that they
    // signed before was brought along.
    let names: BTreeSet<String> = names_in(&address.join("metadata"));
    let all =
        ["1.root.json", "3.project.json", "4.snapshot.json", "4.targets.json", "root.json", "timestamp.json"];
    assert_eq!(names, all.map(str::to_owned).into());
    for name in &names {
        let file = address.join("metadata").join(name);
        let by = signers(&file, &night);
        for key in TAKEN {
            assert!(
                !lists_key(&signed_in(&file), &night, key) && !by.contains(&key.to_owned()),
                "{name}: {key}"
            );
        }
    }
    // What was listed and delegated is listed and delegated still.
    let mut new = signed_in(&address.join("metadata/4.targets.json"));
    let mut before = world.signed("3.targets.json");
    for path in [["targets", FILES[0].0], ["delegations", "roles"]] {
        assert_eq!(at(&mut new, &path), at(&mut before, &path));
    }
    let [new, before] =
        [&address, &old].map(|folder| fs::read(folder.join("metadata/3.project.json")).unwrap());
    assert_eq!(new, before);
    // Versions go on, so that copies from before, which keys that stay have signed, hold nobody back.
    Clients::of(test, &world, [1]).served(&address).reinstalled(&[1, 2], &good).end_on([1, 4, 4, 4]);

    // Who has the old root is told so by no client: they refuse the new address, and must be given the new root.
    let mut lost = Clients::of(test, &world, [1, 2]).served(&address).shipped_from(&old);
    for (client, says) in REFUSE {
        lost = lost.but(client, "", says);
    }
    lost.end_on([1, 4, 4, 4]);
    // What the thief can make of the old address is why: three keys of five are a root.
    let forged = world.copy("forged");
    let mut root = world.signed("2.root.json");
    set(&mut root, &["version"], 3);
    fs::write(forged.join("metadata/3.root.json"), sign(&night, &TAKEN, &root)).unwrap();
    Clients::of(test, &world, 1..=3).served(&forged).end_on([3, 3, 3, 3]);
}

fn names_in(folder: &Path) -> BTreeSet<String> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}
