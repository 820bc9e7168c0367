//! [`Token`] for PKCS#11.

use cryptoki::context::Pkcs11;
use cryptoki::slot::Slot;

use super::session::{Login, pin_state};
use super::{Device, generate, objects, sign};
use crate::crypto::{KeyAlgorithm, PublicKey, Scheme};
use crate::host::secret::Secret;
use crate::token::{KeyPlace, PinState, Token, TokenError, TokenIdentity, TokenKey};

/// One token of one PKCS#11 module, from [`super::Modules`]. Dropping it closes its session, which logs out, and
/// wipes the PIN.
pub struct Pkcs11Token {
    identity: TokenIdentity,
    device: Device,
    login: Login,
}

impl Pkcs11Token {
    pub(super) fn new(module: Pkcs11, slot: Slot, identity: TokenIdentity) -> Pkcs11Token {
        let device = Device { module, slot, serial: identity.serial.clone() };
        Pkcs11Token { identity, device, login: Login::default() }
    }

    /// Refuses a key that was not made on the device, or that could leave it or ever could (`TOKEN-ORIGIN`). Needs
    /// [`Token::unlock`] first. [`Token::generate`] does this by itself; this is for keys that were there before.
    ///
    /// # Errors
    /// [`TokenError::Origin`], [`TokenError::NoKey`] or [`TokenError::KeyAmbiguous`]; any failure of the device.
    pub fn check_origin(&mut self, place: &KeyPlace) -> Result<(), TokenError> {
        self.login.read(&self.device, |desk| {
            desk.require_login()?;
            let key = objects::private_key(desk, place)?;
            generate::check_origin(desk.session, &desk.device.serial, place, key)
        })
    }

    pub(super) fn known_as(&self) -> &TokenIdentity {
        &self.identity
    }
}

impl Token for Pkcs11Token {
    fn identity(&self) -> &TokenIdentity {
        &self.identity
    }

    fn pin_state(&mut self) -> Result<PinState, TokenError> {
        let info = self.device.info().map_err(|fault| fault.explain(&self.device.serial))?;
        Ok(pin_state(&info))
    }

    fn keys(&mut self) -> Result<Vec<TokenKey>, TokenError> {
        self.login.read(&self.device, objects::list)
    }

    fn public_key(&mut self, place: &KeyPlace) -> Result<PublicKey, TokenError> {
        self.login.read(&self.device, |desk| objects::public_key(desk, place))
    }

    fn unlock(&mut self, pin: Secret) -> Result<(), TokenError> {
        self.login.unlock(&self.device, pin)
    }

    fn generate(&mut self, place: &KeyPlace, algorithm: KeyAlgorithm) -> Result<PublicKey, TokenError> {
        self.login.act(&self.device, |desk| generate::generate(desk, place, algorithm))
    }

    fn sign(&mut self, place: &KeyPlace, scheme: Scheme, message: &[u8]) -> Result<Vec<u8>, TokenError> {
        self.login.act(&self.device, |desk| sign::sign(desk, place, scheme, message))
    }
}
