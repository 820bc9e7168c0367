//! What is wrong with a request or a response, or with whom it goes to.

use crate::advice::{Advice, Exit};
use crate::host::brief::{brief, cut};
use crate::host::display::visible;

/// How much is said of what is wrong with a file, in characters: the file itself may be quoted there.
const LONGEST: usize = 300;

/// Why nothing is carried, or nothing of what was carried is used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CarriedError {
    /// The plan names no such holder.
    #[error("ceremony.toml has no holder {}", visible(.name))]
    NoSuchHolder {
        /// As typed.
        name: String,
        /// Those there are.
        known: Vec<String>,
    },
    /// No payload waits for a key of this holder.
    #[error("no payload needs a key of {}", visible(.holder))]
    NothingToAsk {
        /// The holder's short name.
        holder: String,
    },
    /// A request was answered with a key that it does not ask for.
    #[error("this request asks nothing of the key {}", visible(.key))]
    NotAsked {
        /// As typed.
        key: String,
        /// Those that are asked for.
        asked: Vec<String>,
    },
    /// A request asks for several keys, and none was named.
    #[error("this request asks for several keys")]
    Several {
        /// Which.
        asked: Vec<String>,
    },
    /// A request was answered with a PKCS#11 token, and nobody on this machine said which library reaches it.
    #[error("the key {} is on a PKCS#11 token, and --module does not say which library of this machine reaches it", visible(.key))]
    NoModule {
        /// The key.
        key: String,
        /// The library's path in the plan.
        planned: String,
    },
    /// A file that is not what it was taken for.
    #[error("{} is no {what}: {}", visible(.file), cut(.problem, LONGEST))]
    Unreadable {
        /// The file.
        file: String,
        /// What it was taken for.
        what: &'static str,
        /// Why it is none.
        problem: String,
    },
}

impl Advice for CarriedError {
    fn next_step(&self) -> String {
        match self {
            CarriedError::NoSuchHolder { known, .. } => format!("The holders are: {}.", visible(&known.join(", "))),
            CarriedError::NothingToAsk { .. } => {
                "Nothing was written. `tuf-ceremony status` says who is missing.".to_owned()
            }
            CarriedError::NotAsked { asked, .. } | CarriedError::Several { asked } => {
                format!("Name one of these with --key: {}.", visible(&asked.join(", ")))
            }
            CarriedError::NoModule { planned, .. } => format!(
                "Add the library that you installed here, such as --module /usr/lib/x86_64-linux-gnu/opensc-pkcs11.so. The plan \
                 has {}: that is where it lies at the ceremony, and it was not loaded.",
                brief(planned)
            ),
            CarriedError::Unreadable { .. } => {
                "Nothing of it was used. Have it carried here once more, and compare its SHA-256 with those who wrote it."
                    .to_owned()
            }
        }
    }

    fn exit(&self) -> Exit {
        match self {
            CarriedError::NoSuchHolder { .. }
            | CarriedError::NotAsked { .. }
            | CarriedError::NoModule { .. }
            | CarriedError::Several { .. } => Exit::Usage,
            CarriedError::NothingToAsk { .. } | CarriedError::Unreadable { .. } => Exit::No,
        }
    }
}
