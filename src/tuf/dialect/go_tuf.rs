//! TUF 0.9 as go-tuf wrote it: keys without a scheme, hex, and a method for each signature that says nothing new.
//!
//! On its way to TUF 1.0 go-tuf added `scheme` and `keyid_hash_algorithms` to keys. Such a key goes by two keyids: the one
//! over all of its fields, and the one that it had before.

use crate::json::Json;
use crate::tuf::key::{Key, KeyProblem, Usable, keyid_of, usable_by_name};

use super::key::strong_enough;

/// The keyids of a key object, whatever its file calls it: the one over all fields first.
pub(super) fn keyids(object: &Json) -> Vec<String> {
    let public = object.get("keyval").and_then(|value| value.get("public")).cloned().unwrap_or(Json::Null);
    let keytype = object.get("keytype").cloned().unwrap_or(Json::Null);
    let mut key = Json::object([("keytype", keytype), ("keyval", Json::object([("public", public)]))]);
    let old = keyid_of(&key);
    let added = ["scheme", "keyid_hash_algorithms"].map(|name| (name, object.get(name)));
    if added.iter().all(|(_, value)| value.is_none()) {
        return vec![old];
    }
    if let Some(members) = key.as_object_mut() {
        for (name, value) in added {
            value.map(|value| members.insert(name.to_owned(), value.clone()));
        }
    }
    vec![keyid_of(&key), old]
}

/// The scheme of a key that states none.
pub(super) fn scheme_of(keytype: &str) -> &'static str {
    match keytype {
        "ed25519" => "ed25519",
        "ecdsa" | "ecdsa-sha2-nistp256" => "ecdsa-sha2-nistp256",
        "rsa" => "rsassa-pss-sha256",
        _ => "",
    }
}

/// What a public value is good for.
pub(super) fn usable(keytype: &str, scheme: &str, public: &str) -> Result<Usable, KeyProblem> {
    usable_by_name(keytype, scheme, public).and_then(strong_enough)
}

/// Whether a signature's method is for this key. It names the key type or the scheme; python-tuf had names of its own
/// for RSA.
pub(super) fn fits(method: &str, key: &Key) -> bool {
    let old_names: &[&str] = if key.keytype == "rsa" { &["rsassa-pss"] } else { &[] };
    [key.keytype.as_str(), key.scheme.as_str()]
        .iter()
        .chain(old_names)
        .any(|name| name.eq_ignore_ascii_case(method))
}
