//! The trusted state of a client and the steps that change it (spec 5.2 to 5.6). Each step is given the bytes of one file,
//! and either takes it into the state or refuses it; both leave a row of evidence.

use std::collections::BTreeMap;
use std::rc::Rc;

use jiff::Timestamp;

use crate::json::Json;
use crate::tuf::chain::Link;
use crate::tuf::envelope::Header;
use crate::tuf::key::Key;
use crate::tuf::meta::{self, MetaFile, Snapshot};
use crate::tuf::root::{RoleKeys, Root};
use crate::tuf::verify::{Tally, tally};

use super::document::{Document, mismatch_for};
use super::evidence::{Refusal, Refused, Row};
use super::profile::{Counting, Profile};
use super::survey::keys::usable_by;

/// Keys and threshold of a role.
#[derive(Clone, Debug)]
pub struct Authority {
    /// Who delegated, for a delegated role.
    pub delegator: Option<String>,
    /// All keys of the delegator, as this client counts them.
    pub keys: Rc<BTreeMap<String, Key>>,
    /// The role's.
    pub role: RoleKeys,
}

/// Where a file comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The repository.
    Published,
    /// The client's own copy, which it trusted earlier.
    Earlier,
}

impl Origin {
    /// The name of a row about a file.
    fn title(self, name: &str) -> String {
        match self {
            Origin::Published => name.to_owned(),
            Origin::Earlier => format!("earlier {name}"),
        }
    }
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
    keys: Rc<BTreeMap<String, Key>>,
    pub(super) timestamp: Option<meta::Timestamp>,
    /// `signed` of the snapshot, which was well-formed when it was taken.
    pub(super) snapshot: Option<Json>,
}

/// A file that was read for a role.
struct Judged {
    document: Document,
    row: Row,
}

impl Client {
    /// Begins with a trusted root (spec 5.2), which must be signed by its own threshold. Its expiry does not matter.
    ///
    /// # Errors
    /// The row that says why it is refused.
    pub fn start(profile: Profile, at: Timestamp, bytes: &[u8]) -> Result<Client, Box<Row>> {
        let mut row = Row::new("the trusted root");
        let (document, root) =
            read_root(profile, bytes, &mut row).map_err(|why| refused(row.clone(), why))?;
        if let Err(why) = judge_link(profile, None, &document, &root, &mut row) {
            return Err(refused(row, why));
        }
        let keys = Rc::new(root.keys.clone());
        let rehearsal = document.rehearsal;
        Ok(Client {
            profile,
            at,
            rows: vec![row],
            rehearsal,
            root,
            rotated: false,
            keys,
            timestamp: None,
            snapshot: None,
        })
    }

    /// The root that is trusted now.
    pub fn root(&self) -> &Root {
        &self.root
    }

    /// The version of the snapshot that is trusted now.
    pub fn timestamp(&self) -> Option<&meta::Timestamp> {
        self.timestamp.as_ref()
    }

    /// What the trusted snapshot says of a role's file.
    pub fn listed(&self, role: &str) -> Option<MetaFile> {
        Snapshot::read(self.snapshot.as_ref()?).ok()?.file(&format!("{role}.json"))
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
        self.keys = Rc::new(root.keys.clone());
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
        let title = origin.title("timestamp.json");
        let Judged { document, mut row } = self.judge(&title, bytes, limit, authority, None)?;
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

    /// Takes a snapshot (spec 5.5.2 to 5.5.6). The client's own copy is not held to the hashes that the timestamp lists, and
    /// stays as what must not be rolled back even where it is not the version that the timestamp lists.
    pub fn take_snapshot(&mut self, name: &str, bytes: &[u8], origin: Origin) -> Result<(), Refused> {
        let listed = self.timestamp.as_ref().map(|timestamp| timestamp.snapshot.clone());
        let length = listed.as_ref().and_then(|listed| usize::try_from(listed.length?).ok());
        let limit = length.unwrap_or(self.profile.limits().snapshot);
        let authority = self.top_level("snapshot");
        let described = listed.as_ref().filter(|_| origin == Origin::Published);
        let Judged { document, mut row } =
            self.judge(&origin.title(name), bytes, limit, authority, described)?;
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
        let limit = listed.length.and_then(|length| usize::try_from(length).ok());
        let limit = limit.unwrap_or(self.profile.limits().targets);
        let authority = authority.or_else(|| self.top_level("targets"));
        let title = origin.title(name);
        let Judged { document, mut row } = self.judge(&title, bytes, limit, authority, Some(&listed))?;
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

    /// Refuses a file that did not come.
    pub fn refuse_absent(&mut self, name: &str, too_large: bool, section: &'static str) {
        let what = if too_large { "it is longer than this client takes" } else { "it is missing" };
        let _: Result<(), Refused> = self.settle(Row::new(name), Err(Refusal::new(section, what)));
    }

    /// The keys of a top-level role.
    fn top_level(&self, role: &str) -> Option<Authority> {
        let role = self.root.roles.get(role)?.clone();
        Some(Authority { delegator: None, keys: Rc::clone(&self.keys), role })
    }

    /// The keys of delegations, as this client counts them.
    pub fn counted(&self, keys: &BTreeMap<String, Key>) -> Rc<BTreeMap<String, Key>> {
        Rc::new(usable_by(self.profile, keys))
    }

    /// Reads a file and judges its length, hashes and signatures.
    fn judge(
        &mut self,
        title: &str,
        bytes: &[u8],
        limit: usize,
        authority: Option<Authority>,
        listed: Option<&MetaFile>,
    ) -> Result<Judged, Refused> {
        let mut row = Row::new(title);
        row.delegator = authority.as_ref().and_then(|authority| authority.delegator.clone());
        let outcome = self.read_signed(bytes, limit, authority, listed, &mut row);
        match outcome {
            Ok(document) => Ok(Judged { document, row }),
            Err(why) => self.settle(row, Err(why)),
        }
    }

    fn read_signed(
        &self,
        bytes: &[u8],
        limit: usize,
        authority: Option<Authority>,
        listed: Option<&MetaFile>,
        row: &mut Row,
    ) -> Result<Document, Refusal> {
        if let Some(listed) = listed
            && let Some(what) = mismatch_for(self.profile, bytes, listed)
        {
            return Err(Refusal::new("5.5.2, 5.6.2", what));
        }
        let document = Document::read(self.profile, bytes, limit)?;
        row.remarks = document.remarks(self.profile);
        let authority = authority.ok_or_else(|| Refusal::new("4.3", "no role is responsible for it"))?;
        let message = document.signed.canonical();
        let tally = tally(&authority.keys, &authority.role, &document.signatures, &message);
        let verdict = met(self.profile, &tally, "the threshold");
        row.new = Some(tally);
        verdict.map(|()| document)
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

fn refused(mut row: Row, why: Refusal) -> Box<Row> {
    row.refused = Some(why);
    Box::new(row)
}

fn read_root(profile: Profile, bytes: &[u8], row: &mut Row) -> Result<(Document, Root), Refusal> {
    let document = Document::read(profile, bytes, profile.limits().root)?;
    row.remarks = document.remarks(profile);
    let mut root = Root::read(document.view()).map_err(|error| Refusal::new("4.3", error.to_string()))?;
    row.describe(&root.header);
    root.keys = usable_by(profile, &root.keys);
    Ok((document, root))
}

/// Both thresholds and the version of a root (spec 5.3.4, 5.3.5).
fn judge_link(
    profile: Profile,
    trusted: Option<&Root>,
    document: &Document,
    root: &Root,
    row: &mut Row,
) -> Result<(), Refusal> {
    let link = Link::judge(trusted, &document.signed.canonical(), &document.signatures, root);
    let consecutive = link.consecutive();
    row.remarks.extend(super::survey::keys::of_link(trusted, root, &link, profile));
    let new = link.new.without_those_counted_by(link.old.as_ref());
    let verdict = if consecutive {
        let old = link.old.as_ref();
        old.map_or(Ok(()), |old| met(profile, old, "the threshold of the root before it"))
            .and_then(|()| met(profile, &new, "its own threshold"))
    } else {
        Err(Refusal::new("5.3.5", format!("it has version {}", link.to)))
    };
    row.old = link.old;
    row.new = Some(new);
    verdict
}

/// Whether a threshold is met, as this client counts.
fn met(profile: Profile, tally: &Tally, whose: &str) -> Result<(), Refusal> {
    let counted = match profile.counting() {
        Counting::Material => tally.counted.len(),
        Counting::Keyids => tally.counted.iter().map(|signer| signer.signatures).sum(),
    };
    if usize::try_from(tally.threshold).is_ok_and(|threshold| counted >= threshold) {
        return Ok(());
    }
    let mut what = format!("{whose} is not met: {counted} of {} needed signatures", tally.threshold);
    let dropped = tally.ignored.iter().find_map(|one| one.why.not_counted());
    if let Some((rule, says)) = dropped {
        what.push_str(&format!("; not counted: {says} [{rule}]"));
    }
    let mut refusal = Refusal::new("5.3.4, 5.4.2, 5.5.3, 5.6.3", what);
    refusal.rule =
        dropped.and_then(|(rule, _)| super::rule::Rule::ALL.iter().copied().find(|one| one.id() == rule));
    Err(refusal)
}

fn fresh(header: &Header, at: Timestamp, section: &'static str) -> Result<(), Refusal> {
    if header.expires.at > at {
        return Ok(());
    }
    Err(Refusal::new(section, format!("it expired on {}", header.expires.text)))
}

fn is_version(header: &Header, listed: Option<&MetaFile>, section: &'static str) -> Result<(), Refusal> {
    match listed {
        Some(listed) if listed.version != header.version => Err(Refusal::new(
            section,
            format!("it has version {}, and {} is listed", header.version, listed.version),
        )),
        _ => Ok(()),
    }
}

/// Spec 5.4.3.
fn not_rolled_back(earlier: Option<&meta::Timestamp>, new: &meta::Timestamp) -> Result<(), Refusal> {
    let Some(earlier) = earlier else { return Ok(()) };
    let (was, is) = (earlier.header.version, new.header.version);
    if is < was {
        return Err(Refusal::new(
            "5.4.3.1",
            format!("rolled back: version {is}, and {was} was trusted earlier"),
        ));
    }
    let (was, listed) = (earlier.snapshot.version, new.snapshot.version);
    if is > earlier.header.version && listed < was {
        let what =
            format!("rolled back: it lists version {listed} of the snapshot, and {was} was trusted earlier");
        return Err(Refusal::new("5.4.3.2", what));
    }
    Ok(())
}

/// Spec 5.5.5.
fn nothing_rolled_back(earlier: Option<&Json>, new: &Snapshot<'_>) -> Result<(), Refusal> {
    let Some(Ok(earlier)) = earlier.map(Snapshot::read) else { return Ok(()) };
    for (name, was) in earlier.files() {
        let what = match new.file(name) {
            Some(is) if is.version >= was.version => continue,
            Some(is) => format!(
                "rolled back: version {} of {name}, and {} was listed earlier",
                is.version, was.version
            ),
            None => format!("{name} was listed earlier, and is not any more"),
        };
        return Err(Refusal::new("5.5.5", what));
    }
    Ok(())
}
