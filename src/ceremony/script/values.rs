//! The names that a script can use, and their values: the plan, as far as people need it.

use serde::Serialize;

use crate::policy::survival::Unit;
use crate::policy::{Contents, KeyPlan, Policy, SetPlan};
use crate::tuf::time;

use super::super::plan::{Plan, PlannedRole};
use super::super::{Ceremony, CeremonyError};

/// What marks a value that is known later; see [`super::Late`].
pub(super) const LATE: char = '\u{e002}';

/// Everything at the top.
#[derive(Serialize)]
pub(super) struct Values {
    ceremony: About,
    trusted: Option<Trusted>,
    root: Made,
    payloads: Vec<Made>,
    roots_only: bool,
    left: Vec<String>,
    holders: Vec<Holder>,
    keys: Vec<Key>,
    new_keys: Vec<Key>,
    holder_keys: Vec<Key>,
    online_keys: Vec<Key>,
    revoked: Vec<Revoked>,
    fewest: usize,
    exports: Vec<Export>,
    request_exports: Vec<Export>,
}

#[derive(Serialize)]
struct About {
    id: String,
    repository: String,
    change: String,
    planned: String,
    rehearsal: bool,
    plan_sha256: String,
    plan_words: String,
}

#[derive(Serialize)]
struct Trusted {
    file: String,
    version: i64,
    sha256: String,
}

/// A role that is made.
#[derive(Clone, Serialize)]
struct Made {
    role: String,
    version: i64,
    expires: String,
    threshold: i64,
    keys: Vec<String>,
    sha256: String,
    words: String,
}

#[derive(Serialize)]
struct Holder {
    id: String,
    name: String,
    site: String,
    keys: Vec<Key>,
}

#[derive(Clone, Serialize)]
struct Key {
    name: String,
    holder: String,
    site: String,
    scheme: String,
    serial: String,
    kind: String,
    signs: Vec<String>,
    new: bool,
    online: bool,
    called: bool,
    keyid: String,
    #[serde(skip)]
    holder_id: Option<String>,
}

#[derive(Serialize)]
struct Revoked {
    key: String,
    reason: String,
    since: String,
    replacement: String,
}

/// A set that goes to a medium.
#[derive(Serialize)]
struct Export {
    set: String,
    contents: &'static str,
    medium: String,
    label: String,
}

impl Values {
    pub(super) fn of(ceremony: &Ceremony) -> Result<Values, CeremonyError> {
        let policy = &ceremony.policy;
        let plan = ceremony.plan()?;
        let payloads: Vec<Made> = plan.made().map(made).collect();
        let keys: Vec<Key> =
            policy.keys.iter().map(|(name, key)| self::key(ceremony, &plan, name, key)).collect();
        let with = |wanted: &dyn Fn(&Key) -> bool| keys.iter().filter(|key| wanted(key)).cloned().collect();
        let root = plan.roles.iter().find(|role| role.role == "root").map(made);
        let holder = |(id, holder): (&String, &crate::policy::Holder)| Holder {
            id: id.clone(),
            name: holder.name.clone(),
            site: holder.site.clone().unwrap_or_default(),
            keys: with(&|key| key.holder_id.as_ref() == Some(id) && concerned(key)),
        };
        let holders = policy.holders.iter().map(holder).filter(|holder| !holder.keys.is_empty()).collect();
        let revoked = policy.revoke.iter().map(|one| Revoked {
            key: one.key.clone(),
            reason: one.reason.name().to_owned(),
            since: one.since.map(time::write).unwrap_or_default(),
            replacement: one.replacement.clone().unwrap_or_default(),
        });
        Ok(Values {
            ceremony: About {
                id: policy.id.clone(),
                repository: policy.repository.clone(),
                change: policy.change.name().to_owned(),
                planned: time::write(policy.planned),
                rehearsal: policy.rehearsal,
                plan_sha256: policy.digest.groups().join(" "),
                plan_words: plan.words.join(" "),
            },
            trusted: policy.trusted.as_ref().zip(ceremony.trusted.as_ref()).map(|(file, trusted)| Trusted {
                file: file.root.clone(),
                version: trusted.root.header.version,
                sha256: file.sha256.groups().join(" "),
            }),
            root: root.unwrap_or_else(|| no_root(ceremony)),
            roots_only: !payloads.iter().any(|one| one.role == "timestamp"),
            payloads,
            left: plan.left.clone(),
            holders,
            new_keys: with(&|key| key.new),
            holder_keys: with(&|key| !key.online && !key.signs.is_empty()),
            online_keys: with(&|key| key.online && !key.signs.is_empty()),
            revoked: revoked.collect(),
            fewest: plan
                .call
                .people
                .iter()
                .flatten()
                .filter(|one| matches!(one.who, Unit::Holder(_)))
                .count(),
            exports: exports(policy, false),
            request_exports: exports(policy, true),
            keys,
        })
    }
}

/// What goes out, or the requests that go to holders elsewhere: those have their own time, and may have none.
fn exports(policy: &Policy, requests: bool) -> Vec<Export> {
    let to = |set: &String, plan: &SetPlan, medium: &String| Export {
        set: set.clone(),
        contents: plan.contents.name(),
        medium: medium.clone(),
        label: policy.media.get(medium).map(|medium| medium.label.clone()).unwrap_or_default(),
    };
    let all = policy
        .sets
        .iter()
        .filter(|(_, plan)| (plan.contents == Contents::Requests) == requests)
        .flat_map(|(set, plan)| plan.media.iter().map(move |medium| to(set, plan, medium)));
    all.collect()
}

/// Whether a ceremony has to do with a key.
fn concerned(key: &Key) -> bool {
    key.new || !key.signs.is_empty()
}

fn made(role: &PlannedRole) -> Made {
    Made {
        role: role.role.clone(),
        version: role.version,
        expires: role.expires.clone(),
        threshold: role.quorum.threshold,
        keys: role.quorum.keys.clone(),
        sha256: format!("{LATE}sha256 {}", role.role),
        words: format!("{LATE}words {}", role.role),
    }
}

/// A root that nobody can tell anything of, where even the plan cannot.
fn no_root(ceremony: &Ceremony) -> Made {
    let version = ceremony.trusted.as_ref().map_or(1, |trusted| trusted.root.header.version);
    Made {
        role: "root".to_owned(),
        version,
        expires: String::new(),
        threshold: 0,
        keys: Vec::new(),
        sha256: format!("{LATE}sha256 root"),
        words: format!("{LATE}words root"),
    }
}

fn key(ceremony: &Ceremony, plan: &Plan, name: &str, key: &KeyPlan) -> Key {
    let policy = &ceremony.policy;
    let holder = key.holder.as_ref().and_then(|id| policy.holders.get(id));
    let token = key.token.as_ref();
    let by_own = plan.made().filter(|role| role.quorum.keys.iter().any(|one| one == name));
    let mut signs: Vec<String> = by_own.map(|role| role.role.clone()).collect();
    let of_old = plan.old_quorum.as_ref().is_some_and(|old| old.keys.iter().any(|one| one == name));
    let makes_root = plan.made().any(|role| role.role == "root");
    if of_old && makes_root && !signs.iter().any(|role| role == "root") {
        signs.insert(0, "root".to_owned());
    }
    // Who has no token here signs elsewhere, and nobody waits for a key that is gone.
    let gone = ceremony.keyring.get(name).is_some_and(|key| ceremony.gone_as(key.fingerprint()).is_some());
    if token.is_none() || gone {
        signs.clear();
    }
    let called = plan.call.people.iter().flatten().any(|person| person.keys.iter().any(|one| one == name));
    Key {
        name: name.to_owned(),
        holder: holder.map(|holder| holder.name.clone()).unwrap_or_default(),
        site: holder.and_then(|holder| holder.site.clone()).unwrap_or_default(),
        scheme: key.scheme.name().to_owned(),
        serial: token.map(|token| token.serial.clone()).unwrap_or_default(),
        kind: token.map(|token| token.kind.name().to_owned()).unwrap_or_default(),
        signs,
        new: token.is_some() && ceremony.is_made_here(name),
        online: key.holder.is_none(),
        called,
        keyid: format!("{LATE}keyid {name}"),
        holder_id: key.holder.clone(),
    }
}

impl Ceremony {
    /// Whether a key comes into being in this ceremony: its public half is not here yet, or came from its token here.
    fn is_made_here(&self, name: &str) -> bool {
        let used = self.missing_keys();
        let enrolled =
            |data: &crate::json::Json| data.get("key").and_then(crate::json::Json::as_str) == Some(name);
        used.iter().any(|key| key == name) || self.transcript.all("key-enrolled").any(enrolled)
    }
}

impl Values {
    /// Keys that may sign here, and who has them.
    pub(super) fn signers(&self) -> impl Iterator<Item = (&str, &str)> {
        let who = |key: &'_ Key| if key.holder.is_empty() { "a service" } else { "a holder" };
        self.holder_keys.iter().chain(&self.online_keys).map(move |key| (key.name.as_str(), who(key)))
    }

    /// Keys that are made here.
    pub(super) fn new_keys(&self) -> impl Iterator<Item = &str> {
        self.new_keys.iter().map(|key| key.name.as_str())
    }

    /// Roles of which there is a payload.
    pub(super) fn roles(&self) -> impl Iterator<Item = &str> {
        self.payloads.iter().map(|payload| payload.role.as_str())
    }
}
