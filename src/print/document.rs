//! What is on paper, whatever it is written as: pages of blocks, each with what stands in it and nothing of how it looks.
//!
//! The texts are as they came: each writer passes every one through the sanitiser, so that none can be forgotten here.

use crate::crypto::digest::Sha256Digest;

/// A document to be printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// What it is called, on its first page.
    pub title: String,
    /// What stands on each page.
    pub running: Running,
    /// Whether each page says that nobody may trust what is on it.
    pub rehearsal: bool,
    /// What it holds, in order.
    pub blocks: Vec<Block>,
}

/// What stands on each page, beside "page n of m".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Running {
    /// The ceremony's id, if the document belongs to one.
    pub ceremony: Option<String>,
    /// What this is, e.g. `Digest sheet`.
    pub what: String,
    /// The digest by which a page is held to what it was printed from.
    pub digest: Option<NamedDigest>,
}

/// SHA-256 of something with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedDigest {
    /// Of what, e.g. `ceremony.toml`.
    pub of: String,
    /// The digest.
    pub digest: Sha256Digest,
}

/// A part of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// A heading, which stays with what comes next.
    Heading {
        /// An act of a script or a section of a sheet, or a part of one.
        level: Level,
        /// The heading.
        text: String,
        /// What stands at its right, e.g. `15 minutes`.
        aside: Option<String>,
    },
    /// A paragraph.
    Paragraph(Text),
    /// A list without order.
    Bullets(Vec<Text>),
    /// A step of a script, with boxes for initials and time. Not torn by a page break.
    Step(Step),
    /// Rows and columns.
    Table(Table),
    /// A digest to be compared: hex, words, and a QR code of `sha256:<hex>`. Not torn by a page break.
    Digest {
        /// Of what.
        named: NamedDigest,
        /// What else is known of it, e.g. its length.
        note: Option<String>,
    },
    /// People who sign with ink.
    Signatures(Vec<Signatory>),
    /// Labels to be cut out.
    Labels(Vec<Label>),
}

/// How much a heading is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// An act or section.
    Act,
    /// A part of one.
    Part,
}

/// A step of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// `3.2`: the act's number and its own.
    pub number: String,
    /// Who acts: `CA`, `KH`, `W`, `OP`.
    pub who: String,
    /// What is done, in order.
    pub parts: Vec<Part>,
}

/// A part of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// What is done.
    Text(Text),
    /// What is typed; a command for each line.
    Command(String),
    /// What is to be seen then.
    Expected(Text),
    /// What to do if something else is seen.
    Otherwise(Text),
}

/// Rows and columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The headings.
    pub head: Vec<String>,
    /// The rows, each with as many cells as there are headings.
    pub rows: Vec<Vec<Text>>,
}

/// Somebody who signs with ink.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signatory {
    /// The name; empty if it is written by hand.
    pub name: String,
    /// As what.
    pub role: String,
}

/// A label for a tamper-evident bag or a medium. Each has a box for the serial of the bag, and two lines for initials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// `Token` or `Medium`.
    pub kind: String,
    /// Which.
    pub name: String,
    /// What else it says, as name and value.
    pub facts: Vec<(String, String)>,
}

/// A text in one or more styles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text(pub Vec<Run>);

/// Characters in one style.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// How they look.
    pub style: Style,
    /// The characters.
    pub text: String,
}

/// How characters look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Like any others.
    Plain,
    /// Bold.
    Bold,
    /// Of fixed width: what is typed or compared.
    Code,
}

impl Text {
    /// With more characters.
    pub fn and(mut self, style: Style, text: impl Into<String>) -> Text {
        self.0.push(Run { style, text: text.into() });
        self
    }

    /// With more characters like any others.
    pub fn plain(self, text: impl Into<String>) -> Text {
        self.and(Style::Plain, text)
    }

    /// With more bold characters.
    pub fn bold(self, text: impl Into<String>) -> Text {
        self.and(Style::Bold, text)
    }

    /// With more characters of fixed width.
    pub fn code(self, text: impl Into<String>) -> Text {
        self.and(Style::Code, text)
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Text {
        Text::default().plain(text)
    }
}

impl From<String> for Text {
    fn from(text: String) -> Text {
        Text::default().plain(text)
    }
}

impl Running {
    /// What each page says at its top: the ceremony, and what this is.
    pub(super) fn head(&self) -> Text {
        let ceremony = self.ceremony.as_ref().map(|id| format!("Ceremony {id}"));
        let text = Text::default();
        match ceremony {
            Some(ceremony) => text.bold(ceremony).plain(format!(": {}", self.what)),
            None => text.bold(self.what.as_str()),
        }
    }
}
