//! What to do where a request is answered: what is wrong there is mended where the ceremony is, and by nobody else.

use crate::checks::Check;
use crate::token::TokenError;

use super::CeremonyError;

/// What stops whoever answers a request, with what to do about it there.
#[derive(Debug, thiserror::Error)]
#[error("{error}")]
pub struct Elsewhere {
    /// What happened. Its words are the message, and for that reason it is not also the error's `source()`.
    pub error: CeremonyError,
    /// What to do next.
    pub next: &'static str,
}

const TELL: &str = "Sign nothing. Tell those who sent the request what was refused, and ask for a new one.";
const COMPARE: &str = "Stop. Compare the paper with the review; if they differ, this is not what was agreed: sign nothing, and \
                       tell those who sent the request. After a slip, run the command again: nothing was signed.";
const TOKEN: &str = "Do not enter the PIN. Insert the token that was provisioned for this key; if that is the one, tell those who sent \
                     the request.";
const LIBRARY: &str =
    "Install the package that brings the token's PKCS#11 library, or correct the path after --module.";
const PLACE: &str = "Check that this is the token that holds the key. If it is, tell those who sent the request: the plan has another \
                     place for the key.";

/// An error with the next step of whoever answers a request, where its own is for the room of the ceremony.
pub(super) fn elsewhere(error: CeremonyError) -> CeremonyError {
    let next = match &error {
        CeremonyError::Refused(finding) => match finding.check {
            Check::SignReview => COMPARE,
            Check::SignKey | Check::TokenIdentity => TOKEN,
            // Their own words fit: they are about the token in the holder's hand.
            Check::SignVerify | Check::TokenOne => return error,
            _ => TELL,
        },
        CeremonyError::Token(TokenError::ModuleMissing { .. }) => LIBRARY,
        CeremonyError::Token(TokenError::NoKey { .. } | TokenError::KeyAmbiguous { .. }) => PLACE,
        CeremonyError::RefusedMany(_)
        | CeremonyError::Policy(_)
        | CeremonyError::Metadata { .. }
        | CeremonyError::Damaged { .. }
        | CeremonyError::NotThatRoot { .. }
        | CeremonyError::Record { .. }
        | CeremonyError::Checkpoint { .. }
        | CeremonyError::KeyUnknown { .. }
        | CeremonyError::NoToken { .. }
        | CeremonyError::TokenKind { .. }
        | CeremonyError::Token(TokenError::SchemeMismatch { .. } | TokenError::SchemeUnsupported { .. })
        | CeremonyError::Incomplete { .. } => TELL,
        _ => return error,
    };
    CeremonyError::InRequest(Box::new(Elsewhere { error, next }))
}
