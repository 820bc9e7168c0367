//! Removable media, and the sets of files that go out on them.
//!
//! What is whose is decided by the roles: a set goes only to media of the role that its contents have, and so no medium has
//! both what everybody may see and what only those who restore may. Of the contents, only the wrapped backups of devices have
//! secrets in them: they share no medium with any other set.

use std::collections::BTreeMap;

use super::PolicyError;
use super::raw::{self, Text};
use super::read::{Read, Reader};

/// The folder of the ceremony directory in which wrapped backups of devices are, until they are on media of their own.
pub const WRAPPED: &str = "wrapped";

/// The longest label, in bytes; file systems have from 11 (FAT, exFAT) over 16 (ext4) to 32 (ISO 9660).
const LONGEST_LABEL: usize = 32;

/// A removable medium.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediumPlan {
    /// What it is for.
    pub role: MediumRole,
    /// The label of its file system, by which it is found. No two media have the same, in whatever case.
    pub label: String,
    /// The serial number of the device or of its file system, if it must be this very one.
    pub serial: Option<String>,
}

/// What a medium is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediumRole {
    /// Brings files in.
    In,
    /// Takes out what everybody may see.
    Out,
    /// Takes out what is needed to restore.
    Backup,
}

impl MediumRole {
    /// The word in `ceremony.toml`.
    pub fn name(self) -> &'static str {
        match self {
            MediumRole::In => "in",
            MediumRole::Out => "out",
            MediumRole::Backup => "backup",
        }
    }
}

/// A set of files that is exported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetPlan {
    /// Which files.
    pub contents: Contents,
    /// The media that it goes to, by name; at least one.
    pub media: Vec<String>,
    /// What becomes of what is on them.
    pub existing: Existing,
    /// Whether it goes out as one file that is encrypted with a passphrase.
    pub encrypted: bool,
}

/// The three exports of PEP 458; and the backups of devices and what goes to holders elsewhere, which are in none of the three.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contents {
    /// Everything that is needed to restore the ceremony.
    Restore,
    /// Only what goes online: the release.
    Online,
    /// Only digests, to be printed.
    Digests,
    /// Keys that devices gave out wrapped.
    Wrapped,
    /// Signature requests to holders elsewhere.
    Requests,
}

impl Contents {
    /// The word in `ceremony.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Contents::Restore => "restore",
            Contents::Online => "online",
            Contents::Digests => "digests",
            Contents::Wrapped => "wrapped",
            Contents::Requests => "requests",
        }
    }

    /// The role of the media that it goes to.
    pub fn role(self) -> MediumRole {
        match self {
            Contents::Restore | Contents::Wrapped => MediumRole::Backup,
            Contents::Online | Contents::Digests | Contents::Requests => MediumRole::Out,
        }
    }
}

/// What becomes of what is on a medium already. Nothing is ever overwritten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// It is left alone.
    Keep,
    /// The medium must be empty.
    Refuse,
}

impl Existing {
    /// The word in `ceremony.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Existing::Keep => "keep",
            Existing::Refuse => "refuse",
        }
    }
}

impl Reader<'_> {
    pub(super) fn media(&self, file: &raw::File) -> Read<BTreeMap<String, MediumPlan>> {
        let mut media: BTreeMap<String, MediumPlan> = BTreeMap::new();
        for (name, raw) in &file.media {
            let label = self.label(&raw.label)?;
            let same = |other: &&MediumPlan| other.label.eq_ignore_ascii_case(&label);
            if media.values().any(|other| same(&other)) {
                let what = format!("{label:?} is the label of another medium, too");
                return Err(self.error(&raw.label, what, "Give each medium a label of its own."));
            }
            let roles = [MediumRole::In, MediumRole::Out, MediumRole::Backup];
            let role = self.one_of(&raw.role, "the role of a medium", &roles, MediumRole::name)?;
            let serial = raw.serial.as_ref().map(|serial| self.line(serial)).transpose()?;
            media.insert(self.name(name)?, MediumPlan { role, label, serial });
        }
        Ok(media)
    }

    pub(super) fn sets(
        &self,
        file: &raw::File,
        media: &BTreeMap<String, MediumPlan>,
    ) -> Read<BTreeMap<String, SetPlan>> {
        let one = |(name, raw): (&Text, &raw::Set)| {
            let kinds = [
                Contents::Restore,
                Contents::Online,
                Contents::Digests,
                Contents::Requests,
                Contents::Wrapped,
            ];
            let contents = self.one_of(&raw.contents, "what a set contains", &kinds, Contents::name)?;
            let choices = [Existing::Keep, Existing::Refuse];
            let existing =
                self.one_of(&raw.existing, "what becomes of what is there", &choices, Existing::name)?;
            let encrypt = raw.encrypt.as_ref();
            let encrypt = encrypt
                .map(|with| self.one_of(with, "what a set is encrypted with", &["passphrase"], |word| word));
            let encrypted = encrypt.transpose()?.is_some();
            let mut listed: Vec<String> = Vec::new();
            for medium in &raw.media {
                let Some(plan) = media.get(medium.get_ref()) else {
                    return Err(self.unknown(medium, "media", media.keys()));
                };
                if plan.role != contents.role() {
                    let what = format!(
                        "{:?} contents go to media of the role {:?}, and {:?} has the role {:?}",
                        contents.name(),
                        contents.role().name(),
                        medium.get_ref(),
                        plan.role.name()
                    );
                    let mend = "What only those who restore may have, and what everybody may see, never share a medium: use another.";
                    return Err(self.error(medium, what, mend));
                }
                if listed.contains(medium.get_ref()) {
                    let what = format!("the medium {:?} is listed twice", medium.get_ref());
                    return Err(self.error(medium, what, "Remove one of the two."));
                }
                listed.push(medium.get_ref().clone());
            }
            if listed.is_empty() {
                return Err(self.error(name, "goes to no medium", "Add media = [\"…\"]."));
            }
            Ok((self.name(name)?, SetPlan { contents, media: listed, existing, encrypted }))
        };
        let sets = file.set.iter().map(one).collect::<Read<BTreeMap<String, SetPlan>>>()?;
        self.require_apart(file, &sets)?;
        Ok(sets)
    }

    /// Whoever copies a medium for one reason has no wrapped key on it for another.
    fn require_apart(&self, file: &raw::File, sets: &BTreeMap<String, SetPlan>) -> Read<()> {
        let is_wrapped = |set: &&SetPlan| set.contents == Contents::Wrapped;
        for (name, raw) in &file.set {
            if !sets.get(name.get_ref()).is_some_and(|set| is_wrapped(&set)) {
                continue;
            }
            for medium in &raw.media {
                let takes = |set: &SetPlan| set.media.contains(medium.get_ref());
                let other = sets.iter().find(|(_, set)| !is_wrapped(set) && takes(set));
                if let Some((other, _)) = other {
                    let what = format!("{:?} takes the set {other:?}, too", medium.get_ref());
                    let mend = "Wrapped backups have media of their own: add another [media.NAME] for them.";
                    return Err(self.error(medium, what, mend));
                }
            }
        }
        Ok(())
    }

    /// A label that every file system here can have, if it is short enough for it, and that reads the same everywhere.
    fn label(&self, text: &Text) -> Read<String> {
        let label = self.name(text)?;
        if label.len() <= LONGEST_LABEL {
            return Ok(label);
        }
        let mend = format!("Use up to {LONGEST_LABEL} characters; FAT and exFAT have 11, ext4 has 16.");
        Err(self.error(text, "is too long for a label", mend))
    }

    fn one_of<T: Copy>(
        &self,
        text: &Text,
        what: &str,
        all: &[T],
        word: impl Fn(T) -> &'static str,
    ) -> Result<T, PolicyError> {
        let found = all.iter().find(|one| word(**one) == text.get_ref());
        found.copied().ok_or_else(|| {
            let words: Vec<&str> = all.iter().map(|one| word(*one)).collect();
            let mend = format!("Write one of: {}.", words.join(", "));
            self.error(text, format!("{:?} is not {what}", text.get_ref()), mend)
        })
    }
}
