//! Writing a request.

use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};

use crate::crypto::digest::Sha256Digest;
use crate::host::files::{self, FileError};
use crate::json::Json;
use crate::tuf::time::{self, Date};

use super::super::directory::ADMINISTRATOR;
use super::super::event::{Artifact, Event};
use super::super::signatures::Signed;
use super::super::{CarriedError, Ceremony, CeremonyError, gate};
use super::{Asked, LIMIT};

/// Where requests are, if nobody says otherwise.
const FOLDER: &str = "requests";
/// How long a request may be answered, if nobody says otherwise.
const DAYS: i64 = 14;

/// What is asked for.
pub struct Wish<'a> {
    /// The holder's short name.
    pub holder: &'a str,
    /// Until when it may be answered.
    pub expires: Option<Timestamp>,
    /// Where it is written.
    pub out: Option<&'a Path>,
}

/// A request that was written.
pub struct Written {
    /// Where.
    pub path: PathBuf,
    /// Of its bytes.
    pub sha256: Sha256Digest,
    /// How many bytes it has.
    pub length: usize,
    /// Until when it may be answered.
    pub expires: Timestamp,
    /// The keys that are asked for, with the titles of what each is to sign.
    pub keys: Vec<(String, Vec<String>)>,
}

impl Ceremony {
    /// Writes a request to a holder for everything that still needs a key of that holder.
    pub fn request(&mut self, wish: &Wish<'_>) -> Result<Written, CeremonyError> {
        if !self.policy.holders.contains_key(wish.holder) {
            let known = self.policy.holders.keys().cloned().collect();
            return Err(CarriedError::NoSuchHolder { name: wish.holder.to_owned(), known }.into());
        }
        let collected = self.collected()?;
        let payloads: Vec<_> = collected.iter().map(|one| one.payload.clone()).collect();
        // Nobody is asked for what nobody may sign.
        CeremonyError::unless_clear(&gate::examine_frozen(self, &payloads))?;
        CeremonyError::require(gate::output(self))?;
        let asked = self.to_ask(wish.holder, &collected)?;
        let is_asked = |one: &&Signed| asked.values().flatten().any(|digest| *digest == one.payload.digest);
        let first = collected
            .iter()
            .filter(is_asked)
            .filter_map(|one| Some((expiry(one)?, &one.payload)))
            .min_by_key(|one| one.0);
        let expires = wish.expires.unwrap_or_else(|| self.deadline(first.as_ref().map(|(at, _)| *at)));
        if let Some((at, payload)) = first.filter(|(at, _)| expires > *at) {
            let (title, at) = (payload.title(), time::write(at));
            let what = format!(
                "a request until {} could be answered after {title} has expired, on {at}",
                time::write(expires)
            );
            let next = format!("Give a date up to {at} with --expires, or none.");
            return Err(CeremonyError::Change { what, next });
        }
        if expires <= self.now {
            let what = format!("a request that expires on {} could not be answered", time::write(expires));
            let next =
                "Give a later date with --expires; `plan` says until when the payloads are good.".to_owned();
            return Err(CeremonyError::Change { what, next });
        }
        let bytes = self.request_of(wish.holder, expires, &asked)?.to_disk();
        if bytes.len() > LIMIT {
            return Err(FileError::TooLarge { path: PathBuf::from(wish.holder), limit: LIMIT }.into());
        }
        let sha256 = Sha256Digest::of(&bytes);
        let (path, files) = match wish.out {
            Some(out) => {
                files::create(out, &bytes)?;
                (out.to_owned(), Vec::new())
            }
            None => {
                let file = self.next_request(wish.holder);
                let path = self.path(&file);
                files::folder(&self.path(FOLDER))?;
                files::create(&path, &bytes)?;
                (path, vec![Artifact { file, sha256 }])
            }
        };
        let title = |digest: &Sha256Digest| {
            let mut all = payloads.iter();
            all.find(|payload| payload.digest == *digest).map(|payload| payload.title())
        };
        let titles = |digests: &[Sha256Digest]| digests.iter().filter_map(title).collect();
        let keys = asked.iter().map(|(key, digests)| (key.clone(), titles(digests))).collect();
        let event = Event::Requested {
            holder: wish.holder.to_owned(),
            keys: asked.into_iter().collect(),
            expires: time::write(expires),
            sha256,
            files,
        };
        self.transcript.record(ADMINISTRATOR, &event)?;
        Ok(Written { path, sha256, length: bytes.len(), expires, keys })
    }

    /// What each key of a holder is still needed for.
    fn to_ask(&self, holder: &str, collected: &[Signed]) -> Result<Asked, CeremonyError> {
        let mut asked = Asked::new();
        let mut without_token = None;
        let own = self.policy.keys.iter().filter(|(_, plan)| plan.holder.as_deref() == Some(holder));
        for (name, plan) in own {
            let Some(material) = self.keyring.get(name).map(|key| key.fingerprint()) else { continue };
            let is_open =
                |one: &&Signed| self.asked_of(one, material).is_some_and(|keyids| !keyids.is_empty());
            let open: Vec<_> = collected.iter().filter(is_open).map(|one| one.payload.digest).collect();
            if open.is_empty() || self.gone_as(material).is_some() {
                continue;
            }
            if plan.token.is_none() {
                without_token = Some(name.clone());
                continue;
            }
            asked.insert(name.clone(), open);
        }
        match (asked.is_empty(), without_token) {
            (false, _) => Ok(asked),
            (true, Some(name)) => Err(CeremonyError::NoToken { name }),
            (true, None) => Err(CarriedError::NothingToAsk { holder: holder.to_owned() }.into()),
        }
    }

    /// Fourteen days from now, or when the first of what is asked for expires.
    fn deadline(&self, first: Option<Timestamp>) -> Timestamp {
        let usual = self.now.checked_add(SignedDuration::from_hours(24 * DAYS)).unwrap_or(Timestamp::MAX);
        first.map_or(usual, |first| first.min(usual))
    }

    fn next_request(&self, holder: &str) -> String {
        let name = |number: usize| format!("{FOLDER}/{holder}-{number}.json");
        let mut number = 1;
        while files::exists(&self.path(&name(number))) {
            number += 1;
        }
        name(number)
    }
}

/// When a payload expires.
fn expiry(one: &Signed) -> Option<Timestamp> {
    Some(Date::parse(one.payload.signed.get("expires").and_then(Json::as_str)?)?.at)
}
