//! Passphrases that sets are encrypted with: what is accepted of what somebody chose.

use super::MediaError;
use crate::host::display::count;
use crate::host::secret::Secret;

/// The fewest characters. Who holds the medium can try passphrases without end and unseen, so that it is at least what NIST SP
/// 800-63B-4, section 3.1.1.2, demands of a password that stands alone.
pub const FEWEST: usize = 15;
/// The most characters: fewer than the doors that secrets come in by cut off.
pub const MOST: usize = 256;

/// A passphrase. Like every secret it cannot be shown, compared or copied.
pub struct Passphrase(Secret);

impl Passphrase {
    /// A passphrase that somebody chose for a set. age takes the bytes as they were typed, so only those are accepted that
    /// every keyboard and every terminal gives alike, years from now.
    pub fn chosen(secret: Secret) -> Result<Passphrase, MediaError> {
        let bytes = secret.expose();
        let what = if bytes.iter().any(|byte| !(b' '..=b'~').contains(byte)) {
            "has characters other than the letters a to z, digits, spaces and the signs of ASCII".to_owned()
        } else if bytes.len() < FEWEST {
            format!("has {}, and {FEWEST} are the fewest", count(bytes.len(), "character"))
        } else if bytes.len() > MOST {
            format!("has more than {MOST} characters")
        } else if bytes.trim_ascii().len() != bytes.len() {
            "begins or ends with a space, which nobody sees on paper".to_owned()
        } else if bytes.first().is_some_and(|first| bytes.iter().all(|byte| byte == first)) {
            "is one character, repeated".to_owned()
        } else {
            return Ok(Passphrase(secret));
        };
        Err(MediaError::Passphrase { what })
    }

    /// A passphrase for what is encrypted already, whoever chose it.
    pub fn known(secret: Secret) -> Passphrase {
        Passphrase(secret)
    }

    /// Whether it was typed the same way once more.
    pub fn is(&self, again: &Secret) -> bool {
        self.0.expose() == again.expose()
    }

    /// The text, for the one call that makes a key of it; `None` if it is none.
    #[cfg(feature = "age")]
    pub(super) fn expose(&self) -> Option<&str> {
        std::str::from_utf8(self.0.expose()).ok()
    }
}
