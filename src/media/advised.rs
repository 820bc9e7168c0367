//! Advice that depends on where an error is met: in `media check`, which has no `--at`, and once the plan is frozen.

use super::MediaError;
use crate::host::display::{visible, word};

/// What is said instead of a way to change the plan.
pub const FROZEN: &str = "The plan is frozen, and media and sets are part of it.";

impl MediaError {
    fn advised(self, next: String) -> MediaError {
        MediaError::Advised { error: Box::new(self), next }
    }

    /// As `media check` says it, which takes the folder of a medium, and takes nothing from it.
    pub fn in_check(self) -> MediaError {
        let next = match &self {
            MediaError::MountedAlready { at, .. } => {
                format!("Run `tuf-ceremony media check {}`.", word(at))
            }
            MediaError::NotAllowed { command, .. } => format!(
                "Run this as root, or mount it with `{}`, as root, and run `tuf-ceremony media check /mnt`.",
                visible(command)
            ),
            MediaError::Unreadable { .. } => {
                "Run this as root, or mount the medium as root and run `tuf-ceremony media check` on its folder."
                    .to_owned()
            }
            MediaError::Unknown { kind, .. } => format!(
                "Load the kernel's module for {kind}, or mount it by other means and run `tuf-ceremony media check` on its folder."
            ),
            MediaError::NoManifest { .. } => {
                "Name the folder that has one; `media export` makes a folder for each set. Who prepares a medium by hand runs \
                 `sha256sum FILE… > MANIFEST` in the folder of the files."
                    .to_owned()
            }
            MediaError::Ambiguous { devices, .. } => {
                let device = devices.first().map(|name| word(format!("/dev/{name}"))).unwrap_or_default();
                format!("Name the device, as in `tuf-ceremony media check {device}`.")
            }
            MediaError::Manifest { .. } => {
                "Have it written anew, with `sha256sum FILE… > MANIFEST` in the folder of the files.".to_owned()
            }
            _ => return self,
        };
        self.advised(next)
    }

    /// As it is said once the plan is frozen: whatever is changed in it now is refused by PLAN-DIGEST.
    pub fn once_frozen(self) -> MediaError {
        let next = match &self {
            MediaError::WrongRole { .. } => {
                format!("Nothing was touched. Name another medium of the plan. {FROZEN}")
            }
            MediaError::Ambiguous { label, .. } => format!(
                "Take out all of them but the right one, and label the others anew. Only one may be called {label}. {FROZEN}"
            ),
            MediaError::WrongSerial { label, .. } => {
                format!(
                    "Do not use it: it may have been exchanged. Find the {label} that was prepared. {FROZEN}"
                )
            }
            MediaError::NotEmpty { label, .. } => {
                format!("Nothing was written. Use an empty medium labelled {label}. {FROZEN}")
            }
            MediaError::CannotEncrypt { .. } => {
                format!("Nothing was touched. Build it with `cargo build --release --features age`. {FROZEN}")
            }
            _ => return self,
        };
        self.advised(next)
    }
}
