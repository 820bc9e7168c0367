//! Media of a ceremony: the plan says which they are and what goes where; what comes and goes is recorded.

pub mod check;
pub mod contents;
pub mod export;
pub mod image;
pub mod import;
pub mod outgoing;

use std::path::Path;

use crate::checks::media::{Inward, media_read_only};
use crate::console::Console;
use crate::host::display::visible;
use crate::host::mount::Access;
use crate::media::MediaError;
use crate::media::devices::{Machine, Volume};
use crate::media::medium::Medium;
use crate::policy::{MediumPlan, MediumRole, Policy};

use super::CeremonyError;

/// How a medium is reached.
pub struct Reach<'a> {
    /// Its name in the plan.
    pub name: &'a str,
    /// Where somebody has mounted it; `None` for this program to find and mount it.
    pub at: Option<&'a Path>,
    /// What for.
    pub access: Access,
}

/// The medium of a name in the plan, if it has the role.
fn planned<'p>(policy: &'p Policy, name: &str, role: MediumRole) -> Result<&'p MediumPlan, CeremonyError> {
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
        let (medium, volume) = Medium::at(at, &machine)?;
        if !medium.label.eq_ignore_ascii_case(label) {
            let (at, found) = (at.to_owned(), named(&volume, policy));
            return Err(MediaError::WrongLabel { at, found, label: label.clone() }.into());
        }
        require_serial(plan, &volume)?;
        return Ok(medium);
    }
    let question = format!("Insert the medium labelled {label}, and press Enter");
    loop {
        let found = find(&machine, policy, plan);
        let Err(MediaError::Absent { seen, .. }) = &found else {
            let volume = found?;
            return Ok(Medium::mount(&volume, reach.access)?);
        };
        if console.can_ask(&question, "--at DIR").is_err() {
            found?;
            continue;
        }
        for other in seen {
            console.say(&format!("Not this one: {other}."));
        }
        console.ask(&question, "--at DIR")?;
    }
}

/// The one removable volume that has the label and the serial number of the plan.
fn find(machine: &Machine, policy: &Policy, plan: &MediumPlan) -> Result<Volume, MediaError> {
    let all = machine.removable().map_err(MediaError::file(&plan.label))?;
    let (found, others): (Vec<Volume>, Vec<Volume>) =
        all.into_iter().partition(|volume| volume.label().eq_ignore_ascii_case(&plan.label));
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
        let seen = |volume: &Volume| format!("{} is {}", volume.name, named(volume, policy));
        let seen = others.iter().map(seen).collect();
        return Err(MediaError::Absent { label: plan.label.clone(), seen });
    };
    require_serial(plan, &volume)?;
    Ok(volume)
}

/// A medium by its label, with what the plan says of it.
fn named(volume: &Volume, policy: &Policy) -> String {
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
