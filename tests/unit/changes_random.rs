//! Random changes of a plan: mostly sensible ones, and some that nobody should make.

use tuf_ceremony::ceremony::change::{Change, Newcomer};
use tuf_ceremony::policy::edit::NewKey;
use tuf_ceremony::policy::{Expiry, Reason};

use crate::changes_model::Model;

/// Numbers that follow from a seed (xorshift64*): a failure can be played again.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % limit
    }

    /// True so many times in a hundred.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }

    pub fn shuffled<T>(&mut self, mut of: Vec<T>) -> Vec<T> {
        for at in (1..of.len()).rev() {
            of.swap(at, self.below(at + 1));
        }
        of
    }

    /// A change of what the model says.
    pub fn change(&mut self, model: &Model, fresh: &mut usize) -> Change {
        match self.below(100) {
            0..24 => self.add_key(model, fresh),
            24..36 => self.replace_key(model, fresh, None),
            36..52 => {
                let reason = self.pick(&Reason::ALL);
                self.replace_key(model, fresh, Some(reason))
            }
            52..60 => self.rotate_online(model, fresh),
            60..78 => {
                let reason = self.pick(&Reason::ALL);
                Change::RevokeKey { key: self.key(model), reason, since: None }
            }
            78..89 => {
                let role = self.role(model);
                let now = model.roles.get(&role).map_or(1, |role| role.threshold);
                Change::SetThreshold { role, threshold: now + self.pick(&[-1, -1, 1, 1, 0, 5]) }
            }
            89..94 => {
                let role = self.role(model);
                // The root outlives the others, but for some that must be refused.
                let days = if role == "root" { [365, 400, 700] } else { [90, 200, 380] };
                let expires = Expiry::parse(&format!("{} days", self.pick(&days))).unwrap();
                Change::SetExpiry { role, expires }
            }
            94..97 => Change::ReencodeKeys,
            _ => Change::Refresh,
        }
    }

    fn add_key(&mut self, model: &Model, fresh: &mut usize) -> Change {
        let roles = match self.below(10) {
            0 => Vec::new(),
            1 => vec!["snapshot".to_owned(), "timestamp".to_owned()],
            2..6 => vec!["root".to_owned(), "targets".to_owned()],
            _ => vec![self.role(model)],
        };
        if self.chance(20) {
            // Also one that is there already, or was revoked in this ceremony.
            return Change::AddKey { key: self.key(model), newcomer: None, roles };
        }
        let online = roles.contains(&"timestamp".to_owned()) && self.chance(80);
        let holder = (!online).then(|| self.holder(model, *fresh));
        let (key, newcomer) = self.newcomer(fresh, holder, model);
        Change::AddKey { key, newcomer, roles }
    }

    fn replace_key(&mut self, model: &Model, fresh: &mut usize, reason: Option<Reason>) -> Change {
        let (key, reason) = (self.key(model), reason.map(|reason| (reason, None)));
        if self.chance(20) {
            return Change::ReplaceKey { key, by: self.key(model), newcomer: None, reason };
        }
        // The same person with a new device, or somebody else.
        let holder = model.keys.get(&key).and_then(|known| known.holder.clone());
        let holder = holder.map(|same| if self.chance(70) { same } else { self.holder(model, *fresh) });
        let (by, newcomer) = self.newcomer(fresh, holder, model);
        Change::ReplaceKey { key, by, newcomer, reason }
    }

    /// The holder of a key has lost it, and gets another.
    pub fn lost(&mut self, model: &Model, fresh: &mut usize, key: &str) -> Change {
        let (by, newcomer) = self.newcomer(fresh, model.keys[key].holder.clone(), model);
        Change::ReplaceKey { key: key.to_owned(), by, newcomer, reason: Some((Reason::Lost, None)) }
    }

    fn rotate_online(&mut self, model: &Model, fresh: &mut usize) -> Change {
        let keys: Vec<String> = model.roles["timestamp"].keys.iter().cloned().collect();
        let key = self.pick(&keys);
        let (by, newcomer) = self.newcomer(fresh, None, model);
        Change::ReplaceKey { key, by, newcomer, reason: Some((Reason::Compromised, None)) }
    }

    /// Mostly a key that is in some role; sometimes one that nobody knows. One that was revoked in an earlier ceremony is
    /// never asked back: that it was is in the record of that ceremony alone.
    fn key(&mut self, model: &Model) -> String {
        if self.chance(2) {
            return "nobody".to_owned();
        }
        let used = |name: &String| model.roles.values().any(|role| role.keys.contains(name));
        let may = |name: &String| !model.keys[name].revoked || model.gone.contains_key(name);
        let known = model.keys.keys().filter(|name| may(name));
        let (used, idle): (Vec<String>, Vec<String>) = known.cloned().partition(used);
        let from = if idle.is_empty() || self.chance(85) { used } else { idle };
        self.pick(&from)
    }

    /// Mostly a role of the plan.
    fn role(&mut self, model: &Model) -> String {
        let planned = self.chance(95);
        let roles = model.roles.iter().filter(|(_, role)| role.planned == planned);
        let names: Vec<String> = roles.map(|(name, _)| name.clone()).collect();
        if self.chance(25) { "root".to_owned() } else { self.pick(&names) }
    }

    /// Mostly somebody new.
    fn holder(&mut self, model: &Model, fresh: usize) -> String {
        let known: Vec<String> = model.keys.values().filter_map(|key| key.holder.clone()).collect();
        if self.chance(10) { self.pick(&known) } else { format!("person-{fresh}") }
    }

    fn newcomer(
        &mut self,
        fresh: &mut usize,
        holder: Option<String>,
        model: &Model,
    ) -> (String, Option<Newcomer>) {
        let name = format!("key-{fresh}");
        let known = |holder: &&String| model.keys.values().any(|key| key.holder.as_ref() == Some(holder));
        let person = holder.as_ref().filter(|holder| !known(holder));
        let person = person.map(|holder| (holder.to_uppercase(), None));
        let scheme = if self.chance(90) { "ed25519" } else { "ecdsa-sha2-nistp256" }.to_owned();
        let token = vec![("kind", "rehearsal".to_owned()), ("serial", format!("R-N{fresh}"))];
        *fresh += 1;
        let key = NewKey { name: name.clone(), holder, scheme, token, public: None, standby_for: None };
        (name, Some(Newcomer { key, person, public: None }))
    }
}

/// A change, in a line.
pub fn told(change: &Change) -> String {
    let new = |newcomer: &Option<Newcomer>| {
        let key = newcomer.as_ref().map(|new| &new.key);
        key.map_or(String::new(), |key| format!(" ({:?}, {})", key.holder, key.scheme))
    };
    match change {
        Change::AddKey { key, newcomer, roles } => format!("add {key}{} to {roles:?}", new(newcomer)),
        Change::ReplaceKey { key, by, newcomer, reason } => {
            let reason = reason.map(|(reason, _)| reason);
            format!("replace {key} by {by}{}, {reason:?}", new(newcomer))
        }
        Change::RevokeKey { key, reason, .. } => format!("revoke {key}, {reason:?}"),
        other => format!("{other:?}"),
    }
}
