//! Verification against known answers, and each way in which a signature can be wrong.

use tuf_ceremony::advice::Advice;
use tuf_ceremony::crypto::ecdsa::raw_to_der;
use tuf_ceremony::crypto::{KeyAlgorithm, PublicKey, Scheme, SignatureError};

use crate::crypto_vectors::{GOOD, MESSAGE, integer, key, pair, tlv, vector};

const P256_ORDER: &str = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";

fn verify(name: &str, scheme: Scheme, signature: &[u8]) -> Result<(), SignatureError> {
    key(name).verify(scheme, MESSAGE, signature)
}

fn p256(signature: &[u8]) -> Result<(), SignatureError> {
    verify("p256", Scheme::EcdsaSha2Nistp256, signature)
}

/// r and s of a DER signature whose lengths are all in short form.
fn numbers(der: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let r = usize::from(der[3]);
    let strip = |number: &[u8]| if number[0] == 0 { number[1..].to_vec() } else { number.to_vec() };
    (strip(&der[4..4 + r]), strip(&der[6 + r..]))
}

fn order() -> Vec<u8> {
    tuf_ceremony::crypto::hex::decode(P256_ORDER).unwrap()
}

#[test]
fn signatures_made_by_pyca_hold() {
    for (name, scheme, signature) in GOOD {
        assert_eq!(verify(name, scheme, &vector(signature)), Ok(()), "{signature}");
    }
}

#[test]
fn another_message_does_not_hold() {
    for (name, scheme, signature) in GOOD {
        let result = key(name).verify(scheme, b"{}", &vector(signature));
        assert_eq!(result, Err(SignatureError::Mismatch), "{signature}");
    }
}

#[test]
fn a_flipped_bit_in_the_number_that_binds_the_message_is_a_mismatch() {
    for (name, scheme, signature) in GOOD {
        let mut bytes = vector(signature);
        let position = match name {
            "p256" | "p384" => 20,
            _ => 5,
        };
        bytes[position] ^= 0x10;
        assert_eq!(verify(name, scheme, &bytes), Err(SignatureError::Mismatch), "{signature}");
    }
}

#[test]
fn a_flipped_bit_in_any_byte_does_not_hold() {
    for (name, scheme, signature) in
        GOOD.into_iter().filter(|(name, ..)| ["ed25519", "p256", "p384"].contains(name))
    {
        let good = vector(signature);
        for position in 0..good.len() {
            let mut bytes = good.clone();
            bytes[position] ^= 1 << (position % 8);
            assert!(verify(name, scheme, &bytes).is_err(), "{signature} byte {position}");
        }
    }
}

#[test]
fn a_scheme_takes_only_its_own_keys() {
    for name in ["ed25519", "p256", "p384", "rsa3072", "ml-dsa-44", "ml-dsa-65", "ml-dsa-87"] {
        let found = key(name).algorithm();
        for scheme in Scheme::ALL.into_iter().filter(|scheme| scheme.algorithm() != found) {
            let error = verify(name, scheme, &[0; 64]).unwrap_err();
            assert_eq!(error, SignatureError::SchemeKey { scheme, found });
            assert_eq!(error.check(), Some("KEY-SCHEME"));
        }
    }
    let error = verify("p384", Scheme::EcdsaSha2Nistp256, &[]).unwrap_err();
    assert_eq!(error.to_string(), "the scheme ecdsa-sha2-nistp256 needs a P-256 key, this is a P-384 key");
}

#[test]
fn signatures_of_fixed_length_must_have_it() {
    for (name, scheme, signature) in GOOD.into_iter().filter(|(name, ..)| !["p256", "p384"].contains(name)) {
        let good = vector(signature);
        let expected = good.len();
        for bytes in [
            vec![],
            good[..expected - 1].to_vec(),
            [&[0], good.as_slice()].concat(),
            [&good, [0].as_slice()].concat(),
        ] {
            let error = SignatureError::Length { expected, found: bytes.len() };
            assert_eq!(verify(name, scheme, &bytes), Err(error), "{signature}");
        }
    }
}

#[test]
fn ed25519_with_the_order_added_to_s_is_refused() {
    let result = verify("ed25519", Scheme::Ed25519, &vector("ed25519-s-plus-order"));
    assert_eq!(result, Err(SignatureError::OutOfRange));
}

#[test]
fn ed25519_keys_of_small_order_verify_nothing() {
    // R = A = identity and S = 0 satisfies the plain equation for every message.
    let identity = vector("ed25519-small-order-0");
    let forged = [identity.as_slice(), &[0; 32]].concat();
    for number in 0..8 {
        let weak = PublicKey::from_ed25519(&vector(&format!("ed25519-small-order-{number}"))).unwrap();
        assert_eq!(weak.verify(Scheme::Ed25519, MESSAGE, &forged), Err(SignatureError::SmallOrderKey));
    }
}

#[test]
fn ecdsa_in_the_other_curves_key_or_swapped_is_a_mismatch() {
    let (r, s) = numbers(&vector("p256-signature"));
    assert_eq!(p256(&pair(&integer(&s), &integer(&r))), Err(SignatureError::Mismatch));
    // A P-384 signature's numbers are too wide for P-256.
    assert_eq!(p256(&vector("p384-signature")), Err(SignatureError::OutOfRange));
    let narrow = verify("p384", Scheme::EcdsaSha2Nistp384, &vector("p256-signature"));
    assert_eq!(narrow, Err(SignatureError::Mismatch));
}

#[test]
fn ecdsa_der_must_be_minimal() {
    let good = vector("p256-signature");
    let (r, s) = numbers(&good);
    let (ri, si) = (integer(&r), integer(&s));
    assert_eq!(p256(&pair(&ri, &si)), Ok(()), "the writer of this test is right");
    let high = numbers(&vector("p256-other-s")).1;
    let length = good.len() as u8 - 2;
    for (what, bytes) in [
        ("empty", vec![]),
        ("raw r and s", [r.as_slice(), &s].concat()),
        ("zero before r", pair(&tlv(2, &[&[0], r.as_slice()].concat()), &si)),
        ("zero before s", pair(&ri, &tlv(2, &[&[0], s.as_slice()].concat()))),
        ("negative s", pair(&ri, &tlv(2, &high))),
        ("empty s", pair(&ri, &[2, 0])),
        ("long-form outer length", [&[0x30, 0x81, length], &good[2..]].concat()),
        ("long-form inner length", pair(&[&[2, 0x81, 32], r.as_slice()].concat(), &si)),
        ("indefinite length", [&[0x30, 0x80], &good[2..], &[0, 0]].concat()),
        ("trailing byte", [good.as_slice(), &[0]].concat()),
        ("trailing byte inside", tlv(0x30, &[&ri, &si, [5, 0].as_slice()].concat())),
        ("cut short", good[..good.len() - 1].to_vec()),
        ("one number", tlv(0x30, &ri)),
        ("a SET", [&[0x31], &good[1..]].concat()),
        ("an OCTET STRING", pair(&ri, &tlv(4, &s))),
    ] {
        assert_eq!(p256(&bytes), Err(SignatureError::NotDer), "{what}");
    }
}

#[test]
fn ecdsa_numbers_must_be_in_range() {
    let (r, s) = numbers(&vector("p256-signature"));
    let (ri, si) = (integer(&r), integer(&s));
    let beyond = [&[1], order().as_slice()].concat();
    for (what, bytes) in [
        ("r = 0", pair(&integer(&[]), &si)),
        ("s = 0", pair(&ri, &integer(&[]))),
        ("r = n", pair(&integer(&order()), &si)),
        ("s = n", pair(&ri, &integer(&order()))),
        ("s wider than the order", pair(&ri, &integer(&beyond))),
    ] {
        assert_eq!(p256(&bytes), Err(SignatureError::OutOfRange), "{what}");
    }
}

#[test]
fn rsa_hash_and_mask_are_sha256_and_the_paddings_do_not_mix() {
    for (scheme, signature) in [
        (Scheme::RsassaPssSha256, "rsa3072-pss-mgf1-sha1"),
        (Scheme::RsassaPssSha256, "rsa3072-pkcs1v15"),
        (Scheme::RsaPkcs1v15Sha256, "rsa3072-pkcs1v15-sha1"),
        (Scheme::RsaPkcs1v15Sha256, "rsa3072-pss-salt-32"),
    ] {
        assert_eq!(
            verify("rsa3072", scheme, &vector(signature)),
            Err(SignatureError::Mismatch),
            "{signature}"
        );
    }
    let above_modulus = verify("rsa2048", Scheme::RsassaPssSha256, &[0xff; 256]);
    assert_eq!(above_modulus, Err(SignatureError::Mismatch));
}

#[test]
fn ml_dsa_signs_the_frame_of_tap_21_without_context() {
    for signature in ["ml-dsa-44-unwrapped", "ml-dsa-44-context"] {
        let result = verify("ml-dsa-44", Scheme::MlDsa44, &vector(signature));
        assert_eq!(result, Err(SignatureError::Mismatch), "{signature}");
    }
}

#[test]
fn ml_dsa_hints_must_be_well_formed() {
    let mut signature = vector("ml-dsa-44-signature");
    // The last byte counts the hints, of which there are at most 80 (FIPS 204 algorithm 21).
    *signature.last_mut().unwrap() = 0xff;
    assert_eq!(verify("ml-dsa-44", Scheme::MlDsa44, &signature), Err(SignatureError::Malformed));
}

#[test]
fn raw_signatures_become_minimal_der() {
    for (name, algorithm, width) in [("p256", KeyAlgorithm::P256, 32), ("p384", KeyAlgorithm::P384, 48)] {
        for signature in ["signature", "other-s"] {
            let der = vector(&format!("{name}-{signature}"));
            let (r, s) = numbers(&der);
            let raw = [vec![0; width - r.len()], r, vec![0; width - s.len()], s].concat();
            assert_eq!(raw_to_der(algorithm, &raw), Ok(der));
        }
        let mut small = vec![0; 2 * width];
        small[width - 1] = 0x80;
        small[2 * width - 1] = 0x7f;
        assert_eq!(raw_to_der(algorithm, &small), Ok(vec![0x30, 7, 2, 2, 0, 0x80, 2, 1, 0x7f]));
    }
}

#[test]
fn raw_signatures_of_wrong_width_or_range_are_refused() {
    let algorithm = KeyAlgorithm::P256;
    for found in [0, 63, 65, 96] {
        let error = SignatureError::Length { expected: 64, found };
        assert_eq!(raw_to_der(algorithm, &vec![1; found]), Err(error));
    }
    let error = SignatureError::Length { expected: 96, found: 64 };
    assert_eq!(raw_to_der(KeyAlgorithm::P384, &[1; 64]), Err(error));
    for (r, s) in [
        (vec![0; 32], vec![1; 32]),
        (vec![1; 32], vec![0; 32]),
        (order(), vec![1; 32]),
        (vec![1; 32], order()),
    ] {
        assert_eq!(raw_to_der(algorithm, &[r, s].concat()), Err(SignatureError::OutOfRange));
    }
    assert_eq!(raw_to_der(KeyAlgorithm::Ed25519, &[1; 64]), Err(SignatureError::Malformed));
}
