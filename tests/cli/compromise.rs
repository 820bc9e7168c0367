//! `compromise`: from keys in doubt to a plan that takes them out, a script and a brief.

use std::fs;

use serde_json::json;
use tuf_ceremony::policy::Policy;

use crate::later::{after, later, released_with};
use crate::rehearsal::PLAN;
use crate::room::Room;

/// A later ceremony with a key in readiness for the online one.
pub fn at_night() -> Room {
    ready(later())
}

/// A key stands ready for the online one.
pub fn ready(room: Room) -> Room {
    let standby =
        ["--standby-for", "online", "--scheme", "ed25519", "--token", "rehearsal", "--serial", "R10"];
    room.change(&[&["add-key", "online-2"], &standby[..]].concat()).ok();
    room.provision("online-2").ok();
    room
}

/// All of the answers but which keys are in doubt.
pub const ANSWERS: [&str; 8] =
    ["--since", "2101-05-20T00:00:00Z", "--what", "A laptop is gone.", "--good", "none", "--replace", "none"];

/// The command with these keys in doubt.
pub fn keys<'a>(keys: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    let keys = keys.iter().flat_map(|key| ["--key", key]);
    ["compromise"].into_iter().chain(keys).chain(more.iter().copied()).collect()
}

/// The command is refused, whatever it said before, and nothing has changed.
#[track_caller]
fn refused(room: &Room, arguments: &[&str], what: &str, next: &str) {
    let before = room.noticed();
    room.run(arguments).failed(2, what, next);
    room.only_recorded(&before, &[]);
}

/// What the plan of the night adds for the online key.
const ONLINE: &str = "-script = \"annual-refresh\"\n\
                      +script = \"compromise\"\n\
                      -change = \"refresh\"\n\
                      +change = \"revoke\"\n\
                      -standby_for = \"online\"\n\
                      -keys = [\"online\"]\n\
                      +keys = [\"online-2\"]\n\
                      -keys = [\"online\"]\n\
                      +keys = [\"online-2\"]\n\
                      +\n\
                      +[[revoke]]\n\
                      +key = \"online\"\n\
                      +reason = \"compromised\"\n\
                      +since = 2101-05-20T00:00:00Z\n\
                      +replacement = \"online-2\"\n\
                      +\n\
                      +[[intended]]\n\
                      +act = \"replace-key\"\n\
                      +key = \"online\"\n\
                      +by = \"online-2\"\n";

#[test]
fn a_role_stands_for_its_keys_and_the_standby_takes_their_place() {
    for name in ["online", "timestamp", "snapshot"] {
        let room = at_night();
        let before = room.read("ceremony.toml");
        let done = room.run(&keys(&[name], &ANSWERS)).ok();
        assert_eq!(room.difference(&before), ONLINE);
        assert!(done.out.contains("\nWrote ceremony.toml, script.md, brief.md.\n"), "{}", done.out);
        assert!(done.out.contains("  - The root is in no doubt.\n"), "{}", done.out);
        assert_eq!(room.refusing(), [""; 0]);
        room.freeze();
        assert!(!room.path("statement.md").exists() && !room.path("comparison.md").exists());
    }
}

#[test]
fn what_was_written_can_be_signed_and_released() {
    let room = at_night();
    room.run(&keys(&["online"], &ANSWERS)).ok();
    room.freeze();
    for key in ["ada", "ben", "online-2"] {
        room.signs_all(key);
    }
    room.run(&["release"]).ok();
    let timestamp = room.json("metadata/timestamp.json")["signed"].clone();
    assert_eq!(
        (&timestamp["version"], &timestamp["meta"]["snapshot.json"]["version"]),
        (&json!(2), &json!(2))
    );
}

#[test]
fn without_a_terminal_every_answer_is_a_flag() {
    let room = at_night();
    let questions = [
        ("Keys in doubt", "--key KEY"),
        ("Since", "--since TIME"),
        ("What happened, in one line", "--what WORDS"),
        ("Folder", "--good DIR"),
        ("In their place", "--replace KEY=WHAT"),
    ];
    let all = keys(&["online"], &ANSWERS);
    for (given, (question, flag)) in questions.iter().enumerate() {
        let what = format!("this needs an answer ({question}), and there is no terminal to ask on");
        let next = format!("Run the command in a terminal, or give {flag}.");
        refused(&room, &all[..=2 * given], &what, &next);
    }
}

#[test]
fn answers_that_cannot_be() {
    let room = at_night();
    let next = "The keys are: ada, ben, cem, dan, online, online-2. One that the plan does not know, such as a publisher's, is \
                brought in by its public half first: `change add-key NAME --scheme SCHEME --public FILE`.";
    refused(&room, &keys(&["onlin"], &ANSWERS), "ceremony.toml has no key \"onlin\"", next);
    let with = |at: usize, answer: &'static str| {
        let mut answers = ANSWERS;
        answers[at] = answer;
        keys(&["online"], &answers)
    };
    refused(
        &room,
        &with(1, "yesterday"),
        "yesterday is not written as date, time and Z; nothing was changed",
        "Write it such as 2026-01-31T18:00:00Z, or unknown.",
    );
    refused(
        &room,
        &with(7, "R11"),
        "R11 does not say which key is replaced by what; nothing was changed",
        "Write KEY=SERIAL, KEY=FILE or KEY=NAME, such as online=0013200461.",
    );
    refused(&room, &with(7, "ada=R11"), "ada is none of the keys that go", "Those that go are: online.");
    let empty = room.beside("empty");
    fs::create_dir(&empty).unwrap();
    let mut answers = ANSWERS;
    let shown = empty.display().to_string();
    answers[5] = &shown;
    refused(
        &room,
        &keys(&["online"], &answers),
        &format!("there is no targets metadata in {shown}"),
        "Name the folder in which metadata is published: that with timestamp.json and targets.json, or N.targets.json.",
    );
}

#[test]
fn a_directory_that_follows_no_root_has_nothing_to_lose() {
    let room = crate::rehearsal::provisioned();
    let before = room.noticed();
    let what = "this directory follows no trusted root, so nothing here can be compromised yet";
    let next = "Start one that does: `tuf-ceremony new DIR --from EARLIER-CEREMONY`, or `new DIR --template inherit \
                --trusted ROOT.json`.";
    room.run(&keys(&["online"], &ANSWERS)).failed(3, what, next);
    room.only_recorded(&before, &[]);
}

#[test]
fn what_is_released_is_not_planned_anew() {
    let room = at_night();
    room.run(&keys(&["online"], &ANSWERS)).ok();
    room.freeze();
    for key in ["ada", "ben", "online-2"] {
        room.signs_all(key);
    }
    room.run(&["release"]).ok();
    let before = room.noticed();
    let done = room.run(&keys(&["ada"], &ANSWERS));
    assert!(done.err.starts_with("error [PLAN-OUTPUT]: metadata/ exists already\n"), "{}", done.err);
    assert_eq!(done.code, 1);
    room.only_recorded(&before, &["refused"]);
}

#[test]
fn a_key_that_a_role_cannot_do_without_needs_another_in_its_place() {
    let room = later();
    let next = |key: &str| {
        format!(
            "Name what takes its place: --replace {key}=SERIAL of a new token, =FILE with a public half, or =NAME of a key \
             of the plan. Nothing was changed."
        )
    };
    let what = "online goes, and snapshot, timestamp cannot do without a key in its place";
    refused(&room, &keys(&["online"], &ANSWERS), what, &next("online"));
    let what = "ada goes, and root, targets cannot do without a key in its place";
    refused(&room, &keys(&["root"], &ANSWERS), what, &next("ada"));
}

/// An answer to what takes the online key's place.
fn replaced(room: &Room, by: &str) -> String {
    let before = room.read("ceremony.toml");
    let mut answers = ANSWERS;
    let by = format!("online={by}");
    answers[7] = &by;
    room.run(&keys(&["online"], &answers)).ok();
    room.difference(&before)
}

#[test]
fn the_new_key_is_named_by_its_token_its_file_or_its_name() {
    // By the serial number of its token, of the kind of the old one.
    let room = later();
    let told = replaced(&room, "R10");
    let key =
        "+[key.online-2]\n+scheme = \"ed25519\"\n+token = { kind = \"rehearsal\", serial = \"R10\" }\n+\n";
    assert!(told.contains(key), "{told}");
    room.provision("online-2").ok();
    assert_eq!(room.refusing(), [""; 0]);
    // By a file with its public half.
    let other = at_night();
    let room = later();
    let file = other.path("keys/online-2/public.pem");
    let told = replaced(&room, &file.display().to_string());
    let key = "+[key.online-2]\n+scheme = \"ed25519\"\n+public = \"keys/online-2/public.pem\"\n+\n";
    assert!(told.contains(key), "{told}");
    assert_eq!(fs::read(room.path("keys/online-2/public.pem")).unwrap(), fs::read(&file).unwrap());
    assert_eq!(room.refusing(), [""; 0]);
    // By its name: a key that the plan has, whatever stands ready.
    let room = at_night();
    let told = replaced(&room, "dan");
    assert!(told.contains("+keys = [\"dan\"]\n") && !told.contains("standby"), "{told}");
}

#[test]
fn a_file_that_holds_no_public_key_of_the_scheme_is_refused() {
    let room = later();
    let file = room.beside("note.txt");
    fs::write(&file, "no key at all\n").unwrap();
    let mut answers = ANSWERS;
    let by = format!("online={}", file.display());
    answers[7] = &by;
    let before = room.noticed();
    let done = room.run(&keys(&["online"], &answers));
    let what = "error: what was named as the public half of online-2 is none: ";
    assert!(done.err.starts_with(what), "{}", done.err);
    assert!(done.err.ends_with(
        "\n  next: Name a file with a public key (PEM, \"BEGIN PUBLIC KEY\"); nothing was changed.\n"
    ));
    assert_eq!(done.code, 2);
    room.only_recorded(&before, &[]);
    // Ada's key is on another curve than the online one.
    fs::copy(room.path("keys/ada/public.pem"), &file).unwrap();
    let what = "the key online-2 is a P-256 key, and the plan says ed25519";
    let next = "Correct the scheme in ceremony.toml, or use the key that was meant.";
    room.run(&keys(&["online"], &answers)).refused(1, "KEY-SCHEME", what, next);
    room.only_recorded(&before, &["refused"]);
}

/// Snapshot and timestamp have a key each: clients forget what they saw only if both are rotated.
#[test]
fn the_sibling_goes_with_an_online_key() {
    let snap =
        "[key.snap]\nscheme = \"ed25519\"\ntoken = { kind = \"rehearsal\", serial = \"R8\" }\n\n[role.root]";
    let plan = PLAN
        .replace("[role.root]", snap)
        .replace("[role.snapshot]\nkeys = [\"online\"]", "[role.snapshot]\nkeys = [\"snap\"]");
    let room = after(&released_with(&plan).path(""));
    let answers = |by: &'static [&str]| {
        let by = by.iter().flat_map(|by| ["--replace", by]);
        keys(&["timestamp"], &ANSWERS[..6]).into_iter().chain(by).collect::<Vec<_>>()
    };
    let what = "snap goes too, so that clients forget what they saw, and snapshot cannot do without a key in its place";
    let next = "Name what takes its place: --replace snap=SERIAL of a new token, =FILE with a public half, or =NAME of a key \
                of the plan. Nothing was changed.";
    refused(&room, &answers(&["online=R10"]), what, next);
    room.run(&answers(&["online=R10", "snap=R11"])).ok();
    let policy = Policy::parse(room.read("ceremony.toml").as_bytes()).unwrap();
    let revoked: Vec<(&str, &str)> =
        policy.revoke.iter().map(|one| (one.key.as_str(), one.reason.name())).collect();
    assert_eq!(revoked, [("online", "compromised"), ("snap", "retired")]);
    for key in ["online-2", "snap-2"] {
        room.provision(key).ok();
    }
    assert_eq!(room.refusing(), [""; 0]);
}

#[test]
fn the_time_and_the_key_that_comes_are_looked_at() {
    let room = at_night();
    let with = |at: usize, answer: &'static str| {
        let mut answers = ANSWERS;
        answers[at] = answer;
        keys(&["online"], &answers)
    };
    refused(
        &room,
        &with(1, "2101-06-14T15:00:01Z"),
        "2101-06-14T15:00:01Z is not in the past; nothing was changed",
        "Write it such as 2026-01-31T18:00:00Z, or unknown.",
    );
    refused(
        &room,
        &with(7, "online=online-3.pem"),
        "online-3.pem is no plain file",
        "Name a file with the public half of the new key (PEM, \"BEGIN PUBLIC KEY\"). Nothing was changed.",
    );
    refused(
        &room,
        &with(7, "online=online-z"),
        "online-z is no key of the plan; did you mean online-2?",
        "Write the name as it stands in ceremony.toml, or the serial number of a new token. Nothing was changed.",
    );
}

#[test]
fn a_second_answer_needs_a_new_directory() {
    let what = "keys are replaced or revoked here already, and a second answer would mix with that";
    let next = "Start over with `tuf-ceremony new OTHER-DIR --from EARLIER-CEREMONY`, and name all keys in doubt at once.";
    let room = at_night();
    room.run(&keys(&["online"], &ANSWERS)).ok();
    refused(&room, &keys(&["ada"], &ANSWERS), what, next);
    let room = at_night();
    room.change(&["rotate-online"]).ok();
    refused(&room, &keys(&["ada"], &ANSWERS), what, next);
}

/// Whoever follows the script has its first command behind them.
#[test]
fn the_script_of_the_night_does_not_begin_again() {
    let room = at_night();
    room.run(&keys(&["online"], &ANSWERS)).ok();
    let script = room.read("script.md");
    assert!(!script.lines().any(|line| line.trim() == "compromise"), "{script}");
    assert!(script.contains("The wizard has been through"), "{script}");
    // It has its keys in it, and is a script itself.
    assert!(script.contains("   sign --key ada\n"), "{script}");
    let of_plan = room.run(&["script", "check"]).ok();
    let of_file = room.run(&["script", "check", room.path("script.md").to_str().unwrap()]).ok();
    assert_eq!(of_file.out, of_plan.out);
}

/// Two of three that remain would be a root that one more loss ends (ROOT-SLACK).
#[test]
fn a_root_keeps_a_key_to_spare() {
    let plan = PLAN.replace(
        "keys = [\"ada\", \"ben\", \"cem\", \"dan\"]\nthreshold = 2\nexpires = \"1 year\"",
        "keys = [\"ada\", \"ben\", \"cem\"]\nthreshold = 2\nexpires = \"1 year\"",
    );
    let room = after(&released_with(&plan).path(""));
    let what = "cem goes, and root cannot do without a key in its place";
    let next = "Name what takes its place: --replace cem=SERIAL of a new token, =FILE with a public half, or =NAME of a key \
                of the plan. Nothing was changed.";
    refused(&room, &keys(&["cem"], &ANSWERS), what, next);
}

#[test]
fn nothing_takes_the_place_of_a_key_where_none_is_said() {
    let room = at_night();
    let before = room.noticed();
    // The standby does not come by itself then.
    let what = "online goes, and snapshot, timestamp cannot do without a key in its place";
    let mut answers = ANSWERS;
    answers[7] = "online=none";
    let done = room.run(&keys(&["online"], &answers));
    assert!(done.err.starts_with(&format!("error: {what}\n")), "{}", done.err);
    room.only_recorded(&before, &[]);
    answers[7] = "dan=none";
    room.run(&keys(&["dan"], &answers)).ok();
    let plan = Policy::parse(room.read("ceremony.toml").as_bytes()).unwrap();
    assert_eq!(plan.revoke[0].replacement, None);
    assert!(!room.read("ceremony.toml").contains("serial = \"none\""));
}

/// What is on one device is lost and stolen together.
#[test]
fn two_keys_of_a_role_are_not_replaced_on_one_device() {
    let room = later();
    let what = "R11 is to take the place of ada and of ben, which both sign for root";
    let next = "Name another device for one of them: what is on one device is lost and stolen together. Nothing was changed.";
    let answers = [&ANSWERS[..6], &["--replace", "ada=R11", "--replace", "ben=R11"]].concat();
    refused(&room, &keys(&["ada", "ben"], &answers), what, next);
}
