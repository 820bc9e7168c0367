//! Texts as lines of a width.

use super::super::document::{Run, Style, Text};
use super::super::layout::{Piece, total, wrap};
use super::canvas::Op;
use super::font::{Face, shown};

/// A size of type with the distance between its lines.
#[derive(Clone, Copy)]
pub(super) struct Type {
    pub size: u32,
    pub leading: u32,
    /// Whether plain text is bold.
    pub bold: bool,
}

pub(super) const BODY: Type = Type { size: 10, leading: 13, bold: false };
pub(super) const SMALL: Type = Type { size: 9, leading: 12, bold: false };
pub(super) const FINE: Type = Type { size: 8, leading: 10, bold: false };

impl Type {
    pub(super) const fn bold(self) -> Type {
        Type { bold: true, ..self }
    }

    fn face(self, style: Style) -> Face {
        match style {
            Style::Code => Face::Mono,
            Style::Bold => Face::Bold,
            Style::Plain if self.bold => Face::Bold,
            Style::Plain => Face::Regular,
        }
    }

    /// Courier looks larger than it is.
    fn size_of(self, style: Style) -> u32 {
        if style == Style::Code { self.size - 1 } else { self.size }
    }

    /// Thousandths of a point.
    pub(super) fn width(self, c: char, style: Style) -> u32 {
        self.face(style).width(c) * self.size_of(style)
    }

    /// How wide a text is on one line, in points.
    pub(super) fn width_of(self, text: &Text) -> u32 {
        let of_run = |run: &Run| total(shown(&run.text).chars().map(|c| self.width(c, run.style)));
        total(text.0.iter().map(of_run)).div_ceil(1000)
    }
}

/// The lines of a text, each as what is drawn and the height that it takes.
pub(super) fn lines(text: &Text, x: u32, width: u32, with: Type) -> Vec<Piece<Vec<Op>>> {
    let runs: Vec<Run> = text.0.iter().map(|run| Run { style: run.style, text: shown(&run.text) }).collect();
    let lines = wrap(&runs, width * 1000, &|c, style| with.width(c, style));
    let piece = |line: Vec<Run>| {
        let mut at = x * 1000;
        let mut ops = Vec::new();
        for run in line {
            let (face, size) = (with.face(run.style), with.size_of(run.style));
            let wide = face.width_of(&run.text) * size;
            ops.push(Op::Text { x: at, y: with.size, face, size, text: run.text });
            at += wide;
        }
        Piece { height: with.leading, content: ops }
    };
    lines.into_iter().map(piece).collect()
}

/// Pieces as one that is never torn.
pub(super) fn joined(pieces: Vec<Piece<Vec<Op>>>) -> Piece<Vec<Op>> {
    let mut whole = Piece { height: 0, content: Vec::new() };
    for piece in pieces {
        whole.content.extend(piece.content.into_iter().map(|op| op.moved(0, whole.height)));
        whole.height += piece.height;
    }
    whole
}

/// An empty space.
pub(super) fn space(height: u32) -> Piece<Vec<Op>> {
    Piece { height, content: Vec::new() }
}
