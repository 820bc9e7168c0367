//! `MANIFEST`: what is on a medium, file by file, as `sha256sum` writes and checks it.
//!
//! Lines that begin with `#` say where it comes from; `sha256sum -c MANIFEST` passes over them. Whoever prepares a medium on
//! another machine writes one with `sha256sum FILE… > MANIFEST`.

use std::collections::BTreeMap;

use super::names;
use super::sums::{Sums, unescaped};
use crate::crypto::digest::Sha256Digest;
use crate::host::display::visible;

/// Its name.
pub const MANIFEST: &str = "MANIFEST";
/// The largest that is read, in bytes.
pub const LIMIT: usize = 4 << 20;

/// What is on a medium.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// What the lines with `#` say: name and value.
    pub about: Vec<(String, String)>,
    /// Digests by path, from the folder that the manifest is in.
    pub files: BTreeMap<String, Sha256Digest>,
}

/// What is wrong with a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It is not in the form of `sha256sum`.
    Form {
        /// Line, from 1.
        line: usize,
        /// What is wrong there.
        what: String,
    },
    /// It lists what must not be taken from a medium, each with the reason.
    Names(Vec<String>),
}

impl Manifest {
    /// As it is written.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut text = Vec::new();
        for (name, value) in &self.about {
            text.extend(format!("# {name}: {}\n", visible(value)).into_bytes());
        }
        let sums = self.files.iter().map(|(name, digest)| (name.clone().into_bytes(), *digest));
        text.extend(Sums(sums.collect()).to_bytes());
        text
    }

    /// Reads a manifest, whoever wrote it.
    pub fn parse(text: &[u8]) -> Result<Manifest, Trouble> {
        let mut manifest = Manifest::default();
        let mut refused = Vec::new();
        for (number, line) in text.split_inclusive(|byte| *byte == b'\n').enumerate() {
            let form = |what: &str| Trouble::Form { line: number + 1, what: what.to_owned() };
            let line =
                line.strip_suffix(b"\n").ok_or_else(|| form("it is cut off: its line does not end"))?;
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if let Some(comment) = line.strip_prefix(b"#") {
                let comment = String::from_utf8_lossy(comment);
                if let Some((name, value)) = comment.split_once(':') {
                    manifest.about.push((visible(name.trim()), visible(value.trim())));
                }
                continue;
            }
            if line.trim_ascii().is_empty() {
                return Err(form("it is blank"));
            }
            let (name, digest) = entry(line).ok_or_else(|| form("this is no line of sha256sum"))?;
            let shown = visible(&String::from_utf8_lossy(&name));
            match String::from_utf8(name) {
                Err(_) => refused.push(format!("{shown} is no UTF-8")),
                Ok(name) => match names::trouble(&name) {
                    Some(trouble) => refused.push(format!("{shown} {trouble}")),
                    None if name == MANIFEST => {
                        refused.push(format!("{MANIFEST} lists itself, and is to list the other files only"))
                    }
                    None if manifest.files.insert(name, digest).is_some() => {
                        return Err(form(&format!("{shown} is listed twice")));
                    }
                    None => {}
                },
            }
        }
        if let Some((one, other)) = names::clash(manifest.files.keys().map(String::as_str).chain([MANIFEST]))
        {
            refused.push(format!(
                "{one} and {other} cannot lie beside each other on every file system: they differ only in case or in how letters are \
                 composed, or one is a folder of the other"
            ));
        }
        match (refused.is_empty(), manifest.files.is_empty()) {
            (false, _) => Err(Trouble::Names(refused)),
            (true, true) => Err(Trouble::Form { line: 1, what: "it lists no file".to_owned() }),
            (true, false) => Ok(manifest),
        }
    }

    /// What a line with `#` says, e.g. `set`.
    pub fn about(&self, name: &str) -> Option<&str> {
        self.about.iter().find(|(one, _)| one == name).map(|(_, value)| value.as_str())
    }
}

/// The name and the digest of a line, in text or binary mode.
fn entry(line: &[u8]) -> Option<(Vec<u8>, Sha256Digest)> {
    let (escaped, line) = line.strip_prefix(b"\\").map_or((false, line), |rest| (true, rest));
    let (digest, name) = line.split_at_checked(64)?;
    let digest = Sha256Digest::parse_hex(&std::str::from_utf8(digest).ok()?.to_ascii_lowercase())?;
    let name = name.strip_prefix(b"  ").or_else(|| name.strip_prefix(b" *"))?;
    // `sha256sum ./FILE` is the same file.
    let name = if escaped { unescaped(name)? } else { name.to_vec() };
    Some((name.strip_prefix(b"./").map(<[u8]>::to_vec).unwrap_or(name), digest))
}
