//! Blocks that are drawn as one: digests, lines for signatures, labels.

use std::sync::Arc;

use super::super::document::{Label, NamedDigest, Signatory, Text};
use super::super::layout::{Group, Piece, total};
use super::super::{hex_lines, word_lines};
use super::blocks::Drawn;
use super::canvas::Op;
use super::flow::{BODY, FINE, SMALL, Type, joined, lines, space};
use super::font::Face;
use crate::qr::code::Code;

/// The side of a QR code, in points; its quiet zone is more than four modules wide on each side.
const CODE: u32 = 104;
const QUIET: u32 = 14;

pub(super) fn digest(named: &NamedDigest, note: Option<&str>, width: u32) -> Drawn {
    let title = format!("SHA-256 of {}", named.of);
    let rule = Op::Rule { x: 0, y: 0, width, grey: true };
    let mut pieces = vec![Piece { height: 6, content: vec![rule] }];
    pieces.extend(lines(&title.into(), 0, width, BODY.bold()));
    pieces.extend(note.map(|note| lines(&note.into(), 0, width, SMALL)).unwrap_or_default());
    let mut card = vec![space(5)];
    for line in hex_lines(named.digest) {
        card.push(Piece { height: 15, content: vec![Op::text(0, 11, Face::Mono, 11, &line)] });
    }
    card.push(space(5));
    for (number, words) in word_lines(named.digest) {
        let mut ops = vec![Op::text_to(12, 9, Face::Regular, 7, &number.to_string())];
        let place = |(at, word): (u32, &&str)| Op::text(18 + at * 74, 9, Face::Mono, 10, word);
        ops.extend((0..).zip(&words).map(place));
        card.push(Piece { height: 13, content: ops });
    }
    let mut card = joined(card);
    let code = Arc::new(Code::of_digest(named.digest));
    card.content.push(Op::Qr { x: width - CODE - QUIET, y: QUIET, side: CODE, code });
    card.height = card.height.max(CODE + 2 * QUIET) + 4;
    pieces.push(card);
    Group::new(8, pieces)
}

pub(super) fn signature(one: &Signatory, width: u32) -> Drawn {
    let (line, date) = (width - 266, width - 88);
    let mut ops = vec![Op::Frame { x: 0, y: 3, width: 10, height: 10, dashed: false }];
    let mut who = Vec::new();
    if one.name.is_empty() {
        ops.push(Op::Rule { x: 18, y: 20, width: line - 34, grey: false });
        who.push(space(20));
    } else {
        who.extend(lines(&one.name.as_str().into(), 18, line - 34, BODY.bold()));
    }
    who.extend(lines(&one.role.as_str().into(), 18, line - 34, FINE));
    for (x, width, what) in [(line, 164, "signature"), (date, 88, "date, time")] {
        ops.push(Op::Rule { x, y: 22, width, grey: false });
        ops.push(Op::text(x, 29, Face::Regular, 6, what));
    }
    let height = total(who.iter().map(|piece| piece.height));
    let mut pieces = vec![Piece { height: 2, content: ops }];
    pieces.extend(who);
    pieces.push(space(4 + 29_u32.saturating_sub(height)));
    Group::new(6, pieces)
}

/// One label, or two beside one another.
pub(super) fn labels(pair: &[Label], width: u32, rehearsal: bool) -> Drawn {
    const BETWEEN: u32 = 12;
    let each = (width - BETWEEN) / 2;
    let cards: Vec<Piece<Vec<Op>>> = pair.iter().map(|one| label(one, each, rehearsal)).collect();
    let height = cards.iter().map(|card| card.height).max().unwrap_or_default() + FILL_IN;
    let mut whole = Piece { height, content: Vec::new() };
    for (x, card) in [0, each + BETWEEN].into_iter().zip(cards) {
        let mut ops = card.content;
        ops.push(Op::Frame { x: 0, y: 0, width: each, height, dashed: true });
        ops.extend(fill_in(each).into_iter().map(|op| op.moved(0, height - FILL_IN)));
        whole.content.extend(ops.into_iter().map(|op| op.moved(x, 0)));
    }
    Group::new(12, vec![whole])
}

fn label(one: &Label, width: u32, rehearsal: bool) -> Piece<Vec<Op>> {
    const NAME: Type = Type { size: 13, leading: 17, bold: true };
    let inner = width - 20;
    let mut pieces = vec![space(8)];
    let mut kind = lines(&one.kind.as_str().into(), 10, inner, FINE);
    if let Some(first) = kind.first_mut().filter(|_| rehearsal) {
        first.content.push(Op::text_to(width - 10, FINE.size, Face::Bold, FINE.size, "REHEARSAL"));
    }
    pieces.extend(kind);
    pieces.push(space(2));
    pieces.extend(lines(&one.name.as_str().into(), 10, inner, NAME));
    pieces.push(space(4));
    for (name, value) in &one.facts {
        let fact = Text::from(format!("{name}: ")).bold(value.as_str());
        pieces.extend(lines(&fact, 10, inner, SMALL));
    }
    joined(pieces)
}

/// What [`fill_in`] takes.
const FILL_IN: u32 = 92;

/// What is filled in by hand, at the foot of each label.
fn fill_in(width: u32) -> Vec<Op> {
    let inner = width - 20;
    let mut ops = vec![
        Op::Frame { x: 10, y: 12, width: inner, height: 30, dashed: false },
        Op::text(13, 19, Face::Regular, 6, "serial of the bag"),
    ];
    let third = (inner - 20) / 3;
    for (x, what) in [(10, "initials"), (20 + third, "initials"), (30 + 2 * third, "date")] {
        ops.push(Op::Rule { x, y: 70, width: third, grey: false });
        ops.push(Op::text(x, 77, Face::Regular, 6, what));
    }
    ops
}
