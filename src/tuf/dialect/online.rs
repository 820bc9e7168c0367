//! The second half of verifying a repository: what the newest root is responsible for.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::tuf::key::Key;
use crate::tuf::root::RoleKeys;

use super::file::{ForeignFile, Oddity};
use super::listing::Listed;
use super::repository::{Client, Stop, parsed, refuse, shaped};
use super::root::ForeignRoot;
use super::{Dialect, notary};

/// The keys that are responsible for a role.
struct Responsible {
    role: String,
    keys: Arc<BTreeMap<String, Key>>,
    role_keys: RoleKeys,
}

impl<E> Client<'_, E> {
    /// Verifies what the newest root is responsible for. `published` is `root.json` as it lies there.
    pub(super) fn rest(&mut self, root: &ForeignRoot, published: Option<&[u8]>) -> Result<(), Stop<E>> {
        let keys = Arc::new(root.root.keys.clone());
        let top = |role: &str| match root.root.roles.get(role).cloned() {
            Some(role_keys) => Ok(Responsible { role: role.to_owned(), keys: Arc::clone(&keys), role_keys }),
            None => refuse(format!("the root has no role {role}")),
        };
        let by_hash = root.root.consistent_snapshot == Some(true);
        let timestamp = self.fetch(&top("timestamp")?, None, false)?;
        let listing = shaped("timestamp.json", timestamp.listing())?;
        let snapshot =
            self.fetch(&top("snapshot")?, Some(entry(&listing, "timestamp", "snapshot")?), by_hash)?;
        let listing = shaped("snapshot.json", snapshot.listing())?;
        self.published_root(root.file.dialect, &listing, published)?;
        let mut waiting = vec![top("targets")?];
        let mut seen = BTreeSet::new();
        while let Some(next) = waiting.pop() {
            if !seen.insert(next.role.clone()) {
                continue;
            }
            // A delegated role that was never published is not missed by clients of either dialect.
            if next.role != "targets" && !listing.contains_key(&next.role) {
                self.note("snapshot.json", &[Oddity::Unlisted { role: next.role }]);
                continue;
            }
            let file = self.fetch(&next, Some(entry(&listing, "snapshot", &next.role)?), by_hash)?;
            waiting.extend(self.delegated(&next.role, &file)?);
        }
        Ok(())
    }

    /// The roles to which a file delegates, the first last.
    fn delegated(&mut self, parent: &str, file: &ForeignFile) -> Result<Vec<Responsible>, Stop<E>> {
        let name = format!("{parent}.json");
        let delegations = shaped(&name, file.delegations())?;
        self.note(&name, &delegations.oddities);
        let keys = Arc::new(delegations.keys);
        let mut roles = Vec::new();
        for role in delegations.roles.into_iter().rev() {
            let child = role.name.strip_prefix(parent).and_then(|rest| rest.strip_prefix('/'));
            if !notary::is_delegation(&role.name) || child.is_none_or(|child| child.contains('/')) {
                return refuse(format!(
                    "{name}: {:?} cannot be the name of a role below {parent}",
                    role.name
                ));
            }
            roles.push(Responsible { role: role.name, keys: Arc::clone(&keys), role_keys: role.keys });
        }
        Ok(roles)
    }

    /// The snapshot of both dialects lists the root; only later go-tuf leaves it out.
    fn published_root(
        &self,
        dialect: Dialect,
        listing: &BTreeMap<String, Listed>,
        published: Option<&[u8]>,
    ) -> Result<(), Stop<E>> {
        match (listing.get("root"), published) {
            (_, None) => refuse("root.json is missing".to_owned()),
            (None, _) if dialect == Dialect::Notary1 => refuse("the snapshot does not list root".to_owned()),
            (None, _) => Ok(()),
            (Some(listed), Some(bytes)) => match listed.mismatch(bytes) {
                Some(why) => refuse(format!("root.json: {why}")),
                None => Ok(()),
            },
        }
    }

    /// Reads one file, and judges its signatures, kind, version, expiry, length and hashes.
    fn fetch(
        &mut self,
        who: &Responsible,
        listed: Option<&Listed>,
        by_hash: bool,
    ) -> Result<ForeignFile, Stop<E>> {
        let name = format!("{}.json", who.role);
        let hashes = listed.filter(|_| by_hash).into_iter().flat_map(|listed| listed.hashes.values());
        let mut names: Vec<String> = hashes.map(|hash| with_digest(&name, hash)).collect();
        names.push(name.clone());
        let mut bytes = None;
        for name in &names {
            bytes = self.bytes(name)?;
            if bytes.is_some() {
                break;
            }
        }
        let bytes = bytes.ok_or_else(|| Stop::Refused(format!("{name} is missing")))?;
        let file = shaped(&name, ForeignFile::read(self.report.dialect, &parsed(&name, &bytes)?))?;
        let kind = if who.role.contains('/') { "targets" } else { who.role.as_str() };
        let tally = file.tally(&who.keys, &who.role_keys);
        let version = file.header.version;
        let refused = if file.kind != kind {
            Some(format!("it is {} metadata", file.kind))
        } else if !tally.met() {
            Some(format!("{} of {} needed signatures", tally.counted.len(), tally.threshold))
        } else if listed.is_some_and(|listed| listed.version.is_some_and(|listed| listed != version)) {
            Some(format!("it has version {version}, which is not the one that is listed"))
        } else if let Some(why) = listed.and_then(|listed| listed.mismatch(&bytes)) {
            Some(why)
        } else if file.header.expires.at <= self.at {
            Some(format!("it expired on {}", file.header.expires.text))
        } else {
            None
        };
        self.row(&name, &file.header, None, tally, refused)?;
        Ok(file)
    }
}

fn entry<'a, E>(listing: &'a BTreeMap<String, Listed>, by: &str, role: &str) -> Result<&'a Listed, Stop<E>> {
    listing.get(role).ok_or_else(|| Stop::Refused(format!("the {by} does not list {role}")))
}

/// The name of a file in a consistent snapshot of TUF 0.9: the digest before the base name. Notary serves files under
/// plain names too.
fn with_digest(name: &str, digest: &str) -> String {
    match name.rsplit_once('/') {
        Some((folder, base)) => format!("{folder}/{digest}.{base}"),
        None => format!("{digest}.{name}"),
    }
}
