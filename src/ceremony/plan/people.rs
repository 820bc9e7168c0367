//! The people behind the quorums: whom to call, which losses are survived, and what a thief could do.

use std::collections::BTreeMap;

use crate::crypto::digest::Sha256Digest;
use crate::host::display::count;
use crate::policy::survival::{Call, Losses, Member, Quorum, Thefts, call, losses, thefts};
use crate::policy::{Reason, RolePlan};
use crate::tuf::TOP_LEVEL;
use crate::tuf::root::RoleKeys;
use crate::tuf::verify::signers;

use super::super::Ceremony;
use super::PlannedRole;

impl Ceremony {
    /// Whom to call: for the root by the old keys and by the new, and for everything else that is made.
    pub(super) fn call(&self, roles: &[PlannedRole]) -> Call {
        let mut quorums = Vec::new();
        for one in roles.iter().filter(|role| role.made && role.stated) {
            let version = one.version;
            if one.role == "root" {
                quorums
                    .extend(self.old_root(&format!("root {version}, by the keys of root {}", version - 1)));
            }
            quorums.push(needed(format!("{} {version}, by its own keys", one.role), one));
        }
        // Roles that are carried over may be many, as bins are: those that the same keys sign are one quorum.
        let mut alike: BTreeMap<(i64, &[String]), Vec<&PlannedRole>> = BTreeMap::new();
        for one in roles.iter().filter(|role| role.made && !role.stated) {
            alike.entry((one.quorum.threshold, &one.quorum.keys)).or_default().push(one);
        }
        quorums.extend(alike.values().filter_map(|roles| match roles.as_slice() {
            [] => None,
            [one] => Some(needed(format!("{} {}, by its own keys", one.role, one.version), one)),
            [one, rest @ ..] => {
                let more = count(rest.len(), "more delegated role");
                let title = format!("{} and {more}, each by its own keys", one.role);
                Some(needed(title, one))
            }
        }));
        call(&quorums, &self.members(), |name| self.can_sign(name))
    }

    /// Which losses are survived: by both quorums of the next root, or by the one of the root after this ceremony.
    pub(super) fn losses(&self, both: bool) -> Losses {
        let mut quorums = Vec::new();
        if both {
            quorums.extend(self.old_root("the trusted root"));
        }
        let title = if both { "the new root" } else { "the root" };
        quorums.extend(self.policy.roles.get("root").map(|plan| self.new_quorum(title.to_owned(), plan)));
        for quorum in &mut quorums {
            quorum.keys.retain(|name| self.can_sign(name));
        }
        losses(&quorums, &self.members())
    }

    /// What a thief could do once this ceremony is over.
    pub(super) fn thefts(&self) -> Thefts {
        let roles: Vec<Quorum> = self
            .policy
            .all_roles()
            .into_iter()
            .map(|(name, plan)| self.new_quorum(name.to_owned(), plan))
            .collect();
        thefts(&roles, &self.members(), "root")
    }

    /// What a thief can do until this ceremony is over, to clients that trust the root of today.
    pub(super) fn thefts_today(&self) -> Option<Thefts> {
        let trusted = self.trusted.as_ref()?;
        let quorum = |(name, role): (&String, &RoleKeys)| Quorum {
            title: name.clone(),
            threshold: role.threshold,
            keys: self.trusted_members(role).into_iter().map(|member| member.name).collect(),
        };
        let roles = TOP_LEVEL.iter().filter_map(|name| trusted.root.roles.get_key_value(*name));
        let roles: Vec<Quorum> = roles.map(quorum).collect();
        Some(thefts(&roles, &self.members(), "root"))
    }

    fn old_root(&self, title: &str) -> Option<Quorum> {
        let trusted = self.trusted.as_ref()?;
        let role = trusted.root.roles.get("root")?;
        let keys = self.trusted_members(role).into_iter().map(|member| member.name).collect();
        Some(Quorum { title: title.to_owned(), threshold: role.threshold, keys })
    }

    /// A quorum of the plan, a name for each piece of key material.
    fn new_quorum(&self, title: String, plan: &RolePlan) -> Quorum {
        let mut keys: Vec<String> = Vec::new();
        for key in &plan.keys {
            let name = self.one_name(key);
            if !keys.contains(&name) {
                keys.push(name);
            }
        }
        Quorum { title, threshold: plan.threshold, keys }
    }

    /// Every piece of key material of the plan and of the trusted root, by one name.
    fn members(&self) -> Vec<Member> {
        let mut members: BTreeMap<String, Member> = BTreeMap::new();
        for key in self.policy.keys.keys() {
            let name = self.one_name(key);
            members.entry(name.clone()).or_insert_with(|| self.member(name, key));
        }
        if let Some(trusted) = &self.trusted {
            for role in trusted.root.roles.values() {
                for member in self.trusted_members(role) {
                    members.entry(member.name.clone()).or_insert(member);
                }
            }
        }
        members.into_values().collect()
    }

    pub(super) fn trusted_members(&self, role: &RoleKeys) -> Vec<Member> {
        let Some(trusted) = &self.trusted else { return Vec::new() };
        let member = |material: Sha256Digest, unnamed: String, holder: Option<String>| match self
            .keyring
            .name_of(material)
        {
            Some(key) => self.member(key.to_owned(), key),
            None => Member { name: unnamed, device: None, holder, site: None },
        };
        let signers = signers(&trusted.root.keys, role).into_iter();
        let all =
            signers.map(|signer| member(signer.material, self.signer_name(&signer), signer.holder.clone()));
        all.collect()
    }

    /// The name by which the plan first knows a key's material.
    fn one_name(&self, key: &str) -> String {
        let material = self.keyring.get(key).map(|key| key.fingerprint());
        material.and_then(|material| self.keyring.name_of(material)).unwrap_or(key).to_owned()
    }

    fn member(&self, name: String, key: &str) -> Member {
        let holder = self.policy.keys.get(key).and_then(|plan| plan.holder.as_ref());
        let person = holder.and_then(|holder| self.policy.holders.get(holder));
        Member {
            name,
            device: self.policy.device_of(key),
            holder: person.map(|person| person.name.clone()),
            site: person.and_then(|person| person.site.clone()),
        }
    }

    /// Whether honest people can still sign with a key: nobody can with a lost one, and nobody should with a compromised one
    /// unless nothing can follow the trusted root without it.
    fn can_sign(&self, name: &str) -> bool {
        let doubted = self.doubted_must_sign();
        let gone = |key: &str| {
            let revoked = self.policy.revoke.iter().find(|one| one.key == key);
            revoked.is_some_and(|one| match one.reason {
                Reason::Lost => true,
                Reason::Compromised => !doubted,
                Reason::Retired => false,
            })
        };
        !self.aliases(name).iter().any(|key| gone(key))
    }
}

fn needed(title: String, role: &PlannedRole) -> Quorum {
    Quorum { title, threshold: role.quorum.threshold, keys: role.quorum.keys.clone() }
}
