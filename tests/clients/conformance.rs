//! The example client with its folders, and the repository that it asks over HTTP.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::flow::changed;
use crate::http::Server;
use crate::program::folder;
use crate::repository::{Files, Repository};
use crate::tree::set;

/// A repository that does not expire while this program is in use: the client asks the clock.
pub fn lasting(change: impl FnOnce(&mut Repository)) -> Files {
    changed(|repository| {
        let Repository { roots, targets, delegated, snapshot, timestamp, .. } = repository;
        for part in roots.iter_mut().chain(delegated).chain([targets, snapshot, timestamp]) {
            part.edit(|signed| set(signed, &["expires"], "2999-01-01T00:00:00Z"));
        }
        change(repository);
    })
}

/// The example, which Cargo builds beside the tests.
fn example() -> PathBuf {
    let own = std::env::current_exe().unwrap();
    let built = own.parent().and_then(Path::parent).unwrap().join("examples/conformance_client");
    assert!(built.exists(), "{} is missing: cargo build --example conformance_client", built.display());
    built
}

/// A client with its folders, and the repository that it asks.
pub struct Room {
    pub folder: PathBuf,
    pub server: Server,
}

impl Room {
    pub fn new(name: &str, files: &Files) -> Room {
        let folder = folder(&format!("conformance-{name}"), &BTreeMap::new());
        fs::create_dir_all(folder.join("out")).unwrap();
        fs::write(folder.join("initial.json"), &files["trusted.root.json"]).unwrap();
        Room { folder, server: Server::start(files) }
    }

    pub fn command(&self, more: &[&str]) -> Command {
        let mut command = Command::new(example());
        command.arg("--metadata-dir").arg(self.folder.join("trusted"));
        command.args(["--metadata-url", &self.server.url("metadata")]).args(more);
        command
    }

    pub fn run(&self, more: &[&str]) -> Output {
        self.command(more).output().unwrap()
    }

    pub fn init(&self) {
        let initial = self.folder.join("initial.json");
        ok(&self.run(&["init", initial.to_str().unwrap()]));
    }

    pub fn download(&self, targets: &[&str]) -> Output {
        let (base, out) = (self.server.url("targets"), self.folder.join("out"));
        let mut more = vec!["--target-base-url", &base, "--target-dir", out.to_str().unwrap()];
        more.extend(targets.iter().flat_map(|target| ["--target-name", target]));
        more.push("download");
        self.run(&more)
    }

    /// What is in a folder of the client.
    pub fn files(&self, folder: &str) -> Files {
        let read = |entry: std::io::Result<fs::DirEntry>| {
            let entry = entry.unwrap();
            (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap())
        };
        fs::read_dir(self.folder.join(folder)).unwrap().map(read).collect()
    }
}

pub fn ok(output: &Output) {
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
}

/// Ended with exit code 1, and this in the complaint.
pub fn refused(output: &Output, what: &str) {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains(what), "{said}");
}

/// What is asked for by a client that has nothing but the first root.
pub const FIRST: [&str; 5] = [
    "metadata/2.root.json",
    "metadata/3.root.json",
    "metadata/timestamp.json",
    "metadata/6.snapshot.json",
    "metadata/4.targets.json",
];
