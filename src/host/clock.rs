//! The one door to the clock.
#![expect(clippy::disallowed_methods, reason = "this file is the door to the clock")]

use std::time::{Duration, Instant};

use jiff::Timestamp;

/// Measures time that goes by, whatever is done to the machine's clock.
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Begins to measure.
    pub fn start() -> Stopwatch {
        Stopwatch(Instant::now())
    }

    /// How long ago that was.
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// What the machine's clock says, cut to the second: metadata and the record know no fractions.
pub fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}
