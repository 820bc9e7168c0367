//! What can go wrong with a token, one variant per operator mistake or device failure.
//!
//! No variant carries a PIN, and everything that came from a device is escaped when displayed. What to do next about
//! each is in `advice`.

use std::fmt;
use std::path::PathBuf;

use super::{KeyPlace, PinState, TokenIdentity};
use crate::crypto::{KeyAlgorithm, Scheme, hex};
use crate::host::display::{count, visible};

/// What can go wrong with a token. `serial` is always the token's serial number as planned or as read.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The PKCS#11 module is named by a relative path, which the loader would look for in other places.
    #[error("the PKCS#11 module {} is not named by an absolute path", file(.path))]
    ModuleRelative {
        /// As the plan names it.
        path: PathBuf,
    },
    /// There is no file of the PKCS#11 module's name.
    #[error("there is no PKCS#11 module {}", file(.path))]
    ModuleMissing {
        /// As the plan names it.
        path: PathBuf,
    },
    /// The file exists and cannot be loaded as a PKCS#11 module.
    #[error("{} cannot be loaded as a PKCS#11 module: {}", file(.path), visible(.detail))]
    ModuleLoad {
        /// As the plan names it.
        path: PathBuf,
        /// What the loader says.
        detail: String,
    },
    /// The module was loaded and refuses to start (C_Initialize).
    #[error("the PKCS#11 module {} does not start: C_Initialize answers {code}", file(.path))]
    NotInitialised {
        /// As the plan names it.
        path: PathBuf,
        /// The return value's name, e.g. `CKR_GENERAL_ERROR`.
        code: String,
    },
    /// No token has the planned serial number.
    #[error("no token with serial {} is present; {}", visible(.serial), Seen(.seen))]
    Absent {
        /// As the plan names it.
        serial: String,
        /// The tokens that are there instead.
        seen: Vec<TokenIdentity>,
    },
    /// More than one token has the planned serial number.
    #[error("{} tokens claim serial {}: {}", .tokens.len(), visible(.serial), Labels(.tokens))]
    Ambiguous {
        /// As the plan names it.
        serial: String,
        /// All tokens with that serial number.
        tokens: Vec<TokenIdentity>,
    },
    /// The place holds no key that this program can use.
    #[error("token {} holds no usable key with {place}", visible(.serial))]
    NoKey {
        /// The token.
        serial: String,
        /// Where the key should be.
        place: KeyPlace,
    },
    /// More than one key answers to the place.
    #[error("token {} holds {count} keys with {place}", visible(.serial))]
    KeyAmbiguous {
        /// The token.
        serial: String,
        /// Where the key should be.
        place: KeyPlace,
        /// How many are there.
        count: usize,
    },
    /// The public key at the place cannot be read as one.
    #[error("the public key with {place} on token {} cannot be read: {detail}", visible(.serial))]
    BadPublicKey {
        /// The token.
        serial: String,
        /// Where the key is.
        place: KeyPlace,
        /// What is wrong with it.
        detail: String,
    },
    /// A new key would share its id or label with something that is on the token already.
    #[error("the place for the new key, {place}, is taken on token {}: there is {taken_by}", visible(.serial))]
    PlaceTaken {
        /// The token.
        serial: String,
        /// Where the new key was to go.
        place: KeyPlace,
        /// What is there.
        taken_by: Box<TakenBy>,
    },
    /// The token refused the PIN.
    #[error("token {} refused the PIN as wrong; {}", visible(.serial), left_after_wrong_pin(*.state))]
    WrongPin {
        /// The token.
        serial: String,
        /// What the token says of its PIN after the refusal.
        state: PinState,
    },
    /// The token takes no PIN any more.
    #[error("the PIN of token {} is locked", visible(.serial))]
    PinLocked {
        /// The token.
        serial: String,
    },
    /// One more wrong PIN would lock the token, so none was sent.
    #[error("token {} is on its last PIN try; no PIN was sent to it", visible(.serial))]
    LastTry {
        /// The token.
        serial: String,
    },
    /// The token has no user PIN.
    #[error("token {} has no user PIN yet", visible(.serial))]
    PinNotSet {
        /// The token.
        serial: String,
    },
    /// The PIN cannot be right by its length, so it was not sent.
    #[error("a PIN of token {} has {}; this one was not sent to it", visible(.serial), lengths(*.min, *.max))]
    PinLength {
        /// The token.
        serial: String,
        /// Shortest PIN in bytes.
        min: usize,
        /// Longest PIN in bytes, if the token states a limit.
        max: Option<usize>,
    },
    /// The key is used before [`super::Token::unlock`], or the login was lost.
    #[error("token {} wants its PIN before it does this", visible(.serial))]
    NeedsLogin {
        /// The token.
        serial: String,
    },
    /// The token, or this program with this kind of token, cannot make signatures of the scheme.
    #[error("token {} cannot sign with {}", visible(.serial), .scheme)]
    SchemeUnsupported {
        /// The token.
        serial: String,
        /// The scheme as TUF names it.
        scheme: Scheme,
    },
    /// The key demands its PIN for every signature and the token offers no way to do that for the scheme.
    #[error(
        "the key with {place} on token {} wants its PIN for every signature, and the token takes data for {} only \
         in a way that leaves no room for it",
        visible(.serial), .scheme
    )]
    AlwaysAuthenticate {
        /// The token.
        serial: String,
        /// Where the key is.
        place: KeyPlace,
        /// The scheme as TUF names it.
        scheme: Scheme,
    },
    /// The token, or this program with this kind of token, cannot make keys of the algorithm.
    #[error("token {} cannot make {} keys", visible(.serial), .algorithm)]
    AlgorithmUnsupported {
        /// The token.
        serial: String,
        /// What was asked for.
        algorithm: KeyAlgorithm,
    },
    /// The key is of another type than the scheme needs.
    #[error(
        "the key with {place} on token {} is {}, and {} needs {}",
        visible(.serial), .found, .scheme, .scheme.algorithm()
    )]
    SchemeMismatch {
        /// The token.
        serial: String,
        /// Where the key is.
        place: KeyPlace,
        /// What the key is.
        found: KeyAlgorithm,
        /// What it was asked to sign with.
        scheme: Scheme,
    },
    /// The key's attributes do not say that it was made on the device and can never leave it.
    #[error("token {} does not say that the key with {place} {}", visible(.serial), .missing.join(", or that it "))]
    Origin {
        /// The token.
        serial: String,
        /// Where the key is.
        place: KeyPlace,
        /// What is missing, each as the end of "does not say that the key …".
        missing: Vec<&'static str>,
    },
    /// What the token gave as a signature has not the form of one.
    #[error("token {} gave {found} bytes that are no {} signature", visible(.serial), .scheme)]
    BadSignature {
        /// The token.
        serial: String,
        /// The scheme as TUF names it.
        scheme: Scheme,
        /// Length in bytes of what came.
        found: usize,
    },
    /// The token stopped answering as the one that was opened.
    #[error("token {} was pulled out or reset: {detail}", visible(.serial))]
    Removed {
        /// The token.
        serial: String,
        /// What was noticed.
        detail: String,
    },
    /// The token takes no new objects.
    #[error("token {} is write-protected", visible(.serial))]
    WriteProtected {
        /// The token.
        serial: String,
    },
    /// Any other refusal of the device.
    #[error("token {} failed: {function} answers {code}", visible(.serial))]
    Device {
        /// The token, or the module's path when no token was chosen yet.
        serial: String,
        /// The PKCS#11 function, e.g. `C_SignInit`.
        function: String,
        /// The return value's name, e.g. `CKR_FUNCTION_FAILED`.
        code: String,
    },
}

/// What already sits where a new key was to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenBy {
    /// Its kind: `a private key`, `a certificate`, …
    pub what: &'static str,
    /// Its CKA_ID.
    pub id: Vec<u8>,
    /// Its CKA_LABEL.
    pub label: String,
}

impl fmt::Display for TakenBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} with id {} and label \"{}\"", self.what, shown_id(&self.id), visible(&self.label))
    }
}

impl fmt::Display for KeyPlace {
    /// As the place is looked up: `id 02`, or `label "ada"` where the plan gives no id.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.id {
            Some(id) => write!(f, "id {}", shown_id(id)),
            None => write!(f, "label \"{}\"", visible(&self.label)),
        }
    }
}

/// Bytes as hex; nothing is shown as `(empty)`.
fn shown_id(id: &[u8]) -> String {
    if id.is_empty() { "(empty)".to_owned() } else { hex::encode(id) }
}

/// The tokens that are there instead of the planned one.
struct Seen<'a>(&'a [TokenIdentity]);

impl fmt::Display for Seen<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("no other is either");
        }
        f.write_str("there is ")?;
        for (n, token) in self.0.iter().enumerate() {
            let comma = if n == 0 { "" } else { ", " };
            write!(f, "{comma}{} (\"{}\")", visible(&token.serial), visible(&token.label))?;
        }
        Ok(())
    }
}

/// The labels of tokens that cannot be told apart by serial number.
struct Labels<'a>(&'a [TokenIdentity]);

impl fmt::Display for Labels<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, token) in self.0.iter().enumerate() {
            let comma = if n == 0 { "" } else { ", " };
            write!(f, "{comma}\"{}\"", visible(&token.label))?;
        }
        Ok(())
    }
}

/// What the token says is left after a wrong PIN. Silence must not be read as "all tries".
fn left_after_wrong_pin(state: PinState) -> &'static str {
    match state {
        PinState::AllTriesLeft | PinState::NotCounted | PinState::NotSet => {
            "it does not say how many tries are left"
        }
        PinState::SomeTriesUsed => "it says that more than one try is left",
        PinState::LastTry => "it says that one try is left",
        PinState::Locked => "it says that it is locked now",
    }
}

/// The lengths that a PIN can have. Tokens count bytes, people characters; a PIN is digits or ASCII either way.
fn lengths(min: usize, max: Option<usize>) -> String {
    match max {
        Some(max) if max == min => count(min, "character"),
        Some(max) => format!("{min} to {}", count(max, "character")),
        None => format!("{} or more", count(min, "character")),
    }
}

/// A path from the plan, safe to show.
fn file(path: &std::path::Path) -> String {
    visible(&path.to_string_lossy())
}
