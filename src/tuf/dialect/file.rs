//! A metadata file of another dialect: what all four kinds have in common, and how its signatures are counted.

use std::collections::BTreeMap;

use crate::crypto::digest::Sha256Digest;
use crate::crypto::hex;
use crate::json::Json;
use crate::json::view::{At, ShapeError};
use crate::tuf::envelope::{Header, Signature};
use crate::tuf::key::Key;
use crate::tuf::root::RoleKeys;
use crate::tuf::time::Date;
use crate::tuf::verify::{self, Ignored, Tally, Why};

use super::{Dialect, key, notary};

/// A signature as it stands in the file; nothing about it has been checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignSignature {
    /// The keyid it claims.
    pub keyid: String,
    /// `method`, as found.
    pub method: Option<String>,
    /// In hex, ECDSA in DER, as TUF 1.0 has it; what the file has if that is not in the dialect's encoding.
    pub sig: String,
    /// Whether it is in the dialect's encoding.
    pub readable: bool,
}

impl ForeignSignature {
    /// As TUF 1.0 would have it; its method is lost.
    pub fn to_signature(&self) -> Signature {
        Signature { keyid: self.keyid.clone(), sig: self.sig.clone() }
    }
}

/// Something about a file that is not as the dialect wants it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Oddity {
    /// A key is listed under another keyid than its own, and does not count.
    #[error("the key listed as {listed} has the keyid {computed}")]
    Keyid {
        /// In the file.
        listed: String,
        /// What the dialect prescribes.
        computed: String,
    },
    /// The private half of a key is published.
    #[error("the key {keyid} is listed with its private half, which is no secret any longer")]
    PrivateHalf {
        /// In the file.
        keyid: String,
    },
    /// A delegated role that the snapshot does not list. Clients go on without it.
    #[error("the role {role} is delegated to and not listed in the snapshot, so nothing is known of it")]
    Unlisted {
        /// Its name.
        role: String,
    },
}

/// A file, its signatures not yet verified.
#[derive(Clone, Debug)]
pub struct ForeignFile {
    /// The dialect in which it was read.
    pub dialect: Dialect,
    /// `root`, `targets`, `snapshot` or `timestamp`: what `_type` says, as TUF 1.0 writes it.
    pub kind: &'static str,
    /// `signed`, every field included.
    pub signed: Json,
    /// Version and expiry. The specification version is empty: these dialects state none.
    pub header: Header,
    /// `signatures`, in the order of the file.
    pub signatures: Vec<ForeignSignature>,
    /// The bytes that are signed.
    pub canonical: Vec<u8>,
}

/// Reads any file of another dialect.
pub fn read_other(tree: &Json) -> Result<ForeignFile, ShapeError> {
    ForeignFile::read(Dialect::of(tree), tree)
}

impl ForeignFile {
    /// Reads a file in a dialect that is known, for example from the root that is trusted.
    pub fn read(dialect: Dialect, tree: &Json) -> Result<ForeignFile, ShapeError> {
        let at = At::new(tree, "metadata");
        if dialect == Dialect::Tuf1 {
            return Err(at.error("this is metadata of TUF 1.0, not of another dialect"));
        }
        let signed = at.field("signed")?;
        let kind = signed.field("_type")?;
        let found = kind.string()?;
        let kind = dialect
            .kind(found)
            .ok_or_else(|| kind.error(format!("{found:?} is no type of metadata in {}", dialect.name())))?;
        let expires = signed.field("expires")?;
        let text = expires.string()?;
        let header = Header {
            spec_version: String::new(),
            version: signed.field("version")?.integer(1)?,
            expires: Date::parse(text).ok_or_else(|| expires.error(format!("{text:?} is not a date")))?,
        };
        let signatures = list(&at.field("signatures")?)?;
        let signatures = signatures.iter().map(|at| signature(dialect, at)).collect::<Result<_, _>>()?;
        let canonical = match dialect {
            Dialect::Notary1 => notary::canonical(signed.json()),
            Dialect::Tuf1 | Dialect::GoTuf09 => signed.json().canonical(),
        };
        Ok(ForeignFile { dialect, kind, signed: signed.json().clone(), header, signatures, canonical })
    }

    /// SHA-256 of the bytes that are signed.
    pub fn digest(&self) -> Sha256Digest {
        Sha256Digest::of(&self.canonical)
    }

    /// Counts the signatures for a role, over distinct key material.
    pub fn tally(&self, keys: &BTreeMap<String, Key>, role: &RoleKeys) -> Tally {
        let mut keys = keys.clone();
        let (mut judged, mut ignored) = (Vec::new(), Vec::new());
        for one in &self.signatures {
            match self.prepare(keys.get_mut(&one.keyid), one) {
                Ok(signature) => judged.push(signature),
                Err(why) => ignored.push(Ignored { keyid: one.keyid.clone(), why }),
            }
        }
        let mut tally = verify::tally(&keys, role, &judged, &self.canonical);
        tally.ignored.append(&mut ignored);
        tally
    }

    /// The signature in the form of TUF 1.0, after its method has chosen the scheme of its key. There a key has one
    /// scheme; here an RSA key has the one that a signature names, and the last one if several do, which no signer does.
    fn prepare(&self, key: Option<&mut Key>, one: &ForeignSignature) -> Result<Signature, Why> {
        if !one.readable {
            return Err(Why::NotBase64);
        }
        if let Some(key) = key
            && let Ok(mut usable) = key.usable.clone()
        {
            let scheme = key::scheme_for(self.dialect, key, &usable, one.method.as_deref());
            usable.scheme =
                scheme.ok_or_else(|| Why::Method { method: one.method.clone().unwrap_or_default() })?;
            key.usable = Ok(usable);
        }
        Ok(one.to_signature())
    }
}

fn signature(dialect: Dialect, at: &At<'_>) -> Result<ForeignSignature, ShapeError> {
    let keyid = at.field("keyid")?.string()?.to_owned();
    let method = at.optional("method")?.map(|method| method.string().map(str::to_owned)).transpose()?;
    let text = at.field("sig")?.string()?;
    let (sig, readable) = match dialect {
        Dialect::Notary1 => match notary::signature(method.as_deref().unwrap_or_default(), text) {
            Some(bytes) => (hex::encode(&bytes), true),
            None => (text.to_owned(), false),
        },
        Dialect::Tuf1 | Dialect::GoTuf09 => (text.to_owned(), true),
    };
    Ok(ForeignSignature { keyid, method, sig, readable })
}

/// The elements of an array. Go writes null for one that is empty.
pub(super) fn list<'a>(at: &At<'a>) -> Result<Vec<At<'a>>, ShapeError> {
    if *at.json() == Json::Null { Ok(Vec::new()) } else { Ok(at.elements()?.collect()) }
}

/// The members of an object. Go writes null for one that is empty.
pub(super) fn members<'a>(at: &At<'a>) -> Result<Vec<(&'a str, At<'a>)>, ShapeError> {
    if *at.json() == Json::Null { Ok(Vec::new()) } else { Ok(at.entries()?.collect()) }
}
