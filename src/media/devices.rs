//! The removable block devices of this machine, from `/sys/block` and `/proc/self/mountinfo`. Nothing else is ever offered.

use std::io;
use std::path::{Path, PathBuf};

use super::mountinfo::{self, Mount};
use super::superblock::{self, Kind, Superblock};
use crate::host::device::{self, Device};
use crate::host::files::{self, FileError};

/// The most that is read of a file of the kernel, in bytes.
const LIMIT: usize = 4 << 20;
/// Sizes are told in sectors of this many bytes, whatever the device has.
const SECTOR: u64 = 512;

/// Where the kernel says what there is.
#[derive(Clone, Debug)]
pub struct Machine {
    /// `/sys`
    pub sys: PathBuf,
    /// `/dev`
    pub dev: PathBuf,
    /// `/proc/self/mountinfo`
    pub mounts: PathBuf,
}

impl Default for Machine {
    fn default() -> Machine {
        Machine { sys: "/sys".into(), dev: "/dev".into(), mounts: "/proc/self/mountinfo".into() }
    }
}

/// A removable device, or a partition of one.
#[derive(Clone, Debug)]
pub struct Volume {
    /// The kernel's name, e.g. `sdb1`.
    pub name: String,
    /// Where it is opened.
    pub path: PathBuf,
    /// How the device is attached, e.g. `usb`.
    pub bus: String,
    /// How many bytes it has.
    pub bytes: u64,
    /// Whether the device cannot be written.
    pub read_only: bool,
    /// The serial number of the device, if it tells one.
    pub serial: Option<String>,
    /// What is on it; `None` if that is no file system that is known here, or cannot be read.
    pub content: Option<Superblock>,
    /// Why it could not be opened.
    pub unreadable: Option<io::ErrorKind>,
    /// Whether it can be opened and gives nothing: a drive without a disc, or a medium that is broken.
    pub silent: bool,
    /// Where it is mounted.
    pub mounts: Vec<Mount>,
}

impl Volume {
    /// The label of its file system; empty if there is none.
    pub fn label(&self) -> &str {
        self.content.as_ref().map_or("", |content| content.label.as_str())
    }

    /// Whether it is a disc that only a burner writes.
    pub fn is_disc(&self) -> bool {
        let is_of_discs = |content: &Superblock| matches!(content.kind, Kind::Iso | Kind::Udf);
        self.read_only && self.content.as_ref().is_some_and(is_of_discs)
    }

    /// Whether nothing is where it was plugged in.
    pub fn is_gone(&self) -> bool {
        !files::exists(&self.path)
    }

    /// Whether a number is the device's serial number or its file system's.
    pub fn has_serial(&self, serial: &str) -> bool {
        let of_system = self.content.as_ref().map(|content| content.id.as_str());
        [self.serial.as_deref(), of_system].contains(&Some(serial))
    }
}

impl Machine {
    /// Everything that is mounted.
    pub fn mounts(&self) -> Result<Vec<Mount>, FileError> {
        Ok(mountinfo::parse(&files::read(&self.mounts, LIMIT)?))
    }

    /// Removable volumes, by name: the partitions of a device, or the device itself if it has none.
    pub fn removable(&self) -> Result<Vec<Volume>, FileError> {
        let block = self.sys.join("block");
        let mounts = self.mounts()?;
        let mut volumes = Vec::new();
        for name in files::list(&block)? {
            let folder = self.place(&block, &name);
            let bus = bus(&folder);
            // Sticks and disks in USB housings call themselves fixed; what is on these buses can be pulled all the same.
            let pulled =
                ["usb", "mmc"].contains(&bus) || text(&folder.join("removable")).as_deref() == Some("1");
            if !pulled {
                continue;
            }
            // Only now the size is that of what is in it. That it cannot be read is told with what else is known of it.
            let _ = look(&self.node(&name));
            // A reader without a card.
            if size(&folder) == 0 {
                continue;
            }
            let serial = serial(&folder);
            let parts = files::list(&folder)?;
            let mut parts: Vec<String> = parts
                .into_iter()
                .filter(|part| files::exists(&folder.join(part).join("partition")))
                .collect();
            let whole = parts.is_empty();
            if whole {
                parts.push(name);
            }
            for part in parts {
                let folder = if whole { folder.clone() } else { folder.join(&part) };
                volumes.push(self.volume(part, &folder, bus, serial.clone(), &mounts));
            }
        }
        Ok(volumes)
    }

    fn volume(
        &self,
        name: String,
        folder: &Path,
        bus: &str,
        serial: Option<String>,
        mounts: &[Mount],
    ) -> Volume {
        let path = self.node(&name);
        let (content, unreadable, silent) = match look(&path) {
            Ok(Some(device)) => (superblock::probe(&device), None, false),
            Ok(None) => (None, None, true),
            Err(FileError::System { cause, .. }) => (None, Some(cause.kind()), false),
            Err(_) => (None, Some(io::ErrorKind::Unsupported), false),
        };
        let number = text(&folder.join("dev")).and_then(|text| {
            let (major, minor) = text.split_once(':')?;
            Some((major.parse().ok()?, minor.parse().ok()?))
        });
        // Some file systems in user space have no number of their own to show.
        let is_here =
            |mount: &&Mount| Some(mount.number) == number || Path::new(&mount.source) == path.as_path();
        Volume {
            bytes: size(folder),
            read_only: text(&folder.join("ro")).as_deref() == Some("1"),
            mounts: mounts.iter().filter(is_here).cloned().collect(),
            bus: bus.to_owned(),
            name,
            path,
            serial,
            content,
            unreadable,
            silent,
        }
    }

    /// Where a device is opened. The kernel writes the slash of its name as an exclamation mark.
    fn node(&self, name: &str) -> PathBuf {
        self.dev.join(name.replace('!', "/"))
    }

    /// The folder of a device: what lies in `/sys/block` are links to where it hangs in the tree of devices.
    fn place(&self, block: &Path, name: &str) -> PathBuf {
        let place = block.join(name);
        match device::link(&place) {
            Some(link) => match link.strip_prefix("..") {
                Ok(rest) => self.sys.join(rest),
                Err(_) => place,
            },
            None => place,
        }
    }
}

/// Opens a device that gives its first bytes; `None` if it does not.
///
/// Where nobody polls drives, the kernel sees that a disc or a card was exchanged only when somebody opens the device, and the
/// first that a drive answers then is that it was: so it is asked twice.
fn look(path: &Path) -> Result<Option<Device>, FileError> {
    for _ in 0..2 {
        let device = Device::open(path)?;
        if device.read_at(0, 1).is_ok() {
            return Ok(Some(device));
        }
    }
    Ok(None)
}

/// The first line of a file of the kernel, if it is there and says something.
fn text(path: &Path) -> Option<String> {
    let bytes = files::read(path, LIMIT).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    text.lines().next().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty())
}

fn size(folder: &Path) -> u64 {
    text(&folder.join("size")).and_then(|text| text.parse::<u64>().ok()).unwrap_or(0).saturating_mul(SECTOR)
}

/// How a device is attached, from its place in the tree of devices; the innermost bus counts.
fn bus(folder: &Path) -> &'static str {
    let numbered = |part: &str, bus: &str| {
        part.strip_prefix(bus).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    let buses = [
        ("usb", "usb"),
        ("mmc", "mmc"),
        ("ata", "ata"),
        ("nvme", "nvme"),
        ("virtio", "virtio"),
        ("loop", "loop"),
    ];
    let parts: Vec<String> = folder.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    let of_part =
        |part: &String| buses.iter().find(|(prefix, _)| numbered(part, prefix)).map(|(_, bus)| *bus);
    // A USB stick is a SCSI disk on a USB host; what is on the way to it is named from the outside in.
    parts.iter().rev().find_map(of_part).unwrap_or("other")
}

/// The serial number of a device, or of the nearest thing that it is part of; a USB controller is none of it.
fn serial(folder: &Path) -> Option<String> {
    let own = text(&folder.join("device").join("serial"));
    own.or_else(|| {
        let within = folder.ancestors().take_while(|place| {
            let name = place.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            !name.is_empty() && name != "devices" && !name.starts_with("usb") && !name.starts_with("pci")
        });
        within.into_iter().find_map(|place| text(&place.join("serial")))
    })
}
