//! A release made by the program, from plan to `metadata/`, with rehearsal tokens: what clients of others are to load.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

const KEYS: [&str; 6] = ["ada-card", "ben-card", "chi-card", "dev-card", "eva-card", "online"];

/// Makes a release below `place` from the template of a rehearsal, whose text may be edited first. Returns its folder, in
/// which the first root lies as `trusted.root.json` too.
pub fn release(place: &Path, edit: impl Fn(String) -> String) -> PathBuf {
    let folder = place.join("ceremony");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(place).unwrap();
    run(place, &["new", folder.to_str().unwrap(), "--template", "rehearsal"]);
    let plan = folder.join("ceremony.toml");
    let text = fs::read_to_string(&plan).unwrap();
    fs::write(&plan, edit(text)).unwrap();
    for key in KEYS {
        run(&folder, &["token", "provision", "--key", key, "--pin-fd", "0"]);
    }
    run(&folder, &["draft"]);
    run(&folder, &["freeze"]);
    let index: Value =
        serde_json::from_slice(&fs::read(folder.join("payloads/index.json")).unwrap()).unwrap();
    for key in KEYS {
        let roles = if key == "online" { ["snapshot", "timestamp"] } else { ["root", "targets"] };
        let [one, two] = roles.map(|role| index[role]["1"].as_str().unwrap()[..8].to_owned());
        run(&folder, &["sign", "--key", key, "--confirm", &one, "--confirm", &two, "--pin-fd", "0"]);
    }
    run(&folder, &["release"]);
    fs::copy(folder.join("metadata/1.root.json"), folder.join("trusted.root.json")).unwrap();
    fs::create_dir(folder.join("targets")).unwrap();
    folder
}

/// Runs the program in a ceremony directory, with the PIN of rehearsal tokens on standard input.
fn run(directory: &Path, arguments: &[&str]) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_tuf-ceremony"))
        .arg("-C")
        .arg(directory)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that wants no PIN may have ended already.
    let _ = child.stdin.take().unwrap().write_all(b"rehearsal\n");
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}
