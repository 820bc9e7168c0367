//! What to do about what goes wrong with media, and whether it is recorded.

use super::MediaError;
use crate::advice::{Advice, Exit};
use crate::host::display::{visible, word};
use crate::host::files::FileError;

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
            MediaError::Parted { part, .. } => format!("Run `tuf-ceremony media check {}`.", word(part)),
            MediaError::Ambiguous { label, .. } => {
                format!("Take out all of them but the right one, or write its serial number into [media] of ceremony.toml; label the others anew. Only one may be called {label}.")
            }
            MediaError::WrongSerial { label, .. } => {
                format!("Do not use it: it may have been exchanged. Find the {label} that was prepared, or correct its serial in ceremony.toml.")
            }
            MediaError::WrongLabel { label, .. } => format!("Nothing was touched. Mount the medium labelled {label}."),
            MediaError::IsLabel { name, .. } => format!("Name it as ceremony.toml does: {name}."),
            MediaError::DeviceClosed { device, .. } => {
                let device = word(device);
                format!("Its label and serial number are read from the device. Run this as root; or let root type `chmod o+r {device}`, which holds until the medium is taken out.")
            }
            MediaError::Nowhere(_) => {
                "Check the name. `tuf-ceremony media list` shows the devices that there are; a folder can be checked, too.".to_owned()
            }
            MediaError::PlainFile { file, .. } => {
                let file = word(file);
                format!("Mount it, as root, with `mount -o ro,loop {file} /mnt`, and run `tuf-ceremony media check /mnt`.")
            }
            MediaError::Advised { next, .. } => visible(next),
            MediaError::NoMedium { .. } => "Name the folder on which the medium itself is mounted, as /proc/self/mountinfo has it.".to_owned(),
            MediaError::MountedAlready { at, .. } => {
                let at = word(at);
                format!("Unmount it with `umount {at}` and run the command again, or add `--at {at}`.")
            }
            MediaError::NotAllowed { command, .. } => {
                format!("Run this as root, or mount it with `{}`, as root, and add `--at /mnt`.", visible(command))
            }
            MediaError::Unreadable { devices, .. } => {
                let devices: Vec<String> = devices.iter().map(|name| word(format!("/dev/{name}"))).collect();
                format!("Run this as root; or let root type `chmod o+r {}`, which holds until the medium is taken out, and mount it, and name its folder with --at.", devices.join(" "))
            }
            MediaError::Unknown { kind, .. } => {
                format!("Load the kernel's module for {kind}, mount it by other means and name its folder with --at, or use a medium with another file system.")
            }
            MediaError::Mount { .. } => {
                "If it was pulled out, insert it again and run the command again. Otherwise do not repair it here: use another medium, or have this one written anew.".to_owned()
            }
            MediaError::InUse { .. } => "Find the program that has it open, end it, and run the command again.".to_owned(),
            MediaError::Gone { .. } => "Insert it again, leave it in, and run the command again.".to_owned(),
            MediaError::File { error, .. } => match error {
                FileError::System { .. } => {
                    "If it was pulled out, insert it again and run the command again. Otherwise use another medium, and do not rely on what is on this one: it cannot be read or written as it must.".to_owned()
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
            MediaError::OwnManifest => {
                "Nothing was written. Move it out of the ceremony directory, or give it another name.".to_owned()
            }
            MediaError::Image { .. } => {
                "Nothing was written. Do not use this program for images: this build does not work as it must. `tuf-ceremony media export` writes a stick.".to_owned()
            }
            MediaError::PrivateKeyThere { .. } => {
                "Nothing was taken. A private key belongs on a token. Ask who prepared the medium; whoever may have had it in hands can have the key.".to_owned()
            }
            MediaError::CannotEncrypt { set } => {
                format!("Nothing was touched. Build it with `cargo build --release --features age`, or take out `encrypt` below [set.{set}] in ceremony.toml before the freeze.")
            }
            MediaError::CannotOpen { file } => {
                let file = word(file);
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
            | MediaError::PrivateKeyThere { .. }
            | MediaError::Image { .. } => Exit::No,
            MediaError::Advised { error, .. } => error.exit(),
            MediaError::WrongRole { .. }
            | MediaError::IsLabel { .. }
            | MediaError::Which { .. }
            | MediaError::NotOfSet { .. }
            | MediaError::Passphrase { .. } => Exit::Usage,
            _ => Exit::Machine,
        }
    }
}

impl MediaError {
    /// Whether it belongs in the record of a ceremony: a medium that is not what it was said to be, or that fails; and not that
    /// one is absent or full, or that a wrong name was typed.
    pub fn is_of_record(&self) -> bool {
        match self {
            MediaError::WrongSerial { .. }
            | MediaError::Manifest { .. }
            | MediaError::NotConfirmed { .. }
            | MediaError::Differs { .. }
            | MediaError::Changing { .. }
            | MediaError::PrivateKey { .. }
            | MediaError::PrivateKeyThere { .. }
            | MediaError::Image { .. }
            | MediaError::Mount { .. }
            | MediaError::InUse { .. }
            | MediaError::Gone { .. } => true,
            MediaError::Advised { error, .. } => error.is_of_record(),
            MediaError::File { error, .. } => !matches!(error, FileError::Missing(_)),
            _ => false,
        }
    }
}
