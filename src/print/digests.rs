//! Digest sheets: what is compared by ear, by eye or by camera.

use super::document::{Block, Document, NamedDigest, Running, Signatory, Text};
use crate::ceremony::Ceremony;
use crate::crypto::digest::Sha256Digest;

/// A file and its digest.
pub struct Digested {
    /// The file, as it was named.
    pub file: String,
    /// How long it is.
    pub bytes: u64,
    /// Its SHA-256.
    pub digest: Sha256Digest,
}

/// The sheet for some files, which may belong to a ceremony.
pub fn document(files: &[Digested], ceremony: Option<&Ceremony>) -> Document {
    let named = |one: &Digested| NamedDigest { of: one.file.clone(), digest: one.digest };
    let block = |one: &Digested| {
        let many = if one.bytes == 1 { "byte" } else { "bytes" };
        Block::Digest { named: named(one), note: Some(format!("{} {many}", one.bytes)) }
    };
    let how = Text::from("Anybody can compute these with ")
        .code("sha256sum FILE")
        .plain(". Two people compare: one reads the words aloud, in their order, and the other follows on a screen or on a \
                paper from another printer. ")
        .code("tuf-ceremony digest FILE --words")
        .plain(" takes them typed, and names the first that is wrong. The QR code says sha256: and the digits.");
    let mut blocks = vec![Block::Paragraph(how)];
    blocks.extend(files.iter().map(block));
    let compared =
        || Signatory { name: String::new(), role: "compared every digest on this sheet".to_owned() };
    blocks.push(Block::Signatures(vec![compared(), compared()]));
    let only = match files {
        // Its name may be longer than the foot of a page; it is on the sheet.
        [one] => Some(NamedDigest { of: "the file".to_owned(), digest: one.digest }),
        _ => None,
    };
    Document {
        title: "Digest sheet".to_owned(),
        running: Running {
            ceremony: ceremony.map(|ceremony| ceremony.policy.id.clone()),
            what: "Digest sheet".to_owned(),
            digest: only,
        },
        rehearsal: ceremony.is_some_and(|ceremony| ceremony.policy.rehearsal),
        blocks,
    }
}
