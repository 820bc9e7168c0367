//! The dates at which roles expire, as planned and as frozen.

use crate::checks::expiry::{RoleExpiry, expiry_format, expiry_range};
use crate::checks::{Check, Finding};
use crate::json::Json;
use crate::tuf::time::{self, Date};

use super::super::Ceremony;
use super::super::payload::Payload;
use super::unreadable;

pub(super) fn expiry_checks(ceremony: &Ceremony, payloads: &[Payload]) -> Vec<Finding> {
    let mut expiries = Vec::new();
    for payload in payloads {
        let text = payload.signed.get("expires").and_then(Json::as_str).unwrap_or_default();
        let Some(expires) = Date::parse(text) else {
            return vec![unreadable(
                Check::ExpiryFormat,
                &payload.title(),
                &format!("{text:?} is not a date"),
            )];
        };
        expiries.push(RoleExpiry {
            role: payload.role.clone(),
            expires,
            offline: is_offline(ceremony, &payload.role),
        });
    }
    expiries.extend(staying(ceremony, payloads));
    vec![expiry_format(&expiries), expiry_range(&expiries, ceremony.now, ceremony.policy.next)]
}

/// The root and the targets that stay as they are published and have expired: clients come to nothing without them.
fn staying(ceremony: &Ceremony, payloads: &[Payload]) -> Vec<RoleExpiry> {
    let stays = |role: &&&str| !payloads.iter().any(|payload| payload.role == ***role);
    let of_role = |role: &&str| {
        let text = ceremony.published_today(role)?.get("expires")?.as_str()?;
        // How it is written can no longer be changed.
        let expires = Date { oddity: None, ..Date::parse(text)? };
        let offline = is_offline(ceremony, role);
        (expires.at <= ceremony.now).then(|| RoleExpiry { role: (*role).to_owned(), expires, offline })
    };
    ["root", "targets"].iter().filter(stays).filter_map(of_role).collect()
}

fn is_offline(ceremony: &Ceremony, role: &str) -> bool {
    let all = ceremony.policy.all_roles();
    all.iter()
        .find(|(name, _)| *name == role)
        .is_some_and(|(name, plan)| ceremony.policy.is_offline(name, plan))
}

pub(super) fn planned_expiries(ceremony: &Ceremony) -> Vec<RoleExpiry> {
    let roles = ceremony.policy.all_roles();
    let dates = roles.iter().filter_map(|(name, plan)| {
        let expires = Date::parse(&time::write(plan.expires.from(ceremony.policy.planned)?))?;
        Some(RoleExpiry {
            role: (*name).to_owned(),
            expires,
            offline: ceremony.policy.is_offline(name, plan),
        })
    });
    dates.collect()
}
