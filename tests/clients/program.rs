//! The program, run on a folder.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::repository::{Files, NOW};

/// A new folder of this name with these files.
pub fn folder(name: &str, files: &Files) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("flow").join(name);
    let _ = fs::remove_dir_all(&folder);
    write(&folder, files);
    folder
}

/// Writes files into a folder.
pub fn write(folder: &Path, files: &Files) {
    for (path, bytes) in files {
        let place = folder.join(path);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(place, bytes).unwrap();
    }
}

/// What the program said, and how it ended.
#[derive(Debug)]
pub struct Done {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Done {
    pub fn json(&self) -> Value {
        assert_eq!(self.err, "");
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The last line, which is the verdict; no other line is one.
    pub fn verdict(&self) -> &str {
        assert_eq!(self.err, "");
        let is_verdict = |line: &&str| line.contains("ACCEPTED") || line.contains("REFUSED");
        let verdicts: Vec<&str> = self.out.lines().filter(is_verdict).collect();
        assert_eq!(verdicts, [self.out.lines().last().unwrap()], "{}", self.out);
        verdicts[0]
    }
}

/// Runs the program.
pub fn run<S: AsRef<OsStr>>(arguments: &[S]) -> Done {
    let output = Command::new(env!("CARGO_BIN_EXE_tuf-ceremony"))
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    Done {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// `verify` on a folder that holds `metadata` and trusted root.
pub fn verify(folder: &Path, more: &[&str]) -> Done {
    let (metadata, trusted) = (folder.join("metadata"), folder.join("trusted.root.json"));
    let mut arguments = vec!["verify", metadata.to_str().unwrap(), "--at", NOW];
    if !more.contains(&"--from-every-root") {
        arguments.extend(["--trusted", trusted.to_str().unwrap()]);
    }
    arguments.extend(more);
    run(&arguments)
}
