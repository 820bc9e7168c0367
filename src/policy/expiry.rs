//! When metadata expires: after a period that counts from the planned time of the ceremony, or on a date.

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use crate::host::display;
use crate::tuf::time::{self, Date};

/// An expiry as the policy states it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// So long after the planned time of the ceremony.
    After {
        /// How many.
        count: u16,
        /// Of what.
        unit: Unit,
    },
    /// At this instant.
    On(Timestamp),
}

/// A unit of time, as the civil calendar has it in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// 60 minutes.
    Hour,
    /// A calendar day.
    Day,
    /// 7 days.
    Week,
    /// A calendar month; the last day of the month where the day does not exist.
    Month,
    /// A calendar year.
    Year,
}

impl Expiry {
    /// Reads `1 year`, `90 days`, `2028-01-14T15:00:00Z`: a count of 1 to 1000 and a unit, or an instant.
    pub fn parse(text: &str) -> Option<Expiry> {
        if let Some(date) = Date::parse(text) {
            return Some(Expiry::On(date.at));
        }
        let (count, unit) = text.split_once(' ')?;
        let unit = match unit.strip_suffix('s').unwrap_or(unit) {
            "hour" => Unit::Hour,
            "day" => Unit::Day,
            "week" => Unit::Week,
            "month" => Unit::Month,
            "year" => Unit::Year,
            _ => return None,
        };
        match count.parse() {
            // `parse` also takes a sign.
            Ok(count @ 1..=1000) if !text.starts_with('+') => Some(Expiry::After { count, unit }),
            _ => None,
        }
    }

    /// The instant, for a ceremony planned at `planned`; `None` beyond the calendar (year 9999).
    pub fn from(&self, planned: Timestamp) -> Option<Timestamp> {
        let (count, unit) = match self {
            Expiry::On(at) => return Some(*at),
            Expiry::After { count, unit } => (i64::from(*count), unit),
        };
        let span = Span::new();
        let span = match unit {
            Unit::Hour => span.try_hours(count),
            Unit::Day => span.try_days(count),
            Unit::Week => span.try_weeks(count),
            Unit::Month => span.try_months(count),
            Unit::Year => span.try_years(count),
        };
        let civil = TimeZone::UTC.to_datetime(planned).checked_add(span.ok()?).ok()?;
        TimeZone::UTC.to_timestamp(civil).ok()
    }
}

impl std::fmt::Display for Expiry {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (count, unit) = match self {
            Expiry::On(at) => return out.write_str(&time::write(*at)),
            Expiry::After { count, unit } => (count, unit),
        };
        let unit = match unit {
            Unit::Hour => "hour",
            Unit::Day => "day",
            Unit::Week => "week",
            Unit::Month => "month",
            Unit::Year => "year",
        };
        out.write_str(&display::count(count, unit))
    }
}
