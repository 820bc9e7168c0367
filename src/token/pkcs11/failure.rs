//! From PKCS#11 return values to this program's errors: the only place that reads CKR codes for their meaning.

use cryptoki::error::{Error, RvError};

use crate::token::TokenError;

/// A failure inside a session: one that is already explained, or a return value that is not yet.
#[derive(Debug)]
pub(super) enum Fault {
    /// Explained.
    Known(TokenError),
    /// As the module gave it.
    Device(Error),
}

impl From<TokenError> for Fault {
    fn from(error: TokenError) -> Fault {
        Fault::Known(error)
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Fault {
        Fault::Device(error)
    }
}

impl Fault {
    /// Whether the session is gone, so that only a new one can tell what became of the token.
    ///
    /// After a card is pulled, modules answer in turn with any of these: one says that the device failed, the next
    /// that the token is absent, a third forgets the handle.
    pub(super) fn is_stale(&self) -> bool {
        match self {
            Fault::Device(error) => matches!(code(error), Some(code) if means_removed(code)),
            Fault::Known(TokenError::Removed { .. }) => true,
            Fault::Known(_) => false,
        }
    }

    /// The error for the operator, told of the token with this serial number.
    pub(super) fn explain(self, serial: &str) -> TokenError {
        match self {
            Fault::Known(error) => error,
            Fault::Device(error) => explain(serial, &error),
        }
    }
}

/// The return value, if that is what the error is.
pub(super) fn code(error: &Error) -> Option<RvError> {
    match error {
        Error::Pkcs11(code, _) => Some(*code),
        _ => None,
    }
}

/// Whether the token does not know the mechanism or the curve, as opposed to being unable to use it just now.
pub(super) fn means_unsupported(error: &Error) -> bool {
    matches!(
        code(error),
        Some(
            RvError::MechanismInvalid
                | RvError::MechanismParamInvalid
                | RvError::CurveNotSupported
                | RvError::DomainParamsInvalid
                | RvError::FunctionNotSupported
                | RvError::AttributeValueInvalid
        )
    ) || matches!(error, Error::NullFunctionPointer)
}

/// Whether the token is not there any more, or not the one to which the session belonged.
fn means_removed(code: RvError) -> bool {
    matches!(
        code,
        RvError::DeviceError
            | RvError::DeviceRemoved
            | RvError::TokenNotPresent
            | RvError::SessionClosed
            | RvError::SessionHandleInvalid
            | RvError::SlotIdInvalid
    )
}

/// The error for the operator.
pub(super) fn explain(serial: &str, error: &Error) -> TokenError {
    let serial = serial.to_owned();
    let (code, function) = match error {
        Error::Pkcs11(code, function) => (*code, format!("C_{function:?}")),
        Error::NullFunctionPointer => {
            let code = "nothing: the module does not have this function".to_owned();
            return TokenError::Device { serial, function: "the module".to_owned(), code };
        }
        other => {
            return TokenError::Device { serial, function: "the module".to_owned(), code: other.to_string() };
        }
    };
    match code {
        RvError::TokenWriteProtected => TokenError::WriteProtected { serial },
        RvError::UserNotLoggedIn => TokenError::NeedsLogin { serial },
        RvError::PinLocked => TokenError::PinLocked { serial },
        RvError::UserPinNotInitialized => TokenError::PinNotSet { serial },
        gone if means_removed(gone) => {
            TokenError::Removed { serial, detail: format!("{function} answers {}", name(gone)) }
        }
        other => TokenError::Device { serial, function, code: name(other) },
    }
}

/// A return value as PKCS#11 spells it: `PinIncorrect` becomes `CKR_PIN_INCORRECT`.
pub(super) fn name(code: RvError) -> String {
    match code {
        RvError::VendorDefined(number) | RvError::UnknownErrorCode(number) => format!("0x{number:08x}"),
        known => {
            let mut name = "CKR".to_owned();
            for c in format!("{known:?}").chars() {
                if c.is_ascii_uppercase() {
                    name.push('_');
                }
                name.push(c.to_ascii_uppercase());
            }
            name
        }
    }
}
