//! `seal`, killed at every point at which it writes: the same command completes it, and nothing else gets in.

use std::os::unix::process::ExitStatusExt as _;
use std::process::Command;

use crate::kill_fixture::{Place, RELEASE};
use crate::kill_strace::{points, present};

const SIGKILL: i32 = 9;
const SEAL: &[&str] = &["seal"];

/// The seal is whole: the program and coreutils say so.
fn check(place: &Place) {
    let again = place.expect(SEAL, 0);
    assert!(again.out.starts_with("Sealed already, and every file is as it was then."), "{}", again.out);
    place.check_whole();
    let mut sums = Command::new("sha256sum");
    let sums = sums
        .args(["--check", "--strict", "--quiet", "SHA256SUMS"])
        .current_dir(place.dir())
        .output()
        .unwrap();
    assert!(sums.status.success(), "{sums:?}");
    let shown = place.expect(&["transcript", "show"], 0);
    assert!(shown.out.contains("\nSealed.\n"), "{}", shown.out);
    place.check_released();
}

#[test]
fn seal_carries_on() {
    if !present("seal_carries_on") {
        return;
    }
    let prepared = Place::before(RELEASE);
    prepared.expect(RELEASE, 0);
    let found = points(&prepared, SEAL);
    assert!(found.len() >= 20, "only {} points: {found:?}", found.len());
    let (mut refused, mut completed) = (0, 0);
    for (number, point) in found.iter().enumerate() {
        println!("point {number} of {}: {point:?}", found.len());
        let place = prepared.copy();
        let output = place.run(&point.inject("signal=SIGKILL"), SEAL);
        assert_eq!(output.status.signal(), Some(SIGKILL), "{point:?} was not reached");
        place.check_whole();
        // Once the record says that it is sealed, no other command writes, whatever is missing still.
        let draft = place.copy().end(&["freeze"]);
        if draft.err.starts_with("error: this ceremony is sealed") {
            refused += 1;
            assert_eq!(draft.code, 1);
        }
        let again = place.expect(SEAL, 0);
        completed +=
            usize::from(again.out.starts_with("Sealed: what an interrupted seal had left was done."));
        check(&place);
    }
    assert!(refused > 5 && completed > 5, "{refused} refused, {completed} completed");
}

#[test]
fn seal_survives_every_fault() {
    if !present("seal_survives_every_fault") {
        return;
    }
    let prepared = Place::before(RELEASE);
    prepared.expect(RELEASE, 0);
    for point in points(&prepared, SEAL) {
        let is_output =
            point.call == "write" && (point.arguments.starts_with("1<") || point.arguments.starts_with("2<"));
        if is_output {
            continue;
        }
        println!("{point:?}");
        let place = prepared.copy();
        let ended = crate::kill_fixture::ended(&place.run(&point.inject("error=EIO"), SEAL));
        assert_eq!(ended.code, 5, "{}{}", ended.out, ended.err);
        assert!(ended.err.contains("\n  next: Check space"), "{}", ended.err);
        place.expect(SEAL, 0);
        check(&place);
    }
}
