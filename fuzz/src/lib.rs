//! What the fuzz targets have in common. A target is one property or a few over bytes that anybody may have made; what
//! they hold the program to stands here and in `fuzz_targets/`.

pub mod metadata;
pub mod mutate;
pub mod repository;

/// The limit for what is read: the fuzzer has its own, which is lower.
pub const LIMIT: usize = 1 << 20;
