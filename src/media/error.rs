//! What goes wrong with media. Each error names the medium by its label.

use std::path::PathBuf;

use crate::advice::{Advice, Exit};
use crate::host::display::visible;
use crate::host::files::FileError;

/// Why a medium was not read or written.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// The medium is not there; others may be.
    #[error("no medium labelled {label} is inserted{}", others(.seen))]
    Absent {
        /// The label that is looked for.
        label: String,
        /// What is inserted, each with what the plan says of it.
        seen: Vec<String>,
    },
    /// It is in the plan, for something else.
    #[error(
        "the medium {name}, labelled {label}, has the role \"{role}\", and this needs one of the role \"{needed}\""
    )]
    WrongRole {
        /// Its name in the plan.
        name: String,
        /// Its label.
        label: String,
        /// Its role.
        role: &'static str,
        /// The role that is needed.
        needed: &'static str,
    },
    /// The set goes to several media, and none is named.
    #[error("the set {set} goes to {}", .media.join(" or "))]
    Which {
        /// The set.
        set: String,
        /// The media, by their names in the plan.
        media: Vec<String>,
    },
    /// The set does not go to that medium.
    #[error("the set {set} does not go to the medium {name}")]
    NotOfSet {
        /// The set.
        set: String,
        /// The medium, by its name in the plan.
        name: String,
        /// Those it goes to.
        media: Vec<String>,
    },
    /// It cannot be written.
    #[error("the medium labelled {label} is mounted read-only")]
    ReadOnly {
        /// The label.
        label: String,
    },
    /// The device itself cannot be written.
    #[error("the medium labelled {label} is write-protected")]
    WriteProtected {
        /// The label.
        label: String,
    },
    /// The device named is none that can be taken out.
    #[error("{} is no removable device with a file system", visible(&.0.to_string_lossy()))]
    NotRemovable(PathBuf),
    /// Two have the same label.
    #[error("{} media are labelled {label}: {}", .devices.len(), .devices.join(", "))]
    Ambiguous {
        /// The label.
        label: String,
        /// Their devices.
        devices: Vec<String>,
    },
    /// The label is right, and the serial number is not.
    #[error(
        "the medium labelled {label} ({device}) is not the one of the plan: it has not the serial number {planned}"
    )]
    WrongSerial {
        /// The label.
        label: String,
        /// The device.
        device: String,
        /// The serial number in the plan.
        planned: String,
    },
    /// The folder given with `--at` is another medium.
    #[error("{} is the medium labelled {found}, and this needs {label}", visible(&.at.to_string_lossy()))]
    WrongLabel {
        /// The folder.
        at: PathBuf,
        /// The label that it has.
        found: String,
        /// The label that the plan has.
        label: String,
    },
    /// The folder given with `--at` is no medium.
    #[error("{} is not where a medium is mounted: {why}", visible(&.at.to_string_lossy()))]
    NoMedium {
        /// The folder.
        at: PathBuf,
        /// What it is.
        why: &'static str,
    },
    /// Somebody has mounted it already.
    #[error("the medium labelled {label} is mounted already, at {}", visible(.at))]
    MountedAlready {
        /// The label.
        label: String,
        /// Where.
        at: String,
    },
    /// Mounting needs root.
    #[error("only root may mount the medium labelled {label}")]
    NotAllowed {
        /// The label.
        label: String,
        /// The command that mounts it.
        command: String,
    },
    /// A device that this user may not read.
    #[error("{} cannot be read, so its label is not known: {kind}", .devices.join(", "))]
    Unreadable {
        /// The devices.
        devices: Vec<String>,
        /// The system's answer.
        kind: std::io::ErrorKind,
    },
    /// The kernel does not know the file system.
    #[error("this kernel cannot mount {kind}, which the medium labelled {label} has")]
    Unknown {
        /// The label.
        label: String,
        /// The file system.
        kind: &'static str,
    },
    /// Mounting failed.
    #[error("the medium labelled {label} cannot be mounted: {cause}")]
    Mount {
        /// The label.
        label: String,
        /// The system's answer.
        cause: std::io::Error,
    },
    /// It is still in use after all was written.
    #[error("the medium labelled {label} is still in use by another program")]
    InUse {
        /// The label.
        label: String,
    },
    /// A file on the medium, or the medium itself.
    #[error("on the medium labelled {label}: {error}")]
    File {
        /// The label.
        label: String,
        /// What is wrong.
        error: FileError,
    },
    /// There is no manifest, or more than one.
    #[error("on the medium labelled {label}: {what}")]
    NoManifest {
        /// The label.
        label: String,
        /// What there is instead.
        what: String,
        /// What to do.
        next: String,
    },
    /// The manifest cannot be read.
    #[error("on the medium labelled {label}: MANIFEST, line {line}: {what}")]
    Manifest {
        /// The label.
        label: String,
        /// Line, from 1.
        line: usize,
        /// What is wrong there.
        what: String,
    },
    /// What was typed is not the manifest's digest.
    #[error("what was typed is not {what} the SHA-256 of the manifest on the medium labelled {label}")]
    NotConfirmed {
        /// The label.
        label: String,
        /// What of it was expected.
        what: &'static str,
    },
    /// A file that was asked for is not on the medium.
    #[error("the manifest on the medium labelled {label} does not list {}", visible(.name))]
    NotListed {
        /// The label.
        label: String,
        /// The file.
        name: String,
    },
    /// Files that are not what the manifest says.
    #[error("on the medium labelled {label}, not as the manifest says: {}", .files.join("; "))]
    Differs {
        /// The label.
        label: String,
        /// Which, and what they are.
        files: Vec<String>,
    },
    /// A file that reads differently every time.
    #[error("on the medium labelled {label}: {} changed between two reads", visible(.name))]
    Changing {
        /// The label.
        label: String,
        /// The file.
        name: String,
    },
    /// Together the files are too large.
    #[error("{what} more than {limit} bytes in all")]
    TooMuch {
        /// What has.
        what: String,
        /// How many are carried at once.
        limit: u64,
    },
    /// There is not enough space.
    #[error("the medium labelled {label} has {free} bytes free, and {needed} are needed")]
    Full {
        /// The label.
        label: String,
        /// Bytes that are free.
        free: u64,
        /// Bytes that are needed.
        needed: u64,
    },
    /// Something is there already, and the plan says that nothing may be.
    #[error("the medium labelled {label} is not empty, and the plan refuses that: {}", .found.join(", "))]
    NotEmpty {
        /// The label.
        label: String,
        /// What there is.
        found: Vec<String>,
    },
    /// Something by the name of what an export leaves that was broken off, and it cannot be removed.
    #[error("on the medium labelled {label}, {}, which a broken-off export leaves there, cannot be removed: {error}", visible(.folder))]
    Left {
        /// The label.
        label: String,
        /// Its path on the medium.
        folder: String,
        /// Why.
        error: FileError,
    },
    /// More than can be read back and checked.
    #[error("the set has more than {limit} files and folders")]
    TooMany {
        /// How many are carried at once.
        limit: usize,
    },
    /// A private key was about to leave.
    #[error("{} holds {kind}, and private keys are not exported", visible(.file))]
    PrivateKey {
        /// The file.
        file: String,
        /// Which kind.
        kind: &'static str,
    },
    /// A private key was about to come in, and would be in every backup.
    #[error("on the medium labelled {label}: {} holds {kind}, and private keys are not imported", visible(.file))]
    PrivateKeyThere {
        /// The label.
        label: String,
        /// The file.
        file: String,
        /// Which kind.
        kind: &'static str,
    },
    /// The plan has a set encrypted, and this build cannot.
    #[error("the plan has the set {set} encrypted, and this program was built without the feature age")]
    CannotEncrypt {
        /// The set.
        set: String,
    },
    /// A set is to be opened, and this build cannot.
    #[error("{} is encrypted, and this program was built without the feature age", visible(.file))]
    CannotOpen {
        /// The file.
        file: String,
    },
    /// A passphrase that is not accepted.
    #[error("the passphrase {what}")]
    Passphrase {
        /// What is wrong with it.
        what: String,
    },
    /// Encryption failed.
    #[error("the set could not be encrypted: {}", visible(.cause))]
    NotEncrypted {
        /// Why.
        cause: String,
    },
    /// A name that the medium cannot have.
    #[error("{what}")]
    Name {
        /// The file, and why.
        what: String,
    },
}

fn others(all: &[String]) -> String {
    if all.is_empty() { String::new() } else { format!("; {}", all.join(", ")) }
}

impl MediaError {
    /// An error about a file of a medium.
    pub fn file(label: &str) -> impl Fn(FileError) -> MediaError {
        let label = label.to_owned();
        move |error| MediaError::File { label: label.clone(), error }
    }
}

impl Advice for MediaError {
    fn next_step(&self) -> String {
        match self {
            MediaError::Absent { label, seen } if seen.is_empty() => {
                format!("Insert the medium labelled {label}, and run the command again. `tuf-ceremony media list` shows what is there.")
            }
            MediaError::Absent { label, .. } => {
                format!("Nothing was touched. Insert the medium labelled {label}, and run the command again.")
            }
            MediaError::WrongRole { .. } => "Nothing was touched. Name another medium of the plan, or correct its role in ceremony.toml.".to_owned(),
            MediaError::Which { .. } => "Name one with --to.".to_owned(),
            MediaError::NotOfSet { media, .. } => format!("It goes to: {}.", media.join(", ")),
            MediaError::ReadOnly { .. } | MediaError::WriteProtected { .. } => {
                "Nothing was written. Look for a switch on its side, or use another medium.".to_owned()
            }
            MediaError::NotRemovable(_) => "`tuf-ceremony media list` shows those that there are; a folder can be checked, too.".to_owned(),
            MediaError::Ambiguous { label, .. } => {
                format!("Take out all of them but the right one, or write its serial number into [media] of ceremony.toml; label the others anew. Only one may be called {label}.")
            }
            MediaError::WrongSerial { label, .. } => {
                format!("Do not use it: it may have been exchanged. Find the {label} that was prepared, or correct its serial in ceremony.toml.")
            }
            MediaError::WrongLabel { label, .. } => format!("Nothing was touched. Mount the medium labelled {label}."),
            MediaError::NoMedium { .. } => "Name the folder on which the medium itself is mounted, as /proc/self/mountinfo has it.".to_owned(),
            MediaError::MountedAlready { at, .. } => {
                let at = visible(at);
                format!("Unmount it with `umount {at}` and run the command again, or add `--at {at}`.")
            }
            MediaError::NotAllowed { command, .. } => {
                format!("Run this as root, or mount it with `{}`, as root, and add `--at /mnt`.", visible(command))
            }
            MediaError::Unreadable { .. } => "Run this as root, or mount the medium as root and name its folder with --at.".to_owned(),
            MediaError::Unknown { kind, .. } => {
                format!("Load the kernel's module for {kind}, mount it by other means and name its folder with --at, or use a medium with another file system.")
            }
            MediaError::Mount { .. } => {
                "Do not repair it here. Use another medium, or have this one written anew.".to_owned()
            }
            MediaError::InUse { .. } => "Find the program that has it open, end it, and run the command again.".to_owned(),
            MediaError::File { error, .. } => match error {
                FileError::System { .. } => {
                    "Use another medium, and do not rely on what is on this one: it cannot be read or written as it must.".to_owned()
                }
                FileError::Missing(_) => "Nothing was taken. Have the medium written anew.".to_owned(),
                other => other.next_step(),
            },
            MediaError::NoManifest { next, .. } => visible(next),
            MediaError::Manifest { .. } => {
                "Nothing was taken. Have it written anew, with `sha256sum FILE… > MANIFEST` in the folder of the files.".to_owned()
            }
            MediaError::NotConfirmed { .. } => {
                "Stop. Compare the paper with `sha256sum MANIFEST` on the machine that wrote the medium; if they differ, this is not \
                 the medium that was prepared."
                    .to_owned()
            }
            MediaError::NotListed { .. } => "Nothing was taken. Names are as in the manifest, folders included.".to_owned(),
            MediaError::Differs { .. } => {
                "Nothing was taken. Have the medium written anew, on another stick, and compare its digests on paper.".to_owned()
            }
            MediaError::Changing { .. } => {
                "Nothing was taken. The medium is broken, or gives what it pleases: do not use it again.".to_owned()
            }
            MediaError::TooMuch { .. } => "Nothing was taken or written. Carry it in several parts.".to_owned(),
            MediaError::Full { .. } => "Nothing was written. Use a larger medium, or an empty one.".to_owned(),
            MediaError::NotEmpty { .. } => {
                "Nothing was written. Use an empty medium; `existing = \"keep\"` for the set in ceremony.toml leaves alone what is there.".to_owned()
            }
            MediaError::Left { .. } => {
                "Nothing was written. Use another medium: no export leaves this. Keep this one until somebody has looked at it on another machine.".to_owned()
            }
            MediaError::TooMany { .. } => "Nothing was written. Pack files that belong together into one.".to_owned(),
            MediaError::PrivateKey { .. } => {
                "Nothing was written. Find out why a private key is in the ceremony directory: it belongs on a token.".to_owned()
            }
            MediaError::PrivateKeyThere { .. } => {
                "Nothing was taken. A private key belongs on a token. Ask who prepared the medium; whoever may have had it in hands can have the key.".to_owned()
            }
            MediaError::CannotEncrypt { set } => {
                format!("Nothing was touched. Build it with `cargo build --release --features age`, or take out `encrypt` below [set.{set}] in ceremony.toml before the freeze.")
            }
            MediaError::CannotOpen { file } => {
                let file = visible(file);
                format!("Build it with `cargo build --release --features age`, or open the file with `age -d {file} | tar -x` and check what comes out.")
            }
            MediaError::Passphrase { .. } => {
                "Nothing was written. Choose another: six or more words that were drawn with dice are good, and are easily typed.".to_owned()
            }
            MediaError::NotEncrypted { .. } => "Nothing was written. Run the command again; encryption needs 256 MiB of memory.".to_owned(),
            MediaError::Name { .. } => "Nothing was written. Give it another name, or use a medium with another file system.".to_owned(),
        }
    }

    fn exit(&self) -> Exit {
        match self {
            MediaError::NotConfirmed { .. }
            | MediaError::Differs { .. }
            | MediaError::PrivateKey { .. }
            | MediaError::PrivateKeyThere { .. } => Exit::No,
            MediaError::WrongRole { .. }
            | MediaError::Which { .. }
            | MediaError::NotOfSet { .. }
            | MediaError::Passphrase { .. } => Exit::Usage,
            _ => Exit::Machine,
        }
    }
}
