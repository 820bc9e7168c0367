//! The checks: one id each, one function each. They judge evidence that floors above gather, and gather none themselves.

pub mod catalogue;
pub mod clients;
pub mod expiry;
mod finding;
pub mod keys;
pub mod media;
pub mod metadata;
pub mod plan;
pub mod quorum;
pub mod record;
pub mod roles;
pub mod root;
pub mod sign;

pub use catalogue::Check;
pub use finding::{Finding, Outcome, Trouble};
