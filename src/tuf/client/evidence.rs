//! What verification answers with: for each file who signed, who is missing, what was ignored and why.

use std::fmt;

use crate::tuf::envelope::Header;
use crate::tuf::verify::Tally;

use super::rule::{Found, Rule};

/// Why a client refuses something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The section of the specification, e.g. `5.3.4`; empty where it has none.
    pub section: &'static str,
    /// What was found, as a clause; from a file, so not yet made visible.
    pub what: String,
    /// The rule, if it is one.
    pub rule: Option<Rule>,
    /// Whether it is signatures that are missing, which others may still make.
    pub short: bool,
}

impl Refusal {
    /// A refusal by the specification.
    pub fn new(section: &'static str, what: impl Into<String>) -> Refusal {
        Refusal { section, what: what.into(), rule: None, short: false }
    }

    /// A refusal by a rule.
    pub fn by_rule(found: &Found) -> Refusal {
        Refusal { section: "4", what: found.to_string(), rule: Some(found.rule), short: false }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        if self.section.is_empty() { Ok(()) } else { write!(f, " (spec {})", self.section) }
    }
}

/// What is known of a target file where the repository keeps its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Artifact {
    /// It is there, with the listed length and hashes.
    Right,
    /// It is there and differs; why.
    Wrong(String),
    /// It is not there.
    Absent,
}

/// Target files that one role lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TargetCount {
    /// All of them.
    pub listed: usize,
    /// There, with the listed length and hashes.
    pub right: usize,
    /// There, and different.
    pub wrong: usize,
    /// Listed by a role in which no client finds them: it may not speak for them, or another comes first.
    pub unreachable: usize,
}

impl TargetCount {
    /// Counts a file that a search finds.
    pub fn add(&mut self, artifact: &Artifact) {
        match artifact {
            Artifact::Right => self.right += 1,
            Artifact::Wrong(_) => self.wrong += 1,
            Artifact::Absent => {}
        }
    }
}

/// The client refuses; its last row says why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused;

/// The evidence for one file.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its name.
    pub file: String,
    /// Whether this is a copy that the client trusted earlier: if it is refused, it is only not used.
    pub earlier: bool,
    /// The role that delegated to it, for a delegated role.
    pub delegator: Option<String>,
    /// Its version; `None` if it could not be read.
    pub version: Option<i64>,
    /// Its expiry, as found.
    pub expires: Option<String>,
    /// Counted by the keys of the root before it, for roots.
    pub old: Option<Tally>,
    /// Counted by the keys that are responsible for it.
    pub new: Option<Tally>,
    /// The target files that it lists, for targets.
    pub targets: Option<TargetCount>,
    /// Oddities that a person should know of.
    pub remarks: Vec<Found>,
    /// Why it is refused, if it is.
    pub refused: Option<Refusal>,
}

impl Row {
    /// Whether this is an earlier copy to which the repository is held: its signatures are good, whatever else it is.
    pub fn is_in_force(&self) -> bool {
        self.earlier && self.version.is_some()
    }

    /// A row about a file of which nothing is known yet.
    pub fn new(file: &str) -> Row {
        Row {
            file: file.to_owned(),
            earlier: false,
            delegator: None,
            version: None,
            expires: None,
            old: None,
            new: None,
            targets: None,
            remarks: Vec::new(),
            refused: None,
        }
    }

    /// Takes over version and expiry.
    pub fn describe(&mut self, header: &Header) {
        self.version = Some(header.version);
        self.expires = Some(header.expires.text.clone());
    }
}
