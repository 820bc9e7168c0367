//! Artifacts as QR codes: shown by one machine, and read by a camera of another.
//!
//! A file that fits one code goes as it is: its bytes are the code's, so that any phone shows them. All else goes as an
//! endless sequence of codes, each a part of a multi-part Uniform Resource (Blockchain Commons, BCR-2020-005 and
//! BCR-2024-001): after the first round the parts are sums of several fragments, so that a reader needs no certain part,
//! only enough of them, in any order. The text of a part, `UR:BYTES/5-26/…`, is in upper case, which QR packs tighter
//! (alphanumeric mode).
//!
//! What a sequence carries is a CBOR byte string (RFC 8949, in the shortest form), as the type `bytes` demands, and its
//! content is the envelope:
//!
//! | bytes | what |
//! |---|---|
//! | 4 | `TCQ1` |
//! | 1 | length of the file's name, 1 to 100 |
//! | that many | the name: letters and digits of ASCII, `.`, `-`, `_`, `+`; it begins with a letter or digit |
//! | 4 | length of the file in bytes, big-endian, 1 to 1,048,576 |
//! | 32 | SHA-256 of the file |
//! | the rest | the file, as one raw DEFLATE stream (RFC 1951) that ends where the envelope ends |
//!
//! Nothing else is read: another length, a rest, a name with a path in it, or another digest is an error. The name stands in
//! front so that a sequence can be called by it as soon as its first fragment is known.

pub mod code;
pub mod collect;
pub mod draw;
pub mod envelope;
pub mod error;
pub mod fit;
mod fountain;
pub mod frames;
mod jpeg;
pub mod picture;
pub mod pictures;
mod reader;
pub mod sequence;

pub use error::QrError;

use crate::console::words::words;
use crate::crypto::digest::Sha256Digest;

/// The most bytes that a file may have to be shown: what is larger would take minutes, and goes on a stick.
pub const SHOWN_LIMIT: usize = 1 << 18;

/// A file that came or goes as codes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// Its name, without a folder; a single code carries none.
    pub name: Option<String>,
    /// Its bytes.
    pub content: Vec<u8>,
}

impl Artifact {
    /// SHA-256 of the content.
    pub fn digest(&self) -> Sha256Digest {
        Sha256Digest::of(&self.content)
    }

    /// The digest as words.
    pub fn words(&self) -> Vec<&'static str> {
        words(&self.digest().0)
    }
}
