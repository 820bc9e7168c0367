//! An update: the steps of the detailed client workflow in their order (spec 5.3 to 5.6), each with no more requests than it
//! needs.

use std::collections::BTreeSet;

use crate::crypto::digest::Sha256Digest;
use crate::json::Json;
use crate::tuf::ROOT_LIMIT;
use crate::tuf::envelope::Envelope;
use crate::tuf::key::Key;
use crate::tuf::root::Root;

use super::evidence::{Refusal, Refused, Row};
use super::profile::AtTheLimit;
use super::source::{Fetched, Source, Stop, Store};
use super::trusted::{Authority, Client, Origin};

/// What an update does with good copies of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Copies {
    /// It uses them, and asks for nothing that they already say; so does every client.
    Use,
    /// It only holds the published files to them; so does whoever audits the published files.
    CompareOnly,
}

/// A client at work, with its repository and its copies.
pub struct Update<'a, S, T> {
    /// The client.
    pub client: Client,
    /// The repository.
    pub source: &'a mut S,
    /// The client's copies.
    pub store: &'a mut T,
    /// What is done with them.
    pub copies: Copies,
}

impl<E, S: Source<Error = E>, T: Store<Error = E>> Update<'_, S, T> {
    /// Everything up to the top-level targets (spec 5.3 to 5.6.6).
    pub fn refresh(&mut self) -> Result<(), Stop<E>> {
        self.top_level()?;
        self.targets("targets", None).map(|_| ())
    }

    /// Everything up to the snapshot (spec 5.3 to 5.5).
    pub fn top_level(&mut self) -> Result<(), Stop<E>> {
        self.roots()?;
        self.client.require_fresh_root().map_err(|Refused| Stop::Refused)?;
        self.timestamp()?;
        self.snapshot()
    }

    /// The root chain up to its newest root.
    pub fn roots(&mut self) -> Result<(), Stop<E>> {
        let limits = self.client.profile.limits();
        let trusted_before = self.trusted_before()?;
        for taken in 0.. {
            let Some(version) = self.client.root().header.version.checked_add(1) else { break };
            if taken == limits.rotations && limits.rotations_end == AtTheLimit::GoesOn {
                break;
            }
            let name = format!("{version}.root.json");
            let bytes = match self.source.metadata(&name, limits.root)? {
                Fetched::Missing => break,
                Fetched::Bytes(_) if taken == limits.rotations => {
                    let what = format!("this client takes no more than {taken} roots in one update");
                    let _: Result<(), Refused> =
                        self.client.settle(Row::new(&name), Err(Refusal::new("5.3.3", what)));
                    return Err(Stop::Refused);
                }
                other => self.there(&name, other, limits.root, "5.3.3")?,
            };
            let before = rotatable(self.client.root());
            self.client.take_root(&name, &bytes).map_err(|Refused| Stop::Refused)?;
            // Spec 5.3.11, so that inflated versions are forgotten. Before the root is kept: an update that is cut off in
            // between would never forget them. What was trusted under this root already is not forgotten because of it.
            let after = rotatable(self.client.root());
            if version > trusted_before && before.iter().any(|key| !after.contains(key)) {
                self.store.forget("timestamp")?;
                self.store.forget("snapshot")?;
                self.client.rotated = true;
            }
            self.store.save("root", &bytes)?;
        }
        let newest = self.client.root().header.version;
        if newest < trusted_before {
            let what = format!(
                "rolled back: the newest root is version {newest}, and {trusted_before} was trusted earlier"
            );
            let name = format!("{}.root.json", newest.saturating_add(1));
            let _: Result<(), Refused> =
                self.client.settle(Row::new(&name), Err(Refusal::new("5.3.5", what)));
            return Err(Stop::Refused);
        }
        Ok(())
    }

    /// The version of the root that the client trusted earlier, by its own copy; 0 if it has none.
    fn trusted_before(&mut self) -> Result<i64, Stop<E>> {
        let Some(copy) = self.store.load("root")? else { return Ok(0) };
        let root = Envelope::parse(&copy, ROOT_LIMIT).and_then(|envelope| Root::of(&envelope));
        Ok(root.map_or(0, |root| root.header.version))
    }

    fn timestamp(&mut self) -> Result<(), Stop<E>> {
        if let Some(copy) = self.store.load("timestamp")? {
            // A copy that is not good any more is as good as none; the row says why.
            let _ = self.client.take_timestamp(&copy, Origin::Earlier);
        }
        let name = "timestamp.json";
        let limit = self.client.profile.limits().timestamp;
        let fetched = self.source.metadata(name, limit)?;
        let bytes = self.there(name, fetched, limit, "5.4.1")?;
        if self.client.take_timestamp(&bytes, Origin::Published).map_err(|Refused| Stop::Refused)? {
            self.store.save("timestamp", &bytes)?;
        }
        Ok(())
    }

    fn snapshot(&mut self) -> Result<(), Stop<E>> {
        if let Some(copy) = self.store.load("snapshot")?
            && self.client.take_snapshot("snapshot.json", &copy, Origin::Earlier).is_ok()
            && self.copies == Copies::Use
        {
            return Ok(());
        }
        let listed = self.client.timestamp().map(|timestamp| timestamp.snapshot.clone());
        let Some(listed) = listed else { return Err(Stop::Refused) };
        let name = self.client.published_name("snapshot", listed.version);
        let limit = listed.limit(self.client.profile.limits().snapshot);
        let fetched = self.source.metadata(&name, limit)?;
        let bytes = self.there(&name, fetched, limit, "5.5.1")?;
        self.client.take_snapshot(&name, &bytes, Origin::Published).map_err(|Refused| Stop::Refused)?;
        Ok(self.store.save("snapshot", &bytes)?)
    }

    /// A targets file, top-level where no authority is given. A copy of a delegated role is verified by the keys of the role
    /// that delegates to it now, whoever delegated to it when it was kept.
    pub fn targets(&mut self, role: &str, authority: Option<Authority>) -> Result<Json, Stop<E>> {
        let Some(listed) = self.client.listed(role) else {
            let what = format!("the snapshot does not list {role}.json");
            let _: Result<(), Refused> =
                self.client.settle(Row::new(&format!("{role}.json")), Err(Refusal::new("5.6.1", what)));
            return Err(Stop::Refused);
        };
        let name = self.client.published_name(role, listed.version);
        if self.copies == Copies::Use
            && let Some(copy) = self.store.load(role)?
            && let Ok(signed) =
                self.client.take_targets(&name, role, authority.clone(), &copy, Origin::Earlier)
        {
            return Ok(signed);
        }
        let limit = listed.limit(self.client.profile.limits().targets);
        let fetched = self.source.metadata(&name, limit)?;
        let bytes = self.there(&name, fetched, limit, "5.6.1")?;
        let taken = self.client.take_targets(&name, role, authority, &bytes, Origin::Published);
        let signed = taken.map_err(|Refused| Stop::Refused)?;
        self.store.save(role, &bytes)?;
        Ok(signed)
    }

    fn there(
        &mut self,
        name: &str,
        fetched: Fetched,
        limit: usize,
        section: &'static str,
    ) -> Result<Vec<u8>, Stop<E>> {
        match fetched {
            Fetched::Bytes(bytes) => Ok(bytes),
            other => {
                let longer = (other == Fetched::TooLarge).then_some(limit);
                self.client.refuse_absent(name, longer, section);
                Err(Stop::Refused)
            }
        }
    }
}

/// The key material of the roles whose rotation makes clients forget versions.
fn rotatable(root: &Root) -> BTreeSet<(&'static str, Sha256Digest)> {
    let of_role = |role: &'static str| {
        root.keys_of(role).into_iter().filter_map(Key::material).map(move |material| (role, material))
    };
    of_role("timestamp").chain(of_role("snapshot")).collect()
}
