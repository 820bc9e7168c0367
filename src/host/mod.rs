//! The only doors to the outside: clock, randomness, durable files, secrets, and what may be shown.

pub mod clock;
pub mod display;
pub mod files;
pub mod random;
pub mod secret;
