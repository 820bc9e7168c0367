//! What goes wrong with media. Each error names the medium by its label.

use std::path::PathBuf;

use crate::host::display::visible;
use crate::host::files::FileError;

/// What is inserted where another medium is looked for.
#[derive(Debug)]
pub struct Other {
    /// The device, and what the plan says of it.
    pub what: String,
    /// Whether it gives nothing, as a drive without a disc.
    pub silent: bool,
}

/// Why a medium was not read or written.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// The medium is not there; others may be.
    #[error("no medium labelled {label} is inserted{}", others(.seen))]
    Absent {
        /// The label that is looked for.
        label: String,
        /// What is inserted.
        seen: Vec<Other>,
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
    /// The device named has partitions, and one of them has a file system.
    #[error("{} has partitions", visible(&.device.to_string_lossy()))]
    Parted {
        /// The device.
        device: PathBuf,
        /// The partition.
        part: PathBuf,
    },
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
    /// A medium is named by its label, and the plan has another name for it.
    #[error("{label} is the label of the medium {name}")]
    IsLabel {
        /// The label.
        label: String,
        /// The name in the plan.
        name: String,
    },
    /// What is mounted at the folder given with `--at` is on a device that this user may not read.
    #[error("{} is mounted from {}, which this user may not read", visible(&.at.to_string_lossy()), visible(.device))]
    DeviceClosed {
        /// The folder.
        at: PathBuf,
        /// The device.
        device: String,
    },
    /// Nothing is there to be checked.
    #[error("there is no file or folder {}", visible(&.0.to_string_lossy()))]
    Nowhere(PathBuf),
    /// A plain file is to be checked.
    #[error(
        "{} is a file, and neither a folder nor a device{}",
        visible(&.file.to_string_lossy()),
        .recorded.map_or(String::new(), |seq| format!("; the record of this ceremony has it as an image, in line #{seq}"))
    )]
    PlainFile {
        /// The file.
        file: PathBuf,
        /// The line of the record, from 0, that tells of an image with its SHA-256.
        recorded: Option<usize>,
    },
    /// The same as another, where another advice holds.
    #[error("{error}")]
    Advised {
        /// The error.
        error: Box<MediaError>,
        /// What to do.
        next: String,
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
    /// Nothing is where it was plugged in.
    #[error("the medium labelled {label} was pulled out")]
    Gone {
        /// The label.
        label: String,
    },
    /// A file on the medium, or the medium itself.
    #[error("{}: {error}", on(.label))]
    File {
        /// The label.
        label: String,
        /// What is wrong.
        error: FileError,
    },
    /// There is no manifest, or more than one.
    #[error("{}: {what}", on(.label))]
    NoManifest {
        /// The label.
        label: String,
        /// What there is instead.
        what: String,
        /// What to do.
        next: String,
    },
    /// The manifest cannot be read.
    #[error("{}: MANIFEST, line {line}: {what}", on(.label))]
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
    #[error("{}: {} changed between two reads", on(.label), visible(.name))]
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
    /// The directory has a file of the name that every set has for its own manifest.
    #[error(
        "MANIFEST in the ceremony directory is no manifest of a medium of this ceremony, and every set has a MANIFEST of its own"
    )]
    OwnManifest,
    /// An image that does not have what it must have.
    #[error("the image does not have what it must have: {}", .troubles.join("; "))]
    Image {
        /// What is wrong with it.
        troubles: Vec<String>,
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

/// Where something is: on a medium of this label, or in a folder, which is given as a path with a slash in it.
fn on(label: &str) -> String {
    if label.contains('/') {
        format!("in {}", visible(label))
    } else {
        format!("on the medium labelled {}", visible(label))
    }
}

fn others(all: &[Other]) -> String {
    let all: Vec<&str> = all.iter().map(|other| other.what.as_str()).collect();
    if all.is_empty() { String::new() } else { format!("; {}", all.join(", ")) }
}

impl MediaError {
    /// An error about a file of a medium.
    pub fn file(label: &str) -> impl Fn(FileError) -> MediaError {
        let label = label.to_owned();
        move |error| MediaError::File { label: label.clone(), error }
    }
}
