//! `qr show`: a file as one code, or as an endless sequence of them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::advice::Exit;
use crate::ceremony::carried::Carried;
use crate::ceremony::{Ceremony, CeremonyError};
use crate::cli::{Context, show};
use crate::console::Console as _;
use crate::console::screen::Screen;
use crate::console::words::words;
use crate::crypto::digest::Sha256Digest;
use crate::host::display::{count, visible};
use crate::host::files;
use crate::json::Json;
use crate::qr::code::{ALONE_LIMIT, Code, LARGEST_ALONE};
use crate::qr::fit::{self, Place, Shown};
use crate::qr::sequence::{Sequence, alone, is_resource};
use crate::qr::{QrError, SHOWN_LIMIT, draw};

/// The version of the codes in files, where no window limits them: 89 modules a side, which any camera reads.
const IN_FILES: i16 = 18;

/// What to do without a terminal.
const INSTEAD: &str = "Give --png FILE, --svg FILE or --frames DIR.";

/// Show a file as one code, or as an endless sequence of codes if it does not fit one
///
/// One code has the bytes of the file as they are. A sequence goes on until Enter; a camera may miss any of it.
#[derive(clap::Args)]
pub struct Args {
    /// The file
    #[arg(value_name = "FILE", required_unless_present = "payload")]
    file: Option<PathBuf>,
    /// Instead of a file: a payload, by role or the beginning of its digest, with what it is compared with, for
    /// `review --from-qr` on another machine
    #[arg(long, value_name = "PAYLOAD", conflicts_with = "file")]
    payload: Option<String>,
    /// Write one code as a PNG picture, which must not exist yet
    #[arg(long, value_name = "FILE", group = "out")]
    png: Option<PathBuf>,
    /// Write one code as an SVG picture, which must not exist yet
    #[arg(long, value_name = "FILE", group = "out")]
    svg: Option<PathBuf>,
    /// Write a sequence as numbered PNG pictures into a folder, which must not exist yet
    #[arg(long, value_name = "DIR", group = "out")]
    frames: Option<PathBuf>,
    /// Light codes on dark, for readers and printers that want them
    #[arg(long)]
    invert: bool,
    /// Codes a second, in a terminal
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=30), conflicts_with = "out")]
    rate: u8,
}

/// Runs the command.
pub fn run(context: &mut Context, args: &Args) -> Result<Exit, CeremonyError> {
    let (name, content) = what(context, args)?;
    let digest = Sha256Digest::of(&content);
    let codes = if let Some(path) = &args.png {
        let code = one(&name, &content)?;
        files::create(path, &draw::png(&code, args.invert)?)?;
        1
    } else if let Some(path) = &args.svg {
        let code = one(&name, &content)?;
        files::create(path, draw::svg(&code, args.invert).as_bytes())?;
        1
    } else if let Some(folder) = &args.frames {
        frames(folder, &name, &content, args.invert)?
    } else {
        on_screen(&name, &content, args)?;
        0
    };
    context.console.say(&told(context.json, &name, digest, codes));
    Ok(Exit::Yes)
}

/// The name and the bytes.
fn what(context: &Context, args: &Args) -> Result<(String, Vec<u8>), CeremonyError> {
    let Some(path) = &args.file else {
        let ceremony = Ceremony::open(&context.directory)?;
        let mut payloads = ceremony.payloads_called(args.payload.as_deref())?;
        // A role has one current payload, but four digits may begin several digests.
        if payloads.len() > 1 {
            let titles: Vec<String> = payloads.iter().map(|payload| payload.title()).collect();
            let next = "Give more digits, or the role.".to_owned();
            let what = format!("that may be {}", titles.join(" or "));
            return Err(CeremonyError::NotYet { what, next });
        }
        let carried = payloads.pop().map(|payload| Carried::of(&ceremony, payload));
        return Ok(carried.map(|carried| (carried.name(), carried.to_bytes())).unwrap_or_default());
    };
    let content = files::read(path, SHOWN_LIMIT)?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if content.is_empty() {
        return Err(QrError::Empty(name).into());
    }
    Ok((name, content))
}

fn one(name: &str, content: &[u8]) -> Result<Code, QrError> {
    let refused = || match is_resource(content) {
        true => QrError::Lookalike(name.to_owned()),
        false => QrError::NotOne { name: name.to_owned(), length: content.len(), limit: ALONE_LIMIT },
    };
    alone(content, LARGEST_ALONE).ok_or_else(refused)
}

/// Twice as many pictures as there are fragments and some: with a fifth of them lost, whichever, enough are left.
fn frames(folder: &Path, name: &str, content: &[u8], inverted: bool) -> Result<usize, CeremonyError> {
    let mut sequence = Sequence::new(name, content, IN_FILES)?;
    let number = 2 * sequence.fragments() + 12;
    let digits = number.to_string().len();
    let mut pictures = Vec::new();
    for place in 1..=number {
        let picture = draw::png(&sequence.next_code()?, inverted)?;
        pictures.push((format!("{place:0digits$}.png"), picture));
    }
    files::create_folder(folder, &pictures)?;
    Ok(number)
}

/// Until somebody presses Enter.
fn on_screen(name: &str, content: &[u8], args: &Args) -> Result<(), CeremonyError> {
    let mut screen = Screen::begin(INSTEAD)?;
    let size = screen.size();
    let (mut shown, place) = fit::fit(name, content, size.0, size.1)?;
    let (title, digest) = (visible(name), Sha256Digest::of(content));
    loop {
        let (code, state) = match &mut shown {
            Shown::Alone(code) => (code.clone(), "one code".to_owned()),
            Shown::Sequence(sequence) => {
                let code = sequence.next_code()?;
                (code, format!("part {}; it takes {} or more", sequence.number(), sequence.fragments()))
            }
        };
        let (columns, rows) = screen.size();
        // Another size would be another sequence, and those who read this one would have to begin anew.
        let has_room = fit::largest(columns, rows).is_some_and(|(version, _)| version >= code.version);
        let mut lines = draw::half_blocks(&code, args.invert);
        match place {
            _ if !has_room => lines = vec![format!("Make the window {} by {} again.", size.0, size.1)],
            Place::Beside => {
                for (line, caption) in lines.iter_mut().zip(fit::beside(&title, &state, digest)) {
                    line.push_str(&format!("  {caption}"));
                }
            }
            Place::Below => lines.extend(fit::below(&title, &state, columns)),
        }
        screen.paint(&lines)?;
        if screen.wait(Duration::from_millis(1000 / u64::from(args.rate)))? {
            return Ok(());
        }
    }
}

/// What was shown, for those who compare it.
fn told(machine: bool, name: &str, digest: Sha256Digest, codes: usize) -> String {
    let words = words(&digest.0);
    if machine {
        return show::json(&Json::object([
            ("codes", Json::Int(i64::try_from(codes).unwrap_or(i64::MAX))),
            ("file", Json::from(name)),
            ("sha256", Json::from(digest.to_hex())),
            ("words", Json::strings(words)),
        ]));
    }
    let written = if codes == 0 { String::new() } else { format!("Written: {}.\n", count(codes, "code")) };
    format!(
        "{written}SHA-256 of {}\n{}\nthe same as words\n{}",
        visible(name),
        show::indent("  ", &show::digest(digest)),
        show::indent("  ", &show::words(&words))
    )
}
