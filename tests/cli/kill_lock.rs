//! Two processes at once: one acts, the others wait; whoever only looks may always look.

use std::fs;
use std::io::Write as _;
use std::process::{Child, Command};
use std::thread;
use std::time::Duration;

use rexpect::session::spawn_command;

use crate::kill_fixture::{DRAFT, Ended, FREEZE, PROVISION_ADA, Place, RELEASE, SIGN_ONE, SIGN_SEVERAL};

/// A signing process that waits for the PIN of Ada's token: both payloads were shown to her.
fn waiting(place: &Place) -> Child {
    let mut child = place.command(&[], SIGN_SEVERAL).spawn().unwrap();
    let record = place.dir().join("transcript.jsonl");
    while fs::read_to_string(&record).unwrap().matches("\"event\":\"reviewed\"").count() < 2 {
        assert!(child.try_wait().unwrap().is_none(), "it did not wait");
        thread::sleep(Duration::from_millis(5));
    }
    child
}

fn refuses(ended: &Ended, place: &Place) {
    let expected = format!("error: another tuf-ceremony works in {} at this moment", place.dir().display());
    assert_eq!(ended.code, 5, "{}{}", ended.out, ended.err);
    assert!(ended.err.starts_with(&expected), "{}", ended.err);
    assert!(ended.err.contains("next: Wait until the other command has ended"), "{}", ended.err);
}

fn everybody_else_waits(place: &Place) {
    let before = place.files();
    for step in [PROVISION_ADA, DRAFT, FREEZE, SIGN_ONE, RELEASE] {
        refuses(&place.end(step), place);
    }
    refuses(&place.end(&["new", place.dir().to_str().unwrap(), "--template", "minimal"]), place);
    for look in [&["status"][..], &["plan"], &["review"]] {
        let looked = place.end(look);
        assert!([0, 1, 3].contains(&looked.code) && looked.err.is_empty(), "{look:?}: {}", looked.err);
    }
    assert!(place.files() == before, "a command that was refused changed something");
}

#[test]
fn one_at_a_time() {
    let place = Place::before(SIGN_SEVERAL);
    let mut child = waiting(&place);
    everybody_else_waits(&place);
    child.stdin.take().unwrap().write_all(b"rehearsal\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    place.go_on(SIGN_ONE, true);
}

#[test]
fn a_dead_process_leaves_no_lock() {
    let place = Place::before(SIGN_SEVERAL);
    let mut child = waiting(&place);
    refuses(&place.end(DRAFT), &place);
    child.kill().unwrap();
    child.wait().unwrap();
    place.go_on(SIGN_SEVERAL, true);
}

#[test]
fn the_lock_is_held_at_the_prompt() {
    let place = Place::before(SIGN_SEVERAL);
    let at_a_prompt = ["sign", "--key", "ada", "--confirm", "@root,@targets"];
    // A terminal instead of the pipes of the fixture.
    let piped = place.command(&[], &at_a_prompt);
    let mut command = Command::new(piped.get_program());
    command.args(piped.get_args());
    let mut session = spawn_command(command, Some(20_000)).unwrap();
    session.exp_string("PIN: ").unwrap();
    everybody_else_waits(&place);
    session.send_line("rehearsal").unwrap();
    session.exp_string("verified and stored").unwrap();
    session.exp_eof().unwrap();
    place.go_on(SIGN_ONE, true);
}
