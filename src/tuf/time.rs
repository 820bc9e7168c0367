//! Dates in metadata. Written as `YYYY-MM-DDTHH:MM:SSZ` (spec 4.2.1); fractions and offsets are read and flagged,
//! because published metadata has them.

use jiff::Timestamp;

/// A date as it stands in metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Date {
    /// The text as found.
    pub text: String,
    /// The instant it names; for the last two days of the year 9999 the last instant that can be represented.
    pub at: Timestamp,
    /// Where the text departs from the specification's form.
    pub oddity: Option<&'static str>,
}

impl Date {
    /// Reads a date; `None` if it names no instant.
    pub fn parse(text: &str) -> Option<Date> {
        // The library also takes other ISO 8601 forms and bracketed zones, which no client does.
        if !is_rfc3339(text) {
            return None;
        }
        let at = text.parse().ok().or_else(|| never(text))?;
        let oddity = if text == write(at) || (at == Timestamp::MAX && is_like(text, "0000-00-00T00:00:00Z")) {
            None
        } else if text.contains('.') {
            Some("has fractions of a second")
        } else if !text.ends_with(['Z', 'z']) {
            Some("has an offset instead of Z")
        } else {
            Some("is not in the form YYYY-MM-DDTHH:MM:SSZ")
        };
        Some(Date { text: text.to_owned(), at, oddity })
    }
}

/// An instant in the specification's form, cut to the second.
pub fn write(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The end of the year 9999, which is how some projects write "never", lies just outside of what the library can
/// represent.
fn never(text: &str) -> Option<Timestamp> {
    let date = text.get(..19)?;
    let valid = date.starts_with("9999-12-3") && date.parse::<jiff::civil::DateTime>().is_ok();
    valid.then_some(Timestamp::MAX)
}

/// Whether a text has the form of a date in RFC 3339, section 5.6.
fn is_rfc3339(text: &str) -> bool {
    let Some((date, rest)) = text.split_at_checked(19) else { return false };
    let zone = match rest.strip_prefix('.') {
        Some(fraction) if fraction.starts_with(|first: char| first.is_ascii_digit()) => {
            fraction.trim_start_matches(|digit: char| digit.is_ascii_digit())
        }
        _ => rest,
    };
    let offset = is_like(zone, "+00:00") || is_like(zone, "-00:00");
    let in_range = zone.get(1..3) < Some("24") && zone.get(4..) < Some("60");
    (zone == "Z" || zone == "z" || offset && in_range)
        && (is_like(date, "0000-00-00T00:00:00") || is_like(date, "0000-00-00t00:00:00"))
}

/// Whether a text has a digit wherever the form has a 0, and is equal to it otherwise.
fn is_like(text: &str, form: &str) -> bool {
    let same = |(byte, form): (u8, u8)| if form == b'0' { byte.is_ascii_digit() } else { byte == form };
    text.len() == form.len() && text.bytes().zip(form.bytes()).all(same)
}
