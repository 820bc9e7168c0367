//! Mistakes in `change`: each is told with what to do instead, and nothing is changed.

use crate::later::{later, released_with};
use crate::rehearsal::PLAN;
use crate::room::Room;

const KEYS: &str = "The keys are: ada, ben, cem, dan, online.";
const ROLES: &str = "The roles are: root, targets, snapshot, timestamp.";

#[test]
fn names_that_the_plan_does_not_have() {
    let room = later();
    let key = "ceremony.toml has no key \"adam\"";
    room.declines(
        &["change", "add-key", "adam", "--role", "root", "--scheme", "ed25519"],
        "the new key adam needs a token or a public half",
        "Add --token KIND with --serial, or --public FILE; nothing was changed.",
    );
    room.declines(&["change", "replace-key", "adam", "--by", "ben"], key, KEYS);
    room.declines(&["change", "rotate-online", "adam", "--by", "ben"], key, KEYS);
    room.declines(&["change", "revoke-key", "adam", "--reason", "lost"], key, KEYS);
    let role = "ceremony.toml has no role \"mirrors\"";
    room.declines(&["change", "set-threshold", "mirrors", "1"], role, ROLES);
    room.declines(&["change", "set-expiry", "mirrors", "1 year"], role, ROLES);
    room.declines(&["change", "add-key", "online", "--role", "mirrors"], role, ROLES);
}

#[test]
fn a_new_key_that_is_not_described_in_full() {
    let room = later();
    let add = |more: &[&str], what: &str, next: &str| {
        let what = format!("the new key eve needs {what}");
        let next = format!("Add {next}; nothing was changed.");
        room.declines(&[&["change", "add-key", "eve"], more].concat(), &what, &next);
    };
    add(&[], "a scheme", "--scheme, such as ecdsa-sha2-nistp256");
    add(&["--scheme", "ed25519"], "a token or a public half", "--token KIND with --serial, or --public FILE");
    add(
        &["--scheme", "ed25519", "--token", "rehearsal"],
        "the serial number of its device",
        "--serial SERIAL",
    );
    let described = ["--scheme", "ed25519", "--token", "rehearsal", "--serial", "R5"];
    room.declines(
        &[&["change", "add-key", "eve", "--holder", "eve"], &described[..]].concat(),
        "ceremony.toml has no holder \"eve\"",
        "Add --holder-name for a new person; the holders are: ada, ben, cem, dan.",
    );
    // A kind of token that is none, and a scheme that is none: the plan could not be read any longer.
    for (wrong, right, told) in [("rehearsel", "rehearsal", "rehearsel"), ("ed25518", "ed25519", "ed25518")] {
        let arguments: Vec<&str> =
            described.iter().map(|word| if *word == right { wrong } else { word }).collect();
        let before = room.noticed();
        let done = room.change(&[&["add-key", "eve"], &arguments[..]].concat());
        assert_eq!(done.code, 1);
        assert!(done.err.starts_with("error [PLAN-STRICT]: "), "{}", done.err);
        assert!(done.err.contains(told), "{}", done.err);
        room.only_recorded(&before, &["refused"]);
    }
}

#[test]
fn a_name_that_is_taken() {
    let room = later();
    room.declines(
        &["change", "add-key", "dan", "--scheme", "ed25519", "--token", "rehearsal", "--serial", "R5"],
        "ceremony.toml has a key dan already",
        "Give the new key another name; or, if dan is meant, leave out what describes a new key.",
    );
    // It is in the role already.
    let before = room.noticed();
    let done = room.change(&["add-key", "dan", "--role", "root"]);
    assert_eq!(done.code, 1);
    assert!(done.err.starts_with("error [PLAN-STRICT]: ceremony.toml, line 46, column "), "{}", done.err);
    assert!(done.err.contains(", field role.root.keys: "), "{}", done.err);
    assert!(done.err.contains("dan"), "{}", done.err);
    room.only_recorded(&before, &["refused"]);
}

/// Whatever describes a key that is there already would be passed over.
#[test]
fn a_key_that_is_there_is_not_described_again() {
    let room = later();
    let next = "Give the new key another name; or, if ben is meant, leave out what describes a new key.";
    for (flag, value) in [
        ("--holder", "ada"),
        ("--token", "rehearsal"),
        ("--id", "02"),
        ("--serial", "R2"),
        ("--scheme", "ed25519"),
    ] {
        let replace = [
            "change",
            "replace-key",
            "dan",
            "--by",
            "ben",
            "--old-serial",
            "R4",
            "--serial",
            "R2",
            flag,
            value,
        ];
        let replace = if flag == "--serial" { &replace[..9] } else { &replace[..] };
        room.declines(replace, "ceremony.toml has a key ben already", next);
    }
    let rotate = ["change", "rotate-online", "--by", "dan", "--holder", "ada", "--serial", "R4"];
    let next = next.replace("ben", "dan");
    room.declines(&rotate, "ceremony.toml has a key dan already", &next);
    let before = room.noticed();
    let done = room.change(&["add-key", "dan", "--role", "snapshot", "--holder", "ada"]);
    // Said in part: what is missing of a new key is told.
    assert_eq!(done.code, 2, "{done:?}");
    room.only_recorded(&before, &[]);
}

#[test]
fn nobody_is_renamed_by_a_new_key() {
    let room = later();
    let new =
        ["--scheme", "ed25519", "--token", "rehearsal", "--serial", "R5", "--holder", "ada", "--holder-name"];
    room.declines(
        &[&["change", "add-key", "ada-2"], &new[..], &["Eve"]].concat(),
        "the holder ada is Ada, and not Eve",
        "Give a new person another short name with --holder; or leave out --holder-name.",
    );
    room.change(&[&["add-key", "ada-2"], &new[..], &["Ada"]].concat()).ok();
}

#[test]
fn a_key_does_not_take_its_own_place() {
    let room = later();
    let next = "Name the key that comes with --by; nothing was changed.";
    let what = "dan cannot take its own place";
    room.declines(&["change", "replace-key", "dan", "--by", "dan", "--old-serial", "R4"], what, next);
    room.declines(&["change", "rotate-online", "--by", "online"], "online cannot take its own place", next);
}

#[test]
fn the_serial_number_of_another_device_is_typed() {
    let room = later();
    for typed in ["R3", "r4", "R4 ", ""] {
        room.declines(
            &["change", "replace-key", "dan", "--by", "dan-2", "--old-serial", typed, "--serial", "R6"],
            &format!("dan is on the device R4, and {typed} was typed"),
            "Look at both devices, and name the key of the one that goes; nothing was changed.",
        );
    }
}

#[test]
fn nobody_is_at_a_terminal_to_be_asked() {
    let room = later();
    let asked = |what: &str| format!("this needs an answer ({what}), and there is no terminal to ask on");
    room.declines(
        &["change", "replace-key", "dan", "--by", "dan-2"],
        &asked("Serial number of the device that goes"),
        "Run the command in a terminal, or give --old-serial SERIAL.",
    );
    room.declines(
        &["change", "replace-key", "dan", "--by", "dan-2", "--old-serial", "R4"],
        &asked("Serial number of the device that comes"),
        "Run the command in a terminal, or give --serial SERIAL.",
    );
}

#[test]
fn an_online_key_that_has_no_successor_or_is_not_the_only_one() {
    let room = later();
    room.declines(
        &["change", "rotate-online"],
        "online has no standby",
        "Name the new key with --by NAME, and describe it with --public FILE or --token.",
    );
    room.declines(
        &["change", "rotate-online", "--by", "online-2"],
        "the new key online-2 needs the serial number of its device",
        "Add --serial SERIAL; nothing was changed.",
    );
    let text = room.read("ceremony.toml");
    room.write("ceremony.toml", text.replace("keys = [\"online\"]", "keys = [\"online\", \"dan\"]"));
    room.declines(&["change", "rotate-online"], "timestamp has 2 keys", "Name the key that goes.");
}

#[test]
fn a_threshold_or_an_expiry_that_cannot_be() {
    let room = later();
    for threshold in ["0", "-1"] {
        let before = room.noticed();
        let done = room.change(&["set-threshold", "--", "root", threshold]);
        assert_eq!(done.code, 1);
        assert!(
            done.err.starts_with(
                "error [PLAN-STRICT]: ceremony.toml, line 47, column 13, field role.root.threshold: "
            ),
            "{}",
            done.err
        );
        room.only_recorded(&before, &["refused"]);
    }
    for words in [
        &["set-threshold", "root", "many"][..],
        &["set-expiry", "root", "soon"],
        &["set-expiry", "root", "0 days"],
    ] {
        let before = room.noticed();
        assert_eq!(room.change(words).code, 2);
        room.only_recorded(&before, &[]);
    }
    room.refuses(
        &["change", "set-threshold", "root", "5"],
        "ROOT-THRESHOLD",
        "root would keep 4 keys, and its threshold is 5",
        "Nothing was changed. First add a key, `change add-key NAME --role root …`.",
    );
}

/// The trap of a night: a key is revoked first, and the one that is to come later never does.
#[test]
fn a_key_that_a_threshold_needs_is_not_revoked() {
    let first = PLAN.replace("threshold = 2\nexpires = \"1 year\"", "threshold = 3\nexpires = \"1 year\"");
    let room = crate::later::after(&released_with(&first).path(""));
    let next = |roles: &str| {
        format!(
            "Nothing was changed. First add a key, `change add-key NAME{roles} …`, then revoke; or do both at once with \
             `change replace-key` or `change rotate-online`."
        )
    };
    room.refuses(
        &["change", "revoke-key", "online", "--reason", "compromised"],
        "ROOT-REVOKED",
        "snapshot would keep 0 keys, and its threshold is 1; timestamp would keep 0 keys, and its threshold is 1",
        &next(" --role snapshot --role timestamp"),
    );
    // Three of four: one may go, and no second.
    room.change(&["revoke-key", "dan", "--reason", "lost"]).ok();
    let what = "root would keep 2 keys, and its threshold is 3";
    room.refuses(
        &["change", "revoke-key", "cem", "--reason", "retired"],
        "ROOT-REVOKED",
        what,
        &next(" --role root"),
    );
    // What is told to be done helps.
    let eve = [
        "--holder",
        "eve",
        "--holder-name",
        "Eve",
        "--scheme",
        "ed25519",
        "--token",
        "rehearsal",
        "--serial",
        "R5",
    ];
    room.change(&[&["add-key", "eve", "--role", "root", "--role", "targets"], &eve[..]].concat()).ok();
    room.change(&["revoke-key", "cem", "--reason", "retired"]).ok();
    // A key that was revoked does not come back by another name of the act.
    room.refuses(
        &["change", "add-key", "dan", "--role", "root"],
        "ROOT-REVOKED",
        "root would list the revoked key dan",
        "Nothing was changed. Take the key out of the revoked ones first, if it is to come back; a compromised key never \
         should.",
    );
}

#[test]
fn a_revocation_needs_a_reason() {
    let room = later();
    let before = room.noticed();
    let done = room.change(&["revoke-key", "dan"]);
    assert_eq!(done.code, 2);
    assert!(done.err.contains("--reason"), "{}", done.err);
    let done = room.change(&[
        "replace-key",
        "dan",
        "--by",
        "ada",
        "--old-serial",
        "R4",
        "--since",
        "2101-05-20T00:00:00Z",
    ]);
    assert_eq!(done.code, 2);
    assert!(done.err.contains("--reason"), "{}", done.err);
    room.only_recorded(&before, &[]);
}

#[test]
fn a_directory_that_is_none() {
    let room = Room::new();
    let what = format!("{} is not a ceremony directory: it has no ceremony.toml", room.directory());
    let next = "Go to the ceremony directory, or name it with `-C DIR`. `tuf-ceremony new DIR --template minimal` starts one.";
    room.change(&["refresh"]).failed(5, &what, next);
    assert!(!room.path("").exists());
}

/// A plan that has fewer keys than it needs is filled key by key.
#[test]
fn a_role_that_was_short_before_may_be_filled() {
    let room = Room::new();
    room.write(
        "ceremony.toml",
        PLAN.replace("[\"ada\", \"ben\", \"cem\", \"dan\"]\nthreshold = 2", "[\"ada\"]\nthreshold = 3"),
    );
    for key in ["ben", "cem"] {
        room.change(&["add-key", key, "--role", "root", "--role", "targets"]).ok();
    }
    assert_eq!(
        room.read("ceremony.toml").matches("keys = [\"ada\", \"ben\", \"cem\"]\nthreshold = 3").count(),
        2
    );
    let next = "Nothing was changed. First add a key, `change add-key NAME --role root …`.";
    let what = "root would keep 3 keys, and its threshold is 4";
    room.refuses(&["change", "set-threshold", "root", "4"], "ROOT-THRESHOLD", what, next);
}
