//! `run`: walk through the script, step by step, with those in the room.

mod exception;
mod screen;
mod words;

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::{Context, perform, script};
use crate::advice::Exit;
use crate::ceremony::event::{Event, StepWords};
use crate::ceremony::recordings;
use crate::ceremony::script::{AFTERWARDS, Script, ScriptError, Step};
use crate::ceremony::transcript::sitting::Seat;
use crate::ceremony::walk::{Standing, Walk};
use crate::ceremony::{Ceremony, CeremonyError, start};
use crate::checks::Check;
use crate::console::{Console as _, ConsoleError};
use crate::host::display::{count, visible, word};
use crate::host::{clock, files};
use screen::{Size, Times};
use words::{Answer, HELP, is_recorded};

/// What can be done where nobody reads and types.
const INSTEAD: &str = "Run it in a terminal. `tuf-ceremony print script` puts the script on paper; each of its commands can be typed by itself.";

/// Walk through the script with those in the room, and record each step
///
/// Shows each step that is not closed yet, runs its command when somebody types `do`, and takes initials. It goes on where
/// things stood, after a pause, a stop, or on another machine.
#[derive(clap::Args, Default)]
pub struct Args {
    /// The script's file, or the name of one that comes with the program; that of the plan if absent
    #[arg(value_name = "SCRIPT")]
    script: Option<PathBuf>,
}

/// Runs the command.
pub fn run(context: &mut Context, args: &Args) -> Result<Exit, CeremonyError> {
    if !context.console.is_attended() {
        return Err(ConsoleError::NobodyThere { instead: INSTEAD }.into());
    }
    let ceremony = Ceremony::open(&context.directory)?;
    let name = args.script.as_ref().map(|file| file.to_string_lossy().into_owned());
    let name = name.unwrap_or_else(|| ceremony.policy.script.clone());
    drop(ceremony);
    // A file is meant from where people are, and the script's commands from the ceremony directory.
    let file = match &args.script {
        Some(file) if start::script(&file.to_string_lossy()).is_none() => Some(files::absolute(file)?),
        other => other.clone(),
    };
    let program = program(&context.directory);
    let again = again(&program, args.script.as_deref());
    files::enter(&context.directory)?;
    context.directory = PathBuf::from(".");
    context.json = false;
    let began = clock::now();
    Guide { context, name, file, program, again, began, act: (0, began), shown: 0, done: None }.sit()
}

/// The program, with the directory as people have named it.
fn program(directory: &Path) -> String {
    match directory == Path::new(".") {
        true => "tuf-ceremony".to_owned(),
        false => format!("tuf-ceremony -C {}", word(directory)),
    }
}

/// The command that goes on with this walk.
fn again(program: &str, script: Option<&Path>) -> String {
    let script = script.map_or(String::new(), |script| format!(" {}", word(script)));
    format!("{program} run{script}")
}

/// Leads through a script.
struct Guide<'a> {
    context: &'a mut Context,
    /// What the script is called in the record.
    name: String,
    /// Its file, if it is not that of the plan.
    file: Option<PathBuf>,
    /// How the program is called here.
    program: String,
    /// How to go on after a pause.
    again: String,
    began: Timestamp,
    /// The act that is shown, and since when.
    act: (usize, Timestamp),
    /// The step that is shown, from 0.
    shown: usize,
    /// The step whose command has succeeded in this process.
    done: Option<String>,
}

/// What comes after an answer.
enum Next {
    /// The step is shown anew: another one, or somebody asked.
    Show,
    /// The prompt stands again below what is on the screen.
    Ask,
    /// People leave.
    Leave,
}

impl Guide<'_> {
    /// The whole of a sitting: its record has one key, and its screen is recorded.
    fn sit(mut self) -> Result<Exit, CeremonyError> {
        self.context.seat = Some(Seat::default());
        let place = self.context.place();
        let begun = Ceremony::act(&place, |ceremony| {
            let script = script::named(ceremony, self.file.as_deref())?;
            valid(&visible(&self.name), &script)?;
            ceremony.follow(&self.name, &script)?;
            let recording = recordings::next(ceremony.root())?;
            let title = format!("{}: tuf-ceremony run", visible(&ceremony.policy.id));
            self.context.console.record(&ceremony.path(&recording), &title, is_recorded)?;
            Ok(recording)
        });
        let Ok(recording) = begun else {
            // What went wrong first is told.
            let _ = Ceremony::act_last(&place, |_| Ok(()));
            return begun.map(|_| Exit::No);
        };
        // What went wrong was shown, too.
        let exit = self.begin().unwrap_or_else(|error| self.context.report(&error));
        Ceremony::act_last(&place, |ceremony| match self.context.console.end_recording() {
            Ok(()) => ceremony.keep_recording(&recording),
            // It was said before; the next command finds what there is of the recording.
            Err(_) if exit == Exit::Machine => Ok(()),
            Err(error) => Err(error.into()),
        })?;
        Ok(exit)
    }

    fn begin(&mut self) -> Result<Exit, CeremonyError> {
        let walk = self.walk()?;
        self.shown = walk.open().unwrap_or_default();
        if walk.closed() == 0 && !walk.script.intro.is_empty() {
            let title = screen::title(&walk, self.size());
            let read = self.page(&title).and_then(|()| self.ask("Enter shows the first step"));
            if let Err(ConsoleError::Interrupted) = read {
                return Ok(self.leave(&walk));
            }
        }
        self.lead()
    }

    fn lead(&mut self) -> Result<Exit, CeremonyError> {
        let mut next = Next::Show;
        loop {
            let walk = self.walk()?;
            let Some(open) = walk.open() else { return Ok(self.ends(&walk)) };
            let shown = if let Next::Show = next { self.show(&walk) } else { Ok(()) };
            let answer = match shown.and_then(|()| self.ask(&self.prompt(&walk, open))) {
                Err(ConsoleError::Interrupted) => return Ok(self.leave(&walk)),
                other => Answer::of(&other?),
            };
            next = self.heed(&walk, open, answer)?;
            if let Next::Leave = next {
                return Ok(self.leave(&walk));
            }
        }
    }

    fn walk(&self) -> Result<Walk, CeremonyError> {
        let ceremony = Ceremony::open(&self.context.directory)?;
        let script = script::named(&ceremony, self.file.as_deref())?;
        Walk::of(&ceremony, &self.name, script)
    }

    fn show(&mut self, walk: &Walk) -> Result<(), ConsoleError> {
        let now = clock::now();
        let act = walk.script.steps().nth(self.shown).map_or(0, |(act, _)| act.number);
        if self.act.0 != act {
            self.act = (act, now);
        }
        let times = Times { sitting: self.began, act: self.act.1, now };
        let step = screen::step(walk, self.shown, times, self.size());
        self.page(&step)
    }

    /// Shows a text on an empty screen, page by page where the window is not high enough.
    fn page(&mut self, text: &str) -> Result<(), ConsoleError> {
        self.context.console.clear();
        self.context.console.turn_pages(true);
        let shown = self.context.console.show(text);
        self.context.console.turn_pages(false);
        shown
    }

    /// Asks below an empty line.
    fn ask(&mut self, prompt: &str) -> Result<String, ConsoleError> {
        self.context.console.say("");
        self.context.console.ask(prompt, "")
    }

    /// How wide lines and text may be.
    fn size(&self) -> Size {
        Size::of(self.context.console.width())
    }

    /// Whether only initials are missing.
    fn is_done(&self, walk: &Walk, at: usize, step: &Step) -> bool {
        step.command.is_none()
            || self.done.as_ref() == Some(&step.id)
            || matches!(walk.standings.get(at), Some(Standing::Performed { .. }))
    }

    fn prompt(&self, walk: &Walk, open: usize) -> String {
        let step = walk.script.steps().nth(open).map(|(_, step)| step);
        match step {
            _ if self.shown != open => "`again` goes back to the open step; ? lists the words".to_owned(),
            Some(step) if !self.is_done(walk, open, step) => {
                "`do` runs the command; ? lists the words".to_owned()
            }
            _ => "Initials of who did it; ? lists the words".to_owned(),
        }
    }

    fn heed(&mut self, walk: &Walk, open: usize, answer: Answer) -> Result<Next, CeremonyError> {
        // There is always an open step here.
        let Some((_, step)) = walk.script.steps().nth(open) else { return Ok(Next::Leave) };
        let is_done = self.is_done(walk, open, step);
        let told = match answer {
            Answer::Leave => return Ok(Next::Leave),
            Answer::Again => {
                self.shown = open;
                return Ok(Next::Show);
            }
            Answer::Back if self.shown > 0 => {
                self.shown -= 1;
                return Ok(Next::Show);
            }
            Answer::Back => "This is the first step.",
            Answer::Help => HELP,
            _ if self.shown != open => {
                "This step is only shown to be re-read. `again` goes back to the open step."
            }
            Answer::Explain(check) => {
                match script::command(&["explain".to_owned(), check.clone()]) {
                    // What is no check could be a secret in the wrong place, and is not repeated.
                    Ok(explain) if Check::from_id(&check).is_some() => {
                        perform(self.context, &explain)?;
                    }
                    _ => self.context.console.say("There is no such check; errors name theirs in brackets."),
                }
                return Ok(Next::Ask);
            }
            Answer::Exception => return self.exception(walk, step),
            Answer::Do if step.command.is_none() => {
                "This step has no command: people do it. Whose initials are DO types them in capitals."
            }
            Answer::Do if is_done => {
                "The command has done its work, and is not run twice. Initials close the step."
            }
            Answer::Do => {
                self.perform(walk, step)?;
                return Ok(Next::Ask);
            }
            Answer::Initials(initials) if is_done => {
                let words = walk.words(step);
                return self.close(step, words, &initials, |words| Event::Step {
                    words,
                    initials: initials.clone(),
                });
            }
            Answer::Initials(_) => "The command was not run yet: `do` runs it. Initials come afterwards.",
            Answer::Other if is_done => {
                "That is not understood. Initials are two or three letters; ? lists the words."
            }
            Answer::Other => "That is not understood. `do` runs the command; ? lists the words.",
        };
        self.context.console.say(told);
        Ok(Next::Ask)
    }

    /// Runs the command of a step as if it had been typed in the ceremony directory.
    fn perform(&mut self, walk: &Walk, step: &Step) -> Result<(), CeremonyError> {
        let command = command(&visible(&self.name), step)?;
        self.context.console.say(&format!("\n$ {}", visible(&step.typed())));
        self.context.step = Some(step.id.clone());
        // What is shown before a signature was turned over page by page at the review; its end is what the digits are typed by.
        self.context.console.turn_pages(!matches!(command, Some(super::Command::Sign(_))));
        let outcome = match &command {
            Some(command) => perform(self.context, command),
            None => Ok(Exit::Yes),
        };
        self.context.step = None;
        let size = self.size();
        let says = match outcome {
            Ok(Exit::Yes) => {
                self.done = Some(step.id.clone());
                let expected = screen::expected(walk, step, size);
                format!("\n{expected}\n\n{}", screen::otherwise(walk, step, size))
            }
            failed => {
                let code = failed.unwrap_or_else(|error| self.context.report(&error));
                let otherwise = screen::otherwise(walk, step, size);
                format!(
                    "\nThis did not succeed (exit code {}). The step stays open.\n\n{otherwise}",
                    code as u8
                )
            }
        };
        self.context.console.say(&says);
        self.context.console.turn_pages(false);
        Ok(())
    }

    /// Closes a step, if it still stands as it was shown; else it is shown again.
    fn close(
        &mut self,
        step: &Step,
        shown: StepWords,
        actor: &str,
        event: impl FnOnce(StepWords) -> Event,
    ) -> Result<Next, CeremonyError> {
        self.context.step = Some(step.id.clone());
        let place = self.context.place();
        self.context.step = None;
        let (name, file) = (&self.name, self.file.as_deref());
        let closed = Ceremony::act(&place, |ceremony| {
            let walk = Walk::of(ceremony, name, script::named(ceremony, file)?)?;
            let open = walk.open().and_then(|open| walk.script.steps().nth(open));
            match open {
                Some((_, now)) if now.id == step.id && walk.words(now) == shown => {
                    ceremony.transcript.record(actor, &event(shown)).map(|()| true)
                }
                _ => Ok(false),
            }
        })?;
        if !closed {
            self.context
                .console
                .say("Meanwhile the step was closed or changed elsewhere. Nothing of this was recorded.");
            if let Err(ConsoleError::Interrupted) = self.ask("Enter shows where things stand") {
                return Ok(Next::Leave);
            }
        }
        self.done = None;
        self.shown = self.walk()?.open().unwrap_or_default();
        Ok(Next::Show)
    }

    fn leave(&mut self, walk: &Walk) -> Exit {
        self.context.console.turn_pages(false);
        let open = walk.open().and_then(|open| walk.script.steps().nth(open));
        let at = open.map_or("the end".to_owned(), |(_, step)| format!("step {}", step.id));
        self.context.console.say(&format!(
            "\nPaused before {at} is closed; everything is as it stands, and in the record.\nTo go on, here or on another machine: {}",
            self.again
        ));
        Exit::NotYet
    }

    fn ends(&mut self, walk: &Walk) -> Exit {
        let steps = count(walk.standings.len(), "step");
        let passed = match walk.exceptions() {
            0 => "none was passed over".to_owned(),
            some => format!("{} passed over", count(some, "exception")),
        };
        self.context.console.say(&format!("\nEvery step is closed: {steps}, {passed}."));
        if !walk.script.afterwards.is_empty() {
            let afterwards = screen::afterwards(walk, self.size());
            self.context.console.say(&format!("\n{AFTERWARDS}\n\n{afterwards}"));
        }
        let directory = &self.program;
        self.context
            .console
            .say(&format!("\nNext: {directory} seal; then {directory} print sheet --out sheet.pdf"));
        Exit::Yes
    }
}

/// Every command of a script is one that it may have.
fn valid(name: &str, script: &Script) -> Result<(), ScriptError> {
    script.steps().try_for_each(|(_, step)| command(name, step).map(|_| ()))
}

/// The command of a step.
fn command(name: &str, step: &Step) -> Result<Option<super::Command>, ScriptError> {
    let Some(words) = &step.command else { return Ok(None) };
    script::command(words).map(Some).map_err(|why| ScriptError {
        script: name.to_owned(),
        line: step.line,
        what: format!("step {}: {}", step.id, visible(&why)),
        next: "Correct the command; `tuf-ceremony script check` lists everything that is wrong.".to_owned(),
    })
}
