//! Signing on a token.

use cryptoki::error::RvError;
use cryptoki::mechanism::Mechanism;
use cryptoki::mechanism::eddsa::{EddsaParams, EddsaSignatureScheme};
use cryptoki::object::{Attribute, AttributeType, ObjectHandle};
use cryptoki::session::UserType;

use super::failure::{Fault, code, means_unsupported};
use super::objects;
use super::session::Desk;
use crate::crypto::digest::{Sha256Digest, sha384};
use crate::crypto::{KeyAlgorithm, Scheme, ecdsa};
use crate::token::{KeyPlace, TokenError};

/// A mechanism and the bytes to give it.
type Attempt = (Mechanism<'static>, Vec<u8>);

/// Signs `message` with the private key at `place`.
pub(super) fn sign(
    desk: &Desk<'_>,
    place: &KeyPlace,
    scheme: Scheme,
    message: &[u8],
) -> Result<Vec<u8>, Fault> {
    let serial = || desk.device.serial.clone();
    let attempts = attempts(scheme, message);
    if attempts.is_empty() {
        return Err(TokenError::SchemeUnsupported { serial: serial(), scheme }.into());
    }
    // A digest of the wrong length for the curve would be cut or padded by the token, not refused.
    let found = objects::public_key(desk, place)?.algorithm();
    if found != scheme.algorithm() {
        return Err(
            TokenError::SchemeMismatch { serial: serial(), place: place.clone(), found, scheme }.into()
        );
    }
    desk.require_login()?;
    let key = objects::private_key(desk, place)?;
    let always_authenticate = always_authenticate(desk, key)?;
    for (mechanism, data) in &attempts {
        let signed = if always_authenticate {
            sign_with_pin(desk, mechanism, key, data)?
        } else {
            sign_at_once(desk, mechanism, key, data)?
        };
        if let Some(signed) = signed {
            return encoded(scheme, &signed).ok_or_else(|| {
                TokenError::BadSignature { serial: serial(), scheme, found: signed.len() }.into()
            });
        }
    }
    Err(if always_authenticate {
        TokenError::AlwaysAuthenticate { serial: serial(), place: place.clone(), scheme }.into()
    } else {
        TokenError::SchemeUnsupported { serial: serial(), scheme }.into()
    })
}

/// The ways to make a signature of the scheme, the best first; none for schemes that are not signed on tokens.
///
/// ECDSA is done over a digest made here (CKM_ECDSA): every token has that. Where it is refused, the token may hash by
/// itself (CKM_ECDSA_SHA256, CKM_ECDSA_SHA384).
fn attempts(scheme: Scheme, message: &[u8]) -> Vec<Attempt> {
    match scheme {
        Scheme::Ed25519 => {
            vec![(Mechanism::Eddsa(EddsaParams::new(EddsaSignatureScheme::Pure)), message.to_vec())]
        }
        Scheme::EcdsaSha2Nistp256 => vec![
            (Mechanism::Ecdsa, Sha256Digest::of(message).0.to_vec()),
            (Mechanism::EcdsaSha256, message.to_vec()),
        ],
        Scheme::EcdsaSha2Nistp384 => {
            vec![(Mechanism::Ecdsa, sha384(message).to_vec()), (Mechanism::EcdsaSha384, message.to_vec())]
        }
        _ => Vec::new(),
    }
}

/// What the token gave, as TUF metadata carries it. `None` if it is not of the one length that it can have: a token
/// that gives DER already, or cuts leading zeros, does not follow PKCS#11 (v3.1 6.3.1).
fn encoded(scheme: Scheme, signed: &[u8]) -> Option<Vec<u8>> {
    match scheme.algorithm() {
        KeyAlgorithm::Ed25519 => (signed.len() == 64).then(|| signed.to_vec()),
        curve => ecdsa::raw_to_der(curve, signed).ok(),
    }
}

/// Signs with a key that wants the PIN once a session. `None` if the token does not have the mechanism.
fn sign_at_once(
    desk: &Desk<'_>,
    mechanism: &Mechanism<'_>,
    key: ObjectHandle,
    data: &[u8],
) -> Result<Option<Vec<u8>>, Fault> {
    match desk.session.sign(mechanism, key, data) {
        Ok(signed) => Ok(Some(signed)),
        Err(error) if means_unsupported(&error) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Whether the key wants the PIN for every signature (CKA_ALWAYS_AUTHENTICATE). Tokens without the attribute do not.
fn always_authenticate(desk: &Desk<'_>, key: ObjectHandle) -> Result<bool, Fault> {
    let said = desk.session.get_attributes(key, &[AttributeType::AlwaysAuthenticate])?;
    Ok(said.contains(&Attribute::AlwaysAuthenticate(true)))
}

/// Signs with a key that wants the PIN for every signature. The PIN belongs between C_SignInit and the data (PKCS#11
/// v3.1 5.6.8), where `cryptoki`'s one-call `sign` leaves no room: hence update and final. `None` if the token does
/// not have the mechanism, or takes the data for it in one call only.
fn sign_with_pin(
    desk: &Desk<'_>,
    mechanism: &Mechanism<'_>,
    key: ObjectHandle,
    data: &[u8],
) -> Result<Option<Vec<u8>>, Fault> {
    let pin = desk.pin.ok_or_else(|| TokenError::NeedsLogin { serial: desk.device.serial.clone() })?;
    desk.device.check_tries()?;
    match desk.session.sign_init(mechanism, key) {
        Ok(()) => {}
        Err(error) if means_unsupported(&error) => return Ok(None),
        Err(error) => return Err(error.into()),
    }
    desk.session
        .login_with_raw(UserType::ContextSpecific, pin)
        .map_err(|error| desk.device.refused(error))?;
    match desk.session.sign_update(data) {
        Ok(()) => Ok(Some(desk.session.sign_final()?)),
        // PKCS#11 has no return value for "in one part only"; these two are what tokens say.
        Err(error)
            if matches!(
                code(&error),
                Some(RvError::OperationNotInitialized | RvError::FunctionNotSupported)
            ) =>
        {
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}
