//! Base64 text (RFC 4648 section 4), the form in which Notary carries keys, signatures and digests.

use base64ct::{Base64, Encoding};

/// The bytes that `text` spells. Line ends are skipped, as Go's reader does; `None` for anything else that is not
/// padded base64.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    Base64::decode_vec(&joined(text)).ok()
}

/// Padded base64 in one line.
pub fn encode(bytes: &[u8]) -> String {
    Base64::encode_string(bytes)
}

fn joined(text: &str) -> String {
    text.chars().filter(|character| !matches!(character, '\r' | '\n')).collect()
}
