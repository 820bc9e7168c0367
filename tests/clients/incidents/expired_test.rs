//! Incident 8: nobody held the ceremony in time. The root that the world trusts has expired, and so has all below it.

use std::fs;

use tuf_ceremony::tuf::client::Profile;

use super::asked::Clients;
use super::service::sign;
use super::{HOLDERS, World};
use crate::tree::set;

/// When all of it expired.
const EXPIRED: &str = "2020-01-14T15:00:00Z";

/// A day earlier.
const BEFORE: &str = "2020-01-13T15:00:00Z";

/// What clients say of it.
const REFUSE: [(Profile, &str); 3] = [
    (Profile::PythonTuf, "ExpiredMetadataError: Final root.json is expired"),
    (Profile::Tough, "root metadata is expired"),
    (Profile::TufJs, "ExpiredMetadataError: Final root.json is expired"),
];

impl World {
    /// Everything that is published, and lies in the last ceremony, as if it had been signed for a time that is over.
    fn expires(&self) {
        let keys = self.keys();
        let by: [(&str, &[&str]); 7] = [
            ("1.root.json", &HOLDERS),
            ("2.root.json", &HOLDERS),
            ("root.json", &HOLDERS),
            ("3.targets.json", &HOLDERS[..3]),
            ("3.project.json", &["project-card"]),
            ("3.snapshot.json", &["online"]),
            ("timestamp.json", &["online"]),
        ];
        for (name, by) in by {
            let mut signed = self.signed(name);
            set(&mut signed, &["expires"], EXPIRED);
            let signed = sign(&keys, by, &signed);
            let earlier = ["metadata", "trusted"].map(|folder| self.last.join(folder).join(name));
            for file in earlier.iter().filter(|file| file.exists()) {
                fs::write(file, &signed).unwrap();
            }
            fs::write(self.metadata(name), signed).unwrap();
        }
    }
}

#[test]
fn incident_8_the_trusted_root_has_expired() {
    let test = "incident_8_the_trusted_root_has_expired";
    let mut world = World::new(test);
    world.expires();
    let good = world.copy("good");
    let expired = || {
        let clients = Clients::of(test, &world, 1..=2);
        REFUSE.into_iter().fold(clients, |clients, (client, says)| clients.but(client, "", says))
    };
    expired().end_on([2, 3, 3, 3]);
    let night = world.starts("night");
    night.ok(&["change", "refresh"]);
    world.finishes(&night, &[]);
    world.publish(&night);
    // An expired root is still one to start from (spec 5.3.10): only the newest has to be fresh.
    Clients::of(test, &world, 1..=3).offline_since(BEFORE, &[1, 2], &good).end_on([3, 4, 4, 4]);
}
