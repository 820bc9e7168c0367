//! Software keys: always the same from the same seed, and such that others verify them.

use tuf_ceremony::crypto::software::SoftwareKey;
use tuf_ceremony::crypto::{KeyAlgorithm, KeyError, Scheme, SignatureError};

use crate::crypto_vectors::{MESSAGE, key, vector};

const OFFERED: [(KeyAlgorithm, Scheme, &str); 3] = [
    (KeyAlgorithm::Ed25519, Scheme::Ed25519, "ed25519"),
    (KeyAlgorithm::P256, Scheme::EcdsaSha2Nistp256, "p256"),
    (KeyAlgorithm::P384, Scheme::EcdsaSha2Nistp384, "p384"),
];

fn seed(first: u8) -> [u8; 32] {
    std::array::from_fn(|position| first + position as u8)
}

#[test]
fn keys_and_signatures_are_those_that_pyca_derives_from_the_same_seed() {
    for (algorithm, scheme, name) in OFFERED {
        let software = SoftwareKey::from_seed(algorithm, &seed(0)).unwrap();
        assert_eq!(*software.public(), key(name));
        assert_eq!(software.sign(MESSAGE), vector(&format!("{name}-signature")));
        assert_eq!(software.public().verify(scheme, MESSAGE, &software.sign(MESSAGE)), Ok(()));
    }
}

#[test]
fn another_seed_is_another_key() {
    for (algorithm, scheme, name) in OFFERED {
        let other = SoftwareKey::from_seed(algorithm, &seed(1)).unwrap();
        assert_ne!(*other.public(), key(name));
        assert_eq!(key(name).verify(scheme, MESSAGE, &other.sign(MESSAGE)), Err(SignatureError::Mismatch));
    }
}

#[test]
fn short_der_comes_out_of_many_signatures_and_still_holds() {
    for (algorithm, scheme, _) in OFFERED {
        let software = SoftwareKey::from_seed(algorithm, &seed(7)).unwrap();
        for number in 0_u32..300 {
            let message = number.to_be_bytes();
            assert_eq!(
                software.public().verify(scheme, &message, &software.sign(&message)),
                Ok(()),
                "{number}"
            );
        }
    }
}

#[test]
fn only_three_algorithms_are_offered() {
    for algorithm in [KeyAlgorithm::Rsa, KeyAlgorithm::MlDsa44, KeyAlgorithm::MlDsa65, KeyAlgorithm::MlDsa87]
    {
        assert_eq!(
            SoftwareKey::from_seed(algorithm, &seed(0)).err(),
            Some(KeyError::NoSoftwareKey { algorithm })
        );
    }
}
