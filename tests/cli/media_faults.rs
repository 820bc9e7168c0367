//! Media that fail: full, pulled out, worn, lying. Each is noticed, nothing half-done passes for done, and another stick works.
//!
//! Where a fault has to come at one moment, the program is stopped at a system call by strace, the medium is changed
//! behind its back, and the program goes on.

use std::fs;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::kill_strace::present;
use crate::media_stick::{
    Stick, good_stick, in_namespace, manifest, planned_with_media, released_with_media, told,
};
use crate::room::{Done, Room};

const BROKEN: &str = "If it was pulled out, insert it again and run the command again. Otherwise use another medium, and do not rely \
                      on what is on this one: it cannot be read or written as it must.";
const EXPORT: [&str; 4] = ["media", "export", "--set", "website"];

/// Runs the body of a test in which strace is needed in a mount namespace, as [`in_namespace`] does.
fn in_namespace_traced(test: &str, programs: &[&str], body: fn()) {
    if present(test) {
        in_namespace(test, programs, body);
    }
}

/// A command that strace does something to at a system call, and tells of it in `trace` beside the room.
fn injected(room: &Room, inject: &str, arguments: &[&str]) -> Command {
    let call = inject.split(':').next().unwrap();
    let trace = room.beside("trace");
    let mut command = room.tool("strace");
    command.args(["-f", "-qq", "-o", trace.to_str().unwrap(), "-e", &format!("trace={call}"), "-e"]);
    command.arg(format!("inject={inject}")).arg("--").arg(env!("CARGO_BIN_EXE_tuf-ceremony"));
    command.args(["-C", &room.directory()]).args(arguments);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs a command until it stops behind the `nth` of a system call, does something, and lets it go on.
pub fn stopped_at(room: &Room, call: &str, nth: usize, arguments: &[&str], meanwhile: impl FnOnce()) -> Done {
    let _ = fs::remove_file(room.beside("trace"));
    let mut child = injected(room, &format!("{call}:signal=SIGSTOP:when={nth}"), arguments).spawn().unwrap();
    let program = wait_until_stopped(room, &mut child);
    meanwhile();
    assert!(Command::new("kill").args(["-CONT", &program]).status().unwrap().success());
    done(child)
}

fn done(child: Child) -> Done {
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Done { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}

/// The id of the program that strace traces, once it has stopped.
fn wait_until_stopped(room: &Room, strace: &mut Child) -> String {
    loop {
        let trace = fs::read_to_string(room.beside("trace")).unwrap_or_default();
        if let Some(line) = trace.lines().find(|line| line.ends_with("--- stopped by SIGSTOP ---")) {
            return line.split(' ').next().unwrap().to_owned();
        }
        let ended = strace.try_wait().unwrap();
        assert!(ended.is_none(), "the program ended before it stopped: {ended:?}\n{trace}");
        std::thread::yield_now();
    }
}

/// The place of some bytes in the file behind a stick.
fn find(image: &Path, bytes: &[u8]) -> u64 {
    let all = fs::read(image).unwrap();
    let at = all.windows(bytes.len()).position(|window| window == bytes).unwrap();
    u64::try_from(at).unwrap()
}

fn overwrite(image: &Path, at: u64, bytes: &[u8]) {
    fs::File::options().write(true).open(image).unwrap().write_all_at(bytes, at).unwrap();
}

#[track_caller]
fn goes_on(room: &Room) {
    let stick = Stick::ext4("TUF-OUT");
    room.run(&EXPORT).ok();
    let checked = room.run(&["media", "check", &stick.device, "--json"]).ok().json();
    assert_eq!(checked["folders"][0]["whole"], true);
}

/// An import from it fails at a file, and one from another stick does not.
#[track_caller]
fn cannot_be_read(room: &Room, stick: Stick, prefix: &str, file: &str) {
    let import = |prefix: &str| room.run(&["media", "import", "--from", "inbox", "--confirm", prefix]);
    let done = import(prefix);
    let what = format!("on the medium labelled TUF-IN: cannot read {file}: Input/output error (os error 5)");
    // That it can be taken out is said, too.
    assert_eq!(done.out, "The medium labelled TUF-IN is unmounted, and can be taken out.\n");
    done.failed(5, &what, BROKEN);
    assert!(!room.path("imported").exists());
    drop(stick);
    let (_stick, prefix) = good_stick();
    import(&prefix).ok();
}

/// Nothing but what a file system has by itself: no half-written set under its name.
#[track_caller]
fn has_no_set(stick: &Stick) {
    let names = stick.look(|folder| {
        let entries = fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect::<Vec<_>>()
    });
    assert!(!names.iter().any(|name| name.starts_with("rehearsal")), "{names:?}");
}

#[test]
fn a_write_protected_stick_is_named_and_another_one_works() {
    in_namespace(
        "media_faults::a_write_protected_stick_is_named_and_another_one_works",
        &["blockdev"],
        || {
            let room = released_with_media();
            let stick = Stick::ext4("TUF-OUT");
            told("blockdev", &["--setro", &stick.device]);
            let before = room.tree();
            let next = "Nothing was written. Look for a switch on its side, or use another medium.";
            let refused = room.run(&EXPORT);
            // The kernel keeps this of a loop device for whoever has it next.
            told("blockdev", &["--setrw", &stick.device]);
            refused.failed(5, "the medium labelled TUF-OUT is write-protected", next);
            room.only_recorded(&before, &[]);
            drop(stick);
            goes_on(&room);
        },
    );
}

/// Where nothing can be recorded, nothing is done.
#[test]
fn a_record_that_cannot_be_written() {
    in_namespace("media_faults::a_record_that_cannot_be_written", &[], || {
        let room = released_with_media();
        let stick = Stick::ext4("TUF-OUT");
        let directory = room.directory();
        told("mount", &["--bind", &directory, &directory]);
        told("mount", &["-o", "remount,bind,ro", &directory]);
        let what = format!("cannot write {directory}/transcript.jsonl: Read-only file system (os error 30)");
        let next =
            "Check space, permissions and the medium, and run the command again; nothing was half-written.";
        let out = room.beside("disc.iso");
        room.run(&["media", "image", "--set", "website", "--out", out.to_str().unwrap()])
            .failed(5, &what, next);
        room.run(&EXPORT).failed(5, &what, next);
        assert!(!out.exists());
        has_no_set(&stick);
        told("umount", &[&directory]);
        drop(stick);
        goes_on(&room);
    });
}

#[test]
fn a_medium_that_is_full() {
    let test = "media_faults::a_medium_that_is_full";
    in_namespace(test, &[], || {
        let room = released_with_media();
        let stick = Stick::ext4("TUF-OUT");
        stick.fill(|folder| {
            let mut file = fs::File::create(folder.join("holidays")).unwrap();
            let chunk = vec![1; 4096];
            while std::io::Write::write_all(&mut file, &chunk).is_ok() {}
        });
        let done = room.run(&EXPORT);
        assert_eq!(done.code, 5);
        assert!(done.err.starts_with("error: the medium labelled TUF-OUT has "), "{done:?}");
        let next = "\n  next: Nothing was written. Use a larger medium, or an empty one.\n";
        assert!(done.err.contains(" bytes free, and ") && done.err.ends_with(next), "{done:?}");
        has_no_set(&stick);
        drop(stick);
        goes_on(&room);
    });
}

/// Every write, sync and rename onto the medium may be the one that fails.
#[test]
fn writing_that_fails_at_any_call() {
    in_namespace_traced("media_faults::writing_that_fails_at_any_call", &[], || {
        let room = released_with_media();
        let stick = Stick::ext4("TUF-OUT");
        // Those before are of the record; those behind are of the record, too.
        let mut failed = 0;
        for (call, error, most) in [
            ("write", "ENOSPC", 24),
            ("fsync", "EIO", 24),
            ("renameat2", "EIO", 6),
            ("syncfs", "EIO", 2),
            ("mkdirat", "EIO", 3),
        ] {
            for nth in (1..=most).step_by(2) {
                let inject = format!("{call}:error={error}:when={nth}");
                let done = done(injected(&room, &inject, &EXPORT).spawn().unwrap());
                if done.err.starts_with("error: on the medium labelled TUF-OUT: cannot ") {
                    failed += 1;
                    assert_eq!(done.code, 5, "{done:?}");
                    assert!(done.err.ends_with(&format!("\n  next: {BROKEN}\n")), "{done:?}");
                    // The device itself is synced when all is written.
                    if !done.err.contains(stick.device.as_str()) {
                        has_no_set(&stick);
                    }
                }
                // Whatever happened, what lies there is whole, or is not there.
                stick.fill(|folder| {
                    let set = folder.join("rehearsal-1-website");
                    if set.exists() {
                        let check = Command::new("sha256sum")
                            .args(["-c", "--quiet", "MANIFEST"])
                            .current_dir(&set)
                            .output();
                        assert!(check.unwrap().status.success(), "{call} {nth}");
                        fs::remove_dir_all(&set).unwrap();
                    }
                });
            }
        }
        assert!(failed > 8, "the medium failed only {failed} times");
        room.run(&EXPORT).ok();
    });
}

/// The file behind the loop device is cut, and the disk under it is full: the device fails at what the file system thinks has
/// space.
#[test]
fn a_medium_that_fails_while_written() {
    in_namespace_traced("media_faults::a_medium_that_fails_while_written", &[], || {
        let room = released_with_media();
        let disk = tempfile::tempdir().unwrap();
        told("mount", &["-t", "tmpfs", "-o", "size=8m", "none", disk.path().to_str().unwrap()]);
        let stick = Stick::ext4_in("TUF-OUT", disk.path());
        let fail = || {
            stick.cut(64 << 10);
            let mut filler = fs::File::create(disk.path().join("filler")).unwrap();
            while std::io::Write::write_all(&mut filler, &[1; 4096]).is_ok() {}
        };
        // Folders are made on the medium alone.
        let done = stopped_at(&room, "mkdirat", 1, &EXPORT, fail);
        assert_eq!(done.code, 5, "{done:?}");
        assert!(done.err.starts_with("error: on the medium labelled TUF-OUT: cannot "), "{done:?}");
        assert!(done.err.contains("No space left on device"), "{done:?}");
        assert!(!room.record().iter().any(|line| line["event"] == "media-exported"));
        let line = room.record().last().unwrap().clone();
        assert_eq!((&line["event"], &line["data"]["act"]), (&"refused".into(), &"media export".into()));
        drop(stick);
        told("umount", &["--lazy", disk.path().to_str().unwrap()]);
        goes_on(&room);
    });
}

/// The medium is pulled before it is read back: what had been written is gone with it.
#[test]
fn a_medium_that_is_pulled() {
    in_namespace_traced("media_faults::a_medium_that_is_pulled", &[], || {
        let room = released_with_media();
        let stick = Stick::ext4("TUF-OUT");
        let pull = || stick.cut(64 << 10);
        let done = stopped_at(&room, "fsopen", 2, &EXPORT, pull);
        assert_eq!(done.code, 5, "{done:?}");
        assert!(done.err.starts_with("error: the medium labelled TUF-OUT cannot be mounted: "), "{done:?}");
        assert!(!room.record().iter().any(|line| line["event"] == "media-exported"));
        drop(stick);
        goes_on(&room);
    });
}

/// MEDIA-READ-BACK: what the medium has is not what was written, though memory had it right.
#[test]
fn a_medium_that_lies() {
    in_namespace_traced("media_faults::a_medium_that_lies", &[], || {
        let room = released_with_media();
        let stick = Stick::ext4("TUF-OUT");
        let root = room.read("metadata/1.root.json").into_bytes();
        let lie = || {
            let at = find(&stick.image(), &root);
            overwrite(&stick.image(), at + 100, b"\0");
        };
        // It is mounted a second time to be read back.
        let done = stopped_at(&room, "fsopen", 2, &EXPORT, lie);
        let next = "Do not use this medium again: export to another one.";
        // Both names of the root have the same bytes; the first of them was found.
        let what = done.err.lines().next().unwrap_or_default().to_owned();
        let names = ["metadata/1.root.json", "metadata/root.json"];
        let expected = names.map(|name| {
            format!("error [MEDIA-READ-BACK]: on the medium labelled TUF-OUT, {name} reads back differently")
        });
        assert!(expected.contains(&what), "{done:?}");
        assert!(done.err.contains(&format!("\n  next: {next}\n")), "{done:?}");
        assert_eq!(done.code, 1);
        let line = room.record().last().unwrap().clone();
        assert_eq!((&line["event"], &line["data"]["check"]), (&"refused".into(), &"MEDIA-READ-BACK".into()));
        drop(stick);
        goes_on(&room);
    });
}

#[test]
fn a_medium_that_cannot_be_read() {
    in_namespace("media_faults::a_medium_that_cannot_be_read", &[], || {
        let room = planned_with_media();
        let (stick, prefix) = good_stick();
        let at = find(&stick.image(), &[b'b'; 5000]);
        // Whatever lies behind is gone: the kernel's own reads fail.
        stick.cut(at + 8192);
        cannot_be_read(&room, stick, &prefix, "/deep/b.json");
    });
}

/// exFAT by a file system in user space, whose device fails under it: while it is read, and while it is written.
#[test]
fn a_file_system_in_user_space_that_fails() {
    in_namespace_traced(
        "media_faults::a_file_system_in_user_space_that_fails",
        &["mkfs.exfat", "mount.exfat-fuse"],
        || {
            let room = released_with_media();
            let stick = Stick::exfat("TUF-IN");
            let mounted = stick.mount_by("mount.exfat-fuse", "rw");
            fs::write(mounted.path().join("file.json"), vec![b'x'; 200_000]).unwrap();
            let prefix = manifest(mounted.path(), &["file.json"]);
            drop(mounted);
            let at = find(&stick.image(), &[b'x'; 5000]);
            stick.cut(at + 8192);
            cannot_be_read(&room, stick, &prefix, "/MANIFEST");
            let stick = Stick::exfat("TUF-OUT");
            let cut = || stick.cut(4096);
            // Folders are made on the medium alone.
            let done = stopped_at(&room, "mkdirat", 1, &EXPORT, cut);
            assert_eq!(done.code, 5, "{done:?}");
            assert!(done.err.starts_with("error: on the medium labelled TUF-OUT: cannot "), "{done:?}");
            assert!(done.err.contains(": Input/output error (os error 5)\n"), "{done:?}");
            assert!(!room.record().iter().any(|line| line["event"] == "media-exported"));
            assert!(!told("cat", &["/proc/self/mountinfo"]).contains(&stick.device));
            drop(stick);
            goes_on(&room);
        },
    );
}

/// A stick whose controller gives other bytes the second time.
#[test]
fn a_file_that_changes_between_two_reads() {
    in_namespace_traced("media_faults::a_file_that_changes_between_two_reads", &[], || {
        let room = planned_with_media();
        let (stick, prefix) = good_stick();
        let import = ["media", "import", "--from", "inbox", "--confirm", &prefix];
        let at = find(&stick.image(), b"one\n\0\0\0\0");
        // The last of the opens is for the last file's second read, from the medium; the first file has three before.
        let nth = opens_before_second_read(&room, &import);
        fs::remove_dir_all(room.path("imported")).unwrap();
        let done = stopped_at(&room, "openat2", nth, &import, || overwrite(&stick.image(), at, b"two\n"));
        let next = "Nothing was taken. The medium is broken, or gives what it pleases: do not use it again.";
        done.failed(5, "on the medium labelled TUF-IN: a.txt changed between two reads", next);
        assert!(!room.path("imported").exists());
    });
}

/// Which of the opens on the medium is the one for the second read of the first file.
fn opens_before_second_read(room: &Room, arguments: &[&str]) -> usize {
    let trace = room.beside("trace");
    let mut command = room.tool("strace");
    command.args(["-f", "-qq", "-e", "trace=openat2", "-o", trace.to_str().unwrap(), "--"]);
    command.arg(env!("CARGO_BIN_EXE_tuf-ceremony")).args(["-C", &room.directory()]).args(arguments);
    assert!(command.stdin(Stdio::null()).output().unwrap().status.success());
    let text = fs::read_to_string(&trace).unwrap();
    text.lines().position(|line| line.contains("\"a.txt\"") && line.contains("O_DIRECT")).unwrap() + 1
}
