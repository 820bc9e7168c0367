//! Signing: one holder signs every payload that needs the holder's key. Nothing reaches a token that was not checked,
//! shown and confirmed; every signature is verified straight away and kept only then.

use crate::checks::Finding;
use crate::checks::sign::{
    LEAST_DIGITS, are_digits, sign_key, sign_other, sign_review, sign_stale, sign_verify,
};
use crate::console::{Console, ConsoleError};
use crate::crypto::digest::Sha256Digest;
use crate::crypto::{PublicKey, Scheme, hex};
use crate::host::display::visible;
use crate::host::files;
use crate::policy::Reason;
use crate::token::{KeyPlace, Token};
use crate::tuf::envelope::Signature;

use super::event::Event;
use super::payload::Payload;
use super::provision::PinFrom;
use super::review::{Confirmed, Reviewed};
use super::signatures::{Signed, file_of, store};
use super::tokens::{Tokens, key_plan};
use super::{Ceremony, CeremonyError, gate};

/// What is asked, and the flag that answers it where nobody can be.
const DIGITS: &str = "Digits from paper";
const CONFIRM: &str = "--confirm PREFIX";

/// What a holder asks for.
pub struct Request<'a> {
    /// The key's name.
    pub key: &'a str,
    /// Beginnings of digests, given on the command line; empty to be asked.
    pub confirm: &'a [String],
    /// Where the PIN comes from.
    pub pin: PinFrom,
}

/// What `sign` did.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Titles of the payloads that were signed now.
    pub signed: Vec<(String, Sha256Digest)>,
    /// Titles of the payloads that this key had signed before.
    pub before: Vec<String>,
    /// Titles of the payloads that still need this key.
    pub waiting: Vec<String>,
}

/// Shows a reviewed payload to the holder, with what the checks found.
pub type Show<'a> = &'a mut dyn FnMut(&mut dyn Console, &Reviewed, &[Finding]) -> Result<(), ConsoleError>;

/// Where signing is told, and where signatures go: into the ceremony's directory and its record, or into a response that is
/// carried there.
pub trait Desk {
    /// Whether a payload is to be signed here.
    fn wants(&self, payload: Sha256Digest) -> bool;
    /// A payload was shown in full to the holder of a key.
    fn reviewed(
        &mut self,
        ceremony: &mut Ceremony,
        key: &str,
        payload: Sha256Digest,
    ) -> Result<(), CeremonyError>;
    /// A token signed what was confirmed, and the signatures verify. They must be safe when this returns.
    fn signed(
        &mut self,
        ceremony: &mut Ceremony,
        key: &str,
        confirmed: &Confirmed,
        signatures: &[Signature],
    ) -> Result<(), CeremonyError>;
}

/// The ceremony's own directory, and its record.
pub struct Directory;

impl Desk for Directory {
    fn wants(&self, _: Sha256Digest) -> bool {
        true
    }

    fn reviewed(
        &mut self,
        ceremony: &mut Ceremony,
        key: &str,
        payload: Sha256Digest,
    ) -> Result<(), CeremonyError> {
        let actor = ceremony.policy.holder_of(key).to_owned();
        ceremony.transcript.record(&actor, &Event::Reviewed { payload })
    }

    fn signed(
        &mut self,
        ceremony: &mut Ceremony,
        key: &str,
        confirmed: &Confirmed,
        signatures: &[Signature],
    ) -> Result<(), CeremonyError> {
        let payload = confirmed.payload().digest;
        let mut files = Vec::new();
        for signature in signatures {
            files.push(store(ceremony, payload, signature)?);
        }
        let event = Event::Signed { key: key.to_owned(), payload, digits: confirmed.digits(), files };
        let actor = ceremony.policy.holder_of(key).to_owned();
        ceremony.transcript.record(&actor, &event)
    }
}

/// Signs every payload that needs the key and that the holder confirms, in the ceremony's own directory.
pub fn sign(
    ceremony: &mut Ceremony,
    tokens: &mut Tokens,
    console: &mut dyn Console,
    show: Show<'_>,
    request: &Request<'_>,
) -> Result<Outcome, CeremonyError> {
    sign_at(&mut Directory, ceremony, tokens, console, show, request)
}

/// Signs at a desk.
pub fn sign_at(
    desk: &mut dyn Desk,
    ceremony: &mut Ceremony,
    tokens: &mut Tokens,
    console: &mut dyn Console,
    show: Show<'_>,
    request: &Request<'_>,
) -> Result<Outcome, CeremonyError> {
    let plan = key_plan(&ceremony.policy, request.key)?.clone();
    let expected = ceremony.keyring.get(request.key).cloned();
    let expected = expected.ok_or_else(|| CeremonyError::KeyUnknown { name: request.key.to_owned() })?;
    let collected = ceremony.collected()?;
    let payloads: Vec<_> = collected.iter().map(|one| one.payload.clone()).collect();
    let findings = gate::examine_frozen(ceremony, &payloads);
    CeremonyError::unless_clear(&findings)?;
    let mut outcome = Outcome::default();
    let mut open = Vec::new();
    let revoked = ceremony.revoked_as(expected.fingerprint());
    for one in collected.iter().filter(|one| desk.wants(one.payload.digest)) {
        match ceremony.asked_of(one, expected.fingerprint()) {
            None => {}
            Some(keyids) if keyids.is_empty() => outcome.before.push(one.payload.title()),
            Some(keyids) => {
                require_free(ceremony, one.payload.digest, &keyids)?;
                open.push((one, keyids));
            }
        }
    }
    let matched = match_confirmations(ceremony, &open, &collected, request.confirm)?;
    if open.is_empty() || (!request.confirm.is_empty() && matched.iter().all(Option::is_none)) {
        // Nothing waits for a key that is gone.
        let waiting = open.iter().filter(|_| ceremony.gone_as(expected.fingerprint()).is_none());
        outcome.waiting = waiting.map(|(one, _)| one.payload.title()).collect();
        return Ok(outcome);
    }
    // What comes after the release is in no file of it.
    CeremonyError::require(gate::output(ceremony))?;
    if request.confirm.is_empty() {
        console.can_ask(DIGITS, CONFIRM)?;
    }
    // Before anything is read or typed: is this the token, and is this the key?
    let (mut token, place) = tokens.open(&ceremony.policy, request.key)?;
    CeremonyError::require(sign_key(request.key, &expected, &token.public_key(&place)?))?;
    if let Some(reason) = revoked {
        console.show(&warning(request.key, reason))?;
    }
    let mut confirmed = Vec::new();
    for ((one, keyids), given) in open.into_iter().zip(matched) {
        if given.is_none() && !request.confirm.is_empty() {
            outcome.waiting.push(one.payload.title());
            continue;
        }
        let reviewed = Reviewed::of(ceremony, one.payload.clone())?;
        show(console, &reviewed, &findings)?;
        desk.reviewed(ceremony, request.key, one.payload.digest)?;
        let typed = match given {
            Some(given) => given,
            None => ask(console, &reviewed)?,
        };
        confirmed.push((reviewed.confirm(&typed)?, keyids));
    }
    request.pin.unlock(console, token.as_mut())?;
    let mut device = Device { token: token.as_mut(), place, public: &expected, scheme: plan.scheme };
    for (confirmed, keyids) in confirmed {
        let signatures = device.sign(request.key, confirmed.payload(), &keyids)?;
        desk.signed(ceremony, request.key, &confirmed, &signatures)?;
        outcome.signed.push((confirmed.payload().title(), confirmed.payload().digest));
    }
    Ok(outcome)
}

/// What whoever signs with a key that is gone must have read.
fn warning(key: &str, reason: Reason) -> String {
    format!(
        "WARNING: {} is revoked in this ceremony as {}. Its signature counts for the trusted root's quorum alone.\n\
         Sign with it only if that quorum cannot be met without it.",
        visible(key),
        reason.name()
    )
}

/// Nothing stands where the signatures will go. What did would be no valid signature, and would keep the one that the
/// token makes from being stored.
fn require_free(ceremony: &Ceremony, payload: Sha256Digest, keyids: &[String]) -> Result<(), CeremonyError> {
    let files = keyids.iter().map(|keyid| file_of(payload, keyid));
    match files.into_iter().find(|file| files::exists(&ceremony.path(file))) {
        Some(file) => {
            let problem =
                "it is no valid signature of its key; the token was not asked for another".to_owned();
            Err(CeremonyError::Damaged { file, problem })
        }
        None => Ok(()),
    }
}

/// Asks until something comes that can be digits: whoever pressed Enter once too often has not said that anything is wrong, and
/// must not be left at a shell, where the PIN would be typed in the open.
fn ask(console: &mut dyn Console, reviewed: &Reviewed) -> Result<String, CeremonyError> {
    console.say(&format!(
        "Read the SHA-256 of {} from paper, and type its first {LEAST_DIGITS} digits or more.",
        visible(&reviewed.payload.title())
    ));
    loop {
        let typed = console.ask(DIGITS, CONFIRM)?;
        if are_digits(&typed) {
            return Ok(typed);
        }
        console.say(&format!(
            "That was not {LEAST_DIGITS} or more hex digits. Type them once more, or stop with Ctrl-C."
        ));
    }
}

/// Gives every open payload the prefix that was given for it. A prefix that fits none is a wrong digest (SIGN-REVIEW),
/// or that of a payload that is void by now (SIGN-STALE).
fn match_confirmations(
    ceremony: &Ceremony,
    open: &[(&Signed, Vec<String>)],
    all: &[Signed],
    given: &[String],
) -> Result<Vec<Option<String>>, CeremonyError> {
    let fits = |digest: Sha256Digest, typed: &str| !sign_review("", digest, typed).refuses();
    for typed in given {
        if all.iter().any(|one| fits(one.payload.digest, typed)) {
            continue;
        }
        for digest in void_payloads(ceremony)?.into_iter().filter(|digest| fits(*digest, typed)) {
            let place = ceremony.frozen_for(digest);
            let title = place
                .as_ref()
                .map_or("a payload that the record does not know".to_owned(), |(role, version)| {
                    format!("{role} version {version}")
                });
            let mut payloads = all.iter().map(|one| &one.payload);
            let current = payloads.find(|one| place.as_ref().is_some_and(|(role, _)| *role == one.role));
            CeremonyError::require(sign_stale(&title, digest, current.map(|one| one.digest), None))?;
        }
        let title = match open {
            [(one, _)] => one.payload.title(),
            _ => "any payload that this key signs".to_owned(),
        };
        // Nothing fits it, and there may be nothing that could.
        CeremonyError::require(match open.first() {
            Some((one, _)) => sign_review(&title, one.payload.digest, typed),
            None => sign_other(&title),
        })?;
    }
    let find = |one: &Signed| given.iter().find(|typed| fits(one.payload.digest, typed)).cloned();
    Ok(open.iter().map(|(one, _)| find(one)).collect())
}

/// Payloads in the directory that the index no longer names.
fn void_payloads(ceremony: &Ceremony) -> Result<Vec<Sha256Digest>, CeremonyError> {
    let index = ceremony.index()?;
    let names = files::list(&ceremony.path("payloads"))?;
    let digests = names.iter().filter_map(|name| Sha256Digest::parse_hex(name.strip_suffix(".canonical")?));
    Ok(digests.filter(|digest| !index.digests().any(|(_, _, current)| current == *digest)).collect())
}

/// A token that was found to hold the right key, and is unlocked.
struct Device<'a> {
    token: &'a mut dyn Token,
    place: KeyPlace,
    public: &'a PublicKey,
    scheme: Scheme,
}

impl Device<'_> {
    /// Signs a payload; what is given is verified.
    fn sign(
        &mut self,
        key: &str,
        payload: &Payload,
        keyids: &[String],
    ) -> Result<Vec<Signature>, CeremonyError> {
        let made = self.token.sign(&self.place, self.scheme, &payload.canonical)?;
        CeremonyError::require(sign_verify(key, self.public, self.scheme, &payload.canonical, &made))?;
        let signature = |keyid: &String| Signature { keyid: keyid.clone(), sig: hex::encode(&made) };
        Ok(keyids.iter().map(signature).collect())
    }
}
