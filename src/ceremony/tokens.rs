//! Opening the token that the plan names, and no other (checks TOKEN-ONE, TOKEN-IDENTITY).

use std::path::{Path, PathBuf};

use crate::checks::{Check, Finding};
use crate::policy::{KeyPlan, Policy, TokenKind, TokenPlan};
use crate::token::pkcs11::Modules;
use crate::token::rehearsal::RehearsalToken;
use crate::token::{KeyPlace, Token, TokenError, TokenIdentity};

use super::{CarriedError, CeremonyError};

/// The tokens of this machine.
pub struct Tokens {
    modules: Modules,
    library: Library,
    /// The serial of the one rehearsal token that is inserted; `None` means that all of them are.
    inserted: Option<String>,
}

/// Which library is loaded for a PKCS#11 token: whoever names it lets it run.
enum Library {
    /// The one that the plan of this machine's own directory names.
    Planned,
    /// The one that whoever sits here named, whatever a plan from elsewhere says; none if nobody did.
    Named(Option<PathBuf>),
}

impl Default for Tokens {
    fn default() -> Tokens {
        Tokens::new()
    }
}

impl Tokens {
    /// Whatever is there.
    pub fn new() -> Tokens {
        Tokens { modules: Modules::new(), library: Library::Planned, inserted: None }
    }

    /// Where the plan came from elsewhere: no library is loaded but the one that is named here.
    pub fn named_here(library: Option<PathBuf>) -> Tokens {
        Tokens { modules: Modules::new(), library: Library::Named(library), inserted: None }
    }

    /// Plays a rehearsal in which exactly one rehearsal token is inserted.
    pub fn insert_rehearsal(&mut self, serial: &str) {
        self.inserted = Some(serial.to_owned());
    }

    /// Opens the token of a key, and says where on it the key is.
    pub fn open(&mut self, policy: &Policy, name: &str) -> Result<(Box<dyn Token>, KeyPlace), CeremonyError> {
        let plan = key_plan(policy, name)?;
        let planned = plan.token.as_ref().ok_or_else(|| CeremonyError::NoToken { name: name.to_owned() })?;
        let (token, place) = self.find(policy, name, plan, planned)?;
        CeremonyError::require(identity(name, planned, token.identity()))?;
        Ok((token, place))
    }

    fn find(
        &mut self,
        policy: &Policy,
        name: &str,
        plan: &KeyPlan,
        planned: &TokenPlan,
    ) -> Result<(Box<dyn Token>, KeyPlace), CeremonyError> {
        match &planned.kind {
            TokenKind::Rehearsal if !policy.rehearsal => {
                let what =
                    format!("the key {name} is on a rehearsal token, and this ceremony is a production one");
                let next =
                    "Name a real token in ceremony.toml. A rehearsal token's key is known to everybody.";
                Err(CeremonyError::Refused(Box::new(Finding::fail(Check::PlanRehearsal, what, next))))
            }
            TokenKind::Rehearsal => {
                let algorithm = plan.scheme.algorithm();
                if let Some(inserted) = self.inserted.as_ref().filter(|inserted| **inserted != planned.serial)
                {
                    let seen = RehearsalToken::new(inserted, algorithm).identity().clone();
                    return Err(absent(
                        policy,
                        planned,
                        TokenError::Absent { serial: planned.serial.clone(), seen: vec![seen] },
                    ));
                }
                let place = KeyPlace { id: None, label: name.to_owned() };
                Ok((Box::new(RehearsalToken::new(&planned.serial, algorithm)), place))
            }
            TokenKind::Pkcs11 { module, id, label } => {
                let library = match &self.library {
                    Library::Planned => Path::new(module),
                    Library::Named(Some(library)) => library,
                    Library::Named(None) => {
                        let (key, planned) = (name.to_owned(), module.clone());
                        return Err(CarriedError::NoModule { key, planned }.into());
                    }
                };
                let opened = self.modules.open(library, &planned.serial);
                let token = opened.map_err(|error| absent(policy, planned, error))?;
                Ok((Box::new(token), KeyPlace { id: id.clone(), label: label.clone() }))
            }
            TokenKind::Yubihsm { .. } => Err(CeremonyError::TokenKind { kind: planned.kind.name() }),
        }
    }

    /// Every token of one PKCS#11 module.
    pub fn of_module(&mut self, module: &Path) -> Result<Vec<Box<dyn Token>>, CeremonyError> {
        let tokens = self.modules.tokens(module)?;
        Ok(tokens.into_iter().map(|token| Box::new(token) as Box<dyn Token>).collect())
    }
}

/// The plan of a key, by its name as typed.
pub fn key_plan<'a>(policy: &'a Policy, name: &str) -> Result<&'a KeyPlan, CeremonyError> {
    policy.keys.get(name).ok_or_else(|| CeremonyError::NoSuchKey {
        name: name.to_owned(),
        known: policy.keys.keys().cloned().collect(),
    })
}

/// Every PKCS#11 module that the plan names, once.
pub fn modules(policy: &Policy) -> Vec<PathBuf> {
    let mut modules: Vec<PathBuf> = Vec::new();
    for plan in policy.keys.values().filter_map(|key| key.token.as_ref()) {
        if let TokenKind::Pkcs11 { module, .. } = &plan.kind
            && !modules.iter().any(|other| other == Path::new(module))
        {
            modules.push(PathBuf::from(module));
        }
    }
    modules
}

/// A token that is absent while another holder's is there: that is what has happened, so say that.
fn absent(policy: &Policy, planned: &TokenPlan, error: TokenError) -> CeremonyError {
    let TokenError::Absent { seen, .. } = &error else { return CeremonyError::Token(error) };
    for found in seen {
        let owner = policy.keys.iter().find(|(_, key)| {
            key.token
                .as_ref()
                .is_some_and(|token| token.serial == found.serial && token.serial != planned.serial)
        });
        if let Some((key, _)) = owner {
            let what = format!(
                "the token with serial {} is not here; the one that is here ({}) belongs to {} (key {key})",
                planned.serial,
                found.serial,
                policy.holder_of(key)
            );
            let next = format!(
                "Take it out, insert the token with serial {}, and run the command again. No PIN was asked for.",
                planned.serial
            );
            return CeremonyError::Refused(Box::new(Finding::fail(Check::TokenOne, what, next)));
        }
    }
    CeremonyError::Token(error)
}

/// TOKEN-IDENTITY: serial, model and manufacturer as planned.
fn identity(key: &str, planned: &TokenPlan, found: &TokenIdentity) -> Finding {
    let mut problems = Vec::new();
    let mut compare = |what: &str, planned: Option<&String>, found: &str| {
        if let Some(planned) = planned.filter(|planned| *planned != found) {
            problems.push(format!("{what} is {found:?}, and the plan says {planned:?}"));
        }
    };
    compare("the serial", Some(&planned.serial), &found.serial);
    compare("the model", planned.model.as_ref(), &found.model);
    compare("the manufacturer", planned.manufacturer.as_ref(), &found.manufacturer);
    let next = "Do not enter a PIN. Insert the planned token, or have ceremony.toml corrected and reviewed.";
    Finding::judge(Check::TokenIdentity, problems, next, format!("the token of {key} is {}", found.serial))
}
