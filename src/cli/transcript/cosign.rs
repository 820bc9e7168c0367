//! `transcript cosign`: a witness signs the record's final head.

use std::path::PathBuf;

use crate::advice::Exit;
use crate::ceremony::CeremonyError;
use crate::ceremony::witness::{Witness, Witnessed};
use crate::cli::{Context, show};
use crate::console::Console as _;
use crate::crypto::pkcs8;
use crate::host::display::visible;
use crate::host::files;
use crate::json::Json;

/// Witness the final checkpoint of a record: a cosignature that nobody can take back
///
/// On any machine that has the ceremony directory, or only its file `checkpoint`. The record is read and must have that head.
#[derive(clap::Args)]
pub struct Args {
    /// The witness's name, such as a domain; it stands below the checkpoint
    #[arg(long)]
    name: String,
    /// The witness's private key, as `openssl genpkey -algorithm ed25519` writes it
    #[arg(long, value_name = "FILE")]
    key_file: PathBuf,
    /// Cosign the checkpoint in this file instead, which is written anew; it is compared with the record in DIR if there is one
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
}

/// Runs the command.
pub fn run(context: &mut Context, args: &Args) -> Result<Exit, CeremonyError> {
    let pem = files::read_secret(&args.key_file, pkcs8::LIMIT)?;
    let file = || args.key_file.to_string_lossy().into_owned();
    let key = pkcs8::read(&pem).map_err(|error| CeremonyError::KeyFile { file: file(), error })?;
    let witness = Witness { name: &args.name, key: &key };
    let Witnessed { head, verifier, compared, before } = match &args.checkpoint {
        Some(file) => witness.cosign_file(file, &context.directory)?,
        None => witness.cosign_directory(&context.directory)?,
    };
    if context.json {
        context.console.say(&show::json(&Json::object([
            ("compared", Json::Bool(compared)),
            ("head", show::head(&head)),
            ("vkey", Json::from(verifier.to_string())),
        ])));
        return Ok(Exit::Yes);
    }
    let did = match before {
        true => "Cosigned before; SHA256SUMS has the checkpoint as it is now.",
        false => "Cosigned.",
    };
    let seen = match compared {
        true => "The record was read, and has this head.",
        false => {
            "There was no record here to compare it with: the cosignature says that this checkpoint was seen, and nothing of the \
             record."
        }
    };
    let next = match &args.checkpoint {
        Some(file) => format!(
            "Next: put {} back as the file checkpoint of the ceremony directory, and run tuf-ceremony seal there; give out \
             your verifier key:",
            visible(&file.to_string_lossy())
        ),
        None => "Next: give out your verifier key, by another way than this directory:".to_owned(),
    };
    context.console.say(&format!(
        "{did} Record: {}, {} lines; tree head:\n{}\n{}\n{}\n    {}",
        visible(&head.origin),
        head.size,
        show::indent("    ", &show::digest(head.root)),
        show::wrap(seen, 78),
        show::wrap(&next, 78),
        visible(&verifier.to_string())
    ));
    Ok(Exit::Yes)
}
