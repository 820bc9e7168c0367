//! Signed notes: text with signatures below it (C2SP signed-note 1.0.0), by Ed25519 keys of two kinds.

use std::fmt;

use super::super::digest::Sha256Digest;
use super::super::software::SoftwareKey;
use super::super::{KeyError, PublicKey, Scheme, SignatureError, base64};
use super::strict;

/// What a signature line begins with.
const DASH: &str = "\u{2014} ";

/// The most signatures that are read; the specification asks for 16 at least.
const MOST: usize = 64;

/// What a key signs, and the byte that stands for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The text itself.
    Note = 1,
    /// A checkpoint that a witness has seen, with the time (C2SP tlog-cosignature, `cosignature/v1`).
    Cosignature = 4,
}

/// Why something is no note, no key, or not signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Not a signed note.
    #[error("this is no signed note: {0}")]
    Form(&'static str),
    /// A name that a note cannot carry.
    #[error("a key's name has no spaces, no plus, and at least one character")]
    Name,
    /// Not `name+id+key`.
    #[error("this is no verifier key: {0}")]
    Verifier(&'static str),
    /// The key is none.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Nothing in the note is by this key.
    #[error("there is no signature of {0} in the note")]
    Missing(String),
    /// The signature does not hold.
    #[error("the signature of {name} does not hold: {error}")]
    Signature {
        /// Whose.
        name: String,
        /// Why.
        error: SignatureError,
    },
}

/// Who may sign: a name, what the key signs, and its public half (`name+id+base64`, "vkey").
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verifier {
    name: String,
    kind: Kind,
    key: [u8; 32],
}

impl Verifier {
    /// An Ed25519 key under a name.
    ///
    /// # Errors
    /// `Name`; `Verifier` for a key of another algorithm.
    pub fn new(name: &str, kind: Kind, key: &PublicKey) -> Result<Verifier, NoteError> {
        if !is_name(name) {
            return Err(NoteError::Name);
        }
        let key = key.ed25519_bytes().ok_or(NoteError::Verifier("the key is not Ed25519"))?;
        Ok(Verifier { name: name.to_owned(), kind, key })
    }

    /// Reads `name+id+base64`.
    pub fn parse(text: &str) -> Result<Verifier, NoteError> {
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(_), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteError::Verifier("it is not written as name+id+key"));
        };
        let key = strict(key).ok_or(NoteError::Verifier("the key is not base64"))?;
        let (kind, key) = match key.split_first() {
            Some((1, key)) => (Kind::Note, key),
            Some((4, key)) => (Kind::Cosignature, key),
            _ => return Err(NoteError::Verifier("the key is neither for notes nor for cosignatures")),
        };
        let verifier = Verifier::new(name, kind, &PublicKey::from_ed25519(key)?)?;
        if verifier.to_string() != text {
            return Err(NoteError::Verifier("the id is not that of name and key"));
        }
        Ok(verifier)
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it signs.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The public half.
    pub fn key(&self) -> Result<PublicKey, KeyError> {
        PublicKey::from_ed25519(&self.key)
    }

    /// `SHA-256(name || 0x0A || kind || key)`, the first four bytes.
    pub fn id(&self) -> [u8; 4] {
        let hash = Sha256Digest::of(&[self.name.as_bytes(), b"\n", &self.material()].concat());
        let [a, b, c, d, ..] = hash.0;
        [a, b, c, d]
    }

    fn material(&self) -> Vec<u8> {
        [&[self.kind as u8][..], &self.key].concat()
    }
}

impl fmt::Display for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}+{:08x}+{}", self.name, u32::from_be_bytes(self.id()), base64::encode(&self.material()))
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.chars().any(|one| one.is_whitespace() || one.is_control() || one == '+')
}

/// A line below the text: who signed, and what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The key's name.
    pub name: String,
    /// Its id.
    pub id: [u8; 4],
    /// What follows the id.
    pub signature: Vec<u8>,
}

/// Text with signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Ends with a newline.
    pub text: String,
    /// In the order in which they stand there.
    pub lines: Vec<Line>,
}

impl Note {
    /// Text that nobody has signed yet: lines with a newline each, and no control characters.
    pub fn new(text: String) -> Result<Note, NoteError> {
        if !text.ends_with('\n') {
            return Err(NoteError::Form("the text does not end with a newline"));
        }
        if text.chars().any(|one| one < ' ' && one != '\n') {
            return Err(NoteError::Form("there are control characters in it"));
        }
        Ok(Note { text, lines: Vec::new() })
    }

    /// Reads a note with at least one signature.
    pub fn parse(note: &str) -> Result<Note, NoteError> {
        let split = note.rfind("\n\n").ok_or(NoteError::Form("no empty line is above the signatures"))?;
        let (text, below) = note.split_at(split + 1);
        let below = below.strip_prefix('\n').unwrap_or(below);
        let below = below.strip_suffix('\n').ok_or(NoteError::Form("it does not end with a newline"))?;
        let mut parsed = Note::new(text.to_owned())?;
        for line in below.split('\n') {
            if parsed.lines.len() == MOST {
                return Err(NoteError::Form("there are too many signatures below it"));
            }
            parsed
                .lines
                .push(read_line(line).ok_or(NoteError::Form("a line below the text is no signature"))?);
        }
        Ok(parsed)
    }

    /// Signs with an Ed25519 key of the kind [`Kind::Note`].
    pub fn sign(&mut self, by: &Verifier, key: &SoftwareKey) {
        let signature = key.sign(self.text.as_bytes());
        self.add(by, signature);
    }

    /// Adds a signature that was made already.
    pub fn add(&mut self, by: &Verifier, signature: Vec<u8>) {
        self.lines.push(Line { name: by.name.clone(), id: by.id(), signature });
    }

    /// What a key of either kind has signed, verified: of a cosignature, the seconds since 1970 at which it was made.
    ///
    /// # Errors
    /// `Missing` if there is no line of this name and id; `Signature` if any of them does not hold.
    pub fn verify(&self, by: &Verifier) -> Result<Option<u64>, NoteError> {
        let own = |line: &&Line| line.name == by.name && line.id == by.id();
        let mut found = None;
        for line in self.lines.iter().filter(own) {
            let wrong = |error| NoteError::Signature { name: by.name.clone(), error };
            let (message, signature, time) = match by.kind {
                Kind::Note => (self.text.clone(), line.signature.as_slice(), None),
                Kind::Cosignature => {
                    let (time, signature) = line
                        .signature
                        .split_first_chunk::<8>()
                        .ok_or(NoteError::Form("a cosignature has no time"))?;
                    let time = u64::from_be_bytes(*time);
                    (cosigned(&self.text, time), signature, Some(time))
                }
            };
            by.key()?.verify(Scheme::Ed25519, message.as_bytes(), signature).map_err(wrong)?;
            found = Some(time);
        }
        found.ok_or_else(|| NoteError::Missing(by.name.clone()))
    }
}

/// What a witness signs: the checkpoint's text below the time, in seconds since 1970.
pub fn cosigned(text: &str, time: u64) -> String {
    format!("cosignature/v1\ntime {time}\n{text}")
}

/// The signature line's content of a cosignature: the time, and what the witness signed.
pub fn timestamped(time: u64, signature: &[u8]) -> Vec<u8> {
    [&time.to_be_bytes()[..], signature].concat()
}

fn read_line(line: &str) -> Option<Line> {
    let (name, signature) = line.strip_prefix(DASH)?.split_once(' ')?;
    let signature = strict(signature)?;
    let (id, signature) = signature.split_first_chunk::<4>()?;
    is_name(name).then(|| Line { name: name.to_owned(), id: *id, signature: signature.to_vec() })
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [&self.id[..], &self.signature].concat();
        writeln!(f, "{DASH}{} {}", self.name, base64::encode(&bytes))
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.lines.iter().try_for_each(|line| write!(f, "{line}"))
    }
}
