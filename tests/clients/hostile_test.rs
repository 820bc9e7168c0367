//! Every variant, shown to the program, which must say what is expected, soon, and without panicking.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::hostile::all;
use crate::repository::{NOW, Repository};
use crate::variant::{Reach, Variant, Verdict};

/// How long a case may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// An empty folder of this name.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("hostile").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// What the program said of a folder; an error if it was anything but a verdict.
fn verify(folder: &Path) -> Result<Verdict, String> {
    let (out, err) = (folder.join("stdout"), folder.join("stderr"));
    let mut program = Command::new(env!("CARGO_BIN_EXE_tuf-ceremony"));
    program.arg("verify").arg(folder.join("metadata"));
    program.arg("--trusted").arg(folder.join("trusted.root.json")).args(["--at", NOW, "--json"]);
    program.stdin(Stdio::null()).stdout(File::create(&out).unwrap()).stderr(File::create(&err).unwrap());
    let start = Instant::now();
    let mut running = program.spawn().unwrap();
    let code = loop {
        if let Some(status) = running.try_wait().unwrap() {
            break status.code();
        }
        if start.elapsed() > PATIENCE {
            running.kill().unwrap();
            running.wait().unwrap();
            return Err(format!("no verdict after {PATIENCE:?}"));
        }
        thread::sleep(Duration::from_millis(1));
    };
    let verdict = match code {
        Some(0) => Verdict::Accepted,
        Some(1) => Verdict::Refused,
        _ => return Err(format!("exit {code:?}: {}", fs::read_to_string(&err).unwrap().trim())),
    };
    let text = fs::read_to_string(&out).unwrap();
    let report: Value = serde_json::from_str(&text).map_err(|error| format!("{error}: {text}"))?;
    if report["accepted"] != (verdict == Verdict::Accepted) {
        return Err(format!("exit {code:?}, but says {}", report["accepted"]));
    }
    Ok(verdict)
}

/// Does something with every variant, on a few threads. Returns what they had to complain of.
fn complaints(variants: &[Variant], judge: impl Fn(&Variant) -> Option<String> + Sync) -> Vec<String> {
    let (next, complaints) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || {
        while let Some(variant) = variants.get(next.fetch_add(1, Ordering::Relaxed)) {
            if let Some(complaint) = judge(variant) {
                complaints.lock().unwrap_or_else(PoisonError::into_inner).push(complaint);
            }
        }
    };
    thread::scope(|scope| (0..4).for_each(|_| drop(scope.spawn(work))));
    let mut complaints = complaints.into_inner().unwrap_or_else(PoisonError::into_inner);
    complaints.sort();
    complaints
}

#[test]
fn the_good_repository_is_accepted() {
    let folder = folder("the-good-one");
    let good = Variant {
        name: "good".to_owned(),
        expected: Verdict::Accepted,
        why: "nothing is wrong".to_owned(),
        reach: Reach::Targets,
        files: Repository::good().build(),
    };
    good.write(&folder);
    assert_eq!(verify(&folder), Ok(Verdict::Accepted));
}

#[test]
fn variants_are_many_and_no_two_are_the_same() {
    let good = Repository::good().build();
    let variants = all();
    let accepted = variants.iter().filter(|variant| variant.expected == Verdict::Accepted).count();
    println!("{} variants, of which {accepted} are to be accepted", variants.len());
    assert!(variants.len() >= 220 && accepted >= 60);
    let names: BTreeSet<&str> = variants.iter().map(|variant| variant.name.as_str()).collect();
    assert_eq!(names.len(), variants.len(), "names are unique");
    let fine = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
    let odd: Vec<&&str> = names.iter().filter(|name| !name.chars().all(fine) || name.len() > 100).collect();
    assert!(odd.is_empty(), "names of folders: {odd:?}");
    let same: Vec<&str> = variants
        .iter()
        .filter(|variant| variant.files == good)
        .map(|variant| variant.name.as_str())
        .collect();
    assert!(same.is_empty(), "the same as the good repository: {same:?}");
    let mut seen = BTreeMap::new();
    let twins: Vec<_> = variants
        .iter()
        .filter_map(|variant| Some((seen.insert(&variant.files, &variant.name)?, &variant.name)))
        .collect();
    assert!(twins.is_empty(), "the same as each other: {twins:?}");
}

#[test]
fn every_variant_gets_the_verdict_that_the_specification_gives_it() {
    let variants = all();
    let failures = complaints(variants, |variant| {
        let folder = folder(&variant.name);
        variant.write(&folder);
        // `verify` looks at the target files that are there.
        let expected = if variant.reach == Reach::Absent { Verdict::Accepted } else { variant.expected };
        let said = verify(&folder);
        let _ = fs::remove_dir_all(&folder);
        let said = match said {
            Ok(verdict) if verdict == expected => return None,
            Ok(verdict) => format!("{verdict:?}"),
            Err(error) => error,
        };
        Some(format!("{}: {said}; expected {expected:?} ({})", variant.name, variant.why))
    });
    assert!(failures.is_empty(), "{} of {}:\n{}", failures.len(), variants.len(), failures.join("\n"));
}
