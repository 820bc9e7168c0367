//! Codes that were read, in any order, put together.

use std::collections::{BTreeMap, BTreeSet};

use flate2::Crc;

use super::envelope::{head, unwrap};
use super::fountain::{Fountain, Identity, Part, decoded};
use super::sequence::is_resource;
use super::{Artifact, QrError};
use crate::host::display::count;

/// The most single codes that are kept apart: two are too many already.
const SINGLES: usize = 2;

/// What was read so far.
#[derive(Default)]
pub struct Collection {
    sequences: BTreeMap<Identity, Fountain>,
    singles: BTreeSet<Vec<u8>>,
    /// Messages that stood in one resource of one part.
    whole: BTreeSet<Vec<u8>>,
}

impl Collection {
    /// Takes what one code says; whether it says anything new. A part that was misread says nothing.
    ///
    /// # Errors
    /// [`QrError::Foreign`] for a Uniform Resource that is no part of a message of ours.
    pub fn take(&mut self, content: &[u8]) -> Result<bool, QrError> {
        if !is_resource(content) {
            let is_room = self.singles.len() < SINGLES;
            return Ok(is_room && self.singles.insert(content.to_vec()));
        }
        let text = std::str::from_utf8(content).ok().map(str::to_ascii_lowercase);
        let foreign = |what: &str| QrError::Foreign(what.to_owned());
        let text = text.ok_or_else(|| foreign("a resource that is no text"))?;
        match text.split('/').collect::<Vec<_>>().as_slice() {
            ["ur:bytes", _, _] => {
                let Some(part) = Part::read(&text)? else { return Ok(false) };
                let identity = part.identity;
                let is_room = self.sequences.len() < SINGLES || self.sequences.contains_key(&identity);
                let fountain = || Fountain::new(identity);
                Ok(is_room && self.sequences.entry(identity).or_insert_with(fountain).take(part))
            }
            ["ur:bytes", _] => {
                let Some(message) = decoded(&text)? else { return Ok(false) };
                Ok(self.whole.len() < SINGLES && self.whole.insert(message))
            }
            _ => Err(foreign("a resource of another type than bytes")),
        }
    }

    /// Of which messages codes were read, by name where it is known.
    fn messages(&self) -> Vec<String> {
        let sequence = |(identity, fountain): (&Identity, &Fountain)| {
            let name = head(&fountain.message()).map(|(name, _)| name.to_owned());
            let parts =
                format!("{} with the checksum {:08x}", count(identity.fragments, "part"), identity.checksum);
            match name {
                Some(name) => format!("{name} ({parts})"),
                None => format!("a file whose name is not known yet ({parts})"),
            }
        };
        let mut messages: Vec<String> = self.sequences.iter().map(sequence).collect();
        let whole = |message: &Vec<u8>| match head(message) {
            Some((name, _)) => format!("{name} (in one code)"),
            None => "one code without an envelope".to_owned(),
        };
        messages.extend(self.whole.iter().map(whole));
        messages.extend(self.singles.iter().map(|single| format!("one code that says \"{}\"", said(single))));
        messages
    }

    /// Whether nothing was read.
    pub fn is_empty(&self) -> bool {
        self.sequences.is_empty() && self.whole.is_empty() && self.singles.is_empty()
    }

    /// Parts that say something new, and how many it takes; of a code that stands alone, one.
    pub fn progress(&self) -> (usize, usize) {
        match self.sequences.values().next() {
            Some(fountain) => (fountain.known(), fountain.needed()),
            None => (usize::from(!self.is_empty()), 1),
        }
    }

    /// Whether there is nothing more to wait for: everything is known, or codes of two messages were read.
    pub fn is_done(&self) -> bool {
        let (known, needed) = self.progress();
        known == needed || self.sequences.len() + self.whole.len() + self.singles.len() > 1
    }

    /// The file that the codes carry, of which `pictures` were looked at.
    ///
    /// # Errors
    /// Codes of more than one message, missing parts, no codes at all, or a message that is not what it says.
    pub fn artifact(&self, pictures: usize) -> Result<Artifact, QrError> {
        let messages = self.messages();
        if messages.len() > 1 {
            return Err(QrError::Mixed(messages));
        }
        if let Some((identity, fountain)) = self.sequences.first_key_value() {
            let (have, of) = (fountain.known(), fountain.needed());
            if have < of {
                return Err(QrError::Incomplete { message: messages.join(""), have, of });
            }
            let message = fountain.message();
            let mut crc = Crc::new();
            crc.update(&message);
            if crc.sum() != identity.checksum {
                return Err(QrError::Damaged("the parts have another checksum than they say".to_owned()));
            }
            return unwrap(&message);
        }
        if let Some(message) = self.whole.first() {
            return unwrap(message);
        }
        let single = self.singles.first().ok_or(QrError::NoCode(pictures))?;
        Ok(Artifact { name: None, content: single.clone() })
    }
}

/// The beginning of what a code says, for messages.
fn said(content: &[u8]) -> String {
    let text = String::from_utf8_lossy(content);
    let mut begins: String = text.chars().take(24).collect();
    if text.chars().count() > 24 {
        begins.push('…');
    }
    begins
}
