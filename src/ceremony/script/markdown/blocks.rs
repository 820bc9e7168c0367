//! Blocks and running text: what stands in a step, and before one.

use pulldown_cmark::{CodeBlockKind, Event, Tag, TagEnd};

use super::super::expand::{CLOSE, OPEN};
use super::super::inline::{joined, late};
use super::super::{Block, Inline, ScriptError};
use super::{COMMAND, Part, Reader};

impl<'a> Reader<'a> {
    /// A block that has begun with `event`.
    pub(super) fn part(&mut self, event: Event<'a>) -> Result<Part, ScriptError> {
        match event {
            Event::Start(Tag::Paragraph) => {
                Ok(Part::Block(Block::Paragraph(self.inlines(TagEnd::Paragraph)?)))
            }
            Event::Start(Tag::List(None)) => {
                let mut points = Vec::new();
                while let Some(Event::Start(Tag::Item)) = self.next() {
                    points.push(self.point()?);
                }
                Ok(Part::Block(Block::Bullets(points)))
            }
            Event::Start(Tag::CodeBlock(kind)) => {
                let line = self.line();
                let mut text = String::new();
                while let Some(Event::Text(more)) = self.next() {
                    text.push_str(&more);
                }
                match kind {
                    CodeBlockKind::Fenced(info) if &*info == COMMAND => Ok(Part::Command(text, line)),
                    CodeBlockKind::Fenced(info) if info.is_empty() || &*info == "text" => {
                        let text: String = self.filled(&text).iter().map(|one| one.text(&|_| None)).collect();
                        Ok(Part::Block(Block::Verbatim(text.trim_end().to_owned())))
                    }
                    CodeBlockKind::Fenced(info) => Err(self.wrong_at(
                        line,
                        format!("a block of the kind {:?}", &*info),
                        "A script runs commands of this program only, in blocks of the kind ceremony; what is only shown is in \
                         blocks of the kind text.",
                    )),
                    CodeBlockKind::Indented => Err(self.wrong_at(
                        line,
                        "a block that is only indented",
                        "Put three backquotes above and below it.",
                    )),
                }
            }
            _ => Err(self.wrong(
                "this is no part of a script",
                "A script has headings, paragraphs, points, numbered steps and blocks; no tables, pictures or HTML.",
            )),
        }
    }

    /// A point of a list: one paragraph.
    fn point(&mut self) -> Result<Vec<Inline>, ScriptError> {
        let mut parts = self.parts()?;
        match (parts.pop(), parts.is_empty()) {
            (Some(Part::Block(Block::Paragraph(inlines))), true) => Ok(inlines),
            _ => Err(self.wrong("a point is more than one paragraph", "Make several points of it.")),
        }
    }

    /// Running text up to its end.
    pub(super) fn inlines(&mut self, end: TagEnd) -> Result<Vec<Inline>, ScriptError> {
        let mut inlines = Vec::new();
        while let Some(event) = self.next() {
            if let Event::End(found) = &event
                && std::mem::discriminant(found) == std::mem::discriminant(&end)
            {
                break;
            }
            match self.inline(event)? {
                Ok(more) => inlines.extend(more),
                Err(_) => {
                    return Err(self.wrong(
                        "this is no part of running text",
                        "Running text has words, **words that stand out** and `words of the machine`.",
                    ));
                }
            }
        }
        Ok(joined(inlines))
    }

    /// What an event adds to running text; gives it back if it is a block's.
    pub(super) fn inline(&mut self, event: Event<'a>) -> Result<Result<Vec<Inline>, Event<'a>>, ScriptError> {
        Ok(Ok(match event {
            Event::Text(text) => self.filled(&text),
            Event::Code(text) => {
                let coded = |one: Inline| match one {
                    Inline::Text(text) => Inline::Code(text),
                    other => other,
                };
                self.filled(&text).into_iter().map(coded).collect()
            }
            Event::SoftBreak | Event::HardBreak => vec![Inline::Text(" ".to_owned())],
            Event::Start(Tag::Strong) => {
                let strong = |one: Inline| match one {
                    Inline::Text(text) => Inline::Strong(text),
                    other => other,
                };
                self.inlines(TagEnd::Strong)?.into_iter().map(strong).collect()
            }
            other => return Ok(Err(other)),
        }))
    }

    /// Text with its values in it.
    pub(super) fn filled(&self, text: &str) -> Vec<Inline> {
        let mut out = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once(OPEN) {
            out.push(Inline::Text(before.to_owned()));
            let (number, after) = after.split_once(CLOSE).unwrap_or((after, ""));
            let value = number.parse().ok().and_then(|number: usize| self.expanded.values.get(number));
            out.extend(
                value.map(|value| late(value).map_or_else(|| Inline::Text(value.clone()), Inline::Late)),
            );
            rest = after;
        }
        out.push(Inline::Text(rest.to_owned()));
        out.retain(|one| !matches!(one, Inline::Text(text) if text.is_empty()));
        joined(out)
    }
}
