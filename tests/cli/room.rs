//! A ceremony directory in a temporary folder, the program run in it, and what it did to the files.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A folder of its own for one test. The ceremony directory in it is called `c`.
pub struct Room {
    folder: TempDir,
    environment: BTreeMap<String, PathBuf>,
}

/// What a command did.
#[derive(Debug)]
pub struct Done {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// Every file of a directory with its bytes.
pub type Tree = BTreeMap<String, Vec<u8>>;

impl Room {
    pub fn new() -> Room {
        Room { folder: tempfile::tempdir().unwrap(), environment: BTreeMap::new() }
    }

    /// Gives every command an environment variable.
    pub fn set(&mut self, name: &str, value: &Path) {
        self.environment.insert(name.to_owned(), value.to_owned());
    }

    /// A path beside the ceremony directory.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A path in the ceremony directory.
    pub fn path(&self, relative: &str) -> PathBuf {
        self.folder.path().join("c").join(relative)
    }

    /// The ceremony directory as it is typed.
    pub fn directory(&self) -> String {
        self.folder.path().join("c").to_str().unwrap().to_owned()
    }

    /// The program with `-C` and the room's environment.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.tool(env!("CARGO_BIN_EXE_tuf-ceremony"));
        command.args(["-C", &self.directory()]).args(arguments);
        command
    }

    /// Another program with the room's environment.
    pub fn tool(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.envs(&self.environment);
        command
    }

    /// Runs the program; nobody answers its questions.
    pub fn run(&self, arguments: &[&str]) -> Done {
        self.run_with_input("", arguments)
    }

    /// Runs the program with a PIN on `--pin-fd`.
    pub fn run_with_pin(&self, pin: &str, arguments: &[&str]) -> Done {
        self.run_with_input(&format!("{pin}\n"), &[arguments, &["--pin-fd", "0"]].concat())
    }

    /// Runs the program with a passphrase on `--passphrase-fd`.
    pub fn run_with_passphrase(&self, passphrase: &str, arguments: &[&str]) -> Done {
        self.run_with_input(&format!("{passphrase}\n"), &[arguments, &["--passphrase-fd", "0"]].concat())
    }

    fn run_with_input(&self, input: &str, arguments: &[&str]) -> Done {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A command that asks for nothing may have ended before this is written.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Done { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
    }

    pub fn read(&self, relative: &str) -> String {
        fs::read_to_string(self.path(relative)).unwrap()
    }

    pub fn json(&self, relative: &str) -> Value {
        serde_json::from_str(&self.read(relative)).unwrap()
    }

    /// Writes a file of the ceremony directory, and its folders.
    pub fn write(&self, relative: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(relative);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// Replaces the one place in a file that says `old`.
    #[track_caller]
    pub fn edit(&self, relative: &str, old: &str, new: &str) {
        let text = self.read(relative);
        assert_eq!(text.matches(old).count(), 1, "{old:?} in {relative}:\n{text}");
        self.write(relative, text.replace(old, new));
    }

    /// The names in a folder, sorted.
    pub fn names(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(folder)).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// The current payload of a role, from the index: what stands on the paper of the holders.
    pub fn digest(&self, role: &str) -> String {
        let versions = &self.json("payloads/index.json")[role];
        versions.as_object().unwrap().values().next().unwrap().as_str().unwrap().to_owned()
    }

    /// What is typed from paper for a role.
    pub fn typed(&self, role: &str) -> String {
        self.digest(role)[..8].to_owned()
    }

    /// The file of the signature over a role's payload by a key.
    pub fn signature(&self, role: &str, key: &str) -> String {
        format!("signatures/{}/{}.json", self.digest(role), self.keyid(key))
    }

    /// A key's keyid, as the drafted root has it.
    pub fn keyid(&self, key: &str) -> String {
        let object = self.json(&format!("keys/{key}/key.json"));
        let root = self.json(&format!("payloads/{}.json", self.digest("root")));
        let keys = root["signed"]["keys"].as_object().unwrap();
        keys.iter().find(|(_, other)| **other == object).unwrap().0.clone()
    }

    /// Every file of the ceremony directory.
    pub fn tree(&self) -> Tree {
        let mut tree = Tree::new();
        walk(&self.path(""), "", &mut tree);
        tree
    }

    /// Nothing has changed since `before` but that the record has new lines, and these are their events; those that open and
    /// close sittings are passed over.
    #[track_caller]
    pub fn only_recorded(&self, before: &Tree, events: &[&str]) {
        let mut now = self.tree();
        let record = |tree: &mut Tree| tree.remove("transcript.jsonl").unwrap_or_default();
        let (old, new) = (record(&mut before.clone()), record(&mut now));
        let mut rest = before.clone();
        rest.remove("transcript.jsonl");
        assert_eq!(now.keys().collect::<Vec<_>>(), rest.keys().collect::<Vec<_>>());
        assert!(now == rest, "files changed");
        let added = new.strip_prefix(old.as_slice()).expect("lines of the record changed");
        let told = events_of(added).into_iter().filter(|event| !event.starts_with("sitting-"));
        assert_eq!(told.collect::<Vec<_>>(), events);
    }

    /// The lines of the record, but for those that open and close sittings.
    pub fn record(&self) -> Vec<Value> {
        let is_sitting = |line: &Value| line["event"].as_str().unwrap().starts_with("sitting-");
        self.lines().into_iter().filter(|line| !is_sitting(line)).collect()
    }

    /// All lines of the record.
    pub fn lines(&self) -> Vec<Value> {
        self.read("transcript.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

fn events_of(lines: &[u8]) -> Vec<String> {
    let lines = std::str::from_utf8(lines).unwrap().lines();
    let event = |line| serde_json::from_str::<Value>(line).unwrap()["event"].as_str().unwrap().to_owned();
    lines.map(event).collect()
}

fn walk(folder: &Path, prefix: &str, tree: &mut Tree) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().into_string().unwrap());
        if entry.file_type().unwrap().is_dir() {
            walk(&entry.path(), &format!("{name}/"), tree);
        } else {
            tree.insert(name, fs::read(entry.path()).unwrap());
        }
    }
}

impl Done {
    /// It ended with this exit code.
    #[track_caller]
    pub fn code(self, code: i32) -> Done {
        assert_eq!(self.code, code, "{}{}", self.out, self.err);
        self
    }

    /// It succeeded, and complained of nothing.
    #[track_caller]
    pub fn ok(self) -> Done {
        assert_eq!((self.code, self.err.as_str()), (0, ""), "{}", self.out);
        self
    }

    /// A check refused: the whole of standard error, and the exit code. Gives what was said before.
    #[track_caller]
    pub fn refused(self, code: i32, check: &str, what: &str, next: &str) -> String {
        let screen =
            format!("error [{check}]: {what}\n  next: {next}\n  more: tuf-ceremony explain {check}\n");
        assert_eq!(self.err, screen, "{}", self.out);
        assert_eq!(self.code, code);
        self.out
    }

    /// An error that belongs to no check: the whole of standard error, and the exit code.
    #[track_caller]
    pub fn failed(self, code: i32, what: &str, next: &str) -> String {
        assert_eq!(self.err, format!("error: {what}\n  next: {next}\n"), "{}", self.out);
        assert_eq!(self.code, code);
        self.out
    }

    /// What it said, as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}
