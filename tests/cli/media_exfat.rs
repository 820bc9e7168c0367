//! exFAT, in and out, by exfat-fuse where the kernel does not have it.

use std::fs;
use std::process::Command;

use serde_json::json;

use crate::media_stick::{Stick, in_namespace, manifest, planned_with_media, released_with_media, told};

const PROGRAMS: [&str; 3] = ["mkfs.exfat", "mount.exfat-fuse", "blkid"];

#[test]
fn exfat_comes_in() {
    in_namespace("media_exfat::exfat_comes_in", &PROGRAMS, || {
        let room = planned_with_media();
        let stick = Stick::exfat("TUF-IN");
        let mounted = stick.mount_by("mount.exfat-fuse", "rw");
        fs::create_dir(mounted.path().join("deep")).unwrap();
        fs::write(mounted.path().join("deep/file.json"), vec![b'x'; 70_000]).unwrap();
        let prefix = manifest(mounted.path(), &["deep/file.json"]);
        drop(mounted);
        let listed = room.run(&["media", "list", "--json"]).ok().json();
        let uuid = told("blkid", &["-p", "-o", "value", "-s", "UUID", &stick.device]);
        assert_eq!((&listed[0]["file_system"], &listed[0]["label"]), (&json!("exfat"), &json!("TUF-IN")));
        assert_eq!(listed[0]["id"], uuid.trim());
        let before = fs::read(stick.image()).unwrap();
        room.run(&["media", "import", "--from", "inbox", "--confirm", &prefix]).ok();
        assert_eq!(room.read("imported/TUF-IN-1/deep/file.json").len(), 70_000);
        assert!(fs::read(stick.image()).unwrap() == before, "the stick was written to");
        assert!(!told("cat", &["/proc/self/mountinfo"]).contains(&stick.device));
    });
}

#[test]
fn exfat_goes_out() {
    in_namespace("media_exfat::exfat_goes_out", &PROGRAMS, || {
        let room = released_with_media();
        let stick = Stick::exfat("TUF-OUT");
        // In user space there is a memory that this program cannot pass by where it did not mount.
        let mounted = stick.mount_by("mount.exfat-fuse", "rw,nosuid,nodev,noexec");
        let what = "the medium labelled TUF-OUT cannot be read back past the page cache: it is a file system in user space, \
                    which has a memory of its own";
        let next = "Nothing was written. Unmount it and let this command mount it, as root.";
        room.run(&["media", "export", "--set", "website", "--at", &mounted.typed()]).refused(
            1,
            "MEDIA-READ-BACK",
            what,
            next,
        );
        drop(mounted);
        room.run(&["media", "export", "--set", "website"]).ok();
        let mounted = stick.mount_by("mount.exfat-fuse", "ro");
        let set = mounted.path().join("rehearsal-1-website");
        let check =
            Command::new("sha256sum").args(["-c", "--strict", "MANIFEST"]).current_dir(set).output().unwrap();
        assert!(check.status.success() && check.stderr.is_empty(), "{check:?}");
        drop(mounted);
        let checked = room.run(&["media", "check", &stick.device, "--json"]).ok().json();
        assert_eq!(checked["folders"][0]["whole"], true);
        assert!(!told("cat", &["/proc/self/mountinfo"]).contains(&stick.device));
    });
}
