//! `kill -9` while a real token holds what the directory does not know of yet: the key that was made is taken over.

use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::process::Command;

use tuf_ceremony::json::Json;

use crate::kill_fixture::{DRAFT, PIN, PROVISION_ADA, Place};
use crate::kill_strace;
use crate::softhsm::{MODULE, present};

const EXISTING: [&str; 5] = ["token", "provision", "--key", "ada", "--existing"];

/// A place where Ada's token is a SoftHSM token that is initialised and empty.
fn place_with_token() -> Place {
    let mut place = Place::new();
    let tokens = place.outside().join("tokens");
    fs::create_dir(&tokens).unwrap();
    let configuration = place.outside().join("softhsm2.conf");
    let text = format!(
        "directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n",
        tokens.display()
    );
    fs::write(&configuration, text).unwrap();
    place.environment.push(("SOFTHSM2_CONF".to_owned(), configuration.to_str().unwrap().to_owned()));
    let made = Command::new("softhsm2-util")
        .args(["--init-token", "--free", "--label", "ada", "--pin", PIN, "--so-pin", "security-officer"])
        .envs(place.environment.iter().cloned())
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    let listed = place.expect(&["token", "list", "--module", MODULE, "--json"], 0).out;
    let listed = Json::parse(listed.as_bytes(), 1 << 20).unwrap();
    let serial = listed.as_array().unwrap()[0].get("serial").and_then(Json::as_str).unwrap();
    place.write_plan(&format!(
        "{{ kind = \"pkcs11\", module = \"{MODULE}\", serial = \"{serial}\", id = \"01\", label = \"ada\" }}"
    ));
    place
}

#[test]
fn a_key_that_was_made_and_not_stored_is_taken_over() {
    let test = "a_key_that_was_made_and_not_stored_is_taken_over";
    if !kill_strace::present(test) || !present(test, MODULE.as_ref(), "softhsm2") {
        return;
    }
    let prepared = place_with_token();
    // What the module writes on its token is its own affair; ours are the calls in the ceremony directory.
    let points = kill_strace::points(&prepared, PROVISION_ADA);
    let ours: Vec<_> = points.iter().filter(|point| point.arguments.contains("/ceremony")).collect();
    assert!(ours.len() >= 20, "{points:?}");
    let mut taken_over = 0;
    for point in ours {
        println!("{point:?}");
        let place = prepared.copy();
        let killed = place.run(&point.inject("signal=SIGKILL"), PROVISION_ADA);
        assert_eq!(killed.status.signal(), Some(9), "{point:?} was not reached");
        place.check_whole();
        let again = place.end(PROVISION_ADA);
        match again.code {
            0 => {}
            4 if again.err.contains("is already here") => {}
            4 => {
                taken_over += 1;
                assert!(again.err.starts_with("error [TOKEN-SLOT]: "), "{}", again.err);
                assert!(again.err.contains("next: ") && again.err.contains("`--existing`"), "{}", again.err);
                let found = place.expect(&EXISTING, 0);
                assert!(
                    found.out.starts_with("Found the key ada on its token: ecdsa-sha2-nistp256 (P-256)"),
                    "{}",
                    found.out
                );
            }
            _ => panic!("{}{}", again.out, again.err),
        }
        place.check_whole();
        place.check_recorded(&place.files());
    }
    assert!(taken_over >= 5, "the key was taken over only {taken_over} times");
}

/// The whole ceremony, after the worst moment: the key is on the token and nowhere else.
#[test]
fn a_ceremony_goes_on_with_a_key_that_was_taken_over() {
    let test = "a_ceremony_goes_on_with_a_key_that_was_taken_over";
    if !kill_strace::present(test) || !present(test, MODULE.as_ref(), "softhsm2") {
        return;
    }
    let place = place_with_token();
    let points = kill_strace::points(&place, PROVISION_ADA);
    let first = points
        .iter()
        .find(|point| point.call.starts_with("mkdir") && point.arguments.contains("/keys"))
        .unwrap();
    let killed = place.run(&first.inject("signal=SIGKILL"), PROVISION_ADA);
    assert_eq!(killed.status.signal(), Some(9));
    assert!(!place.dir().join("keys").exists());
    place.expect(&EXISTING, 0);
    for key in ["ben", "cem", "online"] {
        place.expect(&["token", "provision", "--key", key, "--pin-fd", "0"], 0);
    }
    place.go_on(DRAFT, false);
}
