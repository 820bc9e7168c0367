//! The root chain (spec 5.3): version N+1 needs the threshold of N and its own.

use super::envelope::{Envelope, Signature};
use super::root::Root;
use super::verify::{Tally, tally};

/// The evidence for one link of a root chain.
#[derive(Clone, Debug)]
pub struct Link {
    /// The version that was trusted; `None` for the first root, which is judged by itself.
    pub from: Option<i64>,
    /// The version in question.
    pub to: i64,
    /// Counted by the keys and threshold of the trusted root; `None` for the first.
    pub old: Option<Tally>,
    /// Counted by its own keys and threshold.
    pub new: Tally,
}

impl Link {
    /// Verifies `next` against `trusted`, or by itself if there is nothing to trust yet.
    pub fn verify(trusted: Option<&Root>, envelope: &Envelope, next: &Root) -> Link {
        Link::judge(trusted, &envelope.canonical(), &envelope.signatures, next)
    }

    /// Like [`Link::verify`], for signatures over canonical bytes.
    pub fn judge(trusted: Option<&Root>, message: &[u8], signatures: &[Signature], next: &Root) -> Link {
        let count = |root: &Root| {
            // `Root::read` refuses a root without the role "root".
            let role = root.roles.get("root").cloned();
            role.map(|role| tally(&root.keys, &role, signatures, message))
        };
        let nothing = Tally { threshold: i64::MAX, counted: vec![], missing: vec![], ignored: vec![] };
        Link {
            from: trusted.map(|root| root.header.version),
            to: next.header.version,
            old: trusted.and_then(count),
            new: count(next).unwrap_or(nothing),
        }
    }

    /// Whether the version is one higher than the trusted one (spec 5.3.5); true for the first root.
    pub fn consecutive(&self) -> bool {
        self.from.is_none_or(|from| from.checked_add(1) == Some(self.to))
    }

    /// Whether both thresholds are met and the versions are consecutive.
    pub fn holds(&self) -> bool {
        self.consecutive() && self.new.met() && self.old.as_ref().is_none_or(Tally::met)
    }
}
