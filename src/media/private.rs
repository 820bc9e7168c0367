//! What must never be carried on a medium: private keys, in the forms that files have them in.
//!
//! Whoever hides one on purpose succeeds: this is against mistakes. Nothing here understands a whole file, since one that is cut
//! off, or that a strict reader refuses, has its key all the same.

use memchr::memmem;

/// What is in a private key and in nothing else; in small letters, as they are looked for.
const MARKS: [(&[u8], &str); 11] = [
    (b"begin pgp private key block", "a private key of OpenPGP"),
    (b"begin ssh2 encrypted private key", "a private key of SSH"),
    // With its header, and without.
    (b"openssh-key-v1", "a private key of OpenSSH"),
    (b"b3blbnnzac1rzxktdje", "a private key of OpenSSH"),
    (b"putty-user-key-file-", "a private key of PuTTY"),
    (b"age-secret-key-", "a secret key of age"),
    (b"private+key+", "a key of a signer of notes"),
    (b"minisign encrypted secret key", "a secret key of minisign"),
    (b"signify secret key", "a secret key of signify"),
    // Whatever the comment says: "Ed", the way of its encryption, "B2".
    (b"rwrty0iy", "a secret key of minisign"),
    (b"rwqaaeiy", "a secret key of minisign"),
];
/// The longest line that can begin a key in PEM.
const LONGEST_LINE: usize = 80;
/// The elements one after the other that are looked at.
const MOST_ELEMENTS: usize = 1000;
/// Ways of encryption by a passphrase: PKCS #5 (RFC 8018) and PKCS #12 (RFC 7292), as far as their identifiers begin alike.
const BY_PASSPHRASE: [&[u8]; 2] = [
    &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05],
    &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x01],
];

/// The kind of private key that a file holds; `None` if none is seen. Keys in other forms, or packed, are not seen.
pub fn found(bytes: &[u8]) -> Option<&'static str> {
    if has_der(bytes) {
        return Some("a private key in DER");
    }
    // In UTF-16 each of these letters has a NUL beside it.
    let text: Vec<u8> = bytes.iter().filter(|byte| **byte != 0).map(u8::to_ascii_lowercase).collect();
    if let Some((_, kind)) = MARKS.iter().find(|(mark, _)| memmem::find(&text, mark).is_some()) {
        return Some(kind);
    }
    if has_pem(&text) {
        return Some("a private key in PEM");
    }
    // securesystemslib keeps keys as JSON, with an empty text where the private half is not.
    let is_jwk = || memmem::find(&text, b"\"kty\"").is_some() && has_member(&text, b"\"d\"");
    (has_member(&text, b"\"private\"") || is_jwk()).then_some("a private key in JSON")
}

/// Whether a line begins a private key, of whatever kind: what stands between the dashes and these words says which.
fn has_pem(text: &[u8]) -> bool {
    memmem::find_iter(text, b"private key").any(|at| {
        let before = text.get(at.saturating_sub(LONGEST_LINE)..at).unwrap_or_default();
        let line = before.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
        [&b"-begin "[..], b"- begin "].iter().any(|begin| memmem::find(line, begin).is_some())
    })
}

/// Whether a member of this name, given in quotes, has a text that is not empty, whatever JSON it is in.
fn has_member(text: &[u8], name: &[u8]) -> bool {
    memmem::find_iter(text, name).any(|at| {
        let rest = text.get(at + name.len()..).unwrap_or_default().trim_ascii_start();
        let value = rest.strip_prefix(b":").map(<[u8]>::trim_ascii_start);
        let value = value.and_then(|value| value.strip_prefix(b"\""));
        value.is_some_and(|value| value.first().is_some_and(|first| *first != b'"'))
    })
}

/// What the object identifiers of PKCS #7 content begin with (1.2.840.113549.1.7).
const PKCS7: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07";

/// Whether the file begins with DER in which there is a key, at the beginning or behind other elements; whatever follows.
fn has_der(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    for _ in 0..MOST_ELEMENTS {
        let Some((0x30, body, behind)) = element(rest) else { return false };
        if is_key(body) {
            return true;
        }
        rest = behind;
    }
    false
}

/// Whether this is what is in a key: PKCS #8 (RFC 5958), encrypted or not, PKCS #12, or the older forms of EC (RFC 5915), RSA (RFC 8017)
/// and DSA keys.
fn is_key(mut body: &[u8]) -> bool {
    let mut inner = Vec::new();
    while let Some((tag, content, rest)) = element(body).filter(|_| inner.len() < 16) {
        inner.push((tag, content));
        body = rest;
    }
    match inner.as_slice() {
        // Version, algorithm, key; attributes and a public half may follow.
        [(0x02, [0 | 1]), (0x30, algorithm), (0x04, _), ..] => {
            element(algorithm).is_some_and(|(tag, ..)| tag == 0x06)
        }
        // Algorithm, and what it made of the key.
        [(0x30, algorithm), (0x04, _)] => element(algorithm).is_some_and(|(tag, name, _)| {
            tag == 0x06 && BY_PASSPHRASE.iter().any(|prefix| name.starts_with(prefix))
        }),
        // PKCS #12 (RFC 7292): version 3, and a ContentInfo of PKCS #7 data; mostly there is a key among what it has.
        [(0x02, [3]), (0x30, content), ..] => {
            element(content).is_some_and(|(tag, name, _)| tag == 0x06 && name.starts_with(PKCS7))
        }
        // Version, key; curve and public half may follow, with tags of their own.
        [(0x02, [1]), (0x04, _), rest @ ..] => rest.iter().all(|(tag, _)| [0xa0, 0xa1].contains(tag)),
        // Version and eight numbers, or five.
        [(0x02, [0]), rest @ ..] => rest.len() >= 5 && rest.iter().all(|(tag, _)| *tag == 0x02),
        _ => false,
    }
}

/// The tag, the content and what follows of the first DER element.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked(usize::from(first - 0x80))?;
            (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}
