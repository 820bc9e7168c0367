//! What takes the place of a key that goes.

use std::path::PathBuf;

use crate::host::files;
use crate::policy::edit::NewKey;
use crate::policy::{Policy, TokenKind};

use super::super::change::Newcomer;
use super::super::{CeremonyError, keyring, tokens};

/// What takes a key's place: a key of the plan by its name, a new one on the device with this serial number, of the kind of
/// the old one, or one that is known by its public half.
pub fn newcomer(policy: &Policy, old: &str, by: &str) -> Result<(String, Option<Newcomer>), CeremonyError> {
    if policy.keys.contains_key(by) {
        return Ok((by.to_owned(), None));
    }
    let plan = tokens::key_plan(policy, old)?;
    let number = (2..).find(|number| !policy.keys.contains_key(&format!("{old}-{number}"))).unwrap_or(2);
    let name = format!("{old}-{number}");
    let mut key = NewKey {
        name: name.clone(),
        holder: plan.holder.clone(),
        scheme: plan.scheme.name().to_owned(),
        token: Vec::new(),
        public: None,
        standby_for: None,
    };
    let path = PathBuf::from(by);
    if files::is_plain(&path) {
        key.public = Some(format!("keys/{name}/public.pem"));
        let public = Some(files::read(&path, keyring::LIMIT)?);
        return Ok((name, Some(Newcomer { key, person: None, public })));
    }
    if by.ends_with(".pem") || by.contains('/') {
        return Err(CeremonyError::Change {
            what: format!("{by} is no plain file"),
            next: "Name a file with the public half of the new key (PEM, \"BEGIN PUBLIC KEY\"). Nothing was changed.".to_owned(),
        });
    }
    if let Some(near) = policy.key_like(by) {
        return Err(CeremonyError::Change {
            what: format!("{by} is no key of the plan; did you mean {near}?"),
            next: "Write the name as it stands in ceremony.toml, or the serial number of a new token. Nothing was changed."
                .to_owned(),
        });
    }
    let Some(token) = &plan.token else {
        return Err(CeremonyError::Change {
            what: format!(
                "{by} is no key of the plan and no file, and {old} is on no token whose kind a new one could have"
            ),
            next: "Name a file with the public half of the new key (PEM, \"BEGIN PUBLIC KEY\").".to_owned(),
        });
    };
    let module = match &token.kind {
        TokenKind::Pkcs11 { module, .. } => Some(module.clone()),
        TokenKind::Rehearsal | TokenKind::Yubihsm { .. } => None,
    };
    key.token = vec![("kind", token.kind.name().to_owned()), ("serial", by.to_owned())];
    key.token.extend(module.map(|module| ("module", module)));
    Ok((name, Some(Newcomer { key, person: None, public: None })))
}
