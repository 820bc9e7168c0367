//! How media are mounted: what the medium itself asks for is not heard, and nobody else comes near.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, Stdio};

use crate::kill_strace::present;
use crate::media_faults::stopped_at;
use crate::media_stick::{
    Stick, good_stick, in_namespace, manifest, planned_with_media, released_with_media, told,
};
use crate::room::Room;

const IMPORT: [&str; 5] = ["media", "import", "--from", "inbox", "--confirm"];
const EXPORT: [&str; 4] = ["media", "export", "--set", "website"];
const EXFAT: [&str; 2] = ["mkfs.exfat", "mount.exfat-fuse"];

/// Exports until the first of a system call, at which the program is killed. What it started goes on, and strace does not wait.
fn killed_at(room: &Room, call: &str) {
    let (trace, inject) = (format!("trace={call}"), format!("inject={call}:signal=SIGKILL:when=1"));
    let mut command = room.tool("strace");
    command.args(["-qq", "-o", "/dev/null", "-e", &trace, "-e", &inject, "--"]);
    command.arg(env!("CARGO_BIN_EXE_tuf-ceremony")).args(["-C", &room.directory()]).args(EXPORT);
    let output = command.stdin(Stdio::null()).output().unwrap();
    assert!(output.status.signal() == Some(9), "{call}: {output:?}");
}

/// An ext4 file system can ask for a panic of the kernel when something on it is damaged.
#[test]
fn a_stick_cannot_stop_the_machine() {
    let test = "media_mounts::a_stick_cannot_stop_the_machine";
    if !present(test) {
        return;
    }
    in_namespace(test, &["tune2fs"], || {
        let room = released_with_media();
        let options = |stick: &Stick| {
            let told = fs::read_to_string(format!("/proc/fs/ext4/{}/options", stick.name())).unwrap();
            told.lines().map(str::to_owned).collect::<Vec<_>>()
        };
        let (stick, prefix) = good_stick();
        told("tune2fs", &["-e", "panic", &stick.device]);
        // By hand it is heard.
        let mounted = stick.mount("ro");
        assert!(options(&stick).contains(&"errors=panic".to_owned()));
        drop(mounted);
        let safe = |stick: &Stick| {
            let options = options(stick);
            assert!(options.contains(&"errors=remount-ro".to_owned()), "{options:?}");
            assert!(!options.contains(&"errors=panic".to_owned()), "{options:?}");
        };
        let import = [&IMPORT[..], &[&prefix]].concat();
        stopped_at(&room, "openat2", 1, &import, || safe(&stick)).ok();
        let stick = Stick::ext4("TUF-OUT");
        // The other place at which it can say so: options of its own for every mount.
        told("tune2fs", &["-E", "mount_opts=errors=panic", &stick.device]);
        let mounted = stick.mount("ro");
        assert!(options(&stick).contains(&"errors=panic".to_owned()));
        drop(mounted);
        // While it is written, and while it is read back.
        stopped_at(&room, "mkdirat", 1, &EXPORT, || safe(&stick)).ok();
    });
}

/// A folder that is bound elsewhere is a mount, and not the medium.
#[test]
fn a_part_of_a_medium_is_not_the_medium() {
    in_namespace("media_mounts::a_part_of_a_medium_is_not_the_medium", &[], || {
        let room = planned_with_media();
        let stick = Stick::ext4("TUF-IN");
        let mut prefix = String::new();
        stick.fill(|folder| {
            fs::create_dir(folder.join("deep")).unwrap();
            fs::write(folder.join("deep/a"), "x").unwrap();
            prefix = manifest(&folder.join("deep"), &["a"]);
        });
        let mounted = stick.mount("ro,nosuid,nodev,noexec");
        let bound = tempfile::tempdir().unwrap();
        let (from, at) =
            (mounted.path().join("deep").display().to_string(), bound.path().display().to_string());
        told("mount", &["--bind", &from, &at]);
        told("mount", &["-o", "remount,bind,ro,nosuid,nodev,noexec", &at]);
        let refused = room.run(&[&IMPORT[..], &[&prefix, "--at", &at]].concat());
        let whole = room.run(&[&IMPORT[..], &[&prefix, "--at", &mounted.typed()]].concat());
        told("umount", &[&at]);
        let next = "Name the folder on which the medium itself is mounted, as /proc/self/mountinfo has it.";
        let what = format!(
            "{at} is not where a medium is mounted: only a folder of its file system is mounted there"
        );
        refused.failed(5, &what, next);
        whole.ok();
    });
}

/// What is mounted by a program has no path, like all else; and nothing of it stays when this one is killed.
#[test]
fn nobody_else_comes_near_a_medium_in_user_space() {
    let test = "media_mounts::nobody_else_comes_near_a_medium_in_user_space";
    if !present(test) {
        return;
    }
    in_namespace(test, &EXFAT, || {
        let mut room = released_with_media();
        let place = room.beside("temporary");
        fs::create_dir(&place).unwrap();
        room.set("TMPDIR", &place);
        let names = || fs::read_dir(&place).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
        let mounts = || told("cat", &["/proc/self/mountinfo"]);
        let stick = Stick::exfat("TUF-OUT");
        stopped_at(&room, "mkdirat", 1, &EXPORT, || {
            assert_eq!(names(), Vec::<std::path::PathBuf>::new());
            assert!(!mounts().contains(&stick.device), "{}", mounts());
        })
        .ok();
        // Killed in the only moment at which there is a path: nobody but root gets through.
        let left = || {
            killed_at(&room, "umount2");
            let left = names();
            assert_eq!(left.len(), 1, "{left:?}");
            let of_folder = fs::metadata(&left[0]).unwrap();
            let of_medium = fs::metadata(left[0].join("medium")).unwrap();
            assert!(mounts().contains(left[0].to_str().unwrap()), "{}", mounts());
            assert_eq!((of_folder.mode() & 0o7777, of_medium.mode() & 0o7777), (0o700, 0o700));
        };
        left();
        let again = room.run(&EXPORT).ok();
        assert!(again.out.starts_with("Found complete on the medium labelled TUF-OUT"), "{}", again.out);
        assert_eq!(names(), Vec::<std::path::PathBuf>::new());
        assert!(!mounts().contains(&stick.device), "{}", mounts());
        // What another process holds is left alone, and named.
        left();
        let held = names().remove(0);
        let mut holder =
            Command::new("flock").arg(&held).args(["cat"]).stdin(Stdio::piped()).spawn().unwrap();
        while Command::new("flock").arg("-n").arg(&held).arg("true").status().unwrap().success() {}
        let at = held.join("medium").display().to_string();
        let what = format!("the medium labelled TUF-OUT is mounted already, at {at}");
        let next = format!(
            "Unmount it with `umount {at}`, and run the command again, as root. `--at` does not do: what a program in user space \
             has mounted cannot be read back."
        );
        room.run(&EXPORT).failed(5, &what, &next);
        drop(holder.stdin.take());
        holder.wait().unwrap();
        room.run(&EXPORT).ok();
    });
}

/// Killed at any moment between mounting and the end, a process leaves no mount.
#[test]
fn no_mount_outlives_the_program() {
    let test = "media_mounts::no_mount_outlives_the_program";
    if !present(test) {
        return;
    }
    in_namespace(test, &EXFAT, || {
        let mut room = released_with_media();
        let place = room.beside("temporary");
        fs::create_dir(&place).unwrap();
        room.set("TMPDIR", &place);
        let stick = Stick::exfat("TUF-OUT");
        for call in ["openat2", "mkdirat", "syncfs"] {
            killed_at(&room, call);
            assert!(!told("cat", &["/proc/self/mountinfo"]).contains(&stick.device), "{call}");
            assert_eq!(fs::read_dir(&place).unwrap().count(), 0, "{call}");
        }
        room.run(&EXPORT).ok();
    });
}
