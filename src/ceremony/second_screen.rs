//! A payload on its way to a second screen: its own bytes, what it is compared with, and whose keys the plan says they are.
//! A machine without the ceremony directory reviews it with the same code, and so has to come to the same words and the same
//! differences; a machine that lies to its holder would have to lie in the codes too, and its words would be others.

use std::collections::BTreeMap;

use crate::crypto::digest::Sha256Digest;
use crate::json::Json;
use crate::json::view::{At, ShapeError};
use crate::qr::QrError;
use crate::tuf::METADATA_LIMIT;

use super::payload::Payload;
use super::review::{Reviewed, names};
use super::{Ceremony, CeremonyError};

/// What the file says it is.
const KIND: &str = "tuf-ceremony review 1";

/// All that a review needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForReview {
    /// The payload.
    pub payload: Payload,
    /// What is trusted or published today, `signed` of it.
    pub basis: Option<Json>,
    /// Whether that is the last known good metadata instead.
    rebased: bool,
    /// Whose keys they are, by keyid.
    names: BTreeMap<String, String>,
}

impl ForReview {
    /// A payload of a ceremony.
    pub fn of(ceremony: &Ceremony, payload: Payload) -> ForReview {
        let basis = ceremony.published_today(&payload.role).cloned();
        // The names of other keys have no place in its review, and would take room.
        let shown = [Some(&payload.signed), basis.as_ref()].map(|json| json.map(Json::canonical));
        let is_shown = |keyid: &str| {
            let is_in = |bytes: &Vec<u8>| bytes.windows(keyid.len()).any(|window| window == keyid.as_bytes());
            shown.iter().flatten().any(is_in)
        };
        let names = names(ceremony).into_iter().filter(|(keyid, _)| is_shown(keyid)).collect();
        ForReview { payload, basis, rebased: ceremony.is_rebased(), names }
    }

    /// What its file is called, for roles whose names are fit for one.
    pub fn name(&self) -> String {
        let fits = |c: char| if c.is_ascii_alphanumeric() || ".-_+".contains(c) { c } else { '_' };
        let role: String = self.payload.role.chars().take(60).map(fits).collect();
        format!("{}-{}.review.json", role.trim_start_matches(['.', '-', '_', '+']), self.payload.version)
    }

    /// Its canonical form.
    pub fn to_bytes(&self) -> Vec<u8> {
        let names = self.names.iter().map(|(keyid, name)| (keyid.clone(), Json::from(name.as_str())));
        Json::object([
            ("basis", self.basis.clone().unwrap_or(Json::Null)),
            ("kind", Json::from(KIND)),
            ("names", Json::Obj(names.collect())),
            ("payload", self.payload.signed.clone()),
            ("rebased", Json::Bool(self.rebased)),
            ("role", Json::from(self.payload.role.as_str())),
        ])
        .canonical()
    }

    /// Reads what came.
    ///
    /// # Errors
    /// [`QrError::Foreign`] for anything else, in any detail.
    pub fn read(bytes: &[u8]) -> Result<ForReview, CeremonyError> {
        let foreign = |problem: String| QrError::Foreign(format!("it is no payload to review: {problem}"));
        let tree = Json::from_canonical(bytes, METADATA_LIMIT).map_err(|error| foreign(error.to_string()))?;
        Ok(ForReview::from_tree(&tree).map_err(|error| foreign(error.to_string()))?)
    }

    fn from_tree(tree: &Json) -> Result<ForReview, ShapeError> {
        let at = At::new(tree, "review");
        let known = ["basis", "kind", "names", "payload", "rebased", "role"];
        if let Some((other, _)) = at.entries()?.find(|(name, _)| !known.contains(name)) {
            return Err(at.error(format!("the field {other:?} is unknown")));
        }
        let kind = at.field("kind")?;
        if kind.string()? != KIND {
            return Err(kind.error(format!("expected {KIND:?}")));
        }
        let role = at.field("role")?.string()?.to_owned();
        let of_role = |at: &At<'_>| {
            let (field, expected) = (at.field("_type")?, kind_of(&role));
            let is_right = field.string()? == expected;
            let wrong = || field.error(format!("metadata of {role} has {expected:?} here"));
            is_right.then(|| at.json().clone()).ok_or_else(wrong)
        };
        let signed = at.field("payload")?;
        let version = signed.field("version")?.integer(1)?;
        let signed = of_role(&signed)?;
        let canonical = signed.canonical();
        let basis = at.field("basis")?;
        let basis = if *basis.json() == Json::Null { None } else { Some(of_role(&basis)?) };
        let names = at.field("names")?;
        let names = names.entries()?.map(|(keyid, name)| Ok((keyid.to_owned(), name.string()?.to_owned())));
        Ok(ForReview {
            payload: Payload { digest: Sha256Digest::of(&canonical), role, version, signed, canonical },
            basis,
            rebased: at.field("rebased")?.boolean()?,
            names: names.collect::<Result<_, ShapeError>>()?,
        })
    }

    /// The review, as the ceremony's own.
    ///
    /// # Errors
    /// Metadata that cannot be read.
    pub fn review(self) -> Result<Reviewed, CeremonyError> {
        Reviewed::compared(self.payload, self.basis.as_ref(), self.rebased, self.names)
    }
}

/// `_type` of a role's metadata: delegations have that of targets.
fn kind_of(role: &str) -> &str {
    if ["root", "snapshot", "timestamp"].contains(&role) { role } else { "targets" }
}
