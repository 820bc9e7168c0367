//! snapshot and timestamp metadata (spec 4.4, 4.6): which version of which file is current.
//!
//! A snapshot may list hundreds of thousands of files, so its view is a window on its tree, and copies nothing.

use std::collections::BTreeMap;

use crate::json::view::{At, ShapeError};
use crate::json::{Json, Object};

use super::envelope::Header;

/// What snapshot or timestamp say of one metadata file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetaFile {
    /// Its version, at least 1.
    pub version: i64,
    /// Its length in bytes, if stated.
    pub length: Option<i64>,
    /// Its digests in hex by algorithm, if stated.
    pub hashes: BTreeMap<String, String>,
}

impl MetaFile {
    /// The most bytes that are read of it: its length, and where none is stated what a client takes of such files.
    pub fn limit(&self, otherwise: usize) -> usize {
        self.length.and_then(|length| usize::try_from(length).ok()).unwrap_or(otherwise)
    }

    fn read(at: &At<'_>) -> Result<MetaFile, ShapeError> {
        Ok(MetaFile {
            version: at.field("version")?.integer(1)?,
            length: at.optional("length")?.map(|at| at.integer(0)).transpose()?,
            hashes: at.optional("hashes")?.map(|at| read_hashes(&at)).transpose()?.unwrap_or_default(),
        })
    }
}

/// Reads an object of hex digests by algorithm.
pub fn read_hashes(at: &At<'_>) -> Result<BTreeMap<String, String>, ShapeError> {
    let mut entries = at.entries()?.peekable();
    if entries.peek().is_none() {
        return Err(at.error("no hash at all"));
    }
    entries.map(|(name, hash)| Ok((name.to_owned(), hash.string()?.to_owned()))).collect()
}

/// A typed view of snapshot metadata.
#[derive(Clone, Debug)]
pub struct Snapshot<'a> {
    /// Version, expiry, specification version.
    pub header: Header,
    meta: &'a Object,
}

impl<'a> Snapshot<'a> {
    /// Reads the `signed` part of an envelope; every file that it lists is well-formed afterwards.
    pub fn read(signed: &'a Json) -> Result<Snapshot<'a>, ShapeError> {
        let at = At::new(signed, "signed");
        let header = Header::read(&at, "snapshot")?;
        let meta = at.field("meta")?;
        for (_, file) in meta.entries()? {
            MetaFile::read(&file)?;
        }
        Ok(Snapshot { header, meta: meta.members()? })
    }

    /// What snapshot metadata that was read before says of a file: one look, however many files it lists.
    pub fn listed(signed: &Json, name: &str) -> Option<MetaFile> {
        MetaFile::read(&At::new(signed.get("meta")?.get(name)?, name)).ok()
    }

    /// What it says of a file, e.g. `targets.json`.
    pub fn file(&self, name: &str) -> Option<MetaFile> {
        MetaFile::read(&At::new(self.meta.get(name)?, name)).ok()
    }

    /// Every file that it lists, by name, in order.
    pub fn files(&self) -> impl Iterator<Item = (&'a str, MetaFile)> {
        let read = |(name, file): (&'a String, &'a Json)| {
            Some((name.as_str(), MetaFile::read(&At::new(file, name)).ok()?))
        };
        self.meta.into_iter().filter_map(read)
    }
}

/// A typed view of timestamp metadata.
#[derive(Clone, Debug)]
pub struct Timestamp {
    /// Version, expiry, specification version.
    pub header: Header,
    /// What it says of `snapshot.json`.
    pub snapshot: MetaFile,
}

impl Timestamp {
    /// Reads the `signed` part of an envelope. Other files have no place in it (spec 4.6), and clients do not mind them: see
    /// [`super::client::rule::Rule::ExtraTimestampFile`].
    pub fn read(signed: &Json) -> Result<Timestamp, ShapeError> {
        let at = At::new(signed, "signed");
        let header = Header::read(&at, "timestamp")?;
        let snapshot = MetaFile::read(&at.field("meta")?.field("snapshot.json")?)?;
        Ok(Timestamp { header, snapshot })
    }
}
