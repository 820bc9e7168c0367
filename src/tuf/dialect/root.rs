//! Roots of other dialects, and the chain of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::crypto::certificate::Certificate;
use crate::json::Json;
use crate::json::view::{At, ShapeError};
use crate::tuf::chain::Link;
use crate::tuf::key::{Key, KeyProblem};
use crate::tuf::root::{RoleKeys, Root};
use crate::tuf::verify::Tally;

use super::Dialect;
use super::file::{ForeignFile, Oddity, members};
use super::key::{self, ForeignKeyProblem};

/// A root of another dialect.
#[derive(Clone, Debug)]
pub struct ForeignRoot {
    /// The file, with its signatures.
    pub file: ForeignFile,
    /// What it says, in the view of TUF 1.0: its keys and roles can be counted with like any others.
    pub root: Root,
    /// The certificates among its keys, by keyid.
    pub certificates: BTreeMap<String, Certificate>,
    /// What is not as the dialect wants it.
    pub oddities: Vec<Oddity>,
}

/// Reads a root of another dialect.
pub fn read_root(tree: &Json) -> Result<ForeignRoot, ShapeError> {
    ForeignRoot::read(Dialect::of(tree), tree)
}

impl ForeignRoot {
    /// Reads a root in a dialect that is known.
    pub fn read(dialect: Dialect, tree: &Json) -> Result<ForeignRoot, ShapeError> {
        ForeignRoot::of(ForeignFile::read(dialect, tree)?)
    }

    /// Reads the root inside a file.
    pub fn of(file: ForeignFile) -> Result<ForeignRoot, ShapeError> {
        let at = At::new(&file.signed, "signed");
        if file.kind != "root" {
            return Err(at.field("_type")?.error(format!("expected a root, found {}", file.kind)));
        }
        let (mut keys, mut certificates, mut oddities) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
        for (keyid, object) in members(&at.field("keys")?)? {
            let mut read = key::read(file.dialect, keyid, &object)?;
            keys.insert(keyid.to_owned(), read.key);
            certificates.extend(read.certificate.map(|certificate| (keyid.to_owned(), certificate)));
            oddities.append(&mut read.oddities);
        }
        let mut roles = BTreeMap::new();
        for (name, role) in members(&at.field("roles")?)? {
            roles.insert(name.to_owned(), RoleKeys::read(&role)?);
        }
        if !roles.contains_key("root") {
            return Err(at.error("the role \"root\" is missing from roles"));
        }
        let consistent_snapshot = at.optional("consistent_snapshot")?.map(|at| at.boolean()).transpose()?;
        let header = file.header.clone();
        let root = Root {
            tree: Arc::new(file.signed.clone()),
            header,
            consistent_snapshot,
            keys: Arc::new(keys),
            roles,
        };
        Ok(ForeignRoot { file, root, certificates, oddities })
    }

    /// Counts the signatures of `next` by the keys of `trusted` and by its own; only by its own if there is nothing to
    /// trust yet. Clients of these dialects ask for less at times; here both thresholds have to be met, as in TUF 1.0.
    pub fn link(trusted: Option<&ForeignRoot>, next: &ForeignRoot) -> Link {
        Link {
            from: trusted.map(|root| root.root.header.version),
            to: next.root.header.version,
            old: trusted.map(|root| next.file.tally_for(&root.root, &root.root.keys, "root")),
            new: next.file.tally_for(&next.root, &next.root.keys, "root"),
        }
    }

    /// Its keys as a client sees them at a time: one that goes by a certificate verifies nothing outside of its validity.
    /// Notary asks this only of the keys of the role root, and only of the root that is current.
    pub fn keys_at(&self, at: Timestamp) -> BTreeMap<String, Key> {
        let mut keys = BTreeMap::clone(&self.root.keys);
        for (keyid, key) in &mut keys {
            if let Some(certificate) = self.certificates.get(keyid).filter(|one| !one.is_valid_at(at))
                && key.usable.is_ok()
            {
                key.usable = Err(KeyProblem::Foreign(ForeignKeyProblem::Certificate {
                    subject: certificate.subject.clone(),
                    not_before: certificate.not_before,
                    not_after: certificate.not_after,
                }));
            }
        }
        keys
    }
}

impl ForeignFile {
    /// Counts the signatures for a role that a root names, with these keys of that root. A role that is not named has a
    /// threshold that nobody can meet.
    pub(super) fn tally_for(&self, root: &Root, keys: &BTreeMap<String, Key>, role: &str) -> Tally {
        let nobody = RoleKeys { keyids: Vec::new(), threshold: i64::MAX };
        self.tally(keys, root.roles.get(role).unwrap_or(&nobody))
    }
}
