//! The plan: policy against what is trusted, for people to read before any token is touched.

mod changes;
mod dates;
mod delegations;
pub mod ladder;
mod next;
mod people;
mod taken;

use crate::checks::Finding;
use crate::console::words::words;
use crate::json::Json;
use crate::policy::survival::{Call, Losses, Thefts, Unit};
use crate::tuf::time;
use crate::tuf::verify::{Signer, signers};

use super::drafting::{Draft, Drafts, draft_all};
use super::event::Artifact;
use super::keyring::Keyring;
use super::payload::Payload;
use super::signatures::Authority;
use super::{Ceremony, CeremonyError, gate};

pub use changes::RoleChange;
pub use dates::Deadline;
pub use delegations::{DelegationChange, Delegations, Fate};
pub use ladder::{Rung, State};
pub use next::Step;

/// What a ceremony is going to do.
pub struct Plan {
    /// Every input with its digest.
    pub inputs: Vec<Artifact>,
    /// The digest of `ceremony.toml` as PGP words.
    pub words: Vec<&'static str>,
    /// What changes, role by role; empty at genesis.
    pub changes: Vec<RoleChange>,
    /// What changes in delegations, against what is published.
    pub delegations: Delegations,
    /// What will be made, root first, and what stays as it is.
    pub roles: Vec<PlannedRole>,
    /// Roles that must be signed anew by whoever runs them.
    pub left: Vec<String>,
    /// The quorum of the trusted root, for root version N+1.
    pub old_quorum: Option<Quorum>,
    /// Who can sign, who must, who is spare, and the fewest people who suffice.
    pub call: Call,
    /// Which losses the quorums of this ceremony survive.
    pub losses: Losses,
    /// Which losses the root survives afterwards.
    pub losses_after: Losses,
    /// What a thief could do until this ceremony is over; `None` where nothing is trusted yet.
    pub thefts_today: Option<Thefts>,
    /// What a thief could do afterwards.
    pub thefts: Thefts,
    /// When what must be renewed, and the next ceremony held.
    pub deadlines: Vec<Deadline>,
    /// The drafts for bad nights, as they lie in `drafts/ladder/`.
    pub ladder: Vec<Rung>,
    /// Keys of the plan whose public half is not known yet.
    pub missing_keys: Vec<String>,
    /// What the checks found, as far as they can be run.
    pub findings: Vec<Finding>,
    /// What is done next.
    pub next: Step,
}

/// One file that will be made, or stays.
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
    /// Whether the plan states it; what it does not is carried over.
    pub stated: bool,
}

/// A threshold and the people who can reach it.
pub struct Quorum {
    /// How many.
    pub threshold: i64,
    /// Of which keys, by the names that the plan gives them; keys that it does not know, as their metadata has them.
    pub keys: Vec<String>,
    /// Of whom, as `name (key)`.
    pub signers: Vec<String>,
}

impl Plan {
    /// The roles that this ceremony makes.
    pub fn made(&self) -> impl Iterator<Item = &PlannedRole> {
        self.roles.iter().filter(|role| role.made)
    }

    /// The fewest people who suffice, in a line; `None` where no quorum can be met.
    pub fn people_to_call(&self) -> Option<String> {
        let people = self.call.people.as_ref().filter(|people| !people.is_empty())?;
        let person = |person: &crate::policy::survival::Person| {
            let keys = person.keys.join(", ");
            match &person.who {
                Unit::Key(_) => format!("whoever has {keys}"),
                other => format!("{} ({keys})", other.name()),
            }
        };
        Some(people.iter().map(person).collect::<Vec<_>>().join("; "))
    }
}

impl Ceremony {
    /// Makes the plan.
    pub fn plan(&self) -> Result<Plan, CeremonyError> {
        self.plan_over(self.ladder()?)
    }

    /// Makes the plan, with a ladder that was just judged.
    pub fn plan_over(&self, ladder: Vec<Rung>) -> Result<Plan, CeremonyError> {
        let missing_keys = self.missing_keys();
        let mut keyring = self.keyring.clone();
        let (findings, made, left) = match self.planned_drafts() {
            Ok(Drafts { made, left }) => {
                let payloads: Vec<Payload> = made.into_iter().map(Draft::freeze).collect();
                let mut findings = gate::examine(self, &payloads);
                findings.push(gate::output(self));
                (findings, payloads, left)
            }
            // Keys are missing, so that nothing can be drafted yet.
            Err(CeremonyError::KeyUnknown { .. }) => {
                let Drafts { made, left } = self.expected(&missing_keys, &mut keyring)?;
                (gate::examine_plan(self), made.into_iter().map(Draft::freeze).collect(), left)
            }
            Err(other) => return Err(other),
        };
        let roles = self.planned_roles(&made, &keyring)?;
        let next = self.next_step(&made, &missing_keys, &findings);
        Ok(Plan {
            inputs: self.inputs()?,
            words: words(&self.policy.digest.0),
            changes: self.role_changes(&roles),
            delegations: self.delegation_changes(&made, &keyring),
            call: self.call(&roles),
            losses: self.losses(true),
            losses_after: self.losses(false),
            thefts_today: self.thefts_today(),
            thefts: self.thefts(),
            deadlines: self.deadlines(&roles),
            ladder,
            old_quorum: self.old_quorum(),
            roles,
            left,
            missing_keys,
            findings,
            next,
        })
    }

    /// The keys that are to sign and whose public half is not known yet.
    pub fn missing_keys(&self) -> Vec<String> {
        let roles = self.policy.all_roles();
        let replacements: Vec<&String> =
            self.policy.revoke.iter().filter_map(|one| one.replacement.as_ref()).collect();
        let used = |name: &&String| {
            roles.iter().any(|(_, role)| role.keys.contains(name)) || replacements.contains(name)
        };
        let missing = self.policy.keys.keys().filter(used).filter(|name| self.keyring.get(name).is_none());
        missing.cloned().collect()
    }

    /// What will be made once the missing keys are there: whose they are decides it, not which they are, so that others can
    /// stand in for them in the keyring.
    fn expected(&self, missing: &[String], keyring: &mut Keyring) -> Result<Drafts, CeremonyError> {
        let mut policy = self.policy.clone();
        for name in missing {
            if let (Some(plan), Some(scheme)) = (policy.keys.get_mut(name), keyring.stand_in(name)) {
                plan.scheme = scheme;
            }
        }
        draft_all(&policy, keyring, self.trusted.as_ref(), self.ended.as_ref())
    }

    /// Every role that the plan states, and every other that is made.
    fn planned_roles(&self, made: &[Payload], keyring: &Keyring) -> Result<Vec<PlannedRole>, CeremonyError> {
        let authorities = self.authorities(made)?;
        let stated = self.policy.all_roles();
        let mut roles = Vec::new();
        for (name, plan) in &stated {
            let made = made.iter().zip(&authorities).find(|(payload, _)| payload.role == *name);
            let signed = made.map(|(payload, _)| &payload.signed).or_else(|| self.published_today(name));
            if signed.is_none() && self.trusted.is_some() {
                // What stays was not imported: nothing is known of it.
                continue;
            }
            let version = signed.and_then(|signed| signed.get("version")?.as_int()).unwrap_or(1);
            let expires = match signed.and_then(|signed| signed.get("expires")?.as_str()) {
                Some(expires) => expires.to_owned(),
                None => {
                    let at = plan.expires.from(self.policy.planned);
                    at.map_or("beyond the calendar".to_owned(), time::write)
                }
            };
            let quorum = match made {
                Some((_, by)) => self.quorum_of(&by.new, keyring, &plan.keys),
                None => self.quorum(plan.threshold, plan.keys.clone()),
            };
            let (role, made) = ((*name).to_owned(), made.is_some());
            roles.push(PlannedRole { role, version, expires, quorum, made, stated: true });
        }
        let is_other = |payload: &Payload| !stated.iter().any(|(name, _)| *name == payload.role);
        for (payload, by) in made.iter().zip(&authorities).filter(|(payload, _)| is_other(payload)) {
            let expires = payload.signed.get("expires").and_then(Json::as_str);
            roles.push(PlannedRole {
                role: payload.role.clone(),
                version: payload.version,
                expires: expires.unwrap_or_default().to_owned(),
                quorum: self.quorum_of(&by.new, keyring, &[]),
                made: true,
                stated: false,
            });
        }
        Ok(roles)
    }

    /// The quorum by which a payload is counted, its keys in the order in which the plan lists them, others by name.
    fn quorum_of(&self, by: &Authority, keyring: &Keyring, order: &[String]) -> Quorum {
        let name = |signer: &Signer| match keyring.name_of(signer.material) {
            Some(key) => key.to_owned(),
            None => self.signer_name(signer),
        };
        let mut keys: Vec<String> = signers(&by.keys, &by.role).iter().map(name).collect();
        let place = |key: &str| order.iter().position(|one| one == key).unwrap_or(usize::MAX);
        keys.sort_by(|a, b| place(a).cmp(&place(b)).then_with(|| a.cmp(b)));
        self.quorum(by.role.threshold, keys)
    }

    fn quorum(&self, threshold: i64, keys: Vec<String>) -> Quorum {
        let signer = |name: &String| match self.policy.keys.contains_key(name) {
            true => format!("{} ({name})", self.policy.holder_of(name)),
            false => name.clone(),
        };
        Quorum { threshold, signers: keys.iter().map(signer).collect(), keys }
    }

    fn old_quorum(&self) -> Option<Quorum> {
        let root = &self.trusted.as_ref()?.root;
        let role = root.roles.get("root")?;
        let keys = self.trusted_members(role).into_iter().map(|member| member.name).collect();
        Some(self.quorum(role.threshold, keys))
    }
}
