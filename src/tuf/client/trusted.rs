//! The trusted state of a client and the steps that change it (spec 5.2 to 5.6). Each step is given the bytes of one file,
//! and either takes it into the state or refuses it; both leave a row of evidence.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use jiff::Timestamp;

use crate::json::Json;
use crate::tuf::key::Key;
use crate::tuf::meta::{self, MetaFile, Snapshot};
use crate::tuf::root::{RoleKeys, Root};

use super::evidence::{Refusal, Refused, Row};
use super::judge::{
    Asked, Judged, fresh, is_version, judge_link, not_rolled_back, nothing_rolled_back, read_root,
    read_signed, refused,
};
use super::profile::Profile;
use super::survey::keys::usable_by;

/// Keys and threshold of a role.
#[derive(Clone, Debug)]
pub struct Authority {
    /// Who delegated, for a delegated role.
    pub delegator: Option<String>,
    /// All keys of the delegator, as this client counts them.
    pub keys: Arc<BTreeMap<String, Key>>,
    /// The role's.
    pub role: Rc<RoleKeys>,
}

/// Where a file comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The repository.
    Published,
    /// The client's own copy, which it trusted earlier.
    Earlier,
}

/// A client and what it trusts.
pub struct Client {
    /// Whose eyes it sees with.
    pub profile: Profile,
    /// The fixed time of the update (spec 5.1).
    pub at: Timestamp,
    /// The evidence so far.
    pub rows: Vec<Row>,
    /// Whether any of the files was made in a rehearsal.
    pub rehearsal: bool,
    pub(super) root: Root,
    /// Whether keys were rotated in this update whose rotation makes clients forget versions (spec 5.3.11).
    pub(super) rotated: bool,
    pub(super) timestamp: Option<meta::Timestamp>,
    /// `signed` of the snapshot, which was well-formed when it was taken.
    pub(super) snapshot: Option<Json>,
}

impl Client {
    /// Begins with a trusted root (spec 5.2), which must be signed by its own threshold. Its expiry does not matter.
    ///
    /// # Errors
    /// The row that says why it is refused.
    pub fn start(profile: Profile, at: Timestamp, bytes: &[u8]) -> Result<Client, Box<Row>> {
        let mut row = Row::new("trusted root");
        let (document, root) =
            read_root(profile, bytes, &mut row).map_err(|why| refused(row.clone(), why))?;
        if let Err(why) = judge_link(profile, None, &document, &root, &mut row) {
            return Err(refused(row, why));
        }
        let rehearsal = document.rehearsal;
        Ok(Client {
            profile,
            at,
            rows: vec![row],
            rehearsal,
            root,
            rotated: false,
            timestamp: None,
            snapshot: None,
        })
    }

    /// The root that is trusted now.
    pub fn root(&self) -> &Root {
        &self.root
    }

    /// The timestamp that is trusted now.
    pub fn timestamp(&self) -> Option<&meta::Timestamp> {
        self.timestamp.as_ref()
    }

    /// What the trusted snapshot says of a role's file.
    pub fn listed(&self, role: &str) -> Option<MetaFile> {
        Snapshot::listed(self.snapshot.as_ref()?, &format!("{role}.json"))
    }

    /// How many files the trusted snapshot lists.
    pub fn listed_count(&self) -> usize {
        let meta = self.snapshot.as_ref().and_then(|signed| signed.get("meta")?.as_object());
        meta.map_or(0, crate::json::Object::len)
    }

    /// A file by its published name, with its version in front where snapshots are consistent (spec 5.5.1, 5.6.1).
    pub fn published_name(&self, role: &str, version: i64) -> String {
        let stem = super::source::file_stem(role);
        match self.root.consistent_snapshot {
            Some(true) => format!("{version}.{stem}.json"),
            _ => format!("{stem}.json"),
        }
    }

    /// Takes the next root (spec 5.3.3 to 5.3.7).
    pub fn take_root(&mut self, name: &str, bytes: &[u8]) -> Result<(), Refused> {
        let mut row = Row::new(name);
        let outcome = read_root(self.profile, bytes, &mut row).and_then(|(document, root)| {
            judge_link(self.profile, Some(&self.root), &document, &root, &mut row)?;
            Ok((document, root))
        });
        let (document, root) = self.settle(row, outcome)?;
        self.rehearsal |= document.rehearsal;
        self.root = root;
        Ok(())
    }

    /// The newest root must not have expired (spec 5.3.10).
    pub fn require_fresh_root(&mut self) -> Result<(), Refused> {
        if self.root.header.expires.at > self.at {
            return Ok(());
        }
        let expires = &self.root.header.expires.text;
        let what = format!("the newest root, version {}, expired on {expires}", self.root.header.version);
        if let Some(row) = self.rows.last_mut() {
            row.refused = Some(Refusal::new("5.3.10", what));
        }
        Err(Refused)
    }

    /// Takes a timestamp (spec 5.4.2 to 5.4.4). `false`: it has the version of the trusted one, which stays.
    pub fn take_timestamp(&mut self, bytes: &[u8], origin: Origin) -> Result<bool, Refused> {
        let limit = self.profile.limits().timestamp;
        let authority = self.top_level("timestamp");
        let asked = Asked { role: "timestamp", title: "timestamp.json", origin, limit, listed: None };
        let Judged { document, mut row } = self.judge(&asked, bytes, authority)?;
        let earlier = self.timestamp.take();
        let outcome =
            meta::Timestamp::read(document.view()).map_err(|error| Refusal::new("4.6", error.to_string()));
        let outcome = outcome.and_then(|new| {
            row.describe(&new.header);
            not_rolled_back(earlier.as_ref(), &new)?;
            Ok(new)
        });
        let new = match outcome {
            Ok(new) => new,
            Err(why) => {
                self.timestamp = earlier;
                return self.settle(row, Err(why));
            }
        };
        let same = earlier.as_ref().is_some_and(|earlier| earlier.header.version == new.header.version);
        let kept = match earlier.filter(|_| same) {
            Some(earlier) => earlier,
            None => new,
        };
        // An expired copy of its own still says what must not be rolled back.
        let fresh = fresh(&kept.header, self.at, "5.4.4");
        let keep = fresh.is_ok() || origin == Origin::Earlier || same;
        self.timestamp = keep.then_some(kept);
        self.settle(row, fresh)?;
        self.rehearsal |= document.rehearsal;
        Ok(!same)
    }

    /// Takes a snapshot (spec 5.5.2 to 5.5.6). The client's own copy is held neither to the length nor to the hashes that the
    /// timestamp lists, and stays as what must not be rolled back even where it is not the version that the timestamp lists.
    pub fn take_snapshot(&mut self, name: &str, bytes: &[u8], origin: Origin) -> Result<(), Refused> {
        let listed = self.timestamp.as_ref().map(|timestamp| timestamp.snapshot.clone());
        let otherwise = self.profile.limits().snapshot;
        let limit = match origin {
            Origin::Published => listed.as_ref().map_or(otherwise, |listed| listed.limit(otherwise)),
            Origin::Earlier => crate::tuf::METADATA_LIMIT,
        };
        let authority = self.top_level("snapshot");
        let described = listed.as_ref().filter(|_| origin == Origin::Published);
        let asked = Asked { role: "snapshot", title: name, origin, limit, listed: described };
        let Judged { document, mut row } = self.judge(&asked, bytes, authority)?;
        let outcome = Snapshot::read(document.view())
            .map_err(|error| Refusal::new("4.4", error.to_string()))
            .and_then(|new| {
                row.describe(&new.header);
                if origin == Origin::Published {
                    is_version(&new.header, listed.as_ref(), "5.5.4")?;
                }
                nothing_rolled_back(self.snapshot.as_ref(), &new)?;
                Ok(new.header)
            });
        let header = match outcome {
            Ok(header) => header,
            Err(why) => return self.settle(row, Err(why)),
        };
        let mut fit = fresh(&header, self.at, "5.5.6");
        if origin == Origin::Earlier {
            fit = is_version(&header, listed.as_ref(), "5.5.4").and(fit);
        }
        if fit.is_ok() || origin == Origin::Earlier {
            self.rehearsal |= document.rehearsal;
            self.snapshot = Some(document.into_view());
        }
        self.settle(row, fit)
    }

    /// Judges the targets file of a role (spec 5.6.2 to 5.6.5), and gives it back if it is good.
    pub fn take_targets(
        &mut self,
        name: &str,
        role: &str,
        authority: Option<Authority>,
        bytes: &[u8],
        origin: Origin,
    ) -> Result<Json, Refused> {
        let Some(listed) = self.listed(role) else {
            let what = format!("the snapshot does not list {role}.json");
            return self.settle(Row::new(name), Err(Refusal::new("5.6.1", what)));
        };
        let limit = listed.limit(self.profile.limits().targets);
        let authority = authority.or_else(|| self.top_level("targets"));
        let asked = Asked { role: "targets", title: name, origin, limit, listed: Some(&listed) };
        let Judged { document, mut row } = self.judge(&asked, bytes, authority)?;
        let outcome = crate::tuf::targets::Targets::read(document.view())
            .map_err(|error| Refusal::new("4.5", error.to_string()))
            .and_then(|targets| {
                row.describe(&targets.header);
                is_version(&targets.header, Some(&listed), "5.6.4")?;
                fresh(&targets.header, self.at, "5.6.5")
            });
        self.settle(row, outcome)?;
        self.rehearsal |= document.rehearsal;
        Ok(document.into_view())
    }

    /// Refuses a file that did not come, or that is longer than `limit` bytes.
    pub fn refuse_absent(&mut self, name: &str, limit: Option<usize>, section: &'static str) {
        let what = match limit {
            None => "it is missing".to_owned(),
            Some(limit) => format!("it is longer than the {limit} bytes that this client takes"),
        };
        let _: Result<(), Refused> = self.settle(Row::new(name), Err(Refusal::new(section, what)));
    }

    /// The keys of a top-level role.
    fn top_level(&self, role: &str) -> Option<Authority> {
        let role = Rc::new(self.root.roles.get(role)?.clone());
        Some(Authority { delegator: None, keys: Arc::clone(&self.root.keys), role })
    }

    /// The keys of delegations, as this client counts them.
    pub fn counted(&self, keys: BTreeMap<String, Key>) -> Arc<BTreeMap<String, Key>> {
        Arc::new(usable_by(self.profile, keys))
    }

    /// Reads a file and judges its length, hashes and signatures.
    fn judge(
        &mut self,
        asked: &Asked<'_>,
        bytes: &[u8],
        authority: Option<Authority>,
    ) -> Result<Judged, Refused> {
        let mut row = Row::new(asked.title);
        row.earlier = asked.origin == Origin::Earlier;
        row.delegator = authority.as_ref().and_then(|authority| authority.delegator.clone());
        match read_signed(self.profile, asked, bytes, authority, &mut row) {
            Ok(document) => Ok(Judged { document, row }),
            Err(why) => self.settle(row, Err(why)),
        }
    }

    /// Puts the row on record, with the refusal if there is one.
    pub(super) fn settle<T>(&mut self, mut row: Row, outcome: Result<T, Refusal>) -> Result<T, Refused> {
        let outcome = outcome.map_err(|why| {
            row.refused = Some(why);
            Refused
        });
        self.rows.push(row);
        outcome
    }
}
