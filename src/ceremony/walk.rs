//! The walk through a script: which steps are closed, and what the record knows of those that are not.
//!
//! All of it follows from the record and the files alone, so that a walk goes on after a stop, or on another machine, exactly
//! where things stood.

use crate::crypto::digest::Sha256Digest;
use crate::host::display::visible;
use crate::json::Json;

use super::directory::ADMINISTRATOR;
use super::event::{EXCEPTION, Event, FROZEN, MERGED, REQUESTED, SCRIPT, STEP, StepWords};
use super::keyring::file_of;
use super::script::{BLANK, Known, Late, Script, Step};
use super::{Ceremony, CeremonyError};

/// The file with the script as it is for this ceremony.
pub const FILE: &str = "script.md";

/// How a step stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nobody has closed it.
    Open,
    /// Its command has done its work, as this line of the record says; nobody has closed it.
    Performed {
        /// The line's number.
        line: usize,
        /// What it says.
        event: String,
        /// From where it came, if the command did not do it here.
        from: Option<String>,
    },
    /// It is closed by this line of the record.
    Closed {
        /// The line's number.
        line: usize,
        /// Whose initials it has.
        actor: String,
        /// Whether it was passed over.
        exception: bool,
    },
}

/// Where the walk through a script stands.
pub struct Walk {
    /// The script.
    pub script: Script,
    /// What is known of values that become known in the course of it.
    pub known: Known,
    /// How each step stands, in their order.
    pub standings: Vec<Standing>,
}

impl Walk {
    /// The walk through a script that is called `name`.
    pub fn of(ceremony: &Ceremony, name: &str, script: Script) -> Result<Walk, CeremonyError> {
        let known = Known::of(ceremony)?;
        let lines = lines_under(ceremony, name);
        let mut standings = Vec::new();
        for (_, step) in script.steps() {
            standings.push(standing(ceremony, &lines, step, &known)?);
        }
        Ok(Walk { script, known, standings })
    }

    /// The first step that is not closed, from 0; `None` if all are.
    pub fn open(&self) -> Option<usize> {
        self.standings.iter().position(|one| !matches!(one, Standing::Closed { .. }))
    }

    /// How many steps are closed.
    pub fn closed(&self) -> usize {
        self.standings.iter().filter(|one| matches!(one, Standing::Closed { .. })).count()
    }

    /// How many of them were passed over.
    pub fn exceptions(&self) -> usize {
        let passed = |one: &&Standing| matches!(one, Standing::Closed { exception: true, .. });
        self.standings.iter().filter(passed).count()
    }

    /// A step as it is shown now.
    pub fn words(&self, step: &Step) -> StepWords {
        StepWords {
            who: step.who.letters().to_owned(),
            text: step.text(&|late| self.known.value(late)),
            command: step.command.as_ref().map(|_| step.typed()),
        }
    }
}

impl Ceremony {
    /// Writes `script.md`, and records that this script is followed from now on.
    pub fn follow(&mut self, name: &str, script: &Script) -> Result<(), CeremonyError> {
        let text = script.markdown();
        let sha256 = Sha256Digest::of(text.as_bytes());
        self.overwrite(FILE, text.as_bytes())?;
        let event = Event::Script { name: name.to_owned(), sha256, steps: script.steps().count() };
        if self.transcript.all(SCRIPT).next_back() == Some(&event.data()) {
            return Ok(());
        }
        self.transcript.record(ADMINISTRATOR, &event)
    }
}

/// The lines that were written while a script of this name was followed: steps of another one have the same numbers.
fn lines_under<'a>(ceremony: &'a Ceremony, name: &str) -> Vec<(usize, &'a Json)> {
    let name = visible(name);
    let mut followed = false;
    let mut lines = Vec::new();
    for (seq, line) in ceremony.transcript.lines().iter().enumerate() {
        if event_of(line) == SCRIPT {
            followed = data(line, "name") == Some(&name);
        } else if followed {
            lines.push((seq, line));
        }
    }
    lines
}

fn standing(
    ceremony: &Ceremony,
    lines: &[(usize, &Json)],
    step: &Step,
    known: &Known,
) -> Result<Standing, CeremonyError> {
    let own: Vec<&(usize, &Json)> = lines.iter().filter(|(_, line)| text(line, "step") == step.id).collect();
    let command = step.command.as_ref().map(|_| visible(&step.typed()));
    let words: Vec<&str> = step.command.iter().flatten().map(String::as_str).collect();
    let closes = |seq: usize, line: &Json| {
        (event_of(line) == EXCEPTION || event_of(line) == STEP && !is_outdated(ceremony, &words, seq))
            && data(line, "command") == command.as_deref()
            && data(line, "text").is_some_and(|shown| was_shown(step, shown, known))
    };
    if let Some((line, closing)) = own.iter().rev().find(|(seq, line)| closes(*seq, line)) {
        let (actor, exception) = (text(closing, "actor").to_owned(), event_of(closing) == EXCEPTION);
        return Ok(Standing::Closed { line: *line, actor, exception });
    }
    for (line, one) in own.iter().rev() {
        if performs(ceremony, &words, *line, one)? {
            return Ok(Standing::Performed { line: *line, event: event_of(one).to_owned(), from: None });
        }
    }
    // A key that was made just before its process was stopped is in the record as a file that was found.
    if let ["token", "provision", "--key", key] = words.as_slice() {
        let file = ceremony.policy.keys.get(*key).map(|plan| file_of(key, plan)).unwrap_or_default();
        let names = |line: &Json| line.get("data").and_then(|data| data.get("files")?.get(&file)).is_some();
        let found = lines.iter().rev().find(|(_, line)| event_of(line) == "found" && names(line));
        if let Some((line, _)) = found.filter(|_| ceremony.keyring.get(key).is_some()) {
            return Ok(Standing::Performed { line: *line, event: "found".to_owned(), from: None });
        }
    }
    // Whose signatures came from elsewhere does not sign once more.
    if let ["sign", "--key", key] = words.as_slice()
        && let Some((line, merged)) = brought(ceremony, key)?
    {
        return Ok(Standing::Performed { line, event: MERGED.to_owned(), from: Some(source(merged)) });
    }
    Ok(Standing::Open)
}

/// The last line about merging with a signature of a key that no payload waits for any longer, and what it says.
fn brought<'a>(ceremony: &'a Ceremony, key: &str) -> Result<Option<(usize, &'a Json)>, CeremonyError> {
    let Some(key) = ceremony.keyring.get(key) else { return Ok(None) };
    if ceremony.transcript.all(MERGED).next().is_none() {
        return Ok(None);
    }
    let collected = ceremony.collected()?;
    if collected.iter().any(|one| !one.open_keyids(key.fingerprint()).is_empty()) {
        return Ok(None);
    }
    let signed = collected.iter().flat_map(|one| one.files_of(key.fingerprint())).collect::<Vec<_>>();
    let lists =
        |data: &Json| signed.iter().any(|file| data.get("files").and_then(|all| all.get(file)).is_some());
    Ok(ceremony.transcript.numbered(MERGED).rev().find(|(_, data)| lists(data)))
}

/// Where merged files came from.
fn source(merged: &Json) -> String {
    let from = |name: &str| merged.get("from").and_then(|from| from.get(name)?.as_str()).unwrap_or_default();
    match from("kind") {
        "response" => format!("a response with the SHA-256 {:.16}", from("sha256")),
        _ => "another copy of this directory".to_owned(),
    }
}

/// Whether a line says that a command has done its work, and it is still worth something.
fn performs(ceremony: &Ceremony, words: &[&str], seq: usize, line: &Json) -> Result<bool, CeremonyError> {
    let is_of_this_plan = || !happened_since(ceremony, "plan-read", seq);
    let event = event_of(line);
    Ok(match words {
        ["token", "provision", "--key", key] => {
            event == "key-enrolled" && data(line, "key") == Some(key) && ceremony.keyring.get(key).is_some()
        }
        ["draft"] => event == "drafted" && is_of_this_plan(),
        ["freeze", ..] => event == FROZEN && is_of_this_plan(),
        ["sign", "--key", key] => {
            event == "signed" && data(line, "key") == Some(key) && has_signed(ceremony, key)?
        }
        ["release"] => event == "released" && is_of_this_plan(),
        ["request", "--holder", holder, ..] => {
            event == REQUESTED
                && data(line, "holder") == Some(holder)
                && !happened_since(ceremony, FROZEN, seq)
        }
        ["change" | "compromise", ..] => {
            event == "changed" && data(line, "plan") == Some(&ceremony.policy.digest.to_hex())
        }
        _ => false,
    })
}

/// Whether a command has to do its work anew: drafts and payloads after the plan has changed, and what is done with payloads after
/// others were frozen.
fn is_outdated(ceremony: &Ceremony, words: &[&str], seq: usize) -> bool {
    match words {
        ["draft"] | ["freeze", ..] => happened_since(ceremony, "plan-read", seq),
        ["review" | "sign" | "request" | "merge" | "release", ..] => happened_since(ceremony, FROZEN, seq),
        _ => false,
    }
}

fn happened_since(ceremony: &Ceremony, event: &str, seq: usize) -> bool {
    ceremony.transcript.numbered(event).next_back().is_some_and(|(last, _)| last > seq)
}

/// Whether no payload waits for a key.
fn has_signed(ceremony: &Ceremony, key: &str) -> Result<bool, CeremonyError> {
    let Some(key) = ceremony.keyring.get(key) else { return Ok(false) };
    let waits = |one: &super::signatures::Signed| !one.open_keyids(key.fingerprint()).is_empty();
    Ok(!ceremony.collected()?.iter().any(waits))
}

/// Whether the record's words of a step are what it says now. Values that became known since then were blanks.
fn was_shown(step: &Step, shown: &str, known: &Known) -> bool {
    let blank = step.text(&|_| None);
    // Somewhere in the private characters is one that no plan has in its names.
    let Some(mark) = ('\u{e000}'..='\u{f8ff}').find(|one| !blank.contains(*one)) else { return false };
    let lates = std::cell::RefCell::new(Vec::<Late>::new());
    let marked = step.text(&|late| {
        lates.borrow_mut().push(late.clone());
        Some(mark.to_string())
    });
    let mut rest = shown;
    for (at, part) in marked.split(mark).enumerate() {
        if let Some(late) = at.checked_sub(1).and_then(|at| lates.borrow().get(at).cloned()) {
            let value = known.value(&late).and_then(|value| rest.strip_prefix(&visible(&value)));
            let Some(after) = value.or_else(|| rest.strip_prefix(BLANK)) else { return false };
            rest = after;
        }
        let Some(after) = rest.strip_prefix(&visible(part)) else { return false };
        rest = after;
    }
    rest.is_empty()
}

fn event_of(line: &Json) -> &str {
    text(line, "event")
}

fn text<'a>(line: &'a Json, name: &str) -> &'a str {
    line.get(name).and_then(Json::as_str).unwrap_or_default()
}

fn data<'a>(line: &'a Json, name: &str) -> Option<&'a str> {
    line.get("data")?.get(name)?.as_str()
}
