//! Folding: lines that are wider than the window are broken between words, and inside one that does not fit.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// The text with no line wider than `width` cells. What is broken off is indented two cells further than its line.
pub fn fold(text: &str, width: usize) -> String {
    text.split('\n').map(|line| fold_line(line, width)).collect::<Vec<_>>().join("\n")
}

fn fold_line(line: &str, width: usize) -> String {
    if line.width() <= width {
        return line.to_owned();
    }
    let margin = line.chars().take_while(|c| *c == ' ').count();
    let further = " ".repeat(margin.saturating_add(2).min(width / 2));
    let (lead, body) = line.split_at(margin);
    let mut out = lead.to_owned();
    let mut column = margin;
    let mut empty = true;
    for word in body.split(' ') {
        let cells = word.width();
        if !empty && column + 1 + cells > width {
            // Columns of a table are apart by more than one blank; a line does not end in them.
            out.truncate(out.trim_end().len());
            out.push('\n');
            out.push_str(&further);
            column = further.len();
        } else if !empty {
            out.push(' ');
            column += 1;
        }
        for c in word.chars() {
            // A word that is wider than the window is broken here, with its margin, and not by the terminal at its edge: what
            // comes after would stand where this program begins its own lines.
            let cells = c.width().unwrap_or(0);
            if column + cells > width && column > further.len() {
                out.push('\n');
                out.push_str(&further);
                column = further.len();
            }
            out.push(c);
            column += cells;
        }
        empty = false;
    }
    out
}
