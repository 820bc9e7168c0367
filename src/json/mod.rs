//! JSON as TUF needs it: a strict tree, the canonical form that is signed, and the form that lies on disk.
//! Knows nothing of TUF.

mod canonical;
mod disk;
mod object;
pub mod strict;
mod tree;
pub mod view;

pub use object::Object;
pub use strict::{Build, JsonError, Lapse, Tolerance, read_tolerant};
pub use tree::Json;
