//! The first root of a repository, in six acts, as a ceremony administrator would lead through them.

use std::path::Path;

use super::play::{KEYS, Play};
use crate::ceremony::tokens::Tokens;
use crate::ceremony::{CeremonyError, start};
use crate::checks::Check;
use crate::cli::{plan, status};
use crate::host::display::{visible, word};

/// Plays all acts.
pub fn play(directory: &Path) -> Result<(), CeremonyError> {
    let request = start::Request { template: Some("rehearsal"), ..Default::default() };
    let mut play = Play::new(directory, &request, 6)?;
    read_plan(&mut play)?;
    make_keys(&mut play)?;
    freeze(&mut play)?;
    sign(&mut play)?;
    release(&mut play)?;
    judge(&mut play)
}

/// The same without a word, for what comes after it.
pub fn quietly(directory: &Path) -> Result<(), CeremonyError> {
    let request = start::Request { template: Some("rehearsal"), ..Default::default() };
    let mut play = Play::new(directory, &request, 6)?;
    play.narrator.hush();
    for key in KEYS {
        play.makes_key(key)?;
    }
    play.reopen()?;
    play.drafts_and_freezes()?;
    for key in ["ada-card", "ben-card", "chi-card", "dev-card", "online"] {
        play.signs(key)?;
    }
    play.releases()
}

fn read_plan(play: &mut Play) -> Result<(), CeremonyError> {
    let words = "Everything that this ceremony does is decided by one file, ceremony.toml, which was reviewed \
                 beforehand. Five holders have a key each; any three of them make a root that the world will \
                 trust. I read the plan aloud, and everybody compares its digest with the paper.";
    play.act(1, "The plan", words);
    play.does("plan");
    let text = plan::text(&play.ceremony, &play.ceremony.plan()?);
    play.say(&text);
    Ok(())
}

fn make_keys(play: &mut Play) -> Result<(), CeremonyError> {
    let words = "Each holder inserts a token and makes a key on it. The private half never leaves the token; the \
                 public half goes to keys/. (These tokens are rehearsal tokens: software, with keys that anybody \
                 can compute. Whatever they sign carries a rehearsal mark.)";
    play.act(2, "Keys", words);
    for key in KEYS {
        play.makes_key(key)?;
    }
    play.reopen()
}

fn freeze(play: &mut Play) -> Result<(), CeremonyError> {
    let words = "The plan and the keys decide every byte of the metadata. I write the drafts and freeze them: from \
                 now on each payload is named by the SHA-256 of exactly the bytes that will be signed. We write \
                 these digests on paper; holders will confirm what they sign from there.";
    play.act(3, "Drafts and payloads", words);
    play.drafts_and_freezes()
}

fn sign(play: &mut Play) -> Result<(), CeremonyError> {
    let words = "Each holder inserts a token, reviews what each payload changes, types the first digits of its \
                 digest from paper, and only then gives the token its PIN. Not everybody is awake.";
    play.act(4, "Signatures", words);
    play.say("Ada is tired, and types the digest of another file.");
    play.mistake(Check::SignReview, |play| play.attempt("ada-card", Some("00000000")).map(|_| ()))?;
    play.say("\nAda reads the paper again.");
    play.signs("ada-card")?;
    play.say("\nBen takes the wrong token out of the bag: it is Chi's.");
    play.tokens.insert_rehearsal("R-0003");
    play.mistake(Check::TokenOne, |play| play.attempt("ben-card", None).map(|_| ()))?;
    play.tokens = Tokens::new();
    play.say("\nBen inserts his own token.");
    play.signs("ben-card")?;
    play.say("\nThe server's key signs what expires soon.");
    play.signs("online")
}

fn release(play: &mut Play) -> Result<(), CeremonyError> {
    let words = "Two of three needed signatures are there. Somebody is in a hurry and asks for the release.";
    play.act(5, "The release", words);
    play.releases_too_early()?;
    play.say("\nChi signs, and so does Dev: one signature more than needed does no harm and may help.");
    play.signs("chi-card")?;
    play.signs("dev-card")?;
    play.does("status");
    let text = status::text(&play.ceremony, &play.ceremony.status()?);
    play.say(&text);
    play.releases()
}

fn judge(play: &mut Play) -> Result<(), CeremonyError> {
    let words = "What was released is read back from the disk and judged as a client would that starts from \
                 1.root.json; then the record is read back and its chain verified.";
    play.act(6, "Is it good?", words);
    let metadata = play.directory.join("metadata");
    play.judges(metadata, None)?;
    let (shown, place) = (visible(&play.directory.to_string_lossy()), word(&play.directory));
    play.say(&format!(
        "\nThe rehearsal is over. Everything lies in {shown}\n\
         \x20 ceremony.toml     the plan\n\
         \x20 keys/             the public keys\n\
         \x20 payloads/         the exact bytes that were signed, named by their SHA-256\n\
         \x20 signatures/       one file for each signature\n\
         \x20 metadata/         the release, as clients download it\n\
         \x20 transcript.jsonl  the record of what happened, the mistakes included\n\
         \nTry next:\n\
         \x20 tuf-ceremony -C {place} status\n\
         \x20 tuf-ceremony -C {place} review root\n\
         \x20 tuf-ceremony -C {place} transcript show\n\
         \x20 tuf-ceremony -C {place} seal\n\
         \x20 tuf-ceremony explain QUORUM-NEW\n\
         \x20 tuf-ceremony rehearse --interactive          you are the holders\n\
         \x20 tuf-ceremony rehearse --script compromise    the bad night\n\
         \x20 tuf-ceremony new my-root --template minimal  start a real one"
    ));
    Ok(())
}
