//! `inspect`: read metadata.

use std::path::{Path, PathBuf};

use super::{Context, show};
use crate::advice::Exit;
use crate::ceremony::CeremonyError;
use crate::console::Console as _;
use crate::crypto::digest::Sha256Digest;
use crate::host::display::visible;
use crate::host::files;
use crate::json::Json;
use crate::json::view::ShapeError;
use crate::tuf::METADATA_LIMIT;
use crate::tuf::chain::Link;
use crate::tuf::dialect::{self, Dialect, ForeignFile, ForeignRoot};
use crate::tuf::envelope::Envelope;
use crate::tuf::facts::{Fact, facts};
use crate::tuf::root::Root;
use crate::tuf::verify::Tally;

/// Show what metadata files say; signatures are judged where the file names its own keys (root)
#[derive(clap::Args)]
pub struct Args {
    /// Metadata files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// Reads one metadata file.
pub fn read(path: &Path) -> Result<Envelope, CeremonyError> {
    let bytes = files::read(path, METADATA_LIMIT)?;
    let file = path.to_string_lossy().into_owned();
    Envelope::parse(&bytes, METADATA_LIMIT).map_err(|error| CeremonyError::Metadata { file, error })
}

/// A shape error in a file, as the error of the command.
pub fn misshapen(path: &Path) -> impl Fn(ShapeError) -> CeremonyError {
    let file = path.to_string_lossy().into_owned();
    move |error| CeremonyError::Metadata { file: file.clone(), error: error.into() }
}

/// What is to be shown of one file.
struct Shown {
    facts: Vec<Fact>,
    /// Keyids, and what is to be said of their signatures.
    signatures: Vec<(String, String)>,
    digest: Sha256Digest,
}

/// Runs the command.
pub fn run(context: &mut Context, args: &Args) -> Result<Exit, CeremonyError> {
    let mut all = Vec::new();
    for path in &args.files {
        let Shown { facts, signatures, digest } = look_at(path)?;
        if context.json {
            let statements = facts.iter().map(|fact| (fact.place.clone(), Json::from(fact.value.as_str())));
            all.push(Json::object([
                ("facts", Json::Obj(statements.collect())),
                ("file", Json::from(path.to_string_lossy().into_owned())),
                ("sha256", Json::from(digest.to_hex())),
                (
                    "signatures",
                    Json::Obj(signatures.into_iter().map(|(id, word)| (id, Json::from(word))).collect()),
                ),
            ]));
            continue;
        }
        // Line by line: the whole of it may be larger than the file.
        context.console.say(&visible(&path.to_string_lossy()));
        for fact in facts {
            context.console.say(&format!("  {}: {}", visible(&fact.place), visible(&fact.value)));
        }
        for (keyid, word) in signatures {
            context.console.say(&format!("  signature of {}: {}", visible(&keyid), visible(&word)));
        }
        context.console.say(&format!("  SHA-256 of the signed bytes: {digest}"));
    }
    if context.json {
        context.console.say(&show::json(&Json::Arr(all)));
    }
    Ok(Exit::Yes)
}

fn look_at(path: &Path) -> Result<Shown, CeremonyError> {
    let bytes = files::read(path, METADATA_LIMIT)?;
    let file = path.to_string_lossy().into_owned();
    let tree = Json::parse(&bytes, METADATA_LIMIT)
        .map_err(|error| CeremonyError::Metadata { file, error: error.into() })?;
    drop(bytes);
    let shown = match Dialect::of(&tree) {
        Dialect::Tuf1 => ours(tree),
        dialect => ForeignFile::read(dialect, &tree).and_then(|file| foreign(&file)),
    };
    shown.map_err(misshapen(path))
}

fn ours(tree: Json) -> Result<Shown, ShapeError> {
    let envelope = Envelope::read(tree)?;
    let facts = facts(&envelope.signed)?;
    let signatures = if envelope.kind == "root" {
        judged(&Link::verify(None, &envelope, &Root::read(&envelope.signed)?).new)
    } else {
        not_judged(envelope.signatures.iter().map(|one| one.keyid.as_str()))
    };
    Ok(Shown { facts, signatures, digest: envelope.digest() })
}

fn foreign(file: &ForeignFile) -> Result<Shown, ShapeError> {
    let facts = dialect::facts(file)?;
    let signatures = if file.kind == "root" {
        judged(&ForeignRoot::link(None, &ForeignRoot::of(file.clone())?).new)
    } else {
        not_judged(file.signatures.iter().map(|one| one.keyid.as_str()))
    };
    Ok(Shown { facts, signatures, digest: file.digest() })
}

fn not_judged<'a>(keyids: impl Iterator<Item = &'a str>) -> Vec<(String, String)> {
    keyids
        .map(|keyid| (keyid.to_owned(), "not judged: its key is named in another file".to_owned()))
        .collect()
}

fn judged(tally: &Tally) -> Vec<(String, String)> {
    let counted = tally.counted.iter().filter_map(|signer| signer.keyids.first());
    let mut words: Vec<(String, String)> =
        counted.map(|id| (id.clone(), "valid, by a key of this root".to_owned())).collect();
    words.extend(
        tally
            .ignored
            .iter()
            .map(|one| (one.keyid.clone(), format!("does not count by this root's own keys: {}", one.why))),
    );
    words
}
