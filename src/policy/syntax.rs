//! Before there are values: bytes to text, text to fields, and the blanks that a template leaves.

use super::raw::File;
use super::typo::nearest;
use super::{LIMIT, PolicyError};

/// What a template leaves for a person to fill in.
const BLANK: &str = "FILL-IN";

/// The text of `ceremony.toml`, at most [`LIMIT`] bytes of UTF-8.
pub(super) fn text(bytes: &[u8]) -> Result<&str, PolicyError> {
    if bytes.len() > LIMIT {
        let what = format!("the file has {} bytes, and the limit is {LIMIT}", bytes.len());
        let mend = "A ceremony.toml is a page or two; check that this is the right file.";
        return Err(PolicyError::at("", 0, what, mend));
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let good = String::from_utf8_lossy(bytes.get(..error.valid_up_to()).unwrap_or_default());
        PolicyError::at(&good, good.len(), "here is a byte that is not UTF-8", "Save the file as UTF-8 text.")
    })
}

/// The fields of `ceremony.toml`, and no others.
pub(super) fn fields(text: &str) -> Result<File, PolicyError> {
    blanks(text)?;
    toml::from_str(text).map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start);
        let message = error.message();
        let what = message.replace('\n', "; ").replace("expected i64", "expected a whole number");
        PolicyError::at(text, offset, what, mend(message))
    })
}

/// A template that nobody filled in is refused as a whole, with all places at once.
fn blanks(text: &str) -> Result<(), PolicyError> {
    let mut offset = 0;
    let mut places = Vec::new();
    for (index, line) in text.split_inclusive('\n').enumerate() {
        if let Some(at) = before_comment(line).find(BLANK) {
            places.push((index + 1, offset + at));
        }
        offset += line.len();
    }
    let Some((_, first)) = places.first() else { return Ok(()) };
    let lines: Vec<String> = places.iter().map(|(line, _)| line.to_string()).collect();
    let what = match lines.len() {
        1 => format!("still says {BLANK}"),
        count => format!("still says {BLANK}, as do {count} lines in all: {}", lines.join(", ")),
    };
    Err(PolicyError::at(text, *first, what, "Replace each by what the comment above it asks for."))
}

/// A line up to the `#` that begins its comment. Strings over several lines are not followed: taking too much of one
/// for code refuses a blank too many, never one too few.
fn before_comment(line: &str) -> &str {
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in line.char_indices() {
        match quote {
            None if c == '#' => return line.get(..at).unwrap_or(line),
            None if c == '"' || c == '\'' => quote = Some(c),
            // Only double quotes know escapes (TOML 1.0, "String").
            Some('"') if c == '\\' && !escaped => {
                escaped = true;
                continue;
            }
            Some(open) if c == open && !escaped => quote = None,
            _ => {}
        }
        escaped = false;
    }
    line
}

/// What to do about a message of the TOML reader, whose wordings are serde's.
fn mend(message: &str) -> String {
    const EXAMPLE: &str = "`tuf-ceremony new DIR --template minimal` writes a commented example";
    let mut quoted = message.split('`').skip(1);
    let subject = quoted.next().unwrap_or_default();
    if message.starts_with("unknown field") {
        // unknown field `a`, expected one of `b`, `c`
        match nearest(subject, quoted.skip(1).step_by(2)) {
            Some(name) => format!("Did you mean {name:?}?"),
            None => format!("Remove it, or look up its place: {EXAMPLE}."),
        }
    } else if message.starts_with("missing field") {
        format!("Add {subject:?}; {EXAMPLE}.")
    } else if message.starts_with("duplicate key") {
        "Remove one of the two, after finding out which is meant.".to_owned()
    } else {
        format!("Correct the line; {EXAMPLE}.")
    }
}
