//! `qr show`: a file as one code, or as an endless sequence of them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::advice::Exit;
use crate::ceremony::second_screen::ForReview;
use crate::ceremony::{Ceremony, CeremonyError};
use crate::cli::{Context, show};
use crate::console::Console as _;
use crate::console::screen::Screen;
use crate::console::words::words;
use crate::crypto::digest::Sha256Digest;
use crate::host::display::{count, visible};
use crate::host::files;
use crate::json::Json;
use crate::qr::code::{Code, LARGEST_ALONE};
use crate::qr::fit::{self, Place, Shown};
use crate::qr::sequence::{Sequence, alone};
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
    /// Write a PNG picture, animated if it takes a sequence; it must not exist yet
    #[arg(long, value_name = "FILE", group = "out")]
    png: Option<PathBuf>,
    /// Write an SVG picture, animated if it takes a sequence; it must not exist yet
    #[arg(long, value_name = "FILE", group = "out")]
    svg: Option<PathBuf>,
    /// Write a sequence as numbered PNG pictures into a folder, which must not exist yet
    #[arg(long, value_name = "DIR", group = "out")]
    frames: Option<PathBuf>,
    /// Light codes on dark, for readers and printers that want them
    #[arg(long)]
    invert: bool,
    /// Codes a second, in a terminal or in one animated picture
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=30), conflicts_with = "frames")]
    rate: u8,
}

/// What is shown, and what its digest is of.
struct Thing {
    /// The name that goes with it.
    name: String,
    content: Vec<u8>,
    /// What people call it: the file's name, or the payload.
    title: String,
    /// SHA-256 of the file, or of the payload, as it stands on paper.
    digest: Sha256Digest,
}

/// Runs the command.
pub fn run(context: &mut Context, args: &Args) -> Result<Exit, CeremonyError> {
    let thing = thing(context, args)?;
    let codes = if let Some(path) = &args.png {
        let codes = codes(&thing)?;
        let picture = match codes.as_slice() {
            [code] => draw::png(code, draw::LARGE, args.invert)?,
            codes => draw::animated_png(codes, draw::SMALL, args.rate, args.invert)?,
        };
        files::create(path, &picture)?;
        codes.len()
    } else if let Some(path) = &args.svg {
        let codes = codes(&thing)?;
        let picture = match codes.as_slice() {
            [code] => draw::svg(code, args.invert),
            codes => draw::animated_svg(codes, args.rate, args.invert),
        };
        files::create(path, picture.as_bytes())?;
        codes.len()
    } else if let Some(folder) = &args.frames {
        frames(folder, &thing, args.invert)?
    } else {
        on_screen(&thing, args)?;
        0
    };
    context.console.say(&told(context.json, &thing, codes));
    Ok(Exit::Yes)
}

fn thing(context: &Context, args: &Args) -> Result<Thing, CeremonyError> {
    if let Some(wanted) = &args.payload {
        let ceremony = Ceremony::open(&context.directory)?;
        let mut payloads = ceremony.payloads_called(Some(wanted))?;
        if payloads.len() > 1 {
            let titles = payloads.iter().map(|payload| payload.title()).collect();
            return Err(QrError::Ambiguous { wanted: wanted.clone(), titles }.into());
        }
        if let Some(payload) = payloads.pop() {
            let (title, digest) = (payload.title(), payload.digest);
            let carried = ForReview::of(&ceremony, payload);
            return Ok(Thing { name: carried.name(), content: carried.to_bytes(), title, digest });
        }
    }
    // Without a payload there is a file: the arguments demand one of both.
    let path = args.file.as_deref().unwrap_or(Path::new(""));
    let content = files::read(path, SHOWN_LIMIT)?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if content.is_empty() {
        return Err(QrError::Empty(name).into());
    }
    let digest = Sha256Digest::of(&content);
    Ok(Thing { title: name.clone(), name, content, digest })
}

/// One code if it holds the file, or else a sequence that is shown again and again.
fn codes(thing: &Thing) -> Result<Vec<Code>, QrError> {
    match alone(&thing.content, LARGEST_ALONE) {
        Some(code) => Ok(vec![code]),
        None => sequence(thing),
    }
}

/// So many codes that, with every fifth lost by chance, the rest suffices in 999 of 1,000 cases.
fn sequence(thing: &Thing) -> Result<Vec<Code>, QrError> {
    let mut sequence = Sequence::new(&thing.name, &thing.content, IN_FILES)?;
    // Of a single fragment every code tells all.
    let number = match sequence.fragments() {
        1 => 6,
        fragments => 3 * fragments + 12,
    };
    (0..number).map(|_| sequence.next_code()).collect()
}

fn frames(folder: &Path, thing: &Thing, inverted: bool) -> Result<usize, CeremonyError> {
    let codes = sequence(thing)?;
    let digits = codes.len().to_string().len();
    let picture = |(place, code): (usize, &Code)| {
        Ok((format!("{:0digits$}.png", place + 1), draw::png(code, draw::SMALL, inverted)?))
    };
    let pictures = codes.iter().enumerate().map(picture).collect::<Result<Vec<_>, QrError>>()?;
    files::create_folder(folder, &pictures)?;
    Ok(codes.len())
}

/// Until somebody presses Enter.
fn on_screen(thing: &Thing, args: &Args) -> Result<(), CeremonyError> {
    let mut screen = Screen::begin(INSTEAD)?;
    let size = screen.size();
    let (mut shown, place) = fit::fit(&thing.name, &thing.content, size.0, size.1)?;
    let title = visible(&thing.title);
    // A phone reads one code, and only this program a sequence.
    let hint = match (&shown, fit::window_for_one(&thing.content)) {
        (Shown::Sequence(_), Some((columns, rows))) => format!("one code at {columns} by {rows}, or --png"),
        _ => String::new(),
    };
    let caption = |state: &str| match place {
        Place::Beside => fit::beside(&title, state, &hint, thing.digest),
        Place::Below => fit::below(&title, state, &hint, size.0),
    };
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
        let lines = match has_room {
            true => fit::joined(&code, &caption(&state), place, args.invert, rows),
            false => vec![format!("Make the window {} by {} again.", size.0, size.1)],
        };
        screen.paint(&lines)?;
        if screen.wait(Duration::from_millis(1000 / u64::from(args.rate)))? {
            return Ok(());
        }
    }
}

/// What was shown, for those who compare it.
fn told(machine: bool, thing: &Thing, codes: usize) -> String {
    let words = words(&thing.digest.0);
    if machine {
        return show::json(&Json::object([
            ("codes", Json::Int(i64::try_from(codes).unwrap_or(i64::MAX))),
            ("of", Json::from(thing.title.as_str())),
            ("sha256", Json::from(thing.digest.to_hex())),
            ("words", Json::strings(words)),
        ]));
    }
    let written = if codes == 0 { String::new() } else { format!("Written: {}.\n", count(codes, "code")) };
    format!(
        "{written}SHA-256 of {}\n{}\nthe same as words\n{}",
        visible(&thing.title),
        show::indent("  ", &show::digest(thing.digest)),
        show::indent("  ", &show::words(&words))
    )
}
