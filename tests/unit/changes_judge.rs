//! What must be true after every release.

use std::collections::{BTreeMap, BTreeSet};

use tuf_ceremony::ceremony::verify::Published;
use tuf_ceremony::host::clock;
use tuf_ceremony::tuf::client::Profile;
use tuf_ceremony::tuf::client::report::Look;

use crate::changes_model::Role;
use crate::changes_oracle::{Repository, Trust};
use crate::changes_plant::{material, note, notes};
use crate::changes_world::World;

impl World {
    /// Holds everything to what must be true after a release.
    pub fn judge(&mut self, made: &BTreeSet<String>) {
        let published = self.published();
        let now = Repository::read(&published);
        now.require_progress(&self.repository);
        for (version, root) in
            now.roots.iter().filter(|(version, _)| !self.repository.roots.contains_key(version))
        {
            root.require_link(&now.roots[&(version - 1)]);
            self.tally.roots += 1;
        }
        assert_eq!(now.roots.len() - self.repository.roots.len(), usize::from(made.contains("root")));
        assert_eq!(now.trust, self.trust(), "what is trusted is not what was meant");
        let gone = self.model.keys.iter().filter(|(_, key)| key.revoked);
        let gone: BTreeSet<String> = gone.map(|(name, key)| material(name, key)).collect();
        let left = now.materials();
        assert_eq!(left.intersection(&gone).collect::<Vec<_>>(), [""; 0], "revoked, and still there");
        assert!(notes(&now).iter().all(|found| *found == note()), "{:?}", notes(&now));
        let every = self.tally.releases.is_multiple_of(10);
        for version in now.roots.keys().take(if every { usize::MAX } else { 1 }) {
            let look = Look { profile: Profile::Strict, at: clock::now(), roots_only: false };
            let client = Published { directory: published.clone(), look, state: None, targets: None };
            let report = client.verify(&published.join(format!("{version}.root.json"))).unwrap();
            assert!(report.refused.is_none(), "from root {version}: {:?}", report.refused);
            assert_eq!(report.newest.unwrap().header.version, *now.roots.last_key_value().unwrap().0);
        }
        self.today = self.model.clone();
        self.repository = now;
    }

    /// What the model says of every role, by material.
    fn trust(&self) -> BTreeMap<String, Trust> {
        let materials =
            |role: &Role| role.keys.iter().map(|key| material(key, &self.model.keys[key])).collect();
        let trust = |role: &Role| Trust { materials: materials(role), threshold: role.threshold };
        self.model.roles.iter().map(|(name, role)| (name.clone(), trust(role))).collect()
    }
}
