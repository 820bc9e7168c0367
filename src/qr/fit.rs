//! What of a code and its caption fits a window.

use super::QrError;
use super::code::{Code, LARGEST_ALONE, QUIET_IN_TERMINAL, side};
use super::draw::half_blocks;
use super::sequence::{Sequence, alone};
use crate::console::words::words;
use crate::crypto::digest::Sha256Digest;

/// The smallest version of a part: below it hardly a byte is left beside the head.
const SMALLEST: i16 = 3;

/// The largest version of a part in a terminal: 97 modules a side, which a camera reads while they change.
const LARGEST: i16 = 20;

/// The width of the caption in cells: three words a line.
const CAPTION: usize = 33;

/// Cells between a code and the caption beside it.
const GAP: usize = 2;

/// Lines of the caption above or below a code: what, and how far.
const SHORT: usize = 2;

/// Where the caption stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// To the right of the code, in full.
    Beside,
    /// Below it, in two lines.
    Below,
}

/// What is shown in a window.
pub enum Shown {
    /// One code, which stands still.
    Alone(Code),
    /// An endless sequence.
    Sequence(Box<Sequence>),
}

/// The largest version that fits a window, and where the caption stands then.
pub fn largest(columns: usize, rows: usize) -> Option<(i16, Place)> {
    let beside = version(columns.saturating_sub(CAPTION + GAP), rows);
    let below = version(columns, rows.saturating_sub(SHORT));
    match (beside, below) {
        (Some(beside), below) if below.is_none_or(|below| below <= beside) => Some((beside, Place::Beside)),
        (_, below) => below.map(|version| (version, Place::Below)),
    }
}

fn version(columns: usize, rows: usize) -> Option<i16> {
    let fits = |version: &i16| {
        let side = side(*version) + 2 * QUIET_IN_TERMINAL;
        side <= columns && side.div_ceil(2) <= rows
    };
    (SMALLEST..=40).rev().find(fits)
}

/// What a window shows of a file: one code if it fits, else the sequence with the largest parts.
///
/// # Errors
/// A window without room for any code, or a file that cannot be shown.
pub fn fit(name: &str, content: &[u8], columns: usize, rows: usize) -> Result<(Shown, Place), QrError> {
    let (version, place) = largest(columns, rows).ok_or(QrError::Window { columns, rows })?;
    if let Some(code) = alone(content, version) {
        return Ok((Shown::Alone(code), place));
    }
    let sequence = Sequence::new(name, content, version.min(LARGEST))?;
    Ok((Shown::Sequence(Box::new(sequence)), place))
}

/// Columns and rows of the smallest window that shows a file as one code; `None` if none does.
pub fn window_for_one(content: &[u8]) -> Option<(usize, usize)> {
    let side = alone(content, LARGEST_ALONE)?.side + 2 * QUIET_IN_TERMINAL;
    Some((side, side.div_ceil(2) + SHORT))
}

/// The caption beside a code: the name, how far it is, what else there is to know, the digest and its words.
pub fn beside(name: &str, state: &str, hint: &str, digest: Sha256Digest) -> Vec<String> {
    let name: String = name.chars().take(CAPTION).collect();
    let mut lines = vec![name, state.to_owned(), hint.to_owned(), String::new(), "SHA-256".to_owned()];
    lines.extend(digest.groups().chunks(6).map(|line| line.join(" ")));
    lines.push(String::new());
    lines.extend(words(&digest.0).chunks(3).map(|line| line.join(" ")));
    lines.push(String::new());
    lines.push("Enter ends".to_owned());
    lines
}

/// The caption below a code, for windows without room beside it.
pub fn below(name: &str, state: &str, hint: &str, columns: usize) -> Vec<String> {
    let cut = |text: String| text.chars().take(columns.saturating_sub(1)).collect::<String>();
    let hint = if hint.is_empty() { String::new() } else { format!("; {hint}") };
    vec![cut(format!("{name}: {state}")), cut(format!("Enter ends{hint}; then the SHA-256 and its words"))]
}

/// A code's lines with its caption, no more than a window has.
pub fn joined(code: &Code, caption: &[String], place: Place, inverted: bool, rows: usize) -> Vec<String> {
    let mut lines = half_blocks(code, inverted);
    if place == Place::Below {
        lines.extend_from_slice(caption);
        return lines;
    }
    // A small code is shorter than its caption.
    let blank = " ".repeat(side(code.version) + 2 * QUIET_IN_TERMINAL);
    let height = lines.len().max(caption.len().min(rows));
    lines.resize(height, blank);
    for (line, caption) in lines.iter_mut().zip(caption) {
        line.push_str(&format!("{:GAP$}{caption}", ""));
    }
    lines
}
