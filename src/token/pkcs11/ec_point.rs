//! CKA_EC_POINT as tokens give it: raw, as a DER OCTET STRING, or as a DER BIT STRING.
//!
//! PKCS#11 v2.40 and v3.1 (2.3.4, 2.3.5) want the point wrapped in an OCTET STRING. Some tokens give it bare, and
//! for Edwards keys v3.0 drafts wanted a BIT STRING, so all three exist. The forms of one curve all differ in
//! length, therefore the length decides and the header must then agree: nothing is guessed.

/// Tag of a DER OCTET STRING.
const OCTET_STRING: u8 = 0x04;
/// Tag of a DER BIT STRING.
const BIT_STRING: u8 = 0x03;

/// The 32 bytes of an Ed25519 public key (RFC 8032 5.1.5). `None` if the attribute has none of the three forms.
pub fn ed25519(attribute: &[u8]) -> Option<&[u8]> {
    unwrap_point(attribute, 32)
}

/// A NIST point in SEC 1 form (2.3.3), compressed or uncompressed, on a curve of `field` bytes (32 for P-256, 48
/// for P-384). `None` if the attribute has none of the three forms. Whether the point is on the curve is for the
/// key's parser to say.
pub fn sec1(attribute: &[u8], field: usize) -> Option<&[u8]> {
    let uncompressed = unwrap_point(attribute, 1 + 2 * field).filter(|point| point.first() == Some(&0x04));
    let compressed =
        || unwrap_point(attribute, 1 + field).filter(|p| matches!(p.first(), Some(&(0x02 | 0x03))));
    uncompressed.or_else(compressed)
}

/// The `length` bytes of a point inside one of the three forms. All lengths here are below 128, so that DER has one
/// length octet; anything longer is no point of a curve that this program knows.
fn unwrap_point(attribute: &[u8], length: usize) -> Option<&[u8]> {
    if attribute.len() == length {
        return Some(attribute);
    }
    let octets = u8::try_from(length).ok().filter(|&n| n < 0x7f)?;
    let point = match attribute {
        [OCTET_STRING, n, point @ ..] if *n == octets => point,
        // The octet after the length counts unused bits: there are none.
        [BIT_STRING, n, 0, point @ ..] if *n == octets + 1 => point,
        _ => return None,
    };
    (point.len() == length).then_some(point)
}
