//! Stopping a process, or failing it, at an exact system call: `strace -e inject`.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use crate::kill_fixture::Place;

/// The calls by which something lasting happens. `?`: not every machine has each.
const TRACED: &str = "trace=?write,?pwrite64,?writev,?openat,?fsync,?fdatasync,?rename,?renameat,?renameat2,\
     ?ftruncate,?truncate,?mkdir,?mkdirat,?unlink,?unlinkat,?rmdir";

/// One call in the life of a process: the `nth` of its name, from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    pub call: String,
    pub nth: usize,
    /// Its arguments as strace shows them, paths of descriptors included.
    pub arguments: String,
}

impl Point {
    /// `strace` and its arguments, to do this at the point: `signal=SIGKILL`, `error=EIO`.
    pub fn inject(&self, what: &str) -> Vec<String> {
        let inject = format!("inject={}:{what}:when={}", self.call, self.nth);
        let trace = format!("trace={}", self.call);
        let words = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", &trace, "-e", &inject, "--"];
        words.map(str::to_owned).to_vec()
    }
}

/// Whether strace is here and may trace. Without it a test is skipped, aloud; in CI, where all parts are, it fails.
pub fn present(test: &str) -> bool {
    let probe = Command::new("strace")
        .args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=write", "--", "true"])
        .output();
    if probe.is_ok_and(|output| output.status.success()) {
        return true;
    }
    assert!(
        std::env::var_os("CI").is_none_or(|ci| ci != "true"),
        "{test}: strace is not installed, or may not trace"
    );
    println!("SKIPPED {test}: strace is not installed, or may not trace here");
    false
}

/// Runs a command undisturbed in a copy of a place, and gives the points at which it changes or tells something.
pub fn points(place: &Place, step: &[&str]) -> Vec<Point> {
    let copy = place.copy();
    let trace = copy.outside().join("trace");
    let words = ["strace", "-f", "-qq", "-y", "-s", "16", "-o", trace.to_str().unwrap(), "-e", TRACED, "--"];
    copy.run(&words.map(str::to_owned), step);
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut points = Vec::new();
    for line in fs::read_to_string(&trace).unwrap().lines() {
        // `PID  name(arguments) = result`
        let Some((call, arguments)) =
            line.split_once(' ').and_then(|(_, rest)| rest.trim_start().split_once('('))
        else {
            continue;
        };
        let nth = counts.entry(call.to_owned()).or_default();
        *nth += 1;
        // Opening what is there changes nothing, but counts.
        if call != "openat" || arguments.contains("O_CREAT") {
            points.push(Point { call: call.to_owned(), nth: *nth, arguments: arguments.to_owned() });
        }
    }
    points
}
