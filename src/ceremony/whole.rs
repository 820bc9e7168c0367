//! Whether the record, everything that it lists, and the records that were carried in are whole.

use crate::checks::Finding;

use super::kept::Kept;
use super::merge::CarriedIn;
use super::{Ceremony, CeremonyError};

/// What was found.
pub struct Whole {
    /// The files that the record lists.
    pub kept: Kept,
    /// Files of which it says nothing.
    pub unrecorded: Vec<String>,
    /// The records of other copies.
    pub carried: Vec<CarriedIn>,
    /// RECORD-CHAIN, for what roots commit to and for those records.
    pub findings: Vec<Finding>,
}

impl Whole {
    /// Whether it is. A file of which the record says nothing changes nothing of what it says.
    pub fn holds(&self) -> bool {
        self.kept.is_whole() && !self.findings.iter().any(Finding::refuses)
    }
}

impl Ceremony {
    /// Looks at all of it. That the chain of the own record holds is known of every ceremony that is open.
    pub fn whole(&self) -> Result<Whole, CeremonyError> {
        let present = self.artifacts()?;
        let kept = self.kept(&present);
        let is_told =
            |file: &String| kept.changed.iter().any(|one| one.file == *file) || kept.added.contains(file);
        let unrecorded = self.transcript.unrecorded(present).into_iter().map(|one| one.file);
        let unrecorded = unrecorded.filter(|file| !is_told(file)).collect();
        let payloads = self.payloads().unwrap_or_default();
        let mut findings = self.commitments(&payloads);
        let (carried, of_carried) = self.carried_in()?;
        findings.extend(of_carried);
        Ok(Whole { kept, unrecorded, carried, findings })
    }
}
