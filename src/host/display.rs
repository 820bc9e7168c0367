//! The one sanitiser for text that this program did not write itself: token labels, file names, metadata fields.
//!
//! A label that carries an escape sequence could repaint the screen, one with a bidirectional override could show
//! its letters in another order, and one with an invisible character could pass for a different label. All three
//! would let a device or a file choose what a holder believes to be signing. See Unicode UTS #55 (source code
//! handling) and CVE-2021-42574 for how that was done to source code.
//!
//! And the one way in which things are counted, the one in which files are named in commands, and the one in which what somebody
//! typed is named in a sentence.

use std::path::Path;

/// `text` with every character that is invisible, moves the cursor or reorders its neighbours replaced by an
/// escape such as `\u{202e}`. Two different strings that differ only in such characters no longer look alike.
///
/// Everything else is left alone, quotes and backslashes too: this is for reading, not for parsing back.
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_deceptive(c) {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

/// A file or folder in a command that people are told to type: as a shell takes it (quoted where it must be, POSIX.1-2024, Shell
/// Command Language 2.2), never as an option, and as [`visible`] shows it.
pub fn word(path: impl AsRef<Path>) -> String {
    let path = path.as_ref().to_string_lossy();
    let here = if path.starts_with('-') { "./" } else { "" };
    visible(&shell_words::quote(&format!("{here}{path}")))
}

/// A name that somebody typed and that is none, in quotes, as the policy's errors have it: a name may be a word of the sentence that it
/// stands in.
pub fn typed(name: &str) -> String {
    format!("\"{}\"", visible(name))
}

/// A number and what is counted: `1 key`, `3 keys`.
pub fn count(number: impl std::fmt::Display, one: &str) -> String {
    // Some numbers come as i64, others as usize or u64: what they look like is what they have in common.
    match number.to_string() {
        number if number == "1" => format!("1 {one}"),
        number => format!("{number} {one}s"),
    }
}

/// Whether a character must not reach a screen or a printed page as it is.
fn is_deceptive(c: char) -> bool {
    matches!(c,
        // C0 controls with tab and newline, DEL, C1 controls.
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        // Blanks that are not the one blank, which lines are broken at.
        | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}'
        // Soft hyphen, Arabic letter mark, vowels of Khmer that are not drawn, Mongolian separators and selectors.
        | '\u{ad}' | '\u{61c}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        // Fillers that are drawn as nothing at all.
        | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' | '\u{2800}'
        // Zero-width space, joiners and direction marks.
        | '\u{200b}'..='\u{200f}'
        // Line and paragraph separators, embeddings and overrides.
        | '\u{2028}'..='\u{202e}'
        // Word joiner, invisible operators, isolates, deprecated format characters.
        | '\u{2060}'..='\u{206f}'
        // Variation selectors, byte order mark, what is reserved for more of the kind, interlinear annotation.
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff0}'..='\u{fffb}'
        // Format characters of hieroglyphs, shorthand and musical notation.
        | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        // What a font shows as it likes, and what no text has: private use, noncharacters.
        | '\u{e000}'..='\u{f8ff}' | '\u{fdd0}'..='\u{fdef}' | '\u{fffe}'..='\u{ffff}' | '\u{f0000}'..='\u{10ffff}'
        // Tags and the supplementary variation selectors.
        | '\u{e0000}'..='\u{e0fff}')
}
