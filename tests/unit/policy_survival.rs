//! Losses, thefts and calls: what is known by hand.

use std::collections::BTreeSet;

use tuf_ceremony::policy::survival::{
    Call, Counts, LISTED, Losses, Member, Quorum, Size, Theft, Unit, call, losses, thefts,
};

/// Members from words such as `a1:ada:ulm` (key, holder, site), `a1:ada:ulm:R-1` (and device), `o::` (neither).
fn members(words: &str) -> Vec<Member> {
    let member = |word: &str| {
        let mut parts = word.split(':').map(|part| (!part.is_empty()).then(|| part.to_owned()));
        Member {
            name: parts.next().flatten().unwrap(),
            holder: parts.next().flatten(),
            site: parts.next().flatten(),
            device: parts.next().flatten(),
        }
    };
    words.split_whitespace().map(member).collect()
}

fn quorum(title: &str, threshold: i64, keys: &str) -> Quorum {
    Quorum { title: title.to_owned(), threshold, keys: keys.split_whitespace().map(str::to_owned).collect() }
}

/// Five people with a key each, in three places, and one online key.
fn five() -> Vec<Member> {
    members("a:ada:ulm b:ben:ulm c:cleo:bern d:dan:bern e:eve:rome o::")
}

/// Names `k0`, `k1`, …
fn numbered(range: std::ops::Range<usize>) -> String {
    range.map(|number| format!("k{number}")).collect::<Vec<_>>().join(" ")
}

fn counts(size: &Size) -> (u128, u128) {
    let counts = size.counts.unwrap();
    assert_eq!(counts.fatal(), counts.sets - counts.survived);
    (counts.sets, counts.survived)
}

/// Sets as words: `a+b c+d`.
fn words(sets: &Option<Vec<Vec<String>>>) -> String {
    sets.as_ref().unwrap().iter().map(|set| set.join("+")).collect::<Vec<_>>().join(" ")
}

fn singles(losses: &Losses) -> Vec<String> {
    losses.single.iter().map(|one| format!("{:?} ends {}", one.unit, one.ends.join(", "))).collect()
}

#[test]
fn three_of_five_survives_two_keys_and_not_three() {
    let found = losses(&[quorum("root", 3, "a b c d e")], &five());
    assert_eq!(found.keys.iter().map(|size| size.size).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(found.keys.iter().map(counts).collect::<Vec<_>>(), [(5, 5), (10, 10), (10, 0)]);
    assert_eq!(words(&found.keys[0].surviving), "a b c d e");
    assert_eq!(words(&found.keys[0].fatal), "");
    assert_eq!(words(&found.keys[2].surviving), "");
    assert_eq!(words(&found.keys[2].fatal), "a+b+c a+b+d a+b+e a+c+d a+c+e a+d+e b+c+d b+c+e b+d+e c+d+e");
    assert_eq!(found.holders.iter().map(counts).collect::<Vec<_>>(), [(5, 5), (10, 10), (10, 0)]);
    assert_eq!(found.sites.iter().map(counts).collect::<Vec<_>>(), [(3, 3), (3, 0), (1, 0)]);
    assert_eq!(words(&found.sites[1].fatal), "ulm+bern ulm+rome bern+rome");
    assert_eq!(singles(&found), [""; 0]);
    assert_eq!(found.unreachable, [""; 0]);
}

#[test]
fn both_roots_must_stay_within_reach() {
    // The old root can spare one of a b c, the new one of c d e: two keys are survived if they are not of the same root.
    let quorums = [quorum("old", 2, "a b c"), quorum("new", 2, "c d e")];
    let found = losses(&quorums, &five());
    assert_eq!(found.keys.iter().map(counts).collect::<Vec<_>>(), [(5, 5), (10, 4)]);
    assert_eq!(words(&found.keys[1].surviving), "a+d a+e b+d b+e");
    assert_eq!(words(&found.keys[1].fatal), "a+b a+c b+c c+d c+e d+e");
    assert_eq!(singles(&found), ["Site(\"ulm\") ends old", "Site(\"bern\") ends new"]);
}

#[test]
fn keys_of_one_holder_are_lost_together() {
    let members = members("a1:ada:ulm a2:ada:bern b:ben:ulm c:cleo: o::ulm");
    let found = losses(&[quorum("root", 3, "a1 a2 b c"), quorum("timestamp", 1, "o")], &members);
    assert_eq!(found.holders.iter().map(counts).collect::<Vec<_>>(), [(3, 2), (3, 0), (1, 0)]);
    assert_eq!(words(&found.holders[0].fatal), "ada");
    // The site has two keys of the root and the only one of the timestamp.
    assert_eq!(found.sites.iter().map(counts).collect::<Vec<_>>(), [(2, 1), (1, 0)]);
    let expected =
        ["Key(\"o\") ends timestamp", "Holder(\"ada\") ends root", "Site(\"ulm\") ends root, timestamp"];
    assert_eq!(singles(&found), expected);
}

#[test]
fn what_is_out_of_reach_is_named_and_nothing_is_survived() {
    let quorums = [quorum("old", 3, "a b"), quorum("new", 1, "c")];
    let found = losses(&quorums, &five());
    assert_eq!(found.unreachable, ["old"]);
    assert_eq!(found.keys.iter().map(counts).collect::<Vec<_>>(), [(3, 0), (3, 0), (1, 0)]);
    assert_eq!(words(&found.keys[0].fatal), "a b c");
    // No loss ends what is out of reach already.
    assert_eq!(
        singles(&found),
        ["Key(\"c\") ends new", "Holder(\"cleo\") ends new", "Site(\"bern\") ends new"]
    );
}

#[test]
fn odd_quorums_are_read_as_they_are_counted() {
    let found = losses(&[quorum("root", 2, "a a b"), quorum("none", 0, "b x")], &five());
    // `a` twice is one key, 0 counts as 1, `x` is a key though nobody is its member; `c` counts nowhere.
    assert_eq!(found.keys.iter().map(counts).collect::<Vec<_>>(), [(3, 1), (3, 0)]);
    assert_eq!(words(&found.keys[0].surviving), "x");
    assert_eq!(words(&found.keys[1].fatal), "a+b a+x b+x");
    let found = losses(&[quorum("root", i64::MAX, "a b")], &five());
    assert_eq!((found.unreachable.len(), found.keys.len(), found.sites.len()), (1, 2, 1));
    let nothing = losses(&[], &five());
    assert!(nothing.keys.is_empty() && nothing.single.is_empty() && nothing.unreachable.is_empty());
}

#[test]
fn large_numbers_are_exact_and_long_lists_are_left_out() {
    // Of 40 keys of which the old root has 0..30 and the new 10..40: 20 in both, each may lose 10.
    let found =
        losses(&[quorum("old", 20, &numbered(0..30)), quorum("new", 20, &numbered(10..40))], &members(""));
    assert_eq!(found.keys.len(), 20);
    assert_eq!(counts(&found.keys[0]), (40, 40));
    assert_eq!(counts(&found.keys[9]), (847_660_528, 847_660_528));
    assert_eq!(found.keys[9].fatal, Some(vec![]));
    assert_eq!(found.keys[9].surviving, None);
    // 11: fatal are those within one root, C(30,11) each, less those within what both have, C(20,11).
    let (sets, survived) = counts(&found.keys[10]);
    assert_eq!((sets, sets - survived), (2_311_801_440, 2 * 54_627_300 - 167_960));
    // 20: all that only the one has with all that only the other has. 19: all but one of those, or one of both with
    // nine of each side.
    assert_eq!(counts(&found.keys[19]), (137_846_528_820, 1));
    let alone = format!("{} {}", numbered(0..10), numbered(30..40)).replace(' ', "+");
    assert_eq!(words(&found.keys[19].surviving), alone);
    assert_eq!(found.keys[19].fatal, None);
    assert_eq!(counts(&found.keys[18]).1, 20 + 20 * 10 * 10);
    assert_eq!(found.keys[18].surviving, None);
}

#[test]
fn lists_end_at_their_limit() {
    let at = |keys: usize| losses(&[quorum("root", 1, &numbered(0..keys))], &[]).keys[0].surviving.clone();
    assert_eq!(at(LISTED).map(|list| list.len()), Some(LISTED));
    assert_eq!(at(LISTED + 1), None);
}

#[test]
fn a_rare_fatal_set_is_found_among_many() {
    // 30 keys of the root can spare 25; the two of targets cannot both go.
    let quorums = [quorum("root", 5, &numbered(0..30)), quorum("targets", 1, "k7 k23")];
    let found = losses(&quorums, &[]);
    let size = &found.keys[1];
    assert_eq!(size.counts, Some(Counts { sets: 435, survived: 434 }));
    assert_eq!(words(&size.fatal), "k7+k23");
    assert_eq!(size.surviving, None);
}

#[test]
fn what_cannot_be_counted_is_not_guessed() {
    let found = losses(&[quorum("root", 100, &numbered(0..200))], &[]);
    assert_eq!(counts(&found.keys[1]), (19_900, 19_900));
    assert_eq!(found.keys[99].counts, None);
    // 150 over 149 is 150, on whatever way it is computed.
    assert_eq!(counts(&losses(&[quorum("root", 150, &numbered(0..150))], &[]).keys[148]), (150, 0));
    assert_eq!((&found.keys[99].fatal, &found.keys[99].surviving), (&None, &None));
    // Sixteen quorums that overlap in all ways: too many steps, and soon known to be.
    let many: Vec<Quorum> = (0..16)
        .map(|bit| {
            let keys: Vec<String> =
                (0..400).filter(|n| ((n * 7919) >> bit) & 1 == 1).map(|n| format!("k{n}")).collect();
            Quorum { title: bit.to_string(), threshold: 30, keys }
        })
        .collect();
    assert_eq!(losses(&many, &[]).keys[5].counts, None);
}

fn shown(theft: &Theft) -> String {
    format!("{}: {} | {}", theft.keys, theft.any.join(" "), words(&theft.at_once))
}

fn usual() -> Vec<Quorum> {
    vec![
        quorum("root", 3, "a b c d e"),
        quorum("targets", 2, "a b c"),
        quorum("snapshot", 1, "o"),
        quorum("timestamp", 1, "o"),
    ]
}

#[test]
fn one_shared_online_key_is_two_roles() {
    let found = thefts(&usual(), &five(), "root");
    let expected = [
        "1: snapshot timestamp | snapshot+timestamp",
        "2: targets snapshot timestamp | snapshot+timestamp targets",
        "3: root targets snapshot timestamp | targets+snapshot+timestamp root+targets",
    ];
    assert_eq!(found.by_count.iter().map(shown).collect::<Vec<_>>(), expected);
    let single: Vec<String> =
        found.single.iter().map(|one| format!("{:?} {}", one.unit, one.roles.join(" "))).collect();
    assert_eq!(single, ["Key(\"o\") snapshot timestamp", "Site(\"ulm\") targets"]);
}

#[test]
fn groups_apart_need_their_sum() {
    let mut roles = usual();
    roles[0] = quorum("root", 3, "d e f g");
    let found = thefts(&roles, &five(), "root");
    assert_eq!(
        shown(&found.by_count[2]),
        "3: root targets snapshot timestamp | targets+snapshot+timestamp root"
    );
    // Without a root among the roles, up to the largest threshold that keys reach.
    roles.push(quorum("far", 9, "a b"));
    for root in ["elsewhere", "far"] {
        assert_eq!(thefts(&roles, &five(), root).by_count.len(), 3);
    }
    assert_eq!(thefts(&[quorum("far", 9, "a b")], &five(), "far").by_count, []);
}

#[test]
fn the_holder_and_the_site_that_are_robbed() {
    let members = members("a1:ada:ulm a2:ada:ulm b:ben:ulm o:ben:bern");
    let roles = [quorum("root", 3, "a1 a2 b"), quorum("targets", 2, "a1 a2"), quorum("timestamp", 1, "o b")];
    let single: Vec<String> = thefts(&roles, &members, "root")
        .single
        .iter()
        .map(|one| format!("{:?} {}", one.unit, one.roles.join(" ")))
        .collect();
    let expected = [
        "Key(\"b\") timestamp",
        "Key(\"o\") timestamp",
        "Holder(\"ada\") targets",
        "Holder(\"ben\") timestamp",
        "Site(\"ulm\") root targets timestamp",
        "Site(\"bern\") timestamp",
    ];
    assert_eq!(single, expected);
}

#[test]
fn too_many_choices_are_not_listed() {
    let role = |number: usize| quorum(&format!("d{number}"), 1, &format!("k{number}"));
    let mut roles: Vec<Quorum> = (0..24).map(role).collect();
    roles.push(quorum("root", 12, &(100..112).map(|n| format!("k{n}")).collect::<Vec<_>>().join(" ")));
    let found = thefts(&roles, &[], "root");
    assert_eq!(found.by_count.len(), 12);
    assert_eq!(found.by_count[0].at_once.as_ref().unwrap().len(), 24);
    // 24 over 2 is 276; later the steps end. What each role takes by itself is known all the same.
    for theft in &found.by_count[1..] {
        assert_eq!(theft.at_once, None, "{}", theft.keys);
    }
    assert_eq!((found.by_count[10].any.len(), found.by_count[11].any.len()), (24, 25));
}

fn called(call: &Call) -> Option<String> {
    let people = call
        .people
        .as_ref()?
        .iter()
        .map(|person| format!("{}({})", person.who.name(), person.keys.join("+")));
    Some(people.collect::<Vec<_>>().join(" "))
}

fn names(units: &[Unit]) -> String {
    units.iter().map(Unit::name).collect::<Vec<_>>().join(" ")
}

#[test]
fn those_in_both_roots_are_called_first() {
    let quorums = [quorum("old", 2, "a b c"), quorum("new", 2, "c d e b")];
    let found = call(&quorums, &five(), |_| true);
    assert_eq!((called(&found).as_deref(), found.exact), (Some("ben(b) cleo(c)"), true));
    let [old, new] = found.quorums.as_slice() else { panic!() };
    assert_eq!((names(&old.can).as_str(), names(&old.must).as_str(), old.spare), ("ada ben cleo", "", 1));
    assert_eq!((names(&new.can).as_str(), new.spare), ("ben cleo dan eve", 2));

    let found = call(&quorums, &five(), |key| key != "c");
    assert_eq!(called(&found).as_deref(), Some("ada(a) ben(b) dan(d)"));
    assert_eq!((names(&found.quorums[0].must).as_str(), found.quorums[0].spare), ("ada ben", 0));
    assert_eq!((found.quorums[0].title.as_str(), found.quorums[0].threshold), ("old", 2));
    assert_eq!(names(&found.quorums[1].must), "");
}

#[test]
fn a_quorum_that_cannot_be_met_says_how_many_are_missing() {
    let quorums = [quorum("old", 3, "a b c"), quorum("new", 1, "c d")];
    let found = call(&quorums, &five(), |key| key == "a" || key == "d");
    assert_eq!((found.people, found.exact), (None, true));
    assert_eq!((names(&found.quorums[0].must).as_str(), found.quorums[0].spare), ("ada", -2));
    assert_eq!((names(&found.quorums[1].must).as_str(), found.quorums[1].spare), ("dan", 0));
}

#[test]
fn a_person_brings_all_keys_and_a_key_without_one_comes_alone() {
    let members = members("o:: a1:ada: b:ben: a2:ada: x:eve:");
    let quorums = [quorum("root", 3, "a1 a2 b o"), quorum("timestamp", 1, "o")];
    let found = call(&quorums, &members, |_| true);
    assert_eq!(called(&found).as_deref(), Some("o(o) ada(a1+a2)"));
    assert_eq!(found.people.unwrap()[0].who, Unit::Key("o".to_owned()));
    assert_eq!(names(&found.quorums[0].must), "ada");
    let nobody = call(&[], &members, |_| true);
    assert_eq!((nobody.people, nobody.exact), (Some(vec![]), true));
}

#[test]
fn among_many_a_call_is_still_answered() {
    // 60 people with a key each: exact at once, since no smaller number could do.
    let found = call(&[quorum("root", 30, &numbered(0..60))], &[], |_| true);
    assert_eq!((found.people.unwrap().len(), found.exact), (30, true));
    // Forty-seven roles in a ring, each met by any one of three people: the search gives up.
    let role = |n: usize| quorum(&n.to_string(), 1, &format!("k{n} k{} k{}", (n + 1) % 47, (n * 5 + 3) % 47));
    let mut roles: Vec<Quorum> = (0..47).map(role).collect();
    // Whoever seems best at first, x, is not needed with those who must come anyway, y and z.
    for (title, keys) in [("1", "x y"), ("2", "x y"), ("3", "x z"), ("4", "x z"), ("5", "y"), ("6", "z")] {
        roles.push(quorum(title, 1, keys));
    }
    let found = call(&roles, &[], |_| true);
    assert!(!found.exact);
    let people: BTreeSet<String> =
        found.people.unwrap().iter().map(|person| person.who.name().to_owned()).collect();
    assert!(people.len() <= 22, "{}", people.len());
    let met = |without: &str| {
        roles.iter().all(|role| role.keys.iter().any(|key| people.contains(key) && key != without))
    };
    assert!(met(""));
    assert!(people.iter().all(|one| !met(one)), "somebody is not needed");
}

/// Five people, and the keys of three of them are on one device: it is lost, and stolen, as one.
#[test]
fn a_device_that_several_share_is_lost_and_stolen_as_one() {
    let shared = members("a:ada::R-1 b:ben::R-1 c:cleo::R-1 d:dan::R-2 e:eve::R-3 o:::R-9");
    let root = [quorum("root", 3, "a b c d e")];
    let found = losses(&root, &shared);
    assert_eq!(singles(&found), ["Device(\"R-1\") ends root"]);
    assert_eq!(found.devices.iter().map(counts).collect::<Vec<_>>(), [(3, 2), (3, 1), (1, 0)]);
    assert_eq!(words(&found.devices[0].fatal), "R-1");
    assert_eq!(words(&found.devices[1].surviving), "d+e");
    let stolen = thefts(&root, &shared, "root").single;
    let stolen: Vec<String> =
        stolen.iter().map(|one| format!("{:?} {}", one.unit, one.roles.join(" "))).collect();
    assert_eq!(stolen, ["Device(\"R-1\") root"]);
    // Keys of one device that count for different roles are stolen together.
    let roles = [quorum("root", 1, "a"), quorum("timestamp", 1, "b")];
    let single = thefts(&roles, &shared, "root").single;
    let device = single.iter().find(|one| one.unit == Unit::Device("R-1".to_owned())).unwrap();
    assert_eq!(device.roles, ["root", "timestamp"]);
}

#[test]
fn devices_of_their_own_change_nothing() {
    let own = members("a:ada:ulm:R-1 b:ben:ulm:R-2 c:cleo:bern:R-3 d:dan:bern:R-4 e:eve:rome:R-5 o:::R-9");
    let roles = [quorum("root", 3, "a b c d e"), quorum("timestamp", 1, "o")];
    assert_eq!(losses(&roles, &own), losses(&roles, &five()));
    assert_eq!(thefts(&roles, &own, "root"), thefts(&roles, &five(), "root"));
    // A device whose other key counts for nothing here is the key.
    let other =
        members("a:ada:ulm:R-1 b:ben:ulm:R-2 c:cleo:bern:R-3 d:dan:bern:R-4 e:eve:rome:R-5 o:::R-9 z:::R-1");
    assert_eq!(losses(&roles, &other), losses(&roles, &five()));
}
