//! What must never leave on a medium: private keys, in the forms that files have them in.

/// What is at the beginning of a private key in text, beside the PEM of all kinds.
const MARKS: [(&[u8], &str); 2] =
    [(b"AGE-SECRET-KEY-1", "a secret key of age"), (b"PuTTY-User-Key-File-", "a private key of PuTTY")];

/// The kind of private key that a file holds; `None` if none is seen. Keys in other forms, or packed, are not seen.
pub fn found(bytes: &[u8]) -> Option<&'static str> {
    let holds = |mark: &[u8]| bytes.windows(mark.len()).any(|window| window.eq_ignore_ascii_case(mark));
    let is_pem = || holds(b"-----BEGIN ") && holds(b"PRIVATE KEY-----");
    if is_pem() {
        return Some("a private key in PEM");
    }
    if is_der(bytes) {
        return Some("a private key in DER");
    }
    // securesystemslib keeps keys as JSON, with an empty text where the private half is not.
    if let Ok(tree) = crate::json::Json::parse(bytes, bytes.len())
        && has_private_half(&tree)
    {
        return Some("a private key in JSON");
    }
    MARKS.iter().find(|(mark, _)| holds(mark)).map(|(_, kind)| *kind)
}

/// Whether all of it is one key in DER: PKCS#8 (RFC 5958), or the older forms of EC (RFC 5915) and RSA keys (RFC 8017).
fn is_der(bytes: &[u8]) -> bool {
    let Some((0x30, mut body, [])) = element(bytes) else { return false };
    let mut inner = Vec::new();
    while let Some((tag, content, rest)) = element(body) {
        inner.push((tag, content));
        body = rest;
    }
    match inner.as_slice() {
        // Version, algorithm, key; attributes and a public half may follow.
        [(0x02, [0 | 1]), (0x30, algorithm), (0x04, _), ..] => {
            element(algorithm).is_some_and(|(tag, ..)| tag == 0x06)
        }
        // Version, key; curve and public half may follow, with tags of their own.
        [(0x02, [1]), (0x04, _), rest @ ..] => rest.iter().all(|(tag, _)| [0xa0, 0xa1].contains(tag)),
        // Version and eight numbers.
        [(0x02, [0]), rest @ ..] => rest.len() >= 8 && rest.iter().all(|(tag, _)| *tag == 0x02),
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

fn has_private_half(tree: &crate::json::Json) -> bool {
    use crate::json::Json;
    match tree {
        Json::Obj(members) => members.iter().any(|(name, member)| {
            let is_half = name == "private" && member.as_str().is_some_and(|half| !half.is_empty());
            is_half || has_private_half(member)
        }),
        Json::Arr(elements) => elements.iter().any(has_private_half),
        _ => false,
    }
}
