//! `templates/minimal.toml`: refused while blank, accepted when filled in, and its examples work.

use jiff::Timestamp;
use tuf_ceremony::advice::Advice;
use tuf_ceremony::checks::expiry::{RoleExpiry, expiry_format, expiry_range};
use tuf_ceremony::checks::roles::{Member, Role, key_distinct, key_holder, root_slack, root_threshold};
use tuf_ceremony::checks::{Check, Finding, Outcome};
use tuf_ceremony::policy::{Intended, Intent, Policy, Reason};
use tuf_ceremony::tuf::time::{Date, write};

const TEMPLATE: &str = include_str!("../../templates/minimal.toml");

/// Answers to all the blanks, each of them new.
fn filled() -> String {
    let mut out = String::new();
    for (index, line) in TEMPLATE.lines().enumerate() {
        let answer = match line.split(" = ").next().unwrap() {
            "id" => line.replace("FILL-IN", "example-2027-root"),
            "repository" => line.replace("FILL-IN", "packages.example.org"),
            "planned" => line.replace("FILL-IN", "2027-01-14T15:00:00Z"),
            "name" => line.replace("FILL-IN", &format!("Person {index}")),
            "token" => line.replacen("FILL-IN", "/usr/lib/softhsm/libsofthsm2.so", 1).replacen(
                "FILL-IN",
                &format!("{index:016x}"),
                1,
            ),
            _ => line.to_owned(),
        };
        out.push_str(&answer);
        out.push('\n');
    }
    out
}

fn policy(text: &str) -> Policy {
    Policy::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{error}\n{}", error.next_step()))
}

/// Takes the `#` from an example: from its first line, all lines up to the next that is no example.
fn uncommented(text: &str, first: &str) -> String {
    assert_eq!(
        text.lines().filter(|line| *line == first).count(),
        1,
        "{first:?} is not in the template once"
    );
    let mut active = false;
    let mut out = String::new();
    for line in text.lines() {
        active = line == first || (active && line.starts_with('#'));
        let example = active && !line.starts_with("# ");
        out.push_str(if example { &line[1..] } else { line });
        out.push('\n');
    }
    out
}

/// The roles as `plan` judges them before any key exists.
fn roles(policy: &Policy) -> Vec<Role> {
    let member = |name: &String| Member {
        name: name.clone(),
        holder: policy.keys[name].holder.clone(),
        device: policy.device_of(name),
        material: None,
    };
    let role = |(name, plan): (&str, &tuf_ceremony::policy::RolePlan)| Role {
        name: name.to_owned(),
        threshold: plan.threshold,
        members: plan.keys.iter().map(member).collect(),
    };
    policy.all_roles().into_iter().map(role).collect()
}

fn expiries(policy: &Policy) -> Vec<RoleExpiry> {
    let expiry = |(name, plan): (&str, &tuf_ceremony::policy::RolePlan)| RoleExpiry {
        role: name.to_owned(),
        expires: Date::parse(&write(plan.expires.from(policy.planned).unwrap())).unwrap(),
        offline: policy.is_offline(name, plan),
    };
    policy.all_roles().into_iter().map(expiry).collect()
}

fn findings(policy: &Policy) -> Vec<Finding> {
    let roles = roles(policy);
    let expiries = expiries(policy);
    let now: Timestamp = policy.planned;
    vec![
        root_threshold(&roles),
        root_slack(&roles),
        key_holder(&roles),
        key_distinct(&roles),
        expiry_format(&expiries),
        expiry_range(&expiries, now, policy.next),
    ]
}

#[test]
fn unfilled_it_is_refused_with_every_place() {
    let blank = |line: &str| !line.starts_with('#') && line.contains("FILL-IN");
    let lines: Vec<usize> =
        TEMPLATE.lines().enumerate().filter(|(_, line)| blank(line)).map(|(index, _)| index + 1).collect();
    assert_eq!(lines.len(), 14, "id, repository, planned, five people, six tokens");
    let error = Policy::parse(TEMPLATE.as_bytes()).unwrap_err();
    assert_eq!((error.line, error.field.as_str()), (lines[0], "ceremony.id"));
    let list = lines.iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
    assert_eq!(error.what, format!("still says FILL-IN, as do 14 lines in all: {list}"));
    assert_eq!(error.next_step(), "Replace each by what the comment above it asks for.");
}

#[test]
fn filled_in_it_is_a_genesis_of_three_in_five() {
    let policy = policy(&filled());
    assert_eq!(
        (policy.change, policy.rehearsal, policy.script.as_str()),
        (Intent::Genesis, false, "genesis")
    );
    assert_eq!((policy.holders.len(), policy.keys.len()), (5, 6));
    for role in ["root", "targets"] {
        let plan = &policy.roles[role];
        assert_eq!((plan.keys.len(), plan.threshold), (5, 3));
        assert!(policy.is_offline(role, plan));
    }
    for role in ["snapshot", "timestamp"] {
        assert_eq!(policy.roles[role].keys, ["online"]);
    }
}

#[test]
fn filled_in_it_passes_the_checks_on_roles_and_dates() {
    for finding in findings(&policy(&filled())) {
        assert!(matches!(finding.outcome, Outcome::Pass(_)), "{finding:?}");
    }
}

#[test]
fn the_examples_of_the_ceremony_work() {
    let text = uncommented(&filled(), "#next = 2027-11-15T15:00:00Z");
    let text = uncommented(&text, "#spec_version = \"1.0.31\"");
    let text = uncommented(&text, "#site = \"Berlin\"");
    let policy = policy(&text);
    assert_eq!(write(policy.next.unwrap()), "2027-11-15T15:00:00Z");
    assert!(policy.holder_names && policy.consistent_snapshot);
    assert_eq!(policy.spec_version, "1.0.31");
    assert_eq!(policy.holders["holder-1"].site.as_deref(), Some("Berlin"));
    for finding in findings(&policy) {
        assert!(matches!(finding.outcome, Outcome::Pass(_)), "{finding:?}");
    }
}

#[test]
fn the_online_key_may_be_a_public_half_alone() {
    let text = uncommented(&filled(), "#public = \"keys/online/public.pem\"");
    let both = policy(&text);
    assert!(both.keys["online"].token.is_some() && both.keys["online"].public.is_some());
    let (before, after) = text.split_once("[key.online]").unwrap();
    let token = after.lines().find(|line| line.starts_with("token")).unwrap();
    let one = policy(&format!("{before}[key.online]{}", after.replacen(token, "", 1)));
    assert_eq!(one.keys["online"].token, None);
    assert_eq!(one.keys["online"].public.as_deref(), Some("keys/online/public.pem"));
}

#[test]
fn the_examples_of_media_and_sets_work() {
    let text = uncommented(&filled(), "#[media.inbox]");
    let text = uncommented(&text, "#[set.everything]");
    let policy = policy(&text);
    let roles: Vec<&str> = policy.media.values().map(|medium| medium.role.name()).collect();
    assert_eq!(roles, ["out", "in", "backup"]);
    assert_eq!(policy.media["carrier"].serial.as_deref(), Some("1234-ABCD"));
    let contents: Vec<&str> = policy.sets.values().map(|set| set.contents.name()).collect();
    assert_eq!(contents, ["restore", "digests", "online"]);
    let encrypted: Vec<bool> = policy.sets.values().map(|set| set.encrypted).collect();
    assert_eq!(encrypted, [true, false, false]);
}

#[test]
fn templates_fit_on_a_screen_and_say_what_a_further_backup_needs() {
    for template in [TEMPLATE, include_str!("../../templates/rehearsal.toml")] {
        let long = template.lines().find(|line| line.starts_with('#') && line.chars().count() > 100);
        assert_eq!(long, None, "a comment that is wider than 100 columns");
        let told = template.replace("\n#", "");
        assert!(told.contains("every further backup needs another empty"), "{template}");
    }
}

#[test]
fn the_optional_parts_at_the_end_work() {
    let text = uncommented(&filled(), "#[delegation.nightly]");
    let text = uncommented(&text, "#[[waiver]]");
    let policy = policy(&text);
    assert_eq!(policy.delegations["nightly"].paths, Some(vec!["nightly/*".to_owned()]));
    assert_eq!(policy.delegations["nightly"].terminating, Some(true));
    assert!(Check::from_id(&policy.waivers[0].check).is_some(), "the waiver names a check that there is");
    for finding in findings(&policy) {
        assert!(matches!(finding.outcome, Outcome::Pass(_)), "{finding:?}");
    }
}

#[test]
fn a_revocation_needs_just_what_the_comments_say() {
    let text = uncommented(&filled(), "#[trusted]");
    let text = uncommented(&text, "#[[intended]]");
    let text = uncommented(&text, "#[key.online-standby]");
    let text = uncommented(&text, "#[[revoke]]");
    let text = text.replace("change = \"genesis\"\n", "change = \"revoke\"\n").replace(
        "[role.root]",
        "[key.old-online]\nscheme = \"ed25519\"\npublic = \"keys/old-online/public.pem\"\n[role.root]",
    );
    let policy = policy(&text);
    assert_eq!(policy.standby_of("online"), Some("online-standby"));
    let raised = Intended::SetThreshold { role: "root".to_owned(), threshold: 3 };
    assert_eq!(policy.intended, [raised]);
    assert_eq!(policy.trusted.unwrap().root, "trusted/3.root.json");
    assert_eq!((policy.revoke[0].key.as_str(), policy.revoke[0].reason), ("old-online", Reason::Compromised));
    assert_eq!(policy.revoke[0].replacement.as_deref(), Some("online"));
}

#[test]
fn every_example_is_tried_here_and_every_check_exists() {
    let mut text = TEMPLATE.to_owned();
    for first in [
        "#next = 2027-11-15T15:00:00Z",
        "#spec_version = \"1.0.31\"",
        "#site = \"Berlin\"",
        "#public = \"keys/online/public.pem\"",
        "#[delegation.nightly]",
        "#[[waiver]]",
        "#[[intended]]",
        "#[key.online-standby]",
        "#[trusted]",
        "#[[revoke]]",
        "#[media.inbox]",
        "#[set.everything]",
    ] {
        text = uncommented(&text, first);
    }
    let left = text.lines().find(|line| line.starts_with('#') && line.len() > 1 && !line.starts_with("# "));
    assert_eq!(left, None, "an example that no test uncomments");
    let words = TEMPLATE.split(|c: char| !c.is_ascii_uppercase() && c != '-');
    let is_label = |word: &str| word.starts_with("TUF-");
    let is_id = |word: &&str| word.trim_matches('-').contains('-') && *word != "FILL-IN" && !is_label(word);
    for id in words.filter(is_id) {
        assert!(Check::from_id(id).is_some(), "the comments name {id}, which is no check");
    }
}
