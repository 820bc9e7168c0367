//! The envelope of every metadata file (spec 4.2): `signed`, and signatures over its canonical form.

use crate::crypto::digest::Sha256Digest;
use crate::json::view::{At, ShapeError};
use crate::json::{Json, JsonError};

use super::REHEARSAL_MARK;
use super::time::Date;

/// Metadata that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MetadataError {
    /// Not strict JSON.
    #[error("not strict JSON: {0}")]
    Json(JsonError),
    /// Not shaped as the specification says.
    #[error("not TUF metadata: {0}")]
    Shape(ShapeError),
}

impl From<JsonError> for MetadataError {
    fn from(error: JsonError) -> MetadataError {
        MetadataError::Json(error)
    }
}

impl From<ShapeError> for MetadataError {
    fn from(error: ShapeError) -> MetadataError {
        MetadataError::Shape(error)
    }
}

/// A signature as it stands in an envelope; nothing about it has been checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The keyid it claims.
    pub keyid: String,
    /// Hex, or whatever the file has there; empty in placeholders.
    pub sig: String,
}

impl Signature {
    /// Reads one element of `signatures`.
    pub fn read(at: &At<'_>) -> Result<Signature, ShapeError> {
        let text = |name| Ok::<_, ShapeError>(at.field(name)?.string()?.to_owned());
        Ok(Signature { keyid: text("keyid")?, sig: text("sig")? })
    }

    /// The JSON object that is published.
    pub fn to_json(&self) -> Json {
        Json::object([("keyid", Json::from(self.keyid.as_str())), ("sig", Json::from(self.sig.as_str()))])
    }
}

/// A metadata file, its signatures not yet verified.
#[derive(Clone, Debug)]
pub struct Envelope {
    /// `signed`.
    pub signed: Json,
    /// `signatures`, in the order of the file.
    pub signatures: Vec<Signature>,
    /// `signed._type`.
    pub kind: String,
}

impl Envelope {
    /// Parses a file of at most `limit` bytes.
    pub fn parse(text: &[u8], limit: usize) -> Result<Envelope, MetadataError> {
        Ok(Envelope::read(Json::parse(text, limit)?)?)
    }

    /// Reads an envelope from its tree, of which `signed` is taken over and not copied: it may be large.
    pub fn read(mut tree: Json) -> Result<Envelope, ShapeError> {
        let at = At::new(&tree, "metadata");
        let kind = at.field("signed")?.field("_type")?.string()?.to_owned();
        let listed = at.field("signatures")?;
        let signatures = listed.elements()?.map(|one| Signature::read(&one)).collect::<Result<_, _>>()?;
        let signed = tree.as_object_mut().and_then(|members| members.remove("signed")).unwrap_or(Json::Null);
        Ok(Envelope { signed, signatures, kind })
    }

    /// The bytes that are signed.
    pub fn canonical(&self) -> Vec<u8> {
        self.signed.canonical()
    }

    /// SHA-256 of the bytes that are signed: the name of a payload.
    pub fn digest(&self) -> Sha256Digest {
        Sha256Digest::of(&self.canonical())
    }

    /// The file to publish, with these signatures.
    pub fn publish(signed: &Json, signatures: &[Signature]) -> Vec<u8> {
        let signatures = Json::Arr(signatures.iter().map(Signature::to_json).collect());
        Json::object([("signatures", signatures), ("signed", signed.clone())]).to_disk()
    }

    /// Whether this was made in a rehearsal. Anything but an explicit `false` counts as the mark.
    pub fn is_rehearsal(&self) -> bool {
        self.signed.get(REHEARSAL_MARK).is_some_and(|mark| *mark != Json::Bool(false))
    }
}

/// What the four kinds of metadata have in common (spec 4.2, 4.3).
#[derive(Clone, Debug)]
pub struct Header {
    /// `spec_version`, as found.
    pub spec_version: String,
    /// `version`, at least 1.
    pub version: i64,
    /// `expires`.
    pub expires: Date,
}

impl Header {
    /// Reads the common fields of `signed`, which must be of this `_type`.
    pub fn read(signed: &At<'_>, kind: &str) -> Result<Header, ShapeError> {
        let found = signed.field("_type")?;
        if found.string()? != kind {
            return Err(
                found.error(format!("expected metadata of type {kind:?}, found {:?}", found.string()?))
            );
        }
        let expires = signed.field("expires")?;
        let text = expires.string()?;
        Ok(Header {
            spec_version: signed.field("spec_version")?.string()?.to_owned(),
            version: signed.field("version")?.integer(1)?,
            expires: Date::parse(text).ok_or_else(|| expires.error(format!("{text:?} is not a date")))?,
        })
    }
}
