//! `media image`: a set as the image of a disc.

use std::path::{Path, PathBuf};

use super::{act, contents, encrypted, encrypted_json, passphrase};
use crate::advice::Exit;
use crate::ceremony::CeremonyError;
use crate::ceremony::media::image::{Request, image};
use crate::cli::{Context, show};
use crate::console::{Console as _, words};
use crate::host::display::{count, visible};
use crate::host::files;
use crate::json::Json;

/// Write a set of the plan as the image of a disc (ISO 9660 with Rock Ridge), to be burnt
///
/// The same files give the same bytes every time. Not so a set that the plan has encrypted; and before the seal not a set with
/// contents "restore", which has the record in it, and that grows. The image is read again before it counts as written. After
/// burning, `media check` verifies the disc.
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
    /// Read the passphrase of an encrypted set from this file descriptor instead of asking for it twice
    #[arg(long, value_name = "N")]
    passphrase_fd: Option<u32>,
}

/// Runs the command.
pub fn run(context: &mut Context, args: &Args) -> Result<Exit, CeremonyError> {
    let passphrase = passphrase(args.passphrase_fd);
    let request = Request { set: &args.set, to: args.to.as_deref(), passphrase, out: &args.out };
    let done = act(context, "media image", |context, ceremony| {
        let files = contents(context, ceremony, &args.set)?;
        image(ceremony, &mut context.console, &request, files)
    })?;
    let file = args.out.to_string_lossy();
    if context.json {
        context.console.say(&show::json(&Json::object([
            ("bytes", Json::Int(i64::try_from(done.bytes).unwrap_or(i64::MAX))),
            ("encrypted", encrypted_json(done.encrypted.as_ref())),
            ("file", Json::from(file.into_owned())),
            ("folder", Json::from(done.folder.as_str())),
            ("label", Json::from(done.label.as_str())),
            ("manifest", Json::from(done.manifest.to_hex())),
            ("sha256", Json::from(done.sha256.to_hex())),
            ("words", Json::strings(words::words(&done.manifest.0))),
        ])));
        return Ok(Exit::Yes);
    }
    context.console.say(&format!(
        "Wrote {}: a disc labelled {}, {} and a MANIFEST in {}.{}{}\nSHA-256 of the image:\n{}\n\
         SHA-256 of {}/MANIFEST, for the paper:\n{}\nthe same as words\n{}\n\
         Next: burn it, and verify the disc with tuf-ceremony media check /dev/sr0",
        visible(&file),
        visible(&done.label),
        count(done.files, "file"),
        visible(&done.folder),
        encrypted(done.encrypted.as_ref()),
        in_the_way(&context.directory, &args.out)?,
        show::indent("  ", &show::digest(done.sha256)),
        visible(&done.folder),
        show::indent("  ", &show::digest(done.manifest)),
        show::indent("  ", &show::words(&words::words(&done.manifest.0))),
    ));
    Ok(Exit::Yes)
}

/// That the image lies where everything is sealed.
fn in_the_way(directory: &Path, image: &Path) -> Result<&'static str, CeremonyError> {
    Ok(match files::real(image)?.starts_with(files::real(directory)?) {
        true => {
            "\nATTENTION: it lies in the ceremony directory. Move it out: `seal` seals whatever is there."
        }
        false => "",
    })
}
