//! The command line: one file a subcommand, each with its arguments, one call into the library, and its output.

mod change;
mod compromise;
mod diff;
mod digest;
mod draft;
mod explain;
mod freeze;
mod inspect;
mod media;
mod merge;
mod new;
mod plan;
mod print;
mod qr;
mod rehearse;
mod release;
mod request;
mod respond;
mod review;
mod run;
mod script;
mod seal;
pub mod show;
mod sign;
mod status;
mod token;
mod transcript;
mod verify;
mod void;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::advice::{Advice as _, Exit};
use crate::ceremony::CeremonyError;
use crate::ceremony::directory::Place;
use crate::ceremony::transcript::sitting::Seat;
use crate::console::{Console as _, Terminal};
use crate::host::display::visible;

/// Offline root-key ceremonies for The Update Framework (TUF).
///
/// Drafts root.json and the other top-level metadata, collects threshold signatures from tokens that never touch a
/// network, and writes the release that the world's TUF clients accept. Start with `tuf-ceremony rehearse`: it plays a
/// whole ceremony, and needs nothing but this program.
#[derive(Parser)]
#[command(name = "tuf-ceremony", version, max_term_width = 100, after_help = AFTER_HELP)]
pub struct Cli {
    /// The ceremony directory
    #[arg(short = 'C', global = true, value_name = "DIR", default_value = ".")]
    directory: PathBuf,
    /// Machine-readable output, where there is output to read
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

const AFTER_HELP: &str = "\
The order of a ceremony:
  new, plan, token provision, draft, freeze, review, sign (each holder), status, release, seal
  Holders elsewhere: request, respond (on their machine), merge

Exit codes:
  0 yes or done   1 no: a check refused   2 usage   3 not yet: quorum incomplete   4 token
  5 files, media or machine

There is no --yes and no --force. PINs and passphrases are typed at a hidden prompt, or read with
--pin-fd and --passphrase-fd.";

#[derive(Subcommand)]
enum Command {
    Rehearse(rehearse::Args),
    New(new::Args),
    Plan(plan::Args),
    Change(change::Args),
    Compromise(compromise::Args),
    Token(token::Args),
    Draft(draft::Args),
    Freeze(freeze::Args),
    Review(review::Args),
    Sign(sign::Args),
    Request(request::Args),
    Respond(respond::Args),
    Merge(merge::Args),
    Void(void::Args),
    Status(status::Args),
    Release(release::Args),
    Script(script::Args),
    Seal(seal::Args),
    Media(media::Args),
    Transcript(transcript::Args),
    Verify(verify::Args),
    Inspect(inspect::Args),
    Diff(diff::Args),
    Digest(digest::Args),
    Run(run::Args),
    Print(print::Args),
    Qr(qr::Args),
    Explain(explain::Args),
}

/// What every subcommand is given.
pub struct Context {
    /// The ceremony directory.
    pub directory: PathBuf,
    /// Whether output is for machines.
    pub json: bool,
    /// The terminal.
    pub console: Terminal,
    /// The step of the script that is being done.
    pub step: Option<String>,
    /// The sitting of the walk through the script.
    pub seat: Option<Seat>,
}

impl Context {
    /// Says what went wrong, and how the program exits for it.
    fn report(&mut self, error: &CeremonyError) -> Exit {
        self.console.complain(&complaint(error));
        error.exit()
    }

    /// Says what comes next. In a walk through the script, it is the script that says so.
    fn next(&mut self, what: &str) {
        if self.seat.is_none() {
            self.console.say(&format!("Next: {what}"));
        }
    }

    /// Where the command acts.
    pub fn place(&self) -> Place {
        Place { directory: self.directory.clone(), step: self.step.clone(), seat: self.seat.clone() }
    }
}

/// Parses the arguments, runs the subcommand, reports its error, and says how to exit.
pub fn run(arguments: impl Iterator<Item = std::ffi::OsString>) -> Exit {
    let mut console = Terminal::default();
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            let text = error.render().to_string();
            let text: Vec<String> = text.lines().map(visible).collect();
            let text = text.join("\n");
            if error.use_stderr() {
                console.complain(text.trim_end());
                return Exit::Usage;
            }
            console.say(text.trim_end());
            return Exit::Yes;
        }
    };
    let (directory, json) = (cli.directory, cli.json);
    let mut context = Context { directory, json, console, step: None, seat: None };
    let outcome = perform(&mut context, &cli.command);
    outcome.unwrap_or_else(|error| context.report(&error))
}

/// Runs a subcommand.
fn perform(context: &mut Context, command: &Command) -> Result<Exit, CeremonyError> {
    match command {
        Command::Rehearse(args) => rehearse::run(context, args),
        Command::New(args) => new::run(context, args),
        Command::Plan(args) => plan::run(context, args),
        Command::Change(args) => change::run(context, args),
        Command::Compromise(args) => compromise::run(context, args),
        Command::Token(args) => token::run(context, args),
        Command::Draft(args) => draft::run(context, args),
        Command::Freeze(args) => freeze::run(context, args),
        Command::Review(args) => review::run(context, args),
        Command::Sign(args) => sign::run(context, args),
        Command::Request(args) => request::run(context, args),
        Command::Respond(args) => respond::run(context, args),
        Command::Merge(args) => merge::run(context, args),
        Command::Void(args) => void::run(context, args),
        Command::Status(args) => status::run(context, args),
        Command::Release(args) => release::run(context, args),
        Command::Script(args) => script::run(context, args),
        Command::Seal(args) => seal::run(context, args),
        Command::Media(args) => media::run(context, args),
        Command::Transcript(args) => transcript::run(context, args),
        Command::Verify(args) => verify::run(context, args),
        Command::Inspect(args) => inspect::run(context, args),
        Command::Diff(args) => diff::run(context, args),
        Command::Digest(args) => digest::run(context, args),
        Command::Run(args) => run::run(context, args),
        Command::Print(args) => print::run(context, args),
        Command::Qr(args) => qr::run(context, args),
        Command::Explain(args) => explain::run(context, args),
    }
}

/// An error as people see it: what happened, what to do next, and where to read more.
pub fn complaint(error: &CeremonyError) -> String {
    let next = error.next_step().lines().map(visible).collect::<Vec<_>>().join("\n");
    match error.check() {
        Some(check) => format!(
            "error [{check}]: {}\n  next: {next}\n  more: tuf-ceremony explain {check}",
            visible(&error.to_string())
        ),
        None => format!("error: {}\n  next: {next}", visible(&error.to_string())),
    }
}
