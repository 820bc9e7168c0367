//! What to do next, after the plan.

use std::fmt::Write as _;

use super::how_to_enrol;
use crate::ceremony::Ceremony;
use crate::ceremony::plan::{Plan, Step};

/// What to do next.
pub fn text(ceremony: &Ceremony, plan: &Plan) -> String {
    match plan.next {
        Step::Mend => "Next: mend what FAILS above, and look at the plan again.",
        Step::Provision => return provision(ceremony, plan),
        Step::Draft => "Next: tuf-ceremony draft",
        Step::Freeze => "Next: tuf-ceremony freeze",
        Step::Sign => "Frozen under this plan. Next: whoever is missing signs; `tuf-ceremony status` says who.",
        Step::Release => "Frozen under this plan, and every quorum is complete. Next: tuf-ceremony release",
        Step::Over => {
            "Released: metadata/ is written. The next ceremony begins with `tuf-ceremony new DIR --from THIS-ONE`."
        }
    }
    .to_owned()
}

fn provision(ceremony: &Ceremony, plan: &Plan) -> String {
    let mut out = "Not known yet, so not checked yet: the public halves of these keys.\n".to_owned();
    for key in &plan.missing_keys {
        let _ = writeln!(out, "  next: {}", how_to_enrol(ceremony, key));
    }
    out
}
