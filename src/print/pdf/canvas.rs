//! What is drawn, by its distance from the top left corner of a piece, and how PDF draws it.

use std::sync::Arc;

use pdf_writer::{Content, Name, Str};

use super::font::{Face, encoded, shown};
use crate::qr::code::{Code, QUIET};

/// Something drawn. Lengths are points, and `y` goes down.
#[derive(Clone)]
pub(super) enum Op {
    /// A text on its base line.
    Text { x: u32, y: u32, face: Face, size: u32, text: String },
    /// A frame.
    Frame { x: u32, y: u32, width: u32, height: u32, dashed: bool },
    /// A light surface behind a text.
    Shade { x: u32, y: u32, width: u32, height: u32 },
    /// A line to write on or to part things with.
    Rule { x: u32, y: u32, width: u32, grey: bool },
    /// A QR code in a square, without its quiet zone.
    Qr { x: u32, y: u32, side: u32, code: Arc<Code> },
}

impl Op {
    /// A text at `x` thousandths of a point.
    pub(super) fn text(x: u32, y: u32, face: Face, size: u32, text: &str) -> Op {
        Op::Text { x: x * 1000, y, face, size, text: shown(text) }
    }

    /// A text that ends at `right`.
    pub(super) fn text_to(right: u32, y: u32, face: Face, size: u32, text: &str) -> Op {
        let text = shown(text);
        let x = (right * 1000).saturating_sub(face.width_of(&text) * size);
        Op::Text { x, y, face, size, text }
    }

    /// The same, elsewhere.
    pub(super) fn moved(self, right: u32, down: u32) -> Op {
        match self {
            Op::Text { x, y, face, size, text } => {
                Op::Text { x: x + right * 1000, y: y + down, face, size, text }
            }
            Op::Frame { x, y, width, height, dashed } => {
                Op::Frame { x: x + right, y: y + down, width, height, dashed }
            }
            Op::Shade { x, y, width, height } => Op::Shade { x: x + right, y: y + down, width, height },
            Op::Rule { x, y, width, grey } => Op::Rule { x: x + right, y: y + down, width, grey },
            Op::Qr { x, y, side, code } => Op::Qr { x: x + right, y: y + down, side, code },
        }
    }

    /// Draws it on a page of a height.
    pub(super) fn draw(&self, content: &mut Content, page: u32) {
        let up = |y: u32| points(page) - points(y);
        match self {
            Op::Text { x, y, face, size, text } => {
                content.begin_text().set_font(Name(face.resource()), points(*size));
                content.next_line(points(*x) / 1000.0, up(*y)).show(Str(&encoded(text))).end_text();
            }
            Op::Frame { x, y, width, height, dashed } => {
                content.save_state().set_line_width(0.75);
                if *dashed {
                    content.set_dash_pattern([4.0, 3.0], 0.0);
                }
                content
                    .rect(points(*x), up(y + height), points(*width), points(*height))
                    .stroke()
                    .restore_state();
            }
            Op::Shade { x, y, width, height } => {
                content.save_state().set_fill_gray(0.93);
                content.rect(points(*x), up(y + height), points(*width), points(*height));
                content.fill_nonzero().restore_state();
            }
            Op::Rule { x, y, width, grey } => {
                content.save_state().set_line_width(if *grey { 0.5 } else { 0.75 });
                content.set_stroke_gray(if *grey { 0.5 } else { 0.0 });
                content
                    .move_to(points(*x), up(*y))
                    .line_to(points(x + width), up(*y))
                    .stroke()
                    .restore_state();
            }
            Op::Qr { x, y, side, code } => {
                let module = points(*side) / small(code.side);
                // Whatever is behind it must not reach into its quiet zone.
                let (quiet, whole) = (small(QUIET) * module, small(code.side + 2 * QUIET) * module);
                content.save_state().set_fill_gray(1.0);
                content
                    .rect(points(*x) - quiet, up(y + side) - quiet, whole, whole)
                    .fill_nonzero()
                    .restore_state();
                for (column, row, length) in code.bars() {
                    let (left, top) = (points(*x) + small(column) * module, up(*y) - small(row) * module);
                    content.rect(left, top - module, small(length) * module, module);
                }
                content.fill_nonzero();
            }
        }
    }
}

/// Across the page and behind everything: `REHEARSAL`.
pub(super) fn mark(content: &mut Content, width: u32, height: u32) {
    // 96 points high, which makes it 598 points long, and turned by 52 degrees about the middle of the page.
    const SIZE: f32 = 96.0;
    const COS: f32 = 0.615_66;
    const SIN: f32 = 0.788_01;
    let half = points(Face::Bold.width_of("REHEARSAL")) / 1000.0 * SIZE / 2.0;
    let (x, y) =
        (points(width) / 2.0 - half * COS + 34.0 * SIN, points(height) / 2.0 - half * SIN - 34.0 * COS);
    content.save_state().set_fill_gray(0.89).begin_text();
    content.set_font(Name(Face::Bold.resource()), SIZE).set_text_matrix([COS, SIN, -SIN, COS, x, y]);
    content.show(Str(b"REHEARSAL")).end_text().restore_state();
}

#[expect(clippy::cast_precision_loss, reason = "no page is larger than the numbers that f32 has exactly")]
pub(super) fn points(length: u32) -> f32 {
    length as f32
}

#[expect(clippy::cast_precision_loss, reason = "a QR code has 177 modules at most")]
fn small(modules: usize) -> f32 {
    modules as f32
}
