//! `digest`: SHA-256 of files, as hex and as words, and words compared with it.

use std::path::{Path, PathBuf};

use super::{Context, show};
use crate::advice::Exit;
use crate::ceremony::CeremonyError;
use crate::console::{Console as _, words};
use crate::crypto::digest::Sha256Digest;
use crate::host::display::visible;
use crate::host::files::{self, FileError};
use crate::json::Json;

/// Show the SHA-256 of files as hex and as words, or compare words with it
#[derive(clap::Args)]
pub struct Args {
    /// The files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Words read aloud or from paper, to be compared with the digest of the one file; asked for if not given here
    #[arg(long, value_name = "WORDS", num_args = 0..=1, default_missing_value = "")]
    words: Option<String>,
}

/// Runs the command.
pub fn run(context: &mut Context, args: &Args) -> Result<Exit, CeremonyError> {
    if let Some(words) = &args.words {
        return compare(context, &args.files, words);
    }
    let mut all = Vec::new();
    for path in &args.files {
        let (digest, _) = of_file(path)?;
        let file = path.to_string_lossy();
        if context.json {
            all.push(Json::object([
                ("file", Json::from(file.into_owned())),
                ("sha256", Json::from(digest.to_hex())),
                ("words", Json::strings(words::words(&digest.0))),
            ]));
        } else {
            context.console.say(&format!(
                "SHA-256 of {}\n{}\nthe same as words\n{}",
                visible(&file),
                show::indent("  ", &show::digest(digest)),
                show::indent("  ", &show::words(&words::words(&digest.0)))
            ));
        }
    }
    if context.json {
        context.console.say(&show::json(&Json::Arr(all)));
    }
    Ok(Exit::Yes)
}

/// The digest and the length of a file of any length.
pub(super) fn of_file(path: &Path) -> Result<(Sha256Digest, u64), CeremonyError> {
    let (mut file, length) = files::open(path)?;
    let failed = |cause| FileError::System { act: "read", path: path.to_owned(), cause };
    Ok((Sha256Digest::of_reader(&mut file).map_err(failed)?, length))
}

fn compare(context: &mut Context, files: &[PathBuf], given: &str) -> Result<Exit, CeremonyError> {
    let [file] = files else {
        context.console.complain("error: --words are compared with one file\n  next: Name one file.");
        return Ok(Exit::Usage);
    };
    let (digest, _) = of_file(file)?;
    let given = if given.is_empty() {
        context.console.ask("All 32 words, as they are read aloud", "--words WORDS")?
    } else {
        given.to_owned()
    };
    words::compare(&given, &digest.0)?;
    context.console.say(&format!("All 32 words are those of {}: {digest}", visible(&file.to_string_lossy())));
    Ok(Exit::Yes)
}
