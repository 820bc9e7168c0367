//! One token's session and login: opened when needed, logged in once, forgotten when the token was pulled.

use cryptoki::error::{Error, RvError};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::TokenInfo;
use cryptoki::types::RawAuthPin;

use super::failure::{Fault, code};
use super::{Device, identity};
use crate::host::secret::Secret;
use crate::token::{PinState, TokenError};

/// The session with a token and the PIN that unlocked it.
///
/// The PIN is kept for keys that want it for every signature (CKA_ALWAYS_AUTHENTICATE), and wiped with the session.
#[derive(Default)]
pub(super) struct Login {
    session: Option<Session>,
    pin: Option<RawAuthPin>,
}

/// What work inside a session gets to see.
pub(super) struct Desk<'a> {
    pub(super) device: &'a Device,
    pub(super) session: &'a Session,
    /// Present once the token was unlocked.
    pub(super) pin: Option<&'a RawAuthPin>,
}

impl Device {
    /// The token's own account of itself, read afresh, after making sure that it is still the same token.
    pub(super) fn info(&self) -> Result<TokenInfo, Fault> {
        let info = self.module.get_token_info(self.slot)?;
        let now = identity(&info).serial;
        if now == self.serial {
            Ok(info)
        } else {
            let detail =
                format!("its slot now holds the token with serial {}", crate::host::display::visible(&now));
            Err(TokenError::Removed { serial: self.serial.clone(), detail }.into())
        }
    }

    /// Refuses to go on where a wrong PIN would do lasting harm (`TOKEN-PIN`).
    pub(super) fn check_tries(&self) -> Result<TokenInfo, Fault> {
        let info = self.info()?;
        let serial = self.serial.clone();
        match pin_state(&info) {
            PinState::Locked => Err(TokenError::PinLocked { serial }.into()),
            PinState::LastTry => Err(TokenError::LastTry { serial }.into()),
            PinState::NotSet => Err(TokenError::PinNotSet { serial }.into()),
            PinState::AllTriesLeft | PinState::NotCounted | PinState::SomeTriesUsed => Ok(info),
        }
    }

    /// Explains a refused C_Login. The token is asked again for what it says of its PIN; nothing is sent again.
    pub(super) fn refused(&self, error: Error) -> Fault {
        match code(&error) {
            // CKR_PIN_INVALID is for characters that a new PIN may not have; some tokens say it for any wrong PIN.
            Some(RvError::PinIncorrect | RvError::PinInvalid) => match self.info() {
                Ok(info) => {
                    TokenError::WrongPin { serial: self.serial.clone(), state: pin_state(&info) }.into()
                }
                Err(fault) => fault,
            },
            Some(RvError::PinLenRange) => match self.info() {
                Ok(info) => self.pin_length(&info).into(),
                Err(fault) => fault,
            },
            _ => error.into(),
        }
    }

    fn pin_length(&self, info: &TokenInfo) -> TokenError {
        TokenError::PinLength {
            serial: self.serial.clone(),
            min: info.min_pin_length(),
            max: longest_pin(info),
        }
    }
}

impl Login {
    /// Runs `work`, which only reads, in the token's session, opening one if there is none.
    ///
    /// A session that turns out to be dead is replaced once, and only if nobody was logged in: a lost login is for
    /// the holder to repeat, with the token in hand.
    pub(super) fn read<T>(
        &mut self,
        device: &Device,
        work: impl Fn(&Desk<'_>) -> Result<T, Fault>,
    ) -> Result<T, TokenError> {
        let replaceable = self.session.is_some() && self.pin.is_none();
        let mut result = self.attempt(device, &work);
        if replaceable && matches!(&result, Err(fault) if fault.is_stale()) {
            result = self.attempt(device, &work);
        }
        result.map_err(|fault| fault.explain(&device.serial))
    }

    /// Runs `work`, which sends a PIN, signs or makes a key, exactly once. Whether the token is still the same one
    /// and the session alive is found out beforehand, by something harmless.
    pub(super) fn act<T>(
        &mut self,
        device: &Device,
        work: impl Fn(&Desk<'_>) -> Result<T, Fault>,
    ) -> Result<T, TokenError> {
        self.read(device, |desk| {
            device.info()?;
            Ok(desk.session.get_session_info()?)
        })?;
        let result = self.attempt(device, &work).map_err(|fault| fault.explain(&device.serial));
        if matches!(result, Err(TokenError::WrongPin { .. } | TokenError::PinLocked { .. })) {
            // A PIN that was refused once, for a single signature perhaps, must not be sent again.
            self.forget();
        }
        result
    }

    /// Logs in with `pin`, once.
    pub(super) fn unlock(&mut self, device: &Device, pin: Secret) -> Result<(), TokenError> {
        // The copy that C_Login reads from is wiped when dropped, as `pin` is at the end of this function.
        let raw = RawAuthPin::new(Box::new(pin.expose().to_vec()));
        let length = pin.expose().len();
        self.pin = None;
        self.act(device, |desk| {
            if !device.info()?.login_required() {
                return Ok(());
            }
            let info = device.check_tries()?;
            if length < info.min_pin_length().max(1) || longest_pin(&info).is_some_and(|max| length > max) {
                return Err(device.pin_length(&info).into());
            }
            let login = || desk.session.login_with_raw(UserType::User, &raw);
            let outcome = match login() {
                // Logged in by another session of this process. That was not this PIN's doing: let it prove itself.
                // The refused call did not look at the PIN, so this is still the first try.
                Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => {
                    desk.session.logout().and_then(|()| login())
                }
                outcome => outcome,
            };
            outcome.map_err(|error| device.refused(error))
        })?;
        self.pin = Some(raw);
        Ok(())
    }

    fn attempt<T>(
        &mut self,
        device: &Device,
        work: &impl Fn(&Desk<'_>) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let session = match self.session.take() {
            Some(session) => session,
            None => {
                // A slot outlives the token in it: make sure that it was not swapped meanwhile.
                device.info()?;
                device.module.open_ro_session(device.slot)?
            }
        };
        let session = self.session.insert(session);
        let result = work(&Desk { device, session, pin: self.pin.as_ref() });
        if matches!(&result, Err(fault) if fault.is_stale()) {
            self.forget();
        }
        result
    }

    /// Closes the session and wipes the PIN.
    fn forget(&mut self) {
        self.session = None;
        self.pin = None;
    }
}

impl Desk<'_> {
    /// Refuses what the token would only do after a login.
    pub(super) fn require_login(&self) -> Result<(), Fault> {
        if self.pin.is_some() || !self.device.info()?.login_required() {
            Ok(())
        } else {
            Err(TokenError::NeedsLogin { serial: self.device.serial.clone() }.into())
        }
    }
}

/// The longest PIN in bytes. Tokens that state no limit leave the field at zero, kryoptic for one.
fn longest_pin(info: &TokenInfo) -> Option<usize> {
    Some(info.max_pin_length()).filter(|&max| max > 0)
}

/// The flags of CK_TOKEN_INFO that tell of the user PIN, the gravest first.
pub(super) fn pin_state(info: &TokenInfo) -> PinState {
    if info.user_pin_locked() {
        PinState::Locked
    } else if !info.user_pin_initialized() {
        PinState::NotSet
    } else if info.user_pin_final_try() {
        PinState::LastTry
    } else if info.user_pin_count_low() {
        PinState::SomeTriesUsed
    } else {
        PinState::AllTriesLeft
    }
}
