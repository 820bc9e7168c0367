//! Requests of which something has not come back: what the record says of them, held against the signatures that are here.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::crypto::digest::Sha256Digest;
use crate::json::Json;
use crate::tuf::time::Date;

use super::super::Ceremony;
use super::super::event::REQUESTED;
use super::super::signatures::Signed;
use super::super::status::Status;

/// A request that may still bring signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// The holder's short name.
    pub holder: String,
    /// The holder's name in the plan, or the short one where the plan does not know it any longer.
    pub name: String,
    /// The keys from which something is missing, with the titles of what.
    pub keys: Vec<(String, Vec<String>)>,
    /// Until when it may be answered.
    pub expires: Timestamp,
    /// Whether that is over.
    pub has_run_out: bool,
    /// SHA-256 of its bytes.
    pub sha256: Sha256Digest,
    /// `requests/…`, if it was written there.
    pub file: Option<String>,
}

/// A key and a payload that it was asked for.
type Asked<'a> = (&'a str, Sha256Digest);

impl Ceremony {
    /// The requests of which something is still missing, oldest first. Of several that ask the same key for the same payload,
    /// only the one that may be answered longest is looked at: whoever made a request anew waits for that.
    pub(in super::super) fn open_requests(&self, status: &Status) -> Vec<Open> {
        if status.released || status.sealed {
            return Vec::new();
        }
        let all: Vec<&Json> = self.transcript.all(REQUESTED).collect();
        let mut longest: BTreeMap<Asked<'_>, (Timestamp, usize)> = BTreeMap::new();
        for (number, data) in all.iter().enumerate() {
            let Some(expires) = expires(data) else { continue };
            for one in asked(data) {
                let known = longest.entry(one).or_insert((expires, number));
                *known = (*known).max((expires, number));
            }
        }
        let open = |(number, data): (usize, &&Json)| {
            let mut keys: BTreeMap<&str, Vec<String>> = BTreeMap::new();
            for (key, digest) in asked(data) {
                let is_of_this = longest.get(&(key, digest)).is_some_and(|(_, of)| *of == number);
                let payload = status.payloads.iter().find(|one| one.payload.digest == digest);
                let payload = payload.filter(|one| is_of_this && self.is_missing(status, key, one));
                if let Some(one) = payload {
                    keys.entry(key).or_default().push(one.payload.title());
                }
            }
            (!keys.is_empty()).then(|| self.open_request(data, keys)).flatten()
        };
        all.iter().enumerate().filter_map(open).collect()
    }

    /// Whether a payload stands, and still lacks the signature of a key.
    fn is_missing(&self, status: &Status, key: &str, one: &Signed) -> bool {
        let Some(material) = self.keyring.get(key).map(|key| key.fingerprint()) else { return false };
        let asked = self.asked_of(one, material).is_some_and(|keyids| !keyids.is_empty());
        asked && self.gone_as(material).is_none() && status.void_reason(one.payload.digest).is_none()
    }

    fn open_request(&self, data: &Json, keys: BTreeMap<&str, Vec<String>>) -> Option<Open> {
        let holder = data.get("holder")?.as_str()?.to_owned();
        let expires = expires(data)?;
        let plan = self.policy.holders.get(&holder);
        let files = data.get("files").and_then(Json::as_object);
        Some(Open {
            name: plan.map_or(holder.as_str(), |plan| &plan.name).to_owned(),
            keys: keys.into_iter().map(|(key, titles)| (key.to_owned(), titles)).collect(),
            expires,
            has_run_out: expires <= self.now,
            sha256: Sha256Digest::parse_hex(data.get("sha256")?.as_str()?)?,
            file: files.and_then(|files| files.keys().next().cloned()),
            holder,
        })
    }
}

fn expires(data: &Json) -> Option<Timestamp> {
    Some(Date::parse(data.get("expires")?.as_str()?)?.at)
}

/// Each key of a request with each payload that it is asked for, as the record has them.
fn asked(data: &Json) -> impl Iterator<Item = Asked<'_>> {
    let keys = data.get("keys").and_then(Json::as_object).into_iter().flatten();
    keys.flat_map(|(key, payloads)| {
        let payloads = payloads.as_array().unwrap_or_default().iter();
        payloads.filter_map(move |one| Some((key.as_str(), Sha256Digest::parse_hex(one.as_str()?)?)))
    })
}
