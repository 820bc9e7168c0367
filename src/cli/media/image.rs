//! `media image`: a set as the image of a disc.

use std::path::PathBuf;

use super::{act, contents};
use crate::advice::Exit;
use crate::ceremony::CeremonyError;
use crate::ceremony::media::image::image;
use crate::cli::{Context, show};
use crate::console::Console as _;
use crate::host::display::{count, visible};
use crate::json::Json;

/// Write a set of the plan as the image of a disc (ISO 9660 with Rock Ridge), to be burnt
///
/// The same set gives the same bytes every time. After burning, `media check` verifies the disc.
#[derive(clap::Args)]
pub struct Args {
    /// The set's name in ceremony.toml
    #[arg(long, value_name = "NAME")]
    set: String,
    /// The medium's name in ceremony.toml, where the set goes to several: the disc has its label
    #[arg(long, value_name = "NAME")]
    to: Option<String>,
    /// The file to write, which must not exist yet
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Runs the command.
pub fn run(context: &mut Context, args: &Args) -> Result<Exit, CeremonyError> {
    let done = act(context, "media image", |_, ceremony| {
        let files = contents(ceremony, &args.set)?;
        image(ceremony, &args.set, args.to.as_deref(), files, &args.out)
    })?;
    let file = args.out.to_string_lossy();
    if context.json {
        context.console.say(&show::json(&Json::object([
            ("bytes", Json::Int(i64::try_from(done.bytes).unwrap_or(i64::MAX))),
            ("file", Json::from(file.into_owned())),
            ("folder", Json::from(done.folder.as_str())),
            ("label", Json::from(done.label.as_str())),
            ("manifest", Json::from(done.manifest.to_hex())),
            ("sha256", Json::from(done.sha256.to_hex())),
        ])));
        return Ok(Exit::Yes);
    }
    context.console.say(&format!(
        "Wrote {}: a disc labelled {}, {} in {}.\nSHA-256 of the image:\n{}\n\
         SHA-256 of {}/MANIFEST, for the paper:\n{}\n\
         Next: burn it, and verify the disc with tuf-ceremony media check /dev/sr0",
        visible(&file),
        visible(&done.label),
        count(done.files, "file"),
        visible(&done.folder),
        show::indent("  ", &show::digest(done.sha256)),
        visible(&done.folder),
        show::indent("  ", &show::digest(done.manifest)),
    ));
    Ok(Exit::Yes)
}
