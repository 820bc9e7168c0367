//! `change`: edit the plan by intent.

mod new_key;

use clap::{Args as ClapArgs, Subcommand, ValueEnum};
use jiff::Timestamp;

use super::{Context, show};
use crate::advice::{Advice as _, Exit};
use crate::ceremony::change::Change;
use crate::ceremony::{Ceremony, CeremonyError};
use crate::console::Console;
use crate::host::display::visible;
use crate::json::Json;
use crate::policy::{Expiry, KeyPlan, Policy, Reason, RolePlan};
use new_key::NewArgs;

/// Edit ceremony.toml by intent; comments stay, and the act is declared for PLAN-INTENT
#[derive(ClapArgs)]
pub struct Args {
    #[command(subcommand)]
    act: Act,
}

#[derive(Subcommand)]
enum Act {
    /// Let a key into roles; without --role it is a standby
    AddKey {
        /// The key's name
        #[arg(value_parser = show::name)]
        key: String,
        /// A role that it may sign for; may be repeated
        #[arg(long = "role", value_name = "ROLE")]
        roles: Vec<String>,
        /// The key whose place it takes when that is lost or compromised
        #[arg(long, value_name = "KEY")]
        standby_for: Option<String>,
        #[command(flatten)]
        new: NewArgs,
    },
    /// Give a key's place in every role to another: the same holder, with a new device
    ReplaceKey {
        /// The key that goes
        key: String,
        /// The key that comes
        #[arg(long, value_name = "NAME", value_parser = show::name)]
        by: String,
        /// Serial number of the device that goes, as it stands on it
        #[arg(long, value_name = "SERIAL")]
        old_serial: Option<String>,
        /// Why the old key goes; without it nothing is said against the old key
        #[arg(long)]
        reason: Option<Why>,
        /// Since when, e.g. 2026-01-31T18:00:00Z
        #[arg(long, value_name = "TIME", value_parser = show::instant, requires = "reason")]
        since: Option<Timestamp>,
        #[command(flatten)]
        new: NewArgs,
    },
    /// Take a key out of every role and delegation, under every name and keyid
    RevokeKey {
        /// The key that goes
        key: String,
        /// Why it goes
        #[arg(long)]
        reason: Why,
        /// Since when, e.g. 2026-01-31T18:00:00Z
        #[arg(long, value_name = "TIME", value_parser = show::instant)]
        since: Option<Timestamp>,
    },
    /// Set how many signatures a role needs
    SetThreshold {
        /// The role
        role: String,
        /// How many must sign
        threshold: i64,
    },
    /// Set when a role's metadata expires
    SetExpiry {
        /// The role
        role: String,
        /// A period or an instant: "1 year", "90 days", 2028-01-14T15:00:00Z
        #[arg(value_parser = expiry)]
        expires: Expiry,
    },
    /// Give the place of an online key to a new one, in every role and delegation
    RotateOnline {
        /// The key that goes; the one key of timestamp if absent
        key: Option<String>,
        /// The key that comes; the standby of the old one if absent
        #[arg(long, value_name = "NAME", value_parser = show::name)]
        by: Option<String>,
        /// Why the old key goes; without it nothing is said against the old key
        #[arg(long)]
        reason: Option<Why>,
        /// Since when, e.g. 2026-01-31T18:00:00Z
        #[arg(long, value_name = "TIME", value_parser = show::instant, requires = "reason")]
        since: Option<Timestamp>,
        #[command(flatten)]
        new: NewArgs,
    },
    /// Write keys in the forms of older tools anew, in the one form that all clients count
    ReencodeKeys,
    /// Renew version and expiry, and nothing else
    Refresh,
}

#[derive(Clone, Copy, ValueEnum)]
enum Why {
    Compromised,
    Lost,
    Retired,
}

impl Why {
    fn reason(self) -> Reason {
        match self {
            Why::Compromised => Reason::Compromised,
            Why::Lost => Reason::Lost,
            Why::Retired => Reason::Retired,
        }
    }
}

fn expiry(text: &str) -> Result<Expiry, String> {
    Expiry::parse(text)
        .ok_or_else(|| "write for example \"1 year\", \"90 days\" or 2028-01-14T15:00:00Z".to_owned())
}

/// Runs the command.
pub fn run(context: &mut Context, args: &Args) -> Result<Exit, CeremonyError> {
    let place = context.place();
    Ceremony::act(&place, |ceremony| act(context, ceremony, args))
}

fn act(context: &mut Context, ceremony: &mut Ceremony, args: &Args) -> Result<Exit, CeremonyError> {
    let change = change(&ceremony.policy, &mut context.console, &args.act)?;
    let fewer = one_fewer(&ceremony.policy, &change);
    let script = ceremony.policy.script.clone();
    let standby = match &change {
        Change::AddKey { key, roles, .. } if roles.is_empty() => Some(key.clone()),
        _ => None,
    };
    let acts = match ceremony.change(&[change]) {
        Err(refused) => {
            ceremony.record_refusal(crate::ceremony::directory::ADMINISTRATOR, "change", &refused)?;
            return Err(refused);
        }
        Ok(acts) => acts,
    };
    // What was changed is changed, also where the plan cannot be carried out as it is now.
    let (mut missing_keys, refusing) = match ceremony.plan() {
        Ok(plan) => {
            let refusing = plan.findings.iter().filter(|finding| finding.refuses());
            let told = refusing.map(|finding| {
                let what = finding.trouble().map_or("", |trouble| trouble.what.as_str());
                format!("{} would refuse by now: {}", finding.check, visible(what))
            });
            (plan.missing_keys, told.collect::<Vec<_>>())
        }
        Err(error) => (
            Vec::new(),
            vec![format!(
                "Nothing can be drafted by now: {}. {}",
                visible(&error.to_string()),
                error.next_step()
            )],
        ),
    };
    // A standby is in no role, and wanted all the same: on the night, nobody can make it.
    missing_keys.extend(standby.clone().filter(|key| ceremony.keyring.get(key).is_none()));
    if context.json {
        context.console.say(&show::json(&Json::object([
            ("acts", Json::strings(acts.iter().map(ToString::to_string))),
            ("missing_keys", Json::strings(missing_keys)),
            ("script", Json::from(ceremony.policy.script.as_str())),
            ("standby", standby.map_or(Json::Null, Json::from)),
        ])));
        return Ok(Exit::Yes);
    }
    for told in show::acts(&ceremony.policy, acts.iter().map(ToString::to_string)) {
        context.console.say(&told);
    }
    if let Some(key) = &standby {
        context.console.say(&show::wrap(&stands_by(&ceremony.policy, key), 78));
    }
    if ceremony.policy.script != script {
        let told = format!("Set in ceremony.toml to fit that: script = \"{}\".", ceremony.policy.script);
        context.console.say(&told);
    }
    if let Some(told) = fewer {
        context.console.say(&show::wrap(&told, 78));
    }
    for key in &missing_keys {
        context.next(&super::plan::how_to_enrol(ceremony, key));
    }
    for told in refusing {
        context.console.say(&show::wrap(&told, 78));
    }
    context.next("tuf-ceremony plan");
    Ok(Exit::Yes)
}

fn change(policy: &Policy, console: &mut dyn Console, act: &Act) -> Result<Change, CeremonyError> {
    Ok(match act {
        Act::AddKey { key, roles, standby_for, new } => {
            // A standby is the same person's second key, unless it is said otherwise.
            let instead = standby_for.as_ref().map(|other| known(policy, other)).transpose()?;
            let newcomer = new.newcomer(policy, key, instead, standby_for.as_deref())?;
            Change::AddKey { key: key.clone(), newcomer, roles: roles.clone() }
        }
        Act::ReplaceKey { key, by, old_serial, reason, since, new } => {
            let known = known(policy, key)?;
            // Two devices of one person are easily mistaken for one another: the serials are typed, not agreed to.
            if let Some(token) = &known.token {
                let typed = match old_serial {
                    Some(typed) => typed.clone(),
                    None => console.ask("Serial number of the device that goes", "--old-serial SERIAL")?,
                };
                if typed != token.serial {
                    let what =
                        format!("{key} is on the device {}, and {} was typed", token.serial, visible(&typed));
                    let next =
                        "Look at both devices, and name the key of the one that goes; nothing was changed.";
                    return Err(CeremonyError::Change { what, next: next.to_owned() });
                }
            }
            let serial = match (&known.token, &new.serial) {
                (Some(_), None) if !policy.keys.contains_key(by) && new.public.is_none() => {
                    Some(console.ask("Serial number of the device that comes", "--serial SERIAL")?)
                }
                (_, given) => given.clone(),
            };
            let newcomer = new.with_serial(serial).newcomer(policy, by, Some(known), None)?;
            let reason = reason.map(|reason| (reason.reason(), *since));
            Change::ReplaceKey { key: key.clone(), by: by.clone(), newcomer, reason }
        }
        Act::RevokeKey { key, reason, since } => {
            Change::RevokeKey { key: key.clone(), reason: reason.reason(), since: *since }
        }
        Act::SetThreshold { role, threshold } => {
            Change::SetThreshold { role: role.clone(), threshold: *threshold }
        }
        Act::SetExpiry { role, expires } => {
            Change::SetExpiry { role: role.clone(), expires: expires.clone() }
        }
        Act::RotateOnline { key, by, reason, since, new } => {
            let key = match key {
                Some(key) => key.clone(),
                None => only_online(policy)?,
            };
            let known = known(policy, &key)?;
            let by = by.clone().or_else(|| policy.standby_of(&key).map(str::to_owned));
            let by = by.ok_or_else(|| CeremonyError::Change {
                what: format!("{key} has no standby"),
                next: "Name the new key with --by NAME, and describe it with --public FILE or --token."
                    .to_owned(),
            })?;
            let newcomer = new.newcomer(policy, &by, Some(known), None)?;
            let reason = reason.map(|reason| (reason.reason(), *since));
            Change::ReplaceKey { key, by, newcomer, reason }
        }
        Act::ReencodeKeys => Change::ReencodeKeys,
        Act::Refresh => Change::Refresh,
    })
}

/// What a key that came into no role is there for.
fn stands_by(policy: &Policy, key: &str) -> String {
    let place = policy.keys.get(key).and_then(|plan| plan.standby_for.as_ref());
    let place =
        place.map_or(String::new(), |other| format!(" for {other}, whose place it takes when that goes"));
    format!("Written into ceremony.toml: the key {key}, as a standby{place}. It is in no role.")
}

/// Roles in which a key takes the place of another, and stands already.
fn one_fewer(policy: &Policy, change: &Change) -> Option<String> {
    let Change::ReplaceKey { key, by, .. } = change else { return None };
    let both = |plan: &RolePlan| [key, by].iter().all(|one| plan.keys.contains(one));
    let roles = policy.all_roles().into_iter().filter(|(_, plan)| both(plan));
    let roles: Vec<&str> = roles.map(|(role, _)| role).collect();
    let told = format!(
        "{by} was in {} already: nothing takes the place of {key} there, which leaves one key fewer.",
        roles.join(", ")
    );
    (!roles.is_empty()).then_some(told)
}

fn known<'a>(policy: &'a Policy, key: &str) -> Result<&'a KeyPlan, CeremonyError> {
    policy.keys.get(key).ok_or_else(|| CeremonyError::NoSuchKey {
        name: key.to_owned(),
        known: policy.keys.keys().cloned().collect(),
    })
}

/// The key of timestamp, where it is the only one.
fn only_online(policy: &Policy) -> Result<String, CeremonyError> {
    match policy.roles.get("timestamp").map(|role| role.keys.as_slice()) {
        Some([key]) => Ok(key.clone()),
        keys => {
            let what = format!("timestamp has {} keys", keys.map_or(0, <[String]>::len));
            Err(CeremonyError::Change { what, next: "Name the key that goes.".to_owned() })
        }
    }
}
