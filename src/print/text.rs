//! Plain text for a line printer: 72 columns, 60 lines a page, a form feed between pages. Boxes and rules are drawn in
//! ASCII; a QR code would be too wide, and is left to HTML and PDF.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::document::{
    Block, Document, Label, Level, NamedDigest, Part, Signatory, Step, Style, Table, Text,
};
use super::layout::{Group, Piece, columns, paginate, wrap, wrap_command};
use super::{REHEARSAL, hex_lines, word_lines};
use crate::host::display::visible;

/// Columns.
const WIDTH: usize = 72;
/// Lines a page.
const LINES: usize = 60;
/// Columns before the text of a step.
const MARGIN: usize = 6;
/// What is ticked, and what initials and time are written into.
const TICK: &str = "[ ]";
const BOXES: &str = "initials [______]  time [_______]";

/// `REHEARSAL`, to be read from the other end of the room.
const BANNER: [&str; 5] = [
    "#####  ###### #    # ######  ####  #####   #####  ####  #     ",
    "#    # #      #    # #      #    # #    # #      #    # #     ",
    "#####  #####  ###### #####  ###### #####   ####  ###### #     ",
    "#   #  #      #    # #      #    # #   #       # #    # #     ",
    "#    # ###### #    # ###### #    # #    # #####  #    # ######",
];

/// The document as text.
pub(super) fn write(document: &Document) -> String {
    let head = head(document);
    let foot = |page: usize, of: usize| foot(document, page, of);
    let room = LINES.saturating_sub(head.len() + foot(1, 1).len());
    let mut groups = vec![title(document)];
    document.blocks.iter().for_each(|block| groups.extend(self::groups(block, document.rehearsal)));
    let pages = paginate(&groups, u32::try_from(room).unwrap_or(u32::MAX));
    let of = pages.len();
    let page = |(number, lines): (usize, Vec<(u32, String)>)| {
        let mut page = head.clone();
        for (top, line) in lines {
            page.resize(head.len() + usize::try_from(top).unwrap_or_default(), String::new());
            page.push(line);
        }
        page.resize(head.len() + room, String::new());
        page.extend(foot(number + 1, of));
        page.iter().map(|line| format!("{}\n", line.trim_end())).collect::<String>()
    };
    pages.into_iter().enumerate().map(page).collect::<Vec<_>>().join("\u{c}")
}

/// What is at the top of each page.
fn head(document: &Document) -> Vec<String> {
    let mut lines = Vec::new();
    if document.rehearsal {
        lines.push(REHEARSAL.to_owned());
    }
    lines.extend(flow(&document.running.head(), WIDTH));
    lines.push("-".repeat(WIDTH));
    lines.push(String::new());
    lines
}

/// What is at the foot of each page.
fn foot(document: &Document, page: usize, of: usize) -> Vec<String> {
    let number = format!("page {page} of {of}");
    let mut lines = vec![String::new(), "-".repeat(WIDTH)];
    let Some(NamedDigest { of: name, digest }) = &document.running.digest else {
        lines.push(format!("{number:>WIDTH$}"));
        return lines;
    };
    let mut named = flow(&Text::from(format!("SHA-256 of {name}")), WIDTH - 18);
    if let Some(first) = named.first_mut() {
        *first = apart(first, &number);
    }
    lines.extend(named);
    lines.extend(hex_lines(*digest).map(|line| format!("  {line}")));
    lines
}

/// Two texts at both ends of a line.
fn apart(left: &str, right: &str) -> String {
    let between = WIDTH.saturating_sub(left.width() + right.width()).max(1);
    format!("{left}{}{right}", " ".repeat(between))
}

fn title(document: &Document) -> Group<String> {
    let mut lines = Vec::new();
    if document.rehearsal {
        lines.extend(BANNER.map(|line| format!("     {line}")));
        lines.push(String::new());
    }
    lines.extend(underlined(&document.title, None, '='));
    group(0, lines)
}

/// A heading over a rule.
fn underlined(text: &str, aside: Option<&str>, rule: char) -> Vec<String> {
    let aside = aside.map(visible).unwrap_or_default();
    let mut lines = flow(&Text::from(text), WIDTH.saturating_sub(aside.width() + 2).max(WIDTH / 2));
    let longest = lines.iter().map(|line| line.width()).max().unwrap_or_default();
    if let Some(first) = lines.first_mut().filter(|_| !aside.is_empty()) {
        *first = apart(first, &aside);
    }
    lines.push(String::from_iter(std::iter::repeat_n(rule, longest)));
    lines
}

fn group(gap: u32, lines: Vec<String>) -> Group<String> {
    Group::new(gap, lines.into_iter().map(|content| Piece { height: 1, content }).collect())
}

/// A text as lines. What is typed or compared stands between backticks.
fn flow(text: &Text, width: usize) -> Vec<String> {
    let mut runs = text.0.clone();
    for run in &mut runs {
        run.text = match run.style {
            Style::Code => format!("`{}`", visible(&run.text)),
            Style::Plain | Style::Bold => visible(&run.text),
        };
    }
    let measure = |c: char, _: Style| cells(c.width().unwrap_or(0));
    let lines = wrap(&runs, cells(width), &measure);
    lines.into_iter().map(|line| line.into_iter().map(|run| run.text).collect()).collect()
}

fn cells(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Lines behind a first margin, and a margin for those that follow.
fn indent(first: &str, others: &str, lines: Vec<String>) -> Vec<String> {
    let margin = |at: usize| if at == 0 { first } else { others };
    lines.iter().enumerate().map(|(at, line)| format!("{}{line}", margin(at))).collect()
}

fn groups(block: &Block, rehearsal: bool) -> Vec<Group<String>> {
    match block {
        Block::Heading { level, text, aside } => {
            let (gap, rule) = if *level == Level::Act { (2, '=') } else { (1, '-') };
            vec![group(gap, underlined(text, aside.as_deref(), rule)).with_next()]
        }
        Block::Paragraph(text) => vec![group(1, flow(text, WIDTH))],
        Block::Bullets(items) => {
            let item = |(at, text): (usize, &Text)| {
                group(u32::from(at == 0), indent("- ", "  ", flow(text, WIDTH - 2)))
            };
            items.iter().enumerate().map(item).collect()
        }
        Block::Step(step) => vec![group(1, self::step(step))],
        Block::Table(table) => self::table(table),
        Block::Digest { named, note } => vec![group(1, digest(named, note.as_deref()))],
        Block::Signatures(people) => people.iter().map(|one| group(1, signature(one))).collect(),
        Block::Labels(labels) => labels.iter().map(|one| group(2, label(one, rehearsal))).collect(),
    }
}

fn step(step: &Step) -> Vec<String> {
    let number = format!("{:<MARGIN$}", format!("{} ", visible(&step.number)));
    let margin = " ".repeat(MARGIN);
    let who =
        flow(&Text::from(step.who.as_str()), WIDTH.saturating_sub(number.len() + BOXES.len() + 1).max(1));
    let mut lines = indent(&number, &margin, who);
    if let Some(first) = lines.first_mut() {
        *first = apart(first, BOXES);
    }
    let width = WIDTH - MARGIN;
    for part in &step.parts {
        let said = |word: &str, text: &Text| {
            let mut runs = vec![super::document::Run { style: Style::Plain, text: word.to_owned() }];
            runs.extend(text.0.iter().cloned());
            indent(&margin, &margin, flow(&Text(runs), width))
        };
        lines.extend(match part {
            Part::Text(text) => said("", text),
            Part::Command(command) => {
                let typed: Vec<String> = command.lines().map(visible).collect();
                let margin = format!("{margin}    ");
                indent(&margin, &margin, wrap_command(&typed.join("\n"), width - 4))
            }
            Part::Expected(text) => said("Expected: ", text),
            Part::Otherwise(text) => said("If not: ", text),
        });
    }
    lines
}

/// Columns two blanks apart; a row that needs more than one line is followed by an empty one.
fn table(table: &Table) -> Vec<Group<String>> {
    let head: Vec<Text> = table.head.iter().map(|cell| Text::from(cell.as_str())).collect();
    let all = || std::iter::once(&head).chain(&table.rows);
    let wish = |column: usize| {
        let column = all().filter_map(|row| row.get(column));
        let widths = column.map(|cell| flow(cell, usize::MAX).iter().map(|line| line.width()).sum::<usize>());
        cells(widths.max().unwrap_or_default())
    };
    let natural: Vec<u32> = (0..head.len()).map(wish).collect();
    let gutters = cells(2 * head.len().saturating_sub(1));
    let widths = columns(&natural, cells(WIDTH).saturating_sub(gutters));
    let row = |row: &[Text]| {
        let cells: Vec<Vec<String>> =
            row.iter().zip(&widths).map(|(cell, width)| flow(cell, usize_of(*width))).collect();
        let lines = cells.iter().map(Vec::len).max().unwrap_or_default();
        (0..lines).map(|at| beside(&cells, &widths, at)).collect::<Vec<_>>()
    };
    let mut top = row(&head);
    top.push(widths.iter().map(|width| "-".repeat(usize_of(*width))).collect::<Vec<_>>().join("  "));
    let top = group(1, top).with_next();
    let mut groups = vec![top.clone()];
    let rows: Vec<Vec<String>> = table.rows.iter().map(|cells| row(cells)).collect();
    let gap = u32::from(rows.iter().any(|lines| lines.len() > 1));
    for (at, lines) in rows.into_iter().enumerate() {
        groups.push(Group { head: top.pieces.clone(), ..group(if at == 0 { 0 } else { gap }, lines) });
    }
    groups
}

fn usize_of(width: u32) -> usize {
    usize::try_from(width).unwrap_or_default()
}

/// One line of all cells of a row.
fn beside(cells: &[Vec<String>], widths: &[u32], at: usize) -> String {
    let mut line = String::new();
    let mut column = 0;
    for (cell, width) in cells.iter().zip(widths) {
        line.push_str(&" ".repeat(column.max(line.width()) - line.width()));
        line.push_str(cell.get(at).map_or("", String::as_str));
        column += usize_of(*width) + 2;
    }
    line
}

fn digest(named: &NamedDigest, note: Option<&str>) -> Vec<String> {
    let mut lines = flow(&Text::from(format!("SHA-256 of {}", named.of)), WIDTH);
    lines.extend(note.map(|note| flow(&Text::from(note), WIDTH)).unwrap_or_default());
    lines.extend(hex_lines(named.digest).map(|line| format!("    {line}")));
    for (number, words) in word_lines(named.digest) {
        let words: String = words.iter().map(|word| format!("{word:<13}")).collect();
        lines.push(format!("  {number:>2}  {words}"));
    }
    lines
}

fn signature(one: &Signatory) -> Vec<String> {
    let name = if one.name.is_empty() { "_".repeat(40) } else { one.name.clone() };
    let mut lines = indent(&format!("{TICK} "), "    ", flow(&Text::from(name), WIDTH - 4));
    lines.extend(indent("    ", "    ", flow(&Text::from(one.role.as_str()), WIDTH - 4)));
    lines.push(String::new());
    lines.push(format!("    signature {}  date, time {}", "_".repeat(28), "_".repeat(16)));
    lines
}

fn label(one: &Label, rehearsal: bool) -> Vec<String> {
    let inner = WIDTH - 4;
    let rule = format!("+{}+", "-".repeat(WIDTH - 2));
    let mut inside = flow(&Text::from(format!("{}: {}", one.kind, one.name)), inner);
    if rehearsal {
        inside.push("REHEARSAL".to_owned());
    }
    for (name, value) in &one.facts {
        inside.extend(indent("", "    ", flow(&Text::from(format!("{name}: {value}")), inner - 4)));
    }
    inside.push(String::new());
    inside.push("serial of the bag [__________________________]".to_owned());
    inside.push(String::new());
    inside.push("initials ____________    initials ____________    date ____________".to_owned());
    let mut lines = vec![rule.clone()];
    for line in inside {
        lines.push(format!("| {line}{} |", " ".repeat(inner.saturating_sub(line.width()))));
    }
    lines.push(rule);
    lines
}
