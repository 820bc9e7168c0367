//! Dates: EXPIRY-FORMAT, EXPIRY-RANGE.

use jiff::{SignedDuration, Timestamp};

use crate::tuf::time::{self, Date};

use super::{Check, Finding};

/// The expiry of one role's metadata.
#[derive(Clone, Debug)]
pub struct RoleExpiry {
    /// `root`, `targets`, …
    pub role: String,
    /// As it stands in the metadata, or would.
    pub expires: Date,
    /// Whether only a ceremony can renew it.
    pub offline: bool,
}

/// EXPIRY-FORMAT: `YYYY-MM-DDTHH:MM:SSZ`.
pub fn expiry_format(expiries: &[RoleExpiry]) -> Finding {
    let odd = expiries.iter().filter_map(|one| one.expires.oddity.map(|oddity| (one, oddity)));
    let problems = odd.map(|(one, oddity)| format!("{}: {} {oddity}", one.role, one.expires.text));
    let next = "Write dates as YYYY-MM-DDTHH:MM:SSZ; `draft` does.";
    Finding::judge(
        Check::ExpiryFormat,
        problems.collect(),
        next,
        "all dates in the form of the specification",
    )
}

/// EXPIRY-RANGE: in the future; root outlives the others; nothing that only a ceremony can renew expires before the
/// next planned ceremony and 30 days (refuses); the last safe date of everything is still to come (warns).
pub fn expiry_range(expiries: &[RoleExpiry], now: Timestamp, next_ceremony: Option<Timestamp>) -> Finding {
    let root = expiries.iter().find(|one| one.role == "root").map(|one| one.expires.at);
    let mut problems = Vec::new();
    for one in expiries {
        let (role, at) = (&one.role, one.expires.at);
        if at <= now {
            problems.push(format!("{role} expires on {}, and it is {}", one.expires.text, time::write(now)));
        }
        if root.is_some_and(|root| at > root) {
            problems.push(format!("{role} expires on {}, after the root", one.expires.text));
        }
        if let Some(ceremony) = next_ceremony
            && one.offline
            && at.as_second().saturating_sub(ceremony.as_second()) < MARGIN
        {
            let planned = time::write(ceremony);
            problems.push(format!(
                "{role} expires on {}, within 30 days of the next ceremony ({planned})",
                one.expires.text
            ));
        }
    }
    let late = expiries.iter().filter(|one| last_safe(one.expires.at, one.offline) <= now);
    let late: Vec<String> = late.map(no_second_try).collect();
    if problems.is_empty() && !late.is_empty() {
        let next = "Choose a longer `expires`: `change set-expiry ROLE PERIOD`; or give the role keys that a service has, \
                    which needs a day for a second try, and not 30.";
        return Finding::warn(Check::ExpiryRange, late.join("; "), next);
    }
    let next = "Change `expires` of the role (or `planned`, from which periods count) in ceremony.toml.";
    let first = expiries.iter().min_by_key(|one| one.expires.at);
    let evidence =
        first.map_or(String::new(), |one| format!("{} expires first, on {}", one.role, one.expires.text));
    Finding::judge(Check::ExpiryRange, problems, next, evidence)
}

fn no_second_try(one: &RoleExpiry) -> String {
    let margin = if one.offline { "30 days, as only a ceremony renews it" } else { "a day" };
    format!(
        "{} expires on {}, and the last safe date, earlier by {margin}, has passed",
        one.role, one.expires.text
    )
}

/// 30 days, in seconds: a missed ceremony can be held again within it.
const MARGIN: i64 = 30 * DAY;
/// What a service that renews a role by itself needs for a second try.
const DAY: i64 = 24 * 3600;

/// The last date on which renewing a role leaves time for a second try.
pub fn last_safe(expires: Timestamp, offline: bool) -> Timestamp {
    let margin = SignedDuration::from_secs(if offline { MARGIN } else { DAY });
    expires.saturating_sub(margin).unwrap_or(expires)
}
