//! targets metadata (spec 4.5): the files of the repository, and who may speak for which of them.

use std::collections::BTreeMap;

use crate::json::Json;
use crate::json::view::{At, ShapeError};

use super::delegation::Delegations;
use super::envelope::Header;
use super::meta::read_hashes;

/// A file of the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetFile {
    /// Length in bytes.
    pub length: i64,
    /// Digests in hex by algorithm, at least one.
    pub hashes: BTreeMap<String, String>,
    /// `custom`, if there.
    pub custom: Option<Json>,
}

/// A typed view of targets metadata, top-level or delegated.
#[derive(Clone, Debug)]
pub struct Targets {
    /// Version, expiry, specification version.
    pub header: Header,
    /// By target path.
    pub targets: BTreeMap<String, TargetFile>,
    /// Who else may speak, if anybody.
    pub delegations: Option<Delegations>,
}

impl Targets {
    /// Reads the `signed` part of an envelope.
    pub fn read(signed: &Json) -> Result<Targets, ShapeError> {
        let at = At::new(signed, "signed");
        let header = Header::read(&at, "targets")?;
        let mut targets = BTreeMap::new();
        for (path, file) in at.field("targets")?.entries()? {
            let length = file.field("length")?.integer(0)?;
            let hashes = read_hashes(&file.field("hashes")?)?;
            let custom = file.optional("custom")?.map(|custom| custom.json().clone());
            targets.insert(path.to_owned(), TargetFile { length, hashes, custom });
        }
        let delegations = at.optional("delegations")?.map(|at| Delegations::read(&at)).transpose()?;
        Ok(Targets { header, targets, delegations })
    }
}
