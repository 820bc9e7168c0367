//! A disk that is full or broken: each failing call ends in exit code 5, with what happened and what to do, and the next
//! run carries on.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::kill_fixture::{DRAFT, FREEZE, Place, RELEASE, SIGN_SEVERAL, Step, ended};
use crate::kill_strace::{Point, points, present};

/// How the disk answers a call, and in which words the program passes that on.
fn fault(call: &str) -> Option<(&'static str, &'static str)> {
    match call {
        "write" | "pwrite64" | "openat" | "mkdir" | "mkdirat" => {
            Some(("error=ENOSPC", "No space left on device"))
        }
        _ => Some(("error=EIO", "Input/output error")),
    }
}

/// Output is no part of the record: a terminal that is gone stops nothing but a holder who must read before signing.
fn is_output(point: &Point) -> bool {
    point.call == "write" && (point.arguments.starts_with("1<") || point.arguments.starts_with("2<"))
}

fn fail_and_go_on(prepared: &Place, step: Step, point: &Point, code: i32) {
    let Some((what, words)) = fault(&point.call) else { return };
    let place = prepared.copy();
    let ended = ended(&place.run(&point.inject(what), step));
    if is_output(point) {
        let unseen = ended.code == 5 && ended.err.contains("what must be read could not be shown");
        assert!(ended.code == code || unseen, "{}", ended.err);
    } else {
        assert_eq!(ended.code, 5, "{}{}", ended.out, ended.err);
        assert!(ended.err.starts_with("error: cannot ") && ended.err.contains(words), "{}", ended.err);
        assert!(
            ended
                .err
                .contains("\n  next: Check space, permissions and the medium, and run the command again"),
            "{}",
            ended.err
        );
    }
    place.check_whole();
    let before = place.files();
    place.go_on(step, false);
    let after = place.files();
    for (name, bytes) in before.iter().filter(|(name, _)| name.starts_with("signatures/")) {
        assert!(after.get(name) == Some(bytes), "{name} was lost or changed");
    }
}

fn sweep(test: &str, step: Step, stride: usize) {
    if !present(test) {
        return;
    }
    let prepared = Place::before(step);
    let found = points(&prepared, step);
    assert!(found.len() > 20, "{found:?}");
    for point in found.iter().step_by(stride) {
        println!("{step:?}: {point:?}");
        fail_and_go_on(&prepared, step, point, 0);
    }
}

#[test]
fn sign_survives_every_fault() {
    sweep("sign_survives_every_fault", SIGN_SEVERAL, 1);
}

#[test]
fn release_survives_faults() {
    sweep("release_survives_faults", RELEASE, 4);
}

#[test]
fn draft_and_freeze_survive_faults() {
    sweep("draft_and_freeze_survive_faults", DRAFT, 7);
    sweep("draft_and_freeze_survive_faults", FREEZE, 7);
}

#[test]
#[ignore = "slow: every fault of the commands that are sampled otherwise"]
fn every_command_survives_every_fault() {
    for step in [DRAFT, FREEZE, RELEASE] {
        sweep("every_command_survives_every_fault", step, 1);
    }
}

/// Names the folder on which the child process is to mount a small file system.
const SMALL: &str = "TUF_CEREMONY_TEST_SMALL_DISK";

/// A real full disk: half of a file fits, or half of a line of the record.
#[test]
fn a_full_disk_is_survived() {
    let test = "kill_faults::a_full_disk_is_survived";
    if let Some(mount) = std::env::var_os(SMALL) {
        return fill_the_disk(Path::new(&mount));
    }
    let mount = tempfile::tempdir().unwrap();
    let script = "mount -t tmpfs -o size=1m none \"$1\" || exit 77; shift; exec \"$@\"";
    let output = Command::new("unshare")
        .args(["--mount", "--map-root-user", "sh", "-c", script, "sh"])
        .args([mount.path(), &std::env::current_exe().unwrap()])
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env(SMALL, mount.path())
        .output();
    let told = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match output {
        Ok(output) if output.status.success() => assert!(told(&output.stdout).contains("1 passed")),
        Ok(output) if told(&output.stdout).contains("running 1 test") => {
            panic!("{}{}", told(&output.stdout), told(&output.stderr));
        }
        _ => println!("SKIPPED {test}: this machine does not let a test mount a file system of its own"),
    }
}

fn fill_the_disk(mount: &Path) {
    let mut full = 0;
    for (step, code) in [(DRAFT, 0), (FREEZE, 0), (SIGN_SEVERAL, 0), (RELEASE, 0)] {
        let prepared = Place::before(step);
        // Each page that is left lets the command come a little further.
        for pages in [0, 1, 2, 3, 5, 7, 9, 12] {
            let place = prepared.copy_below(mount);
            let filler = fill(mount, pages);
            let ended = place.end(step);
            fs::remove_file(filler).unwrap();
            if ended.code == 5 {
                full += 1;
                assert!(ended.err.contains("No space left on device"), "{}", ended.err);
                assert!(ended.err.contains("\n  next: Check space"), "{}", ended.err);
            } else {
                assert_eq!(ended.code, code, "{}{}", ended.out, ended.err);
            }
            place.check_whole();
            place.go_on(step, false);
        }
    }
    assert!(full > 12, "the disk was full only {full} times");
}

/// Fills a file system up to some pages.
fn fill(mount: &Path, pages: usize) -> PathBuf {
    let filler = mount.join("filler");
    let mut size = 1 << 20;
    // The last write that fits decides.
    while size > 0 {
        let more = vec![0; size];
        let mut bytes = fs::read(&filler).unwrap_or_default();
        let before = bytes.len();
        bytes.extend(more);
        if fs::write(&filler, &bytes).is_err() {
            bytes.truncate(before);
            fs::write(&filler, &bytes).unwrap();
            size /= 2;
        }
        if size < 4096 {
            break;
        }
    }
    let length = fs::metadata(&filler).unwrap().len();
    let file = fs::File::options().write(true).open(&filler).unwrap();
    file.set_len(length.saturating_sub(4096 * pages as u64)).unwrap();
    filler
}
