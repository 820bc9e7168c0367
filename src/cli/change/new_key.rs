//! A key that comes into the plan, as it is described on the command line.

use std::path::PathBuf;

use crate::ceremony::change::Newcomer;
use crate::ceremony::{CeremonyError, keyring};
use crate::cli::show;
use crate::host::files;
use crate::policy::edit::NewKey;
use crate::policy::{KeyPlan, Policy, TokenKind, TokenPlan};

/// What describes a key that the plan does not know yet.
#[derive(clap::Args, Clone)]
pub(super) struct NewArgs {
    /// The holder's short name in ceremony.toml
    #[arg(long, value_name = "HOLDER", value_parser = show::name)]
    holder: Option<String>,
    /// The name of a holder who is new
    #[arg(long, value_name = "NAME", requires = "holder")]
    holder_name: Option<String>,
    /// Where a holder who is new works
    #[arg(long, value_name = "SITE", requires = "holder_name")]
    site: Option<String>,
    /// The signature scheme, e.g. ecdsa-sha2-nistp256
    #[arg(long)]
    scheme: Option<String>,
    /// The kind of token: pkcs11, yubihsm or rehearsal
    #[arg(long, value_name = "KIND")]
    token: Option<String>,
    /// The token's serial number
    #[arg(long)]
    pub(super) serial: Option<String>,
    /// Full path of the token's PKCS#11 module
    #[arg(long, value_name = "PATH")]
    module: Option<String>,
    /// CKA_ID in hex, where the place in the token matters
    #[arg(long, value_name = "HEX")]
    id: Option<String>,
    /// Object id of a key in a YubiHSM 2
    #[arg(long, value_name = "N")]
    object: Option<String>,
    /// The public half of a key that does not sign here; it is copied to keys/
    #[arg(long, value_name = "FILE", conflicts_with = "token")]
    pub(super) public: Option<PathBuf>,
}

impl NewArgs {
    /// The same on the device with this serial number.
    pub(super) fn with_serial(&self, serial: Option<String>) -> NewArgs {
        NewArgs { serial, ..self.clone() }
    }

    /// The key that these arguments describe; none where they describe nothing and the plan knows the name. What is not said
    /// is as with the key whose place it takes.
    pub(super) fn newcomer(
        &self,
        policy: &Policy,
        name: &str,
        instead: Option<&KeyPlan>,
        standby_for: Option<&str>,
    ) -> Result<Option<Newcomer>, CeremonyError> {
        let said =
            [&self.holder, &self.scheme, &self.token, &self.serial, &self.module, &self.id, &self.object];
        let says_nothing = said.iter().all(|one| one.is_none()) && self.public.is_none();
        if says_nothing && policy.keys.contains_key(name) {
            return Ok(None);
        }
        let need = |what: &str, flag: &str| CeremonyError::Change {
            what: format!("the new key {name} needs {what}"),
            next: format!("Add {flag}; nothing was changed."),
        };
        let scheme = self.scheme.clone().or_else(|| instead.map(|old| old.scheme.name().to_owned()));
        let scheme = scheme.ok_or_else(|| need("a scheme", "--scheme, such as ecdsa-sha2-nistp256"))?;
        let holder = self.holder.clone().or_else(|| instead.and_then(|old| old.holder.clone()));
        let public = match &self.public {
            Some(file) => Some(files::read(file, keyring::LIMIT)?),
            None => None,
        };
        let token = if public.is_some() {
            Vec::new()
        } else {
            self.token(instead.and_then(|old| old.token.as_ref()))
        };
        if public.is_none() && token.is_empty() {
            return Err(need("a token or a public half", "--token KIND with --serial, or --public FILE"));
        }
        if !token.is_empty() && !token.iter().any(|(field, _)| *field == "serial") {
            return Err(need("the serial number of its device", "--serial SERIAL"));
        }
        let person = self.holder_name.clone().map(|name| (name, self.site.clone()));
        let key = NewKey {
            name: name.to_owned(),
            holder,
            scheme,
            token,
            public: public.as_ref().map(|_| format!("keys/{name}/public.pem")),
            standby_for: standby_for.map(str::to_owned),
        };
        Ok(Some(Newcomer { key, person, public }))
    }

    fn token(&self, instead: Option<&TokenPlan>) -> Vec<(&'static str, String)> {
        let kind = self.token.clone().or_else(|| Some(instead?.kind.name().to_owned()));
        let Some(kind) = kind else { return Vec::new() };
        let module = self.module.clone().or_else(|| match &instead?.kind {
            TokenKind::Pkcs11 { module, .. } if kind == "pkcs11" => Some(module.clone()),
            _ => None,
        });
        let fields = [
            ("kind", Some(kind)),
            ("module", module),
            ("serial", self.serial.clone()),
            ("id", self.id.clone()),
            ("object", self.object.clone()),
        ];
        fields.into_iter().filter_map(|(field, value)| Some((field, value?))).collect()
    }
}
