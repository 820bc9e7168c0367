//! Whoever comes back after a day sees which requests are out, until when, and what to do next.

use std::process::Command;

use jiff::Timestamp;
use serde_json::{Value, json};
use tuf_ceremony::ceremony::Ceremony;

use crate::elsewhere::{RESPONSE, carried};
use crate::rehearsal::frozen;
use crate::room::Room;

fn open(room: &Room) -> Value {
    room.run(&["status", "--json"]).json()["requests"].clone()
}

/// The end of the text: from the first request to the record.
fn told(room: &Room) -> String {
    let out = room.run(&["status"]).out;
    let begin = out.find("request to ").unwrap_or_else(|| panic!("{out}"));
    out[begin..out.find("Record: ").unwrap()].to_owned()
}

#[test]
fn a_request_is_open_until_all_of_it_is_here() {
    let room = frozen();
    assert_eq!(open(&room), json!([]));
    assert!(!room.run(&["status"]).out.contains("request to"));
    let until = "2101-01-20T00:00:00Z";
    let written = room.run(&["request", "--holder", "ada", "--expires", until, "--json"]).ok().json();
    let (file, sha256) = ("requests/ada-1.json", written["sha256"].as_str().unwrap());
    let one = |titles: Value| {
        json!([{
            "expires": until, "file": file, "has_run_out": false, "holder": "ada", "keys": { "ada": titles }, "sha256": sha256,
        }])
    };
    assert_eq!(open(&room), one(json!(["root version 1", "targets version 1"])));
    let text = |titles: &str| {
        format!(
            "request to Ada (ada): {file}\n    SHA-256 {sha256}\n    the key ada is asked for {titles}\n    it may be answered \
             until {until}\n    next: when the response is here, tuf-ceremony merge FILE\n"
        )
    };
    assert_eq!(told(&room), text("root version 1, targets version 1"));
    // Half an answer leaves the other half open.
    let machine = carried(room.read(file));
    machine.respond(&[room.typed("root")], &[]).code(3);
    room.lay("ada.json", machine.read(RESPONSE));
    room.merge(&["ada.json"]).ok();
    assert_eq!(open(&room), one(json!(["targets version 1"])));
    assert_eq!(told(&room), text("targets version 1"));
    // The rest is signed at the ceremony: then nothing is awaited.
    room.sign_only("ada", "targets").code(0);
    assert_eq!(open(&room), json!([]));
}

/// What was made anew is awaited in the place of the first; one that was written elsewhere has no file here.
#[test]
fn a_request_that_was_made_anew_is_listed_once() {
    let room = frozen();
    let ask = |until: &str, out: &[&str]| {
        let asked = ["request", "--holder", "ben", "--expires", until, "--json"];
        room.run(&[&asked, out].concat()).ok().json()["sha256"].clone()
    };
    ask("2101-01-20T00:00:00Z", &[]);
    let out = room.beside("for ben.json").display().to_string();
    let again = ask("2101-01-21T00:00:00Z", &["--out", &out]);
    let listed = open(&room);
    assert_eq!((listed.as_array().unwrap().len(), &listed[0]["sha256"]), (1, &again));
    assert_eq!(listed[0]["file"], Value::Null);
    assert!(told(&room).starts_with("request to Ben (ben): a file outside this directory\n"));
    // What is given up is not awaited, nor anything once the rest is released.
    room.run(&["void", "targets", "--reason", "a wrong name"]).ok();
    assert_eq!(open(&room)[0]["keys"], json!({ "ben": ["root version 1"] }));
    let room = frozen();
    room.run(&["request", "--holder", "cem"]).ok();
    for key in ["ada", "ben", "online"] {
        room.sign(key).ok();
    }
    assert_eq!(open(&room)[0]["holder"], "cem");
    room.run(&["release"]).ok();
    assert_eq!(open(&room), json!([]));
}

/// It has run out at the moment that it names, not before, and says how it is made anew; what was answered in time is taken.
#[test]
fn a_request_runs_out() {
    let room = frozen();
    let until = "2101-01-20T00:00:00Z";
    let request = ["request", "--holder", "ada", "--expires", until];
    room.run(&request).ok();
    let mut ceremony = Ceremony::open(&room.path("")).unwrap();
    for (now, over) in [("2101-01-19T23:59:59Z", false), (until, true)] {
        ceremony.now = now.parse::<Timestamp>().unwrap();
        let requests = ceremony.status().unwrap().requests;
        assert_eq!((requests.len(), requests[0].has_run_out), (1, over), "{now}");
    }
    let test = "a_request_runs_out";
    if Command::new("faketime").arg("--version").output().is_err() {
        assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "{test} needs faketime: run tests/run");
        println!("SKIPPED {test}: faketime is not installed");
        return;
    }
    let late = |arguments: &[&str]| {
        let command = room.command(arguments);
        let mut late = room.tool("faketime");
        late.env("TZ", "UTC").args(["-f", "@2101-01-21 00:00:00"]).arg(command.get_program());
        String::from_utf8(late.args(command.get_args()).output().unwrap().stdout).unwrap()
    };
    let out = late(&["status"]);
    let words = format!(
        "    RAN OUT on {until}: nobody answers it any longer\n    next: a response from before that is still taken: tuf-ceremony \
         merge FILE;\n    else make it anew: tuf-ceremony request --holder ada\n"
    );
    assert!(out.contains(&words), "{out}");
    let machine = carried(room.read("requests/ada-1.json"));
    machine.respond(&room.paper("ada"), &[]).ok();
    let response = room.lay("ada.json", machine.read(RESPONSE)).display().to_string();
    let out = late(&["merge", &response]);
    assert!(out.contains("Taken: 2. Here before: 0. Not taken: 0."), "{out}");
    assert_eq!(open(&room), json!([]));
}
