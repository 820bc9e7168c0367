//! Sets that are encrypted with a passphrase: one file in the age format (<https://age-encryption.org/v1>), in which a tar archive
//! has the folder of the set as it would lie on the medium, with its own manifest. `age -d FILE.tar.age | tar -x` opens it.
//!
//! One file, so that a passphrase is worked through scrypt once and not for every file, and that names and sizes are not seen.

#[cfg(feature = "age")]
mod age;
#[cfg(feature = "age")]
mod archive;

use std::collections::BTreeSet;

use super::MediaError;
use super::manifest::{MANIFEST, Manifest, Trouble};
use super::passphrase::Passphrase;
use super::put::Parcel;
use crate::crypto::digest::Sha256Digest;
use crate::host::display::visible;

/// The word for the format, in a manifest and in the record.
pub const FORMAT: &str = "age";
/// What an encrypted set is called after the set's folder.
pub const SUFFIX: &str = ".tar.age";
/// How the manifest beside an encrypted set names the format, and the SHA-256 of the manifest inside.
pub const ABOUT: [&str; 2] = ["encrypted", "inside"];
/// Whether this build can encrypt and open sets.
pub const AVAILABLE: bool = cfg!(feature = "age");

/// The first line of every file in the age format.
const INTRO: &[u8] = b"age-encryption.org/v1\n";

/// Why an encrypted set cannot be looked into.
#[derive(Debug, thiserror::Error)]
pub enum Unopened {
    /// The age format says no.
    #[error("it does not open with this passphrase")]
    Passphrase,
    /// It is not as the age format wants it.
    #[error("it is damaged, or not encrypted with a passphrase: {0}")]
    Damaged(String),
    /// What comes out is not a set.
    #[error("it opens, and is no tar archive of one folder with plain files: {0}")]
    NoSet(String),
    /// This build cannot.
    #[error("this program was built without the feature age")]
    NoFeature,
}

/// What an encrypted set has inside.
pub struct Opened {
    /// The folder.
    pub folder: String,
    /// The files with their paths in it, the manifest among them, in the order of the archive.
    pub files: Vec<(String, Vec<u8>)>,
}

/// Whether a file is in the age format.
pub fn is_encrypted(bytes: &[u8]) -> bool {
    bytes.starts_with(INTRO)
}

/// Fails in a build that cannot encrypt.
pub fn require(set: &str) -> Result<(), MediaError> {
    if AVAILABLE { Ok(()) } else { Err(MediaError::CannotEncrypt { set: set.to_owned() }) }
}

/// A parcel with one file, in which is all of another. The same twice gives different bytes: each time has its own salt and key.
pub fn encrypt(
    plain: &Parcel,
    passphrase: &Passphrase,
    about: Vec<(String, String)>,
) -> Result<Parcel, MediaError> {
    let bytes = sealed(plain, passphrase)?;
    let mut about = about;
    let values = [FORMAT.to_owned(), plain.digest().to_hex()];
    about.extend(ABOUT.map(str::to_owned).into_iter().zip(values));
    Parcel::new(&plain.folder, vec![(format!("{}{SUFFIX}", plain.folder), bytes)], about)
}

#[cfg(feature = "age")]
fn sealed(plain: &Parcel, passphrase: &Passphrase) -> Result<Vec<u8>, MediaError> {
    let failed = |cause: std::io::Error| MediaError::NotEncrypted { cause: cause.to_string() };
    age::encrypt(passphrase, &archive::pack(plain).map_err(failed)?).map_err(failed)
}

#[cfg(not(feature = "age"))]
fn sealed(plain: &Parcel, _: &Passphrase) -> Result<Vec<u8>, MediaError> {
    Err(MediaError::CannotEncrypt { set: plain.folder.clone() })
}

/// Opens an encrypted set, in memory.
#[cfg(feature = "age")]
pub fn open(bytes: &[u8], passphrase: &Passphrase) -> Result<Opened, Unopened> {
    archive::unpack(&age::decrypt(passphrase, bytes)?)
}

/// Opens an encrypted set, in builds that can.
#[cfg(not(feature = "age"))]
pub fn open(_: &[u8], _: &Passphrase) -> Result<Opened, Unopened> {
    Err(Unopened::NoFeature)
}

impl Opened {
    /// Whether it is all of a parcel, and nothing else.
    pub fn is(&self, plain: &Parcel) -> bool {
        let manifest = (MANIFEST.to_owned(), plain.manifest.clone());
        let mut files: Vec<_> = self.files.iter().collect();
        let mut planned: Vec<_> = plain.files.iter().chain([&manifest]).collect();
        files.sort();
        planned.sort();
        self.folder == plain.folder && files == planned
    }

    /// The manifest inside with its SHA-256, and what is not as it says.
    pub fn check(&self) -> (Option<(Sha256Digest, Manifest)>, Vec<String>) {
        let Some((_, bytes)) = self.files.iter().find(|(name, _)| name == MANIFEST) else {
            return (None, vec![format!("there is no {MANIFEST}")]);
        };
        let manifest = match Manifest::parse(bytes) {
            Ok(manifest) => manifest,
            Err(Trouble::Names(refused)) => return (None, refused),
            Err(Trouble::Form { line, what }) => {
                return (None, vec![format!("{MANIFEST}, line {line}: {what}")]);
            }
        };
        let mut troubles = Vec::new();
        for (name, bytes) in self.files.iter().filter(|(name, _)| name != MANIFEST) {
            let found = Sha256Digest::of(bytes);
            match manifest.files.get(name) {
                None => troubles.push(format!("{} is not in the manifest", visible(name))),
                Some(listed) if *listed != found => {
                    troubles.push(format!(
                        "{} has SHA-256 {found:.16}…, and {listed:.16}… is listed",
                        visible(name)
                    ));
                }
                Some(_) => {}
            }
        }
        let there: BTreeSet<&String> = self.files.iter().map(|(name, _)| name).collect();
        let missing = manifest.files.keys().filter(|name| !there.contains(name));
        troubles.extend(missing.map(|name| format!("{} is missing", visible(name))));
        (Some((Sha256Digest::of(bytes), manifest)), troubles)
    }
}
