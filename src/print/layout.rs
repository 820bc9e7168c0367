//! What text and PDF share: breaking lines, the widths of columns, and pages on which nothing is torn that belongs
//! together. Lengths are whole numbers of whatever the writer counts in.

use super::document::{Run, Style};

/// What is never torn: a line, a box.
#[derive(Clone, Debug)]
pub(super) struct Piece<T> {
    pub height: u32,
    pub content: T,
}

/// Pieces that stay on one page, unless there are more than a page holds.
#[derive(Clone, Debug)]
pub(super) struct Group<T> {
    /// The distance to what is above, if anything is.
    pub gap: u32,
    pub pieces: Vec<Piece<T>>,
    /// Whether this stays with the group that follows.
    pub with_next: bool,
    /// What is repeated above it where it begins a page: the head of its table.
    pub head: Vec<Piece<T>>,
}

impl<T> Group<T> {
    pub(super) fn new(gap: u32, pieces: Vec<Piece<T>>) -> Group<T> {
        Group { gap, pieces, with_next: false, head: Vec::new() }
    }

    pub(super) fn with_next(self) -> Group<T> {
        Group { with_next: true, ..self }
    }
}

/// A piece at its distance from the top of the page.
pub(super) type Placed<T> = (u32, T);

/// The pages, each of at most `room`.
pub(super) fn paginate<T: Clone>(groups: &[Group<T>], room: u32) -> Vec<Vec<Placed<T>>> {
    let mut pages = Pages { room, top: 0, done: vec![Vec::new()] };
    for chain in groups.chunk_by(|one, _| one.with_next) {
        let height: u32 = chain.iter().map(|group| group.gap + height(&group.pieces)).sum();
        if pages.top + height > room {
            pages.turn();
        }
        chain.iter().for_each(|group| pages.place(group));
    }
    pages.done
}

fn height<T>(pieces: &[Piece<T>]) -> u32 {
    pieces.iter().map(|piece| piece.height).sum()
}

struct Pages<T> {
    room: u32,
    top: u32,
    done: Vec<Vec<Placed<T>>>,
}

impl<T: Clone> Pages<T> {
    /// Goes on at the top of a page.
    fn turn(&mut self) {
        if self.top > 0 {
            self.done.push(Vec::new());
            self.top = 0;
        }
    }

    fn place(&mut self, group: &Group<T>) {
        if self.top > 0 && self.top + group.gap + height(&group.pieces) > self.room {
            // Within a chain that is longer than a page; a group that is longer than one goes on where it is.
            if height(&group.pieces) <= self.room {
                self.turn();
            }
        }
        if self.top > 0 {
            self.top += group.gap;
        } else {
            group.head.iter().for_each(|piece| self.push(piece));
        }
        for piece in &group.pieces {
            if self.top + piece.height > self.room {
                self.turn();
                group.head.iter().for_each(|piece| self.push(piece));
            }
            self.push(piece);
        }
    }

    fn push(&mut self, piece: &Piece<T>) {
        if let Some(page) = self.done.last_mut() {
            page.push((self.top, piece.content.clone()));
        }
        self.top += piece.height;
    }
}

/// What stands on one line.
type Line = Vec<Run>;

/// Runs as lines of at most `width`: broken between words, and inside a word that no line holds.
pub(super) fn wrap(runs: &[Run], width: u32, measure: &dyn Fn(char, Style) -> u32) -> Vec<Line> {
    let glyphs: Vec<(char, Style)> =
        runs.iter().flat_map(|run| run.text.chars().map(|c| (c, run.style))).collect();
    let mut lines: Vec<Line> = vec![Vec::new()];
    let mut column = 0;
    // The blanks that separate a word from the one before it end a line, or are one blank within it.
    let mut blank = None;
    for word in glyphs.split_inclusive(|(c, _)| *c == ' ') {
        let (word, after) = match word.split_last() {
            Some((last, word)) if last.0 == ' ' => (word, Some(*last)),
            _ => (word, None),
        };
        let length = total(word.iter().map(|(c, style)| measure(*c, *style)));
        if !word.is_empty() {
            if let Some((c, style)) = blank.take().filter(|_| column > 0) {
                let before = measure(c, style);
                if total([column, before, length]) > width {
                    lines.push(Vec::new());
                    column = 0;
                } else {
                    push(&mut lines, (c, style));
                    column += before;
                }
            }
            for glyph in word {
                let length = measure(glyph.0, glyph.1);
                if column > 0 && column + length > width {
                    lines.push(Vec::new());
                    column = 0;
                }
                push(&mut lines, *glyph);
                column += length;
            }
        }
        blank = after.or(blank);
    }
    lines
}

/// A sum that stays at the largest number: what is as long as that fits nowhere anyway.
pub(super) fn total(lengths: impl IntoIterator<Item = u32>) -> u32 {
    lengths.into_iter().fold(0, u32::saturating_add)
}

fn push(lines: &mut [Line], (c, style): (char, Style)) {
    let Some(line) = lines.last_mut() else { return };
    match line.last_mut().filter(|run| run.style == style) {
        Some(run) => run.text.push(c),
        None => line.push(Run { style, text: c.to_string() }),
    }
}

/// A command as lines of at most `width` characters. A line that goes on ends in `\`, as it would be typed in a shell:
/// behind a blank between words, and behind the last character where a word is broken.
pub(super) fn wrap_command(command: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for typed in command.lines() {
        let typed: Vec<char> = typed.chars().collect();
        let mut rest = typed.as_slice();
        while rest.len() > width {
            let most = width.saturating_sub(1).max(1);
            let blank = rest.iter().take(most).rposition(|c| *c == ' ').filter(|at| *at > 0);
            let (line, tail) = rest.split_at(blank.map_or(most, |at| at + 1));
            lines.push(format!("{}\\", String::from_iter(line)));
            rest = tail;
        }
        lines.push(String::from_iter(rest));
    }
    lines
}

/// The widths of columns that would like to have `natural` each and have `width` together: columns that want less than
/// their share get it, and the others share what is left.
pub(super) fn columns(natural: &[u32], width: u32) -> Vec<u32> {
    let mut given: Vec<Option<u32>> = vec![None; natural.len()];
    loop {
        let open = u32::try_from(given.iter().filter(|one| one.is_none()).count()).unwrap_or(u32::MAX);
        let used: u32 = given.iter().flatten().sum();
        let share = width.saturating_sub(used).checked_div(open).unwrap_or(0);
        let modest = |(wanted, given): (&u32, &Option<u32>)| given.is_none() && *wanted <= share;
        let Some(at) = natural.iter().zip(&given).position(modest) else {
            return given.into_iter().map(|one| one.unwrap_or(share)).collect();
        };
        if let (Some(one), Some(wanted)) = (given.get_mut(at), natural.get(at)) {
            *one = Some(*wanted);
        }
    }
}
