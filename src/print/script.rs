//! The script of a ceremony, as the room follows it: a row for each step, with boxes for initials and time.

use super::document::{Block, Document, Level, NamedDigest, Part, Running, Step, Text};
use crate::ceremony::script::{self, AFTERWARDS, Act, BLANK, Inline, Known, Script, Who};
use crate::ceremony::{Ceremony, CeremonyError};
use crate::crypto::digest::Sha256Digest;

/// The script that the plan names. What is not known yet, such as digests before the freeze, is left blank.
pub fn document(ceremony: &Ceremony) -> Result<Document, CeremonyError> {
    let script = Script::of(ceremony)?;
    let known = Known::of(ceremony)?;
    let mut blocks: Vec<Block> = script.intro.iter().map(|one| block(one, &known)).collect();
    blocks.push(Block::Paragraph(letters()));
    for act in &script.acts {
        blocks.extend(of_act(act, &known));
    }
    if !script.afterwards.is_empty() {
        blocks.push(Block::Heading { level: Level::Act, text: AFTERWARDS.to_owned(), aside: None });
        blocks.extend(script.afterwards.iter().map(|one| block(one, &known)));
    }
    let policy = &ceremony.policy;
    Ok(Document {
        title: script.title.clone(),
        running: Running {
            ceremony: Some(policy.id.clone()),
            what: "Script".to_owned(),
            digest: Some(NamedDigest {
                of: "script.md".to_owned(),
                digest: Sha256Digest::of(script.markdown().as_bytes()),
            }),
        },
        rehearsal: policy.rehearsal,
        blocks,
    })
}

/// Who the letters beside each step stand for, and what the boxes are for.
fn letters() -> Text {
    let who: Vec<String> = Who::ALL.iter().map(|who| format!("{who} {}", who.words())).collect();
    Text::from(format!(
        "Beside each step stands who acts: {}. Whoever has done a step, or has seen it done, writes initials and the time into its \
         boxes. On the screen, `tuf-ceremony run` shows the same steps: `do` runs the command of a step, and initials close it there, \
         too.",
        who.join(", ")
    ))
}

fn of_act(act: &Act, known: &Known) -> Vec<Block> {
    let mut blocks = vec![Block::Heading {
        level: Level::Act,
        text: format!("{}. {}", act.number, act.title),
        aside: Some(act.estimate.clone()),
    }];
    blocks.extend(act.intro.iter().map(|one| block(one, known)));
    blocks.extend(act.steps.iter().map(|step| Block::Step(of_step(step, known))));
    blocks
}

fn of_step(step: &script::Step, known: &Known) -> Step {
    let mut parts: Vec<Part> = step.blocks.iter().flat_map(|one| texts(one, known)).map(Part::Text).collect();
    parts.extend(step.command.as_ref().map(|_| Part::Command(step.typed())));
    parts.extend(outcome(&step.expected, script::EXPECTED, known, Part::Expected));
    parts.extend(outcome(&step.otherwise, script::OTHERWISE, known, Part::Otherwise));
    Step { number: step.id.clone(), who: step.who.letters().to_owned(), parts }
}

/// What comes of a command. The writers put the word in front.
fn outcome(blocks: &[script::Block], word: &str, known: &Known, part: fn(Text) -> Part) -> Vec<Part> {
    let mut texts: Vec<Text> = blocks.iter().flat_map(|one| texts(one, known)).collect();
    if let Some(run) = texts.first_mut().and_then(|text| text.0.first_mut()) {
        run.text = run.text.strip_prefix(word).unwrap_or(&run.text).trim_start().to_owned();
    }
    let mut texts = texts.into_iter();
    texts.next().map(part).into_iter().chain(texts.map(Part::Text)).collect()
}

fn block(block: &script::Block, known: &Known) -> Block {
    match block {
        script::Block::Paragraph(inlines) => Block::Paragraph(text(inlines, known)),
        script::Block::Bullets(points) => Block::Bullets(points.iter().map(|one| text(one, known)).collect()),
        script::Block::Verbatim(lines) => Block::Paragraph(Text::default().code(lines.as_str())),
    }
}

/// A block as the texts of a step: points stand below each other.
fn texts(block: &script::Block, known: &Known) -> Vec<Text> {
    match block {
        script::Block::Paragraph(inlines) => vec![text(inlines, known)],
        script::Block::Bullets(points) => points
            .iter()
            .map(|point| Text(Text::from("- ").0.into_iter().chain(text(point, known).0).collect()))
            .collect(),
        script::Block::Verbatim(lines) => lines.lines().map(|line| Text::default().code(line)).collect(),
    }
}

fn text(inlines: &[Inline], known: &Known) -> Text {
    inlines.iter().fold(Text::default(), |text, inline| match inline {
        Inline::Text(words) => text.plain(words.as_str()),
        Inline::Strong(words) => text.bold(words.as_str()),
        Inline::Code(words) => text.code(words.as_str()),
        Inline::Late(late) => match known.value(late) {
            Some(value) => text.code(value),
            None => text.plain(BLANK),
        },
    })
}
