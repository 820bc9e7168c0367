//! HTML that needs no other file and runs nothing: a browser shows it, and prints it with what `templates/paper.css` says.

use unicode_width::UnicodeWidthStr as _;

use super::document::{
    Block, Document, Label, Level, NamedDigest, Part, Signatory, Step, Style, Table, Text,
};
use super::layout::{columns, total, wrap_command};
use super::{Paper, REHEARSAL, hex_lines, word_lines};
use crate::host::display::visible;
use crate::qr::code::{Code, QUIET};
use crate::qr::draw;

const STYLE: &str = include_str!("../../templates/paper.css");
/// How many characters of a command the text column of a step has room for.
const TYPED: usize = 54;

/// The document as HTML.
pub(super) fn write(document: &Document, paper: Paper) -> String {
    let mut body = String::new();
    if document.rehearsal {
        body.push_str(&format!("<p class=\"mark\">REHEARSAL</p>\n<p class=\"rehearsal\">{REHEARSAL}</p>\n"));
    }
    body.push_str(&format!("<header>{}</header>\n", said(&document.running.head())));
    body.push_str(&format!("<h1>{}</h1>\n", escape(&document.title)));
    document.blocks.iter().for_each(|block| body.push_str(&self::block(block, document.rehearsal)));
    if let Some(NamedDigest { of, digest }) = &document.running.digest {
        let hex = hex_lines(*digest).join(" ");
        body.push_str(&format!("<footer>SHA-256 of {} <code>{hex}</code></footer>\n", escape(of)));
    }
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{}</title>\n<style>\n{}{STYLE}</style>\n\
         </head>\n<body>\n{body}</body>\n</html>\n",
        escape(&document.title),
        pages(document, paper),
    )
}

/// Paper size, and what stands in the margins of each page.
fn pages(document: &Document, paper: Paper) -> String {
    let size = match paper {
        Paper::A4 => "A4",
        Paper::Letter => "letter",
    };
    let plain = |text: &Text| text.0.iter().map(|run| run.text.as_str()).collect::<String>();
    let rehearsal = if document.rehearsal { "REHEARSAL. " } else { "" };
    let head = format!("{rehearsal}{}", plain(&document.running.head()));
    let digest = document.running.digest.as_ref();
    let digest = digest.map(|one| (format!("SHA-256 of {}", one.of), hex_lines(one.digest).join(" ")));
    let foot = digest
        .map_or("\"\"".to_owned(), |(of, hex)| format!("{} \"\\a \" {}", css_string(&of), css_string(&hex)));
    format!(
        "@page {{\n  size: {size};\n  @top-left {{ content: {head}; }}\n  @bottom-left {{ content: {foot}; }}\n}}\n",
        head = css_string(&head),
    )
}

/// A CSS string in which nothing has a meaning of its own.
fn css_string(text: &str) -> String {
    let mut out = "\"".to_owned();
    for c in visible(text).chars() {
        if c.is_alphanumeric() || " .,:-_".contains(c) {
            out.push(c);
        } else {
            out.push_str(&format!("\\{:x} ", u32::from(c)));
        }
    }
    out.push('"');
    out
}

/// A text in which nothing has a meaning of its own.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in visible(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// Each run by itself, so that one that is written from right to left moves none beside it.
fn said(text: &Text) -> String {
    let run = |(style, text): (Style, String)| match style {
        Style::Plain => format!("<bdi>{text}</bdi>"),
        Style::Bold => format!("<b><bdi>{text}</bdi></b>"),
        Style::Code => format!("<code><bdi>{}</bdi></code>", unbroken(&text)),
    };
    text.0.iter().map(|one| run((one.style, escape(&one.text)))).collect()
}

/// Words that are not broken behind a hyphen, unless one is longer than a line.
fn unbroken(text: &str) -> String {
    let word = |word: &str| match word.len() {
        1..=TYPED => format!("<span>{word}</span>"),
        _ => word.to_owned(),
    };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

fn block(block: &Block, rehearsal: bool) -> String {
    match block {
        Block::Heading { level, text, aside } => {
            let tag = if *level == Level::Act { "h2" } else { "h3" };
            let aside = aside.as_ref().map(|aside| format!(" <small>{}</small>", escape(aside)));
            format!("<{tag}><span>{}</span>{}</{tag}>\n", escape(text), aside.unwrap_or_default())
        }
        Block::Paragraph(text) => format!("<p>{}</p>\n", said(text)),
        Block::Bullets(items) => {
            let items: String = items.iter().map(|item| format!("<li>{}</li>\n", said(item))).collect();
            format!("<ul>\n{items}</ul>\n")
        }
        Block::Step(step) => self::step(step),
        Block::Table(table) => self::table(table),
        Block::Digest { named, note } => digest(named, note.as_deref()),
        Block::Signatures(people) => people.iter().map(signature).collect(),
        Block::Labels(labels) => {
            let labels: String = labels.iter().map(|one| label(one, rehearsal)).collect();
            format!("<div class=\"labels\">\n{labels}</div>\n")
        }
    }
}

fn step(step: &Step) -> String {
    let part = |part: &Part| match part {
        Part::Text(text) => format!("<p>{}</p>\n", said(text)),
        Part::Command(command) => {
            let typed: Vec<String> = command.lines().map(visible).collect();
            let lines: Vec<String> =
                wrap_command(&typed.join("\n"), TYPED).iter().map(|line| escape(line)).collect();
            format!("<pre>{}</pre>\n", lines.join("\n"))
        }
        Part::Expected(text) => format!("<p><b>Expected:</b> {}</p>\n", said(text)),
        Part::Otherwise(text) => format!("<p><b>If not:</b> {}</p>\n", said(text)),
    };
    format!(
        "<section class=\"step\">\n<b class=\"number\">{}</b>\n<b class=\"who\">{}</b>\n<div class=\"parts\">\n{}</div>\n\
         <div class=\"box\">initials</div>\n<div class=\"box\">time</div>\n</section>\n",
        escape(&step.number),
        escape(&step.who),
        step.parts.iter().map(part).collect::<String>()
    )
}

fn table(table: &Table) -> String {
    let head: String = table.head.iter().map(|cell| format!("<th>{}</th>", escape(cell))).collect();
    let row = |row: &Vec<Text>| {
        let cells: String = row.iter().map(|cell| format!("<td>{}</td>", said(cell))).collect();
        format!("<tr>{cells}</tr>\n")
    };
    let rows: String = table.rows.iter().map(row).collect();
    let widths = widths(table);
    format!(
        "<table>\n<colgroup>{widths}</colgroup>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n"
    )
}

/// Columns by the length of what is in them, in percent: a browser would count a long word as one that can be narrow.
fn widths(table: &Table) -> String {
    let length = |text: &str| u32::try_from(visible(text).width() + 4).unwrap_or(u32::MAX);
    let of_cell = |cell: &Text| total(cell.0.iter().map(|run| length(&run.text)));
    let natural = |(at, head): (usize, &String)| {
        let cells = table.rows.iter().filter_map(|row| row.get(at)).map(of_cell);
        cells.chain([length(head)]).max().unwrap_or_default()
    };
    let natural: Vec<u32> = table.head.iter().enumerate().map(natural).collect();
    let column = |width: u32| format!("<col style=\"width: {width}%\">");
    columns(&natural, 100).into_iter().map(column).collect()
}

fn digest(named: &NamedDigest, note: Option<&str>) -> String {
    let words = |(number, words): (usize, Vec<&str>)| {
        let cells: String = words.iter().map(|word| format!("<td>{word}</td>")).collect();
        format!("<tr><th>{number}</th>{cells}</tr>\n")
    };
    let note = note.map(|note| format!("<p>{}</p>\n", escape(note))).unwrap_or_default();
    format!(
        "<section class=\"digest\">\n<div>\n<p class=\"of\">SHA-256 of <bdi>{}</bdi></p>\n{note}<pre>{}</pre>\n\
         <table class=\"words\">\n{}</table>\n</div>\n{}</section>\n",
        escape(&named.of),
        hex_lines(named.digest).join("\n"),
        word_lines(named.digest).into_iter().map(words).collect::<String>(),
        svg(named),
    )
}

/// The QR code as one path of bars, with its quiet zone.
fn svg(named: &NamedDigest) -> String {
    let code = Code::of_digest(named.digest);
    let side = code.side + 2 * QUIET;
    format!(
        "<svg viewBox=\"0 0 {side} {side}\" role=\"img\" aria-label=\"QR code of the digest\" shape-rendering=\"crispEdges\">\
         <path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/><path d=\"{}\"/></svg>\n",
        draw::path(&code)
    )
}

fn signature(one: &Signatory) -> String {
    let name = match one.name.as_str() {
        "" => "<b class=\"blank\"></b>".to_owned(),
        name => format!("<b><bdi>{}</bdi></b>", escape(name)),
    };
    format!(
        "<section class=\"signature\">\n<i></i>\n<div>{name}<small>{}</small></div>\n<div class=\"line\">signature</div>\n\
         <div class=\"line\">date, time</div>\n</section>\n",
        escape(&one.role)
    )
}

fn label(one: &Label, rehearsal: bool) -> String {
    let mark = if rehearsal { "<b>REHEARSAL</b>" } else { "" };
    let fact =
        |(name, value): &(String, String)| format!("<dt>{}</dt><dd>{}</dd>\n", escape(name), escape(value));
    format!(
        "<section class=\"label\">\n<p><span>{}</span>{mark}</p>\n<b class=\"name\"><bdi>{}</bdi></b>\n<dl>\n{}</dl>\n\
         <div class=\"box\">serial of the bag</div>\n\
         <div class=\"lines\"><div class=\"line\">initials</div><div class=\"line\">initials</div><div class=\"line\">date</div></div>\n\
         </section>\n",
        escape(&one.kind),
        escape(&one.name),
        one.facts.iter().map(fact).collect::<String>()
    )
}
