//! Tokens: the devices and software objects that sign. This floor knows bytes and public keys, and nothing of TUF.
//!
//! A token is never trusted for what it says of itself: the caller compares the public key before a PIN is asked
//! for (`SIGN-KEY`) and verifies every signature with its own code (`SIGN-VERIFY`).

mod advice;
pub mod error;
pub mod pkcs11;
pub mod rehearsal;

use std::fmt;

pub use error::{TakenBy, TokenError};

use crate::crypto::{KeyAlgorithm, PublicKey, Scheme};
use crate::host::secret::Secret;

/// What a token says of itself. All strings come from the device: sanitise before display
/// ([`crate::host::display::visible`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenIdentity {
    /// `pkcs11` or `rehearsal`.
    pub kind: &'static str,
    /// The token's label, without padding.
    pub label: String,
    /// Serial number, the name by which the plan knows the token.
    pub serial: String,
    /// Model, e.g. `SoftHSM v2`.
    pub model: String,
    /// Manufacturer id.
    pub manufacturer: String,
    /// Firmware version as `major.minor`.
    pub firmware: String,
}

/// What the token tells of its user PIN. PKCS#11 (v3.1, 3.2 CK_TOKEN_INFO) has flags for this and no counter.
///
/// Tokens keep these flags as they see fit: SoftHSM never locks, kryoptic warns only when three tries are left, and
/// some cards never raise "final try".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinState {
    /// No wrong PIN since the last right one, as far as the token says.
    AllTriesLeft,
    /// At least one wrong PIN was entered (CKF_USER_PIN_COUNT_LOW).
    SomeTriesUsed,
    /// One more wrong PIN locks the token (CKF_USER_PIN_FINAL_TRY).
    LastTry,
    /// Locked (CKF_USER_PIN_LOCKED).
    Locked,
    /// Nobody counts them: a rehearsal token begins anew with each command.
    NotCounted,
    /// The token has no user PIN yet (CKF_USER_PIN_INITIALIZED absent).
    NotSet,
}

impl fmt::Display for PinState {
    /// What a person needs to know before typing a PIN.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            PinState::AllTriesLeft => "no wrong PIN reported",
            PinState::SomeTriesUsed => "at least one try used, more than one left",
            PinState::LastTry => "one try left",
            PinState::Locked => "locked",
            PinState::NotCounted => "a rehearsal token, which does not count wrong PINs",
            PinState::NotSet => "no PIN set",
        })
    }
}

/// Where a key is on its token: by CKA_ID where the plan gives one, else by label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPlace {
    /// CKA_ID bytes.
    pub id: Option<Vec<u8>>,
    /// CKA_LABEL; also given to a new key.
    pub label: String,
}

/// A key as the token lists it, before any login.
#[derive(Clone, Debug)]
pub struct TokenKey {
    /// CKA_ID bytes, may be empty.
    pub id: Vec<u8>,
    /// CKA_LABEL.
    pub label: String,
    /// The public half.
    pub public: PublicKey,
}

/// A device or software object that signs.
pub trait Token {
    /// What the token says of itself.
    fn identity(&self) -> &TokenIdentity;

    /// The state of its user PIN, read afresh.
    fn pin_state(&mut self) -> Result<PinState, TokenError>;

    /// Keys that can sign TUF metadata through this program (Ed25519, P-256, P-384), as far as they are visible
    /// without login. Keys of other types, and keys that make no sense, are left out.
    fn keys(&mut self) -> Result<Vec<TokenKey>, TokenError>;

    /// The public half of one key, read from the device without login. [`TokenError::NoKey`] when the place is
    /// empty, [`TokenError::KeyAmbiguous`] when more than one key is there.
    fn public_key(&mut self, place: &KeyPlace) -> Result<PublicKey, TokenError>;

    /// Logs in once. A wrong PIN is never retried here; locked and last-try tokens are refused before the PIN is
    /// sent, and so is a PIN of a length that the token cannot have.
    fn unlock(&mut self, pin: Secret) -> Result<(), TokenError>;

    /// Makes a key pair on the device: sensitive, never extractable. Refuses a place that is taken
    /// ([`TokenError::PlaceTaken`]). Needs [`Token::unlock`] first.
    fn generate(&mut self, place: &KeyPlace, algorithm: KeyAlgorithm) -> Result<PublicKey, TokenError>;

    /// Signs `message` (the whole message, not a digest). ECDSA comes back as minimal DER (RFC 3279 2.2.3),
    /// Ed25519 as 64 bytes (RFC 8032). Needs [`Token::unlock`] first. The caller verifies what comes back.
    fn sign(&mut self, place: &KeyPlace, scheme: Scheme, message: &[u8]) -> Result<Vec<u8>, TokenError>;
}
