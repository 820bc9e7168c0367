//! Delegations by path.

use tuf_ceremony::json::Json;

use crate::holder::{Holder, OTHER_STRANGER, PROJECT, STRANGER, TARGETS};
use crate::part::Part;
use crate::repository::{Repository, delegation, role, signed, target};
use crate::tree::{at, list as array, set, take};
use crate::variant::{Collector, Verdict};

const ROLE: [&str; 3] = ["delegations", "roles", "0"];

pub fn add(list: &mut Collector) {
    keys(list);
    paths(list);
    more_roles(list);
    graphs(list);
    content(list);
}

fn edit(repository: &mut Repository, change: impl FnOnce(&mut Json) + 'static) {
    repository.targets.edit(|signed| change(at(signed, &ROLE)));
}

/// A further delegated role, without target files, and known to the snapshot.
fn further(repository: &mut Repository, name: &str, holder: Holder) -> usize {
    let mut tree = signed("targets", 1);
    set(&mut tree, &["targets"], Json::object([]));
    repository.delegated.push(Part::new(name, tree, &[holder]));
    repository.delegated.len() - 1
}

/// The `delegations` of one role to another.
fn to(name: &str, holder: Holder, pattern: &str) -> Json {
    let keys = Json::object([(holder.keyid().as_str(), holder.object())]);
    Json::object([("keys", keys), ("roles", Json::Arr(vec![delegation(name, &[holder], pattern)]))])
}

/// One more role in the delegations of targets.
fn add_role(repository: &mut Repository, holder: Holder, role: Json) {
    repository.targets.edit(move |signed| {
        set(signed, &["delegations", "keys", &holder.keyid()], holder.object());
        array(signed, &["delegations", "roles"]).push(role);
    });
}

fn keys(list: &mut Collector) {
    let unmet = "5.6.3, 5.6.7: the threshold of the delegation is not met";
    list.refused("delegation-key-not-defined", unmet, |repository| {
        repository.targets.edit(|signed| drop(take(signed, &["delegations", "keys", &PROJECT.keyid()])));
    });
    list.refused("delegation-key-only-in-root", "4.5: the keys that the delegation lists", |repository| {
        edit(repository, |role| set(role, &["keyids"], Json::strings([TARGETS[0].keyid()])));
        repository.part("project").signed_by(&[TARGETS[0]]);
    });
    list.refused(
        "delegation-signed-by-targets",
        "3.1.2.1: by the keys in the delegating role",
        |repository| {
            repository.part("project").signed_by(&TARGETS);
        },
    );
    list.refused("delegation-two-needed-one-signed", unmet, |repository| {
        edit(repository, |here| {
            let Json::Obj(two) = role(&[PROJECT, STRANGER], 2) else { return };
            here.as_object_mut().unwrap().extend(two);
        });
        repository
            .targets
            .edit(|signed| set(signed, &["delegations", "keys", &STRANGER.keyid()], STRANGER.object()));
    });
    list.accepted("delegation-without-roles", "4.5: an empty list of roles", |repository| {
        repository.targets.edit(|signed| set(signed, &["delegations", "roles"], Json::Arr(vec![])));
    });
    list.accepted("delegations-absent", "4.5: DELEGATIONS is OPTIONAL", |repository| {
        repository.targets.edit(|signed| drop(take(signed, &["delegations"])));
    });
}

fn paths(list: &mut Collector) {
    use Verdict::{Accepted, Refused};
    let one = "4.5: if used, exactly one of the two should be set";
    let optional = "4.5: both attributes are OPTIONAL; a role without either is trusted for no path";
    let prefix = "4.5: the prefix of a hexadecimal digest";
    let prefixes = |prefixes: &[&'static str]| Some(Json::strings(prefixes.iter().copied()));
    let patterns = |patterns: &[&'static str]| Some(Json::strings(patterns.iter().copied()));
    for (name, paths, path_hash_prefixes, verdict, why) in [
        ("both", patterns(&["project/*"]), prefixes(&["00"]), Refused, one),
        ("both-empty", patterns(&[]), prefixes(&[]), Refused, one),
        ("neither", None, None, Accepted, optional),
        ("no-pattern", patterns(&[]), None, Accepted, "4.5: a list; the role is trusted for no path"),
        ("pattern-everything", patterns(&["*", "*/*"]), None, Accepted, "4.5: wildcards"),
        ("pattern-twice", patterns(&["project/*", "project/*"]), None, Accepted, "silent: says the same"),
        (
            "pattern-open-bracket",
            patterns(&["project/*", "[a"]),
            None,
            Accepted,
            "glob(7): stands for itself",
        ),
        ("pattern-empty", patterns(&["project/*", ""]), None, Accepted, "silent: matches no path"),
        (
            "prefixes-all",
            None,
            prefixes(&["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "a", "b", "c", "d", "e", "f"]),
            Accepted,
            prefix,
        ),
        ("prefix-empty", None, prefixes(&[""]), Accepted, "silent: every digest starts with nothing"),
        ("prefixes-none", None, prefixes(&[]), Accepted, "4.5: a list; the role is trusted for no path"),
        ("prefix-not-hex", None, prefixes(&["xyz"]), Refused, prefix),
        (
            "prefix-upper-case",
            None,
            prefixes(&["AB"]),
            Refused,
            "silent: digests are lower case, it would match nothing",
        ),
        (
            "prefix-longer-than-a-digest",
            None,
            prefixes(&["000000000000000000000000000000000000000000000000000000000000000000"]),
            Refused,
            prefix,
        ),
    ] {
        list.add(format!("delegation-paths-{name}"), verdict, why, |repository| {
            edit(repository, |role| {
                take(role, &["paths"]);
                for (name, value) in [("paths", paths), ("path_hash_prefixes", path_hash_prefixes)] {
                    if let Some(value) = value {
                        set(role, &[name], value);
                    }
                }
            });
        });
    }
    for (name, wrong) in [("null", Json::Null), ("string", "00".into()), ("ints", Json::Arr(vec![0.into()]))]
    {
        list.refused(
            format!("delegation-path-hash-prefixes-{name}"),
            "4.5: a list of HEX_DIGESTs",
            |repository| {
                edit(repository, |role| {
                    take(role, &["paths"]);
                    set(role, &["path_hash_prefixes"], wrong);
                });
            },
        );
    }
    list.accepted("delegation-terminating", "4.5: TERMINATING is a boolean", |repository| {
        edit(repository, |role| set(role, &["terminating"], true));
    });
}

fn more_roles(list: &mut Collector) {
    let unique = "4.5: the rolename MUST be unique in the delegations object";
    list.accepted("delegation-second-role", "4.5: a list of roles", |repository| {
        further(repository, "second", STRANGER);
        add_role(repository, STRANGER, delegation("second", &[STRANGER], "second/*"));
    });
    list.accepted(
        "delegation-second-role-after-terminating",
        "4.5: for paths that the first does not match",
        |repository| {
            edit(repository, |role| set(role, &["terminating"], true));
            further(repository, "second", STRANGER);
            add_role(repository, STRANGER, delegation("second", &[STRANGER], "second/*"));
        },
    );
    list.refused("delegation-second-role-unsigned", "5.6.7: it cannot be validated", |repository| {
        let index = further(repository, "second", STRANGER);
        repository.delegated[index].signed_by(&[]);
        add_role(repository, STRANGER, delegation("second", &[STRANGER], "second/*"));
    });
    list.refused("delegation-second-role-expired", "5.6.5: expired", |repository| {
        let index = further(repository, "second", STRANGER);
        repository.delegated[index].edit(|signed| set(signed, &["expires"], "2027-01-01T00:00:00Z"));
        add_role(repository, STRANGER, delegation("second", &[STRANGER], "second/*"));
    });
    list.refused(
        "delegation-not-in-snapshot",
        "4.4: the snapshot MUST list all delegated targets",
        |repository| {
            further(repository, "second", STRANGER);
            add_role(repository, STRANGER, delegation("second", &[STRANGER], "second/*"));
            repository.snapshot.edit(|signed| drop(take(signed, &["meta", "second.json"])));
        },
    );
    list.refused("delegation-same-name-twice", unique, |repository| {
        add_role(repository, PROJECT, delegation("project", &[PROJECT], "other/*"));
    });
    list.refused("delegation-same-name-twice-other-key", unique, |repository| {
        add_role(repository, STRANGER, delegation("project", &[STRANGER], "project/*"));
    });
    list.accepted("delegation-names-differ-in-case", "silent: names are compared as text", |repository| {
        further(repository, "Project", STRANGER);
        add_role(repository, STRANGER, delegation("Project", &[STRANGER], "x/*"));
    });
}

/// Roles that delegate further.
fn graphs(list: &mut Collector) {
    let cycle = "5.6.7.1: cycles are avoided";
    let each = "3.1.2.1, 5.6.7.1: authorized by the keys in the directly delegating role, on each path";
    list.accepted("delegation-to-itself", cycle, |repository| {
        repository
            .part("project")
            .edit(|signed| set(signed, &["delegations"], to("project", PROJECT, "project/*")));
    });
    list.refused("delegation-to-itself-with-other-keys-and-first-unsigned", each, |repository| {
        repository
            .part("project")
            .edit(|signed| set(signed, &["delegations"], to("project", STRANGER, "project/*")));
        repository.part("project").signed_by(&[STRANGER]);
    });
    list.accepted("delegation-cycle-of-two", cycle, |repository| {
        let index = further(repository, "second", STRANGER);
        repository.delegated[index]
            .edit(|signed| set(signed, &["delegations"], to("project", PROJECT, "project/*")));
        repository
            .part("project")
            .edit(|signed| set(signed, &["delegations"], to("second", STRANGER, "project/*")));
    });
    list.accepted("delegation-chain-of-twenty", "4.5: multiple levels", |repository| {
        for level in 0..20 {
            let parent = repository.delegated.len() - 1;
            let name = format!("level-{level}");
            let delegations = to(&name, STRANGER, "project/*");
            further(repository, &name, STRANGER);
            repository.delegated[parent].edit(|signed| set(signed, &["delegations"], delegations));
        }
    });
    // Both targets and project delegate to "shared"; each says by which key.
    let diamond =
        |repository: &mut Repository, by_targets: Holder, by_project: Holder, signed_by: &[Holder]| {
            let index = further(repository, "shared", STRANGER);
            repository.delegated[index].signed_by(signed_by);
            add_role(repository, by_targets, delegation("shared", &[by_targets], "shared/*"));
            repository
                .part("project")
                .edit(move |signed| set(signed, &["delegations"], to("shared", by_project, "project/*")));
        };
    list.accepted("delegation-diamond", each, move |repository| {
        diamond(repository, STRANGER, STRANGER, &[STRANGER])
    });
    list.accepted("delegation-diamond-other-keys-both-met", each, move |repository| {
        diamond(repository, STRANGER, OTHER_STRANGER, &[STRANGER, OTHER_STRANGER]);
    });
    list.refused("delegation-diamond-inner-keys-unmet", each, move |repository| {
        diamond(repository, STRANGER, OTHER_STRANGER, &[STRANGER]);
    });
    list.refused("delegation-diamond-outer-keys-unmet", each, move |repository| {
        diamond(repository, OTHER_STRANGER, STRANGER, &[STRANGER]);
    });
}

/// What delegated roles say.
fn content(list: &mut Collector) {
    list.accepted(
        "delegation-target-outside-of-paths",
        "4.5: such a target is not found; the role is valid",
        |repository| {
            repository
                .part("project")
                .edit(|signed| set(signed, &["targets", "lib/evil.tgz"], target(b"evil")));
        },
    );
    list.accepted(
        "delegation-target-that-targets-has-too",
        "4.5: the first one found counts",
        |repository| {
            repository
                .part("project")
                .edit(|signed| set(signed, &["targets", "readme.txt"], target(b"evil")));
        },
    );
    list.accepted("targets-without-target-files", "4.5: TARGETS may be empty", |repository| {
        repository.targets.edit(|signed| set(signed, &["targets"], Json::object([])));
    });
}
