//! A step on the screen: who acts, what to do, what is expected. Calm, in words, and no wider than the window.

use jiff::Timestamp;

use crate::ceremony::script::{Act, Block, Late, Step};
use crate::ceremony::walk::{Standing, Walk};
use crate::cli::show::{digest, indent, wrap};
use crate::crypto::digest::Sha256Digest;
use crate::host::display::visible;

/// The width where the window tells none.
const WIDTH: usize = 80;

/// The widest text that is read with ease.
const READABLE: usize = 100;

/// When things began in this sitting.
#[derive(Clone, Copy)]
pub struct Times {
    /// The sitting.
    pub sitting: Timestamp,
    /// The act.
    pub act: Timestamp,
    /// What the clock says.
    pub now: Timestamp,
}

/// How wide things may be, in cells.
#[derive(Clone, Copy)]
pub struct Size {
    /// The rules above and below a heading.
    pub rule: usize,
    /// Text.
    pub text: usize,
}

impl Size {
    /// In a window, if it has a width.
    pub fn of(window: Option<usize>) -> Size {
        let rule = window.unwrap_or(WIDTH);
        Size { rule, text: rule.min(READABLE) }
    }
}

/// The script's title, and what stands before its first act.
pub fn title(walk: &Walk, size: Size) -> String {
    let rule = "=".repeat(size.rule);
    let intro = blocks(&walk.script.intro, walk, size.text, "");
    let digest = indent("  ", &digest(Sha256Digest::of(walk.script.markdown().as_bytes())));
    let title = wrap(&visible(&walk.script.title), size.text);
    format!(
        "{rule}\n{title}\n{rule}\n\n{intro}\n\nSHA-256 of script.md, as on every page of the paper\n{digest}"
    )
}

/// A step, from its rule to what is expected.
pub fn step(walk: &Walk, at: usize, times: Times, size: Size) -> String {
    let Some((act, step)) = walk.script.steps().nth(at) else { return String::new() };
    let (rule, width) = ("=".repeat(size.rule), size.text);
    let mut out = vec![rule.clone()];
    let heading = format!("Act {} of {}: {}", act.number, walk.script.acts.len(), act.title);
    out.push(wrap(&visible(&format!("{heading} ({})", act.estimate)), width));
    let last = act.steps.last().map_or("", |last| last.id.as_str());
    let steps = walk.standings.len();
    out.push(format!("Step {} of {last}. {} of all {steps} steps are closed.", step.id, walk.closed()));
    let (sitting, of_act) =
        (elapsed(times.sitting, times.now), elapsed(times.act.max(times.sitting), times.now));
    out.push(format!("Time (h:mm): {sitting} since this sitting began, {of_act} in this act."));
    out.push(rule);
    if is_first(act, step) && !act.intro.is_empty() {
        out.push(String::new());
        out.push(blocks(&act.intro, walk, width, ""));
    }
    out.push(format!("\n{}: {}\n", step.who, step.who.words()));
    out.push(blocks(&step.blocks, walk, width, "  "));
    if step.command.is_some() {
        out.push(format!("\n  $ {}", visible(&step.typed())));
    }
    if !step.expected.is_empty() {
        out.push(String::new());
        out.push(expected(walk, step, size));
    }
    if let Some(note) = walk.standings.get(at).and_then(note) {
        out.push(format!("\n{}", wrap(&note, width)));
    }
    out.join("\n")
}

/// What is done by hand after the last step.
pub fn afterwards(walk: &Walk, size: Size) -> String {
    blocks(&walk.script.afterwards, walk, size.text, "")
}

/// What a step's command is expected to say.
pub fn expected(walk: &Walk, step: &Step, size: Size) -> String {
    blocks(&step.expected, walk, size.text, "")
}

/// What to do if it says something else.
pub fn otherwise(walk: &Walk, step: &Step, size: Size) -> String {
    blocks(&step.otherwise, walk, size.text, "")
}

fn is_first(act: &Act, step: &Step) -> bool {
    act.steps.first().is_some_and(|first| first.id == step.id)
}

/// What the record knows of a step.
fn note(standing: &Standing) -> Option<String> {
    Some(match standing {
        Standing::Open => return None,
        Standing::Performed { line, event, from: None } => format!(
            "The command has done its work: line #{line} of the record says `{}`. Initials close the step.",
            visible(event)
        ),
        Standing::Performed { line, event, from: Some(from) } => format!(
            "This is done: line #{line} of the record says `{}`, and that it came from {}. Initials close the step.",
            visible(event),
            visible(from)
        ),
        Standing::Closed { line, actor, exception: false } => {
            format!("This step is closed: {}, line #{line} of the record.", visible(actor))
        }
        Standing::Closed { line, actor, exception: true } => {
            format!("This step was passed over: {}, line #{line} of the record.", visible(actor))
        }
    })
}

fn blocks(blocks: &[Block], walk: &Walk, width: usize, margin: &str) -> String {
    let known = |late: &Late| walk.known.value(late);
    let room = width.saturating_sub(margin.len());
    let mut out = Vec::new();
    for block in blocks {
        out.push(match block {
            Block::Paragraph(_) => indent(margin, &wrap(&visible(&block.text(&known)), room)),
            Block::Bullets(points) => {
                let point = |point: &Vec<_>| {
                    let text: String =
                        point.iter().map(|one: &crate::ceremony::script::Inline| one.text(&known)).collect();
                    let lines = indent("  ", &wrap(&visible(&text), room.saturating_sub(2)));
                    indent(margin, &lines.replacen("  ", "- ", 1))
                };
                points.iter().map(point).collect::<Vec<_>>().join("\n")
            }
            Block::Verbatim(text) => {
                text.lines().map(|line| format!("{margin}{}", visible(line))).collect::<Vec<_>>().join("\n")
            }
        });
    }
    out.join("\n\n")
}

/// Hours and minutes.
fn elapsed(from: Timestamp, to: Timestamp) -> String {
    let minutes = to.as_second().saturating_sub(from.as_second()).max(0) / 60;
    format!("{}:{:02}", minutes / 60, minutes % 60)
}
