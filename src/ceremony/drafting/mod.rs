//! From the plan to drafts. A draft depends on the plan, the keys and what is trusted alone, and on no clock: it comes out
//! the same on every machine.

mod diamond;
mod renewal;
mod succession;
mod versions;

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::host::files;
use crate::json::Json;
use crate::policy::{DelegationPlan, Expiry, Policy, RolePlan};
use crate::tuf::build::{self, Common, DelegationSpec, RoleSpec};
use crate::tuf::client::source::file_stem;
use crate::tuf::envelope::Envelope;
use crate::tuf::key::Key;
use crate::tuf::{METADATA_LIMIT, TOP_LEVEL};

use super::directory::ADMINISTRATOR;
use super::event::{Artifact, Event};
use super::keyring::Keyring;
use super::trusted::Trusted;
use super::{Ceremony, CeremonyError, gate};

pub use succession::succession;

/// Unsigned metadata, still changeable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The role.
    pub role: String,
    /// Its `signed` part.
    pub signed: Json,
}

/// Everything that a ceremony makes, and what it leaves to others.
#[derive(Clone, Debug, Default)]
pub struct Drafts {
    /// Root first, then targets and delegated roles, snapshot, timestamp.
    pub made: Vec<Draft>,
    /// Roles that must be signed anew and whose keys are on no token of the plan: whoever runs them signs.
    pub left: Vec<String>,
}

/// Drafts everything that the plan makes: at genesis all roles, over what an `ended` root leaves behind; later the root, and
/// of what is published today whatever can no longer stay as it is.
pub fn draft_all(
    policy: &Policy,
    keyring: &Keyring,
    trusted: Option<&Trusted>,
    ended: Option<&Trusted>,
) -> Result<Drafts, CeremonyError> {
    let drafter = Drafter { policy, keyring, trusted };
    let root = drafter.root()?;
    let current = trusted.or(ended).and_then(|known| known.current.as_ref());
    match (trusted, current) {
        (Some(trusted), Some(current)) => drafter.renew(Some(&trusted.root), current, root),
        (None, Some(current)) => drafter.renew(None, current, root),
        // A root can be renewed without what is published below it.
        (Some(_), None) => {
            Ok(Drafts { made: vec![Draft { role: "root".to_owned(), signed: root }], left: Vec::new() })
        }
        (None, None) => {
            let mut made = vec![Draft { role: "root".to_owned(), signed: root }];
            made.extend(drafter.others()?);
            Ok(Drafts { made, left: Vec::new() })
        }
    }
}

struct Drafter<'a> {
    policy: &'a Policy,
    keyring: &'a Keyring,
    trusted: Option<&'a Trusted>,
}

impl Drafter<'_> {
    fn common(&self, expires: &Expiry, version: i64) -> Common {
        self.common_on(expires.from(self.policy.planned).unwrap_or(Timestamp::MAX), version)
    }

    fn common_on(&self, expires: Timestamp, version: i64) -> Common {
        Common {
            version,
            expires,
            spec_version: self.policy.spec_version.clone(),
            rehearsal: self.policy.rehearsal,
        }
    }

    /// Keys and threshold of a role. One key may be written in several ways `today`: those that come first count.
    fn spec(&self, role: &RolePlan, today: &[&Key]) -> Result<RoleSpec, CeremonyError> {
        let root = self.trusted.iter().flat_map(|trusted| trusted.root.keys.values());
        let known: Vec<&Key> = today.iter().copied().chain(root).collect();
        let keys = role.keys.iter().map(|name| self.keyring.object(name, self.policy, known.iter().copied()));
        Ok(RoleSpec { keys: keys.collect::<Result<_, _>>()?, threshold: role.threshold })
    }

    fn delegation(
        &self,
        name: &str,
        plan: &DelegationPlan,
        today: &[&Key],
    ) -> Result<DelegationSpec, CeremonyError> {
        let role = self.spec(&plan.role, today)?;
        Ok(DelegationSpec {
            name: name.to_owned(),
            role,
            paths: plan.paths.clone(),
            terminating: plan.terminating,
        })
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
        let common = self.common(&self.plan("root")?.expires, version);
        let mut roles = BTreeMap::new();
        for name in TOP_LEVEL {
            let today = base.map_or_else(Vec::new, |root| root.keys_of(name));
            roles.insert(name.to_owned(), self.spec(self.plan(name)?, &today)?);
        }
        Ok(build::root(base.map(|root| &*root.tree), &common, self.policy.consistent_snapshot, &roles))
    }

    /// Everything but the root, at genesis.
    fn others(&self) -> Result<Vec<Draft>, CeremonyError> {
        let draft = |role: &str, signed: Json| Draft { role: role.to_owned(), signed };
        let delegations = self.policy.delegations.iter();
        let delegations: Vec<DelegationSpec> =
            delegations.map(|(name, plan)| self.delegation(name, plan, &[])).collect::<Result<_, _>>()?;
        let of_targets = self.common(&self.plan("targets")?.expires, 1);
        let mut drafts = vec![draft("targets", build::targets(&of_targets, &delegations))];
        for (name, plan) in &self.policy.delegations {
            drafts.push(draft(name, build::targets(&self.common(&plan.role.expires, 1), &[])));
        }
        let versions = drafts.iter().map(|draft| (draft.role.clone(), 1)).collect();
        let common = self.common(&self.plan("snapshot")?.expires, 1);
        drafts.push(draft("snapshot", build::snapshot(None, &common, &versions)));
        let common = self.common(&self.plan("timestamp")?.expires, 1);
        drafts.push(draft("timestamp", build::timestamp(None, &common, 1)));
        Ok(drafts)
    }
}

impl Ceremony {
    /// What the plan makes.
    pub fn planned_drafts(&self) -> Result<Drafts, CeremonyError> {
        draft_all(&self.policy, &self.keyring, self.trusted.as_ref(), self.ended.as_ref())
    }

    /// Writes the drafts that the plan asks for, in the place of older ones.
    pub fn draft(&mut self) -> Result<Drafts, CeremonyError> {
        CeremonyError::require(gate::output(self))?;
        let drafts = self.planned_drafts()?;
        let mut written: Vec<Artifact> = Vec::new();
        for draft in &drafts.made {
            written.push(self.overwrite(&file_of(&draft.role), &Envelope::publish(&draft.signed, &[]))?);
        }
        self.transcript.record(ADMINISTRATOR, &Event::Drafted { files: written })?;
        Ok(drafts)
    }

    /// Reads the drafts of every role that the plan makes.
    pub fn drafts(&self) -> Result<Vec<Draft>, CeremonyError> {
        let expected = self.planned_drafts()?;
        let mut drafts = Vec::new();
        for Draft { role, .. } in expected.made {
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
pub fn file_of(role: &str) -> String {
    format!("drafts/{}.json", file_stem(role))
}
