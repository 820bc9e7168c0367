//! The wrong token, the wrong key, or none: told before any PIN is asked for.

use std::path::Path;

use tuf_ceremony::crypto::PublicKey;

use crate::rehearsal::{self, KEYS, PLAN};
use crate::room::Room;
use crate::softhsm::{ADA, MODULE, foreign_key, new_token, pkcs11_tool, renumber, room, with_ada};

const PROVISION: [&str; 4] = ["token", "provision", "--key", "ada"];

/// Nobody is there to be asked for a PIN: a command that asked would say so instead of what is expected.
#[track_caller]
fn refused_unasked(room: &Room, code: i32, check: &str, what: &str, next: &str) {
    let before = room.tree();
    room.run(&PROVISION).refused(code, check, what, next);
    let recorded =
        if before.contains_key("transcript.jsonl") { &["refused"][..] } else { &["plan-read", "refused"] };
    room.only_recorded(&before, recorded);
}

#[test]
fn an_absent_token_is_told_with_what_is_there() {
    let Some((room, serial)) = with_ada("mistakes_token::an_absent_token_is_told_with_what_is_there") else {
        return;
    };
    room.edit("ceremony.toml", &serial, "0123456789");
    let next = "Insert the token that the plan names and repeat the command. `tuf-ceremony token list` shows what is \
                connected.";
    let what = format!("no token with serial 0123456789 is present; there is {serial} (\"Ada\")");
    refused_unasked(&room, 4, "TOKEN-ONE", &what, next);
    std::fs::remove_dir_all(room.beside("tokens")).unwrap();
    std::fs::create_dir(room.beside("tokens")).unwrap();
    refused_unasked(
        &room,
        4,
        "TOKEN-ONE",
        "no token with serial 0123456789 is present; no other is either",
        next,
    );
}

#[test]
fn two_tokens_alike_are_not_chosen_between() {
    let Some((room, serial)) = with_ada("mistakes_token::two_tokens_alike_are_not_chosen_between") else {
        return;
    };
    let other = new_token(&room, "Bob", "pin-of-bob");
    // SoftHSM derives slot numbers from the serial number's last eight characters, so that two equal ones would share
    // a slot. Padded with blanks and unpadded they do not, and yet read the same.
    renumber(&room, &serial, "0013200460      ");
    renumber(&room, &other, "0013200460");
    room.edit("ceremony.toml", &serial, "0013200460");
    let before = room.tree();
    let done = room.run(&PROVISION);
    // In whatever order the module lists them.
    let order = if done.err.contains("\"Ada\", \"Bob\"") { "\"Ada\", \"Bob\"" } else { "\"Bob\", \"Ada\"" };
    let next = "Take out all but the right one and repeat the command. If one device shows up several times, use a \
                module that shows it once.";
    done.refused(4, "TOKEN-ONE", &format!("2 tokens claim serial 0013200460: {order}"), next);
    room.only_recorded(&before, &["plan-read", "refused"]);
}

#[test]
fn the_token_of_another_holder_is_told_by_name() {
    let Some((room, serial)) = with_ada("mistakes_token::the_token_of_another_holder_is_told_by_name") else {
        return;
    };
    // The plan gives this token to Ben, and Ada another one.
    let bens = format!(r#"{{ kind = "pkcs11", module = "{MODULE}", serial = "{serial}" }}"#);
    room.edit("ceremony.toml", &format!("serial = \"{serial}\""), "serial = \"0123456789\"");
    room.edit("ceremony.toml", r#"{ kind = "rehearsal", serial = "R2" }"#, &bens);
    let what = format!(
        "the token with serial 0123456789 is not here; the one that is here ({serial}) belongs to Ben (key ben)"
    );
    let next = "Take it out, insert the token with serial 0123456789, and run the command again. No PIN was asked for.";
    refused_unasked(&room, 4, "TOKEN-ONE", &what, next);
}

#[test]
fn another_model_or_manufacturer_than_planned_is_refused() {
    let test = "mistakes_token::another_model_or_manufacturer_than_planned_is_refused";
    let Some((room, serial)) = with_ada(test) else { return };
    let planned = format!("serial = \"{serial}\"");
    room.edit(
        "ceremony.toml",
        &planned,
        &format!("{planned}, model = \"SoftHSM v3\", manufacturer = \"ACME\""),
    );
    let what = "the model is \"SoftHSM v2\", and the plan says \"SoftHSM v3\"; the manufacturer is \"SoftHSM \
                project\", and the plan says \"ACME\"";
    let next = "Do not enter a PIN. Insert the planned token, or have ceremony.toml corrected and reviewed.";
    refused_unasked(&room, 4, "TOKEN-IDENTITY", what, next);
    room.edit("ceremony.toml", "SoftHSM v3", "SoftHSM v2");
    room.edit("ceremony.toml", "ACME", "SoftHSM project");
    room.run_with_pin(ADA.pin, &PROVISION).ok();
}

#[test]
fn a_key_that_is_there_is_not_overwritten() {
    let Some((room, serial)) = with_ada("mistakes_token::a_key_that_is_there_is_not_overwritten") else {
        return;
    };
    foreign_key(&room, "ada");
    let before = room.tree();
    let what = format!(
        "the place for the new key, label \"ada\", is taken on token {serial}: there is a public key with id 77 and \
         label \"ada\""
    );
    let next = "If an interrupted run of this command made that key, take it over with `--existing`; otherwise choose \
                another id and label for the new key in ceremony.toml. This program never overwrites a key.";
    let done = room.run_with_pin(ADA.pin, &PROVISION);
    let what = if done.err.contains("a private key") { what.replace("public", "private") } else { what };
    done.refused(4, "TOKEN-SLOT", &what, next);
    room.only_recorded(&before, &["plan-read", "refused"]);
    // If that is the key that was meant, it is taken as it is, and without a PIN.
    let found = room.run(&["token", "provision", "--key", "ada", "--existing"]).ok().out;
    assert!(
        found.starts_with("Found the key ada on its token: ecdsa-sha2-nistp256 (P-256), keyid "),
        "{found}"
    );
}

#[test]
fn another_key_in_the_right_place_is_told_before_the_pin() {
    let test = "mistakes_token::another_key_in_the_right_place_is_told_before_the_pin";
    let Some((room, _)) = with_ada(test) else { return };
    room.run_with_pin(ADA.pin, &PROVISION).ok();
    let expected = fingerprint(&room);
    for key in &KEYS[1..] {
        room.provision(key).ok();
    }
    room.freeze();
    for kind in ["privkey", "pubkey"] {
        let login = ["--token-label", "Ada", "--login", "--pin", ADA.pin];
        let delete = ["--delete-object", "--type", kind, "--label", "ada"];
        let output = pkcs11_tool(&room, Path::new(MODULE), &[&login[..], &delete[..]].concat());
        assert!(output.status.success(), "{output:?}");
    }
    foreign_key(&room, "ada");
    let found = fingerprint(&room);
    assert_ne!(expected, found);
    let before = room.tree();
    let what = format!("the token's key is not ada: expected {expected}, the device has {found}");
    let next = "Do not enter the PIN. Insert the token that was provisioned for this key, or correct its id in \
                ceremony.toml.";
    let confirm = room.typed("root");
    room.run(&["sign", "--key", "ada", "--confirm", &confirm]).refused(4, "SIGN-KEY", &what, next);
    room.only_recorded(&before, &["refused"]);
}

/// The beginning of the SHA-256 of the one key on Ada's token.
fn fingerprint(room: &Room) -> String {
    let list = room.run(&["token", "list", "--json"]).ok().json();
    let token = list.as_array().unwrap().iter().find(|token| token["label"] == "Ada").unwrap();
    let public = PublicKey::from_spki_pem(token["keys"][0]["public"].as_str().unwrap()).unwrap();
    format!("{:.16}", public.fingerprint())
}

#[test]
fn a_missing_module_is_told_by_its_path() {
    let room = rehearsal::planned();
    room.edit(
        "ceremony.toml",
        r#"{ kind = "rehearsal", serial = "R1" }"#,
        r#"{ kind = "pkcs11", module = "/opt/vendor/missing.so", serial = "1" }"#,
    );
    let before = room.tree();
    let what = "there is no PKCS#11 module /opt/vendor/missing.so";
    let next = "Install the package that brings the module, or correct its path in ceremony.toml.";
    assert_eq!(room.run(&PROVISION).failed(5, what, next), "");
    room.only_recorded(&before, &["plan-read"]);
    // The tokens of the other modules are listed all the same.
    let listed = room.run(&["token", "list"]).failed(5, what, next);
    assert!(listed.contains("token REHEARSAL R2\n"), "{listed}");
}

#[test]
fn a_rehearsal_token_has_no_place_in_production() {
    let room = Room::new();
    room.write("ceremony.toml", PLAN.replace("rehearsal = true\n", ""));
    let what = "the key ada is on a rehearsal token, and this ceremony is a production one";
    let next = "Name a real token in ceremony.toml. A rehearsal token's key is known to everybody.";
    refused_unasked(&room, 1, "PLAN-REHEARSAL", what, next);
}

#[test]
fn a_label_cannot_repaint_the_screen() {
    let Some(room) = room("mistakes_token::a_label_cannot_repaint_the_screen") else { return };
    new_token(&room, "a\u{1b}[2Jz\u{202e}l", "pin-of-ada");
    let list = room.run(&["token", "list", "--module", MODULE]).ok().out;
    assert!(list.starts_with("token a\\u{1b}[2Jz\\u{202e}l\n"), "{list:?}");
    assert!(!list.contains(['\u{1b}', '\u{202e}']), "{list:?}");
}

/// Whoever has made the last key looks for no other.
#[test]
fn what_comes_next_is_said_of_the_keys_that_are_left() {
    let room = rehearsal::planned();
    let (last, others) = KEYS.split_last().unwrap();
    for key in others {
        let done = room.provision(key).ok();
        assert!(
            done.out.ends_with("\nNext: the other keys of the plan, then tuf-ceremony draft\n"),
            "{}",
            done.out
        );
    }
    let done = room.provision(last).ok();
    assert!(done.out.ends_with("\nNext: tuf-ceremony draft\n"), "{}", done.out);
}
