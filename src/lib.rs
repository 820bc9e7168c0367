//! tuf-ceremony: offline root-key ceremonies for The Update Framework.

pub mod advice;
pub mod ceremony;
pub mod checks;
pub mod cli;
pub mod console;
pub mod crypto;
pub mod host;
pub mod json;
pub mod policy;
pub mod token;
pub mod tuf;
