//! A script as Markdown again, its loops gone through and its steps numbered: `script.md` (DESIGN section 5).

use std::fmt::Write as _;

use super::{AFTERWARDS, Block, Inline, Script};

/// The widest line of running text, in characters.
const WIDTH: usize = 100;

impl Script {
    /// The script as it is for this ceremony.
    pub fn markdown(&self) -> String {
        let mut out = format!("# {}\n\n", escaped(&self.title));
        blocks(&mut out, "", &self.intro);
        for act in &self.acts {
            let _ =
                write!(out, "## {}. {} ({})\n\n", act.number, escaped(&act.title), escaped(&act.estimate));
            blocks(&mut out, "", &act.intro);
            for (number, step) in (1..).zip(&act.steps) {
                let head = format!("{number}. ");
                let margin = " ".repeat(head.len());
                let mut text = String::new();
                blocks(&mut text, &margin, &step.blocks);
                if let Some(command) = &step.command {
                    let line = shell_words::join(command);
                    let _ = write!(text, "{margin}```ceremony\n{margin}{line}\n{margin}```\n\n");
                }
                blocks(&mut text, &margin, &step.expected);
                blocks(&mut text, &margin, &step.otherwise);
                let text = text.strip_prefix(&margin).unwrap_or(&text);
                let _ = write!(out, "{head}{text}");
            }
        }
        if !self.afterwards.is_empty() {
            let _ = write!(out, "## {AFTERWARDS}\n\n");
            blocks(&mut out, "", &self.afterwards);
        }
        out.truncate(out.trim_end().len());
        out.push('\n');
        out
    }
}

fn blocks(out: &mut String, margin: &str, blocks: &[Block]) {
    for block in blocks {
        match block {
            Block::Paragraph(inlines) => out.push_str(&wrapped(&inline(inlines), margin, margin)),
            Block::Bullets(points) => {
                for point in points {
                    let (first, rest) = (format!("{margin}- "), format!("{margin}  "));
                    out.push_str(&wrapped(&inline(point), &first, &rest));
                }
            }
            Block::Verbatim(text) => {
                let _ = writeln!(out, "{margin}```text");
                for line in text.lines() {
                    let _ = writeln!(out, "{margin}{line}");
                }
                let _ = writeln!(out, "{margin}```");
            }
        }
        out.push('\n');
    }
}

fn inline(inlines: &[Inline]) -> String {
    let mut out = String::new();
    for one in inlines {
        let _ = match one {
            Inline::Text(text) => write!(out, "{}", escaped(text)),
            Inline::Strong(text) => write!(out, "**{}**", escaped(text)),
            Inline::Code(text) => write!(out, "`{}`", text.replace('`', "'")),
            Inline::Late(late) => write!(out, "\u{27e8}{}\u{27e9}", escaped(&late.to_string())),
        };
    }
    out
}

/// Text that Markdown shows as it is.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for one in text.chars() {
        if "\\`*_<>[]#&".contains(one) {
            out.push('\\');
        }
        out.push(one);
    }
    out
}

/// Lines of at most [`WIDTH`] characters, behind margins.
fn wrapped(text: &str, first: &str, rest: &str) -> String {
    let mut out = String::new();
    let mut line = first.to_owned();
    let mut empty = true;
    for word in text.split_whitespace() {
        if !empty && line.chars().count() + 1 + word.chars().count() > WIDTH {
            out.push_str(&line);
            out.push('\n');
            line = rest.to_owned();
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(word);
        empty = false;
    }
    out + &line + "\n"
}
