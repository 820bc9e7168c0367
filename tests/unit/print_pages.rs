//! Pages: nothing torn that belongs together, numbers and heads on each, nothing beyond the margins.

use proptest::prelude::*;
use tuf_ceremony::print::document::{Block, Document, Level};
use tuf_ceremony::print::{Format, Paper, write};

use crate::poppler::poppler;
use crate::print_fixture::{everything, step_of};

const PAPERS: [(Paper, f32, f32); 2] = [(Paper::A4, 595.0, 842.0), (Paper::Letter, 612.0, 792.0)];

fn text_pages(document: &Document) -> Vec<String> {
    let text = String::from_utf8(write(document, Format::Text, Paper::A4)).unwrap();
    text.split('\u{c}').map(str::to_owned).collect()
}

/// Steps of so many paragraphs, each act of three with a heading.
fn script(paragraphs: &[usize]) -> Document {
    let mut blocks = Vec::new();
    for (at, count) in paragraphs.iter().enumerate() {
        if at % 3 == 0 {
            blocks.push(Block::Heading { level: Level::Act, text: format!("Act before {at}."), aside: None });
        }
        blocks.push(step_of(&at.to_string(), *count));
    }
    Document { blocks, rehearsal: false, ..everything() }
}

/// The pages, from 0, on which something stands.
fn pages_with(pages: &[String], what: &str) -> Vec<usize> {
    (0..pages.len()).filter(|page| pages[*page].contains(what)).collect()
}

/// No step that fits on a page is on two, every heading is with its first step, and everything comes in order.
fn nothing_is_torn(pages: &[String], paragraphs: &[usize], fits: usize) {
    let mut last = 0;
    for (at, count) in paragraphs.iter().enumerate() {
        let on: Vec<usize> = (0..*count)
            .flat_map(|one| pages_with(pages, &format!("Paragraph {one} of step {at} begins")))
            .collect();
        assert_eq!(on.len(), *count, "step {at}");
        assert!(on.is_sorted() && on[0] >= last, "step {at}: {on:?} after {last}");
        assert!(*count > fits || on.iter().all(|page| *page == on[0]), "step {at}: {on:?}");
        if at % 3 == 0 {
            let heading = pages_with(pages, &format!("Act before {at}."));
            // Beside a step that takes a whole page there is no room for it.
            assert!(
                heading == [on[0]] || *count > fits && heading.len() == 1 && heading < on,
                "{heading:?} {on:?}"
            );
        }
        last = *on.last().unwrap();
    }
}

#[test]
fn text_has_numbered_pages_of_60_lines_and_72_columns() {
    let document = everything();
    let pages = text_pages(&document);
    assert!(pages.len() > 5);
    for (at, page) in pages.iter().enumerate() {
        assert_eq!(page.lines().count(), 60, "{page}");
        assert!(page.contains(&format!("page {} of {}\n", at + 1, pages.len())), "{page}");
        assert!(
            page.starts_with("REHEARSAL: this was made in a rehearsal; nobody may trust it.\n"),
            "{page}"
        );
        assert!(page.contains("\nCeremony example-2027-root: Test sheet\n"), "{page}");
        assert!(page.contains("SHA-256 of script.md"), "{page}");
        for line in page.lines() {
            assert!(unicode_width(line) <= 72 && !line.ends_with(' '), "{line:?}");
        }
    }
    let control = |c: char| c.is_control() && c != '\n';
    assert!(!pages.iter().any(|page| page.contains(control)), "nothing but line ends steers the printer");
}

/// Cells of a terminal: everything in the fixture is one wide but the key.
fn unicode_width(line: &str) -> usize {
    line.chars().map(|c| if c == '\u{1f511}' { 2 } else { 1 }).sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_step_is_torn_in_text(paragraphs in proptest::collection::vec(1_usize..40, 1..30)) {
        let pages = text_pages(&script(&paragraphs));
        // 51 lines a page, two a paragraph, one for the boxes; a heading takes up to four more.
        nothing_is_torn(&pages, &paragraphs, 23);
    }
}

#[test]
fn no_step_is_torn_in_pdf() {
    let paragraphs = [3, 18, 1, 9, 12, 2, 60, 1, 5, 17, 18, 1, 1, 8, 4];
    for (paper, _, _) in PAPERS {
        let pdf = write(&script(&paragraphs), Format::Pdf, paper);
        let Some((text, _)) = poppler("no_step_is_torn_in_pdf", "pdftotext", &["-raw"], &pdf, &["-"]) else {
            return;
        };
        let pages: Vec<String> = text.split('\u{c}').map(str::to_owned).collect();
        nothing_is_torn(&pages, &paragraphs, 18);
        let of = pages.len() - 1;
        for (at, page) in pages.iter().take(of).enumerate() {
            assert!(page.contains(&format!("page {} of {of}", at + 1)), "{page}");
            assert!(page.contains("Ceremony example-2027-root: Test sheet"), "{page}");
            assert!(page.contains("SHA-256 of script.md"), "{page}");
        }
    }
}

#[test]
fn nothing_reaches_into_the_margins() {
    for (paper, width, height) in PAPERS {
        let document = Document { rehearsal: false, ..everything() };
        let pdf = write(&document, Format::Pdf, paper);
        let test = "nothing_reaches_into_the_margins";
        let Some((boxes, _)) = poppler(test, "pdftotext", &["-bbox"], &pdf, &["-"]) else { return };
        assert!(
            boxes.contains(&format!("<page width=\"{width:.6}\" height=\"{height:.6}\">")),
            "{boxes:.400}"
        );
        let mut words = 0;
        for line in boxes.lines().filter(|line| line.trim_start().starts_with("<word ")) {
            let at = |name: &str| -> f32 {
                let (_, rest) = line.split_once(&format!("{name}=\"")).unwrap();
                rest.split('"').next().unwrap().parse().unwrap()
            };
            assert!(at("xMin") >= 51.0 && at("xMax") <= width - 51.0, "{line}");
            assert!(at("yMin") >= 26.0 && at("yMax") <= height - 26.0, "{line}");
            words += 1;
        }
        assert!(words > 1_000, "{words}");
    }
}

#[test]
fn the_same_document_is_the_same_bytes() {
    for format in [Format::Html, Format::Text, Format::Pdf] {
        for (paper, _, _) in PAPERS {
            assert!(write(&everything(), format, paper) == write(&everything(), format, paper), "{format:?}");
        }
    }
    let pdf = String::from_utf8_lossy(&write(&everything(), Format::Pdf, Paper::A4)).into_owned();
    for changing in ["/CreationDate", "/ModDate", "/ID"] {
        assert!(!pdf.contains(changing), "{changing}");
    }
}
