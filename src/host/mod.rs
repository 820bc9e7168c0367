//! The only doors to the outside: clock, randomness, durable files, media, standard input, secrets, and what may be shown.

pub mod beneath;
pub mod brief;
pub mod clock;
pub mod device;
pub mod display;
pub mod files;
pub mod input;
pub mod mount;
pub mod random;
pub mod secret;
