//! A client of a repository, as the specification's detailed workflow (section 5) has it, and as the clients of the world
//! have it. It does no I/O: bytes come from a [`source::Source`], the earlier state from a [`source::Store`].
//!
//! [`Client`] is the trusted state and its steps; [`update`] takes the steps in their order; [`search`] looks for target
//! files through delegations, and [`visit`] looks at all of them, with `reach` and [`paths`] to say which target a delegation
//! leads to. [`profile`], [`rule`] and `table` say what clients make of odd metadata; [`document`] reads a file under them.
//! The answer is evidence ([`evidence::Row`]), one row a file.

pub mod document;
pub mod evidence;
mod judge;
pub mod paths;
pub mod profile;
mod reach;
pub mod report;
pub mod rule;
pub mod search;
pub mod source;
mod survey;
mod table;
pub mod trusted;
pub mod update;
pub mod visit;

pub use evidence::{Refusal, Row};
pub use profile::Profile;
pub use trusted::Client;
