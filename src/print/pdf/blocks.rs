//! The blocks of a document, as groups of what is drawn.

use super::super::document::{Block, Document, Level, Part, Step, Table, Text};
use super::super::layout::{Group, Piece, columns, total, wrap_command};
use super::canvas::Op;
use super::cards;
use super::flow::{BODY, SMALL, Type, joined, lines, space};
use super::font::{Face, shown};

const TITLE: Type = Type { size: 18, leading: 22, bold: true };
const ACT: Type = Type { size: 13, leading: 17, bold: true };
const PART: Type = Type { size: 11, leading: 14, bold: true };
/// Where the text of a step begins, and what its two boxes take.
const STEP: u32 = 68;
const BOX: u32 = 46;
const BOX_HEIGHT: u32 = 26;
/// A command's size, line and inner margin.
const TYPED: u32 = 9;
const TYPED_LEADING: u32 = 13;
const PAD: u32 = 6;

pub(super) type Drawn = Group<Vec<Op>>;

/// Everything between the heads and the feet of the pages.
pub(super) fn groups(document: &Document, width: u32) -> Vec<Drawn> {
    let mut groups = vec![Group::new(0, lines(&document.title.as_str().into(), 0, width, TITLE))];
    for block in &document.blocks {
        match block {
            Block::Heading { level, text, aside } => {
                groups.push(heading(*level, text, aside.as_deref(), width));
            }
            Block::Paragraph(text) => groups.push(Group::new(6, lines(text, 0, width, BODY))),
            Block::Bullets(items) => groups.extend(items.iter().map(|item| bullet(item, width))),
            Block::Step(step) => groups.push(self::step(step, width)),
            Block::Table(table) => groups.extend(self::table(table, width)),
            Block::Digest { named, note } => groups.push(cards::digest(named, note.as_deref(), width)),
            Block::Signatures(people) => groups.extend(people.iter().map(|one| cards::signature(one, width))),
            Block::Labels(labels) => {
                groups.extend(labels.chunks(2).map(|pair| cards::labels(pair, width, document.rehearsal)));
            }
        }
    }
    groups
}

fn heading(level: Level, text: &str, aside: Option<&str>, width: u32) -> Drawn {
    let (kind, gap) = if level == Level::Act { (ACT, 18) } else { (PART, 12) };
    let room = aside.map_or(0, |aside| SMALL.width_of(&aside.into()) + 12);
    let mut pieces = lines(&text.into(), 0, width.saturating_sub(room), kind);
    if let (Some(aside), Some(first)) = (aside, pieces.first_mut()) {
        first.content.push(Op::text_to(width, kind.size, Face::Regular, SMALL.size, aside));
    }
    Group::new(gap, pieces).with_next()
}

fn bullet(item: &Text, width: u32) -> Drawn {
    let mut pieces = lines(item, 12, width - 12, BODY);
    if let Some(first) = pieces.first_mut() {
        // Before the text, for those who copy it or have it read to them.
        first.content.insert(0, Op::text(2, BODY.size, Face::Regular, BODY.size, "\u{2022}"));
    }
    Group::new(3, pieces)
}

fn step(step: &Step, width: u32) -> Drawn {
    let boxes = width - 2 * BOX - 6;
    let text = boxes - STEP - 10;
    let mut body = Vec::new();
    for part in &step.parts {
        if !body.is_empty() {
            body.push(space(3));
        }
        let said = |word: &str, text: &Text| {
            let mut all = Text::default().bold(word);
            all.0.extend(text.0.iter().cloned());
            all
        };
        body.extend(match part {
            Part::Text(said) => lines(said, STEP, text, BODY),
            Part::Command(typed) => command(typed, STEP, text),
            Part::Expected(expected) => lines(&said("Expected: ", expected), STEP, text, BODY),
            Part::Otherwise(otherwise) => lines(&said("If not: ", otherwise), STEP, text, BODY),
        });
    }
    let mut side = vec![Op::Rule { x: 0, y: 0, width, grey: true }];
    let below = |ops: Vec<Op>| ops.into_iter().map(|op| op.moved(0, 6)).collect::<Vec<Op>>();
    let mut margin = below(joined(lines(&step.number.as_str().into(), 0, 32, BODY.bold())).content);
    margin.extend(below(joined(lines(&step.who.as_str().into(), 34, 30, BODY.bold())).content));
    side.append(&mut margin);
    for (at, what) in [(boxes, "initials"), (boxes + BOX + 6, "time")] {
        side.push(Op::Frame { x: at, y: 7, width: BOX, height: BOX_HEIGHT, dashed: false });
        side.push(Op::text(at + 3, 14, Face::Regular, 6, what));
    }
    let height: u32 = body.iter().map(|piece| piece.height).sum();
    let mut pieces = vec![Piece { height: 6, content: side }];
    pieces.extend(body);
    pieces.push(space(4 + (BOX_HEIGHT + 1).saturating_sub(height)));
    Group::new(4, pieces)
}

/// A command on a shade. Courier has one width, so that lines are counted in characters.
fn command(typed: &str, x: u32, width: u32) -> Vec<Piece<Vec<Op>>> {
    let typed: Vec<String> = typed.lines().map(shown).collect();
    let fit = (width - 2 * PAD) * 1000 / (600 * TYPED);
    let broken = wrap_command(&typed.join("\n"), usize::try_from(fit).unwrap_or(1));
    let piece = |line: String| Piece {
        height: TYPED_LEADING,
        content: vec![
            Op::Shade { x, y: 0, width, height: TYPED_LEADING },
            Op::text(x + PAD, TYPED, Face::Mono, TYPED, &line),
        ],
    };
    broken.into_iter().map(piece).collect()
}

fn table(table: &Table, width: u32) -> Vec<Drawn> {
    const GUTTER: u32 = 10;
    let head: Vec<Text> = table.head.iter().map(|cell| Text::default().bold(cell.as_str())).collect();
    let wish = |column: usize| {
        let cells = std::iter::once(&head).chain(&table.rows).filter_map(|row| row.get(column));
        cells.map(|cell| SMALL.width_of(cell)).max().unwrap_or_default()
    };
    let natural: Vec<u32> = (0..head.len()).map(wish).collect();
    let gutters = GUTTER * u32::try_from(head.len().saturating_sub(1)).unwrap_or_default();
    let mut widths = columns(&natural, width.saturating_sub(gutters));
    if let Some(last) = widths.last_mut() {
        // The last column ends where the page does.
        *last += width.saturating_sub(total(natural.into_iter().chain([gutters])));
    }
    let row = |cells: &[Text]| {
        let mut pieces: Vec<Piece<Vec<Op>>> = Vec::new();
        let mut x = 0;
        for (cell, width) in cells.iter().zip(&widths) {
            for (at, line) in lines(cell, x, *width, SMALL).into_iter().enumerate() {
                match pieces.get_mut(at) {
                    Some(piece) => piece.content.extend(line.content),
                    None => pieces.push(line),
                }
            }
            x += width + GUTTER;
        }
        pieces.push(Piece { height: 4, content: vec![Op::Rule { x: 0, y: 2, width, grey: true }] });
        pieces
    };
    let top = row(&head);
    let mut groups = vec![Group::new(8, top.clone()).with_next()];
    groups.extend(table.rows.iter().map(|cells| Group { head: top.clone(), ..Group::new(2, row(cells)) }));
    groups
}
