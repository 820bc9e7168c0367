//! Smart cards and HSMs through PKCS#11 (v2.40 to v3.2), by way of the `cryptoki` crate.
//!
//! - [`Modules`] loads the vendors' libraries and finds tokens by serial number.
//! - [`Pkcs11Token`] is one token; `session` keeps its session and login, `objects` finds its keys, `generate` and
//!   `sign` do what they say, `failure` explains return values, [`ec_point`] reads public points.

pub mod ec_point;
mod failure;
mod generate;
mod objects;
mod session;
mod sign;
mod token;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::slot::{Slot, TokenInfo};

pub use token::Pkcs11Token;

use super::{TokenError, TokenIdentity};

/// The PKCS#11 modules in use, each loaded and started once a process.
///
/// A module stays started until the process ends: C_Finalize would pull the ground from under every token that came
/// from it, and the operating system wipes more thoroughly. Sessions are closed, and thereby logged out, when
/// their [`Pkcs11Token`] goes.
#[derive(Default)]
pub struct Modules {
    loaded: BTreeMap<PathBuf, Pkcs11>,
}

impl Modules {
    /// No module yet.
    pub fn new() -> Modules {
        Modules::default()
    }

    /// Every initialised token that the module at `path` shows now, in its order. Slots without a token, with an
    /// unreadable one, or with one that was never initialised (SoftHSM always shows one) are left out.
    ///
    /// # Errors
    /// The module is missing, cannot be loaded or does not start; or its slots cannot be listed.
    pub fn tokens(&mut self, path: &Path) -> Result<Vec<Pkcs11Token>, TokenError> {
        let module = self.module(path)?;
        let of_module = |error: Error| failure::explain(&path.to_string_lossy(), &error);
        let mut tokens = Vec::new();
        for slot in module.get_slots_with_token().map_err(of_module)? {
            match module.get_token_info(slot) {
                Ok(info) if info.token_initialized() => {
                    tokens.push(Pkcs11Token::new(module.clone(), slot, identity(&info)));
                }
                Ok(_) => {}
                // Pulled since the slots were listed, or a card that this module does not speak with.
                Err(Error::Pkcs11(RvError::TokenNotPresent | RvError::TokenNotRecognized, _)) => {}
                Err(error) => return Err(of_module(error)),
            }
        }
        Ok(tokens)
    }

    /// The one token with this serial number (`TOKEN-ONE`).
    ///
    /// # Errors
    /// As [`Modules::tokens`]; [`TokenError::Absent`] if no token has the serial number, [`TokenError::Ambiguous`]
    /// if several do: which of them would be used must not be left to the order of slots.
    pub fn open(&mut self, path: &Path, serial: &str) -> Result<Pkcs11Token, TokenError> {
        let (mut matching, others): (Vec<_>, Vec<_>) =
            self.tokens(path)?.into_iter().partition(|token| token.known_as().serial == serial);
        let identities =
            |tokens: &[Pkcs11Token]| tokens.iter().map(|token| token.known_as().clone()).collect();
        let serial = serial.to_owned();
        match (matching.pop(), matching.is_empty()) {
            (Some(token), true) => Ok(token),
            (Some(token), false) => {
                matching.push(token);
                Err(TokenError::Ambiguous { serial, tokens: identities(&matching) })
            }
            (None, _) => Err(TokenError::Absent { serial, seen: identities(&others) }),
        }
    }

    /// The module at `path`, loaded and started if it was not yet.
    fn module(&mut self, path: &Path) -> Result<&Pkcs11, TokenError> {
        use std::collections::btree_map::Entry;
        match self.loaded.entry(path.to_owned()) {
            Entry::Occupied(entry) => Ok(entry.into_mut()),
            Entry::Vacant(entry) => Ok(entry.insert(load(path)?)),
        }
    }
}

/// Loads and starts a module.
fn load(path: &Path) -> Result<Pkcs11, TokenError> {
    let path_buf = || path.to_owned();
    // The loader searches its own list of folders for a bare name: another file than the one that was reviewed.
    if !path.is_absolute() {
        return Err(TokenError::ModuleRelative { path: path_buf() });
    }
    let module = Pkcs11::new(path).map_err(|error| {
        let detail = match &error {
            Error::LibraryLoading(cause) => cause.to_string(),
            Error::MissingSymbol(symbol) => format!("it has no {symbol}"),
            other => other.to_string(),
        };
        // The loader begins with the name of the file that it misses: this one, or a library that this one needs.
        let missing = format!("{}: cannot open shared object file: No such file", path.display());
        if detail.starts_with(&missing) {
            TokenError::ModuleMissing { path: path_buf() }
        } else {
            TokenError::ModuleLoad { path: path_buf(), detail }
        }
    })?;
    // Dropping the last handle would unload code that the module's own threads and exit handlers may be running.
    std::mem::forget(module.clone());
    match module.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
        Ok(()) => Ok(module),
        // Started by an earlier `Modules` of this process, or under another name for the same file.
        Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => Ok(module),
        Err(error) => {
            let code = failure::code(&error).map_or_else(|| error.to_string(), failure::name);
            Err(TokenError::NotInitialised { path: path_buf(), code })
        }
    }
}

/// What the token says of itself. Padding is blanks by the standard; some modules pad with NUL.
fn identity(info: &TokenInfo) -> TokenIdentity {
    let unpadded = |text: &str| text.trim_end_matches(['\0', ' ']).to_owned();
    TokenIdentity {
        kind: "pkcs11",
        label: unpadded(info.label()),
        serial: unpadded(info.serial_number()),
        model: unpadded(info.model()),
        manufacturer: unpadded(info.manufacturer_id()),
        firmware: info.firmware_version().to_string(),
    }
}

/// One slot of one module, and the serial number of the token that was in it when it was opened.
#[derive(Clone)]
struct Device {
    module: Pkcs11,
    slot: Slot,
    serial: String,
}
