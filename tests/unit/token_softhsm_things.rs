//! What the SoftHSM2 tests put on their tokens, and how they look at refusals.

use std::path::Path;

use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, CertificateType, ObjectClass};
use cryptoki::session::Session;
use der::{DecodePem, Encode};
use tuf_ceremony::advice::{Advice, Exit};
use tuf_ceremony::token::pkcs11::{Modules, Pkcs11Token};
use tuf_ceremony::token::{Token, TokenError};

use crate::token_fixture::{PIN, SOFTHSM, SoftHsm, pin};

/// A self-signed P-256 certificate, as cards carry them.
const CERTIFICATE: &str = "\
-----BEGIN CERTIFICATE-----
MIIBdTCCARugAwIBAgIUcpYDI2eM6YivT4d5QdL6TuMzn5swCgYIKoZIzj0EAwIw
DzENMAsGA1UEAwwEY2FyZDAgFw0yNjExMjMxMzMzMDFaGA8yMTI2MTAzMDEzMzMw
MVowDzENMAsGA1UEAwwEY2FyZDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABC/i
lfr8EGY2rBp6UMMyMVxjNYjLdC/W8V7Vp7un2QBKUKzur0qLqDYyzBElLQ3VSnNW
JIsXU/LgPd3ay3r56NqjUzBRMB0GA1UdDgQWBBQuzP7n4ViZoDNvCvb5ZyXW3PKn
jzAfBgNVHSMEGDAWgBQuzP7n4ViZoDNvCvb5ZyXW3PKnjzAPBgNVHRMBAf8EBTAD
AQH/MAoGCCqGSM49BAMCA0gAMEUCIG1hvY4NTG/QuRR5fhG6B7HhPkl22UYryJCc
oxfXbwDKAiEAgm1nsV1x76NydztNR+ioIh4johh7X4IYpcWL1+mue/0=
-----END CERTIFICATE-----
";
/// Its key.
pub const CERTIFIED_KEY: &str = "\
-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEL+KV+vwQZjasGnpQwzIxXGM1iMt0
L9bxXtWnu6fZAEpQrO6vSouoNjLMESUtDdVKc1YkixdT8uA93drLevno2g==
-----END PUBLIC KEY-----
";
/// CKA_EC_PARAMS of P-256.
const P256: &[u8] = &[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];

pub fn open(serial: &str) -> Pkcs11Token {
    Modules::new().open(Path::new(SOFTHSM), serial).unwrap()
}

/// A token that is open and unlocked, and its serial number.
pub fn unlocked(softhsm: &SoftHsm) -> (String, Pkcs11Token) {
    let serial = softhsm.admin().new_token("ada");
    let mut token = open(&serial);
    token.unlock(pin(PIN)).unwrap();
    (serial, token)
}

/// Makes a P-256 pair behind the program's back, with further attributes of the private half.
pub fn make_pair(session: &Session, id: u8, label: &str, private: &[Attribute]) {
    let names = [Attribute::Token(true), Attribute::Id(vec![id]), Attribute::Label(label.into())];
    let public = [&names[..], &[Attribute::EcParams(P256.to_vec()), Attribute::Private(false)]].concat();
    let private = [&names[..], &[Attribute::Private(true), Attribute::Sign(true)], private].concat();
    session.generate_key_pair(&Mechanism::EccKeyPairGen, &public, &private).unwrap();
}

/// The error, its check and its exit code.
pub fn refusal<T: std::fmt::Debug>(result: Result<T, TokenError>) -> (String, Option<&'static str>, Exit) {
    let error = result.unwrap_err();
    assert!(error.next_step().ends_with('.'), "{}", error.next_step());
    (error.to_string(), error.check(), error.exit())
}

/// Puts a certificate on a token, without a key.
pub fn put_certificate(session: &Session, id: u8, label: &str) {
    let certificate = x509_cert::Certificate::from_pem(CERTIFICATE).unwrap();
    let subject = certificate.tbs_certificate().subject().to_der().unwrap();
    session
        .create_object(&[
            Attribute::Token(true),
            Attribute::Private(false),
            Attribute::Class(ObjectClass::CERTIFICATE),
            Attribute::CertificateType(CertificateType::X_509),
            Attribute::Id(vec![id]),
            Attribute::Label(label.into()),
            Attribute::Subject(subject),
            Attribute::Value(certificate.to_der().unwrap()),
        ])
        .unwrap();
}
