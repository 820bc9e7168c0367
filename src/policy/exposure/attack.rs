//! Attacks, and how they are told to people who were woken up.

use jiff::Timestamp;

use crate::host::display::{count, visible};
use crate::tuf::time;

/// The largest version that every client can read: 2^53 - 1 (RFC 7493, section 2.2).
pub const MOST_VERSION: i64 = (1 << 53) - 1;

/// An attack, possible or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attack {
    /// Which.
    pub kind: Kind,
    /// The roles that would have to cooperate, and do not; none if the attack is possible.
    pub missing: Vec<String>,
    /// The latest end by expiry, for clients that are kept from everything newer; `None` if the attack is not possible.
    pub until: Option<Until>,
    /// The delegated role that expires first, if that ends the attack sooner for what it speaks for. PEP 458 and PEP 480
    /// tell this as the end for everything.
    pub sooner: Option<(Timestamp, String)>,
}

/// The kinds of attack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Files that nobody meant to publish are accepted.
    MaliciousUpdates {
        /// The role that signs for them.
        by: String,
        /// Who delegates to it; `None` for targets.
        delegator: Option<String>,
        /// Path patterns that it may speak for; `None` for targets, which speaks for every path.
        paths: Option<Vec<String>>,
    },
    /// Clients go on believing that there is nothing new.
    Freeze,
    /// Metadata that was never published together is accepted together ("mix and match").
    Inconsistency,
    /// Versions so high that clients refuse every later one; ended by new keys for timestamp and snapshot (spec 5.3.11).
    FastForward,
}

/// How long an attack can go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Until {
    /// At the latest until the metadata of this role expires.
    At(Timestamp, String),
    /// Until a new root names other keys for both timestamp and snapshot (spec 5.3.11); no expiry ends it.
    Rotation,
    /// No expiry ends it.
    Unlimited,
    /// Something expires that ends it, and it is not known when.
    Unknown,
}

/// Path patterns that are told one by one.
const TOLD: usize = 6;

impl Attack {
    /// Whether the keys in doubt suffice.
    pub fn possible(&self) -> bool {
        self.missing.is_empty()
    }

    /// The attack in a sentence, fit to be shown: whether it is possible, what it does, and what ends it.
    pub fn says(&self) -> String {
        let what = self.kind.says();
        let Some(until) = &self.until else {
            let missing: Vec<String> = self.missing.iter().map(|role| visible(role)).collect();
            return format!("Not possible, for want of the keys of {}: {what}.", missing.join(" and "));
        };
        let end = match until {
            Until::At(at, role) => {
                format!(", until {} at the latest, when {} expires", time::write(*at), visible(role))
            }
            Until::Rotation => {
                "; no expiry ends it, only a new root with new keys for both timestamp and snapshot"
                    .to_owned()
            }
            Until::Unlimited => "; no expiry ends it".to_owned(),
            Until::Unknown => "; when expiry ends it is not known".to_owned(),
        };
        let sooner = self.sooner.as_ref().map_or(String::new(), |(at, role)| {
            format!(" (for what {} speaks for, until {})", visible(role), time::write(*at))
        });
        format!("Possible: {what}{end}{sooner}.")
    }
}

impl Kind {
    fn says(&self) -> String {
        match self {
            Kind::MaliciousUpdates { by, paths: None, .. } => {
                format!("malicious files under any path, signed as {}", visible(by))
            }
            Kind::MaliciousUpdates { by, delegator, paths: Some(paths) } => {
                let shown: Vec<String> = paths.iter().take(TOLD).map(|path| visible(path)).collect();
                let paths = match paths.len().saturating_sub(TOLD) {
                    _ if shown.is_empty() => "no path".to_owned(),
                    0 => shown.join(", "),
                    more => format!("{} and {}", shown.join(", "), count(more, "further pattern")),
                };
                format!("malicious files under {paths}, signed as {}", named(by, delegator.as_deref()))
            }
            Kind::Freeze => "clients are kept from learning that there are newer files".to_owned(),
            Kind::Inconsistency => {
                "clients accept files together that were never published together".to_owned()
            }
            Kind::FastForward => {
                format!("clients are given versions up to {MOST_VERSION} and refuse every later one")
            }
        }
    }
}

/// A role's name, fit to be shown, and who delegates to it where that is not targets.
pub(super) fn named(role: &str, delegator: Option<&str>) -> String {
    let by = delegator.filter(|by| *by != "targets");
    by.map_or_else(|| visible(role), |by| format!("{} (delegated by {})", visible(role), visible(by)))
}
