//! `transcript cosign`: a witness signs the final head, and refuses what is not the record's.

use std::fs;
use std::process::Command;

use tuf_ceremony::crypto::tlog::note::{Kind, Note, Verifier};

use crate::kill_fixture::{Place, RELEASE};
use crate::kill_strace::{points, present};
use crate::record_seal::{sealed, sums_hold};
use crate::rehearsal::{frozen, released};
use crate::room::{Done, Room};

/// A key as openssl makes it.
const KEY: &str = "-----BEGIN PRIVATE KEY-----\n\
                   MC4CAQAwBQYDK2VwBCIEIFMvY/ulN0I+9fmUPzP5vTDjqot2oiZfzwRuIdVpF202\n\
                   -----END PRIVATE KEY-----\n";

impl Room {
    fn cosign(&self, name: &str, key: &str, more: &[&str]) -> Done {
        let file = self.put("witness.pem", key);
        self.run(&[&["transcript", "cosign", "--name", name, "--key-file", &file], more].concat())
    }
}

/// The verifier key that the witness is told to give out.
fn vkey(done: &Done) -> Verifier {
    Verifier::parse(done.out.lines().last().unwrap().trim()).unwrap()
}

#[test]
fn a_witness_cosigns_and_the_sums_follow() {
    let room = sealed();
    let before = room.read("checkpoint");
    let done = room.cosign("witness.example", KEY, &[]).ok();
    assert!(done.out.starts_with("Cosigned. Record: packages.example.org/rehearsal-1, "), "{}", done.out);
    assert!(done.out.contains("\nThe record was read, and has this head.\n"), "{}", done.out);
    let after = room.read("checkpoint");
    assert!(after.starts_with(&before), "{after}");
    let verifier = vkey(&done);
    assert_eq!((verifier.name(), verifier.kind()), ("witness.example", Kind::Cosignature));
    let time = Note::parse(&after).unwrap().verify(&verifier).unwrap().unwrap();
    assert!(jiff::Timestamp::now().as_second() - i64::try_from(time).unwrap() < 600);
    assert!(sums_hold(&room));
    room.run(&["seal"]).ok();
    // Proofs carry it.
    let proof = room.put("proof", room.run(&["transcript", "prove", "2"]).ok().out);
    let line = room.put_line(2);
    let keys = ["--key", &verifier.to_string(), "--key", &room.last_vkey()];
    let checked =
        room.run(&[&["transcript", "check-proof", &proof, "--line", &line], &keys[..]].concat()).ok();
    assert!(checked.out.contains("\nSigned by witness.example, who saw it at 20"), "{}", checked.out);
}

#[test]
fn nobody_cosigns_twice() {
    let room = sealed();
    room.cosign("witness.example", KEY, &[]).ok();
    let before = room.tree();
    let next = "Nothing was done: one cosignature of a witness is enough.";
    for name in ["witness.example", "other.example"] {
        let what = format!("the key of {name} has cosigned this checkpoint already");
        room.cosign(name, KEY, &[]).failed(1, &what, next);
    }
    assert!(room.tree() == before);
}

#[test]
fn only_a_final_head_is_cosigned() {
    let next = "`tuf-ceremony seal` writes it, at the end of the ceremony.";
    for room in [frozen(), released()] {
        let before = room.tree();
        room.cosign("witness.example", KEY, &[]).failed(3, "there is no checkpoint yet", next);
        assert!(room.tree() == before);
    }
    let room = sealed();
    room.remake(|lines| lines[5]["actor"] = "Bem".into());
    let done = room.cosign("witness.example", KEY, &[]);
    assert!(
        done.err.starts_with("error [RECORD-CHAIN]: checkpoint: the signed note has another tree head"),
        "{done:?}"
    );
}

#[test]
fn names_that_no_note_can_carry_are_refused() {
    let room = sealed();
    let what = "a key's name has no spaces, no plus, and at least one character";
    for name in ["a b", "a+b", ""] {
        room.cosign(name, KEY, &[]).failed(
            1,
            what,
            "Give the witness a name without blanks, such as its domain.",
        );
    }
    let what = "packages.example.org/rehearsal-1 is what the record itself is called";
    let next = "Give the witness a name of its own, such as its domain.";
    room.cosign("packages.example.org/rehearsal-1", KEY, &[]).failed(1, what, next);
}

#[test]
fn other_keys_are_refused_with_what_to_do() {
    let room = sealed();
    let before = room.tree();
    let make = "Make a key for witnessing with `openssl genpkey -algorithm ed25519 -out witness.pem`.";
    let file = room.beside("witness.pem").display().to_string();
    let openssl = |arguments: &[&str]| {
        let output = Command::new("openssl").args(arguments).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let encrypted = openssl(&["genpkey", "-algorithm", "ed25519", "-aes256", "-pass", "pass:x"]);
    let decrypt = "Decrypt it for this one use with `openssl pkey -in FILE -out PLAIN`, into memory (/dev/shm), and remove it \
                   afterwards.";
    room.cosign("w.example", &encrypted, &[]).failed(
        1,
        &format!("{file}: the private key is encrypted"),
        decrypt,
    );
    let curve = ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"];
    for other in [openssl(&curve), openssl(&["genpkey", "-algorithm", "ed448"])] {
        let what = format!("{file}: the private key is not an Ed25519 key as openssl writes them");
        room.cosign("w.example", &other, &[]).failed(1, &what, make);
    }
    for none in ["", "no key", &KEY.replace("MC4CAQ", "!!!!!!"), &KEY.replace("BEGIN", "BEGUN")] {
        room.cosign("w.example", none, &[]).failed(
            1,
            &format!("{file}: this is no private key in PEM (PKCS#8)"),
            make,
        );
    }
    assert!(room.tree() == before);
    room.cosign("w.example", &openssl(&["genpkey", "-algorithm", "ed25519"]), &[]).ok();
}

/// A witness may have only the checkpoint, and the administrator puts it back.
#[test]
fn a_checkpoint_travels_alone() {
    let room = sealed();
    let away = Room::new();
    let file = away.put("checkpoint", room.read("checkpoint"));
    let done = away.cosign("witness.example", KEY, &["--checkpoint", &file]).ok();
    assert!(done.out.contains("There was no record here to compare it with"), "{}", done.out);
    room.write("checkpoint", fs::read(&file).unwrap());
    assert!(!sums_hold(&room));
    let again = room.run(&["seal"]).ok();
    let told = "Sealed before. The checkpoint has other cosignatures than SHA256SUMS knew; it was brought up to date.\n";
    assert!(again.out.starts_with(told), "{}", again.out);
    assert!(sums_hold(&room));
}

#[test]
fn a_checkpoint_in_a_file_is_held_to_the_record_that_is_here() {
    let room = sealed();
    let next = "Do not cosign: one of the two is not the record of that ceremony. Keep both, and find out who made them.";
    let own = room.put("own", room.read("checkpoint"));
    let done = room.cosign("witness.example", KEY, &["--checkpoint", &own]).ok();
    assert!(done.out.contains("The record was read, and has this head."), "{}", done.out);
    let other = room.put("other", sealed().read("checkpoint"));
    let lines = room.lines().len();
    let what = format!("{other} has another tree head than the first {lines} lines of the record here");
    room.cosign("witness.example", KEY, &["--checkpoint", &other]).failed(1, &what, next);
    let more = room.read("checkpoint").replacen(&format!("\n{lines}\n"), "\n4000\n", 1);
    let more = room.put("more", more);
    let what = format!("{more} is over 4000 lines, and the record here has {lines}");
    room.cosign("witness.example", KEY, &["--checkpoint", &more]).failed(1, &what, next);
    // Of the right head, and signed by somebody else.
    let text = room.read("transcript.jsonl");
    let all: Vec<String> = text.lines().map(str::to_owned).collect();
    let note = crate::record_fixture::signed_head(
        "packages.example.org/rehearsal-1",
        &all,
        &crate::record_fixture::key(1),
    );
    let unsigned = room.put("unsigned", note.to_string());
    let what = format!("no key of the record has signed {unsigned}");
    room.cosign("witness.example", KEY, &["--checkpoint", &unsigned]).failed(1, &what, next);
    let foreign = crate::record_fixture::signed_head("example.org/x", &all, &crate::record_fixture::key(1));
    let foreign = room.put("foreign", foreign.to_string());
    let what =
        format!("{foreign} is of the record example.org/x, and here is packages.example.org/rehearsal-1");
    room.cosign("witness.example", KEY, &["--checkpoint", &foreign]).failed(1, &what, next);
    let none = room.put("none", "x");
    let what = format!(
        "{none} is no signed checkpoint: this is no signed note: no empty line is above the signatures"
    );
    room.cosign("w", KEY, &["--checkpoint", &none]).failed(
        1,
        &what,
        "Fetch the file again from where it was made.",
    );
}

/// Killed between the two files: running it again mends what is missing.
#[test]
fn cosign_carries_on() {
    if !present("cosign_carries_on") {
        return;
    }
    let prepared = Place::before(RELEASE);
    prepared.expect(RELEASE, 0);
    prepared.expect(&["seal"], 0);
    fs::write(prepared.outside().join("witness.pem"), KEY).unwrap();
    let key = prepared.outside().join("witness.pem").display().to_string();
    let step = ["transcript", "cosign", "--name", "witness.example", "--key-file", &key];
    let found = points(&prepared, &step);
    assert!(found.len() >= 8, "{found:?}");
    let mut mended = 0;
    for point in &found {
        println!("{point:?}");
        let place = prepared.copy();
        place.run(&point.inject("signal=SIGKILL"), &step);
        place.check_whole();
        let again = place.end(&step);
        let already = again.code == 1 && again.err.contains("has cosigned this checkpoint already");
        assert!(again.code == 0 || already, "{}{}", again.out, again.err);
        mended += usize::from(again.out.starts_with("Cosigned before; SHA256SUMS has"));
        let mut sums = Command::new("sha256sum");
        let sums = sums.args(["--check", "--quiet", "SHA256SUMS"]).current_dir(place.dir()).output().unwrap();
        assert!(sums.status.success(), "{sums:?}");
        let note = fs::read_to_string(place.dir().join("checkpoint")).unwrap();
        assert_eq!(note.matches("witness.example").count(), 1, "{note}");
    }
    assert!(mended > 2, "{mended}");
}
