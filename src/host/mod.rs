//! The only doors to the outside: clock, randomness, durable files, standard input, secrets, and what may be shown.

pub mod clock;
pub mod display;
pub mod files;
pub mod input;
pub mod random;
pub mod secret;
