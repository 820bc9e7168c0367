//! From the plan to drafts. A draft depends on the plan, the keys and the trusted root alone, and on no clock: it comes
//! out the same on every machine.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::host::files;
use crate::json::Json;
use crate::policy::{Expiry, Intent, Policy, RolePlan};
use crate::tuf::build::{self, Common, DelegationSpec, RoleSpec};
use crate::tuf::envelope::Envelope;
use crate::tuf::{METADATA_LIMIT, TOP_LEVEL};

use super::directory::ADMINISTRATOR;
use super::event::{Artifact, Event};
use super::keyring::Keyring;
use super::trusted::Trusted;
use super::{Ceremony, CeremonyError};

/// Unsigned metadata, still changeable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The role.
    pub role: String,
    /// Its `signed` part.
    pub signed: Json,
}

/// Drafts everything that the plan makes.
pub fn draft_all(
    policy: &Policy,
    keyring: &Keyring,
    trusted: Option<&Trusted>,
) -> Result<Vec<Draft>, CeremonyError> {
    let drafter = Drafter { policy, keyring, trusted };
    let mut drafts = vec![Draft { role: "root".to_owned(), signed: drafter.root()? }];
    // The other roles' current metadata is not at hand after genesis, and a root can be renewed without them.
    if policy.change == Intent::Genesis {
        drafts.extend(drafter.others()?);
    }
    Ok(drafts)
}

struct Drafter<'a> {
    policy: &'a Policy,
    keyring: &'a Keyring,
    trusted: Option<&'a Trusted>,
}

impl Drafter<'_> {
    fn common(&self, expires: &Expiry, version: i64) -> Result<Common, CeremonyError> {
        let expires = expires.from(self.policy.planned).unwrap_or(Timestamp::MAX);
        Ok(Common {
            version,
            expires,
            spec_version: self.policy.spec_version.clone(),
            rehearsal: self.policy.rehearsal,
        })
    }

    fn spec(&self, role: &RolePlan) -> Result<RoleSpec, CeremonyError> {
        let keys = role.keys.iter().map(|name| self.keyring.object(name, self.policy, self.trusted));
        Ok(RoleSpec { keys: keys.collect::<Result<_, _>>()?, threshold: role.threshold })
    }

    fn plan(&self, role: &str) -> Result<&RolePlan, CeremonyError> {
        // A `Policy` has all four top-level roles.
        self.policy.roles.get(role).ok_or_else(|| CeremonyError::NotYet {
            what: format!("the plan has no role {role}"),
            next: format!("Add [role.{role}] to ceremony.toml."),
        })
    }

    fn root(&self) -> Result<Json, CeremonyError> {
        let base = self.trusted.map(|trusted| &trusted.root);
        let version = base.map_or(1, |root| root.header.version.saturating_add(1));
        let common = self.common(&self.plan("root")?.expires, version)?;
        let mut roles = BTreeMap::new();
        for name in TOP_LEVEL {
            roles.insert(name.to_owned(), self.spec(self.plan(name)?)?);
        }
        Ok(build::root(base.map(|root| &*root.tree), &common, self.policy.consistent_snapshot, &roles))
    }

    fn others(&self) -> Result<Vec<Draft>, CeremonyError> {
        let draft = |role: &str, signed: Json| Draft { role: role.to_owned(), signed };
        let mut delegations = Vec::new();
        for (name, plan) in &self.policy.delegations {
            let role = self.spec(&plan.role)?;
            let (name, paths, terminating) = (name.clone(), plan.paths.clone(), plan.terminating);
            delegations.push(DelegationSpec { name, role, paths, terminating });
        }
        let mut drafts = vec![draft(
            "targets",
            build::targets(&self.common(&self.plan("targets")?.expires, 1)?, &delegations),
        )];
        for (name, plan) in &self.policy.delegations {
            drafts.push(draft(name, build::targets(&self.common(&plan.role.expires, 1)?, &[])));
        }
        let versions = drafts.iter().map(|draft| (draft.role.clone(), 1)).collect();
        drafts.push(draft(
            "snapshot",
            build::snapshot(&self.common(&self.plan("snapshot")?.expires, 1)?, &versions),
        ));
        drafts.push(draft(
            "timestamp",
            build::timestamp(&self.common(&self.plan("timestamp")?.expires, 1)?, 1),
        ));
        Ok(drafts)
    }
}

impl Ceremony {
    /// Writes the drafts that the plan asks for, in the place of older ones.
    pub fn draft(&mut self) -> Result<Vec<Draft>, CeremonyError> {
        let drafts = draft_all(&self.policy, &self.keyring, self.trusted.as_ref())?;
        let mut written: Vec<Artifact> = Vec::new();
        for draft in &drafts {
            written.push(self.overwrite(&file_of(&draft.role), &Envelope::publish(&draft.signed, &[]))?);
        }
        self.transcript.record(ADMINISTRATOR, &Event::Drafted { files: written })?;
        Ok(drafts)
    }

    /// Reads the drafts of every role that the plan makes.
    pub fn drafts(&self) -> Result<Vec<Draft>, CeremonyError> {
        let expected = draft_all(&self.policy, &self.keyring, self.trusted.as_ref())?;
        let mut drafts = Vec::new();
        for Draft { role, .. } in expected {
            let file = file_of(&role);
            let bytes = files::read_if_there(&self.path(&file), METADATA_LIMIT)?.ok_or_else(|| {
                CeremonyError::NotYet {
                    what: format!("there is no {file} yet"),
                    next: "Run `tuf-ceremony draft` first.".to_owned(),
                }
            })?;
            let envelope = Envelope::parse(&bytes, METADATA_LIMIT)
                .map_err(|error| CeremonyError::Damaged { file, problem: error.to_string() })?;
            drafts.push(Draft { role, signed: envelope.signed });
        }
        Ok(drafts)
    }
}

/// The file of a role's draft.
fn file_of(role: &str) -> String {
    format!("drafts/{role}.json")
}
