//! A token for rehearsals: software, in memory, with keys that anybody can compute.
//!
//! **It protects nothing.** The private key follows from the serial number and the label, the PIN is a constant, and
//! both are in this file. That is the point: a rehearsal needs no storage, and a second process, a second machine
//! and next year's audit get the same keys. Metadata signed by it is marked, and no production command accepts it.

use super::{KeyPlace, PinState, Token, TokenError, TokenIdentity, TokenKey};
use crate::crypto::digest::Sha256Digest;
use crate::crypto::software::SoftwareKey;
use crate::crypto::{KeyAlgorithm, PublicKey, Scheme};
use crate::host::secret::Secret;

/// The PIN of every rehearsal token.
pub const PIN: &str = "rehearsal";

/// Wrong PINs in a row that lock the token, as on a smart card.
const TRIES: u8 = 3;

/// Separates these seeds from every other use of SHA-256.
const DOMAIN: &str = "tuf-ceremony rehearsal token v1";

/// A token that exists only while the program runs; see the module's documentation for what it is not.
///
/// It behaves towards its holder as a smart card does: PIN, three tries, locked until the program ends.
pub struct RehearsalToken {
    identity: TokenIdentity,
    algorithm: KeyAlgorithm,
    unlocked: bool,
    tries_left: u8,
}

impl RehearsalToken {
    /// The token with this serial number, all of whose keys are of `algorithm` (Ed25519, P-256 or P-384; any other
    /// makes a token that can do nothing).
    pub fn new(serial: &str, algorithm: KeyAlgorithm) -> RehearsalToken {
        let identity = TokenIdentity {
            kind: "rehearsal",
            label: format!("REHEARSAL {serial}"),
            serial: serial.to_owned(),
            model: "rehearsal (not a device)".to_owned(),
            manufacturer: "tuf-ceremony".to_owned(),
            firmware: "1.0".to_owned(),
        };
        RehearsalToken { identity, algorithm, unlocked: false, tries_left: TRIES }
    }

    /// The key with the label of `place`: SHA-256 over domain, serial number, algorithm and label, with zero bytes
    /// between them, is its seed.
    fn key(&self, place: &KeyPlace) -> Result<SoftwareKey, TokenError> {
        let algorithm = match self.algorithm {
            KeyAlgorithm::Ed25519 => "ed25519",
            KeyAlgorithm::P256 => "p256",
            KeyAlgorithm::P384 => "p384",
            _ => return Err(self.cannot_make(self.algorithm)),
        };
        let seed = [DOMAIN, &self.identity.serial, algorithm, &place.label].join("\0");
        SoftwareKey::from_seed(self.algorithm, &Sha256Digest::of(seed.as_bytes()).0)
            .map_err(|_| self.cannot_make(self.algorithm))
    }

    fn cannot_make(&self, algorithm: KeyAlgorithm) -> TokenError {
        TokenError::AlgorithmUnsupported { serial: self.identity.serial.clone(), algorithm }
    }

    fn require_login(&self) -> Result<(), TokenError> {
        if self.unlocked {
            Ok(())
        } else {
            Err(TokenError::NeedsLogin { serial: self.identity.serial.clone() })
        }
    }

    fn state(&self) -> PinState {
        match self.tries_left {
            0 => PinState::Locked,
            1 => PinState::LastTry,
            TRIES => PinState::NotCounted,
            _ => PinState::SomeTriesUsed,
        }
    }
}

impl Token for RehearsalToken {
    fn identity(&self) -> &TokenIdentity {
        &self.identity
    }

    fn pin_state(&mut self) -> Result<PinState, TokenError> {
        Ok(self.state())
    }

    /// Always empty: there is no storage in which keys could be listed.
    fn keys(&mut self) -> Result<Vec<TokenKey>, TokenError> {
        Ok(Vec::new())
    }

    /// The key that belongs to the label; every place is occupied by the key that follows from its label.
    fn public_key(&mut self, place: &KeyPlace) -> Result<PublicKey, TokenError> {
        Ok(self.key(place)?.public().clone())
    }

    fn unlock(&mut self, pin: Secret) -> Result<(), TokenError> {
        let serial = self.identity.serial.clone();
        match self.state() {
            PinState::Locked => return Err(TokenError::PinLocked { serial }),
            PinState::LastTry => return Err(TokenError::LastTry { serial }),
            PinState::AllTriesLeft | PinState::NotCounted | PinState::SomeTriesUsed | PinState::NotSet => {}
        }
        if pin.is_empty() {
            return Err(TokenError::PinLength { serial, min: 1, max: None });
        }
        if pin.expose() == PIN.as_bytes() {
            self.tries_left = TRIES;
            self.unlocked = true;
            Ok(())
        } else {
            self.tries_left = self.tries_left.saturating_sub(1);
            self.unlocked = false;
            Err(TokenError::WrongPin { serial, state: self.state() })
        }
    }

    /// The same key as [`Token::public_key`]: nothing is made, so nothing can be overwritten.
    fn generate(&mut self, place: &KeyPlace, algorithm: KeyAlgorithm) -> Result<PublicKey, TokenError> {
        self.require_login()?;
        if algorithm != self.algorithm {
            return Err(self.cannot_make(algorithm));
        }
        self.public_key(place)
    }

    fn sign(&mut self, place: &KeyPlace, scheme: Scheme, message: &[u8]) -> Result<Vec<u8>, TokenError> {
        self.require_login()?;
        let (serial, key) = (self.identity.serial.clone(), self.key(place)?);
        if scheme.algorithm() != self.algorithm {
            return Err(TokenError::SchemeMismatch {
                serial,
                place: place.clone(),
                found: self.algorithm,
                scheme,
            });
        }
        Ok(key.sign(message))
    }
}
