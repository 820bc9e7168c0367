//! The one door to the clock.
#![expect(clippy::disallowed_methods, reason = "this file is the door to the clock")]

use jiff::Timestamp;

/// What the machine's clock says, cut to the second: metadata and the record know no fractions.
pub fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}
