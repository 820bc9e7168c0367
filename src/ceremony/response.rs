//! Signature responses: what a holder elsewhere sends back. One line of canonical JSON, small enough for one QR code.
//!
//! With an id of up to 64 characters, a response with two ECDSA or Ed25519 signatures has less than 880 bytes, and one with a
//! signature of RSA-4096 about 1,130. Each further signature adds 140 bytes and its own length in base64: 96 for ECDSA on P-256,
//! 684 for RSA-4096, 4,412 for ML-DSA-65.

use std::collections::BTreeMap;

use crate::crypto::base64;
use crate::crypto::digest::Sha256Digest;
use crate::crypto::hex;
use crate::host::brief::brief;
use crate::json::Json;
use crate::json::view::{At, ShapeError};
use crate::tuf::envelope::Signature;

use super::CarriedError;
use super::carried::RESPONSE;

/// What a response begins with.
pub const FORMAT: &str = "tuf-ceremony-response/1";

/// The largest response that is read, in bytes: more than a hundred signatures of the common kinds.
pub const LIMIT: usize = 64 << 10;

/// The most payloads and signatures of a response, taken together: so many of the smallest kind hardly fit into one.
const MOST: usize = 256;

/// The longest id of a ceremony, in characters.
const LONGEST_ID: usize = 64;

/// The members of a response.
const MEMBERS: [&str; 5] = ["ceremony", "format", "plan", "request", "signatures"];

/// A response. Nothing in it has been verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The ceremony's id.
    pub ceremony: String,
    /// SHA-256 of the plan that the request carried.
    pub plan: Sha256Digest,
    /// SHA-256 of the request that it answers. No signature covers it: it helps to tell answers apart, and proves nothing.
    pub request: Sha256Digest,
    /// Signatures by payload.
    pub signatures: BTreeMap<Sha256Digest, Vec<Signature>>,
}

impl Response {
    /// The file: one line.
    pub fn to_bytes(&self) -> Vec<u8> {
        let of_payload = |signatures: &[Signature]| {
            let sig = |one: &Signature| base64::encode(&hex::decode(&one.sig).unwrap_or_default());
            Json::Obj(signatures.iter().map(|one| (one.keyid.clone(), Json::Str(sig(one)))).collect())
        };
        let signatures = self.signatures.iter().map(|(payload, all)| (payload.to_hex(), of_payload(all)));
        let said = Json::object([
            ("ceremony", Json::from(self.ceremony.as_str())),
            ("format", Json::from(FORMAT)),
            ("plan", Json::from(self.plan.to_hex())),
            ("request", Json::from(self.request.to_hex())),
            ("signatures", Json::Obj(signatures.collect())),
        ]);
        let mut bytes = said.canonical();
        bytes.push(b'\n');
        bytes
    }

    /// Reads a response. White space around its parts is no matter: it may have been typed, or read from a screen.
    pub fn read(name: &str, bytes: &[u8]) -> Result<Response, CarriedError> {
        let wrong =
            |problem: String| CarriedError::Unreadable { file: name.to_owned(), what: RESPONSE, problem };
        let tree = Json::parse(bytes, LIMIT).map_err(|error| wrong(error.to_string()))?;
        read(&At::new(&tree, "response")).map_err(|error| wrong(error.to_string()))
    }
}

fn read(at: &At<'_>) -> Result<Response, ShapeError> {
    let format = at.field("format")?;
    if format.string()? != FORMAT {
        return Err(format.error(format!("{FORMAT:?} is what this version reads")));
    }
    if let Some(unknown) = at.members()?.keys().find(|name| !MEMBERS.contains(&name.as_str())) {
        return Err(at.error(format!("a response has no field {:?}", brief(unknown))));
    }
    let digest = |at: &At<'_>, text: &str| {
        Sha256Digest::parse_hex(text).ok_or_else(|| at.error("expected a SHA-256 in lower-case hex"))
    };
    let (plan, request) = (at.field("plan")?, at.field("request")?);
    let (mut signatures, mut count) = (BTreeMap::new(), 0_usize);
    for (payload, of_payload) in at.field("signatures")?.entries()? {
        let payload = digest(&of_payload, payload)?;
        let mut all = Vec::new();
        for (keyid, sig) in of_payload.entries()? {
            plain(&sig, keyid)?;
            let text = sig.string()?;
            // One spelling for each signature.
            let bytes = base64::decode(text).filter(|bytes| base64::encode(bytes) == text);
            let bytes = bytes.ok_or_else(|| sig.error("it is not base64"))?;
            all.push(Signature { keyid: keyid.to_owned(), sig: hex::encode(&bytes) });
        }
        count = count.saturating_add(1).saturating_add(all.len());
        if count > MOST {
            return Err(at.error(format!("it has more than {MOST} payloads and signatures")));
        }
        signatures.insert(payload, all);
    }
    let id = at.field("ceremony")?;
    let ceremony = id.string()?.to_owned();
    if ceremony.chars().nth(LONGEST_ID).is_some() {
        return Err(id.error(format!("an id has up to {LONGEST_ID} characters")));
    }
    plain(&id, &ceremony)?;
    let (plan, request) = (digest(&plan, plan.string()?)?, digest(&request, request.string()?)?);
    Ok(Response { ceremony, plan, request, signatures })
}

/// Refuses control characters, which no id has: canonical JSON has them as they are, and then is no JSON.
fn plain(at: &At<'_>, text: &str) -> Result<(), ShapeError> {
    match text.contains(char::is_control) {
        true => Err(at.error("an id has control characters")),
        false => Ok(()),
    }
}
