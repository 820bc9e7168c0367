//! What every rehearsal does: speak, make keys, draft, sign, release, judge, and make mistakes that the right check catches.

use std::path::{Path, PathBuf};

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
use crate::cli::{complaint, show, verify as verify_output};
use crate::console::Console;
use crate::crypto::digest::Sha256Digest;
use crate::host::clock;
use crate::tuf::client::Profile;
use crate::tuf::client::report::Look;

/// The keys in the order in which their holders come forward; the last is the server's.
pub const KEYS: [&str; 6] = ["ada-card", "ben-card", "chi-card", "dev-card", "eva-card", "online"];

/// A rehearsal under way.
pub struct Play {
    /// The ceremony directory.
    pub directory: PathBuf,
    /// The ceremony in it.
    pub ceremony: Ceremony,
    /// The tokens that are there.
    pub tokens: Tokens,
    /// Who speaks, and answers where nobody is asked.
    pub narrator: Narrator,
    /// How many acts there are.
    acts: usize,
    shown: Vec<Sha256Digest>,
}

impl Play {
    /// Begins in a new directory.
    pub fn new(directory: &Path, request: &start::Request<'_>, acts: usize) -> Result<Play, CeremonyError> {
        start::start(directory, request)?;
        let ceremony = Ceremony::open_to_act(directory)?;
        let (tokens, narrator) = (Tokens::new(), Narrator::default());
        let directory = directory.to_owned();
        Ok(Play { directory, ceremony, tokens, narrator, acts, shown: Vec::new() })
    }

    /// One or more lines for the reader.
    pub fn say(&mut self, text: &str) {
        self.narrator.say(text);
    }

    /// The title of an act, and what happens in it.
    pub fn act(&mut self, number: usize, title: &str, words: &str) {
        let rule = "=".repeat(78);
        let acts = self.acts;
        let head = format!("\n{rule}\nAct {number} of {acts}: {title}\n{rule}\n{}\n", show::wrap(words, 78));
        self.say(&head);
    }

    /// The command that would be typed.
    pub fn does(&mut self, command: &str) {
        self.say(&format!("\n$ tuf-ceremony {command}"));
    }

    /// A holder makes a key on a token.
    pub fn makes_key(&mut self, key: &str) -> Result<(), CeremonyError> {
        self.does(&format!("token provision --key {key}"));
        let Play { ceremony, tokens, narrator, .. } = self;
        let made = provision(ceremony, tokens, narrator, key, false, PinFrom::Prompt)?;
        self.say(&format!("Made a key of type {}; keyid {}", made.public.algorithm().name(), made.keyid));
        Ok(())
    }

    /// Opens the directory anew, as the next command would: what happened is in its files.
    pub fn reopen(&mut self) -> Result<(), CeremonyError> {
        self.ceremony.close()?;
        self.ceremony = Ceremony::open_to_act(&self.directory)?;
        Ok(())
    }

    /// Writes the drafts and freezes them.
    pub fn drafts_and_freezes(&mut self) -> Result<(), CeremonyError> {
        self.does("draft");
        for draft in self.ceremony.draft()?.made {
            self.say(&format!("Wrote drafts/{}.json", draft.role));
        }
        self.does("freeze");
        let (findings, frozen) = self.ceremony.freeze()?;
        self.say(&show::findings(&findings));
        for payload in frozen?.payloads {
            let digest = show::indent("    ", &show::digest(payload.digest));
            self.say(&format!("\n{}\n{digest}", payload.title()));
        }
        Ok(())
    }

    /// Writes the release.
    pub fn releases(&mut self) -> Result<(), CeremonyError> {
        self.does("release");
        let Released { findings, foreseen, roots_alone, outcome } = self.ceremony.release()?;
        self.say(&show::findings(&findings));
        self.say(&show::foreseen(&foreseen, roots_alone));
        for file in outcome?.files() {
            self.say(&format!("  {}  {}", file.sha256, file.file));
        }
        Ok(())
    }

    /// Somebody asks for the release before everybody has signed.
    pub fn releases_too_early(&mut self) -> Result<(), CeremonyError> {
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
        })
    }

    /// Judges published metadata as a client does that trusts the first root and may hold earlier copies; then reads the
    /// record back.
    pub fn judges(&mut self, metadata: PathBuf, state: Option<&Path>) -> Result<(), CeremonyError> {
        let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let (folder, held) =
            (name(&metadata), state.map_or(String::new(), |state| format!(" --state {}", name(state))));
        self.does(&format!("verify {folder} --trusted {folder}/1.root.json{held}"));
        let look = Look { profile: Profile::Strict, at: clock::now(), roots_only: false };
        let root = metadata.join("1.root.json");
        let state = state.map(Path::to_owned);
        let report = Published { directory: metadata, look, state, targets: None }.verify(&root)?;
        self.say(&verify_output::text(&report));
        if let Some((file, why)) = report.refused {
            return Err(CeremonyError::Damaged {
                file: format!("{folder}/{file}"),
                problem: why.to_string(),
            });
        }
        self.reopen()?;
        let lines = self.ceremony.transcript.len();
        self.say(&format!(
            "transcript.jsonl: {lines} lines, each with the SHA-256 of the line before it: whole."
        ));
        Ok(())
    }

    /// One holder signs everything that needs the key.
    pub fn signs(&mut self, key: &str) -> Result<(), CeremonyError> {
        let outcome = self.attempt(key, None)?;
        for (title, digest) in outcome.signed {
            self.say(&format!("Signed {title} ({digest:.16}), verified and stored."));
        }
        Ok(())
    }

    /// Tries to sign; the holder types the digits of the paper, or `typed`.
    pub fn attempt(&mut self, key: &str, typed: Option<&str>) -> Result<Outcome, CeremonyError> {
        self.does(&format!("sign --key {key}"));
        let digits = self.digits_on_paper(key)?;
        let answers = match typed {
            Some(typed) => vec![typed.to_owned()],
            None => digits,
        };
        self.narrator.will_type(answers);
        let Play { ceremony, tokens, narrator, shown, .. } = self;
        let mut show = |console: &mut dyn Console, reviewed: &Reviewed, findings: &[Finding]| {
            if !shown.contains(&reviewed.payload.digest) {
                shown.push(reviewed.payload.digest);
                show_payload(console, reviewed, findings)
            } else {
                console.show(&format!("({}: the same review as before is shown)", reviewed.payload.title()))
            }
        };
        let request = Request { key, confirm: &[], pin: PinFrom::Prompt };
        let outcome = sign(ceremony, tokens, narrator, &mut show, &request);
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

    /// Makes a mistake on purpose; the right check must catch it.
    pub fn mistake(
        &mut self,
        check: Check,
        attempt: impl FnOnce(&mut Play) -> Result<(), CeremonyError>,
    ) -> Result<(), CeremonyError> {
        match attempt(self) {
            Err(error) if error.check() == Some(check.id()) => {
                self.say(&complaint(&error));
                self.say(&format!("Caught by {}. Nothing was signed or written.", check.id()));
                Ok(())
            }
            _ => Err(CeremonyError::NotCaught { expected: check.id() }),
        }
    }
}
