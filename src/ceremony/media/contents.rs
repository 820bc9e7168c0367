//! What the sets contain: the three exports of PEP 458, requests to holders elsewhere, and the wrapped backups of devices.

use std::collections::BTreeMap;

use crate::crypto::digest::Sha256Digest;
use crate::host::files;
use crate::media::FILE_LIMIT;
use crate::media::sums::Sums;
use crate::policy::{Contents, SetPlan, WRAPPED};

use super::super::payload::Payload;
use super::super::seal::{SUMS, unlike};
use super::super::{Ceremony, CeremonyError};

/// Whether a path in the ceremony directory is where wrapped backups of devices lie until they are on media of their own. They
/// are in no other set, and in no sealed ceremony. Whoever made the folder may have written it in capitals.
pub(in crate::ceremony) fn is_wrapped(path: &str) -> bool {
    path.split('/').next().is_some_and(|top| top.eq_ignore_ascii_case(WRAPPED))
}

/// A file of the ceremony directory, for a sheet of digests.
pub struct Listed {
    /// Relative to the directory.
    pub file: String,
    /// How many bytes it has.
    pub bytes: u64,
    /// Its SHA-256.
    pub digest: Sha256Digest,
}

/// Files with their names.
pub type Files = Vec<(String, Vec<u8>)>;

impl Ceremony {
    /// The set of a name in the plan.
    pub fn planned_set(&self, name: &str) -> Result<&SetPlan, CeremonyError> {
        self.policy.sets.get(name).ok_or_else(|| CeremonyError::NotPlanned {
            what: "set",
            name: name.to_owned(),
            known: self.policy.sets.keys().cloned().collect(),
        })
    }

    /// The commands that take out the sets with these contents; none if the plan has none.
    pub fn exports(&self, contents: Contents) -> Vec<String> {
        let sets = self.policy.sets.iter().filter(|(_, set)| set.contents == contents);
        let commands = sets.flat_map(|(name, set)| {
            set.media.iter().map(move |medium| {
                let to = if set.media.len() > 1 { format!(" --to {medium}") } else { String::new() };
                format!("`tuf-ceremony media export --set {name}{to}`")
            })
        });
        commands.collect()
    }

    /// The files of a set, named as they are named on the medium. `sheets` makes the paper of a set of digests.
    pub fn contents_of(
        &self,
        contents: Contents,
        sheets: &dyn Fn(&Ceremony, &[Listed]) -> Files,
    ) -> Result<Files, CeremonyError> {
        if self.transcript.is_sealed() {
            self.require_as_sealed()?;
        }
        match contents {
            Contents::Restore => {
                let mut all = self.all_below("")?;
                all.retain(|(name, _)| !is_wrapped(name));
                Ok(all)
            }
            Contents::Online => {
                self.require_released()?;
                self.all_below("metadata/")
            }
            Contents::Requests => {
                let requests = self.all_below("requests/")?;
                match requests.is_empty() {
                    false => Ok(requests),
                    true => Err(CeremonyError::NotYet {
                        what: "there is no signature request yet".to_owned(),
                        next: "Write one with `tuf-ceremony request --holder NAME`.".to_owned(),
                    }),
                }
            }
            Contents::Digests if !self.has_metadata() => {
                // What holders elsewhere compare with, long before there is a release.
                let of = |payload: &Payload| Listed {
                    file: Payload::file(payload.digest, "canonical"),
                    bytes: payload.canonical.len() as u64,
                    digest: payload.digest,
                };
                Ok(sheets(self, &self.payloads()?.iter().map(of).collect::<Vec<_>>()))
            }
            Contents::Digests => {
                self.require_released()?;
                let mut listed = Vec::new();
                for (file, bytes) in self.all_below("")? {
                    let seal = ["ceremony.toml", "checkpoint", SUMS].contains(&file.as_str());
                    if seal || file.starts_with("metadata/") {
                        let (digest, bytes) = (Sha256Digest::of(&bytes), bytes.len() as u64);
                        listed.push(Listed { file, bytes, digest });
                    }
                }
                Ok(sheets(self, &listed))
            }
            Contents::Wrapped => {
                let mut wrapped = self.all_below("")?;
                wrapped.retain(|(name, _)| is_wrapped(name));
                match wrapped.is_empty() {
                    false => Ok(wrapped),
                    true if self.transcript.is_sealed() => Err(CeremonyError::Sealed { whole: true }),
                    true => Err(CeremonyError::NotYet {
                        what: "there is no wrapped backup of a device yet".to_owned(),
                        next: "Put what the devices gave out, wrapped, into the folder `wrapped` of the ceremony directory."
                            .to_owned(),
                    }),
                }
            }
        }
    }

    /// Whether there is a release, or what is left of one. Before that, a set of digests has those of the payloads.
    pub fn has_metadata(&self) -> bool {
        files::exists(&self.path("metadata"))
    }

    /// Every file, as `seal` lists them, of which the path begins like this.
    fn all_below(&self, prefix: &str) -> Result<Files, CeremonyError> {
        let mut found = Vec::new();
        for (name, path) in files::below(self.root())? {
            let name = String::from_utf8_lossy(&name).into_owned();
            if name.starts_with(prefix) {
                found.push((name, files::read(&path, FILE_LIMIT)?));
            }
        }
        Ok(found)
    }

    /// The digests of the files that can be on media, by the names that they have there.
    pub(super) fn digests(&self) -> Result<BTreeMap<String, Sha256Digest>, CeremonyError> {
        let sums = Sums::of(self.root(), "")?;
        let named =
            sums.0.into_iter().filter_map(|(name, digest)| Some((String::from_utf8(name).ok()?, digest)));
        Ok(named.collect())
    }

    /// A sealed directory leaves as it was sealed, or not at all.
    fn require_as_sealed(&self) -> Result<(), CeremonyError> {
        let Some(listed) = self.sums()? else { return Err(CeremonyError::Sealed { whole: false }) };
        let files = unlike(&listed, &Sums::of(self.root(), SUMS)?);
        if files.is_empty() { Ok(()) } else { Err(CeremonyError::Unsealed { files }) }
    }
}
