//! What to do when a ceremony command stops, and the exit code that it stops with.

use crate::advice::{Advice, Exit};
use crate::checks::Outcome;
use crate::checks::catalogue::Check;
use crate::host::display::visible;

use super::{CeremonyError, ids};

impl Advice for CeremonyError {
    fn next_step(&self) -> String {
        match self {
            CeremonyError::File(error) => error.next_step(),
            CeremonyError::Policy(error) => error.next_step(),
            CeremonyError::Token(error) => error.next_step(),
            CeremonyError::Console(error) => error.next_step(),
            CeremonyError::Media(error) => error.next_step(),
            CeremonyError::Script(error) => error.next_step(),
            CeremonyError::Words(error) => error.next_step(),
            CeremonyError::Qr(error) => error.next_step(),
            CeremonyError::Refused(finding) => match &finding.outcome {
                Outcome::Fail(trouble) => visible(&trouble.next),
                _ => String::new(),
            },
            CeremonyError::RefusedMany(_) => {
                "Mend what the list above names, or ask `tuf-ceremony explain CHECK` about each.".to_owned()
            }
            CeremonyError::Metadata { .. } => "Fetch the file again from where it was published; nothing was changed.".to_owned(),
            CeremonyError::NotThatRoot { .. } => {
                "Fetch the file again from where it was published, or move it away; nothing was made.".to_owned()
            }
            CeremonyError::Damaged { file, .. } => restore(file).to_owned(),
            CeremonyError::Record { .. } => {
                "The record was changed after it was written. Stop, keep this directory as it is, and compare it with another copy.".to_owned()
            }
            CeremonyError::Checkpoint { .. } => {
                "The checkpoint or the record was changed after it was written. Stop, keep this directory as it is, and compare both with another copy.".to_owned()
            }
            CeremonyError::RecordFull { .. } => {
                "See with `transcript show` what filled it, and keep that away. `tuf-ceremony seal` has room left; go on in another ceremony: `tuf-ceremony new DIR --from` this directory.".to_owned()
            }
            CeremonyError::Note(_) => "Fetch the file again from where it was made; nothing was written.".to_owned(),
            CeremonyError::Unsealed { .. } => {
                "Move what was added out of the directory; of the rest `sha256sum --check --quiet SHA256SUMS` says the same: keep it as it is, and compare it with another copy.".to_owned()
            }
            CeremonyError::Random(error) => error.next_step(),
            CeremonyError::KeyFile { error, .. } => error.next_step(),
            CeremonyError::Sealed { whole: true } => {
                "Nothing was done. What comes next is another ceremony: `tuf-ceremony new DIR --from` this directory.".to_owned()
            }
            CeremonyError::Sealed { whole: false } => {
                "Nothing was done. The seal was interrupted: run `tuf-ceremony seal` again. What comes next is another ceremony: `tuf-ceremony new DIR --from` this directory.".to_owned()
            }
            CeremonyError::DialectOption { .. } => {
                "Leave them out: of this dialect the signatures and the chain are checked, and neither rollback nor target files.".to_owned()
            }
            CeremonyError::NoCeremony(_) => {
                "Go to the ceremony directory, or name it with `-C DIR`. `tuf-ceremony new DIR --template minimal` starts one.".to_owned()
            }
            CeremonyError::NoSuchKey { known, .. } => format!("The keys are: {}.", known.join(", ")),
            CeremonyError::Carried(error) => error.next_step(),
            CeremonyError::InCopy { error, .. } => error.next_step(),
            CeremonyError::InRequest(elsewhere) => visible(elsewhere.next),
            CeremonyError::NotPlanned { what: "medium", known, .. } if known.is_empty() => {
                "Add it to ceremony.toml: [media.NAME] with role and label.".to_owned()
            }
            CeremonyError::NotPlanned { known, .. } if known.is_empty() => {
                "Add it to ceremony.toml: [set.NAME] with contents, media and existing.".to_owned()
            }
            CeremonyError::NotPlanned { known, .. } => format!("There are: {}.", known.join(", ")),
            CeremonyError::KeyUnknown { name } => format!(
                "Run `tuf-ceremony token provision --key {name}` with its token inserted; or, in a copy of this directory, where its holder is, and bring that here with `merge DIR`."
            ),
            CeremonyError::NoToken { .. } => {
                "Sign where the key is, and put the signature under signatures/; or add token = { … } to the key in ceremony.toml.".to_owned()
            }
            CeremonyError::TokenKind { .. } => "Use the token through its PKCS#11 module: kind = \"pkcs11\".".to_owned(),
            CeremonyError::KeyPresent { .. } => {
                "Nothing was done. To replace a key, give the new one another name in ceremony.toml.".to_owned()
            }
            CeremonyError::NotYet { next, .. }
            | CeremonyError::Change { next, .. }
            | CeremonyError::Proof { next, .. } => visible(next),
            CeremonyError::Incomplete { .. } => {
                "Copy all that is published, and start again from the complete copy with `new --trusted`.".to_owned()
            }
            CeremonyError::NotCaught { .. } => {
                "Do not use this program for a ceremony: this build does not work as it must.".to_owned()
            }
            CeremonyError::NothingToInherit => "Add --trusted ROOT.json: the newest root that the world trusts.".to_owned(),
            CeremonyError::NoTemplate { known, .. } => format!("The templates are: {}.", known.join(", ")),
        }
    }

    fn check(&self) -> Option<&'static str> {
        match self {
            CeremonyError::Policy(error) => error.check(),
            CeremonyError::Token(error) => error.check(),
            CeremonyError::Refused(finding) => Some(finding.check.id()),
            CeremonyError::InCopy { error, .. } => error.check(),
            CeremonyError::InRequest(elsewhere) => elsewhere.error.check(),
            CeremonyError::Record { .. } | CeremonyError::Checkpoint { .. } => Some(Check::RecordChain.id()),
            _ => None,
        }
    }

    fn exit(&self) -> Exit {
        match self {
            CeremonyError::File(error) => error.exit(),
            CeremonyError::Policy(error) => error.exit(),
            CeremonyError::Token(error) => error.exit(),
            CeremonyError::Console(error) => error.exit(),
            CeremonyError::Media(error) => error.exit(),
            CeremonyError::Script(error) => error.exit(),
            CeremonyError::Words(error) => error.exit(),
            CeremonyError::Qr(error) => error.exit(),
            CeremonyError::Random(error) => error.exit(),
            CeremonyError::KeyFile { error, .. } => error.exit(),
            CeremonyError::Carried(error) => error.exit(),
            CeremonyError::InCopy { error, .. } => error.exit(),
            CeremonyError::InRequest(elsewhere) => elsewhere.error.exit(),
            CeremonyError::Refused(finding) => match finding.check {
                Check::QuorumOld | Check::QuorumNew => Exit::NotYet,
                check if check.id().starts_with("TOKEN-") || check == Check::SignKey => Exit::Token,
                _ => Exit::No,
            },
            CeremonyError::RefusedMany(findings) => {
                if ids(findings).iter().all(|id| id.starts_with("QUORUM-")) { Exit::NotYet } else { Exit::No }
            }
            CeremonyError::Metadata { .. }
            | CeremonyError::Damaged { .. }
            | CeremonyError::NotThatRoot { .. }
            | CeremonyError::Incomplete { .. }
            | CeremonyError::Record { .. }
            | CeremonyError::RecordFull { .. }
            | CeremonyError::Checkpoint { .. }
            | CeremonyError::Note(_)
            | CeremonyError::Proof { .. }
            | CeremonyError::Sealed { .. }
            | CeremonyError::Unsealed { .. }
            | CeremonyError::NotCaught { .. } => Exit::No,
            CeremonyError::NoCeremony(_) => Exit::Machine,
            CeremonyError::NoSuchKey { .. }
            | CeremonyError::NotPlanned { .. }
            | CeremonyError::NoTemplate { .. }
            | CeremonyError::NothingToInherit
            | CeremonyError::Change { .. }
            | CeremonyError::DialectOption { .. } => Exit::Usage,
            CeremonyError::KeyUnknown { .. } | CeremonyError::NotYet { .. } => Exit::NotYet,
            CeremonyError::NoToken { .. }
            | CeremonyError::TokenKind { .. }
            | CeremonyError::KeyPresent { .. } => Exit::Token,
        }
    }
}

/// How to get a damaged file of the ceremony directory back.
fn restore(file: &str) -> &'static str {
    match file.split_once('/') {
        Some(("trusted", _)) => {
            "Put the root there as it was published, or move it away if it is none of the chain. To start from a newer \
             root, make another ceremony directory with `new --trusted`."
        }
        Some(("drafts", _)) => "Run `draft` again: it writes the drafts anew from the plan.",
        Some(("payloads", _)) => {
            "Run `freeze` again: it writes the payloads anew from the drafts. Those that come out the same keep their \
             signatures."
        }
        Some(("signatures", _)) => {
            "Restore the file from another copy of this directory, or move it away and sign again."
        }
        _ => "Restore the file from another copy of this directory.",
    }
}
