//! Scripts: what is done at a ceremony, step by step, as people read it, as it is printed, and as `run` walks through it.
//! `ceremony-scripts/README.md` describes the format.
//!
//! A script is a template over the plan ([`expand`]) of a small part of Markdown ([`markdown`]). What comes out depends on the
//! script and the plan alone, so that it is the same on paper, on every machine, and after every pause. Values that are only
//! known later, such as the digest of a payload, are named in it and filled in when it is shown ([`Late`]).

mod expand;
mod inline;
mod late;
pub mod lint;
mod markdown;
mod values;
mod write;

use std::fmt;

use crate::advice::{Advice, Exit};
use crate::host::display::visible;
use crate::host::files;
use crate::policy;

use super::{Ceremony, CeremonyError, start};

pub use late::Known;

/// Why a script cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the script {script}, line {line}: {what}")]
pub struct ScriptError {
    /// Its name or path, fit to be shown.
    pub script: String,
    /// The line, from 1: of the template while it is expanded, of what came out of it afterwards.
    pub line: usize,
    /// What is wrong there.
    pub what: String,
    /// What to do.
    pub next: String,
}

impl Advice for ScriptError {
    fn next_step(&self) -> String {
        self.next.clone()
    }
    fn exit(&self) -> Exit {
        Exit::No
    }
}

/// A script for one ceremony.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// The heading.
    pub title: String,
    /// What stands before the first act: who is in the room, what to bring.
    pub intro: Vec<Block>,
    /// What is done.
    pub acts: Vec<Act>,
    /// What is done by hand when every step is closed and nothing more is recorded.
    pub afterwards: Vec<Block>,
}

/// A part of a ceremony.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// From 1.
    pub number: usize,
    /// The heading, without number and estimate.
    pub title: String,
    /// How long it takes, as it is written: `10 minutes a holder`.
    pub estimate: String,
    /// What stands before the first step.
    pub intro: Vec<Block>,
    /// What is done, in this order.
    pub steps: Vec<Step>,
}

/// Something that one of those in the room does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Act and step, as `3.2`.
    pub id: String,
    /// Who acts.
    pub who: Who,
    /// What to do.
    pub blocks: Vec<Block>,
    /// The command of this program that does it, without the program's name; `None` for what people do by hand.
    pub command: Option<Vec<String>>,
    /// What the command is expected to say.
    pub expected: Vec<Block>,
    /// What to do if it says something else.
    pub otherwise: Vec<Block>,
    /// The line in the expanded script.
    pub line: usize,
}

/// Who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// The ceremony administrator, who types.
    Administrator,
    /// A key holder.
    Holder,
    /// A witness.
    Witness,
    /// The operator of the service that is concerned.
    Operator,
}

impl Who {
    /// Everybody who may act.
    pub const ALL: [Who; 4] = [Who::Administrator, Who::Holder, Who::Witness, Who::Operator];

    /// The letters in the script.
    pub fn letters(self) -> &'static str {
        match self {
            Who::Administrator => "CA",
            Who::Holder => "KH",
            Who::Witness => "W",
            Who::Operator => "OP",
        }
    }

    /// The words for the letters.
    pub fn words(self) -> &'static str {
        match self {
            Who::Administrator => "ceremony administrator",
            Who::Holder => "key holder",
            Who::Witness => "witness",
            Who::Operator => "operator",
        }
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.letters())
    }
}

/// The heading of what comes after the acts.
pub const AFTERWARDS: &str = "Afterwards";

/// Part of what is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// Running text.
    Paragraph(Vec<Inline>),
    /// Points, each running text.
    Bullets(Vec<Vec<Inline>>),
    /// Lines that are shown as they are.
    Verbatim(String),
}

/// Part of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inline {
    /// Words.
    Text(String),
    /// Words that stand out.
    Strong(String),
    /// Words of the machine.
    Code(String),
    /// What is known later.
    Late(Late),
}

/// A value that is known when the ceremony has come so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Late {
    /// The SHA-256 of the payload of a role.
    Sha256(String),
    /// The same as words.
    Words(String),
    /// The keyid of a key.
    Keyid(String),
}

impl fmt::Display for Late {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Late::Sha256(role) => write!(f, "SHA-256 of {role}"),
            Late::Words(role) => write!(f, "words of {role}"),
            Late::Keyid(key) => write!(f, "keyid of {key}"),
        }
    }
}

impl Script {
    /// The script that the plan names, for this ceremony.
    pub fn of(ceremony: &Ceremony) -> Result<Script, CeremonyError> {
        let name = &ceremony.policy.script;
        let text = match start::script(name) {
            Some(text) => text.to_owned(),
            None => text_of(&visible(name), &files::read(&ceremony.path(name), policy::LIMIT)?)?,
        };
        Script::expanded(&visible(name), &text, ceremony)
    }

    /// The script with this text, for this ceremony. `name` is what it is called in errors.
    pub fn expanded(name: &str, text: &str, ceremony: &Ceremony) -> Result<Script, CeremonyError> {
        let expanded = expand::expand(name, text, &values::Values::of(ceremony)?)?;
        Ok(markdown::read(name, &expanded)?)
    }

    /// Every step, with its act.
    pub fn steps(&self) -> impl Iterator<Item = (&Act, &Step)> {
        self.acts.iter().flat_map(|act| act.steps.iter().map(move |step| (act, step)))
    }
}

/// A script's text.
pub fn text_of(name: &str, bytes: &[u8]) -> Result<String, ScriptError> {
    String::from_utf8(bytes.to_vec()).map_err(|_| ScriptError {
        script: name.to_owned(),
        line: 1,
        what: "it is not UTF-8 text".to_owned(),
        next: "Save the file as UTF-8.".to_owned(),
    })
}

impl Step {
    /// The command as it is typed; empty if there is none.
    pub fn typed(&self) -> String {
        let command = self.command.iter().flatten().map(String::as_str);
        match self.command {
            None => String::new(),
            Some(_) => shell_words::join(std::iter::once("tuf-ceremony").chain(command)),
        }
    }

    /// What to do, in words, with what is known of [`Late`] values by now.
    pub fn text(&self, known: &dyn Fn(&Late) -> Option<String>) -> String {
        let text: Vec<String> = self.blocks.iter().map(|block| block.text(known)).collect();
        text.join(" ")
    }
}

impl Block {
    /// The words in one line.
    pub fn text(&self, known: &dyn Fn(&Late) -> Option<String>) -> String {
        let line = |inlines: &[Inline]| inlines.iter().map(|one| one.text(known)).collect::<String>();
        match self {
            Block::Paragraph(inlines) => line(inlines),
            Block::Bullets(points) => points.iter().map(|point| line(point)).collect::<Vec<_>>().join("; "),
            Block::Verbatim(text) => text.split_whitespace().collect::<Vec<_>>().join(" "),
        }
    }
}

impl Inline {
    /// The words. What is not known yet is a blank to be filled in by hand.
    pub fn text(&self, known: &dyn Fn(&Late) -> Option<String>) -> String {
        match self {
            Inline::Text(text) | Inline::Strong(text) | Inline::Code(text) => text.clone(),
            Inline::Late(late) => known(late).unwrap_or_else(|| BLANK.to_owned()),
        }
    }
}

/// What a command is expected to say begins with this.
pub const EXPECTED: &str = "Expected:";

/// What to do otherwise begins with this.
pub const OTHERWISE: &str = "If not:";

/// Room for a value that is written by hand.
pub const BLANK: &str = "________________";
