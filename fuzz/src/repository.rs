//! A small repository, written down so that it can be changed and still be signed.
//!
//! The input is a JSON object with `files`, `earlier` (the client's own copies, by role), `profile` and `roots_only`. A file is
//! an object with `signed`, `sign` (the names of the holders who sign it, `A` to `E`) and `signatures`, or a string, which
//! is the file as it is. In `signed` the string or name `@A` stands for a holder's keyid, and the string `#A` for the key.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use tuf_ceremony::crypto::digest::Sha256Digest;
use tuf_ceremony::crypto::software::SoftwareKey;
use tuf_ceremony::crypto::{KeyAlgorithm, Scheme, hex};
use tuf_ceremony::json::Json;
use tuf_ceremony::json::view::At;
use tuf_ceremony::tuf::client::profile::Profile;
use tuf_ceremony::tuf::client::source::{Fetched, Source, Store};
use tuf_ceremony::tuf::envelope::{Envelope, Signature};
use tuf_ceremony::tuf::key::{Key, keyid_of};

/// The root that clients trust. No version of the specification is right for all of them.
const TRUSTED: &str = r##"{
    "signed": {
        "_type": "root", "spec_version": "SPEC", "version": 1, "expires": "2030-01-01T00:00:00Z",
        "consistent_snapshot": true, "keys": {"@A": "#A", "@B": "#B", "@C": "#C", "@D": "#D"},
        "roles": {
            "root": {"keyids": ["@A", "@B", "@C"], "threshold": 2},
            "targets": {"keyids": ["@A", "@C"], "threshold": 2},
            "snapshot": {"keyids": ["@D"], "threshold": 1},
            "timestamp": {"keyids": ["@D"], "threshold": 1}
        }
    },
    "sign": ["A", "B"]
}"##;

/// The holders of keys, the same in every run.
pub struct Holders(BTreeMap<&'static str, Holder>);

struct Holder {
    key: SoftwareKey,
    object: Json,
    keyid: String,
}

/// A file, and the key material that really signed it.
#[derive(Clone)]
pub struct File {
    pub bytes: Vec<u8>,
    pub signers: BTreeSet<Sha256Digest>,
}

impl Holders {
    pub fn new() -> Holders {
        let holder = |(number, name)| {
            let key =
                SoftwareKey::from_seed(KeyAlgorithm::Ed25519, &[number; 32]).expect("any seed is a key");
            let object = Key::write(key.public(), Scheme::Ed25519, None);
            (name, Holder { keyid: keyid_of(&object), object, key })
        };
        Holders((1..).zip(["A", "B", "C", "D", "E"]).map(holder).collect())
    }

    /// The root that this client trusts.
    pub fn trusted(&self, profile: Profile) -> File {
        let version = if profile == Profile::RustTuf { "1.0" } else { "1.0.31" };
        let written = TRUSTED.replace("SPEC", version);
        self.file(&Json::parse(written.as_bytes(), written.len()).expect("it is written above"))
    }

    /// The file that is written down so.
    pub fn file(&self, written: &Json) -> File {
        if let Json::Str(text) = written {
            return File { bytes: text.clone().into_bytes(), signers: BTreeSet::new() };
        }
        let signed = self.filled_in(written.get("signed").unwrap_or(&Json::Null));
        let message = signed.canonical();
        let list = |name| written.get(name).and_then(Json::as_array).unwrap_or_default();
        let read = |one| Signature::read(&At::new(one, "signature")).ok();
        let mut signatures: Vec<Signature> = list("signatures").iter().filter_map(read).collect();
        let mut signers = BTreeSet::new();
        for holder in list("sign").iter().filter_map(|name| self.0.get(name.as_str()?)) {
            let sig = hex::encode(&holder.key.sign(&message));
            signatures.push(Signature { keyid: holder.keyid.clone(), sig });
            signers.insert(holder.key.public().fingerprint());
        }
        File { bytes: Envelope::publish(&signed, &signatures), signers }
    }

    /// Files by their names.
    pub fn files(&self, written: Option<&Json>) -> BTreeMap<String, File> {
        let files = written.and_then(Json::as_object).into_iter().flatten();
        files.map(|(name, written)| (name.clone(), self.file(written))).collect()
    }

    fn filled_in(&self, written: &Json) -> Json {
        let keyid = |text: &str| self.0.get(text.strip_prefix('@')?).map(|holder| holder.keyid.clone());
        let key = |text: &str| self.0.get(text.strip_prefix('#')?).map(|holder| holder.object.clone());
        match written {
            Json::Str(text) => keyid(text).map(Json::Str).or_else(|| key(text)).unwrap_or(written.clone()),
            Json::Arr(elements) => {
                Json::Arr(elements.iter().map(|element| self.filled_in(element)).collect())
            }
            Json::Obj(members) => {
                let filled = |(name, value): (&String, &Json)| {
                    (keyid(name).unwrap_or_else(|| name.clone()), self.filled_in(value))
                };
                Json::Obj(members.iter().map(filled).collect())
            }
            other => other.clone(),
        }
    }
}

/// Files as a repository and as a client's own copies.
pub struct Files(pub BTreeMap<String, File>);

impl Source for Files {
    type Error = Infallible;

    fn metadata(&mut self, name: &str, limit: usize) -> Result<Fetched, Infallible> {
        Ok(match self.0.get(name) {
            None => Fetched::Missing,
            Some(file) if file.bytes.len() > limit => Fetched::TooLarge,
            Some(file) => Fetched::Bytes(file.bytes.clone()),
        })
    }
}

impl Store for Files {
    type Error = Infallible;

    fn load(&mut self, role: &str) -> Result<Option<Vec<u8>>, Infallible> {
        Ok(self.0.get(role).map(|file| file.bytes.clone()))
    }

    fn save(&mut self, role: &str, bytes: &[u8]) -> Result<(), Infallible> {
        self.0.insert(role.to_owned(), File { bytes: bytes.to_vec(), signers: BTreeSet::new() });
        Ok(())
    }

    fn forget(&mut self, role: &str) -> Result<(), Infallible> {
        self.0.remove(role);
        Ok(())
    }
}
