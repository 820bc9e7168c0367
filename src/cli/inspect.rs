//! `inspect`: read metadata.

use std::path::{Path, PathBuf};

use super::{Context, show};
use crate::advice::Exit;
use crate::ceremony::CeremonyError;
use crate::console::Console as _;
use crate::host::display::visible;
use crate::host::files;
use crate::json::Json;
use crate::tuf::METADATA_LIMIT;
use crate::tuf::chain::Link;
use crate::tuf::envelope::Envelope;
use crate::tuf::facts::facts;
use crate::tuf::root::Root;

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
pub fn misshapen(path: &Path) -> impl Fn(crate::json::view::ShapeError) -> CeremonyError {
    let file = path.to_string_lossy().into_owned();
    move |error| CeremonyError::Metadata { file: file.clone(), error: error.into() }
}

/// Runs the command.
pub fn run(context: &mut Context, args: &Args) -> Result<Exit, CeremonyError> {
    let mut all = Vec::new();
    for path in &args.files {
        let envelope = read(path)?;
        let facts = facts(&envelope.signed).map_err(misshapen(path))?;
        let signatures = signatures(path, &envelope)?;
        if context.json {
            let statements = facts.iter().map(|fact| (fact.place.clone(), Json::from(fact.value.as_str())));
            all.push(Json::object([
                ("facts", Json::Obj(statements.collect())),
                ("file", Json::from(path.to_string_lossy().into_owned())),
                ("sha256", Json::from(envelope.digest().to_hex())),
                (
                    "signatures",
                    Json::Obj(signatures.into_iter().map(|(id, word)| (id, Json::from(word))).collect()),
                ),
            ]));
            continue;
        }
        let mut out = format!("{}\n", visible(&path.to_string_lossy()));
        for fact in &facts {
            out.push_str(&format!("  {}: {}\n", visible(&fact.place), visible(&fact.value)));
        }
        for (keyid, word) in signatures {
            out.push_str(&format!("  signature of {}: {}\n", visible(&keyid), visible(&word)));
        }
        out.push_str(&format!("  SHA-256 of the signed bytes: {}", envelope.digest()));
        context.console.say(&out);
    }
    if context.json {
        context.console.say(&show::json(&Json::Arr(all)));
    }
    Ok(Exit::Yes)
}

fn signatures(path: &Path, envelope: &Envelope) -> Result<Vec<(String, String)>, CeremonyError> {
    if envelope.kind != "root" {
        let unknown = "not judged: its key is named in another file".to_owned();
        return Ok(envelope.signatures.iter().map(|one| (one.keyid.clone(), unknown.clone())).collect());
    }
    let root = Root::read(&envelope.signed).map_err(misshapen(path))?;
    let tally = Link::verify(None, envelope, &root).new;
    let counted = tally.counted.iter().filter_map(|signer| signer.keyids.first());
    let mut words: Vec<(String, String)> =
        counted.map(|id| (id.clone(), "valid, by a key of this root".to_owned())).collect();
    words.extend(
        tally
            .ignored
            .iter()
            .map(|one| (one.keyid.clone(), format!("does not count by this root's own keys: {}", one.why))),
    );
    Ok(words)
}
