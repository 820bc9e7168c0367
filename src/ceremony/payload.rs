//! Payloads: frozen drafts, named by the SHA-256 of the exact bytes that are signed.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::checks::sign::sign_stale;
use crate::checks::{Check, Finding};
use crate::crypto::digest::Sha256Digest;
use crate::host::files;
use crate::json::Json;
use crate::tuf::METADATA_LIMIT;
use crate::tuf::envelope::Envelope;

use super::directory::ADMINISTRATOR;
use super::drafting::Draft;
use super::event::{Artifact, Event, FROZEN};
use super::{Ceremony, CeremonyError, gate};

/// A frozen draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload {
    /// The role.
    pub role: String,
    /// The metadata's version.
    pub version: i64,
    /// SHA-256 of the canonical bytes: the payload's name.
    pub digest: Sha256Digest,
    /// `signed`, read from the frozen bytes.
    pub signed: Json,
    /// The exact bytes that are signed.
    pub canonical: Vec<u8>,
}

impl Draft {
    /// Freezes the draft.
    pub fn freeze(self) -> Payload {
        let canonical = self.signed.canonical();
        let version = self.signed.get("version").and_then(Json::as_int).unwrap_or_default();
        Payload {
            role: self.role,
            version,
            digest: Sha256Digest::of(&canonical),
            signed: self.signed,
            canonical,
        }
    }
}

impl Payload {
    /// `root version 1`, for messages.
    pub fn title(&self) -> String {
        format!("{} version {}", self.role, self.version)
    }

    pub(super) fn file(digest: Sha256Digest, ending: &str) -> String {
        format!("payloads/{digest}.{ending}")
    }
}

/// `payloads/index.json`: which payload is current for which role and version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Index(pub BTreeMap<String, BTreeMap<i64, Sha256Digest>>);

/// Where the index is.
pub(super) const INDEX: &str = "payloads/index.json";

impl Index {
    fn read(tree: &Json) -> Option<Index> {
        let mut roles = BTreeMap::new();
        for (role, versions) in tree.as_object()? {
            let mut of_role = BTreeMap::new();
            for (version, digest) in versions.as_object()? {
                of_role.insert(version.parse().ok()?, Sha256Digest::parse_hex(digest.as_str()?)?);
            }
            roles.insert(role.clone(), of_role);
        }
        Some(Index(roles))
    }

    fn to_json(&self) -> Json {
        let versions = |versions: &BTreeMap<i64, Sha256Digest>| {
            Json::Obj(
                versions
                    .iter()
                    .map(|(version, digest)| (version.to_string(), Json::from(digest.to_hex())))
                    .collect(),
            )
        };
        Json::Obj(self.0.iter().map(|(role, of_role)| (role.clone(), versions(of_role))).collect())
    }

    /// The digests that are current.
    pub fn digests(&self) -> impl Iterator<Item = (&str, i64, Sha256Digest)> {
        self.0.iter().flat_map(|(role, versions)| {
            versions.iter().map(move |(version, digest)| (role.as_str(), *version, *digest))
        })
    }
}

/// SIGN-STALE, for a role or the beginning of a digest that names no current payload.
pub fn not_current(wanted: &str) -> Finding {
    let next = "Give a role, or the beginning of the digest of a payload that stands, as `status` lists them; others are void.";
    Finding::fail(Check::SignStale, format!("{wanted} is not a current payload of this ceremony"), next)
}

/// What a freeze did.
pub struct Frozen {
    /// The payloads, root first.
    pub payloads: Vec<Payload>,
    /// Payloads whose place was taken, with the number of signatures they already had.
    pub voided: Vec<(Sha256Digest, usize)>,
    /// What the checks found.
    pub findings: Vec<Finding>,
}

impl Ceremony {
    /// Reads `payloads/index.json`.
    pub fn index(&self) -> Result<Index, CeremonyError> {
        let Some(bytes) = files::read_if_there(&self.path(INDEX), METADATA_LIMIT)? else {
            return Ok(Index::default());
        };
        let tree = Json::parse(&bytes, METADATA_LIMIT).ok();
        tree.as_ref().and_then(Index::read).ok_or_else(|| CeremonyError::Damaged {
            file: INDEX.to_owned(),
            problem: "it does not map roles and versions to digests".to_owned(),
        })
    }

    /// Freezes the drafts if no check refuses. Every finding comes back, whether or not the freeze happened.
    pub fn freeze(&mut self) -> Result<(Vec<Finding>, Result<Frozen, CeremonyError>), CeremonyError> {
        CeremonyError::require(gate::output(self))?;
        let drafts = self.drafts()?;
        let payloads = self.committed(drafts)?;
        let mut findings = gate::examine(self, &payloads);
        findings.extend(self.refrozen_void(&payloads)?);
        if let Err(refused) = CeremonyError::unless_clear(&findings) {
            return Ok((findings, Err(refused)));
        }
        let mut files: Vec<(String, Cow<'_, [u8]>)> = Vec::new();
        for payload in &payloads {
            files.push((Payload::file(payload.digest, "canonical"), Cow::Borrowed(&payload.canonical)));
            let published = Envelope::publish(&payload.signed, &[]);
            files.push((Payload::file(payload.digest, "json"), Cow::Owned(published)));
        }
        let artifact = |(file, bytes): &(String, Cow<'_, [u8]>)| Artifact {
            file: file.clone(),
            sha256: Sha256Digest::of(bytes),
        };
        let mut index = Index::default();
        for payload in &payloads {
            index.0.entry(payload.role.clone()).or_default().insert(payload.version, payload.digest);
        }
        let mut voided = Vec::new();
        let current = match self.index() {
            // A damaged index is written anew here; the record has what stood in it.
            Err(CeremonyError::Damaged { .. }) => self.last_frozen().unwrap_or_default(),
            other => other?,
        };
        for (_, _, digest) in current.digests().filter(|old| !index.digests().any(|new| new.2 == old.2)) {
            voided.push((digest, files::list_if_folder(&self.path(&format!("signatures/{digest}")))?.len()));
        }
        let event = Event::Frozen {
            plan: self.policy.digest,
            payloads: payloads.iter().map(|one| (one.role.clone(), one.version, one.digest)).collect(),
            voided: voided.iter().map(|(digest, _)| *digest).collect(),
            inputs: self.inputs_of_freeze()?,
            files: files.iter().map(artifact).collect(),
            findings: findings.clone(),
        };
        // The record first: an index without its line would have no plan to be held to, and a root that commits to the record
        // could not be made again, to the byte, after a stop.
        self.transcript.record(ADMINISTRATOR, &event)?;
        for (file, bytes) in &files {
            // What already stands under this name has this digest or was tampered with; either way these bytes are right.
            self.overwrite(file, bytes)?;
        }
        self.overwrite(INDEX, &index.to_json().to_disk())?;
        Ok((findings.clone(), Ok(Frozen { payloads, voided, findings })))
    }

    /// The current payloads, root first, each verified to be what its name says (check SIGN-STALE).
    pub fn payloads(&self) -> Result<Vec<Payload>, CeremonyError> {
        let index = self.index()?;
        let mut payloads = Vec::new();
        for (role, version, digest) in index.digests() {
            payloads.push(self.payload(role, version, digest)?);
        }
        if payloads.is_empty() {
            return Err(CeremonyError::NotYet {
                what: "nothing is frozen yet".to_owned(),
                next: "Run `tuf-ceremony draft` and `tuf-ceremony freeze` first.".to_owned(),
            });
        }
        let order = self.policy.all_roles();
        let place = |role: &str| order.iter().position(|(name, _)| *name == role).unwrap_or(usize::MAX);
        payloads.sort_by_key(|payload| place(&payload.role));
        Ok(payloads)
    }

    fn payload(&self, role: &str, version: i64, digest: Sha256Digest) -> Result<Payload, CeremonyError> {
        let title = format!("{role} version {version}");
        let file = Payload::file(digest, "canonical");
        let bytes = files::read_if_there(&self.path(&file), METADATA_LIMIT)?;
        let found = bytes.as_deref().map(Sha256Digest::of);
        CeremonyError::require(sign_stale(&title, digest, Some(digest), found))?;
        let canonical = bytes.unwrap_or_default();
        let damaged = |file: String, problem: String| CeremonyError::Damaged { file, problem };
        let signed = Json::from_canonical(&canonical, METADATA_LIMIT)
            .map_err(|error| damaged(file, error.to_string()))?;
        let twin = Payload::file(digest, "json");
        let published = files::read(&self.path(&twin), METADATA_LIMIT)?;
        let envelope =
            Envelope::parse(&published, METADATA_LIMIT).map_err(|error| damaged(twin, error.to_string()))?;
        CeremonyError::require(sign_stale(&title, digest, Some(digest), Some(envelope.digest())))?;
        if signed.get("version").and_then(Json::as_int) != Some(version) {
            let problem = format!("it lists {title}, and that payload has another version");
            return Err(damaged(INDEX.to_owned(), problem));
        }
        Ok(Payload { role: role.to_owned(), version, digest, signed, canonical })
    }

    /// What the record says was frozen last.
    fn last_frozen(&self) -> Option<Index> {
        Index::read(self.transcript.all(FROZEN).next_back()?.get("payloads")?)
    }

    /// SHA-256 of the plan under which a payload was last frozen.
    pub fn frozen_under(&self, digest: Sha256Digest) -> Option<Sha256Digest> {
        let hex = digest.to_hex();
        let names = |data: &&Json| {
            let roles = data.get("payloads").and_then(Json::as_object).into_iter().flatten();
            roles
                .flat_map(|(_, versions)| versions.as_object().into_iter().flatten())
                .any(|(_, one)| one.as_str() == Some(&hex))
        };
        let data = self.transcript.all(FROZEN).rev().find(names)?;
        Sha256Digest::parse_hex(data.get("plan")?.as_str()?)
    }

    /// Inputs that are no longer what they were when the payloads were frozen last.
    pub fn changed_inputs(&self) -> Result<Vec<String>, CeremonyError> {
        let frozen = self.transcript.all(FROZEN).next_back();
        let Some(then) = frozen.and_then(|data| data.get("inputs")?.as_object()) else {
            return Ok(Vec::new());
        };
        let now = self.inputs_of_freeze()?;
        let same =
            |one: &Artifact| then.get(&one.file).and_then(Json::as_str) == Some(one.sha256.to_hex().as_str());
        let mut changed: Vec<String> =
            now.iter().filter(|one| !same(one)).map(|one| one.file.clone()).collect();
        let there = |file: &&String| now.iter().any(|one| one.file == **file);
        changed.extend(then.keys().filter(|file| !there(file)).cloned());
        Ok(changed)
    }

    /// The role and version for which a payload was frozen, be it current or void.
    pub fn frozen_for(&self, digest: Sha256Digest) -> Option<(String, i64)> {
        let hex = digest.to_hex();
        self.transcript.all(FROZEN).rev().find_map(|data| {
            data.get("payloads")?.as_object()?.iter().find_map(|(role, versions)| {
                let mut versions = versions.as_object()?.iter();
                let (version, _) = versions.find(|(_, one)| one.as_str() == Some(&hex))?;
                Some((role.clone(), version.parse().ok()?))
            })
        })
    }
}
