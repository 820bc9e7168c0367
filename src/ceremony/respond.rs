//! Answering a request, on a machine that has nothing else: everything is judged as where the ceremony is, the holder signs, and
//! the signatures go into a response.

use std::path::{Path, PathBuf};

use crate::checks::{Check, Finding};
use crate::console::Console;
use crate::crypto::digest::Sha256Digest;
use crate::host::files;
use crate::policy::TokenKind;
use crate::tuf::envelope::Signature;

use super::elsewhere::elsewhere;
use super::request::Opened;
use super::response::{LIMIT, Response};
use super::review::Confirmed;
use super::sign::{Desk, Outcome, Request, Show, sign_at};
use super::signatures::store;
use super::tokens::{Tokens, key_plan};
use super::{CarriedError, Ceremony, CeremonyError};

/// A response that was written.
pub struct Answered {
    /// What was signed, and what was not.
    pub outcome: Outcome,
    /// How many bytes the response has, and their SHA-256; `None` if nothing was signed.
    pub written: Option<(usize, Sha256Digest)>,
}

/// The tokens of a machine on which a request is answered: none of them is reached as the request says.
pub struct OwnTokens(Tokens);

impl Opened {
    /// The key to sign with: the one that was named, or the only one that is asked for.
    pub fn key(&self, named: Option<&str>) -> Result<String, CeremonyError> {
        let asked: Vec<String> = self.request.asked.keys().cloned().collect();
        let fits = |key: &&String| named.is_none_or(|named| *key == named);
        let mut fitting = asked.iter().filter(fits);
        match (fitting.next(), fitting.next()) {
            (Some(key), None) => Ok(key.clone()),
            _ => Err(match named {
                Some(key) => CarriedError::NotAsked { key: key.to_owned(), asked },
                None => CarriedError::Several { asked },
            }
            .into()),
        }
    }

    /// The tokens of this machine, for a key. The library for a PKCS#11 token is the one that the holder names: a library runs
    /// as soon as it is loaded, and what a request names is whatever whoever carried it wrote there.
    pub fn tokens(&self, key: &str, module: Option<&Path>) -> Result<OwnTokens, CeremonyError> {
        let token = key_plan(&self.ceremony.policy, key)?.token.as_ref();
        let planned = match token.map(|token| &token.kind) {
            Some(TokenKind::Pkcs11 { module, .. }) => Some(module),
            _ => None,
        };
        match (planned, module) {
            (Some(_), Some(module)) => Ok(OwnTokens(Tokens::named_here(Some(files::absolute(module)?)))),
            (None, None) => Ok(OwnTokens(Tokens::named_here(None))),
            (Some(planned), None) => {
                Err(CarriedError::NoModule { key: key.to_owned(), planned: planned.clone() }.into())
            }
            (None, Some(_)) => Err(CeremonyError::Change {
                what: format!("the key {key} is on no PKCS#11 token, and --module names a library for one"),
                next: "Leave --module out.".to_owned(),
            }),
        }
    }

    /// Lets the holder sign with a key everything that is asked of it, and writes the response. What was signed before a stop is
    /// taken up again.
    pub fn respond(
        &mut self,
        tokens: &mut OwnTokens,
        console: &mut dyn Console,
        show: Show<'_>,
        wish: &Request<'_>,
        out: &Path,
    ) -> Result<Answered, CeremonyError> {
        // Two answers at once would take what is unfinished from one another.
        let _claim = files::lock(
            out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")),
        )?;
        self.require_unanswered(out)?;
        let asked = self.request.asked.get(wish.key).cloned().unwrap_or_default();
        let response = Response {
            ceremony: self.ceremony.policy.id.clone(),
            plan: self.ceremony.policy.digest,
            request: self.request.sha256,
            signatures: Default::default(),
        };
        let mut desk = Answer { asked, response, unfinished: unfinished(out) };
        desk.take_up(&self.ceremony)?;
        // Whether anything can be written there is known before a token is touched.
        files::replace(&desk.unfinished, &desk.response.to_bytes())?;
        let outcome = sign_at(&mut desk, &mut self.ceremony, &mut tokens.0, console, show, wish);
        if desk.response.signatures.is_empty() {
            files::remove_if_there(&desk.unfinished)?;
            return Ok(Answered { outcome: outcome.map_err(elsewhere)?, written: None });
        }
        let outcome = outcome.map_err(elsewhere)?;
        let bytes = desk.response.to_bytes();
        files::create(out, &bytes)?;
        files::remove_if_there(&desk.unfinished)?;
        Ok(Answered { outcome, written: Some((bytes.len(), Sha256Digest::of(&bytes))) })
    }

    /// PLAN-OUTPUT: nothing is where the response will be. Mostly it is an answer that was given before.
    pub fn require_unanswered(&self, out: &Path) -> Result<(), CeremonyError> {
        if !files::exists(out) {
            return Ok(());
        }
        let policy = &self.ceremony.policy;
        let before = files::read(out, LIMIT).ok().and_then(|bytes| Response::read("", &bytes).ok());
        let name = out.to_string_lossy();
        Err(taken(
            out,
            match before {
                Some(before) if before.ceremony == policy.id && before.plan == policy.digest => {
                    format!("This request was answered before: send {name}. For another answer, name its file with --out.")
                }
                _ => "It is no answer to this request, and nothing is overwritten. Name another file with --out."
                    .to_owned(),
            },
        ))
    }
}

/// PLAN-OUTPUT, of a file that is where one of ours would be.
fn taken(path: &Path, next: String) -> CeremonyError {
    let what = format!("{} exists already", path.to_string_lossy());
    CeremonyError::Refused(Box::new(Finding::fail(Check::PlanOutput, what, next)))
}

/// Where signatures are until the response is whole.
fn unfinished(out: &Path) -> PathBuf {
    let name = out.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    out.with_file_name(format!("{name}.unfinished"))
}

/// A response in the making.
struct Answer {
    asked: Vec<Sha256Digest>,
    response: Response,
    unfinished: PathBuf,
}

impl Answer {
    /// Takes up what was signed before a stop, as far as it is what is asked for and verifies. What is of something else is
    /// left alone.
    fn take_up(&mut self, ceremony: &Ceremony) -> Result<(), CeremonyError> {
        let Some(bytes) = files::read_if_there(&self.unfinished, LIMIT)? else { return Ok(()) };
        let own = |before: &Response| {
            before.ceremony == self.response.ceremony && before.plan == self.response.plan
        };
        let Some(before) = Response::read("", &bytes).ok().filter(own) else {
            let next = "It is of another answer, and nothing is overwritten. Move it away, or name another file with --out.";
            return Err(taken(&self.unfinished, next.to_owned()));
        };
        for one in ceremony.collected()? {
            let digest = one.payload.digest;
            let signatures = before.signatures.get(&digest).filter(|_| self.asked.contains(&digest));
            for signature in
                signatures.into_iter().flatten().filter(|signature| one.verdict(signature).is_ok())
            {
                store(ceremony, digest, signature)?;
                self.response.signatures.entry(digest).or_default().push(signature.clone());
            }
        }
        Ok(())
    }
}

impl Desk for Answer {
    fn wants(&self, payload: Sha256Digest) -> bool {
        self.asked.contains(&payload)
    }

    fn reviewed(&mut self, _: &mut Ceremony, _: &str, _: Sha256Digest) -> Result<(), CeremonyError> {
        Ok(())
    }

    fn signed(
        &mut self,
        _: &mut Ceremony,
        _: &str,
        confirmed: &Confirmed,
        signatures: &[Signature],
    ) -> Result<(), CeremonyError> {
        let of_payload = self.response.signatures.entry(confirmed.payload().digest).or_default();
        of_payload.extend(signatures.iter().cloned());
        Ok(files::replace(&self.unfinished, &self.response.to_bytes())?)
    }
}
