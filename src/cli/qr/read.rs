//! `qr read`: a file from pictures of codes.

use std::path::{Path, PathBuf};

use crate::advice::Exit;
use crate::ceremony::CeremonyError;
use crate::ceremony::kinds::Kind;
use crate::ceremony::second_screen::ForReview;
use crate::cli::{Context, show};
use crate::console::{Console as _, ConsoleError};
use crate::host::display::{count, visible};
use crate::host::{files, input};
use crate::json::Json;
use crate::qr::collect::Collection;
use crate::qr::frames::{Format, Frames};
use crate::qr::picture::PICTURE_LIMIT;
use crate::qr::pictures::Pictures;
use crate::qr::{Artifact, QrError};

/// Read a file from pictures of codes, in any order, with losses
#[derive(clap::Args)]
pub struct Args {
    /// Pictures (PNG, also animated; JPEG), or folders of them; a camera's frames come on standard input if absent
    #[arg(value_name = "PICTURE")]
    pictures: Vec<PathBuf>,
    /// The file to write, which must not exist yet; by default under the name that the codes carry, in the current folder
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// The size of the frames on standard input, of eight bits grey a pixel; without it they are PNG
    #[arg(long, value_name = "WIDTHxHEIGHT", value_parser = size, conflicts_with = "pictures")]
    raw: Option<Format>,
}

fn size(text: &str) -> Result<Format, String> {
    let sides =
        text.split_once('x').and_then(|(width, height)| Some((width.parse().ok()?, height.parse().ok()?)));
    match sides {
        Some((width, height)) if width > 0 && height > 0 => Ok(Format::Raw { width, height }),
        _ => Err("write width and height in pixels, such as 1280x720".to_owned()),
    }
}

/// Runs the command.
pub fn run(context: &mut Context, args: &Args) -> Result<Exit, CeremonyError> {
    let artifact = if args.pictures.is_empty() {
        from_camera(context, args.raw.unwrap_or(Format::Png))?
    } else {
        from_pictures(&args.pictures)?
    };
    let path = match (&args.out, &artifact.name) {
        (Some(path), _) => path.clone(),
        (None, Some(name)) => PathBuf::from(name),
        (None, None) => {
            context.console.say(&told(context.json, &artifact, None));
            return Err(QrError::Nameless.into());
        }
    };
    files::create(&path, &artifact.content)?;
    context.console.say(&told(context.json, &artifact, Some(&path)));
    Ok(Exit::Yes)
}

/// The file that pictures show. Every one is looked at, so that codes of two messages are noticed wherever they are.
pub fn from_pictures(paths: &[PathBuf]) -> Result<Artifact, CeremonyError> {
    let mut all = Vec::new();
    for path in paths {
        if files::is_folder(path) {
            all.extend(files::list(path)?.into_iter().map(|name| path.join(name)));
        } else {
            all.push(path.clone());
        }
    }
    let (mut collection, mut looked_at) = (Collection::default(), 0);
    for path in &all {
        let (name, bytes) = (path.to_string_lossy(), files::read(path, PICTURE_LIMIT)?);
        let mut pictures = Pictures::of(&name, &bytes)?;
        while let Some(picture) = pictures.next_picture()? {
            looked_at += 1;
            for code in picture.codes()? {
                collection.take(&code)?;
            }
        }
    }
    Ok(collection.artifact(looked_at)?)
}

/// The file that a camera sees, as soon as it saw enough.
fn from_camera(context: &mut Context, format: Format) -> Result<Artifact, CeremonyError> {
    let question = "pictures of codes".to_owned();
    let flag = "the pictures, or a camera's frames on standard input".to_owned();
    let stream = input::stream().ok_or(ConsoleError::NoTerminal { question, flag })?;
    let mut frames = Frames::new(stream, format);
    let mut collection = Collection::default();
    while let Some(picture) = frames.next_picture()? {
        let mut is_new = false;
        for code in picture.codes()? {
            is_new |= collection.take(&code)?;
        }
        if is_new && !context.json {
            let (known, needed) = collection.progress();
            context.console.say(&format!("{known} of {needed} parts"));
        }
        if !collection.is_empty() && collection.is_done() {
            break;
        }
    }
    Ok(collection.artifact(frames.number())?)
}

fn told(machine: bool, artifact: &Artifact, path: Option<&Path>) -> String {
    let (digest, words) = (artifact.digest(), artifact.words());
    let file = path.map(|path| path.to_string_lossy().into_owned());
    if machine {
        return show::json(&Json::object([
            ("bytes", Json::Int(i64::try_from(artifact.content.len()).unwrap_or(i64::MAX))),
            ("file", file.map_or(Json::Null, Json::from)),
            ("sha256", Json::from(digest.to_hex())),
            ("words", Json::strings(words)),
        ]));
    }
    let wrote = file.as_ref().map_or(String::new(), |file| {
        format!("Wrote {}: {}.\n", visible(file), count(artifact.content.len(), "byte"))
    });
    let of = file.map_or("what the code says".to_owned(), |file| visible(&file));
    format!(
        "{wrote}SHA-256 of {of}\n{}\nthe same as words\n{}",
        show::indent("  ", &show::digest(digest)),
        show::indent("  ", &show::words(&words))
    ) + &next(artifact, path)
}

/// What is done with it next, of the kinds that people carry. The words of a file that carries a payload are not those of the
/// payload, and would be taken for a forgery.
fn next(artifact: &Artifact, path: Option<&Path>) -> String {
    if let Ok(carried) = ForReview::read(&artifact.content) {
        return format!(
            "\nThat is of the file that carries {}, and not of the payload itself, whose SHA-256 is\n{}\n\
             Next: tuf-ceremony review --from-qr shows it, from the same pictures.",
            visible(&carried.payload.title()),
            show::indent("  ", &show::digest(carried.payload.digest))
        );
    }
    match (Kind::of(&artifact.content), path) {
        (Some(Kind::Response), None) => {
            "\nIt is a signature response: give it a name that ends in .response.json, as `respond` does."
                .to_owned()
        }
        (Some(kind), Some(path)) => {
            format!("\nIt is {}: {}", kind.name(), visible(&kind.next(&path.to_string_lossy(), ".json")))
        }
        _ => String::new(),
    }
}
