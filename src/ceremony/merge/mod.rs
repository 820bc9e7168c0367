//! Merging: responses, and other copies of the directory, come in any order and any number of times. Each signature is judged by
//! itself, with the bytes that are here; what is refused is named, and disturbs nothing.

mod copy;
mod judge;
mod records;
mod source;

use std::path::{Path, PathBuf};

use crate::advice::Advice as _;
use crate::checks::Finding;
use crate::checks::sign::sign_elsewhere;
use crate::crypto::digest::Sha256Digest;
use crate::host::brief::cut;
use crate::host::files;

use super::carried::RESPONSE;
use super::directory::ADMINISTRATOR;
use super::event::{Artifact, Event};
use super::kinds::Kind;
use super::response::{LIMIT, Response};
use super::{CarriedError, Ceremony, CeremonyError};
use judge::Judge;

pub use records::CarriedIn;
pub use source::{Source, TakenSignature};

/// What an item is called that stands for all that was brought: none of it was taken.
pub const NOTHING: &str = "nothing";

/// How much of a file is looked at that is no response, in bytes: a picture is known by less, and nearly every request is smaller.
const LOOKED_AT: usize = 4 << 20;

/// Of how many refusals the record has the words; of the others it has the number.
const FIRST: usize = 3;
/// The most characters of them, each.
const LONGEST: usize = 400;

/// What became of one thing that was brought.
#[derive(Debug)]
pub enum Fate {
    /// It was taken.
    Taken,
    /// The same, or a signature of the same key over the same payload, was here before.
    Before,
    /// It was not taken.
    Refused(Box<CeremonyError>),
    /// It was left where it is, and this is why.
    Left(String),
}

/// One thing that was brought: a signature, a key, a record.
#[derive(Debug)]
pub struct Item {
    /// What it is.
    pub what: String,
    /// What became of it.
    pub fate: Fate,
}

/// What became of one file or directory.
#[derive(Debug)]
pub struct Brought {
    /// Its name.
    pub name: String,
    /// What was in it.
    pub items: Vec<Item>,
}

impl Item {
    fn new(what: impl Into<String>, fate: Fate) -> Item {
        Item { what: what.into(), fate }
    }

    fn refused(what: impl Into<String>, error: CeremonyError) -> Item {
        Item::new(what, Fate::Refused(Box::new(error)))
    }

    fn judged(what: impl Into<String>, finding: Finding) -> Item {
        Item::refused(what, CeremonyError::Refused(Box::new(finding)))
    }
}

impl Ceremony {
    /// Takes what responses and copies of this directory bring. What cannot be taken is told and recorded, and the rest is taken;
    /// an error comes back only where this directory itself fails.
    pub fn merge(&mut self, sources: &[PathBuf]) -> Result<Vec<Brought>, CeremonyError> {
        let mut all = Vec::new();
        for source in sources {
            if files::is_folder(source) && !files::exists(&source.join("ceremony.toml")) {
                all.extend(self.merge_folder(source)?);
            } else if files::is_folder(source) {
                all.push(self.merge_copy(source)?);
            } else {
                all.push(self.merge_response(source)?);
            }
        }
        Ok(all)
    }

    /// A folder, such as a stick's, in which responses are, under the names that `respond` gives them.
    fn merge_folder(&mut self, folder: &Path) -> Result<Vec<Brought>, CeremonyError> {
        let mut all = Vec::new();
        let names = match files::list(folder) {
            Ok(names) => names,
            Err(error) => {
                let items = vec![Item::refused(NOTHING, error.into())];
                return Ok(vec![self.told(folder.to_string_lossy().into_owned(), None, items)?]);
            }
        };
        let mut left = Vec::new();
        for name in &names {
            let path = folder.join(name);
            if name.ends_with(".response.json") && !files::is_folder(&path) {
                all.push(self.merge_response(&path)?);
            } else {
                left.push(Item::new(name, Fate::Left(why_left(&path))));
            }
        }
        if names.is_empty() {
            left.push(Item::new(NOTHING, Fate::Left("the folder is empty".to_owned())));
        }
        if !left.is_empty() {
            all.push(Brought { name: folder.to_string_lossy().into_owned(), items: left });
        }
        Ok(all)
    }

    fn merge_response(&mut self, path: &Path) -> Result<Brought, CeremonyError> {
        let name = path.to_string_lossy().into_owned();
        let bytes = match files::read(path, LIMIT) {
            Ok(bytes) => bytes,
            Err(error) => {
                // A picture or a request may be larger than any response.
                let kind = files::beginning(path, LOOKED_AT).ok().and_then(|bytes| Kind::of(&bytes));
                let error = kind.map_or(error.into(), |kind| other_kind(&name, kind));
                return self.told(name, None, vec![Item::refused(NOTHING, error)]);
            }
        };
        let sha256 = Sha256Digest::of(&bytes);
        let items = match Response::read(&name, &bytes) {
            Ok(response) => self.take_response(&name, &response, sha256)?,
            Err(error) => {
                let kind = Kind::of(&bytes).filter(|kind| *kind != Kind::Response);
                let error = kind.map_or(error.into(), |kind| other_kind(&name, kind));
                vec![Item::refused(NOTHING, error)]
            }
        };
        self.told(name, Some(sha256), items)
    }

    fn take_response(
        &mut self,
        name: &str,
        response: &Response,
        sha256: Sha256Digest,
    ) -> Result<Vec<Item>, CeremonyError> {
        let own = sign_elsewhere(&format!("the response {name}"), &response.ceremony, &self.policy.id);
        if own.refuses() {
            return Ok(vec![Item::judged(NOTHING, own)]);
        }
        let judge = Judge::of(self)?;
        let (mut items, mut taken) = (Vec::new(), Taken::default());
        for (payload, signatures) in &response.signatures {
            for signature in signatures {
                let (item, one) = judge.take(self, *payload, signature)?;
                items.push(item);
                taken.signature(one);
            }
        }
        if items.is_empty() {
            items.push(Item::refused(NOTHING, CarriedError::Empty { file: name.to_owned() }.into()));
        }
        let from = Source::Response { sha256, plan: response.plan, request: response.request };
        self.record_taken(from, taken)?;
        Ok(items)
    }

    /// Records what was taken, if anything was.
    fn record_taken(&mut self, from: Source, taken: Taken) -> Result<(), CeremonyError> {
        let Taken { files, signatures } = taken;
        if files.is_empty() {
            return Ok(());
        }
        self.transcript.record(ADMINISTRATOR, &Event::Merged { from, files, signatures })
    }

    /// Records what was refused: one line for all that a source brought, for somebody may bring very much.
    fn told(
        &mut self,
        name: String,
        sha256: Option<Sha256Digest>,
        items: Vec<Item>,
    ) -> Result<Brought, CeremonyError> {
        let (mut checks, mut first, mut count) = (Vec::new(), Vec::new(), 0_usize);
        for item in &items {
            let Fate::Refused(error) = &item.fate else { continue };
            count += 1;
            if first.len() < FIRST {
                first.push(cut(&error.to_string(), LONGEST));
            }
            let ids = error.refusing().iter().map(|finding| finding.check.id());
            for id in ids.chain(error.check()) {
                if !checks.contains(&id) {
                    checks.push(id);
                }
            }
        }
        // A file that is not there is a slip at the keyboard, and no more.
        if !checks.is_empty() || (count > 0 && sha256.is_some()) {
            let more = match count.saturating_sub(first.len()) {
                0 => String::new(),
                more => format!("; and {more} more"),
            };
            let act = format!("merge {}", cut(&name, LONGEST));
            let what = format!("{}{more}", first.join("; "));
            self.transcript.record(ADMINISTRATOR, &Event::NotTaken { act, sha256, checks, count, what })?;
        }
        Ok(Brought { name, items })
    }
}

/// A file that is for another command.
fn other_kind(file: &str, kind: Kind) -> CeremonyError {
    CarriedError::OtherKind { file: file.to_owned(), what: RESPONSE, kind }.into()
}

/// Why a thing in a folder is left where it is.
fn why_left(path: &Path) -> String {
    if files::is_folder(path) {
        return "it is a folder: name it, if responses or a copy of this directory are in it".to_owned();
    }
    let kind = files::beginning(path, LOOKED_AT).ok().and_then(|bytes| Kind::of(&bytes));
    match kind.filter(|kind| *kind != Kind::Response) {
        Some(kind) => {
            format!("it is {}: {}", kind.name(), kind.next(&path.to_string_lossy(), ".response.json"))
        }
        None => "its name does not end in .response.json; name it if it is a response".to_owned(),
    }
}

/// What was taken from one source.
#[derive(Debug, Default)]
struct Taken {
    files: Vec<Artifact>,
    signatures: Vec<TakenSignature>,
}

impl Taken {
    fn signature(&mut self, taken: Option<(Artifact, TakenSignature)>) {
        let Some((file, signature)) = taken else { return };
        self.files.push(file);
        self.signatures.push(signature);
    }
}
