//! A directory of published metadata, as a client that starts from a trusted root sees it: the root chain (spec 5.3),
//! then timestamp, snapshot and targets with the roles they delegate to (spec 5.4 to 5.6), at one fixed time.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use jiff::Timestamp;

use crate::crypto::digest::{Sha256Digest, sha512};
use crate::crypto::hex;
use crate::host::files::{self, FileError};
use crate::json::view::{At, ShapeError};
use crate::tuf::chain::Link;
use crate::tuf::delegation::Delegates;
use crate::tuf::envelope::{Envelope, Header};
use crate::tuf::key::Key;
use crate::tuf::meta::{MetaFile, Snapshot};
use crate::tuf::root::{RoleKeys, Root};
use crate::tuf::targets::Targets;
use crate::tuf::verify::{Tally, tally};
use crate::tuf::{METADATA_LIMIT, ROOT_LIMIT, meta};

use super::CeremonyError;
use super::signatures::with_foreign_explained;

/// The evidence for one file.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its name.
    pub file: String,
    /// Its version.
    pub version: i64,
    /// Its expiry, as found.
    pub expires: String,
    /// Counted by the keys of the root before it, for roots.
    pub old: Option<Tally>,
    /// Counted by the keys that are responsible for it.
    pub new: Tally,
    /// Why it is refused, if it is.
    pub refused: Option<String>,
}

/// What a client makes of a directory.
#[derive(Clone, Debug)]
pub struct Report {
    /// The files that were looked at, in the order in which a client asks for them.
    pub rows: Vec<Row>,
    /// Why the directory is refused; `None` if it is accepted.
    pub refused: Option<String>,
    /// Whether any of the files was made in a rehearsal, so that nobody may trust it.
    pub rehearsal: bool,
}

/// Verifies a directory, starting from a trusted root file.
pub fn verify(
    directory: &Path,
    trusted: &Path,
    at: Timestamp,
    roots_only: bool,
) -> Result<Report, CeremonyError> {
    let bytes = files::read(trusted, ROOT_LIMIT)?;
    if !files::is_folder(directory) {
        return Err(FileError::Missing(directory.to_owned()).into());
    }
    let mut client = Client { directory: directory.to_owned(), at, rows: Vec::new(), rehearsal: false };
    let refused = match client.update(&bytes, roots_only) {
        Ok(()) => None,
        Err(Stop::Refused(why)) => Some(why),
        Err(Stop::File(error)) => return Err(error.into()),
    };
    Ok(Report { rows: client.rows, refused, rehearsal: client.rehearsal })
}

/// Why a client goes no further.
enum Stop {
    /// It refuses what it was given.
    Refused(String),
    /// It could not read it.
    File(FileError),
}

impl From<FileError> for Stop {
    fn from(error: FileError) -> Stop {
        Stop::File(error)
    }
}

struct Client {
    directory: PathBuf,
    at: Timestamp,
    rows: Vec<Row>,
    rehearsal: bool,
}

/// The keys that are responsible for a role.
struct Responsible {
    role: String,
    keys: Rc<BTreeMap<String, Key>>,
    role_keys: RoleKeys,
}

impl Client {
    fn update(&mut self, bytes: &[u8], roots_only: bool) -> Result<(), Stop> {
        let name = "the trusted root";
        let envelope = parse(name, bytes)?;
        self.rehearsal |= envelope.is_rehearsal();
        let root = shaped(name, Root::read(&envelope.signed))?;
        let link = Link::verify(None, &envelope, &root);
        self.root_row(name, &root, link)?;
        self.same_root(&format!("{}.root.json", root.header.version), &root)?;
        let root = self.roots(root)?;
        self.same_root("root.json", &root)?;
        if roots_only {
            return Ok(());
        }
        // Only the newest root must not have expired (spec 5.3.10).
        if root.header.expires.at <= self.at {
            let (version, expires) = (root.header.version, &root.header.expires.text);
            return Err(Stop::Refused(format!("the newest root, version {version}, expired on {expires}")));
        }
        self.rest(&root)
    }

    fn roots(&mut self, mut root: Root) -> Result<Root, Stop> {
        while let Some(version) = root.header.version.checked_add(1) {
            let name = format!("{version}.root.json");
            let Some(bytes) = files::read_if_there(&self.directory.join(&name), ROOT_LIMIT)? else { break };
            let envelope = parse(&name, &bytes)?;
            self.rehearsal |= envelope.is_rehearsal();
            let next = shaped(&name, Root::read(&envelope.signed))?;
            let link = Link::verify(Some(&root), &envelope, &next);
            self.root_row(&name, &next, link)?;
            root = next;
        }
        Ok(root)
    }

    /// A client that trusts a root never asks for it again; but a copy of it that is published, if there is one, is what
    /// the next client will start from.
    fn same_root(&self, name: &str, root: &Root) -> Result<(), Stop> {
        let Some(bytes) = files::read_if_there(&self.directory.join(name), ROOT_LIMIT)? else {
            return Ok(());
        };
        let published = parse(name, &bytes)?;
        let link = Link::verify(None, &published, root);
        if published.signed == root.tree && link.new.met() {
            return Ok(());
        }
        let version = root.header.version;
        Err(Stop::Refused(format!("{name} is not the root, version {version}, that was verified here")))
    }

    fn root_row(&mut self, name: &str, root: &Root, link: Link) -> Result<(), Stop> {
        let refused = if !link.consecutive() {
            Some(format!("it has version {}", link.to))
        } else if link.old.as_ref().is_some_and(|old| !old.met()) {
            Some("the threshold of the root before it is not met".to_owned())
        } else if !link.new.met() {
            Some("its own threshold is not met".to_owned())
        } else {
            None
        };
        let new = with_foreign_explained(link.new, link.old.as_ref());
        self.row(name, &root.header, link.old, new, refused)
    }

    fn row(
        &mut self,
        name: &str,
        header: &Header,
        old: Option<Tally>,
        new: Tally,
        refused: Option<String>,
    ) -> Result<(), Stop> {
        let expires = header.expires.text.clone();
        let stop = refused.as_ref().map(|why| Stop::Refused(format!("{name}: {why}")));
        self.rows.push(Row { file: name.to_owned(), version: header.version, expires, old, new, refused });
        stop.map_or(Ok(()), Err)
    }

    fn rest(&mut self, root: &Root) -> Result<(), Stop> {
        let file = |role: &str, version: i64| match root.consistent_snapshot {
            Some(true) => format!("{version}.{role}.json"),
            _ => format!("{role}.json"),
        };
        let keys = Rc::new(root.keys.clone());
        let top = |role: &str| {
            let role_keys = root.roles.get(role).cloned();
            let role_keys = role_keys.ok_or_else(|| Stop::Refused(format!("the root has no role {role}")))?;
            Ok::<_, Stop>(Responsible { role: role.to_owned(), keys: Rc::clone(&keys), role_keys })
        };
        let envelope = self.fetch("timestamp.json", &top("timestamp")?, None)?;
        let timestamp = shaped("timestamp.json", meta::Timestamp::read(&envelope.signed))?;
        let name = file("snapshot", timestamp.snapshot.version);
        let envelope = self.fetch(&name, &top("snapshot")?, Some(&timestamp.snapshot))?;
        let snapshot = shaped(&name, Snapshot::read(&envelope.signed))?;
        let mut waiting = vec![top("targets")?];
        let mut seen: Vec<String> = Vec::new();
        while let Some(next) = waiting.pop() {
            if seen.contains(&next.role) {
                continue;
            }
            seen.push(next.role.clone());
            let listed = snapshot.file(&format!("{}.json", next.role));
            let listed = listed
                .ok_or_else(|| Stop::Refused(format!("the snapshot does not list {}.json", next.role)))?;
            let name = file(&next.role, listed.version);
            let envelope = self.fetch(&name, &next, Some(&listed))?;
            let Some(delegations) = shaped(&name, Targets::read(&envelope.signed))?.delegations else {
                continue;
            };
            let keys = Rc::new(delegations.keys);
            if let Delegates::Roles(roles) = delegations.delegates {
                // Pre-order: the first delegation is looked at next.
                waiting.extend(roles.into_iter().rev().map(|role| Responsible {
                    role: role.name,
                    keys: Rc::clone(&keys),
                    role_keys: role.keys,
                }));
            }
        }
        Ok(())
    }

    /// Reads one file, and judges its signatures, version, expiry, length and hashes.
    fn fetch(&mut self, name: &str, who: &Responsible, listed: Option<&MetaFile>) -> Result<Envelope, Stop> {
        if name.contains('/') {
            return Err(Stop::Refused(format!("{name:?} is no file name")));
        }
        let path = self.directory.join(name);
        let bytes = files::read_if_there(&path, METADATA_LIMIT)?;
        let bytes = bytes.ok_or_else(|| Stop::Refused(format!("{name} is missing")))?;
        let envelope = parse(name, &bytes)?;
        self.rehearsal |= envelope.is_rehearsal();
        let kind =
            if crate::tuf::TOP_LEVEL.contains(&who.role.as_str()) { who.role.as_str() } else { "targets" };
        let header = shaped(name, Header::read(&At::new(&envelope.signed, "signed"), kind))?;
        let tally = tally(&who.keys, &who.role_keys, &envelope.signatures, &envelope.canonical());
        let refused = if !tally.met() {
            Some(format!("{} of {} needed signatures", tally.counted.len(), tally.threshold))
        } else if listed.is_some_and(|listed| listed.version != header.version) {
            Some(format!("it has version {}, which is not the one that is listed", header.version))
        } else if listed.is_some_and(|listed| !same_bytes(listed, &bytes)) {
            Some("length or hashes are not those that are listed".to_owned())
        } else if header.expires.at <= self.at {
            Some(format!("it expired on {}", header.expires.text))
        } else {
            None
        };
        self.row(name, &header, None, tally, refused)?;
        Ok(envelope)
    }
}

fn parse(name: &str, bytes: &[u8]) -> Result<Envelope, Stop> {
    Envelope::parse(bytes, METADATA_LIMIT).map_err(|error| Stop::Refused(format!("{name}: {error}")))
}

fn shaped<T>(name: &str, view: Result<T, ShapeError>) -> Result<T, Stop> {
    view.map_err(|error| Stop::Refused(format!("{name}: {error}")))
}

/// Whether bytes have the length and every hash that is listed; an algorithm that is not known refuses.
fn same_bytes(listed: &MetaFile, bytes: &[u8]) -> bool {
    let length = listed.length.is_none_or(|length| i64::try_from(bytes.len()) == Ok(length));
    let fits = |(name, hash): (&String, &String)| match name.as_str() {
        "sha256" => Sha256Digest::of(bytes).to_hex() == *hash,
        "sha512" => hex::encode(&sha512(bytes)) == *hash,
        _ => false,
    };
    length && listed.hashes.iter().all(fits)
}
