//! The form on disk: indent 1, sorted names, final newline, as python-tuf writes (`json.dumps(indent=1, sort_keys=True)`).
//! Everything outside printable ASCII is escaped, as there: showing such a file on a terminal can do no harm.

use std::fmt::Write as _;

use super::Json;

impl Json {
    /// The bytes of a file.
    pub fn to_disk(&self) -> Vec<u8> {
        let mut out = String::new();
        write(self, 0, &mut out);
        out.push('\n');
        out.into_bytes()
    }
}

fn write(value: &Json, depth: usize, out: &mut String) {
    match value {
        Json::Null => out.push_str("null"),
        Json::Bool(true) => out.push_str("true"),
        Json::Bool(false) => out.push_str("false"),
        Json::Int(number) => out.push_str(&number.to_string()),
        Json::Str(text) => write_string(text, out),
        Json::Arr(elements) if elements.is_empty() => out.push_str("[]"),
        Json::Arr(elements) => {
            out.push('[');
            for (index, element) in elements.iter().enumerate() {
                separate(index, depth + 1, out);
                write(element, depth + 1, out);
            }
            line(depth, out);
            out.push(']');
        }
        Json::Obj(members) if members.is_empty() => out.push_str("{}"),
        Json::Obj(members) => {
            out.push('{');
            for (index, (name, member)) in members.iter().enumerate() {
                separate(index, depth + 1, out);
                write_string(name, out);
                out.push_str(": ");
                write(member, depth + 1, out);
            }
            line(depth, out);
            out.push('}');
        }
    }
}

fn separate(index: usize, depth: usize, out: &mut String) {
    if index > 0 {
        out.push(',');
    }
    line(depth, out);
}

fn line(depth: usize, out: &mut String) {
    out.push('\n');
    out.extend(std::iter::repeat_n(' ', depth));
}

fn write_string(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            ' '..='~' => out.push(character),
            _ => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    // Writing to a String cannot fail.
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out.push('"');
}
