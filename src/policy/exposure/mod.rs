//! What an attacker can do today with keys that may be in other hands.
//!
//! By the tables of attacks in PEP 458 and PEP 480, section "Key Compromise Analysis" (that of PEP 480 has timestamp and
//! snapshot apart, and the claimed, recently-claimed and unclaimed projects as delegated roles). They are written for
//! files that are listed with their hashes, which the specification leaves open (spec 4.4 and 4.6). Where only a version
//! is listed, another file of that version passes for it (spec 5.5.2 and 5.6.2 compare hashes "if any"), and the role
//! that lists it need not cooperate.
//!
//! An attack ends, whatever its victims are kept from learning, when something expires that the attacker cannot replace.
//! Who can replace targets need not delegate to anybody, so that no delegated role ends such an attack. The attacker is
//! taken to stand between clients and repository, and targets to be what delegates. Expiries are compared with each
//! other and with no clock: an attack whose end is past is none.

mod attack;

use jiff::Timestamp;

use crate::host::display::visible;
use crate::tuf::TOP_LEVEL;

pub use attack::{Attack, Kind, MOST_VERSION, Until};

/// A role and how much of it may be in other hands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleInDoubt {
    /// `root`, `targets`, `snapshot`, `timestamp`, or the name of a delegated role.
    pub role: String,
    /// How many keys must sign. Below 1, which no reader of this program lets through, it counts as 1.
    pub threshold: i64,
    /// How many distinct keys the role has.
    pub keys: usize,
    /// How many of those are in doubt.
    pub taken: usize,
    /// When what is signed today expires, if known.
    pub expires: Option<Timestamp>,
    /// Path patterns that a delegated role may speak for; of no meaning for the others.
    pub paths: Vec<String>,
    /// Whether the role's file is listed with a hash: that of snapshot in timestamp, those of targets and delegated roles
    /// in snapshot. Of no meaning for root and timestamp.
    pub hashed: bool,
}

/// What follows from the keys in doubt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exposure {
    /// Whether the root itself has fallen.
    pub root: RootFall,
    /// Roles that the attacker has the keys to sign, in the order given. A root that has fallen can in addition give every
    /// role new keys.
    pub signs: Vec<String>,
    /// Roles with some keys in doubt, and not enough.
    pub weakened: Vec<Weakened>,
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
        let others = self.attacks.iter().filter(|attack| !delegated(attack));
        let mut told: Vec<String> =
            others.chain(possible.iter().copied().take(TOLD)).map(Attack::says).collect();
        if possible.len() > TOLD {
            told.push(format!("Possible: the same by {} further delegated roles.", possible.len() - TOLD));
        }
        if !not.is_empty() {
            told.push(format!("Not possible: malicious files by {} delegated roles.", not.len()));
        }
        for weak in &self.weakened {
            let (role, taken, threshold) = (visible(&weak.role), weak.taken, weak.threshold);
            told.push(format!("{role} holds: {taken} of its keys in doubt, {threshold} must sign."));
        }
        told.push(match self.root {
            RootFall::Untouched => "The root is in no doubt.".to_owned(),
            RootFall::Below { .. } => {
                "The root can be renewed by those of its keys that are in no doubt.".to_owned()
            }
            RootFall::Reached => {
                "THE ROOT HAS FALLEN: nobody can tell its owner's roots from an attacker's. Trust must be \
                established anew by another way than the repository."
                    .to_owned()
            }
        });
        told
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
    },
    /// The attacker can sign roots. Clients cannot tell them from the owner's, and need a new root by another way.
    Reached,
}

/// A role that an attacker cannot sign yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weakened {
    /// Its name.
    pub role: String,
    /// Keys in doubt.
    pub taken: usize,
    /// How many must sign.
    pub threshold: i64,
    /// How many keys the attacker is short of, at least 1.
    pub missing: i64,
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
        !TOP_LEVEL.contains(&self.role.as_str())
    }
}

/// What an attacker can do with the keys in doubt.
///
/// A top-level role that is not given is in no doubt, is listed with a hash, and expires nobody knows when.
pub fn exposure(roles: &[RoleInDoubt]) -> Exposure {
    let root = root_fall(roles);
    let doubtful = roles.iter().filter(|role| role.stolen() > 0 && role.short() > 0);
    let weakened = doubtful.map(|role| Weakened {
        role: role.role.clone(),
        taken: role.stolen(),
        threshold: role.threshold,
        missing: role.short(),
    });
    let signs = roles.iter().filter(|role| role.short() == 0).map(|role| role.role.clone());
    Exposure {
        root,
        signs: signs.collect(),
        weakened: weakened.collect(),
        attacks: Attacker { roles, root: root == RootFall::Reached }.attacks(),
    }
}

fn root_fall(roles: &[RoleInDoubt]) -> RootFall {
    match roles.iter().find(|role| role.role == "root") {
        Some(root) if root.short() == 0 => RootFall::Reached,
        Some(root) if root.stolen() > 0 => {
            RootFall::Below { taken: root.stolen(), threshold: root.threshold }
        }
        _ => RootFall::Untouched,
    }
}

struct Attacker<'a> {
    roles: &'a [RoleInDoubt],
    /// Whether the root has fallen.
    root: bool,
}

impl Attacker<'_> {
    /// The roles whose keys are still needed to have clients take another file for that of `role`, from the role itself to
    /// those that list it. None: it can be replaced.
    fn missing(&self, role: &str) -> Vec<String> {
        let given = self.roles.iter().find(|one| one.role == role);
        let delegated = !TOP_LEVEL.contains(&role);
        if self.root || (delegated && self.missing("targets").is_empty()) {
            return Vec::new();
        }
        let mut missing = Vec::new();
        if given.is_none_or(|role| role.short() > 0) {
            missing.push(role.to_owned());
        }
        let lister = match role {
            "root" | "timestamp" => None,
            "snapshot" => Some("timestamp"),
            _ => Some("snapshot"),
        };
        if let Some(lister) = lister
            && given.is_none_or(|role| role.hashed)
        {
            missing.extend(self.missing(lister));
        }
        missing
    }

    fn attacks(&self) -> Vec<Attack> {
        let updates = |by: &str, paths: Option<Vec<String>>| {
            self.attack(Kind::MaliciousUpdates { by: by.to_owned(), paths }, self.missing(by))
        };
        let mut attacks = vec![updates("targets", None)];
        let delegated = self.roles.iter().filter(|role| role.is_delegated());
        attacks.extend(delegated.map(|role| updates(&role.role, Some(role.paths.clone()))));
        attacks.push(self.attack(Kind::Freeze, self.missing("timestamp")));
        attacks.push(self.attack(Kind::Inconsistency, self.missing("snapshot")));
        // Either lists versions; the way that is short of fewer roles is told.
        let by_snapshot = self.missing("snapshot");
        let versions = if by_snapshot.is_empty() { by_snapshot } else { self.missing("timestamp") };
        attacks.push(self.attack(Kind::FastForward, versions));
        attacks
    }

    fn attack(&self, kind: Kind, missing: Vec<String>) -> Attack {
        if !missing.is_empty() {
            return Attack { kind, missing, until: None, sooner: None };
        }
        let until = match kind {
            // No root of the owner's would be told from the attacker's.
            _ if self.root => Until::Unlimited,
            // What a client has stored does not expire.
            Kind::FastForward => Until::Rotation,
            _ => self.first_to_expire(false).map_or(Until::Unknown, |(at, role)| Until::At(at, role)),
        };
        let sooner = match kind {
            Kind::Freeze | Kind::Inconsistency => self.first_to_expire(true),
            // Other delegated roles do not speak for these paths.
            Kind::MaliciousUpdates { .. } | Kind::FastForward => None,
        };
        let sooner = sooner.filter(|(at, _)| !matches!(&until, Until::At(end, _) if end <= at));
        Attack { kind, missing, until: Some(until), sooner }
    }

    /// What expires first of what the attacker cannot replace: of top-level or of delegated roles; of equals the first.
    fn first_to_expire(&self, delegated: bool) -> Option<(Timestamp, String)> {
        let kept = self.roles.iter().filter(|role| role.is_delegated() == delegated);
        let kept = kept.filter(|role| !self.missing(&role.role).is_empty());
        kept.filter_map(|role| Some((role.expires?, role.role.clone()))).min_by_key(|(at, _)| *at)
    }
}
