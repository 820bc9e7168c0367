//! `plan`: what changes, whom to call, what may be lost, which dates must not be missed; for people, programs and calendars.

use std::fs;

use serde_json::{Value, json};

use crate::later::later;
use crate::rehearsal::{PLAN, planned, provisioned};
use crate::room::Room;

fn plan(room: &Room) -> Value {
    room.run(&["plan", "--json"]).json()
}

fn change<'a>(plan: &'a Value, role: &str) -> &'a Value {
    plan["changes"].as_array().unwrap().iter().find(|change| change["role"] == role).unwrap()
}

/// A later ceremony in which Dan's key is replaced, Eve's comes, Cem's is lost, and three must sign.
fn busy() -> Room {
    let room = later();
    let eve = [
        "--holder",
        "eve",
        "--holder-name",
        "Eve",
        "--site",
        "Oslo",
        "--scheme",
        "ed25519",
        "--token",
        "rehearsal",
    ];
    room.change(&[&["add-key", "eve", "--role", "root", "--serial", "R5"], &eve[..]].concat()).ok();
    room.change(&["replace-key", "dan", "--by", "dan-2", "--old-serial", "R4", "--serial", "R6"]).ok();
    room.change(&["revoke-key", "cem", "--reason", "lost"]).ok();
    room.change(&["set-threshold", "root", "3"]).ok();
    room
}

#[test]
fn at_genesis_there_is_nothing_that_changes() {
    for (room, missing) in [(planned(), 5), (provisioned(), 0)] {
        let said = plan(&room);
        assert_eq!((&said["change"], &said["changes"]), (&json!("genesis"), &json!([])));
        assert_eq!(said["missing_keys"].as_array().unwrap().len(), missing);
        let roles = said["roles"].as_array().unwrap().iter();
        let roles: Vec<(&str, i64)> =
            roles.map(|role| (role["role"].as_str().unwrap(), role["version"].as_i64().unwrap())).collect();
        assert_eq!(roles, [("root", 1), ("targets", 1), ("snapshot", 1), ("timestamp", 1)]);
        let text = room.run(&["plan"]).ok().out;
        for absent in ["What changes", "The ladder", "until the release", "stays as it is published"] {
            assert!(!text.contains(absent), "{text}");
        }
        assert!(text.contains("\nWhat may be lost\n") && text.contains("\nWhom to call\n"), "{text}");
        assert!(text.contains("by the keys of the trusted root: nobody, this is the first\n"), "{text}");
    }
}

#[test]
fn what_changes_is_told_role_by_role() {
    let room = busy();
    for key in ["eve", "dan-2"] {
        room.provision(key).ok();
    }
    let said = plan(&room);
    let date = |after: &str, before: &str| json!({ "after": after, "before": before });
    assert_eq!(
        *change(&said, "root"),
        json!({
            "role": "root", "added": ["eve"], "removed": ["cem"], "replaced": [{ "key": "dan", "by": "dan-2" }],
            "threshold": { "after": 3, "before": 2 }, "expires": date("2102-06-14T15:00:00Z", "2102-01-14T15:00:00Z"),
        })
    );
    // Targets are signed by Ada and Ben, who stay: no new targets are made, and their date stays.
    assert_eq!(
        *change(&said, "targets"),
        json!({
            "role": "targets", "added": [], "removed": ["cem"], "replaced": [{ "key": "dan", "by": "dan-2" }],
            "threshold": null, "expires": null,
        })
    );
    assert_eq!(
        said["intended"],
        json!([
            "add the key eve to root",
            "replace the key dan by dan-2",
            "revoke the key cem",
            "set the threshold of root to 3"
        ])
    );
    let text = room.run(&["plan"]).ok().out;
    let told = "What changes\n  root: ~ dan is replaced by dan-2\n  root: + eve\n  root: - cem\n  root: ~ threshold 3 instead of \
                2\n  targets: ~ dan is replaced by dan-2\n  targets: - cem\n  revoked: cem (lost)\n  declared: add the key eve to \
                root\n";
    assert!(text.contains(told), "{text}");
    assert!(text.contains("  stays as it is published: targets 1, snapshot 1, timestamp 1\n"), "{text}");
}

#[test]
fn a_refresh_says_that_no_key_changes() {
    let room = later();
    let text = room.run(&["plan"]).ok().out;
    assert!(text.contains("What changes\n  no key and no threshold of a top-level role\n"), "{text}");
    let expires = change(&plan(&room), "timestamp")["expires"].clone();
    assert_eq!(expires, json!({ "after": "2101-06-21T15:00:00Z", "before": "2101-01-21T15:00:00Z" }));
}

/// The key that is lost signs nothing, and whoever is called can sign for the old root and for the new.
#[test]
fn whom_to_call_leaves_out_whose_key_is_lost() {
    let room = busy();
    for key in ["eve", "dan-2"] {
        room.provision(key).ok();
    }
    let said = plan(&room);
    let quorums = said["call"]["quorums"].as_array().unwrap();
    let names = |who: &Value| {
        who.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let old = &quorums[0];
    assert_eq!(
        (old["quorum"].as_str(), old["spare"].as_i64()),
        (Some("root 2, by the keys of root 1"), Some(1))
    );
    assert_eq!(names(&old["can"]), ["Ada", "Ben", "Dan"]);
    let new = &quorums[1];
    assert_eq!(
        (new["quorum"].as_str(), new["threshold"].as_i64()),
        (Some("root 2, by its own keys"), Some(3))
    );
    assert_eq!(names(&new["can"]), ["Ada", "Ben", "Dan", "Eve"]);
    assert_eq!(
        (said["call"]["exact"].clone(), said["call"]["fewest"].as_array().unwrap().len()),
        (json!(true), 3)
    );
}

#[test]
fn losses_and_thefts_are_counted() {
    let room = later();
    let said = plan(&room);
    for part in ["losses", "losses_after"] {
        let keys = said[part]["keys"].as_array().unwrap();
        let counts: Vec<(i64, i64)> = keys
            .iter()
            .map(|size| (size["survived"].as_i64().unwrap(), size["sets"].as_i64().unwrap()))
            .collect();
        assert_eq!(counts, [(4, 4), (6, 6)]);
    }
    let thefts = said["thefts"]["by_count"].as_array().unwrap();
    assert_eq!(thefts[0]["any"], json!(["snapshot", "timestamp"]));
    assert_eq!(thefts[1]["any"], json!(["root", "targets", "snapshot", "timestamp"]));
    assert_eq!(
        said["thefts"]["single"],
        json!([{ "robbed": { "kind": "key", "name": "online" }, "roles": ["snapshot", "timestamp"] }])
    );
    // What one choice of keys reaches, and what goes together.
    let text = room.run(&["plan"]).ok().out;
    let told = "What a thief could sign after the release\n  with 1 key, if it is the right one: snapshot, timestamp, all of them at once\n  \
                with 2 keys, if they are the right ones: any one of root, targets, snapshot,\n  timestamp; at once, one of \
                these: root + targets; snapshot + timestamp\n";
    assert!(text.contains(told), "{text}");
}

#[test]
fn the_last_safe_dates_follow_from_the_expiries() {
    let said = plan(&later());
    let row = |role: Option<&str>, last: &str, expires: &str, offline: bool| json!({ "role": role, "last_safe": last, "expires": expires, "offline": offline, "passed": false });
    assert_eq!(
        said["deadlines"],
        json!([
            row(Some("root"), "2102-05-15T15:00:00Z", "2102-06-14T15:00:00Z", true),
            row(Some("targets"), "2102-04-14T15:00:00Z", "2102-05-14T15:00:00Z", true),
            row(Some("snapshot"), "2101-07-13T15:00:00Z", "2101-07-14T15:00:00Z", false),
            row(Some("timestamp"), "2101-06-20T15:00:00Z", "2101-06-21T15:00:00Z", false),
            row(None, "2102-04-14T15:00:00Z", "2102-05-14T15:00:00Z", true),
        ])
    );
}

/// A ceremony of today in which the timestamp lives for two hours: its service has no second try.
#[test]
fn a_last_safe_date_that_has_passed_is_called_so() {
    let room = planned();
    let soon = tuf_ceremony::tuf::time::write(jiff::Timestamp::now());
    room.edit("ceremony.toml", "planned = 2101-01-14T15:00:00Z", &format!("planned = {soon}"));
    let safe = room.run(&["plan"]).ok().out;
    assert!(!safe.contains("passed") && safe.contains(" timestamp "), "{safe}");
    room.edit("ceremony.toml", "\"7 days\"", "\"2 hours\"");
    let done = room.run(&["plan"]).ok();
    let row = done.out.lines().find(|line| line.starts_with("  passed ")).unwrap();
    assert!(row.contains(" timestamp ") && row.ends_with(" its service"), "{row}");
    let words = done.out.split_whitespace().collect::<Vec<_>>().join(" ");
    for told in [
        "Where it has passed, no time is left for a second try: renew that role at once, or choose a longer `expires` ",
        "EXPIRY-RANGE WARNS: timestamp expires on ",
    ] {
        assert!(words.contains(told), "{told}: {}", done.out);
    }
    let dates = plan(&room)["deadlines"].clone();
    let passed = dates.as_array().unwrap().iter().filter(|one| one["passed"] == true);
    assert_eq!(passed.map(|one| &one["role"]).collect::<Vec<_>>(), ["timestamp"]);
}

#[test]
fn a_calendar_is_written_once_and_the_same_plan_writes_the_same() {
    let room = later();
    let before = room.tree();
    let file = room.beside("dates.ics");
    let typed = file.display().to_string();
    let done = room.run(&["plan", "--calendar", &typed]).ok();
    assert!(done.out.ends_with(&format!("\nWrote {typed}\n")), "{}", done.out);
    let calendar = fs::read_to_string(&file).unwrap();
    for summary in ["root of packages.example.org expires", "targets of packages.example.org expires"] {
        assert_eq!(calendar.matches(&format!("SUMMARY:{summary}\r\n")).count(), 1, "{calendar}");
    }
    assert!(calendar.contains("DTSTAMP:21010614T150000Z\r\n"), "{calendar}");
    // What a service renews is in nobody's calendar.
    assert!(!calendar.contains("snapshot of") && !calendar.contains("timestamp of"), "{calendar}");
    // The same again is no harm; another plan does not overwrite it.
    room.run(&["plan", "--calendar", &typed]).ok();
    room.edit("ceremony.toml", "planned = 2101-06-14T15:00:00Z\n", "planned = 2101-06-15T15:00:00Z\n");
    let what = format!("{typed} exists already, and nothing is overwritten");
    room.run(&["plan", "--calendar", &typed]).failed(
        5,
        &what,
        "Choose another name, or move the old file away yourself.",
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), calendar);
    room.edit("ceremony.toml", "planned = 2101-06-15T15:00:00Z\n", "planned = 2101-06-14T15:00:00Z\n");
    assert!(room.tree() == before, "plan wrote into the directory");
}

#[test]
fn the_next_ceremony_that_is_planned_is_in_the_calendar() {
    let room = Room::new();
    room.write(
        "ceremony.toml",
        PLAN.replace("change = \"genesis\"", "change = \"genesis\"\nnext = 2101-11-03T09:00:00Z"),
    );
    let file = room.beside("dates.ics");
    room.run(&["plan", "--json", "--calendar", &file.display().to_string()]).ok();
    let calendar = fs::read_to_string(&file).unwrap();
    assert!(
        calendar.contains("DTSTART:21011103T090000Z\r\nSUMMARY:Key ceremony of packages.example.org\r\n"),
        "{calendar}"
    );
}

/// So many keys are lost that nobody can sign for the root that is to be followed: that is said before anybody is called.
#[test]
fn a_root_that_nobody_can_follow_any_longer() {
    let room = later();
    for (key, old, new) in [("ada", "R1", "R11"), ("ben", "R2", "R12"), ("cem", "R3", "R13")] {
        let by = format!("{key}-2");
        let replace =
            ["replace-key", key, "--by", &by, "--old-serial", old, "--serial", new, "--reason", "lost"];
        room.change(&replace).ok();
        room.provision(&by).ok();
    }
    let what = "root 1 needs 2 signatures; keys of it that nobody has lost: 1";
    let next = "No root can follow it any longer: set change = \"genesis\" in ceremony.toml for a new first root, which clients \
                need by another way than the repository (ceremony-scripts/new-beginning.md). If a key was found again, start \
                over without it among the lost ones.";
    assert_eq!(room.refusing(), ["QUORUM-OLD"]);
    room.run(&["draft"]).ok();
    room.run(&["freeze"]).refused(3, "QUORUM-OLD", what, next);
    // What is told to be done helps.
    room.edit("ceremony.toml", "change = \"revoke\"", "change = \"genesis\"");
    assert_eq!(room.refusing(), [""; 0]);
    room.freeze();
    for key in ["ada-2", "ben-2", "online"] {
        room.signs_all(key);
    }
    let said = room.run(&["release"]).ok().out;
    assert!(said.contains("under a new address"), "{said}");
    assert!(room.path("statement.md").exists());
}

/// Until the release, and for clients that do not see it, the root of today is what a thief is after.
#[test]
fn thefts_are_told_for_the_root_of_today_and_for_the_next() {
    let room = later();
    room.change(&["set-threshold", "root", "3"]).ok();
    let plan = room.run(&["plan"]);
    let (_, told) = plan
        .out
        .split_once("What a thief could sign until the release, for clients that trust the root of today\n")
        .unwrap();
    let (today, after) = told.split_once("What a thief could sign after the release\n").unwrap();
    assert!(today.contains("with 2 keys"), "{today}");
    assert!(after.contains("with 3 keys"), "{after}");
    let json = room.run(&["plan", "--json"]).json();
    let last = |thefts: &Value| thefts["by_count"].as_array().unwrap().len();
    assert_eq!((last(&json["thefts_today"]), last(&json["thefts"])), (2, 3));
    let first = planned().run(&["plan", "--json"]).json();
    assert_eq!(first["thefts_today"], Value::Null);
}
