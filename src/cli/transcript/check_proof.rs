//! `transcript check-proof`: what a proof shows, and who vouches for it.

use std::path::{Path, PathBuf};

use crate::advice::Exit;
use crate::ceremony::CeremonyError;
use crate::ceremony::witness::read_checkpoint;
use crate::cli::{Context, show};
use crate::console::Console as _;
use crate::crypto::tlog::checkpoint::Checkpoint;
use crate::crypto::tlog::note::{Note, NoteError, Verifier};
use crate::crypto::tlog::proof::{Consistency, Inclusion};
use crate::host::display::visible;
use crate::host::files;
use crate::json::Json;
use crate::tuf::time;

/// The largest proof that is read, in bytes.
const LIMIT: usize = 1 << 20;
/// The largest line that is read, in bytes.
const LINE_LIMIT: usize = 64 << 20;

/// Verify a proof that `transcript prove`, or any other program, wrote in that form
///
/// Needs no ceremony directory.
#[derive(clap::Args)]
pub struct Args {
    /// The proof
    file: PathBuf,
    /// The line that it is to prove, alone in a file: exactly its bytes, with or without the line end
    #[arg(long, value_name = "FILE")]
    line: Option<PathBuf>,
    /// The earlier checkpoint from which the proof is to go on
    #[arg(long, value_name = "CHECKPOINT", conflicts_with = "line")]
    old: Option<PathBuf>,
    /// A key that must have signed the checkpoint in the proof, as name+id+key; may be repeated
    #[arg(long = "key", value_name = "VKEY", value_parser = key)]
    keys: Vec<Verifier>,
}

fn key(text: &str) -> Result<Verifier, String> {
    Verifier::parse(text).map_err(|error| error.to_string())
}

/// Runs the command.
pub fn run(context: &mut Context, args: &Args) -> Result<Exit, CeremonyError> {
    let shown = args.file.to_string_lossy().into_owned();
    let bytes = files::read(&args.file, LIMIT)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| refused(format!("{shown} is not text")))?;
    let unreadable = |error: NoteError| refused(format!("{shown} is no proof: {error}"));
    let (what, head, note) = if text.starts_with("old ") {
        let proof = Consistency::parse(text).map_err(unreadable)?;
        let file = required(args.old.as_deref(), "an earlier checkpoint", "--old CHECKPOINT")?;
        let (_, old) = read_checkpoint(file)?;
        let head = proof.with(&old).map_err(unreadable)?.ok_or_else(|| {
            refused(format!(
                "{shown} does not show that its checkpoint goes on from {}",
                file.to_string_lossy()
            ))
        })?;
        let what =
            format!("The first {} of its {} lines are those of the earlier checkpoint.", old.size, head.size);
        (what, head, proof.checkpoint)
    } else {
        let proof = Inclusion::parse(text).map_err(unreadable)?;
        let file = required(args.line.as_deref(), "a line", "--line FILE")?;
        let entry = files::read(file, LINE_LIMIT)?;
        let entry = entry.strip_suffix(b"\n").unwrap_or(&entry);
        let head = proof.of(entry).map_err(unreadable)?.ok_or_else(|| {
            refused(format!("{shown} does not show that {} is in the record", file.to_string_lossy()))
        })?;
        let what = format!("The line is #{} of its {}.", proof.index, head.size);
        (what, head, proof.checkpoint)
    };
    let signed = args.keys.iter().map(|key| signature(&note, key, &shown)).collect::<Result<Vec<_>, _>>()?;
    let others: Vec<String> = others(&note, &args.keys);
    if context.json {
        let signed = signed.into_iter().map(|(name, _)| name);
        context.console.say(&show::json(&Json::object([
            ("head", show::head(&head)),
            ("not_verified", Json::strings(others)),
            ("signed_by", Json::strings(signed)),
        ])));
        return Ok(Exit::Yes);
    }
    context.console.say(&text_of(&what, &head, &signed, &others));
    Ok(Exit::Yes)
}

fn text_of(what: &str, head: &Checkpoint, signed: &[(String, Option<String>)], others: &[String]) -> String {
    let mut out = format!(
        "The proof holds. Record: {}\n{what}\nTree head:\n{}",
        visible(&head.origin),
        show::indent("    ", &show::digest(head.root))
    );
    for (name, time) in signed {
        let when = time.as_ref().map_or(String::new(), |time| format!(", who saw it at {time}"));
        out.push_str(&format!("\nSigned by {}{when}", visible(name)));
    }
    if !others.is_empty() {
        out.push_str(&format!("\nSignatures that were not verified: {}", visible(&others.join(", "))));
    }
    if signed.is_empty() {
        let words = "Nobody vouches for this checkpoint: anybody can make one. Name the keys that you know, from elsewhere than this \
                     file, with --key.";
        out.push_str(&format!("\n{}", show::wrap(words, 78)));
    }
    out
}

/// Who signed, and when if that is said.
fn signature(note: &Note, key: &Verifier, shown: &str) -> Result<(String, Option<String>), CeremonyError> {
    let time = note.verify(key).map_err(|error| refused(format!("the checkpoint in {shown}: {error}")))?;
    let time = time.map(|time| {
        let at = i64::try_from(time).ok().and_then(|time| jiff::Timestamp::from_second(time).ok());
        at.map_or("a time that there is not".to_owned(), time::write)
    });
    Ok((key.name().to_owned(), time))
}

/// The names of those for whom no key was given.
fn others(note: &Note, keys: &[Verifier]) -> Vec<String> {
    let known = |name: &str, id: [u8; 4]| keys.iter().any(|key| key.name() == name && key.id() == id);
    let lines = note.lines.iter().filter(|line| !known(&line.name, line.id));
    lines.map(|line| line.name.clone()).collect()
}

fn required<'a>(file: Option<&'a Path>, what: &str, flag: &str) -> Result<&'a Path, CeremonyError> {
    file.ok_or_else(|| CeremonyError::Change {
        what: format!("this proof is about {what}, and none is given"),
        next: format!("Add {flag}."),
    })
}

fn refused(what: String) -> CeremonyError {
    let next = "Do not rely on it. Fetch the proof and what it is about again, each from where it was made.";
    CeremonyError::Proof { what, next: next.to_owned() }
}
