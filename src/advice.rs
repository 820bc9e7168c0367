//! What every error owes the person who reads it: what happened (its `Display`), what to do next, which
//! check it belongs to, and with which code the program ends.

/// How the program ends. The numbers are part of the command-line contract (DESIGN section 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0: yes, or done.
    Yes = 0,
    /// 1: no: a check failed or a verification was refused.
    No = 1,
    /// 2: the command line was not understood, or a needed answer could not be asked for.
    Usage = 2,
    /// 3: not yet: the quorum is incomplete.
    NotYet = 3,
    /// 4: the token refused, is absent, or is not the one that was planned.
    Token = 4,
    /// 5: files, media or machine.
    Machine = 5,
}

/// An error made for an operator. `Display` says what happened; the methods here say the rest.
pub trait Advice: std::error::Error {
    /// What to do next, as one or two full sentences.
    fn next_step(&self) -> String;
    /// The id of the check that refused, e.g. `SIGN-KEY`, where the error is a check's refusal.
    fn check(&self) -> Option<&'static str> {
        None
    }
    /// The exit code this error leads to.
    fn exit(&self) -> Exit;
}
