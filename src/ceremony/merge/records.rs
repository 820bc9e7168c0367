//! The records of other copies of the directory, as they were carried in: whether they are whole, of this ceremony, and those of
//! which the lines about merging tell.

use crate::checks::Finding;
use crate::checks::record::{Kept, Told, record_kept, record_told};
use crate::crypto::digest::Sha256Digest;
use crate::host::display::typed;
use crate::host::files;
use crate::json::Json;

use super::super::directory::RECORD;
use super::super::event::MERGED;
use super::super::transcript::Transcript;
use super::super::{Ceremony, CeremonyError};
use crate::tuf::METADATA_LIMIT;

/// Where they are kept, each named by its SHA-256.
pub(super) const RECORDS: &str = "transcripts";

/// How much of a name is asked for at least: so many digits of a digest are typed elsewhere, too.
const SHORTEST: usize = 8;

/// A record that was carried in.
#[derive(Clone, Debug)]
pub struct CarriedIn {
    /// `transcripts/….jsonl`
    pub file: String,
    /// How many lines it has, how many of these ours begins with, too, and how many sittings; `None` where it cannot be read.
    pub lines: Option<(usize, u64, usize)>,
}

impl Ceremony {
    /// Reads every record that was carried in. Gives them with all that RECORD-CHAIN says of them.
    pub(in super::super) fn carried_in(&self) -> Result<(Vec<CarriedIn>, Vec<Finding>), CeremonyError> {
        let (mut told, mut findings, mut records) = (Vec::new(), Vec::new(), Vec::new());
        for name in files::list(&self.path(RECORDS))? {
            let file = format!("{RECORDS}/{name}");
            let (record, finding) = self.read_carried(&file);
            findings.push(finding);
            told.push(CarriedIn { file: file.clone(), lines: record.as_ref().map(|one| self.shape(one)) });
            records.extend(record.map(|record| (file, record)));
        }
        let all = || std::iter::once(&self.transcript).chain(records.iter().map(|(_, record)| record));
        let named = std::iter::once(RECORD).chain(records.iter().map(|(file, _)| file.as_str()));
        for (by, record) in named.zip(all()) {
            for (seq, data) in record.numbered(MERGED) {
                let Some((lines, common, root_hash)) = data.get("from").and_then(copy_of) else { continue };
                let before = record.lines().get(..seq).unwrap_or_default();
                let found = all().find(|one| one.root_at(lines) == Some(root_hash)).map(|one| {
                    let count = usize::try_from(lines).unwrap_or(usize::MAX);
                    self::common(before, one.lines().get(..count).unwrap_or_default())
                });
                findings.push(record_told(&Told { by, seq, lines, common, found }));
            }
        }
        Ok((told, findings))
    }

    /// One record that was carried in, with what RECORD-CHAIN says of it: by its file, as `transcript check` lists it, or by the
    /// beginning of its SHA-256, which that is named by.
    ///
    /// # Errors
    /// [`CeremonyError::Change`] unless exactly one is called so; [`CeremonyError::Refused`] if it cannot be read as a record.
    pub fn carried_record(&self, wanted: &str) -> Result<(CarriedIn, Transcript, Finding), CeremonyError> {
        let all = files::list(&self.path(RECORDS))?;
        // Whoever stands outside the directory names the file with what leads there: its name says what it has.
        let wanted = wanted.rsplit_once('/').map_or(wanted, |(_, name)| name);
        let is_it = |name: &&String| wanted.len() >= SHORTEST && name.starts_with(wanted);
        let found: Vec<&String> = all.iter().filter(is_it).collect();
        let [name] = found.as_slice() else {
            let next = match all.is_empty() {
                true => {
                    "None was carried in: `merge DIR` brings the record of a copy. `transcript show` alone tells that of this directory."
                }
                false => {
                    "`tuf-ceremony transcript check` lists them. Name one with 8 or more digits, or as it is listed."
                }
            };
            let what = match found.is_empty() {
                true => format!("no record that was carried in is called {}", typed(wanted)),
                false => format!("{} records that were carried in begin with {}", found.len(), typed(wanted)),
            };
            return Err(CeremonyError::Change { what, next: next.to_owned() });
        };
        let file = format!("{RECORDS}/{name}");
        match self.read_carried(&file) {
            (Some(record), finding) => {
                let lines = Some(self.shape(&record));
                Ok((CarriedIn { file, lines }, record, finding))
            }
            (None, finding) => Err(CeremonyError::Refused(Box::new(finding))),
        }
    }

    fn shape(&self, record: &Transcript) -> (usize, u64, usize) {
        (record.len(), common(self.transcript.lines(), record.lines()), record.sittings().len())
    }

    fn read_carried(&self, file: &str) -> (Option<Transcript>, Finding) {
        let bytes = files::read(&self.path(file), METADATA_LIMIT).map_err(CeremonyError::from);
        let sha256 = bytes.as_ref().ok().map(|bytes| Sha256Digest::of(bytes));
        let record = bytes.and_then(|bytes| Transcript::carried(&bytes));
        let broken = record.as_ref().err().map(|error| match error {
            CeremonyError::Record { line, problem } => format!("line {line}: {problem}"),
            other => other.to_string(),
        });
        let record = record.ok();
        let of = record.as_ref().and_then(of);
        let finding = record_kept(&Kept { file, sha256, broken, of, id: &self.policy.id });
        (record, finding)
    }
}

/// What a line says of the copy that was merged: how many lines its record had, how many in common, and its head.
fn copy_of(from: &Json) -> Option<(u64, u64, Sha256Digest)> {
    let number = |name: &str| u64::try_from(from.get(name)?.as_int()?).ok();
    let root_hash = Sha256Digest::parse_hex(from.get("root_hash")?.as_str()?)?;
    Some((number("lines")?, number("common")?, root_hash))
}

/// The ceremony whose plan a record says was read first.
pub(super) fn of(record: &Transcript) -> Option<&str> {
    record.all("plan-read").next()?.get("id")?.as_str()
}

/// With how many lines both records begin.
pub(super) fn common(ours: &[Json], theirs: &[Json]) -> u64 {
    let same = ours.iter().zip(theirs).take_while(|(ours, theirs)| ours == theirs);
    u64::try_from(same.count()).unwrap_or(u64::MAX)
}
