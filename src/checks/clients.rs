//! RELEASE-CLIENTS: what clients will make of a release.

use crate::host::display::count;
use crate::tuf::client::Profile;

use super::{Check, Finding};

/// What a client went through before it is given a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Past {
    /// Nothing: it has a root and no copies.
    Fresh,
    /// It was offline for the whole incident: it holds what was published before.
    Offline,
    /// It holds an attacker's snapshot and timestamp, of the highest version that there is.
    Attacked,
}

impl Past {
    /// The word for machines.
    pub fn name(self) -> &'static str {
        match self {
            Past::Fresh => "fresh",
            Past::Offline => "offline",
            Past::Attacked => "attacked",
        }
    }

    /// What is said of such a client, after "a strict client".
    fn says(self) -> &'static str {
        match self {
            Past::Fresh => "",
            Past::Offline => " that was offline for the whole incident and",
            Past::Attacked => {
                " that holds an attacker's snapshot and timestamp of version 9007199254740991 and"
            }
        }
    }
}

/// What one client that starts from one root will make of a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Foreseen {
    /// The client.
    pub profile: Profile,
    /// The version of the root that it starts from.
    pub from: i64,
    /// What it went through.
    pub past: Past,
    /// Why it will refuse, if it will.
    pub refused: Option<String>,
    /// Of one that refuses: whether it is signatures that are missing, which others may still make.
    pub short: bool,
    /// Of one that refuses: whether it does so already today, so that this release takes nothing from it.
    pub lost_before: bool,
}

/// RELEASE-CLIENTS: a strict and a lenient client accept the release, whichever trusted root they start from. What they
/// refused before the release is a warning: the past cannot be signed anew.
pub fn release_clients(foreseen: &[Foreseen]) -> Finding {
    let own = || foreseen.iter().filter(|one| !one.profile.is_peer());
    let told = |one: &Foreseen| {
        let why = one.refused.as_ref()?;
        let (client, past) = (one.profile.name(), one.past.says());
        Some(format!("a {client} client{past} that starts from root {} refuses: {why}", one.from))
    };
    let problems: Vec<String> = own().filter(|one| !one.lost_before).filter_map(told).collect();
    let next = "Do not publish. Mend what is named in ceremony.toml, then `draft` and `freeze` again: payloads that come out \
         the same keep their signatures.";
    let before: Vec<String> = own().filter(|one| one.lost_before).filter_map(told).collect();
    if problems.is_empty() && !before.is_empty() {
        let next = "Nothing can be done in this release: those clients need a newer root by another way, such as an \
             update of their program.";
        return Finding::warn(Check::ReleaseClients, before.join("; "), next);
    }
    let evidence = format!("{}, by a strict and a lenient client", count(own().count(), "start"));
    Finding::judge(Check::ReleaseClients, problems, next, evidence)
}
