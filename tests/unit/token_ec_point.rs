//! CKA_EC_POINT in the forms that tokens give it.

use tuf_ceremony::token::pkcs11::ec_point::{ed25519, sec1};

/// `tag`, one length octet, `head`, `body`.
fn der(tag: u8, head: &[u8], body: &[u8]) -> Vec<u8> {
    let mut out = vec![tag, u8::try_from(head.len() + body.len()).unwrap()];
    out.extend_from_slice(head);
    out.extend_from_slice(body);
    out
}

fn forms(point: &[u8]) -> [Vec<u8>; 3] {
    [point.to_vec(), der(0x04, &[], point), der(0x03, &[0], point)]
}

#[test]
fn ed25519_raw_octet_string_and_bit_string() {
    let key = [0x5a; 32];
    for form in forms(&key) {
        assert_eq!(ed25519(&form), Some(&key[..]), "{form:02x?}");
    }
    // A raw key may begin like a header: the length decides.
    let mut sly = [0x11; 32];
    sly[..2].copy_from_slice(&[0x04, 0x1e]);
    assert_eq!(ed25519(&sly), Some(&sly[..]));
}

#[test]
fn nist_points_raw_octet_string_and_bit_string() {
    for field in [32, 48] {
        for (tag, length) in [(0x04, 2 * field), (0x02, field), (0x03, field)] {
            // Coordinates beginning like another header must not confuse.
            for filler in [0x11, 0x04, 0x41, 0x61, 0x03, 0x00] {
                let mut point = vec![filler; 1 + length];
                point[0] = tag;
                for form in forms(&point) {
                    assert_eq!(sec1(&form, field), Some(&point[..]), "{form:02x?}");
                }
            }
        }
    }
}

#[test]
fn everything_else_is_no_point() {
    let p256 = [&[0x04][..], &[0x11; 64]].concat();
    let wrong: Vec<Vec<u8>> = vec![
        vec![],
        vec![0x04],
        p256[..64].to_vec(),
        [&p256[..], &[0]].concat(),
        // Header and length disagree.
        [&[0x04, 0x40][..], &p256].concat(),
        [&[0x04, 0x42][..], &p256].concat(),
        // A bit string with unused bits, and one without its count of them.
        der(0x03, &[1], &p256),
        der(0x03, &[], &p256),
        // Another tag, and a length in long form.
        der(0x30, &[], &p256),
        [&[0x04, 0x81, 0x41][..], &p256].concat(),
        // Wrapped twice.
        der(0x04, &[], &der(0x04, &[], &p256)),
        // The form octet of neither kind: infinity, hybrid, a P-384 point where P-256 is expected.
        [&[0x00][..], &[0x11; 64]].concat(),
        [&[0x06][..], &[0x11; 64]].concat(),
        [&[0x04][..], &[0x11; 96]].concat(),
        [&[0x04][..], &[0x11; 32]].concat(),
        [&[0x02][..], &[0x11; 64]].concat(),
    ];
    for attribute in wrong {
        assert_eq!(sec1(&attribute, 32), None, "{attribute:02x?}");
    }
    for attribute in
        [vec![0x5a; 31], vec![0x5a; 33], der(0x04, &[], &[0x5a; 31]), der(0x03, &[1], &[0x5a; 32])]
    {
        assert_eq!(ed25519(&attribute), None, "{attribute:02x?}");
    }
}
