//! Reading and writing public keys: what is one key, what is none, what is weak.

use tuf_ceremony::advice::Advice;
use tuf_ceremony::crypto::{KeyAlgorithm, KeyError, PublicKey, Scheme, SignatureError, Weakness};

use crate::crypto_vectors::{RSA, key, pair, rsa, spki, tlv, vector};

const ED25519_PEM: &str = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAA6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=\n-----END PUBLIC KEY-----\n";
const P256_PEM: &str = "-----BEGIN PUBLIC KEY-----\n\
    MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEGkacvXV25Hh4Nwp48tCAAVtaqq+H\n\
    lMxrU10B6QD7fW5rImUsmiy8DMI9NbDGXNJMDrs8Kc+4ll45BxzWXEjqhQ==\n\
    -----END PUBLIC KEY-----\n";
/// `id-ecPublicKey` with `secp256r1`.
const P256: [u8; 19] =
    [6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
/// `id-Ed25519`.
const ED25519: [u8; 5] = [6, 3, 0x2b, 0x65, 0x70];

fn refused(der: &[u8]) -> KeyError {
    PublicKey::from_spki_der(der).unwrap_err()
}

fn refused_pem(text: &str) -> KeyError {
    PublicKey::from_spki_pem(text).unwrap_err()
}

#[test]
fn every_key_is_written_as_pyca_writes_it() {
    for (name, algorithm) in [
        ("ed25519", KeyAlgorithm::Ed25519),
        ("p256", KeyAlgorithm::P256),
        ("p384", KeyAlgorithm::P384),
        ("rsa2048", KeyAlgorithm::Rsa),
        ("rsa2049", KeyAlgorithm::Rsa),
        ("rsa3072-e3", KeyAlgorithm::Rsa),
        ("rsa9215", KeyAlgorithm::Rsa),
        ("ml-dsa-44", KeyAlgorithm::MlDsa44),
        ("ml-dsa-65", KeyAlgorithm::MlDsa65),
        ("ml-dsa-87", KeyAlgorithm::MlDsa87),
    ] {
        assert_eq!(key(name).to_spki_der(), vector(&format!("{name}-spki")), "{name}");
        assert_eq!(key(name).algorithm(), algorithm);
        assert_eq!(PublicKey::from_spki_pem(&key(name).to_spki_pem()).unwrap(), key(name));
    }
    assert_eq!(key("ed25519").to_spki_pem(), ED25519_PEM);
    assert_eq!(key("p256").to_spki_pem(), P256_PEM);
}

#[test]
fn one_key_in_many_encodings_has_one_fingerprint() {
    let p256 = PublicKey::from_spki_pem(P256_PEM).unwrap();
    for other in [
        PublicKey::from_ec_point(KeyAlgorithm::P256, &vector("p256-compressed")).unwrap(),
        PublicKey::from_ec_point(KeyAlgorithm::P256, &vector("p256-uncompressed")).unwrap(),
        PublicKey::from_spki_der(&spki(&P256, &vector("p256-compressed"))).unwrap(),
    ] {
        assert_eq!(other, p256);
        assert_eq!(other.fingerprint(), p256.fingerprint());
        assert_eq!(other.to_spki_der(), vector("p256-spki"));
    }
    let p384 = PublicKey::from_ec_point(KeyAlgorithm::P384, &vector("p384-compressed")).unwrap();
    assert_eq!(p384, key("p384"));
    let ed25519 = PublicKey::from_ed25519(&vector("ed25519-raw")).unwrap();
    assert_eq!(ed25519, key("ed25519"));
    assert_eq!(ed25519.ed25519_bytes().unwrap().to_vec(), vector("ed25519-raw"));
    assert_eq!(p384.ed25519_bytes(), None);
    assert_ne!(key("rsa2048"), key("rsa3072"));

    let without_null = vector("rsa2048-spki");
    let pkcs1 = &without_null[24..];
    assert_eq!(PublicKey::from_spki_der(&spki(&RSA[..11], pkcs1)).unwrap(), key("rsa2048"));
}

#[test]
fn debug_names_the_key_and_not_its_insides() {
    let debug = format!("{:?}", key("ed25519"));
    assert_eq!(debug, format!("PublicKey(Ed25519 {})", key("ed25519").fingerprint()));
}

#[test]
fn pem_is_read_as_the_world_reads_it() {
    let lines: Vec<&str> = P256_PEM.lines().collect();
    for text in [
        P256_PEM.trim_end().to_owned(),
        P256_PEM.replace('\n', "\r\n"),
        format!("\n \t{P256_PEM}\n\n"),
        lines.concat(),
        format!("{}\n  {} \n{}\n\n{}", lines[0], lines[1], lines[2], lines[3]),
    ] {
        assert_eq!(PublicKey::from_spki_pem(&text).unwrap(), key("p256"), "{text:?}");
    }
}

#[test]
fn what_is_not_one_pem_block_is_refused() {
    for text in [
        String::new(),
        "-----BEGIN PUBLIC KEY-----".to_owned(),
        P256_PEM.replace("END PUBLIC", "END RSA PUBLIC"),
        P256_PEM.replace("lMxr", "lM*r"),
        P256_PEM.replace("lMxr", "lMxrA"),
        P256_PEM.replace("==", ""),
        P256_PEM.replace("hQ==", "hR=="),
        P256_PEM.replace("BEGIN PUBLIC", "BEGIN \u{1b}[2JPUBLIC"),
        format!("my key\n{P256_PEM}"),
        format!("{P256_PEM}trailing"),
        format!("{P256_PEM}{P256_PEM}"),
        vector("p256-uncompressed").iter().map(|byte| format!("{byte:02x}")).collect(),
    ] {
        assert_eq!(refused_pem(&text), KeyError::Pem, "{text:?}");
    }
}

#[test]
fn other_pem_blocks_are_named() {
    let certificate = P256_PEM.replace("PUBLIC KEY", "CERTIFICATE");
    assert_eq!(refused_pem(&certificate), KeyError::PemLabel { label: "CERTIFICATE".to_owned() });
    for label in ["PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "OPENSSH PRIVATE KEY"] {
        let text = P256_PEM.replace("PUBLIC KEY", label);
        assert_eq!(refused_pem(&text), KeyError::PrivateKey);
        let damaged = &text[..text.len() / 2];
        assert_eq!(refused_pem(damaged), KeyError::PrivateKey, "also when the block is cut short");
    }
    assert!(KeyError::PrivateKey.next_step().contains("public half"));
}

#[test]
fn the_shell_must_be_exact() {
    let good = vector("p256-spki");
    assert_eq!(refused(&[]), KeyError::Der);
    assert_eq!(refused(&good[..good.len() - 1]), KeyError::Der);
    assert_eq!(refused(&[good.as_slice(), &[0]].concat()), KeyError::Der);
    let unused_bits =
        pair(&tlv(0x30, &ED25519), &tlv(0x03, &[&[1], vector("ed25519-raw").as_slice()].concat()));
    assert_eq!(refused(&unused_bits), KeyError::Der);
    let long_form = [&[0x30, 0x81, 0x59], &good[2..]].concat();
    assert_eq!(refused(&long_form), KeyError::Der);
    assert_eq!(
        refused(&spki(&RSA, &[vector("rsa2048-spki")[24..].to_vec(), vec![0]].concat())),
        KeyError::Der
    );
}

#[test]
fn algorithms_and_curves_that_are_not_supported_are_named() {
    assert_eq!(refused(&vector("x25519-spki")), KeyError::Algorithm { oid: "1.3.101.110".to_owned() });
    assert_eq!(refused(&vector("secp256k1-spki")), KeyError::Curve { oid: "1.3.132.0.10".to_owned() });
    let mut pss = RSA[..11].to_vec();
    pss[10] = 10;
    let error = refused(&spki(&pss, &vector("rsa2048-spki")[24..]));
    assert_eq!(error, KeyError::Algorithm { oid: "1.2.840.113549.1.1.10".to_owned() });
}

#[test]
fn parameters_must_be_those_of_the_standard() {
    let null = |algorithm: &[u8]| [algorithm, &[5, 0]].concat();
    assert_eq!(refused(&spki(&null(&ED25519), &vector("ed25519-raw"))), KeyError::Parameters);
    assert_eq!(refused(&spki(&P256[..9], &vector("p256-uncompressed"))), KeyError::Parameters);
    assert_eq!(refused(&spki(&null(&P256[..9]), &vector("p256-uncompressed"))), KeyError::Parameters);
    assert_eq!(refused(&vector("p256-explicit-curve-spki")), KeyError::Parameters);
    let ml_dsa = [6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 3, 17];
    assert_eq!(refused(&spki(&null(&ml_dsa), &[0; 1312])), KeyError::Parameters);
    let rsa = [&RSA[..11], &[0x30, 0]].concat();
    assert_eq!(refused(&spki(&rsa, &vector("rsa2048-spki")[24..])), KeyError::Parameters);
}

#[test]
fn keys_of_the_wrong_length_are_refused() {
    for found in [0, 31, 33, 34] {
        let error = PublicKey::from_ed25519(&vec![1; found]).unwrap_err();
        assert_eq!(error, KeyError::Length { algorithm: KeyAlgorithm::Ed25519, expected: 32, found });
    }
    let ml_dsa = [6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 3, 18];
    let error = refused(&spki(&ml_dsa, &[0; 1312]));
    assert_eq!(error, KeyError::Length { algorithm: KeyAlgorithm::MlDsa65, expected: 1952, found: 1312 });
}

#[test]
fn points_in_other_forms_are_refused() {
    let algorithm = KeyAlgorithm::P256;
    let point = vector("p256-uncompressed");
    let with_tag = |tag: u8, end: usize| [&[tag], &point[1..end]].concat();
    for (form, bytes) in [
        ("empty", vec![]),
        ("infinity", vec![0]),
        ("compact", with_tag(5, 33)),
        ("hybrid", with_tag(7, 65)),
        ("cut short", point[..64].to_vec()),
        ("coordinates only", point[1..].to_vec()),
        ("compressed tag on both coordinates", with_tag(2, 65)),
        ("of the other curve", vector("p384-uncompressed")),
    ] {
        assert_eq!(
            PublicKey::from_ec_point(algorithm, &bytes).unwrap_err(),
            KeyError::PointForm { algorithm },
            "{form}"
        );
    }
    let error = PublicKey::from_ec_point(KeyAlgorithm::Ed25519, &point).unwrap_err();
    assert_eq!(error, KeyError::NotSec1 { algorithm: KeyAlgorithm::Ed25519 });
}

#[test]
fn points_off_the_curve_are_refused() {
    for (algorithm, name) in [(KeyAlgorithm::P256, "p256"), (KeyAlgorithm::P384, "p384")] {
        let mut point = vector(&format!("{name}-uncompressed"));
        *point.last_mut().unwrap() ^= 1;
        assert_eq!(
            PublicKey::from_ec_point(algorithm, &point).unwrap_err(),
            KeyError::NotOnCurve { algorithm }
        );
        let width = point.len() / 2;
        let too_large = [vec![2], vec![0xff; width]].concat();
        assert_eq!(
            PublicKey::from_ec_point(algorithm, &too_large).unwrap_err(),
            KeyError::NotOnCurve { algorithm }
        );
    }
    let error = PublicKey::from_ed25519(&vector("ed25519-off-curve")).unwrap_err();
    assert_eq!(error, KeyError::NotOnCurve { algorithm: KeyAlgorithm::Ed25519 });
    assert_eq!(error.check(), Some("KEY-STRENGTH"));
}

#[test]
fn an_ed25519_point_has_one_encoding() {
    for number in 0..26 {
        let bytes = vector(&format!("ed25519-not-canonical-{number}"));
        assert_eq!(PublicKey::from_ed25519(&bytes).unwrap_err(), KeyError::NotCanonical, "{number}");
    }
}

#[test]
fn weak_keys_are_read_and_named() {
    for number in 0..8 {
        let weak = PublicKey::from_ed25519(&vector(&format!("ed25519-small-order-{number}"))).unwrap();
        assert_eq!(weak.weakness(), Some(Weakness::SmallOrder), "{number}");
    }
    let mixed = PublicKey::from_ed25519(&vector("ed25519-mixed-order")).unwrap();
    assert_eq!(mixed.weakness(), Some(Weakness::MixedOrder));
    assert_eq!(key("rsa2048").weakness(), Some(Weakness::RsaShort { bits: 2048 }));
    assert_eq!(key("rsa2049").weakness(), Some(Weakness::RsaShort { bits: 2049 }));
    assert_eq!(key("rsa3072-e3").weakness(), Some(Weakness::RsaExponent { exponent: 3 }));
    for strong in ["ed25519", "p256", "p384", "rsa3072", "rsa9215", "ml-dsa-44", "ml-dsa-65", "ml-dsa-87"] {
        assert_eq!(key(strong).weakness(), None, "{strong}");
    }
    // 2^3072 - 1 is divisible by 3; for each factor the smallest is found.
    let small_factor = PublicKey::from_spki_der(&rsa(&[0xff; 384], &[1, 0, 1])).unwrap();
    assert_eq!(small_factor.weakness(), Some(Weakness::RsaSmallFactor { factor: 3 }));
    assert_eq!(Weakness::RsaShort { bits: 2048 }.to_string(), "RSA modulus of 2048 bits, fewer than 3072");
}

#[test]
fn rsa_numbers_that_cannot_be_a_key_are_refused() {
    let modulus = [0xff; 256];
    let mut even = modulus;
    even[255] = 0xfe;
    assert_eq!(refused(&rsa(&even, &[1, 0, 1])), KeyError::RsaModulus);
    for exponent in [vec![1], vec![2], vec![1, 0, 0], vec![3, 0, 0, 0, 1], vec![1; 9]] {
        assert_eq!(refused(&rsa(&modulus, &exponent)), KeyError::RsaExponent, "{exponent:?}");
    }
    assert_eq!(refused(&rsa(&[0x7f; 128], &[1, 0, 1])), KeyError::RsaSize { bits: 1023 });
    assert_eq!(refused(&rsa(&[1], &[3])), KeyError::RsaSize { bits: 1 });
    let negative = pair(&tlv(0x02, &modulus), &tlv(0x02, &[1, 0, 1]));
    assert_eq!(refused(&spki(&RSA, &negative)), KeyError::Der);
    let padded = pair(&tlv(0x02, &[&[0, 0], modulus.as_slice()].concat()), &tlv(0x02, &[1, 0, 1]));
    assert_eq!(refused(&spki(&RSA, &padded)), KeyError::Der);
}

#[test]
fn a_huge_rsa_key_ends_and_a_larger_one_is_refused() {
    let mut modulus = vec![0xff; 2048];
    modulus[2047] = 0xfd;
    let huge = PublicKey::from_spki_der(&rsa(&modulus, &[1, 0xff, 0xff, 0xff, 0xff])).unwrap();
    let signature = vec![0x5a; 2048];
    for scheme in [Scheme::RsassaPssSha256, Scheme::RsaPkcs1v15Sha256] {
        let error = huge.verify(scheme, b"message", &signature).unwrap_err();
        assert_eq!(error, SignatureError::Mismatch);
    }
    huge.weakness();

    assert_eq!(
        refused(&rsa(&[&[1], modulus.as_slice()].concat(), &[1, 0, 1])),
        KeyError::RsaSize { bits: 16_385 }
    );
    assert_eq!(refused(&rsa(&vec![0xff; 60_000], &[1, 0, 1])), KeyError::RsaSize { bits: 480_000 });
}
