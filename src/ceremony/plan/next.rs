//! What is done next, by what was done already.

use crate::checks::{Check, Finding};
use crate::host::files;
use crate::tuf::METADATA_LIMIT;
use crate::tuf::commitment;
use crate::tuf::envelope::Envelope;

use super::super::Ceremony;
use super::super::drafting::file_of;
use super::super::payload::Payload;
use super::super::signatures::Signed;

/// The next step of a ceremony.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A check refuses the plan.
    Mend,
    /// Public halves are missing.
    Provision,
    /// Nothing is drafted, or something else than the plan makes.
    Draft,
    /// What the plan makes is drafted, and not frozen under it.
    Freeze,
    /// It is frozen, and a quorum is incomplete.
    Sign,
    /// Every quorum is complete.
    Release,
    /// It is released.
    Over,
}

impl Step {
    /// One word for machines.
    pub fn name(self) -> &'static str {
        match self {
            Step::Mend => "mend",
            Step::Provision => "provision",
            Step::Draft => "draft",
            Step::Freeze => "freeze",
            Step::Sign => "sign",
            Step::Release => "release",
            Step::Over => "over",
        }
    }
}

impl Ceremony {
    /// What is done next, where `made` is what the plan makes.
    pub(super) fn next_step(&self, made: &[Payload], missing: &[String], findings: &[Finding]) -> Step {
        let frozen = self.signed_under_this_plan(made);
        let complete = frozen.as_ref().is_some_and(|frozen| frozen.iter().all(Signed::quorate));
        let mut refusing = findings.iter().filter(|finding| finding.refuses());
        let is_output = |finding: &Finding| finding.check == Check::PlanOutput;
        if refusing.clone().next().is_some() {
            // That the release is there stands in nobody's way where it is the release of just this.
            let released = complete && refusing.all(is_output);
            let released =
                released && frozen.is_some_and(|frozen| self.is_released(&frozen).unwrap_or(false));
            return if released { Step::Over } else { Step::Mend };
        }
        if !missing.is_empty() {
            return Step::Provision;
        }
        match frozen {
            Some(_) if complete => Step::Release,
            Some(_) => Step::Sign,
            None if made.iter().all(|payload| self.is_drafted(payload)) => Step::Freeze,
            None => Step::Draft,
        }
    }

    /// The current payloads with their signatures, if they are what this plan makes and were frozen under it. What cannot be read
    /// is none: a freeze writes it anew.
    fn signed_under_this_plan(&self, made: &[Payload]) -> Option<Vec<Signed>> {
        let frozen = self.payloads().ok()?;
        let is_same = |one: &Payload, other: &Payload| match one.role == "root" {
            // What a root commits to is added at the freeze.
            true => other.role == "root" && commitment::without(&other.signed) == one.signed,
            false => one.digest == other.digest,
        };
        let is_current = |one: &Payload| frozen.iter().any(|other| is_same(one, other));
        // They are frozen together, so that one tells of all.
        let plan = self.frozen_under(frozen.first()?.digest);
        let same = frozen.len() == made.len() && made.iter().all(is_current);
        if same && plan == Some(self.policy.digest) { self.collected().ok() } else { None }
    }

    /// Whether the draft of a role is there, as the plan makes it.
    fn is_drafted(&self, payload: &Payload) -> bool {
        let found = files::read_if_there(&self.path(&file_of(&payload.role)), METADATA_LIMIT);
        found.is_ok_and(|found| found.as_deref() == Some(Envelope::publish(&payload.signed, &[]).as_slice()))
    }
}
