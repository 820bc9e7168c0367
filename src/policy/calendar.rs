//! Dates as a file for calendar programs: iCalendar, RFC 5545 (sections cited are its).

use jiff::Timestamp;

use crate::host::display::visible;

/// The longest line in bytes, without its end (section 3.1).
const LINE: usize = 75;

/// Something that happens at an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Names the event in all editions of the calendar, and no other event: who imports it again gets it moved and not
    /// doubled (section 3.8.4.7).
    pub uid: String,
    /// When, from the year 1 on; fractions of a second are cut.
    pub at: Timestamp,
    /// The title.
    pub summary: String,
    /// Whatever else there is to say; lines end in `\n`.
    pub description: String,
    /// How many days beforehand to remind people; each counts once, in any order.
    pub remind_days: Vec<u32>,
}

/// The file, for programs that identify its maker by `product`, written at `stamp`. There should be an event: a calendar
/// without one is not valid (section 3.6).
///
/// The same events make the same bytes, in whatever order they come: they are sorted by instant and uid. An event takes no
/// time and leaves people free. Characters that are invisible, move the cursor or reorder text are made visible, and line
/// ends are escaped, so that no text begins a line of its own.
pub fn calendar(product: &str, stamp: Timestamp, events: &[Event]) -> String {
    let mut sorted: Vec<&Event> = events.iter().collect();
    sorted.sort_by(|a, b| (a.at, &a.uid, &a.summary).cmp(&(b.at, &b.uid, &b.summary)));
    let mut out = String::new();
    line(&mut out, "BEGIN:VCALENDAR");
    line(&mut out, "VERSION:2.0");
    line(&mut out, &format!("PRODID:{}", text(product)));
    for event in sorted {
        line(&mut out, "BEGIN:VEVENT");
        line(&mut out, &format!("UID:{}", text(&event.uid)));
        line(&mut out, &format!("DTSTAMP:{}", utc(stamp)));
        line(&mut out, &format!("DTSTART:{}", utc(event.at)));
        line(&mut out, &format!("SUMMARY:{}", text(&event.summary)));
        if !event.description.is_empty() {
            line(&mut out, &format!("DESCRIPTION:{}", text(&event.description)));
        }
        line(&mut out, "TRANSP:TRANSPARENT");
        alarms(&mut out, event);
        line(&mut out, "END:VEVENT");
    }
    line(&mut out, "END:VCALENDAR");
    out
}

/// Reminders, the earliest first (section 3.6.6).
fn alarms(out: &mut String, event: &Event) {
    let mut days = event.remind_days.clone();
    days.sort_unstable_by(|a, b| b.cmp(a));
    days.dedup();
    for days in days {
        line(out, "BEGIN:VALARM");
        line(out, "ACTION:DISPLAY");
        line(out, &format!("DESCRIPTION:{}", text(&event.summary)));
        line(out, &format!("TRIGGER:-P{days}D"));
        line(out, "END:VALARM");
    }
}

/// An instant in UTC (section 3.3.5, form 2).
fn utc(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// A text, escaped (section 3.3.11). Only `\n` ends a line in it.
fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            out.push_str("\\n");
        }
        for c in visible(line).chars() {
            if matches!(c, '\\' | ';' | ',') {
                out.push('\\');
            }
            out.push(c);
        }
    }
    out
}

/// Adds a line, folded between characters where it is too long: what follows begins with a blank (section 3.1).
fn line(out: &mut String, content: &str) {
    let mut used = 0;
    for c in content.chars() {
        if used + c.len_utf8() > LINE {
            out.push_str("\r\n ");
            used = 1;
        }
        out.push(c);
        used += c.len_utf8();
    }
    out.push_str("\r\n");
}
