//! The keys of the repository, each derived from one byte, so that every build makes the same bytes.
//!
//! Keys and signatures are remembered: most variants have most files in common.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tuf_ceremony::crypto::software::SoftwareKey;
use tuf_ceremony::crypto::{KeyAlgorithm, hex};
use tuf_ceremony::json::Json;
use tuf_ceremony::tuf::key::{Key, keyid_of, written_scheme};

/// A private key, by what it is derived from. No two have the same seed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Holder {
    algorithm: KeyAlgorithm,
    seed: u8,
}

const fn ed25519(seed: u8) -> Holder {
    Holder { algorithm: KeyAlgorithm::Ed25519, seed }
}

const fn p256(seed: u8) -> Holder {
    Holder { algorithm: KeyAlgorithm::P256, seed }
}

/// Root keys: the first root has A, B and C, the second has C, D and E.
pub const A: Holder = ed25519(1);
pub const B: Holder = p256(2);
pub const C: Holder = ed25519(3);
pub const D: Holder = p256(4);
pub const E: Holder = ed25519(5);
/// Both keys of targets, both needed.
pub const TARGETS: [Holder; 2] = [ed25519(6), p256(7)];
/// The only key of each of these roles.
pub const SNAPSHOT: Holder = p256(8);
pub const TIMESTAMP: Holder = ed25519(9);
pub const PROJECT: Holder = ed25519(10);
/// Keys of no role.
pub const STRANGER: Holder = ed25519(11);
pub const OTHER_STRANGER: Holder = p256(12);

/// A holder's key, and what it has signed.
struct Remembered {
    private: SoftwareKey,
    object: Json,
    keyid: String,
    signatures: Mutex<BTreeMap<Vec<u8>, String>>,
}

impl Holder {
    fn remembered(self) -> Arc<Remembered> {
        static KEYS: OnceLock<Mutex<BTreeMap<u8, Arc<Remembered>>>> = OnceLock::new();
        let mut keys = KEYS.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
        let make = || {
            let private = SoftwareKey::from_seed(self.algorithm, &[self.seed; 32]).unwrap();
            let object = Key::write(private.public(), written_scheme(self.algorithm).unwrap(), None);
            let keyid = keyid_of(&object);
            Arc::new(Remembered { private, object, keyid, signatures: Mutex::default() })
        };
        Arc::clone(keys.entry(self.seed).or_insert_with(make))
    }

    /// The key object.
    pub fn object(self) -> Json {
        self.remembered().object.clone()
    }

    /// The keyid that the object has.
    pub fn keyid(self) -> String {
        self.remembered().keyid.clone()
    }

    /// A signature in hex.
    pub fn sign(self, message: &[u8]) -> String {
        let own = self.remembered();
        let mut signatures = own.signatures.lock().unwrap_or_else(PoisonError::into_inner);
        let signature = signatures.entry(message.to_vec());
        signature.or_insert_with(|| hex::encode(&own.private.sign(message))).clone()
    }

    /// The public key in PEM, whatever the key object has.
    pub fn pem(self) -> String {
        self.remembered().private.public().to_spki_pem()
    }

    /// The bytes at the end of the SPKI: the Ed25519 key, or the uncompressed point.
    pub fn raw(self) -> Vec<u8> {
        let spki = self.remembered().private.public().to_spki_der();
        let width = if self.algorithm == KeyAlgorithm::Ed25519 { 32 } else { 65 };
        spki[spki.len() - width..].to_vec()
    }

    /// Signs under its own keyid.
    pub fn signer(self) -> Signer {
        Signer { keyid: self.keyid(), holder: self }
    }
}

/// Who signs a file, and under which keyid.
#[derive(Clone)]
pub struct Signer {
    pub keyid: String,
    pub holder: Holder,
}
