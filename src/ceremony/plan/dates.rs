//! The last safe dates: until when each role must be renewed, and the next ceremony held.

use jiff::Timestamp;

use crate::checks::expiry::last_safe;
use crate::policy::calendar::{Event, calendar};
use crate::tuf::TOP_LEVEL;
use crate::tuf::time::{self, Date};

use super::super::Ceremony;
use super::{Plan, PlannedRole};

/// A date that must not be missed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// The role; `None` for the next ceremony.
    pub role: Option<String>,
    /// When it expires; for the ceremony, when the first does that only a ceremony renews.
    pub expires: Timestamp,
    /// The last date on which renewing it leaves time for a second try.
    pub last_safe: Timestamp,
    /// Whether that date has passed.
    pub passed: bool,
    /// Whether only a ceremony can renew it.
    pub offline: bool,
}

impl Ceremony {
    /// Each role's last safe date, and that of the next ceremony.
    pub(super) fn deadlines(&self, roles: &[PlannedRole]) -> Vec<Deadline> {
        let stated = self.policy.all_roles();
        let mut deadlines: Vec<Deadline> = Vec::new();
        for one in roles {
            let Some(expires) = Date::parse(&one.expires).map(|date| date.at) else { continue };
            let plan = stated.iter().find(|(name, _)| *name == one.role).map(|(_, plan)| *plan);
            let offline = plan.is_some_and(|plan| self.policy.is_offline(&one.role, plan));
            let last_safe = last_safe(expires, offline);
            let passed = last_safe <= self.now;
            deadlines.push(Deadline { role: Some(one.role.clone()), expires, last_safe, passed, offline });
        }
        let first = deadlines.iter().filter(|one| one.offline).min_by_key(|one| one.last_safe).cloned();
        deadlines.extend(first.map(|first| Deadline { role: None, ..first }));
        deadlines
    }

    /// The dates as a calendar for people: of what only a ceremony renews.
    pub fn calendar(&self, plan: &Plan) -> String {
        let (repository, id) = (&self.policy.repository, &self.policy.id);
        let mut events = Vec::new();
        for one in plan.deadlines.iter().filter(|one| one.offline) {
            let expires = time::write(one.expires);
            let whose = |role: &str| match TOP_LEVEL.contains(&role) {
                true => "Every client refuses updates".to_owned(),
                false => format!("Clients find no file that {role} speaks for"),
            };
            match &one.role {
                Some(role) => events.push(Event {
                    uid: format!("{role}-expires-{}@{repository}", one.expires.as_second()),
                    at: one.expires,
                    summary: format!("{role} of {repository} expires"),
                    description: format!(
                        "{} from now on unless {role} was renewed. Made in the ceremony {id}.",
                        whose(role)
                    ),
                    remind_days: vec![30, 7, 1],
                }),
                None => events.push(Event {
                    uid: format!("ceremony-{}@{repository}", one.expires.as_second()),
                    at: one.last_safe,
                    summary: format!("Last safe date for the next key ceremony of {repository}"),
                    description: format!(
                        "30 days before the first expiry that only a ceremony can renew ({expires}): time for a second try."
                    ),
                    remind_days: vec![90, 60, 30, 14, 7],
                }),
            }
        }
        if let Some(next) = self.policy.next {
            events.push(Event {
                uid: format!("planned-{}@{repository}", next.as_second()),
                at: next,
                summary: format!("Key ceremony of {repository}"),
                description: format!("As planned in the ceremony {id}."),
                remind_days: vec![30, 14, 1],
            });
        }
        // The stamp is the plan's own date, so that the same plan writes the same file.
        calendar("tuf-ceremony", self.policy.planned, &events)
    }
}
