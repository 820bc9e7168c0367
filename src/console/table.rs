//! Plain text tables: columns aligned by display width, no colour, no lines, nothing truncated.

use unicode_width::UnicodeWidthStr;

use crate::host::display::visible;

/// What stands between two columns.
const GUTTER: &str = "  ";

/// The table with `head` as its first line and one line for each row, each ended by a newline.
///
/// Columns are as wide as their widest cell, in terminal cells and not in characters, so that a holder named in
/// Chinese keeps the table straight. The last column is not padded, and no line ends in blanks. A row with fewer
/// cells than the widest one is filled up with empty cells; one with more cells than `head` gets columns without a
/// heading. Every cell passes through [`visible`] first: most of them come from devices and files.
pub fn render(head: &[&str], rows: &[Vec<String>]) -> String {
    let lines: Vec<Vec<String>> = std::iter::once(head.iter().map(|cell| visible(cell)).collect())
        .chain(rows.iter().map(|row| row.iter().map(|cell| visible(cell)).collect()))
        .collect();
    let widths = column_widths(&lines);
    let mut out = String::new();
    for line in &lines {
        let start = out.len();
        for (cell, &width) in line.iter().zip(&widths) {
            if out.len() > start {
                out.push_str(GUTTER);
            }
            out.push_str(cell);
            out.extend(std::iter::repeat_n(' ', width.saturating_sub(cell.width())));
        }
        out.truncate(start + out.get(start..).map_or(0, |text| text.trim_end().len()));
        out.push('\n');
    }
    out
}

/// The width of each column in terminal cells.
fn column_widths(lines: &[Vec<String>]) -> Vec<usize> {
    let mut widths = Vec::new();
    for line in lines {
        for (at, cell) in line.iter().enumerate() {
            match widths.get_mut(at) {
                Some(width) => *width = cell.width().max(*width),
                None => widths.push(cell.width()),
            }
        }
    }
    widths
}
