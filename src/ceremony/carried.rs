//! What is wrong with a request or a response, or with whom it goes to.

use crate::advice::{Advice, Exit};
use crate::host::brief::{brief, cut};
use crate::host::display::{typed, visible};

use super::kinds::Kind;

/// How much is said of what is wrong with a file, in characters: the file itself may be quoted there.
const LONGEST: usize = 300;

/// What an answer to a request is called in messages.
pub(super) const RESPONSE: &str = "signature response";

/// Why nothing is carried, or nothing of what was carried is used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CarriedError {
    /// The plan names no such holder.
    #[error("ceremony.toml has no holder {}", typed(.name))]
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
    /// A file that is for another command.
    #[error("{} is no {what}: it is {}", visible(.file), .kind.name())]
    OtherKind {
        /// The file.
        file: String,
        /// What it was taken for.
        what: &'static str,
        /// What it is.
        kind: Kind,
    },
    /// Codes of something else than a payload.
    #[error("the codes carry {}, and no payload to review", .kind.name())]
    OtherCodes {
        /// What they carry.
        kind: Kind,
    },
    /// A response in which nothing was signed.
    #[error("{} is a response without a signature", visible(.file))]
    Empty {
        /// The file.
        file: String,
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
            CarriedError::OtherKind { file, what, kind } => {
                visible(&kind.next(file, if *what == RESPONSE { ".response.json" } else { ".json" }))
            }
            CarriedError::OtherCodes { kind } => {
                format!("`tuf-ceremony qr read PICTURE --out FILE` makes the file of them. {}", kind.next("FILE", ".json"))
            }
            CarriedError::Empty { .. } => "Nothing was signed in it. Have the request answered once more.".to_owned(),
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
            CarriedError::NothingToAsk { .. }
            | CarriedError::OtherKind { .. }
            | CarriedError::OtherCodes { .. }
            | CarriedError::Empty { .. }
            | CarriedError::Unreadable { .. } => Exit::No,
        }
    }
}
