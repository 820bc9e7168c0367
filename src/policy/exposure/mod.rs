//! What an attacker can do today with keys that may be in other hands.
//!
//! By the tables of attacks in PEP 458 and PEP 480, section "Key Compromise Analysis" (that of PEP 480 has timestamp and
//! snapshot apart, and the claimed, recently-claimed and unclaimed projects as delegated roles). They are written for
//! files that are listed with their hashes, which the specification leaves open (spec 4.4 and 4.6). Where only a version
//! is listed, another file of that version passes for it (spec 5.5.2 and 5.6.2 compare hashes "if any"), and the role
//! that lists it need not cooperate.
//!
//! An attack ends, whatever its victims are kept from learning, when something expires that the attacker cannot replace.
//! Who can replace a role need not delegate to anybody, so that no role below it ends such an attack; the roles above it
//! do, up to targets. The attacker is taken to stand between clients and repository. Expiries are compared with each other
//! and with no clock: an attack whose end is past is none.

mod attack;
mod reach;

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::host::display::{count, visible};

use reach::Attacker;

pub use attack::{Attack, Kind, MOST_VERSION, Until};

/// A role and how much of it may be in other hands. A role that several delegate to is given once for each of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleInDoubt {
    /// `root`, `targets`, `snapshot`, `timestamp`, or the name of a delegated role.
    pub role: String,
    /// Who delegates to it; `None` for the top-level roles.
    pub delegator: Option<String>,
    /// How many keys must sign. Below 1, which no reader of this program lets through, it counts as 1.
    pub threshold: i64,
    /// How many keys the role has, one that is listed under several keyids as often: some clients count keyids.
    pub keys: usize,
    /// How many of those are in doubt, counted in the same way.
    pub taken: usize,
    /// Whether one of those in doubt is listed under several keyids.
    pub doubled: bool,
    /// Whether it lists keys that cannot be read here, so that nobody can tell whether they are in doubt.
    pub unread: bool,
    /// When what is signed today expires, if known; of the root, when the last does that clients may trust.
    pub expires: Option<Timestamp>,
    /// Path patterns that a delegated role may speak for; of no meaning for the others.
    pub paths: Vec<String>,
    /// Whether the role's file is listed with a hash: that of snapshot in timestamp, those of targets and delegated roles
    /// in snapshot. Of no meaning for root and timestamp.
    pub hashed: bool,
    /// Whether the version that is listed today is one that somebody made up.
    pub inflated: bool,
}

/// A root before the newest one. Clients in the world may still start from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EarlierRoot {
    /// Its version.
    pub version: i64,
    /// Whether the keys in doubt suffice to sign the root that follows it.
    pub reached: bool,
}

/// What follows from the keys in doubt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exposure {
    /// Whether the root itself has fallen.
    pub root: RootFall,
    /// Versions of the roots before it that an attacker can lead clients away from, lowest first: those whose threshold is
    /// reached, and those that lead to one of them.
    pub earlier_roots: Vec<i64>,
    /// Roles that the attacker has the keys to sign, each once, in the order given. A root that has fallen can in addition
    /// give every role new keys, and a role those that it delegates to.
    pub signs: Vec<String>,
    /// Roles that the attacker can sign and whose listed version is inflated, each once: clients refuse what comes later
    /// until new keys for timestamp and snapshot let them forget it (spec 5.3.11).
    pub inflated: Vec<String>,
    /// Roles with some keys in doubt, and not enough.
    pub weakened: Vec<Weakened>,
    /// Roles that list a key in doubt under several keyids, each once.
    pub doubled: Vec<String>,
    /// Roles with keys that cannot be read here, each once; the attacks leave those keys out.
    pub unread: Vec<String>,
    /// Malicious updates by targets and by each delegated role, freeze, inconsistency, fast-forward; possible or not.
    pub attacks: Vec<Attack>,
}

/// Delegated roles that are told one by one.
const TOLD: usize = 8;

impl Exposure {
    /// All of it in sentences, fit to be shown. Of delegated roles there may be thousands: some are told, and the number of
    /// the others.
    pub fn told(&self) -> Vec<String> {
        let delegated =
            |attack: &&Attack| matches!(attack.kind, Kind::MaliciousUpdates { paths: Some(_), .. });
        let by_delegated: Vec<&Attack> = self.attacks.iter().filter(delegated).collect();
        let (possible, not): (Vec<&Attack>, Vec<&Attack>) =
            by_delegated.into_iter().partition(|attack| attack.possible());
        let not: Vec<&Attack> = not.into_iter().filter(|attack| !self.is_unread(attack)).collect();
        let others = self.attacks.iter().filter(|attack| !delegated(attack));
        let mut told: Vec<String> =
            others.chain(possible.iter().copied().take(TOLD)).map(Attack::says).collect();
        if possible.len() > TOLD {
            let more = count(possible.len() - TOLD, "further delegated role");
            told.push(format!("Possible: the same by {more}."));
        }
        if !not.is_empty() {
            let roles = count(not.len(), "delegated role");
            told.push(format!("Not possible: malicious files by {roles}."));
        }
        told.extend(self.weakened.iter().filter(|weak| self.holds(weak)).map(|weak| {
            let (role, taken, threshold) = (weak.name(), weak.taken, weak.threshold);
            format!("{role} holds: {taken} of its keys in doubt, {threshold} must sign.")
        }));
        if !self.unread.is_empty() {
            told.push(format!(
                "Not known: what can be signed as {}. Keys that stand there cannot be read here, and may be those in doubt.",
                some(&self.unread)
            ));
        }
        if !self.doubled.is_empty() {
            told.push(format!(
                "A key in doubt stands in {} under several keyids. Some clients count each as a key of its own (check \
                 KEY-DISTINCT), and so does this account.",
                some(&self.doubled)
            ));
        }
        told.extend(self.listed_told());
        if !self.inflated.is_empty() {
            told.push(format!(
                "It has happened: inflated versions are published, of {}; other files of an attacker may be published with \
                 them.",
                some(&self.inflated)
            ));
        }
        told.push(self.root_told().to_owned());
        told.extend(self.earlier_told());
        told
    }

    /// Whether the role of an attack has keys that cannot be read here.
    fn is_unread(&self, attack: &Attack) -> bool {
        matches!(&attack.kind, Kind::MaliciousUpdates { by, .. } if self.unread.contains(by))
    }

    /// What an honest service does for the attacker if it lists what they sign.
    fn listed_told(&self) -> Option<String> {
        let listed: Vec<String> = self
            .signs
            .iter()
            .filter(|role| !["root", "snapshot", "timestamp"].contains(&role.as_str()))
            .cloned()
            .collect();
        let by_themselves = self.attacks.iter().any(|one| one.kind == Kind::FastForward && one.possible());
        if listed.is_empty() || by_themselves || !self.inflated.is_empty() || self.root == RootFall::Reached {
            return None;
        }
        Some(format!(
            "Possible once a service lists it, be it for a minute: a version of {} up to {MOST_VERSION}, after which clients refuse \
             every later one. If one may have been listed, name the keys of timestamp and snapshot as in doubt too: only new \
             keys for both let clients forget it.",
            some(&listed)
        ))
    }

    /// The roots before the newest that an attacker can lead clients away from, as `root 1, 2`; `None` where there are none,
    /// or where the newest is no better.
    pub fn earlier(&self) -> Option<String> {
        if self.earlier_roots.is_empty() || self.root == RootFall::Reached {
            return None;
        }
        let versions: Vec<String> = self.earlier_roots.iter().map(ToString::to_string).collect();
        Some(format!("root {}", versions.join(", ")))
    }

    /// With the roots before the newest. Who is led away from one is led away from all that lead there.
    pub fn with_earlier(mut self, roots: &[EarlierRoot]) -> Exposure {
        let reached = roots.iter().filter(|root| root.reached).map(|root| root.version).max();
        let last = if self.root == RootFall::Reached { Some(i64::MAX) } else { reached };
        let led = roots.iter().map(|root| root.version).filter(|version| Some(*version) <= last);
        self.earlier_roots = led.collect();
        self.earlier_roots.sort_unstable();
        self
    }

    /// Whether a role's own keys are what an attacker is short of.
    fn holds(&self, weak: &Weakened) -> bool {
        let other_way = self.attacks.iter().any(|attack| match &attack.kind {
            Kind::MaliciousUpdates { by, delegator, .. } => {
                (by, delegator) == (&weak.role, &weak.delegator) && !attack.missing.contains(by)
            }
            _ => false,
        });
        self.root != RootFall::Reached && !other_way
    }

    fn root_told(&self) -> &'static str {
        match self.root {
            RootFall::Untouched if self.earlier_roots.is_empty() => "The root is in no doubt.",
            RootFall::Untouched => "The newest root itself is in no doubt.",
            RootFall::Below { threshold, left, .. } if left >= threshold => {
                "The root can be renewed by those of its keys that are in no doubt."
            }
            RootFall::Below { .. } => {
                "The root's keys that are in no doubt are too few to renew it. Nobody else can sign a root with those in doubt \
                 alone, so that their holders must sign the new root once more with them, if they still have them."
            }
            RootFall::Reached => {
                "THE ROOT HAS FALLEN: nobody can tell its owner's roots from an attacker's. Trust must be \
                established anew by another way than the repository."
            }
        }
    }

    fn earlier_told(&self) -> Option<String> {
        let (roots, last) = (self.earlier()?, self.earlier_roots.last()?);
        Some(format!(
            "Clients that still start from {roots} can be led to roots of an attacker: the keys in doubt, with those that \
             were compromised before, suffice to sign what follows root {last}. Give them the newest root by another way, and \
             ship no installer with those."
        ))
    }
}

/// Some names of roles, fit to be shown, and the number of the others.
fn some(roles: &[String]) -> String {
    let shown: Vec<String> = roles.iter().take(TOLD).map(|role| visible(role)).collect();
    match roles.len().saturating_sub(TOLD) {
        0 => shown.join(", "),
        more => format!("{} and {}", shown.join(", "), count(more, "further role")),
    }
}

/// How the root stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RootFall {
    /// None of its keys is in doubt, or it is not among the roles.
    Untouched,
    /// Some are, and a new root will be believed (PEP 458, section "In the Event of a Key Compromise").
    Below {
        /// Keys in doubt.
        taken: usize,
        /// How many it takes.
        threshold: i64,
        /// Keys in no doubt.
        left: i64,
    },
    /// The attacker can sign roots. Clients cannot tell them from the owner's, and need a new root by another way.
    Reached,
}

/// A role that an attacker cannot sign yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weakened {
    /// Its name.
    pub role: String,
    /// Who delegates to it; `None` for the top-level roles.
    pub delegator: Option<String>,
    /// Keys in doubt.
    pub taken: usize,
    /// How many must sign.
    pub threshold: i64,
    /// How many keys the attacker is short of, at least 1.
    pub missing: i64,
}

impl Weakened {
    /// Its name, fit to be shown, and who delegates to it where that is not targets.
    fn name(&self) -> String {
        attack::named(&self.role, self.delegator.as_deref())
    }
}

impl RoleInDoubt {
    /// How many keys are in doubt: no more than there are.
    fn stolen(&self) -> usize {
        self.taken.min(self.keys)
    }

    /// How many keys the attacker is short of; 0 if the role can be signed.
    fn short(&self) -> i64 {
        let stolen = i64::try_from(self.stolen()).unwrap_or(i64::MAX);
        self.threshold.max(1).saturating_sub(stolen).max(0)
    }

    fn is_delegated(&self) -> bool {
        self.delegator.is_some()
    }
}

/// What an attacker can do with the keys in doubt, to clients that have the newest root.
///
/// A role that is not given is in no doubt, is listed with a hash, and expires nobody knows when.
pub fn exposure(roles: &[RoleInDoubt]) -> Exposure {
    let root = root_fall(roles);
    let doubtful = roles.iter().filter(|role| role.stolen() > 0 && role.short() > 0);
    let weakened = doubtful.map(|role| Weakened {
        role: role.role.clone(),
        delegator: role.delegator.clone(),
        taken: role.stolen(),
        threshold: role.threshold,
        missing: role.short(),
    });
    let attacker = Attacker::new(roles, root == RootFall::Reached);
    let inflated = attacker.inflated();
    Exposure {
        root,
        earlier_roots: Vec::new(),
        signs: once(roles.iter().filter(|role| role.short() == 0)),
        weakened: weakened.collect(),
        doubled: once(roles.iter().filter(|role| role.doubled)),
        unread: once(roles.iter().filter(|role| role.unread)),
        attacks: attacker.attacks(!inflated.is_empty()),
        inflated,
    }
}

/// The names of roles, each once.
fn once<'a>(roles: impl Iterator<Item = &'a RoleInDoubt>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    roles.map(|role| &role.role).filter(|role| seen.insert(*role)).cloned().collect()
}

fn root_fall(roles: &[RoleInDoubt]) -> RootFall {
    match roles.iter().find(|role| role.role == "root" && !role.is_delegated()) {
        Some(root) if root.short() == 0 => RootFall::Reached,
        Some(root) if root.stolen() > 0 => {
            let left = i64::try_from(root.keys - root.stolen()).unwrap_or(i64::MAX);
            RootFall::Below { taken: root.stolen(), threshold: root.threshold, left }
        }
        _ => RootFall::Untouched,
    }
}
