//! `compromise`: how far keys in doubt reach, beyond the roles that list them: from earlier roots, through who delegates,
//! through services that sign honestly; and what those do who sign elsewhere.

use serde_json::{Value, json};
use tuf_ceremony::policy::Policy;

use crate::compromise::{ANSWERS, at_night, keys};
use crate::import::{deep, delegations};
use crate::later::{PLANNED, after, delegating, later, released_with};
use crate::rehearsal::released;
use crate::room::{Done, Room};
use crate::world::World;

/// An inflated version.
const INFLATED: i64 = (1 << 31) + 5;

/// The night, with these keys in doubt and these in their place.
fn night(room: &Room, doubted: &[&str], by: &[&str], more: &[&str]) -> Done {
    let by: Vec<&str> = by.iter().flat_map(|by| ["--replace", by]).collect();
    room.run(&keys(doubted, &[&ANSWERS[..6], &by, more].concat())).ok()
}

/// What a file says, without line ends.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn signed_and_released(room: &Room, new: &[&str], by: &[&str]) {
    for key in new {
        room.provision(key).ok();
    }
    assert_eq!(room.refusing(), [""; 0]);
    room.freeze();
    for key in by {
        room.signs_all(key);
    }
    room.run(&["release"]).ok();
}

/// The ceremony after one that took Ada's key out, for this reason, and released root 2.
fn without_ada(reason: &str) -> Room {
    let room = later();
    let replaced = ["replace-key", "ada", "--by", "ada-2", "--old-serial", "R1", "--serial", "R11"];
    room.change(&[&replaced[..], &["--reason", reason]].concat()).ok();
    signed_and_released(&room, &["ada-2"], &["ada-2", "ben", "cem", "online"]);
    after(&room.path(""))
}

/// What is said where no client can be harmed.
const HARMLESS: [&str; 3] = [
    "With these keys alone nothing could be done",
    "The root is in no doubt",
    "They follow the new root by themselves",
];

#[test]
fn keys_of_two_nights_reach_an_earlier_root() {
    let led = "Clients that still start from root 1 can be led to roots of an attacker";
    for doubted in ["ben", "dan"] {
        let room = without_ada("compromised");
        let by = format!("{doubted}=R12");
        let done = night(&room, &[doubted], &[&by], &[]);
        let brief = words(&room.read("brief.md"));
        for said in [words(&done.out), brief.clone()] {
            assert!(said.contains(led), "{said}");
            assert!(said.contains("Clients of packages.example.org that still start from root 1"), "{said}");
            assert!(said.contains("Ship no installer with root 1 any longer"), "{said}");
            assert!(HARMLESS.iter().all(|harmless| !said.contains(harmless)), "{said}");
        }
        assert!(brief.contains("To clients that trust a later root nothing could be done."), "{brief}");
        let said = night(&without_ada("compromised"), &[doubted], &[&by], &["--json"]).json();
        assert_eq!((&said["earlier_roots"], &said["root"]), (&json!([1]), &json!("below")));
    }
    // A key that nobody has adds nothing; neither does one that is no key of roots.
    let room = without_ada("lost");
    night(&room, &["ben"], &["ben=R12"], &[]);
    let brief = words(&room.read("brief.md"));
    assert!(!brief.contains(led) && brief.contains(HARMLESS[0]) && brief.contains(HARMLESS[2]), "{brief}");
    let said = night(&without_ada("compromised"), &["online"], &["online=R10"], &["--json"]).json();
    assert_eq!((&said["earlier_roots"], &said["root"]), (&json!([]), &json!("untouched")));
}

#[test]
fn keys_of_one_night_reach_an_earlier_root_with_a_lower_threshold() {
    let second = later();
    second.change(&["set-threshold", "root", "3"]).ok();
    signed_and_released(&second, &[], &["ada", "ben", "cem"]);
    let world = World::of(&released());
    for name in ["1.root.json", "2.root.json"] {
        std::fs::copy(second.path(&format!("metadata/{name}")), world.path(name)).unwrap();
    }
    let room = Room::new();
    let (directory, from) = (room.directory(), second.path("").display().to_string());
    let trusted = world.path("2.root.json").display().to_string();
    room.run(&[
        "new",
        &directory,
        "--from",
        &from,
        "--trusted",
        &trusted,
        "--planned",
        crate::later::PLANNED,
    ])
    .ok();
    // Two keys are no third root. Online ones are in doubt, too, and so are files.
    let by = ["ada=R11", "ben=R12", "online=R10"];
    let said = night(&room, &["ada", "ben", "online"], &by, &["--json"]).json();
    assert_eq!((&said["earlier_roots"], &said["root"]), (&json!([1]), &json!("below")));
    let brief = words(&room.read("brief.md"));
    assert!(brief.contains("cannot tell. Install a client that carries the newest root"), "{brief}");
    assert!(brief.contains("Whoever updated from packages.example.org since"), "{brief}");
}

/// The attack by a role.
fn attack<'a>(said: &'a Value, words: &str) -> &'a Value {
    let attacks = said["attacks"].as_array().unwrap();
    attacks.iter().find(|attack| attack["says"].as_str().unwrap().contains(words)).unwrap()
}

/// Targets delegate to `one`, with Dan's key, and that to `two`, with Cem's.
#[test]
fn who_delegates_can_delegate_to_themselves() {
    let first = released();
    let room = deep(&first).followed(&first);
    let said = night(&room, &["online", "dan"], &["online=R10", "dan=R11"], &["--json"]).json();
    let two = attack(&said, "signed as two (delegated by one)");
    assert_eq!((&two["possible"], &two["missing"]), (&json!(true), &json!([])));
    assert_eq!(attack(&said, "signed as targets")["possible"], json!(false));
    // With Cem's key alone, an attacker has `one` as it is: it ends before the targets.
    let first = released();
    let world = deep(&first);
    world.change("1.one.json", "1.one.json", &["dan"], |signed| {
        signed["expires"] = json!("2101-09-01T00:00:00Z");
    });
    let room = world.followed(&first);
    let said = night(&room, &["online", "cem"], &["online=R10", "cem=R11"], &["--json"]).json();
    let two = attack(&said, "signed as two (delegated by one)");
    assert_eq!((&two["possible"], &two["until"]), (&json!(true), &json!("2101-09-01T00:00:00Z")));
}

/// `both` is delegated by targets, with Cem's key, and by `one`, with Dan's.
#[test]
fn each_who_delegates_to_a_role_is_looked_at() {
    let first = released();
    let world = World::of(&first);
    world.publish_targets(2, |signed| {
        signed["delegations"] = delegations("one", &["ben"]);
        let both = delegations("both", &["cem"]);
        for (keyid, key) in both["keys"].as_object().unwrap() {
            signed["delegations"]["keys"][keyid] = key.clone();
        }
        signed["delegations"]["roles"].as_array_mut().unwrap().push(both["roles"][0].clone());
    });
    let mut leaf = world.signed("1.targets.json");
    world.put("1.both.json", &leaf, &["cem"]);
    leaf["delegations"] = delegations("both", &["dan"]);
    world.put("1.one.json", &leaf, &["ben"]);
    world.publish_snapshot(3, |meta| {
        meta["targets.json"] = json!({ "version": 2 });
        meta["one.json"] = json!({ "version": 1 });
        meta["both.json"] = json!({ "version": 1 });
    });
    let room = world.followed(&first);
    let said = night(&room, &["online", "dan"], &["online=R10", "dan=R11"], &["--json"]).json();
    assert_eq!(attack(&said, "signed as both (delegated by one)")["possible"], json!(true));
    assert_eq!(attack(&said, "signed as both.")["missing"], json!(["both"]));
}

/// Somebody has Dan's key, and honest services signed what lists the version that he made up.
fn inflated() -> Room {
    inflated_after(&delegating())
}

/// The same after a first ceremony with this plan.
fn inflated_after(plan: &str) -> Room {
    let alone = plan.replace("keys = [\"dan\", \"online\"]", "keys = [\"dan\"]");
    let first = released_with(&alone);
    let world = World::of(&first);
    world.change("1.nightly.json", &format!("{INFLATED}.nightly.json"), &["dan"], |signed| {
        signed["version"] = json!(INFLATED);
    });
    world.publish_snapshot(2, |meta| meta["nightly.json"] = json!({ "version": INFLATED }));
    world.followed(&first)
}

#[test]
fn inflated_versions_that_services_listed_are_forgotten() {
    let room = inflated();
    let before = room.noticed();
    let what = "online goes too, so that clients forget what they saw, and snapshot, timestamp cannot do without a key in its place";
    let next = "Name what takes its place: --replace online=SERIAL of a new token, =FILE with a public half, or =NAME of a \
                key of the plan. Nothing was changed.";
    let arguments = keys(&["dan"], &[&ANSWERS[..6], &["--replace", "dan=R11"]].concat());
    room.run(&arguments).failed(2, what, next);
    room.only_recorded(&before, &[]);
    let done = night(&room, &["dan"], &["dan=R11", "online=R10"], &[]);
    assert!(
        words(&done.out).contains("It has happened: inflated versions are published, of nightly"),
        "{}",
        done.out
    );
    let policy = Policy::parse(room.read("ceremony.toml").as_bytes()).unwrap();
    let revoked: Vec<(&str, &str)> =
        policy.revoke.iter().map(|one| (one.key.as_str(), one.reason.name())).collect();
    assert_eq!(revoked, [("dan", "compromised"), ("online", "retired")]);
    let brief = words(&room.read("brief.md"));
    let leaves = "Key online leaves every role, so that clients forget the versions that they saw; online-2 takes its place.";
    assert!(brief.contains(leaves), "{brief}");
    assert!(brief.contains("Possible: clients are given versions up to"), "{brief}");
    assert!(!brief.contains("No files could be forged"), "{brief}");
    // Clients that hold the made-up version take the next one.
    signed_and_released(&room, &["dan-2", "online-2"], &["ada", "ben", "dan-2", "online-2"]);
    let snapshot = room.json("metadata/3.snapshot.json")["signed"]["meta"].clone();
    assert_eq!(snapshot["nightly.json"], json!({ "version": 2 }));
}

/// Either key may have signed the list that clients keep.
#[test]
fn every_key_goes_that_may_have_listed_an_inflated_version() {
    let shelf =
        "[key.shelf]\nscheme = \"ed25519\"\ntoken = { kind = \"rehearsal\", serial = \"R8\" }\n\n[role.root]";
    let two = delegating().replace("[role.root]", shelf);
    let room = inflated_after(&two.replace("keys = [\"online\"]", "keys = [\"online\", \"shelf\"]"));
    night(&room, &["dan"], &["dan=R11", "online=R10", "shelf=R12"], &[]);
    let policy = Policy::parse(room.read("ceremony.toml").as_bytes()).unwrap();
    let revoked: Vec<&str> = policy.revoke.iter().map(|one| one.key.as_str()).collect();
    assert_eq!(revoked, ["dan", "online", "shelf"]);
}

#[test]
fn who_signs_elsewhere_does_so_before_the_new_root_is_published() {
    // The services' key is known by its public half alone, and so is the new one.
    let spare = at_night();
    let room = later();
    let online = "[key.online]\nscheme = \"ed25519\"\n";
    let token = format!("{online}token = {{ kind = \"rehearsal\", serial = \"R9\" }}\n");
    room.edit("ceremony.toml", &token, &format!("{online}public = \"keys/online/public.pem\"\n"));
    let by = format!("online={}", spare.path("keys/online-2/public.pem").display());
    let done = night(&room, &["online"], &[&by], &[]);
    let step = |order: &str| {
        format!(
            "Before the new root is published, those who run these roles sign them anew, with the new keys, in this order: \
             {order}. Each lists what comes before it, and all of it is published together. "
        )
    };
    let ordered = |text: &str, order: &str| {
        let text = words(text);
        let (before, after) = (text.find(&step(order)), text.find("Publish roots first"));
        assert!(before.is_some() && before < after, "{text}");
    };
    ordered(&done.out.replace("\n  ", " ").replace(" 7. ", " "), "snapshot, then timestamp");
    // Nothing is known of what is published below the root.
    for (key, by, order) in [
        ("online", "online=R10", "snapshot, then timestamp"),
        ("dan", "dan=R11", "targets, then snapshot, then timestamp"),
    ] {
        let first = released();
        let world = World::of(&first);
        for name in ["1.snapshot.json", "1.targets.json", "timestamp.json"] {
            std::fs::remove_file(world.path(name)).unwrap();
        }
        let room = world.followed(&first);
        night(&room, &[key], &[by], &[]);
        let brief = room.read("brief.md");
        let numbered =
            |line: &str| line.split_once(". ").map_or(line.to_owned(), |(_, step)| step.to_owned());
        ordered(&brief.lines().map(numbered).collect::<Vec<_>>().join(" "), order);
    }
}

#[test]
fn after_a_fallen_root_the_old_address_serves_nothing() {
    let room = later();
    night(&room, &["ada", "ben"], &["ada=R11", "ben=R12"], &[]);
    let brief = words(&room.read("brief.md"));
    for said in [
        "Publish under a new address, with statement.md in more than one place: the root first",
        "Ship clients with the new 1.root.json and the new address. The old address serves nothing any longer.",
    ] {
        assert!(brief.contains(said), "{brief}");
    }
    for other in ["remove no file", "drop root.json", "Clients that still start from"] {
        assert!(!brief.contains(other), "{brief}");
    }
}

/// What is asked at night can be read on a terminal of eighty columns.
#[test]
fn questions_fit_on_a_terminal() {
    let room = at_night();
    let mut holder = room.sit_down(&["compromise"]);
    for (prompt, answer) in [
        ("Keys in doubt: ", "online"),
        ("Since: ", "2101-07-01T00:00:00Z"),
        ("Since: ", ""),
        ("What happened, in one line: ", "A laptop is gone."),
        ("Folder: ", ""),
        ("In their place: ", ""),
    ] {
        holder.answers(prompt, answer);
    }
    let (code, screen) = holder.leaves();
    assert_eq!(code, 0, "{screen}");
    assert_eq!(screen.matches("such as 2026-01-31T18:00:00Z").count(), 1, "{screen}");
    assert_eq!(screen.matches("Such as 2026-01-31T18:00:00Z").count(), 1, "{screen}");
    // A line that was typed is drawn anew.
    let shown = screen.lines().map(|line| line.trim_end().rsplit('\r').next().unwrap_or_default());
    let wide = shown.map(|line| line.trim_start_matches("\u{1b}[2K")).find(|line| line.chars().count() > 80);
    assert_eq!(wide, None);
}

/// Clients that are kept from the newest root are held by the expiry of their own.
#[test]
fn an_earlier_root_that_expires_later_lets_an_attack_go_on() {
    let second = after(&released().path(""));
    second.change(&["refresh"]).ok();
    second.freeze();
    for key in ["ada", "ben", "cem", "online"] {
        second.signs_all(key);
    }
    second.run(&["release"]).ok();
    let world = World::of(&second);
    world.change("2.root.json", "2.root.json", &["ada", "ben", "cem"], |signed| {
        signed["expires"] = json!("2101-11-01T00:00:00Z");
    });
    second.write("metadata/2.root.json", std::fs::read(world.path("2.root.json")).unwrap());
    let room = Room::new();
    let (directory, from) = (room.directory(), second.path("").display().to_string());
    let root = world.path("2.root.json").display().to_string();
    room.run(&["new", &directory, "--from", &from, "--trusted", &root, "--planned", PLANNED]).ok();
    let brief = night(&room, &["online"], &["online=R10"], &[]).out;
    // Root 2 expires on the first of November, and root 1 in January.
    let said = words(&brief);
    assert!(said.contains("until 2102-01-14T15:00:00Z at the latest, when root expires"), "{said}");
}
