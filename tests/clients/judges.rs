//! Clients that other people wrote, run as programs: `tests/run` builds them. Each is given a batch of repositories, one
//! JSON object a line, and answers with a verdict a line.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use serde_json::{Value, json};
use tuf_ceremony::tuf::client::Profile;

/// A client of somebody else.
pub struct Judge {
    /// The profile that predicts it.
    pub profile: Profile,
    program: Vec<OsString>,
}

/// One question: does the client take this repository, and these target files where it finds them?
pub struct Case {
    pub name: String,
    pub folder: PathBuf,
    pub lookups: &'static [&'static str],
    /// Folders with the repositories that the same client has refreshed from before, in order. It started from the trusted
    /// root of `folder`, and took them all.
    pub before: Vec<PathBuf>,
    /// A folder in which the client's own copies are, and stay for another question at another time.
    pub local: Option<PathBuf>,
}

/// What a client said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub accepted: bool,
    /// Begins with `before: ` if what is refused is a repository before, which is a mistake of the test.
    pub why: String,
    /// What the client trusts in the end, by top-level role; empty if it refuses. A version that is no `i64` is left out.
    pub versions: BTreeMap<String, i64>,
}

impl Case {
    /// Asks a client that has no past.
    pub fn new(
        name: impl Into<String>,
        folder: impl Into<PathBuf>,
        lookups: &'static [&'static str],
    ) -> Case {
        Case { name: name.into(), folder: folder.into(), lookups, before: vec![], local: None }
    }

    /// Asks a client that has refreshed from the repositories in these folders before.
    pub fn after<P: Into<PathBuf>>(mut self, before: impl IntoIterator<Item = P>) -> Case {
        self.before = before.into_iter().map(Into::into).collect();
        self
    }

    /// Asks a client that keeps its copies in this folder, and goes on from what is there.
    pub fn keeping(mut self, local: impl Into<PathBuf>) -> Case {
        self.local = Some(local.into());
        self
    }
}

/// The judges that are here. Of each that is not, the test named `test` says so; under CI that is a failure.
pub fn judges(test: &str) -> Vec<Judge> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/judge.py");
    let python = part("TUF_CEREMONY_PYTHON", ".venv/bin/python").map(|python| vec![python, script.into()]);
    let tough = part("TUF_CEREMONY_TOUGH", "target/parts/tough/tough-judge").map(|path| vec![path]);
    let tuf_js =
        part("TUF_CEREMONY_TUF_JS", "target/parts/tuf-js/judge.js").map(|path| vec!["node".into(), path]);
    let rust_tuf =
        part("TUF_CEREMONY_RUST_TUF", "target/parts/rust-tuf/rust-tuf-judge").map(|path| vec![path]);
    let all = [
        (Profile::PythonTuf, python),
        (Profile::Tough, tough),
        (Profile::TufJs, tuf_js),
        (Profile::RustTuf, rust_tuf),
    ];
    let here = |(profile, program): (Profile, Option<Vec<OsString>>)| {
        if program.is_none() {
            let name = profile.name();
            assert!(env::var_os("CI").is_none_or(|ci| ci != "true"), "{test} needs {name}: run tests/run");
            println!("SKIPPED {test} by {name}, which is not here: run tests/run");
        }
        Some(Judge { profile, program: program? })
    };
    all.into_iter().filter_map(here).collect()
}

fn part(variable: &str, made_by_tests_run: &str) -> Option<OsString> {
    let made = Path::new(env!("CARGO_MANIFEST_DIR")).join(made_by_tests_run);
    env::var_os(variable).or_else(|| made.exists().then(|| made.into()))
}

impl Judge {
    /// What the client says of each case at a time, by name.
    pub fn ask(&self, at: &str, cases: &[Case]) -> BTreeMap<String, Answer> {
        let (program, arguments) = self.program.split_first().unwrap();
        let mut child = Command::new(program)
            .args(arguments)
            .args(["--at", at])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut questions = Vec::new();
        for case in cases {
            // rust-tuf is not asked: its judge keeps nothing from one refresh to the next.
            let forgets = self.profile == Profile::RustTuf;
            let past = !case.before.is_empty() || case.local.is_some();
            assert!(!past || !forgets, "{}: rust-tuf has no past", case.name);
            let before: Vec<PathBuf> = case.before.iter().map(|folder| folder.join("metadata")).collect();
            let line = json!({
                "name": case.name, "metadata": case.folder.join("metadata"), "lookups": case.lookups,
                "targets": case.folder.join("targets"), "trusted": case.folder.join("trusted.root.json"),
                "before": before, "local": case.local,
            });
            writeln!(questions, "{line}").unwrap();
        }
        // Written beside the reading, or both sides could wait for each other with full pipes.
        let mut pipe = child.stdin.take().unwrap();
        let writer = thread::spawn(move || pipe.write_all(&questions));
        let output = child.wait_with_output().unwrap();
        let name = self.profile.name();
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        writer.join().unwrap().unwrap();
        let read = |line: &str| {
            let said: Value = serde_json::from_str(line).unwrap();
            let text = |field: &str| said[field].as_str().unwrap().to_owned();
            let stated = said["versions"].as_object().into_iter().flatten();
            let versions = stated.filter_map(|(role, version)| Some((role.clone(), version.as_i64()?)));
            let (accepted, why) = (said["accepted"].as_bool().unwrap(), text("why"));
            (text("name"), Answer { accepted, why, versions: versions.collect() })
        };
        let answers: BTreeMap<_, _> = String::from_utf8(output.stdout).unwrap().lines().map(read).collect();
        assert_eq!(answers.len(), cases.len(), "{name} answers every question");
        answers
    }
}
