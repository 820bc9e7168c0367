//! Media of a ceremony: the plan says which they are and what goes where; what comes and goes is recorded.

pub mod check;
pub mod contents;
pub mod export;
pub mod image;
pub mod import;
pub mod outgoing;

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::checks::media::{Inward, media_read_only};
use crate::console::Console;
use crate::host::beneath::Beneath;
use crate::host::device::Device;
use crate::host::display::{visible, word};
use crate::host::files::{self, FileError};
use crate::host::mount::Access;
use crate::media::devices::{Machine, Volume};
use crate::media::medium::Medium;
use crate::media::{FROZEN, MediaError, Other};
use crate::policy::{MediumPlan, MediumRole, Policy};

use super::{Ceremony, CeremonyError, event};

/// How a medium is reached.
pub struct Reach<'a> {
    /// Its name in the plan.
    pub name: &'a str,
    /// Where somebody has mounted it; `None` for this program to find and mount it.
    pub at: Option<&'a Path>,
    /// What for.
    pub access: Access,
}

/// An error with the advice that holds: once the plan is frozen, none that would change it.
pub fn advised(ceremony: &Ceremony, error: CeremonyError) -> CeremonyError {
    if ceremony.transcript.all(event::FROZEN).next().is_none() {
        return error;
    }
    match error {
        CeremonyError::Media(error) => error.once_frozen().into(),
        CeremonyError::NotPlanned { ref known, .. } if known.is_empty() => CeremonyError::Change {
            what: error.to_string(),
            next: format!(
                "{FROZEN} Copy the files by hand, and check them with `sha256sum`; plan media for the next ceremony."
            ),
        },
        other => other,
    }
}

/// How a medium is left if something is refused: nobody else sees what this program has mounted.
struct Left {
    label: String,
    at: Option<PathBuf>,
    volume: Option<Volume>,
}

impl Left {
    fn of(medium: &Medium, at: Option<&Path>) -> Left {
        Left { label: medium.label.clone(), at: at.map(Path::to_owned), volume: medium.volume().cloned() }
    }

    /// Says it, and passes on what was refused. By then the medium is closed.
    fn unless<T>(
        &self,
        console: &mut dyn Console,
        done: Result<T, CeremonyError>,
    ) -> Result<T, CeremonyError> {
        let label = visible(&self.label);
        if self.volume.as_ref().is_some_and(Volume::is_gone) && done.as_ref().is_err_and(is_of_medium) {
            return Err(MediaError::Gone { label: self.label.clone() }.into());
        }
        match (&done, &self.at) {
            (Ok(_) | Err(CeremonyError::Media(MediaError::InUse { .. } | MediaError::Gone { .. })), _) => {}
            (Err(_), None) => {
                console.say(&format!("The medium labelled {label} is unmounted, and can be taken out."));
            }
            (Err(_), Some(at)) => {
                let at = visible(&at.to_string_lossy());
                console.say(&format!("The medium labelled {label} is still mounted, at {at}."));
            }
        }
        done
    }
}

/// Whether something is what was found on a medium, or was not: where it was pulled out, files are not there. That it could not be
/// read or written is told as it is.
fn is_of_medium(error: &CeremonyError) -> bool {
    match error {
        CeremonyError::Media(MediaError::File { error, .. }) => !matches!(error, FileError::System { .. }),
        CeremonyError::Media(_) | CeremonyError::Refused(_) => true,
        _ => false,
    }
}

/// A medium is called by its name in the plan, and not by its label.
fn require_name(policy: &Policy, name: &str) -> Result<(), MediaError> {
    let same = |(_, plan): &(&String, &MediumPlan)| plan.label.eq_ignore_ascii_case(name);
    match policy.media.iter().find(same) {
        Some((own, plan)) if !policy.media.contains_key(name) => {
            Err(MediaError::IsLabel { label: plan.label.clone(), name: own.clone() })
        }
        _ => Ok(()),
    }
}

/// The medium of a name in the plan, if it has the role.
fn planned<'p>(policy: &'p Policy, name: &str, role: MediumRole) -> Result<&'p MediumPlan, CeremonyError> {
    require_name(policy, name)?;
    let Some(plan) = policy.media.get(name) else {
        let known = policy.media.iter().filter(|(_, plan)| plan.role == role);
        let known = known.map(|(name, _)| name.clone()).collect();
        return Err(CeremonyError::NotPlanned { what: "medium", name: name.to_owned(), known });
    };
    if plan.role == role {
        return Ok(plan);
    }
    let (name, label) = (name.to_owned(), plan.label.clone());
    Err(MediaError::WrongRole { name, label, role: plan.role.name(), needed: role.name() }.into())
}

/// Finds a medium of the plan and opens it; asks for it where it is not inserted and somebody is there.
fn open(policy: &Policy, console: &mut dyn Console, reach: &Reach<'_>) -> Result<Medium, CeremonyError> {
    let machine = Machine::default();
    let Some(plan) = policy.media.get(reach.name) else {
        let known = policy.media.keys().cloned().collect();
        return Err(CeremonyError::NotPlanned { what: "medium", name: reach.name.to_owned(), known });
    };
    let label = &plan.label;
    if let Some(at) = reach.at {
        require_readable(at, &machine)?;
        let (medium, volume) = Medium::at(at, &machine)?;
        if !medium.label.eq_ignore_ascii_case(label) {
            let (at, found) = (at.to_owned(), named(&volume, policy));
            return Err(MediaError::WrongLabel { at, found, label: label.clone() }.into());
        }
        require_serial(plan, &volume)?;
        return Ok(medium);
    }
    let question = format!("Insert the medium labelled {label}, and press Enter");
    let mut asked = false;
    loop {
        let found = find(&machine, policy, plan, reach.access);
        let Err(MediaError::Absent { seen, .. }) = &found else {
            let volume = found?;
            let mounted = Medium::mount(&volume, reach.access);
            return Ok(mounted.map_err(|error| unmount_first(error, &volume, reach.access))?);
        };
        if console.can_ask(&question, "--at DIR").is_err() {
            found?;
            continue;
        }
        let others: Vec<&Other> = seen.iter().filter(|other| !other.silent).collect();
        for other in &others {
            console.say(&format!("Not this one: {}.", other.what));
        }
        if asked && others.is_empty() {
            console.say("No medium with a file system is inserted. Ctrl-C stops.");
        }
        asked = true;
        console.ask(&question, "--at DIR")?;
    }
}

/// Label and serial number of what somebody mounted are read from its device.
fn require_readable(at: &Path, machine: &Machine) -> Result<(), MediaError> {
    if !files::is_folder(at) {
        return Err(MediaError::NoMedium { at: at.to_owned(), why: "there is no such folder" });
    }
    let name = at.to_string_lossy();
    let file = MediaError::file(&name);
    let Some(number) = Beneath::open(at).and_then(|tree| tree.mounted()).map_err(&file)? else {
        // Which is said where it is opened.
        return Ok(());
    };
    let mounts = machine.mounts().map_err(&file)?;
    let Some(mount) = mounts.into_iter().rev().find(|mount| mount.number == number) else { return Ok(()) };
    match Device::open(Path::new(&mount.source)) {
        Err(FileError::System { cause, .. }) if cause.kind() == ErrorKind::PermissionDenied => {
            Err(MediaError::DeviceClosed { at: at.to_owned(), device: mount.source })
        }
        _ => Ok(()),
    }
}

/// `--at` is advised only where it would do.
fn unmount_first(error: MediaError, volume: &Volume, access: Access) -> MediaError {
    let MediaError::MountedAlready { at, .. } = &error else { return error };
    let Some(mount) = volume.mounts.iter().find(|mount| mount.at == *at) else { return error };
    let lacking: Vec<&str> = match access {
        Access::Read => {
            let has = |option: &str| mount.options.split(',').any(|one| one == option);
            ["ro", "nosuid", "nodev", "noexec"].into_iter().filter(|option| !has(option)).collect()
        }
        Access::Write if mount.is_read_only() => vec!["rw"],
        Access::Write => Vec::new(),
    };
    let at = word(at);
    let why = match lacking.as_slice() {
        _ if access == Access::Write && mount.system.starts_with("fuse") => {
            "what a program in user space has mounted cannot be read back".to_owned()
        }
        [] => return error,
        lacking => format!("it is mounted without {}", lacking.join(", ")),
    };
    let next = format!(
        "Unmount it with `umount {at}`, and run the command again, as root. `--at` does not do: {why}."
    );
    MediaError::Advised { error: Box::new(error), next }
}

/// The one removable volume that has the label and the serial number of the plan.
fn find(machine: &Machine, policy: &Policy, plan: &MediumPlan, access: Access) -> Result<Volume, MediaError> {
    let all = machine.removable().map_err(MediaError::file(&plan.label))?;
    // What was burnt as an image has the label of the stick in the place of which it was.
    let cannot = |volume: &Volume| access == Access::Write && volume.is_disc();
    let is_it = |volume: &Volume| volume.label().eq_ignore_ascii_case(&plan.label) && !cannot(volume);
    let (found, others): (Vec<Volume>, Vec<Volume>) = all.into_iter().partition(is_it);
    if found.len() > 1 {
        let exact: Vec<&Volume> = found
            .iter()
            .filter(|volume| plan.serial.as_ref().is_some_and(|serial| volume.has_serial(serial)))
            .collect();
        if let [one] = exact.as_slice() {
            return Ok((*one).clone());
        }
        let devices = found.into_iter().map(|volume| volume.name).collect();
        return Err(MediaError::Ambiguous { label: plan.label.clone(), devices });
    }
    let Some(volume) = found.into_iter().next() else {
        let hidden: Vec<&Volume> = others.iter().filter(|volume| volume.unreadable.is_some()).collect();
        if let Some(kind) = hidden.first().and_then(|volume| volume.unreadable) {
            let devices = hidden.iter().map(|volume| volume.name.clone()).collect();
            return Err(MediaError::Unreadable { devices, kind });
        }
        let seen = |volume: &Volume| {
            let disc = if cannot(volume) { ", a disc, which only a burner writes" } else { "" };
            let what = format!("{} is {}{disc}", volume.name, named(volume, policy));
            Other { what, silent: volume.silent }
        };
        let seen = others.iter().map(seen).collect();
        return Err(MediaError::Absent { label: plan.label.clone(), seen });
    };
    require_serial(plan, &volume)?;
    Ok(volume)
}

/// A medium by its label, with what the plan says of it.
pub fn named(volume: &Volume, policy: &Policy) -> String {
    let label = volume.label();
    let same = |plan: &&MediumPlan| plan.label.eq_ignore_ascii_case(label);
    match policy.media.iter().find(|(_, plan)| same(plan)) {
        Some((name, plan)) => format!("{label}, the medium {name} of the role {}", plan.role.name()),
        None if volume.silent => "empty, or cannot be read".to_owned(),
        None if label.is_empty() => "without a label".to_owned(),
        None => format!("{}, which the plan does not have", visible(label)),
    }
}

fn require_serial(plan: &MediumPlan, volume: &Volume) -> Result<(), MediaError> {
    match &plan.serial {
        Some(serial) if !volume.has_serial(serial) => Err(MediaError::WrongSerial {
            label: plan.label.clone(),
            device: volume.name.clone(),
            planned: serial.clone(),
        }),
        _ => Ok(()),
    }
}

/// MEDIA-READ-ONLY, as far as it is about the mount.
fn require_read_only(medium: &Medium) -> Result<(), CeremonyError> {
    let lacking = medium.lacking()?;
    CeremonyError::require(media_read_only(&Inward { label: &medium.label, lacking: &lacking, refused: &[] }))
}
