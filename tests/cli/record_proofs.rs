//! `transcript prove` and `check-proof`.

use std::fs;

use tuf_ceremony::crypto::tlog::note::Verifier;
use tuf_ceremony::crypto::tlog::proof::Inclusion;

use crate::record_seal::sealed;
use crate::rehearsal::{frozen, planned, released};
use crate::room::{Done, Room};

const REFETCH: &str =
    "Do not rely on it. Fetch the proof and what it is about again, each from where it was made.";

impl Room {
    /// Writes a file beside the ceremony directory; its name as it is typed.
    pub fn put(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        fs::write(self.beside(name), bytes).unwrap();
        self.beside(name).display().to_string()
    }

    /// The line, with its line end, as `sed -n` writes it.
    pub fn put_line(&self, seq: usize) -> String {
        let record = self.read("transcript.jsonl");
        self.put(&format!("line-{seq}"), format!("{}\n", record.lines().nth(seq).unwrap()))
    }

    /// The verifier key of the sitting that was opened last.
    pub fn last_vkey(&self) -> String {
        let lines = self.lines();
        let opened = lines.iter().rfind(|line| line["event"] == "sitting-opened").unwrap();
        opened["data"]["vkey"].as_str().unwrap().to_owned()
    }

    fn check_proof(&self, proof: &str, more: &[&str]) -> Done {
        self.run(&[&["transcript", "check-proof", proof], more].concat())
    }
}

#[test]
fn every_line_is_proved_and_no_other() {
    let room = sealed();
    let lines = room.lines().len();
    for seq in [0, 1, lines / 2, lines - 1] {
        let proof = room.put("proof", room.run(&["transcript", "prove", &seq.to_string()]).ok().out);
        let line = room.put_line(seq);
        let done = room.check_proof(&proof, &["--line", &line]).ok();
        assert!(done.out.contains(&format!("\nThe line is #{seq} of its {lines}.\n")), "{}", done.out);
        assert!(
            done.out.contains("\nNobody vouches for this checkpoint: anybody can make one."),
            "{}",
            done.out
        );
        let vouched = room.check_proof(&proof, &["--line", &line, "--key", &room.last_vkey()]).ok();
        assert!(vouched.out.ends_with("\nSigned by packages.example.org/rehearsal-1\n"), "{}", vouched.out);
        // Without the line end it is the same line; with one more byte it is another.
        let text = fs::read_to_string(&line).unwrap();
        let bare = room.put("bare", text.trim_end());
        room.check_proof(&proof, &["--line", &bare]).ok();
        let more = room.put("more", format!("{text}\n"));
        let what = format!("{proof} does not show that {more} is in the record");
        room.check_proof(&proof, &["--line", &more]).failed(1, &what, REFETCH);
    }
}

#[test]
fn a_proof_goes_to_a_new_file() {
    let room = sealed();
    let file = room.beside("3.tlog-proof").display().to_string();
    let prove = ["transcript", "prove", "3", "--out", &file];
    assert_eq!(room.run(&prove).ok().out, format!("Wrote {file}\n"));
    assert!(Inclusion::parse(&fs::read_to_string(&file).unwrap()).is_ok());
    let what = format!("{file} exists already, and nothing is overwritten");
    room.run(&prove).failed(5, &what, "Choose another name, or move the old file away yourself.");
}

/// Before the seal, a line is under what its sitting signed.
#[test]
fn a_line_is_under_the_newest_closing() {
    let room = frozen();
    let last = room.lines().len() - 1;
    let covered = last - 1;
    let proof = room.put("proof", room.run(&["transcript", "prove", &covered.to_string()]).ok().out);
    room.check_proof(&proof, &["--line", &room.put_line(covered), "--key", &room.last_vkey()]).ok();
    let next = "The next command that records anything signs a head when it is done, and so does `tuf-ceremony seal`.";
    let what = format!("line #{last} is not covered: the newest signed head is over the first {last} lines");
    room.run(&["transcript", "prove", &last.to_string()]).failed(3, &what, next);
    let what = format!("the record has {} lines, and not line #{}", last + 1, last + 1);
    let list = "`tuf-ceremony transcript show` lists them, from #0.";
    room.run(&["transcript", "prove", &(last + 1).to_string()]).failed(1, &what, list);
    planned().run(&["transcript", "prove", "0"]).failed(3, "no sitting was closed yet", next);
    for usage in [&["transcript", "prove"][..], &["transcript", "prove", "1", "--from", "2"]] {
        assert_eq!(room.run(usage).code, 2);
    }
}

#[test]
fn a_head_goes_on_from_an_earlier_one() {
    let room = released();
    let earlier = Inclusion::parse(&room.run(&["transcript", "prove", "0"]).ok().out).unwrap();
    let old = room.put("old", earlier.checkpoint.to_string());
    let size = room.lines().len() - 1;
    room.run(&["seal"]).ok();
    let lines = room.lines().len();
    let proof = room.put("proof", room.run(&["transcript", "prove", "--from", &size.to_string()]).ok().out);
    let done = room.check_proof(&proof, &["--old", &old, "--key", &room.last_vkey()]).ok();
    let told = format!("\nThe first {size} of its {lines} lines are those of the earlier checkpoint.\n");
    assert!(done.out.contains(&told), "{}", done.out);
    // Not from another one.
    let other = released();
    let earlier = Inclusion::parse(&other.run(&["transcript", "prove", "0"]).ok().out).unwrap();
    let other = room.put("other", earlier.checkpoint.to_string());
    let what = format!("{proof} does not show that its checkpoint goes on from {other}");
    room.check_proof(&proof, &["--old", &other]).failed(1, &what, REFETCH);
    room.run(&["transcript", "prove", "--from", "0"]).ok();
    room.run(&["transcript", "prove", "--from", &lines.to_string()]).ok();
    let what = format!("the record has {lines} lines, and not a head over {} lines", lines + 1);
    let list = "`tuf-ceremony transcript show` lists them, from #0.";
    room.run(&["transcript", "prove", "--from", &(lines + 1).to_string()]).failed(1, &what, list);
}

#[test]
fn who_signed_is_asked_for_by_key() {
    let room = sealed();
    let proof = room.put("proof", room.run(&["transcript", "prove", "4"]).ok().out);
    let line = room.put_line(4);
    // The key of an earlier sitting has the same name.
    let first = room.lines()[0]["data"]["vkey"].as_str().unwrap().to_owned();
    let what = format!(
        "the checkpoint in {proof}: there is no signature of packages.example.org/rehearsal-1 in the note"
    );
    room.check_proof(&proof, &["--line", &line, "--key", &first]).failed(1, &what, REFETCH);
    let both = ["--line", &line, "--key", &room.last_vkey(), "--key", &first];
    room.check_proof(&proof, &both).failed(1, &what, REFETCH);
    let key = room.check_proof(&proof, &["--line", &line, "--key", "nonsense"]);
    assert!(key.code == 2 && key.err.contains("this is no verifier key"), "{key:?}");
    let machine = room.run(&["transcript", "check-proof", &proof, "--line", &line, "--json"]).ok().json();
    assert_eq!(machine["signed_by"], serde_json::json!([]));
    assert_eq!(machine["not_verified"], serde_json::json!([Verifier::parse(&first).unwrap().name()]));
}

#[test]
fn what_is_missing_or_none_is_named() {
    let room = sealed();
    let proof = room.put("proof", room.run(&["transcript", "prove", "4"]).ok().out);
    room.check_proof(&proof, &[]).failed(
        2,
        "this proof is about a line, and none is given",
        "Add --line FILE.",
    );
    let consistency = room.put("consistency", room.run(&["transcript", "prove", "--from", "4"]).ok().out);
    let what = "this proof is about an earlier checkpoint, and none is given";
    room.check_proof(&consistency, &[]).failed(2, what, "Add --old CHECKPOINT.");
    let line = room.put_line(4);
    let none = room.put("none", "nothing\n");
    let what = format!(
        "{none} is no proof: this is no signed note: the first line is not that of an inclusion proof"
    );
    room.check_proof(&none, &["--line", &line]).failed(1, &what, REFETCH);
    let bytes = room.put("bytes", [0xff, 0xfe]);
    room.check_proof(&bytes, &["--line", &line]).failed(1, &format!("{bytes} is not text"), REFETCH);
}
