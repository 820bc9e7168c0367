//! python-tuf, the outside judge: the reference implementation of TUF, run as a program of its own.

use std::env;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

/// Runs a script in the Python that has what tests/requirements.txt names, with `stdin`, and returns what it printed.
///
/// Without such a Python (see `tests/run`) the test named `test` is skipped, and says so, by `None`; under CI that is a
/// failure. A script that fails is always one.
pub fn python(test: &str, script: &str, stdin: &[u8]) -> Option<Vec<u8>> {
    let Some(program) = program() else {
        assert!(
            env::var_os("CI").is_none_or(|ci| ci != "true"),
            "{test} needs python with tuf: run tests/run"
        );
        println!("SKIPPED {test}: python with tuf is not installed");
        return None;
    };
    let mut child = Command::new(program)
        .args(["-I", "-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Written beside the reading, or both sides could wait for each other with full pipes.
    let mut pipe = child.stdin.take().unwrap();
    let stdin = stdin.to_vec();
    let writer = thread::spawn(move || pipe.write_all(&stdin));
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{test}: {}", String::from_utf8_lossy(&output.stderr));
    writer.join().unwrap().unwrap();
    Some(output.stdout)
}

fn program() -> Option<PathBuf> {
    let made_by_tests_run = || Path::new(env!("CARGO_MANIFEST_DIR")).join(".venv/bin/python");
    env::var_os("TUF_CEREMONY_PYTHON")
        .map_or_else(|| Some(made_by_tests_run()).filter(|path| path.exists()), |path| Some(path.into()))
}
