//! The acts of the rehearsal, as a ceremony administrator would lead through them.

use std::path::PathBuf;

use super::narrator::Narrator;
use crate::advice::Advice as _;
use crate::ceremony::directory::ADMINISTRATOR;
use crate::ceremony::provision::{PinFrom, provision};
use crate::ceremony::release::Released;
use crate::ceremony::review::Reviewed;
use crate::ceremony::sign::{Outcome, Request, sign};
use crate::ceremony::tokens::Tokens;
use crate::ceremony::verify::Published;
use crate::ceremony::{Ceremony, CeremonyError, start};
use crate::checks::{Check, Finding};
use crate::cli::sign::show_payload;
use crate::cli::{complaint, plan, show, status, verify as verify_output};
use crate::console::{Console, Terminal};
use crate::crypto::digest::Sha256Digest;
use crate::host::clock;
use crate::host::display::visible;
use crate::token::rehearsal::PIN;
use crate::tuf::client::Profile;
use crate::tuf::client::report::Look;

/// The keys in the order in which their holders come forward; the last is the server's.
const KEYS: [&str; 6] = ["ada-card", "ben-card", "chi-card", "dev-card", "eva-card", "online"];

/// A rehearsal under way.
pub struct Play {
    directory: PathBuf,
    ceremony: Ceremony,
    tokens: Tokens,
    narrator: Narrator,
    interactive: bool,
    shown: Vec<Sha256Digest>,
}

impl Play {
    /// Makes the directory from the template `rehearsal`.
    pub fn new(directory: PathBuf, interactive: bool) -> Result<Play, CeremonyError> {
        start::start(&directory, &start::Request { template: Some("rehearsal"), ..Default::default() })?;
        let ceremony = Ceremony::open_to_act(&directory)?;
        let (tokens, narrator) = (Tokens::new(), Narrator::default());
        Ok(Play { directory, ceremony, tokens, narrator, interactive, shown: Vec::new() })
    }

    /// Plays all acts.
    pub fn play(mut self) -> Result<(), CeremonyError> {
        self.plan()?;
        self.provision()?;
        self.freeze()?;
        self.sign()?;
        self.release()?;
        self.judge()
    }

    fn say(&mut self, text: &str) {
        self.narrator.say(text);
    }

    fn act(&mut self, number: usize, title: &str, words: &str) {
        let rule = "=".repeat(78);
        let head = format!("\n{rule}\nAct {number} of 6: {title}\n{rule}\n{}\n", show::wrap(words, 78));
        self.say(&head);
    }

    fn does(&mut self, command: &str) {
        self.say(&format!("\n$ tuf-ceremony {command}"));
    }

    fn plan(&mut self) -> Result<(), CeremonyError> {
        let words = "Everything that this ceremony does is decided by one file, ceremony.toml, which was reviewed \
                     beforehand. Five holders have a key each; any three of them make a root that the world will \
                     trust. I read the plan aloud, and everybody compares its digest with the paper.";
        self.act(1, "The plan", words);
        self.does("plan");
        let text = plan::text(&self.ceremony, &self.ceremony.plan()?);
        self.say(&text);
        Ok(())
    }

    fn provision(&mut self) -> Result<(), CeremonyError> {
        let words = "Each holder inserts a token and makes a key on it. The private half never leaves the token; the \
                     public half goes to keys/. (These tokens are rehearsal tokens: software, with keys that anybody \
                     can compute. Whatever they sign carries a rehearsal mark.)";
        self.act(2, "Keys", words);
        if self.interactive {
            self.say(&format!("The PIN of every rehearsal token is: {PIN}\n"));
        }
        for key in KEYS {
            self.does(&format!("token provision --key {key}"));
            let made = loop {
                let console: &mut dyn Console =
                    if self.interactive { &mut Terminal } else { &mut self.narrator };
                let made =
                    provision(&mut self.ceremony, &mut self.tokens, console, key, false, PinFrom::Prompt);
                match made {
                    Err(error) if self.interactive && is_slip(&error) => {
                        self.ceremony.record_refusal_of(key, "token provision", &error)?;
                        self.report(&error);
                    }
                    other => break other?,
                }
            };
            self.say(&format!("Made a key of type {}; keyid {}", made.public.algorithm().name(), made.keyid));
        }
        self.reopen()
    }

    /// Opens the directory anew, as the next command would: what happened is in its files.
    fn reopen(&mut self) -> Result<(), CeremonyError> {
        self.ceremony.close();
        self.ceremony = Ceremony::open_to_act(&self.directory)?;
        Ok(())
    }

    fn freeze(&mut self) -> Result<(), CeremonyError> {
        let words = "The plan and the keys decide every byte of the metadata. I write the drafts and freeze them: from \
                     now on each payload is named by the SHA-256 of exactly the bytes that will be signed. We write \
                     these digests on paper; holders will confirm what they sign from there.";
        self.act(3, "Drafts and payloads", words);
        self.does("draft");
        for draft in self.ceremony.draft()?.made {
            self.say(&format!("Wrote drafts/{}.json", draft.role));
        }
        self.does("freeze");
        let (findings, frozen) = self.ceremony.freeze()?;
        self.say(&show::findings(&findings));
        for payload in frozen?.payloads {
            self.say(&format!(
                "\n{}\n{}",
                payload.title(),
                show::indent("    ", &show::digest(payload.digest))
            ));
        }
        Ok(())
    }

    fn sign(&mut self) -> Result<(), CeremonyError> {
        let words = "Each holder inserts a token, reviews what each payload changes, types the first digits of its \
                     digest from paper, and only then gives the token its PIN. Not everybody is awake.";
        self.act(4, "Signatures", words);
        if self.interactive {
            self.say(
                "You are the holders. What the witness's paper says is shown before each of you begins.",
            );
            self.say("\nAda comes first.");
        } else {
            self.say("Ada is tired, and types the digest of another file.");
            self.mistake(Check::SignReview, |play| play.attempt("ada-card", Some("00000000")).map(|_| ()))?;
            self.say("\nAda reads the paper again.");
        }
        self.signs("ada-card")?;
        self.say("\nBen takes the wrong token out of the bag: it is Chi's.");
        self.tokens.insert_rehearsal("R-0003");
        self.mistake(Check::TokenOne, |play| play.attempt("ben-card", None).map(|_| ()))?;
        self.tokens = Tokens::new();
        self.say("\nBen inserts his own token.");
        self.signs("ben-card")?;
        self.say("\nThe server's key signs what expires soon.");
        self.signs("online")
    }

    fn release(&mut self) -> Result<(), CeremonyError> {
        let words =
            "Two of three needed signatures are there. Somebody is in a hurry and asks for the release.";
        self.act(5, "The release", words);
        self.does("release");
        self.mistake(Check::QuorumNew, |play| {
            let Released { findings, outcome, .. } = play.ceremony.release()?;
            let short: Vec<Finding> = findings.into_iter().filter(Finding::refuses).collect();
            play.say(&show::findings(&short));
            // The finding itself, also where more than one file is short.
            match (outcome, short.into_iter().next()) {
                (Err(refused), Some(finding)) => {
                    play.ceremony.record_refusal(ADMINISTRATOR, "release", &refused)?;
                    Err(CeremonyError::Refused(Box::new(finding)))
                }
                (outcome, _) => outcome.map(|_| ()),
            }
        })?;
        self.say("\nChi signs, and so does Dev: one signature more than needed does no harm and may help.");
        self.signs("chi-card")?;
        self.signs("dev-card")?;
        self.does("status");
        let text = status::text(&self.ceremony, &self.ceremony.status()?);
        self.say(&text);
        self.does("release");
        let Released { findings, foreseen, outcome } = self.ceremony.release()?;
        self.say(&show::findings(&findings));
        self.say(&show::foreseen(&foreseen));
        for file in outcome?.files() {
            self.say(&format!("  {}  {}", file.sha256, file.file));
        }
        Ok(())
    }

    fn judge(&mut self) -> Result<(), CeremonyError> {
        let words = "What was released is read back from the disk and judged as a client would that starts from \
                     1.root.json; then the record is read back and its chain verified.";
        self.act(6, "Is it good?", words);
        self.does("verify metadata --trusted metadata/1.root.json");
        let metadata = self.directory.join("metadata");
        let look = Look { profile: Profile::Strict, at: clock::now(), roots_only: false };
        let trusted = metadata.join("1.root.json");
        let report = Published { directory: metadata, look, state: None, targets: None }.verify(&trusted)?;
        self.say(&verify_output::text(&report));
        if let Some((file, why)) = report.refused {
            return Err(CeremonyError::Damaged {
                file: format!("metadata/{file}"),
                problem: why.to_string(),
            });
        }
        self.reopen()?;
        let lines = self.ceremony.transcript.len();
        self.say(&format!(
            "transcript.jsonl: {lines} lines, each with the SHA-256 of the line before it: whole."
        ));
        let place = visible(&self.directory.to_string_lossy());
        self.say(&format!(
            "\nThe rehearsal is over. Everything lies in {place}\n\
             \x20 ceremony.toml     the plan\n\
             \x20 keys/             the public keys\n\
             \x20 payloads/         the exact bytes that were signed, named by their SHA-256\n\
             \x20 signatures/       one file for each signature\n\
             \x20 metadata/         the release, as clients download it\n\
             \x20 transcript.jsonl  the record of what happened, the mistakes included\n\
             \nTry next:\n\
             \x20 tuf-ceremony -C {place} status\n\
             \x20 tuf-ceremony -C {place} review root\n\
             \x20 tuf-ceremony explain QUORUM-NEW\n\
             \x20 tuf-ceremony rehearse --interactive          you are the holders\n\
             \x20 tuf-ceremony new my-root --template minimal  start a real one"
        ));
        Ok(())
    }

    /// One holder signs everything that needs the key.
    fn signs(&mut self, key: &str) -> Result<(), CeremonyError> {
        if self.interactive {
            // Every holder sees every review, once.
            self.shown.clear();
            self.show_paper()?;
        }
        let outcome = loop {
            match self.attempt(key, None) {
                Err(error) if self.interactive && is_slip(&error) => self.report(&error),
                other => break other?,
            }
        };
        for (title, digest) in outcome.signed {
            self.say(&format!("Signed {title} ({digest:.16}), verified and stored."));
        }
        Ok(())
    }

    /// The witness's paper, which a rehearsal has nowhere else to put.
    fn show_paper(&mut self) -> Result<(), CeremonyError> {
        self.say("\nThe paper says:");
        for payload in self.ceremony.payloads()? {
            self.say(&format!(
                "{}\n{}",
                payload.title(),
                show::indent("    ", &show::digest(payload.digest))
            ));
        }
        Ok(())
    }

    /// Tries to sign; a playing holder types the digits of the paper, or `typed`.
    fn attempt(&mut self, key: &str, typed: Option<&str>) -> Result<Outcome, CeremonyError> {
        self.does(&format!("sign --key {key}"));
        let digits = self.digits_on_paper(key)?;
        let answers = match typed {
            Some(typed) => vec![typed.to_owned()],
            None => digits,
        };
        self.narrator.will_type(answers);
        let Play { ceremony, tokens, narrator, interactive, shown, .. } = self;
        let mut show = |console: &mut dyn Console, reviewed: &Reviewed, findings: &[Finding]| {
            if !shown.contains(&reviewed.payload.digest) {
                shown.push(reviewed.payload.digest);
                show_payload(console, reviewed, findings)
            } else {
                console.show(&format!("({}: the same review as before is shown)", reviewed.payload.title()))
            }
        };
        let console: &mut dyn Console = if *interactive { &mut Terminal } else { narrator };
        let request = Request { key, confirm: &[], pin: PinFrom::Prompt };
        let outcome = sign(ceremony, tokens, console, &mut show, &request);
        if let Err(error) = &outcome {
            ceremony.record_refusal_of(key, "sign", error)?;
        }
        outcome
    }

    /// The first digits of every payload that still needs a key, in the order in which they are asked for.
    fn digits_on_paper(&self, key: &str) -> Result<Vec<String>, CeremonyError> {
        let unknown = || CeremonyError::KeyUnknown { name: key.to_owned() };
        let material = self.ceremony.keyring.get(key).ok_or_else(unknown)?.fingerprint();
        let collected = self.ceremony.collected()?;
        let open = collected.iter().filter(|one| !one.open_keyids(material).is_empty());
        Ok(open.map(|one| format!("{:.8}", one.payload.digest)).collect())
    }

    fn report(&mut self, error: &CeremonyError) {
        let text = complaint(error);
        self.say(&text);
    }

    /// Makes a mistake on purpose; the right check must catch it.
    fn mistake(
        &mut self,
        check: Check,
        attempt: impl FnOnce(&mut Play) -> Result<(), CeremonyError>,
    ) -> Result<(), CeremonyError> {
        match attempt(self) {
            Err(error) if error.check() == Some(check.id()) => {
                self.report(&error);
                self.say(&format!("Caught by {}. Nothing was signed or written.", check.id()));
                Ok(())
            }
            Err(error) if self.interactive => Err(error),
            _ => Err(CeremonyError::NotCaught { expected: check.id() }),
        }
    }
}

/// A slip of a person at the keyboard, who may try again.
fn is_slip(error: &CeremonyError) -> bool {
    [Check::SignReview.id(), Check::TokenPin.id()].contains(&error.check().unwrap_or_default())
}
