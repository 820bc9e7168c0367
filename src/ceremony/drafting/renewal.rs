//! What a later ceremony makes besides the root: of what is published today, whatever can no longer stay as it is.
//!
//! Files and delegations are carried over untouched, and versions go on from those that are published. Where clients forget
//! what they saw of snapshot and timestamp (spec 5.3.11), versions that somebody inflated are passed over.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::crypto::digest::Sha256Digest;
use crate::json::Json;
use crate::json::view::ShapeError;
use crate::policy::{Expiry, Intended, Intent, RolePlan};
use crate::tuf::TOP_LEVEL;
use crate::tuf::build;
use crate::tuf::delegation::Delegates;
use crate::tuf::envelope::Envelope;
use crate::tuf::key::Key;
use crate::tuf::rekey::Rekey;
use crate::tuf::root::{RoleKeys, Root};
use crate::tuf::targets::Targets;
use crate::tuf::time::{self, Date};
use crate::tuf::verify::{signers, tally};

use super::super::current::{Current, CurrentFile};
use super::super::signatures::Authority;
use super::diamond::{Further, require_signed_for_all};
use super::versions::{ONLINE, next_version, require_known_good};
use super::{CeremonyError, Draft, Drafter, Drafts, succession};

impl Drafter<'_> {
    /// Drafts the root if it changes, and everything that follows from the plan; without a trusted root, all of it.
    pub(super) fn renew(
        &self,
        trusted: Option<&Root>,
        current: &Current,
        root: Json,
    ) -> Result<Drafts, CeremonyError> {
        let planned = Root::read(&root).map_err(shape("root"))?;
        require_known_good(current)?;
        let mut drafts = Drafts::default();
        let mut versions: BTreeMap<String, i64> = BTreeMap::new();
        let rekey = self.rekey(current)?;
        let mut authorities: BTreeMap<String, Authority> =
            authority_of(&planned, "targets").map(|by| ("targets".to_owned(), by)).into_iter().collect();
        let mut further = Vec::new();
        for role in &current.order {
            let Some(file) = current.get(role) else { continue };
            let add = if role == "targets" { self.new_delegations(current) } else { Vec::new() };
            let mut edited = rekey.apply(&file.envelope.signed, &add).map_err(shape(role))?;
            let by = authorities.get(role.as_str());
            let changed = edited != file.envelope.signed;
            let here = role == "targets" || by.is_some_and(|by| self.signs_here(by));
            let goes_back = self.goes_back(role, file, current);
            let stays = by.is_some_and(|by| met(by, &file.envelope)) && !self.is_over(role, file);
            let needed = changed || !stays || goes_back || self.is_renewed(role);
            if goes_back && !here {
                self.require_forgetful(role, file, &planned)?;
            }
            versions.insert(role.clone(), file.version);
            if needed && here {
                let version = next_version(role, Some(file), current)?;
                let common = match self.planned_role(role) {
                    Some(plan) => self.common(&plan.expires, version),
                    None => self.common_on(expiry_of(file), version),
                };
                versions.insert(role.clone(), version);
                let signed = build::renewed_targets(&edited, &common);
                drafts.made.push(Draft { role: role.clone(), signed });
            } else if needed {
                drafts.left.push(role.clone());
                // Until others sign it anew, clients find the keys in it that are published.
                edited = file.envelope.signed.clone();
            }
            let mut published: BTreeMap<String, Authority> =
                delegated(role, &file.envelope.signed, current).into_iter().collect();
            for (name, by) in delegated(role, &edited, current) {
                match authorities.entry(name) {
                    Entry::Vacant(free) => drop(free.insert(by)),
                    Entry::Occupied(first) => {
                        let role = first.key().clone();
                        further.push(Further { published: published.remove(&role), role, after: by });
                    }
                }
            }
        }
        require_signed_for_all(&further, &authorities, current, &drafts)?;
        for name in self.new_delegations(current) {
            let plan = self.planned_role(name).ok_or_else(|| unplanned(name))?;
            versions.insert(name.to_owned(), 1);
            let signed = build::targets(&self.common(&plan.expires, 1), &[]);
            drafts.made.push(Draft { role: name.to_owned(), signed });
        }
        self.online(&planned, current, &versions, &mut drafts)?;
        let changes =
            |trusted: &Root| differs(trusted, &planned) || trusted.header.expires.at <= self.policy.planned;
        let renewed = self.policy.change == Intent::Refresh || self.is_renewed("root");
        if drafts.made.is_empty() || renewed || trusted.is_none_or(changes) {
            drafts.made.insert(0, Draft { role: "root".to_owned(), signed: root });
        } else if let Some(trusted) = trusted {
            self.end_with(trusted, &mut drafts);
        }
        Ok(drafts)
    }

    /// Where the root stays as it is, a role's period ends with it at the latest: what is made between two roots would outlive
    /// the older one every time (check EXPIRY-RANGE). An instant that the plan states is what was meant, and stays.
    fn end_with(&self, root: &Root, drafts: &mut Drafts) {
        let last = root.header.expires.at;
        for draft in &mut drafts.made {
            let plan = self.planned_role(&draft.role).map(|plan| &plan.expires);
            let is_period = plan.is_some_and(|expires| matches!(expires, Expiry::After { .. }));
            let later = plan.and_then(|expires| expires.from(self.policy.planned)).is_none_or(|at| at > last);
            if let Some(members) = draft.signed.as_object_mut().filter(|_| is_period && later) {
                members.insert("expires".to_owned(), Json::from(time::write(last)));
            }
        }
    }

    /// Snapshot and timestamp: made anew when what they list is, or when their own keys change.
    fn online(
        &self,
        planned: &Root,
        current: &Current,
        versions: &BTreeMap<String, i64>,
        drafts: &mut Drafts,
    ) -> Result<(), CeremonyError> {
        let mut below = !drafts.made.is_empty() || !drafts.left.is_empty();
        let mut snapshot_version = current.get("snapshot").map_or(0, |file| file.version);
        for role in ONLINE {
            let file = current.get(role);
            let by = authority_of(planned, role);
            let stays = file.zip(by.as_ref()).is_some_and(|(file, by)| met(by, &file.envelope));
            // Where the base is the last known good, something else is published.
            if stays && !below && !self.is_renewed(role) && !self.is_rebased() {
                continue;
            }
            below = true;
            if !by.as_ref().is_some_and(|by| self.signs_here(by)) {
                drafts.left.push(role.to_owned());
                continue;
            }
            self.require_known(role, planned, current)?;
            let version = next_version(role, file, current)?;
            let common = self.common(&self.plan(role)?.expires, version);
            let base = file.map(|file| &file.envelope.signed);
            let signed = match role {
                "snapshot" => {
                    snapshot_version = version;
                    build::snapshot(base, &common, versions)
                }
                _ => build::timestamp(base, &common, snapshot_version),
            };
            drafts.made.push(Draft { role: role.to_owned(), signed });
        }
        Ok(())
    }

    /// What changes in delegations: what the plan states of them, and in all others the keys that go.
    fn rekey(&self, current: &Current) -> Result<Rekey, CeremonyError> {
        let mut today: BTreeMap<String, Key> = BTreeMap::new();
        let mut listed: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for role in &current.order {
            let Some(signed) = current.signed(role) else { continue };
            let Some(delegations) = Targets::read(signed).map_err(shape(role))?.delegations else { continue };
            today.extend(delegations.keys);
            match delegations.delegates {
                Delegates::Roles(roles) => {
                    for role in roles {
                        listed.entry(role.name).or_insert(role.keys.keyids);
                    }
                }
                Delegates::Succinct(bins) => drop(listed.entry(bins.name_prefix).or_insert(bins.keys.keyids)),
            }
        }
        let mut rekey = Rekey::default();
        for (name, plan) in &self.policy.delegations {
            // A role keeps the keyids that it has.
            let own = listed.get(name).into_iter().flatten().filter_map(|keyid| today.get(keyid));
            let known: Vec<&Key> = own.chain(today.values()).collect();
            rekey.stated.insert(name.clone(), self.delegation(name, plan, &known)?);
        }
        for (material, heir) in succession(self.policy, self.keyring) {
            let heir = heir.map(|by| self.keyring.object(&by, self.policy, today.values()));
            rekey.gone.insert(material, heir.transpose()?);
        }
        Ok(rekey)
    }

    /// Delegations of the plan that nobody has made yet.
    fn new_delegations(&self, current: &Current) -> Vec<&str> {
        let named = |name: &&str| {
            let bins = format!("{name}-");
            current.get(name).is_some()
                || current.order.iter().any(|role| role.starts_with(&bins))
                || stated_anywhere(current, name)
        };
        self.policy.delegations.keys().map(String::as_str).filter(|name| !named(name)).collect()
    }

    fn planned_role(&self, role: &str) -> Option<&RolePlan> {
        let delegated = || self.policy.delegations.get(role).map(|plan| &plan.role);
        self.policy.roles.get(role).or_else(delegated)
    }

    /// Whether the role is made whatever else changes: by a refresh if the plan knows it, by a new beginning if it is one of
    /// the four.
    fn is_renewed(&self, role: &str) -> bool {
        match self.policy.change {
            Intent::Genesis => TOP_LEVEL.contains(&role),
            Intent::Refresh => self.planned_role(role).is_some(),
            Intent::Rotate | Intent::Revoke => {
                self.is_redated(role) || (self.is_refreshed() && self.planned_role(role).is_some())
            }
        }
    }

    /// Whether another expiry was declared for a role.
    fn is_redated(&self, role: &str) -> bool {
        let declared = |act: &Intended| matches!(act, Intended::SetExpiry { role: of, .. } if of == role);
        self.policy.intended.iter().any(declared)
    }

    /// Whether a refresh was declared among other acts.
    fn is_refreshed(&self) -> bool {
        self.policy.intended.contains(&Intended::Refresh)
    }

    /// Whether a role that the plan states has expired by the time of the ceremony.
    fn is_over(&self, role: &str, file: &CurrentFile) -> bool {
        self.planned_role(role).is_some() && expiry_of(file) <= self.policy.planned
    }

    /// Whether any key of the role is on a token of the plan, and not revoked.
    fn signs_here(&self, by: &Authority) -> bool {
        let materials: BTreeSet<Sha256Digest> =
            signers(&by.keys, &by.role).into_iter().map(|signer| signer.material).collect();
        let revoked: BTreeSet<&str> = self.policy.revoked_keys().collect();
        self.policy.keys.iter().any(|(name, plan)| {
            plan.token.is_some()
                && !revoked.contains(name.as_str())
                && self.keyring.get(name).is_some_and(|key| materials.contains(&key.fingerprint()))
        })
    }
}

/// Whether a root changes more than its version and dates.
fn differs(trusted: &Root, planned: &Root) -> bool {
    ["keys", "roles", "consistent_snapshot"]
        .iter()
        .any(|field| trusted.tree.get(field) != planned.tree.get(field))
}

pub(super) fn met(by: &Authority, envelope: &Envelope) -> bool {
    tally(&by.keys, &by.role, &envelope.signatures, &envelope.canonical()).met()
}

fn authority_of(root: &Root, role: &str) -> Option<Authority> {
    Some(Authority { keys: Arc::clone(&root.keys), role: root.roles.get(role)?.clone() })
}

/// Who may sign for the roles that one delegates to.
fn delegated(delegator: &str, signed: &Json, current: &Current) -> Vec<(String, Authority)> {
    let delegations = Targets::read(signed).ok().and_then(|targets| targets.delegations);
    let Some(delegations) = delegations else { return Vec::new() };
    let keys = Arc::new(delegations.keys);
    let by = |role: RoleKeys| Authority { keys: Arc::clone(&keys), role };
    match delegations.delegates {
        Delegates::Roles(roles) => roles.into_iter().map(|one| (one.name, by(one.keys))).collect(),
        Delegates::Succinct(bins) => {
            let own = current.roles.iter().filter(|(_, file)| file.delegator.as_deref() == Some(delegator));
            own.map(|(name, _)| (name.clone(), by(bins.keys.clone()))).collect()
        }
    }
}

/// Whether any delegator names a role, be there a file of it or not.
fn stated_anywhere(current: &Current, name: &str) -> bool {
    current.order.iter().filter_map(|role| current.signed(role)?.get("delegations")).any(|delegations| {
        let roles = delegations.get("roles").and_then(Json::as_array).unwrap_or_default();
        let bins = delegations.get("succinct_roles");
        let is_it = |role: &Json| {
            ["name", "name_prefix"].iter().any(|field| role.get(field).and_then(Json::as_str) == Some(name))
        };
        roles.iter().chain(bins).any(is_it)
    })
}

fn expiry_of(file: &CurrentFile) -> jiff::Timestamp {
    let text = file.envelope.signed.get("expires").and_then(Json::as_str).unwrap_or_default();
    // It was read as metadata before: it has a date.
    Date::parse(text).map_or(jiff::Timestamp::UNIX_EPOCH, |date| date.at)
}

fn shape(file: &str) -> impl Fn(ShapeError) -> CeremonyError {
    let file = format!("trusted/ ({file})");
    move |error| CeremonyError::Metadata { file: file.clone(), error: error.into() }
}

fn unplanned(name: &str) -> CeremonyError {
    let next = format!("Add [delegation.{name}] to ceremony.toml.");
    CeremonyError::NotYet { what: format!("the plan does not state the delegation {name}"), next }
}
