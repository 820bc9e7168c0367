//! A step on the screen: who acts, what to do, what is expected. Calm, in words, and no wider than the window.

use jiff::Timestamp;

use crate::ceremony::script::{Act, Block, Late, Step};
use crate::ceremony::walk::{Standing, Walk};
use crate::cli::show::{indent, wrap};
use crate::console::Terminal;
use crate::host::display::visible;

/// The width where the window tells none, and the widest that is read with ease.
const WIDTH: (usize, usize) = (80, 100);

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

/// How wide the text may be.
pub fn width() -> usize {
    Terminal::width().unwrap_or(WIDTH.0).min(WIDTH.1)
}

/// The script's title, and what stands before its first act.
pub fn title(walk: &Walk, width: usize) -> String {
    let rule = "=".repeat(width);
    let intro = blocks(&walk.script.intro, walk, width, "");
    format!("{rule}\n{}\n{rule}\n\n{intro}", wrap(&visible(&walk.script.title), width))
}

/// A step, from its rule to what is expected.
pub fn step(walk: &Walk, at: usize, times: Times, width: usize) -> String {
    let Some((act, step)) = walk.script.steps().nth(at) else { return String::new() };
    let rule = "=".repeat(width);
    let mut out = vec![rule.clone()];
    let heading = format!("Act {} of {}: {}", act.number, walk.script.acts.len(), act.title);
    out.push(wrap(&visible(&format!("{heading} ({})", act.estimate)), width));
    let last = act.steps.last().map_or("", |last| last.id.as_str());
    let steps = walk.standings.len();
    out.push(format!("Step {} of {last}. {} of all {steps} steps are closed.", step.id, walk.closed()));
    let (sitting, of_act) =
        (elapsed(times.sitting, times.now), elapsed(times.act.max(times.sitting), times.now));
    out.push(format!("Time: {sitting} since this sitting began, {of_act} in this act."));
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
        out.push(expected(walk, step, width));
    }
    if let Some(note) = walk.standings.get(at).and_then(note) {
        out.push(format!("\n{}", wrap(&note, width)));
    }
    out.join("\n")
}

/// What a step's command is expected to say.
pub fn expected(walk: &Walk, step: &Step, width: usize) -> String {
    blocks(&step.expected, walk, width, "")
}

/// What to do if it says something else.
pub fn otherwise(walk: &Walk, step: &Step, width: usize) -> String {
    blocks(&step.otherwise, walk, width, "")
}

fn is_first(act: &Act, step: &Step) -> bool {
    act.steps.first().is_some_and(|first| first.id == step.id)
}

/// What the record knows of a step.
fn note(standing: &Standing) -> Option<String> {
    Some(match standing {
        Standing::Open => return None,
        Standing::Performed { line, event } => format!(
            "The command has done its work: line #{line} of the record says `{}`. Initials close the step.",
            visible(event)
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
