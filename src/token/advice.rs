//! What to do next about each [`TokenError`], the check that it belongs to, and the exit code.

use super::{PinState, TokenError};
use crate::advice::{Advice, Exit};

impl Advice for TokenError {
    fn next_step(&self) -> String {
        match self {
            TokenError::ModuleRelative { .. } => {
                "Write the module's full path, beginning with \"/\", into ceremony.toml.".to_owned()
            }
            TokenError::ModuleMissing { .. } => {
                "Install the package that brings the module, or correct its path in ceremony.toml.".to_owned()
            }
            TokenError::ModuleLoad { .. } => "Check that the file is the PKCS#11 module of this token's vendor, \
                 built for this machine, and that the libraries it needs are installed."
                .to_owned(),
            TokenError::NotInitialised { path, code } => not_initialised(&path.to_string_lossy(), code),
            TokenError::Absent { .. } => "Insert the token that the plan names and repeat the command. \
                 `tuf-ceremony token list` shows what is connected."
                .to_owned(),
            TokenError::Ambiguous { .. } => "Take out all but the right one and repeat the command. If one device \
                 shows up several times, use a module that shows it once."
                .to_owned(),
            TokenError::NoKey { .. } => "Check that this is the token that holds the key, and the id or label in \
                 ceremony.toml. `tuf-ceremony token list` shows the keys; `token provision` makes a missing one."
                .to_owned(),
            TokenError::KeyAmbiguous { .. } => "Give the key's `id` in ceremony.toml so that exactly one key \
                 answers; two keys with one id need the vendor's tool to tell them apart."
                .to_owned(),
            TokenError::BadPublicKey { .. } => "Read the key with the vendor's tool. Do not use it for signing \
                 until both agree."
                .to_owned(),
            TokenError::PlaceTaken { .. } => "If an interrupted run of this command made that key, take it over \
                 with `--existing`; otherwise choose another id and label for the new key in ceremony.toml. This \
                 program never overwrites a key."
                .to_owned(),
            TokenError::WrongPin { state, .. } => after_wrong_pin(*state),
            TokenError::PinLocked { .. } => "Have the token's administrator (security officer) unlock it with the \
                 vendor's tool, outside of this program, or go on with another holder."
                .to_owned(),
            TokenError::LastTry { .. } => "Have the token's administrator (security officer) reset the tries with \
                 the vendor's tool, outside of this program; then repeat the command."
                .to_owned(),
            TokenError::PinNotSet { .. } => {
                "Set the holder's PIN with the vendor's tool; then repeat the command.".to_owned()
            }
            TokenError::PinLength { .. } => {
                "Repeat the command with the PIN of this token. No try was used.".to_owned()
            }
            TokenError::NeedsLogin { .. } => "Repeat the command and enter the PIN when asked.".to_owned(),
            TokenError::SchemeUnsupported { .. } | TokenError::AlgorithmUnsupported { .. } => {
                "Plan a scheme that this token can do: ed25519, ecdsa-sha2-nistp256 or ecdsa-sha2-nistp384; the \
                 vendor's documentation lists its mechanisms."
                    .to_owned()
            }
            TokenError::AlwaysAuthenticate { .. } => "Use another module for this token, or a key that asks for \
                 its PIN once a session."
                .to_owned(),
            TokenError::SchemeMismatch { .. } => {
                "Correct the key's scheme or its place in ceremony.toml, and freeze again.".to_owned()
            }
            TokenError::Origin { .. } => "Do not use this key. Delete it with the vendor's tool and find out why \
                 the token made it so before trying again."
                .to_owned(),
            TokenError::BadSignature { .. } => "Do not use this token until its vendor explains it. Nothing was \
                 stored."
                .to_owned(),
            TokenError::Removed { .. } => {
                "Insert the token again and repeat the command; signatures made so far are kept.".to_owned()
            }
            TokenError::WriteProtected { .. } => {
                "Remove the write protection with the vendor's tool, or use another token.".to_owned()
            }
            TokenError::Device { .. } => "Take the token out, insert it again and repeat the command once. If it \
                 fails again, look the answer up in the vendor's documentation."
                .to_owned(),
        }
    }

    fn check(&self) -> Option<&'static str> {
        match self {
            TokenError::Absent { .. } | TokenError::Ambiguous { .. } => Some("TOKEN-ONE"),
            TokenError::PlaceTaken { .. } => Some("TOKEN-SLOT"),
            TokenError::WrongPin { .. }
            | TokenError::PinLocked { .. }
            | TokenError::LastTry { .. }
            | TokenError::PinNotSet { .. }
            | TokenError::PinLength { .. } => Some("TOKEN-PIN"),
            TokenError::Origin { .. } => Some("TOKEN-ORIGIN"),
            TokenError::SchemeMismatch { .. } => Some("KEY-SCHEME"),
            TokenError::BadSignature { .. } => Some("SIGN-VERIFY"),
            _ => None,
        }
    }

    fn exit(&self) -> Exit {
        match self {
            TokenError::ModuleRelative { .. }
            | TokenError::ModuleMissing { .. }
            | TokenError::ModuleLoad { .. }
            | TokenError::NotInitialised { .. } => Exit::Machine,
            _ => Exit::Token,
        }
    }
}

/// A module that does not start says little; the commonest case is known.
fn not_initialised(path: &str, code: &str) -> String {
    if path.contains("softhsm") && code == "CKR_GENERAL_ERROR" {
        "SoftHSM answers this when it finds no configuration: set SOFTHSM2_CONF to a readable softhsm2.conf whose \
         token directory exists."
            .to_owned()
    } else {
        "Check the module's own configuration and the service it needs (pcscd for smart cards).".to_owned()
    }
}

/// What to do after a refused PIN depends on what the token says is left.
fn after_wrong_pin(state: PinState) -> String {
    match state {
        PinState::LastTry => {
            "Stop: the next wrong PIN locks the token, and this program will not send another. \
             Have the token's administrator reset the tries with the vendor's tool."
                .to_owned()
        }
        PinState::Locked => {
            "Have the token's administrator unlock it with the vendor's tool, or go on with another holder."
                .to_owned()
        }
        PinState::AllTriesLeft | PinState::NotCounted | PinState::SomeTriesUsed | PinState::NotSet => {
            "Nothing was retried. Make sure that this is the right token and repeat the command with its PIN."
                .to_owned()
        }
    }
}
