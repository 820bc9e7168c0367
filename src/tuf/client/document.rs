//! A metadata file as a client reads it: parsed with that client's strictness, its oddities named, and refused where the
//! client refuses one of them.

use std::sync::Arc;

use crate::crypto::digest::of_reader;
use crate::crypto::hex;
use crate::host::display::count;
use crate::json::{Json, Lapse};
use crate::tuf::envelope::{Envelope, Signature};
use crate::tuf::meta::MetaFile;

use super::evidence::Refusal;
use super::profile::Profile;
use super::rule::{Findings, Found, Rule, Stance};
use super::survey;

/// A file that a client could read. Its signatures are not verified yet.
#[derive(Clone, Debug)]
pub struct Document {
    /// `signed`, as it is signed.
    pub signed: Arc<Json>,
    /// `signatures`, in the order of the file.
    pub signatures: Vec<Signature>,
    /// Its oddities, those that the client does not mind included.
    pub found: Vec<Found>,
    /// Whether it was made in a rehearsal.
    pub rehearsal: bool,
    /// `signed` as the client understands it, where that differs: to Python `true` is 1, to JavaScript what is no date has
    /// never passed.
    understood: Option<Json>,
}

impl Document {
    /// Reads a file of at most `limit` bytes.
    ///
    /// # Errors
    /// A refusal, with the rule if it is one.
    pub fn read(profile: Profile, bytes: &[u8], limit: usize) -> Result<Document, Refusal> {
        let (tree, lapses) = crate::json::strict::read_tolerant::<Json>(bytes, limit, profile.tolerance())
            .map_err(|error| Refusal::new("4.1", format!("not strict JSON: {error}")))?;
        let mut found = Findings::default();
        found.extend(lapses.iter().map(of_lapse));
        let envelope = Envelope::read(tree).map_err(|error| Refusal::new("4.2", error.to_string()))?;
        survey::signatures(&envelope.signatures, &mut found);
        survey::signed(&envelope.signed, &mut found);
        let found = found.into_vec();
        let replaces = |found: &Found| {
            matches!(found.rule, Rule::BooleanInteger | Rule::DateUnreadable)
                && found.rule.stance(profile) == Stance::Accepts
        };
        let understood = found.iter().any(replaces).then(|| survey::understood(&envelope.signed));
        let rehearsal = envelope.is_rehearsal();
        let document = Document {
            signed: Arc::new(envelope.signed),
            signatures: envelope.signatures,
            found,
            rehearsal,
            understood,
        };
        match document.found.iter().find(|found| found.rule.stance(profile) == Stance::Refuses) {
            Some(found) => Err(Refusal::by_rule(found)),
            None => Ok(document),
        }
    }

    /// What typed views are made from.
    pub fn view(&self) -> &Json {
        self.understood.as_ref().unwrap_or(&self.signed)
    }

    /// The same, to be kept.
    pub fn shared_view(&self) -> Arc<Json> {
        self.understood.as_ref().map_or_else(|| Arc::clone(&self.signed), |signed| Arc::new(signed.clone()))
    }

    /// `signed` as the client understands it.
    pub fn into_view(self) -> Json {
        self.understood.unwrap_or_else(|| Arc::unwrap_or_clone(self.signed))
    }

    /// The oddities that a person should know of.
    pub fn remarks(&self, profile: Profile) -> Vec<Found> {
        let told = |found: &&Found| found.rule.stance(profile) != Stance::Accepts;
        self.found.iter().filter(told).cloned().collect()
    }
}

fn of_lapse(lapse: &Lapse) -> Found {
    match lapse {
        Lapse::WholeFloat { path } => Found::new(Rule::WholeFloat, path.join(".")),
        Lapse::Duplicate { path } => Found::new(of_duplicate(path), path.join(".")),
    }
}

/// Clients that read into structures refuse a field twice where a structure has it, and nowhere else.
fn of_duplicate(path: &[String]) -> Rule {
    const FIELDS: [&str; 9] = [
        "consistent_snapshot",
        "delegations",
        "expires",
        "keys",
        "meta",
        "roles",
        "spec_version",
        "targets",
        "version",
    ];
    let steps: Vec<&str> = path.iter().map(String::as_str).collect();
    match steps.as_slice() {
        ["signed" | "signatures"] | ["signatures", ..] => Rule::DuplicateOutside,
        ["signed", "roles" | "meta" | "targets", _] | ["signed", "targets", _, "custom", ..] => {
            Rule::DuplicateEntry
        }
        ["signed", field, ..] if FIELDS.contains(field) => Rule::DuplicateName,
        _ => Rule::DuplicateEntry,
    }
}

/// Why bytes are not those that are listed, as a client compares them; `None` if they are.
pub(super) fn mismatch_for(profile: Profile, bytes: &[u8], listed: &MetaFile) -> Option<String> {
    if profile != Profile::Tough {
        return mismatch(bytes, listed.length, listed.hashes.iter());
    }
    // To tough the length is the most that it takes, and SHA-256 the only hash.
    let longer = |length: &i64| i64::try_from(bytes.len()).is_ok_and(|found| found > *length);
    mismatch(bytes, listed.length.filter(longer), listed.hashes.iter().filter(|(name, _)| *name == "sha256"))
}

/// Why bytes are not those that `length` and `hashes` describe; `None` if they are.
pub fn mismatch<'a>(
    bytes: &[u8],
    length: Option<i64>,
    hashes: impl Iterator<Item = (&'a String, &'a String)>,
) -> Option<String> {
    let digest = |algorithm: &str| of_reader(algorithm, &mut &*bytes);
    // Memory can be read without an error.
    mismatch_of(bytes.len() as u64, length, hashes, digest).unwrap_or_else(|error| Some(error.to_string()))
}

/// Like [`mismatch`], of something that has this many bytes, and digests by the names that metadata has for algorithms.
pub fn mismatch_of<'a, E>(
    bytes: u64,
    length: Option<i64>,
    hashes: impl Iterator<Item = (&'a String, &'a String)>,
    mut digest: impl FnMut(&str) -> Result<Option<Vec<u8>>, E>,
) -> Result<Option<String>, E> {
    if let Some(length) = length.filter(|length| i64::try_from(bytes) != Ok(*length)) {
        return Ok(Some(format!("it has {}, and {length} are listed", count(bytes, "byte"))));
    }
    for (algorithm, listed) in hashes {
        let Some(digest) = digest(algorithm)? else {
            return Ok(Some(format!("its {algorithm} cannot be computed by this program")));
        };
        if !hex::encode(&digest).eq_ignore_ascii_case(listed) {
            return Ok(Some(format!("its {algorithm} is not the one that is listed")));
        }
    }
    Ok(None)
}
