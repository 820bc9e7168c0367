//! The plan: policy against trusted root, for people to read before any token is touched.

use crate::checks::Finding;
use crate::console::words::words;
use crate::policy::RolePlan;
use crate::tuf::root::Root;
use crate::tuf::time;

use super::drafting::{Draft, Drafts};
use super::event::Artifact;
use super::payload::Payload;
use super::{Ceremony, CeremonyError, gate};

/// What a ceremony is going to do.
pub struct Plan {
    /// Every input with its digest.
    pub inputs: Vec<Artifact>,
    /// The digest of `ceremony.toml` as PGP words.
    pub words: Vec<&'static str>,
    /// What will be made, root first.
    pub roles: Vec<PlannedRole>,
    /// The quorum of the trusted root, for root version N+1.
    pub old_quorum: Option<Quorum>,
    /// Keys of the plan whose public half is not known yet.
    pub missing_keys: Vec<String>,
    /// What the checks found, as far as they can be run.
    pub findings: Vec<Finding>,
}

/// One file that will be made.
pub struct PlannedRole {
    /// The role.
    pub role: String,
    /// Its version.
    pub version: i64,
    /// When it expires.
    pub expires: String,
    /// Who must sign it.
    pub quorum: Quorum,
    /// Whether this ceremony makes it.
    pub made: bool,
}

/// A threshold and the people who can reach it.
pub struct Quorum {
    /// How many.
    pub threshold: i64,
    /// Of whom, as `name (key)`.
    pub signers: Vec<String>,
}

impl Ceremony {
    /// Makes the plan.
    pub fn plan(&self) -> Result<Plan, CeremonyError> {
        let roles = self.policy.all_roles();
        let used = |name: &&String| roles.iter().any(|(_, role)| role.keys.contains(name));
        let missing = self.policy.keys.keys().filter(used).filter(|name| self.keyring.get(name).is_none());
        let missing_keys: Vec<String> = missing.cloned().collect();
        let findings = match self.planned_drafts() {
            Ok(Drafts { made, .. }) => {
                let payloads: Vec<Payload> = made.into_iter().map(Draft::freeze).collect();
                let mut findings = gate::examine(self, &payloads);
                findings.push(gate::output(self));
                findings
            }
            Err(_) => gate::examine_plan(self),
        };
        let genesis = self.trusted.is_none();
        let planned = roles.iter().map(|(name, plan)| PlannedRole {
            role: (*name).to_owned(),
            version: if *name == "root" { self.next_version() } else { 1 },
            expires: plan
                .expires
                .from(self.policy.planned)
                .map_or("beyond the calendar".to_owned(), time::write),
            quorum: self.quorum(plan),
            made: genesis || *name == "root",
        });
        Ok(Plan {
            inputs: self.inputs()?,
            words: words(&self.policy.digest.0),
            roles: planned.collect(),
            old_quorum: self.trusted.as_ref().and_then(|trusted| self.old_quorum(&trusted.root)),
            missing_keys,
            findings,
        })
    }

    fn next_version(&self) -> i64 {
        self.trusted.as_ref().map_or(1, |trusted| trusted.root.header.version.saturating_add(1))
    }

    fn quorum(&self, plan: &RolePlan) -> Quorum {
        let signer = |name: &String| format!("{} ({name})", self.policy.holder_of(name));
        Quorum { threshold: plan.threshold, signers: plan.keys.iter().map(signer).collect() }
    }

    fn old_quorum(&self, root: &Root) -> Option<Quorum> {
        let role = root.roles.get("root")?;
        let signers = crate::tuf::verify::signers(&root.keys, role);
        let names = signers.iter().map(|signer| self.signer_name(signer));
        Some(Quorum { threshold: role.threshold, signers: names.collect() })
    }
}
