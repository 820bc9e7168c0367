//! `print`: the script, digest sheets, labels and the summary sheet on paper.

use std::path::{Path, PathBuf};

use clap::{Subcommand, ValueEnum};

use super::{Context, digest, show};
use crate::advice::Exit;
use crate::ceremony::{Ceremony, CeremonyError};
use crate::console::Console as _;
use crate::crypto::digest::Sha256Digest;
use crate::host::display::visible;
use crate::host::files;
use crate::json::Json;
use crate::print::digests::Digested;
use crate::print::{self, Document, digests, labels, script, sheet};

/// Put the script, digests, labels and the summary sheet on paper: as text, HTML or PDF
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// A sheet of SHA-256 digests: hex in groups of four, words, and a QR code (not in text)
    Digest {
        /// The files
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        #[command(flatten)]
        output: Output,
    },
    /// Labels for bags and media: one for each token and each medium of the plan, or for the names given
    Label {
        /// Keys of the plan, whose tokens are labelled, and media; any other name is a medium's, too
        #[arg(value_name = "NAME", value_parser = name)]
        names: Vec<String>,
        #[command(flatten)]
        output: Output,
    },
    /// The script of this ceremony, with boxes for initials and time at each step
    Script {
        #[command(flatten)]
        output: Output,
    },
    /// The summary sheet: who was there, what is signed, where the record ends, lines for ink signatures
    Sheet {
        #[command(flatten)]
        output: Output,
    },
}

#[derive(clap::Args)]
struct Output {
    /// The size of the paper; text fits both
    #[arg(long, value_enum, default_value_t = Paper::A4)]
    paper: Paper,
    /// What to write; by default what the name of the file ends in, else text
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// The file to write, which must not exist yet; text goes to standard output without it
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Paper {
    A4,
    Letter,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Html,
    Text,
    Pdf,
}

/// Runs the command.
pub fn run(context: &mut Context, args: &Args) -> Result<Exit, CeremonyError> {
    let (document, output) = match &args.what {
        What::Digest { files, output } => (digest_sheet(context, files)?, output),
        What::Label { names, output } => {
            (labels::document(&Ceremony::open(&context.directory)?, names), output)
        }
        What::Script { output } => (script::document(&Ceremony::open(&context.directory)?)?, output),
        What::Sheet { output } => (sheet::document(&Ceremony::open(&context.directory)?)?, output),
    };
    put(context, &document, output)
}

fn digest_sheet(context: &Context, files: &[PathBuf]) -> Result<Document, CeremonyError> {
    // Digests are of use outside a ceremony, too; in one, the sheet says in which, and whether that is a rehearsal.
    let ceremony = match Ceremony::open(&context.directory) {
        Err(CeremonyError::NoCeremony(_)) => None,
        other => Some(other?),
    };
    let one = |path: &PathBuf| {
        let (digest, bytes) = digest::of_file(path)?;
        Ok(Digested { file: path.to_string_lossy().into_owned(), bytes, digest })
    };
    let files: Vec<Digested> = files.iter().map(one).collect::<Result<_, CeremonyError>>()?;
    Ok(digests::document(&files, ceremony.as_ref()))
}

fn put(context: &mut Context, document: &Document, output: &Output) -> Result<Exit, CeremonyError> {
    let format = output.format.unwrap_or_else(|| by_name(output.out.as_deref()));
    let (kind, name) = match format {
        Format::Html => (print::Format::Html, "html"),
        Format::Text => (print::Format::Text, "text"),
        Format::Pdf => (print::Format::Pdf, "pdf"),
    };
    let (paper, size) = match output.paper {
        Paper::A4 => (print::Paper::A4, "a4"),
        Paper::Letter => (print::Paper::Letter, "letter"),
    };
    if output.out.is_none() && format != Format::Text {
        context.console.complain(&format!(
            "error: --format {name} needs a file to be written to\n  next: Add --out FILE.{name}; only text is shown here."
        ));
        return Ok(Exit::Usage);
    }
    let bytes = print::write(document, kind, paper);
    let Some(path) = &output.out else {
        let text = String::from_utf8_lossy(&bytes);
        if context.json {
            let text = Json::object([("format", Json::from(name)), ("text", Json::from(text.into_owned()))]);
            context.console.say(&show::json(&text));
        } else {
            context.console.say(text.trim_end_matches('\n'));
        }
        return Ok(Exit::Yes);
    };
    files::create(path, &bytes)?;
    let (file, digest) = (path.to_string_lossy(), Sha256Digest::of(&bytes));
    if context.json {
        context.console.say(&show::json(&Json::object([
            ("file", Json::from(file.into_owned())),
            ("format", Json::from(name)),
            ("paper", Json::from(size)),
            ("sha256", Json::from(digest.to_hex())),
        ])));
    } else {
        context.console.say(&format!("Wrote {}: {name}, SHA-256 {digest}", visible(&file)));
    }
    Ok(Exit::Yes)
}

/// What fits on a label: media whose names begin alike must not look alike.
fn name(text: &str) -> Result<String, String> {
    if (1..=labels::LONGEST).contains(&text.chars().count()) {
        return Ok(text.to_owned());
    }
    Err(format!("a name on a label has 1 to {} characters", labels::LONGEST))
}

fn by_name(path: Option<&Path>) -> Format {
    let ending = path.and_then(Path::extension).map(|ending| ending.to_ascii_lowercase());
    match ending.as_deref().and_then(std::ffi::OsStr::to_str) {
        Some("pdf") => Format::Pdf,
        Some("html" | "htm") => Format::Html,
        _ => Format::Text,
    }
}
