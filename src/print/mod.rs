//! Paper: what is on it is a [`Document`], and three writers put it down: HTML to be printed by a browser, plain text for
//! a line printer, and PDF. For the same document each writes the same bytes every time: nothing here asks the clock.

pub mod digests;
pub mod document;
mod html;
pub mod labels;
mod layout;
mod pdf;
pub mod script;
pub mod sheet;
mod text;

pub use document::Document;

use crate::console::words::words;
use crate::crypto::digest::Sha256Digest;

/// What is printed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paper {
    /// 210 by 297 mm.
    A4,
    /// 8.5 by 11 inches.
    Letter,
}

/// What a document is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One file that needs no other, with print CSS.
    Html,
    /// 72 columns and 60 lines a page, a form feed between pages.
    Text,
    /// PDF 1.7 with the fonts that every reader has.
    Pdf,
}

/// Writes a document.
pub fn write(document: &Document, format: Format, paper: Paper) -> Vec<u8> {
    match format {
        Format::Html => html::write(document, paper).into_bytes(),
        Format::Text => text::write(document).into_bytes(),
        Format::Pdf => pdf::write(document, paper),
    }
}

/// What each page of a rehearsal says, beside the large word.
const REHEARSAL: &str = "REHEARSAL: this was made in a rehearsal; nobody may trust it.";

/// A digest in two lines of eight groups of four digits.
fn hex_lines(digest: Sha256Digest) -> [String; 2] {
    let groups = digest.groups();
    let (first, second) = groups.split_at(groups.len() / 2);
    [first.join(" "), second.join(" ")]
}

/// The words of a digest in lines of four, each with the number of its first word.
fn word_lines(digest: Sha256Digest) -> Vec<(usize, Vec<&'static str>)> {
    let words = words(&digest.0);
    words.chunks(4).enumerate().map(|(line, four)| (line * 4 + 1, four.to_vec())).collect()
}
