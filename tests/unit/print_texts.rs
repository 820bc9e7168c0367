//! Whatever a document says is on paper, in each format, and nothing that it says steers a printer, reader or browser.

use tuf_ceremony::crypto::digest::Sha256Digest;
use tuf_ceremony::host::display::visible;
use tuf_ceremony::print::document::{Block, Document};
use tuf_ceremony::print::{Format, Paper, write};

use crate::poppler::poppler;
use crate::print_fixture::{everything, texts};

fn written(format: Format) -> String {
    String::from_utf8(write(&everything(), format, Paper::A4)).unwrap()
}

/// A text without what depends on how lines are broken and boxes are drawn.
fn squeeze(text: &str) -> String {
    text.replace("\\\n", "").chars().filter(|c| !c.is_whitespace() && !"|`\u{2022}".contains(*c)).collect()
}

#[track_caller]
fn says_all(paper: &str, shown: impl Fn(&str) -> String) {
    let paper = squeeze(paper);
    for text in texts(&everything()) {
        assert!(paper.contains(&squeeze(&shown(&text))), "{text:?} is not on paper");
    }
    assert!(paper.contains("Expected:nolinesaysFAILS."));
    assert!(paper.contains("Ifnot:stop:"));
    assert!(paper.contains("REHEARSAL:thiswasmadeinarehearsal;nobodymaytrustit."));
}

#[test]
fn text_says_everything() {
    // A broken command goes on behind the margin of its line.
    let text = written(Format::Text).lines().map(|line| format!("{}\n", line.trim())).collect::<String>();
    says_all(&text, visible);
}

#[test]
fn html_says_everything() {
    let html = written(Format::Html);
    says_all(&body(&html), visible);
}

/// What a browser shows.
fn body(html: &str) -> String {
    let (_, body) = html.split_once("<body>").unwrap();
    let mut text = String::new();
    for part in body.split('<') {
        text.push_str(part.split_once('>').map_or("", |(_, text)| text));
    }
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}

#[test]
fn html_needs_no_other_file_and_obeys_no_name() {
    let html = written(Format::Html);
    for foreign in [
        "<script",
        "<link",
        "<img",
        "<iframe",
        "http:",
        "https:",
        "url(",
        "@import",
        "javascript",
        "<b>&amp;amp;",
    ] {
        assert!(!html.contains(foreign), "{foreign}");
    }
    assert!(!html.contains(|c: char| c.is_control() && c != '\n'), "a control character");
    assert!(!html.contains('\u{202e}'), "an override");
    // Every tag is one that the writer has, and every one that is opened is closed.
    let void = ["meta", "col", "br", "path", "!DOCTYPE"];
    let mut open: Vec<&str> = Vec::new();
    for tag in html.split('<').skip(1) {
        let name = tag.split([' ', '>', '\n']).next().unwrap();
        match name.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name), "{tag}"),
            None if void.contains(&name) => {}
            None => open.push(name),
        }
    }
    assert!(open.is_empty(), "{open:?}");
    for (paper, size) in [(Paper::A4, "size: A4;"), (Paper::Letter, "size: letter;")] {
        assert!(String::from_utf8(write(&everything(), Format::Html, paper)).unwrap().contains(size));
    }
}

#[test]
fn pages_of_html_say_what_they_belong_to_whatever_that_is_called() {
    let mut document = everything();
    document.running.ceremony = Some("a\"; } body { display: none; } \\".to_owned());
    let html = String::from_utf8(write(&document, Format::Html, Paper::A4)).unwrap();
    let head = "@top-left { content: \"REHEARSAL. Ceremony a\\22 \\3b  \\7d  body \\7b  display: none\\3b  \\7d  \\5c : Test sheet\"; }";
    assert!(html.contains(head), "{html:.900}");
}

#[test]
fn pdf_says_everything() {
    let pdf = write(&everything(), Format::Pdf, Paper::A4);
    let Some((text, _)) = poppler("pdf_says_everything", "pdftotext", &["-raw"], &pdf, &["-"]) else {
        return;
    };
    // What the fonts lack is shown as its code point.
    let shown = |text: &str| {
        let point = |c: char| if u32::from(c) < 256 { c.to_string() } else { c.escape_unicode().to_string() };
        visible(text).chars().map(point).collect::<String>()
    };
    says_all(&text, shown);
    assert!(text.contains("\\u{1f511}") && text.contains("\\u{141}ód\\u{17a}"), "{text}");
}

#[test]
fn characters_between_ascii_and_latin_1_are_those_of_the_encoding() {
    let mut document = everything();
    document.blocks =
        vec![Block::Paragraph("\u{20ac} \u{160} \u{2026} \u{2013} \u{201c}q\u{201d} \u{178} ß ÿ ¿".into())];
    let pdf = write(&document, Format::Pdf, Paper::A4);
    let test = "characters_between_ascii_and_latin_1_are_those_of_the_encoding";
    let Some((text, _)) = poppler(test, "pdftotext", &["-raw"], &pdf, &["-"]) else { return };
    assert!(text.contains("\u{20ac} \u{160} \u{2026} \u{2013} \u{201c}q\u{201d} \u{178} ß ÿ ¿"), "{text}");
}

/// What an independent reader finds in a picture.
fn read(width: usize, height: usize, light: impl Fn(usize, usize) -> u8) -> Vec<String> {
    let mut picture = rqrr::PreparedImage::prepare_from_greyscale(width, height, light);
    picture.detect_grids().into_iter().map(|grid| grid.decode().unwrap().1).collect()
}

/// `sha256:<hex>` for every digest of a document, sorted.
fn codes(document: &Document) -> Vec<String> {
    let code = |block: &Block| match block {
        Block::Digest { named, .. } => Some(format!("sha256:{}", named.digest)),
        _ => None,
    };
    let mut codes: Vec<String> = document.blocks.iter().filter_map(code).collect();
    codes.sort();
    codes
}

#[test]
fn a_camera_reads_the_digests_of_html() {
    let html = written(Format::Html);
    let mut found = Vec::new();
    for svg in html.split("<svg viewBox=\"0 0 ").skip(1) {
        let side: usize = svg.split(' ').next().unwrap().parse().unwrap();
        let (_, path) = svg.split_once("<path d=\"").unwrap();
        let mut dark = vec![false; side * side];
        for bar in path.split('"').next().unwrap().split('M').skip(1) {
            let (at, length) = bar.split_once('h').unwrap();
            let (x, y) = at.split_once(' ').unwrap();
            let (x, y): (usize, usize) = (x.parse().unwrap(), y.parse().unwrap());
            let length: usize = length.split('v').next().unwrap().parse().unwrap();
            dark[y * side + x..][..length].fill(true);
        }
        found.extend(read(side * 4, side * 4, |x, y| if dark[y / 4 * side + x / 4] { 0 } else { 255 }));
    }
    found.sort();
    assert_eq!(found, codes(&everything()));
}

#[test]
fn a_camera_reads_the_digests_of_pdf() {
    for paper in [Paper::A4, Paper::Letter] {
        let pdf = write(&everything(), Format::Pdf, paper);
        let test = "a_camera_reads_the_digests_of_pdf";
        let Some((_, pages)) = poppler(test, "pdftoppm", &["-gray", "-r", "150"], &pdf, &["page"]) else {
            return;
        };
        let mut found = Vec::new();
        for page in pages {
            // P5, width and height, 255, each ended by a line end; then a byte for each point.
            let mut lines = page.splitn(4, |byte| *byte == b'\n');
            let (kind, size, _, points) =
                (lines.next().unwrap(), lines.next().unwrap(), lines.next().unwrap(), lines.next().unwrap());
            assert_eq!(kind, b"P5");
            let size = String::from_utf8(size.to_vec()).unwrap();
            let (width, height) = size.split_once(' ').unwrap();
            let (width, height): (usize, usize) = (width.parse().unwrap(), height.parse().unwrap());
            found.extend(read(width, height, |x, y| points[y * width + x]));
        }
        found.sort();
        assert_eq!(found, codes(&everything()), "{paper:?}");
    }
}

#[test]
fn groups_of_four_are_the_digest() {
    let digest = Sha256Digest::of(b"hi");
    assert_eq!(digest.groups().len(), 16);
    assert!(digest.groups().iter().all(|group| group.len() == 4));
    assert_eq!(digest.groups().concat(), digest.to_hex());
}
