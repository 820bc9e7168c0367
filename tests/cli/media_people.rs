//! Media and the people at the machine: who may mount, what is asked, and what a power cut leaves behind.

use std::fs;
use std::process::Command;

use crate::media_stick::{
    Stick, good_stick, in_namespace, manifest, planned_with_media, released_with_media, told,
};
use crate::room::{Done, Room};

const IMPORT: [&str; 4] = ["media", "import", "--from", "inbox"];

/// Runs the program as somebody who is not root.
fn as_nobody(room: &Room, arguments: &[&str]) -> Done {
    // Where a test is built may be closed to others.
    let program = room.beside("tuf-ceremony");
    fs::copy(env!("CARGO_BIN_EXE_tuf-ceremony"), &program).unwrap();
    let folder = room.beside("");
    told("chown", &["-R", "65534:65534", folder.to_str().unwrap()]);
    let output = Command::new("setpriv")
        .args(["--reuid", "65534", "--regid", "65534", "--clear-groups"])
        .arg(&program)
        .args(["-C", &room.directory()])
        .args(arguments)
        .output()
        .unwrap();
    fs::remove_file(program).unwrap();
    told("chown", &["-R", "0:0", folder.to_str().unwrap()]);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Done { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}

#[test]
fn who_is_not_root_is_told_what_to_type() {
    in_namespace("media_people::who_is_not_root_is_told_what_to_type", &["setpriv"], || {
        let room = planned_with_media();
        let (stick, prefix) = good_stick();
        let import = [&IMPORT[..], &["--confirm", &prefix]].concat();
        told("chmod", &["600", &stick.device]);
        let what = format!("{} cannot be read, so its label is not known: permission denied", stick.name());
        let next = format!(
            "Run this as root; or let root type `chmod o+r {}`, which holds until the medium is taken out, and mount it, and name \
             its folder with --at.",
            stick.device
        );
        as_nobody(&room, &import).failed(5, &what, &next);
        let listed = as_nobody(&room, &["media", "list"]).ok().out;
        let closed =
            format!("{}: cannot be read, so its label is not known: permission denied\n", stick.name());
        assert!(listed.starts_with(&closed), "{listed}");
        let next =
            "Run this as root, or mount the medium as root and run `tuf-ceremony media check` on its folder.";
        for name in [stick.device.as_str(), stick.name()] {
            as_nobody(&room, &["media", "check", name]).failed(5, &what, next);
        }
        // Label and serial number cannot be read then, wherever it is mounted.
        let mounted = stick.mount("ro,nosuid,nodev,noexec");
        let what =
            format!("{} is mounted from {}, which this user may not read", mounted.typed(), stick.device);
        let next = format!(
            "Its label and serial number are read from the device. Run this as root; or let root type `chmod o+r {}`, which \
             holds until the medium is taken out.",
            stick.device
        );
        as_nobody(&room, &[&import[..], &["--at", &mounted.typed()]].concat()).failed(5, &what, &next);
        drop(mounted);
        told("chmod", &["644", &stick.device]);
        let next = format!(
            "Run this as root, or mount it with `mount -o ro,nosuid,nodev,noexec {} /mnt`, as root, and add `--at /mnt`.",
            stick.device
        );
        as_nobody(&room, &import).failed(5, "only root may mount the medium labelled TUF-IN", &next);
        // Which is enough.
        let mounted = stick.mount("ro,nosuid,nodev,noexec");
        as_nobody(&room, &[&import[..], &["--at", &mounted.typed()]].concat()).ok();
        told("chmod", &["660", &stick.device]);
        assert_eq!(room.read("imported/TUF-IN-1/a.txt"), "one\n");
    });
}

#[test]
fn the_right_medium_is_asked_for_until_it_is_there() {
    in_namespace("media_people::the_right_medium_is_asked_for_until_it_is_there", &[], || {
        let room = planned_with_media();
        let wrong = Stick::ext4("TUF-OUT");
        let mut holder = room.sit_down(&IMPORT);
        let prompt = "Insert the medium labelled TUF-IN, and press Enter";
        holder.reads(&format!(
            "Not this one: {} is TUF-OUT, the medium carrier of the role out.",
            wrong.name()
        ));
        holder.reads(prompt);
        drop(wrong);
        holder.answers("", "");
        holder.reads("No medium with a file system is inserted. Ctrl-C stops.");
        holder.reads(prompt);
        let stick = Stick::ext4("TUF-IN");
        let mut prefix = String::new();
        stick.fill(|folder| {
            fs::write(folder.join("file"), "x").unwrap();
            prefix = manifest(folder, &["file"]);
        });
        holder.answers("", "");
        holder.reads("The medium is in use: do not take it out yet.");
        // Whoever only presses Enter has typed no digest that could be wrong.
        for nothing in ["", "12 34"] {
            holder.answers("First digits of the manifest's SHA-256, or all of its words", nothing);
            holder.reads("That was not 8 digits or more. Type them once more, or stop with Ctrl-C.");
        }
        // The digest is on the paper and not on the screen.
        holder.answers("First digits of the manifest's SHA-256, or all of its words", &prefix);
        let (code, screen) = holder.leaves();
        assert!(
            code == 0 && screen.contains("Next: take out the medium labelled TUF-IN; it is unmounted."),
            "{screen}"
        );
        assert_eq!(
            screen.split("or all of its words").next().unwrap().matches(&prefix).count(),
            0,
            "{screen}"
        );
    });
}

/// What has just been plugged in looks like a broken one where it is not there any more.
#[test]
fn a_stick_that_is_pulled_at_a_prompt_is_said_to_be() {
    in_namespace("media_people::a_stick_that_is_pulled_at_a_prompt_is_said_to_be", &[], || {
        let room = planned_with_media();
        let stick = Stick::ext4("TUF-IN");
        let mut prefix = String::new();
        stick.fill(|folder| {
            fs::write(folder.join("file"), "x").unwrap();
            prefix = manifest(folder, &["file"]);
        });
        let mut holder = room.sit_down(&IMPORT);
        holder.reads("The medium is in use: do not take it out yet.");
        // Its device goes away, with all others; its file system cannot be taken from under the program.
        let place = room.beside("devices");
        let hide = "mkdir $0 && mount -t tmpfs none $0 && touch $0/null && mount --bind /dev/null $0/null && \
                    mount --move $0 /dev";
        told("sh", &["-c", hide, place.to_str().unwrap()]);
        holder.answers("First digits of the manifest's SHA-256, or all of its words", &prefix);
        let (code, screen) = holder.leaves();
        told("umount", &["--lazy", "/dev"]);
        let (what, next) = (
            "error: the medium labelled TUF-IN was pulled out",
            "next: Insert it again, leave it in, and run",
        );
        assert!(code == 5 && screen.contains(what) && screen.contains(next), "{screen}");
        assert!(!screen.contains("is unmounted") && !room.path("imported").exists(), "{screen}");
        room.run(&[&IMPORT[..], &["--confirm", &prefix]].concat()).ok();
    });
}

/// Nothing is left mounted, whenever the program dies, and what it had not finished is removed by the next export.
#[test]
fn a_power_cut_leaves_no_mount_and_no_half_a_set() {
    let test = "media_people::a_power_cut_leaves_no_mount_and_no_half_a_set";
    if !crate::kill_strace::present(test) {
        return;
    }
    in_namespace(test, &[], || {
        let room = released_with_media();
        let stick = Stick::ext4("TUF-OUT");
        let export = ["media", "export", "--set", "website"];
        for (call, nth) in [("mkdirat", 2), ("renameat2", 1), ("syncfs", 1), ("fsopen", 2)] {
            let inject = format!("inject={call}:signal=SIGKILL:when={nth}");
            let mut strace = room.tool("strace");
            strace.args([
                "-f",
                "-qq",
                "-o",
                "/dev/null",
                "-e",
                &format!("trace={call}"),
                "-e",
                &inject,
                "--",
            ]);
            strace.arg(env!("CARGO_BIN_EXE_tuf-ceremony")).args(["-C", &room.directory()]).args(export);
            assert!(!strace.output().unwrap().status.success(), "{call}");
            assert!(!told("cat", &["/proc/self/mountinfo"]).contains(&stick.device), "{call}");
            room.run(&export).ok();
            let names = stick.look(|folder| {
                let mut names: Vec<_> = fs::read_dir(folder)
                    .unwrap()
                    .map(|one| one.unwrap().file_name().into_string().unwrap())
                    .collect();
                names.sort();
                names
            });
            assert_eq!(names, ["lost+found", "rehearsal-1-website"], "{call}");
            assert_eq!(
                room.run(&["media", "check", &stick.device, "--json"]).ok().json()["folders"][0]["whole"],
                true
            );
            stick.fill(|folder| fs::remove_dir_all(folder.join("rehearsal-1-website")).unwrap());
        }
    });
}
