//! An outside judge, written from the specifications: what we write verifies there, and what it writes verifies here.

use serde_json::{Map, Value, json};

use crate::python::python;
use crate::record_fixture::closing_note;
use crate::record_seal::{sealed, sums_hold};
use crate::room::Room;

const JUDGE: &str = include_str!("tlog_judge.py");

fn judge(test: &str, case: &Value) -> Option<Value> {
    python(test, JUDGE, case.to_string().as_bytes()).map(|out| serde_json::from_slice(&out).unwrap())
}

/// What the judge made, or nothing where it is not here.
fn made(test: &str, checkpoint: &str, size: usize) -> Option<Value> {
    judge(test, &json!({ "do": "make", "checkpoint": checkpoint, "size": size }))
}

#[test]
fn what_we_write_verifies_there() {
    let test = "what_we_write_verifies_there";
    let room = sealed();
    let Some(other) = made(test, &room.read("checkpoint"), 1) else { return };
    let pem = room.put("witness.pem", other["pem"].as_str().unwrap());
    let done = room.run(&["transcript", "cosign", "--name", "witness.example", "--key-file", &pem]).ok();
    let witness = done.out.lines().last().unwrap().trim().to_owned();
    let record = room.read("transcript.jsonl");
    let lines: Vec<&str> = record.lines().collect();
    let proofs = |word: &[&str], numbers: std::ops::Range<usize>| -> Map<String, Value> {
        let proof = |number: usize| {
            let number = number.to_string();
            let done = room.run(&[&["transcript", "prove"], word, &[&number]].concat()).ok();
            (number, json!(done.out))
        };
        numbers.map(proof).collect()
    };
    let (mut closings, mut vkey) = (Vec::new(), Value::Null);
    for line in room.lines() {
        if line["event"] == "sitting-opened" {
            vkey = line["data"]["vkey"].clone();
        } else if line["event"] == "sitting-closed" {
            closings.push(json!([vkey, closing_note(&line).to_string()]));
        }
    }
    let case = json!({
        "do": "verify",
        "checkpoint": room.read("checkpoint"),
        "closings": closings,
        "consistency": proofs(&["--from"], 0..lines.len() + 1),
        "inclusion": proofs(&[], 0..lines.len()),
        "keys": [room.last_vkey(), witness],
        "lines": lines,
        "origin": "packages.example.org/rehearsal-1",
    });
    let verdict = judge(test, &case).unwrap();
    let time = verdict["times"][1].as_i64().unwrap();
    assert!((jiff::Timestamp::now().as_second() - time).abs() < 600);
}

#[test]
fn what_the_judge_writes_verifies_here() {
    let test = "what_the_judge_writes_verifies_here";
    let room = sealed();
    let Some(other) = made(test, &room.read("checkpoint"), 11) else { return };
    let [log, witness] = [0, 1].map(|key| other["keys"][key].as_str().unwrap());
    let away = Room::new();
    let check = |proof: &str, what: &[&str], keys: &[&str]| {
        let keys: Vec<&str> = keys.iter().flat_map(|key| ["--key", key]).collect();
        away.run(&[&["transcript", "check-proof", proof], what, &keys].concat())
    };
    for (index, proof) in other["inclusion"].as_object().unwrap() {
        let proof = away.put("proof", proof.as_str().unwrap());
        let line = away.put("line", other["lines"][index.parse::<usize>().unwrap()].as_str().unwrap());
        let done = check(&proof, &["--line", &line], &[log, witness]).ok();
        assert!(done.out.contains(&format!("The line is #{index} of its 11.")), "{}", done.out);
        assert!(done.out.contains("Signed by log.example/other\n"), "{}", done.out);
        assert!(
            done.out.contains("Signed by witness.example/w1, who saw it at 2023-11-14T22:13:20Z\n"),
            "{}",
            done.out
        );
        let another = away.put("another", "entry 99 of some other log");
        assert_eq!(check(&proof, &["--line", &another], &[log]).code, 1);
    }
    for (old, pair) in other["consistency"].as_object().unwrap() {
        let proof = away.put("proof", pair[0].as_str().unwrap());
        let file = away.put("old", pair[1].as_str().unwrap());
        let done = check(&proof, &["--old", &file], &[log, witness]).ok();
        assert!(done.out.contains(&format!("The first {old} of its 11 lines")), "{}", done.out);
    }
    // A witness with another program cosigned our checkpoint.
    room.write("checkpoint", other["cosigned"].as_str().unwrap());
    let again = room.run(&["seal"]).ok();
    assert!(again.out.starts_with("Sealed before. The checkpoint has other cosignatures"), "{}", again.out);
    assert!(sums_hold(&room));
    let proof = room.put("proof", room.run(&["transcript", "prove", "7"]).ok().out);
    let line = room.put_line(7);
    let keys = ["--key", &room.last_vkey(), "--key", witness];
    let done = room.run(&[&["transcript", "check-proof", &proof, "--line", &line], &keys[..]].concat()).ok();
    assert!(
        done.out.contains("Signed by witness.example/w1, who saw it at 2023-11-14T22:13:21Z\n"),
        "{}",
        done.out
    );
}

/// Fields that the specification does not have are kept and signed.
#[test]
fn python_tuf_accepts_a_root_that_commits() {
    let script = "import sys\n\
                  from tuf.api.metadata import Metadata, Root\n\
                  root = Metadata[Root].from_bytes(sys.stdin.buffer.read())\n\
                  root.signed.verify_delegate(Root.type, root.signed_bytes, root.signatures)\n\
                  print(root.signed.unrecognized_fields['x-tuf-ceremony']['size'], end='')\n";
    let room = sealed();
    let root = room.read("metadata/1.root.json");
    let Some(said) = python("python_tuf_accepts_a_root_that_commits", script, root.as_bytes()) else {
        return;
    };
    let size = room.frozen_as("root")["x-tuf-ceremony"]["size"].to_string();
    assert_eq!(String::from_utf8(said).unwrap(), size);
}
