//! JSON as TUF needs it: a strict tree, the canonical form that is signed, and the form that lies on disk.
//! Knows nothing of TUF.

mod canonical;
mod disk;
pub mod strict;
mod tree;
pub mod view;

pub use strict::{Build, JsonError};
pub use tree::Json;
