//! From Markdown to a script. Only what a script needs is read; everything else is refused, so that what is on paper is what
//! is done.

mod blocks;

use std::ops::Range;

use pulldown_cmark::{Event, HeadingLevel, OffsetIter, Options, Parser, Tag, TagEnd};

use super::expand::Expanded;
use super::inline::joined;
use super::{AFTERWARDS, Act, Block, EXPECTED, Inline, OTHERWISE, Script, ScriptError, Step, Who};

/// The info string of a command.
const COMMAND: &str = "ceremony";

/// Reads an expanded script. `name` is what it is called in errors.
pub(super) fn read(name: &str, expanded: &Expanded) -> Result<Script, ScriptError> {
    let events = Parser::new_ext(&expanded.text, Options::empty()).into_offset_iter();
    let mut reader = Reader { name, expanded, events, at: 0 };
    reader.script()
}

struct Reader<'a> {
    name: &'a str,
    expanded: &'a Expanded,
    events: OffsetIter<'a>,
    /// Where the last event began.
    at: usize,
}

/// Blocks of a step or of what stands before one, and commands among them.
enum Part {
    Block(Block),
    Command(String, usize),
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Option<Event<'a>> {
        let (event, range): (Event<'a>, Range<usize>) = self.events.next()?;
        self.at = range.start;
        Some(event)
    }

    fn line(&self) -> usize {
        let before = self.expanded.text.get(..self.at).unwrap_or_default();
        before.matches('\n').count() + 1
    }

    fn wrong(&self, what: impl Into<String>, next: &str) -> ScriptError {
        self.wrong_at(self.line(), what, next)
    }

    fn wrong_at(&self, line: usize, what: impl Into<String>, next: &str) -> ScriptError {
        let next = format!("{next} The format is described in ceremony-scripts/README.md.");
        ScriptError { script: self.name.to_owned(), line, what: what.into(), next }
    }

    fn script(&mut self) -> Result<Script, ScriptError> {
        let title = match self.next() {
            Some(Event::Start(Tag::Heading { level: HeadingLevel::H1, .. })) => self.heading()?,
            _ => {
                return Err(self.wrong("a script begins with its title", "Write a line \"# Title\" first."));
            }
        };
        let mut script = Script { title, intro: Vec::new(), acts: Vec::new(), afterwards: Vec::new() };
        while let Some(event) = self.next() {
            match event {
                Event::Start(Tag::Heading { level: HeadingLevel::H2, .. }) => {
                    let line = self.line();
                    let heading = self.heading()?;
                    if heading == AFTERWARDS && !script.acts.is_empty() {
                        script.afterwards = self.afterwards()?;
                        break;
                    }
                    script.acts.push(self.act(line, &heading, script.acts.len() + 1)?);
                }
                Event::Start(Tag::List(Some(_))) => match script.acts.last_mut() {
                    Some(act) => {
                        let number = act.number;
                        let done = act.steps.len();
                        let steps = self.steps(number, done)?;
                        // Borrowed again: reading moved on.
                        if let Some(act) = script.acts.last_mut() {
                            act.steps.extend(steps);
                        }
                    }
                    None => {
                        return Err(self.wrong(
                            "there is a step before the first act",
                            "Write \"## 1. Title (10 minutes)\" above it.",
                        ));
                    }
                },
                event => {
                    let place = match script.acts.last() {
                        Some(act) if !act.steps.is_empty() => {
                            return Err(self.wrong(
                                "there is text between the steps of an act",
                                "Indent it by three blanks, so that it belongs to the step above it, or put it above the first step.",
                            ));
                        }
                        Some(_) => script.acts.last_mut().map(|act| &mut act.intro),
                        None => Some(&mut script.intro),
                    };
                    let part = self.part(event)?;
                    match (part, place) {
                        (Part::Block(block), Some(place)) => place.push(block),
                        _ => {
                            return Err(self
                                .wrong("there is a command outside a step", "Put it into a numbered step."));
                        }
                    }
                }
            }
        }
        if script.acts.is_empty() {
            return Err(
                self.wrong("the script has no acts", "Write \"## 1. Title (10 minutes)\" above the steps.")
            );
        }
        Ok(script)
    }

    /// A heading, without what marks it up.
    fn heading(&mut self) -> Result<String, ScriptError> {
        let inlines = self.inlines(TagEnd::Heading(HeadingLevel::H1))?;
        Ok(inlines.iter().map(|one| one.text(&|_| None)).collect())
    }

    /// The last part of a script: paragraphs and points, without steps.
    fn afterwards(&mut self) -> Result<Vec<Block>, ScriptError> {
        let mut blocks = Vec::new();
        while let Some(event) = self.next() {
            if let Event::Start(Tag::Heading { .. } | Tag::List(Some(_))) = event {
                return Err(self.wrong(
                    "there is an act or a step after the last one",
                    "What comes afterwards is in paragraphs and points that begin with \"-\"; nothing of it is recorded.",
                ));
            }
            match self.part(event)? {
                Part::Block(block) => blocks.push(block),
                Part::Command(..) => {
                    return Err(
                        self.wrong("there is a command outside a step", "Put it into a numbered step.")
                    );
                }
            }
        }
        Ok(blocks)
    }

    /// `N. Title (estimate)`.
    fn act(&self, line: usize, text: &str, number: usize) -> Result<Act, ScriptError> {
        let form = "Write it as \"## 1. Title (10 minutes)\", acts numbered from 1; the time may also be \"10 minutes a holder\" \
                    or \"now\".";
        let rest = text.strip_prefix(&format!("{number}. "));
        let rest = rest.ok_or_else(|| self.wrong_at(line, format!("this is not act {number}"), form))?;
        let parts = rest.strip_suffix(')').and_then(|rest| rest.rsplit_once(" ("));
        let (title, estimate) =
            parts.ok_or_else(|| self.wrong_at(line, "the act does not say how long it takes", form))?;
        let minutes = estimate
            .split_once(" minutes")
            .or_else(|| estimate.split_once(" minute"))
            .map(|(minutes, _)| minutes.parse::<u32>().is_ok());
        if estimate != "now" && minutes != Some(true) {
            return Err(self.wrong_at(line, "the act does not say how many minutes it takes", form));
        }
        let (title, estimate) = (title.to_owned(), estimate.to_owned());
        Ok(Act { number, title, estimate, intro: Vec::new(), steps: Vec::new() })
    }

    /// The items of a numbered list, behind the steps that the act has already.
    fn steps(&mut self, act: usize, done: usize) -> Result<Vec<Step>, ScriptError> {
        let mut steps = Vec::new();
        loop {
            match self.next() {
                Some(Event::Start(Tag::Item)) => {
                    let line = self.line();
                    let id = format!("{act}.{}", done + steps.len() + 1);
                    let parts = self.parts()?;
                    steps.push(self.step(id, line, parts)?);
                }
                _ => return Ok(steps),
            }
        }
    }

    /// What stands in an item, up to its end.
    fn parts(&mut self) -> Result<Vec<Part>, ScriptError> {
        let mut parts = Vec::new();
        // The text of a tight item stands in no paragraph.
        let mut loose: Vec<Inline> = Vec::new();
        while let Some(event) = self.next() {
            if let Event::End(TagEnd::Item) = event {
                break;
            }
            match self.inline(event)? {
                Ok(inlines) => loose.extend(inlines),
                Err(event) => {
                    if !loose.is_empty() {
                        parts.push(Part::Block(Block::Paragraph(joined(std::mem::take(&mut loose)))));
                    }
                    parts.push(self.part(event)?);
                }
            }
        }
        if !loose.is_empty() {
            parts.push(Part::Block(Block::Paragraph(joined(loose))));
        }
        Ok(parts)
    }

    fn step(&self, id: String, line: usize, parts: Vec<Part>) -> Result<Step, ScriptError> {
        let who = parts.first().and_then(actor).ok_or_else(|| {
            let next = "Begin it with who acts: **CA**, **KH**, **W** or **OP**.";
            self.wrong_at(line, format!("step {id} does not begin with who acts"), next)
        })?;
        let mut step = Step {
            id,
            who,
            blocks: Vec::new(),
            command: None,
            expected: Vec::new(),
            otherwise: Vec::new(),
            line,
        };
        let mut place = Place::Step;
        for part in parts {
            let block = match part {
                Part::Command(text, line) => {
                    let words = self.command(&text, line)?;
                    if step.command.is_some() {
                        let what = format!("step {} has more than one command", step.id);
                        return Err(self.wrong_at(line, what, "Make a step of each."));
                    }
                    step.command = Some(words);
                    continue;
                }
                Part::Block(block) => block,
            };
            place = place.of(&block);
            match place {
                Place::Step => step.blocks.push(block),
                Place::Expected => step.expected.push(block),
                Place::Otherwise => step.otherwise.push(block),
            }
        }
        Ok(step)
    }

    /// The words of a command: one line, without the program's name. Values are one word each.
    fn command(&self, text: &str, line: usize) -> Result<Vec<String>, ScriptError> {
        let text = text.trim();
        if text.is_empty() || text.contains('\n') {
            return Err(self.wrong_at(line, "a command is one line", "Make a step of each command."));
        }
        let words = shell_words::split(text)
            .map_err(|_| self.wrong_at(line, "a quotation mark is not closed", "Close it."))?;
        let word = |word: &String| {
            let mut out = String::new();
            for inline in self.filled(word) {
                match inline {
                    Inline::Late(late) => {
                        let what = format!("{late} is not known before the ceremony has come so far");
                        return Err(self.wrong_at(line, what, "A command cannot have it."));
                    }
                    other => out.push_str(&other.text(&|_| None)),
                }
            }
            Ok(out)
        };
        words.iter().map(word).collect()
    }
}

/// Which part of a step is read.
#[derive(Clone, Copy)]
enum Place {
    Step,
    Expected,
    Otherwise,
}

impl Place {
    fn of(self, block: &Block) -> Place {
        let text = block.text(&|_| None);
        match self {
            _ if text.starts_with(EXPECTED) => Place::Expected,
            _ if text.starts_with(OTHERWISE) => Place::Otherwise,
            before => before,
        }
    }
}

/// Who acts, by the words that stand out at the beginning.
fn actor(part: &Part) -> Option<Who> {
    let Part::Block(Block::Paragraph(inlines)) = part else { return None };
    let Some(Inline::Strong(letters)) = inlines.first() else { return None };
    Who::ALL.into_iter().find(|who| who.letters() == letters)
}
