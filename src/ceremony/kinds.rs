//! What a file is that somebody gave to a command for another kind: it is named, with the command that it is for.

use crate::host::display::word;
use crate::json::Json;

use super::{request, response};

/// The kinds of files that people carry between machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A picture, such as one of a code.
    Picture,
    /// A signature request.
    Request,
    /// A signature response.
    Response,
    /// A folder.
    Folder,
}

impl Kind {
    /// What bytes are, by what they begin with, or by their member `format`; `None` for anything else.
    pub fn of(bytes: &[u8]) -> Option<Kind> {
        // PNG, JPEG, GIF, WebP, HEIF: what telephones and cameras write.
        let begins = |magic: &[u8]| bytes.starts_with(magic);
        let has = |magic: &[u8], at: usize| bytes.get(at..).is_some_and(|rest| rest.starts_with(magic));
        if begins(b"\x89PNG")
            || begins(b"\xff\xd8\xff")
            || begins(b"GIF8")
            || has(b"WEBP", 8)
            || has(b"ftyp", 4)
        {
            return Some(Kind::Picture);
        }
        let tree = Json::parse(bytes, request::LIMIT).ok()?;
        match tree.get("format").and_then(Json::as_str)? {
            request::FORMAT => Some(Kind::Request),
            response::FORMAT => Some(Kind::Response),
            _ => None,
        }
    }

    /// What it is, in words.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Picture => "a picture",
            Kind::Request => "a signature request",
            Kind::Response => "a signature response",
            Kind::Folder => "a folder",
        }
    }

    /// What to do with such a file, where another was wanted whose name ends like this.
    pub fn next(self, file: &str, ending: &str) -> String {
        match self {
            Kind::Picture => {
                let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
                let (file, out) = (word(file), word(format!("{stem}{ending}")));
                format!("`tuf-ceremony qr read {file} --out {out}` makes the file of it.")
            }
            Kind::Request => {
                format!("`tuf-ceremony respond {}` answers it, where the holder is.", word(file))
            }
            Kind::Response => format!("`tuf-ceremony merge {}` takes it, where the ceremony is.", word(file)),
            Kind::Folder => "Name the file that is meant in it.".to_owned(),
        }
    }
}
