//! Making a key pair on a token (`TOKEN-SLOT`, `TOKEN-ORIGIN`).

use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, AttributeType, ObjectClass, ObjectHandle};
use cryptoki::session::Session;

use super::failure::{Fault, means_unsupported};
use super::objects::{self, ED25519_NAME, ED25519_OID, P256_OID, P384_OID};
use super::session::Desk;
use crate::crypto::digest::Sha256Digest;
use crate::crypto::{KeyAlgorithm, PublicKey};
use crate::token::{KeyPlace, TakenBy, TokenError};

/// Makes a key pair at `place`, which must be empty, and reads back what the token says of it.
pub(super) fn generate(
    desk: &Desk<'_>,
    place: &KeyPlace,
    algorithm: KeyAlgorithm,
) -> Result<PublicKey, Fault> {
    let serial = || desk.device.serial.clone();
    let unsupported = || TokenError::AlgorithmUnsupported { serial: serial(), algorithm };
    let (mechanism, curves): (_, &[&[u8]]) = match algorithm {
        // Tokens differ in which spelling of this curve they take. One that is refused makes no key.
        KeyAlgorithm::Ed25519 => (Mechanism::EccEdwardsKeyPairGen, &[ED25519_OID, ED25519_NAME]),
        KeyAlgorithm::P256 => (Mechanism::EccKeyPairGen, &[P256_OID]),
        KeyAlgorithm::P384 => (Mechanism::EccKeyPairGen, &[P384_OID]),
        _ => return Err(unsupported().into()),
    };
    // Only a logged-in session sees the private keys that may be in the way.
    desk.require_login()?;
    let id = place.id.clone().unwrap_or_else(|| id_from_label(&place.label));
    if let Some(taken_by) = occupant(desk.session, &id, &place.label)? {
        return Err(TokenError::PlaceTaken {
            serial: serial(),
            place: place.clone(),
            taken_by: Box::new(taken_by),
        }
        .into());
    }
    // The login holds for every session of this process with the token.
    let session = desk.device.module.open_rw_session(desk.device.slot)?;
    for curve in curves {
        let names = || [Attribute::Id(id.clone()), Attribute::Label(place.label.clone().into_bytes())];
        match session.generate_key_pair(
            &mechanism,
            &public_template(names(), curve),
            &private_template(names()),
        ) {
            Ok((public, private)) => {
                check_origin(&session, &desk.device.serial, place, private)?;
                return objects::key_object(&session, public)?.map_err(|detail| {
                    TokenError::BadPublicKey { serial: serial(), place: place.clone(), detail }.into()
                });
            }
            Err(error) if means_unsupported(&error) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(unsupported().into())
}

/// The CKA_ID of a new key for which the plan gives none: the first 8 bytes of the SHA-256 of its label, so that two
/// people who provision by the same plan get the same id, and the two halves of the pair can be matched.
pub(super) fn id_from_label(label: &str) -> Vec<u8> {
    Sha256Digest::of(label.as_bytes()).0.into_iter().take(8).collect()
}

/// The public half can be read without login, so that it can be compared before a PIN is asked for.
fn public_template([id, label]: [Attribute; 2], curve: &[u8]) -> Vec<Attribute> {
    vec![
        id,
        label,
        Attribute::Token(true),
        Attribute::Private(false),
        Attribute::Verify(true),
        Attribute::EcParams(curve.to_vec()),
    ]
}

/// Every attribute is stated: what a token does by default is its vendor's choice.
fn private_template([id, label]: [Attribute; 2]) -> Vec<Attribute> {
    vec![
        id,
        label,
        Attribute::Token(true),
        Attribute::Private(true),
        Attribute::Sensitive(true),
        Attribute::Extractable(false),
        Attribute::Sign(true),
    ]
}

/// Whatever has the id or the label of the new key: a private key, a public key, a certificate, anything at all. A
/// key that shares either with another object could not be told from it later.
fn occupant(session: &Session, id: &[u8], label: &str) -> Result<Option<TakenBy>, Fault> {
    for name in [Attribute::Id(id.to_vec()), Attribute::Label(label.as_bytes().to_vec())] {
        if let Some(object) = session.find_objects(&[Attribute::Token(true), name])?.first() {
            let what = match session.get_attributes(*object, &[AttributeType::Class])?.first() {
                Some(Attribute::Class(ObjectClass::PRIVATE_KEY)) => "a private key",
                Some(Attribute::Class(ObjectClass::PUBLIC_KEY)) => "a public key",
                Some(Attribute::Class(ObjectClass::CERTIFICATE)) => "a certificate",
                _ => "an object",
            };
            let (id, label) = objects::id_and_label(session, *object)?;
            return Ok(Some(TakenBy { what, id, label }));
        }
    }
    Ok(None)
}

/// Refuses a private key of which the token does not say that it was made there and can never leave. An attribute
/// that the token does not have counts as not said.
pub(super) fn check_origin(
    session: &Session,
    serial: &str,
    place: &KeyPlace,
    key: ObjectHandle,
) -> Result<(), Fault> {
    let demands = [
        (Attribute::Local(true), "was made on the device"),
        (Attribute::Sensitive(true), "is sensitive"),
        (Attribute::AlwaysSensitive(true), "was always sensitive"),
        (Attribute::Extractable(false), "cannot be extracted"),
        (Attribute::NeverExtractable(true), "could never be extracted"),
    ];
    let wanted: Vec<AttributeType> =
        demands.iter().map(|(attribute, _)| attribute.attribute_type()).collect();
    let said = session.get_attributes(key, &wanted)?;
    let missing: Vec<_> =
        demands.into_iter().filter(|(demand, _)| !said.contains(demand)).map(|(_, words)| words).collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(TokenError::Origin { serial: serial.to_owned(), place: place.clone(), missing }.into())
    }
}
