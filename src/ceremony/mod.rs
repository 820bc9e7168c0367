//! The ceremony: its directory, its payloads and signatures, its record, its release.
//!
//! The phases are types: `Draft -> Payload -> Reviewed -> Signed -> Quorate -> Release`. A token is only given what a
//! holder `Confirmed` after a review, and a `Release` is only made here, from payloads whose quorum is evidence.

mod carried;
pub mod change;
mod clients;
mod commitment;
pub mod compromise;
pub mod current;
pub mod directory;
pub mod drafting;
mod elsewhere;
pub mod error;
pub mod event;
pub mod gate;
pub mod kept;
pub mod keyring;
pub mod kinds;
pub mod media;
pub mod merge;
pub mod payload;
pub mod plan;
pub mod provision;
pub mod recordings;
pub mod release;
pub mod repository;
pub mod request;
pub mod respond;
pub mod response;
pub mod review;
pub mod script;
pub mod seal;
pub mod second_screen;
pub mod sign;
pub mod signatures;
pub mod start;
pub mod status;
pub mod tokens;
pub mod transcript;
pub mod trusted;
pub mod verify;
pub mod void;
pub mod walk;
pub mod whole;
pub mod witness;

pub use carried::CarriedError;
pub use directory::Ceremony;
pub use error::CeremonyError;
