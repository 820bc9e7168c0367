//! A request, unpacked into a folder that goes away with it: there it is a ceremony directory like any other, and everything that
//! looks at one looks at it.

use crate::checks::sign::sign_request;
use crate::crypto::digest::Sha256Digest;
use crate::host::files::{FileError, Scratch};
use crate::json::view::{At, ShapeError};
use crate::json::{Json, Object};
use crate::policy::Policy;
use crate::tuf::METADATA_LIMIT;
use crate::tuf::envelope::Envelope;

use super::super::directory::RECORD;
use super::super::elsewhere::elsewhere;
use super::super::keyring::file_of;
use super::super::payload::{INDEX, Payload};
use super::super::trusted::IMPORTED;
use super::super::{Ceremony, CeremonyError};
use super::{Request, unreadable};

/// The file in which the plan is.
const PLAN: &str = "ceremony.toml";
/// The folders of a path that is carried, at most.
const DEEPEST: usize = 8;
/// The longest name of a file or folder, in bytes.
const LONGEST: usize = 255;

/// The most files that are unpacked: those of a repository with thousands of delegated roles.
const MOST: usize = 20_000;

/// A request that was unpacked, and says what follows from what it carries.
pub struct Opened {
    /// The request.
    pub request: Request,
    /// What it carries, as a ceremony: nothing that happens there is kept.
    pub ceremony: Ceremony,
    _scratch: Scratch,
}

impl Request {
    /// Unpacks the request and reads it as a ceremony directory, as strictly as any. Nothing outside of a folder of its own is
    /// touched.
    pub fn open(self) -> Result<Opened, CeremonyError> {
        let scratch = Scratch::new("tuf-ceremony-request-")?;
        let wrong = |problem: String| unreadable(&self.name, problem);
        let carried = carried(&At::new(&self.tree, "request")).map_err(|error| wrong(error.to_string()))?;
        if carried.len() > MOST {
            return Err(wrong(format!("it carries {} files, and {MOST} are the most", carried.len())));
        }
        self.require_planned()?;
        for (name, bytes) in &carried {
            scratch.write(name, bytes)?;
        }
        let ceremony = match Ceremony::open(scratch.path()) {
            Err(CeremonyError::File(FileError::Missing(path))) => {
                let name = path.strip_prefix(scratch.path()).unwrap_or(&path).to_string_lossy().into_owned();
                return Err(wrong(format!("it lacks {name}")));
            }
            other => other.map_err(elsewhere)?,
        };
        // Whether each payload is what its name says (SIGN-STALE).
        let payloads = ceremony.payloads().map_err(elsewhere)?;
        self.require_consistent(&ceremony)?;
        for digest in self.asked.values().flatten() {
            if !payloads.iter().any(|payload| payload.digest == *digest) {
                return Err(wrong(format!("it asks for {digest}, and carries no such payload")));
            }
        }
        Ok(Opened { request: self, ceremony, _scratch: scratch })
    }

    /// SIGN-STALE: it carries nothing that its plan has no place for. Told before anything is written.
    fn require_planned(&self) -> Result<(), CeremonyError> {
        let nothing = Object::default();
        let files = self.tree.get("files").and_then(Json::as_object).unwrap_or(&nothing);
        let Some(plan) = files.get(PLAN).and_then(Json::as_str) else {
            return Err(unreadable(&self.name, format!("it lacks {PLAN}")));
        };
        let policy = Policy::parse(plan.as_bytes()).map_err(|error| elsewhere(error.into()))?;
        let stray = files.keys().any(|name| !has_place(&policy, name));
        CeremonyError::require(sign_request(&self.title(), stray.then_some("files")))
    }
}

/// Whether a plan has a place for a file, payloads and record aside: as where the request is written.
fn has_place(policy: &Policy, name: &str) -> bool {
    let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
    let beside_root = policy.trusted.as_ref().is_some_and(|trusted| {
        let own = trusted.root.rsplit_once('/').map_or("", |(folder, _)| folder);
        folder == IMPORTED || (folder == own && file.ends_with(".json"))
    });
    let is_key = || policy.keys.iter().any(|(key, plan)| file_of(key, plan) == name);
    name == PLAN || name == policy.script || beside_root || is_key()
}

/// The files of the ceremony directory that a request makes.
fn carried(at: &At<'_>) -> Result<Vec<(String, Vec<u8>)>, ShapeError> {
    let mut carried = Vec::new();
    let mut index = Object::default();
    for (name, text) in at.field("files")?.entries()? {
        if !stays_inside(name) {
            return Err(text.error("this is not the name of a file that a request carries"));
        }
        carried.push((name.to_owned(), text.string()?.as_bytes().to_vec()));
    }
    for payload in at.field("payloads")?.elements()? {
        let named = payload.field("sha256")?;
        let digest =
            Sha256Digest::parse_hex(named.string()?).ok_or_else(|| named.error("it is no SHA-256"))?;
        let version = payload.field("version")?.integer(1)?;
        let role = payload.field("role")?;
        if role.string()?.len() > LONGEST {
            return Err(role.error(format!("a role has a name of up to {LONGEST} bytes")));
        }
        let of_role = Json::object([(version.to_string().as_str(), Json::from(digest.to_hex()))]);
        if index.insert(role.string()?.to_owned(), of_role).is_some() {
            return Err(role.error("there are two payloads of this role"));
        }
        let canonical = payload.field("canonical")?.string()?.as_bytes();
        carried.push((Payload::file(digest, "canonical"), canonical.to_vec()));
        // What is no metadata is refused by its digest, or when it is read.
        if let Ok(signed) = Json::from_canonical(canonical, METADATA_LIMIT) {
            carried.push((Payload::file(digest, "json"), Envelope::publish(&signed, &[])));
        }
    }
    carried.push((INDEX.to_owned(), Json::Obj(index).to_disk()));
    carried.push((RECORD.to_owned(), at.field("record")?.string()?.as_bytes().to_vec()));
    Ok(carried)
}

/// Whether a name is a path inside a folder, without ways out of it and without hidden parts.
fn stays_inside(name: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty() && !part.starts_with('.') && part.len() <= LONGEST && !part.contains(['\0', '\\'])
    };
    name.split('/').count() <= DEEPEST && name.split('/').all(plain)
}
