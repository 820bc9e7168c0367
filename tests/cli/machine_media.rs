//! Images of the disks, sticks and discs that the machine in QEMU is given, made with the programs that make real ones.

use std::fs;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::media_stick::{manifest, told};
use crate::rehearsal::PLAN;
use crate::room::Room;

/// Where the only partition of a stick with a table of partitions begins, in bytes: where everybody's does.
const PARTITION: u64 = 1 << 20;
const MIB: u64 = 1 << 20;

/// A folder with images.
pub struct Images {
    folder: TempDir,
}

impl Images {
    pub fn new() -> Images {
        Images { folder: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// An image of so many MiB, still of nothing.
    pub fn blank(&self, name: &str, size: u64) -> String {
        fs::File::create(self.path(name)).unwrap().set_len(size * MIB).unwrap();
        self.path(name).display().to_string()
    }

    /// An ext4 file system with these files.
    pub fn ext4(&self, name: &str, label: &str, size: u64, files: &Path) {
        let image = self.blank(name, size);
        told("mkfs.ext4", &["-q", "-L", label, "-d", files.to_str().unwrap(), &image]);
    }

    /// FAT on the whole stick, as cameras make it.
    pub fn fat(&self, name: &str, label: &str, size: u64) {
        let image = self.blank(name, size);
        told("mkfs.vfat", &["-n", label, &image]);
    }

    /// FAT32 in a partition, as sticks are sold.
    pub fn fat_in_partition(&self, name: &str, label: &str, size: u64) {
        let image = self.blank(name, size);
        let sectors = |bytes: u64| u32::try_from(bytes / 512).unwrap();
        let offset = format!("--offset={}", sectors(PARTITION));
        let blocks = ((size * MIB - PARTITION) / 1024).to_string();
        told("mkfs.vfat", &["-F", "32", "-n", label, &offset, &image, &blocks]);
        // One entry: not bootable, FAT32 by block numbers, first sector, number of sectors; cylinders are nobody's any longer.
        let mut table = [0_u8; 66];
        table[4] = 0x0c;
        table[8..12].copy_from_slice(&sectors(PARTITION).to_le_bytes());
        table[12..16].copy_from_slice(&sectors(size * MIB - PARTITION).to_le_bytes());
        table[64..].copy_from_slice(&[0x55, 0xaa]);
        let mut file = fs::OpenOptions::new().write(true).open(&image).unwrap();
        file.seek(SeekFrom::Start(446)).unwrap();
        file.write_all(&table).unwrap();
    }

    /// Copies everything in a folder to a FAT image, as its owner's machine does.
    pub fn copy_in(&self, name: &str, folder: &Path) {
        let mut command = mtool("mcopy", &self.path(name), 0);
        command.args(["-s", "-Q"]);
        command.args(fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path())).arg("::/");
        let output = command.output().unwrap();
        assert!(output.status.success(), "{output:?}");
    }

    /// Says of a FAT image that it was pulled while somebody wrote: in the boot sector of FAT16.
    pub fn make_dirty(&self, name: &str) {
        let mut bytes = fs::read(self.path(name)).unwrap();
        assert_eq!(&bytes[54..62], b"FAT16   ");
        bytes[37] |= 1;
        fs::write(self.path(name), bytes).unwrap();
    }

    /// Everything on the FAT file system in a partition, as another program reads it.
    pub fn copy_out(&self, name: &str) -> PathBuf {
        let to = self.path(&format!("{name}-files"));
        fs::create_dir(&to).unwrap();
        let mut command = mtool("mcopy", &self.path(name), PARTITION);
        let output = command.args(["-s", "::/*"]).arg(&to).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        to
    }

    /// A disc with everything of another ceremony, and the digest of its manifest.
    pub fn disc(&self, name: &str, label: &str) -> String {
        let room = Room::new();
        let media = format!("[media.disc]\nrole = \"backup\"\nlabel = \"{label}\"\n\n");
        let set = "[set.everything]\ncontents = \"restore\"\nmedia = [\"disc\"]\nexisting = \"refuse\"\n";
        room.write("ceremony.toml", format!("{PLAN}\n{media}{set}"));
        let image = self.path(name).display().to_string();
        let told: Value =
            room.run(&["media", "image", "--set", "everything", "--out", &image, "--json"]).ok().json();
        told["manifest"].as_str().unwrap().to_owned()
    }
}

/// A program of mtools on an image, with names in UTF-8.
fn mtool(program: &str, image: &Path, offset: u64) -> Command {
    let mut command = Command::new(program);
    command.env("LC_ALL", "C.UTF-8").args(["-i", &format!("{}@@{offset}", image.display())]);
    command
}

/// The files that come in: one with a name that is no ASCII, a large one in a folder, and their manifest.
pub struct Inbox {
    folder: TempDir,
    /// What stands on the paper.
    pub digest: String,
}

/// The length of the large file, in bytes.
const LARGE: usize = 3 << 20;

impl Inbox {
    pub fn new() -> Inbox {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("deep")).unwrap();
        fs::write(folder.path().join("Für Zoë.txt"), "one\n").unwrap();
        let large: Vec<u8> = (0..LARGE).map(|at| u8::try_from(at % 251).unwrap()).collect();
        fs::write(folder.path().join("deep/large.bin"), large).unwrap();
        let digest = manifest(folder.path(), &["Für Zoë.txt", "deep/large.bin"]);
        Inbox { folder, digest }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}
