//! What is wrong with a `ceremony.toml`, where, and how to mend it.

use crate::advice::{Advice, Exit};
use crate::host::display::visible;

/// A `ceremony.toml` that is not strict (check PLAN-STRICT).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyError {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// The field, e.g. `role.root.threshold`; empty where the text cannot be split into fields.
    pub field: String,
    /// What is wrong.
    pub what: String,
    /// How to mend it.
    pub mend: String,
}

impl PolicyError {
    /// An error about the byte offset `offset` of `text`.
    pub fn at(text: &str, offset: usize, what: impl Into<String>, mend: impl Into<String>) -> PolicyError {
        let before = text.get(..offset).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        PolicyError { line, column, field: field(text, line), what: what.into(), mend: mend.into() }
    }
}

/// The dotted name of the field on a line: the last table header, and the last key after it. A value may go on over
/// several lines.
fn field(text: &str, line: usize) -> String {
    let mut table = "";
    let mut key = "";
    for line in text.lines().take(line).map(str::trim) {
        if line.starts_with('[') {
            let inner = line.split('#').next().unwrap_or_default();
            table = inner.trim().trim_matches(|c| c == '[' || c == ']').trim();
            key = "";
        } else if let Some(name) =
            line.split_once('=').map(|(name, _)| name.trim()).filter(|name| is_key(name))
        {
            key = name;
        }
    }
    [table, key].iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(".")
}

/// Whether what stands before a `=` is a key, and not the inside of a string or comment.
fn is_key(name: &str) -> bool {
    let bare = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let quoted =
        ['"', '\''].iter().any(|quote| name.len() > 1 && name.starts_with(*quote) && name.ends_with(*quote));
    quoted || name.chars().all(bare)
}

impl std::fmt::Display for PolicyError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "ceremony.toml, line {}, column {}", self.line, self.column)?;
        if !self.field.is_empty() {
            write!(out, ", field {}", visible(&self.field))?;
        }
        write!(out, ": {}", visible(&self.what))
    }
}

impl std::error::Error for PolicyError {}

impl Advice for PolicyError {
    fn next_step(&self) -> String {
        visible(&self.mend)
    }
    fn check(&self) -> Option<&'static str> {
        Some("PLAN-STRICT")
    }
    fn exit(&self) -> Exit {
        Exit::No
    }
}
