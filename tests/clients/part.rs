//! One metadata file in the making. Edits are kept and done in order when the repository is built, since what snapshot
//! and timestamp say is only known when the files that they describe are finished.

use tuf_ceremony::json::Json;

use crate::holder::{Holder, Signer};
use crate::tree;

type Edit<T> = Box<dyn FnOnce(&mut T)>;
type EnvelopeEdit = Box<dyn FnOnce(&mut Json, &[u8])>;

/// A metadata file.
pub struct Part {
    /// Its role, which is the stem of its name.
    pub role: String,
    /// `signed`, before any edit.
    pub signed: Json,
    /// Who signs.
    pub signers: Vec<Signer>,
    /// Where it is written, if not where it belongs.
    pub places: Option<Vec<String>>,
    signed_edits: Vec<Edit<Json>>,
    message_edits: Vec<Edit<Vec<u8>>>,
    envelope_edits: Vec<EnvelopeEdit>,
    text_edits: Vec<Edit<Vec<u8>>>,
}

/// A finished metadata file.
pub struct Published {
    pub role: String,
    pub version: i64,
    pub places: Option<Vec<String>>,
    pub bytes: Vec<u8>,
}

impl Part {
    pub fn new(role: &str, signed: Json, holders: &[Holder]) -> Part {
        Part {
            role: role.to_owned(),
            signed,
            signers: holders.iter().map(|holder| holder.signer()).collect(),
            places: None,
            signed_edits: vec![],
            message_edits: vec![],
            envelope_edits: vec![],
            text_edits: vec![],
        }
    }

    /// Edits `signed` before it is signed.
    pub fn edit(&mut self, edit: impl FnOnce(&mut Json) + 'static) {
        self.signed_edits.push(Box::new(edit));
    }

    /// Edits the bytes that are signed.
    pub fn message(&mut self, edit: impl FnOnce(&mut Vec<u8>) + 'static) {
        self.message_edits.push(Box::new(edit));
    }

    /// Edits the signed file; also gets the bytes that were signed.
    pub fn envelope(&mut self, edit: impl FnOnce(&mut Json, &[u8]) + 'static) {
        self.envelope_edits.push(Box::new(edit));
    }

    /// Edits the signatures.
    pub fn signatures(&mut self, edit: impl FnOnce(&mut Vec<Json>) + 'static) {
        self.envelope(|envelope, _| edit(tree::list(envelope, &["signatures"])));
    }

    /// Edits the text of the file.
    pub fn text(&mut self, edit: impl FnOnce(&mut Vec<u8>) + 'static) {
        self.text_edits.push(Box::new(edit));
    }

    /// Has other holders sign.
    pub fn signed_by(&mut self, holders: &[Holder]) {
        self.signers = holders.iter().map(|holder| holder.signer()).collect();
    }

    /// Does all edits, and signs.
    pub fn publish(self) -> Published {
        let version = |signed: &Json| signed.get("version").and_then(Json::as_int);
        let mut signed = self.signed;
        let before = version(&signed).unwrap();
        self.signed_edits.into_iter().for_each(|edit| edit(&mut signed));
        let version = version(&signed).unwrap_or(before);
        let mut message = signed.canonical();
        self.message_edits.into_iter().for_each(|edit| edit(&mut message));
        let signatures = self.signers.iter().map(|signer| signature(signer, &message)).collect();
        let mut envelope = Json::object([("signatures", Json::Arr(signatures)), ("signed", signed)]);
        self.envelope_edits.into_iter().for_each(|edit| edit(&mut envelope, &message));
        let mut bytes = envelope.to_disk();
        self.text_edits.into_iter().for_each(|edit| edit(&mut bytes));
        Published { role: self.role, version, places: self.places, bytes }
    }
}

/// An element of `signatures`.
pub fn signature(signer: &Signer, message: &[u8]) -> Json {
    with_sig(&signer.keyid, &signer.holder.sign(message))
}

/// An element of `signatures` with any hex.
pub fn with_sig(keyid: &str, sig: &str) -> Json {
    Json::object([("keyid", Json::from(keyid)), ("sig", Json::from(sig))])
}
