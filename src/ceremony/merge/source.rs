//! Where merged files came from, and who signed what among them, as the record has it.

use crate::crypto::digest::Sha256Digest;
use crate::json::Json;

/// Where files came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A response.
    Response {
        /// Of its bytes.
        sha256: Sha256Digest,
        /// SHA-256 of the plan under which its request was written.
        plan: Sha256Digest,
        /// SHA-256 of the request that it says it answers.
        request: Sha256Digest,
    },
    /// Another copy of the ceremony directory.
    Copy {
        /// How many lines its record has.
        lines: u64,
        /// With how many of them ours begins, too.
        common: u64,
        /// The root of the Merkle tree over its lines.
        root_hash: Sha256Digest,
    },
}

impl Source {
    /// What the record says of it.
    pub fn to_json(&self) -> Json {
        let number = |number: u64| Json::Int(i64::try_from(number).unwrap_or(i64::MAX));
        match self {
            Source::Response { sha256, plan, request } => Json::object([
                ("kind", Json::from("response")),
                ("plan", Json::from(plan.to_hex())),
                ("request", Json::from(request.to_hex())),
                ("sha256", Json::from(sha256.to_hex())),
            ]),
            Source::Copy { lines, common, root_hash } => Json::object([
                ("common", number(*common)),
                ("kind", Json::from("copy")),
                ("lines", number(*lines)),
                ("root_hash", Json::from(root_hash.to_hex())),
            ]),
        }
    }
}

/// A signature that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenSignature {
    /// The key's name in the plan, and its holder; `None` for a key that the plan does not name.
    pub key: Option<(String, String)>,
    /// Its keyid.
    pub keyid: String,
    /// The payload.
    pub payload: Sha256Digest,
    /// Its role.
    pub role: String,
    /// Its version.
    pub version: i64,
}

impl TakenSignature {
    /// What the record says of it.
    pub fn to_json(&self) -> Json {
        let named = |part: fn(&(String, String)) -> &String| {
            self.key.as_ref().map_or(Json::Null, |key| Json::from(part(key).as_str()))
        };
        Json::object([
            ("holder", named(|(_, holder)| holder)),
            ("key", named(|(key, _)| key)),
            ("keyid", Json::from(self.keyid.as_str())),
            ("payload", Json::from(self.payload.to_hex())),
            ("role", Json::from(self.role.as_str())),
            ("version", Json::Int(self.version)),
        ])
    }
}
