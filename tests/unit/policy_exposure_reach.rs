//! What an attacker can do through those who delegate, from earlier roots, and with versions that were inflated.

use proptest::prelude::*;
use tuf_ceremony::policy::exposure::{
    EarlierRoot, Exposure, Kind, RoleInDoubt, RootFall, Weakened, exposure,
};

use crate::policy_exposure::{date, length, one, possible, short, taken};

/// A delegated role with one key, listed with its hash, that expires in this month.
fn delegated(by: &str, role: &str, month: u8, stolen: bool) -> RoleInDoubt {
    RoleInDoubt {
        role: role.to_owned(),
        delegator: Some(by.to_owned()),
        threshold: 1,
        keys: 1,
        taken: usize::from(stolen),
        doubled: false,
        unread: false,
        expires: Some(date(month).parse().unwrap()),
        paths: vec![format!("{by}/{role}/*")],
        hashed: true,
        inflated: false,
    }
}

/// The top-level roles, of which those named are in other hands, and these below targets.
fn with(names: &str, below: &[RoleInDoubt]) -> Vec<RoleInDoubt> {
    let top_level = taken(names).into_iter().filter(|role| role.delegator.is_none());
    let mut roles: Vec<RoleInDoubt> = top_level.collect();
    roles.splice(2..2, below.iter().cloned());
    roles
}

/// Targets delegate to `a`, that to `b`, and that to `c`; those named are in other hands.
fn chain(names: &str) -> Vec<RoleInDoubt> {
    let stolen = |role: &str| names.split(' ').any(|name| name == role);
    let top_level: Vec<&str> =
        names.split(' ').filter(|name| !["a", "b", "c"].contains(name) && !name.is_empty()).collect();
    // What is below expires later: it is who delegates that ends an attack.
    let below = [
        delegated("targets", "a", 6, stolen("a")),
        delegated("a", "b", 7, stolen("b")),
        delegated("b", "c", 8, stolen("c")),
    ];
    with(&top_level.join(" "), &below)
}

#[test]
fn who_delegates_has_everything_below() {
    let found = exposure(&chain("timestamp snapshot a"));
    for role in ["a", "b", "c"] {
        assert_eq!(short(one(&found, role)), "until 9 targets", "{role}");
    }
    assert_eq!(short(one(&found, "targets")), "needs targets");
    assert_eq!(found.signs, ["a", "snapshot", "timestamp"]);
    // Without those that list it, its keys are not needed any longer.
    let found = exposure(&chain("a"));
    assert_eq!(short(one(&found, "c")), "needs snapshot timestamp");
    let found = exposure(&chain("b"));
    assert_eq!(short(one(&found, "a")), "needs a snapshot timestamp");
    assert_eq!(short(one(&found, "c")), "needs snapshot timestamp");
    // Below who is listed without a hash, nobody who lists is needed.
    let mut roles = chain("a");
    roles[2].hashed = false;
    assert_eq!(short(one(&exposure(&roles), "c")), "until 3 timestamp");
}

#[test]
fn who_delegates_ends_what_is_below_by_expiring() {
    let found = exposure(&chain("timestamp snapshot c"));
    assert_eq!(short(one(&found, "c")), "until 6 a");
    assert_eq!(short(one(&found, "b")), "needs b");
    // What can be replaced does not expire.
    let mut roles = chain("timestamp snapshot b");
    assert_eq!(short(one(&exposure(&roles), "c")), "until 6 a");
    assert_eq!(short(one(&exposure(&roles), "b")), "until 6 a");
    roles[2].expires = None;
    assert_eq!(short(one(&exposure(&roles), "c")), "until 9 targets");
    // The first on the way counts, wherever it is.
    let mut roles = chain("timestamp snapshot c");
    roles[3].expires = Some(date(5).parse().unwrap());
    assert_eq!(short(one(&exposure(&roles), "c")), "until 5 b");
    // Of equals the top-level role is named.
    roles[3].expires = Some(date(9).parse().unwrap());
    roles[2].expires = roles[3].expires;
    assert_eq!(short(one(&exposure(&roles), "c")), "until 9 targets");
}

/// Two delegate to `both`: `a` with a key that is in other hands, `b` with one that is not.
#[test]
fn one_of_two_who_delegate_suffices() {
    let roles = |first: &str, second: &str| {
        let below = [
            delegated("targets", "a", 6, false),
            delegated("targets", "b", 7, false),
            delegated(first, "both", 8, first == "a"),
            delegated(second, "both", 8, second == "a"),
        ];
        with("timestamp snapshot", &below)
    };
    for (first, second) in [("a", "b"), ("b", "a")] {
        let roles = roles(first, second);
        let found = exposure(&roles);
        assert!(possible(&roles).contains(&"both: until 6 a".to_owned()), "{:?}", possible(&roles));
        let of_both = found.attacks.iter().filter_map(|attack| match &attack.kind {
            Kind::MaliciousUpdates { by, delegator, paths } if by == "both" => {
                Some((delegator.clone().unwrap(), paths.clone().unwrap()[0].clone(), attack.possible()))
            }
            _ => None,
        });
        let mut of_both: Vec<(String, String, bool)> = of_both.collect();
        of_both.sort();
        let expected = [("a", "a/both/*", true), ("b", "b/both/*", false)]
            .map(|(by, paths, possible)| (by.to_owned(), paths.to_owned(), possible));
        assert_eq!(of_both, expected);
        assert_eq!(found.signs, ["both", "snapshot", "timestamp"]);
        let says = one(&found, "both").says();
        let by = format!("files under {first}/both/*, signed as both (delegated by {first})");
        assert!(says.contains(&by), "{says}");
    }
    // What `both` delegates to is reached by the way that lasts longest.
    let mut roles = roles("a", "b");
    roles.insert(6, delegated("both", "leaf", 10, true));
    assert_eq!(short(one(&exposure(&roles), "leaf")), "until 7 b");
}

#[test]
fn roles_that_delegate_to_each_other_end() {
    let below =
        [delegated("targets", "a", 6, false), delegated("a", "b", 7, true), delegated("b", "a", 6, false)];
    let roles = with("timestamp snapshot", &below);
    let found = possible(&roles);
    assert_eq!(found[..2], ["b: until 6 a", "a: until 6 a"]);
}

#[test]
fn a_role_holds_only_where_its_keys_are_what_is_missing() {
    let weak = |names: &str| {
        let mut roles = chain(names);
        (roles[3].keys, roles[3].threshold, roles[3].taken) = (3, 2, 1);
        exposure(&roles)
    };
    let holds = "b (delegated by a) holds: 1 of its keys in doubt, 2 must sign.".to_owned();
    let found = weak("timestamp snapshot");
    let expected = Weakened {
        role: "b".to_owned(),
        delegator: Some("a".to_owned()),
        taken: 1,
        threshold: 2,
        missing: 1,
    };
    assert_eq!(found.weakened, [expected]);
    assert!(found.told().contains(&holds), "{:?}", found.told());
    for names in ["timestamp snapshot a", "a", "root"] {
        assert!(!weak(names).told().contains(&holds), "{names}");
    }
}

/// With roots before the newest: versions, and which of them are reached.
fn earlier(names: &str, roots: &[(i64, bool)]) -> Exposure {
    let roots: Vec<EarlierRoot> =
        roots.iter().map(|(version, reached)| EarlierRoot { version: *version, reached: *reached }).collect();
    exposure(&taken(names)).with_earlier(&roots)
}

#[test]
fn who_is_led_away_from_a_root_is_led_away_from_all_before_it() {
    let found = earlier("", &[(3, false), (2, true), (1, false)]);
    assert_eq!((found.root, found.earlier_roots.as_slice()), (RootFall::Untouched, [1, 2].as_slice()));
    assert_eq!(found.earlier().as_deref(), Some("root 1, 2"));
    let told = found.told();
    let says = "Clients that still start from root 1, 2 can be led to roots of an attacker: the keys in doubt, with those \
                that were compromised before, suffice to sign what follows root 2. Give them the newest root by another \
                way, and ship no installer with those.";
    assert_eq!(told.last().map(String::as_str), Some(says));
    assert!(told.contains(&"The newest root itself is in no doubt.".to_owned()));
    assert!(!told.contains(&"The root is in no doubt.".to_owned()));
}

#[test]
fn earlier_roots_that_hold_are_not_told() {
    let found = earlier("timestamp", &[(2, false), (1, false)]);
    assert_eq!((found.earlier_roots.as_slice(), found.earlier()), ([].as_slice(), None));
    assert_eq!(found.told().last().map(String::as_str), Some("The root is in no doubt."));
    // From a root that has fallen everybody is led away: it says so once.
    let found = earlier("root", &[(2, false), (1, false)]);
    assert_eq!((found.earlier_roots.as_slice(), found.earlier()), ([1, 2].as_slice(), None));
    assert!(found.told().last().unwrap().starts_with("THE ROOT HAS FALLEN"));
}

#[test]
fn an_inflated_version_of_a_role_in_doubt_is_a_fast_forward_that_has_happened() {
    let inflated = |names: &str, which: &str| {
        let mut roles = chain(names);
        roles.iter_mut().filter(|role| role.role == which).for_each(|role| role.inflated = true);
        exposure(&roles)
    };
    // Who delegates could have given it other keys.
    for names in ["c", "b", "a", "targets"] {
        let found = inflated(names, "c");
        assert_eq!(found.inflated, ["c"], "{names}");
        assert_eq!(short(one(&found, "fast-forward")), "until rotation");
        let says = "It has happened: inflated versions are published, of c; other files of an attacker may be published \
                    with them.";
        assert!(found.told().contains(&says.to_owned()), "{:?}", found.told());
    }
    assert_eq!(inflated("snapshot", "snapshot").inflated, ["snapshot"]);
    // Nobody made it up who is in doubt: versions go on from it.
    for (names, which) in [("", "c"), ("c", "b"), ("timestamp", "targets")] {
        let found = inflated(names, which);
        assert_eq!(found.inflated, [""; 0], "{names} {which}");
        assert_eq!(one(&found, "fast-forward").possible(), names == "timestamp");
    }
}

/// Seven delegations between five roles, whoever delegates to whom, and top-level roles of which some are in other hands.
fn graphs() -> impl Strategy<Value = Vec<RoleInDoubt>> {
    const NAMES: [&str; 6] = ["targets", "a", "b", "c", "d", "e"];
    let edges = prop::collection::vec((0..6_usize, 1..6_usize, any::<bool>()), 7);
    // A role has one file, whoever delegates to it.
    let files = prop::collection::vec((1..13_u8, any::<bool>()), 6);
    (edges, files, any::<[bool; 3]>()).prop_map(|(edges, files, stolen)| {
        let names = ["targets", "snapshot", "timestamp"].into_iter().zip(stolen);
        let top_level: Vec<&str> = names.filter(|(_, stolen)| *stolen).map(|(name, _)| name).collect();
        let edge = |(by, role, stolen): &(usize, usize, bool)| {
            let (month, hashed) = files[*role];
            RoleInDoubt { hashed, ..delegated(NAMES[*by], NAMES[*role], month, *stolen) }
        };
        with(&top_level.join(" "), &edges.iter().map(edge).collect::<Vec<_>>())
    })
}

proptest! {
    #[test]
    fn more_keys_never_do_less_whoever_delegates(roles in graphs(), which in 1..11_usize) {
        let before = exposure(&roles);
        let mut more = roles.clone();
        more[which].taken = more[which].keys;
        let after = exposure(&more);
        for (before, after) in before.attacks.iter().zip(&after.attacks) {
            prop_assert_eq!(&before.kind, &after.kind);
            prop_assert!(!before.possible() || after.possible());
            prop_assert!(length(before) <= length(after), "{before:?} {after:?}");
            prop_assert!(after.missing.iter().all(|role| before.missing.contains(role)), "{before:?} {after:?}");
        }
    }

    /// Who can replace a role can do as much under everything that it delegates.
    #[test]
    fn below_is_never_safer_than_above(roles in graphs()) {
        let found = exposure(&roles);
        let replaced = |role: &str| found.attacks.iter().any(|attack| {
            let is_it = matches!(&attack.kind, Kind::MaliciousUpdates { by, .. } if by == role);
            is_it && attack.possible()
        });
        for attack in &found.attacks {
            let Kind::MaliciousUpdates { delegator: Some(by), .. } = &attack.kind else { continue };
            prop_assert!(attack.possible() || !replaced(by), "{attack:?}");
        }
    }
}
