//! Where merged files came from, as the record has it.

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
            Source::Response { sha256, plan } => Json::object([
                ("kind", Json::from("response")),
                ("plan", Json::from(plan.to_hex())),
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
