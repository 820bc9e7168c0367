//! Keys in metadata (spec 4.2.1): read in every form the world has, written in one.

use std::sync::Arc;

use crate::crypto::digest::Sha256Digest;
use crate::crypto::{KeyAlgorithm, KeyError, PublicKey, Scheme, hex};
use crate::json::Json;
use crate::json::view::{At, ShapeError};

use super::HOLDER_FIELD;
use super::dialect::ForeignKeyProblem;

/// A key object, under the keyid by which its file lists it.
#[derive(Clone, Debug)]
pub struct Key {
    /// The name in the `keys` object. Never trusted: see [`Key::computed_keyid`].
    pub keyid: String,
    /// What of the object is in no other field.
    rest: Rest,
    /// `keytype`, as found.
    pub keytype: String,
    /// `scheme`, as found.
    pub scheme: String,
    /// What can be verified with it, or why nothing can.
    pub usable: Result<Usable, KeyProblem>,
}

/// What is kept of a key object. A file may have tens of thousands of keys, and most have three fields.
#[derive(Clone, Debug)]
enum Rest {
    /// `keytype`, `scheme` and, in `keyval`, this text as `public`, and nothing else.
    Public(Arc<str>),
    /// All of it.
    Whole(Arc<Json>),
}

impl Rest {
    fn of(object: &Json, keytype: &str, scheme: &str) -> Rest {
        let public = || {
            let keyval = object.get("keyval")?.as_object()?;
            let text = |name| object.get(name).and_then(Json::as_str);
            let stated = text("keytype") == Some(keytype) && text("scheme") == Some(scheme);
            let plain = stated && object.as_object()?.len() == 3 && keyval.len() == 1;
            keyval.get("public")?.as_str().filter(|_| plain)
        };
        public().map_or_else(|| Rest::Whole(Arc::new(object.clone())), |public| Rest::Public(public.into()))
    }
}

/// Key material together with the scheme it is used with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usable {
    /// The scheme.
    pub scheme: Scheme,
    /// The material.
    pub public: PublicKey,
}

/// Why a key that is well-formed JSON can verify nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyProblem {
    /// No client of ours knows this pair; such keys are kept and never counted.
    #[error("key type {keytype:?} with scheme {scheme:?} is not known")]
    Unknown {
        /// As found.
        keytype: String,
        /// As found.
        scheme: String,
    },
    /// `keytype`, `scheme` and the key itself do not agree.
    #[error("key type {keytype:?}, scheme {scheme:?} and a public key of type {found} do not agree")]
    Disagree {
        /// As found.
        keytype: String,
        /// As found.
        scheme: String,
        /// What the public value really is.
        found: &'static str,
    },
    /// The public value is no key.
    #[error("the public value is not a usable key: {0}")]
    Value(KeyError),
    /// A client does not count keys like this (see [`super::client`]).
    #[error("{says} [{rule}]")]
    NotCounted {
        /// The rule's name.
        rule: &'static str,
        /// What is said of it.
        says: &'static str,
    },
    /// What only keys of other dialects can have.
    #[error("{0}")]
    Foreign(ForeignKeyProblem),
}

impl Key {
    /// Reads a key object.
    pub fn read(keyid: &str, at: &At<'_>) -> Result<Key, ShapeError> {
        let keytype = at.field("keytype")?.string()?.to_owned();
        let scheme = at.field("scheme")?.string()?.to_owned();
        let keyval = at.field("keyval")?;
        keyval.members()?;
        // Of a pair that is not known, neither is what its value looks like (spec 4.2.2: adopters define their own).
        let usable = if is_known(&keytype, &scheme) {
            usable_by_name(&keytype, &scheme, keyval.field("public")?.string()?)
        } else {
            Err(KeyProblem::Unknown { keytype: keytype.clone(), scheme: scheme.clone() })
        };
        Ok(Key::new(keyid, at.json(), keytype, scheme, usable))
    }

    /// A key whose object was read.
    pub(super) fn new(
        keyid: &str,
        object: &Json,
        keytype: String,
        scheme: String,
        usable: Result<Usable, KeyProblem>,
    ) -> Key {
        let rest = Rest::of(object, &keytype, &scheme);
        Key { keyid: keyid.to_owned(), rest, keytype, scheme, usable }
    }

    /// The object, every field included.
    pub fn object(&self) -> Json {
        match &self.rest {
            Rest::Whole(object) => Json::clone(object),
            Rest::Public(public) => Json::object([
                ("keytype", Json::from(self.keytype.as_str())),
                ("keyval", Json::object([("public", Json::from(&**public))])),
                ("scheme", Json::from(self.scheme.as_str())),
            ]),
        }
    }

    /// The key object as this program writes it: `keytype`, `scheme`, `keyval.public`, and the holder if asked for.
    pub fn write(public: &PublicKey, scheme: Scheme, holder: Option<&str>) -> Json {
        let (keytype, value) = match public.ed25519_bytes() {
            Some(raw) => ("ed25519", hex::encode(&raw)),
            None => (written_keytype(public.algorithm()), public.to_spki_pem()),
        };
        let mut members = vec![
            ("keytype", Json::from(keytype)),
            ("keyval", Json::object([("public", Json::from(value))])),
            ("scheme", Json::from(scheme.name())),
        ];
        members.extend(holder.map(|name| (HOLDER_FIELD, Json::from(name))));
        Json::Obj(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    /// The object with keytype and public value in the form that this program writes; every other field stays.
    pub fn reencoded(&self) -> Json {
        let mut object = self.object();
        let Ok(usable) = &self.usable else { return object };
        let written = Key::write(&usable.public, usable.scheme, None);
        let Some(members) = object.as_object_mut() else { return object };
        for field in ["keytype", "scheme"] {
            members.insert(field.to_owned(), written.get(field).cloned().unwrap_or(Json::Null));
        }
        let public = written.get("keyval").and_then(|keyval| keyval.get("public")).cloned();
        if let (Some(keyval), Some(public)) =
            (members.get_mut("keyval").and_then(Json::as_object_mut), public)
        {
            keyval.insert("public".to_owned(), public);
        }
        object
    }

    /// Whether it is in the form that this program writes. PEM may be broken into lines in any way.
    pub fn is_in_written_form(&self) -> bool {
        let Ok(usable) = &self.usable else { return true };
        let is_pem = |object: &Json| {
            let public = object.get("keyval").and_then(|keyval| keyval.get("public")).and_then(Json::as_str);
            public.is_some_and(|public| public.contains("-----BEGIN"))
        };
        let written = Key::write(&usable.public, usable.scheme, None);
        let same_type = written.get("keytype").and_then(Json::as_str) == Some(&self.keytype);
        same_type && is_pem(&written) == is_pem(&self.object())
    }

    /// SHA-256 of the canonical key object, all fields included (spec 4.2.1).
    pub fn computed_keyid(&self) -> String {
        keyid_of(&self.object())
    }

    /// The identity of the key material, whatever its encoding; `None` for keys that cannot be used.
    pub fn material(&self) -> Option<Sha256Digest> {
        self.usable.as_ref().ok().map(|usable| usable.public.fingerprint())
    }

    /// The holder written in the key, if any. Also reads the field that tuf-on-ci writes.
    pub fn holder(&self) -> Option<&str> {
        let Rest::Whole(object) = &self.rest else { return None };
        [HOLDER_FIELD, "x-tuf-on-ci-keyowner"].iter().find_map(|field| object.get(field)?.as_str())
    }
}

/// SHA-256 of a canonical key object, in lower-case hex.
pub fn keyid_of(object: &Json) -> String {
    Sha256Digest::of(&object.canonical()).to_hex()
}

/// The scheme this program writes for new keys of an algorithm; `None` for those it does not write.
pub fn written_scheme(algorithm: KeyAlgorithm) -> Option<Scheme> {
    match algorithm {
        KeyAlgorithm::Ed25519 => Some(Scheme::Ed25519),
        KeyAlgorithm::P256 => Some(Scheme::EcdsaSha2Nistp256),
        KeyAlgorithm::P384 => Some(Scheme::EcdsaSha2Nistp384),
        KeyAlgorithm::Rsa => Some(Scheme::RsassaPssSha256),
        KeyAlgorithm::MlDsa44 | KeyAlgorithm::MlDsa65 | KeyAlgorithm::MlDsa87 => None,
    }
}

fn written_keytype(algorithm: KeyAlgorithm) -> &'static str {
    match algorithm {
        KeyAlgorithm::Ed25519 => "ed25519",
        KeyAlgorithm::P256 | KeyAlgorithm::P384 => "ecdsa",
        KeyAlgorithm::Rsa => "rsa",
        KeyAlgorithm::MlDsa44 | KeyAlgorithm::MlDsa65 | KeyAlgorithm::MlDsa87 => "ml-dsa",
    }
}

/// What a key type can hold; `None` if it is not known.
fn family(keytype: &str) -> Option<&'static [KeyAlgorithm]> {
    Some(match keytype {
        "ed25519" => &[KeyAlgorithm::Ed25519],
        "ecdsa" => &[KeyAlgorithm::P256, KeyAlgorithm::P384],
        // Written by python-securesystemslib before 0.20, by go-tuf and in Sigstore's roots 1 to 8.
        "ecdsa-sha2-nistp256" => &[KeyAlgorithm::P256],
        "ecdsa-sha2-nistp384" => &[KeyAlgorithm::P384],
        "rsa" => &[KeyAlgorithm::Rsa],
        "ml-dsa" => &[KeyAlgorithm::MlDsa44, KeyAlgorithm::MlDsa65, KeyAlgorithm::MlDsa87],
        _ => return None,
    })
}

fn is_known(keytype: &str, scheme: &str) -> bool {
    family(keytype).is_some() && Scheme::from_name(scheme).is_some()
}

/// What a public value is good for under these names.
pub(super) fn usable_by_name(keytype: &str, scheme: &str, public: &str) -> Result<Usable, KeyProblem> {
    let unknown = || KeyProblem::Unknown { keytype: keytype.to_owned(), scheme: scheme.to_owned() };
    let known = Scheme::from_name(scheme).ok_or_else(unknown)?;
    let family = family(keytype).ok_or_else(unknown)?;
    let public = read_public(known.algorithm(), public).map_err(KeyProblem::Value)?;
    if !family.contains(&known.algorithm()) || public.algorithm() != known.algorithm() {
        return Err(KeyProblem::Disagree {
            keytype: keytype.to_owned(),
            scheme: scheme.to_owned(),
            found: public.algorithm().name(),
        });
    }
    Ok(Usable { scheme: known, public })
}

fn read_public(algorithm: KeyAlgorithm, text: &str) -> Result<PublicKey, KeyError> {
    match (algorithm, hex::decode(text)) {
        (KeyAlgorithm::Ed25519, Some(raw)) => PublicKey::from_ed25519(&raw),
        (KeyAlgorithm::P256 | KeyAlgorithm::P384, Some(point)) => PublicKey::from_ec_point(algorithm, &point),
        _ => PublicKey::from_spki_pem(text),
    }
}
