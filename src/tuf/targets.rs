//! targets metadata (spec 4.5): the files of the repository, and who may speak for which of them.
//!
//! It may list millions of files, so its view is a window on its tree, and copies nothing.

use std::collections::BTreeMap;

use crate::json::view::{At, ShapeError};
use crate::json::{Json, Object};

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
}

impl TargetFile {
    fn read(at: &At<'_>) -> Result<TargetFile, ShapeError> {
        let length = at.field("length")?.integer(0)?;
        let hashes = read_hashes(&at.field("hashes")?)?;
        Ok(TargetFile { length, hashes })
    }
}

/// A typed view of targets metadata, top-level or delegated.
#[derive(Clone, Debug)]
pub struct Targets<'a> {
    /// Version, expiry, specification version.
    pub header: Header,
    /// Who else may speak, if anybody.
    pub delegations: Option<Delegations>,
    targets: &'a Object,
}

impl<'a> Targets<'a> {
    /// Reads the `signed` part of an envelope; every file that it lists is well-formed afterwards.
    pub fn read(signed: &'a Json) -> Result<Targets<'a>, ShapeError> {
        let at = At::new(signed, "signed");
        let header = Header::read(&at, "targets")?;
        let targets = at.field("targets")?;
        for (_, file) in targets.entries()? {
            TargetFile::read(&file)?;
        }
        let delegations = at.optional("delegations")?.map(|at| Delegations::read(&at)).transpose()?;
        Ok(Targets { header, delegations, targets: targets.members()? })
    }

    /// What it says of a target path.
    pub fn file(&self, path: &str) -> Option<TargetFile> {
        TargetFile::read(&At::new(self.targets.get(path)?, path)).ok()
    }

    /// Every file that it lists, by target path, in order.
    pub fn files(&self) -> impl Iterator<Item = (&'a str, TargetFile)> {
        let read = |(path, file): (&'a String, &'a Json)| {
            Some((path.as_str(), TargetFile::read(&At::new(file, path)).ok()?))
        };
        self.targets.into_iter().filter_map(read)
    }
}
