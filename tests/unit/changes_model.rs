//! What changes come to, said once more and in other words than the program's: roles are sets of keys, every act is done
//! at once and everywhere, and what must be refused is refused by name.

use std::collections::{BTreeMap, BTreeSet};

use tuf_ceremony::ceremony::change::{Change, Newcomer};
use tuf_ceremony::crypto::Scheme;
use tuf_ceremony::policy::{Expiry, Reason};
use tuf_ceremony::tuf::TOP_LEVEL;

/// A key, and who can sign with it.
#[derive(Clone, Debug)]
pub struct Key {
    pub holder: Option<String>,
    pub serial: String,
    pub scheme: Scheme,
    /// The holder can still sign.
    pub held: bool,
    /// Somebody else can.
    pub stolen: bool,
    /// It may never come back.
    pub revoked: bool,
    /// Its public half is here, or is awaited because it comes into roles.
    pub seen: bool,
}

#[derive(Clone, Debug)]
pub struct Role {
    pub keys: BTreeSet<String>,
    pub threshold: i64,
    /// After how many days it expires by the plan.
    pub days: i64,
    /// After how many days the published file expires.
    pub published_days: i64,
    /// Whether the plan lists it; what it does not is carried over.
    pub planned: bool,
}

/// Who may sign for what.
#[derive(Clone, Debug, Default)]
pub struct Model {
    pub keys: BTreeMap<String, Key>,
    pub roles: BTreeMap<String, Role>,
    /// What was revoked in the ceremony that is under way.
    pub gone: BTreeMap<String, Reason>,
}

/// By which check something is refused; `None` where it is a mistake in the command, which has no check.
pub type Refusal = Option<&'static str>;

impl Model {
    /// Makes changes, all of them or none.
    pub fn change(&mut self, changes: &[Change]) -> Result<(), Refusal> {
        let mut after = self.clone();
        for change in changes {
            after.make(change)?;
        }
        let is_gone =
            |key: &String| after.gone.contains_key(key) || after.keys.get(key).is_some_and(|key| key.revoked);
        let still = after.roles.values().any(|role| role.keys.iter().any(is_gone));
        let short: Vec<(&String, &Role)> =
            after.roles.iter().filter(|(_, role)| (role.keys.len() as i64) < role.threshold).collect();
        // Whether a threshold is out of reach because a key went, or because somebody counted wrong.
        let lost = |(name, role): &(&String, &Role)| {
            !role.planned || self.roles.get(*name).is_some_and(|role| role.keys.iter().any(is_gone))
        };
        if still || short.iter().any(lost) {
            return Err(Some("ROOT-REVOKED"));
        }
        if !short.is_empty() {
            return Err(Some("ROOT-THRESHOLD"));
        }
        *self = after;
        Ok(())
    }

    fn make(&mut self, change: &Change) -> Result<(), Refusal> {
        match change {
            Change::AddKey { key, newcomer, roles } => {
                self.arrive(key, newcomer.as_ref())?;
                for role in roles {
                    self.see(key);
                    if !self.planned(role)?.keys.insert(key.clone()) {
                        return Err(Some("PLAN-STRICT"));
                    }
                }
            }
            Change::ReplaceKey { key, by, newcomer, reason } => {
                self.known(key)?;
                self.arrive(by, newcomer.as_ref())?;
                if key == by {
                    return Err(None);
                }
                if self.gone.contains_key(by) {
                    return Err(Some("ROOT-REVOKED"));
                }
                if !self.roles.values().any(|role| role.keys.contains(key)) {
                    return Err(None);
                }
                self.see(by);
                for role in self.roles.values_mut() {
                    if role.keys.remove(key) {
                        role.keys.insert(by.clone());
                    }
                }
                if let Some((reason, _)) = reason {
                    self.revoke(key, *reason);
                }
            }
            Change::RevokeKey { key, reason, .. } => {
                self.known(key)?;
                // A key is revoked again for a graver reason only.
                if self.gone.get(key).is_some_and(|before| reason <= before) {
                    return Err(None);
                }
                // Where a key stands of which nothing is known, nobody can tell.
                if !self.keys[key].seen {
                    return Err(None);
                }
                self.roles.values_mut().for_each(|role| role.keys.retain(|name| name != key));
                self.revoke(key, *reason);
            }
            Change::SetThreshold { role, threshold } => {
                self.planned(role)?.threshold = *threshold;
                if *threshold < 1 {
                    return Err(Some("PLAN-STRICT"));
                }
            }
            Change::SetExpiry { role, expires } => {
                let Expiry::After { count, .. } = expires else { panic!("{expires:?} counts no days") };
                self.planned(role)?.days = i64::from(*count);
            }
            Change::ReencodeKeys | Change::Refresh => {}
        }
        Ok(())
    }

    fn known(&self, key: &str) -> Result<(), Refusal> {
        if self.keys.contains_key(key) { Ok(()) } else { Err(None) }
    }

    fn arrive(&mut self, key: &str, newcomer: Option<&Newcomer>) -> Result<(), Refusal> {
        let Some(newcomer) = newcomer else { return self.known(key) };
        let serial = newcomer.key.token.iter().find(|(field, _)| *field == "serial").unwrap().1.clone();
        let scheme = Scheme::from_name(&newcomer.key.scheme).unwrap();
        let holder = newcomer.key.holder.clone();
        let new = Key { holder, serial, scheme, held: true, stolen: false, revoked: false, seen: false };
        if self.keys.insert(key.to_owned(), new).is_some() { Err(None) } else { Ok(()) }
    }

    fn see(&mut self, key: &str) {
        self.keys.entry(key.to_owned()).and_modify(|key| key.seen = true);
    }

    fn planned(&mut self, role: &str) -> Result<&mut Role, Refusal> {
        self.roles.get_mut(role).filter(|role| role.planned).ok_or(None)
    }

    fn revoke(&mut self, key: &str, reason: Reason) {
        self.gone.insert(key.to_owned(), reason);
        let key = self.keys.get_mut(key).unwrap();
        key.revoked = true;
        key.held &= reason == Reason::Retired;
        key.stolen |= reason == Reason::Compromised;
    }

    /// The checks that refuse to freeze these files, after what is published `today`.
    pub fn refusals(&self, today: &Model, made: &BTreeSet<String>) -> BTreeSet<&'static str> {
        let mut refusals = BTreeSet::new();
        let root = &self.roles["root"];
        if root.threshold < 2 {
            refusals.insert("ROOT-THRESHOLD");
        }
        if root.keys.len() as i64 <= root.threshold {
            refusals.insert("ROOT-SLACK");
        }
        if self.roles.values().any(|role| role.planned && self.somebody_alone(role)) {
            refusals.insert("KEY-HOLDER");
        }
        if made.contains("root") && self.root_is_lost(today) {
            refusals.insert("QUORUM-OLD");
        }
        let online = ["timestamp", "snapshot"].map(|role| (&today.roles[role].keys, &self.roles[role].keys));
        let stolen = |(today, _): &(&BTreeSet<String>, _)| {
            today.iter().any(|key| self.gone.get(key) == Some(&Reason::Compromised))
        };
        if online.iter().any(stolen) && online.iter().any(|(today, after)| today.is_subset(after)) {
            refusals.insert("ROOT-FAST-FORWARD");
        }
        let late = |name: &String| self.roles[name].days_in_file() > root.days;
        if made.contains("root") && made.iter().any(late) {
            refusals.insert("EXPIRY-RANGE");
        }
        refusals
    }

    /// Whether so many keys of today's root are lost that no root can follow it.
    pub fn root_is_lost(&self, today: &Model) -> bool {
        let root = &today.roles["root"];
        let left = root.keys.iter().filter(|key| self.gone.get(*key) != Some(&Reason::Lost)).count();
        (left as i64) < root.threshold
    }

    /// Whether one person reaches a threshold that is meant for several.
    fn somebody_alone(&self, role: &Role) -> bool {
        let mut keys: BTreeMap<&str, i64> = BTreeMap::new();
        for holder in role.keys.iter().filter_map(|key| self.keys[key].holder.as_deref()) {
            *keys.entry(holder).or_default() += 1;
        }
        role.threshold > 1 && keys.values().any(|count| *count >= role.threshold)
    }

    /// The checks that refuse to release these files with the signatures of these keys.
    pub fn missing(
        &self,
        today: &Model,
        made: &BTreeSet<String>,
        signed: &BTreeSet<String>,
    ) -> BTreeSet<&'static str> {
        let short = |role: &Role| (role.keys.intersection(signed).count() as i64) < role.threshold;
        let mut missing = BTreeSet::new();
        // A first root has no other before it.
        let before = today.roles.get("root").filter(|_| made.contains("root"));
        if before.is_some_and(short) {
            missing.insert("QUORUM-OLD");
        }
        if made.iter().any(|name| short(&self.roles[name])) {
            missing.insert("QUORUM-NEW");
        }
        missing
    }

    /// What is published now is what was planned.
    pub fn released(&mut self, made: &BTreeSet<String>) {
        for name in made {
            let role = self.roles.get_mut(name).unwrap();
            role.published_days = role.days_in_file();
        }
        self.gone.clear();
    }

    /// Roles below targets.
    pub fn delegations(&self, planned: bool) -> Vec<String> {
        let delegated = self.roles.iter().filter(|(name, _)| !TOP_LEVEL.contains(&name.as_str()));
        delegated.filter(|(_, role)| role.planned == planned).map(|(name, _)| name.clone()).collect()
    }
}

impl Role {
    fn days_in_file(&self) -> i64 {
        if self.planned { self.days } else { self.published_days }
    }
}
