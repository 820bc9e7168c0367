//! The commitment of a root to the record of its ceremony: a field in `signed`, so that whoever signs the root signs what the
//! record said until then.

use crate::crypto::digest::Sha256Digest;
use crate::json::Json;

/// The field in `signed`.
pub const FIELD: &str = "x-tuf-ceremony";

/// The head of a record's Merkle tree (RFC 6962) when the root was frozen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commitment {
    /// The ceremony's id.
    pub id: String,
    /// What its record is called as a log.
    pub origin: String,
    /// How many lines the record had.
    pub size: u64,
    /// The root over them.
    pub root_hash: Sha256Digest,
}

impl Commitment {
    /// That of some metadata; `None` if it has none in exactly this form.
    pub fn read(signed: &Json) -> Option<Commitment> {
        let field = signed.get(FIELD)?;
        let text = |name: &str| field.get(name).and_then(Json::as_str);
        let root_hash = Sha256Digest::parse_hex(text("root_hash")?)?;
        let size = u64::try_from(field.get("size")?.as_int()?).ok()?;
        let read =
            Commitment { id: text("id")?.to_owned(), origin: text("origin")?.to_owned(), size, root_hash };
        // Nothing else may ride along.
        (read.to_json() == *field).then_some(read)
    }

    /// The same metadata with this commitment.
    pub fn within(&self, signed: &Json) -> Json {
        let mut signed = signed.clone();
        if let Some(members) = signed.as_object_mut() {
            members.insert(FIELD.to_owned(), self.to_json());
        }
        signed
    }

    fn to_json(&self) -> Json {
        Json::object([
            ("id", Json::from(self.id.as_str())),
            ("origin", Json::from(self.origin.as_str())),
            ("root_hash", Json::from(self.root_hash.to_hex())),
            // A record has fewer lines than that.
            ("size", Json::Int(i64::try_from(self.size).unwrap_or(i64::MAX))),
        ])
    }
}

/// The same metadata without any commitment, whatever its form.
pub fn without(signed: &Json) -> Json {
    let mut signed = signed.clone();
    if let Some(members) = signed.as_object_mut() {
        members.remove(FIELD);
    }
    signed
}
