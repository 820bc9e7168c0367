//! The only doors to the outside: clock, durable files, secrets, and what may be shown.

pub mod clock;
pub mod display;
pub mod files;
pub mod secret;
