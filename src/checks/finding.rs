//! What a check found.

use super::catalogue::{Check, Level};

/// The outcome of one check on one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which check.
    pub check: Check,
    /// What it found.
    pub outcome: Outcome,
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Holds, and by what evidence.
    Pass(String),
    /// Written into the record, and no more.
    Warn(Trouble),
    /// Refuses.
    Fail(Trouble),
    /// Would refuse; `ceremony.toml` lets it through.
    Waived {
        /// What the check found.
        trouble: Trouble,
        /// The reason that `ceremony.toml` gives.
        reason: String,
    },
}

/// What happened, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// What happened.
    pub what: String,
    /// What to do next.
    pub next: String,
}

impl Finding {
    /// The check holds.
    pub fn pass(check: Check, evidence: impl Into<String>) -> Finding {
        Finding { check, outcome: Outcome::Pass(evidence.into()) }
    }

    /// The check refuses.
    pub fn fail(check: Check, what: impl Into<String>, next: impl Into<String>) -> Finding {
        Finding { check, outcome: Outcome::Fail(Trouble { what: what.into(), next: next.into() }) }
    }

    /// The check warns.
    pub fn warn(check: Check, what: impl Into<String>, next: impl Into<String>) -> Finding {
        Finding { check, outcome: Outcome::Warn(Trouble { what: what.into(), next: next.into() }) }
    }

    /// Refuses with every problem at once, or passes.
    pub fn judge(check: Check, problems: Vec<String>, next: &str, evidence: impl Into<String>) -> Finding {
        if problems.is_empty() {
            Finding::pass(check, evidence)
        } else {
            Finding::fail(check, problems.join("; "), next)
        }
    }

    /// Whether this stops the ceremony.
    pub fn refuses(&self) -> bool {
        matches!(self.outcome, Outcome::Fail(_))
    }

    /// The trouble, unless the check holds.
    pub fn trouble(&self) -> Option<&Trouble> {
        match &self.outcome {
            Outcome::Pass(_) => None,
            Outcome::Warn(trouble) | Outcome::Fail(trouble) | Outcome::Waived { trouble, .. } => {
                Some(trouble)
            }
        }
    }

    /// One word for tables: `ok`, `WARNS`, `FAILS`, `WAIVED`.
    pub fn word(&self) -> &'static str {
        match self.outcome {
            Outcome::Pass(_) => "ok",
            Outcome::Warn(_) => "WARNS",
            Outcome::Fail(_) => "FAILS",
            Outcome::Waived { .. } => "WAIVED",
        }
    }

    /// Applies a waiver: only a refusal is turned, and only of a check that can refuse.
    pub fn waived_by(self, reason: &str) -> Finding {
        match self.outcome {
            Outcome::Fail(trouble) if self.check.entry().level != Level::Warn && self.check.waivable() => {
                Finding { check: self.check, outcome: Outcome::Waived { trouble, reason: reason.to_owned() } }
            }
            outcome => Finding { check: self.check, outcome },
        }
    }
}
