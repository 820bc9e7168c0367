//! Keys, signatures and metadata for the tests of `tuf`.

use std::collections::BTreeMap;

use tuf_ceremony::crypto::software::SoftwareKey;
use tuf_ceremony::crypto::{KeyAlgorithm, hex};
use tuf_ceremony::json::Json;
use tuf_ceremony::json::view::At;
use tuf_ceremony::tuf::envelope::Signature;
use tuf_ceremony::tuf::key::{Key, keyid_of, written_scheme};

/// A signer under the keyid that its key object has.
pub struct Holder {
    pub private: SoftwareKey,
    pub object: Json,
    pub keyid: String,
}

impl Holder {
    pub fn new(algorithm: KeyAlgorithm, seed: u8) -> Holder {
        let private = SoftwareKey::from_seed(algorithm, &[seed; 32]).unwrap();
        let object = Key::write(private.public(), written_scheme(algorithm).unwrap(), None);
        let keyid = keyid_of(&object);
        Holder { private, object, keyid }
    }

    pub fn ed25519(seed: u8) -> Holder {
        Holder::new(KeyAlgorithm::Ed25519, seed)
    }

    /// The same key in an object with one more field, and so under another keyid.
    pub fn renamed(&self, field: &str) -> Json {
        let mut object = self.object.clone();
        object.as_object_mut().unwrap().insert(field.to_owned(), Json::Bool(true));
        object
    }

    pub fn sign(&self, message: &[u8]) -> Signature {
        self.sign_as(&self.keyid, message)
    }

    pub fn sign_as(&self, keyid: &str, message: &[u8]) -> Signature {
        Signature { keyid: keyid.to_owned(), sig: hex::encode(&self.private.sign(message)) }
    }
}

pub fn read_key(object: &Json) -> Key {
    Key::read(&keyid_of(object), &At::new(object, "key")).unwrap()
}

/// Keys by their computed keyids.
pub fn keys<'a>(objects: impl IntoIterator<Item = &'a Json>) -> BTreeMap<String, Key> {
    objects.into_iter().map(|object| (keyid_of(object), read_key(object))).collect()
}

pub fn json(text: &str) -> Json {
    Json::parse(text.as_bytes(), usize::MAX).unwrap_or_else(|error| panic!("{error}: {text}"))
}
