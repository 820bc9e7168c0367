//! Signature requests: one file that goes to a holder elsewhere, with everything that is needed there to judge what is to be
//! signed as it is judged here.
//!
//! A request carries the files on which a freeze depends, the payloads, and the record until their freeze. From these it follows
//! what else the request says; whoever answers it makes that anew, and refuses a request that says something else.

mod open;
mod scratch;
mod write;

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::checks::sign::{sign_expired, sign_request};
use crate::crypto::digest::Sha256Digest;
use crate::host::files;
use crate::json::view::{At, ShapeError};
use crate::json::{Json, Object};
use crate::policy::{self, KeyPlan, TokenKind};
use crate::tuf::METADATA_LIMIT;
use crate::tuf::time::{self, Date};

use super::event::FROZEN;
use super::keyring::file_of;
use super::kinds::Kind;
use super::payload::Payload;
use super::trusted::IMPORTED;
use super::{CarriedError, Ceremony, CeremonyError, start};

pub use open::Open;
pub use scratch::Opened;
pub use write::{Wish, Written};

/// What a request begins with.
pub const FORMAT: &str = "tuf-ceremony-request/1";

/// The largest request that is written or read, in bytes: metadata of the largest size would never fit, and of nearly all
/// repositories everything does, many times over.
pub const LIMIT: usize = 64 << 20;

/// The payloads that each key is asked for, by the names of keys.
pub type Asked = BTreeMap<String, Vec<Sha256Digest>>;

/// A request as it was read. What it carries has not been looked at.
pub struct Request {
    /// What it is called, for messages.
    name: String,
    /// SHA-256 of its bytes.
    pub sha256: Sha256Digest,
    /// The holder's short name.
    pub holder: String,
    /// Until when it may be answered.
    pub expires: Timestamp,
    /// What each key is asked for.
    pub asked: Asked,
    tree: Json,
}

impl Request {
    /// Reads a request; it must be strict JSON in the form in which it was written.
    pub fn read(name: &str, bytes: &[u8]) -> Result<Request, CeremonyError> {
        let wrong = |problem: String| match Kind::of(bytes).filter(|kind| *kind != Kind::Request) {
            Some(kind) => other_kind(name, kind),
            None => unreadable(name, problem),
        };
        let tree = Json::parse(bytes, LIMIT).map_err(|error| wrong(error.to_string()))?;
        let read = || {
            let at = At::new(&tree, "request");
            let format = at.field("format")?;
            if format.string()? != FORMAT {
                return Err(format.error(format!("{FORMAT:?} is what this version reads")));
            }
            let expires = at.field("expires")?;
            let date = Date::parse(expires.string()?).filter(|date| date.oddity.is_none());
            let expires = date.ok_or_else(|| expires.error("it is no date and time"))?.at;
            Ok((at.field("holder")?.string()?.to_owned(), expires, asked(&at)?))
        };
        let (holder, expires, asked) = read().map_err(|error: ShapeError| wrong(error.to_string()))?;
        let (name, sha256) = (name.to_owned(), Sha256Digest::of(bytes));
        Ok(Request { name, sha256, holder, expires, asked, tree })
    }

    /// SIGN-STALE: whether it may still be answered.
    pub fn require_in_time(&self, now: Timestamp) -> Result<(), CeremonyError> {
        if now < self.expires {
            return Ok(());
        }
        let (expires, now) = (time::write(self.expires), time::write(now));
        Err(CeremonyError::Refused(Box::new(sign_expired(&self.title(), &expires, &now))))
    }

    fn title(&self) -> String {
        format!("the request {}", self.name)
    }

    /// SIGN-STALE: whether it says what follows from what it carries.
    fn require_consistent(&self, ceremony: &Ceremony) -> Result<(), CeremonyError> {
        let of_holder = |key: &String| {
            let plan = ceremony.policy.keys.get(key);
            plan.is_some_and(|plan| plan.holder.as_ref() == Some(&self.holder))
        };
        if !ceremony.policy.holders.contains_key(&self.holder) || !self.asked.keys().all(of_holder) {
            return CeremonyError::require(sign_request(&self.title(), Some("holder")));
        }
        let ours = ceremony.request_of(&self.holder, self.expires, &self.asked)?;
        let nothing = Object::default();
        let (theirs, ours) =
            (self.tree.as_object().unwrap_or(&nothing), ours.as_object().unwrap_or(&nothing));
        let differs = theirs.keys().chain(ours.keys()).find(|name| theirs.get(name) != ours.get(name));
        CeremonyError::require(sign_request(&self.title(), differs.map(String::as_str)))
    }
}

/// A file, or a folder, that is for another command.
pub fn other_kind(name: &str, kind: Kind) -> CeremonyError {
    CarriedError::OtherKind { file: name.to_owned(), what: "signature request", kind }.into()
}

/// A file that is no request.
fn unreadable(name: &str, problem: String) -> CeremonyError {
    CarriedError::Unreadable { file: name.to_owned(), what: "signature request", problem }.into()
}

/// What each key is asked for, as a request says it.
fn asked(at: &At<'_>) -> Result<Asked, ShapeError> {
    let mut asked = Asked::new();
    for key in at.field("keys")?.elements()? {
        let mut payloads = Vec::new();
        for payload in key.field("payloads")?.elements()? {
            let digest = Sha256Digest::parse_hex(payload.string()?);
            payloads.push(digest.ok_or_else(|| payload.error("it is no SHA-256"))?);
        }
        let name = key.field("name")?;
        if asked.insert(name.string()?.to_owned(), payloads).is_some() {
            return Err(name.error("it is there twice"));
        }
    }
    Ok(asked)
}

impl Ceremony {
    /// A request: what it says, and what it carries. The same files make the same one, here and where it is answered.
    fn request_of(&self, holder: &str, expires: Timestamp, asked: &Asked) -> Result<Json, CeremonyError> {
        let mut carried = Object::default();
        for name in self.carried_files()? {
            carried.insert(name.clone(), Json::Str(self.carried_text(&name)?));
        }
        let keys = asked.iter().map(|(name, payloads)| self.asked_key(name, payloads));
        let payloads = self.payloads()?;
        Ok(Json::object([
            ("ceremony", Json::from(self.policy.id.as_str())),
            ("expires", Json::from(time::write(expires))),
            ("files", Json::Obj(carried)),
            ("format", Json::from(FORMAT)),
            ("holder", Json::from(holder)),
            ("keys", Json::Arr(keys.collect::<Result<_, _>>()?)),
            ("payloads", Json::Arr(payloads.iter().map(carried_payload).collect())),
            ("plan", Json::from(self.policy.digest.to_hex())),
            ("record", Json::Str(self.record_until_freeze())),
            ("rehearsal", Json::Bool(self.policy.rehearsal)),
            ("repository", Json::from(self.policy.repository.as_str())),
        ]))
    }

    /// The files that the checks of a payload and its review depend on, but for payloads and record.
    fn carried_files(&self) -> Result<Vec<String>, CeremonyError> {
        let mut names = vec!["ceremony.toml".to_owned()];
        if start::script(&self.policy.script).is_none() {
            names.push(self.policy.script.clone());
        }
        let folder = self
            .policy
            .trusted
            .as_ref()
            .map(|trusted| trusted.root.rsplit_once('/').map_or("", |(folder, _)| folder));
        if let Some(folder) = folder {
            for folder in [folder, IMPORTED] {
                let inside = |name: &String| match folder {
                    "" => name.clone(),
                    folder => format!("{folder}/{name}"),
                };
                let listed = files::list(&self.path(folder))?;
                let all = folder == IMPORTED;
                let wanted = listed.iter().filter(|name| all || name.ends_with(".json")).map(inside);
                names.extend(wanted.filter(|name| files::is_plain(&self.path(name))));
            }
        }
        for (name, plan) in &self.policy.keys {
            let file = file_of(name, plan);
            if files::exists(&self.path(&file)) {
                names.push(file);
            }
        }
        names.sort();
        names.dedup();
        Ok(names)
    }

    fn carried_text(&self, name: &str) -> Result<String, CeremonyError> {
        let limit = if name == "ceremony.toml" { policy::LIMIT } else { METADATA_LIMIT };
        let bytes = files::read(&self.path(name), limit)?;
        String::from_utf8(bytes).map_err(|_| CeremonyError::Damaged {
            file: name.to_owned(),
            problem: "it is not text, and a request carries text".to_owned(),
        })
    }

    /// A key, as whoever answers needs it.
    fn asked_key(&self, name: &str, payloads: &[Sha256Digest]) -> Result<Json, CeremonyError> {
        let plan = super::tokens::key_plan(&self.policy, name)?;
        let public = self.keyring.get(name);
        let public = public.ok_or_else(|| CeremonyError::KeyUnknown { name: name.to_owned() })?;
        Ok(Json::object([
            ("holder", Json::from(self.policy.holder_of(name))),
            ("name", Json::from(name)),
            ("payloads", Json::strings(payloads.iter().map(|digest| digest.to_hex()))),
            ("public", Json::from(public.to_spki_pem())),
            ("scheme", Json::from(plan.scheme.name())),
            ("token", token(plan)),
        ]))
    }

    /// The lines of the record up to the last freeze, as they are.
    fn record_until_freeze(&self) -> String {
        let last = self.transcript.numbered(FROZEN).next_back().map_or(0, |(line, _)| line + 1);
        let lines = self.transcript.lines().iter().take(last);
        lines.map(|line| String::from_utf8_lossy(&line.canonical()).into_owned() + "\n").collect()
    }
}

fn carried_payload(payload: &Payload) -> Json {
    Json::object([
        // Canonical JSON is UTF-8.
        ("canonical", Json::Str(String::from_utf8_lossy(&payload.canonical).into_owned())),
        ("role", Json::from(payload.role.as_str())),
        ("sha256", Json::from(payload.digest.to_hex())),
        ("version", Json::Int(payload.version)),
    ])
}

/// The token as the plan names it.
fn token(plan: &KeyPlan) -> Json {
    let Some(token) = &plan.token else { return Json::Null };
    let mut members = Object::default();
    let mut say = |name: &str, value: Option<Json>| {
        if let Some(value) = value {
            members.insert(name.to_owned(), value);
        }
    };
    say("kind", Some(Json::from(token.kind.name())));
    say("serial", Some(Json::from(token.serial.as_str())));
    say("model", token.model.as_deref().map(Json::from));
    say("manufacturer", token.manufacturer.as_deref().map(Json::from));
    match &token.kind {
        TokenKind::Rehearsal => {}
        TokenKind::Pkcs11 { module, id, label } => {
            say("module", Some(Json::from(module.as_str())));
            say("id", id.as_ref().map(|id| Json::from(crate::crypto::hex::encode(id))));
            say("label", Some(Json::from(label.as_str())));
        }
        TokenKind::Yubihsm { object } => say("object", Some(Json::Int(i64::from(*object)))),
    }
    Json::Obj(members)
}
