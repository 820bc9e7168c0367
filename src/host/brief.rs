//! Foreign text in a sentence: fit to show, and no longer than a sentence may be.

use super::display::visible;

/// How many characters of a foreign name are shown, or recorded, beside what stands for the others.
const MOST: usize = 100;

/// A name as [`visible`] shows it; of a long one, the beginning and the end, so that nobody's file can fill a screen or the record.
pub fn brief(name: &str) -> String {
    cut(name, MOST)
}

/// A text as [`visible`] shows it; of one that has more than `most` characters then, the beginning and the end.
pub fn cut(text: &str, most: usize) -> String {
    // Nothing becomes shorter by being shown: no more characters are looked at than can be of use.
    if text.chars().nth(most).is_none() {
        let shown = visible(text);
        if shown.chars().nth(most).is_none() {
            return shown;
        }
    }
    let half = most / 2;
    let first: String = text.chars().take(half).collect();
    let last: Vec<char> = text.chars().rev().take(half).collect();
    let first: String = visible(&first).chars().take(half).collect();
    let last = visible(&last.into_iter().rev().collect::<String>());
    let too_many = last.chars().count().saturating_sub(half);
    format!("{first}…{}", last.chars().skip(too_many).collect::<String>())
}
