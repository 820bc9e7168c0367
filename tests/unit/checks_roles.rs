//! ROOT-THRESHOLD, ROOT-SLACK, KEY-HOLDER, KEY-DISTINCT.

use tuf_ceremony::checks::Check;
use tuf_ceremony::checks::roles::{Member, Role, key_distinct, key_holder, root_slack, root_threshold};

use crate::checks_fixture::{material, passes, refuses, warns};

/// A role from words such as `ada:1` (holder and key number), `ada` (key not made yet) and `:6` (online).
fn role(name: &str, threshold: i64, members: &str) -> Role {
    let member = |(index, word): (usize, &str)| {
        let (holder, seed) = word.split_once(':').unwrap_or((word, ""));
        Member {
            name: format!("{name}-{}{word}", if seed.is_empty() { index.to_string() } else { String::new() }),
            holder: (!holder.is_empty()).then(|| holder.to_owned()),
            device: None,
            material: seed.parse().ok().map(material),
        }
    };
    let members = members.split_whitespace().enumerate().map(member).collect();
    Role { name: name.to_owned(), threshold, members }
}

fn usual() -> Vec<Role> {
    vec![
        role("root", 3, "ada:1 ben:2 cleo:3 dan:4 eve:5"),
        role("targets", 2, "ada:1 ben:2 cleo:3"),
        role("snapshot", 1, ":6"),
        role("timestamp", 1, ":6"),
    ]
}

/// [`usual`] with another role in place of the one of that name.
fn but(other: Role) -> Vec<Role> {
    usual().into_iter().map(|role| if role.name == other.name { other.clone() } else { role }).collect()
}

#[test]
fn root_threshold_passes_what_keys_can_reach() {
    let evidence = "root 3 of 5, targets 2 of 3, snapshot 1 of 1, timestamp 1 of 1";
    passes(&root_threshold(&usual()), Check::RootThreshold, evidence);
    passes(&root_threshold(&[role("root", 2, "ada ben")]), Check::RootThreshold, "root 2 of 2");
}

#[test]
fn root_threshold_refuses_a_root_of_one() {
    let what = "root needs a threshold of at least 2, and has 1";
    refuses(&root_threshold(&but(role("root", 1, "ada:1 ben:2"))), Check::RootThreshold, what);
}

#[test]
fn root_threshold_refuses_what_no_keys_reach() {
    let roles = [role("root", 3, "ada:1 ben:2"), role("targets", 1, ""), role("timestamp", 0, ":6")];
    let what = "root needs 3 signatures and has 2 keys; targets needs 1 signature and has 0 keys; \
                timestamp needs a threshold of at least 1, and has 0";
    refuses(&root_threshold(&roles), Check::RootThreshold, what);
}

#[test]
fn root_threshold_counts_keys_and_not_names() {
    let what = "root needs 2 signatures and has 1 key";
    refuses(&root_threshold(&[role("root", 2, "ada:1 ben:1")]), Check::RootThreshold, what);
    refuses(
        &root_threshold(&[role("root", i64::MAX, "ada:1")]),
        Check::RootThreshold,
        &format!("root needs {} signatures and has 1 key", i64::MAX),
    );
}

#[test]
fn root_slack_passes_two_spare_keys() {
    passes(&root_slack(&usual()), Check::RootSlack, "root has 2 spare keys");
}

#[test]
fn root_slack_warns_of_one_spare_key() {
    let what = "root has one spare key: after the loss of one key, the next loss ends it";
    warns(&root_slack(&[role("root", 2, "ada ben cleo")]), Check::RootSlack, what);
}

#[test]
fn root_slack_refuses_when_every_key_is_needed() {
    let what = "root needs 3 signatures and has 3 keys: one lost key would end it";
    refuses(&root_slack(&[role("root", 3, "ada ben cleo")]), Check::RootSlack, what);
    refuses(&root_slack(&[role("root", 3, "ada:1 ben:2 cleo:3 dan:3")]), Check::RootSlack, what);
    refuses(&root_slack(&[role("targets", 1, "ada ben cleo")]), Check::RootSlack, "there is no root role");
}

#[test]
fn key_holder_passes_when_nobody_is_enough() {
    let evidence = "nobody reaches a threshold alone, and roles that should be apart share no key";
    passes(&key_holder(&usual()), Check::KeyHolder, evidence);
    let two_each = [role("root", 3, "ada:1 ada:2 ben:3 ben:4 cleo:5")];
    passes(&key_holder(&two_each), Check::KeyHolder, evidence);
}

#[test]
fn key_holder_refuses_one_person_with_a_quorum() {
    let roles = but(role("root", 2, "ada:1 ada:2 ben:3 cleo:4"));
    refuses(&key_holder(&roles), Check::KeyHolder, "ada holds 2 keys of root, whose threshold is 2");
    let delegated = [role("nightly", 2, "ben:1 ben:2")];
    refuses(&key_holder(&delegated), Check::KeyHolder, "ben holds 2 keys of nightly, whose threshold is 2");
}

#[test]
fn key_holder_refuses_different_people_on_one_device() {
    let on = |threshold: i64, devices: [&str; 3]| {
        let mut role = role("root", threshold, "ada:1 ben:2 cleo:3");
        for (member, device) in role.members.iter_mut().zip(devices) {
            member.device = Some(device.to_owned());
        }
        role
    };
    let what = "root-ada:1, root-cleo:3 of root, which different people hold, are on one device, R-1";
    refuses(&key_holder(&[on(2, ["R-1", "R-2", "R-1"])]), Check::KeyHolder, what);
    let evidence = "nobody reaches a threshold alone, and roles that should be apart share no key";
    passes(&key_holder(&[on(2, ["R-1", "R-2", "R-3"])]), Check::KeyHolder, evidence);
    // Where one is enough, whoever has the device is one more who can sign alone.
    assert!(!key_holder(&[on(1, ["R-1", "R-2", "R-1"])]).refuses());
    // One person may have several keys on one device.
    let mut both = role("root", 3, "ada:1 ada:2 ben:3 cleo:4");
    both.members.iter_mut().take(2).for_each(|member| member.device = Some("R-1".to_owned()));
    passes(&key_holder(&[both]), Check::KeyHolder, evidence);
}

#[test]
fn key_holder_warns_of_one_person_where_one_is_enough() {
    let what =
        "dan holds 1 key of targets, whose threshold is 1; eve holds 1 key of targets, whose threshold is 1";
    warns(&key_holder(&but(role("targets", 1, "eve:5 dan:4"))), Check::KeyHolder, what);
}

#[test]
fn key_holder_warns_of_keys_shared_between_offline_and_online() {
    // The same material under two names, and the same name before the key exists.
    let what =
        "targets and snapshot share the key targets-:6; targets and timestamp share the key targets-:6";
    warns(&key_holder(&but(role("targets", 2, "ada:1 :6"))), Check::KeyHolder, what);
    let planned = |name: &str| Role {
        members: vec![Member { name: "k".to_owned(), holder: None, device: None, material: None }],
        ..role(name, 1, "")
    };
    let roles = [planned("root"), planned("timestamp")];
    warns(&key_holder(&roles), Check::KeyHolder, "root and timestamp share the key k");
}

#[test]
fn key_holder_warns_of_keys_of_the_root_without_a_holder() {
    let what = "root has keys without a holder: root-:7";
    warns(&key_holder(&but(role("root", 3, "ada:1 ben:2 cleo:3 dan:4 :7"))), Check::KeyHolder, what);
    // Where nobody is named at all, there is nothing to compare.
    let evidence = "nobody reaches a threshold alone, and roles that should be apart share no key";
    passes(&key_holder(&[role("root", 2, ":1 :2 :3")]), Check::KeyHolder, evidence);
}

#[test]
fn key_holder_lets_refusals_go_before_warnings() {
    let roles = [role("root", 2, "ada:1 ada:2"), role("targets", 1, "ben:3"), role("timestamp", 1, ":1")];
    refuses(&key_holder(&roles), Check::KeyHolder, "ada holds 2 keys of root, whose threshold is 2");
}

#[test]
fn key_distinct_passes_different_keys() {
    passes(&key_distinct(&usual()), Check::KeyDistinct, "10 memberships compared by key material");
    let unmade = [role("root", 2, "ada ben cleo")];
    passes(&key_distinct(&unmade), Check::KeyDistinct, "0 memberships compared by key material");
}

#[test]
fn key_distinct_refuses_one_key_under_two_names() {
    let what = "in root, root-ada:1 and root-ben:1 are the same key";
    refuses(&key_distinct(&but(role("root", 2, "ada:1 cleo:3 ben:1"))), Check::KeyDistinct, what);
}
