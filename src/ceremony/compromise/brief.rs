//! The pages of the night: one for those who decide, and the statement that goes with a new beginning.

use crate::checks::Check;
use crate::crypto::digest::Sha256Digest;
use crate::host::display::{count, visible};
use crate::policy::exposure::{Attack, Exposure, Kind, RootFall};
use crate::tuf::TOP_LEVEL;
use crate::tuf::time;

use super::super::plan::{Plan, PlannedRole};
use super::super::{Ceremony, CeremonyError};
use super::{Comparison, Doubt, Going};

/// What the page is about.
pub(super) struct Night<'a> {
    pub doubt: &'a Doubt,
    pub going: &'a [Going],
    pub exposure: &'a Exposure,
    pub comparison: Option<&'a Comparison>,
}

/// What follows from the night for those who act and for those who use the repository.
pub(super) struct Brief {
    /// What is done, in this order.
    pub steps: Vec<String>,
    /// What to tell users.
    pub to_users: String,
}

impl Brief {
    pub(super) fn of(ceremony: &Ceremony, night: &Night<'_>) -> Result<Brief, CeremonyError> {
        // Names of roles come from metadata that others wrote.
        let steps = steps(ceremony, night, &ceremony.plan()?).iter().map(|step| visible(step)).collect();
        Ok(Brief { steps, to_users: to_users(ceremony, night) })
    }

    /// One page: what happened, what can be done to clients, what is done about it, whom to call, what to tell users.
    pub(super) fn page(&self, ceremony: &Ceremony, night: &Night<'_>) -> String {
        let policy = &ceremony.policy;
        let mut page = format!(
            "# Keys in doubt: {}\n\nCeremony {}, written {}.\n\n## What happened\n\n> {}\n\n",
            visible(&policy.repository),
            policy.id,
            time::write(ceremony.now),
            visible(&night.doubt.what)
        );
        let since = match night.doubt.since {
            Some(_) => since(night.doubt),
            None => " (since when is not known)".to_owned(),
        };
        page.push_str(&format!("In doubt{since}: {}.\n", night.doubt.keys.join(", ")));
        page.push_str("\n## What an attacker can do to clients today\n\n");
        for sentence in night.exposure.told() {
            page.push_str(&format!("- {sentence}\n"));
        }
        page.push_str("\n## What is done, in this order\n\n");
        for (number, step) in self.steps.iter().enumerate() {
            page.push_str(&format!("{}. {step}\n", number + 1));
        }
        page.push_str(&format!("\n## What to tell users\n\n{}\n", self.to_users));
        page
    }
}

/// ` since …`, or nothing where that is not known.
fn since(doubt: &Doubt) -> String {
    doubt.since.map_or(String::new(), |since| format!(" since {}", time::write(since)))
}

fn steps(ceremony: &Ceremony, night: &Night<'_>, plan: &Plan) -> Vec<String> {
    let policy = &ceremony.policy;
    let fallen = night.exposure.root == RootFall::Reached;
    let mut steps =
        vec!["Take the keys in doubt out of service; keep everything else as evidence.".to_owned()];
    if fallen {
        steps.push(
            "The root has fallen: clients cannot tell its owner's roots from an attacker's. Tell users, by another way than \
             the repository, to stop updating."
                .to_owned(),
        );
    }
    if let Some(roots) = night.exposure.earlier() {
        steps.push(format!(
            "Ship no installer with {roots} any longer; give clients that still start from there the newest root by another \
             way, once it is released."
        ));
    }
    if let Some(comparison) = night.comparison {
        steps.push(comparison.says());
    } else if night.exposure.signs.iter().any(|role| !["snapshot", "timestamp"].contains(&role.as_str())) {
        steps.push(
            "Compare what targets and delegated roles list with records that an attacker could not reach."
                .to_owned(),
        );
    }
    for one in night.going {
        let by = policy.revoke.iter().find(|revoked| revoked.key == one.key);
        let by = by.and_then(|revoked| revoked.replacement.as_deref());
        let place = by.map_or("nothing takes its place".to_owned(), |by| format!("{by} takes its place"));
        let why = if one.in_doubt { "" } else { ", so that clients forget the versions that they saw" };
        steps.push(format!("Key {} leaves every role{why}; {place}.", one.key));
    }
    // What others sign names a key that goes until they take it out.
    let stays = plan.findings.iter().filter(|one| one.check == Check::RootRevoked && !one.refuses());
    steps.extend(stays.filter_map(|one| one.trouble()).map(|trouble| {
        format!("Whoever signs what delegates there takes it out too, as nobody here can: {}.", trouble.what)
    }));
    if plan.made().any(|role| role.role == "timestamp") {
        steps.push(
            "The services publish no further snapshot or timestamp until the release: versions go on from what was imported."
                .to_owned(),
        );
    }
    if !plan.missing_keys.is_empty() {
        let with = |key: &String| match policy.holder_of(key) {
            "online" => key.clone(),
            holder => format!("{key} with {}", visible(holder)),
        };
        let keys: Vec<String> = plan.missing_keys.iter().map(with).collect();
        steps.push(format!(
            "Make the new keys, each on its device; nothing can be drafted before: {}.",
            keys.join(", ")
        ));
    }
    let (stated, others): (Vec<&PlannedRole>, Vec<&PlannedRole>) = plan.made().partition(|role| role.stated);
    let mut made: Vec<String> = stated.iter().map(|role| format!("{} {}", role.role, role.version)).collect();
    if !others.is_empty() {
        made.push(format!("{} that the plan does not list", count(others.len(), "delegated role")));
    }
    steps.push(match made.is_empty() {
        true => "Make the new keys; then draft, freeze and sign.".to_owned(),
        false => format!("Draft, freeze and sign: {}.", made.join(", ")),
    });
    if let Some(people) = plan.people_to_call() {
        steps.push(format!("Call to sign: {people}. `plan` says who else can."));
    }
    if let RootFall::Below { threshold, left, .. } = night.exposure.root
        && left < threshold
    {
        steps.push(format!(
            "The new root needs signatures of keys in doubt, once more: {threshold} of the old root's keys must sign, and {left} \
             are in no doubt. Whoever has lost such a device says so now: without it the root cannot be followed."
        ));
    }
    let (before, after) = others_sign(ceremony, night, plan);
    if !before.is_empty() {
        let what = if plan.made().any(|role| role.role == "root") { "the new root" } else { "the release" };
        steps.push(format!(
            "Before {what} is published, those who run these roles sign them anew, with the new keys, in this order: {}. Each \
             lists what comes before it, and all of it is published together.",
            before.join(", then ")
        ));
    }
    steps.push(match fallen {
        true => "Publish under a new address, with statement.md in more than one place: the root first, then targets and \
                 delegated roles, then the snapshot, timestamp.json last. Ship clients with the new 1.root.json and the new \
                 address. The old address serves nothing any longer."
            .to_owned(),
        false => "Publish roots first, then targets and delegated roles, then the snapshot, timestamp.json last; drop root.json \
                  and timestamp.json from caches; remove no file with a version in its name."
            .to_owned(),
    });
    if !after.is_empty() {
        steps.push(format!("Have signed anew by those who run them: {}.", after.join(", ")));
    }
    steps
}

/// What others sign anew: before anything is published, in this order, and at any time. What is listed in a snapshot that this
/// ceremony makes stays listed as it is published.
fn others_sign(ceremony: &Ceremony, night: &Night<'_>, plan: &Plan) -> (Vec<String>, Vec<String>) {
    let not_imported = ceremony.trusted.as_ref().is_some_and(|trusted| trusted.current.is_none());
    if plan.left.is_empty() && not_imported {
        // Nobody here knows what is published: whatever lost a key, and all that lists it.
        let below = ["targets", "snapshot", "timestamp"];
        let loses = |role: &str| night.going.iter().any(|one| one.roles.iter().any(|of| of == role));
        let lost = below.iter().position(|role| loses(role)).unwrap_or(below.len());
        return (below.iter().skip(lost).map(|role| (*role).to_owned()).collect(), Vec::new());
    }
    let listed_anew = plan.left.iter().any(|role| role == "snapshot");
    plan.left.iter().cloned().partition(|role| listed_anew || TOP_LEVEL.contains(&role.as_str()))
}

fn to_users(ceremony: &Ceremony, night: &Night<'_>) -> String {
    let since = since(night.doubt);
    let repository = visible(&ceremony.policy.repository);
    if night.exposure.root == RootFall::Reached {
        return format!(
            "Whoever updated from {repository}{since} may have been given anything. Stop updating; install a client \
             with the new root from where this statement is published; compare what was installed with the known good digests."
        );
    }
    let of_newest = to_users_of_newest(ceremony, night, &repository, &since);
    let Some(roots) = night.exposure.earlier() else { return of_newest };
    format!(
        "Clients of {repository} that still start from {roots} may have been given roots and files that we did not publish, \
         and cannot tell. Install a client that carries the newest root, from where this is published; then compare what was \
         installed with the digests in the new metadata. {of_newest}"
    )
}

/// What to tell those whose clients have the newest root; all users, where no earlier root can be led away from.
fn to_users_of_newest(ceremony: &Ceremony, night: &Night<'_>, repository: &str, since: &str) -> String {
    let attacks = &night.exposure.attacks;
    let all = night.exposure.earlier().is_none();
    let malicious =
        |attack: &Attack| attack.possible() && matches!(attack.kind, Kind::MaliciousUpdates { .. });
    // What the services listed for an attacker once they may have listed before.
    let listed = night.exposure.inflated.iter().any(|role| role != "snapshot");
    if listed || attacks.iter().any(malicious) {
        return format!(
            "Whoever updated from {repository}{since} may have been given files that we did not publish. Update once \
             more when the release is out; then compare what was installed with the digests in the new metadata."
        );
    }
    // Where nothing below the root was imported, nobody knows who speaks for what.
    let known =
        ceremony.trusted.as_ref().or(ceremony.ended.as_ref()).is_some_and(|known| known.current.is_some());
    if !known {
        let others = if all { "users" } else { "users of other clients" };
        return format!(
            "What is published below the root of {repository} was not imported, so that it is not known whether files could be \
             forged{since}. Find that out before {others} are told anything."
        );
    }
    match (attacks.iter().any(Attack::possible), all) {
        (false, true) => format!(
            "With these keys alone nothing could be done to clients of {repository}. They follow the new root by themselves."
        ),
        (false, false) => "To clients that trust a later root nothing could be done.".to_owned(),
        (true, true) => format!(
            "No files could be forged. Clients of {repository} may have been kept from updates{since}; they recover by \
             themselves with the next update after the release, and need not be reinstalled."
        ),
        (true, false) => format!(
            "Clients that trust a later root may have been kept from updates{since}; those recover by themselves with the next \
             update after the release."
        ),
    }
}

/// The statement for a root that has fallen. `root` is the digest of the new `1.root.json`, once it is released.
pub(super) fn statement(ceremony: &Ceremony, doubt: &Doubt, root: Option<Sha256Digest>) -> String {
    let policy = &ceremony.policy;
    let known = ceremony.trusted.as_ref().or(ceremony.ended.as_ref());
    let old = known.map_or(0, |trusted| trusted.root.header.version);
    let since = since(doubt);
    let digest = match root {
        Some(digest) => format!("SHA-256 of the new 1.root.json: `{digest}`"),
        None => {
            "The SHA-256 of the new 1.root.json is added to this page by `tuf-ceremony release`.".to_owned()
        }
    };
    format!(
        "# The root of {repository} is replaced\n\n\
         As many keys of the old root, versions up to {old}, may be in other hands as are needed to sign a \
         root{since}. Nobody can tell a root of ours from an attacker's by its signatures. Trust in it ends here; no update through \
         the repository can restore it.\n\n\
         A new root begins at version 1, with keys that share nothing with those in doubt:\n\n{digest}\n\n\
         What to do:\n\n\
         1. Do not update with a client that has the old root.\n\
         2. Get the new 1.root.json, or a client that carries it, from a source that you trust for other reasons.\n\
         3. Compare its SHA-256 with this page from two places, for example `sha256sum 1.root.json`.\n\
         4. Check what was installed{since} against the metadata below the new root.\n\n\
         Keys in doubt, which must never be trusted again:\n\n{keys}\n",
        repository = visible(&policy.repository),
        keys = doubt.keys.iter().map(|key| line(ceremony, key)).collect::<Vec<_>>().join("\n"),
    )
}

fn line(ceremony: &Ceremony, key: &str) -> String {
    let material = ceremony.keyring.get(key).map(|key| key.fingerprint().to_hex()).unwrap_or_default();
    format!("- {key}: SHA-256 of its SubjectPublicKeyInfo `{material}`")
}
