//! Finding keys on a token and reading their public halves.

use cryptoki::object::{Attribute, AttributeType, CertificateType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::Session;
use der::{Decode, Encode};
use x509_cert::Certificate;

use super::ec_point;
use super::failure::Fault;
use super::session::Desk;
use crate::crypto::{KeyAlgorithm, PublicKey};
use crate::token::{KeyPlace, TokenError, TokenKey};

/// CKA_EC_PARAMS of P-256: the named curve's OID 1.2.840.10045.3.1.7 (RFC 5480 2.1.1.1).
pub(super) const P256_OID: &[u8] = &[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
/// CKA_EC_PARAMS of P-384: the named curve's OID 1.3.132.0.34 (RFC 5480 2.1.1.1).
pub(super) const P384_OID: &[u8] = &[0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22];
/// CKA_EC_PARAMS of Ed25519 as an OID: 1.3.101.112 (RFC 8410 3).
pub(super) const ED25519_OID: &[u8] = &[0x06, 0x03, 0x2b, 0x65, 0x70];
/// CKA_EC_PARAMS of Ed25519 as a curve name: PrintableString "edwards25519" (PKCS#11 v3.1 2.3.10).
pub(super) const ED25519_NAME: &[u8] = b"\x13\x0cedwards25519";
/// CKA_EC_PARAMS of Ed25519 as GnuPG and older OpenSC know it: OID 1.3.6.1.4.1.11591.15.1.
const ED25519_GNU_OID: &[u8] = &[0x06, 0x09, 0x2b, 0x06, 0x01, 0x04, 0x01, 0xda, 0x47, 0x0f, 0x01];

/// The part of a template that names the place: by CKA_ID where there is one, else by label.
pub(super) fn at(place: &KeyPlace) -> Attribute {
    match &place.id {
        Some(id) => Attribute::Id(id.clone()),
        None => Attribute::Label(place.label.clone().into_bytes()),
    }
}

/// The public half of the one key at `place`: from its public key object, else from the one certificate there.
/// Cards often keep nothing but the certificate in the open.
pub(super) fn public_key(desk: &Desk<'_>, place: &KeyPlace) -> Result<PublicKey, Fault> {
    let find =
        |class| desk.session.find_objects(&[Attribute::Token(true), Attribute::Class(class), at(place)]);
    let serial = || desk.device.serial.clone();
    let mut found = find(ObjectClass::PUBLIC_KEY)?;
    let is_certificate = found.is_empty();
    if is_certificate {
        found = find(ObjectClass::CERTIFICATE)?;
    }
    match found.as_slice() {
        [] => Err(TokenError::NoKey { serial: serial(), place: place.clone() }.into()),
        [object] => {
            let key = if is_certificate {
                certified_key(desk.session, *object)?
            } else {
                key_object(desk.session, *object)?
            };
            key.map_err(|detail| {
                TokenError::BadPublicKey { serial: serial(), place: place.clone(), detail }.into()
            })
        }
        several => {
            Err(TokenError::KeyAmbiguous { serial: serial(), place: place.clone(), count: several.len() }
                .into())
        }
    }
}

/// The one private key at `place`. Most tokens show it only after login.
pub(super) fn private_key(desk: &Desk<'_>, place: &KeyPlace) -> Result<ObjectHandle, Fault> {
    let template = [Attribute::Token(true), Attribute::Class(ObjectClass::PRIVATE_KEY), at(place)];
    let serial = desk.device.serial.clone();
    match desk.session.find_objects(&template)?.as_slice() {
        [key] => Ok(*key),
        [] => Err(TokenError::NoKey { serial, place: place.clone() }.into()),
        several => {
            Err(TokenError::KeyAmbiguous { serial, place: place.clone(), count: several.len() }.into())
        }
    }
}

/// Every key that can be used, public key objects first; certificates only where they add a key.
pub(super) fn list(desk: &Desk<'_>) -> Result<Vec<TokenKey>, Fault> {
    let find = |class| desk.session.find_objects(&[Attribute::Token(true), Attribute::Class(class)]);
    let mut keys: Vec<TokenKey> = Vec::new();
    for object in find(ObjectClass::PUBLIC_KEY)? {
        if let Ok(public) = key_object(desk.session, object)? {
            let (id, label) = id_and_label(desk.session, object)?;
            keys.push(TokenKey { id, label, public });
        }
    }
    for object in find(ObjectClass::CERTIFICATE)? {
        if let Ok(public) = certified_key(desk.session, object)? {
            let (id, label) = id_and_label(desk.session, object)?;
            if !keys.iter().any(|key| key.id == id || key.public == public) {
                keys.push(TokenKey { id, label, public });
            }
        }
    }
    Ok(keys)
}

/// CKA_ID and CKA_LABEL, empty where the object has none.
pub(super) fn id_and_label(session: &Session, object: ObjectHandle) -> Result<(Vec<u8>, String), Fault> {
    let (mut id, mut label) = (Vec::new(), String::new());
    for attribute in session.get_attributes(object, &[AttributeType::Id, AttributeType::Label])? {
        match attribute {
            Attribute::Id(bytes) => id = bytes,
            Attribute::Label(bytes) => label = String::from_utf8_lossy(&bytes).into_owned(),
            _ => {}
        }
    }
    Ok((id, label))
}

/// The key in a public key object. The inner error says why the object is no key that this program can use.
pub(super) fn key_object(
    session: &Session,
    object: ObjectHandle,
) -> Result<Result<PublicKey, String>, Fault> {
    let wanted = [AttributeType::KeyType, AttributeType::EcParams, AttributeType::EcPoint];
    let attributes = match session.get_attributes(object, &wanted) {
        Ok(attributes) => attributes,
        Err(error @ cryptoki::error::Error::Pkcs11(..)) => return Err(error.into()),
        // A key type that the crate has no name for, for instance.
        Err(error) => return Ok(Err(error.to_string())),
    };
    let (mut kind, mut params, mut point) = (None, Vec::new(), Vec::new());
    for attribute in attributes {
        match attribute {
            Attribute::KeyType(found) => kind = Some(found),
            Attribute::EcParams(found) => params = found,
            Attribute::EcPoint(found) => point = found,
            _ => {}
        }
    }
    Ok(match (kind, params.as_slice()) {
        (Some(KeyType::EC), P256_OID) => nist_key(KeyAlgorithm::P256, ec_point::sec1(&point, 32)),
        (Some(KeyType::EC), P384_OID) => nist_key(KeyAlgorithm::P384, ec_point::sec1(&point, 48)),
        (Some(KeyType::EC_EDWARDS), ED25519_OID | ED25519_NAME | ED25519_GNU_OID) => {
            match ec_point::ed25519(&point) {
                Some(bytes) => PublicKey::from_ed25519(bytes).map_err(|error| error.to_string()),
                None => Err(NOT_A_POINT.to_owned()),
            }
        }
        _ => Err("it is of a type or on a curve that TUF has no scheme for".to_owned()),
    })
}

/// What CKA_EC_POINT is called when it has no known form.
const NOT_A_POINT: &str = "its CKA_EC_POINT is not a point of its curve";

fn nist_key(algorithm: KeyAlgorithm, point: Option<&[u8]>) -> Result<PublicKey, String> {
    let point = point.ok_or_else(|| NOT_A_POINT.to_owned())?;
    PublicKey::from_ec_point(algorithm, point).map_err(|error| error.to_string())
}

/// The key in a certificate object. Only the key is used: the certificate itself proves nothing here.
fn certified_key(session: &Session, object: ObjectHandle) -> Result<Result<PublicKey, String>, Fault> {
    let mut value = Vec::new();
    let mut is_x509 = false;
    for attribute in
        session.get_attributes(object, &[AttributeType::CertificateType, AttributeType::Value])?
    {
        match attribute {
            Attribute::CertificateType(kind) => is_x509 = kind == CertificateType::X_509,
            Attribute::Value(bytes) => value = bytes,
            _ => {}
        }
    }
    if !is_x509 {
        return Ok(Err("it is not an X.509 certificate".to_owned()));
    }
    let spki = Certificate::from_der(&value)
        .and_then(|certificate| certificate.tbs_certificate().subject_public_key_info().to_der());
    let key = match spki {
        Ok(spki) => PublicKey::from_spki_der(&spki).map_err(|error| error.to_string()),
        Err(error) => Err(format!("its certificate is malformed: {error}")),
    };
    Ok(key.and_then(|key| match key.algorithm() {
        KeyAlgorithm::Ed25519 | KeyAlgorithm::P256 | KeyAlgorithm::P384 => Ok(key),
        _ => Err("it is of a type that this program cannot sign with on a token".to_owned()),
    }))
}
