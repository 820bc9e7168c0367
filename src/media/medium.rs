//! A medium that can be read or written: mounted by this program, or by somebody before.

use std::path::Path;

use super::MediaError;
use super::devices::{Machine, Volume};
use super::superblock::{self, Kind, Superblock};
use crate::host::beneath::Beneath;
use crate::host::device::Device;
use crate::host::mount::{Access, FsOption, MountError, clear_left, mount, mount_by_helper};

/// An open medium.
#[derive(Debug)]
pub struct Medium {
    /// Its label.
    pub label: String,
    /// Its file system.
    pub kind: Kind,
    /// Its files.
    pub tree: Beneath,
    /// The device, if this program mounted it.
    mounted: Option<Volume>,
}

impl Medium {
    /// Mounts a volume. Nobody else may have it mounted.
    pub fn mount(volume: &Volume, access: Access) -> Result<Medium, MediaError> {
        let label = volume.label().to_owned();
        let cleared = if volume.mounts.is_empty() { Vec::new() } else { clear_left() };
        if let Some(mount) = volume.mounts.iter().find(|mount| !cleared.contains(&mount.at.as_str().into())) {
            return Err(MediaError::MountedAlready { label, at: mount.at.clone() });
        }
        let Some(content) = &volume.content else {
            return Err(MediaError::Unknown { label, kind: "its file system" });
        };
        if access == Access::Write && volume.read_only {
            return Err(MediaError::WriteProtected { label });
        }
        let refused = |error| refused(error, volume, content, access);
        let root = match mount(&volume.path, content.kind.name(), options(content.kind, access), access) {
            Err(MountError::Unknown) if content.kind == Kind::Exfat => {
                clear_left();
                mount_by_helper(&volume.path, access)
            }
            mounted => mounted,
        };
        let tree = Beneath::of(root.map_err(refused)?, Path::new("/"));
        // A program that says it has mounted something, and has not, would give a folder of this machine.
        if tree.mounted().map_err(MediaError::file(&label))?.is_none() {
            return Err(MediaError::NoMedium { at: volume.path.clone(), why: "nothing was mounted" });
        }
        Ok(Medium { label, kind: content.kind, tree, mounted: Some(volume.clone()) })
    }

    /// What somebody mounted on a folder.
    pub fn at(folder: &Path, machine: &Machine) -> Result<(Medium, Volume), MediaError> {
        let none = |why| MediaError::NoMedium { at: folder.to_owned(), why };
        let name = folder.to_string_lossy();
        let file = MediaError::file(&name);
        let tree = Beneath::open(folder).map_err(&file)?;
        let number =
            tree.mounted().map_err(&file)?.ok_or_else(|| none("it is a folder of a larger file system"))?;
        let mounts = machine.mounts().map_err(&file)?;
        let id = tree.mount_id().map_err(&file)?;
        let mount = mounts.iter().find(|mount| Some(mount.id) == id && mount.number == number);
        let mount = mount.ok_or_else(|| none("no mount here is of its device"))?;
        if mount.root != "/" {
            return Err(none("only a folder of its file system is mounted there"));
        }
        let device = Device::open(Path::new(&mount.source)).map_err(|_| none("its device cannot be read"))?;
        if device.number() != Some(number) {
            return Err(none("its device is not what the kernel names"));
        }
        let content = superblock::probe(&device).ok_or_else(|| none("its file system is not known"))?;
        let path = Path::new(&mount.source).to_owned();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let removable = machine.removable().map_err(&file)?.into_iter().find(|one| one.name == name);
        let volume = removable.unwrap_or_else(|| Volume {
            name,
            path,
            bus: String::new(),
            bytes: 0,
            read_only: false,
            serial: None,
            content: Some(content.clone()),
            unreadable: None,
            silent: false,
            mounts: vec![mount.clone()],
        });
        Ok((
            Medium { label: content.label, kind: content.kind, tree: tree.called("/"), mounted: None },
            volume,
        ))
    }

    /// Whether this program mounted it, and so can take it away again.
    pub fn is_own(&self) -> bool {
        self.mounted.is_some()
    }

    /// The device, if this program mounted it.
    pub fn volume(&self) -> Option<&Volume> {
        self.mounted.as_ref()
    }

    /// Which options its mount lacks, of those that an import demands.
    pub fn lacking(&self) -> Result<Vec<&'static str>, MediaError> {
        let options = self.tree.options().map_err(MediaError::file(&self.label))?;
        let all = [
            (options.read_only, "ro"),
            (options.no_suid, "nosuid"),
            (options.no_dev, "nodev"),
            (options.no_exec, "noexec"),
        ];
        Ok(all.iter().filter(|(there, _)| !there).map(|(_, name)| *name).collect())
    }

    /// Unmounts what this program mounted, and sees to it that nothing of the device is left in memory. Gives the volume, to be
    /// mounted again.
    pub fn unmount(self) -> Result<Option<Volume>, MediaError> {
        let Medium { label, tree, mounted, .. } = self;
        drop(tree);
        let Some(volume) = mounted else { return Ok(None) };
        // Only where nothing is mounted from a device it can be claimed.
        let device = Device::claim(&volume.path).map_err(|_| match volume.is_gone() {
            true => MediaError::Gone { label: label.clone() },
            false => MediaError::InUse { label: label.clone() },
        })?;
        device.forget().map_err(MediaError::file(&label))?;
        Ok(Some(volume))
    }
}

/// A medium may ask the kernel to stop the whole machine when something on it turns out to be damaged: it is not heard.
const ON_ERRORS: FsOption = ("errors", Some("remount-ro"));

/// The options with which a file system is mounted.
fn options(kind: Kind, access: Access) -> &'static [FsOption] {
    match (kind, access) {
        // A journal is not played back into a medium that is to be read: that would write.
        (Kind::Ext, Access::Read) => &[ON_ERRORS, ("noload", None)],
        (Kind::Ext, Access::Write) | (Kind::Fat | Kind::Exfat, _) => &[ON_ERRORS],
        // They know no such option, and do not stop a machine.
        (Kind::Iso | Kind::Udf, _) => &[],
    }
}

fn refused(error: MountError, volume: &Volume, content: &Superblock, access: Access) -> MediaError {
    let label = volume.label().to_owned();
    match error {
        MountError::NotAllowed => {
            let rights = if access == Access::Read { "ro" } else { "rw" };
            let command = format!("mount -o {rights},nosuid,nodev,noexec {} /mnt", volume.path.display());
            MediaError::NotAllowed { label, command }
        }
        MountError::Unknown => MediaError::Unknown { label, kind: content.kind.name() },
        MountError::Busy => MediaError::InUse { label },
        MountError::System(cause) => MediaError::Mount { label, cause },
    }
}
