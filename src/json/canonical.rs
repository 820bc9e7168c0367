//! The canonical form: the exact bytes that are hashed and signed.
//!
//! OLPC canonical JSON as securesystemslib writes it: names sorted by code point, no white space, only `\` and `"`
//! escaped, everything else as literal UTF-8. This is not JCS (RFC 8785), and nothing is normalised.

use super::{Json, JsonError};

impl Json {
    /// The canonical bytes.
    pub fn canonical(&self) -> Vec<u8> {
        let mut out = Vec::new();
        write(self, &mut out);
        out
    }
}

impl Json {
    /// Reads canonical bytes back. They are not JSON where a string holds a control character (every PEM key has line
    /// ends), which stands there as itself. Refuses whatever is not exactly the canonical form of what it says.
    pub fn from_canonical(bytes: &[u8], limit: usize) -> Result<Json, JsonError> {
        // The canonical form has no white space between its parts, so a control character can only be inside a string.
        let mut text = Vec::with_capacity(bytes.len());
        for byte in bytes {
            match byte {
                0..=0x1f => text.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
                _ => text.push(*byte),
            }
        }
        let value = Json::parse(&text, limit)?;
        if value.canonical() == bytes {
            return Ok(value);
        }
        Err(JsonError { what: "text that is not in canonical form, found".to_owned(), line: 1, column: 1 })
    }
}

fn write(value: &Json, out: &mut Vec<u8>) {
    match value {
        Json::Null => out.extend_from_slice(b"null"),
        Json::Bool(true) => out.extend_from_slice(b"true"),
        Json::Bool(false) => out.extend_from_slice(b"false"),
        Json::Int(number) => out.extend_from_slice(number.to_string().as_bytes()),
        Json::Str(text) => write_string(text, out),
        Json::Arr(elements) => {
            out.push(b'[');
            for (index, element) in elements.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write(element, out);
            }
            out.push(b']');
        }
        Json::Obj(members) => {
            out.push(b'{');
            for (index, (name, member)) in members.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write_string(name, out);
                out.push(b':');
                write(member, out);
            }
            out.push(b'}');
        }
    }
}

fn write_string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    for byte in text.bytes() {
        if byte == b'"' || byte == b'\\' {
            out.push(b'\\');
        }
        out.push(byte);
    }
    out.push(b'"');
}
