//! Single keys: KEY-STRENGTH, KEY-SCHEME, KEY-ID.

use crate::host::display::count;
use crate::tuf::key::{Key, KeyProblem};

use super::{Check, Finding};

/// KEY-STRENGTH: P-256, P-384, Ed25519 without small-order points, RSA of 3072 bits or more with e = 65537, ML-DSA.
pub fn key_strength(keys: &[&Key]) -> Finding {
    let mut problems = Vec::new();
    for key in keys {
        match &key.usable {
            Err(KeyProblem::Value(error)) => problems.push(format!("key {}: {error}", key.keyid)),
            Ok(usable) => problems
                .extend(usable.public.weakness().map(|weakness| format!("key {}: {weakness}", key.keyid))),
            Err(
                KeyProblem::Unknown { .. }
                | KeyProblem::Disagree { .. }
                | KeyProblem::NotCounted { .. }
                | KeyProblem::Foreign(_),
            ) => {}
        }
    }
    let next = "Make a new key on the token: `token provision --key NAME`, with one of the schemes that \
         ceremony.toml allows.";
    Finding::judge(Check::KeyStrength, problems, next, count(keys.len(), "key"))
}

/// KEY-SCHEME: keytype, scheme and curve agree, and all clients know them.
pub fn key_scheme(keys: &[&Key]) -> Finding {
    let mut problems = Vec::new();
    for key in keys {
        if let Err(problem @ (KeyProblem::Unknown { .. } | KeyProblem::Disagree { .. })) = &key.usable {
            problems.push(format!("key {}: {problem}", key.keyid));
        } else if !key.is_in_written_form() {
            problems.push(format!(
                "key {} is written in an older form, with keytype {:?}, that newer clients do not count",
                key.keyid, key.keytype
            ));
        }
    }
    let next = "Let `draft` write the key object from the public key; do not edit keytype or scheme by hand. Keys of older \
         tools are written anew by `tuf-ceremony change reencode-keys`.";
    Finding::judge(Check::KeyScheme, problems, next, count(keys.len(), "key"))
}

/// KEY-ID: keyid = SHA-256 of the canonical key object, all fields.
pub fn key_id(keys: &[&Key]) -> Finding {
    let wrong = keys.iter().filter(|key| key.computed_keyid() != key.keyid);
    let problems =
        wrong.map(|key| format!("key {} should be listed under {}", key.keyid, key.computed_keyid()));
    let next =
        "Write the draft anew with `draft`: it computes keyids. Never edit a key object without its keyid.";
    Finding::judge(Check::KeyId, problems.collect(), next, format!("{} computed", count(keys.len(), "keyid")))
}
