//! Measuring side by side: what is ours and what it is held against take turns in the same run, so that whatever else the
//! machine does slows down both, and the medians are compared.

use std::env;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How often each is done. Of an odd number one is the median.
const ROUNDS: usize = 5;

/// Something that can be done again and again. It says itself how long that took, because getting ready does not count.
pub type Work<'a> = Box<dyn FnMut() -> Duration + 'a>;

/// What ours is held against.
pub struct Against<'a> {
    name: &'a str,
    /// `None` if it is not on this machine.
    work: Option<Work<'a>>,
}

impl<'a> Against<'a> {
    /// What is always there: a library of ours, or a limit.
    pub fn limit(name: &'a str, work: impl FnMut() -> Duration + 'a) -> Against<'a> {
        Against { name, work: Some(Box::new(work)) }
    }

    /// A program of somebody else, if it is there.
    pub fn peer(name: &'a str, is_there: bool, work: impl FnMut() -> Duration + 'a) -> Against<'a> {
        Against { name, work: is_there.then(|| Box::new(work) as Work<'a>) }
    }
}

/// Whether this was started to measure, as `cargo bench` does it, and not as a test.
pub fn is_asked() -> bool {
    env::args().any(|argument| argument == "--bench")
}

/// A folder that goes away with this value, on the disk that the build is on: the usual one may be memory.
pub fn folder() -> TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

/// Begins a part of the table.
pub fn title(what: &str) {
    println!("\n{what:<44}{:>10}{:>10}{:>8}  against", "ours", "theirs", "ratio");
}

/// Takes turns, and prints a line for each that ours is held against.
pub fn compare(what: &str, mut ours: impl FnMut() -> Duration, mut others: Vec<Against<'_>>) {
    let mut own = Vec::new();
    let mut theirs: Vec<Vec<Duration>> = others.iter().map(|_| Vec::new()).collect();
    for _ in 0..ROUNDS {
        own.push(ours());
        for (other, took) in others.iter_mut().zip(&mut theirs) {
            took.extend(other.work.as_mut().map(|work| work()));
        }
    }
    let own = median(own);
    for (other, took) in others.iter().zip(theirs) {
        match (took.is_empty(), other.name) {
            (false, name) => {
                let their = median(took);
                line(what, &shown(own), &shown(their), own.as_secs_f64() / their.as_secs_f64(), name);
            }
            (true, name) => {
                println!(
                    "{what:<44}{:>10}{:>10}{:>8}  {name}: not here, see benches/run",
                    shown(own),
                    "-",
                    "-"
                );
            }
        }
    }
}

/// Prints one line.
pub fn line(what: &str, ours: &str, theirs: &str, ratio: f64, against: &str) {
    println!("{what:<44}{ours:>10}{theirs:>10}{ratio:>8.2}  {against}");
}

fn median(mut took: Vec<Duration>) -> Duration {
    took.sort_unstable();
    took[took.len() / 2]
}

fn shown(took: Duration) -> String {
    match took.as_secs_f64() {
        seconds if seconds < 1.0 => format!("{:.1} ms", seconds * 1000.0),
        seconds => format!("{seconds:.2} s"),
    }
}

/// How long something takes. What it gives is let go afterwards, so that nothing of it is left out as useless.
pub fn time<T>(work: impl FnOnce() -> T) -> Duration {
    let begin = Instant::now();
    let given = std::hint::black_box(work());
    let took = begin.elapsed();
    drop(given);
    took
}

/// The program that is built, or another, with what it says kept from the table.
pub fn program(path: impl AsRef<Path>) -> Command {
    let mut command = Command::new(path.as_ref());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs a program, which must succeed, and gives what it printed.
pub fn run(command: &mut Command) -> Vec<u8> {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {} {said}", output.status);
    output.stdout
}
