//! Mistakes with PINs, with tokens that count them: what is shown, how often the token is asked, what is kept.

use std::path::{Path, PathBuf};

use crate::rehearsal::{self, PLAN};
use crate::room::Room;
use crate::softhsm::{ADA, pkcs11_tool, present, with_ada};

const WRONG: &str = "99999999";

#[test]
fn a_wrong_pin_is_told_and_not_asked_for_again() {
    let Some((room, serial)) = with_ada("mistakes_pin::a_wrong_pin_is_told_and_not_asked_for_again") else {
        return;
    };
    let before = room.tree();
    let mut holder = room.sit_down(&["token", "provision", "--key", "ada"]);
    holder.reads(&format!("Token Ada (serial {serial}): no wrong PIN reported.\r\n"));
    holder.answers("PIN: ", WRONG);
    let (code, screen) = holder.leaves();
    assert_eq!(code, 4, "{screen}");
    assert_eq!(screen.matches("PIN: ").count(), 1, "{screen}");
    let told = format!(
        "error [TOKEN-PIN]: token {serial} refused the PIN as wrong; it says that more than one try is left\r\n  \
         next: Nothing was retried. Make sure that this is the right token and repeat the command with its PIN.\r\n  \
         more: tuf-ceremony explain TOKEN-PIN\r\n"
    );
    assert!(screen.ends_with(&told), "{screen}");
    assert!(!screen.contains(WRONG), "{screen}");
    room.only_recorded(&before, &["plan-read", "refused"]);
    assert!(!room.read("transcript.jsonl").contains(WRONG));
}

#[test]
fn a_pin_that_cannot_be_right_is_not_sent() {
    let Some((room, serial)) = with_ada("mistakes_pin::a_pin_that_cannot_be_right_is_not_sent") else {
        return;
    };
    let what = format!("a PIN of token {serial} has 4 to 255 characters; this one was not sent to it");
    let next = "Repeat the command with the PIN of this token. No try was used.";
    for pin in ["", "123"] {
        room.run_with_pin(pin, &["token", "provision", "--key", "ada"]).refused(4, "TOKEN-PIN", &what, next);
    }
    // At a prompt it is asked again: the shell behind it would show what is typed next.
    let mut holder = room.sit_down(&["token", "provision", "--key", "ada"]);
    for pin in ["", "123"] {
        holder.answers("PIN: ", pin);
        holder.reads("Type it once more, or stop with Ctrl-C.");
    }
    holder.answers("PIN: ", ADA.pin);
    let (code, screen) = holder.leaves();
    assert_eq!(code, 0, "{screen}");
    assert!(!screen.contains(ADA.pin), "{screen}");
}

#[test]
fn a_pin_comes_from_a_descriptor_and_stays_nowhere() {
    let Some((room, _)) = with_ada("mistakes_pin::a_pin_comes_from_a_descriptor_and_stays_nowhere") else {
        return;
    };
    room.run_with_pin(ADA.pin, &["token", "provision", "--key", "ada"]).ok();
    for key in &rehearsal::KEYS[1..] {
        room.provision(key).ok();
    }
    room.freeze();
    let confirm = room.typed("root");
    let done = room.run_with_pin(ADA.pin, &["sign", "--key", "ada", "--confirm", &confirm]);
    assert_eq!((done.code, done.err.as_str()), (3, ""));
    assert!(done.out.contains("targets version 1 still needs this key: --confirm was not given for it."));
    assert!(room.path(&room.signature("root", "ada")).exists());
    for (file, bytes) in room.tree() {
        assert!(!bytes.windows(ADA.pin.len()).any(|window| window == ADA.pin.as_bytes()), "{file}");
    }
    // Nor does the record keep what was typed, only how much of it.
    let record = room.record();
    let signed = record.iter().find(|line| line["event"] == "signed").unwrap();
    assert_eq!(signed["data"]["digits"], 8);
    assert!(!room.read("transcript.jsonl").contains(&format!("\"{confirm}\"")));

    let closed = room.run(&["sign", "--key", "ada", "--confirm", &room.typed("targets"), "--pin-fd", "77"]);
    let next =
        "Give the number of a descriptor that is open for reading: 3, with `3<file` behind the command.";
    closed.failed(5, "file descriptor 77 cannot be read", next);
}

#[test]
fn nobody_to_ask_names_the_flag() {
    let Some((room, serial)) = with_ada("mistakes_pin::nobody_to_ask_names_the_flag") else { return };
    let what = "this needs an answer (PIN), and there is no terminal to ask on";
    let next = "Run the command in a terminal, or give --pin-fd N.";
    let shown = room.run(&["token", "provision", "--key", "ada"]).failed(2, what, next);
    assert_eq!(shown, format!("Token Ada (serial {serial}): no wrong PIN reported.\n"));

    let room = rehearsal::frozen();
    let before = room.tree();
    let what = "this needs an answer (Digits from paper), and there is no terminal to ask on";
    let next = "Run the command in a terminal, or give --confirm PREFIX.";
    let shown = room.run(&["sign", "--key", "ada"]).failed(2, what, next);
    assert_eq!(shown, "");
    room.only_recorded(&before, &[]);
}

/// A rehearsal in which Ada's key is on a kryoptic token, which locks after ten wrong PINs.
fn with_kryoptic(test: &str) -> Option<(Room, PathBuf, String)> {
    let module = PathBuf::from(std::env::var_os("TUF_CEREMONY_KRYOPTIC").unwrap_or_default());
    if !present(test, &module, "kryoptic (TUF_CEREMONY_KRYOPTIC)") {
        return None;
    }
    let mut room = Room::new();
    let configuration = room.beside("kryoptic.toml");
    let text = format!(
        "[[slots]]\nslot = 1\ndbtype = \"sqlite\"\ndbargs = \"{}\"\n",
        room.beside("token.sql").display()
    );
    std::fs::write(&configuration, text).unwrap();
    room.set("KRYOPTIC_CONF", &configuration);
    administer(&room, &module, &["--init-token", "--label", "Ada", "--so-pin", "87654321"]);
    let arguments =
        ["--login", "--login-type", "so", "--so-pin", "87654321", "--init-pin", "--pin", "12345678"];
    administer(&room, &module, &arguments);
    let list = room.run(&["token", "list", "--json", "--module", module.to_str().unwrap()]).ok().json();
    let serial = list[0]["serial"].as_str().unwrap().to_owned();
    let token = format!(r#"{{ kind = "pkcs11", module = "{}", serial = "{serial}" }}"#, module.display());
    room.write("ceremony.toml", PLAN.replace(r#"{ kind = "rehearsal", serial = "R1" }"#, &token));
    Some((room, module, serial))
}

fn administer(room: &Room, module: &Path, arguments: &[&str]) {
    let output = pkcs11_tool(room, module, arguments);
    assert!(output.status.success(), "{output:?}");
}

/// kryoptic has ten tries and begins to warn at three, so it counts for us: each command uses one try and no more.
#[test]
fn tries_are_told_and_the_last_one_is_kept() {
    let Some((room, module, serial)) = with_kryoptic("mistakes_pin::tries_are_told_and_the_last_one_is_kept")
    else {
        return;
    };
    let provision = ["token", "provision", "--key", "ada"];
    let again =
        "Nothing was retried. Make sure that this is the right token and repeat the command with its PIN.";
    let stop = "Stop: the next wrong PIN locks the token, and this program will not send another. Have the token's \
                administrator reset the tries with the vendor's tool.";
    for wrong in 1..=9 {
        let (left, next) = match wrong {
            1..=6 => ("it does not say how many tries are left", again),
            7..=8 => ("it says that more than one try is left", again),
            _ => ("it says that one try is left", stop),
        };
        let what = format!("token {serial} refused the PIN as wrong; {left}");
        room.run_with_pin(WRONG, &provision).refused(4, "TOKEN-PIN", &what, next);
    }
    let list = room.run(&["token", "list"]).ok().out;
    assert!(list.contains("\n  PIN          one try left\n"), "{list}");

    // The right PIN would help, but nobody can know that it is right: not even that one is sent.
    let before = room.tree();
    let what = format!("token {serial} is on its last PIN try; no PIN was sent to it");
    let next = "Have the token's administrator (security officer) reset the tries with the vendor's tool, outside \
                of this program; then repeat the command.";
    for pin in [WRONG, "12345678"] {
        room.run_with_pin(pin, &provision).refused(4, "TOKEN-PIN", &what, next);
    }
    room.only_recorded(&before, &["refused", "refused"]);

    // Another program uses the last try.
    let output = pkcs11_tool(&room, &module, &["--login", "--pin", WRONG, "--list-objects"]);
    assert!(!output.status.success(), "{output:?}");
    let next = "Have the token's administrator (security officer) unlock it with the vendor's tool, outside of this \
                program, or go on with another holder.";
    room.run_with_pin("12345678", &provision).refused(
        4,
        "TOKEN-PIN",
        &format!("the PIN of token {serial} is locked"),
        next,
    );
    assert!(!room.path("keys").exists());
}
