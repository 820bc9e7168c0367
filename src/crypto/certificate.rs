//! X.509 certificates (RFC 5280) as carriers of public keys. Nothing about a certificate is trusted: not its issuer,
//! not its extensions. What counts is who holds the private key; subject and validity are there to be shown.

use der::{Decode, Encode};
use jiff::Timestamp;

use super::{KeyError, PublicKey, spki};

const LABEL: &str = "CERTIFICATE";
const END: &str = "-----END CERTIFICATE-----";

/// What a certificate says of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// The key.
    pub public: PublicKey,
    /// The subject's name as RFC 4514 writes it, e.g. `CN=registry.example.org/app`.
    pub subject: String,
    /// The first instant of its validity.
    pub not_before: Timestamp,
    /// The last.
    pub not_after: Timestamp,
}

impl Certificate {
    /// Reads the first PEM block of `text`. What follows it, such as the certificates of its issuers, is not looked at.
    ///
    /// # Errors
    /// `Pem` or `PrivateKey` about the block, `Certificate` about what is in it, and the errors of
    /// [`PublicKey::from_spki_der`] about the key.
    pub fn from_first_pem(text: &str) -> Result<Certificate, KeyError> {
        let (first, _) = text.split_once(END).ok_or(KeyError::Pem)?;
        let der = spki::from_pem(&format!("{first}{END}"), LABEL).map_err(|error| match error {
            KeyError::PemLabel { .. } => KeyError::Certificate,
            other => other,
        })?;
        Certificate::from_der(&der)
    }

    fn from_der(der: &[u8]) -> Result<Certificate, KeyError> {
        let read = x509_cert::Certificate::from_der(der).map_err(|_| KeyError::Certificate)?;
        let signed = read.tbs_certificate();
        let spki = signed.subject_public_key_info().to_der().map_err(|_| KeyError::Certificate)?;
        Ok(Certificate {
            public: PublicKey::from_spki_der(&spki)?,
            subject: signed.subject().to_string(),
            not_before: instant(signed.validity().not_before),
            not_after: instant(signed.validity().not_after),
        })
    }

    /// Whether `at` lies within its validity.
    pub fn is_valid_at(&self, at: Timestamp) -> bool {
        (self.not_before..=self.not_after).contains(&at)
    }
}

/// The end of the year 9999, which says "never", lies just outside of what can be represented.
fn instant(time: x509_cert::time::Time) -> Timestamp {
    let seconds = i64::try_from(time.to_unix_duration().as_secs()).ok();
    seconds.and_then(|seconds| Timestamp::from_second(seconds).ok()).unwrap_or(Timestamp::MAX)
}
