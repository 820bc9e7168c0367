//! What an attacker can do: the rows of the tables in PEP 458 and PEP 480, and what they leave out.

use proptest::prelude::*;
use tuf_ceremony::policy::exposure::{
    Attack, Exposure, Kind, MOST_VERSION, RoleInDoubt, RootFall, Until, Weakened, exposure,
};
use tuf_ceremony::tuf::time;

/// The roles of PEP 480 with one project, each with three keys of which two must sign (online roles: one of one), and the
/// month of 2027 in which each expires. Everything is listed with its hash.
const ROLES: [(&str, i64, usize, u8, &str); 8] = [
    ("root", 2, 3, 12, ""),
    ("targets", 2, 3, 9, ""),
    ("claimed", 2, 3, 8, "*"),
    ("recently-claimed", 2, 3, 7, "*"),
    ("unclaimed", 1, 1, 6, "old/*"),
    ("project", 2, 3, 5, "project/*"),
    ("snapshot", 1, 1, 4, ""),
    ("timestamp", 1, 1, 3, ""),
];

pub fn date(month: u8) -> String {
    format!("2027-{month:02}-01T00:00:00Z")
}

/// The usual roles, of which those named are in other hands.
pub fn taken(names: &str) -> Vec<RoleInDoubt> {
    let names: Vec<&str> = names.split_whitespace().collect();
    assert!(names.iter().all(|name| ROLES.iter().any(|(role, ..)| role == name)), "{names:?}");
    ROLES
        .iter()
        .map(|(role, threshold, keys, month, path)| RoleInDoubt {
            role: (*role).to_owned(),
            delegator: (!path.is_empty()).then(|| "targets".to_owned()),
            threshold: *threshold,
            keys: *keys,
            taken: if names.contains(role) { usize::try_from(*threshold).unwrap() } else { 0 },
            doubled: false,
            unread: false,
            expires: Some(date(*month).parse().unwrap()),
            paths: path.split_whitespace().map(str::to_owned).collect(),
            hashed: true,
            inflated: false,
        })
        .collect()
}

/// The same without hashes for these files.
fn unhashed(names: &str, open: &str) -> Vec<RoleInDoubt> {
    let mut roles = taken(names);
    for role in &mut roles {
        role.hashed = !open.split_whitespace().any(|name| name == role.role);
    }
    roles
}

fn name(kind: &Kind) -> &str {
    match kind {
        Kind::MaliciousUpdates { by, .. } => by,
        Kind::Freeze => "freeze",
        Kind::Inconsistency => "inconsistency",
        Kind::FastForward => "fast-forward",
    }
}

pub fn one<'a>(exposure: &'a Exposure, which: &str) -> &'a Attack {
    exposure.attacks.iter().find(|attack| name(&attack.kind) == which).unwrap()
}

/// `until 12 root, 8 claimed first` or `needs snapshot, timestamp`.
pub fn short(attack: &Attack) -> String {
    assert_eq!(attack.possible(), attack.until.is_some());
    let month = |at: jiff::Timestamp| time::write(at)[5..7].trim_start_matches('0').to_owned();
    let Some(until) = &attack.until else {
        assert_eq!(attack.sooner, None);
        return format!("needs {}", attack.missing.join(" "));
    };
    let end = match until {
        Until::At(at, role) => format!("until {} {role}", month(*at)),
        Until::Rotation => "until rotation".to_owned(),
        Until::Unlimited => "without end".to_owned(),
        Until::Unknown => "until ?".to_owned(),
    };
    match &attack.sooner {
        Some((at, role)) => format!("{end}, {} {role} first", month(*at)),
        None => end,
    }
}

/// The attacks that are possible, in order.
pub fn possible(roles: &[RoleInDoubt]) -> Vec<String> {
    let found = exposure(roles);
    let possible = found.attacks.iter().filter(|attack| attack.possible());
    possible.map(|attack| format!("{}: {}", name(&attack.kind), short(attack))).collect()
}

#[test]
fn nothing_taken_is_nothing_possible() {
    let found = exposure(&taken(""));
    assert_eq!((found.root, found.signs.len(), found.weakened.len()), (RootFall::Untouched, 0, 0));
    let all: Vec<String> =
        found.attacks.iter().map(|attack| format!("{}: {}", name(&attack.kind), short(attack))).collect();
    let expected = [
        "targets: needs targets snapshot timestamp",
        "claimed: needs claimed snapshot timestamp",
        "recently-claimed: needs recently-claimed snapshot timestamp",
        "unclaimed: needs unclaimed snapshot timestamp",
        "project: needs project snapshot timestamp",
        "freeze: needs timestamp",
        "inconsistency: needs snapshot timestamp",
        "fast-forward: needs timestamp",
    ];
    assert_eq!(all, expected);
}

#[test]
fn timestamp_alone_freezes() {
    let roles = taken("timestamp");
    assert_eq!(possible(&roles), ["freeze: until 4 snapshot", "fast-forward: until rotation"]);
    let found = exposure(&roles);
    assert_eq!(found.signs, ["timestamp"]);
    assert_eq!(short(one(&found, "inconsistency")), "needs snapshot");
    assert_eq!(short(one(&found, "targets")), "needs targets snapshot");
    assert_eq!(short(one(&found, "project")), "needs project snapshot");
}

#[test]
fn snapshot_alone_does_nothing() {
    let roles = taken("snapshot");
    assert_eq!(possible(&roles), [""; 0]);
    let found = exposure(&roles);
    for attack in ["freeze", "inconsistency", "fast-forward"] {
        assert_eq!(short(one(&found, attack)), "needs timestamp", "{attack}");
    }
    assert_eq!(short(one(&found, "claimed")), "needs claimed timestamp");
}

#[test]
fn timestamp_and_snapshot_freeze_and_mix() {
    let roles = taken("timestamp snapshot");
    let expected = [
        "freeze: until 9 targets, 5 project first",
        "inconsistency: until 9 targets, 5 project first",
        "fast-forward: until rotation",
    ];
    assert_eq!(possible(&roles), expected);
    assert_eq!(short(one(&exposure(&roles), "targets")), "needs targets");
    assert_eq!(short(one(&exposure(&roles), "project")), "needs project");
}

#[test]
fn targets_or_delegated_roles_alone_do_nothing() {
    for role in ["targets", "claimed", "recently-claimed", "unclaimed", "project"] {
        assert_eq!(possible(&taken(role)), [""; 0], "{role}");
        assert_eq!(short(one(&exposure(&taken(role)), role)), "needs snapshot timestamp", "{role}");
        assert_eq!(short(one(&exposure(&taken(role)), "freeze")), "needs timestamp", "{role}");
    }
    // Nor all of them together, and without timestamp not with snapshot.
    let all = "targets claimed recently-claimed unclaimed project";
    assert_eq!(possible(&taken(all)), [""; 0]);
    assert_eq!(possible(&taken(&format!("{all} snapshot"))), [""; 0]);
}

#[test]
fn a_delegated_role_with_both_signs_for_its_paths() {
    let roles = taken("timestamp snapshot project");
    let expected = [
        "project: until 9 targets",
        "freeze: until 9 targets, 6 unclaimed first",
        "inconsistency: until 9 targets, 6 unclaimed first",
        "fast-forward: until rotation",
    ];
    assert_eq!(possible(&roles), expected);
    let found = exposure(&roles);
    let paths = Some(vec!["project/*".to_owned()]);
    assert_eq!(
        one(&found, "project").kind,
        Kind::MaliciousUpdates { by: "project".to_owned(), delegator: Some("targets".to_owned()), paths }
    );
    assert_eq!(short(one(&found, "claimed")), "needs claimed");
    assert_eq!(short(one(&found, "targets")), "needs targets");
}

#[test]
fn targets_with_both_signs_for_everything_until_the_root_expires() {
    // Whoever signs targets delegates to whom they like: no delegated role is a limit, or safe.
    let expected = [
        "targets: until 12 root",
        "claimed: until 12 root",
        "recently-claimed: until 12 root",
        "unclaimed: until 12 root",
        "project: until 12 root",
        "freeze: until 12 root",
        "inconsistency: until 12 root",
        "fast-forward: until rotation",
    ];
    assert_eq!(possible(&taken("timestamp snapshot targets")), expected);
}

#[test]
fn with_timestamp_and_targets_the_snapshot_holds_both() {
    // What snapshot lists with its hash cannot be replaced, so it still expires.
    let found = exposure(&taken("timestamp targets project"));
    assert_eq!(short(one(&found, "freeze")), "until 4 snapshot");
    assert_eq!(short(one(&found, "targets")), "needs snapshot");
    let mut late = taken("timestamp targets project");
    for role in &mut late {
        if ["snapshot", "root"].contains(&role.role.as_str()) {
            role.expires = Some(date(11).parse().unwrap());
        }
    }
    assert_eq!(short(one(&exposure(&late), "freeze")), "until 9 targets, 5 project first");
}

#[test]
fn the_root_is_everything_without_end() {
    let found = exposure(&taken("root"));
    assert_eq!((found.root, found.signs.as_slice()), (RootFall::Reached, ["root".to_owned()].as_slice()));
    assert_eq!(found.attacks.len(), 8);
    for attack in &found.attacks {
        assert_eq!(short(attack), "without end", "{}", name(&attack.kind));
    }
}

#[test]
fn without_hashes_whoever_lists_a_file_need_not_cooperate() {
    // Targets that snapshot lists by version only: another file of that version will do (spec 5.6.2).
    let roles = unhashed("targets", "targets");
    let found = exposure(&roles);
    assert_eq!(short(one(&found, "targets")), "until 3 timestamp");
    assert_eq!(short(one(&found, "project")), "until 3 timestamp");
    assert_eq!(short(one(&found, "freeze")), "needs timestamp");
    assert_eq!(short(one(&found, "inconsistency")), "needs snapshot timestamp");
    assert_eq!(possible(&unhashed("project", "project")), ["project: until 3 timestamp"]);
    assert_eq!(possible(&unhashed("project", "targets snapshot")), [""; 0]);
    // Snapshot that timestamp lists by version only (spec 5.5.2).
    let expected = ["inconsistency: until 3 timestamp", "fast-forward: until rotation"];
    assert_eq!(possible(&unhashed("snapshot", "snapshot")), expected);
    assert_eq!(
        short(one(&exposure(&unhashed("snapshot claimed", "snapshot")), "claimed")),
        "until 3 timestamp"
    );
    assert_eq!(short(one(&exposure(&unhashed("claimed", "snapshot")), "claimed")), "needs snapshot");
    // Targets that are replaced in place do not expire, and need not delegate.
    let mut roles = unhashed("timestamp targets", "targets");
    roles[6].expires = Some(date(11).parse().unwrap());
    assert_eq!(short(one(&exposure(&roles), "freeze")), "until 11 snapshot");
}

#[test]
fn below_the_threshold_a_role_is_weakened() {
    let mut roles = taken("");
    roles[0].taken = 1;
    roles[2].taken = 1;
    roles[6].keys = 0;
    roles[6].taken = 5;
    let found = exposure(&roles);
    assert_eq!(found.root, RootFall::Below { taken: 1, threshold: 2, left: 2 });
    let weak = |role: &str, delegator: Option<&str>| Weakened {
        role: role.to_owned(),
        delegator: delegator.map(str::to_owned),
        taken: 1,
        threshold: 2,
        missing: 1,
    };
    assert_eq!(found.weakened, [weak("root", None), weak("claimed", Some("targets"))]);
    assert_eq!(found.signs, [""; 0]);
    assert!(found.attacks.iter().all(|attack| !attack.possible()));
}

#[test]
fn numbers_that_do_not_fit_are_held_to_what_there_is() {
    let mut roles = taken("");
    // More in doubt than there are, a threshold nobody can meet, and one that is below 1.
    (roles[1].taken, roles[1].threshold) = (9, 4);
    (roles[2].taken, roles[2].threshold) = (usize::MAX, i64::MAX);
    (roles[3].taken, roles[3].threshold) = (0, 0);
    (roles[7].taken, roles[7].threshold) = (1, i64::MIN);
    let found = exposure(&roles);
    assert_eq!(found.signs, ["timestamp"]);
    let weak: Vec<(&str, usize, i64, i64)> = found
        .weakened
        .iter()
        .map(|weak| (weak.role.as_str(), weak.taken, weak.threshold, weak.missing))
        .collect();
    assert_eq!(weak, [("targets", 3, 4, 1), ("claimed", 3, i64::MAX, i64::MAX - 3)]);
}

#[test]
fn what_is_not_known_is_not_promised() {
    let mut roles = taken("timestamp snapshot");
    for role in roles.iter_mut().filter(|role| ["root", "targets"].contains(&role.role.as_str())) {
        role.expires = None;
    }
    assert_eq!(short(one(&exposure(&roles), "freeze")), "until ?, 5 project first");
    // One known end is an end.
    roles[1].expires = Some(date(10).parse().unwrap());
    assert_eq!(short(one(&exposure(&roles), "freeze")), "until 10 targets, 5 project first");
    // Roles that are not given are in no doubt.
    let alone = &taken("timestamp")[7..];
    assert_eq!(possible(alone), ["freeze: until ?", "fast-forward: until rotation"]);
    let none = exposure(&[]);
    assert_eq!((none.root, none.attacks.len()), (RootFall::Untouched, 4));
    assert!(none.attacks.iter().all(|attack| !attack.possible()));
    // Nor does a delegated role come first that expires with the rest or after it.
    let mut roles = taken("timestamp snapshot");
    roles.truncate(3);
    roles.extend(taken("timestamp snapshot").split_off(6));
    roles[2].expires = roles[1].expires;
    assert_eq!(short(one(&exposure(&roles), "freeze")), "until 9 targets");
}

#[test]
fn sentences_are_for_people() {
    let says = |names: &str, which: &str| one(&exposure(&taken(names)), which).says();
    assert_eq!(
        says("timestamp snapshot", "freeze"),
        "Possible: clients are kept from learning that there are newer files, until 2027-09-01T00:00:00Z at the latest, \
         when targets expires (for what project speaks for, until 2027-05-01T00:00:00Z)."
    );
    assert_eq!(
        says("", "inconsistency"),
        "Not possible, for want of the keys of snapshot and timestamp: clients accept files together that were never \
         published together."
    );
    assert_eq!(
        says("timestamp", "fast-forward"),
        "Possible: clients are given versions up to 9007199254740991 and refuse every later one; no expiry ends it, only \
         a new root with new keys for both timestamp and snapshot."
    );
    assert_eq!(
        says("root", "targets"),
        "Possible: malicious files under any path, signed as targets; no expiry ends it."
    );
    assert_eq!(
        says("project", "project"),
        "Not possible, for want of the keys of snapshot and timestamp: malicious files under project/*, signed as project."
    );
    let alone = exposure(&taken("timestamp")[7..]);
    assert_eq!(
        one(&alone, "freeze").says(),
        "Possible: clients are kept from learning that there are newer files; when expiry ends it is not known."
    );
    assert_eq!(MOST_VERSION, 9_007_199_254_740_991);
}

#[test]
fn a_fallen_root_is_mended_by_no_new_root() {
    assert_eq!(
        one(&exposure(&taken("root")), "fast-forward").says(),
        "Possible: clients are given versions up to 9007199254740991 and refuse every later one; no expiry ends it."
    );
}

#[test]
fn names_of_roles_move_no_cursor() {
    let mut roles = taken("timestamp snapshot");
    roles[5].role = "a\u{1b}[2J\u{202e}".to_owned();
    roles[5].paths = vec!["b\n*".to_owned(), "c".to_owned()];
    roles[4].paths.clear();
    let found = exposure(&roles);
    for attack in &found.attacks {
        assert!(!attack.says().chars().any(|c| c.is_control() || c == '\u{202e}'), "{}", attack.says());
    }
    assert!(found.attacks[4].says().contains("malicious files under b\\u{a}*, c, signed as a\\u{1b}[2J"));
    assert!(found.attacks[3].says().contains("under no path"));
}

fn roles() -> impl Strategy<Value = Vec<RoleInDoubt>> {
    prop::collection::vec((0..3_i64, 0..4_usize, 0..4_usize, prop::option::of(1..13_u8), any::<bool>()), 8)
        .prop_map(|all| {
            let mut roles = taken("");
            for (role, (threshold, keys, taken, month, hashed)) in roles.iter_mut().zip(all) {
                role.expires = month.map(|month| date(month).parse().unwrap());
                (role.threshold, role.keys, role.taken, role.hashed) = (threshold, keys, taken, hashed);
            }
            roles
        })
}

/// How long an attack goes on, to be compared: what is unknown is as long as can be.
pub fn length(attack: &Attack) -> String {
    match &attack.until {
        None => String::new(),
        Some(Until::At(at, _)) => time::write(*at),
        Some(Until::Rotation | Until::Unlimited | Until::Unknown) => "9999".to_owned(),
    }
}

proptest! {
    #[test]
    fn more_keys_never_do_less(roles in roles(), which in 0..8_usize) {
        let before = exposure(&roles);
        let mut more = roles.clone();
        more[which].taken += 1;
        let after = exposure(&more);
        prop_assert!(before.signs.iter().all(|role| after.signs.contains(role)));
        for (before, after) in before.attacks.iter().zip(&after.attacks) {
            prop_assert_eq!(&before.kind, &after.kind);
            prop_assert!(!before.possible() || after.possible());
            prop_assert!(length(before) <= length(after), "{before:?} {after:?}");
            prop_assert!(after.missing.iter().all(|role| before.missing.contains(role)) );
        }
        // Nor does a file without hash do less than one with.
        more.clone_from(&roles);
        more[which].hashed = false;
        for (hashed, open) in before.attacks.iter().zip(&exposure(&more).attacks) {
            prop_assert!(length(hashed) <= length(open));
        }
    }

    #[test]
    fn every_role_is_told_once(roles in roles()) {
        let found = exposure(&roles);
        for role in &roles {
            let signs = found.signs.contains(&role.role);
            let weak = found.weakened.iter().find(|weak| weak.role == role.role);
            let stolen = role.taken.min(role.keys);
            prop_assert_eq!(signs, i64::try_from(stolen).unwrap() >= role.threshold.max(1));
            prop_assert_eq!(weak.is_some(), !signs && stolen > 0);
            if let Some(weak) = weak {
                prop_assert_eq!(weak.missing, role.threshold - i64::try_from(stolen).unwrap());
            }
        }
        for attack in &found.attacks {
            prop_assert!(attack.missing.iter().all(|role| !found.signs.contains(role)));
        }
    }
}

fn told(roles: &[RoleInDoubt]) -> String {
    exposure(roles).told().join("\n")
}

/// Keys in doubt, fewer than the threshold, and too few others: their holders must sign once more.
#[test]
fn a_root_whose_other_keys_are_too_few_is_renewed_with_those_in_doubt() {
    let mut roles = taken("");
    (roles[0].threshold, roles[0].keys, roles[0].taken) = (3, 4, 2);
    assert_eq!(exposure(&roles).root, RootFall::Below { taken: 2, threshold: 3, left: 2 });
    assert!(
        told(&roles)
            .contains("their holders must sign the new root once more with them, if they still have them.")
    );
    roles[0].taken = 1;
    assert!(told(&roles).contains("The root can be renewed by those of its keys that are in no doubt."));
}

#[test]
fn what_is_not_known_is_not_called_impossible() {
    let mut roles = taken("");
    assert!(told(&roles).contains("Not possible: malicious files by 4 delegated roles."));
    roles[3].unread = true;
    let said = told(&roles);
    assert!(said.contains("Not possible: malicious files by 3 delegated roles."), "{said}");
    assert!(said.contains("Not known: what can be signed as recently-claimed."), "{said}");
    roles[0].doubled = true;
    let said = told(&roles);
    assert!(said.contains("A key in doubt stands in root under several keyids."), "{said}");
}

/// Services list in good faith what an attacker signs.
#[test]
fn versions_that_a_service_may_list_are_told() {
    let listed =
        "Possible once a service lists it, be it for a minute: a version of targets up to 9007199254740991";
    assert!(told(&taken("targets")).contains(listed));
    for others in ["", "root", "targets timestamp", "timestamp"] {
        assert!(!told(&taken(others)).contains("once a service lists it"), "{others}");
    }
    let mut roles = taken("targets");
    roles[1].inflated = true;
    assert!(!told(&roles).contains("once a service lists it"));
}
