//! Which devices are offered: from folders that look like `/sys/block` and `/dev` of machines that are not here.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use tempfile::TempDir;
use tuf_ceremony::media::devices::{Machine, Volume};
use tuf_ceremony::media::mountinfo;

/// The folders of a machine without devices.
struct Made {
    folder: TempDir,
}

impl Made {
    fn new() -> Made {
        let folder = tempfile::tempdir().unwrap();
        for inner in ["sys/block", "dev"] {
            fs::create_dir_all(folder.path().join(inner)).unwrap();
        }
        fs::write(folder.path().join("mountinfo"), "").unwrap();
        Made { folder }
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// A device at its place in the tree of devices, linked as the kernel does.
    fn device(&self, place: &str, removable: &str, sectors: &str) {
        let name = place.rsplit('/').next().unwrap();
        let below = format!("sys/devices/{place}");
        self.write(&format!("{below}/removable"), &format!("{removable}\n"));
        self.write(&format!("{below}/size"), &format!("{sectors}\n"));
        self.write(&format!("{below}/ro"), "0\n");
        self.write(&format!("{below}/dev"), "8:16\n");
        let link = Path::new("../devices").join(place);
        symlink(link, self.folder.path().join("sys/block").join(name)).unwrap();
        self.write(&format!("dev/{}", name.replace('!', "/")), "no file system");
    }

    fn removable(&self) -> Vec<Volume> {
        let place = |inner: &str| self.folder.path().join(inner);
        Machine { sys: place("sys"), dev: place("dev"), mounts: place("mountinfo") }.removable().unwrap()
    }
}

#[test]
fn sticks_and_cards_are_offered_and_disks_are_not() {
    let made = Made::new();
    made.device("pci0000:00/0000:00:17.0/ata1/host0/target0:0:0/0:0:0:0/block/sda", "0", "976773168");
    made.device("pci0000:00/0000:01:00.0/nvme/nvme0/nvme0n1", "0", "976773168");
    made.device("virtual/block/loop0", "0", "2048");
    let stick = "pci0000:00/0000:00:14.0/usb1/1-2";
    made.device(&format!("{stick}/1-2:1.0/host6/target6:0:0/6:0:0:0/block/sdb"), "1", "62914560");
    made.write(&format!("sys/devices/{stick}/serial"), "4C530001\n");
    // The controller has something of that name, too, and is no stick.
    made.write("sys/devices/pci0000:00/0000:00:14.0/usb1/serial", "0000:00:14.0\n");
    made.device(
        "pci0000:00/0000:00:14.0/usb1/1-3/1-3:1.0/host7/target7:0:0/7:0:0:0/block/sdc",
        "0",
        "2097152",
    );
    made.device("pci0000:00/0000:00:17.0/ata2/host1/target1:0:0/1:0:0:0/block/sr0", "1", "4096");
    // A reader without a card.
    made.device("pci0000:00/0000:00:14.0/usb1/1-4/1-4:1.0/host8/target8:0:0/8:0:0:0/block/sdd", "1", "0");
    made.device("platform/mmc_host/mmc0/mmc0:0001/block/mmcblk0", "0", "4096");
    let found: Vec<(String, String, Option<String>)> =
        made.removable().into_iter().map(|one| (one.name, one.bus, one.serial)).collect();
    let one = |name: &str, bus: &str, serial: Option<&str>| {
        (name.to_owned(), bus.to_owned(), serial.map(str::to_owned))
    };
    let expected = [
        one("mmcblk0", "mmc", None),
        one("sdb", "usb", Some("4C530001")),
        one("sdc", "usb", None),
        one("sr0", "ata", None),
    ];
    assert_eq!(found, expected);
}

#[test]
fn partitions_are_offered_in_the_place_of_their_device() {
    let made = Made::new();
    let place = "pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.0/host6/target6:0:0/6:0:0:0/block/sdb";
    made.device(place, "1", "62914560");
    for (name, number) in [("sdb1", "8:17"), ("sdb2", "8:18")] {
        made.write(&format!("sys/devices/{place}/{name}/partition"), "1\n");
        made.write(&format!("sys/devices/{place}/{name}/size"), "2048\n");
        made.write(&format!("sys/devices/{place}/{name}/ro"), "1\n");
        made.write(&format!("sys/devices/{place}/{name}/dev"), &format!("{number}\n"));
        made.write(&format!("dev/{name}"), "no file system");
    }
    made.write(
        "mountinfo",
        "36 35 8:17 / /mnt/my\\040stick ro,nosuid shared:1 - vfat /dev/sdb1 ro\n\
         37 35 8:2 / / rw - ext4 /dev/sda2 rw\n",
    );
    let found = made.removable();
    assert_eq!(found.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["sdb1", "sdb2"]);
    assert_eq!((found[0].bytes, found[0].read_only, found[0].content.is_none()), (1 << 20, true, true));
    let mounts: Vec<&str> = found[0].mounts.iter().map(|mount| mount.at.as_str()).collect();
    assert_eq!(mounts, ["/mnt/my stick"]);
    assert!(found[0].mounts[0].is_read_only() && found[1].mounts.is_empty());
}

#[test]
fn an_empty_drive_is_told_from_a_disc_of_another_kind() {
    let made = Made::new();
    for name in ["sr0", "sr1"] {
        made.device(
            &format!("pci0000:00/0000:00:17.0/ata2/host1/target1:0:0/1:0:0:0/block/{name}"),
            "1",
            "4096",
        );
    }
    let node = made.folder.path().join("dev/sr0");
    fs::remove_file(&node).unwrap();
    // As of a drive without a disc: it can be opened, and every read fails with EIO.
    symlink("/proc/self/mem", node).unwrap();
    let found = made.removable();
    let seen: Vec<_> = found.iter().map(|one| (one.silent, one.unreadable, one.content.is_none())).collect();
    assert_eq!(seen, [(true, None, true), (false, None, true)]);
}

#[test]
fn odd_lines_of_mounts_are_passed_over() {
    let text = b"\xff\n1 2\n36 35 x:y / /a rw - ext4 /dev/a rw\n36 35 8:1 /deep\\040er /a\\011b\\134\\9 rw - ext4 /dev/a rw,errors=ro\n - \n";
    let found = mountinfo::parse(text);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].at.as_str(), found[0].number), ("/a\tb\\\\9", (8, 1)));
    assert_eq!((found[0].id, found[0].root.as_str()), (36, "/deep er"));
    assert!(!found[0].is_read_only());
}
