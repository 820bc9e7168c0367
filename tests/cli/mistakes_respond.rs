//! What a request may not bring about on the machine of whoever answers it.

use std::fs;

use serde_json::{Value, json};

use crate::elsewhere::{REQUEST, RESPONSE, carried};
use crate::later::later;
use crate::rehearsal::{frozen, provisioned};

/// A library runs as soon as it is loaded: the one that a request names is none that the holder chose.
#[test]
fn no_library_is_loaded_because_a_request_names_it() {
    let room = provisioned();
    let planted = "/proc/self/cwd/planted.so";
    let real = format!("kind = \"pkcs11\", module = \"{planted}\", serial = \"R1\", label = \"ada\"");
    room.edit("ceremony.toml", "kind = \"rehearsal\", serial = \"R1\"", &real);
    room.freeze();
    let machine = carried(room.request("ada"));
    // Whatever is there: loading it would end with another message.
    fs::write(machine.path("planted.so"), "no library").unwrap();
    let what = "the key ada is on a PKCS#11 token, and --module does not say which library of this machine reaches it";
    let next = format!(
        "Add the library that you installed here, such as --module /usr/lib/x86_64-linux-gnu/opensc-pkcs11.so. The plan has \
         {planted}: that is where it lies at the ceremony, and it was not loaded."
    );
    let done = machine.respond(&room.paper("ada"), &[]);
    done.failed(2, what, &next);
    // The one that is named is.
    let own = machine.path("own.so").display().to_string();
    fs::write(machine.path("own.so"), "no library either").unwrap();
    let done = machine.respond(&room.paper("ada"), &["--module", &own]);
    assert!(done.code == 5 && done.err.contains("own.so") && !done.err.contains("planted.so"), "{done:?}");
    // What is wrong with it is said in words for this machine.
    let missing = machine.path("missing.so").display().to_string();
    let done = machine.respond(&room.paper("ada"), &["--module", &missing]);
    let next = "  next: Install the package that brings the token's PKCS#11 library, or correct the path after --module.\n";
    assert!(done.err.contains("missing.so") && done.err.contains(next), "{done:?}");
    assert_eq!(machine.names(""), ["own.so", "planted.so", REQUEST]);
}

/// Files that no plan has a place for are refused before any is written, and of those that it has a place for there are not too many.
#[test]
fn a_request_does_not_keep_the_machine_busy() {
    let room = later();
    room.freeze();
    let request: Value = serde_json::from_slice(&room.request("ada")).unwrap();
    let stuffed = |name: &dyn Fn(usize) -> String, count: usize| {
        let mut request = request.clone();
        let files = request["files"].as_object_mut().unwrap();
        files.extend((0..count).map(|number| (name(number), json!(""))));
        carried(request.to_string())
    };
    let machine = stuffed(&|number| format!("stray/{number}"), 3);
    let what = format!(
        "the request {} says in \"files\" something else than what follows from the files in it",
        machine.path(REQUEST).display()
    );
    let next = "Do not sign. Compare the SHA-256 of the request with those who wrote it, and have it carried here once more.";
    machine.respond(&[], &[]).refused(1, "SIGN-STALE", &what, next);
    let machine = stuffed(&|number| format!("trusted/{number}.json"), 20_000);
    let done = machine.respond(&[], &[]);
    assert!(done.code == 1 && done.err.contains(" files, and 20000 are the most\n"), "{done:?}");
}

/// Of two who answer at once into one folder, the second is told so.
#[test]
fn two_answers_at_once_do_not_meet() {
    let room = frozen();
    let machine = carried(room.request("ada"));
    let held = tuf_ceremony::host::files::lock(&machine.path("")).unwrap();
    let folder = machine.path(REQUEST).parent().unwrap().display().to_string();
    let what = format!("another tuf-ceremony works in {folder} at this moment");
    let next = "Wait until the other command has ended, and run this one again.";
    machine.respond(&room.paper("ada"), &[]).failed(5, &what, next);
    drop(held);
    machine.respond(&room.paper("ada"), &[]).ok();
    assert_eq!(machine.names(""), [REQUEST, RESPONSE]);
}

/// Whoever runs it once more is told what to send.
#[test]
fn a_request_that_was_answered_is_told_so() {
    let room = frozen();
    let machine = carried(room.request("ada"));
    machine.respond(&room.paper("ada"), &[]).ok();
    let there = machine.path(RESPONSE).display().to_string();
    let next = format!(
        "This request was answered before: send {there}. For another answer, name its file with --out."
    );
    let done = machine.respond(&room.paper("ada"), &["--out", &there]);
    // Before anything is asked: what somebody types after a refusal is read by the shell.
    assert_eq!(done.out, "");
    done.refused(1, "PLAN-OUTPUT", &format!("{there} exists already"), &next);
}

/// Whoever finds other words and stops leaves nothing behind, neither a response nor the unpacked request.
#[test]
fn who_stops_at_the_words_leaves_nothing() {
    let room = frozen();
    let mut machine = carried(room.request("ada"));
    let temporary = machine.beside("tmp");
    fs::create_dir(&temporary).unwrap();
    machine.set("TMPDIR", &temporary);
    let mut holder = machine.sit_down(&["respond", machine.path(REQUEST).to_str().unwrap()]);
    // A word is no Enter.
    holder.answers("Enter when they agree: ", "no");
    holder.reads("Enter alone goes on. If the words are others, stop with Ctrl-C: this is another request.");
    assert_eq!(fs::read_dir(&temporary).unwrap().count(), 1);
    holder.presses("Enter when they agree: ", 'c');
    let (code, screen) = holder.leaves();
    assert!(code == 2 && !screen.contains("Digits from paper"), "{screen}");
    assert_eq!(fs::read_dir(&temporary).unwrap().count(), 0);
    assert_eq!(machine.names(""), [REQUEST]);
}
