//! A key's way into the ceremony: made on its token, or found there, and its public half stored under `keys/`.

use crate::checks::sign::sign_key;
use crate::console::Console;
use crate::crypto::PublicKey;
use crate::host::files;
use crate::host::secret::Secret;
use crate::token::{Token, TokenError};
use crate::tuf::key::{Key, keyid_of};

use super::event::Event;
use super::keyring::fits;
use super::tokens::{Tokens, key_plan};
use super::{Ceremony, CeremonyError};

/// What `provision` did.
pub struct Provisioned {
    /// The public half.
    pub public: PublicKey,
    /// The keyid under which it will stand in metadata.
    pub keyid: String,
    /// Whether it was made on the token just now.
    pub generated: bool,
}

/// How a PIN is obtained.
#[derive(Clone, Copy, Debug)]
pub enum PinFrom {
    /// Asked for.
    Prompt,
    /// Read from this file descriptor.
    Descriptor(u32),
}

impl PinFrom {
    /// Unlocks a token with its PIN. What cannot be one by its length, such as an empty line, is asked for again: whoever types
    /// on would type the PIN where everybody reads it.
    pub fn unlock(self, console: &mut dyn Console, token: &mut dyn Token) -> Result<(), CeremonyError> {
        loop {
            let pin = self.obtain(console, token)?;
            match (token.unlock(pin), self) {
                (Err(error @ TokenError::PinLength { .. }), PinFrom::Prompt) => {
                    console.say(&format!("{error}. Type it once more, or stop with Ctrl-C."));
                }
                (unlocked, _) => return Ok(unlocked?),
            }
        }
    }

    /// Obtains the PIN of a token. The prompt tells what the token says of its tries.
    fn obtain(self, console: &mut dyn Console, token: &mut dyn Token) -> Result<Secret, CeremonyError> {
        match self {
            PinFrom::Descriptor(descriptor) => Ok(files::secret_from_descriptor(descriptor)?),
            PinFrom::Prompt => {
                let state = token.pin_state()?;
                let identity = token.identity();
                let label = crate::host::display::visible(&format!(
                    "{} (serial {})",
                    identity.label, identity.serial
                ));
                console.say(&format!("Token {label}: {state}."));
                Ok(console.ask_hidden("PIN", "--pin-fd N")?)
            }
        }
    }
}

/// Makes a key on its token, or with `existing` takes the one that is there.
pub fn provision(
    ceremony: &mut Ceremony,
    tokens: &mut Tokens,
    console: &mut dyn Console,
    name: &str,
    existing: bool,
    pin: PinFrom,
) -> Result<Provisioned, CeremonyError> {
    let plan = key_plan(&ceremony.policy, name)?.clone();
    let present = ceremony.keyring.get(name).cloned();
    if present.is_some() && !existing {
        return Err(CeremonyError::KeyPresent { name: name.to_owned() });
    }
    let (mut token, place) = tokens.open(&ceremony.policy, name)?;
    let public = if existing {
        token.public_key(&place)?
    } else {
        pin.unlock(console, token.as_mut())?;
        token.generate(&place, plan.scheme.algorithm())?
    };
    CeremonyError::require(fits(name, &plan, &public))?;
    if let Some(expected) = &present {
        CeremonyError::require(sign_key(name, expected, &public))?;
    }
    let object = Key::write(&public, plan.scheme, ceremony.policy.written_holder(name));
    let files = vec![
        ceremony.write(&format!("keys/{name}/key.json"), &object.to_disk())?,
        // public.pem last: its presence is what makes the key known.
        ceremony.write(&super::keyring::file_of(name, &plan), public.to_spki_pem().as_bytes())?,
    ];
    let serial = token.identity().serial.clone();
    let event = Event::KeyEnrolled { key: name.to_owned(), serial, generated: !existing, files };
    let actor = ceremony.policy.holder_of(name).to_owned();
    ceremony.transcript.record(&actor, &event)?;
    Ok(Provisioned { keyid: keyid_of(&object), public, generated: !existing })
}
