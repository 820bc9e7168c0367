//! PDF 1.7, written directly: no dates and no random ids, so that the same document is the same bytes every time.

mod blocks;
mod canvas;
mod cards;
mod flow;
mod font;

use pdf_writer::{Content, Finish as _, Name, Pdf, Rect, Ref, TextStr};

use super::document::{Document, NamedDigest, Text};
use super::layout::{Piece, Placed, paginate};
use super::{Paper, REHEARSAL, hex_lines};
use crate::host::display::visible;
use canvas::Op;
use flow::{FINE, joined, lines};
use font::Face;

/// White at the left and right of a page, and at its top and foot.
const SIDE: u32 = 52;
const EDGE: u32 = 30;

/// The document as PDF.
pub(super) fn write(document: &Document, paper: Paper) -> Vec<u8> {
    let (width, height) = match paper {
        Paper::A4 => (595, 842),
        Paper::Letter => (612, 792),
    };
    let inner = width - 2 * SIDE;
    let head = head(document, inner);
    let foot_of = |page: usize, of: usize| foot(document, inner, page, of);
    let body = height - 2 * EDGE;
    let room = body.saturating_sub(head.height + foot_of(1, 1).height);
    let pages = paginate(&blocks::groups(document, inner), room);
    let of = pages.len();
    let draw = |(at, page): (usize, Vec<Placed<Vec<Op>>>)| {
        let mut content = Content::new();
        if document.rehearsal {
            canvas::mark(&mut content, width, height);
        }
        let foot = foot_of(at + 1, of);
        let mut all = vec![(0, head.content.clone()), (body.saturating_sub(foot.height), foot.content)];
        all.extend(page.into_iter().map(|(top, ops)| (head.height + top, ops)));
        for (top, ops) in all {
            ops.into_iter().for_each(|op| op.moved(SIDE, EDGE + top).draw(&mut content, height));
        }
        content.finish().to_vec()
    };
    assemble(document, width, height, pages.into_iter().enumerate().map(draw).collect())
}

/// What is at the top of each page.
fn head(document: &Document, width: u32) -> Piece<Vec<Op>> {
    let mut pieces = Vec::new();
    if document.rehearsal {
        pieces.extend(lines(&Text::default().bold(REHEARSAL), 0, width, FINE));
    }
    pieces.extend(lines(&document.running.head(), 0, width, FINE));
    pieces.push(Piece { height: 16, content: vec![Op::Rule { x: 0, y: 2, width, grey: false }] });
    joined(pieces)
}

/// What is at the foot of each page.
fn foot(document: &Document, width: u32, page: usize, of: usize) -> Piece<Vec<Op>> {
    let mut pieces = vec![Piece { height: 14, content: vec![Op::Rule { x: 0, y: 12, width, grey: false }] }];
    let number = Op::text_to(width, FINE.size, Face::Regular, FINE.size, &format!("page {page} of {of}"));
    match &document.running.digest {
        None => pieces.push(Piece { height: FINE.leading, content: vec![number] }),
        Some(NamedDigest { of, digest }) => {
            let mut named = lines(&format!("SHA-256 of {of}").into(), 0, width - 80, FINE);
            if let Some(first) = named.first_mut() {
                first.content.push(number);
            }
            pieces.extend(named);
            let hex = hex_lines(*digest).join(" ");
            pieces.push(Piece { height: FINE.leading, content: vec![Op::text(0, 8, Face::Mono, 8, &hex)] });
        }
    }
    joined(pieces)
}

/// The file: a catalogue, what it is called, three fonts, and for each page itself and what is drawn on it.
fn assemble(document: &Document, width: u32, height: u32, pages: Vec<Vec<u8>>) -> Vec<u8> {
    let mut next = 0;
    let mut reference = || {
        next += 1;
        Ref::new(next)
    };
    let (catalog, tree, info) = (reference(), reference(), reference());
    let fonts = Face::ALL.map(|face| (face, reference()));
    let pages: Vec<(Ref, Ref, Vec<u8>)> =
        pages.into_iter().map(|content| (reference(), reference(), content)).collect();
    let mut pdf = Pdf::new();
    let mut root = pdf.catalog(catalog);
    root.pages(tree).lang(TextStr("en"));
    root.viewer_preferences().display_doc_title(true);
    root.finish();
    pdf.document_info(info).title(TextStr(&visible(&document.title)));
    let count = i32::try_from(pages.len()).unwrap_or(i32::MAX);
    pdf.pages(tree).kids(pages.iter().map(|(page, _, _)| *page)).count(count);
    for (face, font) in fonts {
        pdf.type1_font(font).base_font(Name(face.name())).encoding_predefined(Name(b"WinAnsiEncoding"));
    }
    for (id, drawn, content) in pages {
        let mut page = pdf.page(id);
        page.parent(tree).contents(drawn);
        page.media_box(Rect::new(0.0, 0.0, canvas::points(width), canvas::points(height)));
        let mut resources = page.resources();
        let mut named = resources.fonts();
        for (face, font) in fonts {
            named.pair(Name(face.resource()), font);
        }
        named.finish();
        resources.finish();
        page.finish();
        pdf.stream(drawn, &content);
    }
    pdf.finish()
}
