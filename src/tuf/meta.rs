//! snapshot and timestamp metadata (spec 4.4, 4.6): which version of which file is current.

use std::collections::BTreeMap;

use crate::json::Json;
use crate::json::view::{At, ShapeError};

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
    let entries = at.entries()?;
    if entries.is_empty() {
        return Err(at.error("no hash at all"));
    }
    entries.into_iter().map(|(name, hash)| Ok((name.to_owned(), hash.string()?.to_owned()))).collect()
}

/// A typed view of snapshot metadata.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Version, expiry, specification version.
    pub header: Header,
    /// By file name, e.g. `targets.json`.
    pub meta: BTreeMap<String, MetaFile>,
}

impl Snapshot {
    /// Reads the `signed` part of an envelope.
    pub fn read(signed: &Json) -> Result<Snapshot, ShapeError> {
        let at = At::new(signed, "signed");
        let header = Header::read(&at, "snapshot")?;
        let meta = at.field("meta")?;
        let entries = meta.entries()?;
        let meta = entries.iter().map(|(name, file)| Ok(((*name).to_owned(), MetaFile::read(file)?)));
        Ok(Snapshot { header, meta: meta.collect::<Result<_, ShapeError>>()? })
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
    /// Reads the `signed` part of an envelope.
    pub fn read(signed: &Json) -> Result<Timestamp, ShapeError> {
        let at = At::new(signed, "signed");
        let header = Header::read(&at, "timestamp")?;
        let meta = at.field("meta")?;
        let snapshot = MetaFile::read(&meta.field("snapshot.json")?)?;
        match meta.entries()?.iter().find(|(name, _)| *name != "snapshot.json") {
            Some((name, _)) => Err(meta.error(format!("{name:?} has no place here, only snapshot.json has"))),
            None => Ok(Timestamp { header, snapshot }),
        }
    }
}
