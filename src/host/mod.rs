//! The only doors to the outside: clock, randomness, durable files, media, secrets, and what may be shown.

pub mod beneath;
pub mod clock;
pub mod device;
pub mod display;
pub mod files;
pub mod mount;
pub mod random;
pub mod secret;
