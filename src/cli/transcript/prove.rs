//! `transcript prove`: a line under a signed head, or one signed head that goes on from another.

use std::path::PathBuf;

use crate::advice::Exit;
use crate::ceremony::{Ceremony, CeremonyError};
use crate::cli::Context;
use crate::console::Console as _;
use crate::host::display::visible;
use crate::host::files;

/// Prove that a line is under the newest signed head of the record, or that this head goes on from an earlier one
///
/// The proofs are in the forms of transparency logs: C2SP tlog-proof for a line, the body of a tlog-witness add-checkpoint
/// request for a head.
#[derive(clap::Args)]
#[command(group(clap::ArgGroup::new("what").required(true)))]
pub struct Args {
    /// The number of the line (seq); the first is 0
    #[arg(group = "what")]
    seq: Option<u64>,
    /// How many lines the earlier head is over
    #[arg(long, value_name = "SIZE", group = "what")]
    from: Option<u64>,
    /// Write the proof to this file, which must not exist yet
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Runs the command.
pub fn run(context: &mut Context, args: &Args) -> Result<Exit, CeremonyError> {
    let ceremony = Ceremony::open(&context.directory)?;
    let record = &ceremony.transcript;
    let sealed = ceremony.seal.as_ref().map(|seal| (seal.note.clone(), record.len()));
    let newest = sealed.or_else(|| record.newest_closing());
    let (checkpoint, size) = newest.ok_or_else(|| not_yet("no sitting was closed yet".to_owned()))?;
    let place = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let proof = match (args.seq, args.from) {
        (Some(seq), _) => {
            let proof = record.inclusion(place(seq), size, checkpoint);
            let proof = proof.ok_or_else(|| uncovered(&format!("line #{seq}"), seq, record.len(), size))?;
            proof.to_string()
        }
        (None, from) => {
            let from = from.unwrap_or_default();
            let proof = record.consistency(place(from), size, checkpoint);
            // A head over that many lines has the line before as its last.
            let last = from.saturating_sub(1);
            let proof = proof
                .ok_or_else(|| uncovered(&format!("a head over {from} lines"), last, record.len(), size))?;
            proof.to_string()
        }
    };
    match &args.out {
        Some(file) => {
            files::create(file, proof.as_bytes())?;
            context.console.say(&format!("Wrote {}", visible(&file.to_string_lossy())));
        }
        None => context.console.say(proof.trim_end_matches('\n')),
    }
    Ok(Exit::Yes)
}

/// `last` is the last line that would have to be covered.
fn uncovered(what: &str, last: u64, lines: usize, size: usize) -> CeremonyError {
    if last >= u64::try_from(lines).unwrap_or(u64::MAX) {
        return CeremonyError::Proof {
            what: format!("the record has {lines} lines, and not {what}"),
            next: "`tuf-ceremony transcript show` lists them, from #0.".to_owned(),
        };
    }
    not_yet(format!("{what} is not covered: the newest signed head is over the first {size} lines"))
}

fn not_yet(what: String) -> CeremonyError {
    let next = "The next command that records anything signs a head when it is done, and so does `tuf-ceremony seal`.";
    CeremonyError::NotYet { what, next: next.to_owned() }
}
