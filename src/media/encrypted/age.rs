//! The age format, with a passphrase.

use std::io;

use ::age::scrypt::{Identity, Recipient};
use ::age::secrecy::SecretString;
use ::age::{DecryptError, EncryptError};

use super::Unopened;
use crate::media::passphrase::Passphrase;

/// scrypt's work factor, as the power of two: 256 MiB of memory, and about a second. What the reference implementation takes, in
/// Go, whatever the machine; a factor chosen by timing, as this crate's `new` does before it is told better, would make a set that
/// a slower machine refuses.
const WORK: u8 = 18;
/// The largest that is worked through, at 1 GiB of memory: who wrote a medium also wrote this number on it.
const MOST_WORK: u8 = 20;

/// Encrypts.
pub(super) fn encrypt(passphrase: &Passphrase, plain: &[u8]) -> io::Result<Vec<u8>> {
    let text = passphrase.expose().ok_or(io::ErrorKind::InvalidInput)?;
    let mut recipient = Recipient::new(secret(text));
    recipient.set_work_factor(WORK);
    ::age::encrypt(&recipient, plain).map_err(|error| match error {
        EncryptError::Io(error) => error,
        other => io::Error::other(other),
    })
}

/// Decrypts.
pub(super) fn decrypt(passphrase: &Passphrase, bytes: &[u8]) -> Result<Vec<u8>, Unopened> {
    let text = passphrase.expose().ok_or(Unopened::Passphrase)?;
    let mut identity = Identity::new(secret(text));
    identity.set_max_work_factor(MOST_WORK);
    ::age::decrypt(&identity, bytes).map_err(|error| match error {
        DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed => Unopened::Passphrase,
        DecryptError::ExcessiveWork { required, .. } => Unopened::Damaged(format!(
            "its work factor is {required}, and {MOST_WORK} is the most that is worked through here"
        )),
        DecryptError::NoMatchingKeys => Unopened::Damaged("it is not encrypted with a passphrase".to_owned()),
        DecryptError::InvalidMac => Unopened::Damaged("its header was changed".to_owned()),
        DecryptError::Io(error) => Unopened::Damaged(error.to_string()),
        _ => Unopened::Damaged("its header is not one of age".to_owned()),
    })
}

/// In one piece of memory of its own, which is wiped.
fn secret(text: &str) -> SecretString {
    SecretString::from(text)
}
